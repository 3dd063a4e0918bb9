"""UPDATEs of rows by their class with a value that was worked out from an earlier query of the same column.

`update(Model).values(n=row.n + 1)`, `query(Model).update({"n": row.n + 1})`,
`Model.objects.filter(…).update(n=row.n + 1)`, and tables of SQLAlchemy's Core."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.derived_names import bound_names, derived_names
from bugcatalog_ls.facts.loaded_rows import Load, load_of
from bugcatalog_ls.facts.stale_updates import LOCKING, is_under_lock
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.local_uses import local_scope
from bugcatalog_ls.syntax.nodes import arguments_of, called_name, callee_of, text_of, unawaited, walk
from bugcatalog_ls.syntax.scopes import Scope

_FILTERS = ("filter", "filter_by", "where")


class StaleStatement(NamedTuple):
    """The call that gives an UPDATE its values, and what is set from its old value.

    `column` is the column as an expression of the class; `reads` are the texts that stand for the old
    value; `load` is the query of the row, None where only the column is asked for by the call `asked`."""

    node: Node
    column: str
    style: Literal["sqlalchemy", "django"]
    value: Node
    reads: frozenset[str]
    load: Load | None
    asked: Node | None


def stale_statements(file: PyFile) -> Iterator[StaleStatement]:
    for call in (*file.calls_written("values"), *file.calls_written("update")):
        written = _values(call)
        found = _updated(call) if written else None
        scope = local_scope(file, call) if found is not None else None
        if found is None or scope is None or LOCKING.search(text_of(scope.node)) or is_under_lock(call):
            continue
        model, style = found
        chain = _chain(call)
        asked = _asked_for(chain)
        if any(name in asked for name in written):
            # Compared in the WHERE, which notices a change.
            continue
        owner = f"{model}.c" if model[:1].islower() else model
        for column, value in written.items():
            if re.search(
                rf"\b{re.escape(owner)}\.{column}\b", text_of(chain).replace(f"{owner}.{column}:", "")
            ):
                # Worked out by the database, or compared.
                continue
            stale = _stale(file, scope, call, f"{owner}.{column}", column, value, model)
            if stale is not None:
                yield StaleStatement(call, f"{owner}.{column}", style, value, *stale)
                break


def _values(call: Node) -> dict[str, Node]:
    """The columns that a call sets, by keyword or in a dict."""
    arguments = arguments_of(call)
    found = dict(arguments.keywords)
    given = arguments.positional[0] if arguments.positional else None
    for pair in given.named_children if given is not None and given.type == "dictionary" else ():
        key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if key is not None and value is not None:
            found[text_of(key).strip("'\"").rpartition(".")[2]] = value
    found.pop("synchronize_session", None)
    return found


def _updated(call: Node) -> tuple[str, Literal["sqlalchemy", "django"]] | None:
    """The class or table whose rows a chain of calls updates: of `update(Model)`, `table.update()`,
    `query(Model)…update(…)`, `Model.objects…update(…)`."""
    node: Node | None = call
    is_update = called_name(call) == "update"
    while node is not None and node.type == "call":
        callee = callee_of(node)
        if callee is None:
            return None
        positional, last = arguments_of(node).positional, text_of(callee).rpartition(".")[2]
        owner = callee.child_by_field_name("object") if callee.type == "attribute" else None
        if last == "query" and is_update and len(positional) == 1 and _is_class(positional[0]):
            return text_of(positional[0]), "sqlalchemy"
        if last == "update" and not is_update:
            if len(positional) == 1 and positional[0].type in ("identifier", "attribute"):
                return text_of(positional[0]), "sqlalchemy"
            if not positional and owner is not None and owner.type in ("identifier", "attribute"):
                return text_of(owner), "sqlalchemy"
            return None
        if owner is not None and owner.type == "attribute" and is_update:
            root, _, manager = text_of(owner).rpartition(".")
            if manager in ("objects", "query") and root.rpartition(".")[2][:1].isupper():
                return root, "django" if manager == "objects" else "sqlalchemy"
        if owner is not None and owner.type == "identifier" and is_update and _is_class(owner):
            return (text_of(owner), "sqlalchemy") if node.id == call.id else None
        node = owner
    return None


def _is_class(node: Node) -> bool:
    return text_of(node).rpartition(".")[2][:1].isupper()


def _chain(call: Node) -> Node:
    """The whole chain of calls that a call is part of."""
    node = call
    while node.parent is not None and node.parent.type in ("attribute", "call"):
        if node.parent.type == "call" and callee_of(node.parent) != node:
            break
        node = node.parent
    return node


def _asked_for(chain: Node) -> set[str]:
    """The columns that the filters of a chain compare by keyword."""
    return {
        keyword
        for part in (chain, *walk(chain))
        if part.type == "call" and called_name(part) in _FILTERS
        for keyword in arguments_of(part).keywords
    }


def _stale(
    file: PyFile, scope: Scope, call: Node, written: str, column: str, value: Node, model: str
) -> tuple[frozenset[str], Load | None, Node | None] | None:
    """What stands for the old value, and the query that has read it; None where the value is no result
    of it."""
    names: set[str] = set()
    rows: dict[str, Load] = {}
    queries: list[Node] = []
    pattern = re.compile(rf"\b(?:select|query)\(\s*{re.escape(written)}\s*\)\Z")
    for left, right in bound_names(scope.node):
        if right.end_byte > call.start_byte:
            continue
        if written in text_of(right):
            for part in (right, *walk(right)):
                if part.type == "call" and pattern.search(text_of(part)):
                    queries.append(part)
                    names |= derived_names(scope, part)
        if left.type != "identifier":
            continue
        load = load_of(file, unawaited(right))
        if load is not None and not load.locks and text_of(load.model) == model:
            rows[text_of(left)] = load
    reads = {f"{row}.{column}": load for row, load in rows.items()}
    if not _computes(file, value, names, set(reads), 3):
        return None
    load = next(iter(reads.values()), None)
    return frozenset(names | set(reads)), load, queries[0] if queries else None


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
            if part.type == "identifier" and depth and text_of(part) not in names:
                held = [b.value for b in file.names.bindings(part) if b.kind == "assign"]
                if any(each is not None and text_of(each) in reads for each in held):
                    return True
    return False
