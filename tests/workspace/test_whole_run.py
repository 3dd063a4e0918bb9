"""The second run over the same files joins nothing, and says the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.workspace.workspace import Workspace

_CLIENT = """\
import requests

def fetch(url):
    return requests.get(url)  # one
"""
_LOADER = """\
def load(name):
    with open(name) as file:
        return file.read()
"""

_Said = list[tuple[Finding, tuple[Fix, ...]]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("")
    (folder / "client.py").write_text(_CLIENT)
    (folder / "loader.py").write_text(_LOADER)
    (folder / "silent.py").write_text("x = 1\n")
    return folder


def opened(root: Path) -> Workspace:
    return Workspace(root, cache_folder=root.parent / "cache", incremental=False)


def run(workspace: Workspace) -> _Said:
    """A whole run: every finding with its fixes, kept for the next one."""
    workspace.find_files()
    workspace.scan()
    shown = [diagnosis.finding for path in workspace.files() for diagnosis in workspace.diagnose(path)]
    said = [(finding, workspace.fixes(finding)) for finding in shown]
    workspace.save_cache(remember=True)
    return said


def is_recalled(workspace: Workspace) -> bool:
    return workspace._known._recalled is not None


def test_the_second_run_says_the_same_without_a_join(root: Path) -> None:
    first = opened(root)
    said = run(first)
    assert {finding.path for finding, _ in said} == {"client.py", "loader.py"}
    assert all(fixes for _, fixes in said)
    second = opened(root)
    assert run(second) == said
    assert second.files() == first.files()
    assert is_recalled(second)
    assert not second._known._project.index.n_runs


def test_a_changed_file_starts_anew(root: Path) -> None:
    run(opened(root))
    (root / "client.py").write_text(_CLIENT.replace("url)  # one", "url, timeout=5)"))
    workspace = opened(root)
    assert {finding.path for finding, _ in run(workspace)} == {"loader.py"}
    assert not is_recalled(workspace)


def test_a_file_more_or_less_starts_anew(root: Path) -> None:
    run(opened(root))
    (root / "second.py").write_text(_LOADER)
    assert {finding.path for finding, _ in run(opened(root))} == {"client.py", "loader.py", "second.py"}
    (root / "loader.py").unlink()
    assert {finding.path for finding, _ in run(opened(root))} == {"client.py", "second.py"}


def test_a_touched_file_is_read_and_changes_nothing(root: Path) -> None:
    said = run(opened(root))
    (root / "client.py").write_text(_CLIENT)
    workspace = opened(root)
    assert run(workspace) == said
    assert is_recalled(workspace)


def test_what_a_fix_read_besides_counts_too(root: Path) -> None:
    run(opened(root))
    (root / "pyproject.toml").write_text("[tool.ruff]\nline-length = 60\n")
    workspace = opened(root)
    run(workspace)
    assert not is_recalled(workspace)


def test_facts_are_there_when_something_asks_for_them(root: Path) -> None:
    run(opened(root))
    workspace = opened(root)
    said = run(workspace)
    assert is_recalled(workspace)
    assert {path for path, result in workspace.project.results.items() if result.facts}
    assert not is_recalled(workspace)
    assert run(workspace) == said


def test_a_fix_that_was_not_made_is_made(root: Path) -> None:
    first = opened(root)
    first.find_files()
    first.scan()
    for path in first.files():
        first.diagnose(path)
    first.save_cache(remember=True)
    second = opened(root)
    said = run(second)
    assert all(fixes for _, fixes in said)
    third = opened(root)
    assert run(third) == said
    assert is_recalled(third)


def test_an_unreadable_file_is_told_of_again(root: Path) -> None:
    (root / "binary.py").write_bytes(b"\0\1")
    first = opened(root)
    run(first)
    second = opened(root)
    run(second)
    assert is_recalled(second)
    assert second.problems == first.problems
    assert set(second.problems) == {"binary.py"}


def test_suppressions_and_settings_are_applied_anew(root: Path) -> None:
    (root / "client.py").write_text(_CLIENT.replace("# one", "# bugcatalog: ignore[BC201]"))
    assert {finding.path for finding, _ in run(opened(root))} == {"loader.py"}
    workspace = opened(root)
    assert {finding.path for finding, _ in run(workspace)} == {"loader.py"}
    assert is_recalled(workspace)
    (root / "bugcatalog.toml").write_text('severity.BC502 = "error"\n')
    shown = opened(root)
    shown.find_files()
    shown.scan()
    assert [diagnosis.severity for diagnosis in shown.diagnose("loader.py")] == ["error"]
    assert is_recalled(shown)


def test_an_editor_never_recalls(root: Path) -> None:
    run(opened(root))
    workspace = Workspace(root, cache_folder=root.parent / "cache")
    workspace.find_files()
    workspace.scan()
    assert not is_recalled(workspace)
    assert workspace.diagnose("client.py")
