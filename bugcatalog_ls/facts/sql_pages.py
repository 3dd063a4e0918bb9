"""Raw SQL that takes a part of its rows in no order, as the database's parser sees it."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import SPACES, Words
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    enclosing,
    statement_of,
    string_value,
    text_of,
    unparenthesised,
)

_EXECUTING = (
    "execute", "executemany", "exec_driver_sql", "text", "raw", "fetch", "fetchrow", "fetch_all", "fetch_one",
    "fetchall", "fetchone", "iterate", "read_sql", "read_sql_query", "select_all", "execute_sql",
)  # fmt: skip
_LIMIT = re.compile(r"\blimit\s", re.IGNORECASE)
_LIMIT_WORDS = Words(*(b"limit" + space for space in SPACES), any_case=True)
_SELECT = re.compile(r"\s*(?:SELECT|WITH)\b", re.IGNORECASE)
_TAKEN_AWAY = re.compile(r"skip\s+locked|\brandom\b|tablesample", re.IGNORECASE)
_SAMPLE = re.compile(r"sample|preview|peek", re.IGNORECASE)
# CQL knows an order within a partition only.
_OTHER_WORDS = Words(b"cassandra", b"scylla")
_OTHER_LANGUAGE = re.compile(rb"^\s*(?:from|import)\s+(?:cassandra|scylla|acsylla)\b", re.MULTILINE)
_PLACEHOLDER = re.compile(r"%\(\w+\)s|%s|\$\d+|(?<![:\w]):\w+|\?")
_VALUE_BEFORE = re.compile(r"(?:limit|offset|=|<|>|,|\(|like|')\s*$", re.IGNORECASE)
_NAME_BEFORE = re.compile(r"(?:from|join|[\w\"`]\.)\s*[\"`]?$", re.IGNORECASE)


def unordered_sql(file: PyFile) -> Iterator[Node]:
    """The strings of SQL that are executed with a LIMIT and without an ORDER BY."""
    if not file.holds(_LIMIT_WORDS):
        return
    if file.holds(_OTHER_WORDS) and _OTHER_LANGUAGE.search(file.source.data) is not None:
        return
    seen: set[int] = set()
    for call in file.calls_named(*_EXECUTING):
        arguments = arguments_of(call)
        node = next(iter(arguments.positional), None) or arguments.get("sql") or arguments.get("query")
        string = _string(file, node) if node is not None else None
        if string is None or string.id in seen:
            continue
        seen.add(string.id)
        text = _text(string)
        function = enclosing(call, "function_definition")
        around = (function.text or b"").upper() if function is not None else b""
        if (
            text is not None
            and "offset" not in text.lower()
            and (b"UPDATE " in around or b"DELETE " in around)
        ):
            continue  # A batch of what is to be changed, whichever it is.
        if text is not None and "offset" not in text.lower() and _SAMPLE.search(text_of(statement_of(call))):
            continue
        if text is not None and _LIMIT.search(text) and not _TAKEN_AWAY.search(text) and _takes_any(text):
            yield string


def _string(file: PyFile, node: Node) -> Node | None:
    node = unparenthesised(node)
    if node.type == "identifier":
        bindings = file.names.bindings(node)
        if len(bindings) != 1 or bindings[0].kind != "assign" or bindings[0].value is None:
            return None
        node = unparenthesised(bindings[0].value)
    return node if node.type in ("string", "concatenated_string") else None


def _text(string: Node) -> str | None:
    """The text with a value or a name for each hole; None where a hole may hold more."""
    plain = string_value(string)
    if plain is not None:
        return plain if _SELECT.match(plain) else None
    if string.type != "string":
        return None
    out = ""
    for child in string.named_children:
        if child.type == "string_content":
            out += text_of(child)
        elif child.type == "interpolation":
            if _VALUE_BEFORE.search(out):
                out += "10"
            elif _NAME_BEFORE.search(out):
                out += "x"
            else:
                return None
    return out if _SELECT.match(out) else None


def _takes_any(text: str) -> bool:
    """Whether a part of the rows is taken in no order: not one row, not a row of aggregates."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    try:
        tree = sqlglot.parse_one(_PLACEHOLDER.sub("10", text), dialect="postgres")
    except (SqlglotError, ValueError, RecursionError):
        try:
            tree = sqlglot.parse_one(_PLACEHOLDER.sub("10", text), dialect="mysql")
        except (SqlglotError, ValueError, RecursionError):
            return False
    if not isinstance(tree, exp.Select) or tree.args.get("order") is not None:
        return False
    limit = tree.args.get("limit")
    if limit is None or (tree.args.get("from_") is None and tree.args.get("from") is None):
        return False
    written = re.search(r"\blimit\s+(\S+)", text, re.IGNORECASE)
    size = written.group(1).rstrip(";)") if written is not None else ""
    if size in ("0", "1") and tree.args.get("offset") is None:
        return False
    if tree.args.get("group") is None and all(
        isinstance(each.unalias(), exp.AggFunc) for each in tree.expressions
    ):
        return False
    # A part of rows that are in order already.
    source = tree.args.get("from_") or tree.args.get("from")
    inner = source.this if source is not None else None
    return not (isinstance(inner, exp.Subquery) and inner.find(exp.Order) is not None)
