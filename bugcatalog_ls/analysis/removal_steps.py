"""Steps of a new revision that take away what only the schema has: columns, tables, keys, constraints."""

from __future__ import annotations

import msgspec

from bugcatalog_ls.analysis.constraint_calls import (
    created_index,
    created_key,
    created_unique,
    dropped_index,
    index_that_goes,
    key_that_goes,
    named_key,
    named_unique,
    unique_that_goes,
)
from bugcatalog_ls.analysis.revision_steps import OperationCall, Step, drop_column
from bugcatalog_ls.analysis.schema_steps import table_arguments
from bugcatalog_ls.facts.constraints import Constraints, ForeignKeyConstraint, TableIndex, UniqueConstraint
from bugcatalog_ls.facts.schema_tables import Table
from bugcatalog_ls.facts.sources import quoted

_MYSQL = ("mysql", "mariadb")


def remove_column(table: Table, name: str, dialect: str = "") -> Step | None:
    """Drop a column of the schema, with the keys and indexes that it is part of."""
    found = table.column(name)
    if found is None:
        return None
    plain = drop_column(table.name, found.column)
    if plain is None:
        return None
    constraints = table.constraints
    up: list[OperationCall] = []
    down: list[OperationCall] = []
    for key in constraints.foreign_keys:
        if name in key.columns:
            if not key.referred:
                return None
            up.append(key_that_goes(table.name, key, dialect))
            down.insert(0, created_key(table.name, named_key(table.name, key, dialect)))
    for each in constraints.indexes:
        if name in each.columns and each.name and "" not in each.columns:
            up.append(dropped_index(each))
            down.insert(0, created_index(each))
    for unique in constraints.uniques:
        if name in unique.columns and len(unique.columns) > 1:
            up.append(unique_that_goes(table.name, unique, dialect))
            down.insert(0, created_unique(named_unique(table.name, unique, dialect)))
        elif name in unique.columns:
            # It goes with its column.
            down.insert(0, created_unique(named_unique(table.name, unique, dialect)))
    return msgspec.structs.replace(plain, upgrade=(*up, *plain.upgrade), downgrade=(*plain.downgrade, *down))


def remove_table(table: Table, others: dict[str, Table]) -> Step | None:
    """Drop a table of the schema; None where its way back cannot be written, or another one needs it."""
    name = table.name
    if any(key.table == name for each in others.values() if each.name != name for key in _keys(each)):
        return None
    columns = [each.column for each in table.columns.values()]
    arguments = table_arguments(columns, table.constraints)
    if arguments is None or not table.constraints.indexes_known:
        return None
    down = [OperationCall("create_table", arguments, alone=True)]
    down += [created_index(each) for each in table.constraints.indexes if each.name]
    up = [OperationCall("drop_table", (), alone=True)]
    elsewhere = {
        each.column.type.enum_name
        for other in others.values()
        if other.name != name
        for each in other.columns.values()
    }
    for column in columns:
        enum = column.type.enum_name
        if column.type.name == "ENUM" and column.type.native and enum and enum not in elsewhere:
            line = f"sa.Enum(name={quoted(enum)}).drop(op.get_bind(), checkfirst=True)"
            up.append(OperationCall("drop", lines=(line,)))
    dialects = tuple(dict.fromkeys(each for column in columns for each in column.type.dialects))
    return Step(name, f"Drop {name}", f"drops {name} with its data", tuple(up), tuple(down), dialects)


def remove_index(table: str, found: TableIndex) -> Step | None:
    """Drop an index that only the schema has."""
    if not found.name or "" in found.columns:
        return None
    what = f"the index {found.name}"
    up, down = (dropped_index(found),), (created_index(found),)
    return Step(table, f"Drop {what}", f"drops {what}", up, down)


def remove_unique(table: str, unique: UniqueConstraint, dialect: str = "") -> Step | None:
    """Drop a unique constraint that only the schema has."""
    named = named_unique(table, unique, dialect)
    what = f"the constraint {named.name}"
    up = (unique_that_goes(table, unique, dialect),)
    return Step(table, f"Drop {what}", f"drops {what}", up, (created_unique(named),))


def remove_foreign_key(table: Table, key: ForeignKeyConstraint, dialect: str = "") -> Step | None:
    """Drop a foreign key that only the schema has, in MySQL with the index that it brought along."""
    if not key.referred:
        return None
    named = named_key(table.name, key, dialect)
    what = f"the foreign key {named.name}"
    up = [key_that_goes(table.name, key, dialect)]
    if dialect in ("", *_MYSQL) and not _is_indexed(table, key.columns):
        up.append(index_that_goes(table.name, key, dialect))
    down = (created_key(table.name, named),)
    return Step(table.name, f"Drop {what}", f"drops {what}", tuple(up), down)


def _keys(table: Table) -> tuple[ForeignKeyConstraint, ...]:
    return table.constraints.foreign_keys


def _is_indexed(table: Table, columns: tuple[str, ...]) -> bool:
    """Whether something else has the index that MySQL needs for a foreign key."""
    n = len(columns)
    key = tuple(name for name, each in table.columns.items() if each.column.primary_key)
    others: Constraints = table.constraints
    listed = [key, *(each.columns for each in others.indexes), *(each.columns for each in others.uniques)]
    return any(each[:n] == columns for each in listed)
