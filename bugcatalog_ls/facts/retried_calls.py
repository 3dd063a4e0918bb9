"""The calls inside of what is retried that may write when they run again."""

from __future__ import annotations

import re

import msgspec
from tree_sitter import Node

from bugcatalog_ls.facts.function_effects import writes_in_statement
from bugcatalog_ls.facts.retried_adds import adds_known_row
from bugcatalog_ls.facts.row_creations import CREATES, SAVES, created_model
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, string_value, text_of, walk

ADDS = ("add", "add_all", "bulk_save_objects", "bulk_insert_mappings")
_CHANGES = re.compile(r"[\w.]*?(?:text\(\s*)?[fFrR]?[\"']*\s*(?:update|delete)\b", re.IGNORECASE)
_COUNTS_ON = re.compile(r"\w\s*[-+]\s*[:%?$\w]|\|\|")
_MAX_CALLS = 40
_EXECUTING = frozenset({"execute", "executemany", "exec", "fetchrow", "fetchval"})


class RetriedCall(msgspec.Struct, frozen=True):
    """A call inside of what is retried. `on` is its receiver as written; `has_key` tells that its URL
    names what it changes; `writes` that its SQL does; `about` the literal part of what it is given first;
    `creates` the class of which it stores a new row."""

    symbol: str
    name: str
    on: str = ""
    has_key: bool = False
    writes: bool = False
    about: str = ""
    creates: str = ""


def retried_calls(file: PyFile, body: Node) -> tuple[RetriedCall, ...]:
    """The calls in a body that may write, by symbol where it is known, else by name and receiver."""
    found: dict[RetriedCall, None] = {}
    around = f" {file.module.rpartition('.')[2]} {file.qualname_at(body.start_byte)}"
    for node in walk(body):
        if node.type != "call" or len(found) >= _MAX_CALLS:
            continue
        callee = callee_of(node)
        if callee is None or callee.type not in ("identifier", "attribute"):
            continue
        symbol = file.symbol(callee) or ""
        if symbol.startswith(("builtins.", "logging.", "time.", "asyncio.", "super(")):
            continue
        name = text_of(callee).rpartition(".")[2]
        owner = callee.child_by_field_name("object") if callee.type == "attribute" else None
        arguments = arguments_of(node)
        position = 1 if name == "request" else 0
        url = arguments.get("url", position)
        if name == "request" and (verb := string_value(arguments.get("method", 0))) is not None:
            symbol = f"{symbol.rpartition('.')[0]}.{verb.lower()}" if symbol else symbol
            name = verb.lower()
        writes = name in _EXECUTING and writes_in_statement(file, node) and not _is_same_twice(file, node)
        if not symbol and not writes and name not in ("add", "add_all", "commit", "bulk_save_objects"):
            continue
        if name == "add" and adds_known_row(file, node):
            continue
        creates = created_model(file, node) if name in CREATES or name in SAVES else None
        found[
            RetriedCall(
                symbol,
                name,
                text_of(owner) if owner is not None and len(text_of(owner)) < 60 else "",
                url is not None and _names_what(url),
                writes,
                (_literal(url) if url is not None else "") + around,
                creates or "",
            )
        ] = None
    return tuple(found)


def _is_same_twice(file: PyFile, call: Node) -> bool:
    """Whether a statement is an UPDATE or DELETE that comes to the same when it runs again."""
    statement = next(iter(arguments_of(call).positional), None)
    if statement is not None and statement.type == "identifier":
        bindings = file.names.bindings(statement)
        statement = bindings[0].value if len(bindings) == 1 else None
    text = text_of(statement) if statement is not None else ""
    return _CHANGES.match(text) is not None and _COUNTS_ON.search(text) is None


def _names_what(url: Node) -> bool:
    """Whether a URL holds more than a literal text."""
    return string_value(url) is None


def _literal(url: Node) -> str:
    return (
        text_of(url)[:120]
        if url.type in ("string", "binary_operator", "identifier", "attribute", "call")
        else ""
    )
