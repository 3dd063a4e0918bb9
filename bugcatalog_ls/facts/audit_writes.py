"""Audit records and security events: where they are written, through which session, and how guarded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.loggers import is_logger
from bugcatalog_ls.facts.name_symbols import symbol_of_function
from bugcatalog_ls.facts.orm import is_revision
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.handlers import is_broad, raises
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import (
    FUNCTIONS,
    ancestors,
    arguments_of,
    called_name,
    callee_of,
    decorators_of,
    enclosing,
    statement_of,
    text_of,
)
from bugcatalog_ls.syntax.reasons import has_reason_on_line

Kind = Literal["row", "call"]


class AuditWrite(Fact, frozen=True):
    """A write of an audit record that can raise into its caller: a row added to a session, or a call.

    `session` is the expression of the session (empty for a call); `called` the symbol of what is
    called; `function` the symbol of the function around.
    """

    path: str
    kind: Kind
    anchor: str
    written: str
    session: str
    called: str | None
    function: str

    @property
    def key(self) -> str:
        return self.function


class KeptAside(Fact, frozen=True):
    """A function that writes an audit record in a `try` that lets nothing out."""

    function: str

    @property
    def key(self) -> str:
        return self.function


class StartedAside(Fact, frozen=True):
    """A function that is handed to a background task, a thread or a pool: what it raises fails no request."""

    path: str
    symbol: str

    @property
    def key(self) -> str:
        return self.symbol.rpartition(".")[2]


_RECORD = re.compile(
    r"Audit(?!or|ion)|SecurityEvent|SecurityViolation|SecurityLog|ActivityLog|AccessLog|LoginEvent|LoginAttempt|AuthEvent"
)
# An audit of something (`EnergyAudit`) is what some requests are about; these are of what users do.
_AUDIT_OF = re.compile(r"(?P<of>\w*?)Audit")
_OF_ACTIONS = re.compile(
    r"Access|Action|Activity|Admin|Api|Auth|Change|Data|Event|Log[io]n|Permission|Request|Role|Security|Session"
    r"|System|User"
)
_WRITES_ROWS = re.compile(r"\.(?:add|add_all|merge|delete|save|execute|update|create|remove|insert\w*)\(")
_WORDS = (
    r"audit(?!or|ion|ed)|security_event|security_violation|security_log|activity_log|access_log|auth_event"
    r"|login_event"
)
_CALLED = re.compile(
    rf"(?:^|[._])(?:log|record|write|create|save|add|emit|store|insert|track|send|publish)_\w*(?:{_WORDS})\w*$"
    rf"|(?:^|\.)(?:{_WORDS})(?:_log|_event|_record|_action|_entry)?$"
    rf"|(?:{_WORDS})\w*\.(?:log|record|write|create|add|emit|save|log_\w+|record_\w+|write_\w+|track)$",
    re.IGNORECASE,
)
_LAST = re.compile(rf"^(?:log|record|write|create|add|emit|save|track)(?:_|$)|{_WORDS}", re.IGNORECASE)
# Sets and lists of the audit's own bookkeeping, parts of its views, and the hooks of the interpreter.
_KEEPS = re.compile(
    r"(?:tasks|waiters|events|entries|records|queue|buffer|list|set)\.add$"
    r"|(?:^|[._])(?:metrics|statsd|telemetry)\.\w+$|_(?:option|filter|column|header|field|route|middleware|handler|listener|hook)s?$|^sys\.audit$"
)
_CREATORS = frozenset({"create", "acreate", "get_or_create", "aget_or_create", "bulk_create", "abulk_create"})
_SAVERS = frozenset({"save", "asave"})
_ADDERS = ("add", "merge", "add_all", "insert_one", "insert_many", *_CREATORS, *_SAVERS)
_STARTERS = ("add_task", "BackgroundTask", "submit", "create_task", "ensure_future", "Thread")
_COLLECTION = re.compile(rf"(?:^|[.\"'_])(?:{_WORDS})", re.IGNORECASE)
_PROGRAM = re.compile(r"main|cli|(?:migrate|seed|backfill|populate)(?:_\w+)?")
_RUN_ASIDE = re.compile(r"(?:^|\.)(?:command\w*|shared_task|task|actor|scheduled_job)\b(?:\(|$)")
_INSERT = re.compile(
    r"insert\s+into\s+[\w.\"`]*(?:audit|security_(?:event|violation|log)|activity_log)", re.IGNORECASE
)
# `insert(AuditLog).values(…)`, `insert(audit_entries)`, `audit_entries.insert()`
_INSERTED = re.compile(
    rf"\binsert\(\s*[\w.]*?\b(?:{_RECORD.pattern}|{_WORDS})|\b(?:{_WORDS})\w*(?:\.__table__)?\.insert\("
)


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path) or is_revision(file):
        return
    for symbol in _started(file):
        facts.add(StartedAside(file.path, symbol))
    for call, kind, session in _writes(file):
        function = enclosing(call, "function_definition")
        if function is None:
            continue
        symbol = symbol_of_function(file, function)
        if _is_guarded(file, call):
            facts.add(KeptAside(symbol))
            continue
        if has_reason_on_line(file, statement_of(call)) or _is_program(file, function):
            continue
        written = " ".join(text_of(callee_of(call) or call).split())
        anchor = facts.anchor(f"audit {symbol} {written}", call)
        facts.add(AuditWrite(file.path, kind, anchor, written, session, file.callee(call), symbol))


VOCABULARY = Vocabulary(
    _collect,
    (
        *(
            b"udit",
            b"ecurity_event",
            b"ecurityEvent",
            b"ecurityViolation",
            b"ecurity_violation",
            b"ctivityLog",
            b"add_task(",
            b"BackgroundTask(",
        ),
        *(b"ctivity_log", b"ccessLog", b"uthEvent", b"oginEvent", b"ecurityLog", b"ecurity_log"),
    ),
)


def _is_program(file: PyFile, function: Node) -> bool:
    """Whether a function is what a command line or a worker runs, and no request of a user."""
    name = text_of(function.child_by_field_name("name") or function)
    if _PROGRAM.fullmatch(name) or "/management/commands/" in f"/{file.path}":
        return True
    return any(_RUN_ASIDE.search(text_of(each)) for each in decorators_of(function))


def _writes(file: PyFile) -> Iterator[tuple[Node, Kind, str]]:
    seen: set[int] = set()
    for call in file.calls_named(*_ADDERS, "execute"):
        session = _session_of(file, call)
        if session is not None:
            seen.add(call.id)
            yield call, "row" if session else "call", session
    for call in file.calls_where(lambda name: _LAST.search(name) is not None):
        function = callee_of(call)
        if call.id in seen or function is None or not _CALLED.search(text_of(function)):
            continue
        if _is_statement(call) and not _logs(file, function) and not _KEEPS.search(text_of(function)):
            yield call, "call", ""


def _started(file: PyFile) -> Iterator[str]:
    """The functions started aside: `tasks.add_task(f, …)`, `create_task(f(…))`, `Thread(target=f)`."""
    for call in file.calls_named(*_STARTERS):
        given = arguments_of(call).get("target") or arguments_of(call).get("func", 0)
        if given is not None and given.type == "call":
            given = callee_of(given)
        symbol = file.symbol(given) if given is not None else None
        if symbol is not None:
            yield symbol


def _session_of(file: PyFile, call: Node) -> str | None:
    """The session (or manager) that a call gives an audit record to."""
    function = callee_of(call)
    owner = function.child_by_field_name("object") if function is not None else None
    name = text_of(function).rpartition(".")[2] if function is not None else ""
    if owner is None or function is None:
        return None
    positional = arguments_of(call).positional
    if name == "execute":
        given = text_of(positional[0]) if positional else ""
        is_audit = _INSERT.search(given) or _INSERTED.search(given)
        return text_of(owner) if is_audit else None
    if name in _CREATORS:
        is_manager = text_of(owner).endswith(".objects") and _RECORD.search(text_of(owner))
        return text_of(owner) if is_manager else None
    if name in _SAVERS:
        return "" if owner.type in ("identifier", "call") and _is_record(file, owner) else None
    if name.startswith("insert_"):
        return "" if _COLLECTION.search(text_of(owner)) else None
    given_node = positional[0] if positional else None
    if given_node is None:
        return None
    return text_of(owner) if _is_record(file, given_node) else None


def _is_record(file: PyFile, node: Node) -> bool:
    """Whether a value is a new audit record."""
    if node.type == "identifier":
        bindings = file.names.bindings(node)
        value = bindings[-1].value if bindings else None
        return value is not None and value.type == "call" and _is_record(file, value)
    if node.type in ("list", "tuple"):
        return any(_is_record(file, child) for child in node.named_children)
    if node.type != "call":
        return False
    made = called_name(node)
    return made[:1].isupper() and _RECORD.search(made) is not None and not _is_subject(node, made)


def _is_subject(node: Node, made: str) -> bool:
    """Whether an audit is all that its function writes: the request is about it."""
    named, function = _AUDIT_OF.fullmatch(made), enclosing(node, "function_definition")
    if named is None or not named["of"] or _OF_ACTIONS.search(named["of"]) or function is None:
        return False
    return len(_WRITES_ROWS.findall(text_of(function))) <= 1


def _is_statement(call: Node) -> bool:
    """Whether nobody uses what a call returns."""
    outer = call.parent
    if outer is not None and outer.type == "await":
        outer = outer.parent
    return outer is not None and outer.type == "expression_statement"


def _logs(file: PyFile, function: Node) -> bool:
    """Whether it is a method of a logger (`audit_logger.info`, `audit_log.warning`)."""
    owner = function.child_by_field_name("object")
    return owner is not None and is_logger(file.symbol(owner))


def _is_guarded(file: PyFile, node: Node) -> bool:
    child = node
    for parent in ancestors(node):
        if parent.type == "try_statement":
            body = parent.child_by_field_name("body")
            handlers = [part for part in parent.children if part.type == "except_clause"]
            is_caught = any(is_broad(file, h) and not raises(h) for h in handlers)
            if body is not None and body.id == child.id and is_caught:
                return True
        if parent.type == "with_statement" and "suppress(" in text_of(parent).split("\n")[0]:
            return True
        if parent.type in FUNCTIONS:
            return False
        child = parent
    return False
