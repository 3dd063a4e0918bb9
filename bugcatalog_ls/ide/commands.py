"""The editor's commands that need the catalog or the workspace."""

from __future__ import annotations

import platform
import re
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any, NamedTuple

from bugcatalog_ls import __version__
from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.catalog.note import entry_page
from bugcatalog_ls.catalog.search import search
from bugcatalog_ls.ide.answers import Answers
from bugcatalog_ls.ide.api import responses
from bugcatalog_ls.ide.api.contract import Refused
from bugcatalog_ls.ide.explained import explained
from bugcatalog_ls.ide.new_entry import Selection, draft_entry
from bugcatalog_ls.ide.places import place_in
from bugcatalog_ls.ide.rooms import Rooms
from bugcatalog_ls.ide.wanted_files import languages
from bugcatalog_ls.text.lines import ColumnUnit
from bugcatalog_ls.text.spans import Span


class Desk(NamedTuple):
    """What commands work with."""

    answers: Answers
    scan_again: Callable[[], None]

    @property
    def rooms(self) -> Rooms:
        return self.answers.documents.rooms


def run(desk: Desk, name: str, arguments: tuple[Any, ...], unit: ColumnUnit) -> responses.CommandResult:
    """Run `bugcatalog.<name>`. Raises `Refused` with a sentence where that can't be done."""
    text = str(arguments[0]) if arguments else ""
    rooms = desk.rooms
    entries = _entries(rooms)
    match name:
        case "explain":
            named = _named(entries, text)
            if named is None:
                return responses.CommandResult(explained(rooms, entries, text, desk.answers.fix_id))
            return responses.CommandResult(
                {"code": named.code, "name": named.name, "markdown": entry_page(named)}
            )
        case "searchCatalog":
            listed = [hit.entry for hit in search(entries.values(), text)] if text else list(entries.values())
            return responses.CommandResult([_listed(entry) for entry in listed])
        case "openEntry":
            entry = _entry(entries, text)
            return responses.CommandResult(_listed(entry), show=responses.Show(entry.path))
        case "scanWorkspace":
            desk.scan_again()
            return responses.CommandResult(message="Reading the workspace again.")
        case "newEntry":
            asked = arguments[0] if arguments and isinstance(arguments[0], dict) else {}
            return _new_entry(desk, asked)
        case "ruleMatches":
            return _rule_matches(desk, text, arguments[1:], unit)
        case "languages":
            return responses.CommandResult(sorted(languages(rooms)))
        case "debugInformation":
            return responses.CommandResult(_debug_information(rooms))
    raise Refused(f"There is no command bugcatalog.{name}.")


def _new_entry(desk: Desk, asked: Mapping[str, Any]) -> responses.CommandResult:
    """Draft an entry from a selection: a span of a document, or a text of its own."""
    document = str(asked.get("uri", ""))
    source = desk.answers.documents.source(document) if document else None
    room = desk.rooms.room(document) if document else None
    roots = list(desk.rooms.roots.values())
    workspace = room.workspace if room is not None and room.workspace in roots else next(iter(roots), None)
    if workspace is None:
        raise Refused("A new entry needs a folder that is open.")
    start, end = asked.get("start"), asked.get("end")
    span = Span(start, end) if isinstance(start, int) and isinstance(end, int) else None
    text = str(asked.get("text") or "")
    if span is not None and source is not None and not text:
        text = source.slice(span)
    else:
        source, span = None, None
    selection = Selection(text, document, str(asked.get("languageId", "")), source, span)
    code, name = str(asked.get("code", "")).strip(), str(asked.get("name", "")).strip()
    if code and (not _CODE.fullmatch(code) or code in workspace.configuration.entries):
        raise Refused(f"{code} can't be the code of a new entry.")
    if name and not _NAME.fullmatch(name):
        raise Refused(f"{name} is no name of an entry; write lower-case words with hyphens.")
    draft = draft_entry(workspace, selection, code, name)
    path = desk.rooms.document(workspace, draft.path)
    value = {"code": draft.code, "path": path, "content": draft.content, "hasRule": draft.has_rule}
    change = responses.Change(
        creates=(responses.CreatedFile(path, draft.content),), label=f"New entry {draft.code}"
    )
    applied = asked.get("apply", True) is not False
    return responses.CommandResult(
        value, change=change, applied=applied, show=responses.Show(path, draft.row) if applied else None
    )


def _rule_matches(
    desk: Desk, document: str, arguments: tuple[Any, ...], unit: ColumnUnit
) -> responses.CommandResult:
    """Where a rule of a page that is open matches."""
    page = desk.answers.documents.page(document)
    rules = [rule for _, rule in page.view.rules()] if page is not None else []
    index = arguments[0] if arguments and isinstance(arguments[0], int) else 0
    if page is None or not 0 <= index < len(rules):
        raise Refused("There is no such rule in an open page.")
    workspace = page.room.workspace
    matches = desk.answers.pages.matches.of(document, workspace, rules)[index]
    places = []
    for found in matches.found:
        source = workspace.source(found.path)
        if source is not None:
            places.append(place_in(desk.rooms.document(workspace, found.path), source, found.span, unit))
    return responses.CommandResult(places=tuple(places))


_CODE = re.compile(r"[A-Z]+-?\d+")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


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
        raise Refused(f"No entry of the catalog is called {text or 'nothing'}.")
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
