"""Catalogs that are stores: their pages as they last were, in a folder of ours, and when to fetch them again.

Loading a catalog reads the folder only: a store that does not answer delays nothing and loses nothing.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Mapping
from pathlib import Path

from bugcatalog_ls.catalog.page_sharing import is_page_path
from bugcatalog_ls.workspace.delivery_orders import Order, is_worth_a_try, last_outcome, order_for
from bugcatalog_ls.workspace.settings import LoadedSettings, Settings, SettingsError
from bugcatalog_ls.workspace.store_address import StoreAddress, store_address

_FRESH_SECONDS = 300.0
_STAMP = ".fetched"


def is_fetched(address: StoreAddress) -> bool:
    return (address.mirror / _STAMP).exists()


def fetched_at(address: StoreAddress) -> float:
    """When the pages were fetched last, in seconds since 1970; 0 for never."""
    try:
        return (address.mirror / _STAMP).stat().st_mtime
    except OSError:
        return 0.0


def is_fresh(address: StoreAddress) -> bool:
    """Whether the pages were fetched a moment ago."""
    return time.time() - fetched_at(address) < _FRESH_SECONDS


def orders_for_catalogs(settings: Settings, root: Path) -> list[Order]:
    """What is to be fetched of the stores that `catalogs` names, as far as their pages are not fresh."""
    orders = []
    for secret in settings.catalog_stores:
        address = store_address(secret, root)
        url = address.url()
        if url and not is_fresh(address) and is_worth_a_try(address):
            orders.append(order_for(address, url, with_pages=True))
    return orders


def mirrored(loaded: LoadedSettings, root: Path) -> tuple[list[Path], list[SettingsError]]:
    """The folders that stand for the stores of `catalogs`, and what is told of those that were never read."""
    stores = [store_address(secret, root) for secret in loaded.settings.catalog_stores]
    missing = [_missing_store(loaded, store) for store in stores if not is_fetched(store)]
    return [store.mirror for store in stores if is_fetched(store)], missing


def _missing_store(loaded: LoadedSettings, address: StoreAddress) -> SettingsError:
    """What is told of a store whose pages were never fetched."""
    outcome = last_outcome(address)
    if address.url() is None:
        reason = "has no URL, because the environment does not hold it"
    else:
        reason = outcome.problem if outcome is not None and outcome.problem else "was not read yet"
    origin = loaded.origin_of("catalogs")
    path, _, line = origin.partition(":")
    message = f"{address.name} {reason}; the entries of its catalog are left out."
    if not line.isdigit():
        path, line = "", "0"
    return SettingsError(path, int(line), 1, "catalogs", message, origin, "warning")


def write_mirror(address: StoreAddress, pages: Mapping[str, str]) -> bool:
    """Make the folder hold these pages, by path, and no others; whether any is new, changed or gone."""
    folder = address.mirror
    folder.mkdir(parents=True, exist_ok=True)
    kept = {path: text for path, text in pages.items() if is_page_path(path)}
    has_changed = False
    for path, text in kept.items():
        file = folder / path
        data = text.encode("utf-8", "replace")
        with contextlib.suppress(OSError):
            if file.read_bytes() == data:
                continue
        file.parent.mkdir(parents=True, exist_ok=True)
        _replace(file, data)
        has_changed = True
    for file in folder.rglob("*.md"):
        if file.relative_to(folder).as_posix() not in kept:
            file.unlink(missing_ok=True)
            has_changed = True
    _replace(folder / _STAMP, b"")
    return has_changed


def _replace(file: Path, data: bytes) -> None:
    temporary = file.with_name(f".{file.name}.{os.urandom(4).hex()}")
    temporary.write_bytes(data)
    os.replace(temporary, file)
