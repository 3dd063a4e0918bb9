"""Writes through a driver's connection that nothing commits or rolls back together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.db_sessions import is_cursor, is_dbapi
from bugcatalog_ls.facts.function_effects import writes_in_statement
from bugcatalog_ls.facts.written_rows import body_of_function, mentions_any, standing_before
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.flow import Flow
from bugcatalog_ls.syntax.flow_paths import path_from
from bugcatalog_ls.syntax.local_uses import local_scope
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    arguments_of,
    called_name,
    callee_of,
    constant_value,
    statement_of,
    text_of,
    walk,
)
from bugcatalog_ls.syntax.scopes import Scope

_KEY_OF_ROW = re.compile(r"\.lastrowid\b|\bRETURNING\b|\.insert_id\(\)", re.IGNORECASE)
# A transaction that the function opens by hand.
_BEGINS = re.compile(r"\(\s*[a-zA-Z]?[\"']+\s*(?:BEGIN|START\s+TRANSACTION|SAVEPOINT)\b", re.IGNORECASE)
_ENDS = re.compile(r"\bCOMMIT\b|\bEND\b|\bRELEASE\b|\.commit\(|\bwith\b", re.IGNORECASE)
_FETCHES = re.compile(r"\.fetch(?:one|val|row)?\(")


class BareWrite(NamedTuple):
    """The first of several writes through a driver's connection that nothing rolls back together."""

    node: Node
    connection: str
    is_autocommit: bool
    last: Node
    early: Node | None = None


def bare_writes(file: PyFile) -> Iterator[BareWrite]:
    """The first write of each function that makes several through one connection of a driver, which it
    commits itself and never rolls back."""
    by_function: dict[int, tuple[Scope, list[Node]]] = {}
    for call in file.calls_named("execute", "executemany"):
        scope = local_scope(file, call)
        if scope is not None and writes_in_statement(file, call):
            by_function.setdefault(scope.start, (scope, []))[1].append(call)
    for scope, calls in by_function.values():
        by_connection: dict[str, list[Node]] = {}
        for call in calls:
            callee = callee_of(call)
            receiver = callee.child_by_field_name("object") if callee is not None else None
            connection = _connection(file, scope, receiver) if receiver is not None else None
            if connection is None:
                continue
            by_itself = _is_autocommit(file, scope, connection)
            if not _is_in_transaction(call, connection, is_autocommit=by_itself):
                by_connection.setdefault(connection, []).append(call)
        for connection, writes in by_connection.items():
            text = text_of(scope.node)
            is_autocommit = _is_autocommit(file, scope, connection)
            if not is_autocommit and f"{connection}.commit(" not in text:
                continue
            if is_autocommit and _BEGINS.search(text) is not None:
                continue
            early = None if is_autocommit else _early_commit(scope, connection, writes)
            if early is not None and len(writes) > 1 and _follow(scope, writes):
                yield BareWrite(writes[0], connection, False, writes[-1], early)
                continue
            if f"{connection}.rollback(" in text and not is_autocommit:
                continue
            if not is_autocommit and _is_closed_always(scope, connection):
                continue
            if len(writes) > 1 and _follow(scope, writes):
                yield BareWrite(writes[0], connection, is_autocommit, writes[-1])


def _early_commit(scope: Scope, connection: str, writes: list[Node]) -> Node | None:
    """The commit of a driver's connection before a write that points to the row of an earlier one, by
    the key that this got: `cursor.lastrowid`, or a row that it returned."""
    body = body_of_function(scope)
    commits = [
        call
        for call in body.calls
        if text_of(callee_of(call) or call) == f"{connection}.commit"
        and statement_of(call).parent is not None
    ]
    if len(commits) < 2:
        return None
    for commit in commits[:-1]:
        first = [write for write in writes if write.start_byte < commit.start_byte]
        later = [write for write in writes if write.start_byte > commit.start_byte]
        if not first or not later:
            continue
        block = statement_of(commit).parent
        if (
            block is None
            or statement_of(first[-1]).parent != block
            or statement_of(commits[-1]).parent != block
        ):
            continue
        returns = any("returning" in text_of(write).lower() for write in first)
        keys = {
            text_of(left)
            for node in standing_before(body.assignments, later[0].start_byte)
            if node.end_byte > first[0].start_byte
            and (left := node.child_by_field_name("left")) is not None
            and (right := node.child_by_field_name("right")) is not None
            and (_KEY_OF_ROW.search(text_of(right)) or (returns and _FETCHES.search(text_of(right))))
            and left.type == "identifier"
        }
        if keys and any(mentions_any(statement_of(write), keys) for write in later):
            return commit
    return None


def _connection(file: PyFile, scope: Scope, receiver: Node) -> str | None:
    """The written name of the connection that a cursor (or the connection itself) belongs to."""
    if receiver.type == "call" and called_name(receiver) == "cursor":
        function = callee_of(receiver)
        owner = function.child_by_field_name("object") if function is not None else None
        return _connection(file, scope, owner) if owner is not None else None
    symbol = file.symbol(receiver)
    if is_dbapi(symbol):
        return text_of(receiver)
    if receiver.type != "identifier":
        return None
    for binding in scope.bindings.get(text_of(receiver), ()):
        value = binding.value
        if value is not None and value.type == "await" and value.named_children:
            value = value.named_children[0]
        if value is not None and value.type == "call" and called_name(value) in ("closing", "aclosing"):
            held = next(iter(arguments_of(value).positional), None)
            if held is not None and is_dbapi(file.symbol(held)):
                return text_of(receiver)
        function = callee_of(value) if value is not None and value.type == "call" else None
        owner = function.child_by_field_name("object") if function is not None else None
        if function is not None and owner is not None and text_of(function).endswith(".cursor"):
            return text_of(owner) if _may_be_connection(file, owner) else None
    if is_cursor(symbol):
        return None
    return (
        text_of(receiver)
        if symbol is None and f"{text_of(receiver)}.cursor(" in text_of(scope.node)
        else None
    )


