"""The desk for logs and tracebacks: their diagnostics, hovers, links and fixes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from bugcatalog_ls.analysis.explaining import Explainer
from bugcatalog_ls.catalog.note import hover_note
from bugcatalog_ls.ide.api import responses
from bugcatalog_ls.ide.diagnostics import page_url
from bugcatalog_ls.ide.error_text import ErrorText, KnownError
from bugcatalog_ls.ide.guilty_fixes import FixId, found_at, offered_fixes
from bugcatalog_ls.ide.places import place_in
from bugcatalog_ls.ide.rooms import Room, Rooms
from bugcatalog_ls.text.lines import ColumnUnit
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span
from bugcatalog_ls.workspace.error_places import ErrorPlaces, Place
from bugcatalog_ls.workspace.settings_selection import is_selected
from bugcatalog_ls.workspace.workspace import Workspace


class Guilty(NamedTuple):
    """A place of a workspace that an error comes from."""

    workspace: Workspace
    place: Place


class LogDesk:
    """The texts of errors that are open, each read once for each of its versions."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._texts: dict[str, ErrorText] = {}
        self._explainer: tuple[int, Explainer] | None = None

    def forget(self, document: str) -> None:
        self._texts.pop(document, None)

    @property
    def has_work(self) -> bool:
        return any(not text.is_done for text in self._texts.values())

    def work(self, until: float) -> tuple[str, ...]:
        """Read on until then; the documents that are read whole now."""
        finished = []
        for document, text in self._texts.items():
            if not text.is_done and not text.work(until):
                finished.append(document)
        return tuple(finished)

    def text(self, room: Room, document: str, source: Source) -> ErrorText:
        """The text as far as it was read; most are read whole at once."""
        known = self._texts.get(document)
        if known is None or known.source is not source:
            known = self._texts[document] = ErrorText(source, self._explain_with(room))
            if len(source.data) <= _AT_ONCE:
                known.work(float("inf"))
        return known

    def diagnostics(
        self, room: Room, document: str, source: Source, unit: ColumnUnit
    ) -> tuple[responses.Diagnostic, ...]:
        """One for each error that an entry explains, at the line that says so."""
        text = self.text(room, document, source)
        settings = room.workspace.settings
        shown = []
        for error in text.errors:
            entry = error.explanations[0].entry
            if is_selected(settings, entry.code):
                place = place_in(document, source, text.span_of_row(error.row), unit)
                shown.append(
                    responses.Diagnostic(
                        code=entry.code,
                        name=entry.name,
                        severity="information",
                        message=" ".join(entry.summary.replace("`", "").split()) or entry.title,
                        place=place,
                        url=page_url(entry.path),
                        data={"code": entry.code, "variant": ""},
                    )
                )
        return tuple(shown)

    def hover(self, room: Room, document: str, source: Source, offset: int) -> tuple[str, Span] | None:
        """What is at a frame, or what explains an error and where it comes from."""
        text = self.text(room, document, source)
        row = source.lines.row_of(offset)
        for span, frame in text.frames():
            if span.start <= offset <= span.end:
                for workspace, places in self._places(room):
                    place = places.frame(frame)
                    if place is not None:
                        guilty = Guilty(workspace, place)
                        found = list(found_at(workspace, place))
                        notes = [hover_note(each.entry, each.finding.message) for each in found]
                        return "\n\n---\n\n".join([self._told(guilty), *notes]), span
            if source.lines.row_of(span.start) > row:
                break
        for error in text.errors_at(offset):
            explanation = error.explanations[0]
            note = hover_note(explanation.entry)
            told = [self._told(guilty) for guilty in self._guilty(room, error)]
            if told:
                note += "\n**Where it comes from**\n\n" + "\n".join(dict.fromkeys(told)) + "\n"
            return note, text.span_of_row(error.row)
        return None

    def links(self, room: Room, document: str, source: Source, unit: ColumnUnit) -> Iterator[responses.Link]:
        """Each frame that is in a workspace, with the line there."""
        text = self.text(room, document, source)
        all_places = list(self._places(room))
        for span, frame in text.frames():
            for workspace, places in all_places:
                place = places.frame(frame)
                if place is not None:
                    target = self._rooms.document(workspace, place.path)
                    where = place_in(document, source, span, unit)
                    yield responses.Link(where, target, place.row - 1, f"{place.path}:{place.row}")
                    break

    def actions(
        self, room: Room, document: str, source: Source, span: Span, fix_id: FixId
    ) -> Iterator[responses.Action]:
        """The fixes of what the error at a place comes from, and the entry."""
        text = self.text(room, document, source)
        for error in text.errors_at(span.start):
            code = error.explanations[0].entry.code
            for guilty in self._guilty(room, error):
                place = guilty.place
                for title, identity in offered_fixes(self._rooms, guilty.workspace, code, place, fix_id):
                    where = f"{PurePosixPath(place.path).name}:{place.row}"
                    yield responses.Action(f"{title} ({where})", "quickfix", identity, (code,))
            title = f"Open the entry {code} {error.explanations[0].entry.name}"
            yield responses.Action(title, "quickfix", "", (code,), command="openEntry", arguments=(code,))
            return

    def _guilty(self, room: Room, error: KnownError) -> Iterator[Guilty]:
        explanation = error.explanations[0]
        for workspace, places in self._places(room):
            for place in places.find(explanation.entry.code, error.frames, explanation.names)[-_MAX_PLACES:]:
                yield Guilty(workspace, place)

    def _told(self, guilty: Guilty) -> str:
        place = guilty.place
        address = page_url(self._rooms.document(guilty.workspace, place.path))
        where = f"`{place.path}:{place.row}`"
        where = f"[{where}]({address}#L{place.row})" if address else where
        fixes = "".join(f"\n  - fix: {title}" for title in place.fixes)
        return f"- {where} {place.message.replace('`', '')}{fixes}"

    def _places(self, room: Room) -> Iterator[tuple[Workspace, ErrorPlaces]]:
        """The workspace that the text lies in; all of them where it lies in none."""
        own = room.workspace in self._rooms.roots.values()
        chosen: Iterable[Workspace] = (room.workspace,) if own else self._rooms.roots.values()
        for workspace in chosen:
            yield workspace, ErrorPlaces(workspace)

    def _explain_with(self, room: Room) -> Explainer:
        catalog = room.workspace.configuration.catalog
        if self._explainer is None or self._explainer[0] != id(catalog):
            self._explainer = (id(catalog), Explainer(catalog.entries.values()))
        return self._explainer[1]


_AT_ONCE = 100_000
_MAX_PLACES = 8
