"""Watching: a command run again whenever a file of its workspaces changes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from bugcatalog_ls.cli.exits import INTERRUPTED
from bugcatalog_ls.cli.scan import Room
from bugcatalog_ls.workspace.baseline import baseline_path
from bugcatalog_ls.workspace.configuration import SETTINGS_FILES
from bugcatalog_ls.workspace.workspace import Workspace


def watch(rooms: Sequence[Room], run: Callable[[], int], written: str | None = None) -> int:
    """Run now and after each change, until somebody interrupts. `written` is the file that a run writes."""
    import watchfiles

    run()
    workspaces = [room.workspace for room in rooms]
    own = None if written is None else os.path.abspath(written)
    is_watched = watchfiles.DefaultFilter()

    def is_of_interest(change: watchfiles.Change, path: str) -> bool:
        if path == own or not is_watched(change, path):
            return False
        return any(_matters(workspace, Path(path)) for workspace in workspaces)

    _say("watching; Ctrl-C ends it")
    for _ in watchfiles.watch(*_folders(workspaces), watch_filter=is_of_interest, raise_interrupt=True):
        for workspace in workspaces:
            workspace.reload()
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


def _folders(workspaces: Sequence[Workspace]) -> Iterator[Path]:
    """The roots, and the catalogs that lie outside of them."""
    for workspace in workspaces:
        yield workspace.root
        for folder in workspace.configuration.catalog_folders:
            if folder.is_dir() and not folder.resolve().is_relative_to(workspace.root.resolve()):
                yield folder


def _matters(workspace: Workspace, path: Path) -> bool:
    """Whether a change of a file may change what is found: what a run writes must not start the next one."""
    name = path.name
    if name in (*SETTINGS_FILES, ".gitignore") or path == workspace.root / baseline_path(workspace.settings):
        return True
    # Folders, which have no suffix most of the time, come and go with all that is in them.
    return not path.suffix or path.suffix == ".md" or workspace.wants(name)


def _say(what: str) -> None:
    print(f"bugcatalog: {what}", file=sys.stderr, flush=True)
