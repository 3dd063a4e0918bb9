"""The keys that a query is ordered by, and filters that go on behind a value of one."""

from __future__ import annotations

import re

import msgspec
from tree_sitter import Node

from bugcatalog_ls.facts.queries import Query, is_class_like, method_name
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, string_value, text_of, unparenthesised, walk


class OrderKey(msgspec.Struct, frozen=True):
    """One key of an order: the symbol of what owns it (empty for the query's entity), and its name."""

    owner: str
    name: str


_WRAPPERS = frozenset(
    {"desc", "asc", "nulls_last", "nulls_first", "nullslast", "nullsfirst", "col", "collate"}
)
_CURSOR = re.compile(r"cursor|after|before|marker|last_|continu", re.IGNORECASE)


def order_keys(file: PyFile, order: Node) -> list[OrderKey] | None:
    """The keys of an `order_by`; None where one is not known."""
    arguments = arguments_of(order)
    if method_name(order) != "order_by" or arguments.list_unpacked or not arguments.positional:
        return None
    keys = [_key(file, argument) for argument in arguments.positional]
    return None if None in keys else [key for key in keys if key is not None]


def _key(file: PyFile, node: Node) -> OrderKey | None:
    node = unparenthesised(node)
    if node.type == "unary_operator" and node.named_children:  # peewee: `-Post.created`
        return _key(file, node.named_children[-1])
    if node.type == "call":
        callee = callee_of(node)
        if callee is None:
            return None
        name = method_name(node)
        if name not in _WRAPPERS:
            return None
        positional = arguments_of(node).positional
        if callee.type == "attribute" and not positional:
            return _key(file, callee.child_by_field_name("object") or node)
        return _key(file, positional[0]) if positional else None
    if node.type == "attribute":
        owner, name_node = node.child_by_field_name("object"), node.child_by_field_name("attribute")
        if owner is None or name_node is None:
            return None
        last = text_of(owner).rpartition(".")[2]
        if not is_class_like(owner) and last not in ("cls", "model", "c"):
            return None
        symbol = file.symbol(owner)
        return OrderKey(symbol, text_of(name_node)) if symbol is not None else None
    text = string_value(node)
    if text is not None:
        word = text.strip().lstrip("-+").split(" ")[0]
        return OrderKey("", word) if word.isidentifier() else None
    return None


def has_cursor(query: Query, keys: list[OrderKey]) -> bool:
    """Whether a filter goes on behind a given value of a key of the order."""
    names = {key.name for key in keys}
    for filtering in query.calls("where", "filter"):
        for node in walk(filtering):
            if node.type != "comparison_operator" or node.named_child_count != 2:
                continue
            operator = "".join(text_of(child) for child in node.children if not child.is_named)
            left, right = (text_of(child) for child in node.named_children)
            if operator in ("<", ">") and left.rpartition(".")[2] in names and _CURSOR.search(right):
                return True
    return False
