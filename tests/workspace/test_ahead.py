"""Answers found out ahead by several processes are those that are given one by one."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.analysis.project import Project
from bugcatalog_ls.workspace.ahead import answers_ahead
from bugcatalog_ls.workspace.workspace import Workspace

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux only")

N_FILES = 220


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    for number in range(N_FILES):
        text = f"import requests\n\n\ndef fetch(url):\n    return requests.get(url, {number})\n"
        (tmp_path / f"m{number}.py").write_text(text)
    found = Workspace(tmp_path, use_cache=False, incremental=False)
    found.find_files()
    found.scan()
    return found


def said(workspace: Workspace) -> list[tuple[Finding, tuple[Fix, ...]]]:
    shown = [diagnosis.finding for path in workspace.files() for diagnosis in workspace.diagnose(path)]
    return [(finding, workspace.fixes(finding)) for finding in shown]


def test_what_was_found_out_ahead_is_not_asked_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports: list[tuple[int, int]] = []
    workspace.answer_ahead(workspace.files(), lambda _: True, 2, lambda *done: reports.append(done))
    assert reports[-1] == (N_FILES, N_FILES)
    with monkeypatch.context() as patch:
        patch.delattr(Project, "findings")
        patch.delattr(Project, "fixes")
        ahead = said(workspace)
    alone = Workspace(workspace.root, use_cache=False, incremental=False)
    alone.find_files()
    alone.scan()
    assert ahead == said(alone)
    assert len(ahead) == N_FILES


def test_fixes_are_made_of_what_is_wanted(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.answer_ahead(workspace.files(), lambda _: False, 2)
    shown = workspace.diagnose("m0.py")
    monkeypatch.delattr(Project, "fixes")
    with pytest.raises(AttributeError):
        workspace.fixes(shown[0].finding)


@pytest.mark.parametrize("logs", [False, True])
def test_what_goes_wrong_in_a_copy_is_left_to_who_asks(logs: bool) -> None:
    def answer(paths: Sequence[str]) -> bytes:
        if "50" in paths and logs:
            logging.getLogger("bugcatalog_ls.analysis.driver").error("the analyzer failed")
        elif "50" in paths:
            raise ValueError
        return paths[0].encode()

    paths = [str(number) for number in range(200)]
    answers = answers_ahead(paths, [1] * 200, 2, answer, lambda done, total: None)
    assert sorted(answers) == [b"0", b"120", b"160", b"80"]
