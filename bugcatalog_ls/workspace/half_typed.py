"""Analysis of a text that someone is typing: what stands elsewhere must neither vanish nor multiply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from bugcatalog_ls.analysis.analyzer import Options
from bugcatalog_ls.analysis.driver import PYTHON_SUFFIXES, Plan, analyse
from bugcatalog_ls.analysis.finding import Finding, Related
from bugcatalog_ls.analysis.result import FileResult
from bugcatalog_ls.syntax.repair import Repaired, repair
from bugcatalog_ls.syntax.tree import error_spans, parse
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span


class Change:
    """The one changed region between two texts: what is before and after it is the same."""

    def __init__(self, old: Source, new: Source) -> None:
        before, after = old.data, new.data
        limit = min(len(before), len(after))
        self.start = _common_prefix(before, after, limit)
        tail = _common_suffix(before, after, limit - self.start)
        self.old_end, self.new_end = len(before) - tail, len(after) - tail
        self.row = new.lines.row_of(self.start)

    def moved(self, span: Span) -> Span | None:
        """Where a span of the old text is in the new one; None where it was edited itself."""
        if span.end <= self.start:
            return span
        if span.start >= self.old_end:
            shift = self.new_end - self.old_end
            return Span(span.start + shift, span.end + shift)
        if span.start <= self.start and span.end >= self.old_end:
            return Span(span.start, span.end + self.new_end - self.old_end)
        return None


def analyse_text(
    plan: Plan,
    path: str,
    source: Source,
    options: Options,
    last: tuple[Source, FileResult] | None = None,
) -> FileResult:
    """The result for a text, parsed whole or not.

    `last` is the text before it with its result, where there was one. Where the new text does not
    parse, the line being typed is set aside; what lies on it or in a region that still does not
    parse keeps its last findings, moved along with the edit, and the file its last good facts.
    """
    result = analyse(plan, path, source, options)
    if not result.has_error or not path.endswith(PYTHON_SUFFIXES):
        return result
    change = Change(last[0], source) if last is not None else None
    repaired = repair(source, change.row if change is not None else None)
    if repaired.source.data != source.data:
        result = _mapped(analyse(plan, path, repaired.source, options), path, repaired)
    if change is None or last is None:
        return msgspec.structs.replace(result, has_error=True)
    return _carried(result, last[1], change, repaired)


def _carried(result: FileResult, last: FileResult, change: Change, repaired: Repaired) -> FileResult:
    """`result` with what it could not see taken over from `last`."""
    blind = _unseen(repaired)
    findings = list(result.findings)
    for finding in last.findings:
        moved = change.moved(finding.span) if finding.span is not None else None
        if moved is not None and any(span.overlaps(moved) for span in blind):
            findings.append(_moved_finding(finding, moved, change))
    anchors = {name: span for name, old in last.anchors.items() if (span := change.moved(old)) is not None}
    anchors.update(result.anchors)
    return FileResult(
        _distinct(findings), last.facts or result.facts, anchors, has_error=True, failures=result.failures
    )


def _unseen(repaired: Repaired) -> list[Span]:
    """The spans of the original that the analysis did not see: replaced lines, and what did not parse."""
    spans = [original for original, _ in repaired.replaced]
    if repaired.has_error:
        errors = error_spans(parse(repaired.source.data).root_node)
        spans.extend(span for error in errors if (span := repaired.to_original(error)) is not None)
    return spans


def _mapped(result: FileResult, path: str, repaired: Repaired) -> FileResult:
    """The result for a repaired text, with the places of the original."""
    findings = []
    for finding in result.findings:
        span = repaired.to_original(finding.span) if finding.span is not None else None
        if span is None:
            continue
        related = tuple(_related_to_original(finding.related, path, repaired))
        findings.append(msgspec.structs.replace(finding, span=span, related=related))
    anchors = {
        name: moved
        for name, span in result.anchors.items()
        if (moved := repaired.to_original(span)) is not None
    }
    return msgspec.structs.replace(result, findings=tuple(findings), anchors=anchors, has_error=True)


def _related_to_original(places: Iterable[Related], path: str, repaired: Repaired) -> Iterator[Related]:
    for place in places:
        if place.path != path or place.span is None:
            yield place
        elif (span := repaired.to_original(place.span)) is not None:
            yield msgspec.structs.replace(place, span=span)


def _moved_finding(finding: Finding, span: Span, change: Change) -> Finding:
    related: list[Related] = []
    for place in finding.related:
        if place.path != finding.path or place.span is None:
            related.append(place)
        elif (moved := change.moved(place.span)) is not None:
            related.append(msgspec.structs.replace(place, span=moved))
    return msgspec.structs.replace(finding, span=span, related=tuple(related))


def _distinct(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple({(finding.span, finding.code, finding.anchor): finding for finding in findings}.values())


def _common_prefix(first: bytes, second: bytes, limit: int) -> int:
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_suffix(first: bytes, second: bytes, limit: int) -> int:
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if first[len(first) - middle : len(first) - low] == second[len(second) - middle : len(second) - low]:
            low = middle
        else:
            high = middle - 1
    return low
