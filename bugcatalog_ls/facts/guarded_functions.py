"""Functions that catch whatever goes wrong in them, and decorators that do so for others."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tree_sitter import Node

from bugcatalog_ls.facts.classes import FunctionFact
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.log_names import is_log_owner
from bugcatalog_ls.facts.name_symbols import symbol_of_function
from bugcatalog_ls.facts.resolve import function_at, resolve
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.handlers import is_broad, raises
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.nodes import body_of, enclosing, is_docstring, text_of, walk

# A cheap first look at a handler that may catch everything.
_STARTS, _SUPPRESSES = Words(b"Thread(", b"create_task("), Words(b"suppress(")
_BROAD = re.compile(rb"except\s*(?::|[^:\r\n]*Exception\b)")
_HEADER = 120
_STARTING = frozenset({"Thread", "Event", "start", "clear", "append", "create_task", "add_done_callback"})


class GuardedFunction(Fact, frozen=True):
    """A function whose body stands in a `try` that catches everything, or only starts a thread or task."""

    symbol: str

    @property
    def key(self) -> str:
        return self.symbol


class CatchingDecorator(Fact, frozen=True):
    """A function that puts a function into a `try` that catches everything."""

    symbol: str

    @property
    def key(self) -> str:
        return self.symbol


@derived
def catches_all(index: FactIndex, symbol: str) -> bool:
    """Whether a function of the workspace lets no exception out, by itself or by a decorator."""
    if index.get(GuardedFunction, symbol):
        return True
    found = function_at(index, symbol)
    return found is not None and any(
        decorator is not None and _is_catching(index, decorator, found[0])
        for decorator in found[1].decorators
    )


def function_behind(index: FactIndex, symbol: str, path: str) -> tuple[str, FunctionFact] | None:
    """The function of the workspace that a symbol written in a file leads to; methods by their class."""
    resolved = resolve(index, symbol, path)
    return function_at(index, resolved.replace("()", ""))


def is_guarded_body(file: PyFile, statements: list[Node]) -> bool:
    """Whether statements do all that may fail in a `try` that catches everything and goes on."""
    if not any(statement.type in _GUARDS for statement in statements):
        return False
    has_guard = False
    for statement in statements:
        if not _is_harmless(statement):
            if not _is_guard(file, statement):
                return False
            has_guard = True
    return has_guard


def _is_catching(index: FactIndex, decorator: str, path: str) -> bool:
    resolved = resolve(index, decorator.removesuffix("()"), path)
    return bool(index.get(CatchingDecorator, resolved))


def _collect(file: PyFile, facts: Facts) -> None:
    seen: set[int] = set()
    if file.holds(_STARTS):
        _collect_starters(file, facts)
    if file.holds(_SUPPRESSES):
        _collect_suppressing(file, facts)
    for handler in file.nodes("except_clause"):
        header = file.source.data[handler.start_byte : handler.start_byte + _HEADER]
        if _BROAD.match(header) is None:
            continue
        function = enclosing(handler, "function_definition")
        if function is None or function.id in seen or not _stands_at_top(handler, function):
            continue
        seen.add(function.id)
        if not is_guarded_body(file, body_of(function)):
            continue
        facts.add(GuardedFunction(symbol_of_function(file, function)))
        outer = enclosing(function, "function_definition")
        while outer is not None:
            facts.add(CatchingDecorator(symbol_of_function(file, outer)))
            outer = enclosing(outer, "function_definition")


def _collect_suppressing(file: PyFile, facts: Facts) -> None:
    """The functions whose body stands in `with suppress(Exception):`."""
    for function in _functions_around(file.calls_named("suppress")):
        body = body_of(function)
        if any(map(_suppresses, body)) and is_guarded_body(file, body):
            facts.add(GuardedFunction(symbol_of_function(file, function)))


def _suppresses(statement: Node) -> bool:
    return statement.type == "with_statement" and "suppress(Exception" in text_of(statement).split("\n")[0]


def _collect_starters(file: PyFile, facts: Facts) -> None:
    """The functions that do no more than start a thread or task: what goes wrong in it does not come back."""
    for function in _functions_around(file.calls_named("Thread", "create_task")):
        if all(_is_harmless(each) or _starts(each) for each in body_of(function)):
            facts.add(GuardedFunction(symbol_of_function(file, function)))


def _functions_around(calls: Iterable[Node]) -> Iterable[Node]:
    """The functions that calls stand in, each once."""
    around = (enclosing(call, "function_definition") for call in calls)
    return {function.id: function for function in around if function is not None}.values()


def _starts(statement: Node) -> bool:
    """Whether a statement makes or starts a thread or task, or sets an event."""
    calls = [node for node in walk(statement) if node.type == "call" and not _is_coroutine(node)]
    names = [text_of(node.children[0]).rpartition(".")[2] for node in calls]
    return statement.type in ("expression_statement", "return_statement") and all(
        name in _STARTING or name[:1].isupper() for name in names
    )


def _is_coroutine(call: Node) -> bool:
    """Whether a call only makes what `create_task` is to run."""
    outer = call.parent.parent if call.parent is not None and call.parent.type == "argument_list" else None
    return outer is not None and text_of(outer.children[0]).rpartition(".")[2] == "create_task"


def _stands_at_top(handler: Node, function: Node) -> bool:
    """Whether a handler's `try` is one of a function's own statements, inside of `with` or a loop at most."""
    attempt = handler.parent
    parent = attempt.parent.parent if attempt is not None and attempt.parent is not None else None
    while parent is not None and parent.id != function.id:
        if parent.type not in ("with_statement", "while_statement", "for_statement") or parent.parent is None:
            return False
        parent = parent.parent.parent
    return parent is not None


VOCABULARY = Vocabulary(_collect, (b"except", b"Thread(", b"create_task(", b"suppress(Exception"))


_GUARDS = frozenset({"try_statement", "with_statement", "while_statement", "for_statement"})


def _is_guard(file: PyFile, statement: Node) -> bool:
    if statement.type == "try_statement":
        handlers = [child for child in statement.children if child.type == "except_clause"]
        return any(is_broad(file, handler) and not raises(handler) for handler in handlers)
    if statement.type in ("with_statement", "while_statement", "for_statement"):
        if _suppresses(statement):
            return True
        return is_guarded_body(file, body_of(statement))
    return False


def _is_harmless(statement: Node) -> bool:
    """Whether a statement does nothing that may fail but log, wait, or move values."""
    if is_docstring(statement) or statement.type in (
        "pass_statement",
        "global_statement",
        "nonlocal_statement",
    ):
        return True
    if statement.type in (
        "import_statement",
        "import_from_statement",
        "function_definition",
        "break_statement",
    ):
        return True
    if statement.type == "if_statement":
        inner = [node for node in walk(statement) if node.type in ("call", "await")]
        return all(_is_quiet(node) for node in inner)
    if statement.type not in ("expression_statement", "return_statement"):
        return False
    return all(_is_quiet(node) for node in (statement, *walk(statement)) if node.type == "call")


def _is_quiet(call: Node) -> bool:
    if call.type == "await":
        return bool(call.named_children) and _is_quiet(call.named_children[0])
    if call.type != "call":
        # What is awaited may be a task in a name.
        return False
    name = text_of(call.children[0])
    owner, _, last = name.rpartition(".")
    if last in (
        "sleep",
        "is_set",
        "done",
        "get_logger",
        "getLogger",
        "monotonic",
        "perf_counter",
        "time",
        "set",
        "list",
    ):
        return True
    if last in ("dict", "len", "str", "int", "float", "isinstance", "getattr", "get", "now", "utcnow"):
        return True
    return is_log_owner(owner) or name in ("print", "bool", "range", "tuple", "wait", "Event", "timedelta")
