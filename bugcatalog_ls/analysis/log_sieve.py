"""Which lines of a log may tell of an error, found in its bytes before any line is taken apart.

A signature fits a line only where all its certain words stand in it, as text or in a record of JSON.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from bugcatalog_ls.catalog.certain_words import Choice, Word, certain_words
from bugcatalog_ls.catalog.error_blocks import TRACEBACK
from bugcatalog_ls.facts.error_keys import KEY_WORDS


class LogSieve:
    """The words of a catalog's signatures in one automaton, made at the first question."""

    def __init__(self, expressions: Iterable[str]) -> None:
        self._signatures = [certain_words(expression) for expression in expressions]

    def next_line(self, data: bytes, at: int) -> int:
        """Where the next line begins, from the one at `at` on, that may tell; the end where none does."""
        if self._automaton is None:
            return at
        found = self._automaton.search(data, at)
        while found is not None:
            word_at = found.start()
            start = max(at, data.rfind(b"\n", at, word_at) + 1)
            others = self._others.get(found[0].lower())
            if others is None:
                # A key by itself, or the beginning of a traceback.
                return start
            end = data.find(b"\n", word_at)
            line = data[start : end if end >= 0 else len(data)]
            lower = line.lower()
            if any(_holds(line, lower, choices) for choices in others):
                return start
            # Another word may begin within this one.
            found = self._automaton.search(data, word_at + 1)
        return len(data)

    @cached_property
    def _automaton(self) -> Any:
        """None where some signature has no telling word, so that each line may tell."""
        import re2  # type: ignore[import-untyped]

        if any(not choices or _shortest(choices[0]) < _LEAST_LETTERS for choices in self._signatures):
            return None
        options = re2.Options()
        options.never_capture = True
        options.max_mem = _MEMORY
        words = {word for choices in self._signatures for word in choices[0]}
        # The first that fits is found: what tells by itself, then short words before the longer ones.
        spelt = [re2.escape(TRACEBACK), r"\\u001b", KEY_WORDS]
        for word in sorted(words, key=lambda word: word.text.lower()):
            escaped = re2.escape(word.text)
            spelt.append(f"(?i:{escaped})" if word.any_case else escaped)
        return re2.compile("|".join(spelt), options)

    @cached_property
    def _others(self) -> dict[bytes, list[_Signature]]:
        """By each word the signatures that it, or a longer word which begins with it, may announce."""
        by_word: defaultdict[str, list[_Signature]] = defaultdict(list)
        for choices in self._signatures:
            spelt = tuple(tuple(map(_spelt, choice)) for choice in choices)
            for word in choices[0]:
                by_word[word.text.lower()].append(spelt)
        others: dict[bytes, list[_Signature]] = {}
        for begin in by_word:
            longer = [own for word, own in by_word.items() if word.startswith(begin)]
            others[begin.encode()] = list(dict.fromkeys(each for own in longer for each in own))
        return others


_Signature = tuple[tuple[tuple[bytes, bool], ...], ...]


def _holds(line: bytes, lower: bytes, choices: _Signature) -> bool:
    return all(any(word in (lower if any_case else line) for word, any_case in choice) for choice in choices)


def _spelt(word: Word) -> tuple[bytes, bool]:
    return (word.text.lower() if word.any_case else word.text).encode(), word.any_case


def _shortest(choice: Choice) -> int:
    return min(len(word.text) for word in choice)


_LEAST_LETTERS = 3
_MEMORY = 64 << 20
