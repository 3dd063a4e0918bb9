"""Changes of a schema as data, under the names that Alembic gives them."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from bugcatalog_ls.facts.column_types import ColumnType
from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.facts.constraints import Constraints, ForeignKeyConstraint, TableIndex, UniqueConstraint


class CreateTable(msgspec.Struct, frozen=True, tag_field="operation"):
    """`known` is False where there may be columns besides those listed. `constraints` are those that
    stand beside the columns, not those that columns declare of their own."""

    table: str
    columns: tuple[Column, ...]
    known: bool = True
    if_not_exists: bool = False
    constraints: Constraints = Constraints()


class DropTable(msgspec.Struct, frozen=True, tag_field="operation"):
    table: str


class RenameTable(msgspec.Struct, frozen=True, tag_field="operation"):
    table: str
    new_name: str


class AddColumn(msgspec.Struct, frozen=True, tag_field="operation"):
    table: str
    column: Column
    if_not_exists: bool = False


class DropColumn(msgspec.Struct, frozen=True, tag_field="operation"):
    table: str
    name: str


class AlterColumn(msgspec.Struct, frozen=True, tag_field="operation"):
    """What changes of a column; None where it stays. `server_default` is empty where it is taken away.

    An empty `name` means one of the columns: which one, and what changes of it, is not known.
    """

    table: str
    name: str
    new_name: str | None = None
    nullable: bool | None = None
    server_default: str | None = None
    type: ColumnType | None = None


class Touch(msgspec.Struct, frozen=True, tag_field="operation"):
    """Something unknown happens to a table, or (None) to any of them; to those alone that are not surely
    there yet where something `only_creates`."""

    table: str | None
    reason: str
    only_creates: bool = False


class AddConstraint(msgspec.Struct, frozen=True, tag_field="operation"):
    """A foreign key, an index or a unique constraint comes to a table."""

    table: str
    constraint: ForeignKeyConstraint | TableIndex | UniqueConstraint


class DropConstraint(msgspec.Struct, frozen=True, tag_field="operation"):
    """A constraint of a name goes; `kind` is `foreignkey`, `unique`, `index`, another kind that nobody
    keeps here (`check`, `primary`), or empty where it is not known. No `table`: the one that has it."""

    table: str | None
    name: str
    kind: str = ""


class SetPrimaryKey(msgspec.Struct, frozen=True, tag_field="operation"):
    table: str
    columns: tuple[str, ...]


class TouchConstraints(msgspec.Struct, frozen=True, tag_field="operation"):
    """Something unknown happens to the constraints of a table, or (None) of any; to its indexes alone
    where one is `created` or `dropped`."""

    table: str | None
    index: Literal["", "created", "dropped"] = ""


class CreateView(msgspec.Struct, frozen=True, tag_field="operation"):
    """A view comes into being; what it has for columns is not followed."""

    name: str


class ChangeEnum(msgspec.Struct, frozen=True, tag_field="operation"):
    """What a database type of a name can hold: `labels` are all of them, or `added` and `renamed` ones.

    Neither means that its labels are not known from here on.
    """

    name: str
    labels: tuple[str, ...] | None = None
    added: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    new_name: str = ""


Operation: TypeAlias = (
    CreateTable
    | DropTable
    | RenameTable
    | AddColumn
    | DropColumn
    | AlterColumn
    | AddConstraint
    | DropConstraint
    | SetPrimaryKey
    | TouchConstraints
    | CreateView
    | ChangeEnum
    | Touch
)
