"""How constraints of a replayed table change: dropped by name, pointing to a renamed table."""

from __future__ import annotations

import re

import msgspec

from bugcatalog_ls.facts.constraints import Constraints, ForeignKeyConstraint, TableIndex, UniqueConstraint

_Constraint = ForeignKeyConstraint | TableIndex | UniqueConstraint


def without_constraint(constraints: Constraints, name: str, kind: str) -> Constraints:
    """What is left when a constraint of a name is dropped; `kind` as `drop_constraint` has it.

    The name of an unnamed one was made by the database or by a naming convention: the one that such
    a name fits goes. Where none or several fit, the rest is not known.
    """
    if kind in ("check", "primary", "primary_key"):
        return constraints
    kinds: dict[str, tuple[_Constraint, ...]] = {
        "foreignkey": constraints.foreign_keys,
        "unique": constraints.uniques,
        "index": constraints.indexes,
    }
    # SQLAlchemy's unique index may be dropped as a constraint, and the other way round in MySQL.
    order = [kind, *(other for other in ("unique", "index") if kind in ("unique", "index") and other != kind)]
    searched = [each for each in order if each in kinds] or list(kinds)
    for each in searched:
        for found in kinds[each]:
            if found.name == name and name:
                return constraints.without(found)
    fitting = [
        (len(found.columns), found)
        for each in (searched[:1] if kind else searched)
        for found in kinds[each]
        if not found.name and _fits(found, name)
    ]
    if fitting:
        most = max(length for length, _ in fitting)
        best = [found for length, found in fitting if length == most]
        if len(best) == 1:
            return constraints.without(best[0])
    if kind and not kinds.get(searched[0]) and constraints.known:
        # There is none of the kind: it is gone already, or was never there in this dialect.
        return constraints
    return constraints.unknown()


def referring_to(constraints: Constraints, old: str, new: str) -> Constraints:
    """Constraints whose foreign keys follow a table that gets another name."""
    if all(each.table != old for each in constraints.foreign_keys):
        return constraints
    keys = tuple(
        msgspec.structs.replace(each, table=new) if each.table == old else each
        for each in constraints.foreign_keys
    )
    return msgspec.structs.replace(constraints, foreign_keys=keys)


def _fits(found: _Constraint, name: str) -> bool:
    """Whether a name may be the one that a database or a convention gave a constraint."""
    words = name.casefold()
    if not words:
        return True
    ordinal = re.search(r"_ibfk_\d+$", words)
    if ordinal is not None:
        return isinstance(found, ForeignKeyConstraint)
    return all(column.casefold() in words for column in found.columns)
