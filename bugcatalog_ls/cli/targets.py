"""Targets: the roots that the paths on a command line belong to, and what of each is to be shown."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from bugcatalog_ls.cli.exits import UsageError
from bugcatalog_ls.cli.parser import suggestion
from bugcatalog_ls.workspace.settings_roots import find_root


class Target(NamedTuple):
    """A root, and the paths in it (relative, with `/`; `.` is all of it) that somebody asked for."""

    root: Path
    paths: tuple[str, ...]

    def shows(self, path: str) -> bool:
        """Whether the file at `path`, relative to the root, is asked for."""
        return any(asked == "." or path == asked or path.startswith(f"{asked}/") for asked in self.paths)


def targets_for(paths: Sequence[str]) -> tuple[Target, ...]:
    """The targets of paths as given, sorted by root; a path that is not there is wrong use."""
    asked: dict[Path, list[str]] = {}
    for path in paths:
        absolute = Path(os.path.abspath(path))
        if not os.path.lexists(absolute):
            raise UsageError(f"there is no file or folder `{path}`{_nearest_path(absolute)}")
        if not os.path.exists(absolute):
            raise UsageError(f"`{path}` is a link to nothing that is there")
        root = find_root(absolute)
        asked.setdefault(root, []).append(absolute.relative_to(root).as_posix())
    return tuple(Target(root, tuple(sorted(set(asked[root])))) for root in sorted(asked))


def target_of_text(filename: str) -> Target:
    """The target of one file by name, whether it is there or not."""
    absolute = Path(os.path.abspath(filename))
    root = find_root(absolute)
    return Target(root, (absolute.relative_to(root).as_posix(),))


def filename_of(root: Path, path: str) -> str:
    """A path of a root (or an absolute one) as it is shown: relative to the working directory, with `/`."""
    return _filename_of(os.getcwd(), str(root), path)


@lru_cache(maxsize=1 << 14)
def _filename_of(working: str, root: str, path: str) -> str:
    absolute = os.path.join(working, root, path)
    try:
        return Path(os.path.relpath(absolute, working)).as_posix()
    except ValueError:
        # Another drive.
        return Path(absolute).as_posix()


def deepest(targets: Iterable[Target], absolute: Path) -> Target | None:
    """Of the targets that show a file, the one with the nearest root: that one's settings hold."""
    showing = [
        target
        for target in targets
        if absolute.is_relative_to(target.root) and target.shows(absolute.relative_to(target.root).as_posix())
    ]
    return max(showing, key=lambda target: len(target.root.parts), default=None)


def _nearest_path(absolute: Path) -> str:
    """The nearest name next to the first part of a path that is not there."""
    missing = absolute
    while not missing.parent.exists() and missing.parent != missing:
        missing = missing.parent
    try:
        names = os.listdir(missing.parent)
    except OSError:
        return ""
    near = suggestion(missing.name, names)
    if not near:
        return ""
    name = near.split("`")[1]
    return f"; did you mean `{filename_of(missing.parent, name)}`?"
