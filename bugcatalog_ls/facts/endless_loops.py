"""Loops that only an exception ends, and what their rounds call."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.guarded_functions import is_guarded_body
from bugcatalog_ls.facts.http_clients import http_call
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.handlers import caught_name, caught_types
from bugcatalog_ls.syntax.nodes import (
    FUNCTIONS,
    ancestors,
    arguments_of,
    body_of,
    called_name,
    callee_of,
    text_of,
    unparenthesised,
    walk,
)
from bugcatalog_ls.text.spans import Span

_HANDS_ON = frozenset({"put", "put_nowait", "set_exception", "send", "send_nowait", "throw", "append"})
HARMLESS = re.compile(
    r"(?:^|\.)(?:items|values|keys|sleep|info|debug|warning|error|exception|critical|print|append|add|setdefault|update|get"
    r"|create_task|ensure_future|add_done_callback|getLogger|get_logger|basicConfig|is_set|set|clear"
    r"|include_router|mount|add_middleware|now|utcnow|monotonic|perf_counter|time|Event|Lock|Queue|Semaphore|AsyncExitStack|ExitStack"
    r"|TaskGroup|create_task_group)$"
)
_OF_MAPPINGS = frozenset({"get", "set", "setdefault", "update", "keys", "values", "items", "append", "add"})
_WAITED_FOR = re.compile(r"queue|event|(?:^|[._])q$|context|state$", re.IGNORECASE)
# A watchdog ends with the process, whichever way.
_ENDS_PROCESS = re.compile(r"\b(?:os\._exit|os\.kill|os\.killpg|sys\.exit)\(")
_PUMPED = re.compile(
    r"(?:^|[._])(?:read|recv|receive)_(?:frame|message|packet)$|\.(?:receive(?:_\w+)?|recv\w*|readline|readexactly|read|accept)$"
    r"|(?:^|[._])(?:websocket|ws|sock|socket|writer|stream)\.(?:send|write|drain)\w*$"
)
# Somebody thought of it: `# we do not catch the exception here, so that …`.
_ON_PURPOSE = re.compile(
    r"\b(?:not|n't|never) catch\b|\blet (?:it|this|the (?:error|exception)) (?:raise|crash|propagate)"
)
# What a helper is given to send on: `await send_frame(websocket, data)`.
_CONNECTION = re.compile(r"(?:self\.)?_?(?:websocket|ws|wss|sock|writer)")
_FILES = ("builtins.open()", "io.open()", "gzip.open()", "pathlib.Path().open()", "aiofiles.open()")
# What a handler around a loop catches that tells nothing of why the loop may end.
_ENDS_ANYWAY = re.compile(r"(?:^|\.)(?:Base)?Exception$|Cancel|KeyboardInterrupt|(?:System|Generator)Exit")
_ASKED_TO_END = re.compile(r"stop|shut|cancel|running|is_set|closed|exit|quit|done", re.IGNORECASE)
# The loop accompanies the work of another object and ends with it.
_AWAITS_WORK = re.compile(r"not (?!self\.\w+$)\w[\w.]*\.(?:done|finished|completed?|ready)(?:\(\))?")
_ENDLESS = re.compile(
    r"True|1|not \w[\w.]*(?:\.is_set\(\))?|(?:self\.)?_?(?:running|is_running|keep_running|active)"
)


class EndlessLoop(Fact, frozen=True):
    """A loop with no `try` inside that only an exception ends; `calls` are what its rounds call
    (None: unknown)."""

    path: str
    function: str
    anchor: str
    calls: tuple[str | None, ...]

    @property
    def key(self) -> str:
        return self.path


def collect_loop(file: PyFile, loop: Node, facts: Facts) -> None:
    condition = loop.child_by_field_name("condition")
    function = next((parent for parent in ancestors(loop) if parent.type in FUNCTIONS), None)
    if condition is None or function is None or function.type != "function_definition":
        return
    written = text_of(unparenthesised(condition))
    if not _ENDLESS.fullmatch(written) or _AWAITS_WORK.fullmatch(written):
        return
    if _is_retried(file, loop, function) or _sets_condition(loop, condition) or _ends_by_name(loop, function):
        return
    inside = list(walk(loop))
    ends = [node for node in inside if node.type in ("return_statement", "break_statement")]
    if any(node.type == "comment" and _ON_PURPOSE.search(text_of(node)) for node in inside):
        return
    if any(node.type == "try_statement" for node in inside) or any(_ends_loop(node, loop) for node in ends):
        return
    calls = [node for node in inside if node.type == "call" and not is_harmless(file, node)]
    calls = [call for call in calls if not _is_waiting(call)]
    if (
        _ENDS_PROCESS.search(text_of(loop))
        or not calls
        or _is_pump(file, calls)
        or is_guarded_body(file, body_of(loop))
        or _hands_error_on(loop)
    ):
        return
    scope = file.scopes.of(function)
    qualname = scope.qualname if scope is not None else ""
    symbol = f"{file.module}.{qualname}" if file.module else qualname
    symbols = tuple(dict.fromkeys(file.symbol(callee_of(call)) for call in calls))
    anchor = facts.anchor(f"loop {symbol}", _header(loop))
    facts.add(EndlessLoop(file.path, symbol, anchor, symbols))


def is_harmless(file: PyFile, call: Node) -> bool:
    """Whether a call is named like what no error comes from, and asks no server by that name.

    What is awaited and given something is no look into a mapping: `await cache.set(key, value)`.
    """
    name = text_of(callee_of(call) or call)
    if not HARMLESS.search(name):
        return False
    owner, _, last = name.rpartition(".")
    is_awaited = call.parent is not None and call.parent.type == "await"
    if is_awaited and last in _OF_MAPPINGS and not _WAITED_FOR.search(owner):
        arguments = arguments_of(call)
        return not (arguments.positional or arguments.keywords)
    return not sends_request(file, call)


def sends_request(file: PyFile, call: Node) -> bool:
    """Whether a call waits for an HTTP server, though it is named like a look into a mapping."""
    symbol = file.callee(call)
    return symbol is not None and http_call(symbol) is not None


def _hands_error_on(loop: Node) -> bool:
    """Whether a handler around a loop gives its error to whoever waits: `queue.put(error)`."""
    child = loop
    for parent in ancestors(loop):
        body = parent.child_by_field_name("body") if parent.type == "try_statement" else None
        if body is not None and body.id == child.id:
            for handler in (part for part in parent.children if part.type == "except_clause"):
                caught = caught_name(handler)
                for call in (node for node in walk(handler) if node.type == "call"):
                    name = called_name(call)
                    given = [text_of(argument) for argument in arguments_of(call).positional]
                    if caught in given and name in _HANDS_ON:
                        return True
        if parent.type in FUNCTIONS:
            break
        child = parent
    return False


def _is_retried(file: PyFile, loop: Node, function: Node) -> bool:
    """Whether the loop stands in a `try` that catches everything, inside of another loop."""
    guarded = False
    for parent in ancestors(loop):
        if parent.id == function.id:
            return False
        if parent.type == "try_statement" and is_guarded_body(file, [parent]):
            guarded = True
        elif guarded and parent.type == "while_statement":
            return True
    return False


def _ends_by_name(loop: Node, function: Node) -> bool:
    """Whether the function says by which errors the loop is to end: those of a connection that is gone."""
    for parent in ancestors(loop):
        if parent.id == function.id:
            return False
        handlers = [child for child in parent.children if child.type == "except_clause"]
        named = [text_of(kind) for handler in handlers for kind in caught_types(handler)]
        if any(_ENDS_ANYWAY.search(name) is None for name in named):
            return True
    return False


def _sets_condition(loop: Node, condition: Node) -> bool:
    """Whether the loop itself finds out that it is done: `while not finished: finished = step()`."""
    name = text_of(unparenthesised(condition)).removeprefix("not ")
    return name.isidentifier() and any(
        text_of(left) == name
        for node in walk(loop)
        if node.type == "assignment" and (left := node.child_by_field_name("left")) is not None
    )


def _ends_loop(node: Node, loop: Node) -> bool:
    """Whether a `break` or `return` belongs to the loop, and not just because somebody asked for the end."""
    for parent in ancestors(node):
        if parent.id == loop.id:
            return True
        condition = parent.child_by_field_name("condition") if parent.type == "if_statement" else None
        if condition is not None and _ASKED_TO_END.search(text_of(condition)):
            return _compares_result(condition)
        is_loop = parent.type in ("for_statement", "while_statement")
        if parent.type == "function_definition" or (is_loop and node.type == "break_statement"):
            return False
    return False


def _compares_result(condition: Node) -> bool:
    """Whether a condition compares what a call gave, as in `if self.running_jobs() == jobs: break`."""
    condition = unparenthesised(condition)
    return condition.type == "comparison_operator" and any(
        side.type == "call" and re.search(r"^\w*get_|\.\w*get_", text_of(side)) is not None
        for side in condition.named_children
    )


def _is_waiting(call: Node) -> bool:
    name = text_of(callee_of(call) or call)
    last = name.rpartition(".")[2]
    if last in ("join", "len", "str", "int", "isinstance", "range", "next") or re.search("sleep|wait", last):
        return True
    return name.startswith(("os.", "signal.", "sys.", "time."))


def _is_pump(file: PyFile, calls: list[Node]) -> bool:
    """Whether a loop serves one connection, with which it rightly ends. A file is none."""
    return any(
        (
            _PUMPED.search(text_of(callee_of(call) or call))
            and "QueueUrl" not in arguments_of(call).keywords
            and not (file.callee(call) or "").startswith(_FILES)
        )
        or any(_CONNECTION.fullmatch(text_of(given)) for given in arguments_of(call).positional)
        for call in calls
    )


def _header(loop: Node) -> Span:
    condition = loop.child_by_field_name("condition")
    return Span(loop.start_byte, condition.end_byte if condition is not None else loop.end_byte)
