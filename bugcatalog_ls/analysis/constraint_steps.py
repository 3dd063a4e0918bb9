"""Steps of a new revision that make indexes, unique constraints and foreign keys of a model."""

from __future__ import annotations

import msgspec

from bugcatalog_ls.analysis.constraint_calls import (
    created_index,
    created_key,
    created_unique,
    dropped,
    dropped_index,
    dropped_key,
    key_that_goes,
    named_key,
)
from bugcatalog_ls.analysis.revision_steps import Step
from bugcatalog_ls.facts.constraint_names import constraint_name
from bugcatalog_ls.facts.constraints import ForeignKeyConstraint, TableIndex, UniqueConstraint
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.models import Model


def add_index(table: str, made: TableIndex, instead_of: TableIndex | None = None) -> Step | None:
    """Create an index of a model, in place of one that differs from it."""
    if not made.name or "" in made.columns:
        return None
    up, down = [created_index(made)], [dropped_index(made)]
    if instead_of is not None:
        up, down = [dropped_index(instead_of), *up], [*down, created_index(instead_of)]
    name = f"{table}.{'_'.join(made.columns)}"
    return Step(table, f"Index {name}", f"indexes {name}", tuple(up), tuple(down))


def add_unique(index: FactIndex, model: Model, unique: UniqueConstraint) -> Step | None:
    """Create a unique constraint of a model."""
    name = unique.name or constraint_name(index, model.metadata, "uq", model.key, unique.columns)
    made = UniqueConstraint(unique.columns, name)
    what = f"{model.key}.{'_'.join(unique.columns)}"
    return Step(
        model.key,
        f"Make {what} unique",
        f"makes {what} unique",
        (created_unique(made),),
        (dropped(name, "unique"),),
    )


def add_foreign_key(
    index: FactIndex,
    model: Model,
    key: ForeignKeyConstraint,
    instead_of: ForeignKeyConstraint | None = None,
    *,
    dialect: str = "",
) -> Step | None:
    """Create a foreign key of a model, in place of one that differs from it.

    The name of what goes is the one it was given; else the database's own.
    """
    name = key.name or constraint_name(
        index,
        model.metadata,
        "fk",
        model.key,
        key.columns,
        referred=key.table,
        referred_columns=key.referred,
    )
    made = ForeignKeyConstraint(key.columns, key.table, key.referred, key.ondelete, name)
    up, down = [created_key(model.key, made)], [dropped_key(model.key, made)]
    if instead_of is not None and not key.name and instead_of.table == key.table:
        made = msgspec.structs.replace(made, name=instead_of.name or name)
        up, down = [created_key(model.key, made)], [dropped_key(model.key, made)]
    what = f"{model.key}.{'_'.join(key.columns)}"
    slug, deed = f"Link {what} to {key.table}", f"links {what} to {key.table}"
    if instead_of is not None:
        old_name = named_key(model.key, instead_of, dialect).name
        old = ForeignKeyConstraint(
            instead_of.columns,
            instead_of.table,
            instead_of.referred or key.referred,
            instead_of.ondelete,
            old_name,
        )
        goes = key_that_goes(model.key, msgspec.structs.replace(old, name=instead_of.name), dialect)
        up, down = [goes, *up], [*down, created_key(model.key, old)]
        match key.ondelete:
            case "SET NULL":
                slug, deed = f"Set {what} to NULL on delete", f"sets {what} to NULL on delete"
            case "CASCADE":
                slug, deed = f"Delete {model.key} with {key.table}", f"deletes {model.key} with {key.table}"
            case _:
                slug, deed = f"Change the key of {what}", f"changes the key of {what}"
    return Step(model.key, slug, deed, tuple(up), tuple(down))
