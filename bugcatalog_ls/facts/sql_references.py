"""What a SQL statement names, as values: tables, columns, and rows of a wrong length."""

from __future__ import annotations

import msgspec

STAND_IN = "ǁ"
"""A letter that stands for a hole while a text is parsed."""


class TableRef(msgspec.Struct, frozen=True):
    """A table that a statement reads or writes, as `[schema.]name`; `start` and `end` of the name."""

    name: str
    start: int
    end: int


class ColumnRef(msgspec.Struct, frozen=True):
    """A column that one of the tables must have. `is_target` where it is written (`INSERT`, `SET`)."""

    name: str
    tables: tuple[str, ...]
    start: int
    end: int
    is_target: bool = False


class ValueCount(msgspec.Struct, frozen=True):
    """A row of an `INSERT` with another number of values than columns; `start` and `end` are of the list."""

    n_columns: int
    n_values: int
    start: int
    end: int


class StatementNames(msgspec.Struct, frozen=True):
    tables: tuple[TableRef, ...] = ()
    columns: tuple[ColumnRef, ...] = ()
    counts: tuple[ValueCount, ...] = ()
