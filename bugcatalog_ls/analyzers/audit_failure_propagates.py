"""BC605: audit records whose loss becomes a failure of the request that they describe."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.facts.audit_logs import AuditLogOnly
from bugcatalog_ls.facts.audit_writes import AuditWrite
from bugcatalog_ls.facts.guarded_functions import catches_all, function_behind
from bugcatalog_ls.facts.logger_edits import context_name, logger_for
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    arguments_of,
    callee_of,
    enclosing,
    is_async,
    statement_of,
    text_of,
    walk,
)
from bugcatalog_ls.syntax.statement_edits import block_indent, replace_statement, wrap


def _join(context: JoinContext) -> Iterator[Finding]:
    index = context.index
    for write in index.in_file(context.path, AuditWrite):
        found = function_behind(index, write.called, context.path) if write.called is not None else None
        helper = found[1].symbol if found is not None and write.kind == "call" else None
        # What the helper itself does wrong is told there.
        if helper is not None and (catches_all(index, helper) or index.get(AuditWrite, helper)):
            continue
        if helper is not None and index.get(AuditLogOnly, helper):
            continue
        if catches_all(index, write.function):
            continue
        what = (
            f"{write.written} shares the request's fate"
            if write.kind == "row"
            else f"{write.written} is not guarded"
        )
        yield context.find(
            write.anchor,
            f"{what}: a failure to write the audit record fails the request",
            data={"kind": write.kind, "session": write.session},
        )


def _fix(context: FixContext, finding: Finding) -> Iterator[Fix]:
    call, file = context.node_of("call"), context.file
    if call is None:
        return
    statement = statement_of(call)
    if statement.type != "expression_statement" or statement.named_children[0].type == "assignment":
        return
    logger = logger_for(file, context.imports(), context.resolve)
    line = f'{logger.name}.exception("{context_name(file, call)}: audit record not written")'
    session = finding.data["session"]
    own = _opened_for(call, session) if session else None
    is_sql = re.fullmatch(r"[\w.]+", session) is not None and ".objects" not in session
    is_sql = is_sql and not _is_no_session(call, session)
    code = _indented_twice(file, statement) if is_sql and own is None else None
    if code is not None:
        awaited = "await " if _is_async_session(call, session) else ""
        block = f"{'async ' if awaited else ''}with {session}.begin_nested():\n{code}"
        written = f"{awaited}{session}.flush()\ntry:\n    {block}\nexcept Exception:\n    {line}"
        edits = replace_statement(file, statement, written)
        title = "Write the record in a savepoint, and log where it is lost"
    else:
        whole = own if own is not None else statement
        edits = wrap(file, whole, whole, "try:", f"except Exception:\n    {line}")
        title = "Log the lost record and go on"
    yield context.fix(title, "suggested", edits)


def _is_no_session(call: Node, session: str) -> bool:
    """Whether a statement is executed by what has no `flush`: a driver's connection, told by the places
    of its text (`$1`, `?`, `%s`), or a cursor or connection, told by its name."""
    callee, positional = callee_of(call), arguments_of(call).positional
    if callee is None or not text_of(callee).endswith(".execute") or not positional:
        return False
    is_drivers = re.search(r"\$\d|\?|%s|%\(", text_of(positional[0])) is not None
    return is_drivers or re.search(r"(?:conn(?:ection)?|cur(?:sor)?|engine)\d?$", session.lower()) is not None


def _indented_twice(file: PyFile, statement: Node) -> str | None:
    """A statement two levels deeper; None where a text of several lines stands in it."""
    indent = block_indent(file, statement)
    rows = text_of(statement).split("\n")
    if any(node.type == "string" and "\n" in text_of(node) for node in walk(statement)):
        return None
    return "\n".join(f"        {row.removeprefix(indent)}" for row in rows)


def _opened_for(call: Node, session: str) -> Node | None:
    """The `with` that opens the session around a write."""
    for parent in ancestors(call):
        if parent.type == "with_statement":
            body = parent.child_by_field_name("body")
            header = text_of(parent)[: (body.start_byte if body is not None else 0) - parent.start_byte]
            if re.search(rf"\bas\s+{re.escape(session)}\b", header):
                return parent
        if parent.type == "function_definition":
            return None
    return None


def _is_async_session(call: Node, session: str) -> bool:
    function = enclosing(call, "function_definition")
    if function is None or not is_async(function):
        return False
    return re.search(rf"await\s+{re.escape(session)}\.", text_of(function)) is not None


ANALYZER = Analyzer(join=_join, joins=(AuditWrite,), fix=_fix)
