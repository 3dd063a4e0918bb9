"""Handlers of last resort: what answers for any exception, and what in them may raise itself.

It knows the handlers of FastAPI, Starlette, Flask and Quart, and middleware around `call_next`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.handler_risks import Risk, risks
from bugcatalog_ls.syntax.file import Definition, PyFile
from bugcatalog_ls.syntax.handlers import caught_name, is_broad
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    body_of,
    called_name,
    callee_of,
    constant_value,
    text_of,
    walk,
)


class GlobalHandler(Fact, frozen=True):
    """A function that is registered for every exception, by its symbol as written."""

    symbol: str
    framework: str

    @property
    def key(self) -> str:
        return self.symbol.rpartition(".")[2]


class HandlerRisk(Fact, frozen=True):
    """An expression that can raise in what may be a handler of last resort; `called` is the symbol of
    what it calls."""

    path: str
    function: str
    risk: Risk
    anchor: str
    written: str
    called: str | None
    framework: str

    @property
    def key(self) -> str:
        return self.path


class HandlerAnswer(Fact, frozen=True):
    """The answer of what may be a handler of last resort, which names no request id."""

    path: str
    function: str
    anchor: str
    framework: str

    @property
    def key(self) -> str:
        return self.path


class RequestIdSource(Fact, frozen=True):
    """The workspace gives each request an id: how a handler reads it (`state`, `g`), by its name."""

    kind: str
    name: str

    @property
    def key(self) -> str:
        return "request id"


class AppMade(Fact, frozen=True):
    """An application is made at the anchor."""

    path: str
    anchor: str

    @property
    def key(self) -> str:
        return self.path


class Generic500(Fact, frozen=True):
    """A route handler answers with a generic 500 of its own."""

    path: str

    @property
    def key(self) -> str:
        return "500"


_IDS = r"request_id|correlation_id|trace_id|req_id|requestId|correlationId"
_ID_TEXT = re.compile(rf"{_IDS}|x-request-id|x-correlation-id|correlation", re.IGNORECASE)
_ID_STORE = re.compile(rf"\.(?:(?P<state>(?<=\brequest\.state\.))|(?<=\bg\.))(?P<name>{_IDS})\s*=[^=]")
_ID_WORDS = Words(*_IDS.encode().split(b"|"))
_ERRORS = ("exc", "e", "err", "error", "exception", "ex")
_GENERIC = re.compile(r"HTTPException\([^)]*\b500\b|HTTP_500_INTERNAL_SERVER_ERROR|,\s*500\b|status_code=500")


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    for match in _ID_STORE.finditer(file.source.text) if file.holds(_ID_WORDS) else ():
        kind = "state" if match["state"] is not None else "g"
        facts.add(RequestIdSource(kind, match["name"]))
    for symbol, framework in _registered_by_call(file):
        facts.add(GlobalHandler(symbol, framework))
    for definition in file.functions:
        framework = _decorated(file, definition)
        if framework:
            facts.add(GlobalHandler(definition.symbol, framework))
        error = _error_parameter(file, definition)
        if framework or error is not None:
            _collect_handler(file, definition, body_of(definition.node), error, framework, facts)
        elif (handler := _around_call_next(file, definition)) is not None:
            facts.add(GlobalHandler(definition.symbol, "starlette"))
            _collect_handler(
                file, definition, body_of(handler), caught_name(handler), "starlette", facts, True
            )
    for call in file.calls_named("FastAPI", "Flask", "Starlette", "Quart"):
        if call.parent is not None and call.parent.type == "assignment":
            facts.add(AppMade(file.path, facts.anchor("app made", call)))
    if b"500" in file.source.data and any(_answers_500(file, node) for node in file.nodes("except_clause")):
        facts.add(Generic500(file.path))


VOCABULARY = Vocabulary(
    _collect,
    (
        *(b"exception_handler", b"errorhandler", b"register_error_handler", b"call_next", b"request_id"),
        *(b"correlation_id", b"trace_id", b"FastAPI(", b"Flask(", b"HTTPException"),
        # Handlers that another file registers.
        *(b"exc: Exception", b"error: Exception", b"err: Exception", b", e: Exception", b", ex: Exception"),
        *(b"request, exc", b"request, err", b"request, e)", b"(error):", b"(err):", b"(exc):", b"(e):"),
    ),
)


# -- which are handlers ------------------------------------------------------------------------------


def _registered_by_call(file: PyFile) -> Iterator[tuple[str, str]]:
    for call in file.calls_named("add_exception_handler", "register_error_handler", "FastAPI", "Starlette"):
        arguments, name = arguments_of(call), called_name(call)
        if name in ("add_exception_handler", "register_error_handler"):
            kind = arguments.get("exc_class_or_status_code", 0) or arguments.get("code_or_exception", 0)
            handler = arguments.get("handler", 1) or arguments.get("f", 1)
            framework = "fastapi" if name == "add_exception_handler" else "flask"
            if kind is not None and handler is not None and _is_any(kind):
                symbol = file.symbol(handler)
                if symbol is not None:
                    yield symbol, framework
            continue
        given = arguments.keywords.get("exception_handlers")
        for pair in given.named_children if given is not None and given.type == "dictionary" else ():
            key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            symbol = file.symbol(value) if value is not None else None
            if key is not None and symbol is not None and _is_any(key):
                yield symbol, "fastapi"


def _decorated(file: PyFile, definition: Definition) -> str:
    for decorator in definition.decorators:
        if decorator.type != "call":
            continue
        name = called_name(decorator)
        kind = next(iter(arguments_of(decorator).positional), None)
        if kind is None or not _is_any(kind) or _is_of_own_class(file, decorator):
            continue
        if name == "exception_handler":
            return "fastapi"
        if name in ("errorhandler", "app_errorhandler"):
            return "flask"
    return ""


def _is_of_own_class(file: PyFile, decorator: Node) -> bool:
    """Whether a decorator is the method of a class of the file that is no framework's."""
    function = callee_of(decorator)
    owner = function.child_by_field_name("object") if function is not None else None
    symbol = file.symbol(owner) if owner is not None else None
    if symbol is None or not symbol.endswith("()"):
        return False
    made = next((each for each in file.classes if f"{each.symbol}()" == symbol), None)
    return made is not None and made.node.child_by_field_name("superclasses") is None


