"""The chains of middleware that functions of the workspace add up to, the innermost first.

Steps are kept in the order of the text, file by file; what functions add that are given the
application is put together here. In Starlette what is added last runs first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.middleware import MiddlewareStep
from bugcatalog_ls.facts.resolve import function_at, mro, resolve

CORS_CLASSES = frozenset(
    {
        "starlette.middleware.cors.CORSMiddleware",
        "fastapi.middleware.cors.CORSMiddleware",
        "corsheaders.middleware.CorsMiddleware",
    }
)
"""Middleware that answers preflights."""


class Link(NamedTuple):
    """One member of a chain: the symbol of a class or function, and where it was added."""

    what: str
    path: str
    anchor: str
    backend: str


@derived
def chain(index: FactIndex, path: str, scope: str, app: str) -> tuple[Link, ...]:
    """The middleware that one function adds to an application, the innermost first."""
    return tuple(_links(index, path, scope, app, 3))


@derived
def chains_with(index: FactIndex, path: str, scope: str, app: str) -> tuple[tuple[Link, ...], ...]:
    """The chains that what a function adds becomes a part of: of those who call it, else its own."""
    found: list[tuple[Link, ...]] = []
    for caller_path, step in index.get(MiddlewareStep, scope.rpartition(".")[2]):
        if step.kind != "call" or (not step.given and step.app != app):
            continue
        if resolve(index, step.what, caller_path).replace("()", "") == scope:
            found.append(chain(index, caller_path, step.scope, step.app))
    return tuple(found) or (chain(index, path, scope, app),)


@derived
def is_cors(index: FactIndex, symbol: str, path: str) -> bool:
    """Whether what was added answers preflights."""
    resolved = resolve(index, symbol, path)
    return any(name in CORS_CLASSES for name in mro(index, resolved)[0])


def _links(index: FactIndex, path: str, scope: str, app: str, steps: int) -> Iterator[Link]:
    wrapped: list[Link] = []
    for step in index.in_file(path, MiddlewareStep):
        if step.scope != scope or step.app != app:
            continue
        if step.kind == "call":
            if steps > 0:
                yield from _of_call(index, path, step, steps - 1)
        elif step.kind == "wrap":
            wrapped.append(Link(step.what, path, step.anchor, step.backend))
        else:
            yield Link(step.what, path, step.anchor, step.backend)
    yield from wrapped


def _of_call(index: FactIndex, path: str, step: MiddlewareStep, steps: int) -> Iterator[Link]:
    symbol = resolve(index, step.what, path).replace("()", "")
    found = function_at(index, symbol)
    if found is None:
        return
    other, function = found
    parameter = step.app if not step.given else None
    if step.given.isdigit():
        positional = [p for p in function.parameters if p.kind == "positional"]
        if function.owner and function.member == "instance":
            positional = positional[1:]
        if int(step.given) < len(positional):
            parameter = positional[int(step.given)].name
    elif step.given:
        parameter = step.given
    if parameter is not None:
        yield from _links(index, other, symbol, parameter, steps)
