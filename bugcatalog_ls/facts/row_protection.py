"""What keeps rows from lost updates: versions, locks of others, the isolation of an engine."""

from __future__ import annotations

import re

from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.resolve import mro
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import ancestors, callee_of, text_of

# A session's or an engine's connection, set for as long as a function has it.
_CONNECTION = re.compile(r"\.connection$|conn\w*(?:\(\))?\.execution_options$")
_LOCKED = re.compile(
    rb"\b([A-Z]\w*|__class__|type\(self\)|cls)\.objects\b[\w\s.(),='\"]*?\.select_for_update\("
)
_SERIALIZABLE = re.compile(rb"isolation_level[\"']?\s*[=:]\s*[\"']SERIALIZABLE")


class VersionedModel(Fact, frozen=True):
    """A class whose rows notice that somebody else has changed them."""

    symbol: str

    @property
    def key(self) -> str:
        return self.symbol


class LockedModel(Fact, frozen=True):
    """A class of Django's, by its last name, whose rows some function locks while it reads them."""

    name: str

    @property
    def key(self) -> str:
        return self.name


class SerializableEngine(Fact, frozen=True):
    """An engine of the workspace lets the database find out what was read and written meanwhile."""

    level: str

    @property
    def key(self) -> str:
        return self.level


def collect_protection(file: PyFile, facts: Facts) -> None:
    """What a file has that protects rows."""
    if b"SERIALIZABLE" in file.source.data and _isolates_all(file):
        facts.add(SerializableEngine("SERIALIZABLE"))
    if b".select_for_update(" in file.source.data and b".objects" in file.source.data:
        for name in sorted(_locked_models(file)):
            facts.add(LockedModel(name))
    if b"version_id_col" in file.source.data:
        for definition in file.classes:
            if "version_id_col" in text_of(definition.node):
                facts.add(VersionedModel(definition.symbol))


def is_versioned(index: FactIndex, model: str) -> bool:
    """Whether rows of a class notice that somebody else has changed them."""
    return any(index.get(VersionedModel, name) for name in mro(index, model)[0])


def is_unlocked_row(index: FactIndex, model: str) -> bool:
    """Whether a class is a model of Django's, and nobody locks rows of it before calling their methods."""
    names = mro(index, model)[0]
    if not any(base.startswith(("django.db.models.", "django.contrib.auth.")) for base in names):
        return False
    lasts = {name.rpartition(".")[2] for name in names}
    return not any(
        index.get(LockedModel, name) for name in lasts | {n.removeprefix("Abstract") for n in lasts}
    )


def is_isolated(index: FactIndex) -> bool:
    """Whether an engine of the workspace finds out itself what was read and written meanwhile."""
    return bool(index.get(SerializableEngine, "SERIALIZABLE"))


def _locked_models(file: PyFile) -> set[str]:
    found: set[str] = set()
    for match in _LOCKED.finditer(file.source.data):
        is_own = match[1] in (b"__class__", b"type(self)", b"cls")
        found.add(file.qualname_at(match.start()).partition(".")[0] if is_own else match[1].decode())
    return found


def _isolates_all(file: PyFile) -> bool:
    """Whether an isolation level is set for an engine, not for the one connection of a function."""
    for match in _SERIALIZABLE.finditer(file.source.data):
        node = file.root.descendant_for_byte_range(match.start(), match.end())
        calls = [parent for parent in ancestors(node) if parent.type == "call"] if node is not None else []
        if not any(_CONNECTION.search(text_of(callee_of(call) or call)) for call in calls):
            return True
    return False
