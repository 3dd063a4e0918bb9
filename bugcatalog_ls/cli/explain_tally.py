"""What a text or a log says by entry: the best explanation, how often, from where to where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bugcatalog_ls.analysis.explaining import Explanation
from bugcatalog_ls.catalog.entry import code_order
from bugcatalog_ls.catalog.error_blocks import Block, Frame
from bugcatalog_ls.cli.explain_over_time import OverTime


class Count:
    """All of one entry, in bounded memory: frames and names of many errors are kept up to a number."""

    def __init__(self, block: Block, explanation: Explanation) -> None:
        self.best = explanation
        self.number = 0
        self.first, self.last = block.line, block.line
        self.first_time, self.last_time = block.time, block.time
        self.over_time = OverTime()
        self._frames: dict[Frame, None] = {}
        self._names: dict[tuple[tuple[str, str], ...], None] = {}

    def add(self, block: Block, explanation: Explanation) -> None:
        self.number += 1
        self.over_time.add(block.time)
        self.last, self.last_time = block.line, block.time or self.last_time
        self.first_time = self.first_time or block.time
        if self.best.score < explanation.score:
            self.best = explanation
        for frame in block.frames if len(self._frames) < _MAX_KEPT else ():
            self._frames[frame] = None
        for names in explanation.names if len(self._names) < _MAX_KEPT else ():
            self._names[names] = None

    @property
    def frames(self) -> tuple[Frame, ...]:
        return tuple(self._frames)

    @property
    def names(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        return tuple(self._names)

    def reason(self, *, with_places: bool) -> str:
        """Why the entry is named, with the counts where there are several."""
        if not with_places:
            return self.best.reason
        if self.number == 1:
            return f"{self.best.reason}; line {self.first}"
        text = f"{self.best.reason}; {self.number} times, lines {self.first} to {self.last}"
        if self.first_time and self.last_time:
            text += f", {self.first_time} to {self.last_time}"
        return text


class Tally:
    """Counts by entry."""

    def __init__(self) -> None:
        self.counts: dict[str, Count] = {}
        self.n_lines = 0
        self.is_log = True
        self._beginning = b""

    @property
    def beginning(self) -> str:
        """The first lines."""
        return self._beginning.decode("utf-8", "replace")

    def saw(self, piece: bytes) -> None:
        """More of a log came."""
        if len(self._beginning) < _MAX_BEGINNING:
            self._beginning += piece[: _MAX_BEGINNING - len(self._beginning)]

    def add(self, block: Block, explanations: Iterable[Explanation]) -> None:
        for explanation in explanations:
            code = explanation.entry.code
            if code not in self.counts:
                self.counts[code] = Count(block, explanation)
            self.counts[code].add(block, explanation)

    def ranked(self) -> Iterator[tuple[str, Count]]:
        """The entries, best first; of two that fit alike, the one met more often."""
        yield from sorted(
            self.counts.items(),
            key=lambda item: (-item[1].best.score, -item[1].number, code_order(item[0])),
        )


_MAX_KEPT = 60
_MAX_BEGINNING = 8_000
