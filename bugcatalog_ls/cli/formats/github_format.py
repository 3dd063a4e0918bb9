"""GitHub's workflow commands, which become annotations of a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from bugcatalog_ls.cli.output import Report

_COMMANDS = {"error": "error", "warning": "warning", "information": "notice", "hint": "notice"}


def render(report: Report) -> Iterator[str]:
    for shown in report.shown:
        row, column = shown.start
        properties = {
            "file": shown.filename,
            "line": str(row),
            "endLine": str(shown.last_row),
            "title": f"{shown.code} {shown.diagnosis.entry.name}",
        }
        # GitHub takes columns only where the range stays on one line.
        if shown.last_row == row == shown.end[0]:
            properties |= {"col": str(column), "endColumn": str(shown.end[1])}
        given = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
        yield f"::{_COMMANDS[shown.diagnosis.severity]} {given}::{_data(shown.message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
