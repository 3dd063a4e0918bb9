import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bugcatalog_ls.text.lines import ColumnUnit, LineIndex

ENCODINGS: dict[ColumnUnit, tuple[str, int]] = {
    "utf-8": ("utf-8", 1),
    "utf-16": ("utf-16-le", 2),
    "utf-32": ("utf-32-le", 4),
}
units = st.sampled_from(list(ENCODINGS))
texts = st.text(st.sampled_from("ab \tü€𝒳😀\r\n\x0b\x0c\u2028\u0085"), max_size=40)


def test_lines_end_at_lf_crlf_and_a_lone_cr_and_nowhere_else() -> None:
    index = LineIndex("a\nb\r\nc\rd\x0be\u2028f".encode())
    assert [index.line(row) for row in range(len(index))] == ["a", "b", "c", "d\x0be\u2028f"]


def test_a_last_line_end_begins_an_empty_line() -> None:
    index = LineIndex(b"a\n")
    assert len(index) == 2
    assert index.line_span(1) == (2, 2)


@pytest.mark.parametrize(("unit", "column"), [("utf-8", 9), ("utf-16", 5), ("utf-32", 4)])
def test_a_column_counts_the_unit_asked_for(unit: ColumnUnit, column: int) -> None:
    index = LineIndex("# €😀x".encode())
    offset = len("# €😀".encode())
    assert index.position(offset, unit)[1] == column


@pytest.mark.parametrize("unit", list(ENCODINGS))
def test_places_outside_of_the_text_are_clamped(unit: ColumnUnit) -> None:
    index = LineIndex("äb\r\nc".encode())
    assert index.offset(0, 99, unit) == 3
    assert index.offset(-1, 5, unit) == 0
    assert index.offset(9, 0, unit) == 6
    assert index.position(99, unit) == index.position(6, unit) == (1, 1)


def test_a_column_inside_of_a_surrogate_pair_is_before_it() -> None:
    assert LineIndex("😀x".encode()).offset(0, 1, "utf-16") == 0


@given(texts, units)
def test_positions_agree_with_counting_encoded_characters(text: str, unit: ColumnUnit) -> None:
    index = LineIndex(text.encode())
    encoding, width = ENCODINGS[unit]
    for n_characters in range(len(text) + 1):
        before = text[:n_characters]
        if before.endswith("\r") and text[n_characters : n_characters + 1] == "\n":
            continue
        rows = re.split("\r\n|\n|\r", before)
        expected = (len(rows) - 1, len(rows[-1].encode(encoding)) // width)
        assert index.position(len(before.encode()), unit) == expected


@given(texts, units)
def test_an_offset_comes_back_from_its_position(text: str, unit: ColumnUnit) -> None:
    index = LineIndex(text.encode())
    for n_characters in range(len(text) + 1):
        offset = len(text[:n_characters].encode())
        row, column = index.position(offset, unit)
        # Inside of \r\n there is no place: what points there means the end of the line.
        assert index.offset(row, column, unit) == min(offset, index.line_span(row)[1])
