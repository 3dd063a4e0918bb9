"""What the functions that are called at start-up do: whether they wait for anything outside of a `try`."""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from collections.abc import Iterator
from typing import Literal

import msgspec
from tree_sitter import Node

from bugcatalog_ls.facts.background_work import TASK_MAKERS
from bugcatalog_ls.facts.endless_loops import is_harmless
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.function_effects import FunctionEffects
from bugcatalog_ls.facts.guarded_functions import catches_all, function_behind
from bugcatalog_ls.facts.http_clients import CLIENTS, http_call
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.log_names import is_log_owner
from bugcatalog_ls.facts.resolve import class_at, resolve
from bugcatalog_ls.facts.startup_hooks import asks_redis
from bugcatalog_ls.facts.waiting_calls import DELEGATES
from bugcatalog_ls.syntax.file import Definition, PyFile
from bugcatalog_ls.syntax.handlers import is_broad
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    arguments_of,
    body_of,
    called_name,
    callee_of,
    is_docstring,
    text_of,
)

Work = Literal["waits", "nothing", "unknown"]

_OPTIONAL_WORDS = (
    *("warm", "preload", "prefetch", "prime", "cache", "job", "schedul", "worker", "refresh", "poll", "cron"),
    *("background", "consumer", "reindex", "telemetry", "metrics", "analytics", "announce", "notify"),
)
_OPTIONAL = re.compile("|".join(_OPTIONAL_WORDS), re.IGNORECASE)
_BEGINS = re.compile(
    r"_?(?:start|warm|preload|prefetch|prime|refresh|schedule|launch|run|load|init|set_?up|configure|sync"
    r"|reindex|open|connect)"
)
_WAITS = re.compile(
    r"_?(?:create_all|connect|execute|executemany|ping|upgrade|migrate|commit|urlopen|open|recv|request"
    r"|(?:fetch|download|upload|query|load|read|write|send|save|pull|push|publish|select|insert|reindex|sync"
    r"|all|first|one|scalar|from_pretrained|pipeline|bootstrap|check_output|check_call|get_secret_value)(?:_?[a-z]\w*)?)"
)
_IN_MEMORY = (
    *("apscheduler.", "prometheus_client.", "opentelemetry.", "structlog.", "loguru.", "schedule."),
    *("threading.", "concurrent."),
)
_OF_FOLDERS = ("listdir", "scandir", "walk", "makedirs", "mkdir", "remove", "stat", "system", "popen")
_WAITING_MODULES = frozenset(
    {"subprocess", "socket", "urllib", "http", "smtplib", "ftplib", "imaplib", "poplib", "sqlite3", "shutil"}
    | {"pathlib", "io", "ssl", "xmlrpc", "dbm", "shelve"}
)
_WAITING_CALLS = frozenset({"builtins.open", *(f"os.{name}" for name in _OF_FOLDERS)})
_HARMLESS_NAMES = frozenset(
    {"add_job", "add_listener", "labels", "inc", "dec", "observe", "create_task", "ensure_future", "add_task"}
    | {name for kind in (str, list, dict, set, bytes) for name in dir(kind) if not name.startswith("_")}
)
_OF_CACHES = frozenset({"get", "set", "add", "delete", "get_or_set", "get_many", "set_many", "clear"})
_GATHERS = frozenset({"gather", "wait_for", "shield", "wait"})
_MODEL = re.compile(r"\.(?:[A-Z]\w*(?:Transformer|Embeddings?|Encoder|Model))$")
_LOCK = re.compile(r"lock|semaphore|timeout|timer|span", re.IGNORECASE)
_MAX_DEPTH = 6


