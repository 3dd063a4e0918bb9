import subprocess
import sys

import pytest
from catalog_pages import check_errors, load, page
from hypothesis import given
from hypothesis import strategies as st

from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.catalog.loader import load_page
from bugcatalog_ls.catalog.page_error import PageError


def test_an_unknown_key_names_the_nearest() -> None:
    check_errors(page(keys="severty: error\n"), "5:1 unknown key `severty`; expected `severity`")


def test_every_wrong_key_is_told() -> None:
    check_errors(
        """---
code: bc 201
name: Missing_Timeout
severity: warn
tags: http
extends: maybe
references: [ftp://x, https://example.org]
---
# T
S.
""",
        "2:1 `code` can't be `bc 201`; expected capital letters and a number, such as `BC201`",
        "3:1 `name` can't be `Missing_Timeout`; expected lower-case words with hyphens,"
        " such as `missing-timeout`",
        "4:1 `severity` can't be `warn`;"
        " expected one of `error`, `warning`, `information`, `hint`; nearest is `warning`",
        "5:1 `tags` can't be `http`; expected a list of texts",
        "6:1 `extends` can't be `maybe`; expected `true` or `false`",
        "7:1 `references[0]` can't be `ftp://x`; expected a web address that begins with `https://`",
    )


def test_missing_keys() -> None:
    check_errors(
        "---\ncode: BC1\n---\n# T\nS.\n",
        "2:1 the front matter has no `name`; expected `name:`, lower-case words with hyphens,"
        " such as `missing-timeout`",
        "2:1 the front matter has no `severity`; expected `severity:`,"
        " one of `error`, `warning`, `information`, `hint`",
    )


@pytest.mark.parametrize(
    ("keys", "error"),
    [
        ("tags:\n", "5:1 `tags` has no value; expected a list of texts"),
        ("tags: [a, 5]\n", "5:1 `tags[1]` can't be the number 5; expected a list of texts"),
        ("analyzer: Missing-Timeout\n", "5:1 `analyzer` can't be `Missing-Timeout`; expected the name of an"
         " analyzer, such as `missing_timeout`"),
        ("cases:\n  - id: BUG-1\n", "6:3 `cases[0]` has no `title`; expected a list of"
         " `{id: …, title: …, url: …}`, `url` being optional"),
        ("cases:\n  - {id: BUG-1, title: a}\n  - id: B\n    titel: b\n",
         "8:5 unknown key `titel` in `cases[1]`; expected `title`"),
        ("cases:\n  - id: 12\n    title: a\n", "6:5 `cases[0].id` can't be the number 12; expected a list of"
         " `{id: …, title: …, url: …}`, `url` being optional"),
        ("variants:\n  stale: {severity: loud}\n",
         "6:11 `variants.stale.severity` can't be `loud`; expected one of"
         " `error`, `warning`, `information`, `hint`"),
        ("variants:\n  stale: {severity: hint}\n  old: {weight: hint}\n",
         "7:9 unknown key `weight` in `variants.old`; expected `severity`"),
        ("symptoms:\n  - a: b\n", "6:5 unknown key `a` in `symptoms[0]`; expected `error`"),
        ("tags: !lower [a]\n", "5:1 YAML tags are not allowed here; expected a plain value"),
        ("tags: [a]\ntags: [b]\n", "6:1 `tags` is given twice; expected each key once"),
        ("1: 2\n", "2:1 the key `1` is not a text; expected a text"),
    ],
)  # fmt: skip
def test_a_wrong_key(keys: str, error: str) -> None:
    check_errors(page(keys=keys), error)


