"""The schema that SQL texts and files make, as the same kind of picture that models and migrations give."""

from __future__ import annotations

from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.schema_picture import Picture, PicturedColumn, PicturedTable
from bugcatalog_ls.facts.schema_tables import Table
from bugcatalog_ls.facts.sql_schema import is_sql_file, sql_groups
from bugcatalog_ls.facts.target_databases import target_databases
from bugcatalog_ls.syntax.modules import is_test_path


@derived
def sql_pictures(index: FactIndex) -> tuple[Picture, ...]:
    """One picture for each group of SQL: `.sql` files of a folder, or the statements of a Python file."""
    targets = target_databases(index).dialects
    dialect = next(iter(targets)) if len(targets) == 1 else ""
    found: list[Picture] = []
    for group in sql_groups(index):
        if all(is_test_path(path) for path in group.paths):
            continue
        first = group.paths[0]
        path = first.rpartition("/")[0] if is_sql_file(first) and len(group.paths) > 1 else first
        tables = {table.name: _pictured(table) for table in group.tables.values()}
        if tables:
            found.append(Picture("sql", path, dialect, (), dict(sorted(tables.items()))))
    return tuple(found)


def _pictured(table: Table) -> PicturedTable:
    columns: dict[str, PicturedColumn] = {}
    for each in table.columns.values():
        column = each.column
        known = column.type.name if column.type.name != "UNKNOWN" else ""
        columns[column.name] = PicturedColumn(
            column.name,
            known,
            column.type.length,
            column.nullable,
            column.primary_key,
            column.server_default,
            column.type.labels,
            each.certain,
        )
    made = table.constraints
    return PicturedTable(
        table.name,
        columns,
        made.foreign_keys,
        made.indexes,
        made.uniques,
        table.known,
        made.known,
        table.certain,
        table.revision,
    )
