"""Edits of a test that stands there already, and of a module's table: both ask for a name before its use."""

from __future__ import annotations

from collections.abc import Collection

from tree_sitter import Node

from bugcatalog_ls.syntax.edits import remove_item, replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guard_edits import assignment_of, is_read_in
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    enclosing,
    holds_node,
    statement_of,
    text_of,
    unparenthesised,
)
from bugcatalog_ls.syntax.statement_edits import insert_after
from bugcatalog_ls.text.spans import TextEdit


def turned_round(node: Node, tests: Collection[str]) -> list[TextEdit]:
    """`if name is not None:` in place of the `if name is None:` whose body needs the name; `tests` are
    conditions that hold where it is missing."""
    for parent in ancestors(node):
        if parent.type in ("function_definition", "class_definition"):
            break
        condition = parent.child_by_field_name("condition")
        body = parent.child_by_field_name("consequence")
        if parent.type not in ("if_statement", "elif_clause") or condition is None or body is None:
            continue
        condition = unparenthesised(condition)
        if not holds_node(body, node) or text_of(condition) not in tests:
            continue
        return replace_node(condition, _opposite(text_of(condition)))
    return []


def _opposite(condition: str) -> str:
    if condition.startswith("not "):
        return condition.removeprefix("not ")
    for asked, opposite in ((" is not None", " is None"), (" is None", " is not None")):
        if condition.endswith(asked):
            return condition.removesuffix(asked) + opposite
    return f"not {condition}"


def entered_behind(file: PyFile, node: Node, name: str) -> list[TextEdit]:
    """`table["key"] = name.f` behind a module's table, under a test of the name, in place of that entry."""
    statement = statement_of(node)
    assignment = assignment_of(statement)
    table = assignment.child_by_field_name("left") if assignment is not None else None
    made = assignment.child_by_field_name("right") if assignment is not None else None
    if table is None or made is None or table.type != "identifier" or made.type != "dictionary":
        return []
    if statement.parent != file.root or enclosing(node, "dictionary") != made:
        return []
    items = [child for child in made.named_children if child.type != "comment"]
    needing = [item for item in items if is_read_in(item, name)]
    if any(item.type != "pair" or item.start_point.row != item.end_point.row for item in needing):
        return []
    if len(needing) == len(items):
        edits = replace_node(made, "{}")
    elif len(needing) == 1:
        edits = remove_item(file, items, needing[0])
    else:
        return []
    parts = [(item.child_by_field_name("key"), item.child_by_field_name("value")) for item in needing]
    lines = [
        f"    {text_of(table)}[{text_of(key)}] = {text_of(value)}"
        for key, value in parts
        if key is not None and value is not None
    ]
    return [*edits, *insert_after(file, statement, "\n".join([f"if {name} is not None:", *lines]))]
