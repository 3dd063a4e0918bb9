"""The change of files that an action stands for, worked out when the user takes it."""

from __future__ import annotations

from bugcatalog_ls.analysis.finding import Fix
from bugcatalog_ls.ide import actions
from bugcatalog_ls.ide.api.contract import Refused
from bugcatalog_ls.ide.api.requests import ResolveAction
from bugcatalog_ls.ide.api.responses import Change, CreatedFile, FileChange, FileEdit
from bugcatalog_ls.ide.open_documents import OpenDocuments
from bugcatalog_ls.ide.page_actions import KINDS, page_edits, title_of
from bugcatalog_ls.ide.places import place_in
from bugcatalog_ls.text.lines import ColumnUnit
from bugcatalog_ls.workspace.baseline import BaselineError
from bugcatalog_ls.workspace.workspace import Workspace


def change_of(documents: OpenDocuments, request: ResolveAction, unit: ColumnUnit) -> Change:
    """Raises `Refused` where the text has moved on, or the baseline can't be written."""
    try:
        identity = actions.decode(request.id)
        room = documents.room(identity.document)
        if identity.digest != documents.digest(identity.document):
            raise actions.Stale
        if identity.kind in KINDS:
            return _change_of_page(documents, identity, unit)
        made = actions.make_change(room, identity, request.reason)
    except actions.Stale:
        raise Refused("The text has changed since this was offered; ask again.") from None
    except BaselineError as error:
        raise Refused(str(error)) from None
    return _change_by_fix(documents, room.workspace, made.fix, made.label, unit)


def _change_of_page(documents: OpenDocuments, identity: actions.ActionId, unit: ColumnUnit) -> Change:
    path = identity.document
    page = documents.page(path)
    if page is None:
        raise actions.Stale
    edits = tuple(
        FileEdit(place_in(path, page.source, edit.span, unit), edit.content)
        for edit in page_edits(page, identity)
    )
    return Change((FileChange(path, documents.version(path), edits),), label=title_of(identity))


def _change_by_fix(
    documents: OpenDocuments, workspace: Workspace, fix: Fix, label: str, unit: ColumnUnit
) -> Change:
    key_of = documents.rooms.document
    files = []
    for path in sorted({edit.path for edit in fix.edits}):
        source = workspace.source(path)
        if source is None:
            continue
        document = key_of(workspace, path)
        edits = tuple(
            FileEdit(place_in(document, source, edit.span, unit), edit.content)
            for edit in fix.edits
            if edit.path == path
        )
        files.append(FileChange(document, documents.version(document), edits))
    return Change(
        files=tuple(files),
        creates=tuple(CreatedFile(key_of(workspace, new.path), new.content) for new in fix.creates),
        deletes=tuple(key_of(workspace, path) for path in fix.deletes),
        needs_confirmation=fix.applicability == "suggested",
        label=label,
        description="Changes behaviour: read it before you keep it." if label else "",
    )
