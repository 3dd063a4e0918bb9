"""What the protocol's process asks of the analysis.

`path` is everywhere a document's key: an absolute path with `/`, or the URI of what is no file
(`untitled:Untitled-1`). Offsets are UTF-8 bytes into the text last set with `SetText` (else the
file on disk). Requests arrive in order, so an offset always belongs to the latest text.
"""

from __future__ import annotations

from typing import Any

import msgspec

from bugcatalog_ls.text.lines import ColumnUnit
from bugcatalog_ls.text.spans import Span

# Without an answer ----------------------------------------------------------------------------


class Root(msgspec.Struct, frozen=True):
    """One workspace folder and what the editor's settings (`bugcatalog.*`) say for it."""

    path: str
    settings: dict[str, Any] = {}


class Configure(msgspec.Struct, frozen=True, tag=True):
    """Sent first, and whole again at each change of anything in it; a repeat keeps all texts.

    `skip` names files whose analysis ran past its budget or killed the process: they are left
    alone until their text changes.
    """

    roots: tuple[Root, ...] = ()
    unit: ColumnUnit = "utf-16"
    trusted: bool = True
    cache_folder: str | None = None
    settings: dict[str, Any] = {}
    skip: tuple[str, ...] = ()


class SetText(msgspec.Struct, frozen=True, tag=True):
    """The editor's text of a document, when opened and after each edit.

    A Python notebook is one document: its code cells joined by line ends, `language` "python".
    """

    path: str
    text: str
    language: str
    version: int


class CloseText(msgspec.Struct, frozen=True, tag=True):
    """The editor let go of a document: the file on disk counts again."""

    path: str


class FilesChanged(msgspec.Struct, frozen=True, tag=True):
    """Files or folders that were created, changed or deleted on disk."""

    paths: tuple[str, ...]


class CancelProgress(msgspec.Struct, frozen=True, tag=True):
    """A request without an answer: the user wants the work of `token` to stop."""

    token: str


# With an answer -------------------------------------------------------------------------------


class Diagnose(msgspec.Struct, frozen=True, tag=True):
    """Answered by `DiagnosticReport`."""

    path: str
    previous_result_id: str = ""


class DiagnoseWorkspace(msgspec.Struct, frozen=True, tag=True):
    """Answered by `WorkspaceReport`, or `NotYet` while the workspace is still being read."""

    previous_result_ids: dict[str, str] = {}


class HoverAt(msgspec.Struct, frozen=True, tag=True):
    """Answered by `Hover`, or None where there is nothing to say."""

    path: str
    offset: int


class Actions(msgspec.Struct, frozen=True, tag=True):
    """Answered by `ActionList`. `only` holds kinds, each standing for its sub-kinds too.

    `codes` are those of the diagnostics the editor asks about; empty means any in `span`.
    """

    path: str
    span: Span
    only: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


class ResolveAction(msgspec.Struct, frozen=True, tag=True):
    """Answered by `Change`; `Refused` where the text has moved on. `reason` is for `asks_reason`."""

    id: str
    reason: str = ""


class Complete(msgspec.Struct, frozen=True, tag=True):
    """Answered by `Completions`."""

    path: str
    offset: int


class LinksIn(msgspec.Struct, frozen=True, tag=True):
    """Answered by `LinkList`."""

    path: str


class LensesIn(msgspec.Struct, frozen=True, tag=True):
    """Answered by `LensList`."""

    path: str


class Command(msgspec.Struct, frozen=True, tag=True):
    """Answered by `CommandResult`; `name` is without `bugcatalog.`."""

    name: str
    arguments: tuple[Any, ...] = ()


Notice = Configure | SetText | CloseText | FilesChanged | CancelProgress
Question = (
    Diagnose | DiagnoseWorkspace | HoverAt | Actions | ResolveAction | Complete | LinksIn | LensesIn | Command
)
Request = Notice | Question
