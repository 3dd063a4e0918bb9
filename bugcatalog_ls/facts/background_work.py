"""Work beside the requests: tasks, threads, endless loops and scheduled jobs.

It knows asyncio, threads, APScheduler, schedule, Celery beat and arq.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.guarded_functions import is_guarded_body
from bugcatalog_ls.facts.http_clients import http_call
from bugcatalog_ls.facts.watched_tasks import is_watched
from bugcatalog_ls.facts.worker_tasks import worker_tasks
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.handlers import caught_types
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import (
    FUNCTIONS,
    ancestors,
    arguments_of,
    body_of,
    callee_of,
    constant_value,
    string_value,
    text_of,
    unparenthesised,
    walk,
)
from bugcatalog_ls.text.spans import Span


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


class TaskTarget(Fact, frozen=True):
    """A function that is run as a task or thread, by its symbol as written in the file at `path`."""

    symbol: str
    path: str

    @property
    def key(self) -> str:
        return self.symbol.replace("()", "").rpartition(".")[2]


class ScheduledJob(Fact, frozen=True):
    """A function handed to a scheduler, and the place where it is."""

    path: str
    symbol: str
    written: str
    anchor: str

    @property
    def key(self) -> str:
        return self.path


TASK_MAKERS = {
    "create_task": 0,
    "ensure_future": 0,
    "run_coroutine_threadsafe": 0,
    "start_soon": 0,
    "spawn": 0,
    "start_background_task": 0,
    "to_thread": 0,
    "submit": 0,
    "run_in_executor": 1,
    "add_task": 0,
}
_SCHEDULERS = (
    *("add_job", "add_schedule", "scheduled_job", "repeat_every", "cron", "add_periodic_task", "do"),
    *("interval_task", "periodic_task", "run_repeating", "run_daily"),
)
# A job by its place: `app.jobs:clean`.
_REFERENCE = re.compile(r"\w+(?:\.\w+)*:\w+(?:\.\w+)*")
_DECORATORS = ("scheduled_job", "repeat_every", "periodic_task")
HARMLESS = re.compile(
    r"(?:^|\.)(?:items|values|keys|sleep|info|debug|warning|error|exception|critical|print|append|add|setdefault|update|get"
    r"|create_task|ensure_future|add_done_callback|getLogger|get_logger|basicConfig|is_set|set|clear"
    r"|include_router|mount|add_middleware|now|utcnow|monotonic|perf_counter|time|Event|Lock|Queue|Semaphore|AsyncExitStack|ExitStack"
    r"|TaskGroup|create_task_group)$"
)
# A watchdog ends with the process, whichever way.
_ENDS_PROCESS = re.compile(r"\b(?:os\._exit|os\.kill|os\.killpg|sys\.exit)\(")
_PUMPED = re.compile(
    r"(?:^|[._])(?:read|recv|receive)_(?:frame|message|packet)$|\.(?:receive(?:_\w+)?|recv\w*|readline|readexactly|read|accept)$"
    r"|(?:^|[._])(?:websocket|ws|sock|socket|writer|stream)\.(?:send|write|drain)\w*$"
)
# What a handler around a loop catches that tells nothing of why the loop may end.
_ENDS_ANYWAY = re.compile(r"(?:^|\.)(?:Base)?Exception$|Cancel|KeyboardInterrupt|(?:System|Generator)Exit")
_ASKED_TO_END = re.compile(r"stop|shut|cancel|running|is_set|closed|exit|quit|done", re.IGNORECASE)
_ENDLESS = re.compile(
    r"True|1|not \w[\w.]*(?:\.is_set\(\))?|(?:self\.)?_?(?:running|is_running|keep_running|active)"
)


def sends_request(file: PyFile, call: Node) -> bool:
    """Whether a call waits for an HTTP server, though it is named like a look into a mapping."""
    symbol = file.callee(call)
    return symbol is not None and http_call(symbol) is not None


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    data = file.source.data
    if b"while" in data:
        for loop in file.nodes("while_statement"):
            _collect_loop(file, loop, facts)
    for symbol in _targets(file):
        facts.add(TaskTarget(symbol, file.path))
    tried = {definition.symbol for definition in file.functions if _is_tried(definition.node)}
    for call, symbol in (*_jobs(file), *worker_tasks(file)):
        if symbol in tried:
            continue
        anchor = facts.anchor(f"job {symbol}", call)
        facts.add(ScheduledJob(file.path, symbol, symbol.rpartition(".")[2], anchor))


VOCABULARY = Vocabulary(
    _collect,
    (
        *(b"create_task", b"ensure_future", b"Thread(", b"add_job", b"scheduled_job", b"while True"),
        *(
            b"while not",
            b"run_in_executor",
            b"start_soon",
            b"repeat_every",
            b"periodic_task",
            b"add_schedule",
            b"job_queue",
            b"gather(",
        ),
        *(b"schedule.every", b"import cron", b"arq.", b"add_task", b".submit("),
        *(b"celery", b"shared_task", b"WorkerSettings"),
    ),
)


def _collect_loop(file: PyFile, loop: Node, facts: Facts) -> None:
    condition = loop.child_by_field_name("condition")
    function = next((parent for parent in ancestors(loop) if parent.type in FUNCTIONS), None)
    if condition is None or function is None or function.type != "function_definition":
        return
    if not _ENDLESS.fullmatch(text_of(unparenthesised(condition))):
        return
    if _is_retried(file, loop, function) or _sets_condition(loop, condition) or _ends_by_name(loop, function):
        return
    inside = list(walk(loop))
    ends = [node for node in inside if node.type in ("return_statement", "break_statement")]
    if any(node.type == "try_statement" for node in inside) or any(_ends_loop(node, loop) for node in ends):
        return
    calls = [
        node
        for node in inside
        if node.type == "call"
        and (not HARMLESS.search(text_of(callee_of(node) or node)) or sends_request(file, node))
    ]
    calls = [call for call in calls if not _is_waiting(call)]
    if (
        _ENDS_PROCESS.search(text_of(loop))
        or not calls
        or _is_pump(calls)
        or is_guarded_body(file, body_of(loop))
    ):
        return
    scope = file.scopes.of(function)
    qualname = scope.qualname if scope is not None else ""
    symbol = f"{file.module}.{qualname}" if file.module else qualname
    symbols = tuple(dict.fromkeys(file.symbol(callee_of(call)) for call in calls))
    anchor = facts.anchor(f"loop {symbol}", _header(loop))
    facts.add(EndlessLoop(file.path, symbol, anchor, symbols))


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
            return False
        is_loop = parent.type in ("for_statement", "while_statement")
        if parent.type == "function_definition" or (is_loop and node.type == "break_statement"):
            return False
    return False


def _is_waiting(call: Node) -> bool:
    name = text_of(callee_of(call) or call)
    last = name.rpartition(".")[2]
    if last in ("join", "len", "str", "int", "isinstance", "range") or re.search("sleep|wait", last):
        return True
    return name.startswith(("os.", "signal.", "sys.", "time."))


def _is_pump(calls: list[Node]) -> bool:
    """Whether a loop serves one connection, with which it rightly ends."""
    return any(_PUMPED.search(text_of(callee_of(call) or call)) for call in calls)


def _header(loop: Node) -> Span:
    condition = loop.child_by_field_name("condition")
    return Span(loop.start_byte, condition.end_byte if condition is not None else loop.end_byte)


def _targets(file: PyFile) -> Iterator[str]:
    """The functions that a file hands over to run beside it."""
    for call in file.calls_named(*TASK_MAKERS, "Thread", "Timer", "Process", "gather"):
        arguments = arguments_of(call)
        name = text_of(callee_of(call) or call).rpartition(".")[2]
        if name in ("Thread", "Process"):
            given = [arguments.get("target", 1)]
        elif name == "Timer":
            given = [arguments.get("function", 1)]
        elif name == "gather":
            given = list(arguments.positional)
        else:
            position = TASK_MAKERS.get(name, 0)
            given = [arguments.positional[position]] if position < len(arguments.positional) else []
            given = given or [arguments.keywords.get("coro") or arguments.keywords.get("func")]
            if is_watched(call):
                continue
        for value in given:
            function = callee_of(value) if value is not None and value.type == "call" else value
            symbol = file.symbol(function) if function is not None else None
            if symbol is not None and not symbol.startswith("builtins."):
                yield symbol
    for definition in file.classes:
        bases = definition.node.child_by_field_name("superclasses")
        if bases is not None and any(
            file.symbol(base) == "threading.Thread" for base in bases.named_children
        ):
            yield f"{definition.symbol}.run"


def _is_tried(function: Node) -> bool:
    """Whether a function handles errors at its top: nobody but its author knows which it expects."""
    return any(
        statement.type == "try_statement" and any(part.type == "except_clause" for part in statement.children)
        for statement in body_of(function)
    )


def _jobs(file: PyFile) -> Iterator[tuple[Node, str]]:
    """Functions handed to schedulers, each with the call or decorator that does it."""
    for call in file.calls_named(*_SCHEDULERS):
        name = text_of(callee_of(call) or call)
        last = name.rpartition(".")[2]
        arguments = arguments_of(call)
        if call.parent is not None and call.parent.type == "decorator":
            if last in _DECORATORS or (last == "task" and "schedul" in name):
                definition = next(
                    (d for d in file.functions if any(x.id == call.id for x in d.decorators)), None
                )
                if definition is not None:
                    yield call, definition.symbol
            continue
        if last == "add_job":
            job = arguments.get("func", 0)
        elif last == "add_schedule":
            job = arguments.get("func_or_task_id", 0)
        elif last in ("run_repeating", "run_daily"):
            job = arguments.get("callback", 0) if "job_queue" in name else None
        elif last == "cron":
            symbol = file.callee(call) or ""
            job = arguments.get("coroutine", 0) if symbol.startswith("arq.") else None
        elif last == "add_periodic_task":
            signature = arguments.get("sig", 1)
            job = callee_of(signature) if signature is not None and signature.type == "call" else None
            job = job.child_by_field_name("object") if job is not None and job.type == "attribute" else None
        elif last == "do":
            job = arguments.get("job_func", 0) if (file.callee(call) or "").startswith("schedule.") else None
        else:
            job = None
        written = string_value(job) if job is not None and last in ("add_job", "add_schedule") else None
        if written is not None and _REFERENCE.fullmatch(written):
            yield call, written.replace(":", ".")
            continue
        symbol_of_job = (
            file.symbol(job) if job is not None and job.type in ("identifier", "attribute") else None
        )
        if symbol_of_job is not None and constant_value(job) is ...:
            yield call, symbol_of_job
