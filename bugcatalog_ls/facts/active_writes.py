"""Writes of rows that save themselves (Django, peewee), each a transaction of its own unless held."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.django_effects import manager_of
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.queries import is_class_like, method_name
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.flow import Flow
from bugcatalog_ls.syntax.flow_paths import path_between
from bugcatalog_ls.syntax.local_uses import local_scope
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    callee_of,
    decorators_of,
    is_within,
    statement_of,
    text_of,
    walk,
)
from bugcatalog_ls.syntax.scopes import Scope

_CREATES = ("create", "acreate", "bulk_create")
_SAVES = ("save", "asave")
_ATOMIC = re.compile(r"\batomic\b|\bin_transaction\b|\btransaction\(")
_HANDLERS = ("except_clause", "except_group_clause", "finally_clause")
_COUNTS = re.compile(r"=\s*(?:[A-Z]\w*\.\w+|(?:cls|self)\.model\.\w+|(?:\w+\.)?F\([^)]*\))\s*[-+]")


class ActiveWrite(NamedTuple):
    """A write by a row or by its class. `model` is the class as written; `row` the name of the row."""

    node: Node
    model: Node
    row: str
    is_manager: bool


class SeparateWrites(NamedTuple):
    """The first of two writes that belong together, and the last that belongs to it."""

    first: ActiveWrite
    last: ActiveWrite
    function: str


class AtomicCall(Fact, frozen=True):
    """A function that is called inside of a transaction, by its last name."""

    name: str

    @property
    def key(self) -> str:
        return self.name


def _collect(file: PyFile, facts: Facts) -> None:
    names: set[str] = set()
    for statement in file.nodes("with_statement"):
        clause = next((child for child in statement.children if child.type == "with_clause"), None)
        if clause is None or _ATOMIC.search(text_of(clause)) is None:
            continue
        for node in walk(statement):
            if node.type == "call" and manager_of(node) is None:
                names.add(method_name(node))
    for definition in file.nodes("decorated_definition"):
        function = definition.child_by_field_name("definition")
        if function is None or not any(_ATOMIC.search(text_of(d)) for d in decorators_of(function)):
            continue
        names.update(method_name(node) for node in walk(function) if _is_own(node))
    for name in sorted(names - {"", "atomic", "save", "get", "filter", "append"}):
        facts.add(AtomicCall(name))


def _is_own(node: Node) -> bool:
    """Whether a node calls a private function or method: `self._create_items()`."""
    callee = callee_of(node) if node.type == "call" else None
    return callee is not None and re.fullmatch(r"(?:(?:self|cls)\.)?_\w+", text_of(callee)) is not None


VOCABULARY = Vocabulary(_collect, (b"atomic(", b".atomic"))


def separate_writes(file: PyFile) -> Iterator[SeparateWrites]:
    """The writes of each function that belong together and have no transaction in common."""
    if is_test_path(file.path) or b"migrations.Migration" in file.source.data:
        return
    by_function: dict[int, tuple[Scope, list[ActiveWrite]]] = {}
    for call in file.calls_written(*_CREATES, *_SAVES, "execute"):
        scope = local_scope(file, call)
        if scope is None or scope.node.type != "function_definition" or is_within(call, _HANDLERS):
            continue
        write = _write(file, call)
        if write is not None:
            by_function.setdefault(scope.start, (scope, []))[1].append(write)
    for scope, writes in by_function.values():
        if len(writes) < 2 or any(_ATOMIC.search(text_of(d)) for d in decorators_of(scope.node)):
            continue
        flow = Flow(scope.node)
        if not flow.is_complete:
            continue
        for n, first in enumerate(writes):
            later = [
                other
                for other in writes[n + 1 :]
                if _belong_together(scope, first, other)
                and not (
                    _atomic_around(first.node) and _atomic_around(first.node) == _atomic_around(other.node)
                )
                and _leads(flow, first.node, other.node)
            ]
            if later:
                yield SeparateWrites(first, later[-1], scope.qualname)
                break


def _write(file: PyFile, call: Node) -> ActiveWrite | None:
    name, callee = method_name(call), callee_of(call)
    owner = callee.child_by_field_name("object") if callee is not None else None
    if owner is None:
        return None
    if name in _CREATES:
        model = manager_of(call)
        if model is not None:
            return ActiveWrite(call, model, _bound_to(call), True)
        is_model = owner.type in ("identifier", "attribute") and is_class_like(owner) and name == "create"
        return ActiveWrite(call, owner, _bound_to(call), False) if is_model else None
    if name == "execute":
        root = _root(file, owner)
        return ActiveWrite(call, root, "", False) if root is not None else None
    if owner.type != "identifier":
        return None
    made = _class_of_row(file, owner)
    return ActiveWrite(call, made, text_of(owner), False) if made is not None else None


def _root(file: PyFile, node: Node) -> Node | None:
    """The model of `Model.update(…).where(…)`, `Model.insert(…)`."""
    current: Node | None = node
    while current is not None and current.type == "call":
        callee = callee_of(current)
        owner = callee.child_by_field_name("object") if callee is not None else None
        if owner is None:
            return None
        if text_of(owner) in ("cls.model", "self.model"):
            owner = _own_model(file, owner) or owner
        if owner.type == "identifier" and is_class_like(owner):
            return owner if method_name(current) in ("update", "insert", "insert_many", "delete") else None
        current = owner
    return None


def _own_model(file: PyFile, place: Node) -> Node | None:
    """The class that a service names as its `model`."""
    scope = file.scopes.at(place.start_byte)
    while scope.parent is not None and scope.kind != "class":
        scope = scope.parent
    values = [binding.value for binding in scope.bindings.get("model", ())]
    return values[0] if len(values) == 1 else None


def _class_of_row(file: PyFile, row: Node) -> Node | None:
    """The class of a row, as the place says that binds it: made, loaded, or a parameter's type."""
    for binding in file.names.bindings(row):
        if binding.kind == "parameter" and binding.annotation is not None:
            inner = binding.annotation.named_children[0] if binding.annotation.named_children else None
            return inner if inner is not None and inner.type in ("identifier", "attribute") else None
        value = binding.value
        while value is not None and value.type == "await" and value.named_children:
            value = value.named_children[0]
        if value is None or value.type != "call":
            continue
        callee = callee_of(value)
        if callee is not None and callee.type in ("identifier", "attribute") and is_class_like(callee):
            owner = callee.child_by_field_name("object") if callee.type == "attribute" else None
            last = text_of(callee).rpartition(".")[2]
            if last[:1].isupper():
                return callee
            if owner is not None and last in ("get", "get_by_id", "get_or_none") and is_class_like(owner):
                return owner if owner.type == "identifier" else manager_of(value)
        model = manager_of(value)
        if model is not None:
            return model
    return None


