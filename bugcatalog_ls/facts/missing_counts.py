"""How much, in the whole workspace, seems to be missing: so much that it must come from somewhere.

Code that runs has a slip or two of a class. Where a class lacks many names, or the same name at many
places or on classes of many families, something gives them that the text does not show.
"""

from __future__ import annotations

import msgspec

from bugcatalog_ls.facts.attribute_uses import AttributeUses
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.member_owners import Owner
from bugcatalog_ls.facts.missing_members import missing_in
from bugcatalog_ls.facts.resolve import class_at, mro
from bugcatalog_ls.syntax.modules import is_test_path

_MAX_FILES = 5
_MAX_PLACES = 12
_MAX_FAMILIES = 3
_MAX_NAMES = 8
_MAX_NAMES_WITH_SLIPS = 12
_MAX_IN_ALL = 30


class _Counts(msgspec.Struct):
    """What all files together lack: names by owner, files, places and families by name."""

    names: dict[str, set[str]]
    files: dict[tuple[str, str], set[str]]
    places: dict[tuple[str, str], int]
    families: dict[str, set[str]]
    in_all: tuple[set[tuple[str, str]], set[tuple[str, str]]]


@derived
def is_missing_too_often(index: FactIndex, owner: Owner, name: str, is_slip: bool, in_test: bool) -> bool:
    """Whether so much is missing that a name is rather given by something unseen; `is_slip` tells that
    it is written nearly like one that is there, `in_test` that it is read in a test."""
    counts = _counts(index)
    read = (owner.symbol, name)
    if len(counts.files.get(read, ())) > _MAX_FILES or counts.places.get(read, 0) > _MAX_PLACES:
        return True
    if len(counts.families.get(name, ())) > _MAX_FAMILIES:
        return True
    n_names = len(counts.names.get(owner.symbol, ()))
    if n_names > (_MAX_NAMES_WITH_SLIPS if is_slip else _MAX_NAMES):
        return True
    return not is_slip and len(counts.in_all[in_test]) > _MAX_IN_ALL


@derived
def _counts(index: FactIndex) -> _Counts:
    counts = _Counts({}, {}, {}, {}, (set(), set()))
    for path in sorted(index.keys(AttributeUses)):
        in_test = is_test_path(path)
        for use, owner in missing_in(index, path):
            read = (owner.symbol, use.name)
            counts.names.setdefault(owner.symbol, set()).add(use.name)
            counts.files.setdefault(read, set()).add(path)
            counts.places[read] = counts.places.get(read, 0) + len(use.name_anchors)
            counts.families.setdefault(use.name, set()).add(_family(index, owner))
            counts.in_all[in_test].add(read)
    return counts


def _family(index: FactIndex, owner: Owner) -> str:
    """The last base of a class that the workspace has; a module is its own."""
    if owner.kind == "module":
        return owner.symbol
    known = [base for base in mro(index, owner.symbol)[0] if class_at(index, base) is not None]
    return known[-1] if known else owner.symbol
