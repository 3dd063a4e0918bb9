"""While a line is typed into a real file, what is shown elsewhere in it neither vanishes nor multiplies.

`BUGCATALOG_TREES` names folders to take the files from (separated as in PATH; default: installed
packages), `BUGCATALOG_TYPED_FILES` and `BUGCATALOG_TYPED_ROWS` how many files of each and lines of a file.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typed_lines import Tally, add_lines, files_with_findings, rows_to_type, scanned, type_lines

from bugcatalog_ls.workspace.workspace import Workspace

PACKAGES = ("alembic", "jedi", "pygls", "_pytest")
# Stubs of other people's packages, thousands of them.
SKIPPED = ("third_party", "__pycache__", "*.so")
N_FILES = int(os.environ.get("BUGCATALOG_TYPED_FILES", "3"))
N_ROWS = int(os.environ.get("BUGCATALOG_TYPED_ROWS", "3"))
SIZE = (150, 450)
SHARE = 0.97


@pytest.fixture(scope="module")
def workspaces(tmp_path_factory: pytest.TempPathFactory) -> list[Workspace]:
    trees = os.environ.get("BUGCATALOG_TREES")
    if trees:
        return [scanned(Path(tree)) for tree in trees.split(os.pathsep)]
    root = tmp_path_factory.mktemp("packages")
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        shutil.copytree(Path(spec.origin).parent, root / name, ignore=shutil.ignore_patterns(*SKIPPED))
    return [scanned(root / name) for name in PACKAGES]


@pytest.mark.parametrize(("typing", "quick"), [(type_lines, False), (type_lines, True), (add_lines, True)])
def test_findings_stay_while_a_line_is_typed(
    workspaces: list[Workspace],
    typing: Callable[..., Tally],
    quick: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    total = Tally()
    for workspace in workspaces:
        for path in files_with_findings(workspace, N_FILES, "files", SIZE):
            source = workspace.source(path)
            assert source is not None
            total.add(typing(workspace, path, rows_to_type(source, N_ROWS, path), quick=quick))
    with capsys.disabled():
        print(f"\nfindings elsewhere stay after {total}", *total.lost, sep="\n  ")
    assert total.n_keys > 500
    assert total.share >= SHARE
