"""Fixtures of the command line's tests: trees to run it in."""

from __future__ import annotations

from pathlib import Path

import pytest
from trees import HINT_PAGE, TEAM_PAGE, Tree


@pytest.fixture(scope="session")
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def bare_tree(tmp_path: Path, cache_folder: Path) -> Tree:
    """An empty folder."""
    folder = tmp_path / "bare"
    folder.mkdir()
    return Tree(folder, cache_folder)


@pytest.fixture
def tree(tmp_path: Path, cache_folder: Path) -> Tree:
    """A root with a team's catalog of two entries, TEAM-1 (a warning with a safe fix) and TEAM-2 (a hint)."""
    folder = tmp_path / "project"
    folder.mkdir()
    tree = Tree(folder, cache_folder)
    tree.put("bugcatalog.toml", 'select = ["TEAM-"]\n')
    tree.put(".bugcatalog/TEAM-1-bare-print.md", TEAM_PAGE)
    tree.put(".bugcatalog/TEAM-2-stray-breakpoint.md", HINT_PAGE)
    return tree
