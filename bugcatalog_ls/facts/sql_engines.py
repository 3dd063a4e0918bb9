"""Which database code talks to: by its driver, by the URL of its engine, by the names around it."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    callee_of,
    string_value,
    text_of,
    unparenthesised,
)

OTHER = "other"
"""A database of which nothing here is known."""

_DRIVERS = {
    "sqlite": ("sqlite3", "aiosqlite", "apsw", "pysqlite3", "pysqlcipher3"),
    "postgresql": ("psycopg", "psycopg2", "asyncpg", "pg8000", "psycopg_pool", "psycopg2cffi", "aiopg",
    "psycopg_binary"),
    "mysql": ("pymysql", "MySQLdb", "aiomysql", "asyncmy", "mysql", "cymysql"),
    "oracle": ("cx_Oracle", "oracledb"),
    "mssql": ("pymssql",),
    OTHER: (
        "cassandra", "clickhouse_driver", "clickhouse_connect", "google", "duckdb", "snowflake",
        "databricks", "pyspark",
        "trino", "pyhive", "neo4j", "redshift_connector", "influxdb", "vertica_python", "teradatasql",
        "prestodb", "impala",
        "asynch", "chdb", "pinotdb", "scylla", "pandasql", "datafusion", "polars", "awswrangler", "boto3",
        "ibis",
    ),
}  # fmt: skip
DIALECT_OF_MODULE = {module: dialect for dialect, modules in _DRIVERS.items() for module in modules}

_URL_NAMES = {
    "sqlite": "sqlite", "postgresql": "postgresql", "postgres": "postgresql", "mysql": "mysql",
    "mariadb": "mariadb",
    "mssql": "mssql", "oracle": "oracle", "cockroachdb": "postgresql", "postgis": "postgresql",
    "asyncpg": "postgresql",
}  # fmt: skip
_URL = re.compile(r"^\s*([a-z][a-z0-9]*)(?:\+\w+)?://", re.IGNORECASE)
_MAKERS = frozenset(
    {
        "create_engine",
        "create_async_engine",
        "Database",
        "create_pool",
        "connect",
        "Databases",
        "engine_from_config",
    }
)
_PASSING = frozenset(
    {
        "connect", "begin", "execution_options", "Session", "sessionmaker", "scoped_session",
        "AsyncSession", "async_sessionmaker",
        "raw_connection", "cursor", "session", "acquire", "transaction", "async_scoped_session",
        "get_bind", "connection", "closing",
    }
)  # fmt: skip
_DEPTH = 8


class EngineFact(Fact, frozen=True):
    """An engine bound to a name of a module, with the dialect of its URL (empty where not known)."""

    symbol: str
    dialect: str

    @property
    def key(self) -> str:
        return self.symbol


def url_dialect(text: str) -> str:
    """The dialect that a database URL names; empty where it is none."""
    match = _URL.match(text)
    return _URL_NAMES.get(match[1].lower(), "") if match else ""


def engine_of(file: PyFile, node: Node | None) -> tuple[str, str]:
    """The database behind a connection, session or cursor: its dialect, and the symbol of its engine.

    Both empty where nothing is known; the dialect empty where the engine is some module's.
    """
    return _engine(file, node, _DEPTH)


def _engine(file: PyFile, node: Node | None, depth: int) -> tuple[str, str]:
    if node is None or depth <= 0:
        return "", ""
    node = unparenthesised(node)
    if node.type == "await" and node.named_child_count == 1:
        node = node.named_children[0]
    if node.type in ("identifier", "attribute"):
        symbol = file.symbol(node)
        found = _of_symbol(symbol)
        if found:
            return found, ""
        if node.type == "identifier":
            for binding in file.names.bindings(node):
                if binding.kind in ("assign", "with", "walrus") and binding.value is not None:
                    reached = _engine(file, binding.value, depth - 1)
                    if reached != ("", ""):
                        if not reached[0] and reached[1] == "" and symbol:
                            return "", symbol
                        return reached
                if binding.kind in ("import", "from") and symbol and "." in symbol:
                    return "", symbol
        return "", ""
    if node.type == "call":
        function = callee_of(node)
        name = text_of(function).rpartition(".")[2] if function is not None else ""
        found = _of_symbol(file.callee(node))
        if found:
            return found, ""
        arguments = arguments_of(node)
        if name in _MAKERS and (arguments.positional or arguments.keywords):
            url = arguments.positional[0] if arguments.positional else None
            for key in ("url", "dsn", "sqlalchemy_url"):
                url = url if url is not None else arguments.keywords.get(key)
            dialect = _url_in(file, url)
            if dialect:
                return dialect, ""
        if name in _PASSING and function is not None:
            owner = function.child_by_field_name("object")
            for part in (owner, arguments.keywords.get("bind"), *arguments.positional[:1]):
                reached = _engine(file, part, depth - 1)
                if reached != ("", ""):
                    return reached
    return "", ""


def _of_symbol(symbol: str | None) -> str:
    if not symbol or "." not in symbol:
        return ""
    first = symbol.split(".", 1)[0]
    return DIALECT_OF_MODULE.get(first, "")


def _url_in(file: PyFile, node: Node | None) -> str:
    """The dialect of a URL that is written where an engine is made; f-strings count by their beginning."""
    if node is None:
        return ""
    if node.type == "identifier":
        values = [each.value for each in file.names.bindings(node) if each.value is not None]
        found = {_url_in(file, value) for value in values if value.type in ("string", "concatenated_string")}
        return found.pop() if len(found) == 1 else ""
    text = string_value(node)
    if text is None and node.type == "string":
        text = "".join(text_of(child) for child in node.named_children[:1] if child.type == "string_content")
        text = text or text_of(node).lstrip("rRfFbB").strip("'\"")
    return url_dialect(text) if text else ""


def imported_drivers(file: PyFile) -> set[str]:
    """The dialects of the drivers that a file imports."""
    found: set[str] = set()
    for bindings in file.scopes.module.bindings.values():
        for binding in bindings:
            if binding.kind in ("import", "from"):
                dialect = DIALECT_OF_MODULE.get(binding.target.split(".", 1)[0])
                if dialect:
                    found.add(dialect)
    return found


def _collect(file: PyFile, facts: Facts) -> None:
    for name, bindings in file.scopes.module.bindings.items():
        if len(bindings) != 1 or bindings[0].value is None or bindings[0].value.type not in ("call", "await"):
            continue
        data = bindings[0].value.text or b""
        if (
            b"create_engine" in data
            or b"create_async_engine" in data
            or b"Database(" in data
            or b"sessionmaker" in data
        ):
            dialect, _ = engine_of(file, bindings[0].value)
            facts.add(EngineFact(f"{file.module}.{name}", dialect))


VOCABULARY = Vocabulary(
    _collect, literals=(b"create_engine", b"create_async_engine", b"Database(", b"sessionmaker(")
)
