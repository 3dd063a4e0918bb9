"""Whether code outside of a class or module sets one of its attributes."""

from __future__ import annotations

from bugcatalog_ls.facts.attribute_stores import AttributeStore, ComputedAttributes, last_name
from bugcatalog_ls.facts.class_members import class_may_have
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.member_owners import Owner
from bugcatalog_ls.facts.module_members import module_file
from bugcatalog_ls.facts.resolve import class_at, mro, resolve
from bugcatalog_ls.syntax.modules import is_test_path, module_name
from bugcatalog_ls.syntax.outside import is_outside


def is_set_from_outside(index: FactIndex, name: str, owner: Owner, reader: str) -> bool:
    """Whether something sets the name on the owner; what tests patch concerns tests only."""
    is_fake = owner.kind != "module" and is_test_path(reader) and _is_of_tests(index, owner.symbol)
    for path, store in index.get(AttributeStore, name):
        if is_test_path(path) and not is_test_path(reader):
            continue
        if is_fake and not is_test_path(path):
            # What the code under test sets on that for which a test's object stands in.
            return True
        for written in store.owners:
            if not written or _may_be(index, written, path, owner):
                return True
    keys = {last_name(owner.symbol)}
    if owner.kind != "module":
        keys |= {last_name(base) for base in mro(index, owner.symbol)[0]}
    return any(
        _may_be(index, computed.symbol, path, owner)
        and (not computed.lent or _is_method(index, computed.symbol, computed.lent, path))
        for key in sorted(keys)
        for path, computed in index.get(ComputedAttributes, key)
    )


def _is_method(index: FactIndex, written: str, name: str, path: str) -> bool:
    """Whether a class may have a method of a name; one that is not known may."""
    symbol = resolve(index, written, path)
    known = [found[1] for base in mro(index, symbol)[0] if (found := class_at(index, base)) is not None]
    if any(name in fact.members for fact in known):
        return True
    return class_may_have(index, symbol, name) and not any(name in fact.attributes for fact in known)


def _is_of_tests(index: FactIndex, symbol: str) -> bool:
    found = class_at(index, symbol)
    return found is not None and is_test_path(found[0])


def _may_be(index: FactIndex, written: str, path: str, owner: Owner) -> bool:
    """Whether what `written` means may be the owner, or be related to it."""
    resolved = resolve(index, written, path)
    plain = resolved.removesuffix("()")
    if plain == owner.symbol:
        return True
    if owner.kind == "module":
        return False
    bases = mro(index, owner.symbol)[0]
    if plain in bases:
        return True
    if class_at(index, plain) is None:
        if resolved.endswith("()") and not last_name(plain)[:1].isupper():
            # A function of a library, `registry.get(name)` of a dictionary among them, gives what it likes.
            return True
        return not is_outside(plain, module_name(path)) and module_file(index, plain) is None
    return owner.symbol in mro(index, plain)[0]
