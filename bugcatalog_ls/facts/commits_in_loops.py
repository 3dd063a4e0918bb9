"""Commits that run for each element of a loop."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.session_calls import Session
from bugcatalog_ls.syntax.nodes import ancestors, statement_of, statements, text_of, walk

_BATCH = re.compile(r"%|\blen\(|batch|chunk|>=?|==|count", re.IGNORECASE)
_LOTS = re.compile(r"\b_?(?:\w+_)?(?:partitions?|batched|batch(?:es)?|chunk(?:s|ed)?)\(", re.IGNORECASE)


def is_in_loop(commit: Node, session: Session) -> bool:
    """Whether a commit runs for each element of a `for` around it, on a session from outside of it."""
    for parent in ancestors(commit):
        if parent.type == "for_statement":
            body = parent.child_by_field_name("body")
            if body is None or not body.start_byte <= commit.start_byte < body.end_byte:
                continue
            name = session.written.partition(".")[0]
            if _goes_over_lots(parent) or _ends_loop(commit, parent):
                return False
            return not _binds(body, name) and not is_under_batch_test(commit)
        if parent.type in ("function_definition", "except_clause", "try_statement"):
            # A transaction of its own for each element, on purpose.
            return False
    return False


def is_under_batch_test(node: Node) -> bool:
    """Whether an `if` inside a loop lets the commit through every so often."""
    tested = False
    for parent in ancestors(node):
        if parent.type == "if_statement":
            condition = parent.child_by_field_name("condition")
            tested = tested or (condition is not None and _BATCH.search(text_of(condition)) is not None)
        if parent.type in ("for_statement", "while_statement"):
            return tested
        if parent.type == "function_definition":
            return False
    return False


def _goes_over_lots(loop: Node) -> bool:
    """Whether each turn of a `for` is a lot of rows: `in rows.partitions()`, `in batched(rows, 100)`."""
    over = loop.child_by_field_name("right")
    return over is not None and _LOTS.search(text_of(over)) is not None


def _ends_loop(commit: Node, loop: Node) -> bool:
    """Whether the loop is over behind the commit, which then runs once at most."""
    node = statement_of(commit)
    while node.parent is not None and node.id != loop.id:
        if node.parent.type == "block":
            following = [each for each in statements(node.parent) if each.start_byte > node.start_byte]
            leaving = ("return_statement", "break_statement", "raise_statement")
            if any(each.type in leaving for each in following):
                return True
        node = node.parent
    return False


def _binds(body: Node, name: str) -> bool:
    for node in walk(body):
        if node.type in ("as_pattern_target", "assignment"):
            target = node.child_by_field_name("left") if node.type == "assignment" else node
            if target is not None and text_of(target) == name:
                return True
    return False


def writes_in_loop(session: Session, commit: Node) -> bool:
    loop = next((parent for parent in ancestors(commit) if parent.type == "for_statement"), None)
    if loop is None:
        return False
    if any(loop.start_byte <= call.node.start_byte < loop.end_byte for call in session.writes):
        return True
    return any(
        left is not None and left.type == "attribute"
        for node in walk(loop)
        if node.type in ("assignment", "augmented_assignment")
        for left in [node.child_by_field_name("left")]
    )
