"""Facts: what one file says that others need, as values without positions.

Each vocabulary is a module of this package. It declares its facts as subclasses of `Fact` and a
function `collect(file)` that reads them off one parsed file; nothing else registers it. A fact
that changes wakes the readers of its key, so it must not hold anything that moves when other
lines are typed: places are named by anchors, which `Collector.anchor` maps to spans.
"""

from __future__ import annotations

import importlib
import logging
import pkgutil
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from functools import cache
from typing import Any

import msgspec
from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span

log = logging.getLogger(__name__)


class Fact(msgspec.Struct, frozen=True, tag=True, cache_hash=True, array_like=True, gc=False):
    """The base of all facts; a subclass names by `key` what its readers look it up with."""

    @property
    def key(self) -> str:
        raise NotImplementedError


class Facts:
    """What one file gave: its facts, the spans of the anchors that they and findings name, and which
    vocabularies raised what."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.anchors: dict[str, Span] = {}
        self.failures: list[tuple[str, str]] = []
        # A thousand places may have one name.
        self._numbered: dict[str, dict[Span, str]] = {}
        self._counts: dict[str, int] = {}

    def add(self, fact: Fact) -> None:
        self.facts.append(fact)

    def anchor(self, name: str, place: Node | Span) -> str:
        """Name a place so that it is found again after edits elsewhere.

        `name` should say what stands there in its surroundings (`User.email`); the n-th place of
        the same name gets `#n`. Returns the anchor.
        """
        span = place if isinstance(place, Span) else Span(place.start_byte, place.end_byte)
        if self.anchors.setdefault(name, span) == span:
            return name
        numbered = self._numbered.setdefault(name, {})
        while span not in numbered:
            # Those that were there before, of which several may have one span by now, are counted as well.
            count = self._counts[name] = self._counts.get(name, 1) + 1
            anchor = f"{name}#{count}"
            numbered.setdefault(self.anchors.setdefault(anchor, span), anchor)
        return numbered[span]


Collect = Callable[[PyFile, Facts], None]
"""Reads one vocabulary off a parsed Python file and adds what it finds to the facts."""

Read = Callable[[str, Source, Facts], None]
"""Reads one vocabulary off another text (`alembic.ini`, `schema.sql`), given its path."""


class Vocabulary(msgspec.Struct, frozen=True):
    """One module of facts.

    `collect` is called for Python files that hold one of `literals` (none: for all). `read` is
    called for other files whose name matches one of the patterns `names` (`*.sql`). `words` are the
    literals as they are looked for, and given by them.
    """

    collect: Collect | None = None
    literals: tuple[bytes, ...] = ()
    read: Read | None = None
    names: tuple[str, ...] = ()
    words: Words | None = None

    def __post_init__(self) -> None:
        if self.literals:
            msgspec.structs.force_setattr(self, "words", Words(*self.literals))


@cache
def vocabularies() -> tuple[Vocabulary, ...]:
    """All vocabularies of this package, by the name of their module."""
    found = [
        module.VOCABULARY
        for module in _modules()
        if isinstance(getattr(module, "VOCABULARY", None), Vocabulary)
    ]
    return tuple(found)


def fact_types() -> tuple[type[Fact], ...]:
    """All concrete facts that are loaded, for reading them back from a cache."""
    vocabularies()
    return tuple(sorted(_subclasses(Fact), key=lambda fact_type: fact_type.__qualname__))


def collect_facts(file: PyFile) -> Facts:
    """Everything that the vocabularies say of a file."""
    facts = Facts()
    for vocabulary in file.wanted_by(vocabularies()):
        if vocabulary.collect is None:
            continue
        try:
            vocabulary.collect(file, facts)
        except Exception as error:
            facts.failures.append(_failure(vocabulary.collect, file.path, error))
    return facts


def is_read(path: str) -> bool:
    """Whether a vocabulary reads this file, which is not Python."""
    name = path.rpartition("/")[2]
    return any(fnmatch(name, pattern) for vocabulary in vocabularies() for pattern in vocabulary.names)


def read_facts(path: str, source: Source) -> Facts:
    """Everything that the vocabularies say of a file that is not Python."""
    facts = Facts()
    name = path.rpartition("/")[2]
    for vocabulary in vocabularies():
        if vocabulary.read is not None and any(fnmatch(name, pattern) for pattern in vocabulary.names):
            try:
                vocabulary.read(path, source, facts)
            except Exception as error:
                facts.failures.append(_failure(vocabulary.read, path, error))
    return facts


def _failure(reader: Collect | Read, path: str, error: Exception) -> tuple[str, str]:
    """What one vocabulary can't read costs only its own facts."""
    failed = f"the vocabulary {reader.__module__}"
    log.exception("%s failed on %s", failed, path)
    return failed, f"{type(error).__name__}: {error}"


def _modules() -> Iterator[Any]:
    package = importlib.import_module("bugcatalog_ls.facts")
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
        yield importlib.import_module(f"bugcatalog_ls.facts.{info.name}")


def _subclasses(parent: type[Fact]) -> Iterator[type[Fact]]:
    for child in parent.__subclasses__():
        yield child
        yield from _subclasses(child)
