"""Lines to explain: of files of any size, and of a standard input that may never end."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable, Iterable, Iterator

from bugcatalog_ls.analysis.explaining import Explainer
from bugcatalog_ls.catalog.error_blocks import Block, BlockReader
from bugcatalog_ls.cli.exits import UsageError
from bugcatalog_ls.cli.explain_tally import Tally


def file_lines(name: str) -> Iterator[str]:
    """The lines of a file, one by one; a longer line than any message comes in pieces."""
    try:
        with open(name, encoding="utf-8-sig", errors="replace", newline="\n") as opened:
            while line := opened.readline(_MAX_LINE):
                yield line
    except OSError as error:
        raise UsageError(f"`{name}` can't be read: {error.strerror or error}") from None


def standard_lines() -> Iterator[str | None]:
    """The lines of standard input as they come, and None where no line has come for a moment."""
    lines: queue.Queue[bytes | None] = queue.Queue(_MAX_WAITING)

    def read() -> None:
        while line := sys.stdin.buffer.readline(_MAX_LINE):
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    is_idle = False
    while True:
        try:
            line = lines.get(timeout=None if is_idle else _MOMENT)
        except queue.Empty:
            is_idle = True
            yield None
            continue
        if line is None:
            return
        is_idle = False
        yield line.decode("utf-8", "replace")


def feed_lines(
    lines: Iterable[str | None],
    explainer: Explainer,
    tally: Tally,
    tell: Callable[[Tally, set[str]], None] | None,
) -> None:
    """Count what lines say until they end or somebody interrupts; `tell` hears of each new entry at once."""
    reader = BlockReader()
    waiting: set[str] = set()

    def take(found: Iterable[Block]) -> None:
        for block in found:
            explanations = explainer.explain(block)
            waiting.update({each.entry.code for each in explanations} - tally.counts.keys())
            tally.add(block, explanations)

    try:
        for line in lines:
            if line is not None:
                tally.saw(line)
            take(reader.finish() if line is None else reader.feed(line))
            # While many lines come, the answer can wait for the end of them.
            if line is None and waiting and tell is not None:
                tell(tally, waiting)
                waiting.clear()
    except KeyboardInterrupt:
        # Whoever follows a log ends it so, and still wants to know the counts.
        pass
    take(reader.finish())


_MAX_LINE = 1 << 16
_MAX_WAITING = 10_000
_MOMENT = 0.5
