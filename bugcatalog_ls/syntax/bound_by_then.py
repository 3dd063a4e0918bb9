"""Whether a name is bound by the time that a module's import comes to a place, and why not."""

from __future__ import annotations

import re
from typing import Literal

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.import_paths import is_for_typing
from bugcatalog_ls.syntax.import_words import ALWAYS, bound_from
from bugcatalog_ls.syntax.nodes import LOOPS, ancestors, holds_node
from bugcatalog_ls.syntax.scopes import Binding, Scope

Reason = Literal["missing", "later", "typing", "deleted", "declared", "class", "handler"]
"""Why a name is not bound: nowhere, only further down, only for type checkers, deleted, only declared,
only in a class body that the read does not see, only while an exception is handled."""


def reason_of(file: PyFile, node: Node, name: str, klass: Node | None, hidden: bool) -> Reason | None:
    """Why a name is not bound at a place; None where it is, or may be. `hidden`: a comprehension
    stands between the place and the body of the class around it."""
    if name in ALWAYS:
        return None
    own = _class_bindings(file, klass, name)
    if own and not hidden and _unbound(file, own, node) is None:
        return None
    module = file.scopes.module
    bindings = module.bindings.get(name, [])
    if any(_scope_of(file, binding) is not module for binding in bindings):
        return None
    reason = _unbound(file, bindings, node)
    if reason != "missing":
        return reason
    if own and not hidden:
        return _unbound(file, own, node)
    outer = (parent for parent in ancestors(node) if parent.type == "class_definition")
    return "class" if any(_class_bindings(file, parent, name) for parent in outer) else reason


def _class_bindings(file: PyFile, klass: Node | None, name: str) -> list[Binding]:
    scope = file.scopes.of(klass) if klass is not None else None
    return scope.bindings.get(name, []) if scope is not None else []


def _scope_of(file: PyFile, binding: Binding) -> Scope:
    """Where a binding is written: `global` names are bound by functions."""
    scope = file.scopes.at(binding.node.start_byte)
    while scope.kind == "comprehension" and scope.parent is not None:
        scope = scope.parent
    return scope


def _unbound(file: PyFile, bindings: list[Binding], node: Node) -> Reason | None:
    """Why none of the bindings of a scope can have been made; None where one may."""
    offset = node.start_byte
    if not bindings:
        return "missing"
    real = [binding for binding in bindings if binding.kind not in ("annotation", "delete", "augmented")]
    deleted = [binding for binding in bindings if binding.kind == "delete" and binding.offset <= offset]
    running = [binding for binding in real if not is_for_typing(binding.node)]
    above = [binding for binding in running if bound_from(file, binding) <= offset]
    if deleted and _is_surely_deleted(deleted[-1], running, node):
        return "deleted"
    if above:
        only_caught = all(binding.kind == "except" for binding in above) and len(above) == len(running)
        if only_caught and not any(holds_node(_clause(binding), node) for binding in above):
            return "handler"
        return None
    if any(_shares_loop(binding.node, node) or _is_in_condition(binding.node, node) for binding in running):
        return None
    if running:
        return "later"
    return "typing" if real else "declared" if any(b.kind == "annotation" for b in bindings) else "missing"


def _is_surely_deleted(deletion: Binding, bindings: list[Binding], node: Node) -> bool:
    start, end = deletion.block
    if not start <= node.start_byte < end or any(parent.type in LOOPS for parent in ancestors(deletion.node)):
        return False
    return not any(deletion.offset <= binding.offset <= node.start_byte for binding in bindings)


def _clause(binding: Binding) -> Node:
    return next((p for p in ancestors(binding.node) if p.type == "except_clause"), binding.node)


_COMPREHENSIONS = frozenset(
    {"generator_expression", "list_comprehension", "set_comprehension", "dictionary_comprehension"}
)


def _shares_loop(one: Node, other: Node) -> bool:
    """Whether both stand in one loop, or in one comprehension, whose conditions run before its element."""
    return any(
        (parent.type in LOOPS or parent.type in _COMPREHENSIONS) and holds_node(parent, other)
        for parent in ancestors(one)
    )


def _is_in_condition(one: Node, other: Node) -> bool:
    """Whether one stands in the condition of `a if … else b`, which runs first, and the other in `a`."""
    return any(
        parent.type == "conditional_expression"
        and len(parent.named_children) == 3
        and holds_node(parent.named_children[1], one)
        and holds_node(parent.named_children[0], other)
        for parent in ancestors(one)
    )


def imports_from_own(file: PyFile, name: str) -> bool:
    """Whether a package imports from its module of that name: it has that as an attribute then."""
    written = rf"(?:from\s+\.|(?:from|import)\s+{re.escape(file.module)}\.){re.escape(name)}\b"
    return re.search(written, file.source.text) is not None
