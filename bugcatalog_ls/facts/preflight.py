"""Whether a function turns a preflight away: an `OPTIONS` request without token, cookie or key.

Conditions are read with the values that such a request has; what they depend on otherwise is
unknown, and may come out either way. A function that names `OPTIONS` in a way that is not
understood here counts as one that lets it through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guards import conditions_at, implied
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    callee_of,
    constant_value,
    enclosing,
    statement_of,
    statements,
    string_value,
    text_of,
    unparenthesised,
    walk,
)

REJECTING = re.compile(
    rb"40[013]|UNAUTHORIZED|FORBIDDEN|BAD_REQUEST|Forbidden|Unauthorized|PermissionDenied|AuthenticationError"
)
"""What the text of a file that rejects must hold."""

_HANDLES_OPTIONS = re.compile(rb"OPTIONS|options\b[\"']|[Pp]reflight|SAFE_METHODS|safe_methods|is_cors")
_ABOUT_LOGIN = re.compile(
    r"auth|token|api.?key|credential|session|log.?in|permission|bearer|headers\W+(?:get\W+)?[\w-]*(?:key|secret)\b",
    re.IGNORECASE,
)
_STATUSES = {
    "401": 401, "403": 403, "400": 400, "HTTP_401_UNAUTHORIZED": 401, "HTTP_403_FORBIDDEN": 403,
    "HTTP_400_BAD_REQUEST": 400, "UNAUTHORIZED": 401, "FORBIDDEN": 403, "BAD_REQUEST": 400,
}  # fmt: skip
_REJECTING_CALLS = {
    "HttpResponseForbidden": 403, "HTTPUnauthorized": 401, "HTTPForbidden": 403, "Unauthorized": 401,
    "Forbidden": 403, "PermissionDenied": 403, "NotAuthenticated": 401, "AuthenticationFailed": 401,
    "AuthenticationError": 400, "NotAuthorizedException": 401, "PermissionDeniedException": 403,
}  # fmt: skip
_KEPT_BY_BROWSERS = frozenset({"origin", "host", "user-agent", "referer", "accept", "x-forwarded-for"})
_DEPTH = 12


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
_TESTS = frozenset({"startswith", "endswith", "isdigit", "compare_digest"})


def rejection_of_preflight(file: PyFile, function: Node) -> Node | None:
    """The place where a function surely may turn a preflight away; None where it lets it through."""
    if REJECTING.search(function.text or b"") is None and not _calls_rejecting(file, function):
        return None
    if _HANDLES_OPTIONS.search(function.text or b""):
        # What is said of OPTIONS may be said in another way than with a condition that leaves.
        return None
    for node in _rejections(file, function, 1):
        if _is_reached(file, node):
            return None if _asks_helper_for_options(file, function) else node
    return None


def handles_options(text: bytes) -> bool:
    """Whether a piece of code says anything of OPTIONS requests."""
    return _HANDLES_OPTIONS.search(text) is not None


def _calls_rejecting(file: PyFile, function: Node) -> bool:
    return any(REJECTING.search(helper.text or b"") is not None for helper in _helpers(file, function))


def _asks_helper_for_options(file: PyFile, function: Node) -> bool:
    return any(handles_options(helper.text or b"") for helper in _helpers(file, function))


def _helpers(file: PyFile, function: Node) -> Iterator[Node]:
    """The functions of the file that a function calls."""
    seen: set[int] = set()
    for node in walk(function):
        helper = _function_of(file, node) if node.type == "call" else None
        if helper is not None and helper.id not in seen and helper.id != function.id:
            seen.add(helper.id)
            yield helper


def _function_of(file: PyFile, call: Node) -> Node | None:
    """The function of the same file that a call calls: by its name, or as a method of the own class."""
    callee = callee_of(call)
    if callee is None:
        return None
    if callee.type == "identifier":
        found = file.scopes.lookup(text_of(callee), callee.start_byte)
        bindings = found[1] if found is not None else []
        return bindings[0].node if len(bindings) == 1 and bindings[0].kind == "function" else None
    if callee.type == "attribute" and text_of(callee.children[0]) in ("self", "cls"):
        name = callee.child_by_field_name("attribute")
        scope = file.scopes.at(call.start_byte)
        while scope.parent is not None and scope.parent.kind != "class":
            scope = scope.parent
        owner = scope.parent
        bindings = owner.bindings.get(text_of(name), []) if owner is not None and name is not None else []
        return bindings[0].node if len(bindings) == 1 and bindings[0].kind == "function" else None
    return None


# -- rejections ------------------------------------------------------------------------------------


def _rejections(file: PyFile, function: Node, depth: int) -> Iterator[Node]:
    """The statements that answer with 401, 403, or a 400 that is about a login; `depth` calls deep."""
    for node in walk(function):
        if node.type == "return_statement" and node.named_children:
            if _rejects(file, node.named_children[0], depth):
                yield node
        elif node.type == "raise_statement" and node.named_children:
            raised = unparenthesised(node.named_children[0])
            name = text_of(raised).rpartition(".")[2]
            if (raised.type == "call" and _rejects(file, raised, depth)) or (
                raised.type != "call" and _REJECTING_CALLS.get(name) is not None
            ):
                yield node
        elif node.type == "call":
            callee = callee_of(node)
            name = text_of(callee).rpartition(".")[2] if callee is not None else ""
            arguments = arguments_of(node)
            if name == "abort" and arguments.positional and _is_rejecting(node, arguments.positional[0]):
                yield node
            elif (
                name == "send" and len(arguments.positional) == 1 and b"response.start" in (node.text or b"")
            ):
                if any(_is_rejecting(node, pair[1]) for pair in _pairs(arguments.positional[0], "status")):
                    yield node
            elif len(arguments.positional) == 3 and callee is not None and callee.type != "attribute":
                # ASGI: a response is called with scope, receive and send.
                if text_of(arguments.positional[2]) == "send" and _rejects(file, callee, depth):
                    yield node
            elif (
                depth > 0
                and node.parent is not None
                and node.parent.type in ("await", "expression_statement")
            ):
                statement = node.parent if node.parent.type != "await" else node.parent.parent
                helper = _function_of(file, node)
                if helper is not None and statement is not None and statement.type == "expression_statement":
                    raising = (n for n in _rejections(file, helper, 0) if n.type != "return_statement")
                    if any(_is_reached(file, found) for found in raising):
                        yield node


def _rejects(file: PyFile, value: Node, depth: int) -> bool:
    """Whether an expression is an answer (or exception) that rejects."""
    value = unparenthesised(value)
    if value.type == "await" and value.named_children:
        value = value.named_children[0]
    if value.type in ("tuple", "expression_list"):
        return any(_is_rejecting(value, child) for child in value.named_children[1:3])
    if value.type == "identifier":
        bindings = file.names.bindings(value)
        held = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
        if held is None or held.type not in ("call", "await"):
            return False
        return _rejects(file, held, depth) or _is_given_status(value)
    if value.type != "call":
        return False
    callee = callee_of(value)
    name = text_of(callee).rpartition(".")[2] if callee is not None else ""
    arguments = arguments_of(value)
    for given in ("status_code", "status", "code"):
        if given in arguments.keywords:
            return _is_rejecting(value, arguments.keywords[given])
    if name in _REJECTING_CALLS:
        return True
    if any(_is_rejecting(value, argument) for argument in arguments.positional[:3]):
        return True
    helper = _function_of(file, value) if depth > 0 else None
    if helper is None:
        return False
    returned = [n for n in walk(helper) if n.type == "return_statement" and n.named_children]
    return bool(returned) and all(_rejects(file, n.named_children[0], 0) for n in returned)


def _is_given_status(name: Node) -> bool:
    """Whether `response.status_code = 401` stands before the statement, in its block."""
    statement = statement_of(name)
    block = statement.parent
    for before in statements(block) if block is not None else ():
        if before.start_byte >= statement.start_byte:
            break
        inner = before.named_children[0] if before.type == "expression_statement" else before
        left, right = inner.child_by_field_name("left"), inner.child_by_field_name("right")
        statuses = (f"{text_of(name)}.status_code", f"{text_of(name)}.status")
        if left is not None and right is not None and text_of(left) in statuses:
            return _is_rejecting(inner, right)
    return False


def _is_rejecting(around: Node, status: Node) -> bool:
    written = text_of(unparenthesised(status)).removesuffix(".value").rpartition(".")[2]
    number = _STATUSES.get(written)
    if number == 401 or number is None:
        return number is not None
    # A refusal for another reason (an address that is blocked, a host that is unknown) is no login.
    function = enclosing(around, "function_definition")
    holder = function if number == 403 and function is not None else around
    return _ABOUT_LOGIN.search(text_of(holder)) is not None


def _pairs(dictionary: Node, key: str) -> Iterator[tuple[str, Node]]:
    for pair in dictionary.named_children if dictionary.type == "dictionary" else ():
        name, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if name is not None and value is not None and string_value(name) == key:
            yield key, value


# -- conditions --------------------------------------------------------------------------------------


def _is_reached(file: PyFile, node: Node) -> bool:
    """Whether nothing keeps a preflight from a place."""
    for condition in conditions_at(node):
        for part in implied(condition):
            if any(_is_own_default(file, each) for each in (part.node, *walk(part.node))):
                return False
            value = _value(file, part.node, _DEPTH)
            if value is _OF_METHOD or _truth(value) is (not part.holds):
                return False
    return True


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
            return _UNKNOWN
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
        return None if lowered in _KEPT_BY_BROWSERS else False
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
    if last in ("cookies", "COOKIES"):
        return _ABSENT
    if last in ("headers", "_headers", "header") or last == "meta":
        lowered = (key or "").lower().removeprefix("http_").replace("_", "-")
        if key is None or lowered in _KEPT_BY_BROWSERS or lowered.startswith("access-control"):
            return _UNKNOWN
        return _ABSENT
    return _UNKNOWN
