"""Database sessions, engines and connections: which symbols are one, and what a call on one does.

Symbols are those of `syntax.names`, followed across files by `facts.resolve` where they must be.
"""

from __future__ import annotations

from typing import Literal

Kind = Literal["session", "connection", "engine", "dbapi", "cursor"]

SESSION_CLASSES = frozenset(
    {
        "sqlalchemy.orm.Session",
        "sqlalchemy.orm.session.Session",
        "sqlalchemy.ext.asyncio.AsyncSession",
        "sqlalchemy.ext.asyncio.session.AsyncSession",
        "sqlmodel.Session",
        "sqlmodel.orm.session.Session",
        "sqlmodel.ext.asyncio.session.AsyncSession",
        "sqlalchemy.orm.scoped_session",
        "sqlalchemy.orm.scoping.scoped_session",
        "sqlalchemy.ext.asyncio.async_scoped_session",
    }
)
SESSION_FACTORIES = frozenset(
    {
        "sqlalchemy.orm.sessionmaker()",
        "sqlalchemy.orm.session.sessionmaker()",
        "sqlalchemy.orm.scoped_session()",
        "sqlalchemy.orm.scoping.scoped_session()",
        "sqlalchemy.ext.asyncio.async_sessionmaker()",
        "sqlalchemy.ext.asyncio.session.async_sessionmaker()",
        "sqlalchemy.ext.asyncio.async_scoped_session()",
    }
)
"""What makes a session when it is called."""

SCOPED_SESSIONS = frozenset(
    {
        "sqlalchemy.orm.scoped_session()",
        "sqlalchemy.orm.scoping.scoped_session()",
        "sqlalchemy.ext.asyncio.async_scoped_session()",
        "flask_sqlalchemy.SQLAlchemy().session",
        "flask_sqlalchemy.extension.SQLAlchemy().session",
    }
)
"""Sessions that stand for the one of the thread or request; somebody else ends them."""

ENGINE_MAKERS = frozenset(
    {
        "sqlalchemy.create_engine",
        "sqlalchemy.engine.create_engine",
        "sqlalchemy.engine_from_config",
        "sqlalchemy.ext.asyncio.create_async_engine",
        "sqlalchemy.ext.asyncio.async_engine_from_config",
        "sqlmodel.create_engine",
    }
)
ENGINE_CLASSES = frozenset(
    {
        "sqlalchemy.Engine",
        "sqlalchemy.engine.Engine",
        "sqlalchemy.engine.base.Engine",
        "sqlalchemy.ext.asyncio.AsyncEngine",
        "sqlalchemy.ext.asyncio.engine.AsyncEngine",
        "flask_sqlalchemy.SQLAlchemy().engine",
    }
)
CONNECTION_CLASSES = frozenset(
    {
        "sqlalchemy.Connection",
        "sqlalchemy.engine.Connection",
        "sqlalchemy.engine.base.Connection",
        "sqlalchemy.ext.asyncio.AsyncConnection",
        "sqlalchemy.ext.asyncio.engine.AsyncConnection",
    }
)
DBAPI_CONNECTS = frozenset(
    {
        "sqlite3.connect",
        "aiosqlite.connect",
        "psycopg.connect",
        "psycopg.Connection.connect",
        "psycopg.AsyncConnection.connect",
        "psycopg2.connect",
        "pymysql.connect",
        "pymysql.Connect",
        "MySQLdb.connect",
        "MySQLdb.Connect",
        "mysql.connector.connect",
        "mysql.connector.MySQLConnection",
        "mariadb.connect",
        "asyncpg.connect",
        "aiomysql.connect",
        "pyodbc.connect",
        "oracledb.connect",
        "cx_Oracle.connect",
        "duckdb.connect",
        "pymssql.connect",
        "snowflake.connector.connect",
        "trino.dbapi.connect",
        "clickhouse_driver.dbapi.connect",
    }
)
DBAPI_CLASSES = frozenset(
    {
        "sqlite3.Connection",
        "aiosqlite.Connection",
        "psycopg.Connection",
        "psycopg.AsyncConnection",
        "psycopg2.extensions.connection",
        "pymysql.connections.Connection",
        "pymysql.Connection",
        "MySQLdb.connections.Connection",
        "mysql.connector.connection.MySQLConnection",
        "asyncpg.Connection",
        "asyncpg.connection.Connection",
    }
)
CURSOR_CLASSES = frozenset(
    {
        "sqlite3.Cursor",
        "aiosqlite.Cursor",
        "psycopg.Cursor",
        "psycopg.AsyncCursor",
        "psycopg2.extensions.cursor",
        "pymysql.cursors.Cursor",
        "pymysql.cursors.DictCursor",
        "MySQLdb.cursors.Cursor",
    }
)

