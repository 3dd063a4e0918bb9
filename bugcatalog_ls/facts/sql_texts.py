"""SQL in Python strings: what each text names and needs, and what the workspace's own DDL makes.

A text is read when its file is; what of it is wrong is for joins, which know the schema and the
databases. Revisions of Alembic are replayed elsewhere: of these only what a database must be able
to run is kept.
"""

from __future__ import annotations

import re

import msgspec

from bugcatalog_ls.facts.ddl import ddl_operations
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.operations import CreateTable, DropTable, Operation, RenameTable, Touch
from bugcatalog_ls.facts.sql_calls import SQL_TEXT, SqlUse, executed_names, sql_uses
from bugcatalog_ls.facts.sql_engines import OTHER
from bugcatalog_ls.facts.sql_features import sql_features
from bugcatalog_ls.facts.sql_guards import dialects_around
from bugcatalog_ls.facts.sql_holes import with_types_left_out
from bugcatalog_ls.facts.sql_labels import SqlLabel, label_uses
from bugcatalog_ls.facts.sql_names import statement_names
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.sql_tokens import sql_statements
from bugcatalog_ls.text.spans import Span


class SqlName(msgspec.Struct, frozen=True, array_like=True):
    """A table (`tables` is empty), or a column that one of `tables` must have; `anchor` is its place."""

    name: str
    anchor: str
    tables: tuple[str, ...] = ()
    is_target: bool = False


class SqlCount(msgspec.Struct, frozen=True, array_like=True):
    """An `INSERT` of which a row has another number of values than there are columns."""

    anchor: str
    n_columns: int
    n_values: int


class SqlFeature(msgspec.Struct, frozen=True, array_like=True):
    """A construct that not every database can run; `written` is its text."""

    name: str
    anchor: str
    written: str


class SqlText(Fact, frozen=True):
    """One text of SQL. Keyed by the anchor of the string.

    `dialect` is that of its driver or engine (`other` for one that nothing is known of), `engine` the
    symbol of an engine elsewhere. `around` are the dialects that the code around it is written for
    (empty: some one, behind a test), None where nothing tells. `constant` is the name of a constant that
    its own file does not execute. `in_revision` tells that it belongs to a migration.
    """

    anchor: str
    dialect: str = ""
    engine: str = ""
    around: tuple[str, ...] | None = None
    constant: str = ""
    in_revision: bool = False
    tables: tuple[SqlName, ...] = ()
    columns: tuple[SqlName, ...] = ()
    counts: tuple[SqlCount, ...] = ()
    features: tuple[SqlFeature, ...] = ()

    @property
    def key(self) -> str:
        return self.anchor


class SqlTableUse(Fact, frozen=True):
    """A table that SQL outside of revisions speaks of, in lower case."""

    table: str

    @property
    def key(self) -> str:
        return self.table


class SqlDdl(Fact, frozen=True):
    """What the texts of one file do to tables, in their order. Keyed by the file."""

    path: str
    operations: tuple[Operation, ...]

    @property
    def key(self) -> str:
        return self.path


class SqlMade(Fact, frozen=True):
    """A view, temporary or virtual table that some text makes: its columns are not told by DDL."""

    name: str

    @property
    def key(self) -> str:
        return self.name


class SqlExecuted(Fact, frozen=True):
    """The last name of a constant of another module that is executed."""

    name: str

    @property
    def key(self) -> str:
        return self.name


_DML = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "REPLACE", "("})
_REVISION = (b"down_revision",)
_MADE = re.compile(
    r"\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:(?:GLOBAL|LOCAL|TEMP|TEMPORARY|VIRTUAL|MATERIALIZED|FOREIGN|UNLOGGED)\s+)*"
    r"(?P<kind>VIEW|TABLE)\s+(?:IF\s+NOT\s+EXISTS\s+)?(?P<name>[\w.\"`\[\]$]+)",
    re.IGNORECASE,
)
_MADE_HERE = re.compile(r"\b(?:TEMP|TEMPORARY|VIRTUAL|FOREIGN|VIEW)\b", re.IGNORECASE)
_MIGRATION = re.compile(
    r"(?:^|[_./])(?:m\d{2,}|v\d{2,})_|migrat|upgrade|downgrade|(?:^|[_./])alembic|(?:^|/)deltas?/",
    re.IGNORECASE,
)
_INTO = re.compile(
    r"\bSELECT\b[^;]*?\bINTO\s+(?:TEMP\s+|TEMPORARY\s+)?(?:TABLE\s+)?([\w.]+)\s+FROM\b", re.IGNORECASE
)


def made_names(text: str) -> list[str]:
    """The views, temporary and virtual tables that a text makes, in lower case."""
    found = [
        plain_name(match["name"])
        for match in _MADE.finditer(text)
        if _MADE_HERE.search(match[0][: match.start("name") - match.start()])
    ]
    return [*found, *(plain_name(name) for name in _INTO.findall(text))]


