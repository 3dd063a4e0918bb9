"""`bugcatalog explain`: all that the catalog knows of an entry."""

from __future__ import annotations

import argparse
import os

from bugcatalog_ls.catalog.note import entry_page
from bugcatalog_ls.cli.catalog_in_force import configuration_here, named_entry
from bugcatalog_ls.cli.exits import OK, UsageError
from bugcatalog_ls.cli.page import write_page


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", metavar="CODE", help="the code or the name of an entry")


def run(options: argparse.Namespace) -> int:
    word = options.code
    if word == "-" or " " in word.strip() or os.path.exists(word):
        raise UsageError(
            "only codes and names of entries are explained in this version, neither texts nor files; "
            "`bugcatalog catalog search` finds entries by words and messages"
        )
    write_page(entry_page(named_entry(word, configuration_here().entries)))
    return OK
