"""Steps of a new revision: what each does and undoes, as calls that `analysis.revisions` writes down."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from bugcatalog_ls.facts.column_types import ColumnType
from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.facts.constraint_names import constraint_name
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.models import Model, models
from bugcatalog_ls.facts.models import model as table_model
from bugcatalog_ls.facts.sources import quoted


class OperationCall(msgspec.Struct, frozen=True):
    """One operation: `op.<name>(<table>, *arguments)`; in a batch the table's name is left out.

    `needs_batch` tells that SQLite can do it only in a batch, `alone` that it never stands in one.
    `comment` stands above it. `table` is another one than the step's. `lines` are written as they
    stand instead of a call, and `then` is written under the last of these. Where a constraint has no
    name, `naming` is the convention by which a batch gives it `batch_name`.
    """

    name: str
    arguments: tuple[str, ...] = ()
    needs_batch: bool = False
    comment: str = ""
    alone: bool = False
    table: str = ""
    lines: tuple[str, ...] = ()
    then: OperationCall | None = None
    naming: str = ""
    batch_name: str = ""


class Step(msgspec.Struct, frozen=True):
    """One change of a table, both ways. `slug` names it in a message (`Add users.email`), `deed` in a
    title (`adds users.email`). `after` are the tables that must be there before it."""

    table: str
    slug: str
    deed: str
    upgrade: tuple[OperationCall, ...]
    downgrade: tuple[OperationCall, ...]
    dialects: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def add_column(index: FactIndex, model: Model, column: Column, dialect: str = "") -> Step | None:
    """Add a model's column; None where its type is not known.

    A required column gets a server default for the rows that are there; where none can be right
    (a foreign key, a unique value) it becomes required in a second step, which a person can fill before.
    """
    default = column.server_default or _filler(column)
    in_two_steps = column.nullable is False and not default
    written = written_column(column, default, nullable=column.nullable is not False or in_two_steps)
    if written is None:
        return None
    table, name = model.key, column.name
    upgrade = [*enum_type_made(column.type, dialect), OperationCall("add_column", (written,))]
    if in_two_steps:
        existing = f"existing_type={column.type.source}"
        upgrade.append(
            OperationCall("alter_column", (quoted(name), existing, "nullable=False"), True, _FILL_FIRST)
        )
    downgrade: list[OperationCall] = []
    if column.index:
        index_name = _name(index, model, "ix", column)
        index_made = f"op.f({quoted(index_name)})"
        upgrade.append(
            OperationCall("create_index", (index_made, "", f"[{quoted(name)}]", f"unique={column.unique}"))
        )
        downgrade.append(OperationCall("drop_index", (index_made, "table_name=")))
    elif column.unique:
        unique_name = quoted(_name(index, model, "uq", column))
        upgrade.append(
            OperationCall("create_unique_constraint", (unique_name, "", f"[{quoted(name)}]"), True)
        )
        downgrade.append(OperationCall("drop_constraint", (unique_name, "", 'type_="unique"'), True))
    for key in column.foreign_keys:
        target, _, target_column = key.target.rpartition(".")
        if not target:
            return None
        key_name = quoted(key.name or _name(index, model, "fk", column, target))
        ondelete = f"ondelete={quoted(key.ondelete)}" if key.ondelete else ""
        more = [part for part in (*_schemas(model, target), ondelete) if part]
        made = (
            key_name,
            "",
            quoted(target.rpartition(".")[2]),
            f"[{quoted(name)}]",
            f"[{quoted(target_column)}]",
        )
        upgrade.append(OperationCall("create_foreign_key", (*made, *more), True))
        downgrade.append(OperationCall("drop_constraint", (key_name, "", 'type_="foreignkey"'), True))
    downgrade.append(OperationCall("drop_column", (quoted(name),)))
    # What was made last goes first.
    type_made = enum_type_made(column.type, dialect)
    types = own_enums_dropped(index, model, [column]) if type_made else []
    ordered = (*reversed(downgrade[:-1]), downgrade[-1], *types)
    return Step(
        table, f"Add {table}.{name}", f"adds {table}.{name}", tuple(upgrade), ordered, column.type.dialects
    )


def enum_type_made(new: ColumnType, dialect: str) -> tuple[OperationCall, ...]:
    """PostgreSQL's own type for an enum, which neither a new column nor an alteration creates."""
    if new.name != "ENUM" or not new.native or not new.enum_name or dialect in ("mysql", "mariadb", "sqlite"):
        return ()
    return (OperationCall("create", lines=(f"{new.source}.create(op.get_bind(), checkfirst=True)",)),)


