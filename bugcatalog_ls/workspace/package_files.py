"""The files of installed packages in one folder, and the names that modules among them bind."""

from __future__ import annotations

import ast
import os
import re
from collections import Counter
from pathlib import Path

from bugcatalog_ls.workspace.python_trees import bound_names

_PACKAGE_FILE = re.compile(r"^(\w+)/__init__\.py,", re.MULTILINE)
_MAX_STARS = 20
_TRICKS_OF_MODULE = re.compile(
    r"\bglobals\(|\bvars\(|\blocals\(|\bexec\(|\bsetattr\(|sys\.modules|__dict__|__class__\s*=|\blazy"
)


class Unseen(Exception):
    """Not all of an owner can be seen."""


class PackageFiles:
    """One `site-packages` folder; each file of it is read and parsed once."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(os.path.realpath(folder))
        self._trees: dict[Path, tuple[str, ast.Module]] = {}
        self._written: Counter[str] | None = None

    def n_distributions(self, package: str) -> int:
        """How many distributions wrote a package's own file: of several, the last one did."""
        if self._written is None:
            self._written = Counter()
            for record in sorted(self.folder.glob("*.dist-info/RECORD")):
                text = record.read_text("utf-8", "replace")
                self._written.update(set(_PACKAGE_FILE.findall(text)))
        return self._written[package]

    def binds(self, module: str, name: str) -> bool:
        """Whether a package gives a name another meaning than the submodule of that name."""
        file = self.module_file(module)
        if file is None:
            return False
        return name in bound_names(self.tree(file)[1].body)

    def names_of_module(self, file: Path, n_stars: int = _MAX_STARS) -> set[str]:
        """All names of a module, those that it takes from others with a star included."""
        text, tree = self.tree(file)
        names = bound_names(tree.body)
        if n_stars <= 0 or "__getattr__" in names or _TRICKS_OF_MODULE.search(text):
            raise Unseen
        for node in ast.walk(tree):
            if isinstance(node, ast.Global):
                names.update(node.names)
            elif isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
                names |= self.names_of_module(self._imported_file(file, node), n_stars - 1)
        if file.name.startswith("__init__."):
            names |= {each.name.partition(".")[0] for each in file.parent.iterdir()}
        return names

    def _imported_file(self, file: Path, node: ast.ImportFrom) -> Path:
        module = node.module or ""
        if node.level:
            folder = file.parent
            for _ in range(node.level - 1):
                folder = folder.parent
            place = _file_at(folder.joinpath(*module.split(".")) if module else folder)
        else:
            place = self.module_file(module)
        if place is None:
            raise Unseen
        return self.own(place)

    def module_file(self, module: str) -> Path | None:
        """The source of a module by its dotted name."""
        return _file_at(self.folder.joinpath(*module.split(".")))

    def own(self, file: Path | None) -> Path:
        """A file that is one of the packages; all others are not to be judged by."""
        if file is None or file.suffix not in (".py", ".pyi"):
            raise Unseen
        real = Path(os.path.realpath(file))
        if not real.is_relative_to(self.folder):
            raise Unseen
        return real

    def tree(self, file: Path) -> tuple[str, ast.Module]:
        if file not in self._trees:
            text = file.read_text("utf-8")
            self._trees[file] = (text, ast.parse(text))
        return self._trees[file]


def _file_at(place: Path) -> Path | None:
    """The source of a module or package; its stub where it is compiled."""
    for suffix in (".py", ".pyi"):
        for file in (place / f"__init__{suffix}", place.with_name(place.name + suffix)):
            if file.is_file():
                return file
    return None
