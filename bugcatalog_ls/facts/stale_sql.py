"""UPDATEs in SQL text that write a value worked out from a SELECT of the same column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.derived_names import bound_names, computes_from, derived_names
from bugcatalog_ls.facts.sql_parameters import parameter_at
from bugcatalog_ls.facts.stale_updates import LOCKING, is_under_lock
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.local_uses import local_scope
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    called_name,
    callee_of,
    string_value,
    text_of,
    unawaited,
    unparenthesised,
)
from bugcatalog_ls.syntax.scopes import Scope

_TABLE = r"[\"`]?(?P<table>[\w.]+|\{[\w.]+\})[\"`]?"
_SELECT = re.compile(rf"\s*SELECT\s+(?P<columns>[\w\s,.\"`*()]+?)\s+FROM\s+{_TABLE}", re.IGNORECASE)
_UPDATE = re.compile(rf"\s*UPDATE\s+{_TABLE}\s+SET\s+(?P<sets>.*)", re.IGNORECASE | re.DOTALL)
_SET = re.compile(
    r"[\"`]?\b(?P<column>\w+)[\"`]?\s*=\s*(?P<value>\?|%s|%\(\w+\)s|:\w+|\$\d+|\{\w+\})(?:::\w+)?\s*"
    r"(?:,|\bWHERE\b|$)",
    re.IGNORECASE,
)
_ANY_SET = re.compile(r"[\"`]?\b(\w+)[\"`]?\s*=[^=]")
# `COALESCE(balance, 0)` reads the column as well.
_DEFAULT = re.compile(r"\b(?:COALESCE|IFNULL|NVL)\(\s*([\w.\"`]+)\s*,\s*[\w.]+\s*\)", re.IGNORECASE)
_WHERE = re.compile(r"\bWHERE\b", re.IGNORECASE)
_RUNS = (
    *("execute", "exec", "exec_driver_sql", "scalar", "scalars"),
    *("fetch", "fetchval", "fetchrow", "fetchone", "fetch_one", "fetch_val", "fetch_all", "execute_fetchall"),
)


class StaleSql(NamedTuple):
    """An UPDATE of a column with a value that was worked out from a SELECT of it."""

    node: Node
    table: str
    column: str
    read: Node


def stale_sql(file: PyFile) -> Iterator[StaleSql]:
    by_function: dict[int, tuple[Scope, list[tuple[Node, str]]]] = {}
    for call in file.calls_named(*_RUNS):
        positional = arguments_of(call).positional
        text = sql_of(file, positional[0]) if positional else None
        scope = local_scope(file, call) if text else None
        if scope is not None and text:
            by_function.setdefault(scope.start, (scope, []))[1].append((call, text))
    for scope, calls in by_function.values():
        updates = [(call, match) for call, text in calls if (match := _UPDATE.match(text)) is not None]
        selects = [
            (call, match)
            for call, text in calls
            if (match := _SELECT.match(text)) is not None and LOCKING.search(text) is None
        ]
        if not updates or LOCKING.search(text_of(scope.node)):
            continue
        selects += _read_by_functions(scope, by_function)
        if not selects:
            continue
        for call, update in updates:
            found = _stale_column(scope, call, update, selects)
            if found is not None and not is_under_lock(call):
                yield StaleSql(call, update["table"], *found)


def _read_by_functions(
    scope: Scope, by_function: dict[int, tuple[Scope, list[tuple[Node, str]]]]
) -> list[tuple[Node, re.Match[str]]]:
    """The calls that give a name what a SELECT in another function of the file reads."""
    readers: dict[str, re.Match[str]] = {}
    for other, calls in by_function.values():
        matches = [_SELECT.match(text) for _, text in calls]
        if len(matches) == 1 and matches[0] is not None and LOCKING.search(text_of(other.node)) is None:
            name = text_of(other.node.child_by_field_name("name") or other.node)
            readers[name] = matches[0]
    found: list[tuple[Node, re.Match[str]]] = []
    for _, right in bound_names(scope.node) if readers else ():
        call = unawaited(right)
        callee = callee_of(call) if call.type == "call" else None
        if callee is None or called_name(call) not in readers:
            continue
        if callee.type == "identifier" or re.fullmatch(r"(?:self|cls)\.\w+", text_of(callee)):
            found.append((call, readers[called_name(call)]))
    return found


def sql_of(file: PyFile, node: Node, depth: int = 6) -> str | None:
    """The SQL that an argument is: a string, what `text(…)` is given, or a name that holds it."""
    if depth == 0:
        return None  # A name that is made of itself: `query = text(query)`.
    if node.type == "call":
        positional = arguments_of(node).positional
        if positional:
            return sql_of(file, positional[0], depth - 1)
        callee = callee_of(node)
        owner = callee.child_by_field_name("object") if callee is not None else None
        return sql_of(file, owner, depth - 1) if owner is not None and owner.type == "call" else None
    if node.type == "identifier":
        bindings = file.names.bindings(node)
        held = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
        if held is None or held.type == "identifier":
            return None
        return sql_of(file, unparenthesised(held), depth - 1)
    node = unparenthesised(node)
    if node.type not in ("string", "concatenated_string"):
        return None
    return string_value(node) or re.sub(r"""^[rRfFbBuU]*['"]+|['"]+$""", "", text_of(node))


def _stale_column(
    scope: Scope, call: Node, update: re.Match[str], selects: list[tuple[Node, re.Match[str]]]
) -> tuple[str, Node] | None:
    """The column, and the SELECT that it was read by."""
    where = _WHERE.search(update["sets"])
    sets = update["sets"][: where.start()] if where is not None else update["sets"]
    asked = update["sets"][where.end() :] if where is not None else ""
    if any(_mentions(asked, column) for column in _ANY_SET.findall(sets)):
        # A WHERE that asks for an old value, a version for instance, notices a change in between.
        return None
    for select_call, select in selects:
        if select["table"].lower() != update["table"].lower() or call.start_byte < select_call.start_byte:
            continue
        columns = {_column(column) for column in _DEFAULT.sub(r"\1", select["columns"]).split(",")}
        for match in _SET.finditer(f"{sets} WHERE"):
            column = match["column"].lower()
            if column not in columns and not ("*" in columns and _reads(scope, column)):
                continue
            value = parameter_at(call, update.string, update.start("sets") + match.start("value"))
            value = value or call.child_by_field_name("arguments")
            derived = derived_names(scope, select_call)
            if value is not None and computes_from(value, derived, scope, select_call, call.start_byte):
                return column, select_call
    return None


def _column(written: str) -> str:
    """The column of one item of a SELECT, without its table and its alias."""
    words = written.strip().split()
    return words[0].strip('"`').rpartition(".")[2].strip('"`').lower() if words else ""


def _reads(scope: Scope, column: str) -> bool:
    """Whether a function takes a column out of a row by its name."""
    return re.search(rf"""(?:\.|\[["'])\b{re.escape(column)}\b""", text_of(scope.node)) is not None


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE) is not None
