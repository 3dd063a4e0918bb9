"""What a check saw is remembered: told to the history when all is shown, and sent on to the team's store.

Nothing of it can fail a check, nor keep it waiting: only where a machine lives for one run is the
delivery waited for, a few seconds at most.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from bugcatalog_ls.cli.exits import warn
from bugcatalog_ls.cli.scan import Room
from bugcatalog_ls.cli.targets import filename_of
from bugcatalog_ls.workspace import outbox
from bugcatalog_ls.workspace.delivery_orders import is_worth_a_try, last_outcome, order_for, send
from bugcatalog_ls.workspace.history import Scope
from bugcatalog_ls.workspace.recording import is_recorded, record
from bugcatalog_ls.workspace.settings_selection import is_selected
from bugcatalog_ls.workspace.store_address import StoreAddress, store_address
from bugcatalog_ls.workspace.witness import Witness
from bugcatalog_ls.workspace.workspace import Workspace

# How long a delivery is waited for where nothing of this machine stays.
_CI_SECONDS = 10.0
# So many runs may wait for somebody to ask what is in the user's own history.
_MANY = 50


def call_witnesses(rooms: Sequence[Room]) -> None:
    """Have all that is diagnosed from now on seen, where a history is kept."""
    for _, workspace in rooms:
        workspace.witness = Witness() if is_recorded(workspace.settings) else None


def remember(
    rooms: Sequence[Room],
    places: Iterable[tuple[Workspace, str]],
    keep: Callable[[str], bool],
    *,
    has_failed: bool,
    chooses_codes: bool,
) -> None:
    """Note what was seen in `places`. `keep` chose among file names; `chooses_codes` says that the command
    line left codes out, which does not mend them."""
    by_workspace: dict[int, set[str]] = {}
    for workspace, path in places:
        by_workspace.setdefault(id(workspace), set()).add(path)
    orders = []
    for target, workspace in rooms:
        witness, workspace.witness = workspace.witness, None
        if witness is None:
            continue
        looked_at = by_workspace.get(id(workspace), set())
        scope = _scope(Room(target, workspace), looked_at, keep, has_failed, chooses_codes)
        address = store_address(workspace.settings.store, workspace.root)
        record(address, witness.seen, scope)
        url = address.url()
        n_waiting = len(outbox.waiting(address.outbox))
        if (
            n_waiting
            and url
            and is_worth_a_try(address)
            and (address.secret is not None or n_waiting > _MANY)
        ):
            orders.append(order_for(address, url))
        elif n_waiting and address.secret is not None:
            _tell(address, n_waiting, url)
    is_waited_for = bool(os.environ.get("CI"))
    send(orders, wait=_CI_SECONDS if is_waited_for else 0.0)
    for order in orders if is_waited_for else ():
        address = order.address()
        if n_waiting := len(outbox.waiting(address.outbox)):
            _tell(address, n_waiting, order.url)


def _tell(address: StoreAddress, n_waiting: int, url: str | None) -> None:
    """Say that the team's store has not got what it should, once a run and only where it is known why."""
    outcome = last_outcome(address)
    reason = f"has no URL: {address.secret} is not set" if url is None else outcome.problem if outcome else ""
    if reason:
        runs = "1 run waits" if n_waiting == 1 else f"{n_waiting} runs wait"
        warn(f"{address.name} {reason}; {runs} in {address.outbox} and will be delivered later.")


def _scope(
    room: Room,
    looked_at: set[str],
    keep: Callable[[str], bool],
    has_failed: bool,
    chooses_codes: bool,
) -> Scope:
    target, workspace = room
    settings, root = workspace.settings, workspace.root
    entries = workspace.configuration.entries
    unreadable = set(workspace.problems)

    def was_looked_at(path: str) -> bool:
        if path in looked_at:
            return path not in unreadable
        # What is not there any more can't be among the files, but belongs to what was asked for.
        return target.shows(path) and keep(filename_of(root, path)) and path not in unreadable

    def is_looked_for(code: str, path: str) -> bool:
        return code in entries and is_selected(settings, code, path) and (path in looked_at or is_gone(path))

    def is_gone(path: str) -> bool:
        return not Path(root, path).exists()

    return Scope(
        was_looked_at,
        is_looked_for,
        lambda code, path: not chooses_codes,
        is_gone,
        is_whole=not has_failed,
    )
