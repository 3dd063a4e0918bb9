"""Bodies of answers that say that something failed, and what gives such an answer another status."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.responses import is_ok, pairs_of
from bugcatalog_ls.facts.unpacked_keys import may_give
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import (
    BLOCKS,
    ancestors,
    called_name,
    constant_value,
    enclosing,
    statements,
    string_value,
    text_of,
    unparenthesised,
    walk,
)

_FALSE_KEYS = frozenset({"success", "ok"})
_FAILED = frozenset({"error", "fail", "failed", "failure"})
_TELLING = frozenset(
    {
        "error", "errors", "message", "msg", "detail", "details", "reason", "code", "error_code", "status",
        "status_code", "success", "ok", "type", "error_type", "error_message", "description", "data",
        "result",
    }
)  # fmt: skip
TEXTS = ("error", "message", "detail", "reason", "msg", "error_message", "description")
_ANSWERS = frozenset({"valid", "is_valid", "available", "exists", "authenticated", "healthy"})
_JOBS = frozenset(
    {"id", "job_id", "task_id", "run_id", "request_id", "job", "task", "progress", "state", "name"}
)
_STATUS_SET = re.compile(
    rb"\.status_code\b[^=\n]*=(?!=)|\.status\b[^=\n]*=(?!=)[^;]{0,200}?(?:\d{3}|HTTPStatus)"
)
_FAILURE_TEXT = re.compile(
    r"\b(?:fail(?:ed|ure)?|error|could not|couldn't|unable|cannot|can't|invalid|not found|exception|wrong)\b",
    re.I,
)


def says_failure(file: PyFile, body: Node, returned: Node) -> bool:
    pairs = pairs_of(body)
    keys = {key for key, _ in pairs if key}
    if "jsonrpc" in keys or keys & _ANSWERS:
        return False
    handler = handler_of(returned)
    said: dict[str, Node] = {}
    for key, value in pairs:
        if key is not None:
            said[key] = unparenthesised(value)
        elif body.type == "dictionary" and may_give(file, value, said, is_told=_names_cause(said, handler)):
            said.clear()  # What is unpacked may say otherwise; beside the keywords of a call it cannot.
    if any(key in said and said[key].type == "false" for key in _FALSE_KEYS):
        return True
    status = string_value(said.get("status"))
    if status is not None and status.lower() in _FAILED:
        is_lnurl = status == "ERROR" and "reason" in keys
        # The state of some job or payment, asked for and truly told.
        is_report = handler is None and (bool(keys & _JOBS) or (status == "failed" and not keys <= _TELLING))
        return not is_lnurl and not is_report
    if "error" in said:
        return _is_error(said["error"], keys, handler, returned)
    texts = [string_value(value) for key, value in said.items() if key in TEXTS]
    if handler is None or not keys or not keys <= set(TEXTS):
        return False
    return any(text is not None and _FAILURE_TEXT.search(text) for text in texts)


def _names_cause(said: dict[str, Node], handler: Node | None) -> bool:
    """Whether a failure is surely one: no default that is replaced where all goes well."""
    if handler is not None:
        return True
    is_failed = any(key in said and said[key].type == "false" for key in _FALSE_KEYS) or "status" in said
    return is_failed and any(key in said and constant_value(said[key]) not in (None, "") for key in TEXTS)


def handler_of(node: Node) -> Node | None:
    for parent in ancestors(node):
        if parent.type == "except_clause":
            return parent
        if parent.type == "function_definition":
            return None
    return None


def branch_of(node: Node) -> Node | None:
    """The `if` (or `case`) of the same function that a statement or value depends on."""
    for parent in ancestors(node):
        if parent.type in ("if_statement", "case_clause", "conditional_expression"):
            return parent
        if parent.type == "function_definition":
            return None
    return None


def sets_status(statement: Node) -> bool:
    """Whether what runs before the return gives some response object another status."""
    function = enclosing(statement, "function_definition")
    before = (function.text or b"")[: statement.start_byte - function.start_byte] if function else b""
    if _STATUS_SET.search(before) is None:
        return False
    current: Node = statement
    while current.parent is not None and current.type != "function_definition":
        parent = current.parent
        if parent.type in BLOCKS:
            for sibling in statements(parent):
                if sibling.start_byte >= current.start_byte:
                    break
                if any(_gives_status(node, parent) for node in (sibling, *walk(sibling))):
                    return True
        current = parent
    return False


def _is_error(value: Node, keys: set[str], handler: Node | None, returned: Node) -> bool:
    """Whether the value of an `error` key surely names an error."""
    constant = constant_value(value)
    if constant is not ...:
        return bool(constant)
    if value.type == "string" or value.type == "concatenated_string":
        return True
    if value.type in ("dictionary", "list", "tuple", "set"):
        return value.named_child_count > 0
    if value.type in ("conditional_expression", "boolean_operator"):
        return False
    if handler is not None:
        return True
    if value.type == "call":
        name = called_name(value)
        if name in ("str", "repr", "format", "_", "gettext", "translate"):
            return True
    # A value that may be None is an error where the branch was taken for it and nothing else is said.
    return keys <= _TELLING - {"data", "result"} and branch_of(returned) is not None


def _gives_status(node: Node, running: Node) -> bool:
    """Whether a node sets a status that is still in force where the block `running` goes on."""
    if node.type != "assignment":
        return False
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    name = left.child_by_field_name("attribute") if left is not None and left.type == "attribute" else None
    if name is None or right is None or text_of(name) not in ("status_code", "status"):
        return False
    if is_ok(right):
        return False
    if text_of(name) == "status" and not re.search(r"\d{3}|HTTPStatus", text_of(right)):
        return False  # Some object of the application.
    block = enclosing(node, *BLOCKS)
    if block is None or block.id == running.id:
        return True
    last = statements(block)[-1]
    # A branch that ends by itself leaves nothing to the code behind it.
    return last.type not in ("return_statement", "raise_statement")
