"""The figures of a report, worked out from what a store remembers: how things stand, and how they went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from bugcatalog_ls.workspace.history_reading import Event, History, Occurrence, Repository

DAY = 86_400_000
_MAX_FILES = 15


class EntryFigures(msgspec.Struct, frozen=True):
    """One entry: its findings now, ever, and open at the end of each period."""

    code: str
    title: str
    n_open: int
    n_seen: int
    n_mended: int
    n_suppressed: int
    n_accepted: int
    open_over_time: tuple[int, ...]


class FileFigures(msgspec.Struct, frozen=True):
    """One file: its open findings, all that was ever seen in it, and the codes, the most frequent first."""

    repository: str
    path: str
    n_open: int
    n_seen: int
    codes: tuple[str, ...]


class RepositoryFigures(msgspec.Struct, frozen=True):
    """One repository, and the last news of it."""

    name: str
    n_open: int
    n_seen: int
    n_mended: int
    n_suppressed: int
    last_run_at: int
    last_person: str
    last_machine: str


class SuppressionFigures(msgspec.Struct, frozen=True):
    """One suppressed finding, and who said why."""

    repository: str
    code: str
    path: str
    line: int
    reason: str
    person: str
    at: int


class Report(msgspec.Struct, frozen=True):
    """All figures. Times are in milliseconds; `periods` are where each period begins."""

    since: int
    until: int
    periods: tuple[int, ...]
    entries: tuple[EntryFigures, ...]
    files: tuple[FileFigures, ...]
    repositories: tuple[RepositoryFigures, ...]
    suppressions: tuple[SuppressionFigures, ...]
    introduced: tuple[int, ...]
    mended: tuple[int, ...]

    @property
    def n_open(self) -> int:
        return sum(entry.n_open for entry in self.entries)

    @property
    def n_mended(self) -> int:
        return sum(entry.n_mended for entry in self.entries)


def report_on(
    history: History, titles: Mapping[str, str], since: int, until: int, severities: Sequence[str]
) -> Report:
    """The figures of findings of these severities. What stood there when a repository was first looked at
    counts as found, not as introduced."""
    occurrences = [each for each in history.occurrences if each.severity in severities]
    kept = {each.id: each for each in occurrences}
    events = [event for event in history.events if event.occurrence in kept]
    first = min((event.at for event in events), default=until)
    periods = _periods(max(since, first), until)
    course = _course(events, kept, periods)
    return Report(
        periods[0],
        until,
        periods,
        _entries(occurrences, titles, course.open_over_time),
        _files(occurrences),
        tuple(_repository(each, occurrences) for each in history.repositories),
        tuple(
            SuppressionFigures(
                each.repository,
                each.code,
                each.path,
                each.line,
                each.reason,
                each.changed_person,
                each.changed_at,
            )
            for each in sorted(
                occurrences, key=lambda each: (each.code, each.repository, each.path, each.line)
            )
            if each.state == "suppressed"
        ),
        course.introduced,
        course.mended,
    )


class _Course(NamedTuple):
    open_over_time: dict[str, tuple[int, ...]]
    introduced: tuple[int, ...]
    mended: tuple[int, ...]


def _periods(since: int, until: int) -> tuple[int, ...]:
    """Where days, weeks or months begin, so that there are not too many."""
    n_days = max((until - since) // DAY + 1, 1)
    width = DAY * (1 if n_days <= 21 else 7 if n_days <= 200 else 30)
    start = since - since % DAY
    return tuple(range(start, until + 1, width)) or (start,)


def _course(events: Sequence[Event], kept: Mapping[int, Occurrence], periods: Sequence[int]) -> _Course:
    first_look: dict[str, int] = {}
    for event in events:
        first_look.setdefault(kept[event.occurrence].repository, event.at)
    n_open: Counter[str] = Counter()
    introduced, mended = [0] * len(periods), [0] * len(periods)
    over_time: dict[str, list[int]] = {}
    at = 0
    for number in range(len(periods)):
        end = periods[number + 1] if number + 1 < len(periods) else None
        while at < len(events) and (end is None or events[at].at < end):
            event, occurrence = events[at], kept[events[at].occurrence]
            at += 1
            n_open[occurrence.code] += (event.after == "open") - (event.before == "open")
            if event.at < periods[0]:
                continue
            is_first = event.at == first_look[occurrence.repository]
            introduced[number] += event.after == "open" and event.before in ("", "mended") and not is_first
            mended[number] += event.after == "mended"
        for code, n in n_open.items():
            over_time.setdefault(code, [0] * number).append(n)
    return _Course({code: tuple(ns) for code, ns in over_time.items()}, tuple(introduced), tuple(mended))


def _entries(
    occurrences: Iterable[Occurrence],
    titles: Mapping[str, str],
    over_time: Mapping[str, tuple[int, ...]],
) -> tuple[EntryFigures, ...]:
    by_code: dict[str, list[Occurrence]] = {}
    for each in occurrences:
        by_code.setdefault(each.code, []).append(each)
    found = [
        EntryFigures(
            code,
            titles.get(code, ""),
            _n(own, "open"),
            len(own),
            sum(each.n_mended for each in own),
            _n(own, "suppressed"),
            _n(own, "accepted"),
            over_time.get(code, ()),
        )
        for code, own in by_code.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.n_open, -each.n_seen, each.code)))


def _files(occurrences: Iterable[Occurrence]) -> tuple[FileFigures, ...]:
    by_file: dict[tuple[str, str], list[Occurrence]] = {}
    for each in occurrences:
        by_file.setdefault((each.repository, each.path), []).append(each)
    found = [
        FileFigures(repository, path, _n(own, "open"), len(own), _most_frequent(own))
        for (repository, path), own in by_file.items()
        if _n(own, "open")
    ]
    found.sort(key=lambda each: (-each.n_open, -each.n_seen, each.repository, each.path))
    return tuple(found[:_MAX_FILES])


def _most_frequent(own: Iterable[Occurrence]) -> tuple[str, ...]:
    counts = Counter(each.code for each in own if each.state == "open")
    return tuple(sorted(counts, key=lambda code: (-counts[code], code)))


def _repository(repository: Repository, occurrences: Iterable[Occurrence]) -> RepositoryFigures:
    own = [each for each in occurrences if each.repository == repository.name]
    return RepositoryFigures(
        repository.name,
        _n(own, "open"),
        len(own),
        sum(each.n_mended for each in own),
        _n(own, "suppressed"),
        repository.last_run_at,
        repository.last_person,
        repository.last_machine,
    )


def _n(occurrences: Iterable[Occurrence], state: str) -> int:
    return sum(each.state == state for each in occurrences)
