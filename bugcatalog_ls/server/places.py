"""Where a place of the analysis is in the editor: a document or cell, and its rows there."""

from __future__ import annotations

from typing import NamedTuple

from bugcatalog_ls.ide.places import Place
from bugcatalog_ls.server.documents import Documents, Host
from bugcatalog_ls.server.paths import uri_of
from bugcatalog_ls.text.lines import ColumnUnit


class Spot(NamedTuple):
    """A range in a document of the editor, in its unit."""

    uri: str
    start: tuple[int, int]
    end: tuple[int, int]


def spot(documents: Documents, place: Place, unit: ColumnUnit) -> Spot:
    """The place as the editor counts. What runs past the end of a notebook's cell ends with it."""
    range = place.range
    host = host_of(documents, place)
    if host is None:
        start, end = (range.start_row, range.start_column), (range.end_row, range.end_column)
        return Spot(uri_of(place.path), start, end)
    start = (range.start_row - host.first_row, range.start_column)
    end = (range.end_row - host.first_row, range.end_column)
    if end[0] >= host.n_rows:
        end = host.source.lines.position(len(host.source.data), unit)
    return Spot(host.uri, start, max(start, end))


def host_of(documents: Documents, place: Place) -> Host | None:
    """The open document or cell that holds the place."""
    text = documents.at_path(place.path)
    return None if text is None else text.host(place.range.start_row)
