"""Diagnostics for editors that ask for them."""

import asyncio
from pathlib import Path

import pytest
from editor import PULL
from lsprotocol import types
from pygls.exceptions import JsonRpcException


async def test_a_document_is_pulled_and_repeated_by_its_result_id(start, tmp_path: Path) -> None:
    editor = await start(tmp_path, capabilities=PULL)
    uri = editor.open(tmp_path / "a.py", "x = BUG\n")
    full = await editor.pull(uri)
    assert [item.code for item in full.items] == ["BC201"]
    same = await editor.pull(uri, full.result_id)
    assert isinstance(same, types.RelatedUnchangedDocumentDiagnosticReport)
    editor.change(uri, 2, "BUG BUG")
    assert len((await editor.pull(uri, full.result_id)).items) == 2
    assert editor.published == []


async def test_an_answer_is_about_the_latest_text(start, tmp_path: Path) -> None:
    editor = await start(tmp_path, capabilities=PULL)
    uri = editor.open(tmp_path / "a.py", "SLOW BUG\n")
    early = asyncio.ensure_future(editor.pull(uri))
    await asyncio.sleep(0.05)
    editor.change(uri, 2, "SLOW BUG BUG\n")
    assert len((await early).items) == 2


async def test_the_workspace_is_pulled_with_result_ids(start, tmp_path: Path) -> None:
    (tmp_path / "closed.py").write_text("BUG\n")
    (tmp_path / "clean.py").write_text("OK\n")
    editor = await start(tmp_path, capabilities=PULL)
    uri = editor.open(tmp_path / "open.py", "BUG BUG\n", version=7)

    async def pull(
        previous: list[types.PreviousResultId],
    ) -> dict[str, types.WorkspaceDocumentDiagnosticReport]:
        answer = await editor.client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams(previous))
        return {item.uri: item for item in answer.items}

    first = await pull([])
    closed = (tmp_path / "closed.py").as_uri()
    assert {uri: len(item.items) for uri, item in first.items()} == {closed: 1, uri: 2}
    assert (first[uri].version, first[closed].version) == (7, None)
    editor.change(uri, 8, "BUG\n")
    second = await pull([types.PreviousResultId(key, item.result_id) for key, item in first.items()])
    assert {uri: item.kind for uri, item in second.items()} == {closed: "unchanged", uri: "full"}


async def test_the_editor_is_asked_to_pull_again(start, tmp_path: Path) -> None:
    editor = await start(tmp_path, capabilities=PULL)
    needs = editor.open(tmp_path / "needs.py", "NEEDS users\n")
    assert len((await editor.pull(needs)).items) == 1
    before = editor.client.diagnostic_refresh_count
    other = editor.open(tmp_path / "other.py", "DEFINES users\n")
    await editor.eventually(lambda: editor.client.diagnostic_refresh_count > before)
    assert not (await editor.pull(needs)).items
    assert not (await editor.pull(other)).items


async def test_a_pull_is_cancelled(start, tmp_path: Path) -> None:
    editor = await start(tmp_path, capabilities=PULL)
    uri = editor.open(tmp_path / "a.py", "SLOW BUG\n")
    params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
    request = asyncio.ensure_future(
        editor.client.protocol.send_request_async(types.TEXT_DOCUMENT_DIAGNOSTIC, params, msg_id="first")
    )
    await asyncio.sleep(0.05)
    editor.client.cancel_request(types.CancelParams("first"))
    with pytest.raises(JsonRpcException) as raised:
        await request
    assert raised.value.code == types.LSPErrorCodes.RequestCancelled
    assert len((await editor.pull(uri)).items) == 1
