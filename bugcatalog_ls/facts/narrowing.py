"""Which types hold less than others."""

from __future__ import annotations

from bugcatalog_ls.facts.column_types import ColumnType

_WIDTHS = ("SMALLINT", "INTEGER", "BIGINT")
_SIZED_TEXTS = ("VARCHAR", "CHAR", "NVARCHAR")
_LONG_TEXTS = ("TEXT", "CLOB", "MEDIUMTEXT", "LONGTEXT")
_SIZE_OF_LONG_TEXT = 65535
"""What a TEXT of MySQL holds: a VARCHAR of more than that is a longer kind of TEXT."""
_FLOATS = ("FLOAT", "DOUBLE", "REAL", "DOUBLE_PRECISION")
_DECIMALS = ("NUMERIC", "DECIMAL")
_MOMENTS = ("DATETIME", "TIMESTAMP")


def narrows(wanted: ColumnType, found: ColumnType, dialect: str) -> bool:
    """Whether values that a column of the type `found` holds may not fit into `wanted`.

    A VARCHAR without a length holds any text on PostgreSQL; elsewhere it may stand for one with a length.
    """
    if wanted.name in _WIDTHS:
        if found.name in _WIDTHS:
            return _WIDTHS.index(wanted.name) < _WIDTHS.index(found.name)
        is_fraction = found.name in _DECIMALS and found.scale != 0
        return is_fraction or found.name in (*_FLOATS, *_LONG_TEXTS, *_SIZED_TEXTS)
    if wanted.name in _SIZED_TEXTS and wanted.length and wanted.length < _SIZE_OF_LONG_TEXT:
        if found.name in _SIZED_TEXTS and found.length is None:
            return bool(found.source) and dialect == "postgresql"
        return found.name in _LONG_TEXTS or (
            found.name in _SIZED_TEXTS and found.length is not None and wanted.length < found.length
        )
    if wanted.name in _DECIMALS and found.name in _DECIMALS:
        pairs = ((wanted.precision, found.precision), (wanted.scale, found.scale))
        return any(a is not None and b is not None and a < b for a, b in pairs)
    if wanted.name == "DATE":
        return found.name in _MOMENTS
    if wanted.name == "ENUM" and found.name == "ENUM" and wanted.labels and found.labels:
        return not set(found.labels) <= set(wanted.labels)
    return False
