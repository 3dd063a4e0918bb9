"""What the analysis process is at, and whether that takes too long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bugcatalog_ls.ide.api import events
from bugcatalog_ls.server import frames

DEFAULT_BUDGET = 10.0
"""Seconds that one job may take. A job that says what it is doing (`Doing`) begins anew."""

_BUDGETS = {"HoverAt": 5.0, "Complete": 5.0, "Actions": 5.0, "Configure": 30.0, "FilesChanged": 30.0}
_GRACE = 0.2


class Watchdog:
    """Knows the job in hand; barks once when it is past its budget."""

    def __init__(self, budget: float | None, bark: Callable[[float], None]) -> None:
        self._budget = budget
        self._bark = bark
        self._timer: asyncio.TimerHandle | None = None
        self._doing: events.Doing | None = None
        self.busy: frames.Busy | None = None

    def begin(self, busy: frames.Busy) -> None:
        self.busy, self._doing = busy, None
        self._wait()

    def go_on(self, doing: events.Doing) -> None:
        self._doing = doing
        self._wait()

    def rest(self) -> None:
        """Nothing is in hand."""
        self.busy, self._doing = None, None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @property
    def path(self) -> str:
        """The document in hand, empty where it is not known."""
        if self._doing is not None and self._doing.path:
            return self._doing.path
        return self.busy.path if self.busy is not None else ""

    @property
    def what(self) -> str:
        """The work in hand, as the subject of a sentence."""
        if self._doing is not None:
            return self._doing.what
        if self.busy is None:
            return "Nothing"
        subject = _SUBJECTS.get(self.busy.what, self.busy.what)
        return f"{subject} of {self.busy.path}" if self.busy.path else subject

    def _wait(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        seconds = self._budget or _BUDGETS.get(self.busy.what if self.busy else "", DEFAULT_BUDGET)
        loop = asyncio.get_running_loop()

        def late() -> None:
            # The loop itself may have slept: let it read what has come meanwhile.
            self._timer = loop.call_later(_GRACE, self._bark, seconds)

        self._timer = loop.call_later(seconds, late)


_SUBJECTS = {
    "Diagnose": "The check",
    "DiagnoseWorkspace": "The check of the workspace",
    "HoverAt": "The hover",
    "Actions": "The search for fixes",
    "ResolveAction": "The fix",
    "Complete": "The completion",
    "LinksIn": "The search for links",
    "LensesIn": "The search for lenses",
    "Configure": "Reading the settings",
    "SetText": "The update",
    "CloseText": "The closing",
    "FilesChanged": "The update from disk",
    "Work": "Background work",
}
