"""What is shown: selection, severity, order, and suppressions with the statements that they cover."""

from __future__ import annotations

import pytest

from bugcatalog_ls.analysis.finding import Finding
from bugcatalog_ls.testing.checks import builtin_catalog
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span, apply_edits
from bugcatalog_ls.text.spans import TextEdit as Replacement
from bugcatalog_ls.workspace.publish import Diagnosis, publish, removal_of
from bugcatalog_ls.workspace.settings import Settings

ENTRIES = builtin_catalog().entries
CHECKED = frozenset({"BC201", "BC502", "BC601"})


def published(
    text: str, *found: tuple[str, str], path: str = "a.py", settings: Settings | None = None
) -> list[tuple[int, str, str]]:
    """Line, code and severity of what is shown of findings, each given as (code, text that it stands on)."""
    return [
        (Source(text).lines.row_of(shown.span.start) + 1, shown.finding.code, shown.severity)
        for shown in diagnoses(text, *found, path=path, settings=settings)
    ]


def diagnoses(
    text: str, *found: tuple[str, str], path: str = "a.py", settings: Settings | None = None
) -> tuple[Diagnosis, ...]:
    source = Source(text)
    findings = []
    for code, at in found:
        start = source.data.index(at.encode())
        findings.append(Finding(code, "said", path, Span(start, start + len(at.encode()))))
    return publish(findings, path, source, ENTRIES, CHECKED, settings or Settings())


def test_sorted_with_the_severity_of_entry_or_settings() -> None:
    text = "get()\nopen()\n"
    found = (("BC502", "open()"), ("BC201", "get()"))
    assert published(text, *found) == [(1, "BC201", "warning"), (2, "BC502", "warning")]
    harder = Settings(severity={"BC201": "error"})
    assert published(text, *found, settings=harder)[0] == (1, "BC201", "error")
    assert published(text, *found, settings=Settings(select=("BC5",))) == [(2, "BC502", "warning")]
    assert published(text, *found, settings=Settings(ignore=("BC5",))) == [(1, "BC201", "warning")]


def test_a_finding_of_an_unknown_entry_is_left_out() -> None:
    assert published("get()\n", ("ZZ999", "get()")) == []


@pytest.mark.parametrize(
    "text",
    [
        "get()  # bugcatalog: ignore[BC201]\n",
        "# bugcatalog: ignore[BC201] quick\nget()\n",
        "def f():\n    # bugcatalog: ignore[BC201]\n    return get()\n",
        "def f():\n    # bugcatalog: ignore[BC201]\n    return call(\n        1,\n        get())\n",
        "class A:\n    # bugcatalog: ignore[BC201]\n    x = get()\n",
        "if x:\n    # bugcatalog: ignore[BC201]\n    # More.\n    get()\n",
        "x = [\n    get(),\n]  # bugcatalog: ignore[BC201]\n",
        "x = 1\n# bugcatalog: ignore-file[BC201]\nget()\n",
        "try:\n    # bugcatalog: ignore[BC2]\n    get()\nexcept A:\n    pass\n",
        "try:\n    pass\nexcept A:\n    # bugcatalog: ignore[BC201]\n    get()\n",
        "def g(\n",
    ],
)
def test_suppressed(text: str) -> None:
    whole = text if "get()" in text else "# bugcatalog: ignore[BC201]\nget()\n" + text
    assert published(whole, ("BC201", "get()")) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# bugcatalog: ignore[BC201]\nx = 1\nget()\n", [(1, "BC003", "hint"), (3, "BC201", "warning")]),
        ("get()  # bugcatalog: ignore[BC5]\n", [(1, "BC201", "warning"), (1, "BC003", "hint")]),
        (
            "# bugcatalog: ignore[BC201]\ndef f():\n    get()\n",
            [(1, "BC003", "hint"), (3, "BC201", "warning")],
        ),
        ("x = '# bugcatalog: ignore[BC201]'; get()\n", [(1, "BC201", "warning")]),
    ],
)
def test_not_suppressed(text: str, expected: list[tuple[int, str, str]]) -> None:
    assert published(text, ("BC201", "get()")) == expected


def test_what_was_not_looked_for_is_not_unused() -> None:
    text = "x = 1  # bugcatalog: ignore[BC703]\n"
    assert published(text) == []
    assert published(text.replace("BC703", "BC201")) == [(1, "BC003", "hint")]


@pytest.mark.parametrize("broken", ["def f(", "x = (", "'''", "for", "    )", "class"])
def test_suppressions_hold_in_a_text_that_does_not_parse(broken: str) -> None:
    text = (
        "def f(x):\n    # bugcatalog: ignore[BC201]\n    return call(\n        1,\n        get())\n\n"
        f"{broken}\n\nfirst()  # bugcatalog: ignore[BC502]\nsecond()\n"
    )
    found = (("BC201", "get()"), ("BC502", "first()"), ("BC502", "second()"))
    assert published(text, *found) == [(10, "BC502", "warning")]


def test_a_suppression_on_a_line_that_does_not_parse_counts() -> None:
    text = "x = get(  # bugcatalog: ignore[BC201]\ny = 1\n"
    assert published(text, ("BC201", "get(")) == []


def test_an_unused_suppression_goes_by_its_fix() -> None:
    for text, mended in (
        ("x = 1  # bugcatalog: ignore[BC201]\n", "x = 1\n"),
        ("# bugcatalog: ignore[BC201]\nx = 1\n", "x = 1\n"),
    ):
        (shown,) = diagnoses(text)
        fix = removal_of(shown.finding)
        assert fix is not None
        assert fix.applicability == "safe"
        edits = [Replacement(edit.span, edit.content) for edit in fix.edits]
        assert apply_edits(text.encode(), edits).decode() == mended
        assert shown.finding.tags == ("unnecessary",)
    (found,) = diagnoses("get()\n", ("BC201", "get()"))
    assert removal_of(found.finding) is None


def test_a_reason_may_be_required() -> None:
    text = "get()  # bugcatalog: ignore[BC201]\n"
    strict = Settings(require_reason=True)
    assert published(text, ("BC201", "get()"), settings=strict) == [(1, "BC003", "hint")]
    text = "get()  # bugcatalog: ignore[BC201] it answers at once\n"
    assert published(text, ("BC201", "get()"), settings=strict) == []


def test_other_languages_have_suppressions_too() -> None:
    text = "get()  // bugcatalog: ignore[BC201] quick\n"
    assert published(text, ("BC201", "get()"), path="a.ts") == []
    assert published("get()\n", ("BC201", "get()"), path="a.ts") == [(1, "BC201", "warning")]
