"""The editor's commands that need the catalog or the workspace."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

from bugcatalog_ls import __version__
from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.catalog.note import entry_page
from bugcatalog_ls.catalog.search import search
from bugcatalog_ls.ide import api
from bugcatalog_ls.ide.explained import explained
from bugcatalog_ls.ide.rooms import Rooms


def run(
    rooms: Rooms, name: str, arguments: tuple[Any, ...], scan_again: Callable[[], None]
) -> api.CommandResult:
    """Run `bugcatalog.<name>`. Raises `api.Refused` with a sentence where that can't be done."""
    text = str(arguments[0]) if arguments else ""
    entries = _entries(rooms)
    match name:
        case "explain":
            named = _named(entries, text)
            if named is None:
                return api.CommandResult(explained(rooms.all(), entries, text))
            return api.CommandResult({"code": named.code, "name": named.name, "markdown": entry_page(named)})
        case "searchCatalog":
            listed = [hit.entry for hit in search(entries.values(), text)] if text else list(entries.values())
            return api.CommandResult([_listed(entry) for entry in listed])
        case "openEntry":
            entry = _entry(entries, text)
            return api.CommandResult(_listed(entry), show=api.Show(entry.path))
        case "scanWorkspace":
            scan_again()
            return api.CommandResult(message="Reading the workspace again.")
        case "debugInformation":
            return api.CommandResult(_debug_information(rooms))
    raise api.Refused(f"There is no command bugcatalog.{name}.")


def _entries(rooms: Rooms) -> Mapping[str, Entry]:
    found: dict[str, Entry] = {}
    for workspace in rooms.all():
        found.update(workspace.configuration.entries)
    if not found:
        from bugcatalog_ls.catalog.builtin import builtin_folder
        from bugcatalog_ls.catalog.loader import Layer, load_catalog

        found.update(load_catalog([Layer("built-in", builtin_folder())]).entries)
    return found


def _named(entries: Mapping[str, Entry], text: str) -> Entry | None:
    entry = entries.get(text.strip().upper())
    named = (candidate for candidate in entries.values() if candidate.name == text.strip())
    return entry or next(named, None)


def _entry(entries: Mapping[str, Entry], text: str) -> Entry:
    entry = _named(entries, text)
    if entry is None:
        raise api.Refused(f"No entry of the catalog is called {text or 'nothing'}.")
    return entry


def _listed(entry: Entry) -> dict[str, Any]:
    return {
        "code": entry.code,
        "name": entry.name,
        "title": entry.title,
        "severity": entry.severity,
        "summary": entry.summary,
        "path": entry.path,
        "source": entry.source,
        "section": PurePath(entry.path).parent.name,
        "detects": entry.detects,
    }


def _debug_information(rooms: Rooms) -> dict[str, Any]:
    """What a bug report needs; no text of the user's, no secrets."""
    return {
        "version": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "roots": [
            {
                "name": workspace.root.name,
                "files": len(workspace.results),
                "pending": workspace.n_pending,
                "entries": len(workspace.configuration.entries),
                "analyzers": sorted(workspace.configuration.plan.codes),
                "joins": sum(workspace.project.index.n_runs.values()),
            }
            for workspace in rooms.roots.values()
        ],
    }
