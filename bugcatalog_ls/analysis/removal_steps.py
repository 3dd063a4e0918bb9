"""Steps of a new revision that take away what only the schema has: columns, tables, keys, constraints."""

from __future__ import annotations

import msgspec

from bugcatalog_ls.analysis import schema_steps
from bugcatalog_ls.analysis.revision_steps import OperationCall, Step, drop_column
from bugcatalog_ls.facts.constraints import Constraints, ForeignKeyConstraint, TableIndex, UniqueConstraint
from bugcatalog_ls.facts.schema import Table
from bugcatalog_ls.facts.sources import quoted

_MYSQL = ("mysql", "mariadb")
_NAMING = {
    "fk": '{"fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s"}',
    "uq": '{"uq": "uq_%(table_name)s_%(column_0_name)s"}',
}


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
            up.append(_key_that_goes(table.name, key, dialect))
            down.insert(0, schema_steps.created_key(table.name, _named_key(table.name, key)))
    for each in constraints.indexes:
        if name in each.columns and each.name and "" not in each.columns:
            up.append(schema_steps.dropped_index(each))
            down.insert(0, schema_steps.created_index(each))
    for unique in constraints.uniques:
        if name in unique.columns and len(unique.columns) > 1:
            up.append(_unique_that_goes(table.name, unique, dialect))
            down.insert(0, schema_steps.created_unique(_named_unique(table.name, unique)))
        elif name in unique.columns:
            # It goes with its column.
            down.insert(0, schema_steps.created_unique(_named_unique(table.name, unique)))
    return msgspec.structs.replace(
        plain, upgrade=(*up, *plain.upgrade), downgrade=(*plain.downgrade, *down)
    )


def remove_table(table: Table, others: dict[str, Table]) -> Step | None:
    """Drop a table of the schema; None where its way back cannot be written, or another one needs it."""
    name = table.name
    if any(key.table == name for each in others.values() if each.name != name for key in _keys(each)):
        return None
    columns = [each.column for each in table.columns.values()]
    arguments = schema_steps.table_arguments(columns, table.constraints)
    if arguments is None or not table.constraints.known:
        return None
    down = [OperationCall("create_table", arguments, alone=True)]
    down += [schema_steps.created_index(each) for each in table.constraints.indexes if each.name]
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
    up, down = (schema_steps.dropped_index(found),), (schema_steps.created_index(found),)
    return Step(table, f"Drop {what}", f"drops {what}", up, down)


def remove_unique(table: str, unique: UniqueConstraint, dialect: str = "") -> Step | None:
    """Drop a unique constraint that only the schema has."""
    named = _named_unique(table, unique)
    what = f"the constraint {named.name}"
    up = (_unique_that_goes(table, unique, dialect),)
    return Step(table, f"Drop {what}", f"drops {what}", up, (schema_steps.created_unique(named),))


def remove_foreign_key(table: Table, key: ForeignKeyConstraint, dialect: str = "") -> Step | None:
    """Drop a foreign key that only the schema has, in MySQL with the index that it brought along."""
    if not key.referred:
        return None
    named = _named_key(table.name, key)
    what = f"the foreign key {named.name}"
    up = [_key_that_goes(table.name, key, dialect)]
    if dialect in ("", *_MYSQL) and not _is_indexed(table, key.columns):
        up.append(_index_that_goes(table.name, key, dialect))
    down = (schema_steps.created_key(table.name, named),)
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


def _named_key(table: str, key: ForeignKeyConstraint) -> ForeignKeyConstraint:
    plain = table.rpartition(".")[2]
    made = f"fk_{plain}_{key.columns[0]}_{key.table.rpartition('.')[2]}"
    return key if key.name else msgspec.structs.replace(key, name=made)


def _named_unique(table: str, unique: UniqueConstraint) -> UniqueConstraint:
    made = f"uq_{table.rpartition('.')[2]}_{unique.columns[0]}"
    return unique if unique.name else UniqueConstraint(unique.columns, made)


def _key_that_goes(table: str, key: ForeignKeyConstraint, dialect: str) -> OperationCall:
    """The name is the one it was given; else the database's own, or the one that a batch gives it."""
    if key.name:
        return schema_steps.dropped_key(table, key)
    if dialect.startswith("postgres"):
        plain = table.rpartition(".")[2]
        own = msgspec.structs.replace(key, name=f"{plain}_{'_'.join(key.columns)}_fkey")
        return schema_steps.dropped_key(table, own)
    named = _named_key(table, key)
    if dialect == "sqlite":
        goes = schema_steps.dropped_key(table, named)
        return msgspec.structs.replace(goes, batch_name=quoted(named.name), naming=_NAMING["fk"])
    return _by_inspector(table, "get_foreign_keys", "constrained_columns", key.columns, named.name, "fk")


def _unique_that_goes(table: str, unique: UniqueConstraint, dialect: str) -> OperationCall:
    if unique.name:
        return schema_steps.dropped(unique.name, "unique")
    if dialect.startswith("postgres"):
        plain = table.rpartition(".")[2]
        return schema_steps.dropped(f"{plain}_{'_'.join(unique.columns)}_key", "unique")
    named = _named_unique(table, unique)
    if dialect == "sqlite":
        goes = schema_steps.dropped(named.name, "unique")
        return msgspec.structs.replace(goes, batch_name=quoted(named.name), naming=_NAMING["uq"])
    columns = unique.columns
    return _by_inspector(table, "get_unique_constraints", "column_names", columns, named.name, "uq")


def _by_inspector(
    table: str, asks: str, field: str, columns: tuple[str, ...], name: str, kind: str
) -> OperationCall:
    """What the database itself says the name is; in SQLite, where it has none, that of the batch."""
    schema, _, plain = table.rpartition(".")
    given = f"{quoted(plain)}, schema={quoted(schema)}" if schema else quoted(plain)
    listed = ", ".join(map(quoted, columns))
    type_ = "foreignkey" if kind == "fk" else "unique"
    word = "key" if kind == "fk" else "unique"
    lines = (
        f"naming = {_NAMING[kind]}",
        f"for {word} in sa.inspect(op.get_bind()).{asks}({given}):",
        f'    if {word}["{field}"] == [{listed}]:',
        f"        with op.batch_alter_table({given}, naming_convention=naming) as batch_op:",
        f'            batch_op.drop_constraint({word}["name"] or {quoted(name)}, type_="{type_}")',
    )
    return OperationCall("drop_constraint", lines=lines)


def _index_that_goes(table: str, key: ForeignKeyConstraint, dialect: str) -> OperationCall:
    schema, _, plain = table.rpartition(".")
    more = f", schema={quoted(schema)}" if schema else ""
    if key.name:
        lines = [f"op.drop_index({quoted(key.name)}, table_name={quoted(plain)}{more})"]
    else:
        listed = ", ".join(map(quoted, key.columns))
        lines = [
            f"for index in sa.inspect(op.get_bind()).get_indexes({quoted(plain)}{more}):",
            f'    if index["column_names"] == [{listed}]:',
            f'        op.drop_index(index["name"], table_name={quoted(plain)}{more})',
        ]
    if not dialect:
        test = 'if op.get_bind().dialect.name in ("mysql", "mariadb"):'
        lines = [test, *(f"    {line}" for line in lines)]
    return OperationCall("drop_index", lines=tuple(lines))
