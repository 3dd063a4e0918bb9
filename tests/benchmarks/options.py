"""What all benchmarks are told in the same way."""

from __future__ import annotations

import argparse


def add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON, with every single measurement")
    parser.add_argument(
        "--only",
        type=lambda text: frozenset(text.split(",")),
        default=frozenset({"bugcatalog", "pylsp", "basedpyright", "ast-grep", "semgrep"}),
        metavar="NAME[,NAME]",
        help="run these programs alone: bugcatalog, pylsp, basedpyright, ast-grep, semgrep",
    )
