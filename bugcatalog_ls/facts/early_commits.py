"""Commits that end a transaction before all that belongs to it is written, function by function."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.commits_in_loops import is_in_loop, is_under_batch_test, writes_in_loop
from bugcatalog_ls.facts.found_again import is_found_again
from bugcatalog_ls.facts.session_calls import Session, SessionFunction
from bugcatalog_ls.facts.session_helpers import MAKES, Helper, helpers_of, is_global, making_calls
from bugcatalog_ls.facts.written_rows import (
    FunctionBody,
    appends_row,
    assigned_names,
    body_of_function,
    given_rows,
    made_together,
    makings,
    mentions_any,
    row_names,
    rows_of,
    standing_before,
    taken_from,
    works_between,
)
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.flow import EdgeKind, Flow, Step
from bugcatalog_ls.syntax.flow_paths import path_between
from bugcatalog_ls.syntax.nodes import ancestors, is_within, statement_of, text_of, walk

Relation = Literal["related", "again", "unrelated", "loop"]
_HANDLERS = ("except_clause", "except_group_clause", "finally_clause")
_MADE = re.compile(rb"=\s*(?:await\s+)?(?:\w+\.)*_*" + MAKES.encode() + rb"(?:_\w+)?\(")
_OWN_CALL = re.compile(rb"\bself\.\w+\(")


class EarlyCommit(NamedTuple):
    """A commit that comes too early, or a call that makes one.

    `sessions` are those that it is about; `helpers` the calls that must commit (and write, where they
    are the later part) for it to be true.
    """

    node: Node
    relation: Relation
    sessions: tuple[Session, ...]
    committing: tuple[Helper, ...] = ()


def early_commits(file: PyFile, function: SessionFunction) -> Iterator[EarlyCommit]:
    """The commits of a function after which writes follow that a later commit ends."""
    scope = function.scope
    if not _may_end_twice(file, function):
        return
    body = body_of_function(scope)
    helpers = {
        session.written: [
            *helpers_of(file, body, session),
            *(making_calls(file, body, session) if is_global(function, session) else ()),
        ]
        for session in function.sessions
    }
    n_ends = sum(len(s.of("commit")) + len(helpers[s.written]) for s in function.sessions)
    loops = [
        (session, call)
        for session in function.sessions
        for call in session.of("commit")
        if is_in_loop(call.node, session)
    ]
    saving = [
        (session, helper)
        for session in function.sessions
        for helper in helpers[session.written]
        if is_in_loop(helper.node, session)
    ]
    if n_ends < 2 and not loops and not saving:
        return
    flow = Flow(scope.node)
    if not flow.is_complete:
        return
    done: set[int] = set()
    for first in function.sessions:
        for commit in first.of("commit"):
            found = _too_early(flow, body, function, helpers, first, commit.node, None)
            if found is not None:
                done.add(commit.node.id)
                yield _judged(found)
        for helper in helpers[first.written]:
            found = _too_early(flow, body, function, helpers, first, helper.node, helper)
            if found is not None:
                done.add(helper.node.id)
                yield _judged(found)
    for session, helper in saving:
        if helper.node.id not in done:
            yield EarlyCommit(helper.node, "loop", (session,), (helper,))
    for session, call in loops:
        if call.node.id not in done and writes_in_loop(session, call.node):
            yield EarlyCommit(call.node, "loop", (session,))


def _judged(early: EarlyCommit) -> EarlyCommit:
    """The same, told to be one of a row that a second run finds where it is."""
    is_again = early.relation == "related" and is_found_again(early.node)
    return early._replace(relation="again") if is_again else early


def _may_end_twice(file: PyFile, function: SessionFunction) -> bool:
    """Whether the text allows for two ends of a transaction, or for one in a loop: most functions are
    told apart by that, without a look at their nodes."""
    text = file.source.data[function.scope.start : function.scope.end]
    n_commits = sum(len(session.of("commit")) for session in function.sessions)
    if n_commits > 1 or (n_commits == 1 and b"for " in text):
        return True
    handed = b"|".join(re.escape(session.written.encode()) for session in function.sessions)
    if re.search(rb"[(,=*]\s*(?:%s)\b(?!\s*[.(\[])" % handed, text) is not None:
        return True
    if _MADE.search(text) is not None and any(is_global(function, each) for each in function.sessions):
        return True
    owners = [session for session in function.sessions if session.written.startswith("self.")]
    return bool(owners) and _OWN_CALL.search(text) is not None


def _too_early(
    flow: Flow,
    body: FunctionBody,
    function: SessionFunction,
    helpers: dict[str, list[Helper]],
    session: Session,
    node: Node,
    helper: Helper | None,
) -> EarlyCommit | None:
    """What makes a commit (or a helper's) too early, if anything does."""
    if is_within(node, _HANDLERS) or is_under_batch_test(node):
        return None
    starts = flow.at(node)
    known = _known_before(flow, body, session, node, helper)
    if not starts or known is None:
        return None
    best: EarlyCommit | None = None
    for other in function.sessions:
        for write in _later_writes(body, other):
            # What comes before it in the text is of another turn of a loop.
            if write.start_byte <= node.start_byte or is_within(write, _HANDLERS):
                continue
            if other is session and _entered(write, session) != _entered(node, session):
                continue
            write_steps = flow.at(write)
            if not _leads(starts, write_steps, flow.at(node)):
                continue
            ends = [call.node for call in other.of("commit") if not is_within(call.node, _HANDLERS)]
            ends = [end for end in ends if end.id != node.id or other is not session]
            if not any(_leads(write_steps, flow.at(end), []) for end in ends):
                continue
            relation = _relation(body, node, write, known)
            if relation is None:
                continue
            sessions = (session,) if other is session else (session, other)
            found = EarlyCommit(node, relation, sessions, (helper,) if helper is not None else ())
            if relation == "related":
                return found
            best = best or found
        for later in helpers[other.written]:
            if later.node.start_byte <= node.start_byte or not _leads(starts, flow.at(later.node), []):
                continue
            if not mentions_any(later.node, known.names):
                continue
            both = (later,) if helper is None else (helper, later)
            return EarlyCommit(node, "related", (session,), both)
    # What no name connects, and only a helper of another file would commit, says too little.
    return best if helper is None else None


class _Known(NamedTuple):
    """What was written before a commit: the names of the rows, and whose attributes were set."""

    names: frozenset[str]
    changed: frozenset[str]


def _known_before(
    flow: Flow, body: FunctionBody, session: Session, node: Node, helper: Helper | None
) -> _Known | None:
    """The rows that are written before a commit; None where there is none."""
    goal = flow.at(node)
    names: set[str] = set()
    changed: set[str] = set()
    for call in session.writes:
        if call.node.start_byte > node.start_byte or not _leads(flow.at(call.node), goal, []):
            continue
        names |= rows_of(call)
        if call.verb in ("execute", "exec", "scalar", "scalars"):
            names |= assigned_names(call.node)
    rows = row_names(session)
    for target in standing_before(body.targets, node.start_byte):
        owner = text_of(target.children[0])
        if _leads(flow.at(target), goal, []):
            changed.add(owner)
            if owner in rows:
                names.add(owner)
    if helper is not None:
        # What is saved and bound again is the same row, whose state is set step by step.
        given = {text_of(part) for part in walk(node) if part.type == "identifier"}
        assigned = assigned_names(node) - given
        return _Known(frozenset(names | assigned), frozenset(changed)) if assigned else None
    names |= taken_from(body, names)
    return _Known(frozenset(names), frozenset(changed)) if names or session_wrote(session, node) else None


def session_wrote(session: Session, commit: Node) -> bool:
    """Whether a session writes anything in the text before a commit."""
    return any(call.node.start_byte < commit.start_byte for call in session.writes)


def _later_writes(body: FunctionBody, session: Session) -> list[Node]:
    writes = [call.node for call in session.writes]
    rows = row_names(session)
    targets = [target for target in body.targets if text_of(target.children[0]) in rows]
    return writes + targets + [call for call in body.calls if appends_row(call, rows)]


def _relation(body: FunctionBody, commit: Node, write: Node, known: _Known) -> Relation | None:
    """How a later write belongs to what was committed; None where it is a status set around some work."""
    if write.type == "attribute":
        owner = text_of(write.children[0])
        if owner in known.names:
            return None if owner in known.changed or works_between(body, commit, write) else "unrelated"
        return "related" if mentions_any(statement_of(write), known.names) else "unrelated"
    if mentions_any(statement_of(write), known.names - given_rows(write)):
        return "related"
    for name in given_rows(write):
        if any(mentions_any(made, known.names - {name}) for made in makings(body, name, write.start_byte)):
            return "related"
    if any(made_together(body, known.names, name) for name in given_rows(write)):
        return "related"
    return "unrelated"


def _leads(starts: list[Step], goals: list[Step], blocked: list[Step]) -> bool:
    """Whether a path without exceptions leads from behind one step to another."""
    wanted, barred = {id(step) for step in goals}, {id(step) for step in blocked}

    def takes(step: Step, kind: EdgeKind) -> bool:
        return kind != "raise"

    found = path_between(starts, lambda step: id(step) in wanted, lambda step: id(step) in barred, takes)
    return found is not None


def _entered(node: Node, session: Session) -> int:
    """Where the `with` stands that binds the session for a node; 0 where none does."""
    for parent in ancestors(node):
        if parent.type == "with_statement":
            clause = next((child for child in parent.children if child.type == "with_clause"), None)
            if clause is not None and f" as {session.written}" in f"{text_of(clause)} ":
                return parent.start_byte
        if parent.type == "function_definition":
            return 0
    return 0
