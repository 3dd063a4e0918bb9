"""The edits that make one text out of another, found by comparing their lines."""

from __future__ import annotations

from difflib import SequenceMatcher

from bugcatalog_ls.text.spans import Span, TextEdit


def difference(old: bytes, new: bytes) -> list[TextEdit]:
    """Edits of whole lines that turn `old` into `new`; both are UTF-8."""
    left, right = old.splitlines(keepends=True), new.splitlines(keepends=True)
    n_same = 0
    while n_same < min(len(left), len(right)) and left[n_same] == right[n_same]:
        n_same += 1
    n_tail = 0
    while n_tail < min(len(left), len(right)) - n_same and left[-1 - n_tail] == right[-1 - n_tail]:
        n_tail += 1
    starts = [0]
    for line in left:
        starts.append(starts[-1] + len(line))
    middle, changed = left[n_same : len(left) - n_tail], right[n_same : len(right) - n_tail]
    edits: list[TextEdit] = []
    for tag, i, j, k, m in SequenceMatcher(None, middle, changed, autojunk=False).get_opcodes():
        if tag != "equal":
            span = Span(starts[n_same + i], starts[n_same + j])
            edits.append(TextEdit(span, b"".join(changed[k:m]).decode("utf-8", "replace")))
    return edits
