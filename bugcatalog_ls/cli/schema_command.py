"""`bugcatalog schema show|diff`: what models, migrations, SQL and databases say, and where they differ."""

from __future__ import annotations

import argparse

from bugcatalog_ls.cli.exits import FOUND, OK, WRONG_USE, UsageError, warn
from bugcatalog_ls.cli.progress import Bar
from bugcatalog_ls.cli.scan import n_cores, open_rooms, scan
from bugcatalog_ls.cli.schema_output import (
    diff_as_json,
    diff_as_mermaid,
    diff_as_text,
    show_as_json,
    show_as_mermaid,
    show_as_text,
)
from bugcatalog_ls.cli.schema_sources import SOURCES, compared, gathered
from bugcatalog_ls.cli.streams import write_out
from bugcatalog_ls.cli.targets import targets_for

_DIALECTS = ("sqlite", "postgresql", "mysql", "mariadb")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    subparsers = parser.add_subparsers(title="commands", dest="action", metavar="COMMAND", required=True)
    summaries = {
        "show": "print the schema as each source has it",
        "diff": "print where the sources differ; ends with 1 where they do",
    }
    for name, summary in summaries.items():
        inner = subparsers.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        inner.add_argument(
            "path", metavar="PATH", nargs="?", default=".", help="the workspace (default: here)"
        )
        inner.add_argument(
            "--source",
            action="append",
            choices=SOURCES,
            metavar="SOURCE",
            help=f"{', '.join(SOURCES[:-1])} or {SOURCES[-1]}; may be given more than once (default: all)",
        )
        inner.add_argument(
            "--dialect",
            choices=_DIALECTS,
            metavar="DIALECT",
            help="the way that migrations go where they ask for it",
        )
        inner.add_argument(
            "--output-format",
            choices=("text", "json", "mermaid"),
            default="text",
            metavar="FORMAT",
            help="text, json or mermaid",
        )
        inner.add_argument(
            "--jobs", type=int, default=None, metavar="N", help="how many processes read files"
        )
        inner.add_argument("--no-cache", action="store_true", help="neither read nor write the cache")


def run(options: argparse.Namespace) -> int:
    if options.jobs is not None and options.jobs < 1:
        raise UsageError("`--jobs` takes a number from 1")
    rooms = open_rooms(targets_for([options.path]), {}, use_cache=not options.no_cache, incremental=False)
    with Bar() as bar:
        scan(rooms, options.jobs or n_cores(), bar, with_databases=False)
    workspace = rooms[0].workspace
    workspace.save_cache()
    wanted = tuple(options.source or SOURCES)
    pictures, problems = gathered(workspace, wanted, options.dialect or "")
    for problem in problems:
        warn(problem)
    if problems and not pictures and wanted == ("database",):
        return WRONG_USE
    if options.action == "show":
        write = {"json": show_as_json, "mermaid": show_as_mermaid, "text": show_as_text}[
            options.output_format
        ]
        write_out([write(pictures)])
        return OK
    found = compared(workspace, pictures)
    write_diff = {"json": diff_as_json, "mermaid": diff_as_mermaid, "text": diff_as_text}[
        options.output_format
    ]
    write_out([write_diff(found)])
    return FOUND if any(each.differences for each in found) else OK
