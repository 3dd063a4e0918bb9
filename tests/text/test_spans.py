import pytest
from hypothesis import given
from hypothesis import strategies as st

from bugcatalog_ls.text.spans import OverlappingEdits, Span, TextEdit, apply_edits


def test_edits_are_offsets_into_the_original() -> None:
    edits = [TextEdit(Span(4, 7), "two"), TextEdit(Span(0, 3), "seventeen")]
    assert apply_edits(b"one zwo three", edits) == b"seventeen two three"


def test_insertions_at_one_offset_keep_their_order() -> None:
    edits = [TextEdit(Span(1, 1), "1"), TextEdit(Span(1, 1), "2"), TextEdit(Span(1, 2), "B")]
    assert apply_edits(b"abc", edits) == b"a12Bc"


def test_touching_edits_do_not_overlap() -> None:
    assert apply_edits(b"abcd", [TextEdit(Span(0, 2), ""), TextEdit(Span(2, 4), "x")]) == b"x"


@pytest.mark.parametrize(
    ("one", "other"), [(Span(0, 3), Span(2, 4)), (Span(0, 4), Span(1, 1)), (Span(1, 3), Span(1, 3))]
)
def test_overlapping_edits_are_refused(one: Span, other: Span) -> None:
    assert one.overlaps(other)
    with pytest.raises(OverlappingEdits):
        apply_edits(b"abcdef", [TextEdit(one, "x"), TextEdit(other, "y")])


def test_a_span_contains_itself_and_what_is_inside() -> None:
    assert Span(2, 5).contains(Span(2, 5))
    assert Span(2, 5).contains(Span(3, 3))
    assert not Span(2, 5).contains(Span(4, 6))


@given(st.lists(st.tuples(st.text(max_size=4), st.none() | st.text(max_size=4))))
def test_replacing_pieces_gives_the_joined_replacements(pieces: list[tuple[str, str | None]]) -> None:
    data, expected, edits = b"", b"", []
    for kept, replacement in pieces:
        raw = kept.encode()
        if replacement is not None:
            edits.append(TextEdit(Span(len(data), len(data) + len(raw)), replacement))
        data += raw
        expected += raw if replacement is None else replacement.encode()
    assert apply_edits(data, edits) == expected
