"""What waits to be told a store: a folder of batches, each a file that appears in one step and goes when
the store has it. Any number of programs may put and take at once."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bugcatalog_ls.workspace.history import Batch

_SUFFIX = ".batch"


def put(outbox: Path, batch: Batch) -> None:
    """Leave a batch for delivery. Raises `OSError` where it can't be written."""
    outbox.mkdir(parents=True, exist_ok=True)
    # The names sort by time, so that batches go out in the order in which they came in.
    name = f"{batch.at:015}-{batch.id}"
    temporary = outbox / f"{name}.{os.urandom(4).hex()}"
    with open(temporary, "wb") as file:
        file.write(msgspec.json.encode(batch))
        file.flush()
        # What was noted as told must be there after the power was cut.
        os.fsync(file.fileno())
    os.replace(temporary, outbox / f"{name}{_SUFFIX}")


def waiting(outbox: Path) -> list[Path]:
    """The batches that wait, oldest first."""
    with contextlib.suppress(OSError):
        return sorted(path for path in outbox.iterdir() if path.suffix == _SUFFIX)
    return []


def batches(outbox: Path) -> Iterator[tuple[Path, Batch]]:
    """The batches that can be read, oldest first; one that can't be is put aside and kept."""
    for path in waiting(outbox):
        try:
            batch = msgspec.json.decode(path.read_bytes(), type=Batch)
        except FileNotFoundError:
            continue
        except (msgspec.MsgspecError, UnicodeDecodeError, OSError):
            with contextlib.suppress(OSError):
                path.rename(path.with_suffix(".unreadable"))
            continue
        yield path, batch
