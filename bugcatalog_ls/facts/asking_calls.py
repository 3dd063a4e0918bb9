"""Calls that ask a database, told by what they are given: a statement, a model and a key, or SQL."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.built_queries import chain_of, is_iterated
from bugcatalog_ls.facts.function_effects import names_class, writes_in_statement
from bugcatalog_ls.facts.queries import Query, is_class_like, method_name, read_query
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, string_value, text_of, walk

_TAKING_STATEMENTS = frozenset(
    {"execute", "scalar", "scalars", "exec", "query", "get", "get_one", "fetchrow", "fetchval", "fetch"}
)
_OF_MANAGER = frozenset(
    {"get", "first", "last", "count", "exists", "aggregate", "latest", "earliest", "get_or_none"}
)
ASKING = _TAKING_STATEMENTS | _OF_MANAGER
"""The names of methods that may ask a database."""

_BUILDING = frozenset({"exists", "aggregate", "latest", "earliest", "last"})
_RUNNING = frozenset(
    {"all", "first", "one", "one_or_none", "scalar", "scalars", "count", "get", "scalar_one"}
)
_FROM_HOLE = re.compile(r"\bfrom\s+[\"'`\[]*\{", re.IGNORECASE)
_FROM = re.compile(r"\bfrom\b", re.IGNORECASE)
_SQL = re.compile(r"\s*(?:SELECT|WITH)\b", re.IGNORECASE)


def asks_database(file: PyFile, call: Node, name: str) -> bool:
    """Whether a call is a query by what it is given: a statement, a model and a key, SQL that selects."""
    callee = callee_of(call)
    if callee is None or callee.type != "attribute":
        return False
    positional = arguments_of(call).positional
    owner = callee.child_by_field_name("object")
    if name in ("get", "get_one") and len(positional) > 1 and names_class(positional[0]):
        return True
    if name in _OF_MANAGER and owner is not None:
        query = read_query(file, owner)
        if query is None or _is_batched(call):
            return False
        # What `session.query(…)` begins is told by its beginning.
        is_property = query.library == "query" and query.roots[0].type == "attribute"
        return query.library == "django" or (is_property and name not in _BUILDING)
    if name == "query":
        whole = chain_of(call)
        runs = method_name(whole) in _RUNNING or is_iterated(whole)
        return bool(positional) and _is_of_class(positional[0]) and runs and not _is_batched(whole)
    if name not in _TAKING_STATEMENTS or not positional or writes_in_statement(file, call):
        return False
    if _is_batched(call):
        return False
    statement = positional[0]
    inner = arguments_of(statement).positional if statement.type == "call" else ()
    sql = string_value(statement) or (string_value(inner[0]) if inner else None)
    if sql is None and statement.type == "string":
        sql = text_of(statement).lstrip("frFR'\"")
    if sql is not None:
        asks_rows = _SQL.match(sql) is not None and _FROM.search(sql) is not None
        return asks_rows and name != "get" and _FROM_HOLE.search(sql) is None
    query = read_query(file, statement)
    return query is not None and _is_of_rows(query) and not any(_is_batched(part) for _, part in query.parts)


def _is_of_class(entity: Node) -> bool:
    """Whether a query is of a class, of its column, or of a function of its column: `func.max(Row.id)`."""
    if entity.type == "call":
        given = arguments_of(entity).positional
        is_function = text_of(callee_of(entity) or entity).startswith(("func.", "sa.func.", "db.func."))
        return is_function and bool(given) and _is_of_class(given[0])
    return is_class_like(entity)


def _is_of_rows(query: Query) -> bool:
    """Whether a query names what it is of; a loop over tables asks each of them once."""
    named = [
        *query.entities,
        *(arg for each in query.calls("select_from") for arg in arguments_of(each).positional),
    ]
    if any(is_class_like(each) for each in named):
        return True
    # `select(func.count()).where(Task.project_id == project.id)`
    return any(
        is_class_like(owner)
        for each in query.calls("where", "filter")
        for node in walk(each)
        if node.type == "attribute" and (owner := node.child_by_field_name("object")) is not None
    )


def _is_batched(node: Node) -> bool:
    return re.search(rb"\.in_\(|__in\b|ANY\(", node.text or b"") is not None
