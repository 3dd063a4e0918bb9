"""How one file of the workspace imports another: the module as its import statements would write it."""

from __future__ import annotations

from pathlib import PurePosixPath

from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.resolve import file_of_module
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.import_lines import import_lines
from bugcatalog_ls.syntax.modules import absolute_module, is_package, module_name


def written_module(index: FactIndex, imported: PyFile, file: PyFile) -> str:
    """The module of `imported` as `file` writes its imports: relative, or from the same root."""
    own = module_name(imported.path)
    n_relative = n_absolute = 0
    prefix = ""
    for line in import_lines(file):
        if line.module.startswith("."):
            n_relative += 1
        elif line.module or line.names:
            written = line.module or line.names[0].target
            found = file_of_module(index, written, file.path)
            if found is not None:
                n_absolute += 1
                full = module_name(found)
                if full != written and full.endswith(f".{written}"):
                    prefix = full.removesuffix(written)
    if n_relative > n_absolute:
        return _relative(own, file)
    if prefix and own.startswith(prefix):
        return own.removeprefix(prefix)
    if n_absolute == 0:
        root = _import_root(index, file.path)
        if root and own.startswith(f"{root}."):
            return own.removeprefix(f"{root}.")
    return own


def imports_module_of(index: FactIndex, file: PyFile, other: PyFile) -> bool:
    """Whether running `file` imports `other`, so that the reverse at the top would be circular."""
    for line in import_lines(file):
        if line.place not in ("top", "try", "if"):
            continue
        module = absolute_module(line.module, file.path)
        for target in (module, *(imported.target for imported in line.names)):
            if target and file_of_module(index, target, file.path) == other.path:
                return True
    return False


def _import_root(index: FactIndex, path: str) -> str:
    """The folder that a file's packages are imported from, where `__init__.py` or `src` tells."""
    parts = PurePosixPath(path).parts[:-1]
    for n_parts in range(len(parts), 0, -1):
        folder = "/".join(parts[:n_parts])
        if not index.has_file(f"{folder}/__init__.py"):
            is_source = parts[n_parts - 1] in ("src", "lib", "python")
            return ".".join(parts[:n_parts]) if is_source or n_parts < len(parts) else ""
    return ""


def _relative(module: str, file: PyFile) -> str:
    package = file.module.split(".") if is_package(file.path) else file.module.split(".")[:-1]
    parts = module.split(".")
    n_shared = 0
    while n_shared < min(len(package), len(parts) - 1) and package[n_shared] == parts[n_shared]:
        n_shared += 1
    return "." * (len(package) - n_shared + 1) + ".".join(parts[n_shared:])
