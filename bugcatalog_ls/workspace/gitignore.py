"""Which paths under a root are not looked at: those that git ignores, and those that settings exclude."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from pathspec import GitIgnoreSpec


class IgnoreRules:
    """The rules of one root. Files of rules are read once; make it anew when one of them changes."""

    def __init__(self, root: Path, exclude: Sequence[str] = (), respect_gitignore: bool = True) -> None:
        self._root = str(root)
        self._names = frozenset(pattern for pattern in exclude if not set(pattern) & set("/*?[]!#\\ "))
        self._excluded = compile_patterns(pattern for pattern in exclude if pattern not in self._names)
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
        if self._excluded is not None and self._excluded.check_file(shape).include:
            return True
        if self._respect_gitignore:
            # The rules nearest to the path speak first, and the first that speak decide.
            for rules in self._rules_in(folder):
                verdict = rules.spec.check_file(rules.prefix + shape[rules.n_cut :]).include
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
        spec = _read_rules(os.path.join(self._root, folder, ".gitignore"))
        return () if spec is None else (_Rules(spec, len(folder) + 1 if folder else 0, ""),)


def compile_patterns(patterns: Iterable[str]) -> GitIgnoreSpec | None:
    """The rules that `patterns` make together; one that is no pattern is passed over, as git does."""
    good: list[str] = []
    for pattern in patterns:
        if not pattern.strip() or pattern.startswith("#"):
            continue
        try:
            GitIgnoreSpec.from_lines([pattern])
        except ValueError:
            continue
        good.append(pattern)
    return GitIgnoreSpec.from_lines(good) if good else None


class _Rules(NamedTuple):
    """One file's rules, and how a path relative to the root becomes one relative to that file."""

    spec: GitIgnoreSpec
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
            spec = _read_rules(str(candidate / ".gitignore"))
            if spec is not None:
                rules.append(_Rules(spec, 0, prefix))
        git = candidate / ".git"
        if git.exists():
            spec = _read_rules(str(_git_folder(git) / "info" / "exclude"))
            if spec is not None:
                rules.append(_Rules(spec, 0, prefix))
            break
    else:
        return ()
    verdicts = (each.spec.check_file(each.prefix).include for each in rules if each.prefix)
    return () if next((each for each in verdicts if each is not None), False) else tuple(rules)


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


def _read_rules(path: str) -> GitIgnoreSpec | None:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return compile_patterns(line.rstrip("\r\n") for line in file)
    except OSError:
        return None
