"""A service that finds the word BUG, and that other words make slow, hang or die."""

from __future__ import annotations

import os
import re
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bugcatalog_ls.ide.api import events, requests, responses
from bugcatalog_ls.ide.api.contract import Emit, Interrupted, Refused
from bugcatalog_ls.ide.places import Place, Range
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span


class FakeService:
    """`BUG` is BC201; `NEEDS x` is BC703 until any file says `DEFINES x`."""

    def __init__(self) -> None:
        self._configure = requests.Configure()
        self._open: dict[str, requests.SetText] = {}
        self._disk: dict[str, str] = {}
        self._unread: list[str] = []
        self._known: dict[str, tuple[responses.Diagnostic, ...]] = {}
        self._bars: dict[str, int] = {}
        self._offers: dict[str, tuple[str, str, list[Span]]] = {}

    def handle(self, request: requests.Request, emit: Emit) -> responses.Response | None:
        if isinstance(request, requests.Configure):
            self._configure = request
            self._unread = [str(path) for root in request.roots for path in Path(root.path).rglob("*.py")]
            emit(events.Watch(("**/*.py",)))
            emit(events.Stale())
        elif isinstance(request, requests.SetText):
            self._open[request.path] = request
            if "DIE_ON_TEXT" in request.text:
                os._exit(4)
            self._tell_others(request.path, emit)
        elif isinstance(request, requests.CloseText):
            self._open.pop(request.path, None)
            self._tell_others(request.path, emit)
        elif isinstance(request, requests.FilesChanged):
            for path in request.paths:
                self._read(path)
            emit(events.Stale(request.paths))
            self._tell_others("", emit)
        elif isinstance(request, requests.CancelProgress):
            self._bars[request.token] = -1
        else:
            return self._answer(request, emit)
        return None

    def work(self, emit: Emit) -> bool:
        if self._unread:
            self._read(self._unread.pop())
            if not self._unread:
                emit(events.Stale())
        for token, percentage in list(self._bars.items()):
            if percentage < 0 or percentage >= 100:
                emit(events.Progress(token, "end", message="cancelled" if percentage < 0 else "done"))
                del self._bars[token]
            else:
                time.sleep(0.02)
                self._bars[token] = percentage + 5
                emit(events.Progress(token, "report", percentage=percentage))
        return bool(self._unread or self._bars)

    def pause(self) -> float:
        return 0.0

    def _answer(self, request: requests.Request, emit: Emit) -> responses.Response | None:
        if isinstance(request, requests.Diagnose):
            return self._diagnose(request, emit)
        if isinstance(request, requests.DiagnoseWorkspace):
            if self._unread:
                return responses.NotYet()
            paths = sorted({*self._disk, *self._open, *request.previous_result_ids})
            reports = [self._report(path, request.previous_result_ids.get(path, "")) for path in paths]
            known = request.previous_result_ids
            return responses.WorkspaceReport(
                tuple(report for report in reports if report.diagnostics or report.path in known)
            )
        if isinstance(request, requests.HoverAt):
            source = self._source(request.path)
            for word in re.finditer(rb"\w+", source.data):
                if word.start() <= request.offset <= word.end():
                    if word[0] == b"HANG_ON_HOVER":
                        time.sleep(60)
                    note = f"# About `{word[0].decode()}`\n\nSee [docs](https://example.org).\n"
                    return responses.Hover(note, self._place(request.path, Span(*word.span())))
            return None
        if isinstance(request, requests.Actions):
            return responses.ActionList(tuple(self._actions(request)))
        if isinstance(request, requests.ResolveAction):
            return self._resolve(request)
        if isinstance(request, requests.Complete):
            place = self._place(request.path, Span(request.offset, request.offset))
            item = responses.CompletionItem("BC201", "value", "BC201${1: reason}", place, snippet=True)
            return responses.Completions((item,))
        if isinstance(request, requests.Command):
            return self._command(request, emit)
        raise AssertionError(request)

    def _diagnose(self, request: requests.Diagnose, emit: Emit) -> responses.DiagnosticReport:
        text = self._text(request.path)
        if request.path not in self._configure.skip:
            if "HANG" in text and "HANG_ON" not in text:
                emit(events.Doing("The check of a hanging file", request.path))
                time.sleep(60)
            if "DIE" in text:
                os._exit(3)
            if "FAIL" in text:
                raise ValueError("a defect")
            if "SLOW" in text:
                until = time.monotonic() + 0.3
                while time.monotonic() < until:
                    time.sleep(0.005)
                    if emit.interrupted():
                        raise Interrupted
        report = self._report(request.path, request.previous_result_id)
        self._known[request.path] = report.diagnostics
        return report

    def _report(self, path: str, previous: str) -> responses.DiagnosticReport:
        found = tuple(self._find(path))
        id = f"{zlib.crc32(repr(found).encode()):x}"
        version = self._open[path].version if path in self._open else None
        if id == previous:
            return responses.DiagnosticReport(path, version, id, unchanged=True)
        return responses.DiagnosticReport(path, version, id, found)

    def _find(self, path: str) -> Iterator[responses.Diagnostic]:
        source = self._source(path)
        ignored = self._ignored(path)
        defined = {match for text in self._all_texts() for match in re.findall(r"DEFINES (\w+)", text)}
        if path in self._configure.skip:
            return
        for match in re.finditer(rb"\bBUG\b|NEEDS (\w+)", source.data):
            place = self._place(path, Span(*match.span()))
            if match[1] is None and "BC201" not in ignored:
                yield responses.Diagnostic(
                    "BC201",
                    "missing-timeout",
                    "warning",
                    "A bug.",
                    place,
                    url="https://example.org/BC201",
                    tags=("deprecated",),
                    related=(responses.RelatedPlace(place, "here"),),
                    data={"k": "v"},
                )
            elif match[1] is not None and match[1].decode() not in defined:
                name = match[1].decode()
                yield responses.Diagnostic("BC703", "drift", "error", f"Nothing defines `{name}`.", place)

    def _ignored(self, path: str) -> list[str]:
        settings = self._configure.settings
        for root in self._configure.roots:
            if path.startswith(root.path + "/"):
                settings = root.settings
        return list(settings.get("ignore", ()))

    def _actions(self, request: requests.Actions) -> Iterator[responses.Action]:
        places = [d.place.span for d in self._find(request.path) if d.code == "BC201"]
        here = [span for span in places if span.overlaps(request.span) or span.start == request.span.start]
        version = self._open[request.path].version
        offers: list[tuple[str, str, list[Span], dict[str, Any]]] = [
            ("Mend the bug", "quickfix", here[:1], {"preferred": True, "codes": ("BC201",)}),
            ("Write a migration", "quickfix", [], {"applicability": "suggested"}),
            ("Ignore BC201 here…", "quickfix", here[:1], {"asks_reason": True, "codes": ("BC201",)}),
            ("Fix all BC201 in this file", "quickfix", places, {}),
            ("Fix all safe", "source.fixAll.bugcatalog", places, {}),
            ("Not possible", "quickfix", [], {"disabled_reason": "no"}),
        ]
        if not here:
            offers = offers[4:5]
        for title, kind, spans, more in offers:
            if request.only and not any(kind == k or kind.startswith(k + ".") for k in request.only):
                continue
            id = f"{title}|{version}|{request.span.start}"
            self._offers[id] = (title, request.path, spans)
            yield responses.Action(title, kind, id, **more)
        if here and not request.only:
            yield responses.Action(
                "Open the entry BC201", "quickfix", "", command="openEntry", arguments=("BC201",)
            )

    def _resolve(self, request: requests.ResolveAction) -> responses.Change:
        if request.id not in self._offers:
            raise Refused("The text has changed.")
        title, path, spans = self._offers[request.id]
        version = self._open[path].version
        if title == "Write a migration":
            new = str(Path(path).parent / "migrations" / "0002.py")
            return responses.Change(
                creates=(responses.CreatedFile(new, "# new\n"),), needs_confirmation=True, label="Migration"
            )
        content = f"BUG  # ignore[BC201] {request.reason or 'the reason'}" if "Ignore" in title else "OK"
        edits = tuple(responses.FileEdit(self._place(path, span), content) for span in spans)
        return responses.Change(files=(responses.FileChange(path, version, edits),))

    def _command(self, request: requests.Command, emit: Emit) -> responses.CommandResult:
        if request.name == "scanWorkspace":
            self._bars["scan"] = 0
            emit(events.Progress("scan", "begin", title="Scan", percentage=0, cancellable=True))
        if request.name == "openEntry":
            return responses.CommandResult(show=responses.Show("https://example.org/BC201", external=True))
        if request.name == "explain":
            emit(events.ServerMessage("warning", "said once", key="x"))
            emit(events.Log("information", "explaining"))
        return responses.CommandResult(value={"name": request.name, "arguments": list(request.arguments)})

    def _tell_others(self, changed: str, emit: Emit) -> None:
        paths = tuple(
            path
            for path, known in self._known.items()
            if path != changed and tuple(self._find(path)) != known
        )
        if paths:
            emit(events.Stale(paths))

    def _read(self, path: str) -> None:
        try:
            self._disk[path] = Path(path).read_text("utf-8")
        except OSError:
            self._disk.pop(path, None)

    def _text(self, path: str) -> str:
        return self._open[path].text if path in self._open else self._disk.get(path, "")

    def _all_texts(self) -> list[str]:
        return [self._text(path) for path in {*self._open, *self._disk}]

    def _source(self, path: str) -> Source:
        return Source(self._text(path))

    def _place(self, path: str, span: Span) -> Place:
        lines = self._source(path).lines
        unit = self._configure.unit
        start, end = lines.position(span.start, unit), lines.position(span.end, unit)
        return Place(path, span, Range(*start, *end))
