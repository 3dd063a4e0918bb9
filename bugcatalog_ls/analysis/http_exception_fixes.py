"""Fixes of FastAPI's answers: an HTTPException that is raised, a JSONResponse with a status."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.finding import Fix
from bugcatalog_ls.analysis.status_edits import fitted_fix, stands_in
from bugcatalog_ls.facts.failure_bodies import TEXTS, handler_of
from bugcatalog_ls.facts.responses import Answer, pairs_of
from bugcatalog_ls.syntax.edits import insert_at, replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import ancestors, constant_value, text_of, unparenthesised
from bugcatalog_ls.text.spans import Span, TextEdit


def fastapi_fixes(
    ctx: FixContext, statement: Node, value: Node, answer: Answer, status: int
) -> Iterator[Fix]:
    """An HTTPException where one gets through to the client, and a JSONResponse with the same body."""
    if answer.tuple_status is not None:
        number = constant_value(answer.tuple_status)
        status = number if isinstance(number, int) and number != 200 else status
    made = text_of(answer.body) if stands_in(answer.body, value) else text_of(_first_item(value))
    # A comment among the pairs is kept with them.
    is_plain = not any(child.type == "comment" for child in answer.body.children)
    if is_plain and not _is_caught(statement) and _is_whole(statement, value):
        handler = handler_of(statement)
        edits, cause = _cause(ctx.file, handler) if handler is not None else ([], "")
        source = "fastapi"
        if _imports_from(ctx.file, "starlette.exceptions", "HTTPException"):
            source = "starlette.exceptions"
        name = ctx.imports().need(source, "HTTPException", at=statement.start_byte)
        detail = _detail(answer.body) if stands_in(answer.body, value) else made
        raised = f"raise {name}(status_code={status}, detail={detail}){cause}"
        edits.append(TextEdit(Span(statement.start_byte, statement.end_byte), raised))
        yield fitted_fix(ctx, f"Raise HTTPException with status {status}", edits)
    module = "fastapi.responses"
    if _imports_from(ctx.file, "starlette.responses", "JSONResponse"):
        module = "starlette.responses"
    name = ctx.imports().need(module, "JSONResponse", at=statement.start_byte)
    response = f"{name}(status_code={status}, content={made})"
    yield fitted_fix(ctx, f"Answer with JSONResponse and status {status}", replace_node(value, response))


def _is_whole(statement: Node, value: Node) -> bool:
    """Whether a value is all that a statement returns, and no side of an alternative."""
    return (
        bool(statement.named_children)
        and statement.named_children[0].end_byte == value.end_byte
        and (statement.named_children[0].start_byte == value.start_byte)
    )


def _first_item(value: Node) -> Node:
    value = unparenthesised(value)
    return value.named_children[0] if value.type in ("tuple", "expression_list") else value


def _imports_from(file: PyFile, module: str, name: str) -> bool:
    bindings = file.scopes.module.bindings.get(name, ())
    return any(binding.target == f"{module}.{name}" for binding in bindings)


def _detail(body: Node) -> str:
    """What the answer says in words; the whole body where it says more than that."""
    pairs = [(key, value) for key, value in pairs_of(body) if key]
    said = dict(pairs)
    marks = {"success", "ok", "status"}
    for key in TEXTS:
        value = said.get(key)
        if value is not None and value.type not in ("true", "false", "none", "dictionary"):
            rest = {other for other in said if other not in marks and other != key}
            if rest == {"error"} and said["error"].type == "true":
                rest = set()
            if not rest and len(pairs) == len(pairs_of(body)):
                return text_of(value)
    return text_of(body)


def _cause(file: PyFile, handler: Node) -> tuple[list[TextEdit], str]:
    """`from exc`, and the edit that names the exception where the handler does not."""
    caught = [child for child in handler.named_children if child.type not in ("block", "comment")]
    if not caught:
        return [], ""
    if caught[0].type == "as_pattern":
        alias = caught[0].child_by_field_name("alias")
        return [], f" from {text_of(alias)}" if alias is not None else ""
    name = "exc"
    while file.scopes.lookup(name, handler.start_byte) is not None:
        name += "_"
    return [insert_at(caught[0].end_byte, f" as {name}")], f" from {name}"


def _is_caught(statement: Node) -> bool:
    """Whether an HTTPException raised there would end in a handler of the same function."""
    inner = statement
    for parent in ancestors(statement):
        if parent.type == "function_definition":
            return False
        body = parent.child_by_field_name("body") if parent.type == "try_statement" else None
        if body is not None and body.id == inner.id:
            for handler in parent.children:
                if handler.type != "except_clause":
                    continue
                written = text_of(handler).split(":")[0]
                if not written[6:].strip() or re.search(r"\b(Base)?Exception\b|HTTPException", written):
                    return True
        inner = parent
    return False
