"""Writing: what a file keeps, what is refused, and that nothing is left half done."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bugcatalog_ls.workspace import writing
from bugcatalog_ls.workspace.files import ReadResult
from bugcatalog_ls.workspace.reading import read_file
from bugcatalog_ls.workspace.writing import Change, Create, Delete, Replace, write_changes


def read(root: Path, raw: bytes | None = None, name: str = "a.py") -> ReadResult:
    if raw is not None:
        (root / name).write_bytes(raw)
    result = read_file(root, name)
    assert isinstance(result, ReadResult)
    return result


def refusals(root: Path, *changes: Change) -> list[tuple[str, str]]:
    return [(problem.path, problem.kind) for problem in write_changes(root, changes)]


def names(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))


@pytest.mark.parametrize(
    ("before", "new", "after"),
    [
        (b"a\n", "b\n", b"b\n"),
        (b"\xef\xbb\xbfa\r\n", "é\nb\n", b"\xef\xbb\xbf\xc3\xa9\r\nb\r\n"),
        (b"a\nb\r\n", "a\nc\r\n", b"a\nc\r\n"),
        (b"# coding: latin-1\n# \xe9\n", "# coding: latin-1\n# è\n", b"# coding: latin-1\n# \xe8\n"),
    ],
)
def test_keeps_encoding_mark_and_line_ends(tmp_path: Path, before: bytes, new: str, after: bytes) -> None:
    original = read(tmp_path, before)
    assert not write_changes(tmp_path, [Replace(original, new.encode())])
    assert (tmp_path / "a.py").read_bytes() == after
    assert names(tmp_path) == ["a.py"]


@pytest.mark.skipif(os.name == "nt", reason="there are no such permissions here")
def test_keeps_permissions_and_follows_links(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    read(tmp_path, b"a\n", "real/b.py")
    os.chmod(tmp_path / "real" / "b.py", 0o750)
    os.symlink("real/b.py", tmp_path / "a.py")
    assert not write_changes(tmp_path, [Replace(read(tmp_path), b"new\n")])
    assert (tmp_path / "a.py").is_symlink()
    assert (tmp_path / "real" / "b.py").read_bytes() == b"new\n"
    assert stat.S_IMODE((tmp_path / "real" / "b.py").stat().st_mode) == 0o750
    assert not write_changes(tmp_path, [Delete("a.py", read(tmp_path).digest)])
    assert names(tmp_path) == ["real", "real/b.py"]


def test_creates_folders_and_deletes(tmp_path: Path) -> None:
    old = read(tmp_path, b"x\n", "old.py")
    changes = [Create("db/versions/1.py", "é\n"), Delete("old.py", old.digest)]
    assert not write_changes(tmp_path, changes)
    assert names(tmp_path) == ["db", "db/versions", "db/versions/1.py"]
    assert (tmp_path / "db/versions/1.py").read_text("utf-8") == "é\n"
    umask = os.umask(0)
    os.umask(umask)
    if os.name != "nt":
        assert stat.S_IMODE((tmp_path / "db/versions/1.py").stat().st_mode) == 0o666 & ~umask


def test_refuses_what_was_changed_meanwhile_and_then_does_nothing(tmp_path: Path) -> None:
    first, second = read(tmp_path, b"1\n", "a.py"), read(tmp_path, b"2\n", "b.py")
    (tmp_path / "b.py").write_bytes(b"3\n")
    changes = [Replace(first, b"x\n"), Replace(second, b"y\n"), Create("c.py", "")]
    assert refusals(tmp_path, *changes) == [("b.py", "changed")]
    assert [(tmp_path / name).read_bytes() for name in names(tmp_path)] == [b"1\n", b"3\n"]
    (tmp_path / "b.py").unlink()
    assert refusals(tmp_path, Replace(second, b"y\n"), Delete("b.py", second.digest)) == [
        ("b.py", "changed"),
        ("b.py", "changed"),
    ]


def test_looks_again_right_before_it_replaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = read(tmp_path, b"1\n")
    stage = writing._stage

    def stage_then_edit(root: Path, change: Change) -> writing._Staged:
        staged = stage(root, change)
        (tmp_path / change.path).write_bytes(b"edited\n")
        return staged

    monkeypatch.setattr(writing, "_stage", stage_then_edit)
    assert refusals(tmp_path, Replace(original, b"2\n")) == [("a.py", "changed")]
    assert refusals(tmp_path, Create("new.py", "")) == [("new.py", "exists")]
    assert (tmp_path / "a.py").read_bytes() == (tmp_path / "new.py").read_bytes() == b"edited\n"
    assert names(tmp_path) == ["a.py", "new.py"]


@pytest.mark.parametrize(
    "path", ["../x.py", "/x.py", "a/../../x.py", "a//b.py", "", "link/x.py", "a\\..\\b.py"]
)
def test_creates_nothing_outside_of_the_root(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    os.symlink(tmp_path, root / "link")
    assert refusals(root, Create(path, "")) == [(path, "outside")]
    assert names(root) == ["link"]


def test_changes_nothing_outside_of_the_root(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "a.py").write_bytes(b"1\n")
    os.symlink("../a.py", root / "a.py")
    os.symlink(tmp_path, root / "link")
    outside, inside = read_file(root, "link/a.py"), read_file(root, "a.py")
    assert isinstance(outside, ReadResult)
    assert isinstance(inside, ReadResult)
    changes = [Replace(inside, b"2\n"), Replace(outside, b"2\n"), Delete("link/a.py", outside.digest)]
    assert [kind for _, kind in refusals(root, *changes)] == ["outside"] * 3
    assert (tmp_path / "a.py").read_bytes() == b"1\n"


def test_creates_over_nothing(tmp_path: Path) -> None:
    read(tmp_path, b"1\n")
    os.symlink("nowhere", tmp_path / "dangling.py")
    assert refusals(tmp_path, Create("a.py", ""), Create("dangling.py", ""), Create("a.py/b.py", "")) == [
        ("a.py", "exists"),
        ("dangling.py", "exists"),
        ("a.py/b.py", "exists"),
    ]


def test_refuses_what_the_encoding_cannot_hold(tmp_path: Path) -> None:
    original = read(tmp_path, b"# coding: latin-1\n")
    assert refusals(tmp_path, Replace(original, "# coding: latin-1\n# →\n".encode())) == [
        ("a.py", "encoding")
    ]
    assert refusals(tmp_path, Replace(original, "# coding: cp1251\n# é\n".encode())) == [("a.py", "encoding")]
    assert refusals(tmp_path, Replace(read(tmp_path, b"x\n"), b"\0\n")) == [("a.py", "encoding")]
    assert names(tmp_path) == ["a.py"]


def test_a_failing_disk_leaves_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = read(tmp_path, b"1\n")

    def fail(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    (problem,) = write_changes(tmp_path, [Replace(original, b"2\n")])
    assert problem.message == "a.py can't be written: No space left on device."
    assert (tmp_path / "a.py").read_bytes() == b"1\n"
    assert names(tmp_path) == ["a.py"]


def test_a_read_only_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = read(tmp_path, b"1\n")
    # To the superuser nothing is read-only, so that the answer is given here.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert refusals(tmp_path, Replace(original, b"2\n")) == [("a.py", "read-only")]
