"""What is in force at a root: its settings, its catalog, and what is to be run for them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

import bugcatalog_ls
from bugcatalog_ls.analysis.analyzer import Options
from bugcatalog_ls.analysis.driver import Plan, plan_for
from bugcatalog_ls.catalog.builtin import builtin_folder
from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.catalog.loader import Catalog, Layer, load_catalog
from bugcatalog_ls.catalog.page_error import PageError
from bugcatalog_ls.workspace.settings import LoadedSettings, SettingsError
from bugcatalog_ls.workspace.settings_layers import load_settings
from bugcatalog_ls.workspace.settings_selection import is_selected, unknown_codes

WORKSPACE_CATALOG = ".bugcatalog"
SETTINGS_FILES = ("pyproject.toml", "bugcatalog.toml")


class Configuration(NamedTuple):
    """Everything that decides which findings there are. `fingerprint` changes when any of it does."""

    loaded: LoadedSettings
    catalog: Catalog
    plan: Plan
    options: Options
    settings_errors: tuple[SettingsError, ...]
    page_errors: tuple[PageError, ...]
    catalog_folders: tuple[Path, ...]
    fingerprint: bytes

    @property
    def entries(self) -> Mapping[str, Entry]:
        return self.catalog.entries


def load_configuration(
    root: Path,
    *,
    editor: Mapping[str, Any] | None = None,
    command_line: Mapping[str, Any] | None = None,
    trusted: bool = True,
    cache_folder: Path | None = None,
    open_pages: Mapping[str, str] | None = None,
) -> Configuration:
    """Read settings and catalogs of a root. `open_pages` are texts of pages, by absolute path, that
    an editor holds; they count instead of what is on disk."""
    loaded = load_settings(root, editor=editor, command_line=command_line, trusted=trusted)
    settings = loaded.settings
    folders = [root / catalog for catalog in settings.catalogs]
    layers = [Layer("built-in", builtin_folder())]
    missing = [
        _missing_folder(loaded, name)
        for name, folder in zip(settings.catalogs, folders, strict=True)
        if not _may_be_read(folder)
    ]
    if settings.catalog_stores:
        from bugcatalog_ls.workspace.store_mirror import mirrored

        found, unread = mirrored(loaded, root)
        missing += unread
        layers += [Layer("settings", pages) for pages in found]
    layers += [_layer("settings", folder, open_pages) for folder in folders if _may_be_read(folder)]
    layers.append(_layer("workspace", root / WORKSPACE_CATALOG, open_pages))
    catalog = load_catalog(layers, cache_folder)
    wanted = [entry for entry in catalog.entries.values() if is_selected(settings, entry.code)]
    plan, plan_errors = plan_for(wanted)
    options = Options(
        target_python=settings.target_python,
        migrations=settings.migrations,
        dialects=tuple(sorted({database.dialect for database in settings.databases.values()})),
        n_newest_migrations=settings.newest_migrations,
    )
    names = {code: entry.name for code, entry in catalog.entries.items()}
    return Configuration(
        loaded=loaded,
        catalog=catalog,
        plan=plan,
        options=options,
        settings_errors=(
            *loaded.errors,
            *unknown_codes(loaded, names, {code: entry.variants for code, entry in catalog.entries.items()}),
            *missing,
        ),
        page_errors=(*catalog.errors, *plan_errors),
        catalog_folders=(*folders, root / WORKSPACE_CATALOG),
        fingerprint=_fingerprint(wanted, options),
    )


def _layer(source: Any, folder: Path, open_pages: Mapping[str, str] | None) -> Layer:
    inside = {
        path: text
        for path, text in (open_pages or {}).items()
        if Path(path).is_relative_to(folder) and path.endswith(".md")
    }
    return Layer(source, folder, inside)


def _may_be_read(folder: Path) -> bool:
    """Whether it is a folder, or nobody can tell; then the loader says why."""
    try:
        return folder.is_dir()
    except OSError:
        return True


def _missing_folder(loaded: LoadedSettings, name: str) -> SettingsError:
    origin = loaded.origin_of("catalogs")
    path, _, line = origin.partition(":")
    message = f"`catalogs`: there is no folder `{name}`."
    if not line.isdigit():
        path, line = "", "0"
    return SettingsError(path, int(line), 1, "catalogs", message, origin)


def _fingerprint(entries: Sequence[Entry], options: Options) -> bytes:
    digest = blake2b(digest_size=16)
    digest.update(_code_stamp())
    for entry in entries:
        digest.update(msgspec.msgpack.encode((entry.code, entry.analyzer, entry.rules)))
    digest.update(repr(options).encode())
    return digest.digest()


@cache
def _code_stamp() -> bytes:
    """Stands for the code that analyses: the newest change of any module, so that results cached by
    another version are not taken for this one's. It is that of the first asking: what is changed on
    disk later is not what runs."""
    package = os.path.dirname(bugcatalog_ls.__file__)
    stamps: list[tuple[str, str, int, int]] = []
    for folder in ("text", "syntax", "patterns", "facts", "analysis", "analyzers"):
        with os.scandir(os.path.join(package, folder)) as scan:
            for entry in scan:
                if entry.name.endswith(".py"):
                    status = entry.stat()
                    stamps.append((folder, entry.name, status.st_mtime_ns, status.st_size))
    return blake2b(repr(sorted(stamps)).encode(), digest_size=16).digest()
