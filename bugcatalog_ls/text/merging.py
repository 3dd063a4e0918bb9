"""Two texts that came of one, merged by lines, where their changes do not touch."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import NamedTuple


def merged(base: str, mine: str, theirs: str) -> str | None:
    """`base` with the changes of both, or None where these meet each other."""
    lines = base.splitlines(keepends=True)
    own, other = _changes(lines, mine), _changes(lines, theirs)
    for left in own:
        for right in other:
            if left != right and left.start <= right.end and right.start <= left.end:
                return None
    result: list[str] = []
    at = 0
    for change in sorted({*own, *other}):
        result += lines[at : change.start]
        result += change.lines
        at = change.end
    return "".join(result + lines[at:])


class _Change(NamedTuple):
    start: int
    end: int
    lines: tuple[str, ...]


def _changes(base: list[str], text: str) -> list[_Change]:
    new = text.splitlines(keepends=True)
    opcodes = SequenceMatcher(None, base, new, autojunk=False).get_opcodes()
    return [_Change(i, j, tuple(new[k:m])) for tag, i, j, k, m in opcodes if tag != "equal"]
