"""Where the built-in catalog lies: inside the installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path


def builtin_folder() -> Path:
    package = Path(__file__).resolve().parent.parent
    installed = package / "_catalog"
    return installed if installed.is_dir() else package.parent / "catalog"
