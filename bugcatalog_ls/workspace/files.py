"""Files as values: what identifies a version of one, what was read of it, and why one was not."""

from __future__ import annotations

import os
import re
from functools import cached_property
from hashlib import blake2b
from typing import Literal, NamedTuple

DEFAULT_MAX_FILE_SIZE = 2 * 1024 * 1024

ProblemKind = Literal[
    "binary", "encoding", "large", "links", "many", "name", "permission", "special", "vanished"
]


class FileStamp(NamedTuple):
    """What the file system says of a version of a file; while it stays, so does the content."""

    mtime_ns: int
    ctime_ns: int
    size: int
    inode: int


UNSETTLED = FileStamp(-1, -1, -1, -1)
"""The stamp of a file that was read so soon after a change that the next one may not show in it."""


class ReadProblem(NamedTuple):
    """Why a file or a folder is left out: one sentence for people. `line` counts from 1; 0 is the whole."""

    path: str
    line: int
    message: str
    kind: ProblemKind


class ReadResult:
    """One file's content: `data` is its text as UTF-8 without a byte order mark, line ends as they are.

    `stamp` is for the cache: UNSETTLED where it does not tell this version from the next one.
    """

    def __init__(self, path: str, raw: bytes, data: bytes, encoding: str, stamp: FileStamp) -> None:
        self.path = path
        self.data = data
        self.encoding = encoding
        self.stamp = stamp
        self.digest = digest_of(raw)
        self.has_bom = raw.startswith(b"\xef\xbb\xbf")

    @cached_property
    def text(self) -> str:
        return self.data.decode("utf-8")

    @cached_property
    def newline(self) -> str | None:
        """The one kind of line end that the file has; None where it has several kinds or none."""
        kinds = {match.decode() for match in set(re.findall(rb"\r\n|\n|\r", self.data))}
        return kinds.pop() if len(kinds) == 1 else None


def digest_of(raw: bytes | memoryview) -> bytes:
    """Sixteen bytes that stand for a file's content."""
    return blake2b(raw, digest_size=16).digest()


def stamp_of(status: os.stat_result) -> FileStamp:
    return FileStamp(status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)


def settled_stamp_of(status: os.stat_result, now_ns: int) -> FileStamp:
    """The stamp to remember for what is read at `now_ns`.

    File systems count time in steps (some milliseconds; whole seconds where no fraction is seen):
    two changes within one step leave the same stamp.
    """
    changed_ns = max(status.st_mtime_ns, status.st_ctime_ns)
    step_ns = 50_000_000 if status.st_mtime_ns % 1_000_000_000 else 2_000_000_000
    return stamp_of(status) if changed_ns + step_ns < now_ns else UNSETTLED
