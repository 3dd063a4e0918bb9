"""Edits that give an answer a status: beside its body, or as an argument of its response."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.finding import Fix
from bugcatalog_ls.facts.responses import Answer
from bugcatalog_ls.syntax.edits import add_keyword, insert_at, replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import text_of, unparenthesised
from bugcatalog_ls.syntax.wrapping import fitted
from bugcatalog_ls.text.spans import TextEdit

_NAMES = {400: "BAD_REQUEST", 404: "NOT_FOUND", 500: "INTERNAL_SERVER_ERROR"}


def status_beside_body(value: Node, answer: Answer, status: int) -> list[TextEdit]:
    """The status beside a body, as Flask and Quart read it of a tuple."""
    if answer.call is not None and answer.status is not None and stands_in(answer.status, value):
        return replace_node(answer.status, _like(answer.status, status))
    items = unparenthesised(value)
    if items.type in ("tuple", "expression_list"):
        if answer.tuple_status is not None:
            return replace_node(answer.tuple_status, _like(answer.tuple_status, status))
        return [insert_at(items.named_children[0].end_byte, f", {status}")]
    if value.parent is not None and value.parent.type == "conditional_expression":
        return [insert_at(value.start_byte, "("), insert_at(value.end_byte, f", {status})")]
    return [insert_at(value.end_byte, f", {status}")]


def status_of_response(file: PyFile, answer: Answer, status: int) -> list[TextEdit]:
    """The status as an argument of the response's constructor."""
    assert answer.call is not None
    assert answer.shape is not None
    if answer.status is not None:
        return replace_node(answer.status, _like(answer.status, status))
    written = str(status)
    bindings = file.scopes.module.bindings.get("status", ())
    if any(binding.target in ("rest_framework.status", "fastapi.status") for binding in bindings):
        written = f"status.HTTP_{status}_{_NAMES[status]}" if status in _NAMES else written
    return add_keyword(file, answer.call, answer.shape.status, written)


def stands_in(body: Node, value: Node) -> bool:
    """Whether a body is written where it is returned, and not held by a name."""
    return value.start_byte <= body.start_byte and body.end_byte <= value.end_byte


def fitted_fix(ctx: FixContext, title: str, edits: list[TextEdit]) -> Fix:
    """A fix whose lines are wrapped as the project wraps them."""
    return ctx.fix(title, "suggested", fitted(ctx.file, edits, ctx.read("pyproject.toml")))


def _like(old: Node, status: int) -> str:
    """A status in the way that another is written: a number, or a name of the same collection."""
    written = text_of(old)
    owner, dot, name = written.removesuffix(".value").rpartition(".")
    tail = ".value" if written.endswith(".value") else ""
    if dot and name == "HTTP_200_OK":
        return f"{owner}.HTTP_{status}_{_NAMES[status]}{tail}"
    if dot and name == "OK":
        return f"{owner}.{_NAMES[status]}{tail}"
    return str(status)
