"""The labels that an enum column holds in the database, as models, migrations and `.sql` files tell."""

from __future__ import annotations

from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.migration_graph import environments
from bugcatalog_ls.facts.model_schemas import SQL_FILES, table_in
from bugcatalog_ls.facts.models import model, models
from bugcatalog_ls.facts.sql_texts import plain_name


@derived
def labels_of(index: FactIndex, table: str, name: str) -> tuple[str, ...]:
    """All labels that some source gives a column; empty where one does not tell, or has no enum there."""
    plain = plain_name(table)
    found: dict[str, None] = {}
    for symbol in models(index):
        made = model(index, symbol)
        column = made.column(name) if made is not None and plain_name(made.key) == plain else None
        if column is None:
            continue
        if column.type.name != "ENUM" or column.type.labels is None:
            return ()
        found.update(dict.fromkeys(column.type.labels))
    for environment in (SQL_FILES, *(each.name for each in environments(index))):
        there = table_in(index, environment, plain)
        column_there = there.column(name) if there is not None else None
        if column_there is None or column_there.column.type.name != "ENUM":
            continue
        if column_there.column.type.labels is None:
            return ()
        found.update(dict.fromkeys(column_there.column.type.labels))
    return tuple(found)
