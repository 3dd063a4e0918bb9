"""An entry run over the history of a repository: where it would have warned, and what became of it.

The history is walked along first parents, so that there is one state of all files after each commit. A
blob is analysed once; what is joined from several files is joined anew only where a change concerns it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import msgspec

from bugcatalog_ls.analysis.analyzer import Options
from bugcatalog_ls.analysis.driver import PYTHON_SUFFIXES, Plan, analyse, plan_for
from bugcatalog_ls.analysis.project import Project
from bugcatalog_ls.analysis.result import FileResult
from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.facts.fact import Facts
from bugcatalog_ls.syntax.literals import HeldWords
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.workspace.files import ReadProblem
from bugcatalog_ls.workspace.git_history import Commit, FileChange, GitHistory
from bugcatalog_ls.workspace.line_history import Place, follow
from bugcatalog_ls.workspace.reading import decode

Outcome = Literal["mended", "removed", "still there"]


class Occurrence(msgspec.Struct):
    """A place where the entry would have warned. `introduced` is None for one that was there at the start;
    path and row (from 1) are those at its introduction."""

    path: str
    row: int
    line: str
    message: str
    introduced: Commit | None
    outcome: Outcome = "still there"
    ended: Commit | None = None


class Backtest(msgspec.Struct):
    """What an entry would have said. `n_commits` were walked, of `total`; `n_missing` blobs are not there."""

    code: str
    total: int = 0
    n_commits: int = 0
    n_blobs: int = 0
    n_missing: int = 0
    occurrences: list[Occurrence] = []

    @property
    def introduced(self) -> list[Occurrence]:
        return [occurrence for occurrence in self.occurrences if occurrence.introduced is not None]


def backtest(
    entry: Entry,
    history: GitHistory,
    commits: Sequence[Commit],
    into: Backtest,
    options: Options | None = None,
    max_file_size: int = 2 * 1024 * 1024,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Run an entry over `commits`, oldest first, into a result that is right after each commit: whatever
    `report` raises ends the walk."""
    walk = _Walk(entry, history, into, options or Options(), max_file_size)
    into.total = len(commits)
    if not commits:
        return
    base = history.tree(commits[0].parent) if commits[0].parent else {}
    total = len(base) + len(commits)
    paths = {*base, *(change.path for commit in commits for change in commit.changes)}
    walk.begin(base, paths, lambda done: report(done, total))
    for number, commit in enumerate(commits, start=1):
        report(len(base) + number, total)
        walk.step(commit)
        into.n_commits = number


class _Open(msgspec.Struct):
    """An occurrence that is there now, and where."""

    occurrence: Occurrence
    place: Place


