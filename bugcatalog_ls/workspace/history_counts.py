"""How often entries were seen and mended in a repository: a file that deliveries write and hovers read."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec


class Count(msgspec.Struct, frozen=True):
    """What the history says of an entry in a repository. `last_at` is in milliseconds."""

    n_seen: int
    n_mended: int
    n_suppressed: int
    last_person: str
    last_at: int


class Counts:
    """The counts of a root, by code; read again when their file changes."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._stamp = -1
        self._counts: dict[str, Count] = {}

    def of(self, code: str) -> Count | None:
        try:
            stamp = self._file.stat().st_mtime_ns
        except OSError:
            return None
        if stamp != self._stamp:
            self._stamp, self._counts = stamp, _read(self._file)
        return self._counts.get(code)


def write_counts(file: Path, counts: dict[str, Count]) -> None:
    """Replace the counts in one step; without them hovers say less."""
    temporary = file.with_name(f"{file.name}.{os.urandom(4).hex()}")
    with contextlib.suppress(OSError):
        temporary.write_bytes(msgspec.msgpack.encode(counts))
        os.replace(temporary, file)


def _read(file: Path) -> dict[str, Count]:
    try:
        return msgspec.msgpack.decode(file.read_bytes(), type=dict[str, Count])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return {}
