"""What each file puts before the handlers of an application: middleware, and what deals with CORS."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import (
    Arguments,
    arguments_of,
    callee_of,
    enclosing,
    string_value,
    text_of,
    unparenthesised,
)

DJANGO_CHAIN = "MIDDLEWARE"
"""What stands for the application in Django's settings."""
_WRAPS = frozenset({"starlette.middleware.Middleware", "fastapi.middleware.Middleware"})
_ASGI_APPS = frozenset({"fastapi.FastAPI()", "starlette.applications.Starlette()"})
_APP = re.compile(rb"FastAPI|Starlette")
_CORS_HEADER = b"access-control-allow-"
_ANSWERS = re.compile(rb"(?:method\b\W{0,4}(?:==|!=|in\b|not in\b)|case)[^\n]*OPTIONS")


class MiddlewareStep(Fact, frozen=True):
    """One thing that a function (or the module, where `scope` is that) does to an application's chain.

    `add`: `what` is put around all that was added before. `wrap`: around the application itself. `call`:
    the function `what` is given the application as the argument `given` (a position or a keyword;
    empty where both are methods of one object).
    """

    path: str
    scope: str
    app: str
    kind: str
    what: str
    anchor: str
    given: str = ""
    backend: str = ""

    @property
    def key(self) -> str:
        return self.what.rpartition(".")[2] if self.kind == "call" else self.path


# A middleware of aiohttp that answers each preflight by itself: it stands before the others.
_ANSWERS_ALL = re.compile(
    rb"""web\.middleware(?:(?!\n@)[\s\S]){0,600}?\.method == ["']OPTIONS["']:\s*"""
    rb"""(?:raise|return) web\.(?:HTTPOk|HTTPNoContent|Response)\b"""
)
_OTHERS = ((b"sanic_cors", "sanic"), (b"aiohttp_cors", "aiohttp"))


class CorsInUse(Fact, frozen=True):
    """A file deals with CORS: by a library, by `headers` of its own, or by code that `answers` preflights."""

    kind: str

    @property
    def key(self) -> str:
        return self.kind


def middleware_anchor(symbol: str) -> str:
    """The anchor of where a function or class becomes middleware, as a finding names it."""
    return f"middleware {symbol}"


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    _collect_cors(file, facts)
    found: list[tuple[int, MiddlewareStep]] = []
    data = file.source.data
    if b"iddleware" in data:
        found += _added(file, facts)
        found += _decorated(file, facts)
        found += _listed(file, facts)
        if DJANGO_CHAIN.encode() in data:
            found += _django(file, facts)
    if _APP.search(data) is not None or found:
        found += _calls(file, facts, {step.scope for _, step in found})
    found.sort(key=lambda pair: pair[0])
    for _, step in found:
        facts.add(step)


VOCABULARY = Vocabulary(
    _collect,
    (
        b"iddleware",
        b"FastAPI",
        b"Starlette",
        b"_cors",
        b"corsheaders",
        b"ccess-Control-Allow",
        b"ccess-control-allow",
    ),
)


def _collect_cors(file: PyFile, facts: Facts) -> None:
    data = file.source.data
    for word, kind in (
        (b"CORSMiddleware", "asgi"),
        (b"flask_cors", "flask"),
        (b"quart_cors", "flask"),
        *_OTHERS,
    ):
        if word in data:
            facts.add(CorsInUse(kind))
    if b"corsheaders.middleware" in data:
        facts.add(CorsInUse("django"))
    if b"OPTIONS" in data and _ANSWERS_ALL.search(data) is not None:
        facts.add(CorsInUse("answers"))
    if _CORS_HEADER in data.lower():
        facts.add(CorsInUse("answers" if _ANSWERS.search(data) is not None else "headers"))


def _scope(file: PyFile, node: Node) -> str:
    qualname = file.qualname_at(node.start_byte)
    return f"{file.module}.{qualname}" if qualname and file.module else qualname or file.module


def _step(
    file: PyFile,
    facts: Facts,
    node: Node,
    app: str,
    kind: str,
    what: str,
    arguments: Arguments | None = None,
) -> MiddlewareStep:
    scope = _scope(file, node)
    anchor = facts.anchor(f"middleware {kind} {app} {what.rpartition('.')[2]} in {scope}", node)
    backend = arguments.keywords.get("backend") if arguments is not None else None
    return MiddlewareStep(
        file.path, scope, app, kind, what, anchor, backend=file.symbol(backend) or "" if backend else ""
    )


def _added(file: PyFile, facts: Facts) -> Iterator[tuple[int, MiddlewareStep]]:
    for call in file.calls_named("add_middleware"):
        callee = callee_of(call)
        owner = callee.child_by_field_name("object") if callee is not None else None
        arguments = arguments_of(call)
        made = arguments.get("middleware_class", 0) or arguments.get("middleware")
        if owner is None or made is None:
            continue
        what = file.symbol(made)
        if what is not None and what.endswith("middleware.base.BaseHTTPMiddleware"):
            what = file.symbol(arguments.get("dispatch")) or what
        if what is not None:
            yield call.start_byte, _step(file, facts, call, text_of(owner), "add", what, arguments)


