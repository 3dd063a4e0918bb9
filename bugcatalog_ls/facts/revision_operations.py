"""Operations as the upgrades of revisions write them, with the place of each."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.column_types import ColumnType
from bugcatalog_ls.facts.ddl import ddl_operations
from bugcatalog_ls.facts.expression_reading import expression
from bugcatalog_ls.facts.expressions import Expression
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.operations import (
    AddColumn,
    AlterColumn,
    CreateTable,
    DropColumn,
    DropTable,
    RenameTable,
)
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
_CHANGING = re.compile(r"\s*(?:ALTER|DROP|RENAME|CREATE)\s+TABLE\b", re.IGNORECASE)
_COPYING = re.compile(
    r"\s*UPDATE\s+([\w.\"`]+)\s+SET\s+[\"`]?(\w+)[\"`]?\s*=\s*[\"`]?(\w+)[\"`]?\s*;?\s*(?:WHERE\b|$)",
    re.IGNORECASE,
)


class RevisionOperation(Fact, frozen=True):
    """One call in an upgrade. `table` is `[schema.]table`, `column` empty where there is none.

    `new_name` is what it is renamed to; `new_type` what it becomes or is added with, `existing_type` what
    it was. `required` tells of a column that is added as NOT NULL without anything to fill it,
    `in_sql` of what the text of an `execute` does, whose types are read already: `sql_type` is what
    becomes of a column there. The `fill_column` of SQL gives a column the values of the one
    named `new_name`.
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
    in_sql: bool = False
    sql_type: ColumnType | None = None

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
    for call in file.calls_named("execute"):
        function = enclosing_function(call)
        name = function.child_by_field_name("name") if function is not None else None
        if name is not None and text_of(name) != "downgrade":
            for made in _of_sql(file, call, facts):
                facts.add(made)


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


def _of_sql(file: PyFile, call: Node, facts: Facts) -> Iterator[RevisionOperation]:
    """What the text of `op.execute("ALTER TABLE …")` or `conn.execute(sa.text("…"))` does."""
    given = arguments_of(call).positional
    inner = given[0] if given else None
    if inner is not None and inner.type == "call" and arguments_of(inner).positional:
        callee = callee_of(inner)
        if callee is None or text_of(callee).rpartition(".")[2] not in ("text", "DDL"):
            return
        inner = arguments_of(inner).positional[0]
    text = string_value(inner) if inner is not None and inner.type == "string" else None
    if text is None:
        return
    if (copied := _COPYING.match(text)) is not None:
        table, column, source = (part.strip('"`') for part in copied.groups())
        anchor = facts.anchor(f"operation fill_column {table}.{column}", call)
        yield RevisionOperation(
            file.path, "fill_column", table, column, source, None, None, False, anchor, in_sql=True
        )
    if not _CHANGING.match(text):
        return
    for each in ddl_operations(text):
        name, column, new_name, required, kind = "", "", "", False, None
        match each:
            case RenameTable():
                name, new_name = "rename_table", each.new_name
            case AlterColumn() if each.new_name or each.type is not None:
                name, column, new_name, kind = "alter_column", each.name, each.new_name or "", each.type
            case DropColumn():
                name, column = "drop_column", each.name
            case DropTable():
                name = "drop_table"
            case AddColumn():
                made = each.column
                name, column, kind = "add_column", made.name, made.type
                fills = made.server_default or made.computed or made.identity or made.primary_key
                required = made.nullable is False and not fills
            case CreateTable():
                name = "create_table"
            case _:
                continue
        anchor = facts.anchor(f"operation {name} {each.table}.{column}", call)
        yield RevisionOperation(
            file.path,
            name,
            each.table,
            column,
            new_name,
            None,
            None,
            required,
            anchor,
            in_sql=True,
            sql_type=kind,
        )


def _operation(file: PyFile, call: Node, facts: Facts) -> RevisionOperation | None:
    callee = callee_of(call)
    if callee is None or (callee.type != "attribute" and b"alembic.op" not in file.source.data):
        return None
    owner, name = text_of(callee).rpartition(".")[0], text_of(callee).rpartition(".")[2]
    if not owner and (file.symbol(callee) or "").rpartition(".")[0] != "alembic.op":
        return None
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
        expression(file, _assigned(file, made)) if made is not None else None,
        expression(file, _assigned(file, existing)) if existing is not None else None,
        required,
        anchor,
    )


def _assigned(file: PyFile, value: Node) -> Node:
    """What a variable of the same function was given, where it is given something once."""
    function = enclosing_function(value) if value.type == "identifier" else None
    if function is None:
        return value
    name = text_of(value)
    found = [
        right
        for each in file.nodes("assignment")
        if (left := each.child_by_field_name("left")) is not None
        and text_of(left) == name
        and function.start_byte <= each.start_byte < function.end_byte
        and (right := each.child_by_field_name("right")) is not None
    ]
    return found[0] if len(found) == 1 else value
