"""How a health check notes in a mapping which of its parts work and which failed."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.facts.asked_services import ancestors_within
from bugcatalog_ls.syntax.nodes import string_value, text_of, walk


def noted_failure(function: Node, name: str) -> str | None:
    """The text that handlers put into the mapping `name` for what failed: `checks["db"] = "error"`."""
    found: set[str] = set()
    for handler in (node for node in walk(function) if node.type == "except_clause"):
        for node in walk(handler):
            left = node.child_by_field_name("left") if node.type == "assignment" else None
            if left is None or left.type != "subscript" or text_of(left.named_children[0]) != name:
                continue
            literal = node.child_by_field_name("right")
            found.add(text_of(literal) if literal is not None and string_value(literal) is not None else "")
    return found.pop() if len(found) == 1 and "" not in found else None


def noted_success(function: Node, name: str) -> str | None:
    """The text that a mapping has, or that each `try` puts into it, for what works: `checks["db"] = "ok"`."""
    found: set[str] = set()
    for node in walk(function):
        left = node.child_by_field_name("left") if node.type == "assignment" else None
        value = node.child_by_field_name("right") if node.type == "assignment" else None
        if left is None or value is None:
            continue
        if text_of(left) == name:
            found |= {"{}", *_noted_first(value)}
        elif left.type == "subscript" and text_of(left.named_children[0]) == name:
            if any(parent.type == "except_clause" for parent in ancestors_within(node, function)):
                continue
            found.add(text_of(value) if string_value(value) is not None else "")
    if "{}" not in found or "" in found or len(found) != 2:
        return None
    return (found - {"{}"}).pop()


def _noted_first(value: Node) -> set[str]:
    """The texts that a mapping begins with; an empty one where anything else stands in it."""
    if value.type != "dictionary":
        return {""}
    values = [pair.child_by_field_name("value") for pair in value.named_children if pair.type == "pair"]
    if len(values) != value.named_child_count:
        return {""}
    return {text_of(each) if each is not None and string_value(each) is not None else "" for each in values}
