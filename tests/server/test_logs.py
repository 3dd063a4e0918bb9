"""Logs and tracebacks that are open in an editor."""

import json
import sys
from pathlib import Path
from typing import Any

from editor import at
from lsprotocol import types

SERVER = [sys.executable, "-c", "from bugcatalog_ls.server.start import serve; raise SystemExit(serve())"]
MODULE = "import requests\n\n\ndef load(url):\n    return requests.get(url)\n"
LOG = """2024-05-01 10:00:00,000 INFO app started
2024-05-01 10:00:01,000 ERROR app failed
Traceback (most recent call last):
  File "/srv/shop/app/client.py", line 5, in load
    return requests.get(url)
  File "/usr/lib/python3.11/site-packages/sqlalchemy/pool/impl.py", line 9, in _do_get
    raise exc.TimeoutError(
sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out
2024-05-01 10:00:02,000 INFO app goes on
2024-05-01 10:00:03,000 ERROR psycopg2.errors.UndefinedColumn: column users.nick does not exist
"""


async def opened(start: Any, folder: Path) -> Any:
    (folder / "app").mkdir()
    (folder / "app" / "client.py").write_text(MODULE)
    (folder / "pyproject.toml").write_text("")
    editor = await start(folder, command=SERVER)
    module = editor.open(folder / "app" / "client.py", MODULE)
    await editor.expect(module, ["BC201"])
    return editor


async def test_a_log_tells_its_entries_and_where_they_come_from(start, tmp_path: Path) -> None:
    editor = await opened(start, tmp_path)
    uri = editor.open(tmp_path / "server.log", LOG, language="log")
    await editor.expect(uri, ["BC402", "BC703"])
    first, second = editor.client.diagnostics[uri]
    assert [first.severity, second.severity] == [3, 3]
    assert (first.range.start.line, second.range.start.line) == (7, 9)
    hover = await editor.hover(uri, 7, 40)
    assert "**BC402 connection-not-released**" in hover
    assert "app/client.py:5" in hover
    assert "missing-timeout" in await editor.hover(uri, 3, 20)
    ((row, column, target),) = await editor.links(uri)
    assert (row, column) == (3, 8)
    assert target == (tmp_path / "app" / "client.py").as_uri() + "#L5"
    assert await editor.hover(uri, 0, 30) == ""
    offered = await editor.actions(uri, at(9, 5))
    assert [item.title for item in offered][-1] == "Open the entry BC703 column-without-migration"


async def test_the_fix_is_one_key_away(start, tmp_path: Path) -> None:
    editor = await opened(start, tmp_path)
    text = (
        "Traceback (most recent call last):\n"
        '  File "/srv/shop/app/client.py", line 5, in load\n    return requests.get(url)\n'
        "billiard.exceptions.SoftTimeLimitExceeded: SoftTimeLimitExceeded()\n"
    )
    uri = editor.open(tmp_path / "trace.txt", text, language="plaintext")
    await editor.expect(uri, ["BC201"])
    offered = await editor.actions(uri, at(3, 0))
    assert offered[0].title.endswith("(client.py:5)")
    (edit,) = (await editor.client.code_action_resolve_async(offered[0])).edit.document_changes
    assert edit.text_document.uri == (tmp_path / "app" / "client.py").as_uri()
    assert "timeout" in edit.edits[0].new_text


async def test_an_error_that_is_explained_brings_its_fix(start, tmp_path: Path) -> None:
    editor = await opened(start, tmp_path)
    answer = await editor.command(
        "explain",
        'Traceback (most recent call last):\n  File "/srv/shop/app/client.py", line 5, in load\n'
        "    return requests.get(url)\nbilliard.exceptions.SoftTimeLimitExceeded: SoftTimeLimitExceeded()\n",
    )
    (place,) = answer["explanations"][0]["locations"]
    assert [action["title"] for action in place["actions"]] == place["fixes"]
    assert await editor.command("applyAction", place["actions"][0]["id"]) is True
    (edit,) = editor.applied[0].edit.document_changes
    assert "timeout" in edit.edits[0].new_text


async def test_json_records_and_documents_without_a_file(start, tmp_path: Path) -> None:
    editor = await opened(start, tmp_path)
    record = {
        "level": "error",
        "message": "failed",
        "exc_info": LOG[LOG.index("Traceback") :].split("2024")[0],
    }
    uri = editor.open(tmp_path / "json.log", json.dumps(record) + "\n", language="log")
    await editor.expect(uri, ["BC402"])
    assert [target for _, _, target in await editor.links(uri)] == [
        (tmp_path / "app" / "client.py").as_uri() + "#L5"
    ]
    item = types.TextDocumentItem("untitled:Untitled-1", "plaintext", 1, LOG)
    editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    await editor.expect(item.uri, ["BC402", "BC703"])
    assert "app/client.py:5" in await editor.hover(item.uri, 7, 30)


async def test_a_growing_log_and_a_plain_text(start, tmp_path: Path) -> None:
    editor = await opened(start, tmp_path)
    uri = editor.open(tmp_path / "server.log", "started\n", language="log")
    await editor.expect(uri, [])
    editor.change(uri, 2, "started\n" + LOG)
    await editor.expect(uri, ["BC402", "BC703"])
    prose = editor.open(tmp_path / "notes.txt", "column users.nick does not exist\n", language="plaintext")
    await editor.expect(prose, [])
    assert await editor.hover(prose, 0, 3) == ""


async def test_a_large_log_is_read_in_slices(start, tmp_path: Path) -> None:
    editor = await opened(start, tmp_path)
    noise = "".join(f"2024-05-01 10:00:00,000 INFO request {number} took 3 ms\n" for number in range(60_000))
    uri = editor.open(tmp_path / "big.log", noise + LOG, language="log")
    # While it is read, everything else is answered.
    assert "missing-timeout" in await editor.hover((tmp_path / "app" / "client.py").as_uri(), 4, 15)
    await editor.expect(uri, ["BC402", "BC703"])
    assert editor.client.diagnostics[uri][0].range.start.line == 60_007
