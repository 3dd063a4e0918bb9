"""The real service behind the real server, through a pipe."""

import os
import signal
import sys
from pathlib import Path

from editor import PULL, at
from lsprotocol import types

SERVER = [sys.executable, "-c", "from bugcatalog_ls.server.start import serve; raise SystemExit(serve())"]
TEXT = "import requests\n\n\ndef load(url):\n    return requests.get(url)\n"


async def test_a_finding_is_shown_explained_and_mended(start, tmp_path: Path) -> None:
    editor = await start(tmp_path, command=SERVER)
    uri = editor.open(tmp_path / "a.py", TEXT)
    await editor.expect(uri, ["BC201"])
    (shown,) = editor.client.diagnostics[uri]
    assert shown.range == at(4, 11, 28)
    hover = await editor.client.text_document_hover_async(
        types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(4, 20))
    )
    assert "Root cause" in hover.contents.value
    mend = next(item for item in await editor.actions(uri, at(4, 20), diagnostics=[shown]))
    assert mend.is_preferred
    (edit,) = (await editor.client.code_action_resolve_async(mend)).edit.document_changes
    for change in edit.edits:
        editor.change(uri, 2, change.new_text, change.range)
    assert await editor.codes(uri, version=2) == []


async def test_it_is_pulled_and_survives_a_kill(start, tmp_path: Path) -> None:
    (tmp_path / "closed.py").write_text(TEXT)
    editor = await start(tmp_path, command=SERVER, capabilities=PULL, encodings=["utf-8"])
    uri = editor.open(tmp_path / "a.py", TEXT.replace("url)", "'é', url)"))
    full = await editor.pull(uri)
    assert [item.code for item in full.items] == ["BC201"]
    os.kill((await editor.debug())["analysis"]["pid"], signal.SIGKILL)
    assert (await editor.pull(uri, full.result_id)).kind == "unchanged"
    editor.change(uri, 2, "")
    assert not (await editor.pull(uri, full.result_id)).items
