"""What a store remembers, read for reports and hovers. This imports SQLAlchemy."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import func, select

from bugcatalog_ls.catalog.store import Store
from bugcatalog_ls.catalog.store_tables import events, occurrences, repositories
from bugcatalog_ls.workspace.history_counts import Count


class Occurrence(msgspec.Struct, frozen=True):
    """One finding of a repository and what became of it. Times are in milliseconds."""

    id: int
    repository: str
    code: str
    severity: str
    path: str
    line: int
    message: str
    state: str
    reason: str
    first_seen_at: int
    first_person: str
    last_seen_at: int
    changed_at: int
    changed_person: str
    n_mended: int


class Event(msgspec.Struct, frozen=True):
    """That a finding's state changed. `before` is empty where it was seen for the first time."""

    occurrence: int
    before: str
    after: str
    at: int


class Repository(msgspec.Struct, frozen=True):
    """A repository that was looked at, and when and by whom last."""

    name: str
    last_run_at: int
    last_person: str
    last_machine: str


class History(msgspec.Struct, frozen=True):
    """All that is remembered of some repositories."""

    repositories: tuple[Repository, ...]
    occurrences: tuple[Occurrence, ...]
    events: tuple[Event, ...]


def repository_names(store: Store) -> list[str]:
    with store.engine.begin() as connection:
        return list(connection.execute(select(repositories.c.name).order_by(repositories.c.name)).scalars())


def read_history(store: Store, names: Sequence[str]) -> History:
    """The history of the repositories with these names."""
    r, o, e = repositories.c, occurrences.c, events.c
    wanted = r.name.in_(names)
    with store.engine.begin() as connection:
        found = connection.execute(
            select(r.name, r.last_run_at, r.last_person, r.last_machine).where(wanted).order_by(r.name)
        )
        known = tuple(Repository(*row) for row in found)
        rows = connection.execute(
            select(
                o.id,
                r.name,
                o.code,
                o.severity,
                o.path,
                o.line,
                o.message,
                o.state,
                o.reason,
                o.first_seen_at,
                o.first_person,
                o.last_seen_at,
                o.changed_at,
                o.changed_person,
                o.n_mended,
            )
            .join_from(occurrences, repositories)
            .where(wanted)
            .order_by(r.name, o.path, o.line, o.code, o.id)
        )
        kept = tuple(Occurrence(*tuple(row)) for row in rows)
        happened = connection.execute(
            select(e.occurrence_id, e.before, e.after, e.at)
            .join_from(events, occurrences)
            .join(repositories)
            .where(wanted)
            .order_by(e.at, e.id)
        )
        return History(known, kept, tuple(Event(*row) for row in happened))


def read_counts(store: Store, repository: str) -> dict[str, Count]:
    """What hovers tell of a repository, by code."""
    o = occurrences.c
    here = (
        select(o.code, o.state, func.count(), func.sum(o.n_mended), func.max(o.last_seen_at))
        .join_from(occurrences, repositories)
        .where(repositories.c.name == repository)
        .group_by(o.code, o.state)
    )
    last = (
        select(o.code, o.changed_person, o.changed_at)
        .join_from(occurrences, repositories)
        .where(repositories.c.name == repository)
        .order_by(o.changed_at, o.id)
    )
    with store.engine.begin() as connection:
        groups = connection.execute(here).all()
        persons = {code: (person, at) for code, person, at in connection.execute(last)}
    counts: dict[str, Count] = {}
    for code, state, n_found, n_mended, _ in groups:
        before = counts.get(code, Count(0, 0, 0, *persons[code]))
        counts[code] = msgspec.structs.replace(
            before,
            n_seen=before.n_seen + n_found,
            n_mended=before.n_mended + int(n_mended),
            n_suppressed=before.n_suppressed + (n_found if state == "suppressed" else 0),
        )
    return counts
