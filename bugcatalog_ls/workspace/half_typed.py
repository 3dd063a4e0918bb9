"""Analysis of a text that someone is typing: what stands elsewhere must neither vanish nor multiply.

A text that parses is analysed as it is, whatever was there before. While a line is being typed and
the text does not parse, everything shown stays as it was and moves along with the edit. Once the
line is left unfinished and something else is edited, what changes there is shown again: the text is
analysed with the broken line set aside, and so is the text before, and only the difference counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import msgspec
from tree_sitter import Tree

from bugcatalog_ls.analysis.analyzer import Options
from bugcatalog_ls.analysis.driver import PYTHON_SUFFIXES, Plan, analyse
from bugcatalog_ls.analysis.finding import Finding, Related
from bugcatalog_ls.analysis.result import FileResult
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.repair import Repaired, parses, parses_at, repair
from bugcatalog_ls.syntax.tree import parse
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span
from bugcatalog_ls.workspace.change import Change


@dataclass(frozen=True)
class Typed:
    """A text and what is shown of it.

    `view` is what an analysis of this very text sees. `settled` is the text before the line that
    is being typed broke it; None where nothing is held back. `python` tells whether Python took
    the text when it was last whole, where that was asked. `tree` is the text's syntax tree, where
    one was made of it as it is.
    """

    source: Source
    shown: FileResult
    view: View
    python: bool | None = None
    settled: Typed | None = None
    tree: Tree | None = None

    @cached_property
    def is_python(self) -> bool:
        if self.python is None:
            return not self.shown.has_error and parses(self.source)
        return self.python


class View:
    """An analysis that sets aside what does not parse; made when it is asked for."""

    def __init__(
        self, source: Source, run: Callable[[Source], FileResult], path: str, row: int | None
    ) -> None:
        self._source, self._run, self._path, self._row = source, run, path, row

    @cached_property
    def repaired(self) -> Repaired:
        return repair(self._source, self._row)

    @cached_property
    def result(self) -> FileResult:
        """The result with the places of the original."""
        return _mapped(self._run(self.repaired.source), self._path, self.repaired)


def analyse_text(plan: Plan, path: str, source: Source, options: Options, last: Typed | None = None) -> Typed:
    """The result for a text, parsed whole or not. `last` is the text before it, where there was one."""
    file = PyFile(path, source) if path.endswith(PYTHON_SUFFIXES) else None
    change = Change(last.source, source) if last is not None else None

    def run(text: Source) -> FileResult:
        return analyse(plan, path, text, options, file if text is source else None)

    view = View(source, run, path, change.row if change is not None else None)
    # The grammar takes much that Python does not (a `try` with nothing but an `else`, a block without
    # its header), which is what comes up while one types. So Python has a say too, unless it did not
    # take the text before either: a file may be written for another version.
    if file is None or not file.root.has_error:
        python = parses(source) if file is not None and last is not None and last.is_python else None
        if python is not False:
            tree = file.tree.tree if file is not None else None
            return Typed(source, run(source), view, python, tree=tree)
    if change is None or last is None:
        return Typed(source, view.result, view)
    base = last
    if last.settled is not None and _goes_on(last, last.settled, change):
        base = last.settled
        change = Change(base.source, source)
    if not base.shown.has_error or _is_worse(base, view, change):
        return Typed(source, _held(base.shown, view, change), view, base.is_python, base)
    return Typed(source, _updated(base, view.result, change), view, base.is_python)


def analyse_keystroke(plan: Plan, path: str, source: Source, options: Options, last: Typed) -> Typed | None:
    """A first result for a text that was `last` before: what files share is taken over from there.

    None where the text must be analysed whole: it does not parse, or there is nothing to take over.
    """
    # Where the line that was being typed is whole again, what counts is what stood before it.
    last = last.settled or last
    if not path.endswith(PYTHON_SUFFIXES) or last.shown.has_error:
        return None
    change, shown = Change(last.source, source), last.shown
    file = PyFile(path, source, _parsed_again(last.tree, change))
    if file.root.has_error or (last.is_python and not parses_at(source, file.root, change.new_rows)):
        return None
    shared = Facts()
    shared.facts.extend(shown.facts[: shown.n_shared_facts])
    for name, span in islice(shown.anchors.items(), shown.n_shared_anchors):
        shared.anchors[name] = change.kept(span)
    result = analyse(plan, path, source, options, file, shared)
    view = View(source, lambda text: analyse(plan, path, text, options), path, None)
    return Typed(source, result, view, last.is_python, tree=file.tree.tree)


def unseen(path: str, source: Source) -> Typed:
    """A text that is held and not analysed."""
    return Typed(source, FileResult(), View(source, lambda text: FileResult(), path, None), False)


def _parsed_again(tree: Tree | None, change: Change) -> Tree | None:
    """The tree of the new text, made from that of the old one where it did not change."""
    if tree is None:
        return None
    old, new = change.old.lines, change.new.lines
    edited = tree.copy()
    edited.edit(
        change.start,
        change.old_end,
        change.new_end,
        old.position(change.start, "utf-8"),
        old.position(change.old_end, "utf-8"),
        new.position(change.new_end, "utf-8"),
    )
    return parse(change.new.data, edited)


def _goes_on(last: Typed, settled: Typed, change: Change) -> bool:
    """Whether an edit stays on the lines that are being typed."""
    held = Change(settled.source, last.source)
    return change.old_rows[0] <= held.new_rows[1] and held.new_rows[0] <= change.old_rows[1]


def _is_worse(base: Typed, view: View, change: Change) -> bool:
    """Whether an edit broke something that was not broken before, or is at what is broken."""
    before, after = base.view.repaired, view.repaired
    if sum(map(_size, after.errors)) > sum(map(_size, before.errors)):
        return True
    known = [moved for span in before.unseen if (moved := change.moved(span)) is not None]
    first, last = (change.new.lines.line_span(row) for row in change.new_rows)
    edited = Span(first[0], last[1])
    return any(_meet(edited, span) or not any(_meet(other, span) for other in known) for span in after.unseen)


def _size(span: Span) -> int:
    return span.end - span.start + 1


def _meet(span: Span, other: Span) -> bool:
    return span.start <= other.end and other.start <= span.end


def _held(shown: FileResult, view: View, change: Change) -> FileResult:
    """What was shown, moved along with an edit. Of lines that are new altogether (a paste) is shown
    what an analysis sees on them."""
    findings = list(_moved_findings(shown.findings, change))
    first, last = change.new_rows
    if first < last:
        lines = change.new.lines
        places = {(finding.code, finding.span.start) for finding in findings if finding.span is not None}
        findings += (
            finding
            for finding in view.result.findings
            if finding.span is not None
            and first <= lines.row_of(finding.span.start) <= last
            and (finding.code, finding.span.start) not in places
        )
    return FileResult(
        _distinct(findings),
        shown.facts,
        {name: change.kept(span) for name, span in shown.anchors.items()},
        has_error=True,
        failures=shown.failures,
        quarantined=shown.quarantined,
        has_suppressions=b"bugcatalog:" in change.new.data,
    )


def _updated(base: Typed, new: FileResult, change: Change) -> FileResult:
    """What was shown, with what the analysis sees otherwise now than then."""
    old, shown = base.view.result, base.shown
    before = {_identity(finding) for finding in _moved_findings(old.findings, change)}
    after = {_identity(finding): finding for finding in new.findings}
    findings = [
        after.get(_identity(finding), finding)
        for finding in _moved_findings(shown.findings, change)
        if _identity(finding) in after or _identity(finding) not in before
    ]
    findings += (finding for identity, finding in after.items() if identity not in before)
    anchors = {name: change.kept(span) for name, span in shown.anchors.items()}
    for name, span in new.anchors.items():
        seen = old.anchors.get(name)
        if name not in anchors or (seen is not None and change.kept(seen) == anchors[name]):
            anchors[name] = span
    facts = _updated_facts(shown.facts, old.facts, new.facts)
    return msgspec.structs.replace(
        new, findings=_distinct(findings), facts=facts, anchors=anchors, has_error=True
    )


def _updated_facts(shown: tuple[Fact, ...], old: tuple[Fact, ...], new: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """`shown` with what is otherwise in `new` than in `old`.

    Of one kind and key those facts are exchanged that changed; all are, where one of them was held
    back in another form: two forms of one class would be worse than the one that is not whole.
    """
    if old == new:
        return shown
    kept, before, after = _by_kind_and_key(shown), _by_kind_and_key(old), _by_kind_and_key(new)
    for name in {*before, *after}:
        was, is_now = before.get(name, []), after.get(name, [])
        if was == is_now:
            continue
        present = kept.get(name, [])
        gone = [fact for fact in was if fact not in is_now]
        come = [fact for fact in is_now if fact not in was]
        if all(fact in present for fact in gone):
            kept[name] = [fact for fact in present if fact not in gone and fact not in come] + come
        else:
            kept[name] = is_now
    order = dict.fromkeys((*after, *kept))
    return tuple(fact for name in order for fact in kept.get(name, ()))


def _by_kind_and_key(facts: Iterable[Fact]) -> dict[tuple[type[Fact], str], list[Fact]]:
    grouped: dict[tuple[type[Fact], str], list[Fact]] = {}
    for fact in facts:
        grouped.setdefault((type(fact), fact.key), []).append(fact)
    return grouped


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


def _moved_findings(findings: Iterable[Finding], change: Change) -> Iterator[Finding]:
    """Findings where they are after an edit; one whose edge was edited is gone."""
    for finding in findings:
        span = change.moved(finding.span) if finding.span is not None else None
        if span is None:
            continue
        related: list[Related] = []
        for place in finding.related:
            if place.path != finding.path or place.span is None:
                related.append(place)
            elif (moved := change.moved(place.span)) is not None:
                related.append(msgspec.structs.replace(place, span=moved))
        yield msgspec.structs.replace(finding, span=span, related=tuple(related))


def _identity(finding: Finding) -> tuple[str, str, str, Span | None]:
    return finding.code, finding.variant, finding.anchor, finding.span


def _distinct(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple({_identity(finding): finding for finding in findings}.values())
