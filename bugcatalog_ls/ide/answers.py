"""Answers about one document: by the desk for pages, the desk for logs, or what is found in code."""

from __future__ import annotations

from bugcatalog_ls.ide import actions
from bugcatalog_ls.ide.api import requests, responses
from bugcatalog_ls.ide.completion import complete_codes
from bugcatalog_ls.ide.diagnostics import diagnostics_of
from bugcatalog_ls.ide.hover import hover_at
from bugcatalog_ls.ide.log_desk import LogDesk
from bugcatalog_ls.ide.open_documents import OpenDocuments
from bugcatalog_ls.ide.page_actions import page_actions
from bugcatalog_ls.ide.page_completion import complete_page
from bugcatalog_ls.ide.page_desk import PageDesk
from bugcatalog_ls.ide.places import place_in
from bugcatalog_ls.ide.references import references, target_of
from bugcatalog_ls.text.lines import ColumnUnit
from bugcatalog_ls.text.spans import Span


class Answers:
    """What an editor asks of a document, whatever kind of text that is."""

    def __init__(self, documents: OpenDocuments) -> None:
        self.documents = documents
        self.pages = PageDesk()
        self.logs = LogDesk(documents.rooms)

    def diagnostics(self, path: str, unit: ColumnUnit) -> tuple[responses.Diagnostic, ...]:
        documents = self.documents
        room, page = documents.room(path), documents.page(path)
        if page is not None:
            return self.pages.diagnostics(page, unit)
        if documents.is_log(path) and (source := documents.source(path)) is not None:
            return self.logs.diagnostics(room, path, source, unit)
        return diagnostics_of(documents.rooms, room, path, unit)

    def hover(self, path: str, offset: int, unit: ColumnUnit) -> responses.Hover | None:
        documents = self.documents
        room, source, page = documents.room(path), documents.source(path), documents.page(path)
        if source is None:
            return None
        if page is not None:
            said = self.pages.hover(page, offset)
        elif documents.is_log(path):
            said = self.logs.hover(room, path, source, offset)
        else:
            said = hover_at(room, source, documents.language(path), path, offset)
        return responses.Hover(said[0], place_in(path, source, said[1], unit)) if said is not None else None

    def links(self, path: str, unit: ColumnUnit) -> responses.LinkList:
        documents = self.documents
        room, source = documents.room(path), documents.source(path)
        if source is None:
            return responses.LinkList()
        if documents.is_log(path):
            return responses.LinkList(tuple(self.logs.links(room, path, source, unit)))
        links = []
        for word in references(room, source, documents.language(path), path):
            target, row = target_of(word)
            place = place_in(path, source, Span(word.start, word.end), unit)
            links.append(responses.Link(place, target, row, f"{word.entry.code} {word.entry.name}"))
        return responses.LinkList(tuple(links))

    def lenses(self, path: str, unit: ColumnUnit) -> responses.LensList:
        page = self.documents.page(path)
        return responses.LensList(tuple(self.pages.lenses(page, unit)) if page is not None else ())

    def complete(self, path: str, offset: int, unit: ColumnUnit) -> responses.Completions:
        documents = self.documents
        room, source, page = documents.room(path), documents.source(path), documents.page(path)
        if source is None:
            return responses.Completions()
        codes = complete_codes(room, source, path, offset, unit)
        if codes or page is None:
            return responses.Completions(codes)
        entries = room.workspace.configuration.entries
        return responses.Completions(complete_page(page.view, source, path, offset, entries, unit))

    def actions(self, request: requests.Actions) -> responses.ActionList:
        documents, path = self.documents, request.path
        room, digest, page = documents.room(path), documents.digest(path), documents.page(path)
        is_asked = actions.asked(actions.QUICK_FIX, request.only)
        if page is not None:
            return responses.ActionList(
                tuple(page_actions(self.pages, page, request.span, digest)) if is_asked else ()
            )
        if documents.is_log(path) and (source := documents.source(path)) is not None:
            offered = self.logs.actions(room, path, source, request.span, self.fix_id)
            return responses.ActionList(tuple(offered) if is_asked else ())
        return responses.ActionList(
            actions.actions_at(room, path, request.span, request.only, request.codes, digest)
        )

    def fix_id(self, document: str, code: str, start: int, number: int) -> str:
        """The id of a fix that is offered in another document than its own."""
        digest = self.documents.digest(document)
        return actions.encode(actions.ActionId("fix", document, digest, code, start, number))
