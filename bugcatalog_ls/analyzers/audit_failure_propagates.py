"""BC605: audit records whose loss becomes a failure of the request that they describe."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.file_loggers import file_logger
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.facts.audit_logs import AuditLogOnly
from bugcatalog_ls.facts.audit_writes import AuditWrite, KeptAside, StartedAside
from bugcatalog_ls.facts.guarded_functions import catches_all, function_behind
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.log_names import is_log_owner
from bugcatalog_ls.facts.logger_edits import context_name
from bugcatalog_ls.facts.session_flushes import can_flush
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
from bugcatalog_ls.syntax.statement_edits import (
    block_indent,
    insert_before,
    remove_statements,
    replace_statement,
    wrap,
)
from bugcatalog_ls.text.spans import Span, TextEdit

_EXECUTES = re.compile(r"\.execute(?:many)?\(")
_ENDING = frozenset({"commit", "flush", "refresh", "rollback", "close"})


def _join(context: JoinContext) -> Iterator[Finding]:
    index = context.index
    for write in index.in_file(context.path, AuditWrite):
        found = function_behind(index, write.called, context.path) if write.called is not None else None
        helper = found[1].symbol if found is not None and write.kind == "call" else None
        # What the helper itself does wrong is told there.
        if helper is not None and (catches_all(index, helper) or _keeps(index, helper)):
            continue
        if helper is not None and index.get(AuditLogOnly, helper):
            continue
        if helper is not None and index.get(AuditWrite, helper) and not _is_aside(index, helper):
            continue
        if catches_all(index, write.function) or _is_aside(index, write.function):
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


def _keeps(index: FactIndex, helper: str) -> bool:
    """Whether a function guards each audit record that it writes, whatever else it does."""
    return bool(index.get(KeptAside, helper)) and not index.get(AuditWrite, helper)


def _is_aside(index: FactIndex, function: str) -> bool:
    """Whether a function runs in the background, after the answer or beside it."""
    for path, started in index.get(StartedAside, function.rpartition(".")[2]):
        found = function_behind(index, started.symbol, path)
        if found is not None and found[1].symbol == function:
            return True
    return False


def _fix(context: FixContext, finding: Finding) -> Iterator[Fix]:
    call, file = context.node_of("call"), context.file
    if call is None:
        return
    statement = statement_of(call)
    if statement.type != "expression_statement" or statement.named_children[0].type == "assignment":
        return
    if _adds_others(call):
        return
    logger = file_logger(context)
    line = f'{logger.name}.exception("{context_name(file, call)}: audit record not written")'
    session = finding.data["session"]
    own = _opened_for(call, session) if session else None
    code = _indented_twice(file, statement) if own is None else None
    savepoint = _savepoint(context, call, session) if code is not None else None
    if savepoint is not None:
        before, block = savepoint
        remark = _remark(file, statement)
        said = f"  {text_of(remark)}" if remark is not None else ""
        commit = _own_commit(statement, session)
        if not can_flush(file, call) or _is_ended(statement, session, "commit", "flush"):
            before = ""  # Nothing is left that the savepoint could take along, or nothing ever is.
        kept = f"\n    {text_of(commit)}" if commit is not None else ""
        written = f"{before}try:\n    {block}:\n{code}{said}{kept}\nexcept Exception:\n    {line}"
        edits = replace_statement(file, statement, written)
        edits += remove_statements(file, [commit] if commit is not None else [])
        if remark is not None:
            edits.append(TextEdit(Span(statement.end_byte, remark.end_byte), ""))
        title = "Write the record in a savepoint, and log where it is lost"
    elif own is None and _may_be_postgres(file, call, session):
        # A failed statement leaves no transaction that anything else could be committed in.
        execute = f"{'await ' if _is_awaited(call) else ''}{session}.execute"
        undone = f'{execute}("ROLLBACK TO SAVEPOINT audit_record")'
        edits = wrap(file, statement, statement, "try:", f"except Exception:\n    {undone}\n    {line}")
        edits = insert_before(file, statement, f'{execute}("SAVEPOINT audit_record")') + edits
        title = "Write the record in a savepoint, and log where it is lost"
    else:
        whole = own if own is not None else statement
        edits = wrap(file, whole, whole, "try:", f"except Exception:\n    {line}")
        title = "Log the lost record and go on"
    yield context.fix(title, "suggested", edits)


def _own_commit(statement: Node, session: str) -> Node | None:
    """The commit behind a record that commits nothing else: all of the request is committed before it."""
    following = statement.next_named_sibling
    while following is not None and following.type == "comment":
        following = following.next_named_sibling
    if following is None or not _is_ended(statement, session, "commit"):
        return None
    return following if _is_call_of(following, f"{session}.commit") else None


def _is_ended(statement: Node, session: str, *methods: str) -> bool:
    """Whether one of these methods of a session is called right before a statement, but for reads, logs
    and the record."""
    before = statement.prev_named_sibling
    while before is not None:
        if before.type == "comment" or _is_call_of(before, f"{session}.refresh"):
            before = before.prev_named_sibling
            continue
        value = before.named_children[0] if before.type == "expression_statement" else None
        left = value.child_by_field_name("left") if value is not None and value.type == "assignment" else None
        is_log = (
            value is not None
            and value.type == "call"
            and is_log_owner(text_of(callee_of(value) or value).rpartition(".")[0])
        )
        if is_log or (
            left is not None and left.type == "identifier" and f"{session}." not in text_of(before)
        ):
            before = before.prev_named_sibling
            continue
        return any(_is_call_of(before, f"{session}.{method}") for method in methods)
    return False


def _is_call_of(statement: Node, written: str) -> bool:
    value = statement.named_children[0] if statement.type == "expression_statement" else None
    if value is not None and value.type == "await":
        value = value.named_children[0]
    return value is not None and value.type == "call" and text_of(callee_of(value) or value) == written


def _adds_others(call: Node) -> bool:
    """Whether a call adds rows of the request together with the record."""
    given = next(iter(arguments_of(call).positional), None)
    if given is None or given.type not in ("list", "tuple"):
        return False
    made = {text_of(callee_of(row) or row).rpartition(".")[2] for row in given.named_children}
    return len(made) > 1


def _savepoint(context: FixContext, call: Node, session: str) -> tuple[str, str] | None:
    """What stands before the `try`, and the `with` that opens a savepoint, in the words of the library."""
    file, name = context.file, session.rpartition(".")[2].lower()
    is_awaited = _is_awaited(call)
    if _is_djangos(file, call, session):
        function = enclosing(call, "function_definition")
        if is_awaited or (function is not None and is_async(function)):
            return None  # Transactions of Django's work in synchronous code only.
        transaction = context.imports().need("django.db", "transaction", at=call.start_byte)
        return "", f"with {transaction}.atomic()"
    if re.fullmatch(r"[\w.]+", session) is None:
        return None
    opener = "async with" if is_awaited else "with"
    if _is_no_session(call, session):
        is_connection = re.search(r"conn(?:ection)?\d?$", name) is not None
        if _imports(file, "asyncpg"):
            return ("", f"async with {session}.transaction()") if is_connection and is_awaited else None
        if _imports(file, "psycopg"):
            owner = session if is_connection else f"{session}.connection"
            return "", f"{opener} {owner}.transaction()"
        if _imports(file, "sqlalchemy") and is_connection:
            return "", f"{opener} {session}.begin_nested()"
        return None
    if _is_async_session(call, session):
        return f"await {session}.flush()\n", f"async with {session}.begin_nested()"
    return f"{session}.flush()\n", f"with {session}.begin_nested()"


def _imports(file: PyFile, package: str) -> bool:
    return re.search(rf"^\s*(?:import|from)\s+{package}\b", file.source.text, re.MULTILINE) is not None


def _is_djangos(file: PyFile, call: Node, session: str) -> bool:
    """Whether a record is written by a manager of Django's or by the `save` of a model in a file of its."""
    if session:
        return session.endswith((".objects", "._default_manager"))
    is_saved = text_of(callee_of(call) or call).endswith(".save")
    return is_saved and (_imports(file, "django") or _imports(file, "rest_framework"))


