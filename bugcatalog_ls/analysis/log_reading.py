"""Logs of any size, read in bytes: all that can't be an error that a catalog knows is passed over unread.

What is passed over would have given nothing: outside of tracebacks a line counts by itself, and in each line
that counts stands a word of a signature, of a key, or the beginning of a traceback.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from bugcatalog_ls.analysis.explaining import Explainer, Explanation
from bugcatalog_ls.catalog.certain_words import Word, certain_words
from bugcatalog_ls.catalog.error_blocks import TRACEBACK, Block, BlockReader
from bugcatalog_ls.facts.error_keys import KEY_WORDS


class LogReading:
    """Explains the errors of a log that comes in pieces, of whole lines or a part of a very long one."""

    def __init__(self, explainer: Explainer) -> None:
        self._explainer = explainer
        self._reader = BlockReader()
        self._is_in_line = False

    @property
    def n_lines(self) -> int:
        """How many lines came."""
        return self._reader.n_lines

    def feed(self, data: bytes) -> Iterator[tuple[Block, list[Explanation]]]:
        """The errors that are whole once this piece is known, with what explains them."""
        reader = self._reader
        if b"\x1b" in data or b"\\u001b" in data:
            data = _COLOURS.sub(b"", data)
        at = 0
        while at < len(data):
            if not reader.is_open:
                start = self._next_telling(data, at)
                self._pass_lines(data, at, start)
                at = start
                if at == len(data):
                    return
            end = data.find(b"\n", at) + 1 or len(data)
            line = data[at:end].decode("utf-8", "replace")
            for block in reader.feed(line, continued=self._is_in_line):
                yield block, self._explainer.explain(block)
            self._is_in_line = not line.endswith("\n")
            at = end

    def finish(self) -> Iterator[tuple[Block, list[Explanation]]]:
        """The error that is still open, where no line has come for a while or none will come."""
        for block in self._reader.finish():
            yield block, self._explainer.explain(block)

    def _next_telling(self, data: bytes, at: int) -> int:
        """Where the next line begins that may tell of an error; the end where none does."""
        if self._telling is None:
            return at
        found = self._telling.search(data, at)
        return len(data) if found is None else max(at, data.rfind(b"\n", at, found.start()) + 1)

    def _pass_lines(self, data: bytes, start: int, end: int) -> None:
        if end == start:
            return
        n_ends = data.count(b"\n", start, end)
        ends_line = data[end - 1] == _NEWLINE
        self._reader.skip(n_ends + (not ends_line) - self._is_in_line)
        self._is_in_line = not ends_line

    @cached_property
    def _telling(self) -> Any:
        """One automaton for the words; None where some signature has none, so that all lines may tell."""
        import re2  # type: ignore[import-untyped]

        words = {Word(TRACEBACK), Word("\\u001b")}
        for expression in self._explainer.expressions:
            found = certain_words(expression)
            if found is None or min(len(word.text) for word in found) < _LEAST_LETTERS:
                return None
            words |= found
        options = re2.Options()
        options.never_capture = True
        options.max_mem = _MEMORY
        spelt = (
            f"(?i:{re2.escape(word.text)})" if word.any_case else re2.escape(word.text)
            for word in sorted(words)
        )
        return re2.compile("|".join((*spelt, KEY_WORDS)), options)


_NEWLINE = ord("\n")
_LEAST_LETTERS = 3
_MEMORY = 64 << 20
# Colours of terminals, and the same in records of JSON.
_COLOURS = re.compile(rb"(?:\x1b|(?<!\\)\\u001b)\[[0-9;?]*[A-Za-z]")
