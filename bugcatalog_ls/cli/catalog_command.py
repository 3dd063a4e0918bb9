"""`bugcatalog catalog`: the entries in force, listed, shown, searched, verified, drafted and tried."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from bugcatalog_ls.catalog.entry import Entry, Severity
from bugcatalog_ls.catalog.note import entry_page
from bugcatalog_ls.cli.catalog_in_force import configuration_here, named_entry
from bugcatalog_ls.cli.draft_arguments import backtest_arguments, import_arguments, new_arguments
from bugcatalog_ls.cli.exits import OK, warn
from bugcatalog_ls.cli.page import write_page
from bugcatalog_ls.cli.paint import Paint
from bugcatalog_ls.cli.sharing_arguments import pull_arguments, push_arguments
from bugcatalog_ls.cli.streams import has_colours, write_out
from bugcatalog_ls.cli.targets import filename_of
from bugcatalog_ls.workspace.publish import UNUSED_SUPPRESSION
from bugcatalog_ls.workspace.tool_findings import PAGE_ERROR, RULE_OVER_BUDGET, SETTINGS_ERROR

TOOL_CODES = (PAGE_ERROR, SETTINGS_ERROR, UNUSED_SUPPRESSION, RULE_OVER_BUDGET)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="commands", dest="action", metavar="COMMAND", required=True)
    for name, summary in _SUMMARIES.items():
        action = actions.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        if name in _ARGUMENTS:
            _ARGUMENTS[name](action)
        if name in ("list", "search", "verify"):
            action.add_argument(
                "--output-format",
                choices=("text", "json"),
                default="text",
                metavar="FORMAT",
                help="text or json",
            )
        if name == "show":
            action.add_argument("code", metavar="CODE", help="the code or the name of an entry")
        if name == "search":
            action.add_argument("words", metavar="WORD", nargs="+", help="what you know of the bug")
        if name == "verify":
            action.add_argument(
                "codes", metavar="CODE", nargs="*", help="codes or their beginnings (default: all)"
            )
            action.add_argument(
                "--watch", action="store_true", help="verify again whenever a page of the catalog changes"
            )


def run(options: argparse.Namespace) -> int:
    if options.action in _MODULES:
        code: int = importlib.import_module(_MODULES[options.action]).run(options)
        return code
    if options.action == "schema":
        from bugcatalog_ls.catalog.schema import front_matter_schema

        write_out([json.dumps(front_matter_schema(), indent=2, ensure_ascii=False) + "\n"])
        return OK
    configuration = configuration_here()
    if options.action == "verify":
        from bugcatalog_ls.cli.verifying import verify_catalog, watch_catalog

        if options.watch:
            return watch_catalog(configuration, options.codes, as_json=options.output_format == "json")
        return verify_catalog(configuration, options.codes, as_json=options.output_format == "json")
    _ACTIONS[options.action](options, configuration.entries)
    for error in configuration.page_errors:
        warn(f"{filename_of(Path(), error.path)}:{error.line}:{error.column}: {error.message}")
    return OK


_SUMMARIES = {
    "list": "list the entries in force",
    "show": "show all of an entry",
    "search": "find entries by code, name, symptom or error message",
    "verify": "run the examples of entries against what finds and mends them",
    "push": "share the pages of .bugcatalog/ through the store",
    "pull": "bring the pages of the store into .bugcatalog/",
    "schema": "print the JSON Schema of a page's front matter",
    "import": "draft entries and cases from incident reports",
    "new": "draft an entry, from nothing, from code before and after, or from a commit",
    "backtest": "run an entry over the history of the repository",
}
_ARGUMENTS = {
    "import": import_arguments,
    "new": new_arguments,
    "backtest": backtest_arguments,
    "push": push_arguments,
    "pull": pull_arguments,
}
# Only the one that runs is imported: the others would cost time at every start.
_MODULES = {
    "import": "bugcatalog_ls.cli.import_reports",
    "new": "bugcatalog_ls.cli.new_entry",
    "backtest": "bugcatalog_ls.cli.backtest_command",
    "push": "bugcatalog_ls.cli.sharing",
    "pull": "bugcatalog_ls.cli.sharing",
}


class EntryRecord(msgspec.Struct, frozen=True):
    """An entry in a list for other programs."""

    code: str
    name: str
    severity: Severity
    title: str
    summary: str
    tags: tuple[str, ...]
    detects: bool
    source: str
    page: str


def _list(options: argparse.Namespace, entries: Mapping[str, Entry]) -> None:
    if options.output_format == "json":
        _write_json([_record(entry) for entry in entries.values()])
        return
    paint = Paint(has_colours(sys.stdout))
    write_out(_row(entry, paint) for entry in entries.values())


def _show(options: argparse.Namespace, entries: Mapping[str, Entry]) -> None:
    write_page(entry_page(named_entry(options.code, entries)))


def _search(options: argparse.Namespace, entries: Mapping[str, Entry]) -> None:
    from bugcatalog_ls.catalog.search import match_errors, search

    query = " ".join(options.words)
    # An error message names its entry for sure; words only resemble one.
    by_message = {match.entry.code: match.entry for match in match_errors(entries.values(), query)}
    hits = [(entry, 1.0, "its error message") for entry in by_message.values()]
    for entry, score, reason in search(entries.values(), query):
        if entry.code not in by_message:
            hits.append((entry, score, reason))
    if options.output_format == "json":
        _write_json(
            [
                {"code": entry.code, "name": entry.name, "score": score, "reason": reason}
                for entry, score, reason in hits
            ]
        )
        return
    paint = Paint(has_colours(sys.stdout))
    for entry, _, reason in hits:
        write_out([_row(entry, paint), f"        {paint(reason, 'faint')}\n"])
    if not hits:
        write_out(["Nothing fits.\n"])


_ACTIONS: dict[str, Callable[[argparse.Namespace, Mapping[str, Entry]], None]] = {
    "list": _list,
    "show": _show,
    "search": _search,
}


def _row(entry: Entry, paint: Paint) -> str:
    severity = paint(f"{entry.severity:<11}", entry.severity)
    how = "" if _is_found(entry) else paint(" (explains only)", "faint")
    return f"{paint(entry.code, 'strong')}  {severity}  {entry.name:<32}  {entry.title}{how}\n"


def _is_found(entry: Entry) -> bool:
    """Whether anything finds the entry: its own rules and analyzer, or the tool itself."""
    return entry.detects or entry.code in TOOL_CODES


def _record(entry: Entry) -> EntryRecord:
    return EntryRecord(
        entry.code,
        entry.name,
        entry.severity,
        entry.title,
        entry.summary,
        entry.tags,
        _is_found(entry),
        entry.source,
        entry.path,
    )


def _write_json(records: Sequence[object]) -> None:
    lines = ",\n  ".join(msgspec.json.encode(record).decode("utf-8") for record in records)
    write_out([f"[\n  {lines}\n]\n" if records else "[]\n"])
