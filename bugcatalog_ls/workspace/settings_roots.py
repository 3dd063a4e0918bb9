"""Roots: the folder that the settings, the facts and the relative paths of a file belong to."""

from __future__ import annotations

from pathlib import Path

_MARKERS = ("bugcatalog.toml", ".git", "pyproject.toml")


def find_root(path: Path) -> Path:
    """The nearest folder from `path` up that marks a root, else `path` itself or the file's folder."""
    absolute = path.absolute()
    folder = absolute if absolute.is_dir() else absolute.parent
    for candidate in (folder, *folder.parents):
        if any(_exists(candidate / marker) for marker in _MARKERS):
            return candidate
    return folder


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False
