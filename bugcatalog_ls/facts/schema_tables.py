"""One table while migrations are replayed: its columns, and how sure each of them is."""

from __future__ import annotations

import msgspec

from bugcatalog_ls.facts.column_types import ColumnType
from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.facts.constraints import Constraints, merged_constraints


class SchemaColumn(msgspec.Struct, frozen=True):
    """A column with the path of the revision that brought it; not `certain` where it may be missing."""

    column: Column
    revision: str = ""
    certain: bool = True


class Table(msgspec.Struct, frozen=True):
    """A table by `[schema.]name`.

    `known` is False where something unknown happened to it: it may have other columns than these.
    `certain` is False where the table itself may be missing.
    """

    name: str
    columns: dict[str, SchemaColumn] = {}
    known: bool = True
    certain: bool = True
    revision: str = ""
    constraints: Constraints = Constraints()

    def column(self, name: str) -> SchemaColumn | None:
        found = self.columns.get(name)
        if found is not None:
            return found
        folded = name.casefold()
        return next((column for key, column in self.columns.items() if key.casefold() == folded), None)


def merged_table(one: Table, two: Table) -> Table:
    columns: dict[str, SchemaColumn] = {}
    for name in [*one.columns, *(name for name in two.columns if name not in one.columns)]:
        first, second = one.columns.get(name), two.columns.get(name)
        if first is not None and second is not None:
            columns[name] = first if first == second else _merged_column(first, second)
        else:
            present = first or second
            assert present is not None
            columns[name] = msgspec.structs.replace(present, certain=False)
    return Table(
        one.name,
        columns,
        one.known and two.known,
        one.certain and two.certain,
        one.revision or two.revision,
        merged_constraints(one.constraints, two.constraints),
    )


def _merged_column(first: SchemaColumn, second: SchemaColumn) -> SchemaColumn:
    one, two = first.column, second.column
    column = msgspec.structs.replace(
        one,
        type=one.type if one.type == two.type else ColumnType(),
        nullable=one.nullable if one.nullable == two.nullable else None,
        server_default=one.server_default if one.server_default == two.server_default else "?",
    )
    return SchemaColumn(column, first.revision, first.certain and second.certain)


def blurred(each: SchemaColumn) -> SchemaColumn:
    """A column of which only the name is known still."""
    column = msgspec.structs.replace(each.column, type=ColumnType(), nullable=None, server_default="?")
    return msgspec.structs.replace(each, column=column)


def touched_table(table: Table) -> Table:
    return msgspec.structs.replace(table, known=False, constraints=table.constraints.unknown())


def of_enum(each: SchemaColumn, name: str, labels: tuple[str, ...] | None) -> SchemaColumn:
    made = msgspec.structs.replace(each.column.type, enum_name=name, labels=labels, source="")
    return msgspec.structs.replace(each, column=msgspec.structs.replace(each.column, type=made))
