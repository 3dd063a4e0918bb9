"""Findings followed from one version of a file to the next: which stay, which end, and how."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

End = Literal["mended", "removed"]


class Place(NamedTuple):
    """Where a finding stands: its rows (from 0, both included), its variant, and its first line."""

    first: int
    last: int
    variant: str
    line: str
    message: str = ""


class Step(NamedTuple):
    """What became of the places of a version: the place in the next one that each went on as, or how it
    ended; and the places that are new."""

    kept: dict[int, int]
    ended: dict[int, End]
    new: list[int]


def follow(old: Sequence[Place], new: Sequence[Place], old_text: str, new_text: str) -> Step:
    """Follow places from one text to the next; numbers are those of the two sequences."""
    kept: dict[int, int] = {}
    left = list(range(len(new)))
    blocks = _opcodes(old_text, new_text) if old and old_text != new_text else []
    if not blocks:
        blocks = [("equal", 0, 1 << 30, 0, 1 << 30)]

    def keep(number: int, other: int) -> None:
        kept[number] = other
        left.remove(other)

    for fits in (_at_its_line, _with_its_text, _in_its_hunk):
        for number, place in enumerate(old):
            if number in kept:
                continue
            found = next(
                (o for o in left if new[o].variant == place.variant and fits(place, new[o], blocks)), None
            )
            if found is not None:
                keep(number, found)
    ended = {
        number: _how_it_ended(place, blocks, old_text, new_text)
        for number, place in enumerate(old)
        if number not in kept
    }
    return Step(kept, ended, left)


_Opcode = tuple[str, int, int, int, int]
_WORD = re.compile(r"[^\W\d]\w+")
_LIKE = 0.5


def _opcodes(old: str, new: str) -> list[_Opcode]:
    return list(SequenceMatcher(None, old.split("\n"), new.split("\n"), False).get_opcodes())


def _at_its_line(place: Place, other: Place, blocks: Sequence[_Opcode]) -> bool:
    return any(
        tag == "equal" and i1 <= place.first < i2 and other.first == j1 + place.first - i1
        for tag, i1, i2, j1, _ in blocks
    )


def _with_its_text(place: Place, other: Place, blocks: Sequence[_Opcode]) -> bool:
    return place.line == other.line


def _in_its_hunk(place: Place, other: Place, blocks: Sequence[_Opcode]) -> bool:
    return any(
        tag == "replace" and i1 <= place.first < i2 and j1 <= other.first < j2
        for tag, i1, i2, j1, j2 in blocks
    )


def _how_it_ended(place: Place, blocks: Sequence[_Opcode], old_text: str, new_text: str) -> End:
    """*Mended* where the code is still there in another form, or as it was; else it was taken away."""
    old_lines, new_lines = old_text.split("\n"), new_text.split("\n")
    words = set(_WORD.findall("\n".join(old_lines[place.first : place.last + 1])))
    later: set[str] = set()
    for tag, i1, i2, j1, j2 in blocks:
        if i1 <= place.last and place.first < max(i2, i1 + 1) and tag != "delete":
            end = j2 if tag == "replace" else min(j2, j1 + place.last + 1 - i1)
            start = j1 if tag == "replace" else max(j1, j1 + place.first - i1)
            later |= set(_WORD.findall("\n".join(new_lines[start:end])))
    return "mended" if words and len(words & later) / len(words) >= _LIKE else "removed"
