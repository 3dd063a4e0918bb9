"""What revisions leave behind where several ways may have been taken: schemas, names and values."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from bugcatalog_ls.facts.replay_functions import CallReplay
from bugcatalog_ls.facts.replay_sql import is_query
from bugcatalog_ls.facts.replay_values import (
    UNKNOWN,
    Pattern,
    Term,
    Unknowable,
    Value,
    either_text,
    equal,
)
from bugcatalog_ls.facts.schema import Schema, merged


class Opaque(msgspec.Struct, frozen=True):
    """Why something of a revision cannot be replayed, where, and which tables it may touch (None: any,
    none: those alone that no revision lists)."""

    revision: str
    anchor: str
    reason: str
    tables: tuple[str, ...] | None = None


class WaysReplay(CallReplay):
    """Brings together what different ways gave; what differs is unknown, and noted of tables."""

    opaque: list[Opaque]
    anchor: str

    def agreed(self, environments: list[dict[str, Value]]) -> dict[str, Value]:
        """The names after several ways: what differs is unknown, a text keeps what its versions share."""
        result: dict[str, Value] = dict(environments[0]) if environments else {}
        for other in environments[1:]:
            for name in {*result, *other}:
                result[name] = self.either(result.get(name, UNKNOWN), other.get(name, UNKNOWN))
        return result

    def either(self, one: Value, two: Value) -> Value:
        """The value that is one or the other."""
        if one is two or equal(one, two) is True:
            return one
        if isinstance(one, Term) and isinstance(two, Term):
            if one == two or (
                is_query(self.index, one, self.revision) and is_query(self.index, two, self.revision)
            ):
                return one
            return UNKNOWN
        if isinstance(one, str | Pattern) and isinstance(two, str | Pattern):
            return either_text(one, two)
        return one if type(one) is type(two) and not isinstance(one, Unknowable) and one == two else UNKNOWN

    def merged(self, states: Iterable[Schema]) -> Schema:
        unique: list[Schema] = []
        for state in states:
            if all(state is not other for other in unique):
                unique.append(state)
        if len(unique) == 1:
            return unique[0]
        self._note_differences(unique)
        return merged(unique)

    def _note_differences(self, states: list[Schema]) -> None:
        """Note the tables that are there in one way and missing, or have other columns, in another."""
        first, *others = (state.tables for state in states)
        changed: set[str] = set()
        for other in others:
            # What no way touches is one and the same table in all.
            changed.update(name for name, table in other.items() if first.get(name) is not table)
            changed |= first.keys() - other.keys()
        for name in sorted(changed):
            tables = [state.tables.get(name) for state in states]
            present = [table for table in tables if table is not None]
            columns = {frozenset(table.columns) for table in present}
            if len(present) < len(tables) or len(columns) > 1:
                note = Opaque(
                    self.revision, self.anchor, "a condition that is not known before it runs", (name,)
                )
                if note not in self.opaque:
                    self.opaque.append(note)


def copied(names: dict[str, Value]) -> dict[str, Value]:
    """Names for one of several ways: what it changes of a list or dict, the others do not see."""
    return {
        name: list(value) if isinstance(value, list) else dict(value) if isinstance(value, dict) else value
        for name, value in names.items()
    }
