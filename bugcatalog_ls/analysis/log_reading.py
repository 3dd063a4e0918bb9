"""Logs of any size, read in bytes: all that can't be an error that a catalog knows is passed over unread.

What is passed over would have given nothing: outside of tracebacks a line counts by itself, and in each line
that counts stands a word of a signature, of a key, or the beginning of a traceback.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bugcatalog_ls.analysis.explaining import Explainer, Explanation
from bugcatalog_ls.analysis.log_sieve import LogSieve
from bugcatalog_ls.catalog.error_blocks import Block, BlockReader


class LogReading:
    """Explains the errors of a log that comes in pieces, of whole lines or a part of a very long one."""

    def __init__(self, explainer: Explainer) -> None:
        self._explainer = explainer
        self._sieve = LogSieve(explainer.expressions)
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
                start = self._sieve.next_line(data, at)
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

    def _pass_lines(self, data: bytes, start: int, end: int) -> None:
        if end == start:
            return
        n_ends = data.count(b"\n", start, end)
        ends_line = data[end - 1] == _NEWLINE
        self._reader.skip(n_ends + (not ends_line) - self._is_in_line)
        self._is_in_line = not ends_line


_NEWLINE = ord("\n")
# Colours of terminals, and the same in records of JSON.
_COLOURS = re.compile(rb"(?:\x1b|(?<!\\)\\u001b)\[[0-9;?]*[A-Za-z]")
