"""Delivery: what waits for a store is written there, and what hovers and catalogs need of it is fetched.

Run as a program, it reads its orders from standard input and ends by itself; nobody has to wait for it.
This imports SQLAlchemy.
"""

from __future__ import annotations

import contextlib
import sys
import time

import msgspec

from bugcatalog_ls.catalog.page_sharing import Page, free_path
from bugcatalog_ls.catalog.store import Store, StoreError, opened_store
from bugcatalog_ls.catalog.store_pages import newest_pages
from bugcatalog_ls.workspace import outbox
from bugcatalog_ls.workspace.delivery_orders import Orders, Outcome, write_outcome
from bugcatalog_ls.workspace.history_counts import write_counts
from bugcatalog_ls.workspace.history_reading import read_counts
from bugcatalog_ls.workspace.history_writing import write_batch
from bugcatalog_ls.workspace.locks import lock_held
from bugcatalog_ls.workspace.repository_name import repository_name
from bugcatalog_ls.workspace.store_address import StoreAddress
from bugcatalog_ls.workspace.store_mirror import write_mirror

_LOCK_SECONDS = 10.0
_N_TRIES = 3


def deliver(address: StoreAddress, url: str, *, with_pages: bool = False) -> Outcome:
    """Write all that waits, and fetch counts and, where asked for, pages; how it went. Raises nothing of
    the store's."""
    with lock_held(address.folder / "delivery.lock", _LOCK_SECONDS) as is_held:
        if not is_held:
            return Outcome(_now(), "is being written to by another program", "unreachable")
        try:
            with opened_store(url, address.root) as store:
                _forget_another_store(store, address)
                write_waiting(store, address)
                write_counts(address.of_root("counts"), read_counts(store, repository_name(address.root)))
                if with_pages:
                    fetch_pages(store, address)
        except StoreError as error:
            outcome = Outcome(_now(), str(error), error.trouble)
        else:
            outcome = Outcome(_now())
        write_outcome(address, outcome)
        return outcome


def _forget_another_store(store: Store, address: StoreAddress) -> None:
    """Where the address leads to another store than before, it must hear again all that the old one knew."""
    file = address.folder / "store-key"
    with contextlib.suppress(OSError):
        before = file.read_text(encoding="utf-8") if file.exists() else store.key
        if before != store.key:
            for known in address.folder.glob("known-*.msgpack"):
                known.unlink(missing_ok=True)
        file.write_text(store.key, encoding="utf-8")


def write_waiting(store: Store, address: StoreAddress) -> int:
    """Write the batches that wait, oldest first; how many there were. Each goes when the store has it."""
    n_written = 0
    for file, batch in outbox.batches(address.outbox):
        write_batch(store, batch)
        file.unlink(missing_ok=True)
        n_written += 1
    return n_written


def fetch_pages(store: Store, address: StoreAddress) -> bool:
    """Bring the copy of the store's pages up to date; whether anything in it changed."""
    pages: dict[str, str] = {}
    for page in newest_pages(store).values():
        if not page.is_deleted:
            pages[free_path(Page(page.code, page.path, page.text), pages)] = page.text
    return write_mirror(address, pages)


def main() -> None:
    orders = msgspec.json.decode(sys.stdin.buffer.read(), type=Orders)
    for order in orders.orders:
        address = order.address()
        for number in range(_N_TRIES):
            outcome = deliver(address, order.url, with_pages=order.with_pages)
            if outcome.trouble != "unreachable" or "busy" not in outcome.problem:
                break
            time.sleep(0.2 * (1 + number))


def _now() -> float:
    return time.time()


if __name__ == "__main__":
    main()
