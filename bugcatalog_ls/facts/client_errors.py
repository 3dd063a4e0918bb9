"""Exceptions and answers by which web frameworks tell a client what went wrong."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.resolve import class_at, mro
from bugcatalog_ls.syntax.nodes import arguments_of

_MODULES = (
    "fastapi.exceptions.",
    "starlette.exceptions.",
    "werkzeug.exceptions.",
    "rest_framework.exceptions.",
    "sanic.exceptions.",
    "litestar.exceptions.",
    "falcon.HTTP",
    "falcon.errors.",
    "aiohttp.web.HTTP",
    "aiohttp.web_exceptions.HTTP",
    "ninja.errors.",
    "apiflask.exceptions.",
)
_SYMBOLS = frozenset(
    {
        "fastapi.HTTPException",
        "fastapi.WebSocketException",
        "flask.abort",
        "quart.abort",
        "apiflask.abort",
        "apiflask.HTTPError",
        "flask_restful.abort",
        "flask_restx.abort",
        "flask_smorest.abort",
        "django.http.Http404",
        "django.core.exceptions.PermissionDenied",
        "django.core.exceptions.ValidationError",
        "tornado.web.HTTPError",
        "graphql.GraphQLError",
        "graphql.error.GraphQLError",
        "django.http.HttpResponseBadRequest",
        "django.http.HttpResponseForbidden",
        "django.http.HttpResponseNotFound",
        "django.http.HttpResponseServerError",
    }
)
_ASIDE = frozenset({"status_code", "headers", "code", "status", "error_code", "media_type", "response"})


def tells_client(index: FactIndex, symbol: str) -> bool:
    """Whether a call of a (resolved) symbol makes an error whose message is sent to the client."""
    if is_client_error(symbol):
        return True
    if class_at(index, symbol) is None:
        return False
    return any(is_client_error(base) for base in mro(index, symbol)[0])


def told(call: Node) -> Iterator[tuple[str, Node]]:
    """What such a call is given to tell, with its keyword; status codes and headers are left out."""
    arguments = arguments_of(call)
    for value in arguments.positional:
        yield "", value
    for name, value in arguments.keywords.items():
        if name not in _ASIDE:
            yield name, value


def is_client_error(symbol: str) -> bool:
    """Whether a symbol is a library's own error for clients."""
    return symbol in _SYMBOLS or symbol.startswith(_MODULES)
