"""What a migration executes: SQL as text, queries, and whether a function may change a schema at all."""

from __future__ import annotations

import msgspec

from bugcatalog_ls.facts.ddl import HOLE
from bugcatalog_ls.facts.expressions import Attribute, Call, Constant, Expression, Name, dotted
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.library_names import library_name
from bugcatalog_ls.facts.replay_values import (
    Pattern,
    Term,
    Value,
)
from bugcatalog_ls.facts.scripts import Statement

EXECUTES = ("execute", "exec_driver_sql", "scalar", "scalars")


_CHANGING = (
    "op", "execute", "exec_driver_sql", "create", "drop", "create_all", "drop_all", "create_table",
    "drop_table", "rename_table", "add_column", "drop_column", "alter_column", "batch_alter_table",
)  # fmt: skip


QUERIES = frozenset(
    {
        "query", "select", "insert", "update", "delete", "exists", "union", "union_all", "values", "where",
        "CreateSequence", "CreateIndex", "DropIndex", "CreateSchema", "DropSchema", "AddConstraint",
        "DropConstraint", "func", "DropSequence",
    }
)  # fmt: skip


A_QUERY = Term(Name("select", "sqlalchemy.select"))


def may_change_schema(body: tuple[Statement, ...]) -> bool:
    """Whether a function's own statements call anything that may change a schema, by its name."""
    written = msgspec.json.encode(body)
    return any(f'"name":"{name}"'.encode() in written for name in _CHANGING)


def text_of_clause(index: FactIndex, value: Value, path: str) -> str | None:
    """The SQL of a text, of `sa.text(…)` or of what is made from one; holes are `ddl.HOLE`."""
    if isinstance(value, str):
        return value
    if isinstance(value, Pattern):
        return value.text
    if not isinstance(value, Term) or not isinstance(value.value, Call):
        return None
    call = value.value
    if isinstance(call.function, Attribute) and isinstance(call.function.owner, Call):
        return text_of_clause(index, Term(call.function.owner), path)
    if library_name(index, call.function, path) in ("text", "DDL") and call.arguments:
        first = call.arguments[0]
        return first.value if isinstance(first, Constant) and isinstance(first.value, str) else HOLE
    return None


def is_query(index: FactIndex, value: Value, path: str) -> bool:
    """Whether what is executed reads or writes rows and changes no table."""
    if not isinstance(value, Term):
        return False
    current: Expression = value.value
    while True:
        if isinstance(current, Call):
            current = current.function
        elif isinstance(current, Attribute):
            if current.name in QUERIES:
                return True
            current = current.owner
        elif isinstance(current, Name):
            return (dotted(current) or "").rpartition(".")[2] in QUERIES
        else:
            return False
