"""The editor's open texts, in bytes; a notebook's code cells read as one text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from bugcatalog_ls.ide.api import requests
from bugcatalog_ls.server.paths import path_of
from bugcatalog_ls.text.lines import ColumnUnit
from bugcatalog_ls.text.source import Source


@dataclass(frozen=True)
class Position:
    """A row and column in the editor's unit."""

    row: int
    column: int


@dataclass(frozen=True)
class Edit:
    """A change of a text: the whole of it where `start` is None."""

    start: Position | None
    end: Position | None
    text: str


class Text(Protocol):
    """What the analysis knows under one path. `revision` counts our own way, and only upwards."""

    path: str
    revision: int
    language: str

    @property
    def source(self) -> Source: ...

    def host(self, row: int) -> Host:
        """The editor's document that holds a row."""
        ...

    def hosts(self) -> list[Host]: ...


@dataclass(frozen=True)
class Host:
    """A document of the editor and the row of the text at which it begins."""

    uri: str
    version: int | None
    first_row: int
    n_rows: int
    source: Source


class Document:
    """One open document."""

    def __init__(self, uri: str, language: str, version: int | None, text: str, revision: int) -> None:
        self.uri = uri
        self.path = path_of(uri)
        self.language = language
        self.version = version
        self.revision = revision
        self.source = Source(text)

    def change(self, edits: Iterable[Edit], unit: ColumnUnit) -> None:
        for edit in edits:
            if edit.start is None or edit.end is None:
                self.source = Source(edit.text)
                continue
            lines = self.source.lines
            start = lines.offset(edit.start.row, edit.start.column, unit)
            end = max(start, lines.offset(edit.end.row, edit.end.column, unit))
            data = self.source.data
            self.source = Source(data[:start] + edit.text.encode("utf-8", "replace") + data[end:])

    def host(self, row: int) -> Host:
        return Host(self.uri, self.version, 0, len(self.source.lines), self.source)

    def hosts(self) -> list[Host]:
        return [self.host(0)]


class Notebook:
    """An open notebook: its Python cells, in order, as one module."""

    language = "python"

    def __init__(self, uri: str, cell_uris: list[str], revision: int) -> None:
        self.uri = uri
        self.path = path_of(uri)
        self.cell_uris = cell_uris
        self.cells: dict[str, Document] = {}
        self.revision = revision
        self._module: tuple[int, Source, list[Host]] | None = None

    @property
    def source(self) -> Source:
        return self._read()[0]

    def host(self, row: int) -> Host:
        hosts = self._read()[1]
        nothing = Host(self.uri, None, 0, 1, Source(""))
        return next((host for host in reversed(hosts) if host.first_row <= row), nothing)

    def hosts(self) -> list[Host]:
        return self._read()[1]

    def _read(self) -> tuple[Source, list[Host]]:
        if self._module is None or self._module[0] != self.revision:
            texts, hosts, row = [], [], 0
            for uri in self.cell_uris:
                cell = self.cells.get(uri)
                if cell is None or cell.language != "python":
                    continue
                n_rows = len(cell.source.lines)
                hosts.append(Host(uri, cell.version, row, n_rows, cell.source))
                texts.append(_as_python(cell.source))
                row += n_rows
            self._module = (self.revision, Source(b"\n".join(texts)), hosts)
        return self._module[1], self._module[2]


