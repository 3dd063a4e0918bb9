"""How a resource that a function opens can stay open: on which of its paths nothing closes it."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Literal

from tree_sitter import Node

from bugcatalog_ls.facts.resource_uses import Use, is_kept
from bugcatalog_ls.facts.resources import WITH_KEEPS_OPEN, Resource
from bugcatalog_ls.syntax.flow import EdgeKind, Flow, Step
from bugcatalog_ls.syntax.flow_paths import path_between
from bugcatalog_ls.syntax.guards import LEAVING_CALLS, always_leaves
from bugcatalog_ls.syntax.nodes import ancestors, arguments_of, callee_of, text_of, unparenthesised

Leak = Literal["never", "raise", "return", "rebuilt", "inline"]
# Functions that take over what they are given, by the first word of their names.
_TAKING = re.compile(
    r"^_?(?:add|append|put|set|register|attach|push|store|send_file|submit|start|wrap|stream|spawn|init|use|save)"
)


# A `with` that only limits how long a close may take, methods that only set a socket up, logs and clocks.
_LIMITING = re.compile(r"(?:timeout\w*|suppress|move_on_after|fail_after|CancelScope)\(")
_LOGS = re.compile(r"(?:self\.)?_?log(?:ger|ging)?\.(?:debug|info|warning|error)\(", re.IGNORECASE)
_CLOCK = re.compile(
    r"(?:\w+ = )?(?:[\w.]+ - )?(?:time\.)?(?:time|perf_counter|monotonic)(?:_ns)?\(\)(?: - [\w.]+)?"
)
_SET_UP = r"\.(?:settimeout|setblocking|setsockopt|set_debuglevel)\("


def leak_of(flow: Flow, left: Node, name: str, uses: list[Use], known: Resource | None) -> Leak | None:
    """How the resource can stay open, or None where it can't or nothing is known of it."""
    if known is not None and known.family == "engine":
        return None if any(_goes_elsewhere(use) for use in uses) else "rebuilt"
    if not flow.is_complete or any(use.kind == "hand on" for use in uses):
        return None
    closes = [use for use in uses if use.kind == "close"]
    keeps_open = known is not None and known.wrap in WITH_KEEPS_OPEN
    if any(use.kind == "enter" for use in uses) and not keeps_open:
        return None
    read_out = (
        [use for use in uses if _reads_all(use)] if known is not None and known.noun == "response" else []
    )
    if not closes and not read_out:
        given = [use for use in uses if use.kind == "pass"]
        is_file = known is not None and known.family == "file"
        if any(_TAKING.search(_called(use.node)) or not (use.callee or is_file) for use in given):
            return None
        if is_file and any(is_kept(call) for use in given if (call := _call_of(use.node)) is not None):
            return None
        return None if _runs_for_ever(flow, left) else "never"
    steps = flow.at(left)
    ended = {id(step) for use in closes for step in _ending_steps(flow, use, name)}
    ended |= {id(step) for use in read_out for step in flow.at(use.node)}
    rebound = {id(step) for use in uses if use.kind == "bind" for step in flow.at(use.node)}
    opened_at = {id(step) for step in steps}
    is_protected = any(_protecting(use.node) for use in closes)

    def blocks(step: Step) -> bool:
        return id(step) in ended or id(step) in rebound or id(step) in opened_at or _ends_program(step)

    def is_set_up(step: Step) -> bool:
        written = text_of(step.node) if step.node is not None else ""
        if _LOGS.match(written) is not None or _CLOCK.fullmatch(written) is not None:
            return True
        return (
            re.match(rf"{re.escape(name)}{_SET_UP}|\w+ = {re.escape(name)}\.cursor\(\)$", written) is not None
        )

    def takes(step: Step, kind: EdgeKind) -> bool:
        if kind == "raise" and is_set_up(step):
            return False
        if kind == "raise":
            return not is_protected or (step.node is not None and _is_in_try(step.node))
        return not _is_empty(step, kind, name)

    path = path_between(steps, lambda step: step is flow.end or step is flow.raised, blocks, takes)
    if path is None:
        return None
    raises = any(
        kind == "raise" and following is after
        for step, after in pairwise(path)
        for kind, following in step.edges
    )
    return "raise" if raises else "return"


