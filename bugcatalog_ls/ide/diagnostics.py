"""Diagnoses as an editor shows them."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

import msgspec

from bugcatalog_ls.ide.api import responses
from bugcatalog_ls.ide.places import place_in
from bugcatalog_ls.ide.rooms import Room, Rooms
from bugcatalog_ls.text.lines import ColumnUnit
from bugcatalog_ls.workspace.publish import Diagnosis


def diagnostics_of(
    rooms: Rooms, room: Room, document: str, unit: ColumnUnit
) -> tuple[responses.Diagnostic, ...]:
    """All diagnostics of a document."""
    source = room.workspace.source(room.path)
    if source is None:
        return ()
    shown = []
    for diagnosis in room.workspace.diagnose(room.path):
        entry, finding = diagnosis.entry, diagnosis.finding
        shown.append(
            responses.Diagnostic(
                code=entry.code,
                name=entry.name,
                severity=diagnosis.severity,
                message=finding.message,
                place=place_in(document, source, diagnosis.span, unit),
                url=page_url(entry.path),
                tags=finding.tags,
                related=_related(rooms, room, diagnosis, unit),
                data={"code": entry.code, "variant": finding.variant},
            )
        )
    return tuple(shown)


def result_id(diagnostics: tuple[responses.Diagnostic, ...]) -> str:
    """The same for the same diagnostics, whenever they were made."""
    return blake2b(msgspec.msgpack.encode(diagnostics), digest_size=8).hexdigest()


def page_url(path: str) -> str:
    """The address of an entry's page."""
    return Path(path).as_uri() if Path(path).is_absolute() else ""


def _related(
    rooms: Rooms, room: Room, diagnosis: Diagnosis, unit: ColumnUnit
) -> tuple[responses.RelatedPlace, ...]:
    found = []
    for related in diagnosis.finding.related:
        source = room.workspace.source(related.path)
        if source is not None and related.span is not None:
            document = rooms.document(room.workspace, related.path)
            place = place_in(document, source, related.span, unit)
            found.append(responses.RelatedPlace(place, related.message))
    return tuple(found)