def _may_be_postgres(file: PyFile, call: Node, session: str) -> bool:
    """Whether PostgreSQL would drop what else is written through the same cursor: the driver's own name
    stands here, or only the places of the statement (`%s`) tell what it may be."""
    function = enclosing(call, "function_definition")
    if not session or function is None or len(_EXECUTES.findall(text_of(function))) < 2:
        return False
    given = next(iter(arguments_of(call).positional), None)
    has_places = given is not None and re.search(r"%s|%\(", text_of(given)) is not None
    # With MySQL each statement fails alone, as with SQLite.
    is_other = any(
        _imports(file, driver) for driver in ("pymysql", "MySQLdb", "mysql", "aiomysql", "sqlite3")
    )
    return _imports(file, "psycopg2") or (has_places and not is_other)


def _is_awaited(call: Node) -> bool:
    return call.parent is not None and call.parent.type == "await"


def _remark(file: PyFile, statement: Node) -> Node | None:
    """The comment that ends the row of a statement."""
    following, rows = statement.next_named_sibling, file.source.lines
    if following is None or following.type != "comment":
        return None
    return following if rows.row_of(following.start_byte) == rows.row_of(statement.end_byte) else None


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
                return parent if _is_for_one(parent, session) else None
        if parent.type == "function_definition":
            return None
    return None


def _is_for_one(opened: Node, session: str) -> bool:
    """Whether a session is opened for one write alone, and not also for what the request is about."""
    used = re.findall(rf"\b{re.escape(session)}\.(\w+)\(", text_of(opened))
    return sum(name not in _ENDING for name in used) <= 1


def _is_async_session(call: Node, session: str) -> bool:
    function = enclosing(call, "function_definition")
    if function is None or not is_async(function):
        return False
    return re.search(rf"await\s+{re.escape(session)}\.", text_of(function)) is not None


ANALYZER = Analyzer(join=_join, joins=(AuditWrite,), fix=_fix)
