"""Roles of times: what can become of one, in which form, and what of that makes a missing zone matter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tree_sitter import Node

Role = Literal[
    "stored", "queried", "frozen", "serialised", "returned", "compared", "compared-aware", "subtracted",
    "epoch", "measured", "shown", "file", "aware", "unknown",
]  # fmt: skip
Form = Literal["time", "iso", "text", "mixed", "day", "number"]
"""What has become of the time: its ISO text, another text of it alone, a text with other words
in it, its date, a number."""

LASTING: frozenset[Role] = frozenset(
    {"stored", "queried", "frozen", "serialised", "returned", "compared", "compared-aware", "subtracted"}
)
"""What makes a missing time zone matter. What a query is given counts as "stored", too."""


@dataclass
class Uses:
    """What becomes of one time. `partners` are the readings that it is measured or compared with;
    `zulu` the texts that append a `Z` to its ISO text."""

    roles: set[Role] = field(default_factory=set)
    partners: dict[int, Node] = field(default_factory=dict)
    zulu: list[Node] = field(default_factory=list)
    attributes: list[tuple[Node, str]] = field(default_factory=list)
    keywords: list[tuple[Node, str]] = field(default_factory=list)
    is_day: bool = False
    checks_zone: bool = False
    is_kept: bool = False

    @property
    def is_only_asked_for(self) -> bool:
        """Whether nothing but a query takes it, which compares it with what is stored."""
        return "queried" in self.roles and not (self.attributes or self.is_kept)

    @property
    def lasts(self) -> bool:
        return bool(self.roles & LASTING)


def kept_role(form: Form) -> Role:
    """The role of a time that is given away to stay, in a form."""
    if form in ("time", "day"):
        return "stored"
    if form in ("iso", "text"):
        return "serialised"
    return "epoch" if form == "number" else "unknown"


def returned_roles(form: Form) -> set[Role]:
    """The roles of a time that a function returns in a form."""
    if form == "iso":
        return {"returned", "serialised"}
    return {"returned"} if form in ("time", "day") else {kept_role(form)}
