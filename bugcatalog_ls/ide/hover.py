"""Hovers: the entry's note on a finding, and on a code in a comment or suppression."""

from __future__ import annotations

import re

from bugcatalog_ls.catalog.note import hover_note
from bugcatalog_ls.ide.rooms import Room
from bugcatalog_ls.ide.seen import seen_here
from bugcatalog_ls.text.spans import Span

_CODE = re.compile(r"[A-Z]+-?\d+")


def hover_at(room: Room, offset: int) -> tuple[str, Span] | None:
    """What to say at an offset, in Markdown, and of which span; None for nothing.

    Of several findings there the smallest comes first; each tells its own entry.
    """
    workspace, path = room
    here = [
        diagnosis
        for diagnosis in workspace.diagnose(path)
        if diagnosis.span.start <= offset <= max(diagnosis.span.end, diagnosis.span.start + 1)
    ]
    if here:
        here.sort(key=lambda diagnosis: (diagnosis.span.end - diagnosis.span.start, diagnosis.finding.code))
        notes = [
            hover_note(diagnosis.entry, diagnosis.finding.message, diagnosis.finding.variant)
            + seen_here(workspace, diagnosis.finding.code)
            for diagnosis in here
        ]
        return "\n\n---\n\n".join(dict.fromkeys(notes)), here[0].span
    return _code_at(room, offset)


def _code_at(room: Room, offset: int) -> tuple[str, Span] | None:
    source = room.workspace.source(room.path)
    if source is None:
        return None
    start, end = source.lines.line_span(source.lines.row_of(offset))
    line = source.data[start:end].decode("utf-8", "replace")
    comment = re.search(r"#|//|--|<!--|/\*", line)
    if comment is None and not room.path.endswith(".md"):
        return None
    column = len(source.data[start:offset].decode("utf-8", "ignore"))
    first = comment.start() if comment is not None else 0
    for match in _CODE.finditer(line):
        entry = room.workspace.configuration.entries.get(match.group())
        if match.start() <= column <= match.end() and match.start() >= first and entry is not None:
            left = start + len(line[: match.start()].encode("utf-8"))
            note = hover_note(entry) + seen_here(room.workspace, entry.code)
            return note, Span(left, left + len(match.group()))
    return None
