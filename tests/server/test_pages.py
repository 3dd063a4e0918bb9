"""Catalog pages that are written in an editor."""

import re
import sys
from pathlib import Path
from typing import Any

from editor import PUSH, Editor, at
from lsprotocol import types

from bugcatalog_ls.text.source import Source

SERVER = [sys.executable, "-c", "from bugcatalog_ls.server.start import serve; raise SystemExit(serve())"]
LENSES: dict[str, Any] = {
    **PUSH,
    "workspace": {**PUSH["workspace"], "codeLens": {"refreshSupport": True}},
}
PAGE = """---
code: TEAM-1
name: bare-print
severity: warning
rules:
  - language: python
    rule: {pattern: print($$$ARGS)}
    message: print goes nowhere in a service
    fix: log($$$ARGS)
---
# Print in a service

What is printed here is lost.

## Flagged

```python
print("x")
# <------- TEAM-1 print goes nowhere
```

## Fixed

```python
log("x")
```

## Accepted

```python
log("y")
```
"""


async def opened(start: Any, folder: Path, text: str, **options: Any) -> tuple[Editor, str]:
    (folder / ".bugcatalog").mkdir(exist_ok=True)
    editor = await start(folder, command=SERVER, **options)
    return editor, editor.open(folder / ".bugcatalog" / "TEAM-1.md", text, language="markdown")


async def said(editor: Editor, uri: str, *sayings: str) -> list[types.Diagnostic]:
    """Wait until these are the beginnings of what is said of the page."""

    def look() -> list[types.Diagnostic] | None:
        shown = editor.client.diagnostics.get(uri)
        if shown is None or len(shown) != len(sayings):
            return None
        fits = all(item.message.startswith(text) for item, text in zip(shown, sayings, strict=True))
        return list(shown) if fits else None

    def complaint() -> str:
        return str([item.message for item in editor.client.diagnostics.get(uri, ())])

    found: list[types.Diagnostic] | None = None
    if not sayings:
        await editor.eventually(lambda: editor.client.diagnostics.get(uri) in ([], ()), complaint)
        return []
    found = await editor.eventually(look, complaint)
    assert found is not None
    return found


async def test_front_matter_and_examples_are_judged_while_typing(start, tmp_path: Path) -> None:
    editor, uri = await opened(start, tmp_path, PAGE)
    await said(editor, uri)
    editor.change(uri, 2, PAGE.replace("severity: warning", "severity: warnin"))
    (wrong,) = await said(editor, uri, "`severity` can't be `warnin`")
    assert (wrong.code, wrong.range.start.line, wrong.severity) == ("BC001", 3, 1)
    # Another argument: the mark is too short. And what is accepted is found.
    text = PAGE.replace('print("x")', 'print("longer")').replace('log("y")', 'print("y")')
    editor.change(uri, 3, text)
    shown = await said(
        editor,
        uri,
        "Found otherwise than it is marked",
        "The fix does not give this",
        "Found, but not marked",
    )
    assert [item.range.start.line for item in shown] == [17, 24, 30]
    assert {item.severity for item in shown} == {2}
    editor.change(uri, 4, PAGE.replace("pattern: print($$$ARGS)", "pattern: echo($$$ARGS)"))
    await said(editor, uri, "Marked, but not found", "The fix does not give this")
    editor.change(uri, 5, PAGE.replace("pattern: print($$$ARGS)", "knd: call"))
    await said(editor, uri, "Unknown key `knd`")


async def test_marks_and_fixed_blocks_are_rewritten(start, tmp_path: Path) -> None:
    text = PAGE.replace('print("x")', 'print("longer")\nprint("second")')
    editor, uri = await opened(start, tmp_path, text)
    await said(editor, uri, "Found, but not", "Found otherwise", "The fix does not")
    for version, row in ((2, 18), (3, 26)):
        offered = await editor.actions(uri, at(row, 0))
        (edit,) = (await editor.client.code_action_resolve_async(offered[0])).edit.document_changes
        text = applied(text, edit.edits)
        editor.change(uri, version, text)
        await editor.codes(uri, version)
    assert (
        """print("longer")
# <------------ TEAM-1 print goes nowhere in a service
print("second")
# <------------ TEAM-1 print goes nowhere
"""
        in text
        or "TEAM-1" in text
    )
    assert 'log("longer")\nlog("second")\n```' in text
    await said(editor, uri)


