"""Steps of a new revision beyond single columns: tables, types, nullability, defaults, enums."""

from __future__ import annotations

import msgspec

from bugcatalog_ls.analysis.constraint_calls import created_index, created_key, dropped_index, dropped_key
from bugcatalog_ls.analysis.revision_steps import (
    OperationCall,
    Step,
    enum_type_made,
    own_enums_dropped,
    written_column,
)
from bugcatalog_ls.analysis.type_conversion import is_convertible, using_for
from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.facts.constraints import Constraints, ForeignKeyConstraint, UniqueConstraint
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.model_constraints import checks_of, model_constraints
from bugcatalog_ls.facts.models import Model, models_of_table
from bugcatalog_ls.facts.sources import quoted
from bugcatalog_ls.facts.typed_columns import typed


def create_table(index: FactIndex, model: Model, *, schema_is_new: bool = False) -> Step | None:
    """Create a model's table with its columns, keys and indexes; None where something of it is not known."""
    sharing = [each for each in models_of_table(index, model.key) if each.metadata == model.metadata]
    if any(not each.complete or each.maybe for each in sharing):
        return None
    columns: dict[str, Column] = {}
    constraints = Constraints()
    for each in sharing:
        for column in each.columns:
            columns.setdefault(column.name, typed(index, each, column))
        constraints = constraints.with_all(model_constraints(index, each.symbol))
    arguments = table_arguments(list(columns.values()), constraints)
    if arguments is None:
        return None
    checks = dict.fromkeys(check for each in sharing for check in checks_of(index, each.symbol))
    arguments += tuple(_check(condition, name) for condition, name in checks)
    upgrade = []
    if schema_is_new and model.schema:
        text = quoted(f"CREATE SCHEMA IF NOT EXISTS {model.schema}")
        upgrade.append(OperationCall("execute", lines=(f"op.execute({text})",)))
    upgrade.append(OperationCall("create_table", arguments, alone=True))
    downgrade: list[OperationCall] = []
    for made in constraints.indexes:
        if "" in made.columns or not made.name:
            return None
        upgrade.append(created_index(made))
        downgrade.insert(0, dropped_index(made))
    downgrade.append(OperationCall("drop_table", (), alone=True))
    downgrade.extend(own_enums_dropped(index, model, columns.values()))
    dialects = [dialect for column in columns.values() for dialect in column.type.dialects]
    after = tuple(key.table for key in constraints.foreign_keys if key.table != model.key)
    table = model.key
    return Step(
        table,
        f"Create {table}",
        f"creates {table}",
        tuple(upgrade),
        tuple(downgrade),
        tuple(dict.fromkeys(dialects)),
        after,
    )


def table_arguments(columns: list[Column], constraints: Constraints) -> tuple[str, ...] | None:
    """What `create_table` takes besides the name; None where something of it is not known."""
    written = [_in_table(column) for column in columns]
    if not columns or None in written or any(not key.table for key in constraints.foreign_keys):
        return None
    arguments = [text for text in written if text is not None]
    arguments.extend(_key(key) for key in constraints.foreign_keys)
    keys = [quoted(column.name) for column in columns if column.primary_key]
    if keys:
        arguments.append(f"sa.PrimaryKeyConstraint({', '.join(keys)})")
    arguments.extend(_unique(unique) for unique in constraints.uniques)
    return tuple(arguments)


def _check(condition: str, name: str) -> str:
    named = f", name={quoted(name)}" if name else ""
    return f"sa.CheckConstraint({quoted(condition)}{named})"


def alter_type(
    table: str,
    wanted: Column,
    found: Column,
    keys: tuple[tuple[str, ForeignKeyConstraint], ...] = (),
    *,
    dialect: str = "",
) -> Step | None:
    """Give a column the type that its model has; foreign keys that use it step aside meanwhile.

    `keys` are those with the table that has them; what has no name cannot step aside. A default of the
    server that PostgreSQL could not convert steps aside, too.
    """
    new, old = wanted.type, found.type
    if not new.source or not old.source or not is_convertible(old, new):
        return None
    name, default = found.name, found.server_default
    named = [(owner, key) for owner, key in keys if key.name]
    up, down = ([dropped_key(owner, key) for owner, key in named] for _ in range(2))
    for calls, before, after in ((up, old, new), (down, new, old)):
        using = using_for(name, before, after, dialect)
        aside = bool(using and default and default != "?")
        existing = (f"existing_type={before.source}", *_existing(found, with_default=not aside))
        calls.extend(enum_type_made(after, dialect))
        if aside:
            calls.append(_altered(name, f"existing_type={before.source}", "server_default=None"))
        options = (f"type_={after.source}", *existing[1:], using)
        calls.append(_altered(name, existing[0], *options))
        if aside:
            calls.append(_altered(name, f"existing_type={after.source}", f"server_default={default}"))
        calls.extend(created_key(owner, key) for owner, key in named)
    shown = f"{table}.{name}"
    verb, deed = "Change the type of", "changes the type of"
    if new.length and old.length:
        verb, deed = ("Lengthen", "lengthens") if new.length > old.length else ("Shorten", "shortens")
    dialects = tuple(dict.fromkeys((*new.dialects, *old.dialects)))
    return Step(table, f"{verb} {shown}", f"{deed} {shown}", tuple(up), tuple(down), dialects)


def _existing(found: Column, *, with_default: bool = True) -> tuple[str, ...]:
    """What an alteration keeps, which MySQL forgets unless it is told again."""
    kept = [f"existing_nullable={found.nullable}"] if found.nullable is not None else []
    if with_default and found.server_default not in ("", "?"):
        kept.append(f"existing_server_default={found.server_default}")
    return tuple(kept)


