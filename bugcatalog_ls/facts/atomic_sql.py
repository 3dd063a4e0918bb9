"""Arithmetic of an UPDATE's parameter, moved into its SQL: `SET n = ?` of `n + 1` as `SET n = n + ?`."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.sql_parameters import PLACEHOLDER, literal_of, parameter_at
from bugcatalog_ls.facts.stale_sql import derived_names, stale_sql
from bugcatalog_ls.syntax.edits import insert_at, replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.local_uses import local_scope, mentions
from bugcatalog_ls.syntax.nodes import operator_of, statement_of, text_of, unparenthesised, walk
from bugcatalog_ls.syntax.scopes import Scope
from bugcatalog_ls.syntax.statement_edits import remove_statement
from bugcatalog_ls.text.spans import Span, TextEdit

_SIMPLE = frozenset({"integer", "float", "identifier", "attribute"})
_LOCKING_DRIVERS = re.compile(rb"\b(?:psycopg2?|asyncpg|aiopg|pymysql|MySQLdb|aiomysql|mysql\.connector)\b")
_READS = frozenset({"identifier", "subscript", "attribute"})


def atomic_sql(file: PyFile, span: Span) -> list[TextEdit]:
    """The edits of the `execute` at a span; none where the new value is no plain sum or difference."""
    found = next((each for each in stale_sql(file) if each.node.start_byte == span.start), None)
    if found is None:
        return []
    literal = literal_of(found.node)
    if literal is None:
        return []
    text = text_of(literal)
    column = re.search(
        rf"([\"`]?\b{found.column}\b[\"`]?\s*=\s*)({PLACEHOLDER.pattern})", text, re.IGNORECASE
    )
    if column is None:
        return []
    value = parameter_at(found.node, text, column.start(2))
    gone: Node | None = None
    operation: Node | None
    if value is not None and value.type == "identifier":
        bindings = file.names.bindings(value)
        scope = local_scope(file, value)
        held = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
        if held is None or scope is None:
            return []
        n_uses = len(list(mentions(file, scope, text_of(value))))
        gone = statement_of(held) if n_uses == 2 else None
        operation = unparenthesised(held)
    else:
        operation = unparenthesised(value) if value is not None else None
    if value is None or operation is None or operation.type != "binary_operator":
        return []
    left, right = operation.child_by_field_name("left"), operation.child_by_field_name("right")
    operator = operator_of(operation)
    if left is None or right is None or operator not in ("+", "-") or right.type not in _SIMPLE:
        return []
    if left.type not in _READS:
        return []
    place = literal.start_byte + len(text[: column.start(2)].encode())
    edits = [
        TextEdit(Span(place, place), f"{found.column} {operator} "),
        *replace_node(value, text_of(right)),
    ]
    return [*edits, *remove_statement(file, gone)] if gone is not None else edits


def locking_select(file: PyFile, span: Span) -> list[TextEdit]:
    """`FOR UPDATE` behind the SELECT that an `execute` at a span depends on, where what was read also
    decides something or is given back, and the database has such a lock."""
    found = next((each for each in stale_sql(file) if each.node.start_byte == span.start), None)
    scope = local_scope(file, found.node) if found is not None else None
    if found is None or scope is None or _LOCKING_DRIVERS.search(file.source.data) is None:
        return []
    if not _is_needed_elsewhere(scope, found.read, found.node):
        return []
    literal = literal_of(found.read)
    text = text_of(literal) if literal is not None else ""
    body = text.rstrip("'\"").rstrip().rstrip(";").rstrip()
    if literal is None or re.search(r"\b(?:group by|limit|for update)\b", body, re.IGNORECASE):
        return []
    return [insert_at(literal.start_byte + len(body.encode()), " FOR UPDATE")]


def _is_needed_elsewhere(scope: Scope, read: Node, update: Node) -> bool:
    """Whether an `if` or a `return` behind the SELECT looks at a name that is bound there."""
    names = derived_names(scope, read)
    for node in walk(scope.node):
        looked_at: Node | None = None
        if node.start_byte > read.start_byte and node.type == "if_statement":
            looked_at = node.child_by_field_name("condition")
        elif node.start_byte > update.start_byte and node.type == "return_statement":
            looked_at = node
        if looked_at is not None and any(re.search(rf"\b{name}\b", text_of(looked_at)) for name in names):
            return True
    return False
