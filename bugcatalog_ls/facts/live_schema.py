"""The schema of a running database, read by SQLAlchemy's reflection: read-only, with timeouts.

What goes wrong is told in one sentence that names neither the URL nor anything of it.
"""

from __future__ import annotations

import re
import threading
from typing import Any

import msgspec

from bugcatalog_ls.facts.constraints import ForeignKeyConstraint, TableIndex, UniqueConstraint
from bugcatalog_ls.facts.schema_picture import Picture, PicturedColumn, PicturedTable

TIMEOUT = 20.0
"""Seconds for all that is read of one database."""
_CONNECT_TIMEOUT = 5
_STATEMENT_TIMEOUT = 10


class Unreadable(Exception):
    """Why a database cannot be read: the end of a sentence that begins with its name."""


def read_schema(url: str, name: str, *, folder: str = "", timeout: float = TIMEOUT) -> Picture:
    """The picture of a database. Raises `Unreadable`; a file's path counts from `folder`."""
    answer: list[Picture | Unreadable] = []

    def work() -> None:
        try:
            answer.append(_read(url, name, folder))
        except Unreadable as reason:
            answer.append(reason)
        except Exception as error:
            # Whatever a driver raises may hold the URL: only its kind is told.
            answer.append(Unreadable(_reason(error)))

    # What hangs in a driver is left to itself: nothing here waits for it.
    worker = threading.Thread(target=work, name=f"schema of {name}", daemon=True)
    worker.start()
    worker.join(timeout)
    if not answer:
        raise Unreadable(f"gave no answer within {timeout:.0f} seconds")
    found = answer[0]
    if isinstance(found, Unreadable):
        raise found
    return found


def _read(url: str, name: str, folder: str) -> Picture:
    # Imported only where a database is read: it costs more than a start may.
    from sqlalchemy import create_engine, inspect
    from sqlalchemy.exc import ArgumentError, NoSuchTableError
    from sqlalchemy.pool import NullPool

    try:
        made, arguments = prepared(url, folder)
        engine = create_engine(made, connect_args=arguments, poolclass=NullPool)
    except ArgumentError:
        raise Unreadable("has no URL that SQLAlchemy understands") from None
    except ModuleNotFoundError as error:
        raise Unreadable(f"needs the package {_PACKAGES.get(error.name or '', error.name)}") from None
    try:
        with engine.connect() as connection:
            if engine.dialect.name in ("mysql", "mariadb"):
                # PyMySQL has one limit for the greeting, which comes at once, and for statements.
                driver: Any = connection.connection.dbapi_connection
                driver._read_timeout = _STATEMENT_TIMEOUT
                connection.exec_driver_sql(f"SET SESSION lock_wait_timeout = {_CONNECT_TIMEOUT}")
            for is_last in (False, True):
                try:
                    tables = _tables(inspect(connection), engine.dialect.name)
                    break
                except NoSuchTableError:
                    # A table went while it was read: somebody migrates.
                    if is_last:
                        raise Unreadable("is being migrated; it is read again later") from None
            if engine.dialect.name == "sqlite":
                tables = {name: _with_actions(connection, table) for name, table in tables.items()}
            heads = _heads(connection) if "alembic_version" in tables else ()
            tables.pop("alembic_version", None)
            return Picture("database", name, engine.dialect.name, heads, dict(sorted(tables.items())))
    finally:
        engine.dispose()


_PACKAGES = {"psycopg": "bugcatalog-ls[postgres] (psycopg)", "pymysql": "PyMySQL"}


def prepared(url: str, folder: str) -> tuple[Any, dict[str, Any]]:
    """The URL for a driver that is not asynchronous, and the arguments that make it read-only and patient."""
    from sqlalchemy.engine import make_url

    parsed = make_url(re.sub(r"^postgres(?=[:+])", "postgresql", url.strip()))
    dialect = parsed.get_backend_name()
    if dialect == "sqlite":
        return _sqlite(parsed, folder)
    if dialect == "postgresql":
        query = {
            key: value
            for key, value in parsed.query.items()
            if key in ("host", "port", "sslmode", "sslrootcert")
        }
        if "ssl" in parsed.query and "sslmode" not in query:
            query["sslmode"] = "require"
        options = (
            f"-c default_transaction_read_only=on -c statement_timeout={_STATEMENT_TIMEOUT}s "
            f"-c lock_timeout={_CONNECT_TIMEOUT}s"
        )
        made = parsed.set(drivername="postgresql+psycopg", query=query)
        return made, {"connect_timeout": _CONNECT_TIMEOUT, "options": options}
    if dialect in ("mysql", "mariadb"):
        query = {key: value for key, value in parsed.query.items() if key in ("charset", "unix_socket")}
        made = parsed.set(drivername=f"{dialect}+pymysql", query=query)
        patience = {"read_timeout": _CONNECT_TIMEOUT, "write_timeout": _STATEMENT_TIMEOUT}
        reading = {"init_command": "SET SESSION TRANSACTION READ ONLY"}
        return made, {"connect_timeout": _CONNECT_TIMEOUT, **patience, **reading}
    raise Unreadable(f"is of a kind that is not read here ({dialect})")