def _decorated(file: PyFile, facts: Facts) -> Iterator[tuple[int, MiddlewareStep]]:
    """`@app.middleware("http")`, and the same as a call."""
    for call in file.calls_named("middleware"):
        callee = callee_of(call)
        arguments = arguments_of(call).positional
        if callee is None or callee.type != "attribute" or len(arguments) != 1:
            continue
        if string_value(arguments[0]) != "http" or (owner := callee.child_by_field_name("object")) is None:
            continue
        parent = call.parent
        if parent is not None and parent.type == "decorator" and parent.parent is not None:
            definition = parent.parent.child_by_field_name("definition")
            scope = file.scopes.of(definition) if definition is not None else None
            what = f"{file.module}.{scope.qualname}" if scope is not None else None
        else:
            outer = enclosing(call, "call")
            given = arguments_of(outer).positional if outer is not None else ()
            what = file.symbol(given[0]) if given and outer is not None and callee_of(outer) == call else None
        if what is not None:
            step = _step(file, facts, call, text_of(owner), "add", what)
            facts.anchor(middleware_anchor(what), call)
            yield call.start_byte, step


def _listed(file: PyFile, facts: Facts) -> Iterator[tuple[int, MiddlewareStep]]:
    """`FastAPI(middleware=[…])`: the first of the list is the outermost."""
    for call in file.calls_named("FastAPI", "Starlette"):
        given = arguments_of(call).keywords.get("middleware")
        listed = _literal_list(file, given) if given is not None else None
        app = _assigned_name(call)
        if listed is None or app is None:
            continue
        for position, item in enumerate(reversed(listed)):
            if item.type != "call" or file.callee(item) not in _WRAPS:
                continue
            arguments = arguments_of(item)
            what = file.symbol(arguments.get("cls", 0))
            if what is not None and what.endswith("middleware.base.BaseHTTPMiddleware"):
                what = file.symbol(arguments.get("dispatch")) or what
            if what is not None:
                step = _step(file, facts, item, app, "add", what, arguments)
                scope = _scope(file, call)
                if step.scope != scope:
                    step = MiddlewareStep(
                        step.path, scope, app, "add", what, step.anchor, backend=step.backend
                    )
                yield call.start_byte + position, step


def _literal_list(file: PyFile, node: Node) -> list[Node] | None:
    node = unparenthesised(node)
    if node.type == "identifier":
        bindings = file.names.bindings(node)
        if (
            len(bindings) != 1
            or bindings[0].value is None
            or bindings[0].kind not in ("assign", "annotation")
        ):
            return None
        node = bindings[0].value
    if node.type not in ("list", "tuple"):
        return None
    return [child for child in node.named_children if child.type != "comment"]


def _assigned_name(call: Node) -> str | None:
    parent = call.parent
    if parent is None or parent.type != "assignment":
        return None
    left = parent.child_by_field_name("left")
    return text_of(left) if left is not None else None


def _django(file: PyFile, facts: Facts) -> Iterator[tuple[int, MiddlewareStep]]:
    binding = next(iter(file.scopes.module.bindings.get(DJANGO_CHAIN, ())), None)
    if binding is None or binding.value is None or binding.value.type not in ("list", "tuple"):
        return
    items = [child for child in binding.value.named_children if child.type == "string"]
    for position, item in enumerate(reversed(items)):
        what = string_value(item)
        if what:
            step = _step(file, facts, item, DJANGO_CHAIN, "add", what)
            yield binding.value.start_byte + position, step


def _calls(file: PyFile, facts: Facts, scopes: set[str]) -> Iterator[tuple[int, MiddlewareStep]]:
    """Calls that are given an application, and middleware that is called with one."""
    for call in file.nodes("call"):
        callee = callee_of(call)
        arguments = call.child_by_field_name("arguments")
        if callee is None or arguments is None or callee.type not in ("identifier", "attribute"):
            continue
        if callee.type == "attribute" and text_of(callee.children[0]) == "self":
            what = file.symbol(callee)
            owner, _, name = (what or "").rpartition("().")
            if f"{owner}.{name}" in scopes:
                apps = ("self.app", "self._app", "self.fastapi_app", "self.api")
                for app in apps:
                    yield call.start_byte, _call_step(file, call, app, f"{owner}.{name}", "")
            continue
        for given, argument in _named_arguments(arguments):
            if argument.type not in ("identifier", "attribute") or len(text_of(argument)) > 24:
                continue
            if "app" not in text_of(argument).lower() and "api" not in text_of(argument).lower():
                continue
            if file.symbol(argument) not in _ASGI_APPS:
                continue
            what = file.symbol(callee)
            if what is None:
                continue
            last = what.rpartition(".")[2]
            if last[:1].isupper():
                if last.endswith("Middleware") and given in ("0", "app"):
                    step = _step(file, facts, call, text_of(argument), "wrap", what, arguments_of(call))
                    yield call.start_byte, step
            else:
                yield call.start_byte, _call_step(file, call, text_of(argument), what, given)


def _named_arguments(arguments: Node) -> Iterator[tuple[str, Node]]:
    position = 0
    for child in arguments.named_children:
        if child.type == "keyword_argument":
            name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            if name is not None and value is not None:
                yield text_of(name), value
        elif child.type != "comment":
            yield str(position), child
            position += 1


def _call_step(file: PyFile, call: Node, app: str, what: str, given: str) -> MiddlewareStep:
    return MiddlewareStep(file.path, _scope(file, call), app, "call", what, "", given)
