"""A schema while migrations are replayed: tables, columns, and how sure each of them is."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from bugcatalog_ls.facts.column_types import ColumnType
from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.facts.operations import (
    AddColumn,
    AlterColumn,
    CreateTable,
    DropColumn,
    DropTable,
    Operation,
    RenameTable,
    Touch,
)


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

    def column(self, name: str) -> SchemaColumn | None:
        found = self.columns.get(name)
        if found is not None:
            return found
        folded = name.casefold()
        return next((column for key, column in self.columns.items() if key.casefold() == folded), None)


class Schema:
    """Tables by name. `complete` is False where there may be tables that are not listed."""

    def __init__(self, tables: dict[str, Table] | None = None, *, complete: bool = True) -> None:
        self.tables = dict(tables or {})
        self.complete = complete

    def copy(self) -> Schema:
        return Schema(self.tables, complete=self.complete)

    def table(self, name: str) -> Table | None:
        found = self.tables.get(name)
        if found is not None:
            return found
        folded = name.casefold()
        return next((table for key, table in self.tables.items() if key.casefold() == folded), None)

    def apply(self, operation: Operation, revision: str) -> None:
        """Change the schema as an operation says."""
        match operation:
            case CreateTable():
                self._create(operation, revision)
            case DropTable(table=name):
                if (table := self.table(name)) is not None:
                    del self.tables[table.name]
            case RenameTable():
                self._rename(operation)
            case AddColumn(table=name, column=column):
                table = self._expected(name)
                if not (operation.if_not_exists and table.column(column.name) is not None):
                    self._with(table, column.name, SchemaColumn(column, revision))
            case DropColumn(table=name, name=column_name):
                table = self._expected(name)
                kept = table.column(column_name)
                if kept is not None:
                    columns = {key: each for key, each in table.columns.items() if each is not kept}
                    self._put(msgspec.structs.replace(table, columns=columns))
            case AlterColumn():
                self._alter(operation)
            case Touch(table=None):
                self.complete = False
                for each in list(self.tables.values()):
                    self._put(msgspec.structs.replace(each, known=False))
            case Touch(table=str(name)):
                self._put(msgspec.structs.replace(self._expected(name), known=False))

    def _create(self, operation: CreateTable, revision: str) -> None:
        existing = self.table(operation.table)
        columns = {column.name: SchemaColumn(column, revision) for column in operation.columns}
        made = Table(operation.table, columns, operation.known, True, revision)
        if existing is None or (existing.certain and not operation.if_not_exists):
            self._put(made)
        elif not existing.certain or not existing.known:
            self._put(_merged_table(existing, made))

    def _rename(self, operation: RenameTable) -> None:
        table = self._expected(operation.table)
        self.tables.pop(table.name, None)
        self._put(msgspec.structs.replace(table, name=operation.new_name))

    def _alter(self, operation: AlterColumn) -> None:
        table = self._expected(operation.table)
        if not operation.name:
            blurred = {name: _blurred(each) for name, each in table.columns.items()}
            self._put(msgspec.structs.replace(table, columns=blurred))
            return
        found = table.column(operation.name)
        if found is None:
            if operation.new_name is not None:
                column = Column(operation.new_name, nullable=None, server_default="?")
                self._with(table, operation.new_name, SchemaColumn(column, "", False))
            return
        column = found.column
        if operation.type is not None:
            column = msgspec.structs.replace(column, type=operation.type)
        if operation.nullable is not None:
            column = msgspec.structs.replace(column, nullable=operation.nullable)
        if operation.server_default is not None:
            column = msgspec.structs.replace(column, server_default=operation.server_default)
        if operation.new_name is not None:
            column = msgspec.structs.replace(column, name=operation.new_name)
        changed = msgspec.structs.replace(found, column=column)
        columns = {
            (column.name if each is found else key): (changed if each is found else each)
            for key, each in table.columns.items()
        }
        self._put(msgspec.structs.replace(table, columns=columns))

    def _expected(self, name: str) -> Table:
        """A table that a revision deals with; what is not listed is there, but unknown."""
        return self.table(name) or Table(name, {}, known=False, certain=False)

    def _with(self, table: Table, name: str, column: SchemaColumn) -> None:
        self._put(msgspec.structs.replace(table, columns={**table.columns, name: column}))

    def _put(self, table: Table) -> None:
        self.tables[table.name] = table


def _blurred(each: SchemaColumn) -> SchemaColumn:
    """A column of which only the name is known still."""
    column = msgspec.structs.replace(each.column, type=ColumnType(), nullable=None, server_default="?")
    return msgspec.structs.replace(each, column=column)


def merged(schemas: Iterable[Schema]) -> Schema:
    """What holds whichever of the schemas is the real one."""
    first, *others = schemas
    result = first.copy()
    for other in others:
        if other.tables is result.tables:
            continue
        result.complete = result.complete and other.complete
        for name in [*result.tables, *(name for name in other.tables if name not in result.tables)]:
            one, two = result.tables.get(name), other.tables.get(name)
            if one is two or one == two:
                continue
            if one is None or two is None:
                present = one or two
                assert present is not None
                result.tables[name] = msgspec.structs.replace(present, certain=False)
            else:
                result.tables[name] = _merged_table(one, two)
    return result


def _merged_table(one: Table, two: Table) -> Table:
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
        one.name, columns, one.known and two.known, one.certain and two.certain, one.revision or two.revision
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