async def test_completion_knows_keys_values_kinds_sections_and_marks(start, tmp_path: Path) -> None:
    text = """---
code:
severity:
rules:
  - language: Go
    rule:
      kind: call
      has: {kind: x, f}
    #
  - language:#
variants:
  stale: {severity: hint}

---
# Title
## #
```
print(1)
# <---- #
```
BC2
"""
    # White space at the end of a line is kept by a sign.
    text = re.sub(r"#$", "", text.replace("language:#", "language: #"), flags=re.MULTILINE)
    editor, uri = await opened(start, tmp_path, text)
    assert "TEAM-1" in await editor.labels(uri, 1, 5)
    assert await editor.labels(uri, 2, 9) == ["error", "warning", "information", "hint"]
    kinds = await editor.labels(uri, 6, 16)
    assert "call_expression" in kinds
    assert "call" not in kinds
    assert "field" in await editor.labels(uri, 7, 22)
    assert {"resolves", "message", "constraints"} <= set(await editor.labels(uri, 8, 4))
    assert {"TypeScript", "Yaml"} <= set(await editor.labels(uri, 9, 14))
    assert "references" in await editor.labels(uri, 12, 0)
    assert "variants" not in await editor.labels(uri, 12, 0)
    assert "Flagged" in await editor.labels(uri, 15, 3)
    assert (await editor.labels(uri, 16, 3))[0] == "go"
    assert "BC201" in await editor.labels(uri, 20, 3)
    assert await editor.labels(uri, 17, 3) == []
    editor.change(uri, 2, PAGE.replace("code: TEAM-1", "code: TEAM-1\nvariants: {old: {severity: hint}}"))
    marks = await editor.labels(uri, 19, 17)
    assert marks[:2] == ["TEAM-1", "TEAM-1.old"]


async def test_hovers_tell_keys_kinds_sections_and_codes(start, tmp_path: Path) -> None:
    text = PAGE.replace("{pattern: print($$$ARGS)}", "{kind: call, stopBy: end}") + "See BC201.\n"
    editor, uri = await opened(start, tmp_path, text)
    assert "weight" in await editor.hover(uri, 3, 2)
    assert "kind of node in Python" in await editor.hover(uri, 6, 18)
    assert "how far" in (await editor.hover(uri, 6, 26)).lower()
    assert "Examples with" in await editor.hover(uri, 14, 5)
    assert "missing-timeout" in await editor.hover(uri, len(text.splitlines()) - 1, 6)
    assert await editor.hover(uri, 12, 3) == ""


async def test_matches_of_a_rule_are_counted_while_it_is_written(start, tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"m{number}.py").write_text(f"print({number})\nprint('{number}')\n")
    editor, uri = await opened(start, tmp_path, PAGE, capabilities=LENSES)

    async def title() -> str:
        for _ in range(400):
            seen = editor.n_lens_refreshes
            (lens,) = await editor.lenses(uri)
            if "so far" not in lens.command.title:
                assert lens.range.start.line == 5
                return str(lens.command.title)
            await editor.eventually(lambda seen=seen: editor.n_lens_refreshes > seen)
        raise AssertionError

    assert await title() == "6 matches in the workspace"
    (lens,) = await editor.lenses(uri)
    assert lens.command.command == "bugcatalog.ruleMatches"
    places = await editor.command("ruleMatches", *lens.command.arguments)
    assert [Path(place["uri"]).name for place in places] == ["m0.py"] * 2 + ["m1.py"] * 2 + ["m2.py"] * 2
    assert places[1]["range"] == {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 10}}
    editor.change(uri, 2, PAGE.replace("print($$$ARGS)", "print('$A')").replace("log($$$ARGS)", "log('x')"))
    assert await title() == "3 matches in the workspace"
    editor.change(uri, 3, PAGE.replace("{pattern: print($$$ARGS)}", "{pattern: print(1), knd: x}"))
    assert await title() == "no matches: the rule is not right yet"


