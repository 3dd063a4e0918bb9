"""SARIF 2.1.0, which code hosts read: the entries found as rules with their notes, and the findings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from bugcatalog_ls.catalog.entry import Entry, code_order
from bugcatalog_ls.catalog.note import hover_note
from bugcatalog_ls.cli.contract import EditRecord, FindingRecord, FixRecord, Location, record_of
from bugcatalog_ls.cli.output import Report
from bugcatalog_ls.cli.shown import Shown
from bugcatalog_ls.workspace.baseline import identity

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "information": "note", "hint": "note"}


def render(report: Report) -> Iterator[str]:
    entries = {shown.code: shown.diagnosis.entry for shown in report.shown}
    codes = sorted(entries, key=code_order)
    results = []
    for number, shown in enumerate(report.shown):
        report.progress(number, len(report.shown))
        results.append(_result(shown, codes.index(shown.code)))
    driver = {
        "name": "bugcatalog",
        "version": version("bugcatalog-ls"),
        "rules": [_rule(entries[code]) for code in codes],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    yield json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _rule(entry: Entry) -> dict[str, Any]:
    note = hover_note(entry)
    return {
        "id": entry.code,
        "name": entry.name,
        "shortDescription": {"text": entry.title or entry.name},
        "fullDescription": {"text": entry.summary or entry.title or entry.name},
        "help": {"text": note, "markdown": note},
        "defaultConfiguration": {"level": _LEVELS[entry.severity]},
        "properties": {"tags": list(entry.tags)},
    }


def _result(shown: Shown, rule_index: int) -> dict[str, Any]:
    record = record_of(shown)
    _, _, text = identity(shown.diagnosis.finding, shown.source)
    result: dict[str, Any] = {
        "ruleId": record.code,
        "ruleIndex": rule_index,
        "level": _LEVELS[record.severity],
        "message": {"text": record.message},
        "locations": [_place(record.filename, record.location, record.end_location)],
        "partialFingerprints": {"bugcatalogLine/v1": text},
    }
    if record.related:
        result["relatedLocations"] = [
            {"id": number, **_place(related.filename, related.location), "message": {"text": related.message}}
            for number, related in enumerate(record.related)
        ]
    fixes = [fix for fix in map(_fix, _expressible(record)) if fix["artifactChanges"]]
    if fixes:
        result["fixes"] = fixes
    return result


def _expressible(record: FindingRecord) -> Iterator[FixRecord]:
    """SARIF knows no new or deleted files."""
    for fix in record.fixes:
        if all(isinstance(edit, EditRecord) for edit in fix.edits):
            yield fix


def _fix(fix: FixRecord) -> dict[str, Any]:
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        if isinstance(edit, EditRecord):
            region = _region(edit.location, edit.end_location)
            replacement = {"deletedRegion": region, "insertedContent": {"text": edit.content}}
            changes.setdefault(edit.filename, []).append(replacement)
    return {
        "description": {"text": f"{fix.title} ({fix.applicability})"},
        "artifactChanges": [
            {"artifactLocation": {"uri": quote(filename)}, "replacements": replacements}
            for filename, replacements in changes.items()
        ],
    }


def _place(filename: str, start: Location, end: Location | None = None) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(filename)},
            "region": _region(start, end or start),
        }
    }


def _region(start: Location, end: Location) -> dict[str, int]:
    return {
        "startLine": start.row,
        "startColumn": start.column,
        "endLine": end.row,
        "endColumn": end.column,
    }
