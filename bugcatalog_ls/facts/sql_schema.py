"""The tables that the workspace is known to have: of migrations, of SQL, of databases, else of models.

`known_table(index, name, path)` is what a statement of the file at `path` may use of a table;
`is_unknown_table` tells that there is surely no such table.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

import msgspec

from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.live_tables import LiveTable
from bugcatalog_ls.facts.migration_graph import environments
from bugcatalog_ls.facts.migrations import REVISION_ANCHOR
from bugcatalog_ls.facts.models import model, models
from bugcatalog_ls.facts.operations import CreateTable, DropTable, RenameTable
from bugcatalog_ls.facts.schema import Schema
from bugcatalog_ls.facts.schema_replay import replayed
from bugcatalog_ls.facts.schema_tables import Table
from bugcatalog_ls.facts.sql_files import sql_table_anchor
from bugcatalog_ls.facts.sql_texts import SqlDdl, SqlMade, SqlTableUse, SqlText, plain_name
from bugcatalog_ls.syntax.modules import is_test_path

_SMALL = 5


class KnownTable(msgspec.Struct, frozen=True):
    """`columns` are their names as written; `path` and `anchor` a place that makes it; `environment` names
    the migrations that do, `model` a model of it where there is one."""

    name: str
    columns: tuple[str, ...]
    path: str = ""
    anchor: str = ""
    environment: str = ""
    model: str = ""

    def has(self, column: str) -> bool:
        folded = column.casefold()
        return any(each.casefold() == folded for each in self.columns)


class SqlGroup(msgspec.Struct, frozen=True):
    """The tables of `.sql` files that belong together, or of one Python file, by name in lower case; `gone`
    are those that it made once and dropped or renamed since."""

    paths: tuple[str, ...]
    tables: dict[str, Table]
    gone: frozenset[str] = frozenset()


@derived
def known_table(index: FactIndex, name: str, path: str) -> KnownTable | None:
    """What is known for sure of a table that a statement in the file at `path` names."""
    plain = plain_name(name)
    if index.get(SqlMade, plain) or index.get(SqlMade, plain.rpartition(".")[2]):
        return None
    own = next((each for each in sql_groups(index) if path in each.paths and plain in each.tables), None)
    groups = [own] if own is not None and own.tables[plain].known else None
    found: list[KnownTable] = []
    for table, source in _tables(index, plain, groups, with_tests=is_test_path(path)):
        if not table.known and (table.certain or source.environment):
            return None
        found.append(source)
    live = [fact for _, fact in index.get(LiveTable, plain)]
    found.extend(KnownTable(each.name, each.columns, f"database {each.database}") for each in live)
    certain = [each for each in found if each.path]
    if not certain:
        return _of_models(index, plain)
    columns = dict.fromkeys(column for each in found for column in each.columns)
    first = certain[0]
    of_model = next(iter(_model_tables(index).get(plain, ())), "")
    return msgspec.structs.replace(first, columns=tuple(columns), model=of_model)


@derived
def is_unknown_table(index: FactIndex, name: str, path: str) -> bool:
    """Whether surely no source makes a table, and the statement is for the database that these tell of."""
    plain = plain_name(name)
    last = plain.rpartition(".")[2]
    if index.get(SqlMade, plain) or index.get(SqlMade, last) or plain in _model_tables(index):
        return False
    if last in _names(index):
        return False
    if not all(_is_whole(index, each.name) for each in environments(index)):
        return False
    # A schema that nothing known is in belongs to another database.
    if "." in plain and plain.rpartition(".")[0] not in _schemas(index):
        return False
    known = _names(index)
    if not known or "django" in _frameworks(index):
        return False
    used = {each.rpartition(".")[2] for each in index.keys(SqlTableUse)}
    n_known = len(used & known)
    n_unknown = len({each for each in used - known if not index.get(SqlMade, each)})
    # Where many tables are strangers, the SQL is for another database.
    if min(3, max(1, n_known // 3)) < n_unknown:
        return False
    if any(plain in each.gone for each in sql_groups(index)):
        return not any(path in each.paths for each in sql_groups(index) if plain in each.gone)
    beside = {plain_name(table.name) for text in index.in_file(path, SqlText) for table in text.tables}
    # Of a large schema a part may lie where nobody looks: in a plugin, in another repository.
    is_small = len(known) <= _SMALL
    return (is_small and bool(beside & known)) or n_known == 0 or bool(nearest_name(last, known, 80))


@derived
def sql_groups(index: FactIndex) -> tuple[SqlGroup, ...]:
    """What SQL texts and files make, each group replayed in its order."""
    by_folder: dict[str, list[str]] = defaultdict(list)
    for path in sorted(index.keys(SqlDdl), key=_natural):
        folder, _, name = path.rpartition("/")
        # `full.sql.postgres` beside `full.sql.sqlite` are two ways to make the same tables.
        kind = name.partition(".sql.")[2]
        by_folder[(f"{folder}#{kind}" if kind else folder) if is_sql_file(path) else path].append(path)
    merged: dict[str, list[str]] = {}
    for folder in sorted(by_folder, key=lambda each: (each.count("/"), _natural(each))):
        home = next((each for each in merged if _belongs(folder, each)), folder)
        merged.setdefault(home, []).extend(by_folder[folder])
    return tuple(_group(index, paths) for paths in merged.values())


def group_of_files(index: FactIndex) -> SqlGroup | None:
    """The `.sql` files of the workspace, where they are one group."""
    found = [
        each for each in sql_groups(index) if is_sql_file(each.paths[0]) and not is_test_path(each.paths[0])
    ]
    return found[0] if len(found) == 1 else None


def is_sql_file(path: str) -> bool:
    return not path.endswith((".py", ".pyi"))


def nearest_name(name: str, names: Iterable[str], at_least: int = 70) -> str:
    """The name that was most likely meant; empty where none is near."""
    from rapidfuzz import fuzz, process

    folded = name.casefold()
    candidates = {each: each.casefold() for each in names}
    found = process.extractOne(folded, candidates, scorer=fuzz.ratio, score_cutoff=at_least)
    if found is not None:
        return str(found[2])
    if 3 <= len(folded) <= at_least // 10:
        swapped = [each for each, low in candidates.items() if sorted(low) == sorted(folded)]
        if len(swapped) == 1:
            return swapped[0]
    plain = re.sub(r"[_\W]", "", folded)
    alike = [each for each, low in candidates.items() if re.sub(r"[_\W]", "", low) == plain]
    alike = alike or [
        each
        for each, low in candidates.items()
        if len(folded) > 3 and (low.endswith(f"_{folded}") or folded.endswith(f"_{low}"))
    ]
    return alike[0] if len(alike) == 1 else ""


@derived
def table_names(index: FactIndex) -> frozenset[str]:
    """The tables of all sources, without their schemas, in lower case."""
    return frozenset(_names(index))


def _belongs(folder: str, home: str) -> bool:
    """Whether migrations in a folder go on from the tables of another one."""
    if folder.endswith(".py") or home.endswith(".py"):
        return False
    parent, _, last = folder.rpartition("/")
    home_parent, _, home_last = home.rpartition("/")
    if parent == home or parent == f"{home}/migrations":
        return re.search(r"migrat|version|update|patch|change|upgrade|^\d", last, re.IGNORECASE) is not None
    base = re.search(r"schema|init|base|table|ddl", home_last, re.IGNORECASE) is not None
    return (
        parent == home_parent
        and base
        and re.search(r"migrat|version|update|patch", last, re.IGNORECASE) is not None
    )


def _natural(path: str) -> list[tuple[int, int, str]]:
    """A key that sorts `2_x` before `10_x`, and a base schema before what changes it."""
    name = path.rpartition("/")[2]
    base = 0 if re.match(r"(?:schema|init|create|base|tables|structure)", name, re.IGNORECASE) else 1
    parts = re.findall(r"\d+|\D+", path)
    return [(base, 0, ""), *((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)]


def _group(index: FactIndex, paths: list[str]) -> SqlGroup:
    schema = Schema()
    made: set[str] = set()
    for path in sorted(paths, key=_natural) if is_sql_file(paths[0]) else paths:
        for _, fact in index.get(SqlDdl, path):
            for operation in fact.operations:
                if isinstance(operation, CreateTable):
                    made.add(plain_name(operation.table))
                elif isinstance(operation, RenameTable):
                    made.add(plain_name(operation.new_name))
                elif isinstance(operation, DropTable) and schema.table(operation.table) is None:
                    continue
                schema.apply(operation, path)
    tables = {plain_name(name): table for name, table in schema.tables.items()}
    return SqlGroup(tuple(paths), tables, frozenset(made - tables.keys()))


def _tables(
    index: FactIndex, plain: str, groups: list[SqlGroup] | None, *, with_tests: bool
) -> Iterable[tuple[Table, KnownTable]]:
    """The tables of a name in all sources, with what is known of each."""
    for group in sql_groups(index):
        table = group.tables.get(plain)
        if table is None or (not with_tests and all(is_test_path(path) for path in group.paths)):
            continue
        # Elsewhere only what is added to a table counts, where the file makes it itself.
        if groups is not None and group not in groups and table.certain:
            continue
        path = table.revision if table.certain else ""
        anchor = sql_table_anchor(plain) if is_sql_file(path) else ""
        yield table, KnownTable(table.name, _columns(table), path, anchor)
    if groups is not None:
        return
    for environment in environments(index):
        schema = replayed(index, environment.name)
        if not schema.reliable:
            yield Table(plain, known=False), KnownTable(plain, (), environment=environment.name)
            continue
        for name, table in schema.tables.items():
            written = plain_name(name)
            if written == plain or ("." not in plain and written.rpartition(".")[2] == plain):
                yield (
                    table,
                    KnownTable(
                        table.name, _columns(table), table.revision, REVISION_ANCHOR, environment.name
                    ),
                )


def _columns(table: Table) -> tuple[str, ...]:
    return tuple(each.column.name for each in table.columns.values())


def _of_models(index: FactIndex, plain: str) -> KnownTable | None:
    """A table as models declare it."""
    found = [
        made for symbol in _model_tables(index).get(plain, ()) if (made := model(index, symbol)) is not None
    ]
    if not found or any(not each.complete or each.maybe for each in found):
        return None
    columns = dict.fromkeys(column.name for each in found for column in each.columns)
    first = found[0]
    return KnownTable(first.key, tuple(columns), first.path, first.anchor, model=first.symbol)


@derived
def _model_tables(index: FactIndex) -> dict[str, tuple[str, ...]]:
    """The symbols of models by table, in lower case, with and without its schema."""
    found: dict[str, list[str]] = defaultdict(list)
    for symbol in models(index):
        made = model(index, symbol)
        if made is not None:
            for name in {plain_name(made.key), made.table.casefold()}:
                found[name].append(symbol)
    return {name: tuple(symbols) for name, symbols in found.items()}


@derived
def _schemas(index: FactIndex) -> frozenset[str]:
    """The names of schemas that known tables are in."""
    tables = [*_model_tables(index), *index.keys(LiveTable)]
    for environment in environments(index):
        tables.extend(plain_name(name) for name in replayed(index, environment.name).tables)
    for group in sql_groups(index):
        tables.extend(group.tables)
    return frozenset({name.rpartition(".")[0] for name in tables} | {"public", "main", "dbo"})


@derived
def _names(index: FactIndex) -> frozenset[str]:
    found = {name.rpartition(".")[2] for name in (*_model_tables(index), *index.keys(LiveTable))}
    for group in sql_groups(index):
        if not all(is_test_path(path) for path in group.paths):
            found |= {name.rpartition(".")[2] for name in group.tables}
    for environment in environments(index):
        found |= {plain_name(name).rpartition(".")[2] for name in replayed(index, environment.name).tables}
    return frozenset(found)


def _is_whole(index: FactIndex, environment: str) -> bool:
    schema = replayed(index, environment)
    return schema.reliable and schema.complete


@derived
def _frameworks(index: FactIndex) -> frozenset[str]:
    """Frameworks of which the tables are not read here."""
    from bugcatalog_ls.facts.pins import Pin

    return frozenset(name for name in ("django",) if index.get(Pin, name))
