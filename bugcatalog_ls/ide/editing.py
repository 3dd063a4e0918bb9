"""Texts as they are typed: taken over at once, finished when they rest, catalog pages put in force then."""

from __future__ import annotations

import time

from bugcatalog_ls.ide.answers import Answers
from bugcatalog_ls.ide.api import events, requests
from bugcatalog_ls.ide.api.contract import Emit
from bugcatalog_ls.ide.page_desk import is_page
from bugcatalog_ls.ide.remembering import Memory
from bugcatalog_ls.ide.scans import Scans
from bugcatalog_ls.ide.wanted_files import say_wanted

# How long a text must rest before what a keystroke left undone is done.
_REST_SECONDS = 0.15
# How long a page must rest before it is in force: the workspace is read again for it.
_PAGE_REST_SECONDS = 0.4


class Editing:
    """The texts that an editor holds, and when each of those that are not finished was last typed in."""

    def __init__(self, answers: Answers, scans: Scans, memory: Memory) -> None:
        self._answers, self._scans, self._memory = answers, scans, memory
        self._documents = answers.documents
        self._typed: dict[str, float] = {}
        # Pages that were typed in, and are to be put in force.
        self._written: dict[str, float] = {}

    def set_text(self, request: requests.SetText, emit: Emit) -> None:
        documents, path = self._documents, request.path
        was_open = path in documents.texts
        documents.texts[path] = request
        documents.changed(path)
        if path in documents.skipped:
            return
        if was_open and documents.page(path) is not None:
            self._written[path] = time.monotonic()
            return
        self.take_over(request, quick=was_open)
        if not was_open:
            self.note(path)
        self._typed[path] = time.monotonic()
        self._tell_others(path, emit)

    def close_text(self, path: str, emit: Emit) -> None:
        document = self._documents.texts.pop(path, None)
        self._documents.changed(path)
        self._written.pop(path, None)
        self._answers.pages.forget(path)
        self._answers.logs.forget(path)
        if document is None:
            return
        room = self._documents.rooms.room(document.path, document.language)
        if is_page(room, document.path):
            room.workspace.set_page(document.path, None)
            if room.workspace.reload():
                self._scans.schedule(room.workspace)
        room.workspace.close_text(room.path)
        self._tell_others(path, emit)

    def take_over(self, document: requests.SetText, *, quick: bool = False) -> None:
        """Have the workspace of a document analyse its text."""
        room = self._documents.rooms.room(document.path, document.language)
        if is_page(room, document.path):
            room.workspace.set_page(document.path, document.text)
            if room.workspace.reload():
                self._scans.schedule(room.workspace)
        if room.workspace.wants(room.path):
            room.workspace.set_text(room.path, document.text, quick=quick)

    def note(self, path: str) -> None:
        """A document was opened or saved: what stands in it will be remembered."""
        room = self._documents.room(path)
        if room.workspace in self._documents.rooms.roots.values() and room.workspace.wants(room.path):
            self._memory.note(room)

    def work(self, emit: Emit) -> None:
        """Finish the texts that rest."""
        for path, typed in list(self._typed.items()):
            if typed + _REST_SECONDS <= time.monotonic():
                self._settle(path, emit)
        for path, written in list(self._written.items()):
            if written + _PAGE_REST_SECONDS <= time.monotonic():
                self._put_in_force(path, emit)

    def finish(self, emit: Emit) -> None:
        """Do at once what keystrokes left undone."""
        for path in list(self._typed):
            self._settle(path, emit)

    def put_in_force(self, emit: Emit, *, except_for: str) -> None:
        """Take over at once the pages that were written, but the one that is being written."""
        for path in [path for path in self._written if path != except_for]:
            self._put_in_force(path, emit)

    def due(self) -> float | None:
        """When the next text may be finished, if there is any."""
        due = [typed + _REST_SECONDS for typed in self._typed.values()]
        due += [written + _PAGE_REST_SECONDS for written in self._written.values()]
        return min(due, default=None)

    @property
    def is_typed_in(self) -> bool:
        """Whether keystrokes left something undone."""
        return bool(self._typed)

    @property
    def has_unfinished(self) -> bool:
        return bool(self._typed or self._written)

    def _settle(self, path: str, emit: Emit) -> None:
        """Finish what a keystroke left undone, and say so where it may show."""
        self._typed.pop(path, None)
        if path not in self._documents.texts:
            return
        room = self._documents.room(path)
        before = room.workspace.diagnose(room.path)
        if room.workspace.settle(room.path):
            if room.workspace.diagnose(room.path) != before:
                emit(events.Stale((path,)))
            self._tell_others(path, emit)

    def _put_in_force(self, path: str, emit: Emit) -> None:
        """Take over a page as it was written; what it changes is said, of the page itself too."""
        self._written.pop(path, None)
        document = self._documents.texts.get(path)
        if document is not None:
            self.take_over(document)
            say_wanted(self._documents.rooms, emit)
            emit(events.Stale())

    def _tell_others(self, path: str, emit: Emit) -> None:
        """Say which other open documents a change may concern."""
        room = self._documents.room(path)
        stale = room.workspace.stale_paths()
        others = tuple(
            other
            for other in self._documents.texts
            if other != path
            and (other_room := self._documents.room(other)).workspace is room.workspace
            and other_room.path in stale
        )
        if others:
            emit(events.Stale(others))