@pytest.mark.parametrize(
    ("symptom", "message"),
    [
        ("(?=x)y", "the expression does not compile: invalid perl operator: (?="),
        ("(a", "the expression does not compile: missing ): (a"),
        ("(a{100}){100}", "the expression does not compile: invalid repetition size: {100}"),
        ("x*", "the expression matches every text"),
    ],
)
def test_an_error_symptom_is_an_re2_expression(symptom: str, message: str) -> None:
    check_errors(
        page(keys=f"symptoms:\n  - first\n  - error: '{symptom}'\n"),
        f"7:3 {message}; expected an RE2 expression for an error message",
    )


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        ("rule: {pattern: $F()}",
         "6:3 `rules[0]` has no `language`; expected a list of ast-grep rule objects"),
        ("language: go\n    rule: $F()",
         "7:5 `rules[0].rule` can't be `$F()`; expected a list of ast-grep rule"
         " objects"),
        ("language: go\n    rule: {pattern: $F()}\n    resolve: {F: [a]}",
         "8:5 unknown key `resolve` in `rules[0]`; expected `resolves`"),
        ("language: go\n    rule: {pattern: $F()}\n    applicability: unsafe",
         "8:5 `rules[0].applicability` can't be `unsafe`; expected `safe` or `suggested`"),
        ("language: go\n    rule: {pattern: $F($$$A)}\n    resolves: {FN: [a]}",
         "8:16 the rule has no metavariable `$FN`; expected one of `A`, `F`"),
        ("language: go\n    rule: {pattern: $F()}\n    at: $F",
         "8:5 `rules[0].at` can't be `$F`; expected the name of a metavariable without its `$`,"
         " such as `FN`"),
        ("language: go\n    rule: {pattern: $F()}\n    at: G",
         "8:5 the rule has no metavariable `$G`; expected one of `F`"),
    ],
)  # fmt: skip
def test_a_wrong_rule(rule: str, error: str) -> None:
    check_errors(page(keys=f"rules:\n  - {rule}\n"), error)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("## Falgged\n", "9:1 unknown section `Falgged`; expected `## Flagged`"),
        ("## Fix\n## Verify\n## Fix\n",
         "11:1 the page has a second section `Fix`; expected each section once"),
        ("# Another\n", "9:1 the page has a second title; expected `##` for a section"),
        ("## Flagged\n```python\nx\n", "10:1 the fenced block is never closed; expected a line of `` ``` ``"
         .replace("`` ``` ``", "`````")),
        ("## Flagged\n```python\nx\n```\n```python\ny\n```\n",
         "13:1 two files of one case are named `example.py`; expected a path line above the fence"),
        ("## Flagged\n`../x.py`\n```python\nx\n```\n",
         "10:1 `../x.py` is no path of a file; expected a relative path with `/`"),
        ("## Flagged\n- a\n  ```python\n  x\n  ```\n",
         "11:1 a fenced block inside a list or quotation is no example; expected a block of its own"),
        ("## Flagged\n### One\n", "10:1 the case `One` has no code; expected a fenced block"),
        ("## Flagged\n### One\n```\na\n```\n## Fixed\n### On\n```\nb\n```\n",
         "15:1 the fixed case `On` has no flagged one; expected `### One`"),
        ("## Flagged\n### One\n```\na\n```\n### One\n```\nb\n```\n",
         "14:1 the section has a second case `One`; expected each case once"),
    ],
)  # fmt: skip
def test_a_wrong_body(body: str, error: str) -> None:
    check_errors(page(body=body), error)


def test_a_page_needs_a_title_and_a_sentence() -> None:
    front = "---\ncode: BC1\nname: a\nseverity: hint\n---\n"
    check_errors(f"{front}Words.\n", "6:1 the page has no title; expected `# ` and a short noun phrase")
    check_errors(
        f"{front}# Title\n## Fix\nWords.\n",
        "6:1 no sentence under the title says what is wrong; expected one sentence",
    )


MARKED = "## Flagged\n```python\nget()\n# <-- BC201\n```\n"


