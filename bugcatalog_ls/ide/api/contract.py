"""How the analysis is called, and how it speaks meanwhile."""

from __future__ import annotations

from typing import Protocol

from bugcatalog_ls.ide.api.events import Event
from bugcatalog_ls.ide.api.requests import Request
from bugcatalog_ls.ide.api.responses import Response


class Emit(Protocol):
    """How a request speaks while it is handled."""

    def __call__(self, event: Event, /) -> None: ...

    def interrupted(self) -> bool:
        """Whether this work is no longer wanted: it was cancelled, or a newer text has arrived.

        Long work asks now and then, and leaves by raising `Interrupted`.
        """
        ...


class ServiceLike(Protocol):
    """What answers in the analysis process. It is called from one thread only."""

    def handle(self, request: Request, emit: Emit) -> Response | None:
        """Answer a request. `NotYet` has it asked again after background work; see `work`."""
        ...

    def work(self, emit: Emit) -> bool:
        """Do one slice (about 20 ms) of background work; whether more is left.

        Called whenever no request waits. Speaks of what it finds through `Stale`.
        """
        ...

    def pause(self) -> float:
        """How many seconds the next slice of `work` may wait, while more is left."""
        ...


class Interrupted(Exception):
    """The work in hand is no longer wanted."""


class Refused(Exception):
    """A request that can't be answered, with the sentence that says why."""
