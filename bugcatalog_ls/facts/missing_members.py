"""The reads of attributes that their owners in the workspace surely lack: the unknown counts as had."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bugcatalog_ls.facts.attribute_stores import AttributeStore, last_name
from bugcatalog_ls.facts.attribute_uses import AttributeUse, AttributeUses
from bugcatalog_ls.facts.class_members import class_may_have, is_extended_by_members
from bugcatalog_ls.facts.classes import ClassFact
from bugcatalog_ls.facts.derived_classes import descendants_may_have, descendants_of, is_abstract
from bugcatalog_ls.facts.given_objects import is_filled
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.likely_annotations import is_annotation_likely
from bugcatalog_ls.facts.listed_names import is_told_by_name
from bugcatalog_ls.facts.member_owners import Owner, owner_of
from bugcatalog_ls.facts.module_members import module_has
from bugcatalog_ls.facts.outside_stores import is_set_from_outside
from bugcatalog_ls.facts.owner_links import are_links_sure, is_handed_on, may_be_generator
from bugcatalog_ls.facts.plain_classes import effect_of_decorators, is_certain
from bugcatalog_ls.facts.resolve import class_at, mro, resolve
from bugcatalog_ls.syntax.modules import is_test_path

_OF_GENERATORS = frozenset(
    {"send", "throw", "close", "asend", "athrow", "aclose", "result", "cr_await", "add_done_callback"}
)
# What only a class that is mixed into a test case reads off itself.
_OF_CASES = re.compile(r"assert[A-Z]\w*|skipTest|subTest|addCleanup")
# What a test reads off something of which it has made a mock elsewhere.
_OF_MOCKS = frozenset(
    {f"assert_{how}" for how in ("called", "called_once", "called_with", "called_once_with", "not_called")}
    | {"assert_any_call", "assert_has_calls", "assert_awaited", "assert_awaited_once", "reset_mock"}
    | {"return_value", "side_effect", "called", "call_count", "call_args", "call_args_list"}
    | {"mock_calls", "method_calls", "await_count", "configure_mock", "mock_add_spec"}
)


@derived
def missing_in(index: FactIndex, path: str) -> tuple[tuple[AttributeUse, Owner], ...]:
    """The reads of a file of which the owner surely does not have the attribute, with the owner."""
    facts = index.in_file(path, AttributeUses)
    return tuple(missing for fact in facts for missing in _missing_uses(index, fact, path))


def _missing_uses(index: FactIndex, fact: AttributeUses, path: str) -> Iterator[tuple[AttributeUse, Owner]]:
    owners: dict[tuple[object, ...], Owner | None] = {}
    for use in fact.uses:
        if use.owner.startswith("super("):
            missing = _missing_on_bases(index, use, path)
        else:
            key = (use.owner, use.links, use.entered)
            if key not in owners:
                owners[key] = owner_of(index, use, path)
            owner = owners[key]
            missing = owner if owner is not None and _lacks(index, use, owner, path) else None
        if missing is not None:
            yield use, missing


def _lacks(index: FactIndex, use: AttributeUse, owner: Owner, path: str) -> bool:
    """Whether an owner surely does not have an attribute. Nearly all have it: that is asked first."""
    if is_test_path(path) and (
        use.name in _OF_MOCKS or _is_replaced(index, owner, path) or _is_of_fake(index, use, path)
    ):
        return False
    if owner.kind == "module":
        return not module_has(index, owner.symbol, use, path) and not is_set_from_outside(
            index, use.name, owner, path
        )
    if class_may_have(index, owner.symbol, use.name) or is_set_from_outside(index, use.name, owner, path):
        return False
    if not use.exact and _OF_CASES.fullmatch(use.name):
        return False
    if is_told_by_name(index, owner.symbol, use.name):
        return False
    if is_filled(index, owner.symbol) or is_extended_by_members(index, owner.symbol):
        return False
    if not are_links_sure(index, use, path):
        return False
    if use.name in _OF_GENERATORS and may_be_generator(index, use, path):
        return False
    if (use.annotated or not use.exact) and (
        descendants_may_have(index, owner.symbol, use.name) or _is_set_below(index, use.name, owner, path)
    ):
        return False
    if _is_below(index, use.name, owner) and is_handed_on(index, use, path):
        return False
    return not use.annotated or is_annotation_likely(index, use, owner, path)


def _is_below(index: FactIndex, name: str, owner: Owner) -> bool:
    """Whether a class that derives from the owner may have the name."""
    return any(class_may_have(index, below, name) for below in descendants_of(index, owner.symbol))


def _is_set_below(index: FactIndex, name: str, owner: Owner, path: str) -> bool:
    """Whether something sets the name on a class that derives from the owner, or on a base of such a one."""
    return any(
        is_set_from_outside(index, name, Owner("class", below), path) or is_filled(index, below)
        for below in descendants_of(index, owner.symbol)
    )


def _is_replaced(index: FactIndex, owner: Owner, path: str) -> bool:
    """Whether a test puts something else in a class's place: `monkeypatch.setattr("a.Client", Fake)`."""
    stores = index.get(AttributeStore, last_name(owner.symbol)) if owner.kind != "module" else ()
    return any(other == path for other, _ in stores)


def _is_of_fake(index: FactIndex, use: AttributeUse, path: str) -> bool:
    """Whether a class of the same test has the name: it may stand in for what only an annotation tells."""
    return use.annotated and any(
        use.name in fact.members or use.name in fact.attributes for fact in index.in_file(path, ClassFact)
    )


def _missing_on_bases(index: FactIndex, use: AttributeUse, path: str) -> Owner | None:
    """The first base of the class around `super()`, where no base has the name."""
    symbol = use.owner.removeprefix("super(").removesuffix(")")
    own = class_at(index, symbol)
    bases, is_complete = mro(index, symbol)
    if own is None or not is_complete or not is_certain(index, symbol) or own[1].dynamic:
        return None
    known = [base for base in bases if base != symbol and class_at(index, base) is not None]
    if not known or effect_of_decorators(index, symbol) != "same":
        return None
    if is_set_from_outside(index, use.name, Owner("class", symbol), path):
        return None
    if any(
        base is None or class_may_have(index, resolve(index, base, path), use.name) for base in own[1].bases
    ):
        return None
    # What derives from it may bring another class behind it.
    is_open = descendants_of(index, symbol) or is_abstract(index, symbol)
    return None if is_open else Owner("instance", known[0])
