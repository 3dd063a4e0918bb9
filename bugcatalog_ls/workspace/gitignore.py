"""Which paths under a root are not looked at: those that git ignores, and those that settings exclude."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bugcatalog_ls.workspace.path_patterns import PatternSet


class IgnoreRules:
    """The rules of one root. Files of rules are read once; make it anew when one of them changes."""

    def __init__(self, root: Path, exclude: Sequence[str] = (), respect_gitignore: bool = True) -> None:
        self._root = str(root)
        self._names = frozenset(pattern for pattern in exclude if not set(pattern) & set("/*?[]!#\\ "))
        self._excluded = PatternSet(pattern for pattern in exclude if pattern not in self._names)
        self._respect_gitignore = respect_gitignore
        self._rules: dict[str, tuple[_Rules, ...]] = {}
        if respect_gitignore:
            self._rules[""] = (*self._own_rules(""), *_rules_from_above(root))

    def ignores(self, folder: str, name: str, is_folder: bool) -> bool:
        """Whether `name` in `folder` is left out, where `folder` itself is not (`""` is the root)."""
        path = f"{folder}/{name}" if folder else name
        if name in self._names:
            return True
        shape = f"{path}/" if is_folder else path
        if self._excluded.verdict(shape):
            return True
        if self._respect_gitignore:
            # The rules nearest to the path speak first, and the first that speak decide.
            for rules in self._rules_in(folder):
                verdict = rules.patterns.verdict(rules.prefix + shape[rules.n_cut :])
                if verdict is not None:
                    return verdict
        return False

    def hides(self, path: str) -> bool:
        """Whether the file at `path`, or a folder that it is in, is left out."""
        *folders, name = path.split("/")
        above = ""
        for folder in folders:
            if self.ignores(above, folder, is_folder=True):
                return True
            above = f"{above}/{folder}" if above else folder
        return self.ignores(above, name, is_folder=False)

    def _rules_in(self, folder: str) -> tuple[_Rules, ...]:
        known = self._rules.get(folder)
        if known is None:
            known = (*self._own_rules(folder), *self._rules_in(folder.rpartition("/")[0]))
            self._rules[folder] = known
        return known

    def _own_rules(self, folder: str) -> tuple[_Rules, ...]:
        patterns = _read_rules(os.path.join(self._root, folder, ".gitignore"))
        return () if patterns is None else (_Rules(patterns, len(folder) + 1 if folder else 0, ""),)


class _Rules(NamedTuple):
    """One file's rules, and how a path relative to the root becomes one relative to that file."""

    patterns: PatternSet
    n_cut: int
    prefix: str


def _rules_from_above(root: Path) -> tuple[_Rules, ...]:
    """Rules of the repository that the root is a part of; none where they would hide the root itself."""
    folder = Path(os.path.abspath(root))
    rules: list[_Rules] = []
    prefix = ""
    for candidate in (folder, *folder.parents):
        if candidate != folder:
            prefix = f"{folder.relative_to(candidate).as_posix()}/"
            patterns = _read_rules(str(candidate / ".gitignore"))
            if patterns is not None:
                rules.append(_Rules(patterns, 0, prefix))
        git = candidate / ".git"
        # Unlike `Path.exists`, this takes what must not be looked at for absent.
        if os.path.exists(git):
            patterns = _read_rules(str(_git_folder(git) / "info" / "exclude"))
            if patterns is not None:
                rules.append(_Rules(patterns, 0, prefix))
            break
    else:
        return ()
    for each in rules:
        folders = each.prefix.split("/")[:-1]
        if any(
            each.patterns.verdict("/".join(folders[:depth]) + "/") for depth in range(1, len(folders) + 1)
        ):
            return ()
    return tuple(rules)


def _git_folder(git: Path) -> Path:
    """Where a repository keeps what its work trees share."""
    try:
        if git.is_dir():
            return git
        own = git.parent / git.read_text("utf-8").removeprefix("gitdir:").strip()
        shared = own / "commondir"
        return own / shared.read_text("utf-8").strip() if shared.exists() else own
    except (OSError, UnicodeDecodeError):
        return git


def _read_rules(path: str) -> PatternSet | None:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return PatternSet(line.rstrip("\r\n") for line in file)
    except OSError:
        return None
