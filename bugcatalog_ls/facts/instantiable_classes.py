"""Whether a class of the workspace can be made at all, and whether its bases leave its `__init__` alone."""

from __future__ import annotations

from bugcatalog_ls.facts.class_members import method_of
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.resolve import class_at, mro, resolve

_TYPING = ("typing", "typing_extensions")
_PROTOCOLS = frozenset(f"{module}.Protocol" for module in _TYPING)
# Bases from elsewhere that ask for no arguments.
_SILENT_BASES = _PROTOCOLS | {"abc.ABC"} | {f"{module}.Generic" for module in _TYPING}
_ABSTRACT = frozenset(
    {"abc.abstractmethod", "abc.abstractproperty", "abc.abstractclassmethod", "abc.abstractstaticmethod"}
)


def is_instantiable(index: FactIndex, symbol: str) -> bool:
    """Whether a class has no abstract method left, and is no protocol itself."""
    found = class_at(index, symbol)
    if found is None or not _PROTOCOLS.isdisjoint(_bases(index, symbol)):
        return False
    for base in mro(index, symbol)[0]:
        known = class_at(index, base)
        for name in known[1].members if known is not None else ():
            method = method_of(index, symbol, name)
            if method is not None and not _ABSTRACT.isdisjoint(method[1].decorators):
                return False
    return True


def has_silent_bases(index: FactIndex, symbol: str) -> bool:
    """Whether all bases of a class are known, or ask for nothing when an instance is made."""
    bases = [each for each in mro(index, symbol)[0] if class_at(index, each) is not None]
    return all(
        base is not None and (base in _SILENT_BASES or base == "builtins.object" or class_at(index, base))
        for each in bases
        for base in _bases(index, each)
    )


def _bases(index: FactIndex, symbol: str) -> list[str | None]:
    """What a class inherits from, without the types in brackets."""
    found = class_at(index, symbol)
    if found is None:
        return []
    path, fact = found
    return [None if base is None else resolve(index, base, path).removesuffix("[]") for base in fact.bases]
