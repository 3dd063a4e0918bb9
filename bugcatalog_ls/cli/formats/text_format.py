"""Text for people: each finding with its code frame, and a line that sums up."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence

from bugcatalog_ls.cli.code_frame import MAX_WIDTH, code_frame
from bugcatalog_ls.cli.output import Report
from bugcatalog_ls.cli.paint import Paint, harmless
from bugcatalog_ls.cli.shown import Shown
from bugcatalog_ls.cli.statistics import statistics
from bugcatalog_ls.text.wording import counted
from bugcatalog_ls.workspace.settings_values import SEVERITIES


def render(report: Report) -> Iterator[str]:
    paint = Paint(report.has_colours)
    if report.only_counts:
        yield from statistics(report.shown, paint)
    else:
        width = (
            min(shutil.get_terminal_size((MAX_WIDTH, 24)).columns, MAX_WIDTH) if paint.is_on else MAX_WIDTH
        )
        for number, shown in enumerate(report.shown):
            report.progress(number, len(report.shown))
            yield from _finding(shown, paint, width)
    yield summary(report.shown, report.n_files, paint)


def summary(found: Sequence[Shown], n_files: int, paint: Paint) -> str:
    """The last line: how many findings of which weight in how many files."""
    files = counted(n_files, "file")
    if not found:
        return f"{paint('No findings', 'strong')} in {files}.\n"
    counts = Counter(shown.diagnosis.severity for shown in found)
    weights = ", ".join(_counted(counts[severity], severity) for severity in SEVERITIES if counts[severity])
    total = paint(_counted(len(found), "finding"), "strong")
    return f"{total} ({weights}) in {len({shown.filename for shown in found})} of {files}.\n"


def _finding(shown: Shown, paint: Paint, width: int) -> Iterator[str]:
    (row, column), entry, severity = shown.start, shown.diagnosis.entry, shown.diagnosis.severity
    place = f"{harmless(shown.filename)}:{row}:{column}"
    name = paint(f"{shown.code} {entry.name}", severity)
    yield f"{paint(place, 'place')}: {name} {harmless(shown.message)} [{severity}]\n"
    frame = list(code_frame(shown.source, shown.start, shown.end, paint, severity, width))
    yield from (f"{line}\n" for line in frame)
    for related in shown.related:
        where = f"{harmless(related.filename)}:{related.start[0]}:{related.start[1]}"
        yield f"  {paint('see', 'faint')} {paint(where, 'place')}: {harmless(related.message)}\n"
    for fix in shown.workspace.fixes(shown.diagnosis.finding):
        yield f"  {paint('fix', 'faint')} {harmless(fix.title)} ({fix.applicability})\n"
    yield "\n"


def _counted(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 or name == "information" else f"{number} {name}s"
