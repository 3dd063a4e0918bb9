"""The arguments of `catalog import`, `catalog new` and `catalog backtest`, apart from what they start."""

from __future__ import annotations

import argparse

from bugcatalog_ls.workspace.configuration import WORKSPACE_CATALOG


def import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", metavar="FILE", nargs="+", help="incident reports; `-` is standard input")
    parser.add_argument(
        "--no-merge", action="store_true", help="draft a new entry for each bug, also where one is known"
    )
    parser.add_argument("--into", metavar="CODE", help="take all bugs for cases of this entry")
    _add_drafting(parser)
    parser.add_argument(
        "--output-format", choices=("text", "json"), default="text", metavar="FORMAT", help="text or json"
    )


def new_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--title", metavar="TEXT", help="what the bug is called, as a short noun phrase")
    parser.add_argument("--name", metavar="NAME", help="the entry's name (default: made of the title)")
    parser.add_argument(
        "--from-commit", metavar="SHA", help="draft it from a commit that fixed a bug of this repository"
    )
    parser.add_argument("--before", metavar="FILE", help="a file with the wrong code (with --after)")
    parser.add_argument("--after", metavar="FILE", help="the same code, right")
    _add_drafting(parser)


def backtest_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", metavar="CODE", help="the code or the name of an entry")
    parser.add_argument(
        "--since", metavar="DATE", default="", help="only commits since then, as git reads dates"
    )
    parser.add_argument("--limit", metavar="N", type=int, default=0, help="only the newest N commits")
    parser.add_argument(
        "--revision", metavar="REV", default="HEAD", help="the history of REV (default: HEAD)"
    )
    parser.add_argument(
        "--output-format", choices=("text", "json"), default="text", metavar="FORMAT", help="text or json"
    )


def _add_drafting(parser: argparse.ArgumentParser) -> None:
    """The options of commands that write drafts."""
    parser.add_argument("--to", metavar="FOLDER", help=f"write pages there (default: {WORKSPACE_CATALOG})")
    parser.add_argument(
        "--prefix",
        metavar="PREFIX",
        default="TEAM-",
        help="what codes of new entries begin with (default: TEAM-)",
    )
    parser.add_argument(
        "--keep-rules",
        action="store_true",
        help="put proposed rules into the entries, with their examples; else pages only show them",
    )
    parser.add_argument(
        "--most",
        metavar="N",
        type=int,
        default=25,
        help="a rule that matches more than N places of the workspace is no proposal (default: 25)",
    )
    parser.add_argument("--diff", action="store_true", help="print what would be written; write nothing")
    parser.add_argument("--dry-run", action="store_true", help="tell what would be done; write nothing")
