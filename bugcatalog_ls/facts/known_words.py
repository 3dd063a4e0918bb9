"""Known words: what was looked up in a table, by code that goes no further where it does not stand there."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guards import conditions_at, implied
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, string_value, text_of

_COLLECTIONS = frozenset({"tuple", "list", "set"})
_ASKED = re.compile(r"(?:not\s+)?isinstance\((\w+),")


def is_known_word(file: PyFile, name: Node) -> bool:
    """Whether a variable surely holds one of the words of a table where it is read."""
    if name.type != "identifier":
        return False
    written = text_of(name)
    for condition in conditions_at(name):
        for part in implied(condition):
            if _is_member(part.node, written, holds=part.holds):
                return True
            subject = _found(part.node, holds=part.holds)
            if subject is not None and _is_looked_up(file, subject, written):
                return True
    return False


def _is_member(test: Node, written: str, *, holds: bool) -> bool:
    """`level in LEVELS` that holds, `level not in LEVELS` that does not, `level == "debug"`."""
    if test.type != "comparison_operator" or test.named_child_count != 2:
        return False
    left, right = test.named_children
    operator = " ".join(text_of(child) for child in test.children if not child.is_named)
    if text_of(left) != written:
        return False
    if operator in ("in", "not in"):
        return holds == (operator == "in") and right.type in (
            *_COLLECTIONS,
            "identifier",
            "attribute",
            "call",
        )
    return operator in ("==", "!=") and holds == (operator == "==") and string_value(right) is not None


def _found(test: Node, *, holds: bool) -> Node | None:
    """What a test finds to be there: `found`, `found is not None`, `isinstance(found, int)`."""
    if test.type == "identifier":
        return test if holds else None
    if test.type == "call" and _ASKED.match(text_of(test)) is not None:
        return next(iter(arguments_of(test).positional), None) if holds else None
    if test.type == "comparison_operator" and test.named_child_count == 2:
        left, right = test.named_children
        operator = " ".join(text_of(child) for child in test.children if not child.is_named)
        is_none = left.type == "identifier" and right.type == "none"
        return left if is_none and operator in ("is", "is not") and holds == (operator == "is not") else None
    return None


def _is_looked_up(file: PyFile, found: Node, written: str) -> bool:
    """Whether a variable is what a table says of the word: `LEVELS.get(level)`."""
    bindings = file.names.bindings(found) if found.type == "identifier" else []
    value = bindings[0].value if len(bindings) == 1 else None
    if value is None or value.type != "call":
        return False
    first = next(iter(arguments_of(value).positional), None)
    is_get = text_of(callee_of(value) or value).endswith(".get")
    return is_get and first is not None and text_of(first) == written
