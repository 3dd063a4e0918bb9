"""Relationships between mapped classes: what they lead to, and what they do with rows that point back."""

from __future__ import annotations

import re

import msgspec

from bugcatalog_ls.facts.constants import definition_of, text_in
from bugcatalog_ls.facts.expressions import Call, Constant, Expression, Operation, Subscript, dotted, is_true
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.library_names import library_name
from bugcatalog_ls.facts.orm import OrmAttribute, OrmClass
from bugcatalog_ls.facts.resolve import mro

_CALLS = frozenset({"relationship", "Relationship", "dynamic_loader", "write_only_relationship", "backref"})


class Relationship(msgspec.Struct, frozen=True):
    """`target` is the last name of the class it leads to. `cascades` tells that deleting an object
    deletes what it leads to; `passive` that this is left to the database; `secondary` is the table
    between the two, by its last name."""

    owner: str
    attribute: str
    target: str
    cascades: bool
    passive: bool
    view_only: bool
    secondary: str


@derived
def relationships(index: FactIndex, symbol: str) -> tuple[Relationship, ...]:
    """What a class itself declares; a `backref` is the other class's."""
    found = index.one(OrmClass, symbol)
    if found is None:
        return ()
    path, fact = found
    made: list[Relationship] = []
    for attribute in fact.attributes:
        value = attribute.value
        if isinstance(value, Call) and library_name(index, value.function, path) in _CALLS:
            made.append(_relationship(index, symbol, attribute, value, path))
    return tuple(made)


def leads_to_rows(index: FactIndex, symbol: str, attribute: str) -> bool:
    """Whether an attribute of a class holds rows of another one: what is added to it is inserted."""
    made = _made_by(index, symbol, attribute)
    return made in _CALLS or made == "association_proxy"


def is_private(index: FactIndex, symbol: str, attribute: str) -> bool:
    """Whether an attribute of a class is the object's own and never stored: `PrivateAttr()`."""
    return _made_by(index, symbol, attribute) == "PrivateAttr"


def _made_by(index: FactIndex, symbol: str, attribute: str) -> str:
    """The last name of what an attribute of a class is made by; empty where it is not known."""
    for name in mro(index, symbol)[0]:
        found = index.one(OrmClass, name)
        for each in found[1].attributes if found is not None else ():
            value = each.value
            if each.name == attribute and isinstance(value, Call):
                return (dotted(value.function) or "").rpartition(".")[2]
    return ""


@derived
def cascading(index: FactIndex) -> frozenset[tuple[str, str]]:
    """Pairs of last names (owner, target): deleting an owner deletes its targets, by the ORM."""
    found: set[tuple[str, str]] = set()
    for symbol in index.keys(OrmClass):
        name = symbol.rpartition(".")[2]
        for each in relationships(index, symbol):
            if each.cascades:
                found.add((name, each.target))
        found |= {(target, name) for target in _cascading_backrefs(index, symbol)}
    return frozenset(found)


@derived
def secondaries(index: FactIndex) -> frozenset[str]:
    """The last names of all tables that stand between two classes."""
    return frozenset(
        each.secondary
        for symbol in index.keys(OrmClass)
        for each in relationships(index, symbol)
        if each.secondary
    )


def _relationship(
    index: FactIndex, symbol: str, attribute: OrmAttribute, call: Call, path: str
) -> Relationship:
    options = call.keyword("sa_relationship_kwargs")
    cascade = text_in(index, call.keyword("cascade"), path) or ""
    written = repr(options) if options is not None else ""
    words = {word.strip() for word in cascade.split(",")}
    cascades = bool(words & {"all", "delete"}) or "'all" in written or "delete" in written
    passive = call.keyword("passive_deletes")
    secondary = call.keyword("secondary")
    link = call.keyword("link_model")
    between = text_in(index, secondary, path) or dotted(secondary) or dotted(link) or ""
    return Relationship(
        symbol,
        attribute.name,
        _target(index, attribute, call, path),
        cascades or is_true(call.keyword("cascade_delete")),
        passive is not None or "passive_deletes" in written,
        is_true(call.keyword("viewonly")),
        between.rpartition(".")[2],
    )


def _cascading_backrefs(index: FactIndex, symbol: str) -> list[str]:
    found = index.one(OrmClass, symbol)
    names: list[str] = []
    for attribute in found[1].attributes if found is not None else ():
        value = attribute.value
        back = value.keyword("backref") if isinstance(value, Call) else None
        if found is not None and isinstance(back, Call) and isinstance(value, Call):
            cascade = text_in(index, back.keyword("cascade"), found[0]) or ""
            if re.search(r"\b(?:all|delete)\b", cascade):
                names.append(_target(index, attribute, value, found[0]))
    return names


def _target(index: FactIndex, attribute: OrmAttribute, call: Call, path: str) -> str:
    written = call.keyword("argument", 0)
    if written is not None:
        text = text_in(index, written, path) if isinstance(written, Constant) else None
        symbol = text or (definition_of(index, dotted(written) or "", path) if dotted(written) else "")
        return symbol.rpartition(".")[2]
    return _named(attribute.annotation)


def _named(annotation: Expression | None) -> str:
    """The class in `Mapped[list["Item"]]`: its last name."""
    match annotation:
        case Constant(value=str(text)):
            words = re.findall(r"[A-Za-z_][\w.]*", text)
            return words[-1].rpartition(".")[2] if words and words[-1] != "None" else "".join(words[-2:-1])
        case Subscript(items=items) | Operation(operands=items):
            return next((name for item in items if (name := _named(item))), "")
        case _ if (symbol := dotted(annotation)) is not None:
            return symbol.rpartition(".")[2]
    return ""