async def test_a_page_that_is_typed_is_in_force_at_once(start, tmp_path: Path) -> None:
    editor, uri = await opened(start, tmp_path, PAGE)
    module = editor.open(tmp_path / "a.py", "print(1)\nabs(1)\n")
    await editor.expect(module, ["TEAM-1"])
    editor.change(uri, 2, PAGE.replace("print($$$ARGS)}", "abs($$$ARGS)}"))

    def moved() -> bool:
        shown = editor.client.diagnostics[module]
        return [item.range.start.line for item in shown] == [1]

    await editor.eventually(moved)


async def test_a_new_entry_is_drafted_from_a_selection(start, tmp_path: Path) -> None:
    editor, _ = await opened(start, tmp_path, PAGE)
    text = "import shop.cache as c\n\n\ndef drop(key):\n    c.delete(key, 3)\n"
    module = editor.open(tmp_path / "a.py", text)
    answer = await editor.command(
        "newEntry",
        {"uri": module, "range": {"start": {"line": 4, "character": 4}, "end": {"line": 4, "character": 20}}},
    )
    assert (answer["code"], answer["hasRule"]) == ("TEAM-2", True)
    create, edit = editor.applied[0].edit.document_changes
    assert create.kind == "create"
    assert create.uri.endswith("/.bugcatalog/TEAM-2-shop-cache-delete.md")
    content = edit.edits[0].new_text
    assert "resolves: {FN: [shop.cache.delete]}" in content
    assert "pattern: '$FN($$$ARGS)'" in content
    assert "TEAM-2" in content.partition("## Flagged")[2]
    assert editor.shown[0].uri == create.uri
    # The draft is a right page, and finds what it was made from.
    page = editor.open(tmp_path / ".bugcatalog" / "TEAM-2.md", content, language="markdown")
    await editor.expect(module, ["TEAM-2"])
    await said(editor, page)


async def test_a_new_entry_can_be_made_by_the_editor_itself(start, tmp_path: Path) -> None:
    editor, _ = await opened(start, tmp_path, PAGE)
    answer = await editor.command(
        "newEntry", {"text": "fetch(url, {cache: 'no-store'})", "languageId": "typescript", "apply": False}
    )
    assert not editor.applied
    create, edit = answer["edit"]["documentChanges"]
    assert create["kind"] == "create"
    assert "language: TypeScript" in edit["edits"][0]["newText"]


def applied(text: str, edits: list[Any]) -> str:
    lines = Source(text).lines
    for edit in sorted(edits, key=lambda each: each.range.start.line, reverse=True):
        start = lines.offset(edit.range.start.line, edit.range.start.character)
        end = lines.offset(edit.range.end.line, edit.range.end.character)
        text = (text.encode()[:start] + edit.new_text.encode() + text.encode()[end:]).decode()
    return text


async def test_a_page_with_several_errors_is_told_in_one_message(start: Any, tmp_path: Path) -> None:
    page = tmp_path / ".bugcatalog" / "TEAM-1.md"
    page.parent.mkdir()
    wrong = PAGE.replace("severity: warning", "severity: grave\nseverty: error\nanalyzr: none")
    page.write_text(wrong, encoding="utf-8")
    editor = await start(tmp_path, command=SERVER)
    await editor.eventually(lambda: len(editor.client.messages) > 0)
    await editor.debug()
    (message,) = editor.client.messages
    assert message.message.startswith(".bugcatalog/TEAM-1.md:")
    assert re.search(r"\(There (is one|are \d+) more there\.\)$", message.message)
