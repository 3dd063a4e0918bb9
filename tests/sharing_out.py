"""How the tests are shared out among processes (`pytest -n auto`): file by file, the longest ones first."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

# What takes longest is begun first, so that no process is left with it at the end.
LONGEST_FIRST = (
    "editors/test_vscode.py",
    "soundness/test_half_typed_share.py",
    "soundness/test_bad_input.py",
    "soundness/test_random_edits.py",
    "soundness/test_standard_library.py",
    "cli/test_report.py",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _rank(item.path))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: the one with the browser waits most of its time."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Whole files, as they share servers and workspaces, in the order above."""
    from xdist.scheduler import LoadFileScheduling

    config.option.loadscopereorder = False
    return LoadFileScheduling(config, log)


def _rank(path: Path) -> int:
    name = "/".join(path.parts[-2:])
    return LONGEST_FIRST.index(name) if name in LONGEST_FIRST else len(LONGEST_FIRST)
