"""The history as an editor writes it: what stands in files that are opened or saved, not what is half-typed;
and the stores that catalogs come from."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from bugcatalog_ls.ide.rooms import Room
from bugcatalog_ls.workspace import outbox
from bugcatalog_ls.workspace.delivery_orders import is_worth_a_try, last_outcome, order_for, send
from bugcatalog_ls.workspace.files import ReadResult
from bugcatalog_ls.workspace.history import Scope
from bugcatalog_ls.workspace.reading import read_file
from bugcatalog_ls.workspace.recording import is_recorded, record
from bugcatalog_ls.workspace.settings_selection import is_selected
from bugcatalog_ls.workspace.store_address import store_address
from bugcatalog_ls.workspace.store_mirror import fetched_at, orders_for_catalogs
from bugcatalog_ls.workspace.witness import Witness
from bugcatalog_ls.workspace.workspace import Workspace

# Each delivery is a process: a team hears soon, one's own history is read seldom.
_SHARED_SECONDS = 20.0
_OWN_SECONDS = 300.0
# How long a store's answer is looked out for, and how often.
_PATIENCE_SECONDS = 20.0
_GLANCE_SECONDS = 0.5


class Memory:
    """What of an editor's session is still to be remembered, and what is awaited of stores."""

    def __init__(self) -> None:
        self._saved: dict[tuple[int, str], Room] = {}
        self._delivered: dict[int, float] = {}
        self._fetched: dict[int, tuple[object, ...]] = {}
        self._awaited_until = 0.0
        self._glanced = 0.0

    def note(self, room: Room) -> None:
        """A file was opened or saved."""
        if is_recorded(room.workspace.settings):
            self._saved[id(room.workspace), room.path] = room

    def work(self, workspaces: Iterable[Workspace]) -> None:
        """Record what was saved in workspaces that were read whole, and send it on now and then."""
        for workspace in workspaces:
            if not workspace.is_scanned or workspace.n_pending:
                continue
            paths = {path for number, path in self._saved if number == id(workspace)}
            if paths:
                for path in paths:
                    del self._saved[id(workspace), path]
                _record(workspace, paths)
            self._deliver(workspace)

    def fetch_catalogs(self, workspace: Workspace) -> None:
        """Have the pages of stores fetched that catalogs come from."""
        self._fetched[id(workspace)] = _stamps(workspace)
        if orders := orders_for_catalogs(workspace.settings, workspace.root):
            send(orders)
            self._awaited_until = time.monotonic() + _PATIENCE_SECONDS

    def with_new_pages(self, workspaces: Iterable[Workspace]) -> list[Workspace]:
        """The workspaces for which a store has answered."""
        if not self.is_waiting or time.monotonic() < self._glanced + _GLANCE_SECONDS:
            return []
        self._glanced = time.monotonic()
        found = []
        for workspace in workspaces:
            stamps = _stamps(workspace)
            if stamps != self._fetched.get(id(workspace), stamps):
                self._fetched[id(workspace)] = stamps
                found.append(workspace)
        return found

    @property
    def is_waiting(self) -> bool:
        return time.monotonic() < self._awaited_until

    def _deliver(self, workspace: Workspace) -> None:
        settings = workspace.settings
        if not is_recorded(settings):
            return
        pause = _SHARED_SECONDS if settings.store is not None else _OWN_SECONDS
        if time.monotonic() < self._delivered.get(id(workspace), -pause) + pause:
            return
        address = store_address(settings.store, workspace.root)
        url = address.url()
        if url and outbox.waiting(address.outbox) and is_worth_a_try(address):
            self._delivered[id(workspace)] = time.monotonic()
            send([order_for(address, url)])


def _record(workspace: Workspace, paths: set[str]) -> None:
    """Record files whose text is the one on disk."""
    witness = Witness()
    looked_at = {path for path in paths if _is_as_on_disk(workspace, path)}
    workspace.witness = witness
    try:
        for path in looked_at:
            workspace.diagnose(path)
    finally:
        workspace.witness = None
    settings, entries = workspace.settings, workspace.configuration.entries
    failed = {path for path in looked_at if (result := workspace.results.get(path)) and result.failures}
    scope = Scope(
        was_looked_at=lambda path: path in looked_at - failed,
        is_looked_for=lambda code, path: code in entries and is_selected(settings, code, path),
        is_switched_off=lambda code, path: True,
        is_gone=lambda path: not Path(workspace.root, path).exists(),
    )
    seen = {path: sightings for path, sightings in witness.seen.items() if path not in failed}
    record(store_address(settings.store, workspace.root), seen, scope)


def _is_as_on_disk(workspace: Workspace, path: str) -> bool:
    source = workspace.source(path)
    if source is None or path in workspace.problems:
        return False
    read = read_file(workspace.root, path, workspace.settings.max_file_size)
    return isinstance(read, ReadResult) and read.data == source.data


def _stamps(workspace: Workspace) -> tuple[object, ...]:
    """What changes when a store has answered, or is known not to."""
    stores = [store_address(secret, workspace.root) for secret in workspace.settings.catalog_stores]
    return tuple((fetched_at(store), last_outcome(store)) for store in stores)
