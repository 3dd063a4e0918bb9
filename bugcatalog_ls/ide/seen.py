"""What a hover tells of the history: how often an entry was seen and mended in this repository."""

from __future__ import annotations

import re
from datetime import datetime, timezone

from bugcatalog_ls.workspace.history_counts import Count, Counts
from bugcatalog_ls.workspace.store_address import store_address
from bugcatalog_ls.workspace.workspace import Workspace


def seen_here(workspace: Workspace, code: str) -> str:
    """A paragraph of Markdown that ends a hover's note; empty where nothing is known."""
    settings = workspace.settings
    if not settings.history:
        return ""
    count = Counts(store_address(settings.store, workspace.root).of_root("counts")).of(code)
    return f"\n{told(count)}\n" if count is not None else ""


def told(count: Count) -> str:
    """`Seen 3 times here, mended twice; last by Anna on 2026-11-20.`"""
    seen = f"**Seen** {_times(count.n_seen)} here, "
    seen += f"mended {_times(count.n_mended)}" if count.n_mended else "never mended"
    if count.n_suppressed:
        seen += f", suppressed {_times(count.n_suppressed)}"
    day = datetime.fromtimestamp(count.last_at / 1000, timezone.utc).date().isoformat()
    person = _MARKDOWN.sub(r"\\\g<0>", " ".join(count.last_person.split()))
    return f"{seen}; last {f'by {person} ' if person else ''}on {day}."


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


_MARKDOWN = re.compile(r"[\\*\[\]<>_`]")
