"""One incarnation of the analysis process: its pipes and the threads that serve them."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import IO

import msgspec

from bugcatalog_ls.server import frames


class Child:
    """A running process. `on_frame` and `on_death` are called from a thread."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        on_frame: Callable[[frames.FromAnalysis], None],
        on_death: Callable[[], None],
    ) -> None:
        self._process = process
        self.last_words: deque[str] = deque(maxlen=20)
        self._outgoing: queue.SimpleQueue[frames.ToAnalysis | None] = queue.SimpleQueue()
        self._on_frame = on_frame
        self._on_death = on_death
        self._errors = threading.Thread(target=self._forward_errors, daemon=True)

    def start(self) -> None:
        """Begin to read and write."""
        self._errors.start()
        for target in (self._write_frames, self._read_frames):
            threading.Thread(target=target, daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.returncode

    def write(self, frame: frames.ToAnalysis) -> None:
        """Send a frame, in order, without waiting."""
        self._outgoing.put(frame)

    def kill(self) -> None:
        with contextlib.suppress(OSError):
            self._process.kill()

    def stop(self, seconds: float) -> None:
        """Let it end, for at most so long."""
        self._outgoing.put(None)
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def _write_frames(self) -> None:
        stdin = _pipe(self._process.stdin)
        with contextlib.suppress(OSError, ValueError):
            while (frame := self._outgoing.get()) is not None:
                data = memoryview(frames.encode(frame))
                while data:
                    data = data[stdin.write(data) :]
        with contextlib.suppress(OSError):
            stdin.close()

    def _read_frames(self) -> None:
        stdout = _pipe(self._process.stdout)
        ends = contextlib.suppress(OSError, msgspec.DecodeError)
        with open(stdout.fileno(), "rb", closefd=False) as buffered, ends:
            while (body := frames.read(buffered.read)) is not None:
                self._on_frame(frames.decode_from_analysis(body))
        # A frame that doesn't decode, or an end: either way nothing more can come.
        self.kill()
        self._process.wait()
        self._errors.join(0.2)
        self._outgoing.put(None)
        self._on_death()

    def _forward_errors(self) -> None:
        stderr = _pipe(self._process.stderr)
        with open(stderr.fileno(), "rb", closefd=False) as lines:
            for line in lines:
                text = line.decode("utf-8", "replace").rstrip()
                self.last_words.append(text)
                with contextlib.suppress(OSError, ValueError):
                    print(text, file=sys.stderr, flush=True)


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe
