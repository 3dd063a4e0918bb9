"""The line index: byte offsets to rows and columns in UTF-8, UTF-16 or code points, and back."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import Literal

ColumnUnit = Literal["utf-8", "utf-16", "utf-32"]


class LineIndex:
    """Rows (from 0) of one UTF-8 text. Columns count bytes, UTF-16 units or code points.

    LSP and Python both end a line at \\n, \\r\\n and a lone \\r, and at nothing else.
    """

    __slots__ = ("_ascii", "_data", "starts")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._ascii = data.isascii()
        # The lines of bytes, unlike those of a str, end at these three alone.
        self.starts: list[int] = [0, *accumulate(map(len, data.splitlines(keepends=True)))]
        if len(self.starts) > 1 and not data.endswith((b"\n", b"\r")):
            self.starts.pop()

    def __len__(self) -> int:
        return len(self.starts)

    def row_of(self, offset: int) -> int:
        return bisect_right(self.starts, offset) - 1

    def line_span(self, row: int) -> tuple[int, int]:
        """Start and end (before the line end) of a row."""
        start = self.starts[row]
        end = self.starts[row + 1] if row + 1 < len(self.starts) else len(self._data)
        while end > start and self._data[end - 1] in b"\r\n":
            end -= 1
        return start, end

    def line(self, row: int) -> str:
        start, end = self.line_span(row)
        return self._data[start:end].decode("utf-8", "replace")

    def position(self, offset: int, unit: ColumnUnit = "utf-32") -> tuple[int, int]:
        """The row and column of a byte offset; offsets outside the text are clamped."""
        offset = max(0, min(offset, len(self._data)))
        row = self.row_of(offset)
        start = self.starts[row]
        if self._ascii or unit == "utf-8":
            return row, offset - start
        return row, _width(self._data[start:offset].decode("utf-8", "ignore"), unit)

    def offset(self, row: int, column: int, unit: ColumnUnit = "utf-32") -> int:
        """The byte offset of a row and column; both are clamped to what exists (LSP's rule)."""
        if row < 0:
            return 0
        if row >= len(self.starts):
            return len(self._data)
        start, end = self.line_span(row)
        if column <= 0:
            return start
        if self._ascii or unit == "utf-8":
            return min(start + column, end)
        line = self._data[start:end].decode("utf-8", "replace")
        if unit == "utf-32":
            return start + len(line[:column].encode("utf-8"))
        taken, units = 0, 0
        for character in line:
            units += 2 if ord(character) > 0xFFFF else 1
            if units > column:
                break
            taken += len(character.encode("utf-8"))
        return start + taken


def _width(text: str, unit: ColumnUnit) -> int:
    if unit == "utf-16":
        return len(text.encode("utf-16-le")) // 2
    return len(text)
