"""Rows that a query loads: which expressions give one, of which model, and whether they lock it."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.local_uses import local_scope
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, text_of, unawaited

Style = Literal["sqlalchemy", "django", "active", "own"]
"""`active`: rows of peewee or Tortoise, which a class of theirs loads by itself; `own`: the object itself,
in a method of a class that may be a model of Django's."""

_DEPTH = 4
_ENDS = frozenset(
    {
        *("first", "one", "one_or_none", "get", "get_one", "scalar", "scalar_one", "scalar_one_or_none"),
        *("get_or_404", "first_or_404", "one_or_404", "all", "scalars", "unique", "last", "latest"),
        *("earliest", "aget", "afirst", "alast", "query", "execute", "exec", "stream_scalars", "filter"),
        *("exclude", "order_by", "select_related", "get_or_create", "aget_or_create", "get_object"),
        *("get_by_id", "get_or_none", "filter_by", "limit"),
    }
)
# What leaves a query a query.
_BUILDS = frozenset(
    {"query", "filter", "filter_by", "where", "order_by", "limit", "exclude", "select_related"}
)
_STARTS = frozenset(
    {"query", "execute", "exec", "scalars", "scalar", "stream_scalars", "first_or_404", "one_or_404"}
)
_OF_RESULTS = frozenset(
    {"scalar_one", "scalar_one_or_none", "scalars", "scalar", "first", "one", "one_or_none", "all", "unique"}
)
_ACTIVE = frozenset({"get", "get_by_id", "get_or_none", "get_or_create", "filter", "select"})
_GETS = frozenset({"get", "get_one", "get_or_404"})
_LOCKS = re.compile(r"for_update|lockmode|FOR UPDATE|isolation_level|SERIALIZABLE|advisory", re.IGNORECASE)
LOADER_NAMES = (
    *("first", "one", "one_or_none", "get", "get_one", "scalar", "scalar_one", "scalar_one_or_none"),
    *("get_or_404", "first_or_404", "get_object_or_404", "aget", "afirst", "get_by_id", "get_or_none"),
)
"""The last names of calls that end in one row."""


class Load(NamedTuple):
    """One row or several of a model. `model` is the model as written; `node` the whole expression;
    `statement` the `select(…)` or query where a lock would stand."""

    style: Style
    model: Node
    node: Node
    statement: Node
    locks: bool


def load_of(file: PyFile, value: Node | None, depth: int = _DEPTH) -> Load | None:
    """What an expression loads, or None where it loads no rows of a model."""
    node = unawaited(value) if value is not None else None
    if node is None or node.type != "call" or depth == 0:
        return None
    methods: list[tuple[str, Node]] = []
    current = node
    while True:
        function = callee_of(current)
        if function is None:
            return None
        if function.type != "attribute":
            return _by_function(file, node, current, function, methods, depth)
        name, owner = function.child_by_field_name("attribute"), function.child_by_field_name("object")
        if name is None or owner is None:
            return None
        methods.append((text_of(name), current))
        owner = unawaited(owner)
        if owner.type != "call":
            break
        current = owner
    return _of_chain(file, node, methods, owner, depth)


