"""Operations as the upgrades of revisions write them, with the place of each."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.facts.expressions import Expression, expression
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.orm import is_revision
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    callee_of,
    constant_value,
    enclosing,
    enclosing_function,
    string_value,
    text_of,
)

_NAMES = ("alter_column", "rename_table", "drop_column", "drop_table", "add_column", "create_table")


class RevisionOperation(Fact, frozen=True):
    """One call in an upgrade. `table` is `[schema.]table`, `column` empty where there is none.

    `new_name` is what it is renamed to; `new_type` what it becomes or is added with, `existing_type` what
    it was. `required` tells of a column that is added as NOT NULL without anything to fill it.
    """

    path: str
    name: str
    table: str
    column: str
    new_name: str
    new_type: Expression | None
    existing_type: Expression | None
    required: bool
    anchor: str

    @property
    def key(self) -> str:
        return self.path


def _collect(file: PyFile, facts: Facts) -> None:
    if not is_revision(file):
        return
    for call in file.calls_named(*_NAMES):
        function = enclosing_function(call)
        name = function.child_by_field_name("name") if function is not None else None
        if name is None or text_of(name) == "downgrade":
            continue
        found = _operation(file, call, facts)
        if found is not None:
            facts.add(found)


VOCABULARY = Vocabulary(_collect, (b"alembic",))


def table_of_batch(node: Node) -> str:
    """The table of the `with op.batch_alter_table("…")` around a node; empty where there is none."""
    statement = enclosing(node, "with_statement")
    while statement is not None:
        for clause in statement.named_children:
            for item in clause.named_children if clause.type == "with_clause" else ():
                value = item.child_by_field_name("value") or item
                call = value.named_children[0] if value.type == "as_pattern" else value
                callee = callee_of(call) if call.type == "call" else None
                if callee is not None and text_of(callee).endswith("batch_alter_table"):
                    given = arguments_of(call)
                    table = string_value(given.get("table_name", 0)) or ""
                    schema = string_value(given.keywords.get("schema"))
                    return f"{schema}.{table}" if schema and table else table
        statement = enclosing(statement, "with_statement")
    return ""


def _operation(file: PyFile, call: Node, facts: Facts) -> RevisionOperation | None:
    callee = callee_of(call)
    if callee is None or callee.type != "attribute":
        return None
    owner, name = text_of(callee).rpartition(".")[0], text_of(callee).rpartition(".")[2]
    given = arguments_of(call)
    batch = table_of_batch(call) if owner not in ("op", "alembic.op") else ""
    shift = 1 if batch else 0
    first = "old_table_name" if name == "rename_table" else "table_name"
    table = batch or string_value(given.get(first, 0)) or ""
    schema = string_value(given.keywords.get("schema"))
    table = f"{schema}.{table}" if schema and table and not batch else table
    if not table:
        return None
    column, new_name, required = "", "", False
    made: Node | None = given.keywords.get("type_")
    if name == "rename_table":
        new_name = string_value(given.get("new_table_name", 1)) or ""
    elif name in ("alter_column", "drop_column"):
        column = string_value(given.get("column_name", 1 - shift)) or ""
        new_name = string_value(given.keywords.get("new_column_name") or given.keywords.get("name")) or ""
    elif name == "add_column":
        added = given.get("column", 1 - shift)
        if added is None or added.type != "call":
            return None
        inner = arguments_of(added)
        column = string_value(inner.get("name", 0)) or ""
        made = inner.positional[1] if len(inner.positional) > 1 else inner.keywords.get("type_")
        nullable = inner.keywords.get("nullable")
        fills = "server_default" in inner.keywords or any(
            word in text_of(added) for word in ("Computed(", "Identity(", "**", "primary_key=True")
        )
        required = nullable is not None and constant_value(nullable) is False and not fills
    existing = given.keywords.get("existing_type")
    anchor = facts.anchor(f"operation {name} {table}.{column}", call)
    return RevisionOperation(
        file.path,
        name,
        table,
        column,
        new_name,
        expression(file, made) if made is not None else None,
        expression(file, existing) if existing is not None else None,
        required,
        anchor,
    )
