"""From start to end: order, errors, transports."""

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import pytest_lsp
from editor import SERVER
from lsprotocol import types

from bugcatalog_ls.server.transport import Frames

INITIALIZE = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}
SHUTDOWN = {"jsonrpc": "2.0", "id": 9, "method": "shutdown"}
EXIT = {"jsonrpc": "2.0", "method": "exit"}


def test_shutdown_and_exit_end_it_well() -> None:
    answers, code = talk(INITIALIZE, SHUTDOWN, EXIT)
    assert code == 0
    assert answers[0]["result"]["serverInfo"]["name"] == "bugcatalog"
    assert answers[1] == {"jsonrpc": "2.0", "id": 9, "result": None}


def test_exit_alone_is_an_error() -> None:
    assert talk(INITIALIZE, EXIT)[1] == 1
    assert talk(EXIT)[1] == 1


def test_a_vanished_client_ends_it() -> None:
    assert talk(INITIALIZE)[1] == 1
    assert talk()[1] == 1
    assert talk(INITIALIZE, SHUTDOWN)[1] == 0


def test_requests_out_of_order_are_refused() -> None:
    hover = {"jsonrpc": "2.0", "id": 2, "method": "textDocument/hover", "params": {}}
    answers, code = talk(
        hover, INITIALIZE, {**INITIALIZE, "id": 3}, hover, SHUTDOWN, {**hover, "id": 4}, EXIT
    )
    assert code == 0
    codes = [(answer["id"], answer.get("error", {}).get("code")) for answer in answers]
    assert codes == [(2, -32002), (1, None), (3, -32600), (2, -32602), (9, None), (4, -32600)]


def test_nonsense_is_survived() -> None:
    unknown = {"jsonrpc": "2.0", "id": 2, "method": "no/such"}
    notice = {"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {"x": 1}}
    answers, code = talk(INITIALIZE, b"{", [1], {"id": 3}, unknown, notice, SHUTDOWN, EXIT)
    assert code == 0
    assert [answer.get("error", {}).get("code") for answer in answers] == [
        None, -32700, -32600, -32600, -32601, None,
    ]  # fmt: skip


def test_initialize_that_can_not_be_read_is_refused() -> None:
    answers, _ = talk({**INITIALIZE, "params": 7}, INITIALIZE, SHUTDOWN, EXIT)
    assert [answer.get("error", {}).get("code") for answer in answers] == [-32602, None, None]


def test_commands_are_left_to_a_client_that_has_some_of_these_names() -> None:
    answers, _ = talk(INITIALIZE, SHUTDOWN, EXIT)
    assert (
        "bugcatalog.openEntry" in answers[0]["result"]["capabilities"]["executeCommandProvider"]["commands"]
    )
    params = {**INITIALIZE["params"], "initializationOptions": {"namesCommands": True}}
    answers, _ = talk({**INITIALIZE, "params": params}, SHUTDOWN, EXIT)
    assert answers[0]["result"]["capabilities"]["executeCommandProvider"]["commands"] == []


def test_the_first_texts_are_diagnosed_before_the_protocol_is_there(tmp_path: Path) -> None:
    item = {"uri": "file:///x/a.py", "languageId": "python", "version": 1, "text": "BUG\n"}
    opened = {"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": item}}
    answers, _ = talk(INITIALIZE, opened, wait_for="textDocument/publishDiagnostics")
    assert [item["code"] for item in answers[-1]["params"]["diagnostics"]] == ["BC201"]


def test_a_slow_reader_does_not_stop_the_server() -> None:
    with start_raw() as process:
        assert process.stdin is not None
        item = {"uri": "file:///x/a.py", "languageId": "python", "version": 1, "text": "BUG " * 3000}
        opened = {"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": item}}
        for message in [INITIALIZE, opened]:
            process.stdin.write(frame(message))
        for version in range(2, 40):
            change = {
                "textDocument": {"uri": item["uri"], "version": version},
                "contentChanges": [{"text": "BUG " * 3000}],
            }
            process.stdin.write(
                frame({"jsonrpc": "2.0", "method": "textDocument/didChange", "params": change})
            )
        process.stdin.write(frame(SHUTDOWN))
        process.stdin.flush()
        answers = list(read_all(process, until_id=9))
        assert answers[-1]["id"] == 9
        process.stdin.write(frame(EXIT))
        process.stdin.flush()
        assert process.wait(20) == 0


def test_frames_are_cut_anywhere() -> None:
    bodies = [b'{"a":1}', b"", "é".encode()]
    heads = [
        b"Content-Length: %d\r\n\r\n",
        b"content-length:%d\r\nX: y\r\n\r\n",
        b"X: y\r\nContent-Length: %d\r\n\r\n",
    ]
    stream = b"".join(head % len(body) + body for head, body in zip(heads, bodies, strict=True))
    for size in (1, 2, 7, 1000):
        frames = Frames()
        found = [body for at in range(0, len(stream), size) for body in frames.feed(stream[at : at + size])]
        assert found == bodies


@pytest.mark.parametrize("transport", ["tcp", "ws"])
async def test_sockets(transport: str, tmp_path: Path) -> None:
    server = await asyncio.create_subprocess_exec(*SERVER, transport, stderr=asyncio.subprocess.PIPE)
    assert server.stderr is not None
    line = (await asyncio.wait_for(server.stderr.readline(), 30)).decode()
    port = int(line.rsplit(":", 1)[1])
    client = pytest_lsp.make_test_lsp_client()
    await (client.start_tcp if transport == "tcp" else client.start_ws)("127.0.0.1", port)
    params = types.InitializeParams(types.ClientCapabilities(), root_uri=tmp_path.as_uri())
    await client.initialize_session(params)
    uri = (tmp_path / "a.py").as_uri()
    item = types.TextDocumentItem(uri, "python", 1, "BUG\n")
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    while not client.diagnostics.get(uri):
        await asyncio.sleep(0.01)
    await client.shutdown_async(None)
    client.exit(None)
    assert await asyncio.wait_for(server.wait(), 20) == 0
    await client.stop()


def test_modules_of_the_users_folder_are_not_imported(tmp_path: Path) -> None:
    for name in ("msgspec", "typing", "bugcatalog_ls", "re2"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported from the folder')\n")
    answers, code = talk(INITIALIZE, SHUTDOWN, EXIT, cwd=tmp_path)
    assert code == 0
    assert len(answers) == 2


def talk(*messages: Any, wait_for: str = "", cwd: Path | None = None) -> tuple[list[dict[str, Any]], int]:
    """All that the server answers to these messages, and its exit code."""
    with start_raw(cwd) as process:
        assert process.stdin is not None
        process.stdin.write(b"".join(map(frame, messages)))
        process.stdin.flush()
        early = list(read_all(process, until_method=wait_for)) if wait_for else []
        process.stdin.close()
        answers = [*early, *read_all(process)]
        own = [m for m in answers if "id" in m or m.get("method") == wait_for]
        return own, process.wait(20)


def start_raw(cwd: Path | None = None) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(SERVER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=cwd)


def frame(message: Any) -> bytes:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def read_all(process: "subprocess.Popen[bytes]", until_method: str = "", until_id: Any = None) -> Any:
    assert process.stdout is not None
    while head := process.stdout.readline():
        if not head.lower().startswith(b"content-length"):
            continue
        while process.stdout.readline() != b"\r\n":
            pass
        message = json.loads(process.stdout.read(int(head.split(b":")[1])))
        yield message
        if until_method and message.get("method") == until_method:
            return
        if until_id is not None and message.get("id") == until_id:
            return
