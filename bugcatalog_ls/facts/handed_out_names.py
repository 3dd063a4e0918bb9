"""Names of a file that other files may import, whichever file they mean."""

from __future__ import annotations

from bugcatalog_ls.facts.exports import ModuleExports
from bugcatalog_ls.facts.index import FactIndex


def is_handed_out(index: FactIndex, path: str, name: str) -> bool:
    """Whether a file other than the one at `path` imports a name that may be its own."""
    exports = (index.one(ModuleExports, module) for module in index.keys(ModuleExports))
    return any(
        target is not None and target.endswith(f".{name}")
        for found in exports
        if found is not None and found[0] != path
        for target in found[1].names.values()
    )
