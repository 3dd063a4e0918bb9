"""The fixes of what stands at a place that an error comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bugcatalog_ls.ide.rooms import Rooms
from bugcatalog_ls.workspace.error_places import Place
from bugcatalog_ls.workspace.publish import Diagnosis
from bugcatalog_ls.workspace.workspace import Workspace

FixId = Callable[[str, str, int, int], str]
"""The id of a fix: its document, code, place and number."""


def found_at(workspace: Workspace, place: Place) -> Iterator[Diagnosis]:
    """What is found on the row of a place."""
    source = workspace.source(place.path)
    if source is None:
        return
    for diagnosis in workspace.diagnose(place.path):
        first = source.lines.row_of(diagnosis.span.start) + 1
        last = source.lines.row_of(max(diagnosis.span.start, diagnosis.span.end - 1)) + 1
        if first <= place.row <= last:
            yield diagnosis


def offered_fixes(
    rooms: Rooms, workspace: Workspace, code: str, place: Place, fix_id: FixId
) -> Iterator[tuple[str, str]]:
    """The title and the id of each fix of the entry there."""
    if not place.is_finding:
        return
    document = rooms.document(workspace, place.path)
    for diagnosis in found_at(workspace, place):
        if diagnosis.finding.code == code:
            for number, fix in enumerate(workspace.fixes(diagnosis.finding)):
                yield fix.title, fix_id(document, code, diagnosis.span.start, number)
            return
