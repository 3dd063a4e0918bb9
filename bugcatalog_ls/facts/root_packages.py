"""The package that a workspace's root is itself, by which its modules import each other."""

from __future__ import annotations

from bugcatalog_ls.facts.fact import Fact
from bugcatalog_ls.facts.index import FactIndex

ROOT_PATH = "root:"
"""What stands for a file where this is kept; no file has such a path."""


class RootPackage(Fact, frozen=True):
    """The name of the root's folder, by which its modules go where it is a package. No path of the workspace
    holds it."""

    name: str

    @property
    def key(self) -> str:
        return self.name


def file_in_root_package(index: FactIndex, module: str) -> str | None:
    """The file that `shop.models` means where the root is the package `shop`: `models.py`."""
    package, _, inner = module.partition(".")
    if not inner or not is_root_package(index, package):
        return None
    base = inner.replace(".", "/")
    return next((path for path in (f"{base}.py", f"{base}/__init__.py") if index.has_file(path)), None)


def is_root_package(index: FactIndex, name: str) -> bool:
    return root_package(index) == name


def root_package(index: FactIndex) -> str | None:
    """The name of the package that the root is, if it is one by now."""
    known = index.in_file(ROOT_PATH, RootPackage)
    return known[0].name if known and index.has_file("__init__.py") else None
