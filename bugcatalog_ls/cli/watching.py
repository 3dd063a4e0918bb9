"""Watching: a command run again whenever a file of its workspaces changes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from bugcatalog_ls.cli.exits import INTERRUPTED
from bugcatalog_ls.cli.scan import Room


def watch(rooms: Sequence[Room], run: Callable[[], int]) -> int:
    """Run now and after each change, until somebody interrupts."""
    import watchfiles

    run()
    roots = [room.workspace.root for room in rooms]
    _say("watching; Ctrl-C ends it")
    for _ in watchfiles.watch(*roots, raise_interrupt=True):
        for room in rooms:
            room.workspace.reload()
        if sys.stdout.isatty():
            # Begin at the top of an empty screen.
            sys.stdout.write("\x1b[2J\x1b[H")
        run()
        _say(f"checked at {datetime.now():%H:%M:%S}; watching")
    return INTERRUPTED


def watch_pages(folders: Sequence[Path], run: Callable[[set[str]], None]) -> int:
    """Run with the pages that have changed, whenever some in these folders have, until interrupted."""
    import watchfiles

    _say("watching; Ctrl-C ends it")
    for changes in watchfiles.watch(*folders, raise_interrupt=True):
        pages = {path for _, path in changes if path.endswith(".md")}
        if not pages:
            continue
        if sys.stdout.isatty():
            # Begin at the top of an empty screen.
            sys.stdout.write("\x1b[2J\x1b[H")
        run(pages)
        _say(f"verified at {datetime.now():%H:%M:%S}; watching")
    return INTERRUPTED


def _say(what: str) -> None:
    print(f"bugcatalog: {what}", file=sys.stderr, flush=True)
