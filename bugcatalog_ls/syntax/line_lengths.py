"""How long the lines of a file are, and which length it keeps to."""

from __future__ import annotations

from collections.abc import Sequence

from bugcatalog_ls.syntax.file import PyFile

USUAL, NARROW = 88, 79
_WIDEST = 120
_MANY_ROWS = 60


def line_lengths(file: PyFile) -> Sequence[int]:
    """The length of each row in code points; measured once."""
    return file.once(_lengths)


def keeps_narrow(file: PyFile) -> bool:
    """Whether a file has many rows, and all of them within the narrow limit."""
    return file.once(_is_narrow)


def own_length(file: PyFile) -> int:
    """The length of lines that a file keeps to: the usual one, unless its rows tell another."""
    return file.once(_own_length)


def _lengths(file: PyFile) -> Sequence[int]:
    rows = file.source.lines
    return [len(rows.line(row)) for row in range(len(rows))]


def _is_narrow(file: PyFile) -> bool:
    lengths = line_lengths(file)
    return len(lengths) > _MANY_ROWS and max(lengths) <= NARROW


def _own_length(file: PyFile) -> int:
    if keeps_narrow(file):
        return NARROW
    return max([USUAL, *(length for length in line_lengths(file) if length <= _WIDEST)])
