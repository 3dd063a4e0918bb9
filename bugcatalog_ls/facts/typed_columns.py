"""Types of columns that take theirs from the column that they point to."""

from __future__ import annotations

import msgspec

from bugcatalog_ls.facts.column_types import ColumnType
from bugcatalog_ls.facts.columns import Column, ForeignKey
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.model_constraints import default_schema, target_of
from bugcatalog_ls.facts.models import Model, models_of_table


def typed(index: FactIndex, made: Model, column: Column) -> Column:
    """A column whose type is that of the column it points to, where it has none of its own."""
    if column.type.name or column.type.source or not column.foreign_keys:
        return column
    return msgspec.structs.replace(column, type=_target_type(index, made, column, 5))


def target(index: FactIndex, made: Model, key: ForeignKey, path: str) -> tuple[str, str]:
    """The table and column that a model's foreign key points to; empty where that is not known."""
    if not key.target and key.symbol:
        return target_of(index, key.symbol, path) or ("", "")
    table, _, name = key.target.rpartition(".")
    schema = default_schema(index, made.metadata)
    return (f"{schema}.{table}" if schema and table and "." not in table else table), name


def _target_type(index: FactIndex, made: Model, column: Column, depth: int) -> ColumnType:
    table, name = target(index, made, column.foreign_keys[0], column.path)
    for other in models_of_table(index, table) if table else ():
        found = other.column(name)
        if found is None or other.metadata != made.metadata:
            continue
        if found.type.name or not found.foreign_keys or depth == 0:
            return found.type
        return _target_type(index, other, found, depth - 1)
    return ColumnType()
