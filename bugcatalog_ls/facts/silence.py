"""Silence: statements and answers of a handler that tell nobody what went wrong."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guard_edits import assigned_names
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    body_of,
    called_name,
    callee_of,
    constant_value,
    is_docstring,
    text_of,
    unparenthesised,
    walk,
)

_COMPILERS = frozenset({"compile", "ast.parse", "ast.literal_eval", "literal_eval", "re.compile"})
_WRITES_CAUSE = re.compile(rb"\b(?:format_exc|exc_info|format_exception)\(")
_HARMLESS = frozenset({"rollback", "close", "aclose"})
_ANSWERS = (
    "flask.jsonify",
    "flask.Response",
    "flask.make_response",
    "flask.render_template",
    "quart.jsonify",
    "quart.render_template",
    "fastapi.Response",
    "fastapi.responses.",
    "starlette.responses.",
    "django.http.",
    "django.shortcuts.render",
    "rest_framework.response.Response",
    "aiohttp.web.",
    "sanic.response.",
    "builtins.dict",
    "builtins.list",
    "builtins.set",
    "builtins.tuple",
    "builtins.frozenset",
    "builtins.float",
)
_SYMBOLS = frozenset({"math.nan", "math.inf", "numpy.nan", "numpy.inf"})


def is_silent(file: PyFile, statement: Node, caught: str | None) -> bool:
    """Whether a statement of a handler goes on without a word about the exception `caught`."""
    match statement.type:
        case "pass_statement" | "continue_statement":
            return True
        case "expression_statement":
            value = statement.named_children[0] if statement.named_children else None
            is_ellipsis = value is not None and value.type == "ellipsis"
            return is_docstring(statement) or is_ellipsis or is_harmless_call(statement)
        case "return_statement":
            value = statement.named_children[0] if statement.named_children else None
            return value is None or (_is_generic(file, value) and not mentions(value, caught))
    return False


def answers_with_result(attempt: Node, body: list[Node]) -> bool:
    """Whether a handler answers with what its `try` came to (`{"status": response.status_code}`)."""
    given = {name for statement in body_of(attempt) for name in assigned_names(statement)}
    return any(mentions(statement, name) for statement in body for name in given)


def sets_constant(statement: Node) -> bool:
    """`found = None`: it says nothing about an exception."""
    value = statement.named_children[0] if statement.named_children else None
    if statement.type != "expression_statement" or value is None or value.type != "assignment":
        return False
    left, right = value.child_by_field_name("left"), value.child_by_field_name("right")
    is_name = left is not None and left.type == "identifier"
    return is_name and right is not None and right.type in ("none", "true", "false", "integer", "string")


def is_harmless_call(statement: Node) -> bool:
    """`session.rollback()`: it sets things right, but tells nobody."""
    value = statement.named_children[0] if statement.named_children else None
    if statement.type != "expression_statement" or value is None:
        return False
    if value.type == "await" and value.named_children:
        value = value.named_children[0]
    return value.type == "call" and called_name(value) in _HARMLESS


def answers_whether_it_compiles(attempt: Node, body: list[Node]) -> bool:
    """Whether a `try` asks if a text is code at all, and the exception is the answer no."""
    tried = body_of(attempt)
    value = tried[0].named_children[0] if tried and tried[0].named_children else None
    if len(tried) != 2 or tried[0].type not in ("expression_statement", "assignment") or value is None:
        return False
    is_compiled = value.type == "call" and text_of(callee_of(value) or value) in _COMPILERS
    return is_compiled and [text_of(one) for one in (tried[1], *body)] == ["return True", "return False"]


def mentions(node: Node, name: str | None) -> bool:
    """Whether an expression reads a variable."""
    if name is None:
        return False
    return any(
        child.type == "identifier" and text_of(child) == name
        for child in (node, *walk(node, into_scopes=True))
    )


def tells_of(node: Node, name: str | None, handler: Node) -> bool:
    """Whether an expression says what an exception said, by its name or by one made of it in the handler."""
    if mentions(node, name) or _WRITES_CAUSE.search(node.text or b""):
        return True
    told = {name} if name is not None else set[str]()
    for assignment in (
        child for child in walk(handler) if child.type in ("assignment", "augmented_assignment")
    ):
        left, right = assignment.child_by_field_name("left"), assignment.child_by_field_name("right")
        if left is None or right is None or left.type != "identifier":
            continue
        if _WRITES_CAUSE.search(right.text or b"") or any(mentions(right, one) for one in told):
            told.add(text_of(left))
    return any(mentions(node, one) for one in told)


def _is_generic(file: PyFile, value: Node) -> bool:
    """A constant, a literal made of constants and names, or an answer of a framework made of these."""
    value = unparenthesised(value)
    if constant_value(value) is not ...:
        return True
    match value.type:
        case "identifier" | "attribute":
            return text_of(value).rpartition(".")[2].isupper() or file.symbol(value) in _SYMBOLS
        case "string":
            return _is_plain(file, value)
        case "list" | "dictionary" | "tuple" | "set" | "expression_list":
            return all(_is_plain(file, child) for child in value.named_children)
        case "call":
            return _is_answer(file, value)
    return False


def _is_plain(file: PyFile, value: Node) -> bool:
    if value.type == "pair":
        inner = value.child_by_field_name("value")
        return inner is not None and _is_plain(file, inner)
    if value.type in ("identifier", "attribute", "comment"):
        return True
    if value.type == "string":
        return not any(child.type == "call" for child in walk(value))
    return _is_generic(file, value)


def _is_answer(file: PyFile, call: Node) -> bool:
    symbol = file.callee(call)
    if symbol is None or not symbol.startswith(_ANSWERS):
        return False
    arguments = arguments_of(call)
    if arguments.list_unpacked or arguments.dict_unpacked:
        return False
    return all(_is_plain(file, value) for value in (*arguments.positional, *arguments.keywords.values()))
