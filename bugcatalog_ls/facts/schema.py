"""A schema while migrations are replayed: its tables by name, and how sure they are."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from bugcatalog_ls.facts.column_types import ColumnType
from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.facts.constraints import of_columns
from bugcatalog_ls.facts.operations import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    ChangeEnum,
    CreateTable,
    CreateView,
    DropColumn,
    DropConstraint,
    DropTable,
    Operation,
    RenameTable,
    SetPrimaryKey,
    Touch,
    TouchConstraints,
)
from bugcatalog_ls.facts.schema_constraints import referring_to, without_constraint
from bugcatalog_ls.facts.schema_tables import (
    SchemaColumn,
    Table,
    blurred,
    merged_table,
    of_enum,
    touched_table,
)


class Schema:
    """Tables by name. `complete` is False where there may be tables that are not listed.

    `views` are the names of views that were ever created, `enums` the labels of the database's own
    types by name, None where they are not known.
    """

    def __init__(
        self,
        tables: dict[str, Table] | None = None,
        *,
        complete: bool = True,
        enums: dict[str, tuple[str, ...] | None] | None = None,
        views: Iterable[str] = (),
    ) -> None:
        self.views = frozenset(views)
        self.tables = dict(tables or {})
        self.complete = complete
        self.enums = dict(enums or {})

    def copy(self) -> Schema:
        return Schema(self.tables, complete=self.complete, enums=self.enums, views=self.views)

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
                    column = self._with_labels(column)
                    made = of_columns(table.name, [column])
                    constraints = table.constraints.with_all(made)
                    table = msgspec.structs.replace(table, constraints=constraints)
                    self._with(table, column.name, SchemaColumn(column, revision))
            case DropColumn(table=name, name=column_name):
                table = self._expected(name)
                kept = table.column(column_name)
                if kept is not None:
                    columns = {key: each for key, each in table.columns.items() if each is not kept}
                    left = table.constraints.without_column(kept.column.name)
                    self._put(msgspec.structs.replace(table, columns=columns, constraints=left))
            case AlterColumn():
                self._alter(operation)
            case AddConstraint(table=name, constraint=constraint):
                table = self._expected(name)
                constraints = table.constraints.with_(constraint)
                self._put(msgspec.structs.replace(table, constraints=constraints))
            case DropConstraint():
                self._drop_constraint(operation)
            case SetPrimaryKey(table=name, columns=keys):
                self._set_primary_key(self._expected(name), keys)
            case CreateView(name=name):
                self.views |= {name}
            case ChangeEnum():
                self._change_enum(operation)
            case TouchConstraints(table=touched, index=index):
                for table in list(self.tables.values()) if touched is None else [self._expected(touched)]:
                    constraints = table.constraints
                    constraints = (
                        constraints.with_unknown_indexes(
                            may_lack=index == "dropped", may_have=index == "created"
                        )
                        if index
                        else constraints.unknown()
                    )
                    self._put(msgspec.structs.replace(table, constraints=constraints))
            case Touch(table=None, only_creates=only_creates):
                self.complete = False
                for each in list(self.tables.values()):
                    if not (only_creates and each.certain):
                        self._put(touched_table(each))
            case Touch(table=str(name)):
                self._put(touched_table(self._expected(name)))

    def _create(self, operation: CreateTable, revision: str) -> None:
        existing = self.table(operation.table)
        named = {column.name: self._with_labels(column) for column in operation.columns}
        columns = {name: SchemaColumn(column, revision) for name, column in named.items()}
        constraints = of_columns(operation.table, named.values()).with_all(operation.constraints)
        if not operation.known:
            constraints = constraints.unknown()
        made = Table(operation.table, columns, operation.known, True, revision, constraints)
        if existing is None or (existing.certain and not operation.if_not_exists):
            self._put(made)
        elif not existing.certain or not existing.known:
            self._put(merged_table(existing, made))

    def _rename(self, operation: RenameTable) -> None:
        table = self._expected(operation.table)
        self.tables.pop(table.name, None)
        self._put(msgspec.structs.replace(table, name=operation.new_name))
        for name, other in list(self.tables.items()):
            constraints = referring_to(other.constraints, table.name, operation.new_name)
            if constraints is not other.constraints:
                self.tables[name] = msgspec.structs.replace(other, constraints=constraints)

    def _alter(self, operation: AlterColumn) -> None:
        table = self._expected(operation.table)
        if not operation.name:
            columns = {name: blurred(each) for name, each in table.columns.items()}
            self._put(msgspec.structs.replace(table, columns=columns))
            return
        found = table.column(operation.name)
        if found is None:
            if operation.new_name is not None:
                column = Column(operation.new_name, nullable=None, server_default="?")
                self._with(table, operation.new_name, SchemaColumn(column, "", False))
            return
        column = found.column
        if operation.type is not None:
            column = self._with_labels(msgspec.structs.replace(column, type=operation.type))
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
        constraints = table.constraints
        if column.name != found.column.name:
            constraints = constraints.with_column_renamed(found.column.name, column.name)
        self._put(msgspec.structs.replace(table, columns=columns, constraints=constraints))

    def _drop_constraint(self, operation: DropConstraint) -> None:
        if operation.table is not None:
            owners = [self._expected(operation.table)]
        else:
            owners = [
                table
                for table in self.tables.values()
                if any(each.name == operation.name for each in table.constraints.indexes)
            ]
        for table in owners:
            left = without_constraint(table.constraints, operation.name, operation.kind)
            self._put(msgspec.structs.replace(table, constraints=left))

    def _set_primary_key(self, table: Table, keys: tuple[str, ...]) -> None:
        columns = {
            name: (
                msgspec.structs.replace(
                    each, column=msgspec.structs.replace(each.column, primary_key=True, nullable=False)
                )
                if name in keys
                else each
            )
            for name, each in table.columns.items()
        }
        self._put(msgspec.structs.replace(table, columns=columns))

    def _change_enum(self, operation: ChangeEnum) -> None:
        """A type's labels change, and with them those of all columns that have the type."""
        name = operation.name
        known = [
            each.column.type.labels
            for table in self.tables.values()
            for each in table.columns.values()
            if each.column.type.enum_name == name
        ]
        labels = operation.labels
        if labels is None and (operation.added or operation.renamed or operation.new_name):
            labels = self.enums.get(name) or next((each for each in known if each is not None), None)
            if labels is not None:
                changed = dict(operation.renamed)
                labels = tuple(changed.get(label, label) for label in labels)
                labels += tuple(label for label in operation.added if label not in labels)
        new_name = operation.new_name or name
        self.enums.pop(name, None)
        self.enums[new_name] = labels
        for table in list(self.tables.values()):
            columns = {
                key: of_enum(each, new_name, labels) if each.column.type.enum_name == name else each
                for key, each in table.columns.items()
            }
            if any(columns[key] is not each for key, each in table.columns.items()):
                self._put(msgspec.structs.replace(table, columns=columns))

    def _with_labels(self, column: Column) -> Column:
        """A column of a type that the database has already, with what that type holds by now."""
        name = column.type.enum_name
        if not name:
            return column
        if column.type.name == "USER-DEFINED":
            # Written in SQL by its name alone.
            if name not in self.enums:
                return column
            made = ColumnType("ENUM", labels=self.enums[name], enum_name=name)
            return msgspec.structs.replace(column, type=made)
        if column.type.labels is None and name in self.enums:
            # SQL tells of a type by its name alone.
            made = msgspec.structs.replace(column.type, name="ENUM", labels=self.enums[name])
            return msgspec.structs.replace(column, type=made)
        if column.type.labels is not None and name not in self.enums:
            self.enums[name] = column.type.labels
        return column

    def _expected(self, name: str) -> Table:
        """A table that a revision deals with; what is not listed is there, but unknown."""
        return self.table(name) or Table(name, {}, known=False, certain=False)

    def _with(self, table: Table, name: str, column: SchemaColumn) -> None:
        self._put(msgspec.structs.replace(table, columns={**table.columns, name: column}))

    def _put(self, table: Table) -> None:
        self.tables[table.name] = table


def merged(schemas: Iterable[Schema]) -> Schema:
    """What holds whichever of the schemas is the real one."""
    first, *others = schemas
    result = first.copy()
    for other in others:
        if other.tables is result.tables:
            continue
        result.views |= other.views
        for name in {*result.enums, *other.enums}:
            if result.enums.get(name) != other.enums.get(name):
                # A type that only one dialect has holds there what it holds.
                one, two = result.enums.get(name, ()), other.enums.get(name, ())
                result.enums[name] = one if not two else two if not one else None
        result.complete = result.complete and other.complete
        for name in [*result.tables, *(name for name in other.tables if name not in result.tables)]:
            left, right = result.tables.get(name), other.tables.get(name)
            if left is right or left == right:
                continue
            if left is None or right is None:
                present = left or right
                assert present is not None
                result.tables[name] = msgspec.structs.replace(present, certain=False)
            else:
                result.tables[name] = merged_table(left, right)
    return result
