"""Literals found by one pass are those that a search for each finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bugcatalog_ls.syntax.literals import HeldWords, LiteralTable, Words

LETTERS = st.sampled_from([b"a", b"b", b"A", b".", b"(", b"\n", b"\\", "é".encode(), "😀".encode(), b"\xff"])
TEXTS = st.lists(LETTERS, max_size=12).map(b"".join)
LITERALS = st.lists(st.lists(LETTERS, min_size=1, max_size=3).map(b"".join), max_size=6)


@given(literals=LITERALS, text=TEXTS)
def test_a_table_agrees_with_searching_each(literals: list[bytes], text: bytes) -> None:
    table = LiteralTable([(literal, False) for literal in literals])
    assert table.held_by(text) == {number for number, literal in enumerate(literals) if literal in text}


@given(literals=LITERALS, text=TEXTS)
def test_words_in_any_case_are_found_in_capitals(literals: list[bytes], text: bytes) -> None:
    plain = [literal.lower() for literal in literals if literal.isascii()]
    table = LiteralTable([(literal, True) for literal in plain])
    assert table.held_by(text) == {number for number, literal in enumerate(plain) if literal in text.lower()}


def test_newlines_and_case_count() -> None:
    table = LiteralTable([(b"a\nb", False), (b"Open", False), (b"x" * 300, False)])
    assert table.held_by(b"a\nb open" + b"x" * 299) == {0}


def test_words_that_are_declared_later_are_looked_for_then() -> None:
    held = HeldWords(b"one zwei THREE")
    assert held.any_of(Words(b"zwei"))
    assert held.any_of(Words(b"zwo", b"Three", any_case=True))
    assert not held.any_of(Words(b"drei", b"Three"))
