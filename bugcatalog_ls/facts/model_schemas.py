"""Which schemas a metadata's models are held against: its migrations, else the `.sql` files.

`SQL_FILES` stands for the `.sql` files among the names of environments.
"""

from __future__ import annotations

from bugcatalog_ls.facts.created_tables import creates_tables
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.migration_graph import environments
from bugcatalog_ls.facts.models import model, models
from bugcatalog_ls.facts.schema_replay import all_metadata, environments_of, lacks_table, table_of
from bugcatalog_ls.facts.schema_tables import Table
from bugcatalog_ls.facts.sql_schema import group_of_files
from bugcatalog_ls.facts.sql_texts import SqlMade, plain_name

SQL_FILES = ""


@derived
def schemas_of(index: FactIndex, metadata: str) -> tuple[str, ...]:
    """The environments that migrate a metadata, or `SQL_FILES` where there is nothing but these."""
    if environments(index):
        return environments_of(index, metadata)
    group = group_of_files(index) if metadata and all_metadata(index) == (metadata,) else None
    return (SQL_FILES,) if group is not None else ()


@derived
def table_in(index: FactIndex, name: str, table: str) -> Table | None:
    """A table of an environment's schema, or of the `.sql` files."""
    if name != SQL_FILES:
        return table_of(index, name, table)
    group = group_of_files(index)
    if group is None:
        return None
    plain = plain_name(table)
    return group.tables.get(plain) or group.tables.get(f"public.{plain}")


@derived
def is_missing(index: FactIndex, name: str, table: str) -> bool:
    """Whether a schema surely has no table or view of a name.

    `.sql` files count where they make most of what the models map: else they are about something else.
    Where the workspace makes the tables of its models itself, they need not list all.
    """
    if name != SQL_FILES:
        return lacks_table(index, name, table)
    plain = plain_name(table)
    if creates_tables(index) or table_in(index, name, table) is not None or index.get(SqlMade, plain):
        return False
    mapped = {made.key for symbol in models(index) if (made := model(index, symbol)) is not None}
    n_there = sum(table_in(index, name, each) is not None for each in mapped)
    return len(mapped) <= 2 * n_there
