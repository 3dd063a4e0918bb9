"""Edits that make lines too long, continued at a bracket."""

from __future__ import annotations

import pytest

from bugcatalog_ls.syntax.edits import add_keyword
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.wrapping import fitted
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span, TextEdit, apply_edits

LONG = "a_rather_long_argument, another_rather_long_argument, **kw"
LONGER = "a_rather_long_argument, another_rather_long_argument, timeout=10, **kw"
EACH = "a_rather_long_argument,\n    another_rather_long_argument,\n    timeout=10,\n    **kw,"


@pytest.mark.parametrize(
    ("width", "before", "after"),
    [
        (80, "f(a)", "f(a, timeout=10)"),
        (80, f"answer = f({LONG})", f"answer = f(\n    {LONGER}\n)"),
        (80, f"with f({LONG}) as r:\n    pass", f"with f(\n    {LONGER}\n) as r:\n    pass"),
        (80, f"x = f({LONG}) or other(1)", f"x = f({LONGER}) or other(1)"),
        (72, f"x = f({LONG})", f"x = f(\n    {EACH}\n)"),
        (72, f"x = f(\n    {LONG}\n)", f"x = f(\n    {EACH}\n)"),
        (100, f"x = f({LONG}).a", f"x = f({LONGER}).a"),
    ],
)
def test_long_lines_are_split(width: int, before: str, after: str) -> None:
    file = PyFile("example.py", Source(before))
    added = add_keyword(file, file.nodes("call")[0], "timeout", "10")
    edits = fitted(file, added, f"[tool.ruff]\nline-length = {width}\n")
    assert apply_edits(file.source.data, edits).decode() == after


def test_a_file_with_longer_lines_keeps_them() -> None:
    text = f"# {'-' * 108}\nanswer = f({LONG})"
    file = PyFile("example.py", Source(text))
    edits = add_keyword(file, file.nodes("call")[0], "timeout", "10")
    assert fitted(file, edits) == edits


@pytest.mark.parametrize(
    ("width", "choice"),
    [
        (44, "    a_value if there and beside else other"),
        (30, "    a_value\n    if there and beside\n    else other"),
        (20, "    a_value\n    if there\n    and beside\n    else other"),
    ],
)
def test_a_choice_is_split_at_its_parts(width: int, choice: str) -> None:
    for head, tail in (("text = ", ""), ("return ", ""), ("with ", " as x:\n    pass")):
        before = f"{head}a_value{tail}"
        file = PyFile("example.py", Source(before))
        written = TextEdit(Span(len(head), len(head) + 7), "(a_value if there and beside else other)")
        above = TextEdit(Span(0, 0), "f(first, second,\n)\n")
        edits = fitted(file, [above, written], f"[tool.ruff]\nline-length = {width}\n")
        after = f"f(first, second,\n)\n{head}(\n{choice}\n){tail}"
        assert apply_edits(file.source.data, edits).decode() == after


def test_rows_that_an_edit_brings_are_split() -> None:
    file = PyFile("example.py", Source("a = 1\nb = 2\n"))
    added = [TextEdit(Span(5, 5), "\nif a:\n    first(a_long_argument, another)\n    pass")]
    edits = fitted(file, added, "[tool.ruff]\nline-length = 34\n")
    assert (
        apply_edits(file.source.data, edits).decode()
        == "a = 1\nif a:\n    first(\n        a_long_argument, another\n    )\n    pass\nb = 2\n"
    )


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_comment_stays_behind_the_first_line(newline: str) -> None:
    file = PyFile("example.py", Source(f"x = 1{newline}answer = f({LONG})  # why{newline}"))
    edits = fitted(file, add_keyword(file, file.nodes("call")[0], "timeout", "10"), "line-length = 80")
    rows = ["x = 1", "answer = f(  # why", f"    {LONGER}", ")", ""]
    assert apply_edits(file.source.data, edits).decode() == newline.join(rows)


def test_a_choice_that_the_grammar_reads_wrongly_stays() -> None:
    file = PyFile("example.py", Source("with a if b else c as d:\n    pass\n"))
    edits = [TextEdit(Span(5, 6), "a_value")]
    assert fitted(file, edits, "line-length = 20") == edits


def test_a_row_below_a_removed_one_stays() -> None:
    text = f"import os\nanswer = f({LONG})\n"
    edits = [TextEdit(Span(0, len("import os\n")), "")]
    assert fitted(PyFile("example.py", Source(text)), edits, "line-length = 40") == edits


def test_rows_far_below_other_edits_are_split_where_they_stand() -> None:
    text = "x = 'ä'\n" * 1000 + f"answer = f({LONG})\n"
    file = PyFile("example.py", Source(text))
    above = [TextEdit(Span(start, start), "ö = ") for start in file.source.lines.starts[:1000]]
    edits = fitted(
        file, [*add_keyword(file, file.nodes("call")[0], "timeout", "10"), *above], "line-length = 80"
    )
    after = "ö = x = 'ä'\n" * 1000 + f"answer = f(\n    {LONGER}\n)\n"
    assert apply_edits(file.source.data, edits).decode() == after
