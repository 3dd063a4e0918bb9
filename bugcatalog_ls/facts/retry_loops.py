"""Loops that try again what has failed, written out with `try` and `except`."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Facts
from bugcatalog_ls.facts.repeat_recognition import recognises_repeats
from bugcatalog_ls.facts.retried_adds import retries_conflicts_only, retries_unsent_only
from bugcatalog_ls.facts.retried_calls import ADDS, retried_calls
from bugcatalog_ls.facts.retries import Retry, RetryDecorator
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guards import always_leaves
from bugcatalog_ls.syntax.nodes import callee_of, text_of, unparenthesised, walk
from bugcatalog_ls.text.spans import Span

_COUNTS = re.compile(r"attempt|retr|tries", re.IGNORECASE)
_COMPARED = re.compile(r"(\w+)\s*(?:<|<=|>|>=)\s*(?:\d+|[\w.]+)")
# What a database gave up itself has left nothing behind.
_ROLLED_BACK = re.compile(r"deadlock|lock|conflict|serializ|stale|transaction|atomic", re.IGNORECASE)
# A loop that asks until a result is there repeats a question, even where that is sent with POST.
_ASKS_FOR_RESULT = re.compile(rb"\b_?poll(?:ing|ed|s)?\b|\bpoll_|_poll\b", re.IGNORECASE)


def collect_loops(file: PyFile, facts: Facts) -> None:
    """Loops that count attempts, and go on where one has failed."""
    for loop in file.nodes("for_statement", "while_statement"):
        body = loop.child_by_field_name("body")
        if body is None or b"except" not in file.source.data[body.start_byte : body.end_byte]:
            continue
        if not _is_counted(loop) or _ASKS_FOR_RESULT.search(loop.text or b"") is not None:
            continue
        attempt = next((node for node in walk(body) if node.type == "try_statement"), None)
        if attempt is None or not _is_attempt(attempt, body):
            continue
        # What stands outside of the `try` is not caught, and so not tried again.
        tried = attempt.child_by_field_name("body")
        decorator = _decorator(file, loop, tried) if tried is not None else ""
        if decorator and not retries_conflicts_only(attempt) and not retries_unsent_only(attempt):
            facts.add(RetryDecorator(decorator))
        calls = retried_calls(file, tried if tried is not None else body)
        if retries_conflicts_only(attempt):
            calls = tuple(call for call in calls if call.name not in ADDS and not call.writes)
        if not calls or retries_unsent_only(attempt):
            continue
        head = loop.child_by_field_name("right") or loop.child_by_field_name("condition") or loop
        span = Span(loop.start_byte, head.end_byte)
        anchor = facts.anchor(f"retry {file.qualname_at(loop.start_byte)} loop", span)
        function = file.scopes.at(loop.start_byte).node
        text = (function.text if function.type == "function_definition" else loop.text) or b""
        facts.add(
            Retry(
                file.path,
                anchor,
                "loop",
                recognised=recognises_repeats(text, looks_first=False)
                or recognises_repeats(body.text or b""),
                calls=calls,
            )
        )


def _decorator(file: PyFile, loop: Node, tried: Node) -> str:
    """The decorator whose inner function is a loop around the function that it is given."""
    outer = file.scopes.at(loop.start_byte).parent
    if outer is None or outer.kind != "function":
        return ""
    called = {
        text_of(callee)
        for node in walk(tried)
        if node.type == "call" and (callee := callee_of(node)) is not None and callee.type == "identifier"
    }
    is_given = False
    qualname = ""
    while outer is not None and outer.kind == "function":
        is_given = is_given or any(
            binding.kind == "parameter" for name in called for binding in outer.bindings.get(name, ())
        )
        qualname, outer = outer.qualname, outer.parent
    if not is_given or _ROLLED_BACK.search(qualname) is not None:
        return ""
    return f"{file.module}.{qualname}" if file.module else qualname


def _is_counted(loop: Node) -> bool:
    """Whether a loop counts attempts: over a range with a name that nothing else needs, or until a number."""
    if loop.type == "while_statement":
        condition = loop.child_by_field_name("condition")
        return condition is not None and (
            _COUNTS.search(text_of(condition)) is not None
            or _counts_failures(loop, condition)
            or (text_of(unparenthesised(condition)) in ("True", "1") and _gives_up(loop))
        )
    left, right = loop.child_by_field_name("left"), loop.child_by_field_name("right")
    if left is None or right is None or right.type != "call" or text_of(callee_of(right) or right) != "range":
        return False
    name = text_of(left)
    return (
        name == "_"
        or _COUNTS.search(name) is not None
        or _COUNTS.search(text_of(right)) is not None
        or name in ("i", "n", "k")
    )


def _counts_failures(loop: Node, condition: Node) -> bool:
    """Whether a `while` compares a number that a handler inside of it raises: `while n < 5`."""
    compared = _COMPARED.fullmatch(text_of(unparenthesised(condition)))
    if compared is None:
        return False
    raised = re.compile(rf"\b{re.escape(compared[1])}\s*(?:\+=|-=|=\s*{re.escape(compared[1])}\b)")
    return any(
        node.type == "except_clause" and raised.search(text_of(node)) is not None for node in walk(loop)
    )


def _gives_up(loop: Node) -> bool:
    """Whether an endless loop ends where it succeeds, and by the number of failures that a handler counts."""
    attempt = next((node for node in walk(loop) if node.type == "try_statement"), None)
    if attempt is None or not _ends_once_done(attempt):
        return False
    for handler in (node for node in walk(loop) if node.type == "except_clause"):
        for branch in (node for node in walk(handler) if node.type == "if_statement"):
            condition = branch.child_by_field_name("condition")
            compared = (
                _COMPARED.fullmatch(text_of(unparenthesised(condition))) if condition is not None else None
            )
            if compared is None or re.search(rf"\b{compared[1]}\s*[+-]=", text_of(handler)) is None:
                continue
            if any(
                node.type in ("raise_statement", "break_statement", "return_statement")
                for node in walk(branch)
            ):
                return True
    return False


def _ends_once_done(attempt: Node) -> bool:
    """Whether what is tried, or what comes right after it, always leaves the loop."""
    parts = [attempt.child_by_field_name("body")]
    parts += [
        child for clause in attempt.children if clause.type == "else_clause" for child in clause.children
    ]
    if any(part is not None and part.type == "block" and always_leaves(part) for part in parts):
        return True
    following = attempt.next_named_sibling
    return following is not None and following.type in ("return_statement", "break_statement")


def _is_attempt(attempt: Node, body: Node) -> bool:
    """Whether a `try` ends the loop where it succeeds, and lets it go on where it fails."""
    handlers = [child for child in attempt.children if child.type == "except_clause"]
    if not handlers or all(_ends(handler) for handler in handlers):
        return False
    rest = [attempt.child_by_field_name("body"), *(c for c in attempt.children if c.type == "else_clause")]
    inside = [node for part in rest if part is not None for node in walk(part)]
    after = [child for child in body.named_children if child.start_byte > attempt.end_byte]
    return any(node.type in ("return_statement", "break_statement") for node in [*inside, *after])


def _ends(handler: Node) -> bool:
    block = next((child for child in handler.children if child.type == "block"), None)
    if block is None or not always_leaves(block):
        return False
    return not any(node.type == "continue_statement" for node in walk(block))
