"""UPDATEs in SQL text that write a value worked out from a SELECT of the same column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.stale_updates import LOCKING, is_under_lock
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.local_uses import local_scope
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, string_value, text_of, walk
from bugcatalog_ls.syntax.scopes import Scope

_TABLE = r"[\"`]?(?P<table>[\w.]+)[\"`]?"
_SELECT = re.compile(rf"\s*SELECT\s+(?P<columns>[\w\s,.\"`*]+?)\s+FROM\s+{_TABLE}", re.IGNORECASE)
_UPDATE = re.compile(rf"\s*UPDATE\s+{_TABLE}\s+SET\s+(?P<sets>.*)", re.IGNORECASE | re.DOTALL)
_SET = re.compile(
    r"[\"`]?(?P<column>\w+)[\"`]?\s*=\s*(?:\?|%s|%\(\w+\)s|:\w+|\$\d+|\{\w+\})\s*(?:,|\bWHERE\b|$)",
    re.IGNORECASE,
)


class StaleSql(NamedTuple):
    """An UPDATE of a column with a value that was worked out from a SELECT of it."""

    node: Node
    table: str
    column: str
    read: Node


def stale_sql(file: PyFile) -> Iterator[StaleSql]:
    by_function: dict[int, tuple[Scope, list[tuple[Node, str]]]] = {}
    for call in file.calls_named("execute", "fetchval", "fetchrow", "fetch", "fetchone", "fetch_one"):
        positional = arguments_of(call).positional
        text = _sql(positional[0]) if positional else None
        scope = local_scope(file, call) if text else None
        if scope is not None and text:
            by_function.setdefault(scope.start, (scope, []))[1].append((call, text))
    for scope, calls in by_function.values():
        updates = [(call, match) for call, text in calls if (match := _UPDATE.match(text)) is not None]
        selects = [(call, match) for call, text in calls if (match := _SELECT.match(text)) is not None]
        if not updates or not selects or LOCKING.search(text_of(scope.node)):
            continue
        for call, update in updates:
            found = _stale_column(scope, call, update, selects)
            if found is not None and not is_under_lock(call):
                yield StaleSql(call, update["table"], *found)


def _sql(node: Node) -> str | None:
    if node.type == "call" and arguments_of(node).positional:
        return _sql(arguments_of(node).positional[0])
    if node.type not in ("string", "concatenated_string"):
        return None
    return string_value(node) or re.sub(r"""^[rRfFbBuU]*['"]+|['"]+$""", "", text_of(node))


def _stale_column(
    scope: Scope, call: Node, update: re.Match[str], selects: list[tuple[Node, re.Match[str]]]
) -> tuple[str, Node] | None:
    """The column, and the SELECT that it was read by."""
    sets, _, where = (
        update["sets"].partition("WHERE") if "WHERE" in update["sets"] else update["sets"].partition("where")
    )
    for select_call, select in selects:
        if select["table"].lower() != update["table"].lower() or select_call.start_byte > call.start_byte:
            continue
        columns = {column.strip(' "`').rpartition(".")[2].lower() for column in select["columns"].split(",")}
        for match in _SET.finditer(f"{sets} WHERE"):
            column = match["column"].lower()
            # A WHERE that asks for the old value notices a change in between.
            if column not in columns or re.search(rf"\b{re.escape(column)}\b", where, re.IGNORECASE):
                continue
            derived = derived_names(scope, select_call)
            if computes_from(call, derived, scope):
                return column, select_call
    return None


def derived_names(scope: Scope, source: Node) -> set[str]:
    """The local names whose values come from what a call gives, however far."""
    found: set[str] = set()
    receiver = text_of(callee_of(source) or source).rpartition(".")[0]
    assignments = [node for node in walk(scope.node) if node.type == "assignment"]
    for node in assignments:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None or node.end_byte < source.start_byte:
            continue
        is_own = right.start_byte <= source.start_byte and source.end_byte <= right.end_byte
        is_fetched = re.match(rf"(?:await )?\(?{re.escape(receiver)}\.fetch", text_of(right)) is not None
        uses = any(part.type == "identifier" and text_of(part) in found for part in (right, *walk(right)))
        if is_own or is_fetched or uses:
            found |= {text_of(part) for part in (left, *walk(left)) if part.type == "identifier"}
    return found


def computes_from(call: Node, names: set[str], scope: Scope) -> bool:
    """Whether an argument of a call is worked out from one of the names, by an operator or by a call."""
    arguments = call.child_by_field_name("arguments")
    made = {
        text_of(left): right
        for node in walk(scope.node)
        if node.type == "assignment" and node.end_byte <= call.start_byte
        for left, right in [(node.child_by_field_name("left"), node.child_by_field_name("right"))]
        if left is not None and right is not None and left.type == "identifier"
    }
    for part in walk(arguments) if arguments is not None else ():
        if part.type == "binary_operator" and _uses(part, names):
            return True
        if part.type == "identifier" and text_of(part) in made:
            value = made[text_of(part)]
            if any(
                inner.type == "binary_operator" and _uses(inner, names) for inner in (value, *walk(value))
            ):
                return True
    return False


def _uses(node: Node, names: set[str]) -> bool:
    return any(part.type == "identifier" and text_of(part) in names for part in walk(node))
