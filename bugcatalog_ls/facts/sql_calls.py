"""Where a file gives SQL to something that executes it, and to which database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.sql_engines import OTHER, engine_of, imported_drivers
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, called_name, callee_of, text_of, unparenthesised
from bugcatalog_ls.syntax.sql_tokens import is_statement
from bugcatalog_ls.syntax.string_text import StringText, string_texts
from bugcatalog_ls.syntax.text_search import TextSearch

_EXECUTING = (
    "execute", "executemany", "executescript", "exec_driver_sql", "execute_sql", "execute_many",
    "execute_batch",
    "execute_values", "execute_fetchall", "execute_insert", "copy", "scalar", "scalars", "stream",
    "stream_scalars",
    "fetch", "fetchrow", "fetchval", "fetchone", "fetchall", "fetch_all", "fetch_one", "fetch_val",
    "iterate", "prepare",
    "read_sql", "read_sql_query", "raw", "query", "from_statement", "run_sql", "cursor", "execute_query",
    "execute_query_dict",
    "query_one", "query_all", "fetch_value", "fetch_row", "executeQuery", "mogrify", "run", "query_first",
    "fetchmany",
)  # fmt: skip
_WRAPPING = ("text", "SQL", "DDL", "literal_column")
# Where the SQL stands among the positional arguments; elsewhere it comes first.
_SECOND = frozenset({"execute_batch", "execute_values"})
_KEYWORDS = ("sql", "query", "statement", "operation", "clause", "stmt")
_SQL = (
    rb"\b(?:select\s|insert\s+(?:or\s+\w+\s+|ignore\s+)?into\s|replace\s+into\s|update\s+[^\s,.:;]+\s+(?:as\s+\w+\s+)?set\s|"
    rb"delete\s+from\s|create\s+(?:\w+\s+)*(?:table|index|type|extension|view|schema)\b|alter\s+(?:table|type)\b|"
    rb"drop\s+(?:table|index)\b|with\s+\w+\s+as\b)|\b(?-i:UPDATE|TRUNCATE|PRAGMA|SHOW)\s"
)
SQL_TEXT = TextSearch(_SQL, ignore_case=True)
"""What a file that has SQL in it holds."""
SQL_WORD = re.compile(_SQL, re.IGNORECASE)


class SqlUse(NamedTuple):
    """A text of SQL with what is known of the database that it is for: the dialect of the driver, or
    the symbol of the engine; `how` is `execute`, `text` or `constant`, `name` that of a constant."""

    text: StringText
    dialect: str
    engine: str
    how: str
    name: str = ""


def sql_uses(file: PyFile) -> Iterator[SqlUse]:
    """All SQL that a file executes, and the constants that it keeps for somebody who does."""
    seen: set[int] = set()
    drivers: set[str] | None = None
    for call in file.calls_named(*_EXECUTING):
        function = callee_of(call)
        owner = function.child_by_field_name("object") if function is not None else None
        name = text_of(function).rpartition(".")[2] if function is not None else ""
        if owner is None and name in (
            "copy",
            "raw",
            "query",
            "run",
            "cursor",
            "fetch",
            "stream",
            "iterate",
            "prepare",
        ):
            continue
        for written in _arguments(call, name):
            for inner in _unwrapped(file, written):
                found = [text for text in string_texts(file, inner) if is_statement(text.text)]
                if not found:
                    continue
                dialect, engine = engine_of(file, owner)
                if name in ("read_sql", "read_sql_query"):
                    arguments = arguments_of(call)
                    dialect, engine = engine_of(file, arguments.get("con", 1))
                if not dialect and not engine:
                    drivers = imported_drivers(file) if drivers is None else drivers
                    dialect = next(iter(drivers)) if len(drivers) == 1 else OTHER if OTHER in drivers else ""
                    if b"sqlalchemy" in file.source.data and dialect != OTHER and inner is not written:
                        dialect = ""
                for text in found:
                    if text.node.id not in seen:
                        seen.add(text.node.id)
                        yield SqlUse(text, dialect, engine, "execute")
    for call in file.calls_named(*_WRAPPING):
        first = next(iter(arguments_of(call).positional), None) or arguments_of(call).get("text")
        for text in string_texts(file, first):
            if text.node.id not in seen and is_statement(text.text):
                seen.add(text.node.id)
                yield SqlUse(text, "", "", "text")
    yield from _constants(file, seen)


def executed_names(file: PyFile) -> Iterator[str]:
    """The last names of constants of other modules that a file executes."""
    for call in file.calls_named(*_EXECUTING, *_WRAPPING):
        name = called_name(call)
        for written in _arguments(call, name):
            node = unparenthesised(written)
            if node.type == "attribute" and (last := node.child_by_field_name("attribute")) is not None:
                yield text_of(last)
            elif node.type == "identifier":
                for binding in file.names.bindings(node):
                    if binding.kind == "from":
                        yield binding.target.rpartition(".")[2]


def _arguments(call: Node, name: str) -> list[Node]:
    arguments = arguments_of(call)
    found = [arguments.keywords[key] for key in _KEYWORDS if key in arguments.keywords]
    position = 1 if name in _SECOND else 0
    if position < len(arguments.positional):
        found.append(arguments.positional[position])
    return found


def _unwrapped(file: PyFile, node: Node, depth: int = 4) -> list[Node]:
    """The strings inside of `text(…)`, `sa.text(…).bindparams(…)` and names bound to these."""
    node = unparenthesised(node)
    if depth <= 0:
        return []
    if node.type == "identifier":
        bindings = file.names.bindings(node)
        values = [
            each.value for each in bindings if each.value is not None and each.kind in ("assign", "walrus")
        ]
        if any(value.type == "call" for value in values):
            return [
                inner
                for value in values
                if value.type == "call"
                for inner in _unwrapped(file, value, depth - 1)
            ]
        loops = [each for each in bindings if each.kind == "for" and each.value is not None]
        if loops:
            return [item for each in loops for item in _items(file, each.value)]
        return [node]
    if node.type == "call":
        function = callee_of(node)
        name = text_of(function).rpartition(".")[2] if function is not None else ""
        if name in _WRAPPING:
            first = next(iter(arguments_of(node).positional), None)
            return [first] if first is not None else []
        owner = function.child_by_field_name("object") if function is not None else None
        if owner is not None and owner.type == "call" and name not in ("format",):
            return _unwrapped(file, owner, depth - 1)
    return [node]


def _items(file: PyFile, node: Node | None) -> list[Node]:
    """The strings of a list or tuple that is looped over."""
    if node is None:
        return []
    if node.type == "identifier":
        values = [each.value for each in file.names.bindings(node) if each.value is not None]
        return [item for value in values if value.type in ("list", "tuple") for item in _items(file, value)]
    if node.type in ("list", "tuple"):
        return [child for child in node.named_children if child.type in ("string", "concatenated_string")]
    return []


def _constants(file: PyFile, seen: set[int]) -> Iterator[SqlUse]:
    """Strings that modules and classes keep under a name and that begin like SQL."""
    scopes = [file.scopes.module, *(each.scope for each in file.classes if each.scope is not None)]
    for scope in scopes:
        for name, bindings in scope.bindings.items():
            for binding in bindings:
                value = binding.value
                if binding.kind != "assign" or value is None:
                    continue
                nodes = (
                    [value]
                    if value.type in ("string", "concatenated_string", "parenthesized_expression")
                    else []
                )
                if value.type in ("list", "tuple", "dictionary") and SQL_WORD.search(value.text or b""):
                    nodes = [
                        child.child_by_field_name("value") or child if child.type == "pair" else child
                        for child in value.named_children
                    ]
                for node in nodes:
                    inner = unparenthesised(node)
                    if inner.type not in ("string", "concatenated_string") or inner.id in seen:
                        continue
                    if not SQL_WORD.search((inner.text or b"")[:400]):
                        continue
                    for text in string_texts(file, inner):
                        if is_statement(text.text):
                            seen.add(inner.id)
                            yield SqlUse(text, "", "", "constant", name)
