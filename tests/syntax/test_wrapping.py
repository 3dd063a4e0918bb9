"""Edits that make lines too long, continued at a bracket."""

from __future__ import annotations

import pytest

from bugcatalog_ls.syntax.edits import add_keyword
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.wrapping import fitted
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import apply_edits

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
