"""Writing what adds a column that only a SQL statement knows of: a revision, or an `ALTER TABLE`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.finding import NewFile
from bugcatalog_ls.analysis.revision_steps import Step, add_column, drop_column
from bugcatalog_ls.analysis.revisions import revision_files
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
        ((_alter_file(folder_paths, table, {name: _SQL_TYPES[_guessed(name).name]}),), ())
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


def altering_file(paths: tuple[str, ...], table: str, columns: Sequence[Column]) -> NewFile:
    """The `ALTER TABLE`s that add a model's columns, in a file behind the newest one."""
    return _alter_file(paths, table, {each.name: _definition(each) for each in columns})


def _definition(column: Column) -> str:
    """The type as SQL writes it; required only where rows that exist can be given a value."""
    kind = column.type
    name = {"BIGINTEGER": "BIGINT", "SMALLINTEGER": "SMALLINT", "DATETIME": "TIMESTAMP"}.get(
        kind.name, kind.name
    )
    if kind.name == "DATETIME" and kind.timezone:
        name = "TIMESTAMP WITH TIME ZONE"
    if kind.labels is not None or not name:
        name = "VARCHAR" if kind.labels is not None else "TEXT"
    sized = [str(each) for each in (kind.length, kind.precision, kind.scale) if each is not None]
    made = f"{name}({', '.join(sized)})" if sized and kind.labels is None else name
    default = _DEFAULTS.get(kind.name)
    return f"{made} DEFAULT {default} NOT NULL" if column.nullable is False and default else made


_SQL_NAMES = {"BIGINTEGER": "BIGINT", "SMALLINTEGER": "SMALLINT", "DATETIME": "TIMESTAMP"}
_DEFAULTS = {
    **dict.fromkeys(("VARCHAR", "TEXT"), "''"),
    **dict.fromkeys(("INTEGER", "BIGINT", "NUMERIC", "FLOAT"), "0"),
    "BOOLEAN": "FALSE",
}


def _alter_file(paths: tuple[str, ...], table: str, columns: Mapping[str, str]) -> NewFile:
    """The file behind the newest one, named and numbered as the others are."""
    last = paths[-1]
    folder, _, file = last.rpartition("/")
    words = f"add_{table.replace('.', '_')}_{'_'.join(columns)}"
    numbered = re.match(r"(V?)(\d+)(_+|-|\.)?", file)
    if numbered is None:
        made = f"{words}.sql"
    else:
        prefix, number, joint = numbered[1], numbered[2], numbered[3] or "_"
        made = f"{prefix}{int(number) + 1:0{len(number)}d}{joint if joint != '.' else '_'}{words}.sql"
    text = "".join(f"ALTER TABLE {table} ADD COLUMN {name} {kind};\n" for name, kind in columns.items())
    return NewFile(f"{folder}/{made}" if folder else made, text)
