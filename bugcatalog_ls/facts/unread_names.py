"""Statements that read from a database what nothing looks at once an edit is made."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.local_uses import mentions
from bugcatalog_ls.syntax.nodes import (
    called_name,
    callee_of,
    enclosing,
    holds_node,
    statement_of,
    statements,
    text_of,
    unawaited,
    walk,
)
from bugcatalog_ls.syntax.scopes import Scope

_ONLY_READ = frozenset(
    {
        *("fetch", "fetchone", "fetchval", "fetchrow", "fetchall", "fetch_one", "fetch_val", "execute"),
        *("scalar", "scalar_one", "scalar_one_or_none", "first", "one", "one_or_none", "mappings", "exec"),
        *("select", "query", "where", "filter", "filter_by", "get_one", "scalars", "order_by", "limit"),
        *("text", "int", "float", "Decimal", "str", "dict", "tuple", "list", "next", "get"),
    }
)


def unread_statements(file: PyFile, scope: Scope, read: Node, dead: list[Node]) -> list[Node]:
    """The statements among the dead nodes, and those whose names only the dead ones look at; the SELECT
    itself too where nobody fetches from it any more."""
    dead = list(dead)
    removed = [node for node in dead if node.parent is not None and node.parent.type == "block"]
    seen: set[str] = set()
    position = 0
    while position < len(dead):
        node = dead[position]
        position += 1
        for part in (node, *walk(node)):
            name = text_of(part) if part.type == "identifier" else ""
            if not name or name in seen:
                continue
            seen.add(name)
            statement = _only_binding(file, scope, name, dead, read)
            if statement is not None and all(node.id != statement.id for node in removed):
                removed.append(statement)
                dead.append(statement)
    return _with_select(scope, read, removed)


def _only_binding(file: PyFile, scope: Scope, name: str, dead: list[Node], read: Node) -> Node | None:
    """The assignment of a name that only dead code looks at."""
    bindings = scope.bindings.get(name, ())
    if len(bindings) != 1 or bindings[0].kind not in ("assign", "unpack"):
        return None
    target = bindings[0].node
    statement = statement_of(target)
    assignment = statement.named_children[0] if statement.named_children else None
    left = assignment.child_by_field_name("left") if assignment is not None else None
    right = assignment.child_by_field_name("right") if assignment is not None else None
    if statement.type != "expression_statement" or left is None or right is None:
        return None
    bound = [part for part in (left, *walk(left)) if part.type == "identifier"]
    if any(part.type in ("attribute", "subscript") for part in (left, *walk(left))):
        return None
    calls = [part for part in (right, *walk(right)) if part.type == "call"]
    if any(called_name(call) not in _ONLY_READ and call.id != read.id for call in calls):
        return None
    if any(call.id == read.id and _refuses(file, called_name(call)) for call in calls):
        return None
    for each in bound:
        for mention, _ in mentions(file, scope, text_of(each)):
            if not holds_node(left, mention) and not any(holds_node(node, mention) for node in dead):
                return None
    return statement


def _refuses(file: PyFile, name: str) -> bool:
    """Whether a function of the file raises where there is no row: then its call is a guard."""
    return any(
        text_of(node.child_by_field_name("name") or node) == name and "raise " in text_of(node)
        for node in file.nodes("function_definition")
    )


def _with_select(scope: Scope, read: Node, removed: list[Node]) -> list[Node]:
    if any(holds_node(node, read) for node in removed):
        return removed
    receiver = text_of(callee_of(read) or read).rpartition(".")[0]
    around = enclosing(read, "with_clause")
    block = around.parent if around is not None else None
    if block is not None:
        # `async with db.execute(…) as cursor:` around nothing but what is removed.
        body = block.child_by_field_name("body")
        ids = {node.id for node in removed}
        if body is None or any(child.id not in ids for child in statements(body)):
            return removed
        return [*(node for node in removed if not holds_node(block, node)), block]
    statement = statement_of(read)
    fetch = re.compile(rf"(?<![\w.]){re.escape(receiver)}(?:\.fetch|\)|:|\.rowcount)")
    is_alone = statement.type == "expression_statement" and unawaited(statement.named_children[0]) == read
    if not is_alone or not any(fetch.search(text_of(node)) for node in removed):
        return removed
    kept = [
        part
        for part in walk(scope.node)
        if part.parent is not None
        and part.parent.type == "block"
        and part.type == "expression_statement"
        and part.start_byte > read.end_byte
        and not any(holds_node(node, part) for node in removed)
        and fetch.search(text_of(part)) is not None
    ]
    others = [
        part
        for part in walk(scope.node)
        if part.type in ("if_statement", "for_statement", "return_statement", "while_statement")
        and part.start_byte > read.end_byte
        and fetch.search(_head(part)) is not None
    ]
    return removed if kept or others else [*removed, statement]


def _head(statement: Node) -> str:
    """A compound statement's text up to its body."""
    body = statement.child_by_field_name("body") or statement.child_by_field_name("consequence")
    text = text_of(statement)
    return text if body is None else text[: len(text) - len(text_of(body))]
