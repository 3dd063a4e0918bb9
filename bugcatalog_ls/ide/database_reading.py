"""Live databases read beside an editor's session: the user sees that it goes on, and what can't be read."""

from __future__ import annotations

from collections.abc import Iterable

from bugcatalog_ls.ide.api import events
from bugcatalog_ls.ide.api.contract import Emit
from bugcatalog_ls.workspace.live_databases import take_over
from bugcatalog_ls.workspace.workspace import Workspace


def begin_reading(workspace: Workspace, emit: Emit) -> None:
    """Ask the databases that settings give a URL for, unless they were asked already."""
    if workspace.live.begin(workspace.settings.databases, workspace.root):
        title = f"Reading the databases of {workspace.root.name}"
        emit(events.Progress(_token(workspace), "begin", title=title))


def take_answers(workspaces: Iterable[Workspace], emit: Emit) -> None:
    """Go on with what databases have answered, and tell of those that cannot be read, once."""
    for workspace in workspaces:
        answers = workspace.live.poll()
        if answers is None:
            continue
        emit(events.Progress(_token(workspace), "end"))
        for problem in take_over(answers, workspace.project.index):
            emit(events.ServerMessage("warning", problem, f"{workspace.root} {problem}"))
        emit(events.Stale())


def is_reading(workspaces: Iterable[Workspace]) -> bool:
    return any(workspace.live.is_reading for workspace in workspaces)


def let_go(workspace: Workspace, emit: Emit) -> None:
    """Await no more of a workspace that is no more among the roots."""
    if workspace.live.is_reading:
        emit(events.Progress(_token(workspace), "end"))


def _token(workspace: Workspace) -> str:
    return f"databases {workspace.root}"
