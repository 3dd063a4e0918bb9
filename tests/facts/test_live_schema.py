"""Schemas of running databases: what is read, and what is told of those that can't be."""

from __future__ import annotations

import socket
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bugcatalog_ls.facts.live_schema import Unreadable, prepared, read_schema
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


def test_mariadb_is_read_by_every_form_of_its_url(maria: str) -> None:
    run(
        maria,
        "CREATE TABLE users (id INT AUTO_INCREMENT PRIMARY KEY, email VARCHAR(50) NOT NULL UNIQUE, "
        "mood ENUM('sad', 'ok'), active BOOL)",
        "CREATE TABLE orders (id INT PRIMARY KEY, user_id INT, "
        "FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE)",
    )
    _, _, rest = maria.partition("://")
    for scheme in ("mysql", "mysql+pymysql", "mysql+aiomysql", "mysql+mysqldb", "mariadb+pymysql", "mariadb"):
        picture = read_schema(f"{scheme}://{rest}", "main")
        assert list(picture.tables) == ["orders", "users"]
        columns = picture.tables["users"].columns
        assert (columns["mood"].type, columns["mood"].enum) == ("ENUM", ("sad", "ok"))
        assert (columns["email"].length, columns["email"].nullable) == (50, False)
    assert picture.tables["orders"].foreign_keys[0].ondelete == "CASCADE"
    run(maria, "DROP TABLE orders", "DROP TABLE users")


def test_mariadb_that_refuses_or_lacks_the_database(maria: str) -> None:
    made = sa.make_url(maria)
    wrong = made.set(password=SECRET + "!").render_as_string(hide_password=False)
    assert problem_of(wrong) == "refuses the login"
    nobody = made.set(username="nobody").render_as_string(hide_password=False)
    assert problem_of(nobody) == "refuses the login"
    nothing = made.set(database="nothing").render_as_string(hide_password=False)
    assert problem_of(nothing) == "does not exist on its server"
    down = made.set(port=1).render_as_string(hide_password=False)
    assert problem_of(down) == "cannot be reached"


def test_a_user_that_may_only_read_is_enough(maria: str, postgres: str) -> None:
    run(
        maria,
        "CREATE TABLE seen (id INT PRIMARY KEY)",
        f"CREATE USER reader@'127.0.0.1' IDENTIFIED BY '{SECRET}'",
        "GRANT SELECT ON test.* TO reader@'127.0.0.1'",
    )
    made = sa.make_url(maria).set(username="reader", password=SECRET)
    assert list(read_schema(made.render_as_string(hide_password=False), "main").tables) == ["seen"]
    run(maria, "DROP USER reader@'127.0.0.1'", "DROP TABLE seen")
    run(
        psycopg_url(postgres),
        "CREATE TABLE IF NOT EXISTS seen (id INT PRIMARY KEY)",
        f"CREATE ROLE reader LOGIN PASSWORD '{SECRET}'",
        "ALTER ROLE reader SET default_transaction_read_only = on",
    )
    reader = postgres.replace("//postgres:@", f"//reader:{SECRET}@")
    assert "seen" in read_schema(reader, "main").tables
    run(psycopg_url(postgres), "DROP ROLE reader", "DROP TABLE seen")


def test_a_user_that_may_see_nothing(maria: str) -> None:
    run(maria, f"CREATE USER blind@'127.0.0.1' IDENTIFIED BY '{SECRET}'")
    made = sa.make_url(maria).set(username="blind", password=SECRET)
    assert problem_of(made.render_as_string(hide_password=False)) == "does not let its schema be read"
    run(maria, "DROP USER blind@'127.0.0.1'")


def test_nothing_can_be_written(maria: str, postgres: str) -> None:
    """The connection itself is read-only, whatever the user may do."""
    for url in (maria, psycopg_url(postgres)):
        made, arguments = prepared(url, "")
        engine = sa.create_engine(made, connect_args=arguments)
        with engine.connect() as connection, pytest.raises(sa.exc.DBAPIError):
            connection.exec_driver_sql("CREATE TABLE written (id INT)")
        engine.dispose()
        reader = sa.create_engine(url)
        assert not sa.inspect(reader).has_table("written")
        reader.dispose()


@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_a_server_that_never_answers_is_left_after_a_while(scheme: str) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        begun = time.monotonic()
        told = problem_of(f"{scheme}://a:{SECRET}@127.0.0.1:{port}/x", timeout=1.0)
        assert told == "gave no answer within 1 seconds"
        assert time.monotonic() - begun < 3


def test_a_table_that_a_migration_of_mariadb_holds(maria: str) -> None:
    """A migration's lock is waited for some seconds only, and static knowledge goes on meanwhile."""
    run(maria, "CREATE TABLE held (id INT PRIMARY KEY)")
    engine = sa.create_engine(maria)
    with engine.connect() as connection:
        connection.exec_driver_sql("LOCK TABLES held WRITE")
        begun = time.monotonic()
        told = ""
        try:
            read_schema(maria, "main", timeout=15)
        except Unreadable as reason:
            told = str(reason)
        assert told in ("", "is locked, perhaps by a migration; it is read again later")
        assert time.monotonic() - begun < 10
        connection.exec_driver_sql("UNLOCK TABLES")
    engine.dispose()
    run(maria, "DROP TABLE held")


def test_a_migration_that_is_under_way_in_postgresql(postgres: str) -> None:
    import psycopg

    with psycopg.connect(postgres) as connection:
        connection.execute("CREATE TABLE half (id int)")
        # What is not committed is not there yet, and nobody waits for it.
        assert "half" not in read_schema(postgres, "main", timeout=10).tables
        connection.rollback()


def run(url: str, *statements: str) -> None:
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def psycopg_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://")
