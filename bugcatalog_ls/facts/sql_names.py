"""The tables and columns that a SQL statement names, with aliases and subqueries resolved.

Read by a SQL parser, which is loaded when the first statement asks for it.
"""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from typing import Any

from bugcatalog_ls.facts.sql_reader import SqlReader
from bugcatalog_ls.facts.sql_references import STAND_IN, StatementNames
from bugcatalog_ls.syntax.sql_tokens import HOLE, sql_tokens

_SQLGLOT = {
    "postgresql": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
    "mssql": "tsql",
    "oracle": "oracle",
}
_REPLACE = re.compile(r"\bREPLACE(\s+INTO\b)", re.IGNORECASE)
_RUN = re.compile(f"(?<={STAND_IN})(?:\\s+{STAND_IN})+")
NOTHING = StatementNames()


@lru_cache(maxsize=1024)
def statement_names(text: str, dialect: str = "") -> StatementNames:
    """What a text of one or more statements names; nothing where no dialect can read it."""
    plain = _with_stand_ins(text)
    trees = _parsed(plain, dialect)
    is_open = False
    if trees is None and _RUN.search(plain):
        trees = _parsed(_RUN.sub(lambda match: " " * len(match[0]), plain), dialect)
    if trees is None and STAND_IN in plain:
        trees = _parsed(plain.replace(STAND_IN, " "), dialect)
        is_open = True
    if trees is None:
        return NOTHING
    reader = SqlReader(plain, dialect, is_open)
    for tree in trees:
        reader.visit(tree, (), frozenset())
    return StatementNames(tuple(reader.tables), tuple(reader.columns), tuple(reader.counts))


def _with_stand_ins(text: str) -> str:
    """The text with parameters as `?` and holes as a letter, each at its place."""
    out: list[str] = []
    at = 0
    for token in sql_tokens(text):
        if token.kind == "parameter":
            out.append(text[at : token.start])
            out.append("?" + " " * (token.end - token.start - 1))
            at = token.end
    out.append(text[at:])
    return _REPLACE.sub(lambda match: f"INSERT {match[1]}", "".join(out).replace(HOLE, STAND_IN))


def _parsed(text: str, dialect: str) -> list[Any] | None:
    # Imported only where there is SQL to read: it costs more than all else here.
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    first = _SQLGLOT.get(dialect, "")
    order = [first] if first else ["mysql"] if "`" in text else []
    for name in dict.fromkeys([*order, "postgres", "sqlite", "mysql"]):
        try:
            trees = [tree for tree in sqlglot.parse(text, dialect=name) if tree is not None]
        except (SqlglotError, ValueError, RecursionError):
            # A ValueError is what sqlglot raises itself of `VARCHAR("")`.
            continue
        if trees and not any(isinstance(tree, exp.Command) for tree in trees):
            return trees
    return None
