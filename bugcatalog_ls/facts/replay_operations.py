"""Alembic's operations while migrations are replayed, on `op` and in batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from bugcatalog_ls.facts.column_types import type_of
from bugcatalog_ls.facts.columns import Column, column
from bugcatalog_ls.facts.constraints import Constraints, declared
from bugcatalog_ls.facts.ddl import HOLE
from bugcatalog_ls.facts.expressions import Attribute, Call, Constant, Expression, Name
from bugcatalog_ls.facts.library_names import library_name
from bugcatalog_ls.facts.operations import (
    AddColumn,
    AlterColumn,
    CreateTable,
    DropColumn,
    DropTable,
    RenameTable,
)
from bugcatalog_ls.facts.replay_constraints import CONSTRAINT_OPERATIONS, create_or_drop_index
from bugcatalog_ls.facts.replay_metadata import make_one, table_meant
from bugcatalog_ls.facts.replay_values import (
    REST,
    UNKNOWN,
    Connection,
    Operations,
    Pattern,
    Term,
    Unknowable,
    Value,
    closed,
)
from bugcatalog_ls.facts.sources import source_of

if TYPE_CHECKING:
    from bugcatalog_ls.facts.replay_functions import CallReplay


Keywords = dict[str, Value]


_HARMLESS = frozenset(
    {
        "f", "create_check_constraint", "create_exclude_constraint",
        "create_table_comment", "drop_table_comment", "bulk_insert", "inline_literal", "get_context",
        "get_bind", "configure", "create_entity", "replace_entity", "drop_entity",
        "create_extension", "flush",
    }
)  # fmt: skip


def run_operation(
    replay: CallReplay, op: Operations, name: str, arguments: list[Value], keywords: Keywords | None
) -> Value:
    """An operation of `op` or of a `batch_op`."""
    if op.is_context:
        # The migration context: what it says of dialect and mode is not known.
        return UNKNOWN
    if name == "get_bind":
        return Connection()
    if name in ("get_context", "impl"):
        return Operations(is_context=True)
    if name == "f":
        return arguments[0] if arguments else UNKNOWN
    if name == "execute":
        replay.execute(arguments[0] if arguments else (keywords or {}).get("sqltext", UNKNOWN))
        return None
    if name in _HARMLESS:
        return None
    if name in CONSTRAINT_OPERATIONS:
        CONSTRAINT_OPERATIONS[name](replay, op, arguments, keywords)
        return None
    handler = _HANDLERS.get(name)
    if handler is None:
        replay.touch(op.table, f"the operation {name} of a plug-in")
        return UNKNOWN
    given = _Given(op, arguments, keywords)
    return handler(replay, given)


class _Given:
    """The arguments of an operation; that of a batch lacks the table's name in front."""

    def __init__(self, op: Operations, arguments: list[Value], keywords: Keywords | None) -> None:
        self.op = op
        self.known = keywords is not None and REST not in arguments
        self.arguments = list(arguments)
        self.keywords = dict(keywords or {})
        if op.is_batch:
            self.arguments.insert(0, op.table if op.table is not None else UNKNOWN)

    def get(self, position: int, name: str, default: Value = None) -> Value:
        if name in self.keywords:
            return self.keywords[name]
        return self.arguments[position] if position < len(self.arguments) else default

    def table(self, name: str = "table_name", position: int = 0) -> str | None:
        """The table as `[schema.]name`; None where it is not known."""
        written = self.get(position, name, UNKNOWN)
        schema = self.keywords.get("schema")
        if self.op.is_batch and position == 0:
            return self.op.table
        if isinstance(written, Term):
            return None
        if not isinstance(written, str):
            return None
        return f"{schema}.{written}" if isinstance(schema, str) and schema not in ("", "public") else written


def _create_table(replay: CallReplay, given: _Given) -> Value:
    table = given.table()
    if table is None:
        replay.touch(None, "a table whose name is not known before it runs")
        return UNKNOWN
    columns, known, constraints = _columns(replay, given.arguments[1:])
    known = known and given.known
    if not known:
        replay.apply(CreateTable(table, tuple(columns), False, False, constraints))
        replay.touch(table, "columns that are not known before it runs")
    else:
        exists = given.keywords.get("if_not_exists") is True
        replay.apply(CreateTable(table, tuple(columns), True, exists, constraints))
    return Term(Call(Name("Table", "sqlalchemy.Table"), (Constant(table),)))


def _columns(replay: CallReplay, values: list[Value]) -> tuple[list[Column], bool, Constraints]:
    """Columns among the arguments of `create_table`, whether these are all, and what else stands there."""
    columns: list[Column] = []
    keys: set[str] = set()
    known = True
    constraints = Constraints()
    for value in values:
        if value is None:
            continue
        call = value.value if isinstance(value, Term) and isinstance(value.value, Call) else None
        called = library_name(replay.index, call.function, replay.revision) if call is not None else None
        if call is None or called is None:
            known = False
        elif called in ("Column", "mapped_column"):
            made = column(replay.index, call, replay.revision)
            if made is None or not made.name or HOLE in made.name:
                known = False
            else:
                columns.append(made)
        elif called == "PrimaryKeyConstraint":
            keys.update(_texts(call.arguments))
        elif called.endswith(("Constraint", "Index")):
            beside = declared(replay.index, call, replay.revision)
            constraints = constraints.unknown() if beside is None else constraints.with_all(beside)
        else:
            known = False
    made_columns = [
        msgspec.structs.replace(each, primary_key=True, nullable=False) if each.name in keys else each
        for each in columns
    ]
    return made_columns, known, constraints


