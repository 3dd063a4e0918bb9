"""How a model's table differs from the schema that its migrations leave, aspect by aspect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from bugcatalog_ls.facts.alembic_environments import EnvironmentFact
from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.facts.constraints import Constraints, ForeignKeyConstraint, TableIndex, UniqueConstraint
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.migration_graph import dialect_of, environments
from bugcatalog_ls.facts.model_constraints import model_constraints
from bugcatalog_ls.facts.model_schemas import SQL_FILES, table_in
from bugcatalog_ls.facts.models import Model, model, models_of_table
from bugcatalog_ls.facts.schema_tables import SchemaColumn, Table
from bugcatalog_ls.facts.target_databases import target_databases
from bugcatalog_ls.facts.type_differences import are_apart, type_difference
from bugcatalog_ls.facts.typed_columns import typed

Aspect = Literal[
    "extra_column", "type", "length", "labels", "nullable", "default",
    "index", "unique", "foreign_key", "ondelete",
    "extra_index", "extra_unique", "extra_foreign_key",
]  # fmt: skip


class Drift(msgspec.Struct, frozen=True):
    """One difference. Of a column: `wanted` is the model's, `found` the schema's (an `extra_column`
    has only that). Of a constraint:
    `constraint` is the model's (the schema's where only that has it), `other` the schema's beside it."""

    aspect: Aspect
    columns: tuple[str, ...]
    wanted: Column | None = None
    found: Column | None = None
    constraint: ForeignKeyConstraint | TableIndex | UniqueConstraint | None = None
    other: ForeignKeyConstraint | TableIndex | None = None


@derived
def drifts(index: FactIndex, symbol: str, environment: str) -> tuple[Drift, ...]:
    """All differences between a model and its table in an environment; nothing where either is not known.

    Columns that the schema lacks are none of these, nor are those that only it has and that a row
    cannot do without.
    """
    made = model(index, symbol)
    table = table_in(index, environment, made.key) if made is not None else None
    if made is None or table is None or not table.known or not table.certain:
        return ()
    watches = _Watched(index, environment)
    found = list(_of_columns(index, made, table, watches))
    found.extend(_of_constraints(index, made, table, watches))
    return tuple(found)


class _Watched:
    """What autogenerate compares in an environment."""

    def __init__(self, index: FactIndex, name: str) -> None:
        place = next((each for each in environments(index) if each.name == name), None)
        homes = index.get(EnvironmentFact, place.home) if place is not None and place.home else ()
        self.types = all(fact.compares_types for _, fact in homes)
        self.lengths = name == SQL_FILES
        self.affinities = False
        self.defaults = any(fact.compares_defaults for _, fact in homes)
        self.extras = not any(fact.filters for _, fact in homes)
        self.dialect = dialect_of(index, name) or _only_target(index)
        if name == SQL_FILES and self.dialect in ("", "sqlite"):
            # SQLite stores a text in whatever it calls a column, but keeps numbers and texts apart.
            self.types = False
            self.affinities = True


def _only_target(index: FactIndex) -> str:
    dialects = target_databases(index).dialects
    return next(iter(dialects)) if len(dialects) == 1 else ""


def is_required(each: SchemaColumn) -> bool:
    """Whether a row of the schema must be given a value for a column."""
    column = each.column
    if not each.certain or column.nullable is not False or column.server_default:
        return False
    return not (column.primary_key or column.computed or column.identity)


def _of_columns(index: FactIndex, made: Model, table: Table, watched: _Watched) -> Iterator[Drift]:
    for column in made.columns:
        found = table.column(column.name)
        if found is None or not found.certain:
            continue
        wanted, there = typed(index, made, column), found.column
        named = (column.name,)
        if watched.types or watched.lengths:
            aspect = type_difference(wanted.type, there.type, watched.dialect)
            is_telling = watched.affinities and are_apart(wanted.type, there.type)
            if aspect is not None and (watched.types or aspect == "length" or is_telling):
                yield Drift(aspect, named, wanted, there)
        both_known = wanted.nullable is not None and there.nullable is not None
        # Of a key that only the schema has, the migration must say that it is required.
        is_key = wanted.primary_key or (there.primary_key and there.nullable is not False)
        if both_known and wanted.nullable != there.nullable and not is_key:
            yield Drift("nullable", named, wanted, there)
        if _default_differs(wanted, there, compares=watched.defaults):
            yield Drift("default", named, wanted, there)


def _default_differs(wanted: Column, found: Column, *, compares: bool) -> bool:
    one, two = wanted.server_default, found.server_default
    if "?" in (one, two) or wanted.computed or found.computed or wanted.identity or found.identity:
        return False
    if wanted.primary_key:
        return False
    if one and not two and not wanted.default:
        # Nobody but the server was to give the value.
        return True
    return compares and _plain_default(one) != _plain_default(two)


def _plain_default(written: str) -> str:
    plain = written.removeprefix("sa.text(").removesuffix(")").strip("\"'").casefold()
    for word, spelling in (("sa.true(", "true"), ("sa.false(", "false"), ("sa.func.now(", "now")):
        if written.startswith(word):
            plain = spelling
    return {"1": "true", "0": "false", "now()": "now", "current_timestamp": "now"}.get(plain, plain)


