"""Resources that must be given back: what opens one, what closes it, and what its own `with` does.

The facts about each library's `with` are those of its documentation: sqlite3's and psycopg2's end the
transaction and leave the connection open, asyncpg's connections have none.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from bugcatalog_ls.facts.db_sessions import (
    DBAPI_CONNECTS,
    SCOPED_SESSIONS,
    SESSION_CLASSES,
    SESSION_FACTORIES,
    is_dbapi,
    is_engine,
)
from bugcatalog_ls.facts.http_clients import CLIENTS

Wrap = Literal["with", "async with", "closing", "finally", "give back", "await finally", "none"]
Family = Literal["file", "connection", "session", "client", "pooled", "engine"]


class Resource(NamedTuple):
    """What a call opens. `wrap` tells how it is closed on all paths; `closer` is the method that closes it
    (for *give back* the pool's method that takes it); `noun` is what a person calls it."""

    noun: str
    family: Family
    wrap: Wrap
    closer: str = "close"
    awaited: bool = False


_FILE = Resource("file", "file", "with")
_HANDLE = Resource("connection", "connection", "with")
_CLOSING = Resource("connection", "connection", "closing")
_REDIS = Resource("client", "client", "with")
_ASYNC_REDIS = Resource("client", "client", "async with", "aclose")
_ENGINE = Resource("engine", "engine", "none", "dispose")
_MONGO = Resource("client", "engine", "none")
_BROWSER = Resource("browser", "connection", "with", "quit")


_DBM = ("", ".gnu", ".ndbm", ".dumb", ".sqlite3")


def _table() -> dict[str, Resource]:
    table = {
        "builtins.open": _FILE,
        "io.open": _FILE,
        "os.fdopen": _FILE,
        "codecs.open": _FILE,
        "gzip.open": _FILE,
        "bz2.open": _FILE,
        "lzma.open": _FILE,
        "gzip.GzipFile": _FILE,
        "bz2.BZ2File": _FILE,
        "lzma.LZMAFile": _FILE,
        "io.open_code": _FILE,
        "tempfile.SpooledTemporaryFile": _FILE,
        "shelve.open": Resource("shelf", "file", "with"),
        **{f"dbm{kind}.open": Resource("database", "file", "with") for kind in _DBM},
        "tokenize.open": _FILE,
        "tarfile.TarFile.taropen": Resource("archive", "file", "with"),
        "tarfile.TarFile().open": Resource("archive", "file", "with"),
        "wave.open": _FILE,
        "fileinput.input": _FILE,
        "fileinput.FileInput": _FILE,
        "tarfile.TarFile": Resource("archive", "file", "with"),
        "tarfile.TarFile.open": Resource("archive", "file", "with"),
        "zipfile.ZipFile().open": _FILE,
        "tarfile.open": Resource("archive", "file", "with"),
        "zipfile.ZipFile": Resource("archive", "file", "with"),
        "pathlib.Path().open": _FILE,
        "pdfplumber.open": Resource("document", "file", "with"),
        "fitz.open": Resource("document", "file", "with"),
        "pymupdf.open": Resource("document", "file", "with"),
        "aiofiles.open": Resource("file", "file", "async with", awaited=True),
        "tempfile.TemporaryFile": _FILE,
        "tempfile.NamedTemporaryFile": _FILE,
        "urllib.request.urlopen": Resource("response", "connection", "with"),
        "socket.socket": Resource("socket", "connection", "with"),
        "socket.create_connection": Resource("socket", "connection", "with"),
        "smtplib.SMTP": Resource("connection", "connection", "with", "quit"),
        "smtplib.SMTP_SSL": Resource("connection", "connection", "with", "quit"),
        "ftplib.FTP": Resource("connection", "connection", "with", "quit"),
        "ftplib.FTP_TLS": Resource("connection", "connection", "with", "quit"),
        "http.client.HTTPConnection": _CLOSING,
        "http.client.HTTPSConnection": _CLOSING,
        "paramiko.SSHClient": Resource("client", "client", "with"),
        "asyncpg.create_pool().acquire": Resource("connection", "pooled", "give back", "release", True),
        "asyncpg.Pool().acquire": Resource("connection", "pooled", "give back", "release", True),
        "asyncpg.pool.Pool().acquire": Resource("connection", "pooled", "give back", "release", True),
        "aiomysql.create_pool().acquire": Resource("connection", "pooled", "give back", "release"),
        "aiopg.create_pool().acquire": Resource("connection", "pooled", "give back", "release"),
        "pymongo.MongoClient": _MONGO,
        "pymongo.mongo_client.MongoClient": _MONGO,
        "pymongo.AsyncMongoClient": _MONGO,
        "motor.motor_asyncio.AsyncIOMotorClient": _MONGO,
    }
    for pool in ("SimpleConnectionPool", "ThreadedConnectionPool", "AbstractConnectionPool"):
        table[f"psycopg2.pool.{pool}().getconn"] = Resource("connection", "pooled", "give back", "putconn")
    table["psycopg_pool.ConnectionPool().getconn"] = Resource("connection", "pooled", "give back", "putconn")
    table["psycopg_pool.AsyncConnectionPool().getconn"] = Resource(
        "connection", "pooled", "give back", "putconn", True
    )
    for browser in ("Chrome", "Firefox", "Edge", "Remote", "Safari"):
        table[f"selenium.webdriver.{browser}"] = _BROWSER
    for connect in DBAPI_CONNECTS:
        table[connect] = _CLOSING
    for connect in ("psycopg.connect", "psycopg.Connection.connect", "pymysql.connect", "oracledb.connect"):
        table[connect] = _HANDLE
    for connect in ("MySQLdb.connect", "duckdb.connect", "mysql.connector.connect", "pymysql.Connect"):
        table[connect] = _HANDLE
    entered = Resource("connection", "connection", "async with", awaited=True)
    table |= {"psycopg.AsyncConnection.connect": entered, "aiosqlite.connect": entered}
    table["asyncpg.connect"] = Resource("connection", "connection", "await finally", awaited=True)
    table["aiomysql.connect"] = Resource("connection", "connection", "finally")
    for session in {*SESSION_CLASSES, *SESSION_FACTORIES} - SCOPED_SESSIONS:
        if "scoped" not in session:
            is_async = "sync" in session.rpartition(".")[2] or ".asyncio." in session
            wrap: Wrap = "async with" if is_async else "with"
            table[session] = Resource("session", "session", wrap, awaited=is_async)
    for client, library in CLIENTS.items():
        if library == "urllib3":
            continue
        noun = "client" if library == "httpx" else "session"
        is_async = "Async" in client or library == "aiohttp"
        closer = "aclose" if library == "httpx" and is_async else "close"
        table[client] = Resource(noun, "client", "async with" if is_async else "with", closer, is_async)
    for name in ("Redis", "StrictRedis", "Redis.from_url", "StrictRedis.from_url", "from_url"):
        for module in ("redis", "redis.client"):
            table[f"{module}.{name}"] = _REDIS
        for module in ("redis.asyncio", "redis.asyncio.client", "aioredis"):
            table[f"{module}.{name}"] = _ASYNC_REDIS
    return table


_OPENERS = _table()

LAST_NAMES = tuple(
    sorted(
        {symbol.rpartition(".")[2].removesuffix("()") for symbol in _OPENERS if not symbol.endswith("()")}
        | {"connect", "raw_connection", "acquire", "getconn", "open", "create_engine", "create_async_engine"}
    )
)
"""The last names of what opens something (a session factory has any name at all)."""

CLOSERS = frozenset(
    {
        *("close", "aclose", "quit", "dispose", "release", "disconnect", "shutdown", "putconn", "terminate"),
        *("close_all", "close_sync", "stop", "cleanup", "detach", "__exit__", "__aexit__", "remove"),
    }
)
"""Methods that close a resource, or give it back."""

WITH_KEEPS_OPEN = frozenset({"closing", "finally", "await finally", "give back"})
"""Ways to close of resources whose own `with` does not."""


def opened(symbol: str | None) -> Resource | None:
    """What a value with this symbol (`sqlite3.connect()`) has just opened; None where that is not known."""
    if symbol is None or not symbol.endswith("()"):
        return None
    made = symbol.removesuffix("()")
    if (known := _OPENERS.get(made)) is not None:
        return known
    owner, _, method = made.rpartition(".")
    if method in ("connect", "raw_connection") and is_engine(owner):
        if method == "raw_connection":
            return _CLOSING
        is_async = "async" in owner or "Async" in owner
        return Resource("connection", "connection", "async with" if is_async else "with", awaited=is_async)
    if method == "execution_options" and owner.endswith(".connect()"):
        return opened(owner)
    if is_engine(symbol):
        return _ENGINE
    return _CLOSING if is_dbapi(symbol) else None
