"""The analysis process as the message loop sees it: told, asked, watched, and started again.

Nothing here waits. Writing and reading happen in threads; what comes back is handled in the loop.
A process that dies, or is killed because a job ran past its budget, is replaced by one that gets
the settings, the open texts and the open questions again.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Literal, TypeVar, overload

import msgspec

from bugcatalog_ls.ide.api import events, requests, responses
from bugcatalog_ls.server import frames
from bugcatalog_ls.server.child import Child
from bugcatalog_ls.server.deaths import Deaths, obituary
from bugcatalog_ls.server.launch import Launched, launch
from bugcatalog_ls.server.strikes import Strikes
from bugcatalog_ls.server.watchdog import Watchdog

_T = TypeVar("_T")

_SECONDS_TO_STOP = 0.5


class Unanswered(Exception):
    """A question without an answer: why, and in which sense."""

    def __init__(
        self, kind: Literal["cancelled", "superseded", "refused", "error", "lost"], message: str
    ) -> None:
        super().__init__(message or kind)
        self.kind = kind


class Analysis:
    """The one analysis process, whichever incarnation of it lives."""

    def __init__(self, launched: Launched, budget: float | None = None) -> None:
        self._service = launched.service
        self._launched: Launched | None = launched
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._early: list[Callable[[], None]] = []
        self._early_questions: dict[int, Callable[[responses.Response | None], None]] = {}
        self._on_event: Callable[[events.Event], None] = lambda event: None
        self._configure: requests.Configure | None = None
        self._texts: dict[str, requests.SetText] = {}
        self._questions: dict[int, tuple[requests.Question, asyncio.Future[responses.Response | None]]] = {}
        self._last_id = 0
        self._watchdog = Watchdog(budget, self._stop_job)
        self._progress: set[str] = set()
        self._deaths = Deaths()
        self._strikes = Strikes()
        self._verdict = ""
        self._said_hello = False
        self._stopped = False
        self.n_starts = 0

    # Before the loop runs, and from any thread ------------------------------------------------

    def start(self) -> None:
        """Begin to use the launched process. May be called before there is an event loop."""
        with self._lock:
            self._start_child()

    def tell(self, notice: requests.Notice) -> None:
        """Send a notice. What a new process must know is kept."""
        with self._lock:
            if isinstance(notice, requests.Configure):
                if notice == self._configure:
                    return
                self._configure = notice
                notice = self._with_skipped(notice)
            elif isinstance(notice, requests.SetText):
                if notice == self._texts.get(notice.path):
                    return
                self._texts[notice.path] = notice
                if self._strikes.forgive(notice.path) and self._configure is not None:
                    self._write(frames.Tell(self._with_skipped(self._configure)))
            elif isinstance(notice, requests.CloseText):
                self._texts.pop(notice.path, None)
            self._write(frames.Tell(notice))

    def ask_early(
        self, question: requests.Question, on_answer: Callable[[responses.Response | None], None]
    ) -> None:
        """Ask before there is a loop: `on_answer` is called from a thread, and not once there is one."""
        with self._lock:
            if self._loop is None:
                self._last_id += 1
                self._early_questions[self._last_id] = on_answer
                self._write(frames.Ask(self._last_id, question))

    # In the loop ------------------------------------------------------------------------------

    def attach(self, on_event: Callable[[events.Event], None]) -> None:
        """Hand over to the running loop: from here on answers and events arrive."""
        with self._lock:
            self._loop = asyncio.get_running_loop()
            self._on_event = on_event
            early, self._early = self._early, []
        for call in early:
            self._loop.call_soon(call)

    @overload
    async def ask(self, question: requests.Question, expected: type[_T]) -> _T: ...
    @overload
    async def ask(self, question: requests.Question, expected: None = None) -> responses.Response | None: ...
    async def ask(
        self, question: requests.Question, expected: type[_T] | None = None
    ) -> _T | responses.Response | None:
        """The answer. Raises `Unanswered`. Cancelling the caller cancels the question."""
        assert self._loop is not None, "attach comes first"
        future: asyncio.Future[responses.Response | None] = self._loop.create_future()
        with self._lock:
            self._last_id += 1
            id = self._last_id
            self._questions[id] = (question, future)
            self._write(frames.Ask(id, question))
        try:
            response = await future
        except asyncio.CancelledError:
            with self._lock:
                self._questions.pop(id, None)
                self._write(frames.Cancel(id))
            raise
        if expected is not None and not isinstance(response, expected):
            raise Unanswered("error", f"{type(question).__name__} was answered by {type(response).__name__}")
        return response

    def restart(self) -> None:
        """Replace the process by a new one, because somebody asked for it."""
        assert self._loop is not None
        self._deaths.clear()
        self._strikes = Strikes()
        self._watchdog.rest()
        if self._child is not None:
            self._child.kill()
        else:
            self._loop.call_soon(self._revive)

    def stop(self) -> None:
        """End the process for good."""
        self._stopped = True
        self._watchdog.rest()
        for _, future in self._questions.values():
            future.cancel()
        if self._child is not None:
            self._child.stop(_SECONDS_TO_STOP)

    def describe(self) -> dict[str, object]:
        """What `bugcatalog.debugInformation` tells of the process."""
        return {
            "pid": self._child.pid if self._child else None,
            "starts": self.n_starts,
            "busy": self._watchdog.what,
            "open texts": len(self._texts),
            "open questions": len(self._questions),
            "skipped": sorted(self._strikes.skipped()),
            "last words": list(self._child.last_words) if self._child else [],
        }

    # Within -----------------------------------------------------------------------------------

    def _with_skipped(self, configure: requests.Configure) -> requests.Configure:
        return msgspec.structs.replace(configure, skip=tuple(sorted(self._strikes.skipped())))

    def _write(self, frame: frames.ToAnalysis) -> None:
        if self._child is not None:
            self._child.write(frame)

    def _start_child(self) -> None:
        if self._stopped:
            return
        self.n_starts += 1
        self._said_hello = False
        launched, self._launched = self._launched or launch(self._service), None
        child = Child(
            launched.process,
            on_frame=lambda frame: self._arrived(child, frame),
            on_death=lambda: self._in_loop(lambda: self._mourn(child)),
        )
        self._child = child
        child.start()
        if self._configure is not None:
            child.write(frames.Tell(self._with_skipped(self._configure)))
        for text in self._texts.values():
            child.write(frames.Tell(text))
        for id, (question, _) in self._questions.items():
            child.write(frames.Ask(id, question))

    def _arrived(self, child: Child, frame: frames.FromAnalysis) -> None:
        with self._lock:
            if self._loop is None and isinstance(frame, frames.Answer):
                # Under the lock, so that the session's answers can't come before this one.
                if (on_answer := self._early_questions.pop(frame.id, None)) is not None:
                    on_answer(frame.response)
                return
        self._in_loop(lambda: self._receive(child, frame))

    def _in_loop(self, call: Callable[[], None]) -> None:
        with self._lock:
            if self._loop is None:
                self._early.append(call)
                return
            loop = self._loop
        if not loop.is_closed():
            loop.call_soon_threadsafe(call)

    def _receive(self, child: Child, frame: frames.FromAnalysis) -> None:
        if child is not self._child:
            return
        if isinstance(frame, frames.Happened):
            if isinstance(frame.event, events.Doing):
                self._watchdog.go_on(frame.event)
            else:
                self._note_progress(frame.event)
                self._on_event(frame.event)
        elif isinstance(frame, frames.Busy):
            self._watchdog.begin(frame)
        elif isinstance(frame, frames.Idle):
            self._watchdog.rest()
        elif isinstance(frame, frames.Answer):
            self._settle(frame.id, frame.response)
        elif isinstance(frame, frames.Failure):
            self._settle(frame.id, Unanswered(frame.kind, frame.message))
        else:
            self._said_hello = True

    def _note_progress(self, event: events.Event) -> None:
        if isinstance(event, events.Progress):
            if event.stage == "end":
                self._progress.discard(event.token)
            else:
                self._progress.add(event.token)

    def _settle(self, id: int, outcome: responses.Response | Unanswered | None) -> None:
        _, future = self._questions.pop(id, (None, None))
        if future is None or future.done():
            return
        if isinstance(outcome, Unanswered):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)

    # What follows a job that takes too long, or a death ---------------------------------------

    def _stop_job(self, seconds: float) -> None:
        if self._watchdog.path:
            self._strikes.strike(self._watchdog.path, for_good=True)
        self._verdict = f"{self._watchdog.what} took more than {seconds:g} s and was stopped."
        if self._child is not None:
            self._child.kill()

    def _mourn(self, child: Child) -> None:
        """Say what happened, let go of the question that did it, and plan the next process."""
        if child is not self._child or self._stopped:
            return
        assert self._loop is not None
        self._child = None
        verdict, self._verdict = self._verdict, ""
        busy, path, what = self._watchdog.busy, self._watchdog.path, self._watchdog.what
        self._watchdog.rest()
        if busy is not None:
            self._judge(busy, path, what, verdict)
        while self._progress:
            self._on_event(events.Progress(self._progress.pop(), "end"))
        self._on_event(events.Log("warning", obituary(child, verdict, what if busy else "")))
        n_recent = self._deaths.count()
        if not self._said_hello and n_recent == 3:
            words = child.last_words[-1] if child.last_words else "it says nothing"
            sentence = f"The analysis process does not start: {words}"
            self._on_event(events.ServerMessage("error", sentence, key="start"))
        self._loop.call_later(self._deaths.pause(), self._revive)

    def _judge(self, busy: frames.Busy, path: str, what: str, verdict: str) -> None:
        """What the job in hand has to do with the death; a first crash over a file is forgiven."""
        level: events.Level = "warning"
        if not verdict:
            level, verdict = "error", f"{what} ended the analysis process."
            if path and not self._strikes.strike(path):
                return
        self._settle(busy.id, Unanswered("lost", verdict))
        if path:
            verdict += " The file is left alone until it changes."
        self._on_event(events.ServerMessage(level, verdict, key=f"process {path}"))

    def _revive(self) -> None:
        if self._stopped or self._child is not None:
            return
        with self._lock:
            self._start_child()
        self._on_event(events.Stale())