class Documents:
    """All that is open. Keys are URIs as the editor spells them, paths for the analysis."""

    def __init__(self, unit: ColumnUnit) -> None:
        self._unit = unit
        self._documents: dict[str, Document] = {}
        self._notebooks: dict[str, Notebook] = {}
        self._notebook_of_cell: dict[str, str] = {}
        self._by_path: dict[str, Text] = {}
        self._last_revision = 0

    def paths(self) -> list[str]:
        return list(self._by_path)

    def at_path(self, path: str) -> Text | None:
        return self._by_path.get(path)

    def at_uri(self, uri: str) -> tuple[Text, int] | None:
        """The text of a document or cell, and the row at which that begins in it."""
        if (notebook := self._notebooks.get(self._notebook_of_cell.get(uri, ""))) is not None:
            for host in notebook.hosts():
                if host.uri == uri:
                    return notebook, host.first_row
            return None
        document = self._documents.get(uri) or self._by_path.get(path_of(uri))
        return (document, 0) if document is not None else None

    def open(self, uri: str, language: str, version: int | None, text: str) -> Text:
        document = Document(uri, language, version, text, self._next_revision())
        self._documents[uri] = document
        self._by_path[document.path] = document
        return document

    def change(self, uri: str, version: int | None, edits: Iterable[Edit]) -> Text | None:
        document = self._documents.get(uri)
        if document is None:
            return None
        document.change(edits, self._unit)
        document.version = version
        document.revision = self._next_revision()
        return document

    def close(self, uri: str) -> Text | None:
        document = self._documents.pop(uri, None)
        if document is not None and self._by_path.get(document.path) is document:
            del self._by_path[document.path]
        return document

    def open_notebook(
        self, uri: str, cell_uris: list[str], cells: Iterable[tuple[str, str, int, str]]
    ) -> Text:
        """`cells` are documents: URI, language, version, text."""
        notebook = Notebook(uri, cell_uris, self._next_revision())
        self._notebooks[uri] = notebook
        self._by_path[notebook.path] = notebook
        self.open_cells(uri, cells)
        return notebook

    def open_cells(self, notebook_uri: str, cells: Iterable[tuple[str, str, int, str]]) -> None:
        notebook = self._notebooks[notebook_uri]
        for uri, language, version, text in cells:
            notebook.cells[uri] = Document(uri, language, version, text, 0)
            self._notebook_of_cell[uri] = notebook_uri
        notebook.revision = self._next_revision()

    def close_cells(self, notebook_uri: str, uris: Iterable[str]) -> None:
        notebook = self._notebooks[notebook_uri]
        for uri in uris:
            notebook.cells.pop(uri, None)
            self._notebook_of_cell.pop(uri, None)
        notebook.revision = self._next_revision()

    def splice_cells(self, notebook_uri: str, start: int, n_deleted: int, cell_uris: list[str]) -> None:
        notebook = self._notebooks[notebook_uri]
        notebook.cell_uris[start : start + n_deleted] = cell_uris
        notebook.revision = self._next_revision()

    def change_cell(self, notebook_uri: str, uri: str, version: int | None, edits: Iterable[Edit]) -> None:
        notebook = self._notebooks[notebook_uri]
        if (cell := notebook.cells.get(uri)) is not None:
            cell.change(edits, self._unit)
            cell.version = version
            notebook.revision = self._next_revision()

    def notebook(self, uri: str) -> Notebook | None:
        return self._notebooks.get(uri)

    def close_notebook(self, uri: str) -> Notebook | None:
        notebook = self._notebooks.pop(uri, None)
        if notebook is not None:
            self._by_path.pop(notebook.path, None)
            for cell_uri in notebook.cells:
                self._notebook_of_cell.pop(cell_uri, None)
        return notebook

    def _next_revision(self) -> int:
        self._last_revision += 1
        return self._last_revision


def set_text(text: Text) -> requests.SetText:
    """What the analysis is told of a text."""
    return requests.SetText(text.path, text.source.text, text.language, text.revision)


_MAGIC = re.compile(rb"^([ \t]*)(?:%[A-Za-z]|!)[^\r\n]*", re.MULTILINE)


def _as_python(cell: Source) -> bytes:
    """The cell's rows as Python reads them: shell and magic lines do nothing."""
    data = cell.data
    if data.lstrip().startswith(b"%%"):
        return b"\n" * (len(cell.lines) - 1)
    data = _MAGIC.sub(rb"\1pass", data)
    # A lone \r at the end would join with the line end between two cells.
    return data[:-1] + b"\n" if data.endswith(b"\r") else data
