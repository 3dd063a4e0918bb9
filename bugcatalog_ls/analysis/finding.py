"""Findings and fixes: what an entry says of a place, and the edits that mend it."""

from __future__ import annotations

from typing import Literal

import msgspec

from bugcatalog_ls.analysis.revision_steps import Step
from bugcatalog_ls.text.spans import Span

Applicability = Literal["safe", "suggested"]


class Related(msgspec.Struct, frozen=True):
    """Another place that a finding speaks of; `anchor` names it where `span` is None."""

    path: str
    message: str
    span: Span | None = None
    anchor: str = ""


class Finding(msgspec.Struct, frozen=True):
    """One entry found at one place.

    `path` is relative to the workspace's root, with `/`. The place is `span` (byte offsets), or
    `anchor`, a name that the file's analysis maps to a span when the finding is published: what
    is joined from facts must not carry positions. `variant` names a variant of the entry, which
    decides the severity. `data` is whatever the analyzer's `fix` needs to find the place again.
    """

    code: str
    message: str
    path: str
    span: Span | None = None
    anchor: str = ""
    variant: str = ""
    related: tuple[Related, ...] = ()
    data: dict[str, str] = {}
    tags: tuple[Literal["unnecessary", "deprecated"], ...] = ()


class Edit(msgspec.Struct, frozen=True):
    """Replace `span` (byte offsets) of the file at `path` by `content`."""

    path: str
    span: Span
    content: str


class NewFile(msgspec.Struct, frozen=True):
    """A file that a fix writes; it must not exist yet."""

    path: str
    content: str


class Fix(msgspec.Struct, frozen=True):
    """A titled change. The title is a verb phrase that names the thing.

    `steps` are what it asks of the migrations, each with its environment; `creates` then holds the
    revision that does them alone, in whose place one run of many fixes writes a shared one. After one that
    `is_partial` the finding stays: it has mended what can be.
    """

    title: str
    applicability: Applicability
    edits: tuple[Edit, ...] = ()
    creates: tuple[NewFile, ...] = ()
    deletes: tuple[str, ...] = ()
    steps: tuple[tuple[str, Step], ...] = ()
    is_partial: bool = False
