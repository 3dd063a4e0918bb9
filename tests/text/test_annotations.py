import pytest
from hypothesis import given
from hypothesis import strategies as st

from bugcatalog_ls.text.annotations import (
    Annotated,
    AnnotationError,
    Mark,
    comment_leader,
    parse_annotations,
    render_annotations,
)
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span


def check_marks(annotated: str, *expected: tuple[str, str, str], leader: str = "#") -> None:
    """Each expectation is the marked text, the mark's name and its message; writing back agrees."""
    text, marks = parse_annotations(annotated)
    source = Source(text)
    assert [(source.slice(mark.span), mark.name, mark.message) for mark in marks] == list(expected)
    assert render_annotations(text, marks, leader) == annotated


def test_carets_mark_the_line_above() -> None:
    check_marks(
        "import requests\n"
        "answer = requests.get(url)\n"
        "       # ^^^^^^^^^^^^^^^^^ BC201 no timeout\n"
        "print(answer)\n",
        ("requests.get(url)", "BC201", "no timeout"),
    )


def test_several_marks_of_one_line() -> None:
    check_marks(
        "    one = two(three)\n"
        "        # ^^^^^^^^^^ BC201\n"
        "            # ^^^^^ BC703.stale the thing\n"
        "    four\n"
        "  # ^^^^ X-1 last\n",
        ("two(three)", "BC201", ""),
        ("three", "BC703.stale", "the thing"),
        ("four", "X-1", "last"),
    )


def test_an_arrow_marks_from_its_own_first_column_on() -> None:
    check_marks("class Users:\n# <-------- BC104\n", ("class Users", "BC104", ""))


def test_a_range_too_short_for_an_arrow_is_counted() -> None:
    check_marks("x = 1\n# <1 BC904 `x`\n", ("x", "BC904", "`x`"))


def test_an_empty_range_is_counted() -> None:
    check_marks("    x = 1\n    # <0 BC904\n", ("", "BC904", ""))


def test_columns_are_code_points() -> None:
    check_marks('ü = "😀", get()\n       # ^^^^^ BC201\n', ("get()", "BC201", ""))


def test_a_tab_above_is_a_tab_in_the_mark() -> None:
    check_marks("\t\t\tget()\n\t# ^^^^^ BC201\n", ("get()", "BC201", ""))


@pytest.mark.parametrize(
    ("leader", "annotated"),
    [
        ("//", "let a = get();\n     // ^^^^^ BC201 no timeout\n"),
        ("--", "SELECT a::text\n     -- ^^^^^^ BC705\n"),
        (";", "(get url)\n;<------- BC201\n"),
        ("//", "get()\n//<-- BC201\n"),
    ],
)
def test_other_comments(leader: str, annotated: str) -> None:
    _, marks = parse_annotations(annotated)
    assert len(marks) == 1
    text, again = parse_annotations(render_annotations(*parse_annotations(annotated), leader))
    assert Annotated(text, again) == parse_annotations(annotated)


def test_the_leader_of_a_language() -> None:
    assert [comment_leader(path) for path in ("a.py", "b/c.sql", "d.tsx", "Makefile")] == [
        "#",
        "--",
        "//",
        "#",
    ]


def test_a_range_over_several_lines_is_marked_to_the_end_of_its_first() -> None:
    text = "a = get(\n    url,\n)\n"
    rendered = render_annotations(text, [Mark(Span(4, len(text) - 1), "BC201")])
    assert rendered == "a = get(\n  # ^^^^ BC201\n    url,\n)\n"


def test_line_ends_are_kept() -> None:
    assert parse_annotations("ab cd\r\n # ^^ BC1\r\ne\r\n").text == "ab cd\r\ne\r\n"
    assert render_annotations("ab cd\r\ne", [Mark(Span(3, 5), "BC1")]) == "ab cd\r\n # ^^ BC1\r\ne"


def test_a_text_without_a_last_line_end_stays_so() -> None:
    check_marks("a = get()\n  # ^^^^^ BC201", ("get()", "BC201", ""))


@pytest.mark.parametrize(
    "comment", ["# ^^^^", "# see BC201 ^^", "# <- BC", "# < bc201 x", "x  # ^^ BC201", "# BC201"]
)
def test_other_comments_are_text(comment: str) -> None:
    assert parse_annotations(f"call(me)\n{comment}\n") == (f"call(me)\n{comment}\n", ())


@pytest.mark.parametrize(
    ("annotated", "row"), [("# ^^^ BC201\n", 0), ("ab\n  # ^^^ BC201\n", 1), ("ab\n\n# <9 BC201\n", 2)]
)
def test_a_mark_under_nothing_is_an_error(annotated: str, row: int) -> None:
    with pytest.raises(AnnotationError) as error:
        parse_annotations(annotated)
    assert error.value.row == row


lines = st.text(st.sampled_from("ab(ü😀\t .;"), max_size=12)
messages = st.text(st.sampled_from("xyü `"), max_size=8).map(str.strip)


@st.composite
def marked_texts(draw: st.DrawFn) -> Annotated:
    newline = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text = newline.join(draw(st.lists(lines, min_size=1, max_size=5))) + draw(st.sampled_from(["", newline]))
    index = Source(text).lines
    # A row after the last line end has no line to stand under.
    n_rows = len(index) - (1 if text.endswith(newline) else 0) or 1
    marks = []
    for _ in range(draw(st.integers(0, 4)) if text else 0):
        row = draw(st.integers(0, n_rows - 1))
        length = len(index.line(row))
        first = draw(st.integers(0, length))
        last = draw(st.integers(first, length))
        span = Span(index.offset(row, first), index.offset(row, last))
        code = draw(st.sampled_from(["BC201", "X-1"]))
        marks.append(Mark(span, code, draw(st.sampled_from(["", "stale"])), draw(messages)))
    return Annotated(text, tuple(sorted(marks)))


@given(marked_texts(), st.sampled_from(["#", "//", "--", ";"]))
def test_rendered_marks_are_read_back(annotated: Annotated, leader: str) -> None:
    assert parse_annotations(render_annotations(*annotated, leader)) == annotated
