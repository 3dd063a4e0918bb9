"""The routes that a function of the workspace answers, and the framework of what they are added to."""

from __future__ import annotations

from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.places import place
from bugcatalog_ls.facts.resolve import mro, resolve
from bugcatalog_ls.facts.routers import RouterFact
from bugcatalog_ls.facts.routes import RouteFact
from bugcatalog_ls.facts.web_frameworks import APP_CLASSES, ROUTER_CLASSES, VERBS, VIEW_CLASSES

_VIEW_METHODS = VERBS | {"dispatch", "dispatch_request"}
_DRF_METHODS = _VIEW_METHODS | {"list", "create", "retrieve", "update", "partial_update", "destroy"}


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


def _with_framework(route: RouteFact, framework: str) -> RouteFact:
    return RouteFact(
        route.handler, route.owner, route.owner_value, framework, route.path, route.methods, route.status
    )


def _view_framework(index: FactIndex, class_symbol: str) -> str | None:
    return next((VIEW_CLASSES[name] for name in mro(index, class_symbol)[0] if name in VIEW_CLASSES), None)
