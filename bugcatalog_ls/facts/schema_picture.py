"""The schema as one picture, whichever source it comes from: models, or migrations replayed to their heads.

`migrations_picture(index, environment)` and `models_picture(index, metadata)` give the same kind of value,
so that the two can be shown side by side and compared.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.facts.constraints import Constraints, ForeignKeyConstraint, TableIndex, UniqueConstraint
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.migration_graph import dialect_of, graph
from bugcatalog_ls.facts.model_constraints import model_constraints
from bugcatalog_ls.facts.models import Model, model, models
from bugcatalog_ls.facts.schema_replay import replayed


class PicturedColumn(msgspec.Struct, frozen=True):
    """`type` is SQLAlchemy's upper-case name, empty where unknown; `nullable` None where unknown.
    `server_default` is how a migration writes it, `?` where there is one that is not known, empty for
    none. `enum` are the labels that the column can hold, None where it is no enum or they are unknown.
    Not `certain`: the column may be missing.
    """

    name: str
    type: str
    length: int | None = None
    nullable: bool | None = True
    primary_key: bool = False
    server_default: str = ""
    enum: tuple[str, ...] | None = None
    certain: bool = True


class PicturedTable(msgspec.Struct, frozen=True):
    """`known` is False where it may have other columns, `constraints_known` other keys and indexes, than
    these; not `certain`: the table itself may be missing. `path` is the file that declares it."""

    name: str
    columns: dict[str, PicturedColumn]
    foreign_keys: tuple[ForeignKeyConstraint, ...] = ()
    indexes: tuple[TableIndex, ...] = ()
    uniques: tuple[UniqueConstraint, ...] = ()
    known: bool = True
    constraints_known: bool = True
    certain: bool = True
    path: str = ""


class OpaquePart(msgspec.Struct, frozen=True):
    """What of a revision could not be replayed; `tables` None: it may touch any."""

    revision: str
    reason: str
    tables: tuple[str, ...] | None = None


class Picture(msgspec.Struct, frozen=True):
    """A schema from one source (`migrations`, `models`). `path` names the environment or the metadata.

    `complete` is False where there may be tables that are not listed; `reliable` where the revision
    graph is broken, so that nothing of it should be trusted.
    """

    source: str
    path: str
    dialect: str
    heads: tuple[str, ...]
    tables: dict[str, PicturedTable]
    opaque: tuple[OpaquePart, ...] = ()
    complete: bool = True
    reliable: bool = True


@derived
def migrations_picture(index: FactIndex, environment: str, dialect: str = "") -> Picture:
    """What the migrations of an environment leave behind at its heads.

    With a `dialect` (`sqlite`, `postgresql`, `mysql`), migrations that ask for theirs go its way; with
    none both ways are taken, and what differs between them is uncertain.
    """
    schema = replayed(index, environment, dialect)
    tables = {
        name: _pictured(
            name,
            [(each.column, each.certain) for each in table.columns.values()],
            table.constraints,
            known=table.known,
            certain=table.certain,
            path=table.revision,
        )
        for name, table in schema.tables.items()
        if name != "alembic_version"
    }
    opaque = tuple(OpaquePart(each.revision, each.reason, each.tables) for each in schema.opaque)
    # Made by other means before the first revision: only what revisions did to it since is known.
    outside = [name for name, table in tables.items() if not table.path and not table.known]
    opaque += tuple(OpaquePart("", "no revision creates this table", (name,)) for name in outside)
    heads = tuple(revision for revision, _ in graph(index, environment).heads)
    return Picture(
        "migrations",
        environment,
        dialect or dialect_of(index, environment),
        heads,
        dict(sorted(tables.items())),
        opaque,
        schema.complete,
        schema.reliable,
    )


@derived
def models_picture(index: FactIndex, metadata: str) -> Picture:
    """What the models of a metadata (as `schema_replay.all_metadata` names them) say."""
    by_table: dict[str, list[Model]] = {}
    for symbol in models(index):
        made = model(index, symbol)
        if made is not None and made.metadata == metadata:
            by_table.setdefault(made.key, []).append(made)
    tables = {name: _of_models(index, name, found) for name, found in sorted(by_table.items())}
    return Picture("models", metadata, "", (), tables)


def _of_models(index: FactIndex, name: str, sharing: list[Model]) -> PicturedTable:
    """One table of several classes (single-table inheritance): all their columns."""
    columns: dict[str, tuple[Column, bool]] = {}
    constraints = Constraints()
    for made in sharing:
        for column in made.columns:
            columns.setdefault(column.name, (column, True))
        constraints = constraints.with_all(model_constraints(index, made.symbol))
    known = all(made.complete and not made.maybe for made in sharing)
    return _pictured(name, columns.values(), constraints, known=known, certain=True, path=sharing[0].path)


def _pictured(
    name: str,
    columns: Iterable[tuple[Column, bool]],
    constraints: Constraints,
    *,
    known: bool,
    certain: bool,
    path: str,
) -> PicturedTable:
    return PicturedTable(
        name,
        {
            column.name: PicturedColumn(
                column.name,
                column.type.name,
                column.type.length,
                column.nullable,
                column.primary_key,
                column.server_default,
                column.type.labels,
                is_certain,
            )
            for column, is_certain in columns
        },
        constraints.foreign_keys,
        constraints.indexes,
        constraints.uniques,
        known,
        constraints.indexes_known,
        certain,
        path,
    )
