"""The exceptions by which each library says that a connection was lost, refused, or too slow."""

from __future__ import annotations

from collections.abc import Iterable

BUILTINS = ("ConnectionError", "TimeoutError")

_ERRORS: dict[str, tuple[tuple[str, str], ...]] = {
    "requests": (("requests", "ConnectionError"), ("requests", "Timeout")),
    "httpx": (("httpx", "ConnectError"), ("httpx", "TimeoutException")),
    "aiohttp": (("aiohttp", "ClientConnectionError"), ("asyncio", "TimeoutError")),
    "urllib": (("urllib.error", "URLError"), ("", "TimeoutError")),
    "urllib3": (("urllib3.exceptions", "NewConnectionError"), ("urllib3.exceptions", "TimeoutError")),
    "sqlalchemy": (("sqlalchemy.exc", "OperationalError"),),
    "django": (("django.db", "OperationalError"),),
    "psycopg": (("psycopg", "OperationalError"),),
    "psycopg2": (("psycopg2", "OperationalError"),),
    "asyncpg": (("asyncpg", "PostgresConnectionError"), ("", "OSError")),
    "pymysql": (("pymysql", "OperationalError"),),
    "aiomysql": (("aiomysql", "OperationalError"),),
    "MySQLdb": (("MySQLdb", "OperationalError"),),
    "mysql": (("mysql.connector", "OperationalError"),),
    "sqlite3": (("sqlite3", "OperationalError"),),
    "aiosqlite": (("aiosqlite", "OperationalError"),),
    "redis": (("redis", "ConnectionError"), ("redis", "TimeoutError")),
    "pymongo": (("pymongo.errors", "ConnectionFailure"),),
    "stripe": (("stripe", "APIConnectionError"),),
    "boto3": tuple(
        ("botocore.exceptions", name)
        for name in ("EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError")
    ),
    "smtplib": (("smtplib", "SMTPServerDisconnected"), *(("", name) for name in BUILTINS)),
    "aiosmtplib": (("aiosmtplib", "SMTPConnectError"), ("aiosmtplib", "SMTPServerDisconnected")),
}
_SAME = {
    "sqlmodel": "sqlalchemy",
    "flask_sqlalchemy": "sqlalchemy",
    "requests_oauthlib": "requests",
    "requests_toolbelt": "requests",
}
_OF_BUILTINS = frozenset({"socket", "http", "ftplib", "paramiko", "telnetlib", "imaplib", "poplib"})


def library_of(symbol: str) -> str:
    """The library whose errors a call of a (resolved) symbol raises; empty where it is none of these."""
    if ".objects." in symbol:
        return "django"
    top = symbol.partition(".")[0]
    if top == "django" and not symbol.startswith("django.db."):
        return ""
    top = _SAME.get(top, top)
    return top if top in _ERRORS or top in _OF_BUILTINS else ""


def transient_errors(libraries: Iterable[str]) -> list[tuple[str, str]]:
    """The exceptions, as module and name (an empty module for builtins), of all of the libraries;
    the builtins where there is none."""
    found: dict[tuple[str, str], None] = {}
    for library in libraries:
        for error in _ERRORS.get(library, tuple(("", name) for name in BUILTINS)):
            found[error] = None
    return list(found) or [("", name) for name in BUILTINS]
