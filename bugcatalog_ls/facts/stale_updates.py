"""Attributes of loaded rows that are written from their own old value before a commit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.derived_values import Derivation, derivation_of
from bugcatalog_ls.facts.loaded_rows import Load, Style, load_of
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.flow import Flow
from bugcatalog_ls.syntax.flow_paths import path_between
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.local_uses import local_scope
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    arguments_of,
    called_name,
    callee_of,
    text_of,
    unawaited,
    walk,
)
from bugcatalog_ls.syntax.scopes import Binding, Scope

_COMMITS = ("commit", "flush")
_CREATES = re.compile(r"get_or_create\(")
_IN_PLACE = ("append", "extend", "insert", "update", "remove", "pop", "setdefault", "add", "clear")
# What a list has and a manager of related rows has not: `row.items.append(x)`, and then `row.save()`.
_OF_LISTS = ("append", "extend", "insert")
# The row of who asks, which a middleware of Django's has loaded, and one that belongs to it.
_REQUESTED = re.compile(r"^(?:self\.)?request\.user(?:\.\w+)?$")
_SAVES = ("save", "asave", "bulk_update")
LOCKING_WORDS = Words(
    *(b"for_update", b"for update", b"with_lockmode", b"isolation_level", b"serializable", b"advisory"),
    *(b"begin ", b"lock table", b"for no key", b"for share", b"lock in", b"updlock"),
    any_case=True,
)
"""One of these stands in every text in which `LOCKING` finds something."""
LOCKING = re.compile(
    r"for_update|FOR UPDATE|with_lockmode|isolation_level|SERIALIZABLE|advisory_?(?:xact_)?lock"
    r"|BEGIN (?:IMMEDIATE|EXCLUSIVE)|\bLOCK TABLE|FOR (?:NO KEY UPDATE|SHARE)|LOCK IN SHARE MODE|UPDLOCK",
    re.IGNORECASE,
)


class StaleUpdate(NamedTuple):
    """A write of `row.attribute` that is made of what the row said before.

    `load` is where the row comes from, None where a function of another name gives it, whose symbol is
    then `loader`; `is_tested` tells that the old value decides something before.
    """

    node: Node
    target: Node
    row: str
    attribute: str
    derivation: Derivation
    load: Load | None
    loader: str
    is_tested: bool


def stale_updates(file: PyFile) -> Iterator[StaleUpdate]:
    """The lost updates of a file's functions, as far as it tells; in the order of the text."""
    flows: dict[int, Flow] = {}
    free: dict[int, bool] = {}
    nodes = list(file.nodes("assignment", "augmented_assignment"))
    if b"flag_modified" in file.source.data:
        nodes += file.calls_written(*_IN_PLACE)
    elif b".objects" in file.source.data:
        nodes += file.calls_written(*_OF_LISTS)
    for node in sorted(nodes, key=lambda each: each.start_byte):
        target = node.child_by_field_name("left")
        if node.type == "call":
            # `row.items.append(x)`, likewise.
            callee = callee_of(node)
            target = callee.child_by_field_name("object") if callee is not None else None
        if target is not None and target.type == "subscript" and node.type == "assignment":
            # A JSON value that is changed in place, and then named to the session as changed.
            target = _changed_in_place(target)
        if target is None or target.type != "attribute" or not _is_row_name(target.children[0]):
            continue
        scope = local_scope(file, node)
        is_call = node.type == "call"
        derivation = derivation_of(file, node, target) if scope is not None and not is_call else None
        is_changed = is_call or (target.parent is not None and target.parent.type == "subscript")
        if scope is not None and is_changed:
            flagged = rf"flag_modified\(\s*{re.escape(text_of(target.children[0]))}\s*,"
            is_list = is_call and text_of(callee_of(node) or node).endswith(tuple(f".{n}" for n in _OF_LISTS))
            derivation = "items" if is_list or re.search(flagged, text_of(scope.node)) else None
        if scope is None or derivation is None:
            continue
        text = text_of(scope.node)
        if scope.start not in free:
            free[scope.start] = not file.holds(LOCKING_WORDS) or LOCKING.search(text) is None
        row = target.children[0]
        source = _source(file, row)
        if not free[scope.start] or source is None or is_under_lock(node):
            continue
        if _is_set_anew(node, target):
            continue
        flow = flows.get(scope.start)
        if flow is None:
            flow = flows[scope.start] = Flow(scope.node)
        load, loader = source
        style = load.style if load is not None else None
        if is_call and style not in ("django", "own") and b"flag_modified" not in file.source.data:
            continue
        if not flow.is_complete or not _is_kept(flow, scope, node, text_of(row), style):
            continue
        attribute = text_of(target).rpartition(".")[2]
        is_tested = _is_tested(scope, text_of(target), node)
        yield StaleUpdate(node, target, text_of(row), attribute, derivation, load, loader, is_tested)


