"""The history in the editor: what is opened and saved is remembered, hovers tell it, stores are catalogs."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from editor import at
from lsprotocol import types

from bugcatalog_ls.catalog.store import opened_store
from bugcatalog_ls.catalog.store_pages import put_page
from bugcatalog_ls.workspace.history_reading import read_history, repository_names

SERVER = [sys.executable, "-c", "from bugcatalog_ls.server.start import serve; raise SystemExit(serve())"]
TEXT = "import requests\n\n\ndef load(url):\n    return requests.get(url)\n"
PAGE = """---
code: TEAM-1
name: bare-print
severity: warning
rules:
  - language: python
    rule: {pattern: print($$$ARGS)}
    message: print goes nowhere in a service
---
# Print in a service
What is printed here is lost.
"""


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that stays, with a state folder of its own."""
    monkeypatch.setenv("CI", "")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USER", "anna_k")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


async def hover_text(editor: Any, uri: str) -> str:
    position = types.Position(4, 20)
    hover = await editor.client.text_document_hover_async(
        types.HoverParams(types.TextDocumentIdentifier(uri), position)
    )
    return str(hover.contents.value) if hover is not None else ""


async def test_what_is_opened_is_remembered_and_told(start, tmp_path: Path) -> None:
    root = tmp_path / "shop"
    root.mkdir()
    (root / "a.py").write_text(TEXT)
    editor = await start(root, command=SERVER)
    uri = editor.open(root / "a.py", TEXT)
    await editor.expect(uri, ["BC201"])
    for _ in range(200):
        if "**Seen**" in (told := await hover_text(editor, uri)):
            break
        await asyncio.sleep(0.1)
    assert "**Seen** once here, never mended; last by anna\\_k on 20" in told


async def test_what_is_half_typed_is_not_remembered_and_what_is_saved_is(start, tmp_path: Path) -> None:
    root = tmp_path / "shop"
    root.mkdir()
    store = f"sqlite:///{tmp_path / 'team.db'}"
    (root / "bugcatalog.toml").write_text(f'store = "{store}"\n')
    (root / "a.py").write_text("")
    editor = await start(root, command=SERVER)
    uri = editor.open(root / "a.py", "")
    editor.change(uri, 2, TEXT)
    await editor.expect(uri, ["BC201"])
    await asyncio.sleep(0.5)
    assert not list((tmp_path / "state").rglob("*.batch"))
    (root / "a.py").write_text(TEXT)
    saved = types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri))
    editor.client.text_document_did_save(saved)

    def found() -> bool:
        if not (tmp_path / "team.db").exists():
            return False
        with opened_store(store, tmp_path) as opened:
            return bool(read_history(opened, repository_names(opened)).occurrences)

    for _ in range(200):
        if await asyncio.to_thread(found):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("what was saved never came to the store")


async def test_the_entries_of_a_store_come_when_it_answers(start, tmp_path: Path) -> None:
    root = tmp_path / "shop"
    root.mkdir()
    store = f"sqlite:///{tmp_path / 'team.db'}"
    with opened_store(store, tmp_path) as opened:
        put_page(opened, "TEAM-1", 0, "TEAM-1.md", PAGE, "Ben")
    (root / "bugcatalog.toml").write_text(f'catalogs = ["{store}"]\n')
    editor = await start(root, command=SERVER)
    uri = editor.open(root / "a.py", 'print("x")\n')
    await editor.expect(uri, ["TEAM-1"])
    (shown,) = editor.client.diagnostics[uri]
    assert shown.range == at(0, 0, 10)
    assert shown.code_description.href.endswith("/TEAM-1.md")
