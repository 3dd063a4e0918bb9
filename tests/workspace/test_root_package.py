"""A root that is a package itself: its modules import each other by its name, which no path of it holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from bugcatalog_ls.workspace.workspace import Workspace

FILES = {
    "models.py": "class User:\n    def __init__(self):\n        self.name = 1\n",
    "api/__init__.py": "",
    "api/users.py": "from shop.models import User\n\n\ndef read():\n    return User().nme\n",
    "routers.py": "from fastapi import APIRouter\n\nusers = APIRouter()\n\n\n"
    '@users.get("/")\ndef read():\n    pass\n',
    "main.py": "from fastapi import FastAPI\nfrom shop.routers import users\n\n"
    "app = FastAPI()\napp.include_router(users)\n",
}


@pytest.mark.parametrize(
    ("root", "is_package", "found"),
    [("shop", True, ["BC901"]), ("shop", False, ["BC105"]), ("other", True, ["BC105"])],
)
def test_the_name_of_the_root(tmp_path: Path, root: str, is_package: bool, found: list[str]) -> None:
    workspace = _scanned(tmp_path / root, {**FILES, "__init__.py": ""} if is_package else FILES)
    codes = {each.finding.code for path in workspace.files() for each in workspace.diagnose(path)} & {
        "BC105",
        "BC901",
    }
    assert sorted(codes) == found


@pytest.mark.parametrize("incremental", [True, False])
def test_a_root_becomes_a_package(tmp_path: Path, incremental: bool) -> None:
    workspace = _scanned(tmp_path / "shop", FILES, incremental=incremental)
    assert _codes(workspace, "api/users.py") == []
    (tmp_path / "shop/__init__.py").write_text("", "utf-8")
    workspace.file_changed("__init__.py")
    workspace.scan()
    assert _codes(workspace, "api/users.py") == ["BC901"]
    (tmp_path / "shop/__init__.py").unlink()
    workspace.file_changed("__init__.py")
    workspace.scan()
    assert _codes(workspace, "api/users.py") == []


def _scanned(root: Path, files: dict[str, str], *, incremental: bool = False) -> Workspace:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    workspace = Workspace(root, use_cache=False, incremental=incremental)
    workspace.find_files()
    workspace.scan()
    return workspace


def _codes(workspace: Workspace, path: str) -> list[str]:
    codes = {each.finding.code for each in workspace.diagnose(path)}
    return sorted(codes & {"BC105", "BC901"})
