"""Suppression comments: what is read, what it covers, what is left over, and how it is removed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bugcatalog_ls.syntax.suppression_comments import Suppressions, parse_comments, scan_comments
from bugcatalog_ls.syntax.suppressions import (
    Coverage,
    missing_reasons,
    selector_matches,
    unused_suppressions,
)
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span, apply_edits

KNOWN = ("BC201", "BC202", "BC501", "BC502", "BUG-078")


def read(text: str) -> Suppressions:
    """Python-like text: what follows the first `#` of a line is its comment."""
    source = Source(text)
    comments = [
        (Span(match.start(), match.end()), match[0].decode())
        for match in re.finditer(rb"#[^\r\n]*", source.data)
    ]
    return parse_comments(source, comments)


def own_row(row: int) -> tuple[int, int]:
    return row, row


def without_unused(text: str, *used: tuple[int, int], suppressions: Suppressions | None = None) -> str:
    found = suppressions or read(text)
    uses = {use for use in _uses(found) if tuple(use) in used}
    unused = unused_suppressions(found, uses, known=KNOWN, checked=KNOWN)
    return apply_edits(found.source.data, [each.edit for each in unused]).decode()


def _uses(found: Suppressions) -> set[tuple[int, int]]:
    return {(i, j) for i, item in enumerate(found.items) for j in range(len(item.codes))}


@pytest.mark.parametrize(
    ("text", "codes", "reason", "whole_file"),
    [
        ("x()  # bugcatalog: ignore[BC201] slow by contract", ["BC201"], "slow by contract", False),
        ("x()  #bugcatalog:ignore[BC201]", ["BC201"], "", False),
        ("x()  # bugcatalog: ignore[BC201, BC5] see #12", ["BC201", "BC5"], "see #12", False),
        ("x()  # bugcatalog: ignore[bc201 bc5]: because", ["BC201", "BC5"], "because", False),
        ("# bugcatalog: ignore-file[BUG-078] made by a tool", ["BUG-078"], "made by a tool", True),
        ("x()  # noqa: E501  # bugcatalog: ignore[BC201] why", ["BC201"], "why", False),
        ("x()  # bugcatalog: ignore[BC201] why # noqa", ["BC201"], "why", False),
        ("x()  # bugcatalog: ignore[BC201] why  #noqa", ["BC201"], "why", False),
        ("é = 1  # bugcatalog: ignore[BC201] weil’s so ist", ["BC201"], "weil’s so ist", False),
    ],
)
def test_reads(text: str, codes: list[str], reason: str, whole_file: bool) -> None:
    found = read(text)
    assert not found.problems
    (item,) = found.items
    assert [named.code for named in item.codes] == codes
    assert (item.reason, item.whole_file) == (reason, whole_file)
    for named in item.codes:
        assert found.source.slice(named.span).upper() == named.code


@pytest.mark.parametrize(
    ("text", "reason", "removed"),
    [
        ("f(); // bugcatalog: ignore[BC201] why\ng();", "why", "f();\ng();"),
        ("f();//bugcatalog: ignore[BC201] why // eslint-disable-line", "why", "f();// eslint-disable-line"),
        ("SELECT 1; -- bugcatalog: ignore[BC201] why", "why", "SELECT 1;"),
        ("/* bugcatalog: ignore[BC201] why */ f();", "why", "f();"),
        ("f(); /* bugcatalog: ignore[BC201] why */ // more", "why", "f(); // more"),
        ("a\n<!-- bugcatalog: ignore[BC201] why -->\r\n<p>", "why", "a\n<p>"),
        ("key: 1  # bugcatalog: ignore[BC201]", "", "key: 1"),
        ("  # bugcatalog: ignore[BC201] at the end", "at the end", ""),
    ],
)
def test_reads_other_languages_line_by_line(text: str, reason: str, removed: str) -> None:
    found = scan_comments(Source(text))
    assert not found.problems
    assert [item.reason for item in found.items] == [reason]
    assert without_unused(text, suppressions=found) == removed


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x()  # bugcatalog: ignore", "names no code"),
        ("x()  # bugcatalog: ignore the reason", "names no code"),
        ("x()  # bugcatalog: ignore[] why", "names no code"),
        ("x()  # bugcatalog: ignore[BC201 why", "is not closed"),
        ("x()  # bugcatalog: ignore[missing-timeout] why", "`missing-timeout` is not a code"),
        ("x()  # bugcatalog: ignroe[BC201] why", "`ignroe` suppresses nothing"),
        ("x()  # bugcatalog: noqa", "`noqa` suppresses nothing"),
    ],
)
def test_says_what_is_wrong(text: str, message: str) -> None:
    found = read(text)
    assert not found.items
    (problem,) = found.problems
    assert message in problem.message


def test_one_bad_code_leaves_the_others() -> None:
    found = read("x()  # bugcatalog: ignore[BC201, what?, BC5]")
    assert [named.code for named in found.items[0].codes] == ["BC201", "BC5"]
    assert [found.source.slice(problem.span) for problem in found.problems] == ["what?"]


@pytest.mark.parametrize(
    "text",
    [
        "# bugcatalog: a language server",
        "# written as `# bugcatalog: ignore[BC201]`",
        '# say "# bugcatalog: ignore[BC201]"',
        "# https://bugcatalog: ignore[BC201]",
        "# the bugcatalog ignores it",
    ],
)
def test_leaves_prose_alone(text: str) -> None:
    assert read(text) == Suppressions(Source(text)) or not (read(text).items or read(text).problems)
    assert not scan_comments(Source(text)).items


def test_covers_its_statement_and_the_one_below() -> None:
    text = "\n".join(
        [
            "a = f(  # bugcatalog: ignore[BC201]",  # row 0
            "    1,",
            ")",
            "# bugcatalog: ignore[BC5] one",  # row 3
            "# and another comment",
            "b = f(",
            "    2,",
            ")",
            "c = f()",  # row 8
        ]
    )
    statements = {0: (0, 2), 1: (0, 2), 2: (0, 2), 5: (5, 7), 6: (5, 7), 7: (5, 7)}
    found = read(text)

    def rows_of(row: int) -> tuple[int, int]:
        return statements.get(row, (row, row))

    def covered(code: str) -> list[int]:
        return [row for row in range(9) if Coverage(found, rows_of).uses(code, row)]

    assert covered("BC201") == [0, 1, 2]
    assert covered("BC502") == [5, 6, 7]
    assert covered("BC999") == []


def test_a_comment_inside_a_statement_covers_all_of_it() -> None:
    found = read("f(\n    # bugcatalog: ignore[BC201]\n    url,\n)\ng()")

    def rows_of(row: int) -> tuple[int, int]:
        return (0, 3) if row < 4 else (row, row)

    assert [row for row in range(5) if Coverage(found, rows_of).uses("BC201", row)] == [0, 1, 2, 3]


def test_a_blank_line_parts_a_comment_from_the_statement() -> None:
    found = read("# bugcatalog: ignore[BC201]\n\nf()")
    assert not Coverage(found, own_row).uses("BC201", 2)


def test_stacked_suppressions_reach_the_same_statement() -> None:
    found = read("# bugcatalog: ignore[BC201] a\n# x\n# bugcatalog: ignore[BC501] b\nf()")
    assert Coverage(found, own_row).uses("BC201", 3)
    assert Coverage(found, own_row).uses("BC501", 3)


def test_a_starred_row_is_not_a_comment() -> None:
    found = read("# bugcatalog: ignore[BC201]\n*a, b = f()\ng()")
    assert Coverage(found, own_row).uses("BC201", 1)
    assert not Coverage(found, own_row).uses("BC201", 2)


def test_a_file_wide_suppression_covers_every_row() -> None:
    found = read("f()\n# bugcatalog: ignore-file[BC2]\ng()")
    assert [bool(Coverage(found, own_row).uses("BC202", row)) for row in range(3)] == [True] * 3


@pytest.mark.parametrize(
    ("text", "used", "expected"),
    [
        ("f()  # bugcatalog: ignore[BC201] why\ng()\n", [], "f()\ng()\n"),
        ("f()  # bugcatalog: ignore[BC201] why\n", [(0, 0)], "f()  # bugcatalog: ignore[BC201] why\n"),
        ("    # bugcatalog: ignore[BC201] why\r\n    f()\r\n", [], "    f()\r\n"),
        ("f()  # noqa: E501  # bugcatalog: ignore[BC201] why\n", [], "f()  # noqa: E501\n"),
        ("f()  # bugcatalog: ignore[BC201] why # noqa: E501\n", [], "f()  # noqa: E501\n"),
        ("# bugcatalog: ignore[BC201] why  # noqa\n", [], "# noqa\n"),
        ("f()  # bugcatalog: ignore[BC201, BC501, BC502] w", [(0, 0)], "f()  # bugcatalog: ignore[BC201] w"),
        ("f()  # bugcatalog: ignore[BC201, BC501, BC502] w", [(0, 1)], "f()  # bugcatalog: ignore[BC501] w"),
        ("f()  # bugcatalog: ignore[BC201, BC501, BC502] w", [(0, 2)], "f()  # bugcatalog: ignore[BC502] w"),
        (
            "f()  # bugcatalog: ignore[BC201 BC501]",
            [(0, 0), (0, 1)],
            "f()  # bugcatalog: ignore[BC201 BC501]",
        ),
    ],
)
def test_removes_what_nothing_used(text: str, used: list[tuple[int, int]], expected: str) -> None:
    assert without_unused(text, *used) == expected


def test_codes_that_were_not_looked_for_are_not_unused() -> None:
    found = read("f()  # bugcatalog: ignore[BC201, BC5, BC9999]")
    unused = unused_suppressions(found, set(), known=KNOWN, checked=["BC201"])
    assert [each.codes for each in unused] == [("BC201",), ("BC9999",)]
    assert "would hide" in unused[0].message
    assert "No entry" in unused[1].message


def test_reasons_can_be_required() -> None:
    found = read("f()  # bugcatalog: ignore[BC201]\ng()  # bugcatalog: ignore[BC201] why")
    assert len(missing_reasons(found)) == 1


@pytest.mark.parametrize(
    ("selector", "code", "expected"),
    [
        ("ALL", "BC201", True),
        ("BC", "BC201", True),
        ("BC2", "BC201", True),
        ("BC201", "BC201", True),
        ("BC201", "BC20", False),
        ("B", "BC201", False),
        ("BUG", "BUG-078", True),
        ("BUG-0", "BUG-078", True),
        ("BC3", "BC201", False),
    ],
)
def test_selectors(selector: str, code: str, expected: bool) -> None:
    assert selector_matches(selector, code) is expected


FRAGMENTS = st.sampled_from(
    [
        "# ",
        "#",
        "// ",
        "/* ",
        " */",
        "<!-- ",
        "-->",
        "-- ",
        "bugcatalog:",
        "bugcatalog: ignore",
        "ignore-file",
        "[BC201]",
        "[",
        "]",
        "BC5",
        ",",
        " ",
        "why",
        "é",
        "𝒳",
        "\n",
        "\r\n",
        "\r",
        "noqa",
        "\t",
        '"',
        "\x0c",
    ]
)


@given(st.lists(FRAGMENTS, max_size=30).map("".join))
def test_any_text_is_read_and_what_is_unused_can_be_removed(text: str) -> None:
    source = Source(text)
    for found in (scan_comments(source), read(text)):
        spans = [each.span for each in (*found.items, *found.problems)]
        spans += [named.span for item in found.items for named in item.codes]
        assert all(0 <= span.start <= span.end <= len(source.data) for span in spans)
        for item in found.items:
            assert all(source.slice(named.span).upper() == named.code for named in item.codes)
            assert not re.search(r"[\r\n]", item.reason) or source.slice(item.span).startswith("/*")
        for row in range(len(source.lines)):
            Coverage(found, own_row).uses("BC201", row)
        for unused in unused_suppressions(found, set(), known=KNOWN, checked=KNOWN):
            rest = Source(apply_edits(source.data, [unused.edit]))
            assert len(rest.data) < len(source.data)
            assert source.slice(unused.edit.span).find("bugcatalog") >= 0 or len(unused.codes) == 1