def test_marked_examples_need_something_that_finds_them() -> None:
    check_errors(
        page(body=MARKED),
        "12:1 examples are marked, but nothing detects the entry; expected `rules:` or `analyzer:`",
    )
    assert load(page(keys="analyzer: missing_timeout\n", body=MARKED)).detects


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("## Flagged\n```python\nget()\n   # ^^^^ BC201\n```\n",
         "13:1 the mark reaches past its line, which has 5 columns; expected carets under the code"),
        ("## Flagged\n```python\n# <-- BC201\n```\n",
         "12:1 a mark needs a line above it; expected carets under the code"),
        ("## Flagged\n```python\nget()\n# <-- BC201.stael\n```\n",
         "13:1 the entry has no variant `stael`; expected `stale`"),
        ("## Accepted\n```python\nget()\n# <-- BC201\n```\n",
         "13:1 a mark in a section `Accepted`; expected no marks here"),
    ],
)  # fmt: skip
def test_a_wrong_mark(body: str, error: str) -> None:
    check_errors(
        page(keys="analyzer: a\nvariants: {stale: {severity: hint}}\n", body=body).replace("\n\n", "\n"),
        error,
    )


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "1:1 the page has no front matter; expected `---`, the keys of the entry, `---`"),
        ("# Notes\n", "1:1 the page has no front matter; expected `---`, the keys of the entry, `---`"),
        ("---\ncode: BC1\n",
         "1:1 the front matter is never closed; expected `---`, the keys of the entry, `---`"),
        ("---\na: [1\nb: 2\n---\n",
         "3:2 the front matter is not YAML: illegal placement of ':' indicator"),
        ("---\n- a\n---\n# T\nS.\n", "2:1 the front matter is not a mapping; expected `key: value` lines"),
        ("---\ncode: BC1\n...\nname: a\n---\n# T\nS.\n",
         "2:1 the front matter holds several YAML documents; expected one mapping"),
        (b"---\ncode: BC1\nname: \xff\n---\n", "3:1 the page is not UTF-8 text; expected UTF-8 text"),
        (b"---\n\0\0\x01\n---\n", "2:1 the page is binary; expected UTF-8 text"),
        ("---\na: 1\n---\n" + "x" * 10_000_000, "1:1 the page is too large; expected at most 256 KiB"),
        ("---\na: '" + "x" * 200_000 + "'\n---\n# T\nS.\n",
         "2:1 the front matter is too large; expected at most 128 KiB"),
        ("---\na: " + "[" * 5000 + "]" * 5000 + "\n---\n# T\nS.\n",
         "2:259 the front matter is not YAML: recursion limit exceeded"),
        ("---\na:\n" + "- " * 5000 + "\n---\n# T\nS.\n",
         "3:1 the line nests too many lists or mappings"),
        ("---\n" + ": " * 5000 + "\n---\n# T\nS.\n", "2:1 the line nests too many lists or mappings"),
        ("---\n" + "".join(" " * n + "a:\n" for n in range(100)) + "---\n# T\nS.\n",
         "2:1 the value is nested too deep; expected at most 64 levels"),
        ("---\n" + "".join(" " * n + "a:\n" for n in range(400)) + "---\n# T\nS.\n",
         "131:1 the line is indented too deep; expected at most 128 columns"),
    ],
)  # fmt: skip
def test_a_hostile_page_is_one_clear_error(text: str | bytes, error: str) -> None:
    loaded = load_page("p.md", text, "workspace")
    assert isinstance(loaded, list)
    assert error in [str(found).removeprefix("p.md:").replace(": ", " ", 1) for found in loaded]


def test_aliases_that_multiply_are_refused() -> None:
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
    bomb += "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
    loaded = load_page("p.md", f"---\n{bomb}---\n# T\nS.\n", "workspace")
    assert isinstance(loaded, list)
    assert PageError("p.md", 3, 1, "the front matter has too many aliases", "at most 8") in loaded


@pytest.mark.parametrize("indicators", ["- ", "? ", ": ", "? - ", "- ? "])
def test_the_deepest_nesting_that_is_let_through_ends_no_process(indicators: str) -> None:
    text = ""
    indentation = 0
    while indentation < 128:
        text += " " * indentation + indicators * (32 // len(indicators.split())) + "\n"
        indentation += 65
    program = (
        "import sys; from bugcatalog_ls.catalog.yaml_text import parse_mapping; parse_mapping(sys.argv[1])"
    )
    ended = subprocess.run([sys.executable, "-c", program, text], capture_output=True, check=False)
    assert ended.returncode in (0, 1), "the parser ended the process"
    assert ended.returncode == 0 or b"YamlError" in ended.stderr


@given(st.text(), st.text())
def test_any_text_is_an_entry_or_errors(keys: str, body: str) -> None:
    for text in (keys, page(keys=f"{keys}\n", body=body), f"---\n{keys}\n---\n{body}"):
        loaded = load_page("p.md", text, "workspace")
        assert isinstance(loaded, Entry) or (loaded and all(error.line > 0 for error in loaded))


yaml_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["a", "error", "BC1", "$F", "https://x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["id", "title", "error", "severity", "rule", "language", "resolves", "at"]), inner
    ),
    max_leaves=6,
)  # fmt: skip


@given(
    st.dictionaries(
        st.sampled_from(
            ["code", "name", "severity", "tags", "symptoms", "rules", "variants", "cases", "extends"]
        ),
        yaml_values,
    )
)
def test_any_value_of_any_key_is_judged(values: dict[str, object]) -> None:
    import yaml12

    loaded = load_page("p.md", f"---\n{yaml12.format_yaml(values)}\n---\n# T\nS.\n", "workspace")
    assert isinstance(loaded, Entry) or loaded
