"""Names that a file is given by others: as built-in ones, in a scope that files share, by who runs it."""

from __future__ import annotations

import re

from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words

_N_GIVEN = 3
# `exec(open(path).read(), names)`, `runpy.run_path(path, init_globals=names)`
_BUILTIN, _SPLIT_SETTINGS = Words(b"builtin"), Words(b"split_settings")
_RUNPY = Words(b"runpy.run_path(")
# These begin with plain characters, for which `re` searches fast.
_RUNS = re.compile(rb"exec(?<!\wexec)(?:file\(|\((?:compile\(|open\(|code\b|\w+\.read))")
_RUNS_WORDS = Words(b"execfile(", b"exec(")
_BUILTINS = re.compile(
    r"builtin(?:(?<=\bbuiltin)s|(?<=\b__builtin)s?__)"
    r"(?:\.|\.__dict__\[[\"']|, *[\"'])(\w+)[\"']?\]?(?=\s*=[^=]|, )"
)


class UnboundIn(Fact, frozen=True):
    """A name that a file of a folder reads and does not bind; the key is both."""

    place: str

    @property
    def key(self) -> str:
        return self.place


class AddedBuiltin(Fact, frozen=True):
    """A name that a file adds to Python's own."""

    name: str

    @property
    def key(self) -> str:
        return self.name


class RunFiles(Fact, frozen=True):
    """A file that runs others as text, and may give them names."""

    path: str

    @property
    def key(self) -> str:
        return "runner"


class SharedScope(Fact, frozen=True):
    """A folder whose files are run in one scope (django-split-settings)."""

    folder: str

    @property
    def key(self) -> str:
        return "shared"


def collect_givers(file: PyFile, facts: Facts) -> None:
    """Add what a file may give to others."""
    data = file.source.data
    if file.holds(_BUILTIN):
        for match in _BUILTINS.finditer(file.source.text):
            facts.add(AddedBuiltin(match[1]))
    if file.holds(_RUNPY) or (file.holds(_RUNS_WORDS) and _RUNS.search(data)):
        facts.add(RunFiles(file.path))
    if file.holds(_SPLIT_SETTINGS):
        facts.add(SharedScope(file.path.rpartition("/")[0]))


def is_added(index: FactIndex, name: str, path: str) -> bool:
    """Whether a name is made a built-in one, or a file runs in one scope with others."""
    if index.get(AddedBuiltin, name):
        return True
    folders = [fact.folder for _, fact in index.get(SharedScope, "shared")]
    return any(not folder or path.startswith(f"{folder}/") for folder in folders)


def is_missed_by_several(index: FactIndex, name: str, path: str) -> bool:
    """Whether several files of a folder miss the same name: who runs them gives it to them."""
    return len({other for other, _ in index.get(UnboundIn, place_of(path, name))}) >= _N_GIVEN


def runs_files(index: FactIndex, path: str) -> bool:
    """Whether another file than the one at `path` runs files as text."""
    return any(runner != path for runner, _ in index.get(RunFiles, "runner"))


def place_of(path: str, name: str) -> str:
    return f"{path.rpartition('/')[0]} {name}"
