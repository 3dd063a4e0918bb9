"""Schemas and their differences as text, as JSON that other programs rely on, and as Mermaid diagrams."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

from bugcatalog_ls.cli.schema_sources import Compared
from bugcatalog_ls.facts.picture_differences import Difference
from bugcatalog_ls.facts.schema_picture import Picture, PicturedColumn, PicturedTable


class ColumnRecord(msgspec.Struct, frozen=True):
    type: str | None
    length: int | None
    nullable: bool | None
    primary_key: bool
    server_default: str | None
    enum: tuple[str, ...] | None


class ForeignKeyRecord(msgspec.Struct, frozen=True):
    columns: tuple[str, ...]
    table: str
    referred: tuple[str, ...]
    ondelete: str | None


class IndexRecord(msgspec.Struct, frozen=True):
    """An index, or a unique constraint; an expression among its columns is an empty text."""

    name: str | None
    columns: tuple[str, ...]
    unique: bool


class TableRecord(msgspec.Struct, frozen=True):
    columns: dict[str, ColumnRecord]
    foreign_keys: tuple[ForeignKeyRecord, ...]
    indexes: tuple[IndexRecord, ...]


class OpaqueRecord(msgspec.Struct, frozen=True):
    revision: str
    reason: str
    tables: tuple[str, ...] | None


class PictureRecord(msgspec.Struct, frozen=True):
    """The shape that other programs rely on, and that therefore never changes."""

    source: str
    path: str
    dialect: str | None
    heads: tuple[str, ...]
    tables: dict[str, TableRecord]
    opaque: tuple[OpaqueRecord, ...]


class SideRecord(msgspec.Struct, frozen=True):
    source: str
    path: str


class DifferenceRecord(msgspec.Struct, frozen=True):
    """`left` and `right` are null where that side has nothing."""

    kind: str
    table: str
    column: str | None
    left: str | None
    right: str | None
    message: str


class ComparedRecord(msgspec.Struct, frozen=True):
    left: SideRecord
    right: SideRecord
    differences: tuple[DifferenceRecord, ...]


def show_as_json(pictures: Iterable[Picture]) -> str:
    return _json([_picture(each) for each in pictures])


def diff_as_json(found: Iterable[Compared]) -> str:
    records = [
        ComparedRecord(
            SideRecord(left.source, left.path),
            SideRecord(right.source, right.path),
            tuple(
                DifferenceRecord(
                    each.kind,
                    each.table,
                    each.column or None,
                    each.left or None,
                    each.right or None,
                    message(each, left, right),
                )
                for each in differences
            ),
        )
        for left, right, differences in found
    ]
    return _json(records)


def show_as_text(pictures: Sequence[Picture]) -> str:
    """Tables one after the other, with a column of text for each source."""
    if not pictures:
        return "No models, migrations, SQL or databases were found.\n"
    lines: list[str] = []
    names = [_title(each) for each in pictures]
    for picture in pictures:
        lines.append(f"{_title(picture)}: {_n(len(picture.tables), 'table')}{_notes(picture)}")
    for table in sorted({name for picture in pictures for name in picture.tables}):
        having = [(name, picture.tables.get(table)) for name, picture in zip(names, pictures, strict=True)]
        shown = [(name, found) for name, found in having if found is not None]
        rows = [[table, *(name for name, _ in shown)]]
        for column in dict.fromkeys(key for _, found in shown for key in found.columns):
            rows.append([f"  {column}", *(_cell(found.columns.get(column)) for _, found in shown)])
        widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
        lines.append("")
        for row in rows:
            cells = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)]
            lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"


def diff_as_text(found: Sequence[Compared]) -> str:
    if not found:
        return "There is nothing to compare: no two sources speak of the same tables.\n"
    lines: list[str] = []
    for left, right, differences in found:
        lines.append(f"{_title(left)} and {_title(right)}: {_n(len(differences), 'difference')}")
        lines.extend(f"  {message(each, left, right)}" for each in differences)
    return "\n".join(lines) + "\n"


def show_as_mermaid(pictures: Iterable[Picture]) -> str:
    return "\n".join(_diagram(each, {}) for each in pictures) or "erDiagram\n"


def diff_as_mermaid(found: Iterable[Compared]) -> str:
    """A diagram for each pair: the tables of the left side, with what differs written to it."""
    diagrams: list[str] = []
    for left, right, differences in found:
        notes: dict[tuple[str, str], list[str]] = {}
        for each in differences:
            notes.setdefault((each.table, each.column), []).append(message(each, left, right))
        tables = {**left.tables}
        for each in differences:
            other = right.tables.get(each.table)
            if each.table not in tables and other is not None:
                tables[each.table] = other
            elif (
                each.kind == "column" and not each.left and other is not None and each.column in other.columns
            ):
                table = tables[each.table]
                columns = {**table.columns, each.column: other.columns[each.column]}
                tables[each.table] = msgspec.structs.replace(table, columns=columns)
        drifted = {each.table for each in differences}
        shown = {name: table for name, table in tables.items() if name in drifted}
        diagrams.append(_diagram(msgspec.structs.replace(left, tables=shown), notes))
    return "\n".join(diagrams) or "erDiagram\n"


def message(each: Difference, left: Picture, right: Picture) -> str:
    """A difference in one sentence."""
    place = f"{each.table}.{each.column}" if each.column else each.table
    if each.kind in ("table", "column"):
        missing = right.source if each.left else left.source
        return f"the {each.kind} {place} is missing in the {_called(missing)}"
    if each.kind in ("index", "unique", "foreign-key") and not (each.left and each.right):
        what = {"index": "index", "unique": "unique constraint", "foreign-key": "foreign key"}[each.kind]
        missing = right.source if each.left else left.source
        return f"the {what} of {each.table} on {each.column} is missing in the {_called(missing)}"
    of = {"enum": "labels", "nullable": "nullability"}.get(each.kind, each.kind.replace("-", " "))
    verb = "differ" if each.kind == "enum" else "differs"
    return (
        f"the {of} of {place} {verb}: {each.left or 'none'} in the {_called(left.source)}, "
        f"{each.right or 'none'} in the {_called(right.source)}"
    )


def _called(source: str) -> str:
    return "SQL" if source == "sql" else source


def _title(picture: Picture) -> str:
    return f"{picture.source} {picture.path}".strip()


def _notes(picture: Picture) -> str:
    notes = [f"heads {', '.join(picture.heads)}"] if picture.heads else []
    if picture.dialect:
        notes.append(picture.dialect)
    if not picture.reliable:
        notes.append("the revision graph is broken")
    if picture.opaque:
        notes.append(f"{_n(len(picture.opaque), 'operation')} could not be replayed")
    return f" ({'; '.join(notes)})" if notes else ""


def _n(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s" if count else f"no {what}s"


def _cell(column: PicturedColumn | None) -> str:
    if column is None:
        return "-"
    kind = column.type or "?"
    if column.length is not None:
        kind += f"({column.length})"
    words = [kind]
    if column.primary_key:
        words.append("PRIMARY KEY")
    elif column.nullable is False:
        words.append("NOT NULL")
    return " ".join(words)


def _picture(picture: Picture) -> PictureRecord:
    return PictureRecord(
        picture.source,
        picture.path,
        picture.dialect or None,
        picture.heads,
        {name: _table(table) for name, table in picture.tables.items()},
        tuple(OpaqueRecord(each.revision, each.reason, each.tables) for each in picture.opaque),
    )


def _table(table: PicturedTable) -> TableRecord:
    keys = tuple(
        ForeignKeyRecord(each.columns, each.table, each.referred, each.ondelete or None)
        for each in table.foreign_keys
    )
    indexes = [IndexRecord(each.name or None, each.columns, each.unique) for each in table.indexes]
    indexes += [IndexRecord(each.name or None, each.columns, True) for each in table.uniques]
    columns = {
        name: ColumnRecord(
            each.type or None,
            each.length,
            each.nullable,
            each.primary_key,
            each.server_default or None,
            each.enum,
        )
        for name, each in table.columns.items()
    }
    return TableRecord(columns, keys, tuple(indexes))


def _json(records: Sequence[msgspec.Struct]) -> str:
    lines = ",\n  ".join(msgspec.json.encode(record).decode("utf-8") for record in records)
    return f"[\n  {lines}\n]\n" if records else "[]\n"


def _diagram(picture: Picture, notes: dict[tuple[str, str], list[str]]) -> str:
    lines = [f"%% {_title(picture)}", "erDiagram"]
    for name, table in picture.tables.items():
        lines.append(f"    {_word(name)} {{")
        keyed = {column for key in table.foreign_keys for column in key.columns}
        for column in table.columns.values():
            mark = "PK" if column.primary_key else "FK" if column.name in keyed else ""
            told = notes.get((name, column.name), [])
            note = f'"{"; ".join(told)}"'.replace("`", "'") if told else ""
            kind = re.sub(r"\W+", "_", column.type or "unknown")
            lines.append(
                "        " + " ".join(part for part in (kind, _word(column.name), mark, note) if part)
            )
        of_table = [
            each
            for (table_name, column), told in notes.items()
            if table_name == name and column not in table.columns
            for each in told
        ]
        lines.extend(f'        drift drift{number} "{each}"' for number, each in enumerate(of_table, start=1))
        lines.append("    }")
    for name, table in picture.tables.items():
        lines.extend(
            f'    {_word(key.table)} ||--o{{ {_word(name)} : "{", ".join(key.columns)}"'
            for key in table.foreign_keys
            if key.table in picture.tables
        )
    return "\n".join(lines) + "\n"


def _word(name: str) -> str:
    return re.sub(r"[^\w-]", "_", name)
