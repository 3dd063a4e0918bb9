"""The account of an import: which lines of a report its pages say, and which nothing says yet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bugcatalog_ls.catalog.report_outline import cells_of
from bugcatalog_ls.catalog.report_words import role_of


def untold_rows(lines: Sequence[str], texts: Iterable[str]) -> list[int]:
    """The rows (from 0) of a report that none of the texts says, word for word; rules hold no words."""
    told = [_words(text) for text in texts]
    return [row for row, line in enumerate(lines) if not _is_told(line, told)]


_WORD = re.compile(r"\w+")
_MARKER = re.compile(r"^\s*(?:[-*+•]|\d+[.)])\s+")
_LABEL = re.compile(r"^\W{0,4}[^\W\d][^:：*|`]{0,60}\**\s*[:：]\**")


def _is_told(line: str, told: list[str]) -> bool:
    if line.strip().startswith("|"):
        return all(_holds(cell, told) for cell in cells_of(line))
    plain = _MARKER.sub("", line)
    if role_of(plain) in ("wrong", "right") and any(" flagged " in text for text in told):
        # `Before:` and `After:` have become the headings of the examples.
        return True
    if _holds(line, told) or _holds(plain, told):
        return True
    label = _LABEL.match(plain)
    # A label may have become the heading of its section.
    return label is not None and role_of(label[0]) is not None and _holds(plain[label.end() :], told)


def _holds(part: str, told: list[str]) -> bool:
    words = _words(part)
    return any(words in text for text in told)


def _words(text: str) -> str:
    words = " ".join(_WORD.findall(text)).lower()
    return f" {words} " if words else ""
