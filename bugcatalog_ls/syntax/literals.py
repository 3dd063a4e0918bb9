"""Which of many byte strings a text holds, told by one pass over it."""

from __future__ import annotations

from collections.abc import Iterable

_MAX_MEMORY = 64 << 20
"""Bytes that the automaton of all literals may take; one that needs more is done without."""


class LiteralTable:
    """A fixed set of literals to be looked for in many texts.

    Asking for each literal by itself costs a pass over the text each; with the analyzers and
    vocabularies there are, that came to a fifth of what parsing costs.
    """

    def __init__(self, literals: Iterable[bytes]) -> None:
        # Imported here: it costs some milliseconds, and not all commands read sources.
        import re2  # type: ignore[import-untyped]

        self._literals = tuple(sorted(set(literals)))
        options = re2.Options()
        # Bytes are looked for as they are, and one character a byte is what Latin-1 means.
        options.encoding = re2.Options.Encoding.LATIN1
        options.max_mem = _MAX_MEMORY
        options.log_errors = False
        self._set = re2.Set.SearchSet(options)
        for literal in self._literals:
            self._set.Add(re2.escape(literal))
        self._set.Compile()

    def held_by(self, data: bytes) -> frozenset[bytes]:
        """The literals that stand in a text."""
        if not self._literals:
            return frozenset()
        # Nothing is told where the automaton ran out of memory, as where nothing was found.
        found = self._set.Match(data)
        if found is None:
            return frozenset(literal for literal in self._literals if literal in data)
        return frozenset([self._literals[index] for index in found])
