"""Which type SQLModel gives the column of a field: by its annotation, and the limits beside it."""

from __future__ import annotations

from collections.abc import Iterator

from bugcatalog_ls.facts.column_types import ColumnType, type_for_annotation
from bugcatalog_ls.facts.constants import number_in
from bugcatalog_ls.facts.expressions import Call, Expression, Operation, Subscript, dotted
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.orm import OrmAttribute
from bugcatalog_ls.facts.type_names import PYDANTIC_TYPES, SQLMODEL_TEXTS

_LIMITS = frozenset({"Field", "StringConstraints", "MaxLen", *PYDANTIC_TYPES})


def sqlmodel_type(index: FactIndex, attribute: OrmAttribute, symbol: str, path: str) -> ColumnType:
    """The type of a field's column; `symbol` is the plain type of its annotation, as a `ColumnType`
    without a name where that says nothing more than it says anywhere else."""
    plain = "builtins.str" if symbol in SQLMODEL_TEXTS else symbol
    limits = [*_limits(attribute.value), *_limits(attribute.annotation)]
    if plain == "builtins.str":
        return type_for_annotation(index, plain, text_length=_number(index, limits, "max_length", path))
    if plain == "decimal.Decimal":
        precision = _number(index, limits, "max_digits", path)
        scale = _number(index, limits, "decimal_places", path)
        given = [("precision", precision), ("scale", scale)]
        written = ", ".join(f"{name}={number}" for name, number in given if number is not None)
        return ColumnType("NUMERIC", source=f"sa.Numeric({written})", precision=precision, scale=scale)
    return ColumnType()


def _limits(value: Expression | None) -> Iterator[Call]:
    match value:
        case Call(function=function):
            if (dotted(function) or "").rpartition(".")[2] in _LIMITS:
                yield value
        case Subscript(items=items) | Operation(operands=items):
            for item in items:
                yield from _limits(item)


def _number(index: FactIndex, limits: list[Call], name: str, path: str) -> int | None:
    for call in limits:
        is_plain = name == "max_length" and (dotted(call.function) or "").endswith("MaxLen")
        found = number_in(index, call.keyword(name, 0 if is_plain else None), path)
        if found is not None:
            return found
    return None
