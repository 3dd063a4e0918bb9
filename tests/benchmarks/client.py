"""A minimal editor: speaks the language server protocol over a pipe, and notes when answers come."""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

Json = dict[str, Any]


class Publication(NamedTuple):
    """Published diagnostics, and when the last byte of them had come (`time.perf_counter`)."""

    at: float
    uri: str
    version: int | None
    diagnostics: list[Json]


class SilentServer(RuntimeError):
    """The server ended, or did not say in time what was waited for."""


class Editor:
    """One server process and the documents that are open in it. Used as a context manager."""

    def __init__(
        self, command: Sequence[str], root: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.root = root
        self.started_at = time.perf_counter()
        self.process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=root,
            env=dict(environment) if environment is not None else None,
        )
        self._changed = threading.Condition()
        self._published: list[Publication] = []
        self._answers: dict[int, Json] = {}
        self._ended_progress: list[str] = []
        self._begun_progress: dict[str, str] = {}
        self._versions: dict[str, int] = {}
        self._last_id = 0
        self._is_over = False
        self._complaints: deque[bytes] = deque(maxlen=20)
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._hear_complaints, daemon=True).start()

    def __enter__(self) -> Editor:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(SilentServer, OSError):
            self.request("shutdown", None, timeout=5)
            self.notify("exit", None)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.process.kill()
        self.process.wait()

    # -- what an editor does ----------------------------------------------------------------------

    def initialize(self) -> Json:
        """Shake hands as an editor that takes pushed diagnostics, and knows progress."""
        parameters = {
            "processId": None,
            "rootUri": self.root.as_uri(),
            "workspaceFolders": [{"uri": self.root.as_uri(), "name": self.root.name}],
            "capabilities": {
                "textDocument": {
                    "synchronization": {"didSave": True},
                    "publishDiagnostics": {"versionSupport": True, "relatedInformation": True},
                },
                "workspace": {"configuration": True, "workspaceFolders": True},
                "window": {"workDoneProgress": True},
            },
        }
        answer = self.request("initialize", parameters)
        self.notify("initialized", {})
        return answer

    def open(self, path: Path, text: str) -> str:
        """Open a document, and return its URI."""
        uri = path.as_uri()
        self._versions[uri] = 1
        item = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return uri

    def insert(self, uri: str, row: int, column: int, text: str) -> tuple[int, float]:
        """Type a text; the document's new version, and when the change was sent."""
        self._versions[uri] += 1
        place = {"line": row, "character": column}
        parameters = {
            "textDocument": {"uri": uri, "version": self._versions[uri]},
            "contentChanges": [{"range": {"start": place, "end": place}, "text": text}],
        }
        sent_at = time.perf_counter()
        self.notify("textDocument/didChange", parameters)
        return self._versions[uri], sent_at

    def wait_published(
        self, uri: str, version: int, *, since: float = 0.0, some: bool = False, timeout: float = 60
    ) -> Publication:
        """The first diagnostics published since a moment for a version (or with no version told).

        With `some`, empty lists are passed over.
        """

        def found() -> Publication | None:
            return next(
                (
                    published
                    for published in self._published
                    if published.uri == uri
                    and published.at >= since
                    and (published.version is None or published.version >= version)
                    and (published.diagnostics or not some)
                ),
                None,
            )

        published: Publication = self._wait(found, timeout, f"no diagnostics for version {version}")
        return published

    def forget_published(self) -> None:
        with self._changed:
            self._published.clear()

    def wait_progress(self, title: str, timeout: float) -> None:
        """Wait until a job has ended whose title begins so."""

        def ended() -> bool:
            titles = (self._begun_progress.get(token, "") for token in self._ended_progress)
            return any(begun.startswith(title) for begun in titles)

        self._wait(ended, timeout, f"no end of {title!r}")

    # -- messages ---------------------------------------------------------------------------------

    def request(self, method: str, parameters: Any, timeout: float = 60) -> Json:
        self._last_id += 1
        number = self._last_id
        self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": parameters})
        answer: Json = self._wait(lambda: self._answers.pop(number, None), timeout, f"no answer to {method}")
        return answer

    def notify(self, method: str, parameters: Any) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": parameters})

    def _wait(self, condition: Any, timeout: float, told: str) -> Any:
        until = time.monotonic() + timeout
        with self._changed:
            while not (value := condition()):
                left = until - time.monotonic()
                if self._is_over or left <= 0:
                    complaints = b"".join(self._complaints).decode("utf-8", "replace")
                    raise SilentServer(f"{self.process.args!r}: {told}\n{complaints}")
                self._changed.wait(left)
            return value

    def _send(self, message: Json) -> None:
        body = json.dumps({key: value for key, value in message.items() if (key, value) != ("params", None)})
        data = body.encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self.process.stdin.flush()

    def _read(self) -> None:
        assert self.process.stdout is not None
        stream = self.process.stdout
        while True:
            length = 0
            while (line := stream.readline()) not in (b"\r\n", b""):
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            body = stream.read(length)
            at = time.perf_counter()
            if not line or len(body) < length:
                break
            self._take(json.loads(body), at)
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def _hear_complaints(self) -> None:
        assert self.process.stderr is not None
        self._complaints.extend(self.process.stderr)

    def _take(self, message: Json, at: float) -> None:
        method, parameters = message.get("method"), message.get("params")
        if method is not None and "id" in message:
            self._send({"jsonrpc": "2.0", "id": message["id"], "result": _answer(method, parameters)})
            return
        with self._changed:
            if method is None:
                self._answers[message["id"]] = message
            elif method == "textDocument/publishDiagnostics":
                version = parameters.get("version")
                found = Publication(at, parameters["uri"], version, parameters["diagnostics"])
                self._published.append(found)
            elif method == "$/progress":
                self._take_progress(str(parameters["token"]), parameters["value"])
            self._changed.notify_all()

    def _take_progress(self, token: str, value: Json) -> None:
        if value.get("kind") == "begin":
            self._begun_progress[token] = value.get("title", "")
        elif value.get("kind") == "end":
            self._ended_progress.append(token)


def _answer(method: str, parameters: Any) -> Any:
    """What an editor without settings of its own answers to a server's request."""
    if method == "workspace/configuration":
        return [None for _ in parameters["items"]]
    return None
