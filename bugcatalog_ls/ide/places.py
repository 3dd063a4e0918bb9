"""Offsets as the places that an editor is told of."""

from __future__ import annotations

from bugcatalog_ls.ide.api import Place, Range
from bugcatalog_ls.text.lines import ColumnUnit
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span


def place_in(document: str, source: Source, span: Span, unit: ColumnUnit) -> Place:
    """A span of a document with its rows and columns."""
    start_row, start_column = source.lines.position(span.start, unit)
    end_row, end_column = source.lines.position(span.end, unit)
    return Place(document, span, Range(start_row, start_column, end_row, end_column))
