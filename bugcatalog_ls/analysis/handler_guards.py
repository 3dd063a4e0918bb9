"""Edits that let a handler of last resort answer though a part of it fails."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.file_loggers import file_logger
from bugcatalog_ls.facts.handler_risks import does_io
from bugcatalog_ls.facts.responses import read_answer
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import ancestors, body_of, callee_of, enclosing, is_async, text_of, walk
from bugcatalog_ls.syntax.statement_edits import wrap
from bugcatalog_ls.syntax.statement_readers import with_readers
from bugcatalog_ls.text.spans import TextEdit

_PLAIN = frozenset({"string", "integer", "none", "true", "false"})
_PAGE = re.compile(r"(?:HTML|PlainText|Template)Response\(")
_INTERNAL = '{"error": "internal"}'


def guard_handler(context: FixContext, framework: str) -> list[TextEdit]:
    """A `try` around what may fail: with the handler's own answer behind it where that needs nothing of
    it, else around the answer as well, which a plain 500 then stands in for."""
    file = context.file
    node = file.root.named_descendant_for_byte_range(context.span.start, context.span.end)
    if node is None:
        return []
    block = next((p for p in ancestors(node) if p.type in ("except_clause", "function_definition")), None)
    body = body_of(block) if block is not None else []
    first = next((s for s in body if s.start_byte <= node.start_byte < s.end_byte), None)
    function = enclosing(node, "function_definition")
    name = function.child_by_field_name("name") if function is not None else None
    if first is None or name is None or function is None:
        return []
    while (before := _same_before(body, first)) is not None:
        first = before
    asking = [s for s in body if s.start_byte >= first.start_byte and _asks(file, s)]
    guarded = [s for s in body if first.start_byte <= s.start_byte <= (asking or [first])[-1].start_byte]
    needed = [with_readers(statement, statement) for statement in guarded]
    end = max((part[-1].end_byte for part in needed if part), default=0)
    logger = file_logger(context)
    told = f'except Exception:\n    {logger.name}.exception("{text_of(name)} failed")'
    if all(needed) and end < body[-1].end_byte and body[-1].type == "return_statement":
        last = next(s for s in reversed(body) if s.end_byte <= end)
        return wrap(file, first, last, "try:", told)
    answer = _fallback(context, framework, body[-1], function)
    return wrap(file, first, body[-1], "try:", f"{told}\n    return {answer}")


def flask_or_quart(file: PyFile, function: Node) -> str:
    """The library that a handler takes its names from: Quart has those of Flask."""
    data = file.source.data
    if re.search(rb"^\s*(?:from|import) quart(?:_|\b)", data, re.MULTILINE):
        return "quart"
    is_flasks = not is_async(function) or re.search(rb"^\s*(?:from|import) flask", data, re.MULTILINE)
    return "flask" if is_flasks else "quart"


def _same_before(body: list[Node], statement: Node) -> Node | None:
    """The statement before one that calls the same object: `session.add(…)` before `session.commit()`."""
    before = next((s for s in reversed(body) if s.end_byte <= statement.start_byte), None)
    owner = _owner_of(statement)
    return before if before is not None and owner and _owner_of(before) == owner else None


def _owner_of(statement: Node) -> str:
    value = statement.named_children[0] if statement.type == "expression_statement" else None
    if value is not None and value.type == "await":
        value = value.named_children[0]
    callee = callee_of(value) if value is not None and value.type == "call" else None
    return text_of(callee).rpartition(".")[0] if callee is not None else ""


def _asks(file: PyFile, statement: Node) -> bool:
    nodes = (statement, *walk(statement))
    return any(node.type == "call" and does_io(file, node) for node in nodes)


def _fallback(context: FixContext, framework: str, last: Node, function: Node) -> str:
    """The plain 500 in the form of the handler's own answer, as far as that is written out."""
    file, at = context.file, context.span.start
    value = last.named_children[0] if last.type == "return_statement" and last.named_children else None
    answered = text_of(value) if value is not None else ""
    body = _written_out(file, value) if value is not None else None
    if framework in ("fastapi", "starlette"):
        module = "fastapi.responses" if b"fastapi" in file.source.data else "starlette.responses"
        if _PAGE.search(answered):
            plain = context.imports().need(module, "PlainTextResponse", at=at)
            return f'{plain}("Internal Server Error", status_code=500)'
        response = context.imports().need(module, "JSONResponse", at=at)
        return f"{response}(status_code=500, content={body or _INTERNAL})"
    if "render_template" in answered:
        return '"Internal Server Error", 500'
    if answered.startswith("{") or (body is not None and "jsonify" not in answered):
        return f"{body or _INTERNAL}, 500"
    jsonify = context.imports().need(flask_or_quart(file, function), "jsonify", at=at)
    return f"{jsonify}({body or _INTERNAL}), 500"


def _written_out(file: PyFile, value: Node) -> str | None:
    """The body of an answer without what its handler computes for it."""
    answer = read_answer(file, value)
    if answer is None or answer.body.type != "dictionary":
        return None
    kept = [
        text_of(pair)
        for pair in answer.body.named_children
        if (given := pair.child_by_field_name("value")) is not None and given.type in _PLAIN
    ]
    is_plain = not any("{" in text for text in kept)  # No parts of f-strings.
    return "{" + ", ".join(kept) + "}" if kept and is_plain else None
