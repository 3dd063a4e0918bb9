"""The code frame: which lines, which columns, and what is cut."""

from __future__ import annotations

from bugcatalog_ls.cli.code_frame import code_frame
from bugcatalog_ls.cli.paint import Paint
from bugcatalog_ls.text.source import Source


def frame(text: str, start: tuple[int, int], end: tuple[int, int], width: int = 60) -> str:
    return "\n".join(code_frame(Source(text), start, end, Paint(False), "error", width))


def test_a_line_and_its_neighbours() -> None:
    assert (
        frame("one\n\ntwo three\nfour\nfive\n", (3, 5), (3, 10)) == "3 | two three\n  |     ^^^^^\n4 | four"
    )


def test_line_numbers_of_two_widths() -> None:
    text = "\n".join(f"line {number}" for number in range(1, 12))
    assert frame(text, (9, 1), (9, 5)) == " 8 | line 8\n 9 | line 9\n   | ^^^^\n10 | line 10"


def test_wide_characters_and_tabs_take_their_columns() -> None:
    assert (
        frame('\tx = "你好"; print()\n', (1, 12), (1, 19))
        == '1 |     x = "你好"; print()\n  |                 ^^^^^^^'
    )


def test_an_empty_range_points() -> None:
    assert frame("ab\n", (1, 3), (1, 3)) == "1 | ab\n  |   ^"
    assert frame("", (1, 1), (1, 1)) == "1 |\n  | ^"


def test_a_range_to_the_start_of_a_line_ends_on_the_line_before() -> None:
    assert frame("one\ntwo\n", (1, 1), (2, 1)) == "1 | one\n  | ^^^\n2 | two"


def test_of_a_long_range_the_first_lines_are_shown() -> None:
    text = "".join(f"    line{number}\n" for number in range(1, 9))
    assert frame(text, (1, 5), (8, 10)) == (
        "1 |     line1\n  |     ^^^^^\n2 |     line2\n  |     ^^^^^\n3 |     line3\n  |     ^^^^^\n"
        "  | … 5 more lines"
    )


def test_long_lines_are_cut_around_the_range() -> None:
    text = "a" * 100 + " TARGET " + "b" * 100
    lines = frame(text, (1, 102), (1, 108), 40).split("\n")
    assert all(len(line) <= 40 for line in lines)
    shown, underlined = lines
    begin = underlined.index("^")
    assert shown[begin : begin + 6] == "TARGET"
    assert underlined.count("^") == 6
    assert shown[4] == shown[-1] == "…"


def test_a_range_longer_than_the_window_is_shown_from_its_start() -> None:
    text = "x" * 30 + "(" + "y" * 200 + ")"
    shown, underlined = frame(text, (1, 31), (1, 233), 40).split("\n")
    assert shown[underlined.index("^")] == "("
    assert len(underlined) <= 40


def test_what_could_move_the_cursor_is_made_harmless() -> None:
    assert frame("x = '\x1b[2J\u202e'\n", (1, 1), (1, 2)) == "1 | x = '·[2J·'\n  | ^"
