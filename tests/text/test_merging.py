"""Two texts that came of one: merged where their changes do not meet, and else left to people."""

from __future__ import annotations

import pytest

from bugcatalog_ls.text.merging import merged

BASE = "a\nb\nc\nd\ne\n"


@pytest.mark.parametrize(
    ("mine", "theirs", "both"),
    [
        (BASE, "a\nB\nc\nd\ne\n", "a\nB\nc\nd\ne\n"),
        ("A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\n", "A\nb\nc\nd\nE\n"),
        ("a\nc\nd\ne\n", "a\nb\nc\nd\nd\ne\n", "a\nc\nd\nd\ne\n"),
        ("new\na\nb\nc\nd\ne\n", "a\nb\nc\nd\ne\nend\n", "new\na\nb\nc\nd\ne\nend\n"),
        ("a\nB\nc\nd\ne\n", "a\nB\nc\nd\nE\n", "a\nB\nc\nd\nE\n"),
    ],
)
def test_changes_that_do_not_meet_are_taken_from_both(mine: str, theirs: str, both: str) -> None:
    assert merged(BASE, mine, theirs) == both
    assert merged(BASE, theirs, mine) == both


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("a\nB\nc\nd\ne\n", "a\nbb\nc\nd\ne\n"),
        ("a\nc\nd\ne\n", "a\nB\nc\nd\ne\n"),
        ("a\nB\nc\nd\ne\n", "a\nb\nC\nd\ne\n"),
        (BASE + "mine\n", BASE + "theirs\n"),
    ],
)
def test_changes_that_meet_are_not(mine: str, theirs: str) -> None:
    assert merged(BASE, mine, theirs) is None
