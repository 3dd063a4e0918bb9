"""Attempts: what is tried with nothing to lose, so that its failure is only another answer.

It knows what converts, what says in words that it falls back, what asks for a yes or no, and what has
another way left.
"""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.clean_up import is_log_call, only_tells
from bugcatalog_ls.facts.conversions import only_converts
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.handlers import handler_around
from bugcatalog_ls.syntax.nodes import (
    body_of,
    enclosing_function,
    holds_node,
    is_docstring,
    text_of,
    walk,
)

_SHORT = 40
_ANSWER = re.compile(
    r"\b(?:jsonify|\w*[rR]esponse\w*|make_response|render\w*|abort)\(|[\"'](?:error|detail)[\"']\s*:"
)
_CLIENT_ERROR = re.compile(
    r"\b(?:HTTP_|HTTPStatus\.)?(?:4\d\d|BAD_REQUEST|NOT_FOUND|FORBIDDEN|UNAUTHORIZED)\b|HttpResponse(?:BadRequest|NotFound)"
)
_ASKS = re.compile(
    r"_*(?:is|are|has|check)_(?:\w+_)?(?:alive|running|available|ready|connected|connection|reachable|healthy|health"
    r"|installed|up|online|supported|service|accessible)|_*(?:\w+_)?health_?check|_*ping|_*(?:test|can)_connect(?:ion)?"
)
_REPEATS = re.compile(r"(?:range|count|itertools\.(?:count|repeat))\(")
_NO = re.compile(r"pass|\.\.\.|return(?: False| None)?")
_SAYS_SO = re.compile(
    r"\bbest[- ]effort\b|\bnever (?:raises?|fails?|throws?|breaks?)\b|\bfall(?:s|ing)?[- ]?back\b"
    r"|\bfail(?:s|ing)?[- ](?:open|closed|soft|safe|silently)\b|\b(?:swallow|suppress)(?:s|ed|ing)?\b"
    r"|\b(?:on|for) any (?:error|exception|failure)\b"
    r"|\b(?:errors?|exceptions?|failures?) (?:is|are) (?:silently )?ignored\b",
    re.IGNORECASE,
)  # fmt: skip


def is_mere_attempt(file: PyFile, block: Node, answers: list[Node]) -> bool:
    """Whether the body of a `try` or `with` may fail without loss; `answers` is what the handler does."""
    if any(_answers_request(statement) for statement in answers):
        return False
    if (
        only_converts(file, block)
        or _says_so(block)
        or _is_told_behind(block)
        or _asks_whether_there(block, answers)
    ):
        return True
    return _follows_told_error(block) or _is_alternative(block)


def _answers_request(statement: Node) -> bool:
    """Whether a statement tells a client that the server failed; that the client did is an answer."""
    written = text_of(statement)
    return _ANSWER.search(written) is not None and _CLIENT_ERROR.search(written) is None


def _says_so(block: Node) -> bool:
    """Whether the function promises in its own words to go on without what is tried."""
    function = enclosing_function(block)
    if function is None or function.end_point[0] - function.start_point[0] > _SHORT:
        return False  # Of a long one it speaks of something else as well.
    first = next(iter(body_of(function)), None)
    return first is not None and is_docstring(first) and _SAYS_SO.search(text_of(first)) is not None


def _asks_whether_there(block: Node, answers: list[Node]) -> bool:
    """Whether the function asks if something runs or is there, so that an error is the answer no."""
    function = enclosing_function(block)
    name = function.child_by_field_name("name") if function is not None else None
    return (
        name is not None
        and _ASKS.fullmatch(text_of(name)) is not None
        and all(_NO.fullmatch(text_of(answer)) for answer in answers)
    )


def _follows_told_error(block: Node) -> bool:
    """Whether it stands in a handler that tells of the first error, or raises it again."""
    handler = handler_around(block)
    inside = walk(handler) if handler is not None else ()
    return any(
        (node.type == "raise_statement" or (node.type == "call" and is_log_call(node)))
        and not holds_node(block, node)
        for node in inside
    )


def _is_alternative(block: Node) -> bool:
    """Whether a loop tries one thing after the other, not the same again, and ends where one works."""
    loop = block.parent.parent if block.parent is not None else None
    if loop is None or loop.type != "for_statement" or block.type != "try_statement":
        return False
    candidates = loop.child_by_field_name("right")
    tried = body_of(block)
    ends = bool(tried) and tried[-1].type in ("return_statement", "break_statement")
    return ends and candidates is not None and _REPEATS.match(text_of(candidates)) is None


def _is_told_behind(block: Node) -> bool:
    """Whether what works leaves the place, so that the log call behind it is of the failure."""
    following = block.next_named_sibling
    if block.type != "try_statement" or following is None or not only_tells(following):
        return False
    return any(
        node.type in ("break_statement", "return_statement", "continue_statement")
        for statement in body_of(block)
        for node in (statement, *walk(statement))
    )