def _sqlite(parsed: Any, folder: str) -> tuple[Any, dict[str, Any]]:
    from pathlib import Path
    from urllib.parse import quote

    if not parsed.database or parsed.database == ":memory:":
        raise Unreadable("lies in memory alone")
    path = Path(folder, parsed.database.removeprefix("file:").partition("?")[0])
    if not path.is_file():
        raise Unreadable("is a file that does not exist")
    database = f"file:{quote(str(path.resolve()))}"
    made = parsed.set(drivername="sqlite", database=database, query={"mode": "ro", "uri": "true"})
    return made, {"timeout": _CONNECT_TIMEOUT}


def _heads(connection: Any) -> tuple[str, ...]:
    rows = connection.exec_driver_sql("SELECT version_num FROM alembic_version").fetchall()
    return tuple(sorted(str(row[0]) for row in rows))


def _with_actions(connection: Any, table: PicturedTable) -> PicturedTable:
    """A table of SQLite with what its keys do on a deletion, which reflection misses beside a column."""
    if not table.foreign_keys:
        return table
    quoted = table.name.replace('"', '""')
    rows = connection.exec_driver_sql(f'PRAGMA foreign_key_list("{quoted}")').fetchall()
    actions = {(row[2], row[3]): row[6] for row in rows}
    keys = tuple(
        msgspec.structs.replace(
            key, ondelete=actions.get((key.table, key.columns[0]), "").replace("NO ACTION", "")
        )
        for key in table.foreign_keys
    )
    return msgspec.structs.replace(table, foreign_keys=keys)


def _tables(inspector: Any, dialect: str) -> dict[str, PicturedTable]:
    found: dict[str, PicturedTable] = {}
    default = inspector.default_schema_name
    schemas: list[str | None] = [None]
    if dialect == "postgresql":
        hidden = {"information_schema", "pg_catalog", default}
        schemas += [each for each in inspector.get_schema_names() if each not in hidden]
    for schema in schemas:
        columns = inspector.get_multi_columns(schema=schema)
        keys = inspector.get_multi_pk_constraint(schema=schema)
        foreign = inspector.get_multi_foreign_keys(schema=schema)
        indexes = inspector.get_multi_indexes(schema=schema)
        uniques = inspector.get_multi_unique_constraints(schema=schema)
        for place, listed in columns.items():
            name = f"{schema}.{place[1]}" if schema else place[1]
            key = set((keys.get(place) or {}).get("constrained_columns") or ())
            found[name] = PicturedTable(
                name,
                {each["name"]: _column(each, each["name"] in key) for each in listed},
                tuple(_foreign_key(each) for each in foreign.get(place) or ()),
                tuple(
                    TableIndex(
                        each["name"] or "",
                        tuple(part or "" for part in each["column_names"]),
                        bool(each["unique"]),
                    )
                    for each in indexes.get(place) or ()
                    if not each.get("duplicates_constraint")
                ),
                tuple(
                    UniqueConstraint(tuple(each["column_names"]), each["name"] or "")
                    for each in uniques.get(place) or ()
                ),
            )
    return found


def _column(each: Any, is_key: bool) -> PicturedColumn:
    kind = each["type"]
    name = str(getattr(kind, "__visit_name__", "") or "").upper()
    labels = getattr(kind, "enums", None)
    default = each.get("default")
    return PicturedColumn(
        each["name"],
        "" if name == "NULL" else "ENUM" if labels else name.replace("_", " "),
        getattr(kind, "length", None) if not labels else None,
        bool(each.get("nullable", True)),
        is_key,
        str(default) if default is not None else "",
        tuple(labels) if labels else None,
    )


def _foreign_key(each: Any) -> ForeignKeyConstraint:
    schema = each.get("referred_schema")
    table = f"{schema}.{each['referred_table']}" if schema else each["referred_table"]
    options = each.get("options") or {}
    return ForeignKeyConstraint(
        tuple(each["constrained_columns"]),
        table,
        tuple(each["referred_columns"]),
        str(options.get("ondelete") or "").upper(),
        each.get("name") or "",
    )


_REASONS = (
    (r"\b1044\b", "does not let its schema be read"),
    (r"password authentication|access denied|authentication failed|28P01|28000|\b1045\b|\b1698\b|role .* "
    "does not exist", "refuses the login"),
    (r"unknown database|3D000|\b1049\b|database .* does not exist", "does not exist on its server"),
    (r"lock timeout|55P03|database is locked|\b1205\b|deadlock", "is locked, perhaps by a migration; it "
    "is read again later"),
    (r"statement timeout|57014|timed? ?out|timeout expired|\b2013\b", "did not answer in time"),
    (r"refused|could not connect|can't connect|connection failed|no such file|name or "
    "service|unreachable|\b2003\b|\b2002\b|resolve", "cannot be reached"),
    (r"starting up|shutting down|57P0", "is starting or stopping"),
    (r"permission denied|42501|readonly|read-only", "does not let its schema be read"),
    (r"file is not a database|malformed|disk image", "is a file that is no database"),
)  # fmt: skip


def _reason(error: Exception) -> str:
    """One of our own sentences for what a driver raised; its own words are never told."""
    if isinstance(error, ModuleNotFoundError):
        return f"needs the package {_PACKAGES.get(error.name or '', error.name)}"
    text = f"{error} {getattr(getattr(error, 'orig', None), 'sqlstate', '')}"
    for pattern, reason in _REASONS:
        if re.search(pattern, text, re.IGNORECASE):
            return reason
    return f"cannot be read ({type(error).__name__})"
