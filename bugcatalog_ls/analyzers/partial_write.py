"""BC301: writes that belong together in separate transactions, and failed ones without a rollback."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.analysis.later_commits import is_committed_later
from bugcatalog_ls.analysis.rollbacks import protect_writes, roll_back
from bugcatalog_ls.analysis.transaction_edits import (
    commit_behind_loop,
    commit_later,
    commit_on_demand,
    in_one_transaction,
    without_autocommit,
)
from bugcatalog_ls.facts.active_writes import AtomicCall, separate_writes
from bugcatalog_ls.facts.constants import definition_of
from bugcatalog_ls.facts.driver_writes import bare_writes
from bugcatalog_ls.facts.early_commits import EarlyCommit, early_commits
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.function_effects import FunctionEffects
from bugcatalog_ls.facts.resolve import class_at, function_at, mro, resolve
from bugcatalog_ls.facts.session_calls import Session, is_a_session, session_functions
from bugcatalog_ls.facts.session_helpers import handed_sessions
from bugcatalog_ls.facts.unprotected_writes import open_failures
from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.handlers import header_of
from bugcatalog_ls.syntax.modules import is_command_path, is_test_path
from bugcatalog_ls.syntax.nodes import callee_of, enclosing, statement_of, text_of
from bugcatalog_ls.syntax.statement_edits import remove_statement

_WEAKER = ("unrelated", "loop", "again")
_ATOMIC_REQUESTS = re.compile(rb"ATOMIC_REQUESTS[\"'\]]*\s*[:=]\s*(?:True|env)")


class AtomicRequests(Fact, frozen=True):
    """Settings of Django's let each request be one transaction."""

    setting: str

    @property
    def key(self) -> str:
        return self.setting


class PartialWrite(Fact, frozen=True):
    """A place where a transaction ends too early, or is left open after a failure.

    It is one where each of `sessions` (symbol, and whether it is used as only a session is) comes down
    to a session, and each function of `committing` (symbol, position or keyword) commits the one it is
    handed.
    """

    path: str
    anchor: str
    kind: str
    message: str
    name: str
    sessions: tuple[tuple[str, bool], ...]
    committing: tuple[tuple[str, str], ...]
    models: tuple[tuple[str, bool], ...] = ()

    @property
    def key(self) -> str:
        return self.path


def _collect(file: PyFile, facts: Facts) -> None:
    if _ATOMIC_REQUESTS.search(file.source.data) is not None:
        facts.add(AtomicRequests("ATOMIC_REQUESTS"))
    if is_test_path(file.path) or _is_migration(file):
        return
    functions = session_functions(file, "commit", "flush", "add")
    seen = {function.scope.start for function in functions}
    for function in [*functions, *handed_sessions(file)]:
        if not any(session.calls for session in function.sessions) and function.scope.start in seen:
            continue
        where = function.scope.qualname
        for early in early_commits(file, function):
            facts.add(_early(file, facts, where, early))
        handlers: set[int] = set()
        for failure in open_failures(file, function):
            if failure.handler.id not in handlers:
                handlers.add(failure.handler.id)
                name = failure.session.written
                message = f"{name} is used again although nothing rolls back what failed here"
                anchor = facts.anchor(f"except {where} {name}", header_of(failure.handler))
                facts.add(
                    PartialWrite(
                        file.path, anchor, "rollback", message, name, (_evidence(failure.session),), ()
                    )
                )
    for pair in separate_writes(file) if _saves_rows(file) else ():
        first, last = pair.first, pair.last
        callee = text_of(callee_of(first.node) or first.node).split("\n")[0]
        message = f"{callee} is stored even where the write fails that belongs to it"
        models = tuple((file.symbol(write.model) or "", write.is_manager) for write in (first, last))
        if all(symbol for symbol, _ in models):
            anchor = facts.anchor(f"row {pair.function} {callee}", first.node)
            facts.add(
                PartialWrite(file.path, anchor, "active", message, pair.function, (), (), models=models)
            )
    for write in bare_writes(file):
        if write.early is not None:
            where = file.qualname_at(write.early.start_byte)
            anchor = facts.anchor(f"commit {where} {write.connection}", write.early)
            name = f"{write.connection}.commit"
            message = f"{name} ends the transaction before the rows that belong to it are written"
            facts.add(PartialWrite(file.path, anchor, "early", message, write.connection, (), ()))
            continue
        how = "is committed by itself" if write.is_autocommit else "has no rollback"
        message = f"this and the other writes through {write.connection} belong together, and each {how}"
        if not write.is_autocommit:
            message = f"nothing rolls back this write through {write.connection} when a later one fails"
        anchor = facts.anchor(f"write {file.qualname_at(write.node.start_byte)}", write.node)
        kind = "autocommit" if write.is_autocommit else "driver"
        facts.add(PartialWrite(file.path, anchor, kind, message, write.connection, (), ()))


def _saves_rows(file: PyFile) -> bool:
    data = file.source.data
    is_saved = b".save(" in data or b".create(" in data or b".acreate(" in data
    return is_saved or (b".execute(" in data and b".update(" in data)


def _early(file: PyFile, facts: Facts, where: str, early: EarlyCommit) -> PartialWrite:
    written = text_of(callee_of(early.node) or early.node)
    message = {
        "loop": f"{written} ends the transaction once for each element of the loop",
        "unrelated": f"{written} ends the transaction before the later writes of this function",
        "related": f"{written} ends the transaction before the rows that belong to it are written",
        "again": f"{written} ends the transaction before the rows that belong to it are written",
    }[early.relation]
    is_helper = bool(early.committing) and early.committing[0].node.id == early.node.id
    if is_helper and early.relation != "loop":
        message = f"{written} commits before the rows that belong to it are written"
    return PartialWrite(
        path=file.path,
        anchor=facts.anchor(f"commit {where} {written}", early.node),
        kind=early.relation,
        message=message,
        name=early.sessions[0].written,
        sessions=tuple(_evidence(session) for session in early.sessions),
        committing=tuple((helper.callee, helper.slot) for helper in early.committing),
    )


