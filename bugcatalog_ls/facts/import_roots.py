"""The modules that files import names out of, and folders that these imports show to be no import roots."""

from __future__ import annotations

from bugcatalog_ls.facts.exports import ModuleExports
from bugcatalog_ls.facts.index import FactIndex, derived


def is_other_root(index: FactIndex, root: str, written: str) -> bool:
    """Whether the modules below a folder are imported through it, as `shop.queue.redis`: then what is
    imported from there as `redis` is something else, an installed package most likely."""
    return f"{root.replace('/', '.')}.{written.partition('.')[0]}" in _packages(index)


@derived
def imported_modules(index: FactIndex) -> frozenset[str]:
    """The modules out of which names are imported at the top of files: those that are not there may be
    made when the package is built."""
    targets = (
        target
        for module in index.keys(ModuleExports)
        for _, exports in index.get(ModuleExports, module)
        for target in exports.names.values()
        if target is not None
    )
    return frozenset(target.rpartition(".")[0] for target in targets if "(" not in target)


@derived
def _packages(index: FactIndex) -> frozenset[str]:
    """The imported modules and the packages that these lie in."""
    found: set[str] = set()
    for module in imported_modules(index):
        parts = module.split(".")
        found.update(".".join(parts[:n]) for n in range(2, len(parts) + 1))
    return frozenset(found)
