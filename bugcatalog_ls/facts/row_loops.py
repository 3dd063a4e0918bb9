"""Loops: what is asked for each turn - an attribute of a row, a query, a request, a function that may ask.

It looks at the text of a loop first, and at nodes only where that names something of interest.
"""

from __future__ import annotations

import re

from bugcatalog_ls.facts.fact import Facts, Vocabulary
from bugcatalog_ls.facts.loop_calls import note_calls
from bugcatalog_ls.facts.loop_rows import note_annotated_rows, note_queried_rows
from bugcatalog_ls.facts.loops import Loop, is_small, loops
from bugcatalog_ls.facts.row_queries import annotated_rows, rows_of
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import text_of

_STREAM = re.compile(
    r"stream|aiter|iter_lines|subscri|listen|websocket|consume|watch|queue|events\b", re.IGNORECASE
)
_BATCH = re.compile(r"batch|chunk|page|group|window|attempt|retry", re.IGNORECASE)


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path) or "migration" in file.path or b"down_revision" in file.source.data:
        return
    seen: set[int] = set()
    for loop in loops(file):
        text = file.source.data[loop.body.start : loop.body.end]
        if b"." not in text and b"(" not in text:
            continue
        over = text_of(loop.over)[:200]
        if _STREAM.search(over) or _is_batch(loop, over) or is_small(file, loop.over):
            continue
        query = rows_of(file, loop.over)
        if query is not None and len(loop.names) == 1:
            note_queried_rows(file, facts, loop, query)
        elif query is None and len(loop.names) == 1:
            entity = annotated_rows(file, loop.over)
            if entity is not None:
                note_annotated_rows(file, facts, loop, entity)
        note_calls(file, facts, loop, seen)


def _is_batch(loop: Loop, over: str) -> bool:
    """Whether a loop goes over lots, attempts or pages; the rows of one page are rows."""
    if over.endswith(".items") and "paginate(" in over:
        return _BATCH.search(loop.name) is not None
    return _BATCH.search(f"{loop.name} {over[:60]}") is not None


VOCABULARY = Vocabulary(_collect, (b" for ", b"\nfor "))
