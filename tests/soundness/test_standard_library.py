"""Python's own library, its tests included, is checked without an internal error.

By default a sample of it; all of it where `BUGCATALOG_WHOLE` is set. `BUGCATALOG_LIBRARY` names
another folder to check.
"""

from __future__ import annotations

import logging
import os
import random
import sysconfig
from pathlib import Path

import pytest

from bugcatalog_ls.testing.checks import check_packed
from bugcatalog_ls.workspace.half_typed import analyse_text
from bugcatalog_ls.workspace.reading import read_file
from bugcatalog_ls.workspace.workspace import Workspace

FOLDER = Path(os.environ.get("BUGCATALOG_LIBRARY") or sysconfig.get_paths()["stdlib"])
IS_WHOLE = bool(os.environ.get("BUGCATALOG_WHOLE"))
N_FILES = 200
# What is installed beside the library, and is not part of it.
OTHERS = ("site-packages", "dist-packages")


def library_files(workspace: Workspace) -> list[str]:
    found = [
        path.relative_to(FOLDER).as_posix()
        for path in FOLDER.rglob("*.py*")
        if workspace.wants(path.name) and not {*OTHERS, "__pycache__"} & {*path.parts[len(FOLDER.parts) :]}
    ]
    found.sort()
    if IS_WHOLE:
        return found
    # Tests are written to break tools like this one, and so are weighed as much as all the rest.
    tests = [path for path in found if "test" in path.split("/")[0]]
    others = sorted(set(found) - set(tests))
    chance = random.Random(0)
    half = N_FILES // 2
    return [*chance.sample(tests, min(half, len(tests))), *chance.sample(others, min(half, len(others)))]


def test_the_library_is_checked_without_an_error(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    workspace = Workspace(FOLDER, cache_folder=tmp_path)
    plan, options = workspace.configuration.plan, workspace.configuration.options
    n_findings = n_unread = 0
    files = library_files(workspace)
    caplog.set_level(logging.WARNING)
    for path in files:
        read = read_file(FOLDER, path, workspace.settings.max_file_size)
        if isinstance(read, tuple):
            n_unread += 1
            assert read.kind in ("binary", "encoding", "large"), read
            continue
        workspace.set_text(path, read.text)
        result = workspace.project.results[path]
        assert not result.failures, (path, result.failures)
        check_packed(result)
        scanned = analyse_text(plan, path, workspace.source(path) or pytest.fail(path), options).shown
        assert scanned == result, path
    # All files are known: joins that conclude from what is absent run as well.
    workspace.scan()
    for path in workspace.files():
        for diagnosis in workspace.diagnose(path):
            n_findings += 1
            workspace.fixes(diagnosis.finding)
    print(f"{len(files)} files, {n_unread} not read, {n_findings} findings")
    assert not caplog.records, caplog.text[-3000:]
    assert n_findings
