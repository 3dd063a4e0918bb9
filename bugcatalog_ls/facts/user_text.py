"""Text of people: what surely comes from a request or from the keyboard, and codecs too narrow for it."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    arguments_of,
    callee_of,
    decorators_of,
    enclosing_function,
    string_value,
    text_of,
    unparenthesised,
)

_USER_INPUT = (
    "builtins.input()",
    "flask.request.",
    "quart.request.",
    "starlette.requests.Request().",
    "fastapi.Request().",
    "fastapi.requests.Request().",
    "django.http.HttpRequest().",
    "rest_framework.request.Request().",
    "aiohttp.web.Request().",
    "sanic.Request().",
)
_NARROW = frozenset({"ascii", "us-ascii", "latin-1", "latin1", "latin_1", "iso-8859-1", "iso8859-1", "l1"})
_DIGIT_DECODERS = frozenset(
    {"b64decode", "urlsafe_b64decode", "standard_b64decode", "decodebytes", "a2b_base64"}
    | {"b32decode", "b16decode", "a85decode", "b85decode", "unhexlify", "a2b_hex"}
)
# What nobody but a person writes, whichever way it came here.
_PEOPLES_WORDS = frozenset(
    {"comment", "bio", "nickname", "display_name", "full_name", "first_name", "last_name", "feedback"}
    | {"user_input", "user_text", "user_message", "customer_name", "review_text", "comment_text"}
)
_ROUTES = frozenset(
    {
        "get", "post", "put", "patch", "delete", "head", "options", "route", "api_route", "websocket",
        "websocket_route", "api_view", "action",
    }
)  # fmt: skip


def is_user_text(file: PyFile, node: Node | None, depth: int = 6) -> bool:
    """Whether a text surely comes from a request or from the keyboard."""
    if node is None or depth <= 0:
        return False
    node = unparenthesised(node)
    symbol = file.symbol(node)
    if symbol is not None and symbol.startswith(_USER_INPUT):
        return ".headers" not in symbol
    match node.type:
        case "identifier":
            if text_of(node) in _PEOPLES_WORDS:
                return True
            for binding in file.names.bindings(node):
                if binding.kind == "parameter":
                    return _is_request_parameter(file, binding.node, binding.annotation, binding.value)
                if binding.value is not None and binding.kind in ("assign", "walrus"):
                    return is_user_text(file, binding.value, depth - 1)
        case "attribute":
            name = node.child_by_field_name("attribute")
            if name is not None and text_of(name) in _PEOPLES_WORDS:
                return True
            return is_user_text(file, node.child_by_field_name("object"), depth - 1)
        case "subscript":
            return is_user_text(file, node.child_by_field_name("value"), depth - 1)
        case "await":
            return is_user_text(file, node.named_children[0], depth - 1)
        case "call":
            function = callee_of(node)
            if function is not None and function.type == "attribute":
                name = function.child_by_field_name("attribute")
                if name is not None and text_of(name) in ("hexdigest", "isoformat"):
                    return False
                return is_user_text(file, function.child_by_field_name("object"), depth - 1)
            if file.symbol(function) == "builtins.str":
                return any(is_user_text(file, value, depth - 1) for value in arguments_of(node).positional)
        case "string":
            holes = [
                child.named_children[0] for child in node.named_children if child.type == "interpolation"
            ]
            return any(is_user_text(file, hole, depth - 1) for hole in holes)
        case "binary_operator":
            sides = [node.child_by_field_name("left"), node.child_by_field_name("right")]
            return any(is_user_text(file, side, depth - 1) for side in sides)
    return False


def narrow_codec(call: Node) -> str | None:
    """The codec of `.encode("ascii")` and the like, which cannot hold every text."""
    function = callee_of(call)
    if function is None or function.type != "attribute":
        return None
    name = function.child_by_field_name("attribute")
    if name is None or text_of(name) != "encode":
        return None
    arguments = arguments_of(call)
    errors = arguments.get("errors", 1)
    if errors is not None and string_value(errors) != "strict":
        return None
    codec = string_value(arguments.get("encoding", 0))
    if codec is None or codec.lower() not in _NARROW or _is_probe(call) or _is_unpacked(call):
        return None
    return codec


def _is_probe(call: Node) -> bool:
    """Whether the code asks here if the text fits: inside of `try: … except UnicodeEncodeError: …`."""
    for parent in ancestors(call):
        if parent.type == "function_definition":
            return False
        body = parent.child_by_field_name("body") if parent.type == "try_statement" else None
        if body is None or not body.start_byte <= call.start_byte < body.end_byte:
            continue
        for handler in parent.children:
            head = text_of(handler).partition(":")[0] if handler.type == "except_clause" else ""
            if "UnicodeEncodeError" in head or "UnicodeError" in head:
                return True
    return False


def _is_unpacked(call: Node) -> bool:
    """Whether the bytes go straight into a decoder of base64 or hex digits, which knows ASCII only."""
    outer = call.parent.parent if call.parent is not None and call.parent.type == "argument_list" else None
    function = callee_of(outer) if outer is not None and outer.type == "call" else None
    return function is not None and text_of(function).rpartition(".")[2] in _DIGIT_DECODERS


def encoded_value(call: Node) -> Node | None:
    function = callee_of(call)
    return function.child_by_field_name("object") if function is not None else None


def _is_request_parameter(
    file: PyFile, parameter: Node, annotation: Node | None, default: Node | None
) -> bool:
    """Whether a parameter of a route handler takes text from the client."""
    function = enclosing_function(parameter)
    if function is None or function.type != "function_definition":
        return False
    names = [text_of(callee_of(one) or one).split(".")[-1] for one in decorators_of(function)]
    if not any(name in _ROUTES for name in names):
        return False
    if default is not None and "Depends" in text_of(default):
        return False
    if annotation is None:
        return False
    written = text_of(annotation)
    if any(word in written for word in ("Depends", "Session", "bytes", "UUID", "int", "Settings")):
        return False
    return file.names.annotation_symbol(annotation) is not None
