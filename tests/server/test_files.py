"""Files that change outside the editor."""

import re
from pathlib import Path

import pytest
from editor import PLAIN
from lsprotocol import types

from bugcatalog_ls.server.paths import path_of, uri_of
from bugcatalog_ls.server.watch import glob_to_regex


async def test_the_editor_watches_files_where_it_can(start, tmp_path: Path) -> None:
    editor = await start(tmp_path)
    needs = editor.open(tmp_path / "needs.py", "NEEDS users\n")
    await editor.expect(needs, ["BC703"])

    def watchers() -> list[types.FileSystemWatcher] | None:
        for registration in editor.registrations:
            if registration.method == types.WORKSPACE_DID_CHANGE_WATCHED_FILES:
                patterns = [
                    item["globPattern"]["pattern"] for item in registration.register_options["watchers"]
                ]
                return patterns if patterns == ["**/*.py"] else None
        return None

    await editor.eventually(watchers)
    other = tmp_path / "other.py"
    other.write_text("DEFINES users\n")
    _tell(editor, other, types.FileChangeType.Created)
    await editor.expect(needs, [])
    other.unlink()
    _tell(editor, other, types.FileChangeType.Deleted)
    await editor.expect(needs, ["BC703"])


async def test_we_watch_files_where_the_editor_can_not(start, tmp_path: Path) -> None:
    editor = await start(tmp_path, capabilities=PLAIN)
    needs = editor.open(tmp_path / "needs.py", "NEEDS users\n")
    await editor.expect(needs, ["BC703"])
    other = tmp_path / "other.py"
    for _ in range(100):  # Until the watcher, which starts late, has seen one of them.
        other.write_text("DEFINES users\n")
        try:
            await editor.eventually(
                lambda: list(editor.client.diagnostics[needs]) == [], lambda: "", seconds=0.5
            )
            break
        except AssertionError:
            continue
    await editor.expect(needs, [])
    other.unlink()
    await editor.expect(needs, ["BC703"])


async def test_the_editors_text_counts_while_it_is_open(start, tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("OK\n")
    editor = await start(tmp_path)
    uri = editor.open(path, "BUG\n")
    await editor.expect(uri, ["BC201"])
    path.write_text("BUG BUG\n")
    _tell(editor, path, types.FileChangeType.Changed)
    editor.change(uri, 2, "BUG \n")
    assert await editor.codes(uri, version=2) == ["BC201"]
    editor.close(uri)
    await editor.expect(uri, ["BC201", "BC201"])


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("**/*.py", "a.py", True),
        ("**/*.py", "x/y/a.py", True),
        ("**/*.py", "a.pyc", False),
        ("*.py", "x/a.py", False),
        ("**/*.{py,sql}", "x/a.sql", True),
        ("**/{pyproject.toml,alembic.ini}", "pyproject.toml", True),
        ("**/.bugcatalog/**/*.md", ".bugcatalog/a/b.md", True),
        ("**/.bugcatalog/**/*.md", "bugcatalog/b.md", False),
        ("a[!b]?.py", "acd.py", True),
        ("a[!b]?.py", "abd.py", False),
    ],
)
def test_globs(pattern: str, path: str, expected: bool) -> None:
    assert bool(re.fullmatch(glob_to_regex(pattern), path)) is expected


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///a/b%20c.py", "/a/b c.py"),
        ("file:///a/%C3%BC.py", "/a/ü.py"),
        ("file:///c%3A/x/a.py", "c:/x/a.py"),
        ("file://server/share/a.py", "//server/share/a.py"),
        ("untitled:Untitled-1", "untitled:Untitled-1"),
    ],
)
def test_uris_and_paths(uri: str, path: str) -> None:
    assert path_of(uri) == path
    assert uri_of(path) == uri


def test_spellings_of_one_file_have_one_path() -> None:
    assert path_of("file:///C:/x/a.py") == path_of("file:///c%3A/x/a.py")


def _tell(editor, path: Path, kind: types.FileChangeType) -> None:
    change = types.FileEvent(path.as_uri(), kind)
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change]))
