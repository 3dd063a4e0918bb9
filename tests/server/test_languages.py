"""Entries for other languages than Python: documents, findings, fixes and suppressions."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest
from editor import PUSH
from lsprotocol import types

from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.catalog.loader import load_page
from bugcatalog_ls.patterns.languages import file_type
from bugcatalog_ls.text.annotations import parse_annotations
from bugcatalog_ls.text.source import Source

SERVER = [sys.executable, "-c", "from bugcatalog_ls.server.start import serve; raise SystemExit(serve())"]
TEAM = Path(__file__).parents[1] / "samples" / "team-catalog"
HAS_SQL = importlib.util.find_spec("tree_sitter_sql") is not None
# ast-grep has no grammar for SQL; ours is a package of its own.
PAGES = [page for page in sorted(TEAM.glob("*.md")) if HAS_SQL or not page.name.startswith("SQL-")]
DYNAMIC: dict[str, Any] = {
    **PUSH,
    "textDocument": {
        **{
            name: {**PUSH["textDocument"].get(name, {}), "dynamicRegistration": True}
            for name in ("hover", "completion", "codeAction", "codeLens", "documentLink")
        },
        "publishDiagnostics": PUSH["textDocument"]["publishDiagnostics"],
        "synchronization": {"dynamicRegistration": True},
    },
}


def entry_of(page: Path) -> Entry:
    entry = load_page(str(page), page.read_text("utf-8"), "workspace")
    assert isinstance(entry, Entry)
    return entry


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
async def test_it_is_found_mended_and_ignored(start, tmp_path: Path, page: Path) -> None:
    entry = entry_of(page)
    (tmp_path / ".bugcatalog").mkdir()
    (tmp_path / ".bugcatalog" / page.name).write_text(page.read_text("utf-8"))
    flagged = next(each for each in entry.examples if each.kind == "flagged").files[0]
    fixed = next((each for each in entry.examples if each.kind == "fixed"), None)
    parsed = parse_annotations(flagged.text)
    kind = file_type(flagged.path)
    assert kind is not None
    editor = await start(tmp_path, command=SERVER)
    path = tmp_path / flagged.path
    uri = editor.open(path, parsed.text, language=kind.language_id)
    await editor.expect(uri, [entry.code])
    (shown,) = editor.client.diagnostics[uri]
    row, column = Source(parsed.text).lines.position(parsed.marks[0].span.start)
    assert (shown.range.start.line, shown.range.start.character) == (row, column)
    assert entry.summary in await editor.hover(uri, row, column + 1)
    offered = await editor.actions(uri, shown.range, diagnostics=[shown])
    if fixed is not None:
        assert (
            changed(parsed.text, await edits_of(editor, offered[0])).rstrip() == fixed.files[0].text.rstrip()
        )
    ignore = next(each for each in offered if each.title.startswith("Ignore"))
    ignored = changed(parsed.text, await edits_of(editor, ignore))
    assert f"{kind.language.line_comment} bugcatalog: ignore[{entry.code}]" in ignored
    editor.change(uri, 2, ignored)
    assert await editor.codes(uri, 2) == []


@pytest.mark.parametrize(
    ("name", "language", "pattern", "text", "comment"),
    [
        ("a.html", "Html", "<blink>$A</blink>", "<p>\n  <blink>x</blink>\n</p>\n", "<!-- SAID -->"),
        ("a.css", "Css", "float: left", "a {\n  float: left;\n}\n", "/* SAID */"),
        ("a.lua", "Lua", "loadstring($A)", "x = loadstring(y)\n", "-- SAID"),
        ("a.js", "JavaScript", "eval($A)", "x = eval(y);\n", "/* SAID */"),
        ("a.sh", "Bash", "sleep 1", "sleep 1\n", "# SAID"),
    ],
)
async def test_comments_of_each_kind_suppress(
    start, tmp_path: Path, name: str, language: str, pattern: str, text: str, comment: str
) -> None:
    rule = "{kind: declaration, regex: '^float'}" if language == "Css" else f"{{pattern: '{pattern}'}}"
    (tmp_path / ".bugcatalog").mkdir()
    (tmp_path / ".bugcatalog" / "TEAM-1.md").write_text(
        f"---\ncode: TEAM-1\nname: old-thing\nseverity: warning\nrules:\n  - language: {language}\n"
        f"    rule: {rule}\n    message: old\n---\n# Old\nThis is old.\n"
    )
    editor = await start(tmp_path, command=SERVER)
    uri = editor.open(tmp_path / name, text, language="x")
    await editor.expect(uri, ["TEAM-1"])
    (shown,) = editor.client.diagnostics[uri]
    row = shown.range.start.line
    lines = text.splitlines(keepends=True)
    said = comment.replace("SAID", "bugcatalog: ignore[TEAM-1] it must be so")
    lines.insert(row, f"{said}\n")
    editor.change(uri, 2, "".join(lines))
    assert await editor.codes(uri, 2) == []
    editor.change(uri, 3, text.replace("\n", "\n\n") + f"{said}\n")
    assert sorted(await editor.codes(uri, 3)) == ["BC003", "TEAM-1"]


async def test_documents_follow_the_languages_of_the_catalog(start, tmp_path: Path) -> None:
    (tmp_path / ".bugcatalog").mkdir()
    page = tmp_path / ".bugcatalog" / "TEAM-1.md"
    page.write_text((TEAM / "GO-1-client-without-timeout.md").read_text())
    editor = await start(
        tmp_path, command=SERVER, capabilities=DYNAMIC, options={"languages": ["python", "markdown"]}
    )

    def selected(language: str) -> set[str] | None:
        found = {
            item.method
            for item in editor.registrations
            for each in (item.register_options or {}).get("documentSelector") or ()
            if each["language"] == language
        }
        return found or None

    methods = await editor.eventually(lambda: selected("go"))
    assert {"textDocument/didOpen", "textDocument/hover", "textDocument/codeLens"} <= methods
    assert selected("python") is None
    assert "go" in editor.languages[-1]
    assert "java" not in editor.languages[-1]

    def watches(suffix: str) -> bool:
        said = str([item.register_options for item in editor.registrations])
        return f"**/*.{suffix}" in said

    await editor.eventually(lambda: watches("go"))
    page.write_text((TEAM / "JAVA-1-decimal-from-binary.md").read_text())
    event = types.FileEvent(page.as_uri(), types.FileChangeType.Changed)
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
    await editor.eventually(lambda: selected("java"))
    await editor.eventually(lambda: selected("go") is None)
    await editor.eventually(lambda: watches("java"))
    assert "java" in await editor.command("languages")


async def edits_of(editor: Any, action: Any) -> list[Any]:
    (edit,) = (await editor.client.code_action_resolve_async(action)).edit.document_changes
    return list(edit.edits)


def changed(text: str, edits: list[Any]) -> str:
    lines, data = Source(text).lines, text.encode()
    for edit in sorted(edits, key=lambda each: (-each.range.start.line, -each.range.start.character)):
        start = lines.offset(edit.range.start.line, edit.range.start.character)
        end = lines.offset(edit.range.end.line, edit.range.end.character)
        data = data[:start] + edit.new_text.encode() + data[end:]
    return data.decode()
