"""The settings in force at a root, where each comes from, and what is wrong with what was written."""

from __future__ import annotations

import json
from typing import Any, Literal

import msgspec

from bugcatalog_ls.workspace.settings_secrets import Database, Secret
from bugcatalog_ls.workspace.settings_values import READERS, Severity

# What Ruff leaves out by default, and the folders of a few more tools.
DEFAULT_EXCLUDE: tuple[str, ...] = (
    *(".bzr", ".cache", ".direnv", ".eggs", ".git", ".git-rewrite", ".hg", ".hypothesis", ".idea"),
    *(".ipynb_checkpoints", ".mypy_cache", ".nox", ".pants.d", ".pyenv", ".pytest_cache", ".pytype"),
    *(".ruff_cache", ".svn", ".tox", ".venv", ".vscode", "__pycache__", "__pypackages__", "_build"),
    *("bower_components", "buck-out", "build", "dist", "node_modules", "site-packages", "venv"),
)


class Settings(msgspec.Struct, frozen=True, kw_only=True, rename=lambda name: name.replace("_", "-")):
    """One root's settings. Folders and patterns are relative to the root, with `/`."""

    select: tuple[str, ...] = ("ALL",)
    ignore: tuple[str, ...] = ()
    severity: dict[str, Severity] = {}
    """By code, by the beginning of a code, or by code and variant (`BC703.stale`)."""
    per_file_ignores: dict[str, tuple[str, ...]] = {}
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    extend_exclude: tuple[str, ...] = ()
    respect_gitignore: bool = True
    max_file_size: int = 2 * 1024 * 1024
    """In bytes; a larger file is named and not read."""
    catalogs: tuple[str, ...] = ()
    catalog_stores: tuple[Secret, ...] = ()
    """Those of `catalogs` that are a team store's URL."""
    databases: dict[str, Database] = {}
    migrations: tuple[str, ...] = ()
    newest_migrations: int = 2
    """How many revisions, from a head down, are still new enough to be found fault with."""
    target_python: tuple[int, int] = (3, 10)
    fail_on: Severity | Literal["never"] = "warning"
    baseline: str | None = None
    store: Secret | None = None
    history: bool = True
    """Whether it is remembered what was found and mended."""
    diagnostic_mode: Literal["open-files", "workspace"] = "open-files"
    require_reason: bool = False


class SettingsError(msgspec.Struct, frozen=True):
    """What is wrong with one setting. Line and column count from 1; `path` is empty for other layers."""

    path: str
    line: int
    column: int
    key: str
    message: str
    origin: str
    severity: Severity = "error"


class NamedSelector(msgspec.Struct, frozen=True):
    """A code, the beginning of one or `CODE.variant` that a setting names: whether there is such a thing is
    for the catalog to say."""

    text: str
    path: str
    line: int
    column: int
    key: str
    origin: str


class LoadedSettings(msgspec.Struct, frozen=True):
    """Settings with the origin (`pyproject.toml:12`, `editor`, `command line`) of each key that was given."""

    settings: Settings
    origins: dict[str, str]
    errors: tuple[SettingsError, ...]
    selectors: tuple[NamedSelector, ...]

    def origin_of(self, key: str) -> str:
        return self.origins.get(key, "default")


class ShownSetting(msgspec.Struct, frozen=True):
    """One row of `bugcatalog settings`: a key, its value as JSON with secrets masked, and its origin."""

    key: str
    value: str
    origin: str


def shown_settings(loaded: LoadedSettings) -> tuple[ShownSetting, ...]:
    """Every setting in the order of its declaration, each item of a table in a row of its own."""
    rows: list[ShownSetting] = []
    for key in READERS:
        value = getattr(loaded.settings, key.replace("-", "_"))
        if key == "catalogs":
            value = (*value, *loaded.settings.catalog_stores)
        if key == "target-python":
            value = f"{value[0]}.{value[1]}"
        if isinstance(value, dict) and value:
            rows += [
                ShownSetting(f"{key}.{name}", _shown(each), loaded.origin_of(f"{key}.{name}"))
                for name, each in value.items()
            ]
        else:
            rows.append(ShownSetting(key, _shown(value), loaded.origin_of(key)))
    return tuple(rows)


def _shown(value: Any) -> str:
    if isinstance(value, Database):
        given = {"dialect": value.dialect, "url": value.url, "version": value.version}
        value = {key: each for key, each in given.items() if each}
    return json.dumps(value, ensure_ascii=False, default=str)
