"""What asks how a request went, or what its body holds, before the body is used."""

from __future__ import annotations

import re
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.syntax.handlers import caught_types
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    callee_of,
    statements,
    string_value,
    text_of,
)

_LOGGING = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print"})
_CHECKING = re.compile(r"valid|check|raise|verify|ensure|assert|handle|isinstance", re.IGNORECASE)
_STATUS_ERRORS = re.compile(
    r"(?:^|\.)(?:HTTPError|HTTPStatusError|RequestException|ClientResponseError|ClientError|Exception)$"
)
# An answer that has one of these tells by it how the request went, whatever else is read of it.
_TELLING_KEYS = re.compile(
    r"err|exception|fail|fault|success|status|^ok$|code|message|^msg$|detail|reason",
    re.IGNORECASE,
)
_KEY_ERRORS = frozenset({"KeyError", "LookupError", "IndexError", "TypeError"})


def looks_at_status(node: Node, names: tuple[str, ...]) -> bool:
    """Whether a use of the response asks how the request went, or leaves it to somebody else."""
    node = _with_binding(node)
    parent = node.parent
    if parent is None:
        return False
    if parent.type == "attribute":
        name = parent.child_by_field_name("attribute")
        return name is not None and text_of(name) in names and not _is_logged(parent)
    if parent.type in ("argument_list", "keyword_argument"):
        return not _is_logged(node)
    # `if response:` is true for a status below 400 only.
    return parent.type in ("if_statement", "elif_clause", "not_operator", "assert_statement")


def is_bound_here(name: Node) -> bool:
    """Whether a name is the one that `(r := get(…))` binds."""
    parent = name.parent
    return (
        parent is not None
        and parent.type == "named_expression"
        and parent.child_by_field_name("name") == name
    )


def _with_binding(node: Node) -> Node:
    """The expression that stands for a name: all of `(r := get(…))` where that binds it."""
    parent = node.parent
    if parent is None or not is_bound_here(node):
        return node
    around = parent.parent
    return around if around is not None and around.type == "parenthesized_expression" else parent


def is_forgotten(check: Node, read: Node) -> bool:
    """Whether a handler only reports what `raise_for_status()` raises, so that a read behind it is
    reached all the same."""
    used = _with_binding(check).parent
    name = used.child_by_field_name("attribute") if used is not None else None
    if name is None or text_of(name) != "raise_for_status":
        return False
    child = check
    for parent in ancestors(check):
        if parent.type == "function_definition":
            return False
        if parent.type == "try_statement" and parent.child_by_field_name("body") == child:
            held = [child, *(part for part in parent.children if part.type == "else_clause")]
            if any(part.start_byte <= read.start_byte < part.end_byte for part in held):
                return False
            clauses = [part for part in parent.children if part.type == "except_clause"]
            catching = next((clause for clause in clauses if _catches_status(clause)), None)
            if catching is not None:
                return _only_reports(catching)
        child = parent
    return False


def _catches_status(clause: Node) -> bool:
    kinds = caught_types(clause)
    return not kinds or any(_STATUS_ERRORS.search(text_of(kind)) is not None for kind in kinds)


def _only_reports(clause: Node) -> bool:
    block = next((child for child in clause.children if child.type == "block"), None)
    for statement in statements(block) if block is not None else ():
        value = statement.named_children[0] if statement.type == "expression_statement" else None
        function = callee_of(value) if value is not None and value.type == "call" else None
        if statement.type != "pass_statement" and (
            function is None or text_of(function).rpartition(".")[2] not in _LOGGING
        ):
            return False
    return block is not None


class ShapeCheck(NamedTuple):
    """A use of the body that asks what it holds: `key`, or all of it where that is empty."""

    key: str


def shape_check(node: Node) -> ShapeCheck | None:
    """What a use of the body asks of it: `"data" in body`, `body.get("error")`, a validation."""
    parent = node.parent
    if parent is None:
        return None
    if parent.type == "comparison_operator":
        operators = {text_of(child) for child in parent.children if not child.is_named}
        asked = parent.named_children[0]
        if not operators & {"in", "not in", "not"} or asked.id == node.id:
            return None
        return ShapeCheck(_asked_key(asked))
    if parent.type == "attribute":
        name = parent.child_by_field_name("attribute")
        if name is None or text_of(name) != "get" or not _is_tested(parent):
            return None
        # What is decided by a value of the body tells more: `has_more` stands with `next_cursor`.
        return ShapeCheck("")
    if parent.type == "argument_list" and parent.parent is not None:
        function = callee_of(parent.parent)
        is_checking = function is not None and _CHECKING.search(text_of(function).rpartition(".")[2])
        return ShapeCheck("") if is_checking else None
    return None


def _asked_key(asked: Node) -> str:
    """The key that a test asks for; empty where it is not known or says how the request went."""
    key = string_value(asked) or ""
    return "" if _TELLING_KEYS.search(key) is not None else key


def expects_missing_keys(read: Node) -> bool:
    """Whether a handler around the read is there for keys that are missing."""
    child = read
    for parent in ancestors(read):
        if parent.type == "try_statement":
            body = parent.child_by_field_name("body")
            if body is not None and body.id == child.id:
                clauses = [child for child in parent.children if child.type.startswith("except")]
                kinds = [kind for clause in clauses for kind in caught_types(clause)]
                if any(text_of(kind) in _KEY_ERRORS for kind in kinds):
                    return True
        if parent.type == "function_definition":
            return False
        child = parent
    return False


def _is_tested(node: Node) -> bool:
    for parent in ancestors(node):
        if parent.type in ("if_statement", "elif_clause", "while_statement", "assert_statement"):
            condition = parent.child_by_field_name("condition")
            return condition is None or condition.start_byte <= node.start_byte < condition.end_byte
        if parent.type in ("block", "function_definition"):
            return False
    return False


def _is_logged(node: Node) -> bool:
    for parent in ancestors(node):
        if parent.type == "call":
            function = callee_of(parent)
            return function is not None and text_of(function).rpartition(".")[2] in _LOGGING
        if parent.type in ("block", "comparison_operator", "if_statement"):
            return False
    return False
