"""`bugcatalog explain`: all that the catalog knows of an entry."""

from __future__ import annotations

import argparse
import os
import re

from bugcatalog_ls.catalog.note import entry_page
from bugcatalog_ls.cli.catalog_in_force import configuration_here, named_entry
from bugcatalog_ls.cli.exits import OK, UsageError
from bugcatalog_ls.cli.page import write_page


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", metavar="CODE", help="the code or the name of an entry")


def run(options: argparse.Namespace) -> int:
    word = options.code
    if not _NAME.fullmatch(word) or os.path.exists(word):
        raise UsageError(
            f"`{word}` is no code; messages, tracebacks and files can't be explained in this version "
            "(`bugcatalog catalog search` finds entries by words and by messages)"
        )
    write_page(entry_page(named_entry(word, configuration_here().entries)))
    return OK


# What codes and names of entries look like.
_NAME = re.compile(r"[A-Za-z]+-?\d+|[a-z0-9]+(-[a-z0-9]+)*")
