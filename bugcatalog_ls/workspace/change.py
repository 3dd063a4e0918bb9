"""The one region in which two texts differ, and where places of the one are in the other."""

from __future__ import annotations

from functools import cached_property

from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span


class Change:
    """What is before `start` and after the two ends is the same in both texts."""

    def __init__(self, old: Source, new: Source) -> None:
        self.old, self.new = old, new
        before, after = old.data, new.data
        limit = min(len(before), len(after))
        self.start = common_prefix(before, after, limit)
        tail = _common_suffix(before, after, limit - self.start)
        self.old_end, self.new_end = len(before) - tail, len(after) - tail

    @property
    def row(self) -> int:
        """The last row of the new text that was edited: where the cursor is."""
        return self.new_rows[1]

    @cached_property
    def old_rows(self) -> tuple[int, int]:
        """The first and last row of the old text that were edited."""
        lines = self.old.lines
        return lines.row_of(self.start), lines.row_of(self.old_end)

    @cached_property
    def new_rows(self) -> tuple[int, int]:
        lines = self.new.lines
        return lines.row_of(self.start), lines.row_of(self.new_end)

    def moved(self, span: Span) -> Span | None:
        """Where a span of the old text is in the new one; None where one of its edges was edited."""
        if span.end <= self.start:
            return span
        if span.start >= self.old_end:
            shift = self.new_end - self.old_end
            return Span(span.start + shift, span.end + shift)
        if span.start <= self.start and span.end >= self.old_end:
            return Span(span.start, span.end + self.new_end - self.old_end)
        return None

    def kept(self, span: Span) -> Span:
        """Where a span of the old text is in the new one, as near as can be said."""
        moved = self.moved(span)
        if moved is not None:
            return moved
        shift = self.new_end - self.old_end
        start = span.start if span.start <= self.start else self.start
        end = span.end + shift if span.end >= self.old_end else self.new_end
        return Span(start, max(start, end))


def common_prefix(first: bytes, second: bytes, limit: int) -> int:
    """How many bytes are the same at the beginning, at most so many."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_suffix(first: bytes, second: bytes, limit: int) -> int:
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if first[len(first) - middle : len(first) - low] == second[len(second) - middle : len(second) - low]:
            low = middle
        else:
            high = middle - 1
    return low
