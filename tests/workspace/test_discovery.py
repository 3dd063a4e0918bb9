"""Discovery: what is found, what is left out and why, and in which order."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bugcatalog_ls.workspace.discovery import Discovery, discover
from bugcatalog_ls.workspace.gitignore import IgnoreRules
from bugcatalog_ls.workspace.settings import DEFAULT_EXCLUDE


def is_wanted(name: str) -> bool:
    return name.endswith(".py") or name == "alembic.ini"


def make(root: Path, *paths: str) -> Path:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    return root


def found(root: Path, *also: str, exclude: tuple[str, ...] = DEFAULT_EXCLUDE) -> list[str]:
    return [file.path for file in discover(root, is_wanted, exclude=exclude, also=also).files]


def test_finds_what_is_wanted_in_order(tmp_path: Path) -> None:
    make(
        tmp_path, "b.py", "a/z.py", "a/b/c.py", "a.py", "alembic.ini", "notes.md", ".hidden/x.py", "a-b/d.py"
    )
    assert found(tmp_path) == [
        ".hidden/x.py", "a-b/d.py", "a.py", "a/b/c.py", "a/z.py", "alembic.ini", "b.py",
    ]  # fmt: skip


def test_leaves_out_what_is_no_source(tmp_path: Path) -> None:
    make(
        tmp_path,
        *(
            "app/x.py",
            ".venv/a.py",
            "web/node_modules/b.py",
            "app/__pycache__/c.py",
            "build/d.py",
            ".git/e.py",
        ),
        *("env/pyvenv.cfg", "env/lib/f.py"),
    )
    assert found(tmp_path) == ["app/x.py"]
    assert found(tmp_path, "build", ".venv/a.py") == [".venv/a.py", "app/x.py", "build/d.py"]
    assert found(tmp_path, exclude=("/app/",)) == [
        ".git/e.py", ".venv/a.py", "build/d.py", "web/node_modules/b.py",
    ]  # fmt: skip


def test_honours_nested_gitignore_files(tmp_path: Path) -> None:
    make(
        tmp_path,
        "a.py",
        "gen/b.py",
        "app/gen/c.py",
        "app/d_pb2.py",
        "app/keep_pb2.py",
        "app/deep/e.py",
        "top.py",
    )
    (tmp_path / ".gitignore").write_text("# made\n*_pb2.py\n/top.py\ngen/\n[\n")
    (tmp_path / "app" / ".gitignore").write_text("!keep_pb2.py\n/deep\n")
    assert found(tmp_path) == ["a.py", "app/keep_pb2.py"]
    everything = discover(tmp_path, is_wanted, respect_gitignore=False).files
    assert len(everything) == 7


def test_honours_the_repository_that_the_root_is_a_part_of(tmp_path: Path) -> None:
    make(tmp_path, "svc/a.py", "svc/local/b.py", "svc/c_pb2.py", "svc/d.py")
    (tmp_path / ".git" / "info").mkdir(parents=True)
    (tmp_path / ".git" / "info" / "exclude").write_text("d.py\n")
    (tmp_path / ".gitignore").write_text("/svc/local\n*_pb2.py\n")
    assert found(tmp_path / "svc") == ["a.py"]
    (tmp_path / ".gitignore").write_text("/svc/\n")
    assert found(tmp_path / "svc") == ["a.py", "c_pb2.py", "d.py", "local/b.py"]


def test_tells_whether_one_path_is_left_out(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("gen/\n")
    rules = IgnoreRules(tmp_path, ("venv", "*.tmp.py"))
    hidden = [
        path for path in ("a.py", "gen/x/a.py", "b/venv/c.py", "d.tmp.py", "venv.py") if rules.hides(path)
    ]
    assert hidden == ["gen/x/a.py", "b/venv/c.py", "d.tmp.py"]


NAMES = st.sampled_from(["a", "b", "gen", "x.py", "y.py", "gen.py"])
PATTERNS = st.sampled_from(
    [
        *(
            "*.py",
            "!x.py",
            "/a",
            "gen/",
            "a/*",
            "!a/b",
            "**/gen",
            "a/**/x.py",
            "a/**",
            "",
            "b/",
            "!b/",
            "/x.py",
        ),
        *(
            "y.*",
            "[xy].py",
            "?.py",
            "\\!x.py",
            "gen ",
            "*",
            "!*/",
            "**",
            "!gen.py",
            "[!x].py",
            "/*/gen",
            "a//b",
        ),
    ]
)


@pytest.mark.skipif(shutil.which("git") is None, reason="git judges here, and is not installed")
def test_agrees_with_git() -> None:
    @given(
        st.lists(st.lists(NAMES, min_size=1, max_size=3).map("/".join), min_size=1, max_size=8),
        st.lists(PATTERNS, max_size=4),
        st.lists(PATTERNS, max_size=3),
    )
    def check(paths: list[str], patterns: list[str], inner: list[str]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for path in paths:
                file = root / path
                if not any(parent.is_file() for parent in file.parents) and not file.is_dir():
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_text("")
            (root / ".gitignore").write_text("\n".join(patterns))
            if (root / "a").is_dir():
                (root / "a" / ".gitignore").write_text("\n".join(inner))
            command = ["git", "-c", "core.excludesFile=", "ls-files", "-coz", "--exclude-standard"]
            subprocess.run(["git", "init", "-q", folder], check=True)
            listed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
            expected = sorted(path for path in listed.split("\0") if path and not path.endswith(".gitignore"))
            files = discover(root, lambda name: name != ".gitignore", exclude=(".git",)).files
            assert [file.path for file in files] == expected

    settings(max_examples=60, deadline=None)(check)()


def test_links(tmp_path: Path) -> None:
    root = tmp_path / "root"
    make(tmp_path, "root/real/a.py", "outside/b.py", "outside/c.py")
    os.symlink("real", root / "again")
    os.symlink(root, root / "real" / "loop")
    os.symlink("../outside", root / "elsewhere")
    os.symlink("real/a.py", root / "alias.py")
    os.symlink("../outside/b.py", root / "one.py")
    os.symlink("../outside/b.py", root / "two.py")
    os.symlink("nowhere", root / ".#draft.py")
    os.symlink("self.py", root / "self.py")
    result = discover(root, is_wanted)
    assert [file.path for file in result.files] == ["one.py", "real/a.py"]
    assert [problem.message for problem in result.problems] == [
        "real/loop is a link to a folder that it is in, and is not followed.",
        "self.py is a link that leads back to itself.",
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_passes_over_special_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    assert discover(tmp_path, is_wanted) == Discovery((), ())


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Permissions mean nothing to the superuser."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="there are no such permissions here")
def test_a_folder_without_permission_is_one_message() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = make(Path(folder), "a.py", "closed/b.py")
        os.chmod(root, 0o755)
        os.chmod(root / "closed", 0)
        with as_somebody_else():
            result = discover(root, is_wanted)
        os.chmod(root / "closed", 0o755)
    assert [file.path for file in result.files] == ["a.py"]
    assert [problem.message for problem in result.problems] == ["closed can't be read: permission denied."]


@pytest.mark.skipif(os.name == "nt" or os.uname().sysname == "Darwin", reason="names are always text here")
def test_a_name_that_is_not_text_is_one_message(tmp_path: Path) -> None:
    make(tmp_path, "é.py")
    (tmp_path / os.fsdecode(b"caf\xe9.py")).write_text("")
    result = discover(tmp_path, is_wanted)
    assert [file.path for file in result.files] == ["é.py"]
    assert len(result.problems) == 1
    assert result.problems[0].message.encode()


def test_a_root_with_too_many_files_is_one_message(tmp_path: Path) -> None:
    make(tmp_path, *(f"d{n}/{m}.py" for n in range(5) for m in range(3)))
    result = discover(tmp_path, is_wanted, max_files=7)
    assert [problem.kind for problem in result.problems] == ["many"]
    assert 7 < len(result.files) < 15


def test_a_missing_root_has_no_files(tmp_path: Path) -> None:
    assert discover(tmp_path / "none", is_wanted) == Discovery((), ())
