"""Scans of whole workspaces in the background: their files are looked for, then read, a step at a time."""

from __future__ import annotations

import os
from collections.abc import Generator

from bugcatalog_ls.ide.api import events
from bugcatalog_ls.ide.api.contract import Emit
from bugcatalog_ls.ide.open_documents import OpenDocuments
from bugcatalog_ls.workspace.memory import give_back_memory
from bugcatalog_ls.workspace.workspace import Workspace

_FILES_A_REPORT = 64
# One processor is left to who types.
_N_SCANNERS = max((os.cpu_count() or 1) - 1, 1)


class Scans:
    """The workspaces that are still to be read, in order, and how far the first of them is."""

    def __init__(self, documents: OpenDocuments) -> None:
        self._documents = documents
        self._queue: list[Workspace] = []
        self._unsearched: set[int] = set()
        self._running: dict[int, Generator[tuple[int, int], None, None]] = {}
        self._totals: dict[int, int] = {}
        self._begun: set[str] = set()
        self._cancelled: set[str] = set()

    def schedule(self, workspace: Workspace) -> None:
        """Have the files of a workspace looked for, and what is new read."""
        self._end(workspace)
        self._unsearched.add(id(workspace))
        if workspace not in self._queue:
            self._queue.append(workspace)

    def schedule_all(self) -> None:
        for workspace in self._documents.rooms.roots.values():
            self.schedule(workspace)

    @property
    def has_work(self) -> bool:
        return bool(self._queue)

    def step(self, emit: Emit) -> Workspace | None:
        """Go on with the first workspace; it is returned when nothing more is to be done for it."""
        workspace = self._queue[0]
        if id(workspace) in self._unsearched:
            self._search(workspace, emit)
            return None
        token = _token(workspace)
        total = max(self._totals.get(id(workspace), 0), workspace.n_pending)
        if token not in self._begun:
            self._begun.add(token)
            title = f"Reading {workspace.root.name}"
            emit(events.Progress(token, "begin", title=title, percentage=0, cancellable=True))
        if token in self._cancelled:
            self._cancelled.discard(token)
            return self._finished(workspace, "cancelled", emit)
        if self._read_some(workspace, total, emit):
            return None
        workspace.save_cache()
        return self._finished(workspace, f"{total} files", emit)

    def cancel(self, token: str) -> None:
        # What has ended meanwhile must not be cancelled when it begins again.
        self._cancelled |= {token} & self._begun

    def let_go(self, workspace: Workspace, emit: Emit) -> None:
        """End what is done for a workspace that is no more among the roots."""
        self._end(workspace)
        self._queue = [each for each in self._queue if each is not workspace]
        token = _token(workspace)
        if token in self._begun:
            self._begun.discard(token)
            self._cancelled.discard(token)
            emit(events.Progress(token, "end"))

    def _search(self, workspace: Workspace, emit: Emit) -> None:
        self._unsearched.discard(id(workspace))
        emit(events.Doing(f"looking for the files of {workspace.root.name}"))
        workspace.find_files()
        for path in self._documents.skipped:
            if (room := self._documents.room(path)).workspace is workspace:
                workspace.skip(room.path)
        self._totals[id(workspace)] = workspace.n_pending

    def _read_some(self, workspace: Workspace, total: int, emit: Emit) -> bool:
        """Read a few files; whether there were any left."""
        begun, n_before = workspace.next_pending, workspace.n_pending
        if begun is not None:
            emit(events.Doing(f"reading {begun}", self._documents.rooms.document(workspace, begun)))
        running = self._running.get(id(workspace))
        if running is None:
            running = self._running[id(workspace)] = workspace.scan_beside(_N_SCANNERS)
        if next(running, None) is None:
            return False
        done = total - workspace.n_pending
        if done // _FILES_A_REPORT > (total - n_before) // _FILES_A_REPORT:
            message = f"{done} of {total} files"
            emit(
                events.Progress(_token(workspace), "report", message=message, percentage=100 * done // total)
            )
        return True

    def _finished(self, workspace: Workspace, message: str, emit: Emit) -> Workspace:
        self._end(workspace)
        self._queue.remove(workspace)
        self._begun.discard(_token(workspace))
        give_back_memory()
        emit(events.Progress(_token(workspace), "end", message=message))
        return workspace

    def _end(self, workspace: Workspace) -> None:
        if (running := self._running.pop(id(workspace), None)) is not None:
            running.close()


def _token(workspace: Workspace) -> str:
    return f"scan {workspace.root}"
