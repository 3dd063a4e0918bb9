"""Colours and columns of a terminal: text painted, cut to a width, and made harmless."""

from __future__ import annotations

import re

STYLES = {
    "error": "1;31",
    "warning": "1;33",
    "information": "1;36",
    "hint": "1;32",
    "strong": "1",
    "faint": "2",
    "added": "32",
    "removed": "31",
    "place": "36",
}
TAB = " " * 4
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Paint:
    """`paint(text, style)`: the text in its colour, or as it is where there are no colours."""

    def __init__(self, has_colours: bool) -> None:
        self.is_on = has_colours

    def __call__(self, text: str, style: str) -> str:
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if self.is_on and text else text


def harmless(text: str) -> str:
    """A line of a file that can't move the cursor or turn the text around; one column a character."""
    return _CONTROL.sub("\u00b7", text.replace("\t", TAB))


def width_of(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
