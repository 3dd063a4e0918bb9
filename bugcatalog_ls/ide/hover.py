"""Hovers: the entry's note on a finding, and on a code or an incident in a comment or suppression."""

from __future__ import annotations

from bugcatalog_ls.catalog.note import hover_note
from bugcatalog_ls.ide.references import reference_at
from bugcatalog_ls.ide.rooms import Room
from bugcatalog_ls.ide.seen import seen_here
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span


def hover_at(
    room: Room, source: Source, language: str, document: str, offset: int
) -> tuple[str, Span] | None:
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
    return reference_at(room, source, language, document, offset)
