"""Edits that keep an error in one round from ending its loop: what to guard, and how to go on after it."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.imports import Imports
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    body_of,
    callee_of,
    enclosing,
    is_async,
    text_of,
    walk,
)
from bugcatalog_ls.syntax.statement_edits import remove_statements, wrap
from bugcatalog_ls.text.spans import TextEdit

_QUEUE = re.compile(r"(?:^|[._])(?:queue|q|jobs|inbox|mailbox)$|queue", re.IGNORECASE)


def guarded_round(file: PyFile, imports: Imports, loop: Node, told: str) -> list[TextEdit]:
    """Put a round of a loop into a `try` that logs by the statement `told`; none where a round is empty.

    A sleep and the taking of an item stay outside. An item is told done whatever happens to it, and a
    loop that nothing else slows down waits before its next round.
    """
    body = body_of(loop)
    n_statements = len(body)
    while body and _is_sleep(body[-1]):
        body.pop()
    while body and _is_sleep(body[0]):
        body.pop(0)
    sleeps = len(body) < n_statements
    queue = _taken_from(body[0]) if len(body) > 1 else None
    if queue is not None:
        body.pop(0)
    if not body:
        return []
    footer = f"except Exception:\n    {told}"
    if queue is None and not sleeps:
        footer += f"\n    {_pause(file, imports, loop)}"
    done = [node for each in body for node in (each, *walk(each)) if _is_call(node, f"{queue}.task_done")]
    kept = [statement for statement in body if not any(statement.id == each.id for each in done)]
    if queue is None or not done or not kept:
        return wrap(file, body[0], body[-1], "try:", footer)
    footer += f"\nfinally:\n    {text_of(done[0])}"
    gone = remove_statements(file, done)
    edits = wrap(file, kept[0], kept[-1], "try:", footer)
    return [edit for edit in edits if not _indents_any(edit, gone)] + gone


def _is_call(statement: Node, name: str) -> bool:
    value = statement.named_children[0] if statement.type == "expression_statement" else None
    return value is not None and value.type == "call" and text_of(callee_of(value) or value) == name


def _indents_any(edit: TextEdit, gone: list[TextEdit]) -> bool:
    """Whether an edit would indent a row that goes."""
    starts = [other.span for other in gone if not other.content]
    is_indent = edit.span.start == edit.span.end and not edit.content.strip("\t ")
    return is_indent and any(span.start <= edit.span.start < span.end for span in starts)


def _is_sleep(statement: Node) -> bool:
    calls = [node for node in walk(statement) if node.type == "call"]
    return bool(calls) and text_of(callee_of(calls[0]) or calls[0]).endswith(("sleep", ".wait"))


def _taken_from(statement: Node) -> str | None:
    """The queue that a statement waits at for the next item: `item = await queue.get()`."""
    value = statement.named_children[0] if statement.type == "expression_statement" else None
    value = value.child_by_field_name("right") if value is not None and value.type == "assignment" else None
    if value is not None and value.type == "await":
        value = value.named_children[0]
    function = callee_of(value) if value is not None and value.type == "call" else None
    if value is None or function is None or not text_of(function).endswith(".get"):
        return None
    arguments = arguments_of(value)
    owner = text_of(function).removesuffix(".get")
    return owner if not arguments.positional and not arguments.keywords and _QUEUE.search(owner) else None


def _pause(file: PyFile, imports: Imports, loop: Node) -> str:
    """A second's sleep, in the words of what runs the loop."""
    function = enclosing(loop, "function_definition")
    if function is None or not is_async(function):
        return f"{imports.need('time', at=loop.start_byte)}.sleep(1)"
    other = re.search(r"^import (trio|anyio)\b", file.source.text, re.MULTILINE)
    return f"await {imports.need(other[1] if other else 'asyncio', at=loop.start_byte)}.sleep(1)"
