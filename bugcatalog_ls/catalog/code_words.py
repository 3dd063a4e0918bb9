"""The words that mean an entry: codes, and the ids of the incidents that entries tell of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from bugcatalog_ls.catalog.entry import Case, Entry


class CodeWord(NamedTuple):
    """A word of a text, by its bytes, and what it means; `case` where it is an incident's id, of which
    `others` may tell as well."""

    start: int
    end: int
    entry: Entry
    case: Case | None = None
    others: tuple[Entry, ...] = ()

    @property
    def row(self) -> int:
        """Where the page speaks of it, from 0."""
        if self.case is None:
            return 0
        return self.entry.line_of("cases", self.entry.cases.index(self.case)) - 1


class CodeWords:
    """The words of a catalog. What it does not know is never one, however much it looks like it."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._known: dict[bytes, list[tuple[Entry, Case | None]]] = {}
        # A team's own incidents come before those that the built-in pages happen to call alike.
        for entry in sorted(entries.values(), key=lambda entry: entry.source == "built-in"):
            for case in entry.cases:
                if _IS_ID.fullmatch(case.id):
                    self._known.setdefault(case.id.encode(), []).append((entry, case))
        # A code is a code, even where somebody calls an incident by it.
        for code, entry in entries.items():
            self._known[code.encode()] = [(entry, None)]

    def find(self, data: bytes, start: int = 0, end: int | None = None) -> Iterator[CodeWord]:
        """All known words between two offsets."""
        for match in _WORD.finditer(data, start, len(data) if end is None else end):
            known = self._known.get(match[0])
            if known is not None:
                others = tuple(entry for entry, _ in known[1:])
                yield CodeWord(match.start(), match.end(), *known[0], others)


# Parts of paths, addresses and longer names are none.
_WORD = re.compile(rb"(?<![\w./@%=-])(?<![\w/]#)[A-Za-z][\w-]*\d(?![\w/@=-]|\.\w)")
_IS_ID = re.compile(r"[A-Za-z][\w-]*\d", re.ASCII)
