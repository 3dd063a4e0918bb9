"""Foreign keys as revisions write them, with the place of each."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.orm import is_revision
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    called_name,
    callee_of,
    enclosing,
    enclosing_function,
    string_value,
    text_of,
)


class MigratedKey(Fact, frozen=True):
    """A foreign key of a table, to the table `referred`; both as `[schema.]table`, empty where unknown.

    `ondelete` is whether there is one. `anchor` is the place of the call.
    """

    path: str
    table: str
    columns: tuple[str, ...]
    referred: str
    ondelete: bool
    anchor: str

    @property
    def key(self) -> str:
        return self.path


def _collect(file: PyFile, facts: Facts) -> None:
    if not is_revision(file):
        return
    for call in file.calls_named("ForeignKey", "ForeignKeyConstraint", "create_foreign_key"):
        function = enclosing_function(call)
        name = function.child_by_field_name("name") if function is not None else None
        # What only a downgrade makes is the past.
        if name is not None and text_of(name) == "downgrade":
            continue
        found = _key(call)
        if found is not None:
            table, columns, referred = found
            ondelete = _has_rule(call)
            anchor = facts.anchor(f"key {table}.{','.join(columns)}", call)
            facts.add(MigratedKey(file.path, table, columns, referred, ondelete, anchor))


VOCABULARY = Vocabulary(_collect, (b"ForeignKey", b"create_foreign_key"))


def _has_rule(call: Node) -> bool:
    """Whether a key is given an `ondelete`, or something that may hold one."""
    callee, given = callee_of(call), arguments_of(call)
    name = text_of(callee).rpartition(".")[2] if callee is not None else ""
    position = {"ForeignKey": 5, "ForeignKeyConstraint": 4}.get(name)
    return given.get("ondelete", position) is not None or bool(given.dict_unpacked)


def _key(call: Node) -> tuple[str, tuple[str, ...], str] | None:
    callee = callee_of(call)
    name = text_of(callee).rpartition(".")[2] if callee is not None else ""
    given = arguments_of(call)
    if name == "create_foreign_key":
        in_batch = callee is not None and text_of(callee).rpartition(".")[0] not in ("op", "alembic.op")
        names = ["constraint_name", "source_table", "referent_table", "local_cols", "remote_cols"]
        if in_batch:
            names.remove("source_table")
        at = {each: given.get(each, position) for position, each in enumerate(names)}
        table = _batch_table(call) if in_batch else string_value(at["source_table"])
        schema = string_value(given.keywords.get("source_schema"))
        return _with_schema(table, schema), _texts(at["local_cols"]), string_value(at["referent_table"]) or ""
    if name == "ForeignKeyConstraint":
        columns, remote = _texts(given.get("columns", 0)), _texts(given.get("refcolumns", 1))
        referred = remote[0].rpartition(".")[0] if remote else ""
        return _created_table(call), columns, referred
    target = string_value(given.get("column", 0))
    column = enclosing(call, "call")
    named = arguments_of(column).positional[:1] if column is not None else []
    column_name = string_value(named[0]) if named else None
    if target is None or column_name is None or column is None:
        return None
    return _created_table(column), (column_name,), target.rpartition(".")[0]


def _created_table(node: Node) -> str:
    """The table whose creation, or whose new column, a call stands in."""
    outer = enclosing(node, "call")
    while outer is not None:
        name = called_name(outer)
        given = arguments_of(outer)
        if name in ("create_table", "add_column", "Table"):
            first = given.positional[0] if given.positional else given.keywords.get("table_name")
            table = string_value(first) or (_batch_table(outer) if name == "add_column" else "")
            return _with_schema(table, string_value(given.keywords.get("schema")))
        outer = enclosing(outer, "call")
    return ""


def _batch_table(node: Node) -> str:
    """The table of the `with op.batch_alter_table(…)` around a node."""
    statement = enclosing(node, "with_statement")
    while statement is not None:
        head = text_of(statement).split(":\n")[0]
        if "batch_alter_table" in head:
            for call in statement.named_children[0].named_children:
                item = call.named_children[0] if call.named_children else call
                inner = item.named_children[0] if item.type == "as_pattern" else item
                if inner.type == "call":
                    return string_value(arguments_of(inner).get("table_name", 0)) or ""
        statement = enclosing(statement, "with_statement")
    return ""


def _texts(node: Node | None) -> tuple[str, ...]:
    items = node.named_children if node is not None and node.type in ("list", "tuple") else []
    found = [string_value(item) for item in items if item.type != "comment"]
    return () if None in found else tuple(text or "" for text in found)


def _with_schema(table: str | None, schema: str | None) -> str:
    return f"{schema}.{table}" if table and schema else table or ""
