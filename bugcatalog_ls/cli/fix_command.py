"""`bugcatalog fix`: mends what can be mended, and tells what is left."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterator, Sequence

from bugcatalog_ls.cli.exits import FOUND, INTERNAL_ERROR, OK, WRONG_USE, warn
from bugcatalog_ls.cli.paint import Paint
from bugcatalog_ls.cli.progress import Bar
from bugcatalog_ls.cli.scan import (
    FailureLog,
    Room,
    diagnose,
    n_cores,
    open_rooms,
    paths_shown,
    scan,
    tell_of_faults,
    warn_of_problems,
)
from bugcatalog_ls.cli.selection import add_selection, is_shown, selected_settings
from bugcatalog_ls.cli.shown import Shown
from bugcatalog_ls.cli.streams import has_colours, write_out
from bugcatalog_ls.cli.targets import filename_of, targets_for
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.workspace.files import ReadProblem, ReadResult
from bugcatalog_ls.workspace.mending import Mended, first_of_any, first_safe, mend
from bugcatalog_ls.workspace.publish import Diagnosis
from bugcatalog_ls.workspace.reading import read_file
from bugcatalog_ls.workspace.workspace import Workspace
from bugcatalog_ls.workspace.writing import Change, Create, Delete, Replace, write_changes
