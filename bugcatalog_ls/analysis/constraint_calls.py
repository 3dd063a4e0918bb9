"""Calls of a new revision that make and drop keys, indexes and unique constraints, whatever their name is.

What has no name in the history has the one that the database gave it, which differs between them.
"""

from __future__ import annotations

import msgspec

from bugcatalog_ls.analysis.revision_steps import OperationCall
from bugcatalog_ls.facts.constraints import ForeignKeyConstraint, TableIndex, UniqueConstraint
from bugcatalog_ls.facts.sources import quoted

_NAMING = {
    "fk": '{"fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s"}',
    "uq": '{"uq": "uq_%(table_name)s_%(column_0_name)s"}',
}


def created_index(made: TableIndex) -> OperationCall:
    listed = ", ".join(map(quoted, made.columns))
    unique = ("unique=True",) if made.unique else ()
    return OperationCall("create_index", (quoted(made.name), "", f"[{listed}]", *unique))


def dropped_index(made: TableIndex) -> OperationCall:
    return OperationCall("drop_index", (quoted(made.name), "table_name="))


def created_unique(unique: UniqueConstraint) -> OperationCall:
    listed = ", ".join(map(quoted, unique.columns))
    return OperationCall("create_unique_constraint", (quoted(unique.name), "", f"[{listed}]"), True)


def dropped(name: str, kind: str) -> OperationCall:
    return OperationCall("drop_constraint", (quoted(name), "", f'type_="{kind}"'), True)


def dropped_key(table: str, key: ForeignKeyConstraint) -> OperationCall:
    return OperationCall("drop_constraint", (quoted(key.name), "", 'type_="foreignkey"'), True, table=table)


def created_key(table: str, key: ForeignKeyConstraint) -> OperationCall:
    schema, _, referred = key.table.rpartition(".")
    own_schema = table.rpartition(".")[0]
    local, remote = (", ".join(map(quoted, columns)) for columns in (key.columns, key.referred))
    more = [
        f"source_schema={quoted(own_schema)}" if own_schema else "",
        f"referent_schema={quoted(schema)}" if schema else "",
        f"ondelete={quoted(key.ondelete)}" if key.ondelete else "",
    ]
    arguments = (quoted(key.name), "", quoted(referred), f"[{local}]", f"[{remote}]", *filter(None, more))
    return OperationCall("create_foreign_key", arguments, True, table=table)


def named_key(table: str, key: ForeignKeyConstraint, dialect: str = "") -> ForeignKeyConstraint:
    """A key by the name under which it is dropped, so that the way back makes what the way up knows."""
    plain = table.rpartition(".")[2]
    made = f"fk_{plain}_{key.columns[0]}_{key.table.rpartition('.')[2]}"
    if dialect.startswith("postgres"):
        made = f"{plain}_{'_'.join(key.columns)}_fkey"
    return key if key.name else msgspec.structs.replace(key, name=made)


def named_unique(table: str, unique: UniqueConstraint, dialect: str = "") -> UniqueConstraint:
    plain = table.rpartition(".")[2]
    made = f"uq_{plain}_{unique.columns[0]}"
    if dialect.startswith("postgres"):
        made = f"{plain}_{'_'.join(unique.columns)}_key"
    return unique if unique.name else UniqueConstraint(unique.columns, made)


def key_that_goes(table: str, key: ForeignKeyConstraint, dialect: str) -> OperationCall:
    """The name is the one it was given; else the database's own, or the one that a batch gives it."""
    if key.name:
        return dropped_key(table, key)
    named = named_key(table, key, dialect)
    if dialect.startswith("postgres"):
        return dropped_key(table, named)
    if dialect == "sqlite":
        goes = dropped_key(table, named)
        return msgspec.structs.replace(goes, batch_name=quoted(named.name), naming=_NAMING["fk"])
    return _by_inspector(table, "get_foreign_keys", "constrained_columns", key.columns, named.name, "fk")


def unique_that_goes(table: str, unique: UniqueConstraint, dialect: str) -> OperationCall:
    if unique.name:
        return dropped(unique.name, "unique")
    named = named_unique(table, unique, dialect)
    if dialect.startswith("postgres"):
        return dropped(named.name, "unique")
    if dialect == "sqlite":
        goes = dropped(named.name, "unique")
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


def index_that_goes(table: str, key: ForeignKeyConstraint, dialect: str) -> OperationCall:
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
