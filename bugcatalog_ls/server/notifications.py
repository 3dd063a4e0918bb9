"""What the editor tells: texts, files, folders, settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lsprotocol import types

from bugcatalog_ls.ide.api import requests
from bugcatalog_ls.server import convert
from bugcatalog_ls.server.client import Folder
from bugcatalog_ls.server.paths import path_of
from bugcatalog_ls.server.session import Session


def did_open(session: Session, params: types.DidOpenTextDocumentParams) -> None:
    item = params.text_document
    session.text_changed(session.documents.open(item.uri, item.language_id, item.version, item.text))


def did_change(session: Session, params: types.DidChangeTextDocumentParams) -> None:
    identifier = params.text_document
    edits = convert.edits(params.content_changes)
    text = session.documents.change(identifier.uri, identifier.version, edits)
    if text is not None:
        session.text_changed(text)


def did_close(session: Session, params: types.DidCloseTextDocumentParams) -> None:
    text = session.documents.close(params.text_document.uri)
    if text is not None:
        session.text_closed(text.path)


def did_save(session: Session, params: types.DidSaveTextDocumentParams) -> None:
    session.files_changed([path_of(params.text_document.uri)])


def did_open_notebook(session: Session, params: types.DidOpenNotebookDocumentParams) -> None:
    notebook = params.notebook_document
    cell_uris = [cell.document for cell in notebook.cells]
    cells = map(_cell, params.cell_text_documents)
    session.text_changed(session.documents.open_notebook(notebook.uri, cell_uris, cells))


def did_change_notebook(session: Session, params: types.DidChangeNotebookDocumentParams) -> None:
    uri = params.notebook_document.uri
    notebook = session.documents.notebook(uri)
    changes = params.change.cells
    if notebook is None or changes is None:
        return
    if (structure := changes.structure) is not None:
        array = structure.array
        new = [cell.document for cell in array.cells or ()]
        session.documents.splice_cells(uri, array.start, array.delete_count, new)
        session.documents.open_cells(uri, map(_cell, structure.did_open or ()))
        session.documents.close_cells(uri, [cell.uri for cell in structure.did_close or ()])
    for change in changes.text_content or ():
        identifier = change.document
        edits = convert.edits(change.changes)
        session.documents.change_cell(uri, identifier.uri, identifier.version, edits)
    session.text_changed(notebook)


def did_close_notebook(session: Session, params: types.DidCloseNotebookDocumentParams) -> None:
    notebook = session.documents.close_notebook(params.notebook_document.uri)
    if notebook is not None:
        session.text_closed(notebook.path)


def did_change_watched_files(session: Session, params: types.DidChangeWatchedFilesParams) -> None:
    session.files_changed([path_of(change.uri) for change in params.changes])


def did_change_workspace_folders(session: Session, params: types.DidChangeWorkspaceFoldersParams) -> None:
    session.folders_changed(
        added=[Folder(folder.uri, folder.name) for folder in params.event.added],
        removed=[Folder(folder.uri, folder.name) for folder in params.event.removed],
    )


def did_change_configuration(session: Session, params: types.DidChangeConfigurationParams) -> None:
    session.settings_changed(params.settings)


def did_cancel_progress(session: Session, params: types.WorkDoneProgressCancelParams) -> None:
    token = session.progress.token_of(params.token)
    if token is not None:
        session.analysis.tell(requests.CancelProgress(token))


def initialized(session: Session, params: types.InitializedParams) -> None:
    session.spawn(session.begin())


NOTIFICATIONS: dict[str, Callable[[Session, Any], None]] = {
    types.INITIALIZED: initialized,
    types.TEXT_DOCUMENT_DID_OPEN: did_open,
    types.TEXT_DOCUMENT_DID_CHANGE: did_change,
    types.TEXT_DOCUMENT_DID_CLOSE: did_close,
    types.TEXT_DOCUMENT_DID_SAVE: did_save,
    types.NOTEBOOK_DOCUMENT_DID_OPEN: did_open_notebook,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE: did_change_notebook,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE: did_close_notebook,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: did_change_watched_files,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: did_change_workspace_folders,
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: did_change_configuration,
    types.WINDOW_WORK_DONE_PROGRESS_CANCEL: did_cancel_progress,
}


def _cell(item: types.TextDocumentItem) -> tuple[str, str, int, str]:
    return item.uri, item.language_id, item.version, item.text
