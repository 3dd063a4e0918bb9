"""Which files and documents the editor should watch and bring, by what the catalogs in force are about."""

from __future__ import annotations

from bugcatalog_ls.facts.fact import vocabularies
from bugcatalog_ls.ide.api import events
from bugcatalog_ls.ide.api.contract import Emit
from bugcatalog_ls.ide.rooms import Rooms
from bugcatalog_ls.patterns.languages import FILE_TYPES
from bugcatalog_ls.workspace.configuration import SETTINGS_FILES


def say_wanted(rooms: Rooms, emit: Emit) -> None:
    """Tell the editor which files to watch, and documents of which languages to bring."""
    ids = languages(rooms)
    read = {name for vocabulary in vocabularies() for name in vocabulary.names}
    names = {"*.py", "*.pyi", "*.md", ".gitignore", *SETTINGS_FILES, *read}
    names |= {f"*.{suffix}" for suffix, kind in FILE_TYPES.items() if kind.language_id in ids}
    emit(events.Watch(tuple(f"**/{name}" for name in sorted(names))))
    emit(events.Languages(tuple(sorted(ids))))


def languages(rooms: Rooms) -> set[str]:
    """The editor's ids of the languages that something in force is about."""
    names = {name for each in rooms.all() for name in each.configuration.plan.rules.suffix_languages}
    ids = {kind.language_id for kind in FILE_TYPES.values() if kind.language.name in names}
    return {"python", "markdown", "toml", "log", *ids}
