"""The service: what runs in the analysis process and answers the editor's requests."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Generator, Iterable
from itertools import groupby
from operator import attrgetter
from pathlib import Path, PurePosixPath

from bugcatalog_ls.analysis.finding import Fix
from bugcatalog_ls.facts.fact import vocabularies
from bugcatalog_ls.ide import actions, api, commands
from bugcatalog_ls.ide.answers import Answers
from bugcatalog_ls.ide.diagnostics import result_id
from bugcatalog_ls.ide.open_documents import OpenDocuments
from bugcatalog_ls.ide.outside_desk import OutsideDesk
from bugcatalog_ls.ide.page_actions import KINDS, page_edits, title_of
from bugcatalog_ls.ide.page_desk import is_page
from bugcatalog_ls.ide.places import place_in
from bugcatalog_ls.ide.remembering import Memory
from bugcatalog_ls.ide.rooms import Rooms
from bugcatalog_ls.patterns.languages import FILE_TYPES
from bugcatalog_ls.workspace.baseline import BaselineError
from bugcatalog_ls.workspace.configuration import SETTINGS_FILES
from bugcatalog_ls.workspace.memory import give_back_memory
from bugcatalog_ls.workspace.workspace import Workspace

log = logging.getLogger(__name__)

# One slice of background work; longer, and typing would feel it.
SLICE_SECONDS = 0.02
# How long a text must rest before what a keystroke left undone is done.
REST_SECONDS = 0.15
# How long a page must rest before it is in force: the workspace is read again for it.
PAGE_REST_SECONDS = 0.4
_FILES_A_REPORT = 64
# One processor is left to who types.
_N_SCANNERS = max((os.cpu_count() or 1) - 1, 1)
# How often it is looked whether a database or a store has answered.
_ANSWER_SECONDS = 0.2


class Service:
    """One editor's session: its roots, open documents, and what is left to be scanned."""

    def __init__(self) -> None:
        self._rooms = Rooms()
        self._told_faults: set[str] = set()
        self._configure = api.Configure()
        self._documents = OpenDocuments(self._rooms)
        self._open = self._documents.texts
        self._unseen: list[Workspace] = []
        self._unsearched: set[int] = set()
        self._scans: dict[int, Generator[tuple[int, int], None, None]] = {}
        self._totals: dict[int, int] = {}
        self._typed: dict[str, float] = {}
        self._begun: set[str] = set()
        self._cancelled: set[str] = set()
        self._skip: frozenset[str] = frozenset()
        self._memory = Memory()
        self._answers = Answers(self._documents)
        self._outside = OutsideDesk(self._documents)
        self._pages, self._logs = self._answers.pages, self._answers.logs
        # Pages that were typed in, and are to be put in force.
        self._written: dict[str, float] = {}

    # -- requests -----------------------------------------------------------------------------------

    def handle(self, request: api.Request, emit: api.Emit) -> api.Response | None:
        """Answer a request; see `ide.api` for each."""
        match request:
            case api.Configure():
                self._take_configuration(request, emit)
            case api.SetText():
                self._set_text(request, emit)
            case api.CloseText():
                self._close_text(request, emit)
            case api.FilesChanged():
                self._files_changed(request.paths, emit)
            case api.CancelProgress():
                # What has ended meanwhile must not be cancelled when it begins again.
                self._cancelled |= {request.token} & self._begun
            case _:
                return self._answer(request, emit)
        return None

    def work(self, emit: api.Emit) -> bool:
        """One slice: texts that rest are finished, then files are read; whether more is left."""
        until = time.monotonic() + SLICE_SECONDS
        for path, typed in list(self._typed.items()):
            if typed + REST_SECONDS <= time.monotonic():
                self._settle(path, emit)
        for path, written in list(self._written.items()):
            if written + PAGE_REST_SECONDS <= time.monotonic():
                self._put_in_force(path, emit)
        if finished := self._logs.work(until):
            emit(api.Stale(finished))
        while self._unseen and time.monotonic() < until:
            self._scan_some(self._unseen[0], emit)
        self._take_databases(emit)
        if not self._unseen and time.monotonic() < until:
            self._work_on_pages(until, emit)
        if not self._unseen and not self._typed and not self._written:
            self._outside.work(until, emit)
        if not self._unseen and not self._typed:
            self._memory.work(self._rooms.roots.values())
        self._take_catalogs(emit)
        return bool(
            self._unseen
            or self._typed
            or self._written
            or self._logs.has_work
            or self._pages.has_work
            or self._is_waiting()
        )

    def pause(self) -> float:
        """How many seconds the next slice of work may wait."""
        if self._unseen or self._logs.has_work or self._pages.has_work:
            return 0.0
        due = [typed + REST_SECONDS for typed in self._typed.values()]
        due += [written + PAGE_REST_SECONDS for written in self._written.values()]
        if not due:
            return _ANSWER_SECONDS if self._is_waiting() else 0.0
        return max(min(due) - time.monotonic(), 0.0)

    def _answer(self, request: api.Question, emit: api.Emit) -> api.Response | None:
        if not isinstance(request, api.Diagnose):
            for path in list(self._typed):
                self._settle(path, emit)
        # Whoever asks of anything else than the page that is being written wants it in force.
        for path in [path for path in self._written if path != getattr(request, "path", "")]:
            self._put_in_force(path, emit)
        match request:
            case api.Diagnose():
                return self._report(request.path, request.previous_result_id, emit)
            case api.DiagnoseWorkspace():
                return self._workspace_report(request.previous_result_ids, emit)
            case api.HoverAt():
                return self._answers.hover(request.path, request.offset, self._configure.unit)
            case api.Actions():
                return self._answers.actions(request)
            case api.ResolveAction():
                return self._resolve(request)
            case api.Complete():
                return self._answers.complete(request.path, request.offset, self._configure.unit)
            case api.LinksIn():
                return self._answers.links(request.path, self._configure.unit)
            case api.LensesIn():
                return self._answers.lenses(request.path, self._configure.unit)
            case api.Command():
                desk = commands.Desk(self._answers, self._scan_again)
                return commands.run(desk, request.name, request.arguments, self._configure.unit)
        return None

    # -- documents ----------------------------------------------------------------------------------

    def _take_configuration(self, request: api.Configure, emit: api.Emit) -> None:
        self._configure = request
        self._skip = frozenset(request.skip)
        folder = Path(request.cache_folder) if request.cache_folder else None
        roots = {root.path: {**request.settings, **root.settings} for root in request.roots}
        before = list(self._rooms.roots.values())
        for workspace in self._rooms.configure(roots, request.trusted, folder):
            self._schedule(workspace)
            self._memory.fetch_catalogs(workspace)
        for workspace in before:
            if workspace not in self._rooms.roots.values():
                self._let_go(workspace, emit)
        for document in self._open.values():
            self._set_room_text(document)
        self._say_wanted(emit)
        self._say_faults(emit)
        emit(api.Stale())

    def _set_text(self, request: api.SetText, emit: api.Emit) -> None:
        was_open = request.path in self._open
        self._open[request.path] = request
        self._documents.changed(request.path)
        if request.path in self._skip:
            return
        if was_open and self._documents.page(request.path) is not None:
            self._written[request.path] = time.monotonic()
            return
        self._set_room_text(request, quick=was_open)
        if not was_open:
            self._note(request.path)
        self._typed[request.path] = time.monotonic()
        self._tell_others(request.path, emit)

    def _settle(self, path: str, emit: api.Emit) -> None:
        """Finish what a keystroke left undone, and say so where it may show."""
        self._typed.pop(path, None)
        if path not in self._open:
            return
        room = self._documents.room(path)
        before = room.workspace.diagnose(room.path)
        if room.workspace.settle(room.path):
            if room.workspace.diagnose(room.path) != before:
                emit(api.Stale((path,)))
            self._tell_others(path, emit)

    def _set_room_text(self, document: api.SetText, *, quick: bool = False) -> None:
        room = self._rooms.room(document.path, document.language)
        if is_page(room, document.path):
            room.workspace.set_page(document.path, document.text)
            if room.workspace.reload():
                self._schedule(room.workspace)
        if room.workspace.wants(room.path):
            room.workspace.set_text(room.path, document.text, quick=quick)

    def _put_in_force(self, path: str, emit: api.Emit) -> None:
        """Take over a page as it was written; what it changes is said, of the page itself too."""
        self._written.pop(path, None)
        document = self._open.get(path)
        if document is not None:
            self._set_room_text(document)
            self._say_wanted(emit)
            emit(api.Stale())

    def _work_on_pages(self, until: float, emit: api.Emit) -> None:
        """Run examples of open pages, and look for what their rules match."""
        if (document := self._pages.next_run()) is not None:
            emit(api.Doing(f"running an example of {PurePosixPath(document).name}", document))
            if self._pages.run_some() is not None:
                emit(api.Stale((document,)))
        elif self._pages.matches.work(until):
            emit(api.StaleLenses())

    def _close_text(self, request: api.CloseText, emit: api.Emit) -> None:
        document = self._open.pop(request.path, None)
        self._documents.changed(request.path)
        self._written.pop(request.path, None)
        self._pages.forget(request.path)
        self._logs.forget(request.path)
        if document is None:
            return
        room = self._rooms.room(document.path, document.language)
        if is_page(room, document.path):
            room.workspace.set_page(document.path, None)
            if room.workspace.reload():
                self._schedule(room.workspace)
        room.workspace.close_text(room.path)
        self._tell_others(request.path, emit)

    def _files_changed(self, paths: Iterable[str], emit: api.Emit) -> None:
        reloaded: set[int] = set()
        for path in paths:
            room = self._rooms.room(path)
            workspace = room.workspace
            if workspace not in self._rooms.roots.values():
                continue
            name = PurePosixPath(path).name
            if name in SETTINGS_FILES or is_page(room, path):
                if id(workspace) not in reloaded and workspace.reload():
                    self._schedule(workspace)
                reloaded.add(id(workspace))
            elif (
                name == ".gitignore"
                or (workspace.root / room.path).is_dir()
                or not PurePosixPath(name).suffix
            ):
                self._schedule(workspace)
            workspace.file_changed(room.path)
            if path in self._open:
                self._note(path)
        self._pages.matches.forget()
        emit(api.StaleLenses())
        if reloaded:
            self._say_wanted(emit)
        self._say_faults(emit)
        emit(api.Stale())

    def _tell_others(self, path: str, emit: api.Emit) -> None:
        """Say which other open documents a change may concern."""
        room = self._documents.room(path)
        stale = room.workspace.stale_paths()
        others = tuple(
            other
            for other in self._open
            if other != path
            and (other_room := self._documents.room(other)).workspace is room.workspace
            and other_room.path in stale
        )
        if others:
            emit(api.Stale(others))

    # -- scanning -----------------------------------------------------------------------------------

    def _schedule(self, workspace: Workspace) -> None:
        """Have the files of a workspace looked for, and what is new read, in the background."""
        self._end_scan(workspace)
        self._unsearched.add(id(workspace))
        if workspace not in self._unseen:
            self._unseen.append(workspace)

    def _scan_again(self) -> None:
        for workspace in self._rooms.roots.values():
            self._schedule(workspace)

    def _scan_some(self, workspace: Workspace, emit: api.Emit) -> None:
        token = _scan_token(workspace)
        if id(workspace) in self._unsearched:
            self._unsearched.discard(id(workspace))
            emit(api.Doing(f"looking for the files of {workspace.root.name}"))
            workspace.find_files()
            for path in self._skip:
                if (room := self._documents.room(path)).workspace is workspace:
                    workspace.skip(room.path)
            self._totals[id(workspace)] = workspace.n_pending
            return
        total = max(self._totals.get(id(workspace), 0), workspace.n_pending)
        if token not in self._begun:
            self._begun.add(token)
            title = f"Reading {workspace.root.name}"
            emit(api.Progress(token, "begin", title=title, percentage=0, cancellable=True))
        if token in self._cancelled:
            self._cancelled.discard(token)
            self._finish(workspace, token, emit, "cancelled")
            return
        begun, n_before = workspace.next_pending, workspace.n_pending
        if begun is not None:
            emit(api.Doing(f"reading {begun}", self._rooms.document(workspace, begun)))
        scan = self._scans.get(id(workspace))
        if scan is None:
            scan = self._scans[id(workspace)] = workspace.scan_beside(_N_SCANNERS)
        if next(scan, None) is not None:
            done = total - workspace.n_pending
            if done // _FILES_A_REPORT > (total - n_before) // _FILES_A_REPORT:
                message = f"{done} of {total} files"
                emit(api.Progress(token, "report", message=message, percentage=100 * done // total))
            return
        workspace.save_cache()
        self._finish(workspace, token, emit, f"{total} files")

    def _end_scan(self, workspace: Workspace) -> None:
        if (scan := self._scans.pop(id(workspace), None)) is not None:
            scan.close()

    def _let_go(self, workspace: Workspace, emit: api.Emit) -> None:
        """End what is done for a workspace that is no more among the roots."""
        self._end_scan(workspace)
        self._unseen = [each for each in self._unseen if each is not workspace]
        token = _scan_token(workspace)
        if token in self._begun:
            self._begun.discard(token)
            self._cancelled.discard(token)
            emit(api.Progress(token, "end"))
        if workspace.live.is_reading:
            emit(api.Progress(_database_token(workspace), "end"))

    def _finish(self, workspace: Workspace, token: str, emit: api.Emit, message: str) -> None:
        self._end_scan(workspace)
        self._unseen.remove(workspace)
        self._begun.discard(token)
        give_back_memory()
        emit(api.Progress(token, "end", message=message))
        self._say_faults(emit)
        emit(api.Stale())
        if workspace.live.begin(workspace.settings.databases, workspace.root):
            title = f"Reading the databases of {workspace.root.name}"
            emit(api.Progress(_database_token(workspace), "begin", title=title))

    # -- stores ------------------------------------------------------------------------------------------

    def _note(self, path: str) -> None:
        """A document was opened or saved: what stands in it will be remembered."""
        room = self._documents.room(path)
        if room.workspace in self._rooms.roots.values() and room.workspace.wants(room.path):
            self._memory.note(room)

    def _take_catalogs(self, emit: api.Emit) -> None:
        """Go on with the pages that stores have sent."""
        for workspace in self._memory.with_new_pages(self._rooms.roots.values()):
            if workspace.reload():
                self._schedule(workspace)
            emit(api.Stale())

    # -- databases ------------------------------------------------------------------------------------

    def _is_waiting(self) -> bool:
        """Whether a database, a store or the packages have not answered yet."""
        return self._memory.is_waiting or self._is_reading() or self._outside.is_waiting

    def _is_reading(self) -> bool:
        return any(workspace.live.is_reading for workspace in self._rooms.roots.values())

    def _take_databases(self, emit: api.Emit) -> None:
        """Go on with what databases have answered, and tell of those that cannot be read, once."""
        for workspace in self._rooms.roots.values():
            answers = workspace.live.poll()
            if answers is None:
                continue
            emit(api.Progress(_database_token(workspace), "end"))
            for problem in workspace.take_databases(answers):
                emit(api.ServerMessage("warning", problem, f"{workspace.root} {problem}"))
            emit(api.Stale())

    # -- answers ------------------------------------------------------------------------------------

    def _report(self, path: str, previous: str, emit: api.Emit) -> api.DiagnosticReport:
        if path in self._skip:
            return api.DiagnosticReport(path, self._documents.version(path), "skipped")
        emit(api.Doing(f"checking {PurePosixPath(path).name}", path))
        found = self._answers.diagnostics(path, self._configure.unit)
        identity = result_id(found)
        if identity == previous:
            return api.DiagnosticReport(path, self._documents.version(path), identity, unchanged=True)
        return api.DiagnosticReport(path, self._documents.version(path), identity, found)

    def _workspace_report(self, previous: dict[str, str], emit: api.Emit) -> api.Response:
        if self._unseen:
            return api.NotYet()
        reports = []
        seen: set[str] = set()
        for workspace in self._rooms.roots.values():
            about_tool = {finding.path for finding in workspace.tool_findings() if finding.path}
            stale = {each.place for each in workspace.stale_files()}
            paths: Iterable[str] = {*workspace.files(), *about_tool, *stale}
            if workspace.settings.diagnostic_mode != "workspace":
                paths = about_tool
            for path in sorted(paths):
                if emit.interrupted():
                    raise api.Interrupted
                document = self._rooms.document(workspace, path)
                seen.add(document)
                report = self._report(document, previous.get(document, ""), emit)
                if report.diagnostics or document in previous:
                    reports.append(report)
        gone = [path for path in previous if path not in seen]
        reports.extend(api.DiagnosticReport(path, self._documents.version(path), "") for path in gone)
        return api.WorkspaceReport(tuple(reports))

    def _resolve(self, request: api.ResolveAction) -> api.Change:
        try:
            identity = actions.decode(request.id)
            room = self._documents.room(identity.document)
            if identity.digest != self._documents.digest(identity.document):
                raise actions.Stale
            if identity.kind in KINDS:
                return self._change_of_page(identity)
            made = actions.make_change(room, identity, request.reason)
        except actions.Stale:
            raise api.Refused("The text has changed since this was offered; ask again.") from None
        except BaselineError as error:
            raise api.Refused(str(error)) from None
        return self._change(room.workspace, made.fix, made.label)

    def _change_of_page(self, identity: actions.ActionId) -> api.Change:
        path = identity.document
        page = self._documents.page(path)
        if page is None:
            raise actions.Stale
        edits = tuple(
            api.FileEdit(place_in(path, page.source, edit.span, self._configure.unit), edit.content)
            for edit in page_edits(page, identity)
        )
        return api.Change(
            (api.FileChange(path, self._documents.version(path), edits),), label=title_of(identity)
        )

    def _change(self, workspace: Workspace, fix: Fix, label: str) -> api.Change:
        files = []
        for path in sorted({edit.path for edit in fix.edits}):
            source = workspace.source(path)
            if source is None:
                continue
            document = self._rooms.document(workspace, path)
            edits = tuple(
                api.FileEdit(place_in(document, source, edit.span, self._configure.unit), edit.content)
                for edit in fix.edits
                if edit.path == path
            )
            files.append(api.FileChange(document, self._documents.version(document), edits))
        return api.Change(
            files=tuple(files),
            creates=tuple(
                api.CreatedFile(self._rooms.document(workspace, new.path), new.content) for new in fix.creates
            ),
            deletes=tuple(self._rooms.document(workspace, path) for path in fix.deletes),
            needs_confirmation=fix.applicability == "suggested",
            label=label,
            description="Changes behaviour: read it before you keep it." if label else "",
        )

    # -- what the user must know --------------------------------------------------------------------

    def _say_faults(self, emit: api.Emit) -> None:
        """One message for each file of settings or pages in which something new is wrong."""
        for workspace in self._rooms.roots.values():
            for path, faults in groupby(workspace.tool_findings(), key=attrgetter("path")):
                keys = {f"{workspace.root} {path} {fault.message}": fault for fault in faults}
                new = [(key, fault) for key, fault in keys.items() if key not in self._told_faults]
                if not new:
                    continue
                self._told_faults.update(keys)
                key, fault = new[0]
                where = f"{path}:{fault.line}: " if path else ""
                more = f" (There are {len(new) - 1} more there.)" if len(new) > 2 else ""
                more = " (There is one more there.)" if len(new) == 2 else more
                emit(api.ServerMessage("warning", f"{where}{fault.message}{more}", key))
            for problem in workspace.problems.values():
                emit(api.Log("warning", problem.message))

    def _say_wanted(self, emit: api.Emit) -> None:
        """Which files and documents the editor should watch and bring."""
        languages = commands.languages(self._rooms)
        read = {name for vocabulary in vocabularies() for name in vocabulary.names}
        names = {"*.py", "*.pyi", "*.md", ".gitignore", *SETTINGS_FILES, *read}
        names |= {f"*.{suffix}" for suffix, kind in FILE_TYPES.items() if kind.language_id in languages}
        emit(api.Watch(tuple(f"**/{name}" for name in sorted(names))))
        emit(api.Languages(tuple(sorted(languages))))


def _scan_token(workspace: Workspace) -> str:
    return f"scan {workspace.root}"


def _database_token(workspace: Workspace) -> str:
    return f"databases {workspace.root}"