def _of_chain(
    file: PyFile, node: Node, methods: list[tuple[str, Node]], root: Node, depth: int
) -> Load | None:
    if methods[0][0] not in _ENDS:
        return None
    first, first_call = methods[-1]
    locks = any(_LOCKS.search(name) for name, _ in methods)
    written = text_of(root)
    if written.endswith(".objects") or ".objects." in f"{written}.":
        model = root.child_by_field_name("object")
        is_own = model is not None and text_of(model) == "cls"
        is_known = model is not None and (is_own or _is_model(model))
        return Load("django", model, node, root, locks) if model is not None and is_known else None
    if written.endswith(".query") and root.type == "attribute":
        model = root.child_by_field_name("object")
        if model is not None and _is_model(model):
            return Load("sqlalchemy", model, node, _before_end(node), locks)
    if written == "self" and first == "get_object" and len(methods) == 1:
        is_view = b"rest_framework" in file.source.data or b"django" in file.source.data
        return Load("django", root, node, root, locks) if is_view else None
    if first in _ACTIVE and _is_model(root) and not locks and (first != "select" or len(methods) > 1):
        return Load("active", root, node, first_call, locks)
    if root.type == "identifier" and first in _OF_RESULTS and depth > 1:
        # `result = session.execute(select(…))`, and then `result.scalar_one()`.
        bindings = file.names.bindings(root)
        if len(bindings) == 1 and bindings[0].kind == "assign":
            return load_of(file, bindings[0].value, depth - 1)
    arguments = arguments_of(first_call)
    given = arguments.positional[0] if arguments.positional else arguments.keywords.get("entity")
    given = given or arguments.keywords.get("statement")
    if given is None:
        return None
    if first in _GETS and len(methods) == 1:
        locks = locks or any(_LOCKS.search(name) for name in arguments.keywords)
        has_key = len(arguments.positional) > 1 or "ident" in arguments.keywords
        return Load("sqlalchemy", given, node, first_call, locks) if has_key and _is_model(given) else None
    if first == "query":
        return Load("sqlalchemy", given, node, _before_end(node), locks) if _is_model(given) else None
    if first in _STARTS:
        statement = _selected(file, given, depth)
        if statement is None:
            return None
        model, whole = statement
        locks = locks or _LOCKS.search(text_of(whole)) is not None
        return Load("sqlalchemy", model, node, whole, locks)
    return None


def _before_end(node: Node) -> Node:
    """The query that the last call of a chain runs."""
    function = callee_of(node)
    owner = function.child_by_field_name("object") if function is not None else None
    name = text_of(function).rpartition(".")[2] if function is not None else ""
    return owner if owner is not None and name not in _BUILDS else node


def _by_function(
    file: PyFile, node: Node, call: Node, function: Node, methods: list[tuple[str, Node]], depth: int
) -> Load | None:
    """`get_object_or_404(Model, …)`, and `list(rows)` around a query."""
    name, positional = text_of(function), arguments_of(call).positional
    if name in ("get_object_or_404", "aget_object_or_404") and positional:
        model = positional[0]
        locks = _LOCKS.search(text_of(model)) is not None
        if model.type == "attribute" and text_of(model).endswith(".objects"):
            model = model.children[0]
        return Load("django", model, node, call, locks) if _is_model(model) else None
    if name == "super" and not positional and [method for method, _ in methods] == ["get_object"]:
        return Load("django", call, node, call, False) if b"django" in file.source.data else None
    if name in ("list", "sorted", "reversed", "iter", "next") and positional and not methods:
        return load_of(file, positional[0], depth - 1)
    return None


def _selected(file: PyFile, statement: Node, depth: int) -> tuple[Node, Node] | None:
    """The model of a `select(Model)…`, and the whole statement; through names that hold it."""
    node = unawaited(statement)
    if depth == 0:
        return None
    if node.type == "identifier":
        bindings = file.names.bindings(node)
        for binding in reversed(bindings):
            found = _selected(file, binding.value, depth - 1) if binding.value is not None else None
            if found is not None:
                # Built in several steps or used by several queries: what is added to it stands at its use.
                return (found[0], node) if len(bindings) > 1 or _is_shared(file, node) else found
        return None
    if node.type != "call":
        return None
    current = node
    while (function := callee_of(current)) is not None:
        if function.type == "attribute":
            owner = function.child_by_field_name("object")
            owner = unawaited(owner) if owner is not None else None
            if owner is not None and owner.type == "call":
                current = owner
                continue
            is_select = text_of(function).rpartition(".")[2] == "select"
            if owner is not None and owner.type == "identifier" and not is_select:
                inner = _selected(file, owner, depth - 1)
                return (inner[0], node) if inner is not None else None
        break
    if function is None or text_of(function).rpartition(".")[2] != "select":
        return None
    positional = arguments_of(current).positional
    return (positional[0], node) if len(positional) == 1 and _is_model(positional[0]) else None


def _is_shared(file: PyFile, name: Node) -> bool:
    scope = local_scope(file, name)
    if scope is None:
        return False
    return len(re.findall(rf"(?<![\w.]){re.escape(text_of(name))}\b", text_of(scope.node))) > 2


def _is_model(node: Node) -> bool:
    """Whether an expression names a class, by the way classes are written."""
    if node.type not in ("identifier", "attribute"):
        return False
    last = text_of(node).rpartition(".")[2].lstrip("_")
    return last[:1].isupper() and not last.isupper()
