"""Handlers of exceptions: what an `except` catches and names, and which one code runs in."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import ancestors, text_of, unparenthesised
from bugcatalog_ls.text.spans import Span

_HANDLERS = ("except_clause", "except_group_clause")
_BROAD = frozenset({"builtins.Exception", "builtins.BaseException"})


def is_broad(file: PyFile, handler: Node) -> bool:
    """Whether a handler catches everything: bare, `Exception`, or several that hold it."""
    kinds = caught_types(handler)
    return not kinds or any(catches_all(file, kind) for kind in kinds)


def catches_all(file: PyFile, kind: Node) -> bool:
    """Whether an exception's type is `Exception` or `BaseException`."""
    return file.symbol(unparenthesised(kind)) in _BROAD


def caught_types(handler: Node) -> list[Node]:
    """The types that a handler names; none where it is bare."""
    kinds: list[Node] = []
    for value in caught_values(handler):
        kind = value.named_children[0] if value.type == "as_pattern" else value
        kind = unparenthesised(kind)
        kinds.extend(kind.named_children if kind.type == "tuple" else [kind])
    return kinds


def caught_values(handler: Node) -> list[Node]:
    """What stands between `except` and the colon: one expression, or several without parentheses."""
    return [child for child in handler.named_children if child.type not in ("block", "comment")]


def caught_name(handler: Node) -> str | None:
    """The name that a handler gives the exception."""
    value = next((child for child in handler.named_children if child.type == "as_pattern"), None)
    alias = value.child_by_field_name("alias") if value is not None else None
    return text_of(alias) if alias is not None else None


def header_of(handler: Node) -> Span:
    """The range of `except …` up to the colon."""
    last = handler.children[0]
    for child in handler.children:
        if child.type in (":", "block"):
            break
        last = child
    return Span(handler.start_byte, last.end_byte)


def handler_around(node: Node) -> Node | None:
    """The handler whose body a statement runs in."""
    for parent in ancestors(node):
        if parent.type in _HANDLERS:
            return parent
        if parent.type in ("function_definition", "lambda", "class_definition"):
            return None
    return None
