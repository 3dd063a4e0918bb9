"""What may raise in a handler of last resort: I/O, state that nobody set, the exception taken for another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from tree_sitter import Node

from bugcatalog_ls.facts.http_clients import CLIENTS
from bugcatalog_ls.facts.log_names import is_log_owner
from bugcatalog_ls.syntax.file import Definition, PyFile
from bugcatalog_ls.syntax.guards import conditions_at
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    body_of,
    called_name,
    callee_of,
    enclosing,
    text_of,
    unparenthesised,
    walk,
)

Risk = Literal["state", "io", "error"]
"""An attribute of the request's state; I/O; an attribute or form that not every exception has."""

_PLAIN = frozenset(
    {"args", "with_traceback", "add_note", "__class__", "__traceback__", "__cause__", "__context__"}
)
_VERBS = re.compile(
    r"(?:^|[._])(?:save|store|persist|send|notify|alert|write|insert|record|create|report|publish|push)_\w+$"
    r"|(?:^|\.)(?:commit|execute|flush|insert_one|urlopen|open|write|publish|rollback)$"
)
_CLIENTS = ("requests.", "httpx.", "urllib.request.", "smtplib.", "aiohttp.Client", "redis.")
_QUIET = re.compile(
    r"(?:^|\.)(?:capture_exception|capture_message|getLogger|exception|error|warning|info|debug)$"
)
_METERS = re.compile(r"metric|telemetry|statsd|prometheus|counter|histogram|gauge|\bstats\b", re.IGNORECASE)
# What only makes an answer.
_ANSWERS = re.compile(r"(?:response|json|error|body|payload|html|page|template|file|from_directory)$")


def risks(
    file: PyFile, body: list[Node], error: str | None, definition: Definition
) -> Iterator[tuple[Node, Risk]]:
    """The expressions of a handler's body that can raise outside of a `try`."""
    is_any = _takes_any(definition)
    for statement in body:
        for node in (statement, *walk(statement)):
            if node.type not in ("attribute", "call") or _is_tried(node, definition.node):
                continue
            if node.type == "attribute" and _reads_state(file, node):
                yield node, "state"
            elif node.type == "attribute" and is_any and _reads_error(node, error):
                yield node, "error"
            elif node.type == "call" and does_io(file, node):
                yield node, "io"
            elif node.type == "call" and (given := _encodes_error(node, error)) is not None:
                yield given, "error"


def _takes_any(definition: Definition) -> bool:
    """Whether the exception may be any: Flask gives an InternalServerError to handlers of 500."""
    return not any(
        "errorhandler" in text_of(d) and ("500" in text_of(d) or "InternalServerError" in text_of(d))
        for d in definition.decorators
    )


def _reads_state(file: PyFile, node: Node) -> bool:
    owner, name = node.named_children[0], node.named_children[-1]
    written = text_of(owner)
    is_state = written.endswith("request.state") or (
        written == "g" and file.symbol(owner) in ("flask.g", "quart.g")
    )
    if not is_state or _is_written_to(node):
        return False
    if node.parent is not None and node.parent.type == "call" and node.parent.children[0].id == node.id:
        return False
    if any(text_of(name) in text_of(condition.node) for condition in conditions_at(node)):
        return False
    return not _was_set(node)


def _was_set(node: Node) -> bool:
    """Whether the function itself sets the attribute first, outside of anything that it may skip."""
    function = enclosing(node, "function_definition")
    for statement in body_of(function) if function is not None else ():
        if statement.start_byte >= node.start_byte or statement.type != "expression_statement":
            continue
        assigned = statement.named_children[0]
        left = assigned.child_by_field_name("left") if assigned.type == "assignment" else None
        if left is not None and text_of(left) == text_of(node):
            return True
    return False


def _reads_error(node: Node, error: str | None) -> bool:
    """An attribute that not every exception has."""
    owner, name = node.named_children[0], node.named_children[-1]
    if owner.type != "identifier" or text_of(owner) != error or text_of(name) in _PLAIN:
        return False
    return not any(
        "isinstance" in text_of(c.node) or "hasattr" in text_of(c.node) for c in conditions_at(node)
    )


def _encodes_error(call: Node, error: str | None) -> Node | None:
    """The exception itself as a value of JSON."""
    name = called_name(call)
    if error is None or name not in ("JSONResponse", "dumps", "jsonify", "ORJSONResponse"):
        return None
    for node in walk(call):
        parent = node.parent
        if node.type == "identifier" and text_of(node) == error and parent is not None:
            # What an exception was made of is anything, too.
            if (
                parent.type == "attribute"
                and text_of(parent) == f"{error}.args"
                and parent.parent is not None
            ):
                node, parent = parent, parent.parent
            is_value = parent.child_by_field_name("value") == node
            if is_value and (
                parent.type == "pair" or (parent.type == "keyword_argument" and name == "jsonify")
            ):
                return node
    return None


def does_io(file: PyFile, call: Node) -> bool:
    """Whether a call waits for what stands outside of the process, as far as its name says."""
    function = callee_of(call)
    written = text_of(function) if function is not None else ""
    owner = written.rpartition(".")[0]
    if _QUIET.search(written) or is_log_owner(owner) or _METERS.search(owner):
        return False
    if call.parent is not None and call.parent.type == "await":
        if "." not in written and written.endswith("response"):
            return False
        return "call_next" not in written and not written.endswith(("http_exception_handler", "sleep"))
    symbol = file.symbol(function) or ""
    if symbol in CLIENTS:
        return False  # Making a client asks nobody; what is asked of it is found by itself.
    if symbol.startswith(_CLIENTS):
        return True
    if _ANSWERS.search(written) and not written.startswith(("save_", "store_", "log_", "record_")):
        return False
    return bool(_VERBS.search(written)) and not symbol.startswith(("builtins.str", "sys."))


def _is_tried(node: Node, function: Node) -> bool:
    child = node
    for parent in ancestors(node):
        if parent.id == function.id:
            return False
        if parent.type == "try_statement":
            body = parent.child_by_field_name("body")
            is_caught = any(part.type == "except_clause" for part in parent.children)
            if body is not None and body.id == child.id and is_caught and "call_next(" not in text_of(body):
                return True
        if parent.type == "with_statement" and "suppress(" in text_of(parent).split("\n")[0]:
            return True
        child = parent
    return False


def _is_written_to(node: Node) -> bool:
    parent = node.parent
    left = parent.child_by_field_name("left") if parent is not None and parent.type == "assignment" else None
    return left is not None and unparenthesised(left).id == node.id
