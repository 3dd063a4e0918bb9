from catalog_pages import load, page

from bugcatalog_ls.catalog.entry import Case, ExampleFile, Symptom, Variant


def test_a_whole_page() -> None:
    entry = load("""---
code: BC201
name: missing-timeout
severity: error
tags: [http, resilience]
symptoms:
  - API hangs now and then
  - error: 'QueuePool limit of size (?P<size>\\d+) overflow \\d+ reached'
analyzer: missing_timeout
variants:
  wait: {severity: hint}
cases:
  - {id: BUG-012, title: The pool ran dry, url: 'https://bugs.example/12'}
references: [https://example.org/timeouts]
---
# Outbound call without a timeout
A call like `requests.get(url)` waits for ever, e.g. when the
peer is gone. It says nothing meanwhile.

## Symptom
The pool runs dry.

- slowly

## Root cause
No default.
""")
    assert (entry.code, entry.name, entry.severity) == ("BC201", "missing-timeout", "error")
    assert entry.symptoms == (
        Symptom("API hangs now and then"),
        Symptom(
            r"QueuePool limit of size (?P<size>\\d+) overflow \\d+ reached".replace("\\\\", "\\"), error=True
        ),
    )
    assert entry.analyzer == "missing_timeout"
    assert entry.variants == {"wait": Variant("hint")}
    assert (entry.severity_of("wait"), entry.severity_of(""), entry.severity_of("x")) == (
        "hint",
        "error",
        "error",
    )
    assert entry.cases == (Case("BUG-012", "The pool ran dry", "https://bugs.example/12"),)
    assert entry.title == "Outbound call without a timeout"
    assert entry.summary == "A call like `requests.get(url)` waits for ever, e.g. when the peer is gone."
    assert entry.sections == {"symptom": "The pool runs dry.\n\n- slowly", "root cause": "No default."}
    assert (entry.path, entry.source) == ("bugs/BC201.md", "workspace")


def test_keys_and_headings_have_lines() -> None:
    entry = load(
        page(
            keys="""\
rules:
  - language: python
    rule:
      pattern: $FN($$$ARGS)
    resolves:
      FN: [requests.get]
  - rule: {kind: call}
    # The language may come last.
    language: python
variants: {wait: {severity: hint}}
""",
            body="## Verify\nRun it.\n",
        )
    )
    assert {
        key: entry.lines[key] for key in ("code", "severity", "rules", "rules.0", "rules.0.resolves")
    } == {
        "code": 2,
        "severity": 4,
        "rules": 5,
        "rules.0": 6,
        "rules.0.resolves": 9,
    }
    assert (entry.lines["rules.1"], entry.lines["rules.1.language"], entry.lines["## verify"]) == (11, 13, 19)
    assert entry.line_of("rules", 0, "resolves", "FN") == 9
    assert entry.line_of("nothing") == 1


def test_rules_are_kept_as_they_are_written() -> None:
    rule = """rules: [{language: go, rule: {any: [{pattern: $A}, {kind: x}]}, fix: 'b($A)'}]\n"""
    (read,) = load(page(keys=rule)).rules
    assert read == {"language": "go", "rule": {"any": [{"pattern": "$A"}, {"kind": "x"}]}, "fix": "b($A)"}


def test_a_path_line_names_the_file_of_the_fence_below() -> None:
    (example,) = load(
        page(
            body="""\
## Flagged

`app/models.py`

```python
a = 1
```

Some `words` that name nothing.

```python
b = 2
```

`queries.sql`
```sql
SELECT 1
```
"""
        )
    ).examples
    assert (example.kind, example.case, example.title, example.line) == ("flagged", "", "", 9)
    assert example.files == (
        ExampleFile("app/models.py", "a = 1\n", 14),
        ExampleFile("example.py", "b = 2\n", 20),
        ExampleFile("queries.sql", "SELECT 1\n", 25),
    )


def test_a_fence_holds_shorter_fences() -> None:
    (example,) = load(
        page(body="## Accepted\n````python\n'''\n```\n# not a heading\n```\n'''\n````\n")
    ).examples
    assert example.files[0].text == "'''\n```\n# not a heading\n```\n'''\n"


def test_cases_pair_flagged_with_fixed_and_fixes_have_titles() -> None:
    entry = load(
        page(
            body="""\
## Flagged
### A plain call
```python
a
```
### A *session*
```python
b
```
## Fixed
### A plain call
```python
A
```
## Fixed: Use the constant
### A *session*
```ts
B
```
"""
        )
    )
    assert [(x.kind, x.case, x.title, x.files[0].path) for x in entry.examples] == [
        ("flagged", "A plain call", "", "example.py"),
        ("flagged", "A *session*", "", "example.py"),
        ("fixed", "A plain call", "", "example.py"),
        ("fixed", "A *session*", "Use the constant", "example.ts"),
    ]


def test_a_heading_inside_a_fence_is_code() -> None:
    entry = load(page(body="## Fix\n```python\n## Verify\n```\n"))
    assert entry.sections == {"fix": "```python\n## Verify\n```"}


def test_sections_of_a_team_s_own_are_kept() -> None:
    assert load(page(body="## Who to ask\nThe platform team.\n")).sections == {
        "who to ask": "The platform team."
    }


def test_line_ends_and_a_byte_order_mark_make_no_difference() -> None:
    text = page(keys="tags: [a]\n", body="## Flagged\n```python\na\n```\n")
    for other in ("\ufeff" + text, text.replace("\n", "\r\n"), text.replace("\n", "\r")):
        assert load(other) == load(text)


def test_an_entry_may_only_explain() -> None:
    entry = load(page(body="## Flagged\n```python\nx = 1\n```\n"))
    assert not entry.detects


def test_aliases_are_followed() -> None:
    assert load(page(keys="tags: &t [a, b]\nsymptoms: *t\n")).symptoms == (Symptom("a"), Symptom("b"))
