"""Writing what adds a column that only a SQL statement knows of: a revision, or an `ALTER TABLE`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.finding import NewFile
from bugcatalog_ls.analysis.revision_steps import Step, add_column, drop_column
from bugcatalog_ls.analysis.revisions import revision_files
from bugcatalog_ls.analysis.sql_scripts import adding_file
from bugcatalog_ls.facts.column_types import ColumnType
from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.facts.models import model
from bugcatalog_ls.facts.sql_schema import group_of_files, is_sql_file, sql_groups


def added_column_files(
    ctx: FixContext, table: str, name: str, known: Mapping[str, str]
) -> tuple[tuple[NewFile, ...], tuple[tuple[str, Step], ...]] | None:
    """The files that add a column, with the steps where they are revisions; None where there is no place.

    `known` holds the `environment` and the `model` of the table, and the `path` of what makes it.
    """
    environment = known.get("environment", "")
    if environment:
        step = _step(ctx, table, name, known.get("model", ""))
        new = revision_files(ctx, environment, [step]) if step is not None else None
        return (new, ((environment, step),)) if new is not None and step is not None else None
    folder_paths = _sql_files(ctx, known.get("path", ""))
    return (
        ((adding_file(ctx, folder_paths, table, {name: _SQL_TYPES[_guessed(name).name]}),), ())
        if folder_paths
        else None
    )


def _step(ctx: FixContext, table: str, name: str, symbol: str) -> Step | None:
    made = model(ctx.index, symbol) if symbol else None
    column = made.column(name) if made is not None else None
    if made is not None and column is not None:
        return add_column(ctx.index, made, column)
    unknown = Column(name, _guessed(name))
    reverse = drop_column(table, unknown)
    if reverse is None:
        return None
    # What drops it and puts it back is what adds it, turned round.
    return Step(table, f"Add {table}.{name}", f"adds {table}.{name}", reverse.downgrade, reverse.upgrade)


def _guessed(name: str) -> ColumnType:
    """A type by what names usually hold; text holds anything."""
    if re.search(r"_at$|_on$|^date_|_date$|_time$", name):
        return ColumnType("DATETIME", source="sa.DateTime()")
    if re.match(r"is_|has_|can_", name):
        return ColumnType("BOOLEAN", source="sa.Boolean()")
    if re.search(r"_id$|_count$|^n_|^num_", name):
        return ColumnType("INTEGER", source="sa.Integer()")
    return ColumnType("TEXT", source="sa.Text()")


_SQL_TYPES = {"DATETIME": "TIMESTAMP", "BOOLEAN": "BOOLEAN", "INTEGER": "INTEGER", "TEXT": "TEXT"}


def _sql_files(ctx: FixContext, path: str) -> tuple[str, ...]:
    group = next((each for each in sql_groups(ctx.index) if path in each.paths), None)
    if group is not None and is_sql_file(group.paths[0]):
        return group.paths
    files = group_of_files(ctx.index)
    if files is not None:
        return files.paths
    # With nothing but statements in Python, the file begins a folder of its own.
    folder = path.rpartition("/")[0]
    return (f"{folder}/migrations/000.sql" if folder else "migrations/000.sql",) if path else ()
