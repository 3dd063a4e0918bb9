"""What is shown of the findings of a file: selection, severity and suppressions applied."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import msgspec

from bugcatalog_ls.analysis.finding import Edit, Finding, Fix
from bugcatalog_ls.catalog.entry import Entry, Severity
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.repair import repair
from bugcatalog_ls.syntax.statements import statement_rows
from bugcatalog_ls.syntax.suppression_comments import Suppressions, parse_comments, scan_comments
from bugcatalog_ls.syntax.suppressions import Coverage, Use, missing_reasons, unused_suppressions
from bugcatalog_ls.syntax.tree import span_of
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span
from bugcatalog_ls.workspace.settings import Settings
from bugcatalog_ls.workspace.settings_selection import is_selected, severity_of

UNUSED_SUPPRESSION = "BC003"


class Diagnosis(msgspec.Struct, frozen=True):
    """A finding as it is shown: with its entry and the severity that settings give it."""

    finding: Finding
    entry: Entry
    severity: Severity

    @property
    def span(self) -> Span:
        return self.finding.span or Span(0, 0)


def publish(
    findings: Iterable[Finding],
    path: str,
    source: Source,
    entries: Mapping[str, Entry],
    checked: Collection[str],
    settings: Settings,
    suppressed: list[tuple[Diagnosis, str]] | None = None,
) -> tuple[Diagnosis, ...]:
    """The diagnoses of one file, sorted. `checked` are the codes that were looked for.

    What is suppressed is added to `suppressed`, each with its reason.
    """
    kept = [finding for finding in findings if is_selected(settings, finding.code, path)]
    hidden: list[tuple[Finding, str]] = []
    if b"bugcatalog:" in source.data:
        kept = _unsuppressed(kept, path, source, entries, checked, settings, hidden)
    shown = [
        _weighed(finding, entries[finding.code], settings) for finding in kept if finding.code in entries
    ]
    if suppressed is not None:
        suppressed += [
            (_weighed(finding, entries[finding.code], settings), reason)
            for finding, reason in hidden
            if finding.code in entries
        ]
    shown.sort(key=lambda shown: (shown.span, shown.finding.code, shown.finding.message))
    return tuple(shown)


def removal_of(finding: Finding) -> Fix | None:
    """The fix of an unused suppression."""
    if finding.code != UNUSED_SUPPRESSION or "title" not in finding.data:
        return None
    span = Span(int(finding.data["start"]), int(finding.data["end"]))
    edit = Edit(finding.path, span, finding.data["content"])
    return Fix(finding.data["title"], "safe", (edit,))


def suppressions_of(path: str, source: Source) -> tuple[Suppressions, PyFile | None]:
    """The suppression comments of a text, and its parsed file where it is Python.

    Of a text that does not parse, the file is one that does, with the same rows.
    """
    if not path.endswith((".py", ".pyi")):
        return scan_comments(source), None
    file = PyFile(path, source)
    comments = {span_of(node): file.text(node) for node in file.nodes("comment")}
    if not file.root.has_error:
        return parse_comments(source, comments.items()), file
    repaired = repair(source)
    whole = PyFile(path, repaired.source)
    places = (repaired.to_original(span_of(node)) for node in whole.nodes("comment"))
    seen = {span: source.slice(span) for span in places if span is not None}
    # What a line that is set aside says counts as well.
    for span, text in comments.items():
        if any(original.overlaps(span) for original, _ in repaired.replaced):
            seen[span] = text
    return parse_comments(source, sorted(seen.items())), whole


def _weighed(finding: Finding, entry: Entry, settings: Settings) -> Diagnosis:
    default = entry.severity_of(finding.variant)
    return Diagnosis(finding, entry, severity_of(settings, finding.code, finding.variant, default))


def _unsuppressed(
    findings: list[Finding],
    path: str,
    source: Source,
    entries: Mapping[str, Entry],
    checked: Collection[str],
    settings: Settings,
    hidden: list[tuple[Finding, str]],
) -> list[Finding]:
    suppressions, file = suppressions_of(path, source)

    def rows(row: int) -> tuple[int, int]:
        return statement_rows(file, row) if file is not None else (row, row)

    coverage = Coverage(suppressions, rows)
    kept: list[Finding] = []
    used: set[Use] = set()
    for finding in findings:
        row = source.lines.row_of(finding.span.start if finding.span is not None else 0)
        uses = coverage.uses(finding.code, row)
        used.update(uses)
        if uses:
            hidden.append((finding, suppressions.items[uses[0].item].reason))
        else:
            kept.append(finding)
    if not is_selected(settings, UNUSED_SUPPRESSION, path):
        return kept
    for unused in unused_suppressions(suppressions, used, known=entries.keys(), checked=checked):
        data = {
            "title": unused.title,
            "start": str(unused.edit.span.start),
            "end": str(unused.edit.span.end),
            "content": unused.edit.content,
        }
        kept.append(
            Finding(UNUSED_SUPPRESSION, unused.message, path, unused.span, data=data, tags=("unnecessary",))
        )
    problems = [*suppressions.problems, *(missing_reasons(suppressions) if settings.require_reason else ())]
    kept.extend(Finding(UNUSED_SUPPRESSION, problem.message, path, problem.span) for problem in problems)
    return kept
