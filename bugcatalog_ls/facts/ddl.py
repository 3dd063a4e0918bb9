"""DDL texts of migrations as operations: statement by statement, with what cannot be told as touched."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from functools import lru_cache

from bugcatalog_ls.facts.ddl_constraints import constraint_operations, index_change
from bugcatalog_ls.facts.ddl_tables import table_operations
from bugcatalog_ls.facts.operations import CreateView, Operation, RenameTable, Touch, TouchConstraints

HOLE = "\0"
"""Stands in a text for a part that is not known."""
_TABLE_DDL = re.compile(
    r"\b(?:CREATE|ALTER|DROP|RENAME)\b[^;]*?\bTABLE\b|\bsp_rename\b", re.IGNORECASE | re.DOTALL
)
_NAMED = re.compile(
    r"\b(?:CREATE|ALTER|DROP|RENAME)\s+(?:(?:TEMP|TEMPORARY|UNLOGGED|FOREIGN|VIRTUAL|GLOBAL|LOCAL)\s+)*TABLE\s+"
    r"(?:IF\s+(?:NOT\s+)?EXISTS\s+)?(?:ONLY\s+)?([^\s(;]+)",
    re.IGNORECASE,
)
_TEMPORARY = re.compile(r"^\s*CREATE\s+(?:GLOBAL\s+|LOCAL\s+)?(?:TEMP|TEMPORARY)\s", re.IGNORECASE)
_HARMLESS = re.compile(
    r"^\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH|SET|PRAGMA|COMMENT|GRANT|REVOKE|BEGIN|COMMIT|ANALYZE|VACUUM|LOCK|"
    r"TRUNCATE|REFRESH|REINDEX|CALL|SHOW|EXPLAIN|USE|MERGE|REPLACE|SAVEPOINT|RELEASE|ROLLBACK|CLUSTER|COPY|LISTEN|"
    r"(?:CREATE|DROP|ALTER)\s+(?:OR\s+REPLACE\s+)?(?:UNIQUE\s+|CLUSTERED\s+|FULLTEXT\s+)*(?:INDEX|TYPE|EXTENSION|"
    r"VIEW|MATERIALIZED|TRIGGER|FUNCTION|PROCEDURE|SEQUENCE|SCHEMA|ROLE|USER|POLICY|DOMAIN|AGGREGATE|RULE|"
    r"PUBLICATION|COLLATION|DATABASE|STATISTICS|EVENT|OPERATOR|CAST|CONSTRAINT))\b",
    re.IGNORECASE,
)
_TABLE_OPTIONS = re.compile(
    r"^\s*ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?\S+\s+(?:(?:ENABLE|DISABLE|FORCE|NO\s+FORCE|OWNER\s+TO|CLUSTER|"
    r"REPLICA|VALIDATE|CONVERT\s+TO|ENGINE|AUTO_INCREMENT|COMMENT|DEFAULT\s+CHARACTER|CHARACTER\s+SET|COLLATE|"
    r"ATTACH|DETACH|DROP\s+PRIMARY\s+KEY|ALTER\s+INDEX|(?:ADD|DROP|RENAME)\s+(?:UNIQUE\s+)?"
    r"(?:CONSTRAINT|INDEX|KEY|FOREIGN|CHECK|PRIMARY|PARTITION|FULLTEXT)|SET\s+(?:LOGGED|UNLOGGED|TABLESPACE))\b|SET\s*\()[^,]*$",
    re.IGNORECASE,
)
_DIALECTS = ("postgres", "mysql", "sqlite", "tsql")


@lru_cache(maxsize=512)
def ddl_operations(sql: str) -> tuple[Operation, ...]:
    """What SQL does to tables and columns; a `Touch` where that cannot be told."""
    found: list[Operation] = []
    for statement in _split(sql):
        found.extend(_statement(statement))
    return tuple(found)


def _split(sql: str) -> Iterator[str]:
    """The statements of a text; dollar-quoted bodies and strings are kept whole."""
    text = re.sub(r"--[^\n]*|/\*.*?\*/", " ", sql, flags=re.DOTALL)
    start = 0
    for match in re.finditer(r"(\$\w*\$).*?\1|'(?:[^']|'')*'|;", text, flags=re.DOTALL):
        if match.group() == ";":
            yield text[start : match.start()]
            start = match.end()
    yield text[start:]


def _statement(text: str) -> list[Operation]:
    text = text.strip()
    if (view := _VIEW.match(text)) is not None and HOLE not in view[1]:
        return [CreateView(_unquoted(view[1]))]
    if not text or _TEMPORARY.match(text):
        return []
    if (HOLE not in text or _TYPE.search(text)) and (found := constraint_operations(text)):
        return found if not _COLUMN_CHANGE.search(text) else [*found, *_of_tables(text)]
    if HOLE in text and _OF_CONSTRAINTS.search(text):
        named = _TABLE_OF_CONSTRAINT.search(text)
        table = _unquoted(named[1]) if named is not None and HOLE not in named[1] else None
        return [*_of_tables(text), TouchConstraints(table, index_change(text))]
    return _of_tables(text)


_OF_CONSTRAINTS = re.compile(
    r"\b(?:CREATE|DROP)\s+(?:UNIQUE\s+)?INDEX\b|\b(?:ADD|DROP)\s+(?:CONSTRAINT|FOREIGN|UNIQUE)\b",
    re.IGNORECASE,
)
_TABLE_OF_CONSTRAINT = re.compile(
    r"\b(?:ON|ALTER\s+TABLE)\s+(?:ONLY\s+)?(?:IF\s+EXISTS\s+)?([\w.\"`\[\]\0]+)", re.IGNORECASE
)
_TYPE = re.compile(r"\b(?:ALTER|CREATE)\s+TYPE\b", re.IGNORECASE)
_VIEW = re.compile(
    r"^\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:TEMP\s+|TEMPORARY\s+)?(?:MATERIALIZED\s+)?VIEW\s+"
    r"(?:IF\s+NOT\s+EXISTS\s+)?([\w.\"`\[\]\0]+)",
    re.IGNORECASE,
)
_COLUMN_CHANGE = re.compile(r"\bCOLUMN\b|\bCREATE\s+TABLE\b|\bMODIFY\b|\bCHANGE\b", re.IGNORECASE)


def _of_tables(text: str) -> list[Operation]:
    """What a statement does to tables and their columns."""
    if _HARMLESS.match(text) or _TABLE_OPTIONS.match(text):
        return []
    if not _TABLE_DDL.search(text):
        # A text that begins with what is not known may do anything; a block without DDL does nothing here.
        return [Touch(None, "SQL that is put together at run time")] if text.startswith(HOLE) else []
    if not re.match(r"\s*(?:CREATE|ALTER|DROP|RENAME)\b", text, re.IGNORECASE) or HOLE in text:
        return _touched(text)
    if re.match(r"\s*RENAME\s+TABLE\b", text, re.IGNORECASE):
        return _mysql_rename(text)
    return _parsed(text)


def _touched(text: str) -> list[Operation]:
    """The tables that a text names behind its DDL words, as touched."""
    reason = "SQL that cannot be replayed"
    if re.search(r"\bEXECUTE\b", text, re.IGNORECASE):
        return [Touch(None, reason)]
    names = [_unquoted(name) for name in _NAMED.findall(text)]
    if not names or any(HOLE in name for name in names):
        return [Touch(None, "SQL that is put together at run time" if HOLE in text else reason)]
    return [Touch(name, reason) for name in dict.fromkeys(names)]


def _mysql_rename(text: str) -> list[Operation]:
    body = re.sub(r"^\s*RENAME\s+TABLE\s+", "", text, flags=re.IGNORECASE)
    found: list[Operation] = []
    for pair in body.split(","):
        names = re.split(r"\s+TO\s+", pair.strip(), flags=re.IGNORECASE)
        if len(names) != 2:
            return _touched(text)
        found.append(RenameTable(_unquoted(names[0]), _unquoted(names[1])))
    return found


def _parsed(text: str) -> list[Operation]:
    # Imported only where there is SQL to read: it costs more than all else here.
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    for dialect in _DIALECTS:
        try:
            trees = [tree for tree in sqlglot.parse(text, dialect=dialect) if tree is not None]
        except (SqlglotError, ValueError, RecursionError):
            continue
        if len(trees) != 1 or isinstance(trees[0], exp.Command):
            continue
        found = table_operations(trees[0], dialect)
        if found is not None:
            return found
    return _touched(text)


def _unquoted(name: str) -> str:
    text = re.sub(r"[\"`\[\]]", "", name.strip().rstrip(";,"))
    return text.removeprefix("public.")
