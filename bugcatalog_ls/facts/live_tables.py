"""Tables of running databases as facts, so that joins know them beside migrations and SQL."""

from __future__ import annotations

from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.facts.fact import Fact
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.schema_picture import Picture, PicturedTable
from bugcatalog_ls.facts.schema_tables import SchemaColumn, Table
from bugcatalog_ls.facts.sql_texts import plain_name


class LiveTable(Fact, frozen=True):
    """A table of the database that settings call `database`. Keyed by its name, as `plain_name` gives it.

    `required` are the columns that a row must be given a value for.
    """

    database: str
    name: str
    columns: tuple[str, ...]
    required: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return plain_name(self.name)


def live_path(database: str) -> str:
    """What stands for a file where the facts of a database are kept; no file has such a path."""
    return f"database:{database}"


def live_facts(picture: Picture) -> tuple[LiveTable, ...]:
    """The tables of a picture that was read of a database."""
    return tuple(
        LiveTable(picture.path, name, tuple(table.columns), _required(table))
        for name, table in picture.tables.items()
    )


def _required(table: PicturedTable) -> tuple[str, ...]:
    return tuple(
        each.name
        for each in table.columns.values()
        if each.nullable is False and not each.server_default and not each.primary_key
    )


@derived
def only_database(index: FactIndex) -> str:
    """The one database that was read and has tables; empty where there are none or several."""
    found = {fact.database for key in index.keys(LiveTable) for _, fact in index.get(LiveTable, key)}
    return found.pop() if len(found) == 1 else ""


@derived
def live_table(index: FactIndex, name: str) -> Table | None:
    """A table (`[schema.]name`) of the only database that was read."""
    wanted = name.casefold().removeprefix("public.")
    for _, fact in index.get(LiveTable, plain_name(name)):
        if fact.name.casefold().removeprefix("public.") == wanted:
            columns = {
                each: SchemaColumn(Column(each, nullable=each not in fact.required)) for each in fact.columns
            }
            return Table(fact.name, columns)
    return None
