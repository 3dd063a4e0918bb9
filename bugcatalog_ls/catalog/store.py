"""A store: where pages of entries are shared and what was found is remembered; SQLite or PostgreSQL.

What goes wrong is told in one sentence that names neither the address nor anything of it. This imports
SQLAlchemy: whoever must be quick to start imports it late.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from bugcatalog_ls.catalog import store_tables

HEAD = "0002"
"""The newest revision of the tables that this version knows."""

Trouble = Literal["unreachable", "newer", "wrong"]
_CONNECT_TIMEOUT = 5
_STATEMENT_TIMEOUT = 60
_LOCK_TIMEOUT = 20
# Any number that other programs are unlikely to lock.
_MIGRATION_LOCK = 7_206_011_943


class StoreError(Exception):
    """What keeps a store from being used: the end of a sentence that begins with its name.

    `unreachable` may pass by itself; `newer` asks for a newer version of this program; `wrong` for help.
    """

    def __init__(self, reason: str, trouble: Trouble = "wrong") -> None:
        super().__init__(reason)
        self.trouble: Trouble = trouble


@dataclass(frozen=True)
class Store:
    """An open store, its tables as this version knows them. `key` tells it from all other stores."""

    engine: Engine
    key: str


@contextmanager
def opened_store(url: str, folder: Path) -> Iterator[Store]:
    """The store at `url`, made or migrated first where it must be; a file's path counts from `folder`.

    Raises `StoreError`, for what happens within the block too.
    """
    with _told():
        engine = _engine(url, folder)
        try:
            _migrate(engine)
            with engine.begin() as connection:
                key = connection.execute(select(store_tables.identity.c.store)).scalar_one()
            yield Store(engine, key)
        finally:
            engine.dispose()


@contextmanager
def _told() -> Iterator[None]:
    """Have what a driver raises told in our own words."""
    try:
        yield
    except ArgumentError:
        raise StoreError("has no URL that SQLAlchemy understands") from None
    except ModuleNotFoundError as error:
        raise StoreError(f"needs the package {_PACKAGES.get(error.name or '', error.name)}") from None
    except (SQLAlchemyError, OSError) as error:
        raise _reason(error) from None


_PACKAGES = {"psycopg": "psycopg: pip install 'bugcatalog-ls[postgres]'"}


def _engine(url: str, folder: Path) -> Engine:
    parsed = make_url(re.sub(r"^postgres(?=[:+])", "postgresql", url.strip()))
    dialect = parsed.get_backend_name()
    if dialect == "sqlite":
        return _sqlite(parsed, folder)
    if dialect != "postgresql":
        raise StoreError(f"must be PostgreSQL or SQLite, not {dialect}")
    options = f"-c statement_timeout={_STATEMENT_TIMEOUT}s -c lock_timeout={_LOCK_TIMEOUT}s"
    arguments = {
        "connect_timeout": _CONNECT_TIMEOUT,
        "options": options,
        "application_name": "bugcatalog",
        # A server that is gone without a word is noticed.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,
    }
    return create_engine(
        parsed.set(drivername="postgresql+psycopg"), connect_args=arguments, poolclass=NullPool
    )


def _sqlite(parsed: URL, folder: Path) -> Engine:
    if not parsed.database or parsed.database == ":memory:":
        raise StoreError("lies in memory alone, where nothing stays")
    file = Path(folder, parsed.database).absolute()
    file.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed.set(database=str(file), query={}), connect_args={"timeout": _LOCK_TIMEOUT}, poolclass=NullPool
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        # The driver would begin transactions late, and commit them around statements that make tables.
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")
        _log_ahead(connection)
        connection.execute("PRAGMA synchronous = NORMAL")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # What is read in a transaction must still hold when it writes.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _log_ahead(connection: Any) -> None:
    """Switch to a write-ahead log. Alone of all statements this one does not wait where another program
    does the same to a new file."""
    last_try = time.monotonic() + _LOCK_TIMEOUT
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > last_try:
                raise
            time.sleep(0.02)
        else:
            return


def _migrate(engine: Engine) -> None:
    """Bring the tables to the newest revision; of several programs at once, one does it."""
    with engine.begin() as connection:
        if _is_current(connection):
            return
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        if _is_current(connection):
            return
        # Imported only here: most stores are as they should be.
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", "bugcatalog_ls.catalog:store_migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _is_current(connection: Connection) -> bool:
    """Whether the tables are those of `HEAD`. Raises where they are of a later one."""
    if not inspect(connection).has_table(store_tables.VERSION_TABLE):
        return False
    found = connection.execute(text(f"SELECT version_num FROM {store_tables.VERSION_TABLE}")).scalars().all()
    if any(not version.isdigit() or int(HEAD) < int(version) for version in found):
        raise StoreError(
            f"was changed by a newer version of bugcatalog (its tables are at revision {max(found)}, "
            f"this version knows {HEAD}): update bugcatalog-ls",
            "newer",
        )
    return list(found) == [HEAD]


_REASONS: tuple[tuple[str, str, Trouble], ...] = (
    (r"password authentication|authentication failed|28P01|28000|role .* does not exist|no pg_hba",
     "refuses the login", "wrong"),
    (r"3D000|database .* does not exist", "does not exist on its server", "wrong"),
    (r"lock timeout|55P03|database is locked|deadlock|40P01", "is busy", "unreachable"),
    (r"statement timeout|57014|timed? ?out|timeout expired", "did not answer in time", "unreachable"),
    (r"starting up|shutting down|57P0|terminat|server closed|connection (?:was )?(?:lost|reset)|EOF detected|"
     r"connection is closed", "stopped while it was used", "unreachable"),
    (r"refused|could not connect|connection failed|no such file|name or service|unreachable|resolve|"
     r"unable to open", "can't be reached", "unreachable"),
    (r"permission denied|42501|readonly|read-only", "does not let us write", "wrong"),
    (r"disk is full|no space|53100", "has no room left", "unreachable"),
    (r"file is not a database|malformed|disk image", "is a file that is no database", "wrong"),
)  # fmt: skip


def _reason(error: Exception) -> StoreError:
    """One of our own sentences for what a driver raised; its own words are never told."""
    told = f"{error} {getattr(getattr(error, 'orig', None), 'sqlstate', '')}"
    for pattern, reason, trouble in _REASONS:
        if re.search(pattern, told, re.IGNORECASE):
            return StoreError(reason, trouble)
    return StoreError(f"can't be used ({type(getattr(error, 'orig', None) or error).__name__})")
