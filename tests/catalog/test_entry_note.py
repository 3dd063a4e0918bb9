from catalog_pages import load, page
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bugcatalog_ls.catalog.builtin import builtin_folder
from bugcatalog_ls.catalog.loader import Layer, load_catalog
from bugcatalog_ls.catalog.note import entry_page, fenced, hover_note, shortened

ENTRY = load(
    page(
        keys="""\
analyzer: missing_timeout
variants: {wait: {severity: hint}}
cases:
  - {id: BUG-012, title: The pool *ran* dry, url: 'https://bugs.example/12'}
  - {id: BUG-013, title: my_column}
references: [https://example.org/timeouts]
""",
        body="""\
## Symptom
It hangs.
## Root cause
No default.
## Fix
Add one.
## Verify
Unplug it.
## Real cases
Twice.
## Flagged
### A call
```python
import requests

answer = requests.get(url)
       # ^^^^^^^^^^^^^^^^^ BC201 no timeout
```
## Fixed
### A call
```python
import requests

answer = requests.get(url, timeout=10)
```
## Accepted
```python
requests.get(url, timeout=1)
```
""",
    )
)


def test_the_hover_note() -> None:
    assert hover_note(ENTRY, "`requests.get` has no timeout") == (
        "**BC201 missing-timeout** · warning\n\n"
        "`requests.get` has no timeout\n\n"
        "A call waits for ever.\n\n"
        "**Root cause**\n\nNo default.\n\n"
        "**How to fix**\n\nAdd one.\n\n"
        "```diff\n \n-answer = requests.get(url)\n+answer = requests.get(url, timeout=10)\n```\n\n"
        "**How to verify**\n\nUnplug it.\n\n"
        "**Real cases**\n\n"
        "- BUG-012: [The pool \\*ran\\* dry](https://bugs.example/12)\n"
        "- BUG-013: my_column\n"
    )


def test_a_variant_has_its_own_severity() -> None:
    assert hover_note(ENTRY, variant="wait").startswith("**BC201 missing-timeout** · hint\n\nA call waits")


def test_without_a_fixed_example_the_flagged_one_is_shown() -> None:
    body = "## Flagged\n```python\nget()\n# <-- BC201\n```\n"
    note = hover_note(load(page("analyzer: a\n", body)))
    assert "```python\nget()\n```" in note


def test_a_new_file_is_shown_from_its_end() -> None:
    revision = "".join(f"line_{n} = {n}\n" for n in range(40))
    same = "`a.py`\n```python\nx\n```\n"
    body = f"## Flagged\n{same}## Fixed\n{same}`new.py`\n```python\n{revision}```\n"
    note = hover_note(load(page("", body)))
    assert "# new.py\n…\n" in note
    assert "+line_39 = 39\n```" in note
    assert "line_0 " not in note


def test_the_whole_page() -> None:
    text = entry_page(ENTRY)
    assert [line for line in text.split("\n") if line.startswith("#")] == [
        "# Outbound call without a timeout",
        *("## Symptom", "## Root cause", "## Fix", "## Verify", "## Real cases"),
        *("## Flagged", "### A call", "## Fixed", "### A call", "## Accepted", "## References"),
    ]
    assert "`BC201.wait` hint" in text
    assert "A call waits for ever. It says nothing meanwhile." in text
    assert "# ^^^^^^^^^^^^^^^^^ BC201 no timeout" not in text.split("## Fixed")[1]
    assert "- <https://example.org/timeouts>" in text


def test_every_built_in_entry_has_a_note_of_whole_fences() -> None:
    for entry in load_catalog([Layer("built-in", builtin_folder())]).entries.values():
        note = hover_note(entry)
        assert note.count("```") % 2 == 0
        assert len(note) < 4000
        assert entry.summary in note


def test_long_prose_ends_with_a_whole_sentence() -> None:
    assert shortened("One is here. Two is here. Three.", 27) == "One is here. Two is here.\n\n…"
    assert shortened("First.\n\nSecond block.", 10) == "First.\n\n…"
    assert shortened("- one thing\n- two things\n", 14) == "- one thing\n\n…"
    assert shortened("Short.", 6) == "Short."


@given(st.text(st.sampled_from("ab.` \n-~"), max_size=60), st.integers(1, 40))
def test_shortened_prose_leaves_no_fence_open(text: str, limit: int) -> None:
    cut = shortened(text, limit)
    assert cut == text.strip() or cut.endswith("…")
    assert len(cut) <= limit + len("\n\n…")


@given(st.text(st.sampled_from("a`\n"), max_size=30))
def test_a_fence_is_longer_than_any_inside(text: str) -> None:
    (token,) = MarkdownIt("commonmark").parse(fenced(text, "python"))
    assert token.content == (text if text.endswith("\n") or not text else f"{text}\n")
