"""Stores as such: made and migrated, shared, refused, and never told with their address."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from bugcatalog_ls.catalog import store_pages
from bugcatalog_ls.catalog.store import HEAD, StoreError, opened_store
from bugcatalog_ls.catalog.store_tables import VERSION_TABLE, metadata

SECRET = "geheim"


def configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", "bugcatalog_ls.catalog:store_migrations")
    return config


def engine_of(url: str) -> Any:
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://"))


def problem_of(url: str, folder: Path) -> StoreError:
    with pytest.raises(StoreError) as raised, opened_store(url, folder):
        pass
    assert SECRET not in str(raised.value)
    assert raised.value.__cause__ is None
    return raised.value


def test_the_newest_revision_is_the_one_we_know() -> None:
    assert ScriptDirectory.from_config(configuration()).get_current_head() == HEAD


def test_migrations_make_the_tables_that_we_use(store_url: str, tmp_path: Path) -> None:
    with opened_store(store_url, tmp_path) as store, store.engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []


def test_an_older_store_is_migrated_with_what_is_in_it(store_url: str, tmp_path: Path) -> None:
    config = configuration()
    engine = engine_of(store_url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text(
                "INSERT INTO bugcatalog_page VALUES ('TEAM-1', 1, 'a.md', 'text', 'x', :no, 5, 'Anna', 'box')"
            ),
            {"no": False},
        )
        key = connection.execute(text("SELECT store FROM bugcatalog_identity")).scalar_one()
    engine.dispose()
    with opened_store(store_url, tmp_path) as store:
        assert store.key == key
        assert store_pages.newest_pages(store)["TEAM-1"].text == "text"


def test_a_newer_store_is_left_alone_and_the_way_out_is_told(store_url: str, tmp_path: Path) -> None:
    with opened_store(store_url, tmp_path) as store, store.engine.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '0097'"))
    problem = problem_of(store_url, tmp_path)
    assert problem.trouble == "newer"
    assert str(problem) == (
        "was changed by a newer version of bugcatalog (its tables are at revision 0097, "
        f"this version knows {HEAD}): update bugcatalog-ls"
    )
    engine = engine_of(store_url)
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one()
    engine.dispose()
    assert found == "0097"


def test_many_that_open_an_empty_store_at_once_make_it_once(store_url: str, tmp_path: Path) -> None:
    keys: list[str] = []
    problems: list[Exception] = []

    def open_it() -> None:
        try:
            with opened_store(store_url, tmp_path) as store:
                keys.append(store.key)
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert problems == []
    assert len(keys) == 4
    assert len(set(keys)) == 1


def test_what_is_told_of_stores_that_cannot_be_used(tmp_path: Path, team_url: str) -> None:
    (tmp_path / "no.db").write_text("nothing of the kind, but long enough to be taken for a header" * 20)
    told = {
        "sqlite:///no.db": "is a file that is no database",
        "sqlite://": "lies in memory alone, where nothing stays",
        SECRET: "has no URL that SQLAlchemy understands",
        f"mysql://a:{SECRET}@localhost/x": "must be PostgreSQL or SQLite, not mysql",
        f"postgresql+psycopg://a:{SECRET}@127.0.0.1:1/x": "can't be reached",
        team_url.replace("//postgres:@", f"//nobody:{SECRET}@"): "refuses the login",
        team_url.replace("/store_", "/nothing_"): "does not exist on its server",
    }
    for url, sentence in told.items():
        assert str(problem_of(url, tmp_path)) == sentence


def test_a_version_of_a_page_is_written_by_one_alone(store_url: str, tmp_path: Path) -> None:
    with opened_store(store_url, tmp_path) as store:
        assert store_pages.put_page(store, "TEAM-1", 0, "a.md", "one", "Anna")
        won = [False] * 6

        def put(number: int) -> None:
            won[number] = store_pages.put_page(store, "TEAM-1", 1, "a.md", f"two by {number}", "Ben")

        threads = [threading.Thread(target=put, args=(number,)) for number in range(len(won))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert won.count(True) == 1
        newest = store_pages.newest_pages(store)["TEAM-1"]
        assert (newest.version, newest.text) == (2, f"two by {won.index(True)}")
        first = store_pages.page_version(store, "TEAM-1", 1)
        assert first is not None
        assert first.text == "one"
