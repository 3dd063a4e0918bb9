"""What helps while a page is written: places in half-written YAML, parts by rows, words that mean entries."""

from __future__ import annotations

import pytest

from bugcatalog_ls.catalog.code_words import CodeWords
from bugcatalog_ls.catalog.entry import Case, Entry
from bugcatalog_ls.catalog.page_view import PageView
from bugcatalog_ls.catalog.yaml_cursor import place_at


@pytest.mark.parametrize(
    ("text", "keys", "is_value", "typed"),
    [
        ("co", (), False, "co"),
        ("severity: war", ("severity",), True, "war"),
        ("tags: [a, b", ("tags",), True, "b"),
        ("tags:\n  - a", ("tags",), False, "a"),
        ("rules:\n  - lan", ("rules",), False, "lan"),
        ("rules:\n- lan", ("rules",), False, "lan"),
        ("rules:\n  - language: Go\n    ", ("rules",), False, ""),
        ("rules:\n  - rule:\n      any:\n        - kind: c", ("rules", "rule", "any", "kind"), True, "c"),
        ("rules:\n  - rule: {has: {kind: x, st", ("rules", "rule", "has"), False, "st"),
        ("rules:\n  - rule: {kind: 'a, b', st", ("rules", "rule"), False, "st"),
        ("variants:\n  stale: {severity: h", ("variants", "stale", "severity"), True, "h"),
        ("variants:\n  stale:\n    sev", ("variants", "stale"), False, "sev"),
        ("rules:\n  - a: 1\n\n# note\ncases:\n  - {id: B, ti", ("cases",), False, "ti"),
        ("a: {b: c}\nd", (), False, "d"),
    ],
)
def test_places_in_yaml(text: str, keys: tuple[str, ...], is_value: bool, typed: str) -> None:
    rows = text.split("\n")
    assert place_at(rows, len(rows) - 1, len(rows[-1])) == (keys, is_value, typed)


def test_a_page_that_is_not_right_has_parts_all_the_same() -> None:
    text = (
        "---\r\ncode: TEAM-1\r\nsevrity: x\r\nrules:\r\n  - {language: Go, rule: {kind: x}}\r\n---\r\n# T\r\n"
        "## Flagged\r\n````python\r\n```\r\nx\r\n````\r\n```go\r\nopen"
    )
    view = PageView("p.md", text)
    assert view.entry is None
    assert view.errors
    assert view.code == "TEAM-1"
    assert view.end_of_front == 5
    assert [(row, rule["language"]) for row, rule in view.rules()] == [(4, "Go")]
    assert [(fence.first_row, fence.last_row, fence.language, fence.section) for fence in view.fences] == [
        (8, 11, "python", "flagged"),
        (12, 14, "go", "flagged"),
    ]
    assert view.fence_at(13) == view.fences[1]
    assert view.fence_at(7) is None


def test_only_what_the_catalog_knows_is_a_word_of_it() -> None:
    entries = {
        "BC201": Entry("BC201", "a.md", cases=(Case("BUG-078", "x"), Case("three words 1", "y"))),
        "T-1": Entry("T-1", "b.md", cases=(Case("BUG-078", "z"),), source="workspace"),
    }
    text = b"BC201 #BC201 (T-1), BUG-078. bc201 BC2010 BC201x x/BC201 BC201/x BC201.md a#BC201 BC201: [T-1]"
    found = list(CodeWords(entries).find(text))
    assert [text[word.start : word.end].decode() for word in found] == [
        *("BC201", "BC201", "T-1", "BUG-078", "BC201", "T-1"),
    ]
    bug = found[3]
    assert (bug.entry.code, [other.code for other in bug.others]) == ("T-1", ["BC201"])
