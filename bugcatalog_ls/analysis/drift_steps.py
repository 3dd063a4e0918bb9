"""The step of a new revision that brings the schema to a model, for each kind of difference."""

from __future__ import annotations

from bugcatalog_ls.analysis import constraint_steps, removal_steps, schema_steps
from bugcatalog_ls.analysis.revision_steps import Step
from bugcatalog_ls.facts.constraints import ForeignKeyConstraint, TableIndex, UniqueConstraint
from bugcatalog_ls.facts.drift import Drift
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.migration_graph import dialect_of
from bugcatalog_ls.facts.models import Model
from bugcatalog_ls.facts.schema_replay import replayed, table_of


def step_for(index: FactIndex, model: Model, drift: Drift, environment: str) -> Step | None:
    """The step that ends a difference; None where it cannot be written."""
    table, wanted, found = model.key, drift.wanted, drift.found
    key, other = drift.constraint, drift.other
    dialect = dialect_of(index, environment)
    there = table_of(index, environment, table)
    if drift.aspect == "extra_column":
        return removal_steps.remove_column(there, drift.columns[0], dialect) if there is not None else None
    if wanted is not None and found is not None:
        match drift.aspect:
            case "type" | "length":
                keys = keys_using(index, model, found.name, environment)
                return schema_steps.alter_type(table, wanted, found, keys, dialect=dialect)
            case "labels":
                return schema_steps.add_labels(table, wanted, found, dialect)
            case "nullable" if found.primary_key:
                # No column of a key can be NULL.
                return None
            case "nullable":
                return schema_steps.alter_nullable(table, wanted, found)
            case "default":
                return schema_steps.alter_default(table, wanted, found)
        return None
    match key:
        case TableIndex():
            if drift.aspect == "extra_index":
                return removal_steps.remove_index(table, key)
            return constraint_steps.add_index(table, key, other if isinstance(other, TableIndex) else None)
        case UniqueConstraint():
            if drift.aspect == "extra_unique":
                return removal_steps.remove_unique(table, key, dialect)
            return constraint_steps.add_unique(index, model, key)
        case ForeignKeyConstraint():
            if drift.aspect == "extra_foreign_key":
                return removal_steps.remove_foreign_key(there, key, dialect) if there is not None else None
            old = other if isinstance(other, ForeignKeyConstraint) else None
            return constraint_steps.add_foreign_key(index, model, key, old, dialect=dialect)
    return None


def keys_using(
    index: FactIndex, model: Model, column: str, environment: str
) -> tuple[tuple[str, ForeignKeyConstraint], ...]:
    """The foreign keys of the schema that a column is part of, on either side, with their table."""
    found: list[tuple[str, ForeignKeyConstraint]] = []
    for name, table in replayed(index, environment).tables.items():
        for key in table.constraints.foreign_keys:
            is_own = name == model.key and column in key.columns
            if is_own or (key.table == model.key and column in key.referred):
                found.append((name, key))
    return tuple(found)
