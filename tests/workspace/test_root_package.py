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
    files = {**FILES, "__init__.py": ""} if is_package else FILES
    for path, text in files.items():
        (tmp_path / root / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / root / path).write_text(text, "utf-8")
    workspace = Workspace(tmp_path / root, use_cache=False)
    workspace.find_files()
    workspace.scan()
    codes = {each.finding.code for path in workspace.files() for each in workspace.diagnose(path)} & {
        "BC105",
        "BC901",
    }
    assert sorted(codes) == found
