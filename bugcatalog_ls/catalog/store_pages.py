"""The pages that a store holds: the newest of each code, any version of one, and a next version."""

from __future__ import annotations

import platform
import time
from hashlib import blake2b
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from bugcatalog_ls.catalog.store import Store
from bugcatalog_ls.catalog.store_tables import pages


class StoredPage(NamedTuple):
    """One version of a page. `path` is relative to a catalog's folder, with `/`."""

    code: str
    version: int
    path: str
    text: str
    is_deleted: bool
    person: str
    at: int


def newest_pages(store: Store) -> dict[str, StoredPage]:
    """The newest version of every page by code, deleted ones too."""
    newest = (
        select(pages.c.code, func.max(pages.c.version).label("version")).group_by(pages.c.code).subquery()
    )
    wanted = select(*_columns()).join(
        newest, (newest.c.code == pages.c.code) & (newest.c.version == pages.c.version)
    )
    with store.engine.begin() as connection:
        found = [StoredPage(*row) for row in connection.execute(wanted.order_by(pages.c.code))]
    return {page.code: page for page in found}


def page_version(store: Store, code: str, version: int) -> StoredPage | None:
    wanted = select(*_columns()).where(pages.c.code == code, pages.c.version == version)
    with store.engine.begin() as connection:
        row = connection.execute(wanted).one_or_none()
    return StoredPage(*row) if row is not None else None


def version_with_text(store: Store, code: str, text: str) -> int | None:
    """The newest version of a page that says just this."""
    wanted = select(func.max(pages.c.version)).where(
        pages.c.code == code, pages.c.digest == digest_of(text), pages.c.is_deleted.is_(False)
    )
    with store.engine.begin() as connection:
        version: int | None = connection.execute(wanted).scalar_one()
    return version


def put_page(
    store: Store, code: str, base: int, path: str, text: str, person: str, *, is_deleted: bool = False
) -> bool:
    """Add the version after `base` (0: the first); False where somebody else has just done so."""
    row = {
        "code": code,
        "version": base + 1,
        "path": path,
        "text": text,
        "digest": digest_of(text),
        "is_deleted": is_deleted,
        "at": time.time_ns() // 1_000_000,
        "person": person,
        "machine": platform.node(),
    }
    with store.engine.begin() as connection:
        return _insert_new(connection, row)


def digest_of(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _columns() -> tuple[Any, ...]:
    c = pages.c
    return c.code, c.version, c.path, c.text, c.is_deleted, c.person, c.at


def _insert_new(connection: Connection, row: dict[str, object]) -> bool:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    made = dialect.insert(pages).values(**row).on_conflict_do_nothing().returning(pages.c.version)
    return connection.execute(made).first() is not None
