"""Whether a model's type and the schema's are the same to autogenerate, for each kind of database."""

from __future__ import annotations

from typing import Literal

from bugcatalog_ls.facts.column_types import ColumnType

TypeAspect = Literal["type", "length", "labels"]


def type_difference(wanted: ColumnType, found: ColumnType, dialect: str = "") -> TypeAspect | None:
    """How two types differ; None where they are of one family, or one of them is not known.

    Where the `dialect` is not known, only what differs in all of them counts.
    """
    if not wanted.name or not found.name:
        return None
    # Which of several a type is depends on the database.
    if "with_variant" in wanted.source or "with_variant" in found.source:
        return None
    if wanted.name == "ENUM" and found.name == "ENUM":
        if wanted.labels is None or found.labels is None or set(wanted.labels) == set(found.labels):
            return None
        return "labels"
    one, two = _family(wanted.name), _family(found.name)
    if one != two:
        return None if _is_same_in(dialect, one, two, wanted, found) else "type"
    if one == "string" and _is_fixed(wanted) == _is_fixed(found):
        return "length" if wanted.length != found.length and wanted.length and found.length else None
    if one == "number":
        pairs = ((wanted.precision, found.precision), (wanted.scale, found.scale))
        return "type" if any(a is not None and b is not None and a != b for a, b in pairs) else None
    if one in ("time", "TIME") and _is_postgresql(dialect):
        # Only there a zone makes another type of it.
        both = (wanted.timezone, found.timezone)
        return "type" if None not in both and wanted.timezone != found.timezone else None
    if one == "JSON" and _is_postgresql(dialect) and wanted.name != found.name:
        return "type"
    return None


def are_apart(one: ColumnType, two: ColumnType) -> bool:
    """Whether one type is for texts and the other for numbers, which no database takes for the same."""
    families = [_family(one.name), _family(two.name)]
    are_texts = [each in ("string", "text") for each in families]
    are_numbers = [each in ("INTEGER", "BIGINT", "SMALLINT", "float", "number") for each in families]
    return (are_texts[0] and are_numbers[1]) or (are_texts[1] and are_numbers[0])


def _is_postgresql(dialect: str) -> bool:
    return dialect.startswith(("postgres", "cockroach"))


def _is_fixed(given: ColumnType) -> bool:
    return given.name in ("CHAR", "NCHAR")


_FAMILIES = {
    "INT": "INTEGER",
    "VARCHAR": "string", "NVARCHAR": "string", "CHAR": "string", "NCHAR": "string",
    "TEXT": "text", "CLOB": "text", "MEDIUMTEXT": "text", "LONGTEXT": "text", "TINYTEXT": "text",
    "DATETIME": "time", "TIMESTAMP": "time",
    "FLOAT": "float", "DOUBLE": "float", "REAL": "float", "DOUBLE_PRECISION": "float",
    "NUMERIC": "number", "DECIMAL": "number",
    "BLOB": "bytes", "BINARY": "bytes", "VARBINARY": "bytes", "BYTEA": "bytes", "LONGBLOB": "bytes",
    "MEDIUMBLOB": "bytes", "JSONB": "JSON",
}  # fmt: skip

# Pairs that are one type in every database, or of which the names alone tell nothing.
_INTERCHANGEABLE = {
    frozenset(pair)
    for pair in (
        ("BOOLEAN", "TINYINT"), ("BOOLEAN", "BIT"), ("UUID", "UNIQUEIDENTIFIER"),
        ("ENUM", "text"), ("INTEGER", "SERIAL"), ("BIGINT", "BIGSERIAL"), ("JSON", "LONGTEXT"),
        ("NULLTYPE", "string"),
    )
}  # fmt: skip

# Pairs that are two types in PostgreSQL alone, which has types of its own for them.
_OWN_IN_POSTGRESQL = {frozenset(pair) for pair in (("UUID", "string"), ("INTERVAL", "time"))}


def _is_same_in(dialect: str, one: str, two: str, wanted: ColumnType, found: ColumnType) -> bool:
    pair = frozenset((one, two))
    if pair in _INTERCHANGEABLE:
        return True
    if pair == {"UUID", "bytes"}:
        # Sixteen bytes are a way to keep one; a BLOB is none.
        return "BLOB" not in (wanted.name, found.name)
    if pair == {"ENUM", "string"}:
        enum = wanted if wanted.name == "ENUM" else found
        return not enum.native or not (_is_postgresql(dialect) or dialect in ("mysql", "mariadb"))
    return pair in _OWN_IN_POSTGRESQL and not _is_postgresql(dialect)


def _family(name: str) -> str:
    return _FAMILIES.get(name, name)
