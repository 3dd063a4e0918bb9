"""JSON lines: a finding a line, each an object of the same shape as in JSON."""

from __future__ import annotations

from collections.abc import Iterator

from bugcatalog_ls.cli.contract import encoded, record_of
from bugcatalog_ls.cli.output import Report


def render(report: Report) -> Iterator[str]:
    for number, shown in enumerate(report.shown):
        report.progress(number, len(report.shown))
        yield encoded(record_of(shown)) + "\n"
