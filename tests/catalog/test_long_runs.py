"""What people paste and write may hold long runs of one sign, which must not stop anything."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from bugcatalog_ls.analysis.explaining import Explainer
from bugcatalog_ls.catalog.certain_words import certain_words
from bugcatalog_ls.catalog.error_blocks import blocks, frames_in, whole
from bugcatalog_ls.catalog.error_expressions import error_messages
from bugcatalog_ls.catalog.report_code import code_pairs
from bugcatalog_ls.catalog.report_pieces import Piece

TRACEBACK = 'Traceback (most recent call last)\n  File "a.py", line 1, in f\nValueError: a\n'


def _code(text: str) -> list[object]:
    return list(code_pairs([Piece("wrong", "", 0, 0, code=text), Piece("right", "", 1, 1, code="pass")]))


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (lambda text: list(frames_in(text)), "a.py " + "A" * 50_000),
        (lambda text: list(blocks(text.split("\n"))), TRACEBACK + "-" * 50_000 + "x"),
        (lambda text: Explainer([]).explain(whole(text)), "_" * 50_000),
        (certain_words, r"\(" * 20_000 + "'"),
        (lambda text: list(error_messages(text)), "A" * 50_000),
        (_code, "#" * 20_000 + "\1"),
        (_code, "  \n" * 10_000),
    ],
)
def test_a_long_run_takes_no_time(read: Callable[[str], object], text: str) -> None:
    before = time.process_time()
    read(text)
    assert time.process_time() - before < 1
