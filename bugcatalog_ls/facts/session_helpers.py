"""Functions of the workspace that a function hands its session to, or that share the object's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.db_sessions import is_session
from bugcatalog_ls.facts.session_calls import Session, SessionFunction
from bugcatalog_ls.facts.written_rows import FunctionBody, assigned_names
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, constant_value, text_of

MAKES = r"(?:create|save|add|register|make|insert|store|persist|open|issue|record|new)"
_MAKING = re.compile(rf"(?:\w+\.)*_*{MAKES}(?:_\w+)?")


class Helper(NamedTuple):
    """A call that hands the session to a function: its symbol, and the position or keyword."""

    node: Node
    callee: str
    slot: str


def handed_sessions(file: PyFile) -> Iterator[SessionFunction]:
    """The functions that only hand a session of theirs on: parameters that are one by their type."""
    for definition in file.functions:
        scope = definition.scope
        parameters = definition.node.child_by_field_name("parameters")
        if scope is None or parameters is None or "ession" not in text_of(parameters):
            continue
        found: list[Session] = []
        for name, bindings in scope.bindings.items():
            if len(bindings) == 1 and bindings[0].kind == "parameter":
                symbol = file.names.binding_symbol(bindings[0], scope)
                if symbol is not None and is_session(symbol):
                    found.append(Session(name, symbol, False, ()))
        if found:
            yield SessionFunction(scope, tuple(found))


def helpers_of(file: PyFile, body: FunctionBody, session: Session) -> list[Helper]:
    """The calls of functions of the workspace that are handed the session."""
    found: list[Helper] = []
    for node in body.calls:
        own = _own_method(file, session, node)
        if own is not None:
            found.append(own)
        if session.written not in text_of(node):
            continue
        function = callee_of(node)
        if function is None or text_of(function).rpartition(".")[2].lstrip("_")[:1].isupper():
            continue
        arguments = arguments_of(node)
        if constant_value(arguments.keywords.get("commit")) is False:
            continue
        slots = {str(n): value for n, value in enumerate(arguments.positional)} | arguments.keywords
        slot = next((slot for slot, value in slots.items() if text_of(value) == session.written), None)
        symbol = file.symbol(function) if slot is not None else None
        if slot is not None and symbol is not None and not symbol.startswith(("builtins.", "sqlalchemy.")):
            found.append(Helper(node, symbol, slot))
    return found


def _own_method(file: PyFile, session: Session, node: Node) -> Helper | None:
    """A call of another method of the object whose session it is: `self._create(…)` next to `self.db`."""
    function = callee_of(node)
    written = text_of(function) if function is not None else ""
    if not session.written.startswith("self.") or re.fullmatch(r"self\.\w+", written) is None:
        return None
    if constant_value(arguments_of(node).keywords.get("commit")) is False or not session.symbol:
        return None
    symbol = file.symbol(function)
    return Helper(node, symbol.replace("()", ""), f"={session.symbol}") if symbol is not None else None


def is_global(function: SessionFunction, session: Session) -> bool:
    """Whether a session is one that other functions reach by the same name: `db.session`."""
    top = session.written.partition(".")[0]
    return bool(session.symbol) and top not in ("self", "cls") and top not in function.scope.bindings


def making_calls(file: PyFile, body: FunctionBody, session: Session) -> Iterator[Helper]:
    """The calls that give a row which they may have stored through the same global session."""
    for node in body.calls:
        function = callee_of(node)
        if function is None or _MAKING.fullmatch(text_of(function)) is None or not assigned_names(node):
            continue
        symbol = file.symbol(function)
        if symbol is not None and not symbol.startswith(("builtins.", "sqlalchemy.")):
            yield Helper(node, symbol.replace("()", ""), f"={session.symbol}")
