"""Where two pictures of a schema differ, table by table; what one of them does not know is no difference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from bugcatalog_ls.facts.schema_picture import Picture, PicturedColumn, PicturedTable

Kind = Literal["table", "column", "type", "length", "nullable", "enum", "foreign-key", "index", "unique"]


class Difference(msgspec.Struct, frozen=True):
    """One difference: what the left picture has and what the right one has, empty where it has nothing."""

    kind: Kind
    table: str
    column: str
    left: str
    right: str


# Words for one kind of type, and what databases store in place of a type that they lack.
_ALIKE = tuple(
    frozenset(words)
    for words in (
        {"VARCHAR", "STRING", "NVARCHAR", "UNICODE", "AUTOSTRING", "CHARACTER VARYING", "ENUM"},
        {"TEXT", "CLOB", "LONGTEXT", "MEDIUMTEXT", "UNICODETEXT", "TINYTEXT"},
        {"INTEGER", "INT", "SERIAL", "INT4", "MEDIUMINT"},
        {"BIGINT", "BIGSERIAL", "INT8"},
        {"SMALLINT", "SMALLSERIAL", "INT2"},
        {"BOOLEAN", "BOOL", "TINYINT", "BIT"},
        {"DATETIME", "TIMESTAMP", "TIMESTAMPTZ"},
        {"FLOAT", "DOUBLE", "REAL", "DOUBLE PRECISION", "DOUBLE_PRECISION"},
        {"NUMERIC", "DECIMAL"},
        {"JSON", "JSONB", "LONGTEXT"},
        {"BLOB", "BYTEA", "VARBINARY", "BINARY", "LONGBLOB", "LARGEBINARY"},
        {"UUID", "CHAR", "VARCHAR"},
        {"CHAR", "VARCHAR"},
    )
)
_UNKNOWN = frozenset({"", "NULL", "UNKNOWN", "USERDEFINED"})


def differences(left: Picture, right: Picture) -> tuple[Difference, ...]:
    """All differences, by table and column."""
    return tuple(_differences(left, right))


def _differences(left: Picture, right: Picture) -> Iterator[Difference]:
    if not left.reliable or not right.reliable:
        return
    pairs = _paired(left, right)
    for name in sorted(pairs):
        one, two = pairs[name]
        if one is None or two is None:
            present, other = (one, right) if two is None else (two, left)
            assert present is not None
            if present.certain and other.complete and not _may_have(other, name):
                yield Difference("table", name, "", _name(one), _name(two))
            continue
        yield from _of_tables(name, one, two)


def _paired(left: Picture, right: Picture) -> dict[str, tuple[PicturedTable | None, PicturedTable | None]]:
    """The tables of both by name; a schema that only one side writes is its default one."""
    folded = {name.casefold(): table for name, table in right.tables.items()}
    taken: set[str] = set()
    pairs: dict[str, tuple[PicturedTable | None, PicturedTable | None]] = {}
    for name, table in left.tables.items():
        plain = name.rpartition(".")[2].casefold()
        key = name.casefold() if name.casefold() in folded else plain if plain in folded else ""
        if not key and "." not in name:
            key = next((each for each in folded if each.rpartition(".")[2] == plain), "")
        taken.add(key)
        pairs[name] = (table, folded.get(key))
    pairs.update({table.name: (None, table) for key, table in folded.items() if key not in taken})
    return pairs


def _may_have(picture: Picture, name: str) -> bool:
    return any(each.tables is None or name in each.tables for each in picture.opaque)


def _of_tables(name: str, one: PicturedTable, two: PicturedTable) -> Iterator[Difference]:
    ours = {key.casefold(): each for key, each in one.columns.items()}
    theirs = {key.casefold(): each for key, each in two.columns.items()}
    for key in [*ours, *(key for key in theirs if key not in ours)]:
        first, second = ours.get(key), theirs.get(key)
        if first is not None and second is not None:
            yield from _of_columns(name, first, second)
            continue
        present, other = (first, two) if second is None else (second, one)
        assert present is not None
        if present.certain and other.known:
            yield Difference("column", name, present.name, _shown(first), _shown(second))
    if one.constraints_known and two.constraints_known:
        yield from _of_constraints(name, one, two)


def _of_columns(table: str, one: PicturedColumn, two: PicturedColumn) -> Iterator[Difference]:
    if not (one.certain and two.certain):
        return
    if not _alike(one.type, two.type):
        yield Difference("type", table, one.name, _shown(one), _shown(two))
    elif None not in (one.length, two.length) and one.length != two.length and not _has_own_length(one, two):
        yield Difference("length", table, one.name, str(one.length), str(two.length))
    is_key = one.primary_key or two.primary_key
    if None not in (one.nullable, two.nullable) and one.nullable != two.nullable and not is_key:
        yield Difference("nullable", table, one.name, _nullable(one), _nullable(two))
    if one.enum is not None and two.enum is not None and set(one.enum) != set(two.enum):
        yield Difference("enum", table, one.name, ", ".join(one.enum), ", ".join(two.enum))


def _has_own_length(one: PicturedColumn, two: PicturedColumn) -> bool:
    """Whether a database chooses the length itself, as for an enum that it stores as text."""
    return bool({"ENUM", "UUID"} & {one.type, two.type}) or one.enum is not None or two.enum is not None


def _of_constraints(name: str, one: PicturedTable, two: PicturedTable) -> Iterator[Difference]:
    keys = [_foreign_keys(one), _foreign_keys(two)]
    for key in sorted({*keys[0], *keys[1]}):
        ours, theirs = keys[0].get(key), keys[1].get(key)
        if ours != theirs:
            yield Difference("foreign-key", name, ", ".join(key[0]), ours or "", theirs or "")
    uniques = [_uniques(one), _uniques(two)]
    for columns in sorted(uniques[0] ^ uniques[1]):
        shown = f"({', '.join(columns)})"
        yield Difference(
            "unique",
            name,
            ", ".join(columns),
            shown if columns in uniques[0] else "",
            shown if columns in uniques[1] else "",
        )
    plain = [
        {each.columns for each in table.indexes if not each.unique and all(each.columns)}
        for table in (one, two)
    ]
    for columns in sorted(plain[0] ^ plain[1]):
        shown = f"({', '.join(columns)})"
        of_key = any(columns == key[0] for key in {*keys[0], *keys[1]})
        if not of_key:
            # MySQL makes an index of its own for each foreign key.
            yield Difference(
                "index",
                name,
                ", ".join(columns),
                shown if columns in plain[0] else "",
                shown if columns in plain[1] else "",
            )


def _foreign_keys(table: PicturedTable) -> dict[tuple[tuple[str, ...], str], str]:
    return {
        (each.columns, each.table.rpartition(".")[2]): f"{each.table}({', '.join(each.referred)})"
        + (f" ON DELETE {each.ondelete}" if each.ondelete not in ("", "NO ACTION", "RESTRICT") else "")
        for each in table.foreign_keys
        if each.table
    }


def _uniques(table: PicturedTable) -> set[tuple[str, ...]]:
    keys = tuple(sorted(name for name, column in table.columns.items() if column.primary_key))
    found = {tuple(sorted(each.columns)) for each in table.uniques}
    found |= {tuple(sorted(each.columns)) for each in table.indexes if each.unique and all(each.columns)}
    return found - {keys}


def _alike(one: str, two: str) -> bool:
    one, two = one.upper(), two.upper()
    if one == two or one in _UNKNOWN or two in _UNKNOWN:
        return True
    return any(one in words and two in words for words in _ALIKE)


def _name(table: PicturedTable | None) -> str:
    return table.name if table is not None else ""


def _shown(column: PicturedColumn | None) -> str:
    if column is None:
        return ""
    return f"{column.type or '?'}({column.length})" if column.length is not None else column.type or "?"


def _nullable(column: PicturedColumn) -> str:
    return "NULL" if column.nullable else "NOT NULL"
