"""Arithmetic of an UPDATE's parameter, moved into its SQL: `SET n = ?` of `n + 1` as `SET n = n + ?`."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.stale_sql import stale_sql
from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.local_uses import local_scope, mentions
from bugcatalog_ls.syntax.nodes import arguments_of, statement_of, text_of, unparenthesised
from bugcatalog_ls.syntax.statement_edits import remove_statement
from bugcatalog_ls.text.spans import Span, TextEdit

_PLACEHOLDER = re.compile(r"\?|%s|%\((\w+)\)s|(?<!:):(\w+)|\$(\d+)")
_SIMPLE = frozenset({"integer", "float", "identifier", "attribute"})
_READS = frozenset({"identifier", "subscript", "attribute"})


def atomic_sql(file: PyFile, span: Span) -> list[TextEdit]:
    """The edits of the `execute` at a span; none where the new value is no plain sum or difference."""
    found = next((each for each in stale_sql(file) if each.node.start_byte == span.start), None)
    if found is None:
        return []
    literal = next(iter(arguments_of(found.node).positional), None)
    while literal is not None and literal.type == "call":
        literal = next(iter(arguments_of(literal).positional), None)
    if literal is None or literal.type != "string":
        return []
    text = text_of(literal)
    column = re.search(
        rf"([\"`]?\b{found.column}\b[\"`]?\s*=\s*)({_PLACEHOLDER.pattern})", text, re.IGNORECASE
    )
    if column is None:
        return []
    value = _parameter(found.node, text, column.start(2))
    gone: Node | None = None
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
    operator = text_of(operation.child_by_field_name("operator") or operation)
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


def _parameter(call: Node, sql: str, place: int) -> Node | None:
    """The value that the placeholder at a place of the SQL stands for."""
    match = _PLACEHOLDER.match(sql, place)
    positional = arguments_of(call).positional
    if match is None:
        return None
    if match[3] is not None:
        n = int(match[3])
        return positional[n] if n < len(positional) else None
    given = positional[1] if len(positional) > 1 else None
    if given is None:
        return None
    name = match[1] or match[2]
    if name is not None:
        for pair in given.named_children if given.type == "dictionary" else ():
            key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            if key is not None and text_of(key).strip("'\"") == name:
                return value
        return None
    if given.type not in ("tuple", "list"):
        return None
    n = sum(1 for each in _PLACEHOLDER.finditer(sql) if each.start() < place)
    items = given.named_children
    return items[n] if n < len(items) else None
