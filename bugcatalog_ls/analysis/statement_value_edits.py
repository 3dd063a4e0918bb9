"""Values of an UPDATE by class, worked out by the database, or the query before it with a lock."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.row_lock_edits import chained, locked_while_read
from bugcatalog_ls.facts.stale_statements import StaleStatement
from bugcatalog_ls.facts.unread_names import unread_statements
from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.local_uses import local_scope, mentions
from bugcatalog_ls.syntax.nodes import (
    called_name,
    callee_of,
    holds_node,
    operator_of,
    statement_of,
    text_of,
    unparenthesised,
    walk,
)
from bugcatalog_ls.syntax.statement_edits import remove_statements
from bugcatalog_ls.text.spans import TextEdit

_SIMPLE = frozenset({"integer", "float", "identifier", "attribute"})


def atomic_statement(context: FixContext, stale: StaleStatement) -> list[TextEdit]:
    """The value as an expression of the column; none where it is no plain sum or difference, or where
    the result is looked at elsewhere."""
    file, scope = context.file, local_scope(context.file, stale.node)
    whole = unparenthesised(stale.value)
    named: Node | None = None
    if scope is None:
        return []
    if whole.type == "identifier":
        values = [b.value for b in scope.bindings.get(text_of(whole), ()) if b.kind == "assign"]
        held = values[0] if len(values) == 1 else None
        if held is None or any(
            not holds_node(statement_of(held), node) and node.id != stale.value.id
            for node, _ in mentions(file, scope, text_of(whole))
        ):
            return []
        named, whole = statement_of(held), unparenthesised(held)
    left, right = whole.child_by_field_name("left"), whole.child_by_field_name("right")
    if whole.type != "binary_operator" or left is None or right is None or operator_of(whole) not in "+-":
        return []
    if right.type not in _SIMPLE or not _is_old(file, left, stale):
        return []
    column = stale.column
    if stale.style == "django":
        name = context.imports().need("django.db.models", "F", at=stale.node.start_byte)
        column = f'{name}("{column.rpartition(".")[2]}")'
    edits = replace_node(stale.value, f"{column} {operator_of(whole)} {text_of(right)}")
    dead = [named, stale.value] if named is not None else [stale.value]
    removed = [node for node in unread_statements(file, scope, stale.node, dead) if node.id != stale.value.id]
    return [*edits, *remove_statements(file, removed)]


def locked_statement(context: FixContext, stale: StaleStatement) -> list[TextEdit]:
    """A lock at the query that has read the old value."""
    if stale.load is not None:
        return locked_while_read(context, stale.load, stale.node)
    if stale.asked is None:
        return []
    top = stale.asked
    while top.parent is not None and top.parent.type in ("attribute", "call"):
        if top.parent.type == "call" and callee_of(top.parent) != top:
            break
        top = top.parent
    if called_name(stale.asked) == "query":
        callee = callee_of(top) if top.type == "call" else None
        owner = callee.child_by_field_name("object") if callee is not None else None
        if owner is None or top.id == stale.asked.id:
            return []
        top = owner
    return [chained(context.file, top, ".with_for_update()")]


def is_old_value_tested(file: PyFile, stale: StaleStatement) -> bool:
    """Whether a condition before the UPDATE compares what was read, or something is given back of it."""
    scope = local_scope(file, stale.node)
    texts = "|".join(re.escape(read) for read in stale.reads)
    for node in walk(scope.node) if scope is not None else ():
        condition = node.child_by_field_name("condition") if "if" in node.type else None
        if node.type == "return_statement" and stale.node.start_byte < node.start_byte:
            condition = node
        if condition is None:
            continue
        for match in re.finditer(rf"(?<![\w.])(?:{texts})\b", text_of(condition)):
            if not re.match(r"\s+is\s+(?:not\s+)?None\b", text_of(condition)[match.end() :]):
                return True
    return False


def _is_old(file: PyFile, node: Node, stale: StaleStatement) -> bool:
    """Whether an expression is the old value: the name of it, or the column of the row that was asked for."""
    if text_of(node) in stale.reads:
        return True
    if node.type in ("attribute", "subscript"):
        row, key = node.named_children[0], node.named_children[-1]
        is_column = text_of(key).strip("'\"") in (stale.column.rpartition(".")[2], "0")
        return stale.asked is not None and is_column and text_of(row) in stale.reads
    bindings = file.names.bindings(node) if node.type == "identifier" else []
    held = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
    return held is not None and text_of(held) in stale.reads
