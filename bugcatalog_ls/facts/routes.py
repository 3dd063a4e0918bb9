"""Routes of the workspace: apps, routers and blueprints, and which function answers which path.

It knows FastAPI, Starlette, Flask, Quart, aiohttp, Django and Django REST framework. Who includes a router
is told by `facts.registrations`.
"""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from tree_sitter import Node

from bugcatalog_ls.facts.aiohttp_routes import TABLE, aiohttp_routes
from bugcatalog_ls.facts.exports import ModuleExports
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.name_symbols import own_symbol
from bugcatalog_ls.facts.resolve import file_of_module, mro, resolve
from bugcatalog_ls.facts.web_frameworks import APP_CLASSES, INCLUDERS, ROUTER_CLASSES, VERBS, VIEW_CLASSES
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import absolute_module, module_name
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
from bugcatalog_ls.syntax.scopes import Scope

_VIEW_METHODS = VERBS | {"dispatch", "dispatch_request"}
_DRF_METHODS = _VIEW_METHODS | {"list", "create", "retrieve", "update", "partial_update", "destroy"}
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


class AppFact(Fact, frozen=True):
    """An application that is made here, or a class of applications that is defined here."""

    framework: str

    @property
    def key(self) -> str:
        return self.framework


class RouterFact(Fact, frozen=True):
    """A router or blueprint bound to a name, by its symbol (`app.routes.users.router`).

    `made_by` is the symbol of its class. `is_local`: bound inside a function. `escapes`: its own
    file hands it on in a way that may register it.
    """

    symbol: str
    made_by: str
    prefix: str | None
    is_local: bool
    escapes: bool

    @property
    def key(self) -> str:
        return self.symbol

    @property
    def name(self) -> str:
        return self.symbol.rpartition(".")[2]


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


_APP_NAMES = tuple({name.rpartition(".")[2] for name in APP_CLASSES})
_APP_WORDS = tuple(name.encode() for name in _APP_NAMES)
# What a file imports from, where it has a decorator of a route that is known by its symbol alone.
_DECORATING = (b"flask_appbuilder", b"rest_framework", b"django")
_CALLED = (*_ADDERS, *_ROUTE_NAMES)


def router_anchor(symbol: str) -> str:
    """The anchor of the assignment that makes a router."""
    return f"router {symbol}"


@derived
def place(index: FactIndex, symbol: str, path: str) -> str:
    """The variable, function or module that a dotted symbol names, followed through re-exports.

    Unlike `resolve` it ends at the variable and not at what that holds: two routers of one class
    stay two.
    """
    return _place(index, symbol, path, 20)


@derived
def framework_of(index: FactIndex, symbol: str, path: str) -> str | None:
    """The framework of an application or router, given the symbol of the object."""
    resolved = resolve(index, symbol, path)
    if not resolved.endswith("()"):
        return None
    made_by = resolved.removesuffix("()")
    known = APP_CLASSES | ROUTER_CLASSES
    return next((known[name] for name in mro(index, made_by)[0] if name in known), None)


def router_framework(index: FactIndex, router: RouterFact) -> str | None:
    """The framework of a router, where its class is, or derives from, a known one."""
    if router.made_by in ROUTER_CLASSES:
        return ROUTER_CLASSES[router.made_by]
    held = index.get(RouterFact, router.symbol)
    made_by = place(index, router.made_by, held[0][0]) if held else router.made_by
    return next((ROUTER_CLASSES[name] for name in mro(index, made_by)[0] if name in ROUTER_CLASSES), None)


@derived
def routes_of(index: FactIndex, function: str) -> tuple[RouteFact, ...]:
    """The routes that a function of the workspace answers, with their framework filled in."""
    found: list[RouteFact] = []
    owner, _, name = function.rpartition(".")
    for path, route in index.get(RouteFact, name):
        if route.handler != function and place(index, route.handler, path) != function:
            continue
        framework = route.framework
        if framework is None and route.owner_value is not None:
            framework = framework_of(index, route.owner_value, path)
        if framework is not None:
            found.append(_with_framework(route, framework))
    if not found and name in _DRF_METHODS and owner:
        framework = _view_framework(index, owner)
        if framework == "drf" or (framework is not None and name in _VIEW_METHODS):
            found.append(RouteFact(function, None, None, framework, None, (name,)))
    return tuple(found)


