"""The difference of two texts as a patch that `patch` and `git apply` take."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from bugcatalog_ls.cli.paint import Paint

_STYLES = {"+": "added", "-": "removed", "@": "place"}


def difference(filename: str, before: str | None, after: str | None, paint: Paint) -> Iterator[str]:
    """The lines of a unified diff, with their ends; a text that is None is of a file that is not there."""
    # As git does: without the tab, `patch` takes a name up to its first blank.
    end = "\t" if " " in filename else ""
    old = f"a/{filename}{end}" if before is not None else "/dev/null"
    new = f"b/{filename}{end}" if after is not None else "/dev/null"
    lines = difflib.unified_diff(_lines(before or ""), _lines(after or ""), old, new)
    for number, line in enumerate(lines):
        style = "strong" if number < 2 else _STYLES.get(line[:1], "")
        text = line.removesuffix("\n")
        yield (paint(text, style) if style else text) + "\n"
        if text == line:
            yield "\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    """Lines end at `\\n` only: the patch must hold all other characters as they are."""
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
