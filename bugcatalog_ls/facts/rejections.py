"""Middleware and hooks that turn a preflight away, and the hooks that applications are given."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.login_rejections import REJECTING_WORDS
from bugcatalog_ls.facts.preflight import rejection_of_preflight
from bugcatalog_ls.syntax.file import Definition, PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, parameter_name, string_value, text_of

_HOOKS = ("before_request", "before_app_request")
_METHODS = frozenset({"dispatch", "__call__", "process_request", "process_view", "authenticate"})


class RejectsPreflight(Fact, frozen=True):
    """A class or function that may answer an `OPTIONS` request without credentials with a refusal.

    `role`: `asgi` for what stands in a chain of Starlette's, `django` in Django's, `hook` for a
    function that may be a `before_request`, `aiohttp` and `sanic` in theirs, `backend` for what
    Starlette's authentication asks.
    """

    symbol: str
    role: str
    anchor: str

    @property
    def key(self) -> str:
        return self.symbol


class HookAdded(Fact, frozen=True):
    """A function that an application or blueprint of Flask or Quart runs before each request."""

    path: str
    symbol: str
    anchor: str

    @property
    def key(self) -> str:
        return self.path


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    data = file.source.data
    if b"before_request" in data or b"before_app_request" in data:
        for call, symbol in _hooks(file):
            facts.add(HookAdded(file.path, symbol, facts.anchor(f"hook {symbol}", call)))
    if not file.holds(REJECTING_WORDS):
        return
    for definition in file.functions:
        role = _role(definition)
        if role is None or rejection_of_preflight(file, definition.node) is None:
            continue
        owner = definition.owner
        symbol = f"{file.module}.{owner.qualname}" if owner is not None else definition.symbol
        place = next(
            (
                node
                for node in definition.decorators
                if text_of(node).startswith("app.") or "middleware" in text_of(node)
            ),
            definition.node.child_by_field_name("name"),
        )
        if place is not None:
            facts.add(RejectsPreflight(symbol, role, facts.anchor(f"rejects {symbol}", place)))


VOCABULARY = Vocabulary(
    _collect,
    (
        b"iddleware",
        b"before_request",
        b"before_app_request",
        b"flask",
        b"quart",
        b"call_next",
        b"receive",
        b"on_request",
        b"AuthenticationError",
    ),
)


def _hooks(file: PyFile) -> Iterator[tuple[Node, str]]:
    for definition in file.functions:
        for decorator in definition.decorators:
            target = callee_of(decorator) if decorator.type == "call" else decorator
            name = target.child_by_field_name("attribute") if target is not None else None
            if (
                name is not None
                and text_of(name) in _HOOKS
                and target is not None
                and target.type == "attribute"
            ):
                yield decorator, definition.symbol
    for call in file.calls_named(*_HOOKS):
        callee = callee_of(call)
        given = arguments_of(call).positional
        if callee is None or callee.type != "attribute" or len(given) != 1 or _is_decorator(call):
            continue
        symbol = file.symbol(given[0])
        if symbol is not None and "(" not in symbol:
            yield call, symbol


def _is_decorator(call: Node) -> bool:
    return call.parent is not None and call.parent.type == "decorator"


def _role(definition: Definition) -> str | None:
    """What a function may be to an application, by how it is written."""
    parameters = definition.node.child_by_field_name("parameters")
    names = [parameter_name(child) for child in parameters.named_children] if parameters is not None else []
    if definition.owner is not None:
        if definition.name not in _METHODS or not names or names[0] != "self":
            return None
        if definition.name == "dispatch":
            return "asgi" if len(names) == 3 else None
        if definition.name == "authenticate":
            return (
                "backend"
                if len(names) == 2 and b"AuthenticationError" in (definition.node.text or b"")
                else None
            )
        if definition.name == "__call__":
            return (
                "asgi"
                if names[1:] == ["scope", "receive", "send"]
                else "django"
                if names[1:] == ["request"]
                else None
            )
        return "django" if "request" in names else None
    for decorator in definition.decorators:
        written = text_of(decorator)
        if len(names) == 2 and (written.endswith("web.middleware") or written == "middleware"):
            return "aiohttp"
        if len(names) == 1 and re.fullmatch(
            r"\w+\.(?:on_request|middleware)(?:\(['\"]request['\"]\)|\(\))?", written
        ):
            return "sanic"
        if decorator.type == "call" and text_of(callee_of(decorator) or decorator).endswith(".middleware"):
            first = arguments_of(decorator).positional
            return "asgi" if first and string_value(first[0]) == "http" else None
    if len(names) == 2 and names[1] == "call_next":
        return "asgi"
    return "hook" if not names else None
