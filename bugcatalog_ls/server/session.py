"""One editor's session: its documents, its settings, and the analysis that works for it."""

from __future__ import annotations

import asyncio
import collections
import time
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from bugcatalog_ls.ide.api import events, requests, responses
from bugcatalog_ls.server import convert
from bugcatalog_ls.server.client import Client, Folder, configure, read_settings
from bugcatalog_ls.server.diagnostics import publications
from bugcatalog_ls.server.documents import Documents, Text, set_text
from bugcatalog_ls.server.process import Analysis
from bugcatalog_ls.server.progress import ProgressBars
from bugcatalog_ls.server.registrations import FileWatch, follow_settings, pull_settings
from bugcatalog_ls.server.schedule import Pusher
from bugcatalog_ls.server.selectors import DocumentSelectors

if TYPE_CHECKING:
    from bugcatalog_ls.server.app import Server


class Session:
    """Lives from `initialize` to the end. All of it runs in the message loop."""

    def __init__(self, server: Server, client: Client, analysis: Analysis) -> None:
        self.server = server
        self.client = client
        self.analysis = analysis
        self.documents = Documents(client.unit)
        self.folders = list(client.folders)
        self.progress = ProgressBars(server)
        self.pusher = None if client.pulls_diagnostics else Pusher(analysis, self.documents, self._publish)
        self.pulled_workspace = False
        self.log: collections.deque[str] = collections.deque(maxlen=500)
        self._settings = client.settings
        self._settings_of_folders: dict[str, dict[str, Any]] = {}
        self._shown_messages: dict[str, str] = {}
        self._shown_uris: dict[str, set[str]] = {}
        self._refresh: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._watch = FileWatch(server, client, self.files_changed)
        self._selectors = DocumentSelectors(server, client)
        self._has_begun = False
        self._early_events: list[events.Event] = []
        analysis.tell(self._configure())
        analysis.attach(self._happened)

    # What happens in the editor ---------------------------------------------------------------

    async def begin(self) -> None:
        """The client is ready: ask it for its settings and have the files watched."""
        self._has_begun = True
        for event in self._early_events:
            self._happened(event)
        self._early_events.clear()
        if self.client.registers_configuration:
            await follow_settings(self.server)
        await self._follow_folders()

    def text_changed(self, text: Text) -> None:
        self.analysis.tell(set_text(text))
        if self.pusher is not None:
            self.pusher.changed(text.path)

    def text_closed(self, path: str) -> None:
        self.analysis.tell(requests.CloseText(path))
        if self.pusher is not None:
            self.pusher.changed(path)

    def files_changed(self, paths: list[str]) -> None:
        if paths:
            self.analysis.tell(requests.FilesChanged(tuple(paths)))

    def folders_changed(self, added: list[Folder], removed: list[Folder]) -> None:
        gone = {folder.uri for folder in removed}
        self.folders = [folder for folder in self.folders if folder.uri not in gone] + added
        self.analysis.tell(self._configure())
        self.spawn(self._follow_folders())

    def settings_changed(self, value: Any) -> None:
        """The editor's settings changed; many editors say so without saying what they are."""
        if self.client.gives_configuration:
            self.spawn(self._pull_settings())
        elif isinstance(value, dict):
            self._settings = read_settings(value)
            self.analysis.tell(self._configure())

    def trace(self, message: str) -> None:
        """A line of `$/logTrace` where the editor wants it."""
        if self.server.protocol.trace != types.TraceValue.Off:
            self.server.log_trace(types.LogTraceParams(message))

    def tell_user(self, level: events.Level, message: str) -> None:
        self.server.window_show_message(types.ShowMessageParams(convert.MESSAGE_TYPES[level], message))

    def write_log(self, level: events.Level, message: str) -> None:
        self.log.append(f"{time.strftime('%H:%M:%S')} {level}: {message}")
        self.server.window_log_message(types.LogMessageParams(convert.MESSAGE_TYPES[level], message))

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def end(self) -> None:
        self._watch.stop()
        for task in self._tasks:
            task.cancel()

    # What the analysis says -------------------------------------------------------------------

    def _happened(self, event: events.Event) -> None:
        if isinstance(event, events.Stale):
            self._stale(event.paths)
        elif isinstance(event, events.Log):
            self.write_log(event.level, event.message)
        elif isinstance(event, events.ServerMessage):
            self._show_once(event)
        elif not self._has_begun:
            # What these ask of the editor may be asked only once it has said `initialized`.
            self._early_events.append(event)
        elif isinstance(event, events.Progress) and self.client.shows_progress:
            self.progress.show(event)
        elif isinstance(event, events.StaleLenses):
            if self.client.refreshes_lenses:
                self.server.workspace_code_lens_refresh(None)
        elif isinstance(event, events.Languages):
            self.spawn(self._selectors.follow(event.ids))
        elif isinstance(event, events.Watch) and event.patterns != self._watch.patterns:
            self._watch.patterns = event.patterns
            self.spawn(self._watch.renew(self.folders))

    def _show_once(self, event: events.ServerMessage) -> None:
        key = event.key or event.message
        if self._shown_messages.get(key) != event.message:
            self._shown_messages[key] = event.message
            self.tell_user(event.level, event.message)

    def _stale(self, paths: tuple[str, ...] | None) -> None:
        if self.pusher is not None:
            self.pusher.stale(paths)
            return
        is_seen = self.pulled_workspace or paths is None or any(map(self.documents.at_path, paths))
        if not (is_seen and self._has_begun and self.client.refreshes_diagnostics):
            return
        if self._refresh is None:
            self._refresh = asyncio.get_running_loop().create_task(self._ask_to_refresh())

    async def _ask_to_refresh(self) -> None:
        # What goes stale in one moment needs one refresh.
        await asyncio.sleep(0.02)
        self._refresh = None
        self.server.workspace_diagnostic_refresh(None)

    def _publish(self, report: responses.DiagnosticReport) -> None:
        published = publications(self.client, self.documents, report)
        # A cell that has left its notebook takes its marks along.
        gone = self._shown_uris.pop(report.path, set()) - {params["uri"] for params in published}
        for params in [*published, *({"uri": uri, "diagnostics": []} for uri in gone)]:
            self.server.protocol.send_plain(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, params)
        self.trace(f"{len(report.diagnostics)} diagnostics published for {report.path}")
        self._shown_uris[report.path] = {params["uri"] for params in published if params["diagnostics"]}

    # Settings ---------------------------------------------------------------------------------

    def _configure(self) -> requests.Configure:
        return configure(self.client, tuple(self.folders), self._settings, self._settings_of_folders)

    async def _follow_folders(self) -> None:
        await self._pull_settings()
        await self._watch.renew(self.folders)

    async def _pull_settings(self) -> None:
        if not self.client.gives_configuration:
            return
        folders = list(self.folders)
        answer = await pull_settings(self.server, folders)
        if answer is None:
            return
        # What `initialize` brought is this editor's default for what it doesn't say here.
        first, *others = [{**self.client.settings, **settings} for settings in answer]
        self._settings = first
        self._settings_of_folders = {
            folder.uri: settings for folder, settings in zip(folders, others, strict=True)
        }
        self.analysis.tell(self._configure())
