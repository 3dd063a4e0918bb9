"""What the analysis tells of itself, while it handles a request and in between."""

from __future__ import annotations

from typing import Literal

import msgspec

Level = Literal["error", "warning", "information", "debug"]


class Progress(msgspec.Struct, frozen=True, tag=True):
    """Long work that the user sees; its cancellation arrives as `CancelProgress`."""

    token: str
    stage: Literal["begin", "report", "end"]
    title: str = ""
    message: str = ""
    percentage: int | None = None
    cancellable: bool = False


class Log(msgspec.Struct, frozen=True, tag=True):
    level: Level
    message: str


class ServerMessage(msgspec.Struct, frozen=True, tag=True):
    """Something the user must know, shown once per `key` until the key's text changes."""

    level: Level
    message: str
    key: str = ""


class Stale(msgspec.Struct, frozen=True, tag=True):
    """The diagnostics of these documents may differ from what was answered; None: of all."""

    paths: tuple[str, ...] | None = None


class StaleLenses(msgspec.Struct, frozen=True, tag=True):
    """The lenses of open documents may differ from what was answered."""


class Languages(msgspec.Struct, frozen=True, tag=True):
    """The editor's ids of the languages that something in force is about."""

    ids: tuple[str, ...]


class Watch(msgspec.Struct, frozen=True, tag=True):
    """Glob patterns of the files whose changes on disk matter, relative to each root."""

    patterns: tuple[str, ...]


class Doing(msgspec.Struct, frozen=True, tag=True):
    """What is being worked on now: named where it has to be stopped, and `path` then skipped."""

    what: str
    path: str = ""


Event = Progress | Log | ServerMessage | Stale | StaleLenses | Languages | Watch | Doing
