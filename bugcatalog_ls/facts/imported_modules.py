"""Which modules of the workspace other ones import at their top, and which ones bind a name there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from bugcatalog_ls.facts.exports import ModuleExports
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.syntax.modules import is_test_path, module_name

# What Django, and what is built on it, imports by the name of the file.
_IMPORTED_BY_NAME = frozenset(
    {"admin", "apps", "forms", "models", "receivers", "serializers", "signals", "tasks", "urls", "views"}
)
_DJANGO = ("django.", "rest_framework.", "celery.")


@derived
def is_imported(index: FactIndex, path: str) -> bool:
    """Whether a module that is no test imports the file when it is imported itself, or a framework does."""
    module = module_name(path)
    parts = module.split(".")
    imported = _imported(index)
    if any(".".join(parts[start:]) in imported for start in range(max(len(parts) - 1, 1))):
        return True
    folder = path.rpartition("/")[0]
    if f"{folder}/{parts[-1]}" in imported and not index.has_file(f"{folder}/__init__.py"):
        return True
    own = index.one(ModuleExports, module)
    return (
        own is not None
        and parts[-1] in _IMPORTED_BY_NAME
        and any(symbol is not None and symbol.startswith(_DJANGO) for symbol in own[1].names.values())
    )


@derived
def modules_binding(index: FactIndex) -> Mapping[str, tuple[str, ...]]:
    """By name: the files at whose top level it is bound, two at the most."""
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for module in sorted(index.keys(ModuleExports)):
        exports = index.one(ModuleExports, module)
        for name in exports[1].names if exports is not None else ():
            if exports is not None and len(found[name]) < _ENOUGH:
                found[name] += (exports[0],)
    return dict(found)


_ENOUGH = 2


@derived
def _imported(index: FactIndex) -> frozenset[str]:
    """What is imported, and the packages of it, as it is written; the module alone with the folder that it
    may lie in, beside who imports it."""
    found: set[str] = set()
    for module in index.keys(ModuleExports):
        exports = index.one(ModuleExports, module)
        if exports is None or is_test_path(exports[0]):
            continue
        own, folder = f"{module}.", exports[0].rpartition("/")[0]
        for symbol in {*exports[1].names.values(), *exports[1].stars}:
            target = symbol.partition("(")[0] if symbol else ""
            # What a module defines itself says nothing of who imports it.
            while target and target != module:
                found.add(target)
                if "." not in target:
                    found.add(f"{folder}/{target}")
                    break
                target = target.rpartition(".")[0]
                if own.startswith(f"{target}."):
                    break
    return frozenset(found)
