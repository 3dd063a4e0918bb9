"""The catalog in force at the working directory, and its entries by what people call them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.cli.catalog_stores import was_fetched
from bugcatalog_ls.cli.exits import UsageError
from bugcatalog_ls.cli.selection import nearest_entry
from bugcatalog_ls.workspace.cache import cache_folder
from bugcatalog_ls.workspace.configuration import Configuration, load_configuration
from bugcatalog_ls.workspace.settings_roots import find_root


def configuration_here() -> Configuration:
    root = find_root(Path.cwd())
    configuration = load_configuration(root, cache_folder=cache_folder())
    settings = configuration.loaded.settings
    if settings.catalog_stores and was_fetched(settings, root):
        return load_configuration(root, cache_folder=cache_folder())
    return configuration


def named_entry(word: str, entries: Mapping[str, Entry]) -> Entry:
    """The entry with a code, in capitals or not, or with a name; any other word is wrong use."""
    wanted = word.strip().lower()
    for code, entry in entries.items():
        if wanted in (code.lower(), entry.name.lower()):
            return entry
    near = nearest_entry(word, {code: entry.name for code, entry in entries.items()})
    raise UsageError(f"no entry has the code or name `{word}`{near}")
