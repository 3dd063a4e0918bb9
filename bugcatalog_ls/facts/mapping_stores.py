"""Stores into a mapping between its making and a later read: which of its values they replace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, string_value, text_of


class Store(NamedTuple):
    """One change of a mapping: its place, the key (None: any), and the value that is there now, if known."""

    at: int
    key: str | None
    value: Node | None


def stores_before(file: PyFile, name: Node) -> list[Store]:
    """The changes of what a name holds that stand before it in the same scope, in their order."""
    return sorted(_stores(file, name), key=lambda store: store.at)


def is_replaced(stores: list[Store], key: str | None, after: int = -1) -> bool:
    """Whether another value may stand under a key (None: an unknown one) since a place."""
    return any(store.at > after and (store.key is None or store.key == key) for store in stores)


def values_left(stores: list[Store]) -> Iterator[Node]:
    """The values that were put in, and that nothing replaced since."""
    for store in stores:
        if store.value is not None and not is_replaced(stores, store.key, store.at):
            yield store.value


def _stores(file: PyFile, name: Node) -> Iterator[Store]:
    written, scope = text_of(name), file.scopes.at(name.start_byte)

    def is_before(node: Node) -> bool:
        is_inside = scope.start <= node.start_byte and node.end_byte <= name.start_byte
        return is_inside and file.scopes.at(node.start_byte) is scope

    for statement in file.nodes("assignment", "augmented_assignment", "delete_statement"):
        left = statement.child_by_field_name("left")
        is_assigned = statement.type == "assignment"
        value = statement.child_by_field_name("right") if is_assigned else None
        targets = [left] if left is not None else [*statement.named_children]
        for target in targets:
            owner = _owner(target)
            if owner is not None and text_of(owner[0]) == written and is_before(statement):
                is_own = owner[1].id == target.id
                key = string_value(owner[1].child_by_field_name("subscript"))
                yield Store(statement.start_byte, key, value if is_own else None)
    for call in file.calls_named("update", "pop", "popitem", "clear"):
        function = callee_of(call)
        owner_name = function.child_by_field_name("object") if function is not None else None
        if function is None or owner_name is None or text_of(owner_name) != written or not is_before(call):
            continue
        arguments = arguments_of(call)
        if text_of(function).endswith(".pop"):
            yield Store(call.start_byte, string_value(next(iter(arguments.positional), None)), None)
            continue
        mapping = next(iter(arguments.positional), None)
        pairs = mapping.named_children if mapping is not None and mapping.type == "dictionary" else []
        is_known = mapping is None or (pairs and all(pair.type == "pair" for pair in pairs))
        if not (text_of(function).endswith(".update") and is_known) or arguments.dict_unpacked:
            yield Store(call.start_byte, None, None)
            continue
        for pair in pairs:
            key, given = string_value(pair.child_by_field_name("key")), pair.child_by_field_name("value")
            yield Store(call.start_byte, key, given)
        for label, value in arguments.keywords.items():
            yield Store(call.start_byte, label, value)


def _owner(target: Node) -> tuple[Node, Node] | None:
    """What a subscript of subscripts starts from, and the first subscript: `d`, `d["a"]` of `d["a"]["b"]`."""
    first = target if target.type == "subscript" else None
    while first is not None and first.named_children[0].type == "subscript":
        first = first.named_children[0]
    return (first.named_children[0], first) if first is not None else None