def plain_name(name: str) -> str:
    """A table's name without quotes and default schemas, in lower case."""
    text = re.sub(r"[\"`\[\]]", "", name).casefold()
    for schema in ("public.", "main.", "dbo.", "temp."):
        text = text.removeprefix(schema)
    return text


def _collect(file: PyFile, facts: Facts) -> None:
    data = file.source.data
    if not SQL_TEXT.finds(data):
        for name in dict.fromkeys(executed_names(file)):
            facts.add(SqlExecuted(name))
        return
    in_revision = any(word in data for word in _REVISION)
    operations: list[Operation] = []
    used: dict[str, None] = {}
    ordered = sorted(sql_uses(file), key=lambda use: use.text.node.start_byte)
    for use in ordered:
        text = use.text.text
        for name in made_names(text):
            facts.add(SqlMade(name))
        fact = _text(file, facts, use, in_revision)
        if fact.tables or fact.columns or fact.counts or fact.features:
            facts.add(fact)
        if in_revision or use.dialect == OTHER:
            continue
        used.update(dict.fromkeys(plain_name(each.name) for each in fact.tables))
        if _makes_tables(text):
            operations.extend(_operations(file, use, text))
    for table in used:
        facts.add(SqlTableUse(table))
    if operations:
        facts.add(SqlDdl(file.path, tuple(operations)))
    for name in dict.fromkeys(executed_names(file)):
        facts.add(SqlExecuted(name))


VOCABULARY = Vocabulary(
    _collect,
    literals=(
        b"execute",
        b"SELECT ",
        b"SELECT\n",
        b"select ",
        b"INSERT ",
        b"UPDATE ",
        b"DELETE ",
        b"CREATE ",
        b"read_sql",
        b"insert into",
    ),
)


def _text(file: PyFile, facts: Facts, use: SqlUse, in_revision: bool) -> SqlText:
    text = use.text.text
    place = file.qualname_at(use.text.node.start_byte)
    around = dialects_around(file, use.text.node)
    whole = Span(use.text.node.start_byte, use.text.node.end_byte)
    string = facts.anchor(f"sql {place}", whole)

    def anchor(start: int, end: int, name: str) -> str:
        span = use.text.span(start, end)
        return facts.anchor(f"sql {place} {name}", span) if span is not None else string

    tables: list[SqlName] = []
    columns: list[SqlName] = []
    counts: list[SqlCount] = []
    # What a migration reads and writes is the schema of its day.
    is_of_today = not in_revision and not _is_migration(file, place)
    if is_of_today and use.dialect != OTHER and _reads_or_writes(text):
        names = statement_names(text, use.dialect)
        for table in names.tables:
            tables.append(SqlName(table.name, anchor(table.start, table.end, table.name)))
        for column in names.columns:
            made = anchor(column.start, column.end, column.name)
            columns.append(SqlName(column.name, made, column.tables, column.is_target))
        for used in label_uses(text, names.columns):
            made = anchor(used.start, used.end, f"label {used.column.name}")
            facts.add(SqlLabel(file.path, used.column.tables, used.column.name, used.text, made))
        for count in names.counts:
            made = anchor(count.start, count.end, "columns")
            counts.append(SqlCount(made, count.n_columns, count.n_values))
    features = [
        SqlFeature(each.name, anchor(each.start, each.end, each.name), text[each.start : each.end])
        for each in (sql_features(text) if use.dialect != OTHER and around != set() else ())
        if not (each.name.startswith("function") and b"create_function" in file.source.data)
    ]
    return SqlText(
        string,
        use.dialect,
        use.engine,
        tuple(sorted(around)) if around is not None else None,
        use.name if use.how == "constant" else "",
        in_revision,
        tuple(tables),
        tuple(columns),
        tuple(counts),
        tuple(features),
    )


def _reads_or_writes(text: str) -> bool:
    return any(
        tokens and (tokens[0].word in _DML or tokens[0].text == "(") for tokens in sql_statements(text)
    )


def _makes_tables(text: str) -> bool:
    upper = text.upper()
    return "TABLE" in upper and any(word in upper for word in ("CREATE", "ALTER", "DROP", "RENAME"))


def _operations(file: PyFile, use: SqlUse, text: str) -> list[Operation]:
    """What a text does to tables; a drop counts where the code around it rebuilds or migrates."""
    found = [
        each
        for each in ddl_operations(with_types_left_out(text))
        if not (isinstance(each, Touch) and each.table is None)
    ]
    if any(isinstance(each, DropTable) for each in found) and not _migrates(file, use, found):
        found = [each for each in found if not isinstance(each, DropTable)]
    return found


def _migrates(file: PyFile, use: SqlUse, found: list[Operation]) -> bool:
    if any(isinstance(each, (CreateTable, RenameTable)) for each in found):
        return True
    return _is_migration(file, file.qualname_at(use.text.node.start_byte))


def _is_migration(file: PyFile, place: str) -> bool:
    """Whether code changes a schema step by step, by its names."""
    names = [file.path, *place.split(".")]
    return any(_MIGRATION.search(name) for name in names)
