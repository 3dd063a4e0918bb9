"""The pictures of a workspace's schema, and which of them are about the same tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bugcatalog_ls.facts.migration_graph import environments
from bugcatalog_ls.facts.picture_differences import Difference, differences
from bugcatalog_ls.facts.schema_picture import Picture, migrations_picture, models_picture
from bugcatalog_ls.facts.schema_replay import all_metadata, environments_of
from bugcatalog_ls.facts.sql_picture import sql_pictures
from bugcatalog_ls.workspace.workspace import Workspace

SOURCES = ("models", "migrations", "sql", "database")


class Compared(NamedTuple):
    left: Picture
    right: Picture
    differences: tuple[Difference, ...]


def gathered(workspace: Workspace, wanted: Sequence[str], dialect: str) -> tuple[list[Picture], list[str]]:
    """The pictures of the wanted sources, and what is to be told of databases that can't be read."""
    index = workspace.project.index
    found: list[Picture] = []
    problems: list[str] = []
    if "models" in wanted:
        found.extend(models_picture(index, metadata) for metadata in all_metadata(index))
    if "migrations" in wanted:
        found.extend(migrations_picture(index, each.name, dialect) for each in environments(index))
    if "sql" in wanted:
        found.extend(sql_pictures(index))
    if "database" in wanted:
        for answer in workspace.live.read(workspace.settings.databases, workspace.root):
            if answer.picture is not None:
                found.append(answer.picture)
            else:
                problems.append(answer.problem)
        if not found and not problems and tuple(wanted) == ("database",):
            problems.append("No database of the settings has a URL.")
    return [each for each in found if each.tables or each.source == "migrations"], problems


def compared(workspace: Workspace, pictures: Sequence[Picture]) -> list[Compared]:
    """Each pair of pictures that should be one, with its differences."""
    return [Compared(left, right, differences(left, right)) for left, right in _pairs(workspace, pictures)]


def _pairs(workspace: Workspace, pictures: Sequence[Picture]) -> Iterator[tuple[Picture, Picture]]:
    index = workspace.project.index
    by_source = {source: [each for each in pictures if each.source == source] for source in SOURCES}
    migrated: list[Picture] = []
    for models in by_source["models"]:
        names = environments_of(index, models.path)
        for migrations in by_source["migrations"]:
            if migrations.path in names:
                migrated.append(models)
                yield models, migrations
    # Without migrations, what SQL makes is what models have to agree with.
    if not by_source["migrations"]:
        for models in by_source["models"]:
            yield from ((models, sql) for sql in by_source["sql"] if _share(models, sql))
    for database in by_source["database"]:
        candidates = by_source["migrations"] or by_source["models"] or by_source["sql"]
        fitting = [
            each for each in candidates if not each.dialect or _is_family(each.dialect, database.dialect)
        ]
        shared = [each for each in fitting or candidates if _share(each, database)]
        yield from ((each, database) for each in shared or fitting[:1])


def _share(one: Picture, two: Picture) -> bool:
    names = {name.rpartition(".")[2].casefold() for name in one.tables}
    return any(name.rpartition(".")[2].casefold() in names for name in two.tables)


def _is_family(one: str, two: str) -> bool:
    family = {"mariadb": "mysql", "postgres": "postgresql"}
    return family.get(one, one) == family.get(two, two)
