"""Arithmetic of an UPDATE's parameter, moved into its SQL: `SET n = ?` of `n + 1` as `SET n = n + ?`."""

from __future__ import annotations

import re
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.locking_sql import is_tested
from bugcatalog_ls.facts.sql_parameters import PLACEHOLDER, parameter_at, sql_literal
from bugcatalog_ls.facts.stale_sql import StaleSql
from bugcatalog_ls.facts.unread_names import unread_statements
from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.local_uses import local_scope, mentions
from bugcatalog_ls.syntax.nodes import (
    callee_of,
    holds_node,
    operator_of,
    statement_of,
    text_of,
    unparenthesised,
    walk,
)
from bugcatalog_ls.syntax.scopes import Scope
from bugcatalog_ls.syntax.statement_edits import remove_statements
from bugcatalog_ls.text.spans import Span, TextEdit, apply_edits

_SIMPLE = frozenset({"integer", "float", "identifier", "attribute"})
_OPERATORS = ("+", "-", "*")
_READS = frozenset({"identifier", "subscript", "attribute"})


class _Operation(NamedTuple):
    """`left operator right`, written in `whole`: an expression, or the statement `name += right`.

    `name` is what holds the result, empty where the operation is the parameter itself."""

    left: Node
    operator: str
    right: Node
    whole: Node
    name: str


def atomic_sql(file: PyFile, stale: StaleSql) -> list[TextEdit]:
    """The edits of an UPDATE; none where the new value is no plain sum or difference."""
    literal, scope = sql_literal(file, stale.node), local_scope(file, stale.node)
    if literal is None or scope is None:
        return []
    column = re.search(
        rf"([\"`]?\b{stale.column}\b[\"`]?\s*=\s*)({PLACEHOLDER.pattern})", literal.text, re.IGNORECASE
    )
    value = parameter_at(stale.node, literal.text, column.start(2)) if column is not None else None
    operation = _operation(file, scope, value) if value is not None else None
    if column is None or value is None or operation is None:
        return []
    place = literal.offset_of(column.start(2))
    edits = [
        TextEdit(Span(place, place), f"{stale.column} {operation.operator} "),
        *replace_node(value, text_of(operation.right)),
    ]
    later = [node for node in _results(file, scope, operation) if stale.node.end_byte < node.start_byte]
    if later:
        return _with_update_first(file, scope, stale, operation, edits, value, later) or edits
    dead = [operation.left]
    if operation.name:
        mine = [node for node in _results(file, scope, operation) if node.id != value.id]
        held = statement_of(operation.whole)
        if not all(holds_node(held, node) or _is_bound(file, node, operation.left) for node in mine):
            return edits
        dead = [held]
        if operation.whole.type == "augmented_assignment":
            dead.append(statement_of(operation.left))
    removed = unread_statements(file, scope, stale.read, [*dead, value])
    return [*edits, *remove_statements(file, removed)]


def _operation(file: PyFile, scope: Scope, value: Node) -> _Operation | None:
    name = text_of(value) if value.type == "identifier" else ""
    whole: Node | None = unparenthesised(value)
    if name:
        values = [binding.value for binding in scope.bindings.get(name, ()) if binding.kind == "assign"]
        steps = [
            node
            for node in walk(scope.node)
            if node.type == "augmented_assignment"
            and text_of(node.child_by_field_name("left") or node) == name
        ]
        values = [each for each in values if each is not None and each.parent not in steps]
        held = values[0] if len(values) == 1 else None
        if held is None or len(steps) > 1:
            return None
        whole = unparenthesised(held)
        if steps:
            # `stock = row["stock"]`, and then `stock += amount`.
            right = steps[0].child_by_field_name("right")
            operator = operator_of(steps[0]).removesuffix("=")
            is_plain = right is not None and operator in _OPERATORS and right.type in _SIMPLE
            if right is None or not is_plain or statement_of(steps[0]).parent != statement_of(held).parent:
                return None
            return _Operation(held, operator, right, steps[0], name)
    if whole is None or whole.type != "binary_operator":
        return None
    left, right = whole.child_by_field_name("left"), whole.child_by_field_name("right")
    operator = operator_of(whole)
    if left is None or right is None or operator not in _OPERATORS:
        return None
    if right.type not in _SIMPLE or not _is_read(left):
        return None
    return _Operation(left, operator, right, whole, name)


def _is_read(node: Node) -> bool:
    """A name or a column of a row, or `cur.fetchone()[0]` itself."""
    return node.type in _READS


def _results(file: PyFile, scope: Scope, operation: _Operation) -> list[Node]:
    """The places that look at the result of the operation."""
    if operation.name:
        return [node for node, _ in mentions(file, scope, operation.name)]
    written = text_of(operation.whole)
    return [node for node in walk(scope.node) if node.type == "binary_operator" and text_of(node) == written]


def _is_bound(file: PyFile, node: Node, value: Node) -> bool:
    """Whether a name is the target of the assignment of a value."""
    parent = value.parent
    return parent is not None and parent.type == "assignment" and parent.child_by_field_name("left") == node


def _with_update_first(
    file: PyFile,
    scope: Scope,
    stale: StaleSql,
    operation: _Operation,
    edits: list[TextEdit],
    value: Node,
    later: list[Node],
) -> list[TextEdit]:
    """The UPDATE before the SELECT, which then reads the new value in the transaction that holds the row;
    none where something decides in between whether there is an UPDATE."""
    first, update = statement_of(stale.read), statement_of(stale.node)
    rows, data = file.source.lines, file.source.data
    if first.parent != update.parent or update.type != "expression_statement" or is_tested(scope, stale):
        return []
    start, end = rows.starts[rows.row_of(first.start_byte)], rows.row_of(update.end_byte) + 1
    moved = Span(
        rows.starts[rows.row_of(update.start_byte)], rows.starts[end] if end < len(rows.starts) else len(data)
    )
    if data[moved.start : update.start_byte].strip() or data[start : first.start_byte].strip():
        return []
    if not all(moved.start <= edit.span.start and edit.span.end <= moved.end for edit in edits):
        return []
    for part in walk(update):
        if part.type != "identifier" or part.id == value.id or holds_node(value, part):
            continue
        if any(first.start_byte < binding.offset for binding in file.names.bindings(part)):
            return []
    for part in (operation.right, *walk(operation.right)):
        bindings = file.names.bindings(part) if part.type == "identifier" else []
        if any(first.start_byte < binding.offset for binding in bindings):
            return []
    between = [
        part
        for part in walk(scope.node)
        if part.type == "call" and first.end_byte < part.start_byte < update.start_byte
    ]
    if any(text_of(callee_of(call) or call).endswith((".execute", ".commit", ".exec")) for call in between):
        return []
    shifted = [
        TextEdit(Span(edit.span.start - moved.start, edit.span.end - moved.start), edit.content)
        for edit in edits
    ]
    text = apply_edits(data[moved.start : moved.end], shifted).decode()
    if operation.whole.type == "augmented_assignment":
        plain = remove_statements(file, [operation.whole])
    elif operation.name:
        plain = replace_node(operation.whole, text_of(operation.left))
    else:
        plain = [edit for node in later for edit in replace_node(node, text_of(operation.left))]
    return [TextEdit(Span(start, start), text), TextEdit(moved, ""), *plain]
