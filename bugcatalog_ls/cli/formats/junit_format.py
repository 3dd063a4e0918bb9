"""JUnit's XML: a suite for each file, a failed case for each finding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from bugcatalog_ls.cli.output import Report
from bugcatalog_ls.cli.shown import Shown
from bugcatalog_ls.text.wording import counted

# What XML 1.0 can't hold in any form.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> Iterator[str]:
    n_failures = len(report.shown)
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    yield f'<testsuites name="bugcatalog" tests="{max(n_failures, 1)}" failures="{n_failures}" errors="0">\n'
    if not report.shown:
        # A report with no case at all counts as broken in many places.
        yield '  <testsuite name="bugcatalog" tests="1" failures="0" errors="0">\n'
        files = counted(report.n_files, "file")
        yield f'    <testcase classname="bugcatalog" name="{files} checked"/>\n'
        yield "  </testsuite>\n"
    for filename, group in groupby(report.shown, key=lambda shown: shown.filename):
        findings = list(group)
        name, count = quoteattr(_clean(filename)), len(findings)
        yield f'  <testsuite name={name} tests="{count}" failures="{count}" errors="0">\n'
        for shown in findings:
            yield _case(shown)
        yield "  </testsuite>\n"
    yield "</testsuites>\n"


def _case(shown: Shown) -> str:
    (row, column), entry = shown.start, shown.diagnosis.entry
    place, title = f"{shown.filename}:{row}:{column}", f"{shown.code} {entry.name}"
    case = f"classname={quoteattr(_clean(shown.filename))} name={quoteattr(f'{title} {row}:{column}')}"
    failure = f"type={quoteattr(shown.diagnosis.severity)} message={quoteattr(_clean(shown.message))}"
    text = escape(_clean(f"{place}: {title} {shown.message}"))
    return f"    <testcase {case}>\n      <failure {failure}>{text}</failure>\n    </testcase>\n"


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
