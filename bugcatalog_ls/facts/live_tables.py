"""Tables of running databases as facts, so that joins know them beside migrations and SQL."""

from __future__ import annotations

from bugcatalog_ls.facts.fact import Fact
from bugcatalog_ls.facts.schema_picture import Picture
from bugcatalog_ls.facts.sql_texts import plain_name


class LiveTable(Fact, frozen=True):
    """A table of the database that settings call `database`. Keyed by its name, as `plain_name` gives it."""

    database: str
    name: str
    columns: tuple[str, ...]

    @property
    def key(self) -> str:
        return plain_name(self.name)


def live_path(database: str) -> str:
    """What stands for a file where the facts of a database are kept; no file has such a path."""
    return f"database:{database}"


def live_facts(picture: Picture) -> tuple[LiveTable, ...]:
    """The tables of a picture that was read of a database."""
    return tuple(
        LiveTable(picture.path, name, tuple(table.columns)) for name, table in picture.tables.items()
    )
