"""Start-up hooks: what an application runs before it serves, and which calls there may fail.

It knows FastAPI's and Starlette's lifespans and hooks, those of Quart, Litestar, Sanic, aiohttp and
Django, and what the workers of Celery, arq, taskiq and FastStream run first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.background_work import TASK_MAKERS
from bugcatalog_ls.facts.endless_loops import HARMLESS, is_harmless, sends_request
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.http_clients import CLIENTS, VERBS
from bugcatalog_ls.facts.log_names import is_log_owner
from bugcatalog_ls.syntax.file import Definition, PyFile
from bugcatalog_ls.syntax.handlers import is_broad
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    body_of,
    called_name,
    callee_of,
    string_value,
    text_of,
    unparenthesised,
    walk,
)


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


_OPTIONAL = re.compile(
    r"warm|preload|prefetch|prime|cache|job|schedul|worker|refresh|poll|cron|background|consumer|reindex"
    r"|telemetry|metrics|analytics|announce|notify|(?:^|\.)_?sync_",
    re.IGNORECASE,
)
# A hook that is called so does nothing that the application could not do without.
_WARMS = re.compile(r"warm|preload|prefetch|refresh|reindex|announce|notify", re.IGNORECASE)
# A worker does nothing without what it is set up with.
_SETS_UP_WORKER = re.compile(r"(?:^|[._])(?:init|setup|set_up|configure|initiali[sz]e)_worker\w*$")
_BEGINS = re.compile(
    r"_?(?:start|warm|preload|prefetch|prime|refresh|schedule|launch|run|load|init|sync|reindex)"
)
_APPLICATIONS = ("FastAPI", "Starlette", "APIRouter", "Litestar", "FastStream", "FastMCP", "Quart")
_WORKER_SIGNALS = ("worker_init", "worker_process_init", "worker_ready", "beat_init")
_SCHEDULER_START = re.compile(r"(?:^|[._])scheduler\.start$", re.IGNORECASE)
_IO = re.compile(
    r"(?:^|[._])(?:create_all|connect|execute|ping|upgrade|migrate|run_migrations|init_db|urlopen|open"
    r"|read_text|load_model|bootstrap|get_secret_value|start|begin|setup_db|create_tables)$"
)

_REDIS_COMMANDS = frozenset(
    {"get", "set", "setex", "setnx", "mget", "mset", "hget", "hset", "hgetall", "delete", "exists", "expire"}
    | {
        "incr",
        "lpush",
        "rpush",
        "sadd",
        "zadd",
        "publish",
        "xadd",
        "xgroup_create",
        "flushdb",
        "flushall",
        "keys",
    }
)
_REDIS_CLIENTS = ("redis.Redis", "redis.StrictRedis", "redis.from_url", "redis.client.Redis")


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    for definition in _hooks(file):
        _collect_startup(file, definition, facts)


VOCABULARY = Vocabulary(
    _collect,
    (
        *(b"lifespan", b"startup", b"STARTUP", b"before_serving", b"AppConfig", b"before_server_start"),
        *(b"cleanup_ctx", b"worker_ready", b"worker_init", b"worker_process_init", b"beat_init"),
    ),
)


def _hooks(file: PyFile) -> Iterator[Definition]:
    """The functions that run before an application serves."""
    handed = (*_handed_over(file), *_of_workers(file))
    named = {name for node in handed if (name := text_of(node).rpartition(".")[2])}
    for definition in file.functions:
        if definition.name in named or _is_hook(definition):
            yield definition


def _handed_over(file: PyFile) -> Iterator[Node]:
    """Functions named where an application is made: `lifespan=`, `on_startup=[…]`, `add_event_handler`."""
    for call in file.calls_named(*_APPLICATIONS, "add_event_handler", "append"):
        arguments = arguments_of(call)
        name = text_of(callee_of(call) or call)
        if name.endswith("add_event_handler"):
            if string_value(arguments.get("event_type", 0)) == "startup" and len(arguments.positional) > 1:
                yield arguments.positional[1]
        elif name.endswith(".append"):
            if name.endswith(("on_startup.append", "cleanup_ctx.append")) and arguments.positional:
                yield arguments.positional[0]
        else:
            if (lifespan := arguments.keywords.get("lifespan")) is not None:
                yield lifespan
            given = arguments.keywords.get("on_startup")
            yield from given.named_children if given is not None and given.type == "list" else ()


def _of_workers(file: PyFile) -> Iterator[Node]:
    """`on_startup = startup` in the settings of an arq worker."""
    if b"on_startup" not in file.source.data:
        return
    for definition in file.classes:
        if definition.name.endswith("WorkerSettings"):
            scope = file.scopes.of(definition.node)
            bindings = scope.bindings.get("on_startup", []) if scope is not None else []
            yield from (b.value for b in bindings if b.value is not None and b.value.type == "identifier")


def _is_hook(definition: Definition) -> bool:
    for decorator in definition.decorators:
        name = text_of(callee_of(decorator) or decorator) if decorator.type == "call" else text_of(decorator)
        last = name.rpartition(".")[2]
        if last in ("on_event", "listener") and decorator.type == "call":
            event = arguments_of(decorator).get("event_type" if last == "on_event" else "event", 0)
            named = string_value(event) or (text_of(event) if event is not None else "")
            return named in ("startup", "before_server_start") or named.endswith("_STARTUP")
        if last in ("before_serving", "on_startup", "before_server_start"):
            return True
        if _is_receiver_by(name):
            return True
        if last == "asynccontextmanager" and definition.name.endswith("lifespan"):
            parameters = definition.node.child_by_field_name("parameters")
            return parameters is not None and text_of(parameters) not in ("()", "(self)")
    owner = definition.owner
    bases = owner.node.child_by_field_name("superclasses") if owner is not None else None
    return definition.name == "ready" and bases is not None and "AppConfig" in text_of(bases)


def _is_receiver_by(decorator: str) -> bool:
    """`worker_ready.connect` of Celery."""
    signal, _, last = decorator.rpartition(".")
    return last == "connect" and signal.rpartition(".")[2] in _WORKER_SIGNALS


def _collect_startup(file: PyFile, definition: Definition, facts: Facts) -> None:
    # Celery's `Signal.send` logs what a receiver raises and goes on.
    is_logged = any(_is_receiver_by(text_of(callee_of(one) or one)) for one in definition.decorators)
    for call in _unguarded(file, body_of(definition.node)):
        function = callee_of(call)
        if function is None:
            continue
        written = " ".join(text_of(function).split())
        anchor = facts.anchor(f"startup {definition.symbol} {written}", call)
        says_so = _OPTIONAL.search(written) or _WARMS.search(definition.name)
        is_needed = _SETS_UP_WORKER.search(written) is not None
        may_be_missed = bool(says_so) and not is_needed and not _starts_in_memory(file, written)
        is_optional = may_be_missed and not is_logged
        facts.add(
            StartupCall(file.path, definition.name, file.symbol(function), written, anchor, is_optional)
        )


def _starts_in_memory(file: PyFile, written: str) -> bool:
    """Whether a scheduler is started that keeps its jobs in memory, and so waits for nothing."""
    return _SCHEDULER_START.search(written) is not None and b"jobstore" not in file.source.data


def _unguarded(file: PyFile, body: list[Node]) -> Iterator[Node]:
    """The calls that may fail outside of a `try`, up to the `yield`; one a statement."""
    for statement in body:
        if any(node.type == "yield" for node in (statement, *walk(statement))):
            if statement.type in ("try_statement", "with_statement"):
                handlers = [child for child in statement.children if child.type == "except_clause"]
                if not any(is_broad(file, handler) for handler in handlers):
                    yield from _of_items(file, statement)
                    yield from _unguarded(file, body_of(statement))
            return
        if statement.type == "try_statement":
            handlers = [child for child in statement.children if child.type == "except_clause"]
            if not handlers:
                yield from _unguarded(file, body_of(statement))
        elif statement.type == "with_statement" and "suppress(" in text_of(statement).split("\n")[0]:
            continue
        elif statement.type == "with_statement":
            found = list(_of_items(file, statement))
            yield from found or _unguarded(file, body_of(statement))
        elif statement.type in ("if_statement", "for_statement"):
            blocks = [child for child in walk(statement) if child.type == "block"]
            for block in blocks[:3]:
                if block.parent is not None and block.parent.id in (statement.id, *_clauses(statement)):
                    yield from _unguarded(file, [c for c in block.named_children if c.type != "comment"])
        elif statement.type == "expression_statement":
            call = next(_failing(file, statement), None)
            if call is not None:
                yield call


def _clauses(statement: Node) -> list[int]:
    return [child.id for child in statement.children if child.type.endswith("_clause")]


def _of_items(file: PyFile, statement: Node) -> Iterator[Node]:
    clause = next((child for child in statement.children if child.type == "with_clause"), None)
    if statement.type != "with_statement" or clause is None:
        return
    if statement.children[0].type != "async":
        call = next(_failing(file, clause), None)
        if call is not None:
            yield call
        return
    for node in walk(clause):
        if node.type != "call":
            continue
        if is_harmless(file, node):
            continue
        if file.callee(node) not in CLIENTS:
            yield node
            return


def _failing(file: PyFile, statement: Node) -> Iterator[Node]:
    for node in (statement, *walk(statement)):
        if node.type == "await" and node.named_children:
            inner = unparenthesised(node.named_children[0])
            name = text_of(callee_of(inner) or inner) if inner.type == "call" else ""
            is_log = is_log_owner(name.rpartition(".")[0])
            if name and not is_log and not is_harmless(file, inner):
                yield inner
        elif node.type == "call" and (node.parent is None or node.parent.type != "await"):
            name = text_of(callee_of(node) or node)
            last = name.rpartition(".")[2]
            is_begun = bool(_BEGINS.match(last) and _OPTIONAL.search(last))
            is_io = (_IO.search(name) or is_begun) and not HARMLESS.search(name) and not _is_handed_on(node)
            if last == "connect" and _is_signal(file, node):
                continue
            if is_io and last == "start" and (file.callee(node) or "").startswith("threading."):
                continue  # The thread does its work elsewhere, and its errors end there.
            if is_io or (last in VERBS and sends_request(file, node)) or asks_redis(file, node, last):
                yield node


def _is_signal(file: PyFile, call: Node) -> bool:
    """Whether a receiver is connected to a signal: `request_finished.connect(on_finished)`."""
    given = arguments_of(call)
    receiver = given.get("receiver", 0)
    is_function = receiver is not None and receiver.type in ("identifier", "attribute")
    return (
        b"signal" in file.source.data
        and is_function
        and ("sender" in given.keywords or len(given.positional) == 1)
    )


def asks_redis(file: PyFile, call: Node, name: str) -> bool:
    """Whether a call by this last name waits for Redis, though it is named like a look into a mapping."""
    if name not in _REDIS_COMMANDS or b"redis" not in file.source.data:
        return False
    return (file.callee(call) or "").startswith(_REDIS_CLIENTS)


def _is_handed_on(call: Node) -> bool:
    """Whether a coroutine is made here, and run by whoever is given it."""
    outer = call.parent.parent if call.parent is not None and call.parent.type == "argument_list" else None
    name = called_name(outer) if outer is not None else ""
    return name in TASK_MAKERS