def _is_any(kind: Node) -> bool:
    """Whether a handler is registered for every exception."""
    return text_of(kind).rpartition(".")[2] in ("Exception", "InternalServerError", "BaseException") or (
        constant_value(kind) == 500 or text_of(kind).endswith("HTTP_500_INTERNAL_SERVER_ERROR")
    )


def _error_parameter(file: PyFile, definition: Definition) -> str | None:
    """The exception of a function that takes a request and an exception, or an exception alone."""
    scope = file.scopes.of(definition.node)
    names = [
        name
        for name, bindings in (scope.bindings.items() if scope is not None else ())
        if any(binding.kind == "parameter" for binding in bindings)
    ]
    if not 1 <= len(names) <= 3:
        return None
    return next((name for name in _ERRORS if name in names), None)


def _around_call_next(file: PyFile, definition: Definition) -> Node | None:
    """The handler of everything around `call_next` in a middleware."""
    node = definition.node
    parameters = node.child_by_field_name("parameters")
    given = text_of(parameters) if parameters is not None else ""
    if "call_next" not in given or "request" not in given:
        return None
    for attempt in (child for child in walk(node) if child.type == "try_statement"):
        body = attempt.child_by_field_name("body")
        if body is not None and "call_next(" in text_of(body):
            for handler in (part for part in attempt.children if part.type == "except_clause"):
                if is_broad(file, handler) and any(n.type == "return_statement" for n in walk(handler)):
                    return handler
    return None


# -- what can raise ----------------------------------------------------------------------------------


def _collect_handler(
    file: PyFile,
    definition: Definition,
    body: list[Node],
    error: str | None,
    framework: str,
    facts: Facts,
    is_middleware: bool = False,
) -> None:
    told: set[str] = set()
    for node, risk in risks(file, body, error, definition):
        written = " ".join(text_of(callee_of(node) or node).split()) if node.type == "call" else text_of(node)
        # One guard around the body serves all of its I/O.
        if written in told or (risk == "io" and "io" in told):
            continue
        told |= {written, risk}
        anchor = facts.anchor(f"handler {definition.symbol} {written}", node)
        called = file.callee(node) if node.type == "call" else None
        facts.add(HandlerRisk(file.path, definition.symbol, risk, anchor, written, called, framework))
    if is_middleware or _ID_TEXT.search(" ".join(text_of(statement) for statement in body)):
        return
    returned = [n for s in body for n in (s, *walk(s)) if n.type == "return_statement" and n.named_children]
    if len(returned) == 1 and "{" in text_of(returned[0]) and not _passes_request(returned[0]):
        value = returned[0].named_children[0]
        anchor = facts.anchor(f"answer {definition.symbol}", value)
        facts.add(HandlerAnswer(file.path, definition.symbol, anchor, framework))


def _passes_request(statement: Node) -> bool:
    return any(
        text_of(argument) == "request"
        for call in walk(statement)
        if call.type == "call"
        for argument in (*arguments_of(call).positional, *arguments_of(call).keywords.values())
    )


def _answers_500(file: PyFile, handler: Node) -> bool:
    return is_broad(file, handler) and _GENERIC.search(text_of(handler)) is not None