def _texts(values: tuple[Expression, ...]) -> list[str]:
    constants = [each.value for each in values if isinstance(each, Constant)]
    return [value for value in constants if isinstance(value, str)]


def _drop_table(replay: CallReplay, given: _Given) -> Value:
    table = given.table()
    if table is None:
        replay.touch(None, "a table whose name is not known before it runs")
    else:
        replay.apply(DropTable(table))
    return None


def _rename_table(replay: CallReplay, given: _Given) -> Value:
    old, new = given.table("old_table_name"), given.table("new_table_name", 1)
    if old is None or new is None:
        replay.touch(None, "a table whose name is not known before it runs")
    else:
        replay.apply(RenameTable(old, new))
    return None


def _add_column(replay: CallReplay, given: _Given) -> Value:
    table = given.table()
    value = given.get(1, "column", UNKNOWN)
    call = value.value if isinstance(value, Term) and isinstance(value.value, Call) else None
    made = column(replay.index, call, replay.revision) if call is not None else None
    if table is None:
        replay.touch(None, "a table whose name is not known before it runs")
    elif made is None or not made.name or HOLE in made.name:
        replay.touch(table, "a column that is not known before it runs")
    else:
        exists = given.keywords.get("if_not_exists") is True
        replay.apply(AddColumn(table, made, exists))
    return None


def _drop_column(replay: CallReplay, given: _Given) -> Value:
    table, name = given.table(), given.get(1, "column_name", UNKNOWN)
    if table is None:
        replay.touch(None, "a table whose name is not known before it runs")
    elif not isinstance(name, str):
        replay.touch(table, "a column that is not known before it runs")
    else:
        replay.apply(DropColumn(table, name))
    return None


def _alter_column(replay: CallReplay, given: _Given) -> Value:
    table, name = given.table(), given.get(1, "column_name", UNKNOWN)
    if table is None:
        replay.touch(None, "a table whose name is not known before it runs")
        return None
    new_name = given.keywords.get("new_column_name", given.keywords.get("name"))
    if isinstance(new_name, (Unknowable, Pattern, Term)) or (new_name and not isinstance(name, str)):
        replay.touch(table, "a column that is not known before it runs")
        return None
    if not isinstance(name, str) or not given.known:
        replay.apply(AlterColumn(table, ""))
        return None
    nullable = given.keywords.get("nullable")
    written = given.keywords.get("type_")
    replay.apply(
        AlterColumn(
            table,
            name,
            new_name if isinstance(new_name, str) and new_name != name else None,
            nullable if isinstance(nullable, bool) else None,
            _server_default(replay, given.keywords),
            type_of(replay.index, closed(written), replay.revision) if written is not None else None,
        )
    )
    return None


def _server_default(replay: CallReplay, keywords: Keywords) -> str | None:
    if "server_default" not in keywords or keywords["server_default"] is False:
        return None
    if keywords["server_default"] is None:
        return ""
    return source_of(replay.index, closed(keywords["server_default"]), replay.revision)[0] or "?"


def _batch(replay: CallReplay, given: _Given) -> Value:
    return Operations(given.table(), True)


_HANDLERS: dict[str, Callable[[CallReplay, _Given], Value]] = {
    "create_table": _create_table,
    "drop_table": _drop_table,
    "rename_table": _rename_table,
    "add_column": _add_column,
    "drop_column": _drop_column,
    "alter_column": _alter_column,
    "batch_alter_table": _batch,
}


def create_or_drop(replay: CallReplay, value: Expression, name: str) -> None:
    """`table.create(bind)` or `drop`, the same of an enum type."""
    if isinstance(value, Attribute) and value.name == "__table__":
        table = table_meant(replay, value)
        if table is None:
            replay.touch(None, f"a model's own {name}")
        else:
            make_one(replay, name, table)
        return
    if not isinstance(value, Call):
        return
    called = library_name(replay.index, value.function, replay.revision)
    if (called or "").rpartition(".")[2] in ("Enum", "ENUM"):
        made = type_of(replay.index, value, replay.revision)
        if name == "create" and made.enum_name and made.labels is not None:
            replay.schema.enums.setdefault(made.enum_name, made.labels)
        elif name == "drop":
            replay.schema.enums.pop(made.enum_name, None)
        return
    if called == "Index" and value.arguments:
        create_or_drop_index(replay, value, name)
        return
    if called != "Table" or not value.arguments:
        return
    first = value.arguments[0]
    if not isinstance(first, Constant) or not isinstance(first.value, str) or HOLE in first.value:
        replay.touch(None, "a table whose name is not known before it runs")
        return
    schema = value.keyword("schema")
    table = first.value
    if isinstance(schema, Constant) and isinstance(schema.value, str):
        table = f"{schema.value}.{table}"
    if name == "drop":
        replay.apply(DropTable(table))
        return
    columns, known, constraints = _columns(replay, [Term(each) for each in value.arguments[2:]])
    replay.apply(CreateTable(table, tuple(columns), known, False, constraints))
    if not known:
        replay.touch(table, "columns that are not known before it runs")
