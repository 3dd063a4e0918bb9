"""Which places a preflight reaches: an `OPTIONS` request without token, cookie or key.

Conditions are read with the values that such a request has; what they depend on otherwise is
unknown, and may come out either way.
"""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guards import conditions_at, implied
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    callee_of,
    constant_value,
    string_value,
    text_of,
    unparenthesised,
    walk,
)

_KEPT_BY_BROWSERS = frozenset({"origin", "host", "user-agent", "referer", "accept", "x-forwarded-for"})
_DEPTH = 12


# What browsers send with a preflight too, and what proxies add to any request.
_ADDED_ON_THE_WAY = re.compile(
    r"x-forwarded-|x-real-ip|x-(?:true-)?client-ip|true-client-ip|forwarded$|via$|cf-|fly-|x-envoy-|x-amz"
    r"|x-azure-|x-original-|x-request-id|x-correlation-id|x-scheme|sec-fetch-|sec-ch-"
)


class _Absent:
    """The value of a header, cookie or parameter that a preflight does not have."""


_ABSENT = _Absent()
_UNKNOWN = object()
_OF_METHOD = object()
"""What a test of the request's method gives where the methods are not known here."""
_STRING_METHODS = frozenset(
    {"strip", "lstrip", "rstrip", "lower", "upper", "replace", "removeprefix", "removesuffix", "split"}
    | {"partition", "rpartition", "encode", "decode", "get"}
)
# `_extract_access_token(request)`: what a preflight does not bring along is not found either.
_TAKES_CREDENTIALS = re.compile(
    r"_*(?:get|extract|read|find|parse|take|fetch)_(?:\w+_)?(?:token|jwt|api_?key|credentials?|bearer)"
    r"(?:_from_\w+)?"
)
_REQUESTS = frozenset({"request", "req", "scope", "conn", "connection", "request.headers", "request.cookies"})
_TESTS = frozenset({"startswith", "endswith", "isdigit", "compare_digest"})


def is_reached(file: PyFile, node: Node) -> bool:
    """Whether no condition keeps a preflight from a place."""
    for condition in conditions_at(node):
        for part in implied(condition):
            if any(_is_own_default(file, each) for each in (part.node, *walk(part.node))):
                return False
            value = _value(file, part.node, _DEPTH)
            if value is _OF_METHOD or _truth(value) is (not part.holds):
                return False
    return True


def is_for_want_of_a_header(file: PyFile, node: Node) -> bool:
    """Whether a place is reached because of what a preflight does not bring along."""
    return is_reached(file, node) and any(
        _truth(_value(file, part.node, _DEPTH)) is part.holds
        and any(isinstance(_value(file, each, _DEPTH), _Absent) for each in (part.node, *walk(part.node)))
        for condition in conditions_at(node)
        for part in implied(condition)
    )


def _is_own_default(file: PyFile, node: Node) -> bool:
    """Whether a name holds a header, or where there is none what the application itself falls back on."""
    bindings = file.names.bindings(node) if node.type == "identifier" else []
    value = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
    callee = callee_of(value) if value is not None and value.type == "call" else None
    if value is None or callee is None or not text_of(callee).endswith("headers.get"):
        return False
    default = arguments_of(value).get("default", 1)
    return default is not None and default.type in ("identifier", "attribute", "call")


def _truth(value: object) -> bool | None:
    if value is _UNKNOWN or value is _OF_METHOD:
        return None
    return False if isinstance(value, _Absent) else bool(value)


def _value(file: PyFile, node: Node | None, depth: int) -> object:
    """What an expression gives for a preflight."""
    if node is None or depth <= 0:
        return _UNKNOWN
    node, depth = unparenthesised(node), depth - 1
    match node.type:
        case "identifier":
            bindings = file.names.bindings(node)
            if len(bindings) == 1 and bindings[0].kind in ("assign", "walrus", "annotation"):
                return _value(file, bindings[0].value, depth)
            return _UNKNOWN
        case "named_expression":
            return _value(file, node.child_by_field_name("value"), depth)
        case "not_operator":
            truth = _truth(_value(file, node.child_by_field_name("argument"), depth))
            return _UNKNOWN if truth is None else not truth
        case "boolean_operator":
            return _combined(file, node, depth)
        case "comparison_operator":
            return _compared(file, node, depth)
        case "attribute":
            return _attribute(node)
        case "subscript":
            return _subscript(node)
        case "call":
            return _called(file, node, depth)
        case "await":
            return _value(file, node.named_children[0] if node.named_children else None, depth)
        case "conditional_expression" if node.named_child_count == 3:
            truth = _truth(_value(file, node.named_children[1], depth))
            return _UNKNOWN if truth is None else _value(file, node.named_children[0 if truth else 2], depth)
        case "list" | "tuple" | "set":
            items = [constant_value(child) for child in node.named_children if child.type != "comment"]
            return _UNKNOWN if ... in items else tuple(items)
    constant = constant_value(node)
    return _UNKNOWN if constant is ... else constant


