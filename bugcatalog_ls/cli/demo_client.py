"""A small client of the language server: messages over the pipes of its process, one thread that reads."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

PATIENCE = 30.0
"""Seconds after which a server that says nothing counts as broken."""

_BOOT = (
    "import sys; sys.path[:] = {path!r}; from bugcatalog_ls.cli.main import main; sys.exit(main(['server']))"
)


class ServerFailed(Exception):
    """The server ended, said nothing, or answered with an error."""


class DemoClient:
    """A server process in a workspace, and what it was asked and has said."""

    def __init__(self, workspace: Path) -> None:
        self._process = subprocess.Popen(
            # As `bugcatalog server`, from where we were imported and never from the working directory.
            [sys.executable, "-I", "-X", "utf8", "-c", _BOOT.format(path=sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=workspace,
        )
        self._arrived: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._last_id = 0
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> DemoClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.request("shutdown", None)
            self.notify("exit", None)
        else:
            self._process.kill()
        self._process.wait(PATIENCE)

    @property
    def process_id(self) -> int:
        return self._process.pid

    def request(self, method: str, params: Any) -> Any:
        """Ask, and wait for the answer."""
        self._last_id += 1
        identity = self._last_id
        self._send({"id": identity, "method": method, "params": params})
        answer = self._wait(lambda message: message.get("id") == identity and "method" not in message)
        if "error" in answer:
            raise ServerFailed(f"{method}: {answer['error'].get('message', 'no reason given')}")
        return answer.get("result")

    def notify(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def open(self, file: Path) -> list[dict[str, Any]]:
        """Open a file as an editor does; the diagnostics that the server gives for it."""
        uri = file.as_uri()
        item = {"uri": uri, "languageId": "python", "version": 1, "text": file.read_text(encoding="utf-8")}
        self.notify("textDocument/didOpen", {"textDocument": item})
        report = self.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        found: list[dict[str, Any]] = report["items"]
        return found

    def change(self, file: Path, text: str) -> None:
        """Give an open file a new text."""
        document = {"uri": file.as_uri(), "version": 2}
        change = {"textDocument": document, "contentChanges": [{"text": text}]}
        self.notify("textDocument/didChange", change)

    def _wait(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        while True:
            try:
                message = self._arrived.get(timeout=PATIENCE)
            except queue.Empty:
                raise ServerFailed(f"the server said nothing for {PATIENCE:.0f} seconds") from None
            if message is None:
                raise ServerFailed("the server ended")
            if wanted(message):
                return message
            if "id" in message and "method" in message:
                # Whatever the server asks of an editor, this one has nothing to tell.
                self._send({"id": message["id"], "result": None})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode("utf-8")
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            self._process.stdin.flush()
        except OSError:
            raise ServerFailed("the server ended") from None

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while True:
            size = 0
            while (line := stream.readline()) not in (b"\r\n", b""):
                name, _, value = line.partition(b":")
                if name.strip().lower() == b"content-length":
                    size = int(value)
            body = stream.read(size) if line else b""
            if not body:
                self._arrived.put(None)
                return
            self._arrived.put(json.loads(body))
