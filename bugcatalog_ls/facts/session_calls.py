"""The calls on database sessions in each function, by the session they are made on.

A name that no type tells anything of (an unannotated parameter) counts as a session by what is called
on it: it commits without arguments, and adds, flushes, queries or executes as well.
"""

from __future__ import annotations

from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.classes import ClassFact
from bugcatalog_ls.facts.db_sessions import QUERIES, WRITES, database_kind, is_session
from bugcatalog_ls.facts.function_effects import writes_in_statement
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.query_writes import query_writes
from bugcatalog_ls.facts.resolve import mro, resolve
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.local_uses import local_scope
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, text_of
from bugcatalog_ls.syntax.scopes import Scope

_ENDING = frozenset({"commit", "rollback", "flush"})
_VERBS = frozenset({*WRITES, *QUERIES, *_ENDING, "begin", "begin_nested", "executemany", "get_one_or_none"})
_PROOF = frozenset({"add", "add_all", "merge", "flush", "query", "scalars", "scalar", "refresh", "delete"})
_SUPPORT = frozenset({*_PROOF, "execute", "get", "exec", "rollback"})


class SessionCall(NamedTuple):
    """One call on a session: `verb` is the method, `writes` tells that it changes something."""

    verb: str
    node: Node
    writes: bool


class Session(NamedTuple):
    """A session as a function names it (`session`, `self.db`, `db.session`), and the calls on it.

    `symbol` is what the file knows of it, empty where that is nothing; `acts` tells that it is used as
    only a session is.
    """

    written: str
    symbol: str
    acts: bool
    calls: tuple[SessionCall, ...]

    def of(self, *verbs: str) -> list[SessionCall]:
        return [call for call in self.calls if call.verb in verbs]

    @property
    def writes(self) -> list[SessionCall]:
        return [call for call in self.calls if call.writes]


class SessionFunction(NamedTuple):
    """A function and the sessions that it calls."""

    scope: Scope
    sessions: tuple[Session, ...]


def session_functions(file: PyFile, *needed: str) -> list[SessionFunction]:
    """The functions that call one of the verbs `needed` on what may be a session; in the order of the
    text. What surely is something else is left out."""
    found: dict[int, tuple[Scope, dict[str, list[SessionCall]]]] = {}
    receivers: dict[tuple[int, str], Node] = {}
    wanted = {
        scope.start for call in file.calls_named(*needed) if (scope := local_scope(file, call)) is not None
    }
    if not wanted:
        return []
    for call in file.calls_named(*_VERBS):
        scope = local_scope(file, call)
        if scope is None or scope.start not in wanted:
            continue
        callee = callee_of(call)
        receiver = callee.child_by_field_name("object") if callee is not None else None
        if callee is None or receiver is None or receiver.type not in ("identifier", "attribute"):
            continue
        verb = text_of(callee).rpartition(".")[2].strip()
        if verb not in _VERBS or (verb in _ENDING and verb != "flush" and arguments_of(call).positional):
            continue
        written = text_of(receiver)
        writes = verb in WRITES or (verb in ("execute", "exec") and writes_in_statement(file, call))
        _, by_name = found.setdefault(scope.start, (scope, {}))
        by_name.setdefault(written, []).append(SessionCall(verb, call, writes))
        receivers.setdefault((scope.start, written), receiver)
    for write in query_writes(file):
        sessions_here = found[write.scope.start][1] if write.scope.start in found else {}
        # A query of the model's own goes through the session of the extension: the only one named so.
        owners = [write.session] if write.session else [each for each in sessions_here if "." in each]
        if len(owners) == 1 and owners[0] in sessions_here:
            sessions_here[owners[0]].append(SessionCall("query", write.node, writes=True))
    functions: list[SessionFunction] = []
    for start, (scope, by_name) in found.items():
        sessions = []
        for written, calls in by_name.items():
            if not any(call.verb in needed for call in calls):
                continue
            session = _session(file, receivers[start, written], written, calls)
            if session is not None:
                sessions.append(session)
        if sessions:
            functions.append(SessionFunction(scope, tuple(sessions)))
    return functions


def is_a_session(index: FactIndex, symbol: str, acts: bool, path: str) -> bool:
    """Whether what a file knows of a name, followed across the workspace, is a session."""
    if not symbol:
        return acts
    resolved = resolve(index, symbol, path)
    kind = database_kind(resolved)
    if kind is not None:
        return kind in ("session", "connection")
    made = resolved.removesuffix("()")
    if made != resolved and index.one(ClassFact, made) is not None:
        return any(is_session(f"{base}()") for base in mro(index, made)[0])
    return acts


def _session(file: PyFile, receiver: Node, written: str, calls: list[SessionCall]) -> Session | None:
    symbol = file.symbol(receiver) or ""
    if symbol.startswith(("builtins.", "super(")) or database_kind(symbol) in ("dbapi", "cursor", "engine"):
        return None
    verbs = {call.verb for call in calls}
    acts = bool(verbs & _PROOF) and bool(verbs & (_ENDING | {"execute", "query", "scalars"}))
    acts = acts or ("commit" in verbs and bool(verbs & _SUPPORT) and written.rpartition(".")[2] != "conn")
    acts = acts or (database_kind(symbol) == "connection" and "commit" in verbs)
    if not acts and not is_session(symbol) and not symbol:
        return None
    return Session(written, symbol, acts, tuple(calls))
