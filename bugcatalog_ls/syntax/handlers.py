"""Handlers of exceptions: what an `except` catches and names, which one code runs in, what that raises."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import ancestors, callee_of, text_of, unparenthesised, walk
from bugcatalog_ls.text.spans import Span

_HANDLERS = ("except_clause", "except_group_clause")
_BROAD = frozenset({"builtins.Exception", "builtins.BaseException"})
# Ends of a program or iteration: they have no cause that anybody would ask for.
_ENDS = re.compile(r"(?:^|\.)(?:SystemExit|StopIteration|StopAsyncIteration|KeyboardInterrupt|Exit|Abort)$")


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


def makes_error(file: PyFile, raised: Node, caught: str | None) -> bool:
    """Whether an error is made here, not one that was caught or handed over."""
    if raised.type == "call":
        function = callee_of(raised)
        text = text_of(function) if function is not None else ""
        if function is None or text.endswith(".with_traceback") or text.split(".")[0] == caught:
            return False
        name = text.rpartition(".")[2]
        return name.lstrip("_")[:1].isupper() and not _ENDS.search(text)
    if raised.type in ("identifier", "attribute"):
        text = text_of(raised)
        bound = file.names.bindings(raised) if raised.type == "identifier" else []
        if any(binding.kind in ("except", "assign", "parameter", "for", "unpack") for binding in bound):
            return False
        return text != caught and text.rpartition(".")[2][:1].isupper() and not _ENDS.search(text)
    return False


def raises(handler: Node) -> bool:
    """Whether a handler holds a `raise`, of whatever."""
    return any(node.type == "raise_statement" for node in walk(handler))


def raises_after_loop(handler: Node) -> bool:
    """Whether the loop around tries again or elsewhere, and what follows it raises for them all."""
    for parent in ancestors(handler):
        if parent.type in ("for_statement", "while_statement"):
            following = parent.next_named_sibling
            while following is not None and following.type == "comment":
                following = following.next_named_sibling
            return following is not None and following.type == "raise_statement"
        if parent.type in ("function_definition", "class_definition"):
            return False
    return False
