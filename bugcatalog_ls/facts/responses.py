"""Answers that handlers return: the body and the status of an expression, as the frameworks read it."""

from __future__ import annotations

from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, called_name, string_value, text_of, unparenthesised


class Shape(NamedTuple):
    """How a response's constructor takes its body and its status."""

    body: str
    status: str
    status_position: int | None = 1


_STARLETTE = Shape("content", "status_code")
_FLASK = Shape("response", "status")
_MAKE = Shape("response", "status")
_DJANGO_JSON = Shape("data", "status", None)
_DJANGO = Shape("content", "status", 2)
_DRF = Shape("data", "status")
_JSONIFY = Shape("", "", None)

RESPONSES = {
    **{
        f"{module}.{name}": _STARLETTE
        for module in ("fastapi.responses", "starlette.responses")
        for name in ("JSONResponse", "ORJSONResponse", "UJSONResponse", "Response")
    },
    "fastapi.Response": _STARLETTE,
    **{f"{module}.jsonify": _JSONIFY for module in ("flask", "flask.json", "quart", "quart.json")},
    **{f"{module}.make_response": _MAKE for module in ("flask", "quart")},
    **{f"{module}.Response": _FLASK for module in ("flask", "flask.wrappers", "quart", "quart.wrappers")},
    **{f"{app}.response_class": _FLASK for app in ("flask.Flask()", "flask.current_app")},
    **{f"{app}.response_class": _FLASK for app in ("quart.Quart()", "quart.current_app")},
    "django.http.JsonResponse": _DJANGO_JSON,
    "django.http.response.JsonResponse": _DJANGO_JSON,
    "django.http.HttpResponse": _DJANGO,
    "rest_framework.response.Response": _DRF,
}
"""What makes a response, by symbol."""

_SHAPES_BY_NAME = {
    "JSONResponse": _STARLETTE,
    "ORJSONResponse": _STARLETTE,
    "UJSONResponse": _STARLETTE,
    "JsonResponse": _DJANGO_JSON,
    "jsonify": _JSONIFY,
}
RESPONSE_NAMES = tuple(
    {symbol.rpartition(".")[2] for symbol in RESPONSES} | _SHAPES_BY_NAME.keys() | {"dict"}
)
"""The last names of what makes a response or its body."""

_ENCODERS = frozenset({"fastapi.encoders.jsonable_encoder", "json.dumps", "flask.json.dumps", "orjson.dumps"})


class Answer(NamedTuple):
    """A returned expression taken apart.

    `body` is the dictionary, or the call (`dict(…)`, `jsonify(…)`) whose keywords are the body.
    `call` is the response's constructor, whose status stands at `status`; `made_by` its symbol.
    `tuple_status` is the status that follows the body in a returned tuple.
    """

    body: Node
    call: Node | None
    made_by: str | None
    shape: Shape | None
    status: Node | None
    tuple_status: Node | None


def read_answer(file: PyFile, value: Node) -> Answer | None:
    """The answer that a returned expression makes, where its body is a literal dictionary."""
    value = unparenthesised(value)
    tuple_status: Node | None = None
    if value.type in ("tuple", "expression_list"):
        items = [child for child in value.named_children if child.type != "comment"]
        if not 2 <= len(items) <= 3:
            return None
        if items[1].type not in ("dictionary", "list") and not _is_headers(items[1]):
            tuple_status = items[1]
        value = items[0]
    return _read(file, _held(file, value), tuple_status, 3)


def pairs_of(body: Node) -> list[tuple[str | None, Node]]:
    """The keys and values of a body; the key of a `**mapping` is None."""
    if body.type == "call":
        arguments = arguments_of(body)
        splats = [(None, node) for node in arguments.dict_unpacked]
        return [*((name, node) for name, node in arguments.keywords.items()), *splats]
    pairs: list[tuple[str | None, Node]] = []
    for child in body.named_children:
        key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
        if child.type == "pair" and key is not None and value is not None:
            pairs.append((string_value(key) or "", value))
        elif child.type == "dictionary_splat":
            pairs.append((None, child))
    return pairs


def is_ok(status: Node | None) -> bool | None:
    """Whether a status is 200 (also by default); None where it cannot be read."""
    if status is None:
        return True
    written = text_of(unparenthesised(status))
    if written.removesuffix(".value").rpartition(".")[2] in ("OK", "HTTP_200_OK", "ok"):
        return True
    if written.isdigit() or "HTTP_" in written or "HTTPStatus." in written:
        return written == "200"
    literal = string_value(status)
    return literal.startswith("200") if literal is not None else None


def _read(file: PyFile, value: Node, tuple_status: Node | None, depth: int) -> Answer | None:
    if value.type == "dictionary":
        return Answer(value, None, None, None, None, tuple_status)
    if value.type != "call" or depth == 0:
        return None
    arguments = arguments_of(value)
    symbol = file.callee(value)
    if symbol == "builtins.dict" and arguments.keywords and not arguments.positional:
        return Answer(value, None, None, None, None, tuple_status)
    name = called_name(value)
    shape = RESPONSES.get(symbol or "") or (_SHAPES_BY_NAME.get(name) if symbol else None)
    if shape is None:
        return None
    if shape is _JSONIFY:
        if arguments.keywords and not arguments.positional:
            return Answer(value, None, symbol, shape, None, tuple_status)
        inner = arguments.positional[0] if len(arguments.positional) == 1 else None
    else:
        inner = arguments.get(shape.body, 0)
    if inner is None or arguments.list_unpacked or arguments.dict_unpacked:
        return None
    inner = _decoded(file, _held(file, unparenthesised(inner)))
    read = _read(file, inner, None, depth - 1)
    if read is None:
        return None
    if shape is _JSONIFY:
        return Answer(read.body, None, symbol, shape, None, tuple_status)
    status = arguments.get(shape.status, shape.status_position)
    if read.call is not None and status is None:
        status = read.status
    return Answer(read.body, value, symbol, shape, status, tuple_status)


def _decoded(file: PyFile, node: Node) -> Node:
    if node.type == "call" and file.callee(node) in _ENCODERS:
        positional = arguments_of(node).positional
        return _held(file, positional[0]) if positional else node
    return node


def _held(file: PyFile, node: Node) -> Node:
    """What a name holds, where it is bound once in the same block and not touched since."""
    if node.type != "identifier":
        return node
    bindings = file.names.bindings(node)
    if len(bindings) != 1 or bindings[0].kind not in ("assign", "annotation") or bindings[0].value is None:
        return node
    value, block = bindings[0].value, bindings[0].block
    if not block[0] <= node.start_byte < block[1] or value.start_byte > node.start_byte:
        return node
    statement = node
    while statement.parent is not None and statement.type != "return_statement":
        statement = statement.parent
    between = file.source.data[value.end_byte : statement.start_byte]
    if node.text is None or node.text in between:
        return node
    return value if value.type in ("dictionary", "call") else node


def _is_headers(node: Node) -> bool:
    return node.type == "identifier" and "header" in text_of(node).lower()
