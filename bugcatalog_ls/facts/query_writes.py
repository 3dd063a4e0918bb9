"""Rows that a query itself deletes or updates, and the session that it does so through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.local_uses import local_scope
from bugcatalog_ls.syntax.nodes import callee_of, text_of
from bugcatalog_ls.syntax.scopes import Scope


class QueryWrite(NamedTuple):
    """One such call; `session` is empty for a query of the model's own: `Item.query.delete()`."""

    scope: Scope
    node: Node
    session: str


def query_writes(file: PyFile) -> Iterator[QueryWrite]:
    """The calls like `session.query(Item).filter(…).delete()`, in the order of the text."""
    if b".query" not in file.source.data:
        return
    for call in file.calls_named("delete", "update"):
        owner = _owner(call)
        if owner is None or owner.type not in ("call", "attribute") or ".query" not in text_of(owner):
            continue
        session = _session_of(owner)
        scope = local_scope(file, call) if session is not None else None
        if session is not None and scope is not None:
            yield QueryWrite(scope, call, session)


def _session_of(node: Node) -> str | None:
    """What a chain of calls is a query of; None where it is no query."""
    while node.type == "call":
        function, owner = callee_of(node), _owner(node)
        if function is None or owner is None:
            return None
        if _is_query(function):
            return text_of(owner) if owner.type in ("identifier", "attribute") else None
        node = owner
    return "" if _is_query(node) else None


def _is_query(node: Node) -> bool:
    name = node.child_by_field_name("attribute") if node.type == "attribute" else None
    return name is not None and text_of(name) == "query"


def _owner(call: Node) -> Node | None:
    function = callee_of(call)
    return function.child_by_field_name("object") if function is not None else None
