"""The built-in catalog: every entry is there, whole, and does what its examples say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bugcatalog_ls.analysis.verify import verify
from bugcatalog_ls.catalog.builtin import builtin_folder
from bugcatalog_ls.catalog.entry import PROSE_SECTIONS, Entry
from bugcatalog_ls.catalog.loader import Layer, load_catalog, load_page

CATALOG = load_catalog([Layer("built-in", builtin_folder())])
DETECTING = [entry for entry in CATALOG.entries.values() if entry.detects]

NUMBERS = {0: 6, 1: 5, 2: 3, 3: 2, 4: 3, 5: 3, 6: 8, 7: 11, 8: 3, 9: 4}
WHOLE = {
    *("BC102", "BC104", "BC105", "BC201", "BC501", "BC502"),
    *("BC601", "BC602", "BC703", "BC901", "BC902", "BC903"),
}


def test_every_entry_has_a_page() -> None:
    expected = {f"BC{section}{number:02}" for section, n in NUMBERS.items() for number in range(1, n + 1)}
    assert set(CATALOG.entries) == expected
    assert not CATALOG.errors


@pytest.mark.parametrize("entry", CATALOG.entries.values(), ids=lambda entry: entry.code)
def test_page_is_whole(entry: Entry) -> None:
    assert entry.name
    assert entry.title
    assert entry.summary
    assert entry.symptoms
    assert set(PROSE_SECTIONS) <= entry.sections.keys()
    assert entry.examples or entry.code < "BC1" or entry.code in ("BC607", "BC608", "BC706")
    text = Path(entry.path).read_text(encoding="utf-8")
    assert not re.search(r"/(?:Users|home)/\w", text), "a path of somebody's machine"


def test_the_entries_that_find_something_are_those_that_say_so() -> None:
    assert {entry.code for entry in DETECTING} >= WHOLE


@pytest.mark.parametrize("entry", DETECTING, ids=lambda entry: entry.code)
def test_examples_behave_as_they_say(entry: Entry) -> None:
    failed = [outcome for outcome in verify(entry) if outcome.verdict != "validated"]
    assert not failed, "\n".join(
        f"{item.page}:{item.line}: {item.verdict}: {item.message}" for item in failed
    )


GET = 'requests.get(f"https://api.example.com/users/{user_id}")'
MUTATIONS = {
    "missing": (re.escape(GET), "patience(user_id)".ljust(len(GET))),
    "noisy": (r"requests\.head\(url, timeout=2\)", "requests.head(url)"),
    "reported": (r"# \^{40,} BC201\n    response", "# ^^^^ BC201\n    response"),
    "unmended": (re.escape(GET[:-1] + ", timeout=10)"), GET[:-1] + ", timeout=11)"),
}


@pytest.mark.parametrize("verdict", MUTATIONS)
def test_a_page_that_says_something_else_fails(verdict: str) -> None:
    page = Path(CATALOG.entries["BC201"].path)
    text = page.read_text(encoding="utf-8")
    pattern, replacement = MUTATIONS[verdict]
    mutated, n_changed = re.subn(pattern, replacement.replace("\\", r"\\"), text, count=1)
    assert n_changed == 1
    entry = load_page(str(page), mutated, "built-in")
    assert isinstance(entry, Entry)
    assert verdict in {outcome.verdict for outcome in verify(entry)}
