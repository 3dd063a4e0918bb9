"""Where optional imports come from: modules of the workspace, and modules that are optional themselves."""

from __future__ import annotations

from collections.abc import Iterable

from bugcatalog_ls.facts.exports import ModuleExports
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.resolve import file_of_module
from bugcatalog_ls.facts.unchecked_uses import OptionalName, module_of
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import absolute_module, module_name
from bugcatalog_ls.syntax.optional_imports import OptionalImport

_MAX_STEPS = 6


class GuardedModule(Fact, frozen=True):
    """What may be a module of the workspace, which another one imports in a `try` only."""

    module: str

    @property
    def key(self) -> str:
        return self.module


def collect_guarded_modules(file: PyFile, optionals: Iterable[OptionalImport], facts: Facts) -> None:
    """Add the modules of the workspace that a file imports in a `try`."""
    for optional in optionals:
        module = absolute_module(optional.target, file.path)
        if module != optional.target or optional.target.partition(".")[0] == file.module.partition(".")[0]:
            facts.add(GuardedModule(module_of(module)))
            facts.add(GuardedModule(module))


def is_guarded(index: FactIndex, path: str) -> bool:
    """Whether the module at a path is imported in a `try` somewhere."""
    return bool(index.get(GuardedModule, module_name(path)))


def is_own(index: FactIndex, target: str, path: str) -> bool:
    """Whether an import is of a module of the workspace, or of a name that one has: it can't go missing."""
    if _own_module(index, target, path) is not None:
        return True
    file = _own_module(index, module_of(target), path)
    exports = index.one(ModuleExports, module_name(file)) if file is not None else None
    return exports is not None and target.rpartition(".")[2] in exports[1].names


def _own_module(index: FactIndex, written: str, path: str) -> str | None:
    """The other file of the workspace that a module's name means; a plain name only at the root: beside,
    it may be called like the library."""
    file = file_of_module(index, absolute_module(written, path), path)
    is_meant = file is not None and ("." in written or module_name(file) == written)
    return file if is_meant and file != path else None


def origin_of(index: FactIndex, module: str, name: str, path: str) -> tuple[str, str] | None:
    """The module whose optional import the name is, through re-exports, and of what that is; None where
    it is none."""
    for _ in range(_MAX_STEPS):
        file = file_of_module(index, absolute_module(module, path), path)
        if file is None:
            return None
        own = module_name(file)
        optional = index.one(OptionalName, f"{own}.{name}")
        if optional is not None:
            return None if is_own(index, optional[1].target, file) else (own, optional[1].target)
        exports = index.one(ModuleExports, own)
        target = exports[1].names.get(name) if exports is not None else None
        if target is None or target == f"{own}.{name}" or "(" in target:
            return None
        module, _, name = target.rpartition(".")
        path = file
    return None