def variable(file: PyFile, node: Node | None) -> str | None:
    """The dotted name of the variable, module or function that an expression names, or None.

    Names of this file are `module.name` (or `module.function.name`), imported ones what is imported.
    """
    if node is None:
        return None
    node = unparenthesised(node)
    if node.type == "attribute":
        owner = variable(file, node.child_by_field_name("object"))
        name = node.child_by_field_name("attribute")
        return f"{owner}.{text_of(name)}" if owner and name is not None else None
    if node.type != "identifier":
        return None
    found = file.scopes.lookup(text_of(node), node.start_byte)
    if found is None:
        return None
    scope, bindings = found
    imported = {
        binding.target if binding.kind == "import" else absolute_module(binding.target, file.path)
        for binding in bindings
        if binding.kind in ("import", "from")
    }
    if imported:
        return imported.pop() if len(imported) == 1 else None
    if any(binding.kind in ("assign", "annotation", "function", "class", "walrus") for binding in bindings):
        return f"{file.module}.{_local_name(scope, text_of(node))}"
    return None


def _local_name(scope: Scope, name: str) -> str:
    return f"{scope.qualname}.{name}" if scope.qualname else name


def _with_framework(route: RouteFact, framework: str) -> RouteFact:
    return RouteFact(
        route.handler, route.owner, route.owner_value, framework, route.path, route.methods, route.status
    )


def _view_framework(index: FactIndex, class_symbol: str) -> str | None:
    return next((VIEW_CLASSES[name] for name in mro(index, class_symbol)[0] if name in VIEW_CLASSES), None)


def _place(index: FactIndex, symbol: str, path: str, steps: int) -> str:
    segments = symbol.split(".")
    if steps <= 0 or "(" in symbol or "[" in symbol:
        return symbol
    for n_module in range(len(segments), 0, -1):
        file = file_of_module(index, ".".join(segments[:n_module]), path)
        if file is None:
            continue
        if n_module == len(segments):
            # A package's own name hides its submodule of that name: `from .users import users`.
            hidden = _exported(index, segments[:-1], segments[-1], path)
            if hidden is not None and hidden[0] != symbol:
                return _place(index, hidden[0], hidden[1], steps - 1)
        rest = segments[n_module:]
        if not rest:
            return module_name(file)
        target = _exported(index, segments[:n_module], rest[0], path)
        own = ".".join([module_name(file), *rest])
        if target is None or target[0] == ".".join([module_name(file), rest[0]]):
            return own
        return _place(index, ".".join([target[0], *rest[1:]]), target[1], steps - 1)
    return symbol


def _exported(index: FactIndex, module: list[str], name: str, path: str) -> tuple[str, str] | None:
    """What a module's name is imported from, or an alias of, and the file that says so."""
    file = file_of_module(index, ".".join(module), path) if module else None
    exports = index.one(ModuleExports, module_name(file)) if file is not None else None
    if file is None or exports is None:
        return None
    target = exports[1].names.get(name)
    if target is not None:
        return (target, file) if "(" not in target and "[" not in target else None
    if name in exports[1].names:
        return None
    for star in exports[1].stars:
        star_file = file_of_module(index, star, file)
        star_exports = index.one(ModuleExports, module_name(star_file)) if star_file else None
        if star_exports is not None and name in star_exports[1].names:
            return f"{star}.{name}", file
    return None


# -- collecting ------------------------------------------------------------------------------------


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
    if not any(name in file.source.data for name in _APP_WORDS):
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
    knows_symbols = any(word in file.source.data for word in _DECORATING)
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
