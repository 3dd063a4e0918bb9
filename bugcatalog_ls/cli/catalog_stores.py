"""Catalogs that are stores, as commands use them: waited for the first time, then fetched behind our back."""

from __future__ import annotations

import os
from pathlib import Path

from bugcatalog_ls.workspace.settings import Settings
from bugcatalog_ls.workspace.workspace import Workspace

_SECONDS = 15.0


def fetch_catalogs(workspace: Workspace) -> None:
    """See that the entries of stores are there, and not much older than what the stores hold."""
    if was_fetched(workspace.settings, workspace.root):
        workspace.reload()


def was_fetched(settings: Settings, root: Path) -> bool:
    """Whether it was worth waiting for stores, so that what they hold is to be loaded now."""
    # Imported only here: few catalogs are stores.
    from bugcatalog_ls.workspace.delivery_orders import send
    from bugcatalog_ls.workspace.store_address import store_address
    from bugcatalog_ls.workspace.store_mirror import is_fetched, orders_for_catalogs

    orders = orders_for_catalogs(settings, root)
    is_known = all(is_fetched(store_address(secret, root)) for secret in settings.catalog_stores)
    # A machine that lives for one run has nobody to profit from what is fetched later.
    is_waited_for = bool(orders) and (not is_known or bool(os.environ.get("CI")))
    send(orders, wait=_SECONDS if is_waited_for else 0.0)
    return is_waited_for
