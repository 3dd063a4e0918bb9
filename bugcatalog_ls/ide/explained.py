"""An error that somebody has in an editor, explained: entries, and places of the open workspaces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bugcatalog_ls.analysis.explaining import Explainer
from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.catalog.error_blocks import whole
from bugcatalog_ls.ide.api.contract import Refused
from bugcatalog_ls.ide.guilty_fixes import FixId, offered_fixes
from bugcatalog_ls.ide.rooms import Rooms
from bugcatalog_ls.workspace.error_places import ErrorPlaces


def explained(rooms: Rooms, entries: Mapping[str, Entry], text: str, fix_id: FixId) -> dict[str, Any]:
    """What explains a message, a traceback or words, best first; the best by its code and name too.

    Raises `Refused` where nothing does. Rows and columns are from 1. The `actions` of a place are
    its fixes, each with the id by which `applyAction` makes it. `reading` tells that a workspace is
    still being read, so that places may be missing.
    """
    text = text[:_MAX_TEXT]
    found = Explainer(entries.values()).explain_text(text)
    if not found:
        raise Refused("Nothing in the catalog fits this.")
    frames = whole(text).frames
    roots = [(workspace, ErrorPlaces(workspace)) for workspace in rooms.all()]
    explanations: list[dict[str, Any]] = []
    for each in found[:_MAX_EXPLANATIONS]:
        locations = [
            {
                "path": str(workspace.root / place.path),
                "row": place.row,
                "column": place.column,
                "message": place.message,
                "fixes": list(place.fixes),
                "actions": [
                    {"title": title, "id": identity}
                    for title, identity in offered_fixes(rooms, workspace, each.entry.code, place, fix_id)
                ],
            }
            for workspace, places in roots
            for place in places.find(each.entry.code, frames, each.names)
        ]
        explanations.append(
            {
                "code": each.entry.code,
                "name": each.entry.name,
                "score": each.score,
                "reason": each.reason,
                "locations": locations,
            }
        )
    best = found[0].entry
    markdown = "\n".join(_markdown(each, entries[each["code"]]) for each in explanations)
    return {
        "code": best.code,
        "name": best.name,
        "markdown": markdown,
        "explanations": explanations,
        "reading": any(not workspace.is_scanned for workspace in rooms.roots.values()),
    }


def _markdown(explanation: Mapping[str, Any], entry: Entry) -> str:
    lines = [f"## {entry.code} {entry.title}", "", entry.summary, "", f"*{explanation['reason']}*", ""]
    for place in explanation["locations"]:
        lines.append(f"- `{place['path']}:{place['row']}:{place['column']}`: {place['message']}")
        lines += [f"  - fix: {title}" for title in place["fixes"]]
    return "\n".join([*lines, ""])


_MAX_TEXT = 1 << 20
_MAX_EXPLANATIONS = 5
