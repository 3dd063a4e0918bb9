"""The whole of what holds secrets: headers, cookies and bodies of requests, the environment."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import called_name

REQUESTS = (
    "fastapi.Request()",
    "fastapi.requests.Request()",
    "fastapi.WebSocket()",
    "starlette.requests.Request()",
    "starlette.requests.HTTPConnection()",
    "starlette.websockets.WebSocket()",
    "flask.request",
    "flask.Request()",
    "flask.globals.request",
    "quart.request",
    "quart.Request()",
    "django.http.HttpRequest()",
    "django.http.request.HttpRequest()",
    "django.core.handlers.wsgi.WSGIRequest()",
    "rest_framework.request.Request()",
    "aiohttp.web.Request()",
    "aiohttp.web.BaseRequest()",
    "sanic.Request()",
    "sanic.request.Request()",
    "werkzeug.Request()",
    "werkzeug.wrappers.Request()",
    "litestar.Request()",
)
HEADERS = frozenset({"headers", "cookies", "COOKIES", "META"})
_BODIES = frozenset(
    {
        "body", "json", "form", "data", "values", "POST", "get_json", "get_data", "raw_post_data", "text",
        "read", "post", "media", "content",
    }
)  # fmt: skip
FORMS = frozenset({"POST", "get_json", "get_data"})
# Awaited, of a request that nothing is known of but its name: `await request.body()` in a middleware.
READ = frozenset({"body", "json", "form"})
_ENVIRON = frozenset({"os.environ", "os.environb", "os.environ.copy()", "dict(os.environ)"})
_REQUEST_NAME = re.compile(r"(?:\w+_)?(?:request|req)")


def whole_of(symbol: str | None) -> str | None:
    """How headers, cookies, a body or the environment are called, where a symbol is one of these."""
    if symbol is None:
        return None
    if symbol in _ENVIRON:
        return "os.environ"
    if not symbol.startswith(REQUESTS):
        return None
    for request in REQUESTS:
        if symbol.startswith(request) and symbol[len(request) : len(request) + 1] == ".":
            name = symbol[len(request) + 1 :].removesuffix("()")
            if name in HEADERS or (
                name in _BODIES and not (request.startswith("aiohttp") and name == "content")
            ):
                return f"request.{name}"
    return None


def is_request_name(file: PyFile, owner: Node) -> bool:
    symbol = file.symbol(owner)
    known = symbol is not None and not symbol.startswith("builtins.")
    return _REQUEST_NAME.fullmatch(called_name(owner)) is not None and (known or owner.type == "identifier")
