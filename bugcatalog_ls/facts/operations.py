"""Changes of a schema as data, under the names that Alembic gives them."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from bugcatalog_ls.facts.column_types import ColumnType
from bugcatalog_ls.facts.columns import Column


class CreateTable(msgspec.Struct, frozen=True):
    """`known` is False where there may be columns besides those listed."""

    table: str
    columns: tuple[Column, ...]
    known: bool = True
    if_not_exists: bool = False


class DropTable(msgspec.Struct, frozen=True):
    table: str


class RenameTable(msgspec.Struct, frozen=True):
    table: str
    new_name: str


class AddColumn(msgspec.Struct, frozen=True):
    table: str
    column: Column
    if_not_exists: bool = False


class DropColumn(msgspec.Struct, frozen=True):
    table: str
    name: str


class AlterColumn(msgspec.Struct, frozen=True):
    """What changes of a column; None where it stays. `server_default` is empty where it is taken away.

    An empty `name` means one of the columns: which one, and what changes of it, is not known.
    """

    table: str
    name: str
    new_name: str | None = None
    nullable: bool | None = None
    server_default: str | None = None
    type: ColumnType | None = None


class Touch(msgspec.Struct, frozen=True):
    """Something unknown happens to a table, or (None) to any of them."""

    table: str | None
    reason: str


Operation: TypeAlias = CreateTable | DropTable | RenameTable | AddColumn | DropColumn | AlterColumn | Touch
