"""The folder in which a patch is to be applied, and from which it names its files."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def patch_folder(places: Iterable[tuple[Path, str]]) -> Path:
    """The folder for a patch of files, each a root and a path in it (or an absolute one).

    That is the working directory where it holds them all. `patch` and `git apply` take no name that
    leads out of the folder they run in, so otherwise it is the root of the files, or what holds all roots.
    """
    working, around = Path.cwd(), set[Path]()
    is_here = True
    for root, path in places:
        file = root / path
        is_here = is_here and file.is_relative_to(working)
        around.add(root if file.is_relative_to(root) else file.parent)
    if is_here:
        return working
    try:
        return Path(os.path.commonpath(around))
    except ValueError:
        # Files on several drives, which no folder holds.
        return working
