"""Sending for the delivery: a process of its own that nobody waits for, how its last one ended, and when
another try is worth it."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bugcatalog_ls.workspace.settings_secrets import Secret
from bugcatalog_ls.workspace.store_address import StoreAddress

# A store that did not answer is let alone for a while; one that refuses, for longer.
_RETRY_SECONDS = {"": 0.0, "unreachable": 60.0, "newer": 3600.0, "wrong": 300.0}


class Order(msgspec.Struct, frozen=True):
    """What is to be done for a store. It holds the URL: it goes through a pipe and nowhere else."""

    url: str
    secret: str | None
    root: str
    folder: str
    with_pages: bool = False

    def address(self) -> StoreAddress:
        secret = Secret(self.secret) if self.secret is not None else None
        return StoreAddress(secret, Path(self.root), Path(self.folder))


class Orders(msgspec.Struct, frozen=True):
    orders: tuple[Order, ...]


class Outcome(msgspec.Struct, frozen=True):
    """How a delivery ended; `problem` is the end of a sentence that begins with the store's name."""

    at: float
    problem: str = ""
    trouble: str = ""


def order_for(address: StoreAddress, url: str, *, with_pages: bool = False) -> Order:
    text = address.secret.text if address.secret is not None else None
    return Order(url, text, str(address.root.absolute()), str(address.folder), with_pages)


def is_worth_a_try(address: StoreAddress) -> bool:
    """Whether the store has answered the last time, or that is long enough ago."""
    outcome = last_outcome(address)
    return outcome is None or outcome.at + _RETRY_SECONDS.get(outcome.trouble, 0.0) < time.time()


def send(orders: Sequence[Order], wait: float = 0.0) -> None:
    """Have orders carried out by a process that outlives this one; `wait` at most so many seconds for it."""
    if not orders:
        return
    # Imported only here: most runs have nothing to send.
    import subprocess

    folder = Path(orders[0].folder)
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        folder.mkdir(parents=True, exist_ok=True)
        process = subprocess.Popen(
            [sys.executable, "-m", "bugcatalog_ls.workspace.delivery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # Modules are looked for there first, and nobody else's code lies there.
            cwd=folder,
            start_new_session=os.name == "posix",
            creationflags=_DETACHED if os.name == "nt" else 0,
        )
        assert process.stdin is not None
        process.stdin.write(msgspec.json.encode(Orders(tuple(orders))))
        process.stdin.close()
        if wait:
            process.wait(wait)
        else:
            # Whoever goes on must not wait for it, nor be warned that nobody has.
            process.returncode = 0


_DETACHED = 0x00000008


def last_outcome(address: StoreAddress) -> Outcome | None:
    try:
        return msgspec.json.decode(address.outcome_file.read_bytes(), type=Outcome)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def write_outcome(address: StoreAddress, outcome: Outcome) -> None:
    file = address.outcome_file
    temporary = file.with_name(f"{file.name}.{os.urandom(4).hex()}")
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(msgspec.json.encode(outcome))
        os.replace(temporary, file)
