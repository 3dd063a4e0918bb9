"""Offsets as the places that an editor is told of."""

from __future__ import annotations

import msgspec

from bugcatalog_ls.text.lines import ColumnUnit
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span


class Range(msgspec.Struct, frozen=True, array_like=True):
    """Rows and columns from 0, columns in the unit of `Configure.unit`, the end exclusive."""

    start_row: int
    start_column: int
    end_row: int
    end_column: int


class Place(msgspec.Struct, frozen=True, array_like=True):
    """A place in a file, in bytes and in rows and columns, so that nobody has to read the file."""

    path: str
    span: Span
    range: Range


def place_in(document: str, source: Source, span: Span, unit: ColumnUnit) -> Place:
    """A span of a document with its rows and columns."""
    start_row, start_column = source.lines.position(span.start, unit)
    end_row, end_column = source.lines.position(span.end, unit)
    return Place(document, span, Range(start_row, start_column, end_row, end_column))
