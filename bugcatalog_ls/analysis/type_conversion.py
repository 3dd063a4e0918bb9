"""How PostgreSQL is told to make values of one type from those of another."""

from __future__ import annotations

from bugcatalog_ls.facts.column_types import ColumnType
from bugcatalog_ls.facts.sources import quoted

_NAMES = {
    "INTEGER": "INTEGER", "INT": "INTEGER", "BIGINT": "BIGINT", "SMALLINT": "SMALLINT",
    "VARCHAR": "VARCHAR", "NVARCHAR": "VARCHAR", "CHAR": "CHAR", "TEXT": "TEXT", "CLOB": "TEXT",
    "BOOLEAN": "BOOLEAN", "DATE": "DATE", "TIME": "TIME", "DATETIME": "TIMESTAMP", "TIMESTAMP": "TIMESTAMP",
    "FLOAT": "DOUBLE PRECISION", "DOUBLE": "DOUBLE PRECISION", "REAL": "REAL", "NUMERIC": "NUMERIC",
    "DECIMAL": "NUMERIC", "BLOB": "BYTEA", "JSON": "JSON", "JSONB": "JSONB", "UUID": "UUID",
    "INTERVAL": "INTERVAL",
}  # fmt: skip

_NUMBERS = ("SMALLINT", "INTEGER", "BIGINT", "NUMERIC", "REAL", "DOUBLE PRECISION")
_TEXTS = ("VARCHAR", "CHAR", "TEXT")
_TIMES = ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "DATE")


def is_convertible(old: ColumnType, new: ColumnType) -> bool:
    """Whether values of one type can mean something in another: a UUID is no number and no time."""
    kinds = {old.name, new.name}
    others = kinds - {"UUID", "VARCHAR", "NVARCHAR", "CHAR", "TEXT", "CLOB", "BLOB", "BINARY", "VARBINARY"}
    return "UUID" not in kinds or not others


def using_for(column: str, old: ColumnType, new: ColumnType, dialect: str) -> str:
    """The argument `postgresql_using` of an alteration; empty where none is needed.

    What cannot be converted fails there instead of getting lost.
    """
    if dialect and not dialect.startswith("postgres"):
        return ""
    one, two = _name(old), _name(new)
    if not one or not two or _is_assigned(one, two):
        return ""
    name = column if column.isidentifier() and column.islower() else f'"{column}"'
    if one == "BOOLEAN" and two in _NUMBERS:
        step = f"{name}::INTEGER"
        return _said(step if two == "INTEGER" else f"{step}::{two}")
    if one in _NUMBERS and two == "BOOLEAN":
        return _said(f"{name} <> 0")
    is_direct = one in _TEXTS or (one == "JSON" and two == "JSONB") or (one == "JSONB" and two == "JSON")
    return _said(f"{name}::{two}" if is_direct else f"{name}::TEXT::{two}")


def _name(kind: ColumnType) -> str:
    if kind.name == "ENUM":
        return (kind.enum_name if kind.native else "") or "VARCHAR"
    name = _NAMES.get(kind.name, "")
    return f"{name} WITH TIME ZONE" if name in ("TIME", "TIMESTAMP") and kind.timezone else name


def _is_assigned(one: str, two: str) -> bool:
    """Whether PostgreSQL converts by itself when a value is assigned."""
    if one == two or two in _TEXTS:
        return True
    if one in _NUMBERS and two in _NUMBERS:
        return True
    if one in _TIMES and (two in _TIMES or two.startswith("TIME")):
        return one != "DATE" or two in _TIMES
    return {one, two} in ({"TIME", "TIME WITH TIME ZONE"}, {"JSON", "JSONB"}) or (one, two) == (
        "TIME",
        "INTERVAL",
    )


def _said(expression: str) -> str:
    return f"postgresql_using={quoted(expression)}"