def _is_set_anew(node: Node, target: Node) -> bool:
    """Whether the attribute has got another value in this function before: `row.total = 0`, and then a loop
    that adds to it."""
    written, row = text_of(target), text_of(target.children[0])
    current: Node | None = node
    while current is not None and current.type not in ("function_definition", "module"):
        before = current.prev_named_sibling
        while before is not None and current.parent is not None and current.parent.type == "block":
            inner = before.named_children[0] if before.type == "expression_statement" else before
            left = (
                inner.child_by_field_name("left") if inner.type in ("assignment", "for_statement") else None
            )
            right = inner.child_by_field_name("right") if left is not None else None
            if left is not None and right is not None and inner.type == "assignment":
                if text_of(left) == written:
                    return written not in text_of(right) and right.type not in (
                        "identifier",
                        "binary_operator",
                    )
                if text_of(left) == row:
                    return False
            before = before.prev_named_sibling
        if current.type == "for_statement" and text_of(current.child_by_field_name("left") or current) == row:
            return False
        current = current.parent
    return False


def _changed_in_place(subscript: Node) -> Node | None:
    value = subscript.child_by_field_name("value")
    return value if value is not None and value.type == "attribute" else None


def _is_row_name(node: Node) -> bool:
    """A name, or what belongs to the row of a name: `line.order`."""
    return re.fullmatch(r"\w+(?:\.\w+)?", text_of(node)) is not None or bool(_REQUESTED.match(text_of(node)))


def _source(file: PyFile, row: Node) -> tuple[Load | None, str] | None:
    """Where a row comes from: a query, or a call whose symbol another file may explain."""
    found: tuple[Load | None, str] | None = None
    if row.type == "attribute":
        if b"django" in file.source.data and _REQUESTED.match(text_of(row)):
            return Load("django", row, row, row, False), ""
        owner = _source(file, row.children[0]) if row.children[0].type == "identifier" else None
        if owner is None or owner[0] is None or owner[0].style not in ("django", "sqlalchemy"):
            return None
        return Load(owner[0].style, row, row, row, False), ""
    if text_of(row) == "self":
        is_django = b"django" in file.source.data and b"self.save(" in file.source.data
        return (Load("own", row, row, row, False), "") if is_django else None
    for binding in file.names.bindings(row):
        if binding.kind == "unpack":
            load = _got_or_created(file, binding.node) or load_of(file, _paired(binding.node))
            return (load, "") if load is not None and not load.locks else None
        if binding.kind == "parameter":
            found = found or _given(file, row, binding)
        if binding.kind == "from" and file.symbol(row) == "flask_login.current_user":
            return Load("sqlalchemy", row, row, row, False), ""
        if binding.kind not in ("assign", "for", "walrus") or binding.value is None:
            continue
        if b"django" in file.source.data and _REQUESTED.match(text_of(binding.value)):
            return Load("django", binding.value, binding.value, binding.value, False), ""
        load = load_of(file, binding.value)
        if load is not None:
            return None if load.locks else (load, "")
        if binding.kind == "for" and binding.value.type == "identifier":
            held = next((other.value for other in file.names.bindings(binding.value)), None)
            load = load_of(file, held)
            if load is not None:
                return None if load.locks else (load, "")
        symbol = file.symbol(binding.value)
        if symbol is not None and symbol.endswith("()") and not symbol.startswith("builtins."):
            called = unawaited(binding.value)
            function = callee_of(called) if called.type == "call" else None
            last = text_of(function).rpartition(".")[2] if function is not None else "A"
            if not last.lstrip("_")[:1].isupper():
                found = (None, symbol.removesuffix("()"))
    return found


