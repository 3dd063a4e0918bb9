"""The documents that an editor holds: where each lives, its text, and what kind of text it is."""

from __future__ import annotations

from hashlib import blake2b

from bugcatalog_ls.catalog.page_view import PageView
from bugcatalog_ls.ide.api import requests
from bugcatalog_ls.ide.error_text import is_error_text
from bugcatalog_ls.ide.page_desk import Page, is_entry_page, is_page
from bugcatalog_ls.ide.rooms import Room, Rooms
from bugcatalog_ls.text.source import Source


class OpenDocuments:
    """Texts by their key; what is made of a text is kept until the next."""

    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms
        self.texts: dict[str, requests.SetText] = {}
        # Those whose analysis does not end well.
        self.skipped: frozenset[str] = frozenset()
        self._sources: dict[str, Source] = {}
        self._views: dict[str, tuple[Source, PageView]] = {}

    def changed(self, path: str) -> None:
        """A document has another text, or was closed."""
        self._sources.pop(path, None)
        self._views.pop(path, None)

    def room(self, path: str) -> Room:
        return self.rooms.room(path, self.language(path))

    def source(self, path: str) -> Source | None:
        """The text of a document, also of one that no workspace analyses."""
        room, document = self.room(path), self.texts.get(path)
        if document is None or room.workspace.is_open(room.path):
            return room.workspace.source(room.path)
        if path not in self._sources:
            self._sources[path] = Source(document.text)
        return self._sources[path]

    def page(self, path: str) -> Page | None:
        """The catalog page that a document is, if it is one and open."""
        if path not in self.texts or not path.endswith(".md"):
            return None
        room = self.room(path)
        source = self.source(path) if is_page(room, path) else None
        if source is None or not is_entry_page(source):
            return None
        known = self._views.get(path)
        if known is None or known[0] is not source:
            known = self._views[path] = (source, PageView(path, source.text))
        return Page(room, path, source, known[1])

    def is_log(self, path: str) -> bool:
        document = self.texts.get(path)
        return document is not None and is_error_text(path, document.language, document.text)

    def language(self, path: str) -> str:
        document = self.texts.get(path)
        return document.language if document is not None else ""

    def version(self, path: str) -> int | None:
        document = self.texts.get(path)
        return document.version if document is not None else None

    def digest(self, path: str) -> str:
        """Tells one text of a document from another."""
        source = self.source(path)
        return blake2b(source.data, digest_size=8).hexdigest() if source is not None else ""
