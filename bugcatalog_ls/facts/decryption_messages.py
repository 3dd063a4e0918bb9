"""What handlers say of a decryption that failed, and whether it tells the record."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.decryptions import Decryption, refusing_error
from bugcatalog_ls.facts.message_edits import is_log_call
from bugcatalog_ls.facts.record_names import identifier_in_scope, names_record, root_of
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.handlers import caught_name, raises
from bugcatalog_ls.syntax.nodes import arguments_of, called_name, callee_of, enclosing, text_of, walk

_CONTEXT = re.compile(r"\b(?:contextualize|bound_contextvars|bind_contextvars|log_context)\(")
_BINDS = re.compile(r"\.bind\(|LoggerAdapter\(")


def untold_record(file: PyFile, handler: Node, tried: Decryption | None) -> tuple[Node, str] | None:
    """Where a handler tells of the failure without naming the record, and the message on it."""
    caught = caught_name(handler)
    said = list(_said(handler))
    if not said or any(names_record(call, caught) or _is_bound(file, call) for call in said):
        return None
    value = tried.value if tried is not None else None
    if value is not None and (
        _is_of_module(file, value) or (_is_sent(value) and tried is not None and tried.is_signed)
    ):
        return None  # No record: the one secret of a program, or what a client sent.
    is_known = identifier_in_scope(file, handler, value) is not None
    is_raised = raises(handler)
    is_record = is_known or (_is_stored(value) and root_of(value) not in (None, "self"))
    if not is_record and refusing_error(file, handler) is None:
        return None  # With nothing to name it by, and whatever else may have failed.
    refuses_client = any(_refuses_client(call) for call in said)
    if refuses_client or (not is_known and (is_raised or (tried is not None and tried.is_signed))):
        return None
    if tried is not None and tried.is_signed and not is_known and not _is_stored(tried.value):
        return None
    told = (
        "the log of this failure does not say"
        if is_log_call(said[0])
        else "the error raised here does not say"
    )
    return said[0], f"{told} which record cannot be decrypted"


def _said(handler: Node) -> Iterator[Node]:
    """The log calls of a handler and the errors that it makes."""
    for node in walk(handler):
        if node.type == "call" and is_log_call(node):
            yield node
        elif node.type == "raise_statement" and node.named_children:
            raised = node.named_children[0]
            if raised.type == "call" and not text_of(raised).endswith(".with_traceback"):
                yield raised


def _is_bound(file: PyFile, call: Node) -> bool:
    """Whether the logger of a log call, or the logs around it, were given the record before:
    `log.bind(row=row.id)`, `with logger.contextualize(row=row.id):`."""
    function = enclosing(call, "function_definition")
    if function is not None and _CONTEXT.search(text_of(function)):
        return True
    function = callee_of(call)
    owner = function.child_by_field_name("object") if function is not None else None
    bindings = file.names.bindings(owner) if owner is not None and owner.type == "identifier" else []
    makers = [binding.value for binding in bindings] or [owner]
    return any(maker is not None and _BINDS.search(text_of(maker)) for maker in makers)


def _refuses_client(call: Node) -> bool:
    """Whether it is an answer to a client that sent the value."""
    name = called_name(call)
    if name == "HTTPException" and _is_own_failure(arguments_of(call).get("status_code", 0)):
        return False
    return name.startswith("HTTP") or name in (
        "abort",
        "Unauthorized",
        "AuthenticationFailed",
        "PermissionDenied",
        "Forbidden",
    )


def _is_own_failure(status: Node | None) -> bool:
    """Whether a status says that the server, not the client, is at fault."""
    written = text_of(status) if status is not None else ""
    return bool(re.fullmatch(r"5\d\d|.*(?:HTTP_5\d\d_\w+|INTERNAL_SERVER_ERROR(?:\.value)?)", written))


def _is_stored(value: Node | None) -> bool:
    """Whether a value is read from a record, not handed over as it came."""
    return _read(value) is not None and not _is_sent(value)


def _is_sent(value: Node | None) -> bool:
    """Whether a value is read from a request."""
    read = _read(value)
    words = ("request", "cookie", "header", "query")
    return read is not None and any(word in text_of(read).lower() for word in words)


def _read(value: Node | None) -> Node | None:
    nodes = (value, *walk(value)) if value is not None else ()
    return next((node for node in nodes if node.type in ("attribute", "subscript")), None)


def _is_of_module(file: PyFile, value: Node) -> bool:
    """Whether a value is read from what is imported: `os.environ["TOKEN"]`, `settings.sealed`."""
    nodes = (value, *walk(value))
    first = next(
        (node for node in nodes if node.type == "identifier" and text_of(node) == root_of(value)), None
    )
    bindings = file.names.bindings(first) if first is not None else []
    return bool(bindings) and all(binding.kind in ("import", "from") for binding in bindings)
