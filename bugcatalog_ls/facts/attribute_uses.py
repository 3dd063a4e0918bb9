"""Attributes that are read off classes, modules and instances which may be the workspace's own."""

from __future__ import annotations

import msgspec

from bugcatalog_ls.facts.attribute_reads import CallShape, Reads
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.text.spans import Span


class AttributeUse(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An attribute that is read: `name` of the symbol `owner`.

    `links` are the attributes and calls, as (symbol, name), through which the owner was reached.
    `exact` tells that the owner is written as itself, not known by an annotation, `self` or `cls`;
    `annotated` that only an annotation tells it; `entered` that it is what a `with` gave;
    `is_body` that a route is given it, made of the request as it is annotated.
    `name_anchors` are the places of the name alone, `anchors` of the whole expression.
    """

    owner: str
    name: str
    links: tuple[tuple[str, str], ...]
    exact: bool
    annotated: bool
    entered: bool
    call: CallShape | None
    name_anchors: tuple[str, ...]
    anchors: tuple[str, ...]
    is_body: bool = False


class AttributeUses(Fact, frozen=True):
    """What one file reads off owners that may be the workspace's own.

    `confirmed` are owners, of classes of the same file, of which an attribute is read that they have.
    """

    path: str
    uses: tuple[AttributeUse, ...]
    confirmed: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.path


def _collect(file: PyFile, facts: Facts) -> None:
    if file.path.endswith(".pyi"):
        return
    reads = Reads(file)
    counts: dict[str, int] = {}
    uses = []
    for told, by_name in reads.places.items():
        for (name, call), places in by_name.items():
            written = f"{told.owner}.{name}"
            names, wholes = [], []
            for start, name_start, end in places:
                count = counts[written] = counts.get(written, 0) + 1
                anchor = written if count == 1 else f"{written}#{count}"
                names.append(facts.anchor(f"attribute {anchor}", Span(name_start, end)))
                if call is not None:
                    wholes.append(facts.anchor(f"use {anchor}", Span(start, end)))
            uses.append(
                AttributeUse(
                    told.owner,
                    name,
                    told.links,
                    told.exact,
                    told.annotated,
                    told.entered,
                    call,
                    tuple(names),
                    tuple(wholes),
                    told.is_body,
                )
            )
    if uses:
        facts.add(AttributeUses(file.path, tuple(uses), tuple(sorted(reads.confirmed))))


VOCABULARY = Vocabulary(_collect, literals=(b".",))
