"""BC706: which compiled files are stale, and what is deleted."""

from __future__ import annotations

import py_compile
import subprocess
from pathlib import Path

from bugcatalog_ls.workspace.stale_bytecode import stale_files
from bugcatalog_ls.workspace.workspace import Workspace

UNCHECKED = py_compile.PycInvalidationMode.UNCHECKED_HASH
CHECKED = py_compile.PycInvalidationMode.CHECKED_HASH
TIMESTAMP = py_compile.PycInvalidationMode.TIMESTAMP


def source(root: Path, name: str, text: str = "x = 1\n") -> str:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return str(path)


def found(root: Path) -> list[tuple[str, str]]:
    return [(each.path, each.variant) for each in stale_files(root)]


def test_a_module_without_its_source(tmp_path: Path) -> None:
    path = source(tmp_path, "app/billing.py")
    py_compile.compile(path, cfile=f"{path}c")
    assert found(tmp_path) == []
    Path(path).unlink()
    assert found(tmp_path) == [("app/billing.pyc", "")]
    source(tmp_path, "app/billing/__init__.py")
    assert found(tmp_path) == []


def test_an_unchecked_hash_of_another_text(tmp_path: Path) -> None:
    compiled = {}
    for mode in (UNCHECKED, CHECKED, TIMESTAMP):
        path = source(tmp_path, f"app/{mode.name.lower()}.py")
        compiled[mode] = py_compile.compile(path, invalidation_mode=mode)
    assert found(tmp_path) == []
    for mode in compiled:
        source(tmp_path, f"app/{mode.name.lower()}.py", "x = 2\n")
    assert found(tmp_path) == [(Path(str(compiled[UNCHECKED])).relative_to(tmp_path).as_posix(), "")]
    (tmp_path / "app/unchecked_hash.py").unlink()
    assert found(tmp_path) == []


def test_what_git_tracks(tmp_path: Path) -> None:
    path = source(tmp_path, "app/users.py")
    compiled = Path(str(py_compile.compile(path))).relative_to(tmp_path).as_posix()
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    assert found(tmp_path) == []
    subprocess.run(["git", "add", "-f", "."], cwd=tmp_path, check=True)
    assert found(tmp_path) == [(compiled, "tracked")]


def test_no_file_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "notes.pyc").write_bytes(b"no bytecode")
    path = source(tmp_path, "venv/lib/thing.py")
    (tmp_path / "venv/pyvenv.cfg").touch()
    py_compile.compile(path, cfile=f"{path}c")
    Path(path).unlink()
    assert found(tmp_path) == []


def test_the_fix_deletes_it_and_tells_git(tmp_path: Path) -> None:
    path = source(tmp_path, "app/billing.py")
    py_compile.compile(path, cfile=f"{path}c")
    Path(path).unlink()
    workspace = Workspace(tmp_path, use_cache=False)
    workspace.find_files()
    workspace.scan()
    [shown] = [each for each in workspace.diagnose("app/billing.pyc") if each.finding.code == "BC706"]
    [fix] = workspace.fixes(shown.finding)
    assert (fix.applicability, fix.deletes) == ("suggested", ("app/billing.pyc",))
    assert fix.creates[0].content == "__pycache__/\n"
    (tmp_path / ".gitignore").write_text("dist")
    [fix] = workspace.fixes(shown.finding)
    assert fix.edits[0].content == "\n__pycache__/\n"
    (tmp_path / ".gitignore").write_text("*.py[cod]\n")
    [fix] = workspace.fixes(shown.finding)
    assert not fix.edits
