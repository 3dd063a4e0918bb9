"""Which of many byte strings a text holds, told by one pass over it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Protocol, TypeVar

SPACES = (b" ", b"\n", b"\t", b"\r", b"\f", b"\v")
"""What `\\s` stands for, where a word is looked for that is followed by it."""

_MAX_MEMORY = 64 << 20
"""Bytes that the automaton of all literals may take; one that needs more is done without."""


class Words:
    """Byte strings of which a text is asked whether it holds one; with `any_case` in capitals, too.

    Asking for each word by itself costs a pass over the text each, and an expression of alternatives
    more than that. All words that were declared anywhere are looked for in one pass.
    """

    __slots__ = ("_any_case", "_words", "keys", "n_known")

    def __init__(self, *words: bytes, any_case: bool = False) -> None:
        self._words = tuple(word.lower() for word in words) if any_case else words
        self._any_case = any_case
        self.keys = frozenset(_known.setdefault((word, any_case), len(_known)) for word in self._words)
        # How many words were declared when these were; a pass for fewer says nothing of them.
        self.n_known = len(_known)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._words)

    def number_of(self, word: bytes) -> int:
        return _known[word, self._any_case]

    def __len__(self) -> int:
        return len(self._words)


class Asking(Protocol):
    """Something that has a use for a text with one of its words, or for any text."""

    @property
    def words(self) -> Words | None: ...


Asked = TypeVar("Asked", bound=Asking)


class HeldWords:
    """Which of all declared words one text holds."""

    __slots__ = ("_data", "_held", "_n_known")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._held: frozenset[int] = frozenset()
        self._n_known = 0

    def any_of(self, words: Words) -> bool:
        if self._n_known < words.n_known:
            self._look()
        return not self._held.isdisjoint(words.keys)

    def among(self, asking: Iterable[Asked]) -> list[Asked]:
        """Those of many that have a use for the text; all at once, as a call for each takes longer."""
        self._look()
        held = self._held
        return [each for each in asking if each.words is None or not held.isdisjoint(each.words.keys)]

    def which_of(self, words: Words) -> list[bytes]:
        """Those of the words that the text holds."""
        if not self.any_of(words):
            return []
        return [word for word in words if words.number_of(word) in self._held]

    def _look(self) -> None:
        if self._n_known == len(_known):
            return
        self._n_known = len(_known)
        self._held = _table(self._n_known).held_by(self._data)


_known: dict[tuple[bytes, bool], int] = {}


@lru_cache(maxsize=1)
def _table(n_known: int) -> LiteralTable:
    return LiteralTable(list(_known)[:n_known])


class LiteralTable:
    """A fixed series of literals, each with whether its case is of no interest (then in lower case)."""

    def __init__(self, literals: Sequence[tuple[bytes, bool]]) -> None:
        # Imported here: it costs some milliseconds, and not all commands read sources.
        import re2  # type: ignore[import-untyped]

        self._literals = tuple(literals)
        options = re2.Options()
        # Bytes are looked for as they are, and one character a byte is what Latin-1 means.
        options.encoding = re2.Options.Encoding.LATIN1
        options.max_mem = _MAX_MEMORY
        options.log_errors = False
        self._set = re2.Set.SearchSet(options)
        for literal, any_case in self._literals:
            self._set.Add(b"(?i)" + re2.escape(literal) if any_case else re2.escape(literal))
        # It stands everywhere; where not even it is told, the automaton ran out of memory.
        self._set.Add(b"")
        self._set.Compile()

    def held_by(self, data: bytes) -> frozenset[int]:
        """The numbers of the literals that stand in a text."""
        found = self._set.Match(data)
        if found is not None:
            return frozenset(found) - {len(self._literals)}
        lower = data.lower()
        return frozenset(
            number
            for number, (literal, any_case) in enumerate(self._literals)
            if literal in (lower if any_case else data)
        )
