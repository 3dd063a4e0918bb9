"""Edits of what a handler says: the record in its message, the cause behind its error."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from bugcatalog_ls.facts.log_names import is_log_owner
from bugcatalog_ls.facts.logger_edits import keyword_for
from bugcatalog_ls.facts.loggers import LEVELS
from bugcatalog_ls.syntax.edits import add_keyword, insert_at
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.handlers import caught_name, caught_types, header_of
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, text_of
from bugcatalog_ls.text.spans import TextEdit

_MESSAGES = ("detail", "message", "msg", "description", "reason")


def name_record(file: PyFile, resolve: Callable[[str], str], call: Node, record: str) -> list[TextEdit]:
    """The record at the end of the message: as an argument of a log call, else inside of the text."""
    arguments = arguments_of(call)
    message = _message_of(call)
    if message is None:
        return []
    written = text_of(message)
    quote = written[-3:] if written.endswith(('"""', "'''")) else written[-1:]
    end = message.end_byte - len(quote)
    told = record.replace('"', "").replace("'", "")
    is_formatted = "f" in written[: written.index(quote[0])].lower()
    log = is_log_call(call) and text_of(callee_of(call) or call) != "print"
    if log and not is_formatted:
        owner = (callee_of(call) or call).named_children[0]
        library = resolve(file.symbol(owner) or "").partition(".")[0]
        if library == "structlog":
            return add_keyword(file, call, keyword_for(record), record)
        marker = "{}" if library == "loguru" else "%s"
        last = arguments.positional[-1]
        return [
            insert_at(end, f": {told}={marker}"),
            insert_at(last.end_byte, f", {record}"),
        ]
    if quote[0] in record:
        return []
    if is_formatted:
        return [insert_at(end, f": {told}={{{record}}}")]
    if "{" in written or "}" in written:
        return []
    return [insert_at(message.start_byte, "f"), insert_at(end, f": {told}={{{record}}}")]


def _message_of(call: Node) -> Node | None:
    """The text that a log call or an exception tells: the first argument of a log call, the first text or
    the `detail` of an exception."""
    arguments = arguments_of(call)
    given = arguments.positional[:1] if is_log_call(call) else arguments.positional
    named = [] if is_log_call(call) else [arguments.keywords.get(name) for name in _MESSAGES]
    texts = (value for value in (*given, *named) if value is not None and value.type == "string")
    return next(texts, None)


def chain_cause(file: PyFile, handler: Node, raised: Node) -> list[TextEdit]:
    """`from exc` behind what a handler raises, with a name for the exception where it has none."""
    name = caught_name(handler)
    edits: list[TextEdit] = []
    if name is None:
        kinds = caught_types(handler)
        if not kinds:
            return []
        free = (n for n in ("exc", "error", "cause") if file.scopes.lookup(n, handler.start_byte) is None)
        name = next(free, "exception_")
        edits.append(insert_at(header_of(handler).end, f" as {name}"))
    return [*edits, insert_at(raised.end_byte, f" from {name}")]


def is_log_call(call: Node) -> bool:
    """Whether a call logs or prints."""
    owner, _, name = text_of(callee_of(call) or call).rpartition(".")
    if name == "print" and not owner:
        return True
    return (name in LEVELS or name.removeprefix("a") in LEVELS) and is_log_owner(owner)
