"""Classes in whose place somebody else's may stand: what is derived from them is not in the workspace."""

from __future__ import annotations

from bugcatalog_ls.facts.attribute_uses import AttributeUse
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.member_owners import Owner
from bugcatalog_ls.facts.resolve import class_at, mro, resolve


def may_be_replaced(index: FactIndex, use: AttributeUse, owner: Owner, path: str) -> bool:
    """Whether another class may take the place of the one that a use is read off: nothing but an annotation
    names it and it holds constants alone (`config: type[Config]`), or it is what an attribute of a class
    has for others to choose another (`self.config_class()`)."""
    if owner.kind == "module":
        return False
    if use.annotated and _holds_constants(index, owner.symbol):
        return True
    return any(_is_chosen(index, symbol, name, path) for symbol, name in use.links)


def _holds_constants(index: FactIndex, symbol: str) -> bool:
    found = class_at(index, symbol)
    if found is None:
        return False
    known = found[1]
    is_plain = not (known.bases or known.decorators or known.members or known.metaclass)
    return is_plain and bool(known.attributes) and all(name.isupper() for name in known.attributes)


def _is_chosen(index: FactIndex, symbol: str, name: str, path: str) -> bool:
    """Whether an attribute of an object holds a class."""
    if not symbol.endswith("()"):
        return False
    for base in mro(index, resolve(index, symbol, path).removesuffix("()"))[0]:
        found = class_at(index, base)
        target = found[1].attributes.get(name) if found is not None else None
        if found is not None and target is not None:
            return class_at(index, resolve(index, target, found[0])) is not None
    return False
