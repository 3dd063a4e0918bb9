"""What comes to the same when it is tried again: rows read before or rolled back, requests never sent."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.loaded_rows import LOADER_NAMES, load_of
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guards import always_leaves
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    callee_of,
    enclosing_function,
    statements,
    text_of,
    unparenthesised,
)

_LOOKS_UP = re.compile(r"_*(?:get|find|fetch|load|lookup|look_up|query|select)_(?!or_create)\w+")
_CONFLICTS = frozenset(
    {"StaleDataError", "IntegrityError", "UniqueViolation", "UniqueViolationError", "DuplicateKeyError"}
)

_UNSENT = frozenset(
    {"ConnectError", "ConnectTimeout", "PoolTimeout", "ConnectionRefusedError", "ConnectTimeoutError"}
    | {"NewConnectionError", "ClientConnectorError", "gaierror", "ConnectionTimeoutError"}
)


def adds_known_row(file: PyFile, call: Node) -> bool:
    """Whether what `session.add(…)` takes was read before, or is made only if it is missing."""
    given = arguments_of(call).positional
    if len(given) != 1 or given[0].type != "identifier":
        return False
    row = text_of(given[0])
    loaded = made = False
    for binding in file.names.bindings(given[0]):
        if binding.kind not in ("assign", "walrus") or binding.value is None:
            return False
        if _loads(file, binding.value):
            loaded = True
        else:
            made = True
    function = enclosing_function(call)
    if not made or not loaded or function is None:
        return loaded
    missing = rf"\b(?:el)?if (?:not {row}\b|{row} is None\b)|\bif {row}(?: is not None)?\b[^\n]*:"
    return re.search(missing, text_of(function)) is not None


def retries_conflicts_only(attempt: Node) -> bool:
    """Whether a `try` goes on only after what says that nothing was written, and undoes the rest."""
    handlers = [child for child in attempt.children if child.type == "except_clause"]
    going_on = [handler for handler in handlers if not _leaves(handler)]
    body = attempt.child_by_field_name("body")
    is_one = body is not None and len(statements(body)) == 1
    return bool(going_on) and all(_is_conflict(handler, is_one) for handler in going_on)


def retries_unsent_only(attempt: Node) -> bool:
    """Whether a `try` goes on only where there was no connection, as its several errors of that kind say."""
    handlers = [child for child in attempt.children if child.type == "except_clause"]
    caught = [name for handler in handlers if not _leaves(handler) for name in _caught(handler)]
    return len(caught) > 1 and _UNSENT.issuperset(caught)


def _loads(file: PyFile, value: Node) -> bool:
    value = unparenthesised(value)
    if value.type == "await":
        value = unparenthesised(value.named_children[0])
    function = callee_of(value) if value.type == "call" else None
    if function is None:
        return False
    last = text_of(function).rpartition(".")[2]
    if _LOOKS_UP.fullmatch(last) is not None or (last in LOADER_NAMES and function.type == "attribute"):
        return True
    return load_of(file, value) is not None


def _is_conflict(handler: Node, is_one: bool) -> bool:
    """Whether a handler is for a conflict, and nothing was written: of one statement, or of those undone."""
    caught = _caught(handler)
    return bool(caught) and (is_one or "rollback" in text_of(handler)) and _CONFLICTS.issuperset(caught)


def _caught(handler: Node) -> list[str]:
    """The last names of what a handler catches; an empty one for a bare `except`."""
    caught = next((child for child in handler.named_children if child.type != "comment"), None)
    if caught is not None and caught.type == "as_pattern":
        caught = caught.named_children[0]
    if caught is None or caught.type == "block":
        return [""]
    types = caught.named_children if caught.type == "tuple" else [caught]
    return [text_of(one).rpartition(".")[2] for one in types]


def _leaves(handler: Node) -> bool:
    block = next((child for child in handler.children if child.type == "block"), None)
    is_over = block is not None and always_leaves(block)
    return is_over and re.search(r"\bcontinue\b", text_of(handler)) is None
