"""The applications and routes that a file makes, and the variables that it adds routes to."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from tree_sitter import Node

from bugcatalog_ls.facts.aiohttp_routes import TABLE, aiohttp_routes
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.name_symbols import own_symbol
from bugcatalog_ls.facts.variables import variable
from bugcatalog_ls.facts.web_frameworks import APP_CLASSES, INCLUDERS, VERBS
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.nodes import (
    Arguments,
    arguments_of,
    callee_of,
    constant_value,
    decorators_of,
    definition_of,
    string_value,
    text_of,
    unparenthesised,
)

_ROUTE_DECORATORS = VERBS | {"route", "api_route", "websocket", "websocket_route"}
_ADDERS = {"add_api_route": "endpoint", "add_route": "route", "add_url_rule": "view_func"}
_DJANGO_PATHS = frozenset(
    {"django.urls.path", "django.urls.re_path", "django.conf.urls.url", "django.urls.conf.path"}
)
_STARLETTE_ROUTES = frozenset({"starlette.routing.Route", "fastapi.routing.APIRoute"})
_ROUTE_NAMES = frozenset({"path", "re_path", "url", "Route", "APIRoute"})
_EXPOSE = frozenset({"flask_appbuilder.expose", "flask_appbuilder.baseviews.expose"})
_API_VIEW = "rest_framework.decorators.api_view"
_DRF_ACTION = "rest_framework.decorators.action"
_DJANGO_VIEW_DECORATORS = "django.views.decorators."
_APP_NAMES = tuple({name.rpartition(".")[2] for name in APP_CLASSES})
_APP_WORDS = Words(*(name.encode() for name in _APP_NAMES))
# What a file imports from, where it has a decorator of a route that is known by its symbol alone.
_DECORATING = Words(b"flask_appbuilder", b"rest_framework", b"django")
_CALLED = (*_ADDERS, *_ROUTE_NAMES)


class AppFact(Fact, frozen=True):
    """An application that is made here, or a class of applications that is defined here."""

    framework: str

    @property
    def key(self) -> str:
        return self.framework


class RouteFact(Fact, frozen=True):
    """One route: the function (or class) that answers it, as its file names it.

    `owner` is the variable that the route was added to, `owner_value` the symbol of what that
    holds. `framework` is told where the construct itself says it, else it is the owner's. `status`
    is the status that the route answers with by default, as far as it is a literal.
    """

    handler: str
    owner: str | None
    owner_value: str | None
    framework: str | None
    path: str | None
    methods: tuple[str, ...]
    status: int | None = None

    @property
    def key(self) -> str:
        return self.handler.rpartition(".")[2]


class RoutedOn(Fact, frozen=True):
    """A variable that routes, or other routers, are added to in this file."""

    owner: str

    @property
    def key(self) -> str:
        return self.owner.rpartition(".")[2]


def _collect(file: PyFile, facts: Facts) -> None:
    _collect_apps(file, facts)
    owners: dict[str, None] = {}
    for route in _routes(file):
        facts.add(route)
        if route.owner is not None:
            owners[route.owner] = None
    for call in file.calls_written(*INCLUDERS):
        function = callee_of(call)
        if function is not None and function.type == "attribute":
            owner = variable(file, function.child_by_field_name("object"))
            if owner is not None:
                owners[owner] = None
    for owner in owners:
        facts.add(RoutedOn(owner))


def _collect_apps(file: PyFile, facts: Facts) -> None:
    if not file.holds(_APP_WORDS):
        return
    for definition in file.classes:
        superclasses = definition.node.child_by_field_name("superclasses")
        for base in superclasses.named_children if superclasses is not None else ():
            if (framework := APP_CLASSES.get(file.symbol(base) or "")) is not None:
                facts.add(AppFact(framework))
    for call in file.calls_named(*_APP_NAMES):
        symbol = file.callee(call)
        if symbol in APP_CLASSES:
            facts.add(AppFact(APP_CLASSES[symbol]))


VOCABULARY = Vocabulary(
    _collect,
    (
        b"fastapi",
        b"starlette",
        b"flask",
        b"quart",
        b"django",
        b"rest_framework",
        b"outer",
        b"lueprint",
        b"@",
        b"aiohttp",
    ),
)


def _routes(file: PyFile) -> Iterator[RouteFact]:
    knows_symbols = file.holds(_DECORATING)
    for node in file.nodes("decorated_definition"):
        function = definition_of(node)
        scope = file.scopes.of(function) if function is not None else None
        if function is None or scope is None or function.type != "function_definition":
            continue
        for decorator in decorators_of(function):
            if knows_symbols or _is_route_decorator(decorator):
                route = _decorated(file, own_symbol(file, scope.parent or scope, scope.name), decorator)
                if route is not None:
                    yield route
    for call in file.calls_written(*_CALLED):
        yield from _called(file, call)
    for added in aiohttp_routes(file):
        handler = _handler(file, added.handler)
        if handler is not None:
            yield RouteFact(handler, None, None, "aiohttp", added.path, added.methods)


def _is_route_decorator(decorator: Node) -> bool:
    function = callee_of(decorator) if decorator.type == "call" else None
    return function is not None and text_of(function).rpartition(".")[2] in _ROUTE_DECORATORS


def _decorated(file: PyFile, handler: str, decorator: Node) -> RouteFact | None:
    call = decorator if decorator.type == "call" else None
    function = callee_of(call) if call is not None else decorator
    if function is None:
        return None
    arguments = arguments_of(call) if call is not None else Arguments((), {}, (), ())
    name = function.child_by_field_name("attribute")
    if function.type == "attribute" and name is not None and text_of(name) in _ROUTE_DECORATORS:
        if call is None:
            return None
        owner_node = function.child_by_field_name("object")
        owner, value = variable(file, owner_node), file.symbol(owner_node)
        if owner is None and value is None:
            return None
        path = arguments.get("path", 0) or arguments.get("rule")
        methods = _methods(text_of(name), arguments.get("methods"))
        status = _status(arguments.get("status_code"))
        framework = "aiohttp" if value == TABLE else None
        return RouteFact(handler, owner, value, framework, string_value(path), methods, status)
    symbol = file.symbol(function)
    if symbol is None:
        return None
    if symbol in _EXPOSE:
        url = string_value(arguments.get("url", 0))
        return RouteFact(handler, None, None, "flask", url, _methods("route", arguments.get("methods")))
    if symbol in (_API_VIEW, _DRF_ACTION):
        return RouteFact(handler, None, None, "drf", None, ())
    if symbol.startswith(_DJANGO_VIEW_DECORATORS):
        return RouteFact(handler, None, None, "django", None, ())
    return None


def _called(file: PyFile, call: Node) -> Iterator[RouteFact]:
    function = callee_of(call)
    if function is None:
        return
    name = function.child_by_field_name("attribute") if function.type == "attribute" else None
    if name is not None and text_of(name) in _ADDERS:
        arguments = arguments_of(call)
        position = 2 if text_of(name) == "add_url_rule" else 1
        handler = arguments.get(_ADDERS[text_of(name)], position)
        if handler is None and text_of(name) == "add_route":
            handler = arguments.get("endpoint") or arguments.get("handler")
        owner_node = function.child_by_field_name("object")
        owner, value = variable(file, owner_node), file.symbol(owner_node)
        path = string_value(arguments.get("path", 0) or arguments.get("rule"))
        methods = _methods("route", arguments.get("methods"))
        status = _status(arguments.get("status_code"))
        answered_by = _handler(file, handler)
        if owner is not None or (answered_by is not None and value is not None):
            yield RouteFact(answered_by or "?", owner, value, None, path, methods, status)
        return
    if name is None and function.type != "identifier":
        return
    if text_of(name if name is not None else function) not in _ROUTE_NAMES:
        return
    symbol = file.callee(call)
    if symbol in _DJANGO_PATHS or symbol in _STARLETTE_ROUTES:
        arguments = arguments_of(call)
        view = _handler(file, arguments.get("view" if symbol in _DJANGO_PATHS else "endpoint", 1))
        framework = "django" if symbol in _DJANGO_PATHS else "starlette"
        path = string_value(arguments.get("route" if framework == "django" else "path", 0))
        if view is not None:
            yield RouteFact(view, None, None, framework, path, _methods("route", arguments.get("methods")))


def _handler(file: PyFile, node: Node | None) -> str | None:
    """The function that a route is given: named, wrapped in a decorator's call, or `X.as_view()`."""
    if node is None:
        return None
    node = unparenthesised(node)
    if node.type == "call":
        function = callee_of(node)
        positional = arguments_of(node).positional
        if function is not None and text_of(function).endswith(".as_view"):
            return variable(file, function.child_by_field_name("object"))
        return _handler(file, positional[0]) if len(positional) == 1 else None
    named = variable(file, node)
    if named is None and node.type == "attribute":
        # `self.index`: the method, as its class names it.
        owner, _, method = (file.symbol(node) or "").rpartition("().")
        return f"{owner}.{method}" if owner.startswith(f"{file.module}.") and "(" not in owner else None
    return named


def _methods(decorator: str, given: Node | None) -> tuple[str, ...]:
    if decorator in VERBS:
        return (decorator,)
    if decorator.startswith("websocket"):
        return ("websocket",)
    values = [string_value(child) for child in given.named_children] if given is not None else []
    return tuple(value.lower() for value in values if value is not None)


def _status(node: Node | None) -> int | None:
    if node is None:
        return None
    value = constant_value(node)
    if isinstance(value, int):
        return value if 100 <= value < 1000 else None
    name = text_of(node).removesuffix(".value").rpartition(".")[2]
    if name in HTTPStatus.__members__:
        return int(HTTPStatus[name])
    # `status.HTTP_201_CREATED` names its number.
    parts = name.split("_")
    number = parts[1] if len(parts) > 1 and parts[0] == "HTTP" else ""
    return int(number) if number.isdigit() else None
