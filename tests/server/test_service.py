"""The real service behind the real server, through a pipe."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


async def test_the_cells_of_a_notebook_are_checked_and_mended(start, tmp_path: Path) -> None:
    editor = await start(tmp_path, command=SERVER)
    notebook, cells = (
        (tmp_path / "n.ipynb").as_uri(),
        ["vscode-notebook-cell:/n#1", "vscode-notebook-cell:/n#2"],
    )
    texts = ["import requests", "%matplotlib inline\nrequests.get('u')"]
    editor.client.notebook_document_did_open(
        types.DidOpenNotebookDocumentParams(
            types.NotebookDocument(
                notebook,
                "jupyter-notebook",
                1,
                [types.NotebookCell(types.NotebookCellKind.Code, cell) for cell in cells],
            ),
            [
                types.TextDocumentItem(cell, "python", 1, text)
                for cell, text in zip(cells, texts, strict=True)
            ],
        )
    )
    await editor.expect(cells[1], ["BC201"])
    (shown,) = editor.client.diagnostics[cells[1]]
    assert shown.range == at(1, 0, 17)
    mend = (await editor.actions(cells[1], at(1, 4), diagnostics=[shown]))[0]
    (edit,) = (await editor.client.code_action_resolve_async(mend)).edit.document_changes
    assert edit.text_document.uri == cells[1]
    assert [each.range for each in edit.edits] == [at(1, 16)]


async def test_a_traceback_is_explained_down_to_its_line(start, tmp_path: Path) -> None:
    editor = await start(tmp_path, command=SERVER)
    uri = editor.open(tmp_path / "a.py", TEXT)
    await editor.expect(uri, ["BC201"])
    text = (
        'Traceback (most recent call last):\n  File "/srv/a.py", line 5, in load\n'
        "    return requests.get(url)\n"
        "sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out\n"
    )
    answer = await editor.client.workspace_execute_command_async(
        types.ExecuteCommandParams("bugcatalog.explain", [text])
    )
    found = {each["code"]: each["locations"] for each in answer["explanations"]}
    assert set(found) == {"BC201", "BC402"}
    (place,) = found["BC201"]
    assert (Path(place["path"]).name, place["row"], place["column"]) == ("a.py", 5, 12)
    assert place["fixes"]
    assert answer["markdown"].startswith(f"## {answer['code']} ")
    assert isinstance(answer["reading"], bool)


async def test_it_is_pulled_and_survives_a_kill(start, tmp_path: Path) -> None:
    (tmp_path / "closed.py").write_text(TEXT)
    editor = await start(tmp_path, command=SERVER, capabilities=PULL, encodings=["utf-8"])
    uri = editor.open(tmp_path / "a.py", TEXT.replace("get(url)", "get('é', url)"))
    full = await _pull_until(editor, uri, lambda report: len(report.items) == 1)
    assert full.items[0].code == "BC201"
    os.kill((await editor.debug())["analysis"]["pid"], signal.SIGKILL)
    await _pull_until(editor, uri, lambda report: report.kind == "unchanged", full.result_id)
    editor.change(uri, 2, "")
    assert not (await editor.pull(uri, full.result_id)).items


async def _pull_until(
    editor: Any, uri: str, is_right: Callable[[Any], bool], previous: str | None = None
) -> Any:
    """What is joined over the workspace is there once that has been read, and asked for again."""
    for _ in range(400):
        n_refreshes = editor.client.diagnostic_refresh_count
        report = await editor.pull(uri, previous)
        if is_right(report):
            return report
        await editor.eventually(lambda n=n_refreshes: editor.client.diagnostic_refresh_count > n)
    raise AssertionError(report)