def _combined(file: PyFile, node: Node, depth: int) -> object:
    left = _value(file, node.child_by_field_name("left"), depth)
    right = _value(file, node.child_by_field_name("right"), depth)
    operator = node.child_by_field_name("operator")
    is_and = operator is not None and text_of(operator) == "and"
    truths = (_truth(left), _truth(right))
    if is_and:
        return False if False in truths else _UNKNOWN if None in truths else right
    return True if True in truths else _UNKNOWN if None in truths else right


def _compared(file: PyFile, node: Node, depth: int) -> object:
    if node.named_child_count != 2:
        return _UNKNOWN
    operator = " ".join(text_of(child) for child in node.children if not child.is_named)
    written_left, written_right = node.named_children
    left = _value(file, written_left, depth)
    if operator in ("in", "not in"):
        found = _contains(file, left, written_left, written_right, depth)
        if found is None and left == "OPTIONS":
            return _OF_METHOD
        return _UNKNOWN if found is None else found == (operator == "in")
    right = _value(file, written_right, depth)
    if left is _UNKNOWN or right is _UNKNOWN:
        other = right if left is _UNKNOWN else left
        # A token that is not there equals none that is expected.
        if isinstance(other, _Absent) and operator in ("==", "!="):
            return operator == "!="
        return _UNKNOWN
    same = _same(left, right)
    return same if operator in ("==", "is") else not same if operator in ("!=", "is not") else _UNKNOWN


def _contains(file: PyFile, left: object, written: Node, right: Node, depth: int) -> bool | None:
    name = string_value(written)
    text = text_of(unparenthesised(right)).lower()
    if name is not None and text.rpartition(".")[2] in ("headers", "cookies"):
        lowered = name.lower()
        if lowered.startswith("access-control-request"):
            return True
        return None if _is_sent_with_preflights(lowered) else False
    if left is _UNKNOWN:
        return None
    container = _value(file, right, depth)
    if isinstance(left, _Absent):
        return False
    return left in container if isinstance(container, (tuple, str)) and isinstance(left, str) else None


def _same(left: object, right: object) -> bool:
    if isinstance(left, _Absent) or isinstance(right, _Absent):
        other = right if isinstance(left, _Absent) else left
        return isinstance(other, _Absent) or other is None or other == ""
    return left == right


def _attribute(node: Node) -> object:
    name = text_of(node).rpartition(".")[2]
    if name == "method" or name == "http_method":
        return "OPTIONS"
    written = text_of(node)
    return (
        _ABSENT if written in ("request.authorization", "request.token", "request.credentials") else _UNKNOWN
    )


def _subscript(node: Node) -> object:
    owner = node.child_by_field_name("value")
    keys = node.children_by_field_name("subscript")
    key = string_value(keys[0]) if keys else None
    if key in ("method", "REQUEST_METHOD"):
        return "OPTIONS"
    return _of_mapping(text_of(owner) if owner is not None else "", key)


def _called(file: PyFile, node: Node, depth: int) -> object:
    callee = callee_of(node)
    arguments = arguments_of(node)
    if callee is None:
        return _UNKNOWN
    name = text_of(callee).rpartition(".")[2]
    if any(text_of(argument).endswith(".method") for argument in arguments.positional):
        return _OF_METHOD
    if _TAKES_CREDENTIALS.fullmatch(name) and any(
        text_of(argument) in _REQUESTS for argument in arguments.positional
    ):
        return _ABSENT
    if callee.type != "attribute":
        if text_of(callee) in ("bool", "str", "len") and arguments.positional:
            return _value(file, arguments.positional[0], depth)
        return _UNKNOWN
    owner = callee.child_by_field_name("object")
    if name in ("get", "getlist"):
        key = string_value(arguments.positional[0]) if arguments.positional else None
        if key in ("method", "REQUEST_METHOD"):
            return "OPTIONS"
        found = _of_mapping(text_of(owner) if owner is not None else "", key)
        default = arguments.get("default", 1)
        if isinstance(found, _Absent) and default is not None:
            value = _value(file, default, depth)
            return _ABSENT if value in ("", None) else value
        if found is not _UNKNOWN:
            return found
    if name == "compare_digest":
        compared = [_value(file, argument, depth) for argument in arguments.positional]
        return False if any(isinstance(value, _Absent) for value in compared) else _UNKNOWN
    value = _value(file, owner, depth)
    if isinstance(value, _Absent) and name in _STRING_METHODS:
        return _ABSENT
    if isinstance(value, _Absent) and name in _TESTS:
        return False
    if isinstance(value, str) and name in ("upper", "lower", "casefold"):
        return value.upper() if name == "upper" else value.lower()
    return _UNKNOWN


def _of_mapping(owner: str, key: str | None) -> object:
    """What a preflight has under a key of its headers, cookies or query."""
    last = owner.lower().rpartition(".")[2]
    if last == "cookies":
        return _ABSENT
    if last in ("headers", "_headers", "header", "meta"):
        lowered = (key or "").lower().removeprefix("http_").replace("_", "-")
        if key is None or _is_sent_with_preflights(lowered) or lowered.startswith("access-control"):
            return _UNKNOWN
        return _ABSENT
    return _UNKNOWN


def _is_sent_with_preflights(header: str) -> bool:
    return header in _KEPT_BY_BROWSERS or _ADDED_ON_THE_WAY.match(header) is not None
