"""A text of errors (a log, a traceback) that an editor shows: what its lines say, read slice by slice."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from bugcatalog_ls.analysis.explaining import Explainer, Explanation
from bugcatalog_ls.catalog.error_blocks import Block, BlockReader, Frame, frames_in
from bugcatalog_ls.catalog.log_lines import plain
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span


class KnownError(NamedTuple):
    """An error that entries explain: its rows, the row that says so, and from where it came."""

    first_row: int
    last_row: int
    row: int
    explanations: tuple[Explanation, ...]
    frames: tuple[Frame, ...]


def is_error_text(path: str, language: str, text: str) -> bool:
    """Whether a document holds errors: a log by name or language, or another text with a traceback."""
    name = path.rpartition("/")[2]
    if language == "log" or _LOG_NAME.search(name):
        return True
    is_plain = language == "plaintext" or name.endswith((".txt", ".out", ".err"))
    return is_plain and _TRACEBACK in text


class ErrorText:
    """Reads a text in slices. Of a very long one the end counts, and of very many errors the first."""

    def __init__(self, source: Source, explainer: Explainer) -> None:
        self.source = source
        self.errors: list[KnownError] = []
        self.is_done = False
        self._explainer = explainer
        lines = source.lines
        self._first_row = lines.row_of(max(0, len(source.data) - _MAX_BYTES))
        self._steps = self._read()

    def work(self, until: float) -> bool:
        """Go on until then; whether more is left."""
        while not self.is_done:
            if next(self._steps, None) is None:
                self.is_done = True
            elif until <= time.monotonic():
                return True
        return False

    def errors_at(self, offset: int) -> Iterator[KnownError]:
        """The errors to which a place belongs, the nearest first."""
        row = self.source.lines.row_of(offset)
        around = [error for error in self.errors if error.first_row <= row <= error.last_row]
        yield from sorted(around, key=lambda error: (abs(error.row - row), error.last_row - error.first_row))

    def frames(self) -> Iterator[tuple[Span, Frame]]:
        """The frames that the text names, with their places."""
        yield from islice(self._all_frames(), _MAX_LINKS)

    def span_of_row(self, row: int) -> Span:
        """A row without the white space around it."""
        start, end = self.source.lines.line_span(row)
        line = self.source.data[start:end]
        return (
            Span(end - len(line.lstrip()), start + len(line.rstrip())) if line.strip() else Span(start, end)
        )

    def _read(self) -> Iterator[bool]:
        reader = BlockReader()
        lines = self.source.lines
        for row in range(self._first_row, len(lines)):
            for block in reader.feed(lines.line(row)):
                self._take(block, row - 1 if block.frames else row)
            if len(self.errors) >= _MAX_ERRORS:
                return
            if row % _ROWS_A_STEP == 0:
                yield True
        for block in reader.finish():
            self._take(block, len(lines) - 1)

    def _take(self, block: Block, last_row: int) -> None:
        found = tuple(self._explainer.explain(block))
        if not found:
            return
        first_row = self._first_row + block.line - 1
        row = self._saying_row(found[0].entry.code, first_row, max(first_row, last_row))
        self.errors.append(KnownError(first_row, max(first_row, last_row), row, found, block.frames))

    def _saying_row(self, code: str, first_row: int, last_row: int) -> int:
        """The last row that leads to the entry by itself, else the last one that says anything."""
        lines = self.source.lines
        rows = range(last_row, max(first_row, last_row - _MAX_ROWS) - 1, -1)
        for row in rows:
            for part in plain(lines.line(row)):
                if any(each.entry.code == code for each in self._explainer.explain(Block(part.text))):
                    return row
        return next((row for row in rows if lines.line(row).strip()), first_row)

    def _all_frames(self) -> Iterator[tuple[Span, Frame]]:
        lines = self.source.lines
        for row in range(self._first_row, len(lines)):
            line = lines.line(row)
            for start, end, frame in frames_in(line):
                begin = lines.line_span(row)[0] + len(line[:start].encode("utf-8"))
                span = Span(begin, begin + len(line[start:end].encode("utf-8")))
                yield span, frame._replace(source=self._code_below(row))

    def _code_below(self, row: int) -> str:
        """The line of code that a traceback prints under a frame."""
        lines = self.source.lines
        if row + 1 >= len(lines) or not lines.line(row).lstrip(" |").startswith("File "):
            return ""
        text = lines.line(row + 1).lstrip(" |").strip()
        return "" if text.startswith(("File ", "During handling")) or not text.strip(" ^~") else text


_LOG_NAME = re.compile(r"\.log(?:\.\d+)?$")
_TRACEBACK = "Traceback (most recent call last)"
_MAX_BYTES = 8 << 20
_MAX_ERRORS = 1000
_MAX_ROWS = 160
_MAX_LINKS = 2000
_ROWS_A_STEP = 64
