"""Pages for tests: a small one that is right, and what is said of wrong ones."""

from __future__ import annotations

from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.catalog.loader import load_page


def page(keys: str = "", body: str = "", code: str = "BC201") -> str:
    """A right page, with more keys and more of a body."""
    return f"""---
code: {code}
name: missing-timeout
severity: warning
{keys}---
# Outbound call without a timeout
A call waits for ever. It says nothing meanwhile.

{body}"""


def load(text: str) -> Entry:
    """The entry of a page that must be right."""
    loaded = load_page("bugs/BC201.md", text, "workspace")
    assert isinstance(loaded, Entry), "\n".join(map(str, loaded))
    return loaded


def check_errors(text: str | bytes, *expected: str) -> None:
    """Each expectation is `line:column message; expected …`."""
    loaded = load_page("p.md", text, "workspace")
    assert isinstance(loaded, list), "the page is right"
    assert [str(error).removeprefix("p.md:").replace(": ", " ", 1) for error in loaded] == list(expected)
