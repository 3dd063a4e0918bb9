"""The names that a class may have of its own and by its bases, and the method behind a name."""

from __future__ import annotations

import msgspec

from bugcatalog_ls.facts.classes import ClassFact, FunctionFact
from bugcatalog_ls.facts.declarative_bases import BaseMadeOf
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.known_bases import (
    PYDANTIC_BASES,
    PYDANTIC_PREFIXES,
    SQLALCHEMY_NAMES,
    names_of_known_base,
)
from bugcatalog_ls.facts.plain_classes import PLAIN_METACLASSES, is_certain
from bugcatalog_ls.facts.resolve import class_at, function_at, mro, resolve
from bugcatalog_ls.syntax.modules import is_test_path

_STRUCTURAL = frozenset({"typing.Protocol", "typing_extensions.Protocol"})
_EXTENDING = frozenset({"__set_name__", "contribute_to_class"})
_MAKES_ANY = frozenset({"__get__", "__new__", "__table__", "__getattr__", "__metaclass__", "__class__"})


def class_may_have(index: FactIndex, symbol: str, name: str) -> bool:
    """Whether a class itself or one of its bases may have a name."""
    known = _names_of_class(index, symbol)
    return known is None or name in known.names or name.startswith(known.prefixes)


def method_of(index: FactIndex, symbol: str, name: str) -> tuple[str, FunctionFact] | None:
    """The method that a class has under a name, as (path, fact); None where it is not sure which."""
    for base in mro(index, symbol)[0]:
        known = class_at(index, base)
        if known is None:
            return None
        if name in known[1].members:
            return function_at(index, f"{base}.{name}")
        if name in known[1].attributes:
            return None
    return None


def is_extended_by_members(index: FactIndex, symbol: str) -> bool:
    """Whether a descriptor on a class may give it names: `__set_name__` and `contribute_to_class` may."""
    for base in mro(index, symbol)[0]:
        known = class_at(index, base)
        for target in known[1].attributes.values() if known is not None else ():
            if known is None or target is None or not target.endswith("()"):
                continue
            found = class_at(index, resolve(index, target, known[0]).removesuffix("()"))
            if found is not None and found[1].dynamic and not _EXTENDING.isdisjoint(found[1].members):
                return True
    return False


class _Names(msgspec.Struct, frozen=True):
    """The names that a class may have, and how more of them may begin."""

    names: frozenset[str]
    prefixes: tuple[str, ...]


@derived
def _names_of_class(index: FactIndex, symbol: str) -> _Names | None:
    """The names that a class may have; None where it may have any."""
    bases, is_complete = mro(index, symbol)
    if not is_complete and not _are_all_listed(index, bases):
        return None
    found = {*dir(object), "mro"}
    prefixes: tuple[str, ...] = ()
    for position, base in enumerate(bases):
        known = class_at(index, base)
        names = _names_of_base(index, base) if known is None else _names_of_fact(known[1])
        if known is not None and (_is_part_of_tests(*known) or not is_certain(index, base)):
            return None
        if known is not None and known[0].endswith(".pyi"):
            # A stub of the workspace's own says no more of a library than is needed.
            return None
        if names is None or (known is None and base in _STRUCTURAL and position <= 1):
            return None
        found |= names
        if known is None and base in PYDANTIC_BASES:
            prefixes = PYDANTIC_PREFIXES
    return _Names(frozenset(found), prefixes)


def _names_of_base(index: FactIndex, base: str) -> set[str] | frozenset[str] | None:
    """The names that a base from outside of the workspace gives; None where it may give any."""
    names = names_of_known_base(base)
    if names is not SQLALCHEMY_NAMES:
        return names
    found = set(names)
    # A base that is the result of a call has what the classes of the workspace have that it is made of.
    for path, made in index.get(BaseMadeOf, "declarative_base"):
        for part in mro(index, resolve(index, made.symbol, path))[0]:
            known = class_at(index, part)
            given = names_of_known_base(part) if known is None else _names_of_fact(known[1])
            if given is None:
                return None
            found |= given
    return found


def _are_all_listed(index: FactIndex, bases: tuple[str, ...]) -> bool:
    """Whether the bases of all listed classes are listed, too: a very long line of bases is cut off."""
    listed = {*bases, "builtins.object"}
    for base in bases:
        known = class_at(index, base)
        if known is not None and any(
            parent is None or resolve(index, parent, known[0]) not in listed - {base}
            for parent in known[1].bases
        ):
            return False
    return True


def _names_of_fact(fact: ClassFact) -> set[str] | None:
    """The names that a class itself gives; None where it may give any."""
    if fact.dynamic or None in fact.bases:
        return None
    if fact.metaclass is not None and fact.metaclass not in PLAIN_METACLASSES:
        return None
    names = {*fact.members, *fact.attributes}
    if fact.metaclass == "abc.ABCMeta":
        names |= {"register", "_abc_impl"}
    if not _MAKES_ANY.isdisjoint(names) or not (names or fact.bases):
        return None
    own = fact.symbol.rpartition(".")[2].lstrip("_")
    names |= {f"_{own}{name}" for name in names if name.startswith("__")}
    return names | {name.removeprefix(f"_{own}") for name in names if name.startswith(f"_{own}__")}


def _is_part_of_tests(path: str, fact: ClassFact) -> bool:
    """Whether a class holds tests that no runner collects by itself: another class must be mixed in."""
    if (
        any(base != "builtins.object" for base in fact.bases)
        or not is_test_path(path)
        or fact.symbol.rpartition(".")[2].startswith("Test")
    ):
        return False
    return any(name.startswith("test_") for name in fact.members)
