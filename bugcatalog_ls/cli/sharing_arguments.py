"""What `bugcatalog catalog push` and `pull` take, known without what they need to work."""

from __future__ import annotations

import argparse


def push_arguments(parser: argparse.ArgumentParser) -> None:
    _common_arguments(parser)
    parser.add_argument("--mine", action="store_true", help="where there is a conflict, ours wins")
    parser.add_argument("--delete", action="store_true", help="delete there the pages that are gone here")


def pull_arguments(parser: argparse.ArgumentParser) -> None:
    _common_arguments(parser)
    parser.add_argument("--theirs", action="store_true", help="where there is a conflict, theirs wins")


def _common_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("codes", metavar="CODE", nargs="*", help="these pages only (default: all)")
    parser.add_argument("--dry-run", action="store_true", help="show what would be done, and do nothing")
