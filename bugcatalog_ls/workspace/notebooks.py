"""Notebooks: the cells of one are one module, under a path of its own that no file has."""

from __future__ import annotations

_SUFFIX = ".ipynb"
_ENDING = ".py"


def module_of(path: str) -> str:
    """The path of the module that stands for the file at `path`: its own, unless it is a notebook."""
    return f"{path}{_ENDING}" if path.endswith(_SUFFIX) else path


def file_of(path: str) -> str:
    """The path of the file that the module at `path` stands for."""
    return path.removesuffix(_ENDING) if path.endswith(_SUFFIX + _ENDING) else path