def _reads_all(use: Use) -> bool:
    """Whether a response is read to its end, which closes it: `response.read()`, `json.load(response)`."""
    attribute = use.node.parent
    called = attribute.parent if attribute is not None and attribute.type == "attribute" else None
    if attribute is not None and called is not None and called.type == "call":
        return (
            text_of(attribute).rpartition(".")[2] in ("read", "readlines")
            and not arguments_of(called).positional
        )
    call = _call_of(use.node)
    function = callee_of(call) if call is not None else None
    return function is not None and text_of(function) in ("json.load", "load")


def _runs_for_ever(flow: Flow, left: Node) -> bool:
    """Whether a loop without an end comes behind: what a server or a worker opens before it, it needs
    for as long as it runs."""

    def reaches(is_goal: Callable[[Step], bool]) -> bool:
        return path_between(flow.at(left), is_goal, takes=lambda step, kind: kind != "raise") is not None

    return not reaches(lambda step: step is flow.end) and reaches(
        lambda step: step.node is not None and text_of(step.node) in ("True", "1")
    )


def _goes_elsewhere(use: Use) -> bool:
    """Whether a use stores an engine or gives it away; a session that is made on it does not count."""
    parent = use.node.parent
    in_call = parent is not None and parent.type in ("argument_list", "keyword_argument")
    return use.kind == "hand on" and not in_call


def _called(node: Node) -> str:
    """The last name of the function that a name is given to."""
    call = _call_of(node)
    function = callee_of(call) if call is not None else None
    return text_of(function).rpartition(".")[2] if function is not None else ""


def _call_of(argument: Node) -> Node | None:
    return next((parent for parent in ancestors(argument) if parent.type == "call"), None)


def _ending_steps(flow: Flow, close: Use, name: str) -> list[Step]:
    """The steps behind which the resource is closed; an `if` of a flag around the close is one."""
    node = close.node
    for parent in ancestors(node):
        if parent.type == "if_statement":
            condition = parent.child_by_field_name("condition")
            consequence = parent.child_by_field_name("consequence")
            if condition is None or consequence is None or always_leaves(consequence):
                break
            if re.search(rf"(?<![\w.]){re.escape(name)}\b", text_of(condition)) is None:
                return [*flow.at(close.node), *flow.at(condition)]
        if parent.type == "with_statement":
            clause = next((child for child in parent.children if child.type == "with_clause"), None)
            if clause is not None and _LIMITING.search(text_of(clause)) is not None:
                items = [child for child in clause.named_children if child.type == "with_item"]
                return [*flow.at(close.node), *(step for item in items for step in flow.at(item))]
        if parent.type in ("function_definition", "for_statement", "while_statement"):
            break
    return flow.at(close.node)


def _protecting(node: Node) -> bool:
    for parent in ancestors(node):
        if parent.type in ("finally_clause", "except_clause", "except_group_clause"):
            return True
        if parent.type == "function_definition":
            return False
    return False


def _is_in_try(node: Node) -> bool:
    """Whether a step runs in the body of a `try`, not in one of its clauses."""
    child = node
    for parent in ancestors(node):
        if parent.type == "try_statement":
            body = parent.child_by_field_name("body")
            return body is not None and body.id == child.id
        if parent.type == "function_definition":
            return False
        child = parent
    return False


def _is_empty(step: Step, kind: EdgeKind, name: str) -> bool:
    """Whether an edge is only taken where the name holds nothing."""
    if kind not in ("true", "false") or step.node is None:
        return False
    written = " ".join(text_of(unparenthesised(step.node)).split())
    if (other := re.fullmatch(rf"{re.escape(name)} (is|is not|==|!=) [a-z_][\w.]+", written)) is not None:
        # It holds something else: `if out is not sys.stdout`.
        return kind == ("true" if other[1] in ("is", "==") else "false")
    if written in (name, f"{name} is not None", f"{name} != None") or written.startswith(f"{name} and "):
        return kind == "false"
    return written in (f"not {name}", f"{name} is None", f"{name} == None") and kind == "true"


def _ends_program(step: Step) -> bool:
    node = step.node
    if node is None or node.type != "expression_statement" or not node.named_children:
        return False
    call = node.named_children[0]
    function = callee_of(call) if call.type == "call" else None
    return function is not None and text_of(function) in LEAVING_CALLS