def _evidence(session: Session) -> tuple[str, bool]:
    return session.symbol, session.acts


def _is_migration(file: PyFile) -> bool:
    return b"alembic" in file.source.data and b"def upgrade(" in file.source.data


def _join(context: JoinContext) -> Iterator[Finding]:
    usual = "script" if is_command_path(context.path) else ""
    for fact in context.index.in_file(context.path, PartialWrite):
        if not all(is_a_session(context.index, symbol, acts, context.path) for symbol, acts in fact.sessions):
            continue
        if not all(_commits(context, callee, slot) for callee, slot in fact.committing):
            continue
        if fact.kind == "active" and not _save_themselves(context, fact):
            continue
        yield context.find(
            fact.anchor,
            fact.message,
            variant=fact.kind if fact.kind in _WEAKER else usual,
            data={"kind": fact.kind, "name": fact.name, "other": "1" if len(fact.sessions) > 1 else ""},
        )


def _save_themselves(context: JoinContext, fact: PartialWrite) -> bool:
    """Whether the rows are of Django or peewee, and nothing holds a transaction around the function."""
    index = context.index
    if index.get(AtomicCall, fact.name.rpartition(".")[2]):
        return False
    libraries: set[str] = set()
    for written, is_manager in fact.models:
        symbol = definition_of(index, written, context.path)
        bases = mro(index, symbol)[0]
        if any(base.startswith(("peewee.", "playhouse.")) for base in bases):
            libraries.add("peewee")
        elif any(base.startswith("django.") for base in bases) or (
            is_manager and class_at(index, symbol) is None
        ):
            libraries.add("django")
        else:
            return False
    return len(libraries) == 1 and not (
        "django" in libraries and index.get(AtomicRequests, "ATOMIC_REQUESTS")
    )


def _commits(context: JoinContext, callee: str, slot: str) -> bool:
    """Whether a function of the workspace writes and commits the session that it is handed."""
    symbol = context.resolve(callee)
    effects, function = context.index.one(FunctionEffects, symbol), function_at(context.index, symbol)
    if effects is None or function is None:
        return False
    names = [parameter.name for parameter in function[1].parameters]
    if function[1].member in ("instance", "class"):
        names = names[1:]
    if slot.startswith("="):
        # A method of the same object, or a function with the same global session, by what both use.
        if any("commit" in name for name in names):
            # Whether it commits is the caller's to say.
            return False
        shared = context.resolve(slot[1:])
        done = {
            effect.action
            for effect in effects[1].effects
            if effect.on == slot[1:] or resolve(context.index, effect.on, effects[0]) == shared
        }
        return "commit" in done and "write" in done
    given = names[int(slot)] if slot.isdigit() and int(slot) < len(names) else slot
    done = {effect.action for effect in effects[1].effects if effect.on == given}
    return "commit" in done and "write" in done


def _fix(context: FixContext, finding: Finding) -> Iterator[Fix]:
    kind, name = finding.data["kind"], finding.data["name"]
    if kind == "rollback":
        yield from roll_back(context, name)
    elif kind == "early":
        commit = statement_of(context.node)
        if commit.type == "expression_statement":
            edits = remove_statement(context.file, commit)
            yield context.fix("Commit once, behind the last write", "suggested", edits)
    elif kind == "driver":
        yield from protect_writes(context, name)
    elif kind == "active":
        edits, how = in_one_transaction(context)
        if edits:
            yield context.fix(f"Write both in one {how}", "suggested", edits)
    elif kind == "autocommit":
        edits = without_autocommit(context, name)
        if edits:
            yield context.fix("Write all in one transaction", "suggested", edits)
    elif kind == "loop":
        edits = commit_behind_loop(context)
        if edits:
            yield context.fix("Commit once, behind the loop", "suggested", edits)
    elif kind in ("related", "unrelated", "again"):
        call = context.node_of("call")
        callee = callee_of(call) if call is not None else None
        method = callee.child_by_field_name("attribute") if callee is not None else None
        if call is None or (not finding.data["other"] and not is_committed_later(context, call, name)):
            return
        if method is not None and text_of(method) == "commit":
            later = commit_later(context, call, name) if finding.data["other"] else []
            if (finding.data["other"] and not later) or _is_chosen(call):
                return
            edits = [*replace_node(method, "flush"), *later]
            yield context.fix(f"Flush {name} here", "suggested", edits)
        else:
            changed = commit_on_demand(context, call)
            if changed:
                function = text_of(callee or call).rpartition(".")[2]
                yield context.fix(f"Let {function} leave the commit to its caller", "suggested", changed)


def _is_chosen(commit: Node) -> bool:
    """Whether a caller chooses between a commit and a flush here already."""
    branch = enclosing(commit, "if_statement", "function_definition")
    return branch is not None and branch.type == "if_statement" and ".flush()" in text_of(branch)


ANALYZER = Analyzer(
    collect=_collect,
    join=_join,
    fix=_fix,
    joins=(PartialWrite,),
    literals=(
        *(b".commit(", b".flush(", b"autocommit", b"isolation_level", b"Session,", b"Session =", b"Session)"),
        *(b".save(", b".create(", b".acreate(", b".execute(", b"ATOMIC_REQUESTS"),
    ),
)
