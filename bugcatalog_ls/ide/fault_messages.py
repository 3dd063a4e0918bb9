"""Messages about settings and catalog pages in which something is wrong, each shown once."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

from bugcatalog_ls.ide.api import events
from bugcatalog_ls.ide.api.contract import Emit
from bugcatalog_ls.workspace.workspace import Workspace


class FaultMessages:
    """The faults that the user was told of."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def tell(self, workspaces: Iterable[Workspace], emit: Emit) -> None:
        """One message for each file in which something new is wrong."""
        for workspace in workspaces:
            for path, faults in groupby(workspace.tool_findings(), key=attrgetter("path")):
                keys = {f"{workspace.root} {path} {fault.message}": fault for fault in faults}
                new = [(key, fault) for key, fault in keys.items() if key not in self._told]
                if not new:
                    continue
                self._told.update(keys)
                key, fault = new[0]
                where = f"{path}:{fault.line}: " if path else ""
                more = f" (There are {len(new) - 1} more there.)" if len(new) > 2 else ""
                more = " (There is one more there.)" if len(new) == 2 else more
                emit(events.ServerMessage("warning", f"{where}{fault.message}{more}", key))
            for problem in workspace.problems.values():
                emit(events.Log("warning", problem.message))
