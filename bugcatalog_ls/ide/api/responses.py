"""What the analysis answers."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from bugcatalog_ls.ide.places import Place


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