WRITES = frozenset(
    {
        *("add", "add_all", "delete", "merge", "bulk_save_objects", "bulk_insert_mappings"),
        *("bulk_update_mappings",),
    }
)
"""Methods of a session that will write something."""

QUERIES = frozenset(
    {
        *("execute", "scalar", "scalars", "query", "get", "get_one", "exec", "stream", "stream_scalars"),
        "refresh",
    }
)
"""Methods of a session (or a connection) that ask the database."""

LITERALS = (b"sqlalchemy", b"sqlmodel", b"ession", b"connect(", b"cursor(")
"""One of these stands in a file that has to do with sessions or connections."""


def database_kind(symbol: str | None) -> Kind | None:
    """What kind of handle to a database a (resolved) symbol is; None where it is none or not known."""
    if symbol is None:
        return None
    if is_session(symbol):
        return "session"
    if is_engine(symbol):
        return "engine"
    if is_connection(symbol):
        return "connection"
    if is_dbapi(symbol):
        return "dbapi"
    return "cursor" if is_cursor(symbol) else None


def is_session(symbol: str | None) -> bool:
    """Whether a symbol is a session of SQLAlchemy, SQLModel or Flask-SQLAlchemy."""
    if not symbol:
        return False
    if symbol in SCOPED_SESSIONS:
        return True
    if symbol.endswith(".begin()"):
        # `with SessionLocal.begin() as session:`
        return symbol.removesuffix(".begin()") in SESSION_FACTORIES
    made = symbol.removesuffix("()")
    return made != symbol and (made in SESSION_CLASSES or made in SESSION_FACTORIES)


def is_engine(symbol: str | None) -> bool:
    """Whether a symbol is an engine of SQLAlchemy."""
    if not symbol:
        return False
    if symbol in ENGINE_CLASSES:
        return "()." in symbol
    made = symbol.removesuffix("()")
    return made != symbol and (made in ENGINE_MAKERS or made in ENGINE_CLASSES)


def is_connection(symbol: str | None) -> bool:
    """Whether a symbol is a connection of SQLAlchemy (`engine.connect()`, `with engine.begin() as c`)."""
    if not symbol or not symbol.endswith("()"):
        return False
    made = symbol.removesuffix("()")
    if made in CONNECTION_CLASSES:
        return True
    owner, _, method = made.rpartition(".")
    if method in ("connect", "begin", "raw_connection", "execution_options"):
        return is_engine(owner) or (method == "execution_options" and is_connection(owner))
    return method == "connection" and is_session(owner)


def is_dbapi(symbol: str | None) -> bool:
    """Whether a symbol is a connection of a driver (`sqlite3.connect()`)."""
    if not symbol or not symbol.endswith("()"):
        return False
    made = symbol.removesuffix("()")
    if made in DBAPI_CONNECTS or made in DBAPI_CLASSES:
        return True
    owner, _, method = made.rpartition(".")
    return method == "raw_connection" and is_engine(owner)


def is_cursor(symbol: str | None) -> bool:
    """Whether a symbol is a cursor of a driver's connection."""
    if not symbol or not symbol.endswith("()"):
        return False
    made = symbol.removesuffix("()")
    if made in CURSOR_CLASSES:
        return True
    owner, _, method = made.rpartition(".")
    return method == "cursor" and is_dbapi(owner)
