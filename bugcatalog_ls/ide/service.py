"""The service: what runs in the analysis process and answers the editor's requests."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from bugcatalog_ls.ide import commands, database_reading
from bugcatalog_ls.ide.answers import Answers
from bugcatalog_ls.ide.api import events, requests, responses
from bugcatalog_ls.ide.api.contract import Emit
from bugcatalog_ls.ide.changes import change_of
from bugcatalog_ls.ide.editing import Editing
from bugcatalog_ls.ide.fault_messages import FaultMessages
from bugcatalog_ls.ide.open_documents import OpenDocuments
from bugcatalog_ls.ide.outside_desk import OutsideDesk
from bugcatalog_ls.ide.page_desk import is_page
from bugcatalog_ls.ide.remembering import Memory
from bugcatalog_ls.ide.reports import document_report, workspace_report
from bugcatalog_ls.ide.rooms import Rooms
from bugcatalog_ls.ide.scans import Scans
from bugcatalog_ls.ide.wanted_files import say_wanted
from bugcatalog_ls.workspace.configuration import SETTINGS_FILES

# One slice of background work; longer, and typing would feel it.
SLICE_SECONDS = 0.02
# How often it is looked whether a database or a store has answered.
_ANSWER_SECONDS = 0.2


class Service:
    """One editor's session: its roots and open documents, and whose turn in the background it is."""

    def __init__(self) -> None:
        self._rooms = Rooms()
        self._configure = requests.Configure()
        self._documents = OpenDocuments(self._rooms)
        self._answers = Answers(self._documents)
        self._pages, self._logs = self._answers.pages, self._answers.logs
        self._memory = Memory()
        self._scans = Scans(self._documents)
        self._editing = Editing(self._answers, self._scans, self._memory)
        self._outside = OutsideDesk(self._documents)
        self._faults = FaultMessages()

    def handle(self, request: requests.Request, emit: Emit) -> responses.Response | None:
        """Answer a request; see `ide.api.requests` for each."""
        match request:
            case requests.Configure():
                self._take_configuration(request, emit)
            case requests.SetText():
                self._editing.set_text(request, emit)
            case requests.CloseText():
                self._editing.close_text(request.path, emit)
            case requests.FilesChanged():
                self._files_changed(request.paths, emit)
            case requests.CancelProgress():
                self._scans.cancel(request.token)
            case _:
                return self._answer(request, emit)
        return None

    def work(self, emit: Emit) -> bool:
        """One slice: texts that rest are finished, then files are read; whether more is left."""
        until = time.monotonic() + SLICE_SECONDS
        self._editing.work(emit)
        if finished := self._logs.work(until):
            emit(events.Stale(finished))
        while self._scans.has_work and time.monotonic() < until:
            self._scan_some(emit)
        database_reading.take_answers(self._rooms.roots.values(), emit)
        if not self._scans.has_work and time.monotonic() < until:
            self._work_on_pages(until, emit)
        if not self._scans.has_work and not self._editing.has_unfinished:
            self._outside.work(until, emit)
        if not self._scans.has_work and not self._editing.is_typed_in:
            self._memory.work(self._rooms.roots.values())
        self._take_catalogs(emit)
        return self._is_busy() or self._editing.has_unfinished or self._is_waiting()

    def pause(self) -> float:
        """How many seconds the next slice of work may wait."""
        if self._is_busy():
            return 0.0
        if (due := self._editing.due()) is not None:
            return max(due - time.monotonic(), 0.0)
        return _ANSWER_SECONDS if self._is_waiting() else 0.0

    # -- requests -----------------------------------------------------------------------------------

    def _answer(self, request: requests.Question, emit: Emit) -> responses.Response | None:
        if not isinstance(request, requests.Diagnose):
            self._editing.finish(emit)
        # Whoever asks of anything else than the page that is being written wants it in force.
        self._editing.put_in_force(emit, except_for=getattr(request, "path", ""))
        unit = self._configure.unit
        match request:
            case requests.Diagnose():
                return document_report(self._answers, request.path, request.previous_result_id, unit, emit)
            case requests.DiagnoseWorkspace():
                if self._scans.has_work:
                    return responses.NotYet()
                return workspace_report(self._answers, request.previous_result_ids, unit, emit)
            case requests.HoverAt():
                return self._answers.hover(request.path, request.offset, unit)
            case requests.Actions():
                return self._answers.actions(request)
            case requests.ResolveAction():
                return change_of(self._documents, request, unit)
            case requests.Complete():
                return self._answers.complete(request.path, request.offset, unit)
            case requests.LinksIn():
                return self._answers.links(request.path, unit)
            case requests.LensesIn():
                return self._answers.lenses(request.path, unit)
            case requests.Command():
                desk = commands.Desk(self._answers, self._scans.schedule_all)
                return commands.run(desk, request.name, request.arguments, unit)
        return None

    def _take_configuration(self, request: requests.Configure, emit: Emit) -> None:
        self._configure = request
        self._documents.skipped = frozenset(request.skip)
        folder = Path(request.cache_folder) if request.cache_folder else None
        roots = {root.path: {**request.settings, **root.settings} for root in request.roots}
        before = list(self._rooms.roots.values())
        for workspace in self._rooms.configure(roots, request.trusted, folder):
            self._scans.schedule(workspace)
            self._memory.fetch_catalogs(workspace)
        for workspace in before:
            if workspace not in self._rooms.roots.values():
                self._scans.let_go(workspace, emit)
                database_reading.let_go(workspace, emit)
        for document in self._documents.texts.values():
            self._editing.take_over(document)
        say_wanted(self._rooms, emit)
        self._faults.tell(self._rooms.roots.values(), emit)
        emit(events.Stale())

    def _files_changed(self, paths: Iterable[str], emit: Emit) -> None:
        reloaded: set[int] = set()
        for path in paths:
            room = self._rooms.room(path)
            workspace = room.workspace
            if workspace not in self._rooms.roots.values():
                continue
            name = PurePosixPath(path).name
            if name in SETTINGS_FILES or is_page(room, path):
                if id(workspace) not in reloaded and workspace.reload():
                    self._scans.schedule(workspace)
                reloaded.add(id(workspace))
            elif (
                name == ".gitignore"
                or (workspace.root / room.path).is_dir()
                or not PurePosixPath(name).suffix
            ):
                self._scans.schedule(workspace)
            workspace.file_changed(room.path)
            if path in self._documents.texts:
                self._editing.note(path)
        self._pages.matches.forget()
        emit(events.StaleLenses())
        if reloaded:
            say_wanted(self._rooms, emit)
        self._faults.tell(self._rooms.roots.values(), emit)
        emit(events.Stale())

    # -- background work ----------------------------------------------------------------------------

    def _scan_some(self, emit: Emit) -> None:
        finished = self._scans.step(emit)
        if finished is not None:
            self._faults.tell(self._rooms.roots.values(), emit)
            emit(events.Stale())
            database_reading.begin_reading(finished, emit)

    def _work_on_pages(self, until: float, emit: Emit) -> None:
        """Run examples of open pages, and look for what their rules match."""
        if (document := self._pages.next_run()) is not None:
            emit(events.Doing(f"running an example of {PurePosixPath(document).name}", document))
            if self._pages.run_some() is not None:
                emit(events.Stale((document,)))
        elif self._pages.matches.work(until):
            emit(events.StaleLenses())

    def _take_catalogs(self, emit: Emit) -> None:
        """Go on with the pages that stores have sent."""
        for workspace in self._memory.with_new_pages(self._rooms.roots.values()):
            if workspace.reload():
                self._scans.schedule(workspace)
            emit(events.Stale())

    def _is_busy(self) -> bool:
        """Whether there is something to be done right now."""
        return self._scans.has_work or self._logs.has_work or self._pages.has_work

    def _is_waiting(self) -> bool:
        """Whether a database, a store or the packages have not answered yet."""
        is_reading = database_reading.is_reading(self._rooms.roots.values())
        return self._memory.is_waiting or is_reading or self._outside.is_waiting
