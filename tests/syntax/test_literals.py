"""Literals found by one pass are those that a search for each finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bugcatalog_ls.syntax.literals import LiteralTable

LETTERS = st.sampled_from([b"a", b"b", b".", b"(", b"\n", b"\\", "é".encode(), "😀".encode(), b"\xff"])
TEXTS = st.lists(LETTERS, max_size=12).map(b"".join)
LITERALS = st.lists(st.lists(LETTERS, min_size=1, max_size=3).map(b"".join), max_size=6)


@given(literals=LITERALS, text=TEXTS)
def test_a_table_agrees_with_searching_each(literals: list[bytes], text: bytes) -> None:
    assert LiteralTable(literals).held_by(text) == {literal for literal in literals if literal in text}


def test_newlines_and_case_count() -> None:
    table = LiteralTable([b"a\nb", b"Open", b"x" * 300])
    assert table.held_by(b"a\nb open" + b"x" * 299) == {b"a\nb"}
