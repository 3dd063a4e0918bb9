"""Whether the annotation of something may be right, by what is read off it."""

from __future__ import annotations

from bugcatalog_ls.facts.attribute_stores import last_name
from bugcatalog_ls.facts.attribute_uses import AttributeUse, AttributeUses
from bugcatalog_ls.facts.class_members import class_may_have
from bugcatalog_ls.facts.classes import ClassFact
from bugcatalog_ls.facts.derived_classes import ABSTRACT_NAME
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.known_members import names_of
from bugcatalog_ls.facts.member_owners import Owner
from bugcatalog_ls.facts.near_names import is_slip, near
from bugcatalog_ls.facts.resolve import class_at


def is_annotation_likely(index: FactIndex, use: AttributeUse, owner: Owner, path: str) -> bool:
    """Whether an annotation may be right: nothing that is read off it existing, it is a wrong one."""
    if is_made_as_annotated(use, owner):
        return True
    names = names_of(index, owner)
    if _is_of_neighbour(index, use, owner, path):
        return False
    read: set[str] = {use.name}
    for fact in index.in_file(path, AttributeUses):
        if use.owner in fact.confirmed:
            return True
        read |= {other.name for other in fact.uses if other.owner == use.owner}
    if not read.isdisjoint(names) or all(any(near(other, name) for name in names) for other in read):
        return True
    if any(is_slip(other, names) for other in read):
        return True
    return len(read) == 1 and ABSTRACT_NAME.search(owner.symbol.rpartition(".")[2]) is None


def is_confirmed(index: FactIndex, use: AttributeUse, owner: Owner, path: str) -> bool:
    """Whether something tells that an annotation is right: a framework makes what it says, or the file reads
    what is there off the same, and nothing but this name that is not."""
    if is_made_as_annotated(use, owner):
        return True
    names, is_read = names_of(index, owner), False
    for fact in index.in_file(path, AttributeUses):
        others = {other.name for other in fact.uses if other.owner == use.owner and other.annotated}
        if any(other != use.name and other not in names and not is_slip(other, names) for other in others):
            return False
        is_read = is_read or use.owner in fact.confirmed or not others.isdisjoint(names)
    return is_read


def is_made_as_annotated(use: AttributeUse, owner: Owner) -> bool:
    """Whether a framework makes what an annotation says, which is no other name of something provided."""
    return use.is_body and not use.links and last_name(use.owner) == last_name(owner.symbol)


def _is_of_neighbour(index: FactIndex, use: AttributeUse, owner: Owner, path: str) -> bool:
    """Whether several names that an annotated class lacks are all those of another class beside it."""
    found = class_at(index, owner.symbol)
    read = {
        other.name
        for fact in index.in_file(path, AttributeUses)
        for other in fact.uses
        if other.owner == use.owner
        and other.annotated
        and not class_may_have(index, owner.symbol, other.name)
    }
    if found is None or len(read) < 2:
        return False
    return any(
        read <= {*other.members, *other.attributes}
        for other in index.in_file(found[0], ClassFact)
        if other.symbol != owner.symbol
    )
