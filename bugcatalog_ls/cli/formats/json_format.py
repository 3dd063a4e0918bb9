"""JSON: one array, a finding a line."""

from __future__ import annotations

from collections.abc import Iterator

from bugcatalog_ls.cli.contract import encoded, record_of
from bugcatalog_ls.cli.output import Report


def render(report: Report) -> Iterator[str]:
    lines = []
    for number, shown in enumerate(report.shown):
        report.progress(number, len(report.shown))
        lines.append(encoded(record_of(shown)))
    yield "[\n  " + ",\n  ".join(lines) + "\n]\n" if lines else "[]\n"
