"""Batches of runs written to a store: each once and as a whole, whatever others write at the same time.

Of two that tell of the same finding, the later one decides what became of it. This imports SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Table, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bugcatalog_ls.catalog.store import Store
from bugcatalog_ls.catalog.store_tables import deliveries, events, occurrences, repositories
from bugcatalog_ls.workspace.history import Batch, Change

_CHUNK = 500


def write_batch(store: Store, batch: Batch) -> bool:
    """Write a batch in one transaction; False where the store has it already."""
    with store.engine.begin() as connection:
        if not _insert_new(connection, deliveries, [{"batch": batch.id, "at": batch.at}]):
            return False
        repository = _repository(connection, batch)
        # Rows are locked in the same order by everybody, so that nobody waits for each other.
        changes = sorted(batch.changes, key=lambda change: change.identity)
        for chunk in _chunks(changes):
            _apply(connection, repository, batch, chunk)
        for identities in _chunks(sorted(batch.still_there)):
            connection.execute(
                update(occurrences)
                .where(
                    occurrences.c.repository_id == repository,
                    occurrences.c.identity.in_(identities),
                    occurrences.c.last_seen_at < batch.at,
                )
                .values(last_seen_at=batch.at)
            )
        return True


def _repository(connection: Connection, batch: Batch) -> int:
    """The repository's number, made where it is new; whose run was the last is noted."""
    row = {
        "name": batch.repository,
        "last_run_at": batch.at,
        "last_person": batch.person,
        "last_machine": batch.machine,
    }
    c = repositories.c
    if not _insert_new(connection, repositories, [row]):
        known = (c.name == batch.repository) & (c.last_run_at < batch.at)
        connection.execute(update(repositories).where(known).values(row))
    number: int = connection.execute(select(c.id).where(c.name == batch.repository)).scalar_one()
    return number


def _apply(connection: Connection, repository: int, batch: Batch, changes: Sequence[Change]) -> None:
    rows = _renamed(connection, repository, changes)
    new = [change for change in changes if change.identity not in rows and change.state != "mended"]
    if new:
        _insert_new(connection, occurrences, [_first_row(repository, batch, change) for change in new])
        made = _locked(connection, repository, {change.identity for change in new})
        rows.update(made)
    updates: list[dict[str, Any]] = []
    earlier: list[dict[str, Any]] = []
    told: list[dict[str, Any]] = []
    for change in changes:
        row = rows.get(change.identity)
        if row is None:
            # It was mended before anybody told of it.
            continue
        if batch.at < row.changed_at:
            # Somebody has told of a later state.
            if batch.at < row.first_seen_at:
                earlier.append({"row": row.id, "first_seen_at": batch.at, "first_person": batch.person})
            continue
        is_first = row.changed_person == "" and row.changed_at == 0
        is_news = is_first or row.state != change.state
        updates.append(
            {
                "row": row.id,
                **_told_by(change),
                "last_seen_at": row.last_seen_at
                if change.state == "mended"
                else max(row.last_seen_at, batch.at),
                "changed_at": batch.at if is_news else row.changed_at,
                "changed_person": batch.person if is_news else row.changed_person,
                "n_mended": row.n_mended + (is_news and change.state == "mended"),
            }
        )
        if is_news:
            told.append(
                {
                    "occurrence_id": row.id,
                    "before": "" if is_first else row.state,
                    "after": change.state,
                    "at": batch.at,
                    "person": batch.person,
                    "machine": batch.machine,
                }
            )
    for values in (updates, earlier):
        _update(connection, values)
    if told:
        connection.execute(insert(events), told)


def _renamed(connection: Connection, repository: int, changes: Sequence[Change]) -> dict[str, Row[Any]]:
    """The rows of findings by the names that they have now."""
    names = {each for change in changes for each in (change.identity, change.was)}
    rows = _locked(connection, repository, names)
    for change in changes:
        was = rows.get(change.was)
        if was is None:
            continue
        # What is known under its new name already needs the old one no more.
        if change.identity in rows:
            connection.execute(delete(occurrences).where(occurrences.c.id == was.id))
        else:
            renamed = update(occurrences).where(occurrences.c.id == was.id)
            connection.execute(renamed.values(identity=change.identity))
            rows[change.identity] = was
        del rows[change.was]
    return rows


def _told_by(change: Change) -> dict[str, Any]:
    """What a row takes over from a change as it is."""
    return {
        "code": change.code,
        "severity": change.severity,
        "path": change.path,
        "line": change.line,
        "message": change.message,
        "state": change.state,
        "reason": change.reason,
    }


def _update(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        changed = update(occurrences).where(occurrences.c.id == bindparam("row"))
        names = [name for name in rows[0] if name != "row"]
        connection.execute(changed.values({name: bindparam(name) for name in names}), rows)


def _locked(connection: Connection, repository: int, identities: set[str]) -> dict[str, Row[Any]]:
    """The rows of findings, held until the transaction ends."""
    wanted = (
        select(occurrences)
        .where(occurrences.c.repository_id == repository, occurrences.c.identity.in_(identities - {""}))
        .order_by(occurrences.c.identity)
        .with_for_update()
    )
    return {row.identity: row for row in connection.execute(wanted)}


def _first_row(repository: int, batch: Batch, change: Change) -> dict[str, Any]:
    """A row that says nothing of what became of the finding yet."""
    return {
        "repository_id": repository,
        "identity": change.identity,
        **_told_by(change),
        "first_seen_at": batch.at,
        "first_person": batch.person,
        "last_seen_at": batch.at,
        "changed_at": 0,
        "changed_person": "",
        "n_mended": 0,
    }


def _insert_new(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> int:
    """Insert the rows that are not there; how many were."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    key = next(iter(table.primary_key.columns))
    made = dialect.insert(table).values(list(rows)).on_conflict_do_nothing().returning(key)
    return len(connection.execute(made).all())


_Item = TypeVar("_Item")


def _chunks(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    left = iter(items)
    while chunk := list(islice(left, _CHUNK)):
        yield chunk
