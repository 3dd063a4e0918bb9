"""`bugcatalog settings`: which value is in force, and where it comes from."""

from __future__ import annotations

import argparse
import sys

import msgspec

from bugcatalog_ls.cli.exits import OK, WRONG_USE, warn
from bugcatalog_ls.cli.paint import Paint
from bugcatalog_ls.cli.streams import has_colours, write_out
from bugcatalog_ls.cli.targets import filename_of, targets_for
from bugcatalog_ls.workspace.cache import cache_folder
from bugcatalog_ls.workspace.configuration import load_configuration
from bugcatalog_ls.workspace.settings import shown_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", nargs="?", default=".", help="whose settings (default: here)")
    parser.add_argument(
        "--output-format", choices=("text", "json"), default="text", metavar="FORMAT", help="text or json"
    )


def run(options: argparse.Namespace) -> int:
    [target] = targets_for([options.path])
    configuration = load_configuration(target.root, cache_folder=cache_folder())
    rows = shown_settings(configuration.loaded)
    if options.output_format == "json":
        records = [
            {"key": row.key, "value": msgspec.Raw(row.value.encode("utf-8")), "origin": row.origin}
            for row in rows
        ]
        lines = ",\n  ".join(msgspec.json.encode(record).decode("utf-8") for record in records)
        write_out([f"[\n  {lines}\n]\n"])
    else:
        paint = Paint(has_colours(sys.stdout))
        width = max(len(row.key) for row in rows)
        write_out([f"{paint(filename_of(target.root, '.'), 'strong')}\n"])
        for row in rows:
            key, origin = paint(f"{row.key:<{width}}", "place"), paint(f"# {row.origin}", "faint")
            write_out([f"{key} = {row.value}  {origin}\n"])
    is_wrong = False
    for error in configuration.settings_errors:
        is_wrong = is_wrong or error.severity == "error"
        place = f"{filename_of(target.root, error.path)}:{error.line}:{error.column}: " if error.path else ""
        warn(f"{place}{error.message}")
    return WRONG_USE if is_wrong else OK
