"""When the analysis is asked for diagnostics, and that only those of the latest text count."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from bugcatalog_ls.ide.api import requests, responses
from bugcatalog_ls.server.documents import Documents
from bugcatalog_ls.server.process import Analysis, Unanswered

_QUICK_SECONDS = 0.05
_LONGEST_PAUSE = 0.3


async def fresh_report(
    analysis: Analysis, documents: Documents, path: str, previous_result_id: str = ""
) -> responses.DiagnosticReport:
    """The report on the latest text, however often that changes while it is made."""
    while True:
        try:
            report = await analysis.ask(
                requests.Diagnose(path, previous_result_id), responses.DiagnosticReport
            )
        except Unanswered as unanswered:
            if unanswered.kind == "superseded":
                continue
            raise
        if is_fresh(documents, report):
            return report


def is_fresh(documents: Documents, report: responses.DiagnosticReport) -> bool:
    """Whether the report is on the text that the editor shows, or on a file that it doesn't show."""
    text = documents.at_path(report.path)
    return report.version == (text.revision if text is not None else None)


class Pusher:
    """Keeps the published diagnostics true: one question at a time for each document.

    A change is asked about at once while the analysis is quick, and after a pause in the typing
    where the last answer took long.
    """

    def __init__(
        self,
        analysis: Analysis,
        documents: Documents,
        publish: Callable[[responses.DiagnosticReport], None],
    ) -> None:
        self._analysis = analysis
        self._documents = documents
        self._publish = publish
        self._lanes: dict[str, _Lane] = {}
        self._result_ids: dict[str, str] = {}
        self._all: asyncio.Task[None] | None = None
        self._all_again = False

    def changed(self, path: str) -> None:
        """The document has a new text, or its diagnostics may differ for another reason."""
        lane = self._lanes.setdefault(path, _Lane())
        lane.is_dirty = True
        lane.changed_at = time.monotonic()
        if lane.task is None:
            lane.task = asyncio.get_running_loop().create_task(self._run(path, lane))

    def stale(self, paths: tuple[str, ...] | None) -> None:
        """What may differ for another reason than its own text."""
        open_paths = self._documents.paths()
        for path in open_paths if paths is None else paths:
            if paths is None or path in open_paths:
                self.changed(path)
        if paths is None or any(path not in open_paths for path in paths):
            self._check_closed()

    def closed(self, path: str) -> None:
        """The editor closed the document: what is shown of the file comes from the workspace."""
        self.changed(path)

    def _check_closed(self) -> None:
        self._all_again = True
        if self._all is None:
            self._all = asyncio.get_running_loop().create_task(self._run_closed())

    async def _run(self, path: str, lane: _Lane) -> None:
        try:
            while lane.is_dirty:
                await self._pause(lane)
                lane.is_dirty = False
                began = time.monotonic()
                try:
                    report = await self._analysis.ask(requests.Diagnose(path), responses.DiagnosticReport)
                except Unanswered as unanswered:
                    lane.is_dirty = lane.is_dirty or unanswered.kind == "superseded"
                    continue
                lane.last_seconds = time.monotonic() - began
                if is_fresh(self._documents, report):
                    self._show(report)
                else:
                    lane.is_dirty = True
        finally:
            lane.task = None
            if self._documents.at_path(path) is None and not lane.is_dirty:
                self._lanes.pop(path, None)

    async def _pause(self, lane: _Lane) -> None:
        if lane.last_seconds < _QUICK_SECONDS:
            return
        pause = min(lane.last_seconds / 2, _LONGEST_PAUSE)
        while (left := lane.changed_at + pause - time.monotonic()) > 0:
            await asyncio.sleep(left)

    async def _run_closed(self) -> None:
        """Publish what the workspace says of files that are not open, where it has changed."""
        try:
            while self._all_again:
                self._all_again = False
                question = requests.DiagnoseWorkspace(dict(self._result_ids))
                try:
                    answer = await self._analysis.ask(question, responses.WorkspaceReport)
                except Unanswered:
                    continue
                for report in answer.reports:
                    is_open = self._documents.at_path(report.path) is not None
                    if not report.unchanged and not is_open and report.version is None:
                        self._show(report)
        finally:
            self._all = None

    def _show(self, report: responses.DiagnosticReport) -> None:
        had_some = report.path in self._result_ids
        is_open = self._documents.at_path(report.path) is not None
        if report.diagnostics:
            self._result_ids[report.path] = report.result_id
        else:
            self._result_ids.pop(report.path, None)
        if is_open or had_some or report.diagnostics:
            self._publish(report)


class _Lane:
    """What is known of the questions about one document."""

    def __init__(self) -> None:
        self.task: asyncio.Task[None] | None = None
        self.is_dirty = False
        self.changed_at = 0.0
        self.last_seconds = 0.0
