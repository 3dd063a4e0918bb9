"""Locks for a SELECT whose row is written later: `FOR UPDATE`, or SQLite's `BEGIN IMMEDIATE`."""

from __future__ import annotations

import re

from bugcatalog_ls.facts.active_writes import held_by
from bugcatalog_ls.facts.derived_names import derived_names
from bugcatalog_ls.facts.sql_parameters import sql_literal
from bugcatalog_ls.facts.stale_sql import StaleSql, sql_of
from bugcatalog_ls.syntax.edits import insert_at
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.local_uses import local_scope
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    arguments_of,
    callee_of,
    is_within,
    statement_of,
    text_of,
    walk,
)
from bugcatalog_ls.syntax.scopes import Scope
from bugcatalog_ls.syntax.statement_edits import insert_before, wrap
from bugcatalog_ls.text.spans import TextEdit

_LOCKING_DRIVERS = re.compile(
    rb"\b(?:psycopg2?|asyncpg|pymysql|MySQLdb|aiomysql|mysql\.connector|oracledb)\b"
)
_SQLITE = re.compile(rb"\b(?:sqlite3|aiosqlite)\b")
_UNLOCKABLE = re.compile(r"\b(?:group by|distinct|join|union|for update)\b", re.IGNORECASE)
_CONNECTION = re.compile(r"(?:^|[._])(?:conn|connection|con|db)$", re.IGNORECASE)
_WRITES = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|REPLACE|BEGIN)\b", re.IGNORECASE)


def locking_sql(file: PyFile, stale: StaleSql) -> list[TextEdit]:
    """The edits by which the SELECT that an UPDATE depends on locks its row; none where the database has
    no such lock, or where there is no transaction that would hold it."""
    data, scope = file.source.data, local_scope(file, stale.node)
    given = arguments_of(stale.read).positional
    text = sql_of(file, given[0]) if given else None
    if scope is None or text is None or re.match(r"\s*SELECT\b", text, re.IGNORECASE) is None:
        return []  # The SELECT stands in another function.
    if _SQLITE.search(data) is not None:
        return _immediate(file, scope, stale)
    if _LOCKING_DRIVERS.search(data) is None or re.search(rb"autocommit\s*=\s*True", data) is not None:
        return []
    literal = sql_literal(file, stale.read)
    written = literal.text if literal is not None else ""
    body = written.rstrip("'\"").rstrip().rstrip(";").rstrip()
    if literal is None or _UNLOCKABLE.search(body):
        return []
    around = _in_transaction(file, stale) if re.search(rb"\basyncpg\b", data) is not None else []
    if around is None:
        return []
    row = body.rpartition("\n")[2]
    gap = f"\n{row[: len(row) - len(row.lstrip())]}" if "\n" in text_of(literal.pieces[-1]) else " "
    return [*around, insert_at(literal.offset_of(len(body)), f"{gap}FOR UPDATE")]


def is_better_locked(file: PyFile, stale: StaleSql) -> bool:
    """Whether what was read also decides something, or is given back where a lock costs one word."""
    scope = local_scope(file, stale.node)
    if scope is None or is_tested(scope, stale):
        return scope is not None
    names = derived_names(scope, stale.read)
    return _SQLITE.search(file.source.data) is None and any(
        node.type == "return_statement"
        and stale.node.start_byte < node.start_byte
        and any(re.search(rf"\b{name}\b", text_of(node)) for name in names)
        for node in walk(scope.node)
    )


def is_tested(scope: Scope, stale: StaleSql) -> bool:
    """Whether a condition looks at what was read; whether there is a row at all does not count."""
    names = derived_names(scope, stale.read)
    for node in walk(scope.node):
        if node.type not in ("if_statement", "elif_clause", "while_statement", "conditional_expression"):
            continue
        if node.start_byte < stale.read.start_byte:
            continue
        condition = node.child_by_field_name("condition")
        if node.type == "conditional_expression":
            condition = node.named_children[1] if node.named_child_count == 3 else None
        if condition is not None and any(
            _looks_at(text_of(condition), name, text_of(scope.node)) for name in names
        ):
            return True
    return False


def _looks_at(condition: str, name: str, function: str) -> bool:
    for match in re.finditer(rf"(?<![\w.]){name}\b", condition):
        before, after = condition[: match.start()], condition[match.end() :]
        if re.match(r"\s+is\s+(?:not\s+)?None\b", after):
            continue
        is_row = re.search(rf"\b{name}(?:\[|\.\w)", function) is not None
        is_bare = re.match(r"\s*(?:$|\)|and\b|or\b)", after) is not None
        if is_row and is_bare and re.search(r"[<>=+\-*/]\s*$", before) is None:
            continue
        return True
    return False


def _in_transaction(file: PyFile, stale: StaleSql) -> list[TextEdit] | None:
    """The edits by which a transaction of asyncpg's lasts from the SELECT to the UPDATE, since each statement
    is one of its own otherwise; None where a pool runs both on connections of its own choice."""
    receivers = {text_of(callee_of(call) or call).rpartition(".")[0] for call in (stale.read, stale.node)}
    if len(receivers) != 1:
        return None
    receiver = receivers.pop()
    for parent in ancestors(stale.read):
        if parent.type == "with_statement" and ".transaction(" in text_of(parent).partition("\n")[0]:
            return [] if parent.end_byte >= stale.node.end_byte else None
    if "pool" in receiver.lower():
        return None
    for call in (stale.read, stale.node):
        for part in walk(callee_of(call) or call):
            for binding in file.names.bindings(part) if part.type == "identifier" else ():
                if binding.annotation is not None and "Pool" in text_of(binding.annotation):
                    return None
                if binding.value is not None and "create_pool" in text_of(binding.value):
                    return None
    held = held_by(stale.read, stale.node)
    return wrap(file, *held, f"async with {receiver}.transaction():") if held is not None else None


def _immediate(file: PyFile, scope: Scope, stale: StaleSql) -> list[TextEdit]:
    """`BEGIN IMMEDIATE` before the SELECT, where every way out of the function ends the transaction."""
    receiver = text_of(callee_of(stale.read) or stale.read).rpartition(".")[0]
    if is_within(stale.read, ("for_statement", "while_statement")):
        return []
    for node in walk(scope.node):
        if node.type != "call" or stale.read.start_byte <= node.start_byte:
            continue
        positional = arguments_of(node).positional
        text = sql_of(file, positional[0]) if positional else None
        if text is not None and _WRITES.match(text) is not None:
            return []
    begin = f'{receiver}.execute("BEGIN IMMEDIATE")'
    if _ends(stale, receiver):
        awaited = "await " if b"aiosqlite" in file.source.data else ""
        return insert_before(file, statement_of(stale.read), f"{awaited}{begin}")
    held = held_by(stale.read, stale.node)
    if held is None or b"aiosqlite" in file.source.data or _CONNECTION.search(receiver) is None:
        return []
    return wrap(file, *held, f"with {receiver}:\n    {begin}")


def _ends(stale: StaleSql, receiver: str) -> bool:
    """Whether every way out of the function ends the transaction."""
    for parent in ancestors(stale.read):
        if parent.type == "with_statement":
            head = text_of(parent).partition(":\n")[0]
            if re.search(r"\bconnect\(", head) or re.search(rf"with {re.escape(receiver)}$", head):
                return True
        if parent.type == "try_statement" and re.search(
            r"finally:\s.*\.(?:close|rollback)\(", text_of(parent), re.DOTALL
        ):
            return True
        if parent.type == "function_definition":
            break
    return False