class _Walk:
    def __init__(
        self, entry: Entry, history: GitHistory, into: Backtest, options: Options, max_file_size: int
    ) -> None:
        self._history = history
        self._into = into
        self._max_file_size = max_file_size
        plan = plan_for([entry])[0]
        self._plan = plan
        self._project = Project(plan, options, self._source)
        self._options = options
        self._names = [
            name for rule in plan.rules.compiled.values() for each in rule.resolves.values() for name in each
        ]
        self._is_local = not any(analyzer.join for analyzer in plan.analyzers.values())
        self._blobs: dict[str, str] = {}
        self._open: dict[str, list[_Open]] = {}
        self._results: dict[tuple[str, str], FileResult] = {}
        self._texts: dict[str, Source | None] = {}

    def begin(self, tree: dict[str, str], paths: Iterable[str], report: Callable[[int], None]) -> None:
        # Only what the repository defines itself may be known by another module's name in it.
        own = {part.removesuffix(".py") for path in paths for part in path.split("/")}
        self._is_local = self._is_local and own.isdisjoint(name.split(".")[0] for name in self._names)
        for number, (path, blob) in enumerate(tree.items()):
            report(number)
            self._set(path, blob)
        for path in list(self._blobs):
            self._open[path] = [self._opened(path, place, None) for place in self._places(path)]
        self._project.stale_paths()

    def step(self, commit: Commit) -> None:
        """Go on to the state after a commit."""
        before = {
            path: (self._open.pop(path, []), self._text(self._blobs.get(path, "")))
            for path in {change.old_path for change in commit.changes}
        }
        renamed = {change.path: change.old_path for change in commit.changes if change.blob}
        for change in commit.changes:
            self._apply(change)
        ended: list[_Open] = []
        fresh: list[tuple[str, Place]] = []
        concerned = sorted({*renamed, *(path for path in self._project.stale_paths() if path in self._blobs)})
        for path in concerned:
            was, old_text = before.pop(renamed.get(path, path), (self._open.pop(path, []), None))
            places = self._places(path)
            text = self._text(self._blobs[path]) if was or places else ""
            step = follow([each.place for each in was], places, text if old_text is None else old_text, text)
            self._open[path] = [_Open(was[old].occurrence, places[new]) for old, new in step.kept.items()]
            for number, how in step.ended.items():
                was[number].occurrence.outcome = how
                ended.append(was[number])
            fresh += [(path, places[number]) for number in step.new]
        for was, _ in before.values():
            for each in was:
                each.occurrence.outcome = "removed"
            ended += was
        self._settle(commit, ended, fresh)

    def _settle(self, commit: Commit, ended: list[_Open], fresh: Iterable[tuple[str, Place]]) -> None:
        """What ended in one file and began in another was only moved there."""
        for path, place in fresh:
            moved = next(
                (e for e in ended if (e.place.line, e.place.variant) == (place.line, place.variant)), None
            )
            if moved is not None:
                ended.remove(moved)
                moved.occurrence.outcome = "still there"
                self._open.setdefault(path, []).append(_Open(moved.occurrence, place))
            else:
                self._open.setdefault(path, []).append(self._opened(path, place, commit))
        for each in ended:
            each.occurrence.ended = commit

    def _opened(self, path: str, place: Place, commit: Commit | None) -> _Open:
        occurrence = Occurrence(path, place.first + 1, place.line, place.message, commit)
        self._into.occurrences.append(occurrence)
        return _Open(occurrence, place)

    def _apply(self, change: FileChange) -> None:
        if change.old_path != change.path or not change.blob:
            self._forget(change.old_path)
        if change.blob:
            self._set(change.path, change.blob)

    def _forget(self, path: str) -> None:
        self._blobs.pop(path, None)
        self._project.remove(path)

    def _set(self, path: str, blob: str) -> None:
        if not self._plan.wants(path) or (self._is_local and not self._may_say_something(path)):
            return
        result = self._results.get((path, blob))
        if result is None:
            source = self._read(path, blob)
            if source is None:
                self._forget(path)
                return
            result = self._analysed(path, source)
            self._into.n_blobs += 1
            while len(self._results) >= _MAX_RESULTS:
                self._results.pop(next(iter(self._results)))
            self._results[(path, blob)] = result
        self._blobs[path] = blob
        self._project.set_result(path, result)

    def _may_say_something(self, path: str) -> bool:
        return path.endswith(PYTHON_SUFFIXES) or self._plan.rules.wants(path)

    def _analysed(self, path: str, source: Source) -> FileResult:
        if not self._is_local:
            return analyse(self._plan, path, source, self._options)
        if not self._may_match(path, source) and not _is_asked(self._plan, source):
            return FileResult()
        # What only other files need to know of this one, nobody asks for.
        return analyse(self._plan, path, source, self._options, shared=Facts())

    def _may_match(self, path: str, source: Source) -> bool:
        """Whether a rule may match in a text: the last part of a name that must resolve stands in every file
        that imports it, under whatever other name."""
        if not self._plan.rules.wants(path):
            return False
        if not all(rule.resolves for rule in self._plan.rules.compiled.values()):
            return True
        return any(name.rpartition(".")[2].encode("utf-8") in source.data for name in self._names)

    def _places(self, path: str) -> list[Place]:
        findings = self._project.findings(path)
        source = self._source(path) if findings else None
        if source is None:
            return []
        places = []
        for finding in findings:
            if finding.span is None:
                continue
            first = source.lines.row_of(finding.span.start)
            start, end = source.lines.line_span(first)
            line = source.data[start:end].decode("utf-8", "replace").strip()
            last = source.lines.row_of(max(finding.span.start, finding.span.end - 1))
            places.append(Place(first, last, finding.variant, line, finding.message))
        return places

    def _source(self, path: str) -> Source | None:
        blob = self._blobs.get(path)
        return self._read(path, blob) if blob is not None else None

    def _text(self, blob: str) -> str:
        source = self._read("", blob) if blob else None
        return source.text if source is not None else ""

    def _read(self, path: str, blob: str) -> Source | None:
        """The text of a blob; the last few are kept, since a change is looked at from both sides."""
        if blob not in self._texts:
            raw = self._history.blob(blob)
            self._into.n_missing += raw is None
            decoded = decode(path, raw) if raw is not None and len(raw) <= self._max_file_size else None
            while len(self._texts) >= _MAX_TEXTS:
                self._texts.pop(next(iter(self._texts)))
            is_text = decoded is not None and not isinstance(decoded, ReadProblem)
            self._texts[blob] = Source(decoded[0]) if is_text and decoded is not None else None
        return self._texts[blob]


_MAX_RESULTS = 4_000
_MAX_TEXTS = 64


def _is_asked(plan: Plan, source: Source) -> bool:
    """Whether any analyzer wants to look at a text."""
    held = HeldWords(source.data)
    return not all(analyzer.literals for analyzer in plan.analyzers.values()) or any(
        words is not None and held.any_of(words) for _, _, words in plan.looking
    )
