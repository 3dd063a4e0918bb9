"""Edits that store a row with a unique value once, however often the code around them runs."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.facts.models import model
from bugcatalog_ls.facts.target_databases import target_databases
from bugcatalog_ls.syntax.edits import insert_at, replace_node
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, enclosing, statement_of, text_of, walk
from bugcatalog_ls.syntax.statement_edits import replace_statement
from bugcatalog_ls.text.spans import TextEdit

_UPSERTING = frozenset({"postgresql", "sqlite"})


def stored_once(context: FixContext, add: Node) -> list[TextEdit]:
    """`session.add(Model(unique=…))` as the database's upsert where it is known, else behind a look."""
    given = arguments_of(add).positional
    row, method = (given[0] if len(given) == 1 else None), _attribute(callee_of(add), "attribute")
    statement = statement_of(add)
    if row is None or row.type != "call" or method is None or statement.named_children != [add]:
        return []
    unique = _unique_column(context, row)
    if unique is None:
        return []
    column, value = unique
    session = text_of(_attribute(callee_of(add), "object") or add)
    function = enclosing(add, "function_definition")
    awaited = "await " if function is not None and f"await {session}." in text_of(function) else ""
    dialects = target_databases(context.index, context.options.dialects).dialects
    written = text_of(callee_of(row) or row)
    if len(dialects) == 1 and dialects <= _UPSERTING:
        (dialect,) = dialects
        insert = context.imports().need(f"sqlalchemy.dialects.{dialect}", "insert", at=add.start_byte)
        made = callee_of(row)
        if made is None:
            return []
        return [
            *([insert_at(add.start_byte, awaited)] if awaited else []),
            *replace_node(method, "execute"),
            *replace_node(made, f"{insert}({written}).values"),
            insert_at(row.end_byte, f'.on_conflict_do_nothing(index_elements=["{column}"])'),
        ]
    if any(node.type in ("call", "await") for node in (value, *walk(value))):
        # What is made anew would be made twice.
        return []
    select = context.imports().need("sqlalchemy", "select", at=add.start_byte)
    asked = f"{select}({written}.{column}).where({written}.{column} == {text_of(value)})"
    if "\n" in text_of(add):
        return []
    code = f"if {awaited}{session}.scalar({asked}) is None:\n    {text_of(add)}"
    return replace_statement(context.file, statement, code)


def _unique_column(context: FixContext, row: Node) -> tuple[str, Node] | None:
    """The unique column that a row is given a value for, where all that it is given are columns."""
    arguments = arguments_of(row)
    callee = context.file.callee(row)
    if callee is None or arguments.positional or arguments.dict_unpacked or arguments.list_unpacked:
        return None
    known = model(context.index, context.resolve(callee))
    columns = {column.name: column for column in known.columns} if known is not None else {}
    if not arguments.keywords or any(not _is_plain(columns.get(name), name) for name in arguments.keywords):
        return None
    for name, value in arguments.keywords.items():
        if columns[name].unique and value.type != "none":
            return name, value
    return None


def _is_plain(column: Column | None, name: str) -> bool:
    """Whether an attribute is a column of the same name."""
    return column is not None and (column.attribute or column.name) == name


def _attribute(node: Node | None, field: str) -> Node | None:
    return node.child_by_field_name(field) if node is not None and node.type == "attribute" else None
