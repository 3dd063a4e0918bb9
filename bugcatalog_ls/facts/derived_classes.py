"""The classes that derive, or may derive, from a class, and whether one of them may have a name."""

from __future__ import annotations

import re

from bugcatalog_ls.facts.attribute_stores import last_name
from bugcatalog_ls.facts.class_members import class_may_have
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.plain_classes import effect_of_decorators
from bugcatalog_ls.facts.resolve import class_at, function_at, mro, resolve
from bugcatalog_ls.facts.subclasses import ANY_BASE, Subclass

ABSTRACT_NAME = re.compile(r"Mix[iI]n|Base|Abstract|Interface|Protocol|ABC")
_MAX_DESCENDANTS = 150


def descendants_may_have(index: FactIndex, symbol: str, name: str) -> bool:
    """Whether a class that derives, or may derive, from one may have a name."""
    descendants = descendants_of(index, symbol)
    if len(descendants) >= _MAX_DESCENDANTS:
        return True
    if not descendants:
        return is_abstract(index, symbol) or _may_be_derived_from(index, symbol)
    return _may_be_derived_from(index, symbol) or any(
        class_may_have(index, descendant, name)
        or effect_of_decorators(index, descendant) == "unknown"
        or (is_abstract(index, descendant) and not descendants_of(index, descendant))
        for descendant in descendants
    )


def descendants_of(index: FactIndex, symbol: str) -> list[str]:
    """The classes of the workspace that derive from a class."""
    found: list[str] = []
    pending = [symbol]
    while pending and len(found) < _MAX_DESCENDANTS:
        for _, subclass in index.get(Subclass, last_name(pending.pop())):
            name = subclass.symbol
            if name not in found and name != symbol and symbol in mro(index, name)[0]:
                found.append(name)
                pending.append(name)
    return found


def is_abstract(index: FactIndex, symbol: str) -> bool:
    """Whether a class that nothing derives from looks made to be derived from elsewhere."""
    return ABSTRACT_NAME.search(symbol.rpartition(".")[2]) is not None or _has_abstract_method(index, symbol)


@derived
def _has_abstract_method(index: FactIndex, symbol: str) -> bool:
    found = class_at(index, symbol)
    for name in found[1].members if found is not None else ():
        method = function_at(index, f"{symbol}.{name}")
        if method is not None and "abc.abstractmethod" in method[1].decorators:
            return True
    return False


def _may_be_derived_from(index: FactIndex, symbol: str) -> bool:
    """Whether a class that has an unknown base, and one of this name, may derive from it.

    With bases out of a list (`class App(*commands)`) a class may derive from any.
    """
    if any(subclass.symbol != symbol for _, subclass in index.get(Subclass, ANY_BASE)):
        return True
    name = last_name(symbol)
    for _, subclass in index.get(Subclass, name):
        found = class_at(index, subclass.symbol)
        if found is None or subclass.symbol == symbol:
            continue
        known = [resolve(index, base, found[0]) for base in found[1].bases if base is not None]
        if any(_is_other_name(base, symbol) and class_at(index, base) is None for base in known):
            return True
        if None not in found[1].bases:
            continue
        if symbol in known or not any(last_name(base) == name for base in known):
            return True
    return False


def _is_other_name(base: str, symbol: str) -> bool:
    """Whether a base that is not found may be a class by the name that it is installed, or run, under."""
    return base.endswith(f".{symbol}") or ("." in base and symbol.endswith(f".{base}"))
