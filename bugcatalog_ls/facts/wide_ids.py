"""Identifiers wider than a browser's numbers: BIGINT columns that a response schema sends as numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bugcatalog_ls.facts.annotations import annotated_type
from bugcatalog_ls.facts.expressions import Subscript, dotted
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.mapped_classes import is_mapped
from bugcatalog_ls.facts.models import model
from bugcatalog_ls.facts.orm import OrmClass, column_anchor
from bugcatalog_ls.facts.schemas import schema, schemas_by_name

_SENT = re.compile(
    r"(?P<stem>\w+?)(?:Out|Read|Response|Public|Detail|View|Schema|Resp|Dto|DTO)(?:Model|Schema)?"
)


class WideId(NamedTuple):
    """A field of a response schema whose column is a BIGINT."""

    name: str
    anchor: str
    model: str


def wide_ids(index: FactIndex, path: str) -> Iterator[WideId]:
    """The identifiers of a file's response schemas that browsers may round."""
    for fact in index.in_file(path, OrmClass):
        match = _SENT.fullmatch(fact.name)
        if match is None or schema(index, fact.symbol) is None:
            continue
        symbols = [
            symbol for symbol in schemas_by_name(index).get(match["stem"], ()) if is_mapped(index, symbol)
        ]
        mapped = model(index, symbols[0]) if len(symbols) == 1 else None
        if mapped is None:
            continue
        for attribute in fact.attributes:
            column = next((c for c in mapped.columns if (c.attribute or c.name) == attribute.name), None)
            if column is None or column.type.name != "BIGINT" or not _is_identifier(attribute.name):
                continue
            if isinstance(attribute.annotation, Subscript) and _is_annotated(attribute.annotation):
                continue  # What stands beside the type may be how it is written out.
            written = annotated_type(index, attribute.annotation, path)
            if written is not None and written.symbol == "builtins.int":
                yield WideId(attribute.name, column_anchor(fact.symbol, attribute.name), mapped.name)


def _is_annotated(annotation: Subscript) -> bool:
    return (dotted(annotation.owner) or "").rpartition(".")[2] == "Annotated"


def _is_identifier(name: str) -> bool:
    return name == "id" or name.endswith("_id")