def _of_constraints(index: FactIndex, made: Model, table: Table, watched: _Watched) -> Iterator[Drift]:
    sharing = [each for each in models_of_table(index, made.key) if each.metadata == made.metadata]
    wanted = Constraints()
    for each in sharing:
        wanted = wanted.with_all(model_constraints(index, each.symbol))
    own, there = model_constraints(index, made.symbol), table.constraints
    if there.known:
        yield from _missing(own, there, table)
        yield from _foreign_keys(own, there, table)
    first = not sharing or min(each.symbol for each in sharing) == made.symbol
    # Another model of the table may map what this one does not, and so may a column made elsewhere.
    opaque = any(
        column.nullable is None and not column.type.name for each in sharing for column in each.columns
    )
    if first and not opaque and watched.extras:
        yield from _extra_columns(sharing, table)
        if wanted.known and there.known:
            mapped = {column.name.casefold() for each in sharing for column in each.columns}
            yield from _extra(wanted, there, table, mapped)


def _extra_columns(sharing: list[Model], table: Table) -> Iterator[Drift]:
    if not sharing or any(each.maybe or not each.complete for each in sharing):
        return
    mapped = {column.name.casefold() for each in sharing for column in each.columns}
    for name, each in table.columns.items():
        if name.casefold() not in mapped and each.certain and not is_required(each):
            yield Drift("extra_column", (name,), found=each.column)


def _missing(own: Constraints, there: Constraints, table: Table) -> Iterator[Drift]:
    # A unique index is as good as a constraint, so that neither is missing for sure.
    if there.may_have_indexes:
        return
    key = tuple(name for name, each in table.columns.items() if each.column.primary_key)
    for each in own.indexes:
        if not each.columns or "" in each.columns or not _all_there(each.columns, table):
            continue
        same = [other for other in there.indexes if other.columns == each.columns]
        if any(other.unique == each.unique for other in same):
            continue
        if each.unique and any(set(other.columns) == set(each.columns) for other in there.uniques):
            continue
        yield Drift("index", each.columns, constraint=each, other=same[0] if same else None)
    for unique in own.uniques:
        columns = set(unique.columns)
        known = [set(other.columns) for other in there.uniques]
        known += [set(other.columns) for other in there.indexes if other.unique]
        if columns not in known and columns != set(key) and _all_there(unique.columns, table):
            yield Drift("unique", unique.columns, constraint=unique)


def _foreign_keys(own: Constraints, there: Constraints, table: Table) -> Iterator[Drift]:
    for key in own.foreign_keys:
        # What comes with a column that is missing is that one's affair.
        if not key.table or "?" in key.ondelete or not _all_there(key.columns, table):
            continue
        same = [other for other in there.foreign_keys if _is_same(key, other)]
        if not same:
            beside = [other for other in there.foreign_keys if other.columns == key.columns]
            is_wanted = any(_is_same(each, other) for each in own.foreign_keys for other in beside)
            # One that leads elsewhere gives way to the model's.
            old = beside[0] if len(beside) == 1 and beside[0].table and not is_wanted else None
            yield Drift("foreign_key", key.columns, constraint=key, other=old)
        elif all(
            other.ondelete != "?" and _action(other.ondelete) != _action(key.ondelete) for other in same
        ):
            yield Drift("ondelete", key.columns, constraint=key, other=same[0])


def _action(ondelete: str) -> str:
    return "" if ondelete in ("NO ACTION", "RESTRICT") else ondelete


def _is_same(one: ForeignKeyConstraint, two: ForeignKeyConstraint) -> bool:
    if one.columns != two.columns:
        return False
    names = {one.table.casefold(), two.table.casefold()}
    return len(names) == 1 and (one.referred == two.referred or () in (one.referred, two.referred))


def _extra(wanted: Constraints, there: Constraints, table: Table, mapped: set[str]) -> Iterator[Drift]:
    """Constraints that only the schema has; those of a column that only it has go with that one."""
    indexed = [set(each.columns) for each in wanted.indexes]
    unique_indexes = [set(each.columns) for each in wanted.indexes if each.unique]
    unique = [set(each.columns) for each in wanted.uniques]
    keys = [set(each.columns) for each in wanted.foreign_keys]
    for each in there.indexes if not there.may_lack_indexes else ():
        # MySQL has an index for every foreign key, whoever made it.
        if "" in each.columns or set(each.columns) in (*indexed, *unique, *keys):
            continue
        if not _all_there(each.columns, table) or not _are_mapped(each.columns, mapped):
            continue
        yield Drift("extra_index", each.columns, constraint=each)
    for other in there.uniques:
        is_extra = set(other.columns) not in (*unique, *unique_indexes)
        if is_extra and _are_mapped(other.columns, mapped):
            yield Drift("extra_unique", other.columns, constraint=other)
    for key in there.foreign_keys:
        if not _are_mapped(key.columns, mapped):
            continue
        if all(not _is_same(key, each) for each in wanted.foreign_keys) and set(key.columns) not in keys:
            yield Drift("extra_foreign_key", key.columns, constraint=key)


def _are_mapped(columns: tuple[str, ...], mapped: set[str]) -> bool:
    return all(column.casefold() in mapped for column in columns)


def _all_there(columns: tuple[str, ...], table: Table) -> bool:
    found = [table.column(column) for column in columns]
    return all(each is not None and each.certain for each in found)
