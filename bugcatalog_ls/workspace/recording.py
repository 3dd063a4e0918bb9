"""Recording: what a run saw is compared with what was known, and what has changed waits for the store.

Nothing here speaks to a store. A history that can't be written is done without: it never fails a run.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from bugcatalog_ls.workspace import outbox
from bugcatalog_ls.workspace.history import Batch, Known, Scope, Sighting, compare, identities
from bugcatalog_ls.workspace.locks import lock_held
from bugcatalog_ls.workspace.repository_name import person_at, repository_name
from bugcatalog_ls.workspace.settings import Settings
from bugcatalog_ls.workspace.store_address import StoreAddress

# Another run over the same files may be writing; it is not waited for long.
_LOCK_SECONDS = 0.5
# How often a store is told of what is still there.
_TELL_MILLISECONDS = 20 * 3_600_000
_FORMAT = 1


def is_recorded(settings: Settings, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether there is a history at all: a machine that lives for one run keeps none of its own."""
    in_ci = environment.get("CI", "").lower() not in ("", "0", "false")
    return settings.history and (settings.store is not None or not in_ci)


def record(address: StoreAddress, seen: Mapping[str, tuple[Sighting, ...]], scope: Scope) -> bool:
    """Note what a run saw; whether there is anything new to be delivered."""
    try:
        return _record(address, seen, scope)
    except OSError:
        return False


class _Snapshot(msgspec.Struct, array_like=True):
    """What a store was told of a working copy, or will be. `told_at` is when it was told all of it."""

    format: int
    told_at: int
    known: Known


def _record(address: StoreAddress, seen: Mapping[str, tuple[Sighting, ...]], scope: Scope) -> bool:
    file = address.of_root("known")
    with lock_held(file.with_suffix(".lock"), _LOCK_SECONDS) as is_held:
        if not is_held:
            # The next run tells it.
            return False
        before = _read(file)
        known, changes = compare(before.known, seen, scope)
        now = time.time_ns() // 1_000_000
        is_due = before.told_at + _TELL_MILLISECONDS < now and bool(known)
        if not changes and not is_due:
            if known is not before.known:
                _write(file, _Snapshot(_FORMAT, before.told_at, known))
            return False
        batch = Batch(
            id=os.urandom(16).hex(),
            at=now,
            repository=repository_name(address.root),
            person=person_at(address.root),
            machine=platform.node(),
            changes=tuple(changes),
            still_there=tuple(identities(known)) if is_due and before.known else (),
        )
        # First what is to be told, then that it was: a run that dies between tells it twice, which the
        # store does not mind.
        outbox.put(address.outbox, batch)
        _write(file, _Snapshot(_FORMAT, now if is_due else before.told_at, known))
        return True


def _read(file: Path) -> _Snapshot:
    try:
        snapshot = _DECODER.decode(file.read_bytes())
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return _Snapshot(_FORMAT, 0, {})
    return snapshot if snapshot.format == _FORMAT else _Snapshot(_FORMAT, 0, {})


def _write(file: Path, snapshot: _Snapshot) -> None:
    temporary = file.with_name(f"{file.name}.{os.urandom(4).hex()}")
    try:
        temporary.write_bytes(msgspec.msgpack.encode(snapshot))
        os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)


_DECODER = msgspec.msgpack.Decoder(_Snapshot)
