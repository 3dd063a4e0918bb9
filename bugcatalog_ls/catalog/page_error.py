"""What is wrong with a catalog page, and where."""

from __future__ import annotations

import msgspec


class PageError(msgspec.Struct, frozen=True, order=True):
    """One error of one page; `line` and `column` (code points) count from 1."""

    path: str
    line: int
    column: int
    message: str
    expected: str = ""

    def __str__(self) -> str:
        said = f"{self.path}:{self.line}:{self.column}: {self.message}"
        return f"{said}; expected {self.expected}" if self.expected else said


def nearest(word: str, choices: list[str]) -> str | None:
    """The choice that someone who wrote `word` most likely meant."""
    from rapidfuzz import fuzz, process

    found = process.extractOne(
        word[:80].lower(), choices, processor=str.lower, scorer=fuzz.ratio, score_cutoff=55
    )
    return found[0] if found else None
