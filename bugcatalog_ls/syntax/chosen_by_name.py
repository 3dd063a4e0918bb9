"""Whether a place is come to only where a library was chosen by its name."""

from __future__ import annotations

import re
from collections.abc import Collection

from tree_sitter import Node

from bugcatalog_ls.syntax.nodes import FUNCTIONS, ancestors, string_value, text_of

_STATED = re.compile(r"requir|depend|needs|packages|extras|librar")


def quotes(written: str, words: Collection[str]) -> bool:
    """Whether one of the words begins a text in quotes."""
    return any(re.search(rf"[\"']{re.escape(word)}\b", written.lower()) for word in words)


def is_chosen_at(node: Node, words: Collection[str]) -> bool:
    """Whether a place is a value under the library's name (`{"redis": lambda: …}`), or the `case` of it."""
    child = node
    for parent in ancestors(node):
        if parent.type == "pair":
            key = parent.child_by_field_name("key")
            if key is not None and key.id != child.id and quotes(text_of(key), words):
                return True
        elif parent.type == "case_clause":
            patterns = [part for part in parent.named_children if part.type == "case_pattern"]
            if any(quotes(text_of(pattern), words) for pattern in patterns):
                return True
        elif parent.type in FUNCTIONS and parent.type != "lambda":
            return False
        child = parent
    return False


def is_chosen_if(condition: Node, words: Collection[str], *, holds: bool) -> bool:
    """Whether a condition asks for the library's name: `backend == "gevent"`, not `backend != "gevent"`;
    `"redis" in backends`, `url.startswith("redis://")`."""
    if condition.type == "call":
        function = text_of(condition.children[0])
        return holds and function.endswith((".startswith", ".endswith")) and quotes(text_of(condition), words)
    if condition.type != "comparison_operator":
        return False
    operator = " ".join(text_of(child) for child in condition.children if not child.is_named)
    if operator == ("in" if holds else "not in"):
        return quotes(text_of(condition.named_children[0]), words)
    if operator != ("==" if holds else "!="):
        return False
    named = [string_value(one) for one in condition.named_children if one.type == "string"]
    # `Engine.DOCKER.value`, a member of an enumeration, names it as well.
    written = [text_of(one) for one in condition.named_children if one.type == "attribute"]
    named += [part for name in written for part in name.split(".") if part.isupper()]
    return any(value is not None and value.lower() in words for value in named)


def states_need(class_body: Node, words: Collection[str]) -> bool:
    """Whether a class states what it needs for others to ask: `requires = ["redis"]`."""
    for statement in class_body.named_children:
        assignment = statement.named_children[0] if statement.named_child_count == 1 else statement
        left = assignment.child_by_field_name("left") if assignment.type == "assignment" else None
        if left is not None and _STATED.search(text_of(left).lower()) and quotes(text_of(assignment), words):
            return True
    return False
