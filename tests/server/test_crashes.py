"""The analysis process dies, hangs or is killed, and the editor's user barely notices."""

import asyncio
import os
import signal
from pathlib import Path

import psutil
import pytest
from editor import PULL, at
from lsprotocol import types
from pygls.exceptions import JsonRpcException


async def test_a_killed_process_costs_one_check(start, tmp_path: Path) -> None:
    editor = await start(tmp_path)
    uri = editor.open(tmp_path / "a.py", "BUG\n")
    assert await editor.codes(uri) == ["BC201"]
    editor.change(uri, 2, "BUG BUG\n")
    assert len(await editor.codes(uri, version=2)) == 2
    before = await editor.debug()
    n_published = len(editor.published)
    os.kill(before["analysis"]["pid"], signal.SIGKILL)
    await editor.eventually(lambda: len(editor.published) > n_published)
    assert await editor.codes(uri, version=2) == ["BC201", "BC201"]
    after = await editor.debug()
    assert after["analysis"]["starts"] == before["analysis"]["starts"] + 1
    editor.change(uri, 3, "OK\n")
    assert await editor.codes(uri, version=3) == []
    assert [message for message in editor.client.messages if "stopped" in message.message] == []


async def test_the_editor_is_asked_to_pull_after_a_kill(start, tmp_path: Path) -> None:
    editor = await start(tmp_path, capabilities=PULL)
    uri = editor.open(tmp_path / "a.py", "BUG\n")
    result_id = (await editor.pull(uri)).result_id
    before = editor.client.diagnostic_refresh_count
    os.kill((await editor.debug())["analysis"]["pid"], signal.SIGKILL)
    await editor.eventually(lambda: editor.client.diagnostic_refresh_count > before)
    assert (await editor.pull(uri, result_id)).kind == "unchanged"


async def test_a_job_past_its_budget_is_stopped_and_its_file_left_alone(start, tmp_path: Path) -> None:
    editor = await start(tmp_path, arguments=["--budget", "0.5"])
    good = editor.open(tmp_path / "good.py", "BUG\n")
    await editor.expect(good, ["BC201"])
    bad = editor.open(tmp_path / "bad.py", "BUG HANG\n")
    await editor.eventually(lambda: len(editor.client.messages) > 0)
    (message,) = editor.client.messages
    assert message.message == (
        "The check of a hanging file took more than 0.5 s and was stopped."
        " The file is left alone until it changes."
    )
    await editor.expect(bad, [])
    editor.change(good, 2, "BUG BUG\n")
    assert len(await editor.codes(good, version=2)) == 2
    editor.change(bad, 2, "BUG\n")
    await editor.expect(bad, ["BC201"])


async def test_a_file_that_kills_is_tried_twice(start, tmp_path: Path) -> None:
    editor = await start(tmp_path)
    good = editor.open(tmp_path / "good.py", "BUG\n")
    await editor.expect(good, ["BC201"])
    bad = editor.open(tmp_path / "bad.py", "DIE\n")
    await editor.expect(bad, [])
    assert [message.message for message in editor.client.messages] == [
        f"The check of {tmp_path / 'bad.py'} ended the analysis process."
        " The file is left alone until it changes."
    ]
    editor.change(good, 2, "BUG BUG\n")
    assert len(await editor.codes(good, version=2)) == 2
    assert (await editor.debug())["analysis"]["starts"] == 3


async def test_a_request_that_hangs_is_answered_by_an_error(start, tmp_path: Path) -> None:
    editor = await start(tmp_path, arguments=["--budget", "0.5"])
    uri = editor.open(tmp_path / "a.py", "HANG_ON_HOVER BUG\n")
    await editor.expect(uri, ["BC201"])
    params = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(0, 3))
    with pytest.raises(JsonRpcException, match="took more than"):
        await editor.client.text_document_hover_async(params)


async def test_questions_outlive_the_process(start, tmp_path: Path) -> None:
    editor = await start(tmp_path, capabilities=PULL)
    uri = editor.open(tmp_path / "a.py", "SLOW BUG\n")
    pid = (await editor.debug())["analysis"]["pid"]
    pull = asyncio.ensure_future(editor.pull(uri))
    await asyncio.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    assert len((await pull).items) == 1


async def test_restart_on_request(start, tmp_path: Path) -> None:
    editor = await start(tmp_path)
    uri = editor.open(tmp_path / "a.py", "BUG\n")
    await editor.expect(uri, ["BC201"])
    await editor.client.workspace_execute_command_async(types.ExecuteCommandParams("bugcatalog.restart"))
    assert (await editor.debug())["analysis"]["starts"] == 2
    assert await editor.actions(uri, at(0, 0))


async def test_no_process_is_left_behind(start, tmp_path: Path) -> None:
    editor = await start(tmp_path)
    editor.open(tmp_path / "a.py", "BUG HANG\n")
    children = psutil.Process(editor.server_pid).children(recursive=True)
    assert len(children) == 1
    os.kill(editor.server_pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []
    editor.client.capabilities = None  # Nothing is there to shut down.
