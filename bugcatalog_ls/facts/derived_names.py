"""Local names whose values come from what one call reads, and what is worked out from them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.syntax.nodes import called_name, callee_of, holds_node, text_of, walk
from bugcatalog_ls.syntax.scopes import Scope

_IN_PLACE = frozenset({"append", "extend", "insert", "update", "remove", "pop", "setdefault", "add"})


def derived_names(scope: Scope, source: Node) -> set[str]:
    """The local names whose values come from what a call gives, however far."""
    found: set[str] = set()
    receiver = text_of(callee_of(source) or source).rpartition(".")[0]
    fetch = _fetching(receiver)
    again = [
        node.start_byte
        for node in walk(scope.node)
        if node.type == "call"
        and source.end_byte < node.start_byte
        and text_of(callee_of(node) or node) == f"{receiver}.execute"
    ]
    for left, right in bound_names(scope.node):
        if right.end_byte < source.start_byte:
            continue
        is_own = holds_node(right, source)
        # What the same cursor gives for a later statement is something else.
        is_fetched = fetch.search(text_of(right)) is not None or (
            right.parent is not None and right.parent.type == "for_statement" and text_of(right) == receiver
        )
        is_fetched = is_fetched and not any(start < right.start_byte for start in again)
        uses = any(part.type == "identifier" and text_of(part) in found for part in (right, *walk(right)))
        if is_own or is_fetched or uses:
            found |= _names(left)
            if is_own and left.type == "as_pattern_target":
                # `async with db.execute(…) as cursor:`
                receiver, again = text_of(left), []
                fetch = _fetching(receiver)
    return found


def _fetching(receiver: str) -> re.Pattern[str]:
    written = re.escape(receiver) or "(?!)"
    return re.compile(rf"(?<![\w.]){written}\.fetch|\b(?:next|list|iter|enumerate)\({written}\)")


def computes_from(value: Node, names: set[str], scope: Scope, source: Node, end: int) -> bool:
    """Whether a value is worked out before a place from one of the names, or from what they come from, by an
    operator or in place."""
    worked, changed = _worked_out(scope, names, source, end)
    for part in (value, *walk(value)):
        if part.type == "binary_operator" and uses(part, names):
            return True
        if part.type == "identifier" and text_of(part) in worked:
            return True
        if part.type == "identifier" and text_of(part) in changed:
            parent = part.parent
            if parent is None or parent.type not in ("subscript", "attribute"):
                return True
    return False


def uses(node: Node, names: set[str]) -> bool:
    return any(part.type == "identifier" and text_of(part) in names for part in (node, *walk(node)))


def bound_names(function: Node) -> Iterator[tuple[Node, Node]]:
    """The targets of a function's assignments, loops and `as`, each with its value."""
    for node in walk(function):
        if node.type in ("assignment", "for_statement"):
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        elif node.type == "named_expression":
            left, right = node.child_by_field_name("name"), node.child_by_field_name("value")
        elif node.type == "as_pattern" and node.named_child_count == 2:
            right, left = node.named_children
        else:
            continue
        if left is not None and right is not None:
            yield left, right


def _names(target: Node) -> set[str]:
    """The names that a target binds; what it puts into an object or a container is none of them."""
    if target.type == "identifier":
        return {text_of(target)}
    if target.type in ("attribute", "subscript"):
        return set()
    return {name for child in target.named_children for name in _names(child)}


def _worked_out(scope: Scope, names: set[str], source: Node, end: int) -> tuple[set[str], set[str]]:
    """The names that hold a result worked out from the others, and those that were changed in place."""
    worked: set[str] = set()
    changed: set[str] = set()
    for node in walk(scope.node):
        if end <= node.start_byte:
            break
        if node.type == "call" and called_name(node) in _IN_PLACE:
            callee = callee_of(node)
            owner = callee.child_by_field_name("object") if callee is not None else None
            if owner is not None and _root(owner) in names:
                changed.add(_root(owner))
        if node.type not in ("assignment", "augmented_assignment"):
            continue
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            continue
        if left.type == "subscript":
            changed |= {_root(left)} & names
        if left.type != "identifier":
            continue
        written = text_of(left)
        is_worked = node.type == "augmented_assignment" and written in names
        is_worked = is_worked or uses(right, worked)
        is_worked = is_worked or any(
            part.type == "binary_operator" and (uses(part, names) or holds_node(part, source))
            for part in (right, *walk(right))
        )
        if is_worked:
            worked.add(written)
        elif node.type == "assignment":
            worked.discard(written)
            if uses(right, changed):
                changed.add(written)
            else:
                changed.discard(written)
    return worked, changed


def _root(node: Node) -> str:
    while node.type in ("subscript", "attribute") and node.named_children:
        node = node.named_children[0]
    return text_of(node) if node.type == "identifier" else ""