def own_enums_dropped(index: FactIndex, model: Model, columns: Iterable[Column]) -> list[OperationCall]:
    """The database's types that go with columns of a model, since no other column has them."""
    going = list(columns)
    named = {each.type.enum_name for each in going if each.type.name == "ENUM" and each.type.native}
    names = {each.name for each in going}
    others = [made for symbol in models(index) if (made := table_model(index, symbol)) is not None]
    kept = {
        each.type.enum_name
        for made in others
        for each in made.columns
        if made.key != model.key or each.name not in names
    }
    lines = [
        f"sa.Enum(name={quoted(name)}).drop(op.get_bind(), checkfirst=True)"
        for name in sorted(named - kept - {""})
    ]
    return [OperationCall("drop", lines=(line,)) for line in lines]


def drop_column(table: str, column: Column) -> Step | None:
    """Drop a column of the schema; None where its way back cannot be written."""
    default = column.server_default or (_filler(column) if column.nullable is False else "")
    written = written_column(column, default, nullable=column.nullable is not False)
    if written is None:
        return None
    name = column.name
    return Step(
        table,
        f"Drop {table}.{name}",
        f"drops {table}.{name} with its data",
        (OperationCall("drop_column", (quoted(name),)),),
        (OperationCall("add_column", (written,)),),
        column.type.dialects,
    )


def relax_column(table: str, column: Column) -> Step | None:
    """Allow NULL in a column of the schema."""
    if not column.type.source:
        return None
    name, existing = quoted(column.name), f"existing_type={column.type.source}"
    return Step(
        table,
        f"Make {table}.{column.name} nullable",
        f"makes {table}.{column.name} nullable",
        (OperationCall("alter_column", (name, existing, "nullable=True"), True),),
        (OperationCall("alter_column", (name, existing, "nullable=False"), True),),
        column.type.dialects,
    )


_FILL_FIRST = "# Give the rows that are there a value first; this fails while one has none."


def written_column(column: Column, default: str, *, nullable: bool) -> str | None:
    """A column as a migration writes it; None where something of it is not known."""
    if not column.type.source or column.computed or column.identity or column.primary_key or default == "?":
        return None
    given = f", server_default={default}" if default else ""
    return f"sa.Column({quoted(column.name)}, {column.type.source}{given}, nullable={nullable})"


_FILLERS = {
    "INTEGER": 'sa.text("0")',
    "BIGINT": 'sa.text("0")',
    "SMALLINT": 'sa.text("0")',
    "FLOAT": 'sa.text("0")',
    "DOUBLE": 'sa.text("0")',
    "NUMERIC": 'sa.text("0")',
    "BOOLEAN": "sa.false()",
    "VARCHAR": '""',
    "TEXT": '""',
    "DATETIME": "sa.func.now()",
    "TIMESTAMP": "sa.func.now()",
    "DATE": "sa.func.current_date()",
    "JSON": "sa.text(\"'{}'\")",
}


def _filler(column: Column) -> str:
    """What the rows that are there get: the model's own default, else what is empty in the type."""
    if column.nullable is not False:
        return ""
    if column.default or column.literal_default:
        return model_default(column)
    if column.foreign_keys or column.unique:
        return ""
    return filler_of(column.type)


def model_default(column: Column) -> str:
    """The default that the model itself gives, as a server default; empty where none says the same."""
    kind, literal = column.type, column.literal_default
    if kind.name == "ENUM":
        # A member is stored under its name or its value.
        member = column.default.rpartition(".")[2]
        labels = {quoted(label): label for label in kind.labels or ()}
        if quoted(member) in labels:
            return quoted(member)
        return literal if literal in labels else ""
    if literal:
        return literal
    if kind.name == "JSON":
        return {"builtins.dict": _FILLERS["JSON"], "builtins.list": "sa.text(\"'[]'\")"}.get(
            column.default, ""
        )
    # The time of now, whichever function gives it.
    return _FILLERS.get(kind.name, "") if kind.name in ("DATETIME", "TIMESTAMP", "DATE") else ""


def filler_of(column_type: ColumnType) -> str:
    """What is empty in a type, as a server default; empty where nothing is."""
    if column_type.name == "ENUM":
        return quoted(column_type.labels[0]) if column_type.labels else ""
    return _FILLERS.get(column_type.name, "")


def _schemas(model: Model, target: str) -> tuple[str, str]:
    schema = target.rpartition(".")[0]
    source = f"source_schema={quoted(model.schema)}" if model.schema else ""
    return source, f"referent_schema={quoted(schema)}" if schema else ""


def _name(index: FactIndex, model: Model, kind: str, column: Column, referred: str = "") -> str:
    """The name of a constraint of one column, after the metadata's naming convention where it has one."""
    targets = tuple(key.target.rpartition(".")[2] for key in column.foreign_keys)
    return constraint_name(
        index,
        model.metadata,
        kind,
        model.key,
        (column.name,),
        referred=referred,
        referred_columns=targets,
    )
