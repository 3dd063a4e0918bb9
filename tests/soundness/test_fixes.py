"""Every fix of every finding in large packages: the file parses, is mended, and then stays as it is.

`BUGCATALOG_TREES` names folders to take (separated as in PATH; default: installed packages), and
`BUGCATALOG_FIXES` how many findings of each entry in each folder are tried one by one (0: all).
"""

from __future__ import annotations

import ast
import importlib.util
import os
import random
import shutil
import warnings
from collections import Counter
from pathlib import Path

import pytest

from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.syntax.tree import parse
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.workspace.mending import Choose, applied, first_of_any, first_safe, mend
from bugcatalog_ls.workspace.workspace import Workspace

PACKAGES = ("alembic", "_pytest")
SKIPPED = ("third_party", "__pycache__", "*.so")
N_FINDINGS = int(os.environ.get("BUGCATALOG_FIXES", "6")) or None
TREES = os.environ.get("BUGCATALOG_TREES", "").split(os.pathsep) if "BUGCATALOG_TREES" in os.environ else []


@pytest.fixture(scope="module", params=TREES or PACKAGES)
def workspace(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = Path(request.param)
    if not TREES:
        spec = importlib.util.find_spec(request.param)
        assert spec is not None
        assert spec.origin is not None
        root = tmp_path_factory.mktemp("packages") / request.param
        shutil.copytree(Path(spec.origin).parent, root, ignore=shutil.ignore_patterns(*SKIPPED))
    workspace = Workspace(root, cache_folder=tmp_path_factory.mktemp("cache"))
    workspace.find_files()
    workspace.scan()
    return workspace


def test_each_fix_mends_its_finding(workspace: Workspace) -> None:
    n_tried: Counter[str] = Counter()
    faults = []
    for finding in sample(workspace):
        for fix in workspace.fixes(finding):
            n_tried[finding.code] += 1
            if (fault := tried(workspace, finding, fix)) is not None:
                source = workspace.source(finding.path)
                line = source.lines.row_of(finding.span.start) + 1 if source and finding.span else 0
                faults.append(f"{finding.path}:{line} {finding.code} {fix.title!r}: {fault}")
    print(f"{workspace.root.name}: {dict(n_tried)}")
    assert not faults, "\n".join(faults)
    assert n_tried


@pytest.mark.parametrize("choose", [first_safe, first_of_any])
def test_all_is_mended_at_once_and_then_stays(workspace: Workspace, choose: Choose) -> None:
    paths = [path for path in workspace.files() if workspace.diagnose(path)]
    mended = mend(workspace, paths, lambda diagnosis: True, choose)
    assert mended.n_mended
    assert [path for path, source in mended.texts.items() if not is_whole(path, source)] == []
    try:
        for path, source in mended.texts.items():
            workspace.set_text(path, source.text)
        for path, text in mended.created.items():
            workspace.set_text(path, text)
        again = mend(workspace, [*paths, *mended.created], lambda diagnosis: True, choose)
    finally:
        for path in (*mended.texts, *mended.created):
            workspace.close_text(path)
    assert (again.n_mended, list(again.texts), list(again.created)) == (0, [], [])


def sample(workspace: Workspace) -> list[Finding]:
    by_code: dict[str, list[Finding]] = {}
    for path in workspace.files():
        for diagnosis in workspace.diagnose(path):
            by_code.setdefault(diagnosis.finding.code, []).append(diagnosis.finding)
    chance = random.Random(0)
    return [
        finding
        for _, found in sorted(by_code.items())
        for finding in (found if N_FINDINGS is None else chance.sample(found, min(N_FINDINGS, len(found))))
    ]


def tried(workspace: Workspace, finding: Finding, fix: Fix) -> str | None:
    """What is wrong with a fix, tried on the workspace, which is left as it was."""
    texts: dict[str, Source] = {}
    for path in {edit.path for edit in fix.edits}:
        source = workspace.source(path)
        assert source is not None
        texts[path] = applied(source, dict.fromkeys(edit for edit in fix.edits if edit.path == path))
    for new in fix.creates:
        if workspace.source(new.path) is not None:
            return f"{new.path} exists"
        texts[new.path] = Source(new.content)
    broken = [path for path, source in texts.items() if not is_whole(path, source)]
    if broken:
        return f"{', '.join(broken)} no longer parses"
    (own,) = shown(workspace, finding.path, finding)
    before = shown(workspace, finding.path)
    try:
        for path, source in texts.items():
            workspace.set_text(path, source.text)
        after = shown(workspace, finding.path)
    finally:
        for path in texts:
            workspace.close_text(path)
    if before[own] <= after[own]:
        return "the finding is still there"
    # Of what stands for several places the next one may come up in its stead.
    more = Counter(code for code, _ in after.elements()) - Counter(code for code, _ in before.elements())
    return f"it brings {dict(more)}" if more else None


def shown(workspace: Workspace, path: str, only: Finding | None = None) -> Counter[tuple[str, str]]:
    """Code and line of all that is shown of a file."""
    source = workspace.source(path)
    assert source is not None
    return Counter(
        (diagnosis.finding.code, source.lines.line(source.lines.row_of(diagnosis.span.start)).strip())
        for diagnosis in workspace.diagnose(path)
        if only in (None, diagnosis.finding)
    )


def is_whole(path: str, source: Source) -> bool:
    if not path.endswith((".py", ".pyi")):
        return True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(source.text)
        except SyntaxError:
            return False
    return not parse(source.data).root_node.has_error
