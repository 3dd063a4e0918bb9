"""Primary keys that stand beside the columns of a class or table, in a `PrimaryKeyConstraint`."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.facts.constants import text_in
from bugcatalog_ls.facts.declarative import inherited
from bugcatalog_ls.facts.expressions import Call, Collection, Expression, dotted
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.library_names import library_name


def table_args(index: FactIndex, symbol: str) -> tuple[str, tuple[Expression, ...]]:
    """What stands in the `__table_args__` of a class, with the file it is written in."""
    written = inherited(index, symbol, "__table_args__")
    value = written[1].value if written is not None else None
    return (written[0], value.items) if written is not None and isinstance(value, Collection) else ("", ())


def keyed(
    index: FactIndex, columns: Iterable[Column], path: str, beside: Iterable[Expression]
) -> tuple[Column, ...]:
    """Columns with the primary key that a `PrimaryKeyConstraint` beside them makes."""
    keys: set[str] = set()
    for each in beside:
        if isinstance(each, Call) and library_name(index, each.function, path) == "PrimaryKeyConstraint":
            for argument in each.arguments:
                keys.add(text_in(index, argument, path) or (dotted(argument) or "").rpartition(".")[2])
    return tuple(
        msgspec.structs.replace(each, primary_key=True, nullable=False)
        if keys & {each.name, each.attribute} - {""}
        else each
        for each in columns
    )
