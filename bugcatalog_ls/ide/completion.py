"""Completion of codes inside `bugcatalog: ignore[…]`."""

from __future__ import annotations

import re

from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.ide.rooms import Room
from bugcatalog_ls.text.spans import Span

_INSIDE = re.compile(r"bugcatalog:\s*ignore(?:-file)?\[(?:[^\]]*,)?\s*([A-Za-z0-9-]*)$")


def codes_at(room: Room, offset: int) -> tuple[Span, tuple[Entry, ...]] | None:
    """The entries whose code may stand at an offset, those found on the line first, and the span of
    what is typed of it; None where no code is asked for."""
    source = room.workspace.source(room.path)
    if source is None:
        return None
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
