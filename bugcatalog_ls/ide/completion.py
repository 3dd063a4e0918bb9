"""Completion of codes inside `bugcatalog: ignore[…]`."""

from __future__ import annotations

import re

from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.ide.api import responses
from bugcatalog_ls.ide.places import place_in
from bugcatalog_ls.ide.rooms import Room
from bugcatalog_ls.text.lines import ColumnUnit
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span

_INSIDE = re.compile(r"bugcatalog:\s*ignore(?:-file)?\[(?:[^\]]*,)?\s*([A-Za-z0-9-]*)$")


def complete_codes(
    room: Room, source: Source, document: str, offset: int, unit: ColumnUnit
) -> tuple[responses.CompletionItem, ...]:
    """The codes that may stand at an offset; none where no code is asked for."""
    found = codes_at(room, source, offset)
    if found is None:
        return ()
    span, entries = found
    place = place_in(document, source, span, unit)
    return tuple(
        responses.CompletionItem(
            label=entry.code,
            kind="value",
            insert=entry.code,
            place=place,
            detail=entry.name,
            markdown=entry.summary,
            sort=f"{number:04}",
        )
        for number, entry in enumerate(entries)
    )


def codes_at(room: Room, source: Source, offset: int) -> tuple[Span, tuple[Entry, ...]] | None:
    """The entries whose code may stand at an offset, those found on the line first, and the span of
    what is typed of it; None where no code is asked for."""
    row = source.lines.row_of(offset)
    start, _ = source.lines.line_span(row)
    match = _INSIDE.search(source.data[start:offset].decode("utf-8", "ignore"))
    if match is None:
        return None
    here = [
        finding.code
        for finding in room.workspace.findings(room.path)
        if finding.span is not None and abs(source.lines.row_of(finding.span.start) - row) <= 1
    ]
    entries = room.workspace.configuration.entries
    order = sorted(entries.values(), key=lambda entry: (entry.code not in here, entry.code))
    return Span(offset - len(match.group(1).encode("utf-8")), offset), tuple(order)
