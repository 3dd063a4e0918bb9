"""The analysis process: answers one frame after the other, and works on between them.

Started by `process`. It knows neither the protocol nor what it is asked: the service does.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import BinaryIO

from bugcatalog_ls.ide.api import events, requests, responses
from bugcatalog_ls.ide.api.contract import Interrupted, Refused, ServiceLike
from bugcatalog_ls.server import frames
from bugcatalog_ls.server.inbox import Inbox
from bugcatalog_ls.workspace.copies import declare_harmless

DEFAULT_SERVICE = "bugcatalog_ls.ide.service:Service"

_SECONDS_TO_FINISH = 1.0
_SECONDS_TO_PARK = 0.2


def main(factory: str = DEFAULT_SERVICE) -> None:
    """Serve `module:factory` over standard input and output until the input ends."""
    source = os.fdopen(os.dup(0), "rb")
    sink = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # What a library prints must not end up between frames.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    inbox = Inbox()
    reader = threading.Thread(target=_read, args=(source, inbox), daemon=True)
    # What it locks is the inbox, which is not looked into by copies of this process.
    declare_harmless(reader)
    reader.start()
    with contextlib.suppress(BrokenPipeError):
        serve(_load(factory), inbox, sink)


def serve(create: Callable[[], ServiceLike], inbox: Inbox, sink: BinaryIO) -> None:
    """Answer what comes into `inbox` until it is closed."""
    service = create()
    desk = _Desk(service, inbox, sink)
    desk.send(frames.Hello())
    has_work = True
    while not inbox.closed:
        frame = inbox.take(wait=desk.pause() if has_work else 0.0)
        desk.send_refused()
        if frame is None and has_work:
            has_work = desk.work()
            desk.ask_parked_again(finished=not has_work)
            continue
        if frame is None:
            desk.send(frames.Idle())
            frame = inbox.take(wait=_SECONDS_TO_PARK if desk.has_parked else None)
            desk.send_refused()
            has_work = frame is None and desk.has_parked
        if frame is not None:
            desk.handle(frame)
            has_work = True


class _Desk:
    """The service, what it works on now, and the questions it wants to be asked again."""

    def __init__(self, service: ServiceLike, inbox: Inbox, sink: BinaryIO) -> None:
        self._service = service
        self._inbox = inbox
        self._sink = sink
        self._parked: list[frames.Ask] = []
        self._parked_at = 0.0
        self._logged: set[str] = set()

    @property
    def has_parked(self) -> bool:
        return bool(self._parked)

    def send(self, frame: frames.FromAnalysis) -> None:
        data = memoryview(frames.encode(frame))
        while data:
            data = data[self._sink.write(data) :]

    def send_refused(self) -> None:
        for failure in self._inbox.take_refused():
            self.send(failure)

    def handle(self, frame: frames.Ask | frames.Tell) -> None:
        if isinstance(frame, frames.Ask):
            self._answer(frame)
            return
        notice = frame.notice
        path = getattr(notice, "path", "")
        self.send(frames.Busy(type(notice).__name__, path))
        try:
            self._service.handle(notice, _Voice(self, lambda: False))
        except Exception:
            self._log_exception(f"{type(notice).__name__} {path}")

    def work(self) -> bool:
        self.send(frames.Busy("Work"))
        try:
            return self._service.work(_Voice(self, lambda: not self._inbox.is_empty()))
        except Interrupted:
            return True
        except Exception:
            self._log_exception("background work")
            return False

    def pause(self) -> float:
        return self._service.pause()

    def ask_parked_again(self, finished: bool) -> None:
        """Parked questions come up when the work is done, and now and then before."""
        if not self._parked or (not finished and time.monotonic() < self._parked_at + _SECONDS_TO_PARK):
            return
        parked, self._parked = self._parked, []
        for frame in parked:
            self._answer(frame)
        self._parked_at = time.monotonic()

    def _answer(self, frame: frames.Ask) -> None:
        question = frame.question
        path = getattr(question, "path", "")
        what = (
            f"Command {question.name}" if isinstance(question, requests.Command) else type(question).__name__
        )
        self.send(frames.Busy(what, path, frame.id))
        try:
            if self._inbox.is_cancelled(frame.id):
                raise Interrupted
            response = self._service.handle(question, _Voice(self, lambda: self._is_unwanted(frame)))
        except Interrupted:
            self._leave(frame)
        except Refused as refusal:
            self._finish(frames.Failure(frame.id, "refused", str(refusal)))
        except Exception as error:
            self._log_exception(f"{what} {path}")
            self._finish(frames.Failure(frame.id, "error", f"{type(error).__name__}: {error}"))
        else:
            if isinstance(response, responses.NotYet):
                self._parked.append(frame)
            else:
                self._finish(frames.Answer(frame.id, response))

    def _is_unwanted(self, frame: frames.Ask) -> bool:
        if self._inbox.is_cancelled(frame.id):
            return True
        question = frame.question
        if isinstance(question, (requests.DiagnoseWorkspace, requests.Command)):
            return not self._inbox.is_empty()
        return isinstance(question, requests.Diagnose) and self._inbox.has_text_of(question.path)

    def _leave(self, frame: frames.Ask) -> None:
        if self._inbox.is_cancelled(frame.id):
            self._finish(frames.Failure(frame.id, "cancelled"))
        elif isinstance(frame.question, requests.Diagnose):
            self._finish(frames.Failure(frame.id, "superseded"))
        else:
            self._parked.append(frame)

    def _finish(self, frame: frames.Answer | frames.Failure) -> None:
        self._inbox.forget(frame.id)
        self.send(frame)

    def _log_exception(self, what: str) -> None:
        text = f"{what} failed:\n{traceback.format_exc()}"
        if text not in self._logged:  # A defect that every keystroke meets is told once.
            self._logged.add(text)
            self.send(frames.Happened(events.Log("error", text)))


class _Voice:
    """`Emit` for one job."""

    def __init__(self, desk: _Desk, is_unwanted: Callable[[], bool]) -> None:
        self._desk = desk
        self._is_unwanted = is_unwanted

    def __call__(self, event: events.Event, /) -> None:
        self._desk.send(frames.Happened(event))

    def interrupted(self) -> bool:
        return self._is_unwanted()


def _read(source: BinaryIO, inbox: Inbox) -> None:
    while (body := frames.read(source.read)) is not None:
        inbox.put(frames.decode_to_analysis(body))
    # The protocol's process has ended, or wants us to: a job that runs on must not keep us alive.
    inbox.close()
    time.sleep(_SECONDS_TO_FINISH)
    os._exit(0)


def _load(factory: str) -> Callable[[], ServiceLike]:
    module, _, name = factory.partition(":")
    create: Callable[[], ServiceLike] = getattr(importlib.import_module(module), name)
    return create


if __name__ == "__main__":
    main(*sys.argv[1:])
