"""`update(Model).values(…)` with a value that was worked out from an earlier query of the same column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.derived_names import derived_names
from bugcatalog_ls.facts.loaded_rows import load_of
from bugcatalog_ls.facts.stale_updates import LOCKING, is_under_lock
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.local_uses import local_scope
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, text_of, walk
from bugcatalog_ls.syntax.scopes import Scope


class StaleStatement(NamedTuple):
    """The `values(…)` of an UPDATE, and the column that is set from its old value."""

    node: Node
    column: str


def stale_statements(file: PyFile) -> Iterator[StaleStatement]:
    for call in file.calls_written("values"):
        model = _updated(call)
        scope = local_scope(file, call) if model else None
        if scope is None or LOCKING.search(text_of(scope.node)) or is_under_lock(call):
            continue
        for column, value in arguments_of(call).keywords.items():
            if re.search(rf"\b{re.escape(model)}\.{column}\b", text_of(_chain(call))):
                # Worked out by the database, or compared in the WHERE, which notices a change.
                continue
            if _is_stale(file, scope, call, model, column, value):
                yield StaleStatement(call, f"{model}.{column}")
                break


def _updated(call: Node) -> str:
    """The model of the `update(Model)` that a chain of calls begins with; empty for none."""
    node: Node | None = call
    while node is not None and node.type == "call":
        callee = callee_of(node)
        if callee is None:
            return ""
        positional = arguments_of(node).positional
        if text_of(callee).rpartition(".")[2] == "update" and len(positional) == 1:
            return text_of(positional[0]) if text_of(positional[0])[:1].isupper() else ""
        node = callee.child_by_field_name("object")
    return ""


def _chain(call: Node) -> Node:
    """The whole chain of calls that a call is part of."""
    node = call
    while node.parent is not None and node.parent.type in ("attribute", "call"):
        if node.parent.type == "call" and callee_of(node.parent) != node:
            break
        node = node.parent
    return node


def _is_stale(file: PyFile, scope: Scope, call: Node, model: str, column: str, value: Node) -> bool:
    names: set[str] = set()
    rows: set[str] = set()
    asked = re.compile(rf"\b(?:select|query)\(\s*{re.escape(model)}\.{column}\s*\)")
    for node in walk(scope.node):
        right = node.child_by_field_name("right") if node.type == "assignment" else None
        left = node.child_by_field_name("left") if node.type == "assignment" else None
        if right is None or left is None or node.end_byte > call.start_byte or left.type != "identifier":
            continue
        if asked.search(text_of(right)):
            names |= {text_of(left)} | derived_names(scope, right)
        load = load_of(file, right)
        if load is not None and text_of(load.model) == model:
            rows.add(text_of(left))
    return _computes(file, value, names, {f"{row}.{column}" for row in rows}, 3)


def _computes(file: PyFile, value: Node, names: set[str], reads: set[str], depth: int) -> bool:
    """Whether a value is worked out by an operator from one of the names or attributes."""
    if value.type == "identifier" and depth:
        held = [binding.value for binding in file.names.bindings(value) if binding.kind == "assign"]
        return any(each is not None and _computes(file, each, names, reads, depth - 1) for each in held)
    for node in (value, *walk(value)):
        if node.type != "binary_operator":
            continue
        for part in walk(node):
            if part.type in ("identifier", "attribute") and text_of(part) in names | reads:
                return True
    return False
