"""Routes of aiohttp: which function answers which path, by a table, by `web.get(…)`, or by the router."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.web_frameworks import VERBS
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, string_value, text_of

TABLE = "aiohttp.web.RouteTableDef()"
_OF_WEB = {f"aiohttp.web.{verb}": verb for verb in VERBS} | {
    "aiohttp.web.view": "",
    "aiohttp.web.route": "",
}
_ADDERS = {f"add_{verb}": verb for verb in VERBS} | {"add_view": "", "add_route": ""}
_CALLED = (*VERBS, "view", "route", *_ADDERS)


class AiohttpRoute(NamedTuple):
    """A route as it is written: `handler` is the expression of what answers."""

    handler: Node
    path: str | None
    methods: tuple[str, ...]


def aiohttp_routes(file: PyFile) -> Iterator[AiohttpRoute]:
    """The routes that calls of a file make, without those of decorators."""
    if b"aiohttp" not in file.source.data and b".router.add_" not in file.source.data:
        return
    for call in file.calls_written(*_CALLED):
        function = callee_of(call)
        if function is None:
            continue
        name = text_of(function).rpartition(".")[2]
        if name in _ADDERS:
            # `router.add_route("GET", "/", handler)` tells its method first.
            if not text_of(function).endswith(f"router.{name}"):
                continue
            method, is_named = _ADDERS[name], name == "add_route"
        else:
            symbol = file.callee(call)
            if symbol not in _OF_WEB:
                continue
            method, is_named = _OF_WEB[symbol], name == "route"
        arguments = arguments_of(call)
        first = 1 if is_named else 0
        path, handler = arguments.get("path", first), arguments.get("handler", first + 1)
        if is_named:
            method = (string_value(arguments.get("method", 0)) or "").strip("*").lower()
        if handler is not None:
            yield AiohttpRoute(handler, string_value(path), (method,) if method else ())
