"""Annotations that a framework reads when a function is registered, though the file defers them."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import ancestors, arguments_of, callee_of, decorators_of, text_of

_ROUTES = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "trace", "websocket", "api_route"}
)
_DEPENDENCIES = frozenset({"Depends", "Security"})


def is_read_at_registration(file: PyFile, node: Node) -> bool:
    """Whether FastAPI evaluates the annotation that a name stands in when its route is registered."""
    if b"fastapi" not in file.source.data:
        return False
    parameter: Node | None = None
    for parent in ancestors(node):
        if parent.type in ("typed_parameter", "typed_default_parameter"):
            parameter = parent
        elif parent.type == "function_definition":
            return _is_read(file, parent, parameter)
        elif parent.type in ("class_definition", "block"):
            return False
    return False


def _is_read(file: PyFile, function: Node, parameter: Node | None) -> bool:
    decorator = next((d for d in decorators_of(function) if _is_route(file, d)), None)
    if decorator is None:
        return False
    if parameter is None:
        return "response_model" not in arguments_of(decorator).keywords
    # What a dependency gives is taken as it is.
    default = parameter.child_by_field_name("value")
    called = callee_of(default) if default is not None and default.type == "call" else None
    return called is None or text_of(called).rpartition(".")[2] not in _DEPENDENCIES


def _is_route(file: PyFile, decorator: Node) -> bool:
    function = callee_of(decorator) if decorator.type == "call" else None
    if function is None or function.type != "attribute":
        return False
    owner = function.child_by_field_name("object")
    if owner is None or text_of(function).rpartition(".")[2] not in _ROUTES:
        return False
    symbol = file.symbol(owner)
    return symbol is None or not symbol.endswith("()") or symbol.startswith("fastapi.")
