"""The names that a module of the workspace may have."""

from __future__ import annotations

import sys

from bugcatalog_ls.facts.attribute_uses import AttributeUse, AttributeUses
from bugcatalog_ls.facts.exports import ModuleExports
from bugcatalog_ls.facts.history_models import may_hold_history
from bugcatalog_ls.facts.import_roots import imported_modules, is_other_root
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.resolve import file_of_module
from bugcatalog_ls.syntax.modules import module_name


def module_has(index: FactIndex, module: str, use: AttributeUse, path: str) -> bool:
    """Whether a module may have the name that is read off it in the file at `path`."""
    name = use.name
    parts = module.split(".")
    written = use.owner
    if parts[0] in sys.stdlib_module_names:
        # A module at the root that is called like one of Python's own: which is meant, a file can't tell.
        return True
    if _may_be_installed(index, module, written, path):
        return True
    # Other files of that name may be the one that is meant.
    for candidate in index.module_paths(written) or (module_file(index, module) or "",):
        if _exports(index, module_name(candidate), name, 5):
            return True
    if _exports(index, module, name, 5):
        return True
    if index.module_paths(f"{module}.{name}") or index.module_paths(f"{written}.{name}"):
        return True
    if f"{module}.{name}" in _folders(index) or f"{module}.{name}" in imported_modules(index):
        return True
    if parts[-1].endswith(("_pb2", "_pb2_grpc")):
        # Made anew from its description, wherever it runs.
        return True
    if may_hold_history(index, module, name):
        return True
    package = index.one(ModuleExports, ".".join(parts[:-1]))
    if package is not None and package[1].names.get(parts[-1], module) != module:
        return True
    # A bare `import name` of a file beside may mean an installed package: something must fit.
    if "." not in written and written != module:
        exports = index.one(ModuleExports, module)
        uses = [other for fact in _uses_in(index, path) for other in fact if other.owner == written]
        return exports is None or not any(other.name in exports[1].names for other in uses)
    return False


def _may_be_installed(index: FactIndex, module: str, written: str, path: str) -> bool:
    """Whether an import means an installed package rather than the module that ends with its name: from
    where that lies it is not imported so, or the module would import itself."""
    if module_file(index, module) == path:
        return True
    root = module.removesuffix(written).rstrip(".").replace(".", "/")
    if not root or not module.endswith(f".{written}"):
        return False
    if is_other_root(index, root, written):
        return True
    return not path.startswith(f"{root}/") and root.rpartition("/")[2] not in ("src", "lib", "python")


def module_file(index: FactIndex, module: str) -> str | None:
    """The path of a module of the workspace, by its full dotted name."""
    exports = index.one(ModuleExports, module)
    return exports[0] if exports is not None else None


@derived
def _folders(index: FactIndex) -> frozenset[str]:
    """The dotted names of all folders with Python files: packages need no `__init__.py`."""
    found: set[str] = set()
    for path in index.files():
        parts = module_name(path).split(".")
        found.update(".".join(parts[:n]) for n in range(1, len(parts)))
    return frozenset(found)


def _uses_in(index: FactIndex, path: str) -> list[tuple[AttributeUse, ...]]:
    return [fact.uses for fact in index.in_file(path, AttributeUses)]


def _exports(index: FactIndex, module: str, name: str, steps: int) -> bool:
    found = index.one(ModuleExports, module)
    if found is None or found[1].dynamic or steps <= 0 or name in found[1].names:
        return True
    for star in found[1].stars:
        file = file_of_module(index, star, found[0])
        if file is None or _exports(index, module_name(file), name, steps - 1):
            return True
        # Without `__all__` the submodules that a package has imported come along.
        starred = index.one(ModuleExports, module_name(file))
        is_open = starred is not None and starred[1].package and "__all__" not in starred[1].names
        if is_open and index.module_paths(f"{module_name(file)}.{name}"):
            return True
    return False
