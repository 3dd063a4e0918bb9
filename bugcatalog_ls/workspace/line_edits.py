"""The difference of two texts as few edits of whole lines."""

from __future__ import annotations

from difflib import SequenceMatcher

from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span, TextEdit


def line_edits(old: Source, new: Source) -> list[TextEdit]:
    """Edits of lines that make `old` into `new`."""
    before, after = _lines(old), _lines(new)
    starts = [0]
    for line in before:
        starts.append(starts[-1] + len(line))
    edits = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            content = b"".join(after[j1:j2]).decode("utf-8", "replace")
            edits.append(TextEdit(Span(starts[i1], starts[i2]), content))
    return edits


def _lines(source: Source) -> list[bytes]:
    return source.data.splitlines(keepends=True)
