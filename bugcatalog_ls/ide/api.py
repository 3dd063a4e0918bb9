"""What the protocol's process asks of the analysis and what it answers: plain values, no LSP types.

`path` is everywhere a document's key: an absolute path with `/`, or the URI of what is no file
(`untitled:Untitled-1`). Offsets are UTF-8 bytes into the text last set with `SetText` (else the
file on disk). Requests arrive in order, so an offset always belongs to the latest text.
"""

from __future__ import annotations

from typing import Any, Literal, Protocol

import msgspec

from bugcatalog_ls.text.lines import ColumnUnit
from bugcatalog_ls.text.spans import Span

Level = Literal["error", "warning", "information", "debug"]


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


# Places ---------------------------------------------------------------------------------------


class Range(msgspec.Struct, frozen=True, array_like=True):
    """Rows and columns from 0, columns in the unit of `Configure.unit`, the end exclusive."""

    start_row: int
    start_column: int
    end_row: int
    end_column: int


class Place(msgspec.Struct, frozen=True, array_like=True):
    """A place in a file, in bytes and in rows and columns, so that nobody has to read the file."""

    path: str
    span: Span
    range: Range


# Requests without an answer -------------------------------------------------------------------


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


# Requests with an answer ----------------------------------------------------------------------


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


# Answers --------------------------------------------------------------------------------------


class NotYet(msgspec.Struct, frozen=True, tag=True):
    """Ask again after some background work."""


class RelatedPlace(msgspec.Struct, frozen=True):
    """Another place that a diagnostic speaks of."""

    place: Place
    message: str


class Diagnostic(msgspec.Struct, frozen=True):
    """A finding as an editor shows it. `data` comes back with the request for its actions."""

    code: str
    name: str
    severity: Literal["error", "warning", "information", "hint"]
    message: str
    place: Place
    url: str = ""
    tags: tuple[Literal["unnecessary", "deprecated"], ...] = ()
    related: tuple[RelatedPlace, ...] = ()
    data: dict[str, str] = {}


class DiagnosticReport(msgspec.Struct, frozen=True, tag=True):
    """All diagnostics of one document. `version` is that of the text it is about, None on disk.

    `unchanged` says that nothing differs from the result of the id that was given.
    """

    path: str
    version: int | None
    result_id: str
    diagnostics: tuple[Diagnostic, ...] = ()
    unchanged: bool = False


class WorkspaceReport(msgspec.Struct, frozen=True, tag=True):
    """A report for each document that has diagnostics, or had some under the id that was given."""

    reports: tuple[DiagnosticReport, ...]


class Hover(msgspec.Struct, frozen=True, tag=True):
    """A note in Markdown on a place."""

    markdown: str
    place: Place


class Action(msgspec.Struct, frozen=True):
    """An offer. `kind` is LSP's: `quickfix`, `source.fixAll.bugcatalog` …

    What it does is a `Change` that `ResolveAction` gives for `id`, unless `command` is set: then
    it is that command of ours with these arguments. `asks_reason` marks *Ignore … here…*: an
    editor that can prompt resolves it with a reason, others get a placeholder.
    """

    title: str
    kind: str
    id: str
    codes: tuple[str, ...] = ()
    preferred: bool = False
    applicability: Literal["safe", "suggested"] = "safe"
    disabled_reason: str = ""
    asks_reason: bool = False
    command: str = ""
    arguments: tuple[Any, ...] = ()


class ActionList(msgspec.Struct, frozen=True, tag=True):
    actions: tuple[Action, ...] = ()


class FileEdit(msgspec.Struct, frozen=True):
    """Replace a place by `content`."""

    place: Place
    content: str


class FileChange(msgspec.Struct, frozen=True):
    """Edits of one existing document; `version` is that of the text they fit, None on disk."""

    path: str
    version: int | None
    edits: tuple[FileEdit, ...]


class CreatedFile(msgspec.Struct, frozen=True):
    """A file to write; it must not exist yet."""

    path: str
    content: str


class Change(msgspec.Struct, frozen=True, tag=True):
    """A change of the workspace. What needs confirmation is annotated with label and description."""

    files: tuple[FileChange, ...] = ()
    creates: tuple[CreatedFile, ...] = ()
    deletes: tuple[str, ...] = ()
    needs_confirmation: bool = False
    label: str = ""
    description: str = ""


class CompletionItem(msgspec.Struct, frozen=True):
    """`insert` replaces `place`; it is a snippet (`$1`) where `snippet` says so."""

    label: str
    kind: Literal["text", "keyword", "value", "property", "file", "snippet", "class"]
    insert: str
    place: Place
    detail: str = ""
    markdown: str = ""
    snippet: bool = False
    sort: str = ""


class Completions(msgspec.Struct, frozen=True, tag=True):
    items: tuple[CompletionItem, ...] = ()
    incomplete: bool = False


class Link(msgspec.Struct, frozen=True):
    """Where a place leads: a document (path) and a row in it, from 0."""

    place: Place
    target: str
    row: int = 0
    tooltip: str = ""


class LinkList(msgspec.Struct, frozen=True, tag=True):
    links: tuple[Link, ...] = ()


class Lens(msgspec.Struct, frozen=True):
    """A line above a place that says something and runs a command of ours."""

    place: Place
    title: str
    command: str = ""
    arguments: tuple[Any, ...] = ()


class LensList(msgspec.Struct, frozen=True, tag=True):
    lenses: tuple[Lens, ...] = ()


class Show(msgspec.Struct, frozen=True):
    """A document (path) or page (URL) to bring before the user's eyes."""

    target: str
    row: int = 0
    external: bool = False


class CommandResult(msgspec.Struct, frozen=True, tag=True):
    """`value` is JSON for the caller; the rest is done on the way: edit, show, tell.

    `places`, where there are any to give, are the value as locations. A `change` that is not
    to be `applied` is put into the value, as its `edit`.
    """

    value: Any = None
    places: tuple[Place, ...] | None = None
    change: Change | None = None
    applied: bool = True
    show: Show | None = None
    message: str = ""


# Events ---------------------------------------------------------------------------------------


class Progress(msgspec.Struct, frozen=True, tag=True):
    """Long work that the user sees; its cancellation arrives as `CancelProgress`."""

    token: str
    stage: Literal["begin", "report", "end"]
    title: str = ""
    message: str = ""
    percentage: int | None = None
    cancellable: bool = False


class CancelProgress(msgspec.Struct, frozen=True, tag=True):
    """A request without an answer: the user wants the work of `token` to stop."""

    token: str


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


Notice = Configure | SetText | CloseText | FilesChanged | CancelProgress
Question = (
    Diagnose | DiagnoseWorkspace | HoverAt | Actions | ResolveAction | Complete | LinksIn | LensesIn | Command
)
Request = Notice | Question
Response = (
    NotYet
    | DiagnosticReport
    | WorkspaceReport
    | Hover
    | ActionList
    | Change
    | Completions
    | LinkList
    | LensList
    | CommandResult
)
Event = Progress | Log | ServerMessage | Stale | StaleLenses | Languages | Watch | Doing