def _may_be_connection(file: PyFile, owner: Node) -> bool:
    symbol = file.symbol(owner)
    return symbol is None or is_dbapi(symbol) or "django" not in symbol


def _is_in_transaction(call: Node, connection: str, *, is_autocommit: bool) -> bool:
    """Whether `with connection:` or `with connection.transaction():` holds a write."""
    for parent in ancestors(call):
        if parent.type == "with_statement":
            clause = next((child for child in parent.children if child.type == "with_clause"), None)
            items = [text_of(item) for item in clause.named_children] if clause is not None else []
            for item in items:
                if _is_handed(item, connection):
                    return True
                if is_autocommit and ".transaction" not in item and ".begin" not in item:
                    continue
                is_own = item == connection or item.startswith(
                    (f"{connection} as", f"{connection}.transaction")
                )
                if is_own or item.startswith(f"{connection}.begin") or item.endswith(f" as {connection}"):
                    return "closing(" not in item
        if parent.type == "function_definition":
            return False
    return False


def _is_handed(item: str, connection: str) -> bool:
    """Whether the item of a `with` is made of the connection, as a transaction of the workspace is."""
    made, _, arguments = item.partition("(")
    is_named = re.search(rf"\b{re.escape(connection)}\b(?!\.)", arguments.partition(" as ")[0]) is not None
    return is_named and made.rpartition(".")[2] not in ("closing", "aclosing")


def _is_autocommit(file: PyFile, scope: Scope, connection: str) -> bool:
    bound = [file.names.binding_symbol(binding, scope) for binding in scope.bindings.get(connection, ())]
    if any(symbol is not None and symbol.startswith("asyncpg.") for symbol in bound):
        # Each statement by itself, where no transaction is asked for.
        return True
    text = text_of(scope.node)
    if f"{connection}.autocommit = True" in text or f"{connection}.autocommit(True)" in text:
        return True
    if f"{connection}.set_session(autocommit=True" in text or _is_shared_autocommit(file, scope, connection):
        return True
    for binding in scope.bindings.get(connection, ()):
        value = binding.value
        if value is not None and value.type == "await" and value.named_children:
            value = value.named_children[0]
        if value is not None and value.type == "call" and called_name(value) in ("closing", "aclosing"):
            value = next(iter(arguments_of(value).positional), None)
        if value is None or value.type != "call":
            continue
        keywords = arguments_of(value).keywords
        if constant_value(keywords.get("autocommit")) is True:
            return True
        level = keywords.get("isolation_level")
        if (
            level is not None
            and level.type == "none"
            and (file.callee(value) or "").startswith(("sqlite3", "aiosqlite"))
        ):
            return True
    return False


def _is_shared_autocommit(file: PyFile, scope: Scope, connection: str) -> bool:
    """Whether the class, or the module, has given itself a connection that commits each statement, and
    opens no transaction by hand."""
    holder: Node | None = file.root
    values = [binding.value for binding in scope.bindings.get(connection, ())]
    if len(values) == 1 and values[0] is not None and values[0].type == "attribute":
        connection = text_of(values[0])
    if connection.startswith("self."):
        holder = next((each for each in ancestors(scope.node) if each.type == "class_definition"), None)
    elif not connection.isidentifier() or connection in scope.bindings:
        return False
    text = text_of(holder) if holder is not None else ""
    name = rf"(?<![\w.]){re.escape(connection)}"
    made = rf"{name}\s*(?::[^=\n]+)?=\s*(?:await )?[\w.]*connect\([^)]*\b"
    turned_on = rf"{name}\.(?:autocommit(?: = |\()True\b|set_session\([^)]*\bautocommit=True)"
    if b"sqlite" in file.source.data:
        turned_on += rf"|{made}isolation_level=None|{name}\.isolation_level = None"
    if holder is None or re.search(rf"{made}autocommit=True|{turned_on}", text) is None:
        return False
    return _BEGINS.search(text) is None or not _may_be_begun(holder, scope)


def _may_be_begun(holder: Node, scope: Scope) -> bool:
    """Whether another function begins a transaction by hand and leaves its end to others, or calls this
    one in it."""
    for function in walk(holder):
        text = text_of(function) if function.type == "function_definition" else ""
        if _BEGINS.search(text) is None:
            continue
        if "yield" in text or _ENDS.search(text) is None or f"{scope.name}(" in text:
            return True
    return False


def _is_closed_always(scope: Scope, connection: str) -> bool:
    """Whether the function closes its own connection on each path, which ends the transaction too."""
    if connection not in scope.bindings or any(
        binding.kind == "parameter" for binding in scope.bindings[connection]
    ):
        return False
    for node in walk(scope.node):
        if node.type == "finally_clause" and f"{connection}.close(" in text_of(node):
            return True
        if node.type == "with_item" and "closing(" in text_of(node) and connection in text_of(node):
            return True
    return False


def _follow(scope: Scope, writes: list[Node]) -> bool:
    """Whether one of the writes can follow the first in one run."""
    flow = Flow(scope.node)
    later = {id(step) for write in writes[1:] for step in flow.at(write)}
    starts = [step for first in flow.at(writes[0]) for step in first.after()]
    return flow.is_complete and path_from(starts, lambda step: id(step) in later) is not None
