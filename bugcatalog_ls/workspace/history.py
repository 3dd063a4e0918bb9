"""The history of findings: what a run saw, against what was known before, as changes to be told a store.

A finding is known by its code, file and message and by the text or anchor that it stands on, not by its
line. Where one of these alone has changed, it is the same finding still.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Literal, NamedTuple

import msgspec

State = Literal["open", "suppressed", "accepted", "ignored", "mended"]
"""`accepted` by a baseline, `ignored` by settings; `mended` is whatever is no longer found."""


class Sighting(msgspec.Struct, frozen=True, array_like=True):
    """A finding as a run saw it. `mark` stands for the text or anchor that it is known by."""

    code: str
    severity: str
    line: int
    message: str
    mark: int
    state: State
    reason: str = ""


class Change(msgspec.Struct, frozen=True, array_like=True):
    """What became of one finding; `was` is what it was known by before, where that has changed."""

    identity: str
    code: str
    severity: str
    path: str
    line: int
    message: str
    state: State
    reason: str = ""
    was: str = ""


class Batch(msgspec.Struct, frozen=True):
    """What one run has to tell: changes, and now and then all that is still there. `at` in milliseconds."""

    id: str
    at: int
    repository: str
    person: str
    machine: str
    changes: tuple[Change, ...] = ()
    still_there: tuple[str, ...] = ()


Known = dict[str, tuple[Sighting, ...]]
"""What was last seen in a working copy, by path."""


class Scope(NamedTuple):
    """What a run looked at. What it did not, it says nothing of.

    `was_looked_at` is asked of files, `is_looked_for` of codes in files. Where a code `is_switched_off`
    by settings, its findings are ignored, not mended. `is_whole` is false where something failed.
    """

    was_looked_at: Callable[[str], bool]
    is_looked_for: Callable[[str, str], bool]
    is_switched_off: Callable[[str, str], bool]
    is_gone: Callable[[str], bool]
    is_whole: bool = True


def compare(
    before: Known, seen: Mapping[str, tuple[Sighting, ...]], scope: Scope
) -> tuple[Known, list[Change]]:
    """What is known after a run, and what it changed. `before` is returned itself where nothing did."""
    after: Known = {}
    gone: list[_Item] = []
    new: list[_Item] = []
    changes: list[Change] = []
    for path in sorted({*before, *seen}):
        old = before.get(path, ())
        found = seen.get(path, ())
        if path not in seen and not scope.was_looked_at(path):
            if old:
                after[path] = old
            continue
        if _are_alike(old, found):
            if old:
                after[path] = old
            continue
        kept = list(found)
        here = {item.key: item for item in _items(path, found)}
        there = {item.key: item for item in _items(path, old)}
        for key, item in there.items():
            if key in here:
                if _differ(item.sighting, here[key].sighting):
                    changes.append(here[key].change())
                continue
            code = item.sighting.code
            if scope.is_looked_for(code, path) and scope.is_whole:
                gone.append(item)
            elif scope.is_whole and scope.is_switched_off(code, path):
                ignored = msgspec.structs.replace(item.sighting, state="ignored", reason="")
                kept.append(ignored)
                if _differ(item.sighting, ignored):
                    changes.append(item._replace(sighting=ignored).change())
            else:
                kept.append(item.sighting)
        new += [item for key, item in here.items() if key not in there]
        if kept:
            after[path] = tuple(kept)
    pairs, mended = _paired(new, gone, scope)
    changes += [item.change(was.identity if was is not None else "") for item, was in pairs]
    changes += [item.change(state="mended") for item in mended]
    same = not changes and before.keys() == after.keys()
    return (before if same else after), changes


def identities(known: Known) -> Iterator[str]:
    """By what all that is known is told from each other."""
    for path, sightings in known.items():
        for item in _items(path, sightings):
            yield item.identity


class _Item(NamedTuple):
    path: str
    number: int
    """Which it is of several that are alike in a file."""
    sighting: Sighting

    @property
    def key(self) -> tuple[str, str, int, int]:
        return self.sighting.code, self.sighting.message, self.sighting.mark, self.number

    @property
    def identity(self) -> str:
        code, message, mark, number = self.key
        parts = f"{code}\0{self.path}\0{message}\0{mark}\0{number}"
        return blake2b(parts.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()

    def change(self, was: str = "", state: State | None = None) -> Change:
        seen = self.sighting
        return Change(
            self.identity,
            seen.code,
            seen.severity,
            self.path,
            seen.line,
            seen.message,
            state or seen.state,
            seen.reason if state is None else "",
            was,
        )


def _items(path: str, sightings: Iterable[Sighting]) -> Iterator[_Item]:
    counts: Counter[tuple[str, str, int]] = Counter()
    for sighting in sightings:
        alike = (sighting.code, sighting.message, sighting.mark)
        yield _Item(path, counts[alike], sighting)
        counts[alike] += 1


def _are_alike(old: tuple[Sighting, ...], new: tuple[Sighting, ...]) -> bool:
    return len(old) == len(new) and not any(
        before is not after
        and (before.code != after.code or before.mark != after.mark or before.message != after.message
             or _differ(before, after))
        for before, after in zip(old, new, strict=True)
    )  # fmt: skip


def _differ(before: Sighting, after: Sighting) -> bool:
    return before.state != after.state or before.reason != after.reason or before.severity != after.severity


def _paired(
    new: list[_Item], gone: list[_Item], scope: Scope
) -> tuple[list[tuple[_Item, _Item | None]], list[_Item]]:
    """New findings with what they were before, and what is gone for good."""
    pairs: list[tuple[_Item, _Item | None]] = []
    for alike in _ALIKE if new and gone else ():
        by_key: dict[tuple[object, ...], list[_Item]] = {}
        for item in gone:
            if alike is not _is_moved or scope.is_gone(item.path):
                by_key.setdefault(alike(item), []).append(item)
        left: list[_Item] = []
        for item in new:
            was = next((each for each in by_key.get(alike(item), ()) if _is_near(alike, each, item)), None)
            if was is None:
                left.append(item)
                continue
            by_key[alike(item)].remove(was)
            pairs.append((item, was))
        new, gone = (
            left,
            [item for items in by_key.values() for item in items]
            + [item for item in gone if alike is _is_moved and not scope.is_gone(item.path)],
        )
    return [*pairs, *((item, None) for item in new)], gone


def _is_near(alike: object, before: _Item, after: _Item) -> bool:
    """Whether a line that was edited may be the same one: many findings of an entry say the same."""
    return alike is not _is_edited or abs(before.sighting.line - after.sighting.line) <= _NEAR


_NEAR = 10


def _has_other_message(item: _Item) -> tuple[object, ...]:
    return item.path, item.sighting.code, item.sighting.mark


def _is_edited(item: _Item) -> tuple[object, ...]:
    return item.path, item.sighting.code, item.sighting.message


def _is_moved(item: _Item) -> tuple[object, ...]:
    return item.sighting.code, item.sighting.message, item.sighting.mark


_ALIKE = (_has_other_message, _is_edited, _is_moved)