def _given(file: PyFile, row: Node, parameter: Binding) -> tuple[Load | None, str] | None:
    """The row that a parameter holds: by the function of its `Depends(…)`, or as a model of Django's that
    saves itself."""
    for part in (parameter.value, parameter.annotation):
        for node in (part, *walk(part)) if part is not None else ():
            if node.type == "call" and called_name(node) in ("Depends", "Security"):
                positional = arguments_of(node).positional
                symbol = file.symbol(positional[0]) if positional else None
                return (None, symbol) if symbol is not None else None
    named = parameter.annotation.named_children if parameter.annotation is not None else []
    if len(named) == 1 and named[0].type in ("identifier", "attribute") and b"django" in file.source.data:
        return Load("own", named[0], row, row, False), ""
    return None


def _got_or_created(file: PyFile, target: Node) -> Load | None:
    """The row of `row, created = Model.objects.get_or_create(…)`."""
    pattern = target.parent
    assignment = pattern.parent if pattern is not None else None
    right = assignment.child_by_field_name("right") if assignment is not None else None
    if pattern is None or right is None or pattern.named_children[0].id != target.id:
        return None
    return load_of(file, right) if _CREATES.search(text_of(right)) else None


def _paired(target: Node) -> Node | None:
    """The row of `first, second = session.get(…), session.get(…)`."""
    pattern = target.parent
    assignment = pattern.parent if pattern is not None else None
    right = assignment.child_by_field_name("right") if assignment is not None else None
    if pattern is None or right is None or right.type not in ("expression_list", "tuple"):
        return None
    targets, values = pattern.named_children, right.named_children
    if len(targets) != len(values) or any(value.type == "list_splat" for value in values):
        return None
    return next((value for one, value in zip(targets, values, strict=True) if one.id == target.id), None)


def _is_kept(flow: Flow, scope: Scope, node: Node, row: str, style: Style | None) -> bool:
    """Whether a commit (or the row's own `save`) follows the write."""
    starts = flow.at(node)
    goals: set[int] = set()
    for part in walk(scope.node):
        if part.type != "call":
            continue
        function = callee_of(part)
        written = text_of(function) if function is not None else ""
        owner, _, method = written.rpartition(".")
        is_saved = method in _SAVES and (owner == row or method == "bulk_update")
        is_commit = method in _COMMITS and not arguments_of(part).positional
        if (is_saved and style != "sqlalchemy") or (is_commit and style not in ("django", "active", "own")):
            goals |= {id(step) for step in flow.at(part)}
    if path_between(starts, lambda step: id(step) in goals, takes=lambda step, kind: kind != "raise"):
        return True
    return style in ("sqlalchemy", None) and _is_in_transaction(node)


def _is_in_transaction(node: Node) -> bool:
    """Whether a `with session.begin():` commits what is written in it."""
    for parent in ancestors(node):
        if parent.type == "with_statement":
            clause = next((child for child in parent.children if child.type == "with_clause"), None)
            if clause is not None and ".begin()" in text_of(clause):
                return True
        if parent.type == "function_definition":
            return False
    return False


def is_under_lock(node: Node) -> bool:
    """Whether a `with` around a node holds a lock."""
    for parent in ancestors(node):
        if parent.type == "with_statement":
            clause = next((child for child in parent.children if child.type == "with_clause"), None)
            if clause is not None and re.search(r"lock|mutex|semaphore", text_of(clause), re.IGNORECASE):
                return True
        if parent.type == "function_definition":
            return False
    return False


def _is_tested(scope: Scope, written: str, node: Node) -> bool:
    """Whether the old value decides something before the write."""
    for part in walk(scope.node):
        if part.start_byte >= node.start_byte:
            return False
        if part.type in ("if_statement", "assert_statement", "while_statement"):
            condition = part.child_by_field_name("condition") or part
            if written in text_of(condition):
                return True
    return False
