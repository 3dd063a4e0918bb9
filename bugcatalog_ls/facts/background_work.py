"""Work beside the requests: start-up hooks, tasks, threads, endless loops and scheduled jobs.

It knows FastAPI's and Starlette's lifespans and hooks, Quart's, aiohttp's and Django's, asyncio,
threads, APScheduler, schedule, Celery beat and arq.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.guarded_functions import is_guarded_body
from bugcatalog_ls.facts.log_names import is_log_owner
from bugcatalog_ls.syntax.file import Definition, PyFile
from bugcatalog_ls.syntax.handlers import is_broad
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


class StartupCall(Fact, frozen=True):
    """A call in a start-up hook that may fail outside of a `try`. `hook` is the function it stands in."""

    path: str
    hook: str
    symbol: str | None
    written: str
    anchor: str
    is_optional: bool

    @property
    def key(self) -> str:
        return self.path


class StartupHook(Fact, frozen=True):
    """A function that an application runs before it serves, by its symbol as written."""

    symbol: str

    @property
    def key(self) -> str:
        return self.symbol.rpartition(".")[2]


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


_TASKS = {
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
_SCHEDULERS = ("add_job", "scheduled_job", "repeat_every", "cron", "add_periodic_task", "do", "interval_task")
_OPTIONAL = re.compile(
    r"warm|preload|prefetch|prime|cache|job|schedul|worker|refresh|poll|cron|background|consumer|reindex"
    r"|telemetry|metrics|analytics|announce|notify|(?:^|[._])sync_",
    re.IGNORECASE,
)
_BEGINS = re.compile(
    r"_?(?:start|warm|preload|prefetch|prime|refresh|schedule|launch|run|load|init|sync|reindex)"
)
_IO = re.compile(
    r"(?:^|[._])(?:create_all|connect|execute|ping|upgrade|migrate|run_migrations|init_db|urlopen|open"
    r"|read_text|load_model|bootstrap|get_secret_value|start|begin|setup_db|create_tables)$"
)
_HARMLESS = re.compile(
    r"(?:^|\.)(?:items|values|keys|sleep|info|debug|warning|error|exception|critical|print|append|add|setdefault|update|get"
    r"|create_task|ensure_future|add_done_callback|getLogger|get_logger|basicConfig|is_set|set|clear"
    r"|include_router|mount|add_middleware|now|utcnow|monotonic|perf_counter|time|Event|Lock|Queue|Semaphore|AsyncExitStack|ExitStack)$"
)
_PUMPED = re.compile(
    r"\.(?:receive(?:_\w+)?|recv\w*|readline|readexactly|read|accept)$"
    r"|(?:^|[._])(?:websocket|ws|sock|socket|writer|stream)\.(?:send|write|drain)\w*$"
)
_ASKED_TO_END = re.compile(r"stop|shut|cancel|running|is_set|closed|exit|quit|done", re.IGNORECASE)
_ENDLESS = re.compile(
    r"True|1|not \w[\w.]*(?:\.is_set\(\))?|(?:self\.)?_?(?:running|is_running|keep_running|active)"
)


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    data = file.source.data
    for definition in _hooks(file):
        _collect_startup(file, definition, facts)
    if b"while" in data:
        for loop in file.nodes("while_statement"):
            _collect_loop(file, loop, facts)
    for symbol in _targets(file):
        facts.add(TaskTarget(symbol, file.path))
    for call, symbol in _jobs(file):
        anchor = facts.anchor(f"job {symbol}", call)
        facts.add(ScheduledJob(file.path, symbol, symbol.rpartition(".")[2], anchor))


VOCABULARY = Vocabulary(
    _collect,
    (
        *(
            b"lifespan",
            b"startup",
            b"create_task",
            b"ensure_future",
            b"Thread(",
            b"add_job",
            b"scheduled_job",
        ),
        *(b"while True", b"while not", b"before_serving", b"run_in_executor", b"start_soon", b"repeat_every"),
        *(b"add_periodic_task", b"schedule.every", b"arq", b"add_task"),
    ),
)


# -- start-up ----------------------------------------------------------------------------------------


def _hooks(file: PyFile) -> Iterator[Definition]:
    """The functions that run before an application serves."""
    data = file.source.data
    if not any(word in data for word in (b"lifespan", b"startup", b"before_serving", b"AppConfig")):
        return
    named = {name for node in _handed_over(file) if (name := text_of(node).rpartition(".")[2])}
    for definition in file.functions:
        if definition.name in named or _is_hook(file, definition):
            yield definition


def _handed_over(file: PyFile) -> Iterator[Node]:
    """Functions named where an application is made: `lifespan=`, `on_startup=[…]`, `add_event_handler`."""
    for call in file.calls_named(
        "FastAPI", "Starlette", "APIRouter", "Litestar", "add_event_handler", "append"
    ):
        arguments = arguments_of(call)
        name = text_of(callee_of(call) or call)
        if name.endswith("add_event_handler"):
            if string_value(arguments.get("event_type", 0)) == "startup" and len(arguments.positional) > 1:
                yield arguments.positional[1]
        elif name.endswith(".append"):
            if name.endswith("on_startup.append") and arguments.positional:
                yield arguments.positional[0]
        else:
            if (lifespan := arguments.keywords.get("lifespan")) is not None:
                yield lifespan
            given = arguments.keywords.get("on_startup")
            yield from given.named_children if given is not None and given.type == "list" else ()


def _is_hook(file: PyFile, definition: Definition) -> bool:
    for decorator in definition.decorators:
        name = text_of(callee_of(decorator) or decorator) if decorator.type == "call" else text_of(decorator)
        last = name.rpartition(".")[2]
        if last == "on_event" and decorator.type == "call":
            return string_value(arguments_of(decorator).get("event_type", 0)) == "startup"
        if last in ("before_serving", "on_startup"):
            return True
        if last == "asynccontextmanager" and definition.name.endswith("lifespan"):
            parameters = definition.node.child_by_field_name("parameters")
            return parameters is not None and text_of(parameters) not in ("()", "(self)")
    owner = definition.owner
    bases = owner.node.child_by_field_name("superclasses") if owner is not None else None
    return definition.name == "ready" and bases is not None and "AppConfig" in text_of(bases)


def _collect_startup(file: PyFile, definition: Definition, facts: Facts) -> None:
    for call in _unguarded(file, body_of(definition.node)):
        function = callee_of(call)
        if function is None:
            continue
        written = " ".join(text_of(function).split())
        anchor = facts.anchor(f"startup {definition.symbol} {written}", call)
        is_optional = bool(_OPTIONAL.search(written))
        facts.add(
            StartupCall(file.path, definition.name, file.symbol(function), written, anchor, is_optional)
        )


def _unguarded(file: PyFile, body: list[Node]) -> Iterator[Node]:
    """The calls that may fail outside of a `try`, up to the `yield`; one a statement."""
    for statement in body:
        if any(node.type == "yield" for node in (statement, *walk(statement))):
            if statement.type in ("try_statement", "with_statement"):
                handlers = [child for child in statement.children if child.type == "except_clause"]
                if not any(is_broad(file, handler) for handler in handlers):
                    yield from _of_items(statement)
                    yield from _unguarded(file, body_of(statement))
            return
        if statement.type == "try_statement":
            handlers = [child for child in statement.children if child.type == "except_clause"]
            if not handlers:
                yield from _unguarded(file, body_of(statement))
        elif statement.type == "with_statement" and "suppress(" in text_of(statement).split("\n")[0]:
            continue
        elif statement.type == "with_statement":
            found = list(_of_items(statement))
            yield from found or _unguarded(file, body_of(statement))
        elif statement.type in ("if_statement", "for_statement"):
            blocks = [child for child in walk(statement) if child.type == "block"]
            for block in blocks[:3]:
                if block.parent is not None and block.parent.id in (statement.id, *_clauses(statement)):
                    yield from _unguarded(file, [c for c in block.named_children if c.type != "comment"])
        elif statement.type == "expression_statement":
            call = next(_failing(statement), None)
            if call is not None:
                yield call


def _clauses(statement: Node) -> list[int]:
    return [child.id for child in statement.children if child.type.endswith("_clause")]


def _of_items(statement: Node) -> Iterator[Node]:
    if statement.type != "with_statement" or statement.children[0].type != "async":
        return
    clause = next((child for child in statement.children if child.type == "with_clause"), None)
    for node in walk(clause) if clause is not None else ():
        if node.type == "call" and not _HARMLESS.search(text_of(callee_of(node) or node)):
            yield node
            return


def _failing(statement: Node) -> Iterator[Node]:
    for node in (statement, *walk(statement)):
        if node.type == "await" and node.named_children:
            inner = unparenthesised(node.named_children[0])
            name = text_of(callee_of(inner) or inner) if inner.type == "call" else ""
            is_log = is_log_owner(name.rpartition(".")[0])
            if name and not is_log and not _HARMLESS.search(name):
                yield inner
        elif node.type == "call" and (node.parent is None or node.parent.type != "await"):
            name = text_of(callee_of(node) or node)
            last = name.rpartition(".")[2]
            is_begun = bool(_BEGINS.match(last) and _OPTIONAL.search(last))
            if (_IO.search(name) or is_begun) and not _HARMLESS.search(name) and not _is_handed_on(node):
                yield node


def _is_handed_on(call: Node) -> bool:
    """Whether a coroutine is made here, and run by whoever is given it."""
    outer = call.parent.parent if call.parent is not None and call.parent.type == "argument_list" else None
    name = text_of(callee_of(outer) or outer).rpartition(".")[2] if outer is not None else ""
    return name in _TASKS


# -- loops, tasks, jobs ------------------------------------------------------------------------------


def _collect_loop(file: PyFile, loop: Node, facts: Facts) -> None:
    condition = loop.child_by_field_name("condition")
    function = next((parent for parent in ancestors(loop) if parent.type in FUNCTIONS), None)
    if condition is None or function is None or function.type != "function_definition":
        return
    if not _ENDLESS.fullmatch(text_of(unparenthesised(condition))):
        return
    inside = list(walk(loop))
    ends = [node for node in inside if node.type in ("return_statement", "break_statement")]
    if any(node.type == "try_statement" for node in inside) or any(_ends_loop(node, loop) for node in ends):
        return
    calls = [
        node
        for node in inside
        if node.type == "call" and not _HARMLESS.search(text_of(callee_of(node) or node))
    ]
    calls = [call for call in calls if not _is_waiting(call)]
    if not calls or _is_pump(calls) or is_guarded_body(file, body_of(loop)):
        return
    scope = file.scopes.of(function)
    qualname = scope.qualname if scope is not None else ""
    symbol = f"{file.module}.{qualname}" if file.module else qualname
    symbols = tuple(dict.fromkeys(file.symbol(callee_of(call)) for call in calls))
    anchor = facts.anchor(f"loop {symbol}", _header(loop))
    facts.add(EndlessLoop(file.path, symbol, anchor, symbols))


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
    for call in file.calls_named(*_TASKS, "Thread", "Timer", "Process", "gather"):
        arguments = arguments_of(call)
        name = text_of(callee_of(call) or call).rpartition(".")[2]
        if name in ("Thread", "Process"):
            given = [arguments.get("target", 1)]
        elif name == "Timer":
            given = [arguments.get("function", 1)]
        elif name == "gather":
            given = list(arguments.positional)
        else:
            position = _TASKS.get(name, 0)
            given = [arguments.positional[position]] if position < len(arguments.positional) else []
            given = given or [arguments.keywords.get("coro") or arguments.keywords.get("func")]
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


def _jobs(file: PyFile) -> Iterator[tuple[Node, str]]:
    """Functions handed to schedulers, each with the call or decorator that does it."""
    for call in file.calls_named(*_SCHEDULERS):
        name = text_of(callee_of(call) or call)
        last = name.rpartition(".")[2]
        arguments = arguments_of(call)
        if call.parent is not None and call.parent.type == "decorator":
            if last in ("scheduled_job", "repeat_every") or (last == "task" and "schedul" in name):
                definition = next(
                    (d for d in file.functions if any(x.id == call.id for x in d.decorators)), None
                )
                if definition is not None:
                    yield call, definition.symbol
            continue
        if last == "add_job":
            job = arguments.get("func", 0)
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
        symbol_of_job = (
            file.symbol(job) if job is not None and job.type in ("identifier", "attribute") else None
        )
        if symbol_of_job is not None and constant_value(job) is ...:
            yield call, symbol_of_job
