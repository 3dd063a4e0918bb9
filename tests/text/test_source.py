import pytest

from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span


def test_a_slice_is_text() -> None:
    assert Source("a = 'ü€'").slice(Span(5, 10)) == "ü€"


def test_half_a_surrogate_pair_stays_out_of_the_bytes() -> None:
    assert Source("a\ud83db").data == b"a?b"


def test_bytes_that_are_no_text_are_still_shown() -> None:
    assert Source(b"a\xffb").text == "a\ufffdb"


@pytest.mark.parametrize(
    ("text", "newline"), [("", "\n"), ("a\nb\r\nc\r\n", "\r\n"), ("a\rb\rc\n", "\r"), ("a\nb", "\n")]
)
def test_the_newline_is_the_one_used_most(text: str, newline: str) -> None:
    assert Source(text).newline == newline


def test_the_indentation_of_a_line() -> None:
    source = Source("if ü:\n\t  pass\n")
    assert source.indent_at(0) == ""
    assert source.indent_at(len(source.data) - 2) == "\t  "
