"""Statements by which a function turns a request away for want of a login."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.called_functions import called_function
from bugcatalog_ls.facts.preflight_reach import is_for_want_of_a_header, is_reached
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    called_name,
    callee_of,
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
REJECTING_WORDS = Words(b"400", b"401", b"403", *REJECTING.pattern.split(b"|")[1:])

_ABOUT_LOGIN = re.compile(
    r"auth|token|api.?key|credential|session|log.?in|permission|bearer|headers\W+(?:get\W+)?[\w-]*(?:key|secret)\b",
    re.IGNORECASE,
)
_STATUSES = {
    "400": 400,
    "HTTP_400_BAD_REQUEST": 400,
    "BAD_REQUEST": 400,
    "401": 401,
    "HTTP_401_UNAUTHORIZED": 401,
    "UNAUTHORIZED": 401,
    "403": 403,
    "HTTP_403_FORBIDDEN": 403,
    "FORBIDDEN": 403,
}
_REJECTING_CALLS = frozenset(
    {"HttpResponseForbidden", "HTTPUnauthorized", "HTTPForbidden", "Unauthorized", "Forbidden"}
    | {"PermissionDenied", "PermissionDeniedException", "NotAuthenticated", "NotAuthorizedException"}
    | {"AuthenticationFailed", "AuthenticationError"}
)


def rejections(file: PyFile, function: Node, depth: int) -> Iterator[Node]:
    """The statements that answer with 401, 403, or a 400 that is about a login; `depth` calls deep."""
    for node in walk(function):
        if node.type == "return_statement" and node.named_children:
            if _rejects(file, node.named_children[0], depth):
                yield node
        elif node.type == "raise_statement" and node.named_children:
            raised = unparenthesised(node.named_children[0])
            name = text_of(raised).rpartition(".")[2]
            if (raised.type == "call" and _rejects(file, raised, depth)) or (
                raised.type != "call" and name in _REJECTING_CALLS
            ):
                yield node
        elif node.type == "call":
            callee = callee_of(node)
            name = text_of(callee).rpartition(".")[2] if callee is not None else ""
            arguments = arguments_of(node)
            if (
                name == "abort"
                and arguments.positional
                and _is_rejecting(file, node, arguments.positional[0])
            ):
                yield node
            elif (
                name == "send" and len(arguments.positional) == 1 and b"response.start" in (node.text or b"")
            ):
                if any(
                    _is_rejecting(file, node, pair[1]) for pair in _pairs(arguments.positional[0], "status")
                ):
                    yield node
            elif len(arguments.positional) == 3 and callee is not None and callee.type != "attribute":
                # ASGI: a response is called with scope, receive and send.
                if text_of(arguments.positional[2]) == "send" and _rejects(file, callee, depth):
                    yield node
            elif depth > 0 and _calls_raising(file, node):
                yield node


def _calls_raising(file: PyFile, call: Node) -> bool:
    """Whether a call is of a helper that raises a refusal, which goes on to the client."""
    helper = called_function(file, call)
    if helper is None:
        return False
    is_bare = call.parent is not None and call.parent.type in ("await", "expression_statement")
    statement = call.parent.parent if call.parent is not None and call.parent.type == "await" else call.parent
    is_bare = is_bare and statement is not None and statement.type == "expression_statement"
    if not is_bare and not _is_passed_on(call):
        return False
    raising = (n for n in rejections(file, helper, 0) if n.type != "return_statement")
    return any(is_reached(file, found) for found in raising)


def _is_passed_on(call: Node) -> bool:
    """Whether what a call raises leaves the function, or is answered with the status that it carries."""
    attempt = enclosing(call, "try_statement", "function_definition")
    if attempt is None or attempt.type != "try_statement":
        return True
    body = attempt.child_by_field_name("body")
    if body is None or call.start_byte >= body.end_byte:
        return _is_passed_on(attempt)
    handlers = [child for child in attempt.children if child.type == "except_clause"]
    return any(
        node.type == "raise_statement"
        or (node.type == "return_statement" and ".status_code" in text_of(node))
        for handler in handlers
        for node in walk(handler)
    )


def _rejects(file: PyFile, value: Node, depth: int) -> bool:
    """Whether an expression is an answer (or exception) that rejects."""
    value = unparenthesised(value)
    if value.type == "await" and value.named_children:
        value = value.named_children[0]
    if value.type in ("tuple", "expression_list"):
        return any(_is_rejecting(file, value, child) for child in value.named_children[1:3])
    if value.type == "identifier":
        bindings = file.names.bindings(value)
        held = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
        if held is None or held.type not in ("call", "await"):
            return False
        return _rejects(file, held, depth) or _is_given_status(file, value)
    if value.type != "call":
        return False
    name = called_name(value)
    arguments = arguments_of(value)
    for given in ("status_code", "status", "code"):
        if given in arguments.keywords:
            return _is_rejecting(file, value, arguments.keywords[given])
    if name in _REJECTING_CALLS:
        return True
    if any(_is_rejecting(file, value, argument) for argument in arguments.positional[:3]):
        return True
    helper = called_function(file, value) if depth > 0 else None
    if helper is None:
        return False
    returned = [n for n in walk(helper) if n.type == "return_statement" and n.named_children]
    return bool(returned) and all(_rejects(file, n.named_children[0], 0) for n in returned)


def _is_given_status(file: PyFile, name: Node) -> bool:
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
            return _is_rejecting(file, inner, right)
    return False


def _is_rejecting(file: PyFile, around: Node, status: Node) -> bool:
    written = text_of(unparenthesised(status)).removesuffix(".value").rpartition(".")[2]
    number = _STATUSES.get(written)
    if number == 401 or number is None:
        return number is not None
    # A refusal for another reason (an address that is blocked, a host that is unknown) is no login, but
    # a tenant or a version that each request must name turns the preflight away just as surely.
    function = enclosing(around, "function_definition")
    holder = function if number == 403 and function is not None else around
    return _ABOUT_LOGIN.search(text_of(holder)) is not None or is_for_want_of_a_header(file, around)


def _pairs(dictionary: Node, key: str) -> Iterator[tuple[str, Node]]:
    for pair in dictionary.named_children if dictionary.type == "dictionary" else ():
        name, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if name is not None and value is not None and string_value(name) == key:
            yield key, value