class WorkCall(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A call that may wait: `is_waiting` tells that it does where nothing is known of what is called."""

    symbol: str | None
    is_waiting: bool


class StartupWork(Fact, frozen=True):
    """A function that may be called at start-up: whether it surely waits for something outside of a `try`
    that catches all, and what else it calls there."""

    symbol: str
    waits: bool
    calls: tuple[WorkCall, ...]

    @property
    def key(self) -> str:
        return self.symbol


def work_of(index: FactIndex, symbol: str) -> Work | None:
    """What a function of the workspace does as far as it can be read; None where it was not read."""
    return _work_of(index, symbol, _MAX_DEPTH, set()) if index.get(StartupWork, symbol) else None


def _work_of(index: FactIndex, symbol: str, depth: int, seen: set[str]) -> Work:
    if symbol in seen or catches_all(index, symbol):
        return "nothing"
    seen.add(symbol)
    known = index.one(StartupWork, symbol)
    if known is None or depth <= 0:
        return "unknown"
    path, fact = known
    if fact.waits:
        return "waits"
    works = {_work_of_call(index, call, path, depth, seen) for call in fact.calls}
    return "waits" if "waits" in works else "unknown" if "unknown" in works else "nothing"


def _work_of_call(index: FactIndex, call: WorkCall, path: str, depth: int, seen: set[str]) -> Work:
    if call.symbol is not None:
        behind = function_behind(index, call.symbol, path)
        if behind is not None and index.get(StartupWork, behind[1].symbol):
            return _work_of(index, behind[1].symbol, depth - 1, seen)
        if behind is not None:
            effects = index.get(FunctionEffects, behind[1].symbol)
            if catches_all(index, behind[1].symbol):
                return "nothing"
            if any(effect.does("write", "flush", "commit", "query", "request") for _, effect in effects):
                return "waits"
            return "unknown" if call.is_waiting else "nothing"
        resolved = resolve(index, call.symbol, path)
        if class_at(index, resolved) is not None or resolved.startswith(_IN_MEMORY):
            return "nothing"
    # A model is loaded where it is made.
    is_model = call.symbol is not None and _MODEL.search(call.symbol) is not None
    return "waits" if call.is_waiting or is_model else "unknown"


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    pending = [each.node for each in file.functions if _may_be_called(file, each)]
    if not pending:
        return
    calls = file.calls_where(lambda name: bool(name))
    starts = [call.start_byte for call in calls]
    symbols = {each.node.id: each.symbol for each in file.functions}
    functions = {each.symbol: each.node for each in file.functions}
    seen = {node.id for node in pending}
    while pending:
        function = pending.pop()
        if all(
            is_docstring(each) or each.type == "pass_statement" or _is_dots(each)
            for each in body_of(function)
        ):
            continue  # What it will do is not written yet.
        own = calls[bisect_left(starts, function.start_byte) : bisect_left(starts, function.end_byte)]
        waits, others = False, dict[WorkCall, None]()
        for call in own:
            if _is_aside(file, call, function):
                continue
            work = _work_in(file, call)
            if work is True:
                waits = True
            elif work is not None:
                others[work] = None
                helper = functions.get((work.symbol or "").replace("()", ""))
                if helper is not None and helper.id not in seen:
                    seen.add(helper.id)
                    pending.append(helper)
        facts.add(StartupWork(symbols[function.id], waits, tuple(others)))


VOCABULARY = Vocabulary(
    _collect,
    tuple(word.encode() for each in _OPTIONAL_WORDS for word in (each, each.capitalize())),
)


def _may_be_called(file: PyFile, function: Definition) -> bool:
    """Whether a function is called like dispensable work that is begun at start-up."""
    if _OPTIONAL.search(function.name):
        is_async = file.source.data.startswith(b"async", function.node.start_byte)
        return is_async or _BEGINS.match(function.name) is not None
    # By the name of its class, or of the module that it stands in.
    return _BEGINS.match(function.name) is not None and _OPTIONAL.search(function.symbol) is not None


def _is_dots(statement: Node) -> bool:
    return text_of(statement) == "..."


def _is_aside(file: PyFile, call: Node, function: Node) -> bool:
    """Whether a call stands in a function inside of the function, or in a `try` that catches everything."""
    child = call
    for outer in ancestors(call):
        if outer.id == function.id:
            body = outer.child_by_field_name("body")
            return body is None or body.id != child.id
        if outer.type in ("function_definition", "lambda", "decorator"):
            return True
        if outer.type == "try_statement":
            body = outer.child_by_field_name("body")
            handlers = [part for part in outer.children if part.type == "except_clause"]
            if body is not None and body.id == child.id and any(is_broad(file, each) for each in handlers):
                return True
        child = outer
    return True


def _work_in(file: PyFile, call: Node) -> WorkCall | Literal[True] | None:
    """True for a call that waits, None for one that surely does not, else what is to be looked up."""
    written = text_of(callee_of(call) or call)
    owner, _, last = written.rpartition(".")
    is_awaited = _is_awaited(call)
    if asks_redis(file, call, last) or _asks_cache(file, call, last):
        return True
    if is_awaited and last in DELEGATES:
        given = arguments_of(call).positional
        target = given[DELEGATES[last]] if DELEGATES[last] < len(given) else None
        return WorkCall(file.symbol(target), True)
    if is_log_owner(owner) or is_harmless(file, call) or (last in _HARMLESS_NAMES and not is_awaited):
        return None
    if (
        last == "start"
        and not is_awaited
        and "scheduler" in owner.lower()
        and b"jobstore" not in file.source.data
    ):
        return None
    if called_name(call.parent.parent if call.parent and call.parent.parent else call) in TASK_MAKERS:
        return None
    if ".objects." in f"{written}.":
        return True
    symbol = file.callee(call)
    if http_call(symbol) is not None:
        return True
    if symbol is not None and (symbol in CLIENTS or symbol.startswith(_IN_MEMORY)):
        return None
    top = symbol.partition(".")[0] if symbol is not None else ""
    if top in sys.stdlib_module_names:
        if symbol in _WAITING_CALLS or top in _WAITING_MODULES:
            return True
        return None
    return WorkCall(symbol, is_awaited or _WAITS.fullmatch(last) is not None)


def _asks_cache(file: PyFile, call: Node, name: str) -> bool:
    """Whether a call waits for Django's cache: `cache.set(key, value)`."""
    is_of_cache = name in _OF_CACHES and b"django.core.cache" in file.source.data
    return is_of_cache and (file.callee(call) or "").startswith("django.core.cache.")


def _is_awaited(call: Node) -> bool:
    for outer in _around(call):
        if outer.type == "await":
            return True
        if outer.type == "call":
            return called_name(outer) in _GATHERS and _is_awaited(outer)
        if outer.type in ("for_statement", "for_in_clause"):
            return outer.children[0].type == "async"
        if outer.type == "with_statement":
            written = text_of(callee_of(call) or call)
            return outer.children[0].type == "async" and _LOCK.search(written) is None
    return False


def _around(call: Node) -> Iterator[Node]:
    """What a call stands in directly, through its place in arguments or in the header of a `with`."""
    for outer in ancestors(call):
        yield outer
        if outer.type not in ("argument_list", "with_item", "with_clause", "as_pattern", "list_splat"):
            return
