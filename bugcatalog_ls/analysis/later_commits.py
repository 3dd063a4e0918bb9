"""Whether what one commit no longer ends is surely committed later: on each way through a function."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.facts.resolve import function_at
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.flow import EdgeKind, Flow, Step
from bugcatalog_ls.syntax.flow_paths import path_from
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, enclosing, is_within, text_of, walk
from bugcatalog_ls.text.spans import Span

# What runs elsewhere, or on a connection of its own, sees only what is committed.
_ELSEWHERE = re.compile(
    r"\.(?:delay|apply_async|add_task|enqueue|send_task|submit)\(|\bcreate_task\(|\b(?:engine|bind)\b"
)
_RUNS_LATER = re.compile(r"task|background|job|actor|thread", re.IGNORECASE)
_HANDLERS = ("except_clause", "except_group_clause")


def is_committed_later(context: FixContext, early: Node, session: str) -> bool:
    """Whether each way from a commit (or a helper's) to the function's end passes another one, and
    nothing before that needs the rows to be there for others."""
    function = enclosing(early, "function_definition")
    if function is None:
        return False
    flow = Flow(function)
    ends = [
        node
        for node in walk(function)
        if node.type == "call" and node.id != early.id and _commits(context, node, session)
    ]
    if not flow.is_complete or not ends:
        return False
    goals = {id(step) for end in ends for step in flow.at(end)}
    starts = [following for step in flow.at(early) for following in step.after()]
    later = [end.start_byte for end in ends if end.start_byte > early.end_byte]
    between = context.file.source.slice(Span(early.end_byte, min(later, default=function.end_byte)))
    return not _leaves_without(flow, starts, goals) and _ELSEWHERE.search(between) is None


def _leaves_without(flow: Flow, starts: list[Step], goals: set[int]) -> bool:
    def takes(step: Step, kind: EdgeKind) -> bool:
        return kind != "raise"

    return path_from(starts, lambda step: step is flow.end, lambda step: id(step) in goals, takes) is not None


def _commits(context: FixContext, call: Node, session: str) -> bool:
    """Whether a call commits the session: itself, or a function that always commits what it is handed."""
    if is_within(call, _HANDLERS):
        return False
    callee = callee_of(call)
    if callee is None:
        return False
    if text_of(callee) == f"{session}.commit":
        return True
    arguments = arguments_of(call)
    slots = {str(n): value for n, value in enumerate(arguments.positional)} | arguments.keywords
    slot = next((slot for slot, value in slots.items() if text_of(value) == session), None)
    if "commit" in arguments.keywords or (slot is None and not _is_own_method(callee, session)):
        return False
    symbol = context.resolve(context.file.symbol(callee) or "").replace("()", "")
    found = function_at(context.index, symbol) if symbol else None
    if found is None:
        return False
    file = context.file if found[0] == context.file.path else context.open(found[0])
    definition = next((each for each in file.functions if each.symbol == symbol), None) if file else None
    if file is None or definition is None:
        return False
    if any(_RUNS_LATER.search(text_of(decorator)) for decorator in definition.decorators):
        return False
    names = [parameter.name for parameter in found[1].parameters]
    names = names[1:] if found[1].member in ("instance", "class") else names
    given = session if slot is None else slot
    if given.isdigit():
        given = names[int(given)] if int(given) < len(names) else ""
    return _always_commits(file, definition.node, given)


def _is_own_method(callee: Node, session: str) -> bool:
    return session.startswith("self.") and re.fullmatch(r"self\.\w+", text_of(callee)) is not None


def _always_commits(file: PyFile, function: Node, session: str) -> bool:
    """Whether each way through a function commits the session."""
    text = file.source.data[function.start_byte : function.end_byte]
    if f"{session}.commit(".encode() not in text:
        return False
    flow = Flow(function)
    goals = {
        id(step)
        for node in walk(function)
        if node.type == "call" and text_of(callee_of(node) or node) == f"{session}.commit"
        if not is_within(node, _HANDLERS)
        for step in flow.at(node)
    }
    return flow.is_complete and not _leaves_without(flow, list(flow.entry), goals)
