"""The analysis process's inbox: what waits, in order, and which of it is no longer wanted.

The latest text wins. A text that another one of the same document overtakes before it was looked
at is dropped, and so are the diagnoses that stood between both.
"""

from __future__ import annotations

import threading
from collections import deque

from bugcatalog_ls.ide.api import requests
from bugcatalog_ls.server import frames


class Inbox:
    """Filled by the reading thread, emptied by the working one."""

    def __init__(self) -> None:
        self._waiting: deque[frames.Ask | frames.Tell] = deque()
        self._cancelled: set[int] = set()
        self._refused: list[frames.Failure] = []
        self._changed = threading.Condition()
        self._closed = False

    def put(self, frame: frames.ToAnalysis) -> None:
        with self._changed:
            if isinstance(frame, frames.Cancel):
                self._cancel(frame.id)
            else:
                if isinstance(frame, frames.Tell) and isinstance(frame.notice, requests.SetText):
                    self._drop_overtaken(frame.notice.path)
                self._waiting.append(frame)
            self._changed.notify()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()

    @property
    def closed(self) -> bool:
        return self._closed

    def take(self, wait: float | None = 0.0) -> frames.Ask | frames.Tell | None:
        """The next frame, after at most `wait` seconds (None: as long as it takes).

        None where nothing came, a refusal is ready, or the stream has ended.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._refused or self._closed, wait)
            return self._waiting.popleft() if self._waiting else None

    def take_refused(self) -> list[frames.Failure]:
        """The answers to the questions that were dropped."""
        with self._changed:
            refused, self._refused = self._refused, []
        return refused

    def is_empty(self) -> bool:
        return not self._waiting

    def is_cancelled(self, id: int) -> bool:
        return id in self._cancelled

    def forget(self, id: int) -> None:
        """The question is answered."""
        with self._changed:
            self._cancelled.discard(id)

    def has_text_of(self, path: str) -> bool:
        """Whether a newer text of the document waits."""
        with self._changed:
            return any(_sets_text_of(frame, path) for frame in self._waiting)

    def _cancel(self, id: int) -> None:
        for frame in self._waiting:
            if isinstance(frame, frames.Ask) and frame.id == id:
                self._waiting.remove(frame)
                self._refused.append(frames.Failure(id, "cancelled"))
                return
        self._cancelled.add(id)

    def _drop_overtaken(self, path: str) -> None:
        dropped: list[frames.Ask | frames.Tell] = []
        for frame in reversed(self._waiting):
            if _sets_text_of(frame, path):
                dropped.append(frame)
                break
            if isinstance(frame, frames.Ask):
                if isinstance(frame.question, requests.Diagnose):
                    if frame.question.path == path:
                        dropped.append(frame)
                elif getattr(frame.question, "path", path) == path:
                    break  # Its offsets count in the text before: that text must be set first.
            elif isinstance(frame.notice, (requests.CloseText, requests.Configure)):
                break
        for frame in dropped:
            self._waiting.remove(frame)
            if isinstance(frame, frames.Ask):
                self._refused.append(frames.Failure(frame.id, "superseded"))


def _sets_text_of(frame: frames.Ask | frames.Tell, path: str) -> bool:
    return (
        isinstance(frame, frames.Tell)
        and isinstance(frame.notice, requests.SetText)
        and frame.notice.path == path
    )