def _bound_to(call: Node) -> str:
    parent = call.parent
    while parent is not None and parent.type in ("await", "parenthesized_expression"):
        parent = parent.parent
    left = parent.child_by_field_name("left") if parent is not None and parent.type == "assignment" else None
    return text_of(left) if left is not None and left.type == "identifier" else ""


def _belong_together(scope: Scope, first: ActiveWrite, later: ActiveWrite) -> bool:
    if later.row and later.row == first.row:
        return False
    if first.row and _mentions(later.node, first.row):
        return True
    if first.row and later.row:
        made = [binding.value for binding in scope.bindings.get(later.row, ()) if binding.value is not None]
        if any(value.end_byte <= later.node.start_byte and _mentions(value, first.row) for value in made):
            return True
        return _moves(scope, first, later)
    counted = [_COUNTS.search(text_of(write.node)) is not None for write in (first, later)]
    return all(counted) and text_of(first.model) != text_of(later.model)


def _moves(scope: Scope, first: ActiveWrite, later: ActiveWrite) -> bool:
    """Whether what is taken from one row is given to the other."""
    taken: dict[str, set[str]] = {}
    for node in walk(scope.node):
        if node.type != "augmented_assignment":
            continue
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and right is not None and left.type == "attribute":
            taken.setdefault(text_of(left).partition(".")[0], set()).add(text_of(right))
    return bool(taken.get(first.row, set()) & taken.get(later.row, set()))


def _mentions(node: Node, name: str) -> bool:
    return any(part.type == "identifier" and text_of(part) == name for part in walk(node))


def _atomic_around(node: Node) -> int:
    """Where the transaction begins that a `with` around a node holds; 0 for none."""
    found = 0
    for parent in ancestors(node):
        if parent.type == "with_statement":
            clause = next((child for child in parent.children if child.type == "with_clause"), None)
            if clause is not None and _ATOMIC.search(text_of(clause)) is not None:
                found = parent.start_byte
        if parent.type == "function_definition":
            break
    return found


def _leads(flow: Flow, first: Node, later: Node) -> bool:
    goals = {id(step) for step in flow.at(later)}
    return bool(
        path_between(flow.at(first), lambda step: id(step) in goals, takes=lambda step, kind: kind != "raise")
    )


def held_by(first: Node, last: Node) -> tuple[Node, Node] | None:
    """The statements of one block that hold the two writes; None where no block does."""
    start = statement_of(first)
    for block_statement in (start, *ancestors(start)):
        if block_statement.type in ("function_definition", "module"):
            return None
        block = block_statement.parent
        if block is None or block.type != "block":
            continue
        end = next(
            (
                child
                for child in block.named_children
                if child.start_byte <= last.start_byte and last.end_byte <= child.end_byte
            ),
            None,
        )
        if end is not None:
            return block_statement, end
    return None
