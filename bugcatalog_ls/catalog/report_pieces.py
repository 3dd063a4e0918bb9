"""A report taken apart: its pieces, the bugs that they tell of, and what is shared."""

from __future__ import annotations

import msgspec

from bugcatalog_ls.catalog.report_words import Role

TELLING_ROLES: frozenset[Role] = frozenset(("symptom", "spot", "cause", "fix", "verify", "wrong", "right"))


class Piece(msgspec.Struct, frozen=True):
    """A part of a report in Markdown, what it tells, and its rows (from 0, both included)."""

    role: Role
    text: str
    first: int
    last: int
    code: str | None = None
    language: str = ""


class Item(msgspec.Struct):
    """A bug that a report tells of. `path` are the headings it stands under, its own last, as written."""

    title: str
    number: str
    path: tuple[str, ...]
    first: int
    pieces: list[Piece] = []
    is_lesson: bool = False
    heading_rows: list[int] = []


class Shared(msgspec.Struct, frozen=True):
    """What a report says outside of its bugs, with the headings that it stands under."""

    path: tuple[str, ...]
    piece: Piece


class Split(msgspec.Struct):
    """A report taken apart. `layout` are rows that hold nothing but rules; `headings` those of headings."""

    title: str = ""
    items: list[Item] = []
    shared: list[Shared] = []
    layout: list[int] = []
    headings: list[int] = []
