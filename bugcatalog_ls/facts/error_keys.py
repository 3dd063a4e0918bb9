"""What libraries and databases give their errors as names: class names, numbers, codes, addresses.

`error_keys(message)` are the keys in a message, each with the entries that it leads to, most likely
first. Messages without a key are matched by the catalog's own signatures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple


class ErrorKey(NamedTuple):
    """A key found in a message, and the codes of the entries it leads to."""

    text: str
    codes: tuple[str, ...]


def error_keys(message: str) -> Iterator[ErrorKey]:
    """All keys in a message that lead to an entry."""
    for hints, pattern, label, table in _KINDS:
        if not any(hint in message for hint in hints):
            continue
        for found in pattern.finditer(message):
            codes = table.get(found[1])
            if codes:
                yield ErrorKey(label.format(found[1]), codes)


# The ends of https://sqlalche.me/e/<version>/<code>, which SQLAlchemy prints under its messages.
_SQLALCHEMY = {
    "3o7r": ("BC402", "BC201"),
    "7s2a": ("BC301",),
    "8s2b": ("BC301",),
    "bhk3": ("BC401",),
    "xd2s": ("BC401",),
    "l7de": ("BC705",),
}
# The ends of https://errors.pydantic.dev/<version>/v/<kind> (and /u/ for errors of use).
_PYDANTIC: dict[str, tuple[str, ...]] = {
    "class-not-fully-defined": ("BC904",),
    "undefined-annotation": ("BC904",),
    "string_too_long": ("BC704",),
    "extra_forbidden": ("BC104",),
    "timezone_naive": ("BC501",),
    "timezone_aware": ("BC501",),
    "string_unicode": ("BC502",),
}
_SQLSTATE = {
    "42703": ("BC703", "BC709"),
    "42P01": ("BC708",),
    "3F000": ("BC708",),
    "22001": ("BC704",),
    "22021": ("BC502",),
    "23502": ("BC703",),
    "23503": ("BC702",),
    "23505": ("BC202",),
    "25P02": ("BC301",),
    "40001": ("BC302",),
    "40P01": ("BC302",),
    "42601": ("BC705",),
    "42883": ("BC705",),
    "53300": ("BC402",),
}
_MYSQL = {
    "1040": ("BC402",),
    "1054": ("BC703", "BC709"),
    "1062": ("BC202",),
    "1064": ("BC705",),
    "1136": ("BC709",),
    "1146": ("BC708",),
    "1203": ("BC402",),
    "1213": ("BC302",),
    "1265": ("BC701",),
    "1267": ("BC502",),
    "1305": ("BC705",),
    "1364": ("BC703",),
    "1366": ("BC502",),
    "1406": ("BC704",),
    "1451": ("BC702",),
    "1452": ("BC702",),
    "1832": ("BC704",),
}
# Names of asyncpg, psycopg 2 and 3, SQLAlchemy and cryptography.
_CLASSES = {
    "UndefinedColumnError": ("BC703", "BC709"),
    "UndefinedColumn": ("BC703", "BC709"),
    "UndefinedTableError": ("BC708",),
    "UndefinedTable": ("BC708",),
    "InvalidSchemaName": ("BC708",),
    "StringDataRightTruncationError": ("BC704",),
    "StringDataRightTruncation": ("BC704",),
    "ForeignKeyViolationError": ("BC702",),
    "ForeignKeyViolation": ("BC702",),
    "RestrictViolation": ("BC702",),
    "NotNullViolationError": ("BC703",),
    "NotNullViolation": ("BC703",),
    "UniqueViolationError": ("BC202",),
    "UniqueViolation": ("BC202",),
    "InFailedSQLTransactionError": ("BC301",),
    "InFailedSqlTransaction": ("BC301",),
    "PendingRollbackError": ("BC301",),
    "StaleDataError": ("BC302",),
    "DeadlockDetectedError": ("BC302",),
    "DeadlockDetected": ("BC302",),
    "SerializationFailure": ("BC302",),
    "DetachedInstanceError": ("BC401",),
    "MissingGreenlet": ("BC401",),
    "TooManyConnectionsError": ("BC402",),
    "TooManyConnections": ("BC402",),
    "PostgresSyntaxError": ("BC705",),
    "UndefinedFunctionError": ("BC705",),
    "UndefinedFunction": ("BC705",),
    "CharacterNotInRepertoireError": ("BC502",),
    "CharacterNotInRepertoire": ("BC502",),
    "UntranslatableCharacter": ("BC502",),
}
_STATE = re.compile(r"(?i:sqlstate|pgcode|\bcode)['\"]?[\s:=\[('\"]{1,4}([0-9][0-9A-Z]{4})\b")
# Words one of which stands in each name of `_CLASSES`.
_CLASS_WORDS = (
    *("Undefined", "Violation", "InvalidSchema", "RightTruncation", "InFailedS", "PendingRollback"),
    *("StaleData", "Deadlock", "Serialization", "DetachedInstance", "MissingGreenlet", "TooManyConn"),
    *("PostgresSyntax", "NotInRepertoire", "Untranslatable"),
)
# Each kind begins with texts one of which a message must hold: most lines of a log hold none.
_KINDS: tuple[tuple[tuple[str, ...], re.Pattern[str], str, Mapping[str, tuple[str, ...]]], ...] = (
    (("sqlalche.me",), re.compile(r"sqlalche\.me/e/(?:\d+/)?(\w+)"), "sqlalche.me/e/{}", _SQLALCHEMY),
    (
        ("pydantic.dev",),
        re.compile(r"errors\.pydantic\.dev/[\w.]+/[uv]/([\w-]+)"),
        "errors.pydantic.dev/{}",
        _PYDANTIC,
    ),
    (("SQLSTATE", "sqlstate", "pgcode", "code"), _STATE, "SQLSTATE {}", _SQLSTATE),
    (
        ("(1", "ERROR 1"),
        re.compile(r"(?:\(|ERROR )(\d{4})(?:, [\"']| \([0-9A-Z]{5}\))"),
        "MySQL error {}",
        _MYSQL,
    ),
    (_CLASS_WORDS, re.compile(r"\b([A-Z]\w+)\b"), "exception {}", _CLASSES),
)
# An expression (RE2) that each line with a key fits, also where the line is a record of JSON.
KEY_WORDS = "|".join(
    (
        *_CLASSES,
        rf"sqlalche\.me\W{{1,4}}e\W{{1,4}}(?:\d+\W{{1,4}})?(?:{'|'.join(_SQLALCHEMY)})",
        r"errors\.pydantic\.dev",
        rf"(?i:sqlstate|pgcode|code)[^\n\w]{{1,12}}(?:{'|'.join(_SQLSTATE)})",
        rf"(?:\(|ERROR )(?:{'|'.join(_MYSQL)})[^\n\w]",
    )
)
