"""Templates of fixes and messages: literal text with holes for metavariables."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from bugcatalog_ls.patterns.terms import METAVARIABLE


class Hole(NamedTuple):
    """`$NAME`, or `$$$NAME` where `many`; `source` is its spelling."""

    name: str
    many: bool
    source: str


class Template(NamedTuple):
    """Literals and holes by turns: there is one literal more than there are holes."""

    literals: tuple[str, ...]
    holes: tuple[Hole, ...]

    @staticmethod
    def of(text: str) -> Template:
        literals, holes, done = [], [], 0
        for match in METAVARIABLE.finditer(text):
            if match[2].startswith("_"):
                continue
            literals.append(text[done : match.start()])
            holes.append(Hole(match[2], match[1] == "$$$", match[0]))
            done = match.end()
        return Template((*literals, text[done:]), tuple(holes))


def template_names(template: Template) -> list[str]:
    return [hole.name for hole in template.holes]


def fill(template: Template, value: Callable[[str], str | None]) -> str:
    """The template as one line of text; a hole without a value stays as it is written."""
    parts = [template.literals[0]]
    for hole, literal in zip(template.holes, template.literals[1:], strict=True):
        text = value(hole.name)
        parts.append(hole.source if text is None else " ".join(text.split()))
        parts.append(literal)
    return "".join(parts)
