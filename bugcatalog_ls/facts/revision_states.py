"""The schema before a revision and behind it."""

from __future__ import annotations

import msgspec

from bugcatalog_ls.facts.column_types import ColumnType
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.migration_graph import graph
from bugcatalog_ls.facts.replay import Replay
from bugcatalog_ls.facts.schema_tables import Table
from bugcatalog_ls.syntax.modules import module_name


class RevisionStates(msgspec.Struct, frozen=True):
    """The tables that are there before a revision and those behind it, by `[schema.]name`."""

    before: dict[str, Table] = {}
    after: dict[str, Table] = {}


@derived
def states_around(index: FactIndex, environment: str, path: str) -> RevisionStates:
    """What the replay knows around the revision at a path; nothing where the graph is broken.

    This replays the history once more: ask only where a revision leaves no other way to know.
    """
    found = graph(index, environment)
    if not found.whole or path not in found.order:
        return RevisionStates()
    replay = Replay(index, "")
    before: dict[str, Table] = {}
    for each in found.order[: found.order.index(path) + 1]:
        before = dict(replay.schema.tables)
        replay.upgrade(each, module_name(each))
    return RevisionStates(before, dict(replay.schema.tables))


@derived
def type_once(index: FactIndex, environment: str, table: str, column: str) -> ColumnType:
    """The type that a column had when the history last knew it; one without a name where it never did.

    This replays the history once more, too.
    """
    found = graph(index, environment)
    replay, known = Replay(index, ""), ColumnType()
    for each in found.order if found.whole else ():
        replay.upgrade(each, module_name(each))
        known = _type_in(replay.schema.tables.get(table), column) or known
    return known


def type_before(states: RevisionStates, table: str, column: str) -> ColumnType:
    """The type of a column before the revision; one without a name where it is not known."""
    return _type_in(states.before.get(table), column) or ColumnType()


def _type_in(table: Table | None, column: str) -> ColumnType | None:
    there = table.column(column) if table is not None else None
    return there.column.type if there is not None and there.certain else None
