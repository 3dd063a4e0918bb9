"""Databases of settings in the editor: read in the background, told once where they can't be."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

SERVER = [sys.executable, "-c", "from bugcatalog_ls.server.start import serve; raise SystemExit(serve())"]
TEXT = 'def f(connection):\n    connection.execute("SELECT mail FROM users")\n'


async def test_a_database_is_known_once_it_has_answered(start, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT)")
    connection.close()
    (tmp_path / "bugcatalog.toml").write_text('[databases]\nmain = "sqlite:///shop.db"\n')
    editor = await start(tmp_path, command=SERVER)
    uri = editor.open(tmp_path / "a.py", TEXT)
    await editor.expect(uri, ["BC709"])


async def test_one_that_is_down_is_told_without_its_secret(start, tmp_path: Path) -> None:
    (tmp_path / "schema.sql").write_text("CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);\n")
    (tmp_path / "bugcatalog.toml").write_text('[databases]\nmain = "mysql://root:geheim@127.0.0.1:1/x"\n')
    editor = await start(tmp_path, command=SERVER)
    uri = editor.open(tmp_path / "a.py", TEXT)
    await editor.expect(uri, ["BC709"])
    await editor.eventually(lambda: any("be reached" in each.message for each in editor.client.messages))
    told = [each.message for each in editor.client.messages]
    assert told.count("The database main (mysql) cannot be reached.") == 1
    assert not any("geheim" in each for each in told)
