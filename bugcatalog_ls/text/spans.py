"""Spans and edits: places in a text as UTF-8 byte offsets, and replacements of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Span(NamedTuple):
    """A half-open range of UTF-8 byte offsets, `start <= end`."""

    start: int
    end: int

    def contains(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """Whether both would change the same place; two insertions at one offset do."""
        return (self.start < other.end and other.start < self.end) or self == other


class TextEdit(NamedTuple):
    """Replace `span` by `content`."""

    span: Span
    content: str


class OverlappingEdits(ValueError):
    """Two edits of one change touch the same place."""


def apply_edits(data: bytes, edits: Iterable[TextEdit]) -> bytes:
    """Return `data` with all `edits` made; their spans are offsets into the original.

    Insertions at one offset keep the order in which they are given. Raises
    `OverlappingEdits` where two replaced ranges overlap.
    """
    out: list[bytes] = []
    done = 0
    for span, content in sorted(edits, key=lambda edit: edit.span):
        if span.start < done:
            raise OverlappingEdits(f"edits overlap at byte {span.start}")
        out.append(data[done : span.start])
        out.append(content.encode("utf-8"))
        done = span.end
    out.append(data[done:])
    return b"".join(out)
