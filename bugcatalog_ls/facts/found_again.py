"""Rows that are only made where a look found none: what runs again finds them, and goes on from there."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.written_rows import assigned_names
from bugcatalog_ls.syntax.nodes import ancestors, callee_of, text_of, walk

_LOOKS = re.compile(r"(?:^|_)(?:get|find|fetch|ensure)_or_(?:create|make|add|insert)|(?:^|_)get_or_new")
_ABSENT = re.compile(r"(?:not ([\w.]+)|([\w.]+) (?:is|==) None)$")


def is_found_again(end: Node) -> bool:
    """Whether what a commit, or a function that commits, stores is made only where it was not there yet:
    `user = find(…)`, `if user is None: user = User(…); add(user); commit()`."""
    if _LOOKS.search(text_of(callee_of(end) or end).rpartition(".")[2]) is not None:
        return True
    for parent in ancestors(end):
        if parent.type == "function_definition":
            return False
        test = parent.child_by_field_name("condition") if parent.type == "if_statement" else None
        branch = parent.child_by_field_name("consequence") if test is not None else None
        if test is None or branch is None or not branch.start_byte <= end.start_byte < branch.end_byte:
            continue
        absent = _ABSENT.match(text_of(test))
        name = (absent[1] or absent[2]) if absent is not None else None
        if name is not None and (name in assigned_names(end) or _is_given(branch, name)):
            return True
    return False


def _is_given(branch: Node, name: str) -> bool:
    return any(
        node.type == "assignment" and text_of(node.child_by_field_name("left") or node) == name
        for node in walk(branch)
    )
