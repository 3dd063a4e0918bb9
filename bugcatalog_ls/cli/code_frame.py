"""The code frame: a finding's lines with its range underlined, and a line around them."""

from __future__ import annotations

from collections.abc import Iterator

from bugcatalog_ls.cli.paint import Paint, harmless, width_of
from bugcatalog_ls.cli.shown import Position
from bugcatalog_ls.text.source import Source

MAX_WIDTH = 110
MAX_ROWS = 4
"""Of a longer range only the first rows are shown."""


def code_frame(
    source: Source, start: Position, end: Position, paint: Paint, style: str, width: int = MAX_WIDTH
) -> Iterator[str]:
    """The lines of a frame, without line ends."""
    first, last = start[0], max(end[0], start[0])
    if last > first and end[1] == 1:
        last -= 1
    shown_last = last if last - first < MAX_ROWS else first + MAX_ROWS - 2
    gutter = len(str(min(shown_last + 1, len(source.lines))))
    cut = _Cut(source, first, start, end, width - gutter - 3)
    if first > 1 and source.lines.line(first - 2).strip():
        yield _row(first - 1, gutter, cut.line(first - 1), paint)
    for row in range(first, shown_last + 1):
        yield _row(row, gutter, cut.line(row), paint)
        begin, length = cut.range(row)
        if length:
            yield f"{' ' * gutter} {paint('|', 'faint')} {' ' * begin}{paint('^' * length, style)}"
    if shown_last < last:
        n_more = last - shown_last
        yield f"{' ' * gutter} {paint('|', 'faint')} … {n_more} more line{'s' if n_more > 1 else ''}"
    elif last < len(source.lines) and source.lines.line(last).strip():
        yield _row(last + 1, gutter, cut.line(last + 1), paint)


class _Cut:
    """A window of `width` columns on lines, so that the start of the range lies in it."""

    def __init__(self, source: Source, row: int, start: Position, end: Position, width: int) -> None:
        self._source, self._start, self._end = source, start, end
        self._width = max(width, 20)
        before = width_of(harmless(source.lines.line(row - 1)[: start[1] - 1]))
        inner = self._width - 2
        _, length = self._columns(row)
        # The range comes whole into the window where it can, and at its start where it can't.
        fits = before + length <= inner
        self._skip = 0 if fits else max(0, before - max(8, min(inner // 2, inner - length)))

    def line(self, row: int) -> str:
        text = harmless(self._source.lines.line(row - 1))
        return _window(text, self._skip, self._width)

    def range(self, row: int) -> tuple[int, int]:
        """Where in the shown line the underlining begins, and how long it is."""
        begin, length = self._columns(row)
        first = max(begin - self._skip, 1 if self._skip else 0)
        last = min(begin + length - self._skip, self._width - 1)
        return first, max(0, last - first)

    def _columns(self, row: int) -> tuple[int, int]:
        line = self._source.lines.line(row - 1)
        first = self._start[1] - 1 if row == self._start[0] else len(line) - len(line.lstrip())
        last = self._end[1] - 1 if row == self._end[0] else len(line.rstrip())
        begin = width_of(harmless(line[:first]))
        length = width_of(harmless(line[first:last]))
        # An empty range still points somewhere.
        return begin, max(length, 1 if row == self._start[0] else 0)


def _window(text: str, skip: int, width: int) -> str:
    """The columns of a text from `skip` on, at most `width`; what is cut off is shown by `…`."""
    if not skip and width_of(text) <= width:
        return text
    kept, column = "", 0
    for character in text:
        size = width_of(character)
        if skip < column + size and column + size <= skip + width:
            kept += character
        column += size
    if skip:
        kept = "…" + kept[1:]
    return kept[:-1] + "…" if column > skip + width else kept


def _row(number: int, gutter: int, text: str, paint: Paint) -> str:
    return f"{paint(f'{number:>{gutter}} |', 'faint')} {text}".rstrip()
