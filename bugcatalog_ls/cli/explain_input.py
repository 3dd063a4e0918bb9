"""Logs to explain, in pieces: of files of any size, and of a standard input that may never end."""

from __future__ import annotations

import codecs
import gzip
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import IO

from bugcatalog_ls.analysis.explaining import Explainer, Explanation
from bugcatalog_ls.analysis.log_reading import LogReading
from bugcatalog_ls.catalog.error_blocks import Block
from bugcatalog_ls.cli.exits import UsageError
from bugcatalog_ls.cli.explain_tally import Tally


def file_pieces(name: str) -> Iterator[bytes]:
    """The bytes of a file as UTF-8, unpacked where it is packed."""
    try:
        with open(name, "rb") as opened:
            begin = opened.read(4)
            opened.seek(0)
            yield from _decoded(gzip.GzipFile(fileobj=opened) if begin[:2] == b"\x1f\x8b" else opened, begin)
    except (OSError, EOFError) as error:
        raise UsageError(f"`{name}` can't be read: {getattr(error, 'strerror', '') or error}") from None


def standard_pieces() -> Iterator[bytes | None]:
    """The bytes of standard input as they come, and None where none has come for a moment."""
    pieces: queue.Queue[bytes] = queue.Queue(_MAX_WAITING)

    def read() -> None:
        # What has come so far, without waiting for more.
        while piece := os.read(sys.stdin.fileno(), _PIECE):
            pieces.put(piece)
        pieces.put(b"")

    threading.Thread(target=read, daemon=True).start()
    is_idle = False
    while True:
        try:
            piece = pieces.get(timeout=None if is_idle else _MOMENT)
        except queue.Empty:
            is_idle = True
            yield None
            continue
        if not piece:
            return
        is_idle = False
        yield piece


def feed_pieces(
    pieces: Iterable[bytes | None],
    explainer: Explainer,
    tally: Tally,
    tell: Callable[[Tally, set[str]], None] | None,
) -> None:
    """Count what a log says until it ends or somebody interrupts; `tell` hears of each new entry at once."""
    reading = LogReading(explainer)
    waiting: set[str] = set()
    since = 0.0

    def take(found: Iterable[tuple[Block, list[Explanation]]]) -> None:
        nonlocal since
        for block, explanations in found:
            new = {each.entry.code for each in explanations} - tally.counts.keys()
            if new and not waiting:
                since = time.monotonic()
            waiting.update(new)
            tally.add(block, explanations)

    try:
        for piece in _by_lines(pieces):
            if piece is not None:
                tally.saw(piece)
            take(reading.finish() if piece is None else reading.feed(piece))
            # A moment later the counts of what comes together are known; a busy log is never idle.
            is_time = piece is None or time.monotonic() - since >= _MOMENT
            if waiting and is_time and tell is not None:
                tell(tally, waiting)
                waiting.clear()
    except KeyboardInterrupt:
        # Whoever follows a log ends it so, and still wants to know the counts.
        pass
    take(reading.finish())
    tally.n_lines = reading.n_lines


def _decoded(opened: IO[bytes] | gzip.GzipFile, begin: bytes) -> Iterator[bytes]:
    encoding = next((name for mark, name in _MARKS if begin.startswith(mark)), None)
    if encoding is None:
        while piece := opened.read(_PIECE):
            yield piece
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    while piece := opened.read(_PIECE):
        yield decoder.decode(piece).encode("utf-8")


def _by_lines(pieces: Iterable[bytes | None]) -> Iterator[bytes | None]:
    """The same cut at ends of lines; a line that is longer than any message comes in pieces."""
    rest = b""
    for piece in pieces:
        if piece is None:
            yield None
            continue
        end = piece.rfind(b"\n") + 1
        if end:
            yield rest + piece[:end]
            rest = piece[end:]
        else:
            rest += piece
        while len(rest) >= _MAX_LINE:
            yield rest[:_MAX_LINE]
            rest = rest[_MAX_LINE:]
    if rest:
        yield rest


_PIECE = 1 << 20
_MAX_LINE = 1 << 18
_MAX_WAITING = 8
_MOMENT = 0.5
# PowerShell writes UTF-16 where it sends an output to a file.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
