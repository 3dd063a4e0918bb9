"""`.sql` files: what their DDL does to tables, and what of their SQL not every database can run."""

from __future__ import annotations

import re

from bugcatalog_ls.facts.ddl import ddl_operations
from bugcatalog_ls.facts.fact import Facts, Vocabulary
from bugcatalog_ls.facts.operations import Touch
from bugcatalog_ls.facts.sql_features import sql_features
from bugcatalog_ls.facts.sql_guards import dialects_named
from bugcatalog_ls.facts.sql_texts import SqlDdl, SqlFeature, SqlMade, SqlText, made_names, plain_name
from bugcatalog_ls.syntax.sql_tokens import is_statement
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span

_DDL = re.compile(
    r"^[ \t]*(?:CREATE|ALTER|DROP|RENAME)\b(?:'(?:[^']|'')*'|\$(\w*)\$.*?\$\1\$|--[^\n]*|[^;'])*",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_WAY_BACK = re.compile(
    r"^--+[ \t]*(?:\+goose\s+Down|\+migrate\s+Down|migrate:down|!Downs|@?(?:DOWN|UNDO|ROLLBACK)(?:[ "
    "\t]+MIGRATION)?[ \t]*:?[ \t]*$).*",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_BACKWARDS = re.compile(
    r"^(?:down|drop|rollback|revert|undo|teardown|reset|clean\w*)(?:$|[._-])|[._-](?:down|rollback|undo)$|^U\d+__",
    re.IGNORECASE,
)
_CREATED = re.compile(r"\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?([\w.\"`\[\]]+)", re.IGNORECASE)
_MAX_SIZE = 200_000
"""What is larger is a dump: its data is not read."""


def sql_table_anchor(table: str) -> str:
    """The anchor of the name in a `CREATE TABLE` of a `.sql` file, the table given in lower case."""
    return f"sql table {table}"


def _read(path: str, source: Source, facts: Facts) -> None:
    name = path.rpartition("/")[2].removesuffix(".sql")
    if _BACKWARDS.search(name):
        return
    text = source.text
    text = _WAY_BACK.sub(lambda match: " " * len(match[0]), text)
    statements = [match[0] for match in _DDL.finditer(text)]
    operations = [
        each
        for statement in statements
        for each in ddl_operations(statement)
        if not (isinstance(each, Touch) and each.table is None)
    ]
    to_bytes = _offsets(text)
    for match in _CREATED.finditer(text):
        facts.anchor(
            sql_table_anchor(plain_name(match[1])), Span(to_bytes(match.start(1)), to_bytes(match.end(1)))
        )
    for made in dict.fromkeys(each for statement in statements for each in made_names(statement)):
        facts.add(SqlMade(made))
    if operations:
        facts.add(SqlDdl(path, tuple(operations)))
    if len(text) <= _MAX_SIZE and _begins_like_sql(text):
        _add_features(path, text, facts)


VOCABULARY = Vocabulary(read=_read, names=("*.sql", "*.sql.postgres", "*.sql.sqlite", "*.sql.mysql"))


def _begins_like_sql(text: str) -> bool:
    """Whether it is SQL and no template or script of some shell."""
    return "{%" not in text and "{{" not in text and any(is_statement(part) for part in text.split(";")[:5])


def _add_features(path: str, text: str, facts: Facts) -> None:
    to_bytes = _offsets(text)
    features = [
        SqlFeature(
            each.name,
            facts.anchor(f"sql {each.name}", Span(to_bytes(each.start), to_bytes(each.end))),
            text[each.start : each.end],
        )
        for each in sql_features(text)
    ]
    if features:
        named = dialects_named(path)
        around = tuple(sorted(named)) if named else None
        facts.add(SqlText("sql file", around=around, features=tuple(features)))


class _Ascii:
    def __call__(self, offset: int) -> int:
        return offset


class _Encoded:
    """Offsets of characters in bytes."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __call__(self, offset: int) -> int:
        return len(self._text[:offset].encode("utf-8"))


def _offsets(text: str) -> _Ascii | _Encoded:
    return _Ascii() if text.isascii() else _Encoded(text)
