"""The schema that migrations leave behind, and which models belong to it.

`replayed(index, environment)` replays all revisions of an environment to its heads.
`table_of(index, environment, name)` is one table of it: a reader that asks for a table only wakes
when that table comes out differently. `environments_of(index, metadata)` pairs a metadata with the
environments whose `env.py` names it, or with the only ones there are.
"""

from __future__ import annotations

import msgspec

from bugcatalog_ls.facts.alembic_environments import EnvironmentFact
from bugcatalog_ls.facts.declarative import metadata_identity
from bugcatalog_ls.facts.expressions import Call, dotted
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.migration_graph import Environment, environments, graph
from bugcatalog_ls.facts.models import model, models
from bugcatalog_ls.facts.replay import Replay
from bugcatalog_ls.facts.replay_ways import Opaque
from bugcatalog_ls.facts.schema_tables import Table
from bugcatalog_ls.syntax.modules import module_name


class ReplayedSchema(msgspec.Struct, frozen=True):
    """The tables at the heads of an environment, and what could not be replayed.

    `complete` is False where there may be tables that are not listed. `reliable` is False where
    the graph itself is broken: then nothing of it should be trusted.
    """

    tables: dict[str, Table]
    opaque: tuple[Opaque, ...]
    complete: bool
    reliable: bool
    views: frozenset[str] = frozenset()


@derived
def replayed(index: FactIndex, name: str, dialect: str = "") -> ReplayedSchema:
    """The schema of the environment of a name, replayed to all of its heads.

    Where a migration asks which `dialect` it runs on and none is given, both ways are taken.
    """
    order = graph(index, name)
    replay = Replay(index, dialect)
    for path in order.order:
        replay.upgrade(path, module_name(path))
    return ReplayedSchema(
        replay.schema.tables,
        tuple(replay.opaque),
        replay.schema.complete,
        order.whole and bool(order.order),
        replay.schema.views,
    )


@derived
def table_of(index: FactIndex, name: str, table: str) -> Table | None:
    """A table (`[schema.]name`) of an environment's schema; None where no revision creates it."""
    schema = replayed(index, name)
    if not schema.reliable:
        return None
    found = schema.tables.get(table)
    if found is not None:
        return found
    # PostgreSQL puts what names no schema into `public`.
    folded = table.casefold().removeprefix("public.")
    return next(
        (each for key, each in schema.tables.items() if key.casefold().removeprefix("public.") == folded),
        None,
    )


@derived
def lacks_table(index: FactIndex, name: str, table: str) -> bool:
    """Whether an environment surely leaves no table or view of a name (`[schema.]name`).

    Where revisions change tables that none of them creates, others may come from elsewhere, too.
    """
    schema = replayed(index, name)
    if not schema.reliable or not schema.complete or table_of(index, name, table) is not None:
        return False
    if any(not each.revision and not each.known for each in schema.tables.values()):
        return False
    plain = table.rpartition(".")[2].casefold()
    return all(view.rpartition(".")[2].casefold() != plain for view in schema.views)


@derived
def has_schema(index: FactIndex, name: str, schema: str) -> bool:
    """Whether an environment makes a table in a schema of the database."""
    return any(table.startswith(f"{schema}.") for table in replayed(index, name).tables)


@derived
def opaque_of(index: FactIndex, name: str, path: str) -> tuple[Opaque, ...]:
    """What could not be replayed of the revision at a path."""
    return tuple(each for each in replayed(index, name).opaque if each.revision == path)


@derived
def metadata_of(index: FactIndex, name: str) -> tuple[str, ...] | None:
    """The metadata that an environment migrates; None where its `env.py` does not tell."""
    environment = _environment(index, name)
    if environment is None or not environment.home:
        return None
    found: list[str] = []
    for path, fact in index.get(EnvironmentFact, environment.home):
        for target in fact.targets:
            symbol = None if isinstance(target, Call) else dotted(target)
            identity = metadata_identity(index, symbol, path) if symbol else ""
            if not identity:
                return None
            found.append(identity)
    return tuple(dict.fromkeys(found)) or None


@derived
def metadata_migrated_by(index: FactIndex, name: str) -> tuple[str, ...]:
    """The metadata of the workspace's models that an environment migrates, named by it or not."""
    return tuple(each for each in all_metadata(index) if name in environments_of(index, each))


@derived
def all_metadata(index: FactIndex) -> tuple[str, ...]:
    """The identities of the metadata that models of the workspace belong to."""
    made = [found for symbol in models(index) if (found := model(index, symbol)) is not None]
    # Alembic's own table is nobody's model.
    return tuple(sorted({each.metadata for each in made if each.table != "alembic_version"}))


@derived
def environments_of(index: FactIndex, metadata: str) -> tuple[str, ...]:
    """The names of the environments that migrate a metadata.

    Where no `env.py` names it, the environments whose target is not known take it if it is the
    only metadata that nobody else claims.
    """
    if not metadata:
        return ()
    claimed: dict[str, tuple[str, ...]] = {}
    unknown: list[str] = []
    for environment in environments(index):
        targets = metadata_of(index, environment.name)
        if targets is None:
            unknown.append(environment.name)
        else:
            claimed[environment.name] = targets
    named = tuple(name for name, targets in claimed.items() if metadata in targets)
    if named:
        return named
    taken = {target for targets in claimed.values() for target in targets}
    free = [each for each in all_metadata(index) if each not in taken]
    homes = {_home(index, name) for name in unknown}
    if free == [metadata] and len(homes) == 1:
        return tuple(unknown)
    return ()


def _home(index: FactIndex, name: str) -> str:
    environment = _environment(index, name)
    return (environment.home or environment.name) if environment is not None else name


def _environment(index: FactIndex, name: str) -> Environment | None:
    return next((each for each in environments(index) if each.name == name), None)
