"""The paths by which the health of an application is asked for."""

from __future__ import annotations

import re

from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.routers import RouterFact
from bugcatalog_ls.facts.routes import RouteFact
from bugcatalog_ls.syntax.file import Definition, PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, string_value, text_of

_SEGMENTS = (
    r"health|healthz|healthcheck|health[-_]check|live|livez|liveness|ready|readyz|readiness|ping|alive|heartbeat"
    r"|health[-_](?:live|ready|db)"
)
_PATH = re.compile(rf"(?:^|/)(?:{_SEGMENTS})(?:/|$)")
# What may stand before `/live` or `/ping`, which mean other things below other words.
_ROOT = re.compile(r"/*(?:(?:api|v\d+|system|internal|monitoring|status|probes?|_|-)(?:/+|$))*")


def has_health_path(index: FactIndex, route: RouteFact) -> bool:
    prefix = ""
    if route.owner is not None:
        held = index.get(RouterFact, route.owner)
        prefix = (held[0][1].prefix or "") if held else ""
    return _is_health_path(f"{prefix}/{(route.path or '').lstrip('/^')}".rstrip("$"))


def _is_health_path(path: str) -> bool:
    """Whether a path is that of the application's health, not of something with an id."""
    match = _PATH.search(path)
    if match is None or re.search(r"[{<]", path[: match.start()]):
        return False
    return "health" in match[0] or _ROOT.fullmatch(path[: match.start()]) is not None


def is_routed_as_health(file: PyFile, definition: Definition) -> bool:
    for decorator in definition.decorators:
        if decorator.type != "call":
            continue
        function = callee_of(decorator)
        if function is None or function.type != "attribute" or text_of(function).endswith(".websocket"):
            continue
        arguments = arguments_of(decorator)
        path = string_value(arguments.get("path", 0) or arguments.get("rule"))
        if path is None:
            continue
        owner = function.child_by_field_name("object")
        bindings = file.names.bindings(owner) if owner is not None and owner.type == "identifier" else []
        value = bindings[0].value if len(bindings) == 1 else None
        given = arguments_of(value) if value is not None and value.type == "call" else None
        prefix = (
            (string_value(given.get("prefix") or given.get("url_prefix")) or "") if given is not None else ""
        )
        if _is_health_path(f"{prefix}/{path.lstrip('/')}"):
            return True
    return False
