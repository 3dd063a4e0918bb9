"""An entry: one known bug of the catalog, as its page tells it."""

from __future__ import annotations

import re
from typing import Any, Literal

import msgspec

Severity = Literal["error", "warning", "information", "hint"]
Applicability = Literal["safe", "suggested"]
ExampleKind = Literal["flagged", "fixed", "accepted"]
LayerSource = Literal["built-in", "settings", "workspace"]

PROSE_SECTIONS = ("symptom", "how to spot it", "root cause", "fix", "verify", "real cases")
EXAMPLE_SECTIONS: tuple[ExampleKind, ...] = ("flagged", "fixed", "accepted")


class Symptom(msgspec.Struct, frozen=True):
    """Words by which people meet the bug, or (`error`) an RE2 expression for its message."""

    text: str
    error: bool = False


class Variant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of an entry that has a weight of its own."""

    severity: Severity


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A real incident."""

    id: str
    title: str
    url: str = ""


class ExampleFile(msgspec.Struct, frozen=True):
    """A file of an example, marks included; `line` is where its text begins in the page, from 1."""

    path: str
    text: str
    line: int


class Example(msgspec.Struct, frozen=True):
    """A small workspace: what an entry finds in it, how it is mended, or that it stays silent.

    Flagged and fixed examples of one `case` belong together. `title` is the fix that
    `## Fixed: <title>` chooses. `page` and `line` say where its heading stands.
    """

    kind: ExampleKind
    case: str
    files: tuple[ExampleFile, ...]
    title: str = ""
    page: str = ""
    line: int = 1


class Entry(msgspec.Struct, frozen=True):
    """One known bug.

    `rules` are the page's own objects: ast-grep keys and ours. `sections` hold Markdown by
    lower-case heading. `lines` maps what the front matter and the headings give (`severity`,
    `rules.0`, `rules.0.fix`, `## verify`) to lines of the page, from 1. An entry that `extends`
    another has meaning only for the keys and headings in `lines`, until both are merged;
    `extended_by` then names its page.
    """

    code: str
    path: str
    name: str = ""
    title: str = ""
    severity: Severity = "warning"
    tags: tuple[str, ...] = ()
    symptoms: tuple[Symptom, ...] = ()
    analyzer: str | None = None
    rules: tuple[dict[str, Any], ...] = ()
    variants: dict[str, Variant] = {}
    data: dict[str, Any] = {}
    cases: tuple[Case, ...] = ()
    references: tuple[str, ...] = ()
    summary: str = ""
    intro: str = ""
    sections: dict[str, str] = {}
    examples: tuple[Example, ...] = ()
    lines: dict[str, int] = {}
    source: LayerSource = "built-in"
    extends: bool = False
    extended_by: tuple[str, ...] = ()

    @property
    def detects(self) -> bool:
        """Whether there is anything that could find this entry."""
        return bool(self.rules) or self.analyzer is not None

    def severity_of(self, variant: str) -> Severity:
        """The weight of a finding: its variant's where the entry names one, else the entry's."""
        named = self.variants.get(variant)
        return named.severity if named else self.severity

    def line_of(self, *keys: str | int) -> int:
        """The line of the innermost of these nested keys that the page's lines know, else 1."""
        for n_keys in range(len(keys), 0, -1):
            line = self.lines.get(".".join(str(key) for key in keys[:n_keys]))
            if line is not None:
                return line
        return 1


def code_order(code: str) -> tuple[str, int]:
    """A sort key that puts `BC99` before `BC201`."""
    match = _CODE_PARTS.fullmatch(code)
    return (match[1], int(match[2])) if match else (code, 0)


_CODE_PARTS = re.compile(r"([A-Z]+-?)(\d+)")
