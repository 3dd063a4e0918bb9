"""A project: the results of its files, the fact index over them, and the joins, kept up to date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from bugcatalog_ls.analysis.analyzer import FixContext, Options
from bugcatalog_ls.analysis.driver import PYTHON_SUFFIXES, RULES, Plan, analyse, fixes_for, join
from bugcatalog_ls.analysis.finding import Finding, Fix, Related
from bugcatalog_ls.analysis.result import FileResult, Result
from bugcatalog_ls.analysis.together import together
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.tree import error_spans, parse
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import OverlappingEdits, Span, TextEdit, apply_edits

_MAX_KEPT = 8

ReadSource = Callable[[str], Source | None]


class Project:
    """Files by path relative to a root. It never reads a file itself: `read` is asked for texts
    of which a fix needs more than the facts. One that is not `incremental` is asked once and then
    thrown away: after a change all joins run again, and `stale_paths` tells nothing."""

    def __init__(self, plan: Plan, options: Options, read: ReadSource, *, incremental: bool = True) -> None:
        self.plan = plan
        self.options = options
        self.index = FactIndex(track=incremental)
        self.results: dict[str, Result] = {}
        self._anchors: dict[str, dict[str, Span]] = {}
        self._read = read
        self._kept: dict[str, PyFile] = {}
        # Which files' findings speak of places in a file, and those whose places have moved since.
        self._speaking_of: dict[str, set[str]] = defaultdict(set)
        self._moved: set[str] = set()
        joined = [code for code, analyzer in plan.analyzers.items() if analyzer.join]
        self._joins = (*joined, *((RULES,) if plan.rules.codes else ()))
        self._kinds = {code: plan.analyzers[code].joins for code in joined}
        late = {code for code in joined if plan.analyzers[code].from_absence}
        self._early_joins = tuple(code for code in self._joins if code not in late)

    def set_text(self, path: str, source: Source) -> FileResult:
        """Analyse a file's new text; what depends on its facts is only marked."""
        result = analyse(self.plan, path, source, self.options)
        self.set_result(path, result)
        return result

    def set_result(self, path: str, result: Result) -> None:
        """Take over a result that was made elsewhere (another process, the cache)."""
        self.index.set_file(path, result.groups)
        before = self.results.get(path)
        self.results[path] = result
        self._anchors.pop(path, None)
        if path in self._speaking_of and (before is None or before.anchors != result.anchors):
            self._moved |= self._speaking_of.pop(path)

    def remove(self, path: str) -> None:
        self._anchors.pop(path, None)
        if self.results.pop(path, None) is not None:
            self.index.remove_file(path)
            self._moved |= self._speaking_of.pop(path, set())
            for code in self._joins:
                self.index.forget_join((code, path))

    def findings(self, path: str, *, complete: bool = True) -> tuple[Finding, ...]:
        """All findings of a file with their spans, sorted; joins run again only where they must.

        Before all files are read (`complete` is False), joins that conclude from absence stay out.
        Findings of one entry at one span are one finding; one whose anchor is gone is left out.
        """
        result = self.results.get(path)
        if result is None:
            return ()
        found = list(result.findings)
        given = self.index.kinds(path)
        for code in self._joins if complete else self._early_joins:
            kinds = self._kinds.get(code)
            if kinds and given.isdisjoint(kinds):
                # It may have been otherwise before.
                self.index.forget_join((code, path))
            else:
                found.extend(self._joined(path, code))
        placed = [finding for finding in map(self._placed, found) if finding is not None]
        placed.sort(key=lambda finding: (finding.span, finding.code, finding.variant, finding.message))
        self._moved.discard(path)
        for finding in found:
            for place in finding.related:
                if place.path != path:
                    self._speaking_of[place.path].add(path)
        unique: dict[tuple[Span | None, str], Finding] = {}
        for finding in placed:
            unique.setdefault((finding.span, finding.code), finding)
        return tuple(unique.values())

    def stale_paths(self) -> set[str]:
        """The files whose joins may come out differently now, or speak of places that have moved."""
        joins = set(self._joins)
        stale = {str(key[1]) for key in self.index.stale() if key[0] in joins}
        return {path for path in stale | self._moved if path in self.results}

    def fixes(self, finding: Finding) -> tuple[Fix, ...]:
        """The fixes of a finding as it is placed now; best first.

        None takes the place of a file that is there. In a file that does not parse only those that
        break nothing more of it.
        """
        placed = self._placed(finding)
        context = self._context(placed)
        if placed is None or context is None:
            return ()
        fixes = fixes_for(self.plan, placed, context)
        # Such as a revision that was written before and does not parse whole: it is not one now.
        fixes = tuple(fix for fix in fixes if all(self._read(new.path) is None for new in fix.creates))
        if context.file.root.has_error:
            fixes = tuple(fix for fix in fixes if self._breaks_nothing(fix))
        return fixes

    def together(self, finding: Finding, fixes: Sequence[Fix]) -> Fix | None:
        """One fix for all of `fixes`, which ask something of the migrations; `finding` is one of theirs."""
        context = self._context(self._placed(finding))
        return together(context, fixes) if context is not None else None

    def _context(self, placed: Finding | None) -> FixContext | None:
        source = self._read(placed.path) if placed is not None else None
        if placed is None or placed.span is None or source is None:
            return None
        file = self._parsed(placed.path, source)

        def open_file(path: str) -> PyFile | None:
            text = self._read(path)
            return self._parsed(path, text) if text is not None else None

        def read_text(path: str) -> str | None:
            text = self._read(path)
            return text.text if text is not None else None

        return FixContext(placed.code, file, placed.span, self.index, self.options, open_file, read_text)

    def _breaks_nothing(self, fix: Fix) -> bool:
        for path in {edit.path for edit in fix.edits}:
            source = self._read(path)
            if source is None or not path.endswith(PYTHON_SUFFIXES):
                continue
            edits = [TextEdit(edit.span, edit.content) for edit in fix.edits if edit.path == path]
            try:
                after = apply_edits(source.data, edits)
            except OverlappingEdits:
                return False
            if _n_errors(source.data) < _n_errors(after):
                return False
        return True

    def _parsed(self, path: str, source: Source) -> PyFile:
        """The parsed file; the last few are kept, since a file's findings are mended together."""
        kept = self._kept.pop(path, None)
        if kept is None or kept.source.data != source.data:
            while len(self._kept) >= _MAX_KEPT:
                self._kept.pop(next(iter(self._kept)))
            kept = PyFile(path, source)
        self._kept[path] = kept
        return kept

    def _joined(self, path: str, code: str) -> tuple[Finding, ...]:
        return self.index.join((code, path), lambda: join(self.plan, self.index, path, code, self.options))

    def _placed(self, finding: Finding) -> Finding | None:
        span = finding.span or self._span(finding.path, finding.anchor)
        if span is None:
            return None
        related = tuple(self._placed_related(finding.related))
        return msgspec.structs.replace(finding, span=span, related=related)

    def _placed_related(self, related: Iterable[Related]) -> Iterator[Related]:
        for place in related:
            span = place.span or self._span(place.path, place.anchor)
            if span is not None:
                yield msgspec.structs.replace(place, span=span)

    def _span(self, path: str, anchor: str) -> Span | None:
        anchors = self._anchors.get(path)
        if anchors is None:
            result = self.results.get(path)
            if result is None:
                return None
            while len(self._anchors) >= _MAX_KEPT:
                self._anchors.pop(next(iter(self._anchors)))
            anchors = self._anchors[path] = result.anchors
        return anchors.get(anchor)


def _n_errors(data: bytes) -> int:
    """How many bytes do not parse; a token that is missing counts as one."""
    return sum(max(span.end - span.start, 1) for span in error_spans(parse(data).root_node))
