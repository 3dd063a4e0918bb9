"""Which folders of the workspace hold copies of other people's packages."""

from __future__ import annotations

import re
import sys
from collections import Counter

from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.syntax.modules import is_vendored_path
from bugcatalog_ls.syntax.outside import is_outside

_FOR_LIBRARIES = re.compile(r"libs?\d?|ext|externals?|deps|dependencies|packages")
# So many well-known packages do not stand side by side by chance.
_MIN_KNOWN = 3


def is_vendored(index: FactIndex, path: str) -> bool:
    """Whether a file is of a copy of somebody else's package, by its folder's name or by what lies there."""
    parts = path.split("/")
    folders = _folders_of_packages(index)
    return is_vendored_path(path) or any("/".join(parts[:n]) in folders for n in range(1, len(parts)))


@derived
def _folders_of_packages(index: FactIndex) -> frozenset[str]:
    """The folders, no packages themselves but by name for libraries, in which well-known packages lie."""
    counts: Counter[str] = Counter()
    for path in index.files():
        folder, _, name = path.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")
        if folder and name != "__init__" and is_outside(name, "") and name not in sys.stdlib_module_names:
            counts[folder] += 1
    return frozenset(
        folder
        for folder, n_known in counts.items()
        if n_known >= _MIN_KNOWN
        and (
            _FOR_LIBRARIES.fullmatch(folder.rpartition("/")[2]) is not None
            or not index.has_file(f"{folder}/__init__.py")
        )
    )
