"""Open documents against the packages that they use: looked at when nothing else is to do, told later."""

from __future__ import annotations

import time

from bugcatalog_ls.ide.api import events
from bugcatalog_ls.ide.api.contract import Emit
from bugcatalog_ls.ide.open_documents import OpenDocuments
from bugcatalog_ls.workspace.workspace import Workspace


class OutsideDesk:
    """The workspaces whose packages are being asked about, of those that have open documents."""

    def __init__(self, documents: OpenDocuments) -> None:
        self._documents = documents
        self._waiting: list[Workspace] = []

    def work(self, until: float, emit: Emit) -> None:
        """Look at documents that have changed, have asked what is not known, and tell of what has come."""
        for workspace in list(self._waiting):
            if workspace.third_party.answers.poll():
                self._waiting.remove(workspace)
                # What was opened meanwhile may need more.
                self._begin(workspace)
                emit(events.Stale(self._documents_of(workspace)))
        for document in self._documents.texts:
            if time.monotonic() >= until:
                return
            room = self._documents.room(document)
            workspace, source = room.workspace, None
            if workspace.is_open(room.path) and workspace.is_scanned:
                source = workspace.source(room.path)
            if source is None or workspace.third_party.is_seen(room.path, source):
                continue
            before = tuple(workspace.third_party.findings(room.path, source))
            workspace.look_outside(room.path)
            if tuple(workspace.third_party.findings(room.path, source)) != before:
                emit(events.Stale((document,)))
            self._begin(workspace)

    @property
    def is_waiting(self) -> bool:
        return bool(self._waiting)

    def _begin(self, workspace: Workspace) -> None:
        """Have asked what the open documents of a workspace need, unless something is being asked."""
        paths = [self._documents.room(document).path for document in self._documents_of(workspace)]
        answers = workspace.third_party.answers
        answers.begin(workspace.third_party.owners(paths))
        if answers.is_asking and workspace not in self._waiting:
            self._waiting.append(workspace)

    def _documents_of(self, workspace: Workspace) -> tuple[str, ...]:
        texts = self._documents.texts
        return tuple(each for each in texts if self._documents.room(each).workspace is workspace)
