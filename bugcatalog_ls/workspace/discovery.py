"""Discovery: which files of a root there are to analyse, in the same order on every run.

A link to a file counts as a file where what it leads to is not found by itself. A link to a folder
is not followed: inside the root its files have their real place, and outside they are not the root's.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from bugcatalog_ls.workspace.files import FileStamp, ReadProblem, stamp_of
from bugcatalog_ls.workspace.gitignore import IgnoreRules
from bugcatalog_ls.workspace.reading import problem_of


class FoundFile(NamedTuple):
    """A file, by its path relative to the root, and the version that was seen of it."""

    path: str
    stamp: FileStamp


class Discovery(NamedTuple):
    files: tuple[FoundFile, ...]
    problems: tuple[ReadProblem, ...]


def discover(
    root: Path,
    wanted: Callable[[str], bool],
    *,
    exclude: Sequence[str] = (),
    respect_gitignore: bool = True,
    also: Iterable[str] = (),
    max_files: int = 100_000,
) -> Discovery:
    """Find the files under `root` whose name is `wanted`.

    `also` names files and folders (relative to the root) that are taken in though rules leave them
    out, because somebody asked for them by name.
    """
    walk = _Walk(root, "", wanted, IgnoreRules(root, exclude, respect_gitignore), max_files)
    walk.run()
    files = walk.files
    problems = list(walk.problems)
    for path in also:
        folder = root / path
        if path not in ("", ".") and os.path.isdir(folder):
            rules = IgnoreRules(folder, exclude, respect_gitignore)
            inner = _Walk(folder, f"{path}/", wanted, rules, max_files)
            inner.run()
            files = {**inner.files, **files}
            problems += inner.problems
        elif path not in files and os.path.isfile(folder):
            files[path] = stamp_of(folder.stat())
    found = tuple(FoundFile(path, files[path]) for path in sorted(files))
    return Discovery(found, tuple(sorted(set(problems))))


class _Walk:
    """One walk; files and problems are gathered under paths that begin with `prefix`."""

    def __init__(
        self, root: Path, prefix: str, wanted: Callable[[str], bool], rules: IgnoreRules, max_files: int
    ) -> None:
        self.root = str(root)
        self.prefix = prefix
        self.wanted = wanted
        self.rules = rules
        self.max_files = max_files
        self.files: dict[str, FileStamp] = {}
        self.problems: list[ReadProblem] = []
        self.links: list[tuple[str, os.stat_result]] = []
        self.inodes: set[tuple[int, int]] = set()

    def run(self) -> None:
        folders = [""]
        while folders:
            folder = folders.pop()
            below = self.visit(folder)
            if len(self.files) > self.max_files:
                at = folder or "."
                told = f"More than {self.max_files} files: what follows {at} is left out (see `exclude`)."
                self.problems.append(ReadProblem(self.prefix + folder, 0, told, "many"))
                break
            folders += sorted(below, reverse=True)
        for path, status in sorted(self.links):
            if (status.st_dev, status.st_ino) not in self.inodes:
                self.inodes.add((status.st_dev, status.st_ino))
                self.files[self.prefix + path] = stamp_of(status)

    def visit(self, folder: str) -> list[str]:
        """Take in one folder's files and return the folders in it that are to be visited."""
        try:
            with os.scandir(os.path.join(self.root, folder) if folder else self.root) as scan:
                entries = list(scan)
        except FileNotFoundError:
            return []
        except OSError as error:
            self.problems.append(problem_of(self.prefix + folder or ".", error))
            return []
        if folder and any(entry.name == "pyvenv.cfg" for entry in entries):
            return []
        return [
            f"{folder}/{entry.name}" if folder else entry.name
            for entry in entries
            if self.take(folder, entry)
        ]

    def take(self, folder: str, entry: os.DirEntry[str]) -> bool:
        """Take in one entry; True where it is a folder to be visited."""
        name = entry.name
        try:
            if entry.is_dir(follow_symlinks=False):
                return self.is_nameable(folder, name) and not self.rules.ignores(folder, name, is_folder=True)
            is_link = entry.is_symlink()
            if not (is_link or self.wanted(name)) or not self.is_nameable(folder, name):
                return False
            if self.rules.ignores(folder, name, is_folder=False):
                return False
            path = f"{folder}/{name}" if folder else name
            if is_link:
                self.take_link(path, entry)
            elif entry.is_file(follow_symlinks=False):
                status = entry.stat(follow_symlinks=False)
                self.inodes.add((status.st_dev, status.st_ino))
                self.files[self.prefix + path] = stamp_of(status)
        except FileNotFoundError:
            pass
        except OSError as error:
            self.problems.append(problem_of(f"{self.prefix}{folder}/{name}" if folder else name, error))
        return False

    def take_link(self, path: str, entry: os.DirEntry[str]) -> None:
        try:
            status = os.stat(entry.path)
        except FileNotFoundError:
            # Nothing is there; Emacs marks files that are being edited in this way.
            return
        if stat.S_ISREG(status.st_mode) and self.wanted(entry.name):
            self.links.append((path, status))
        elif stat.S_ISDIR(status.st_mode):
            target, here = os.path.realpath(entry.path), os.path.realpath(os.path.dirname(entry.path))
            if here == target or here.startswith(target.rstrip(os.sep) + os.sep):
                told = f"{self.prefix}{path} is a link to a folder that it is in, and is not followed."
                self.problems.append(ReadProblem(self.prefix + path, 0, told, "links"))

    def is_nameable(self, folder: str, name: str) -> bool:
        """Names that are not text can't be told to an editor, nor be kept in a cache."""
        if name.isascii():
            return True
        try:
            name.encode("utf-8")
        except UnicodeEncodeError:
            shown = f"{self.prefix}{folder}/{name}".lstrip("/").encode("utf-8", "backslashreplace").decode()
            told = f"{shown} is left out, because its name is not UTF-8."
            self.problems.append(ReadProblem(shown, 0, told, "name"))
            return False
        return True
