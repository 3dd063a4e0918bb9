"""Messages in and out: over standard input and output, a socket, or a web socket.

Imports nothing of the protocol, so that reading can begin while that is still being imported.
"""

from __future__ import annotations

import asyncio
import json
import os
import queue
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

_CHUNK = 1 << 16


class Broken:
    """A message that is no JSON."""


class Answered:
    """A message whose answer is out already."""

    def __init__(self, message: Any) -> None:
        self.message = message


class Incoming:
    """Decoded messages in order, from any thread; None is the end."""

    def __init__(self) -> None:
        self._waiting: deque[Any] = deque()
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._arrived: asyncio.Event | None = None

    def put(self, message: Any) -> None:
        with self._lock:
            self._waiting.append(message)
            loop, arrived = self._loop, self._arrived
        if loop is not None and arrived is not None and not loop.is_closed():
            loop.call_soon_threadsafe(arrived.set)

    async def get(self) -> Any:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.get_running_loop()
                self._arrived = asyncio.Event()
        assert self._arrived is not None
        while not self._waiting:
            self._arrived.clear()
            if not self._waiting:
                await self._arrived.wait()
        return self._waiting.popleft()


class Outgoing:
    """Bytes that a thread writes, so that a client that doesn't read can't stop the loop."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        self._queue.put(data)

    def close(self) -> None:
        """Wait a moment for what is still to be written."""
        self._queue.put(None)
        self._thread.join(1.0)

    def _run(self) -> None:
        try:
            while (data := self._queue.get()) is not None:
                rest = memoryview(data)
                while rest:
                    rest = rest[os.write(self._fd, rest) :]
        except OSError:
            # The client is gone; the end of its messages ends the server.
            return


def read_stdio(fd: int, incoming: Incoming, peek: Callable[[Any], bool]) -> None:
    """Read messages in a thread. `peek` sees each first, in that thread, and may answer it."""

    def run() -> None:
        frames = Frames()
        while True:
            try:
                data = os.read(fd, _CHUNK)
            except OSError:
                data = b""
            if not data:
                incoming.put(None)
                return
            for body in frames.feed(data):
                message = decode(body)
                incoming.put(Answered(message) if peek(message) else message)

    threading.Thread(target=run, daemon=True).start()


def take_stdio() -> tuple[int, int]:
    """Descriptors of the client's pipes; what others print goes to standard error from now on."""
    source, sink = os.dup(0), os.dup(1)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(source, os.O_BINARY)
        msvcrt.setmode(sink, os.O_BINARY)
    os.dup2(2, 1)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    return source, sink


def decode(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return Broken()


class Frames:
    """Cuts a stream of bytes into message bodies."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._size: int | None = None

    def feed(self, data: bytes) -> list[bytes]:
        """The bodies that are complete with this data."""
        self._buffer += data
        bodies: list[bytes] = []
        while True:
            if self._size is None:
                end = self._buffer.find(b"\r\n\r\n")
                if end < 0:
                    return bodies
                self._size = _content_length(bytes(self._buffer[:end]))
                del self._buffer[: end + 4]
            if self._size is None:
                continue  # A head without a length: look for the next one.
            if len(self._buffer) < self._size:
                return bodies
            bodies.append(bytes(self._buffer[: self._size]))
            del self._buffer[: self._size]
            self._size = None


def _content_length(head: bytes) -> int | None:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return int(value)
    return None
