"""Failed writes that leave a session in the middle of a transaction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.session_calls import Session, SessionFunction
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.flow import Flow
from bugcatalog_ls.syntax.flow_paths import path_from
from bugcatalog_ls.syntax.handlers import caught_types, is_broad
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    arguments_of,
    callee_of,
    text_of,
    walk,
)

_HANDLERS = ("except_clause", "except_group_clause")
_DATABASE_ERRORS = frozenset(
    {
        *(
            "SQLAlchemyError",
            "IntegrityError",
            "OperationalError",
            "DBAPIError",
            "DatabaseError",
            "DataError",
        ),
        *("StatementError", "StaleDataError", "FlushError", "ProgrammingError", "InternalError"),
        *("InterfaceError", "PendingRollbackError", "InvalidRequestError", "Error"),
    }
)
# What ends the failed transaction, or the session with it.
_ENDING = frozenset({"rollback", "close", "begin_nested", "invalidate", "remove", "begin", "expunge_all"})
_SENDING = frozenset({"commit", "flush", "execute", "exec", "merge", "bulk_save_objects"})


class OpenFailure(NamedTuple):
    """An `except` behind which a session is used although its failed transaction was not rolled back."""

    handler: Node
    session: Session


def open_failures(file: PyFile, function: SessionFunction) -> Iterator[OpenFailure]:
    """The handlers of a function that swallow a failed write and leave the session as it is."""
    flow: Flow | None = None
    for session in function.sessions:
        for call in [call for call in session.calls if call.verb in _SENDING]:
            if call.verb not in ("commit", "flush") and not call.writes:
                continue
            statement = _try_around(call.node, session)
            if statement is None or (not session.writes and call.verb != "commit"):
                continue
            flow = flow or Flow(function.scope.node)
            for handler in _handlers(statement):
                if flow.is_complete and _catches_failures(file, handler) and _goes_on(flow, handler, session):
                    yield OpenFailure(handler, session)


def _try_around(node: Node, session: Session) -> Node | None:
    """The `try` whose body holds a call; None where a block in between ends the transaction itself."""
    child = node
    for parent in ancestors(node):
        if parent.type == "try_statement":
            body = parent.child_by_field_name("body")
            if body is not None and body.id == child.id and _handlers(parent):
                return parent
        if parent.type == "with_statement":
            clause = text_of(parent).partition(":\n")[0]
            if f"{session.written}.begin" in clause or f"as {session.written}" in clause:
                return None
        if parent.type == "function_definition":
            return None
        child = parent
    return None


def _handlers(statement: Node) -> list[Node]:
    return [child for child in statement.children if child.type in _HANDLERS]


def _catches_failures(file: PyFile, handler: Node) -> bool:
    """Whether a handler is where a failed flush or commit ends up."""
    if is_broad(file, handler):
        return True
    return any(text_of(kind).rpartition(".")[2] in _DATABASE_ERRORS for kind in caught_types(handler))


def _goes_on(flow: Flow, handler: Node, session: Session) -> bool:
    """Whether the session is used behind a handler on a path that does not roll it back."""
    used: set[int] = set()
    ended: set[int] = set()
    body = flow.function.child_by_field_name("body")
    for node in walk(body) if body is not None else ():
        if node.type == "attribute" and text_of(node) == f"{session.written}.is_active":
            ended |= {id(step) for step in flow.at(node)}
        if node.type == "assignment" and _is_of(node, session):
            # Another session under the same name: `session = get_session()` in the next turn.
            ended |= {id(step) for step in flow.at(node)}
        if node.type != "call":
            continue
        callee = callee_of(node)
        written = text_of(callee) if callee is not None else ""
        owner, _, verb = written.rpartition(".")
        steps = {id(step) for step in flow.at(node)}
        if verb == "rollback":
            # A savepoint of the session's counts as well: `nested = session.begin_nested()`.
            ended |= steps
        if owner == session.written:
            if verb in _ENDING:
                ended |= steps
            elif verb in (
                "add",
                "add_all",
                "commit",
                "flush",
                "execute",
                "query",
                "scalars",
                "merge",
                "delete",
            ) or verb in ("get", "scalar", "refresh", "exec", "get_one"):
                used |= steps
        elif session.written in {text_of(value) for value in arguments_of(node).positional} or any(
            text_of(value) == session.written for value in arguments_of(node).keywords.values()
        ):
            # A function that is handed the session may roll it back.
            ended |= steps
    entries = flow.at(handler)
    path = path_from(
        entries,
        lambda step: id(step) in used,
        lambda step: id(step) in ended,
        lambda step, kind: kind != "raise",
    )
    return path is not None and not any(id(step) in ended for step in path)


def _is_of(assignment: Node, session: Session) -> bool:
    left = assignment.child_by_field_name("left")
    return left is not None and text_of(left) == session.written
