"""The files that a patch changes, and the folder in which it is to be applied, from which it names them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def file_of_patch(root: Path, path: str) -> Path:
    """The file itself that a path of a root leads to: `git apply` goes through no symbolic link, and `patch`
    writes to none."""
    return (root / path).resolve()


def patch_folder(places: Iterable[tuple[Path, str]]) -> Path:
    """The folder for a patch of files, each a root and a path in it (or an absolute one).

    That is the working directory where it holds them all. `patch` and `git apply` take no name that
    leads out of the folder they run in, so otherwise it is the root of the files, or what holds all roots.
    """
    working, around = Path.cwd().resolve(), set[Path]()
    is_here = True
    for root, path in places:
        base, file = root.resolve(), file_of_patch(root, path)
        is_here = is_here and file.is_relative_to(working)
        around.add(base if file.is_relative_to(base) else file.parent)
    if is_here:
        return working
    try:
        return Path(os.path.commonpath(around))
    except ValueError:
        # Files on several drives, which no folder holds.
        return working