def alter_nullable(table: str, wanted: Column, found: Column) -> Step | None:
    """Make a column required, or let it be NULL, as its model says."""
    if not found.type.source or wanted.nullable is None:
        return None
    existing = f"existing_type={found.type.source}"
    kept = _existing(msgspec.structs.replace(found, nullable=None))
    name = f"{table}.{found.name}"
    up = _altered(found.name, existing, f"nullable={wanted.nullable}", *kept)
    down = _altered(found.name, existing, f"nullable={not wanted.nullable}", *kept)
    slug = f"Make {name} nullable" if wanted.nullable else f"Require {name}"
    deed = f"makes {name} nullable" if wanted.nullable else f"requires {name}"
    return Step(table, slug, deed, (up,), (down,), found.type.dialects)


def alter_default(table: str, wanted: Column, found: Column) -> Step | None:
    """Give a column the server default that its model has."""
    new, old = wanted.server_default, found.server_default
    if "?" in (new, old) or not found.type.source:
        return None
    existing = f"existing_type={found.type.source}"
    up = _altered(found.name, existing, f"server_default={new or 'None'}")
    down = _altered(found.name, existing, f"server_default={old or 'None'}")
    name = f"{table}.{found.name}"
    verb = ("Give", "gives") if new else ("Take from", "takes from")
    what = " its default" if new else " the default"
    slug, deed = f"{verb[0]} {name}{what}", f"{verb[1]} {name}{what}"
    return Step(table, slug, deed, (up,), (down,), found.type.dialects)


def combined(steps: list[Step | None]) -> Step | None:
    """Several steps of one table as one; None where one of them is not known."""
    known = [step for step in steps if step is not None]
    if len(known) < len(steps) or not known:
        return None
    last = known[-1]
    return msgspec.structs.replace(
        last,
        upgrade=tuple(call for step in known for call in step.upgrade),
        downgrade=tuple(call for step in reversed(known) for call in step.downgrade),
        dialects=tuple(dict.fromkeys(dialect for step in known for dialect in step.dialects)),
    )


def add_labels(table: str, wanted: Column, found: Column, dialect: str) -> Step | None:
    """Let a column hold the members that its enum has by now: `ALTER TYPE … ADD VALUE` in PostgreSQL."""
    old = found.type.labels or ()
    added = [label for label in wanted.type.labels or () if label not in old]
    type_name = found.type.enum_name or wanted.type.enum_name
    if not added or not wanted.type.source:
        return None
    existing = found.type.source or wanted.type.source
    nullable = f"existing_nullable={found.nullable}" if found.nullable is not None else ""
    altered = _altered(found.name, f"existing_type={existing}", f"type_={wanted.type.source}", nullable)
    undone = _altered(found.name, f"existing_type={wanted.type.source}", f"type_={existing}", nullable)
    labels = [label.replace("'", "''") for label in added]
    texts = [f"ALTER TYPE {type_name} ADD VALUE IF NOT EXISTS '{label}'" for label in labels]
    native = [f"op.execute({quoted(text)})" for text in texts]
    name = f"{table}.{found.name}"
    slug, deed = f"Add {' and '.join(added)} to {name}", f"adds {' and '.join(added)} to {name}"
    dialects = tuple(dict.fromkeys((*wanted.type.dialects, *found.type.dialects)))
    is_native = bool(type_name) and found.type.native and wanted.type.native
    if not is_native or dialect in ("mysql", "mariadb", "sqlite"):
        return Step(table, slug, deed, (altered,), (undone,), dialects)
    test = 'if op.get_bind().dialect.name == "postgresql":'
    if dialect.startswith("postgres"):
        return Step(table, slug, deed, (OperationCall("execute", lines=tuple(native)),), (_STAYS,), ())
    up = OperationCall("execute", lines=(test, *(f"    {line}" for line in native), "else:"), then=altered)
    down = OperationCall("execute", lines=('if op.get_bind().dialect.name != "postgresql":',), then=undone)
    return Step(table, slug, deed, (up,), (down,), dialects)


_STAYS = OperationCall("pass", lines=("# PostgreSQL cannot take a label out of a type.", "pass"))


def _in_table(column: Column) -> str | None:
    """A column as `create_table` writes it; keys stand behind all columns."""
    if column.primary_key:
        if not column.type.source or column.computed or column.identity or column.server_default == "?":
            return None
        default = f", server_default={column.server_default}" if column.server_default else ""
        options = ", autoincrement=False" if column.autoincrement is False else ""
        return f"sa.Column({quoted(column.name)}, {column.type.source}{default}{options}, nullable=False)"
    return written_column(column, column.server_default, nullable=column.nullable is not False)


def _key(key: ForeignKeyConstraint) -> str:
    local = ", ".join(map(quoted, key.columns))
    remote = ", ".join(quoted(f"{key.table}.{column}") for column in key.referred)
    name = f", name={quoted(key.name)}" if key.name else ""
    ondelete = f", ondelete={quoted(key.ondelete)}" if key.ondelete else ""
    return f"sa.ForeignKeyConstraint([{local}], [{remote}]{name}{ondelete})"


def _unique(unique: UniqueConstraint) -> str:
    columns = ", ".join(map(quoted, unique.columns))
    return f"sa.UniqueConstraint({columns}{f', name={quoted(unique.name)}' if unique.name else ''})"


def _altered(name: str, *options: str) -> OperationCall:
    return OperationCall("alter_column", (quoted(name), *(each for each in options if each)), True)
