"""Loops over records, by a value in them that is made of what the loop goes through."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.facts.decryptions import Decryption
from bugcatalog_ls.syntax.nodes import COMPREHENSIONS, FUNCTIONS, ancestors, body_of, text_of, walk

_LOOPS = (*COMPREHENSIONS, "for_statement")


def loop_over_records(decryption: Decryption) -> Node | None:
    """The loop around whose variable the decrypted value comes from."""
    value, child = decryption.value, decryption.call
    if value is None:
        return None
    names = _identifiers(value)
    for parent in ancestors(decryption.call):
        if parent.type in FUNCTIONS:
            return None
        if parent.type in _LOOPS and names & _targets(parent):
            right = parent.child_by_field_name("right")
            if right is None or right.id != child.id:
                return parent
        child = parent
    return None


def _targets(loop: Node) -> set[str]:
    """The names that a loop binds, and those that its body takes from them."""
    clauses = (
        [loop]
        if loop.type == "for_statement"
        else [c for c in loop.named_children if c.type == "for_in_clause"]
    )
    found: set[str] = set()
    for clause in clauses:
        found |= _identifiers(clause.child_by_field_name("left"))
    for statement in body_of(loop) if loop.type == "for_statement" else ():
        for node in (statement, *walk(statement)):
            left = node.child_by_field_name("left") if node.type == "assignment" else None
            if left is None or left.type != "identifier":
                continue
            if found & _identifiers(node.child_by_field_name("right")):
                found.add(text_of(left))
    return found


def _identifiers(node: Node | None) -> set[str]:
    nodes = (node, *walk(node)) if node is not None else ()
    return {text_of(inner) for inner in nodes if inner.type == "identifier"}
