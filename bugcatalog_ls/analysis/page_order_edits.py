"""Edits of the order of a page: one where there was none, and keys that tell its rows apart."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.paging import Page
from bugcatalog_ls.facts.queries import is_class_like
from bugcatalog_ls.syntax.edits import insert_at
from bugcatalog_ls.syntax.indents import break_before
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, text_of
from bugcatalog_ls.text.spans import TextEdit

_SESSION = re.compile(r"\b(?:\w+_)?(?:db|session|conn|connection)$")


def ordered_before_page(page: Page, keys: str) -> list[TextEdit]:
    """The order in front of what takes the part."""
    order = f".order_by({keys})"
    if page.call.type == "subscript":
        value = page.call.child_by_field_name("value")
        return [insert_at(value.end_byte, order)] if value is not None else []
    calls = page.query.calls("limit", "offset", "paginate", "slice", "fetch")
    if not calls:
        given = arguments_of(page.call)
        node = (
            given.keywords.get("object_list") or given.keywords.get("query") or given.keywords.get("select")
        )
        if node is None:
            node = _given_query(page, [each for each in given.positional if _is_query(each)])
        return [insert_at(node.end_byte, order)] if node is not None else []
    first = min(calls, key=lambda call: call.end_byte)
    callee = callee_of(first)
    owner = callee.child_by_field_name("object") if callee is not None else None
    if owner is None:
        return []
    # On a row of its own where the chain has its calls so.
    row = break_before(callee) if callee is not None else ""
    return [insert_at(owner.end_byte, f"{row}{order}")]


def ordered_by_more(page: Page, keys: str) -> list[TextEdit]:
    """The keys behind those that the rows are ordered by."""
    orders = page.query.calls("order_by")
    arguments = arguments_of(orders[-1]).positional if len(orders) == 1 else ()
    return [insert_at(arguments[-1].end_byte, f", {keys}")] if arguments else []


def _given_query(page: Page, given: list[Node]) -> Node | None:
    """Which of the arguments is the query: the one that it begins in, else what is no session."""
    for node in given:
        if any(node.start_byte <= root.start_byte < node.end_byte for root in page.query.roots):
            return node
    return next((node for node in given if not _SESSION.search(text_of(node))), None)


def _is_query(node: Node) -> bool:
    return node.type in ("call", "identifier", "attribute") and (
        is_class_like(node)
        or "select" in text_of(node)
        or "query" in text_of(node)
        or "." not in text_of(node)
    )
