"""Alembic's operations on constraints, indexes and enum types while migrations are replayed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bugcatalog_ls.facts.constraints import (
    ForeignKeyConstraint,
    TableIndex,
    UniqueConstraint,
    column_in_order,
)
from bugcatalog_ls.facts.ddl import HOLE
from bugcatalog_ls.facts.expressions import Attribute, Call, Constant, Name
from bugcatalog_ls.facts.operations import (
    AddConstraint,
    ChangeEnum,
    DropConstraint,
    SetPrimaryKey,
    TouchConstraints,
)
from bugcatalog_ls.facts.replay_values import REST, UNKNOWN, Operations, Pattern, Term, Value

if TYPE_CHECKING:
    from bugcatalog_ls.facts.replay_functions import CallReplay

Keywords = dict[str, Value]


class _Given:
    """The arguments of an operation on a constraint by name; in a batch the table's is left out."""

    def __init__(
        self, op: Operations, arguments: list[Value], keywords: Keywords | None, names: tuple[str, ...]
    ) -> None:
        self.known = keywords is not None and REST not in arguments
        self.is_batch = op.is_batch
        self.of_batch = op.table
        if op.is_batch:
            names = tuple(name for name in names if name not in ("table_name", "source_table"))
        self.values: Keywords = dict(zip(names, arguments, strict=False))
        self.values.update(keywords or {})

    def text(self, name: str) -> str | None:
        value = self.values.get(name)
        return value if isinstance(value, str) else None

    def table(self, name: str = "table_name", schema_name: str = "schema") -> str | None:
        if self.is_batch and name in ("table_name", "source_table"):
            return self.of_batch
        table, schema = self.text(name), self.text(schema_name)
        return f"{schema}.{table}" if table and schema and schema != "public" else table

    def columns(self, name: str) -> tuple[str, ...] | None:
        value = self.values.get(name, UNKNOWN)
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, (list, tuple)):
            return None
        return tuple(_column(each) for each in value) or None


def _column(value: Value) -> str:
    """The column that an index names; an expression is an empty text."""
    if isinstance(value, str):
        return value
    if isinstance(value, Term) and isinstance(value.value, Call):
        call = value.value
        called = call.function.name if isinstance(call.function, (Name, Attribute)) else ""
        if called == "column" and call.arguments and isinstance(call.arguments[0], Constant):
            return str(call.arguments[0].value)
        is_text = called in ("text", "literal_column") and bool(call.arguments)
        if is_text and isinstance(call.arguments[0], Constant):
            return column_in_order(str(call.arguments[0].value))
    return ""


def _named(given: _Given, name: str = "constraint_name") -> str | None:
    """A constraint's name, empty where it has none; None where it is not known."""
    value = given.values.get(name)
    if value is None:
        return ""
    if isinstance(value, Pattern) or not isinstance(value, str) or HOLE in value:
        return None
    return value


def _create_index(
    replay: CallReplay, op: Operations, arguments: list[Value], keywords: Keywords | None
) -> None:
    given = _Given(op, arguments, keywords, ("index_name", "table_name", "columns"))
    table, columns = given.table(), given.columns("columns")
    name = _named(given, "index_name")
    unique = given.values.get("unique", False)
    if table is None or columns is None or name is None or not isinstance(unique, bool) or not given.known:
        replay.apply(TouchConstraints(table, "created"))
        return
    replay.apply(AddConstraint(table, TableIndex(name, columns, unique)))


def _drop_index(
    replay: CallReplay, op: Operations, arguments: list[Value], keywords: Keywords | None
) -> None:
    given = _Given(op, arguments, keywords, ("index_name", "table_name"))
    name = _named(given, "index_name")
    if name is None or not given.known:
        replay.apply(TouchConstraints(given.table()))
    else:
        replay.apply(DropConstraint(given.table(), name, "index"))


def _create_foreign_key(
    replay: CallReplay, op: Operations, arguments: list[Value], keywords: Keywords | None
) -> None:
    names = ("constraint_name", "source_table", "referent_table", "local_cols", "remote_cols")
    given = _Given(op, arguments, keywords, names)
    schema = "schema" if op.is_batch else "source_schema"
    table = given.table("source_table", schema)
    referred = given.table("referent_table", "referent_schema")
    local, remote = given.columns("local_cols"), given.columns("remote_cols")
    name = _named(given)
    if table is None or referred is None or local is None or remote is None or name is None:
        replay.apply(TouchConstraints(table))
        return
    ondelete = given.values.get("ondelete")
    said = ondelete.upper() if isinstance(ondelete, str) else "" if ondelete is None and given.known else "?"
    replay.apply(AddConstraint(table, ForeignKeyConstraint(local, referred, remote, said, name)))


def _create_unique(
    replay: CallReplay, op: Operations, arguments: list[Value], keywords: Keywords | None
) -> None:
    given = _Given(op, arguments, keywords, ("constraint_name", "table_name", "columns"))
    table, columns, name = given.table(), given.columns("columns"), _named(given)
    if table is None or columns is None or name is None:
        replay.apply(TouchConstraints(table))
        return
    replay.apply(AddConstraint(table, UniqueConstraint(columns, name)))


def _create_primary_key(
    replay: CallReplay, op: Operations, arguments: list[Value], keywords: Keywords | None
) -> None:
    given = _Given(op, arguments, keywords, ("constraint_name", "table_name", "columns"))
    table, columns = given.table(), given.columns("columns")
    if table is not None and columns is not None:
        replay.apply(SetPrimaryKey(table, columns))


def _drop_constraint(
    replay: CallReplay, op: Operations, arguments: list[Value], keywords: Keywords | None
) -> None:
    given = _Given(op, arguments, keywords, ("constraint_name", "table_name", "type_"))
    table, name = given.table(), _named(given)
    kind = given.text("type_") or ""
    if table is None or name is None or not given.known:
        if kind not in ("check", "primary"):
            replay.apply(TouchConstraints(table))
        return
    replay.apply(DropConstraint(table, name, kind))


def _sync_enum(replay: CallReplay, op: Operations, arguments: list[Value], keywords: Keywords | None) -> None:
    given = _Given(op, arguments, keywords, ("enum_schema", "enum_name", "new_values"))
    name, labels = given.text("enum_name"), given.columns("new_values")
    last = arguments[3] if len(arguments) > 3 else (keywords or {}).get("affected_columns")
    if isinstance(last, (list, tuple)) and last and all(isinstance(each, str) for each in last):
        # alembic-autogenerate-enums tells the old values before the new ones.
        labels = tuple(str(each) for each in last)
    if name is not None:
        replay.apply(ChangeEnum(name, labels))


def create_or_drop_index(replay: CallReplay, value: Call, name: str) -> None:
    """`sa.Index("name", table.c.x).create(bind)`: which table that is, is not followed."""
    first = value.arguments[0]
    if name == "drop" and isinstance(first, Constant) and isinstance(first.value, str):
        replay.apply(DropConstraint(None, first.value, "index"))
    else:
        replay.apply(TouchConstraints(None, "dropped" if name == "drop" else "created"))


CONSTRAINT_OPERATIONS: dict[str, Callable[[CallReplay, Operations, list[Value], Keywords | None], None]] = {
    "create_index": _create_index,
    "drop_index": _drop_index,
    "create_foreign_key": _create_foreign_key,
    "create_unique_constraint": _create_unique,
    "create_primary_key": _create_primary_key,
    "drop_constraint": _drop_constraint,
    "sync_enum_values": _sync_enum,
}
