"""Attributes that one file reads off what may be the workspace's own.

Nearly all of them are there, and most owners are somebody else's. So what the text and a few
dictionaries can tell is asked first; the tree is asked about what is left.
"""

from __future__ import annotations

import msgspec
from tree_sitter import Node

from bugcatalog_ls.facts.attribute_doubts import Doubts, Use
from bugcatalog_ls.facts.attribute_links import is_bound_again
from bugcatalog_ls.facts.attribute_owners import Owner, Owners, Told
from bugcatalog_ls.facts.tested_types import TestedTypes
from bugcatalog_ls.syntax.dotted_chains import dotted_chains
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, text_of, unparenthesised
from bugcatalog_ls.syntax.scopes import Binding

_LITERALS = frozenset(
    {"string", "concatenated_string", "integer", "float", "true", "false", "lambda"}
    | {"list", "dictionary", "set", "tuple"}
    | {"list_comprehension", "dictionary_comprehension", "set_comprehension"}
)


class CallShape(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The arguments of a call: how many positional ones, which keywords, what the first one is, and
    whether it unpacks some of either kind."""

    n_positional: int
    keywords: tuple[str, ...]
    unpacked: bool
    first: str | None
    first_is_literal: bool
    unpacks_keywords: bool = False


_BRACKET = 0x5D

Place = tuple[int, int, int]
"""Where an attribute is read: begin of the whole expression, begin and end of the name."""


class Reads:
    """What one file reads. `confirmed` are owners, of classes of the file, of which an attribute is
    read that they have."""

    def __init__(self, file: PyFile) -> None:
        self.confirmed: set[str] = set()
        self.places: dict[Told, dict[tuple[str, CallShape | None], list[Place]]] = {}
        self._by_told: dict[int, dict[tuple[str, CallShape | None], list[Place]]] = {}
        self._last_chain: tuple[int, Node | None] = (0, None)
        self._file = file
        self._owners = owners = Owners(file)
        self._doubts = Doubts(file)
        tested = TestedTypes(file, owners.is_ours)
        data = file.source.data
        for start, dot, end in dotted_chains(data):
            if start == dot:
                if data[dot - 1] != _BRACKET or owners.elements.may_tell:
                    self._read_result(dot)
                continue
            written = data[start:dot]
            if written in tested.names and (symbol := tested.at(written, start)) is not None:
                self._read_chain(owners.tested(symbol), written, start, dot, end, is_tested=True)
                continue
            head = owners.head(written, start)
            if head is None:
                continue
            if head.owner is not None:
                self._read_chain(head.owner, written, start, dot, end)
                continue
            name = self._node(start, dot, "identifier")
            owner = owners.in_force(head, name) if name is not None else None
            if name is not None and owner is not None and not is_bound_again(file, name, head.bindings):
                self._read_chain(owner, written, start, dot, end)

    def _read_chain(
        self, head: Owner, written: bytes, start: int, dot: int, end: int, *, is_tested: bool = False
    ) -> None:
        """`a.b.c`, given what `a` is; `is_tested` tells that a test has told it."""
        data = self._file.source.data
        owner: Owner | None = head
        whole: Node | None = None
        use: Use = "read"
        for part in data[dot + 1 : end].split(b"."):
            if owner is None:
                return
            name = part.decode("utf-8", "replace")
            after = dot + 1 + len(part)
            if name in owner.known:
                self.confirmed.add(owner.symbol)
            elif not _is_special(name):
                if whole is None:
                    whole = self._node(start, end, "attribute")
                    if whole is None:
                        return
                    use = self._doubts.use_of(whole)
                    if use == "unsure":
                        return
                is_last = after == end
                is_read = use == "read" or not is_last
                is_narrowed = not (is_tested and owner is head) and self._doubts.is_narrowed(
                    start, data[start:dot], b"" if is_tested else written
                )
                if is_read and not is_narrowed:
                    self._keep(owner, name, (start, dot + 1, after), whole if is_last else None)
            if after < end:
                owner = self._owners.attribute(owner, name)
                dot = after

    def _read_result(self, dot: int) -> None:
        """`f(x).a.b`: the tree knows what stands before the dot."""
        token = self._file.root.descendant_for_byte_range(dot, dot + 1)
        node = token.parent if token is not None and token.type == "." else None
        root = self._root_of(node) if node is not None and node.type == "attribute" else None
        if root is None:
            return
        bindings: list[Binding] = []
        if root.type == "identifier":
            written = root.text or b""
            if not self._owners.may_give_ours(written, root.start_byte):
                return
            head = self._owners.head(written, root.start_byte)
            bindings = head.bindings if head is not None else []
        while node is not None and node.type == "attribute" and (value := node.child(0)) is not None:
            name_node = node.child_by_field_name("attribute")
            owner = self._owners.of_value(value)
            if name_node is None or owner is None:
                return
            start, name = node.start_byte, text_of(name_node)
            written = (value.text or b"").partition(b"(")[0]
            if not (
                _is_special(name)
                or self._doubts.is_narrowed(start, written, written.partition(b".")[0])
                or self._doubts.use_of(node) != "read"
                or is_bound_again(self._file, root, bindings)
            ):
                self._keep(owner, name, (start, name_node.start_byte, name_node.end_byte), node)
            outer = node.parent
            first = outer.child(0) if outer is not None else None
            node = outer if first is not None and first.id == node.id else None

    def _root_of(self, chain: Node) -> Node | None:
        """What a chain of attributes and calls starts with. Its dots come in the order of the text,
        so that what the chain up to the dot before starts with is known."""
        root: Node | None = chain.child(0)
        while root is not None and root.type in ("attribute", "call"):
            if root.id == self._last_chain[0]:
                root = self._last_chain[1]
                break
            root = root.child(0)
        self._last_chain = (chain.id, root)
        return root

    def _node(self, start: int, end: int, kind: str) -> Node | None:
        node = self._file.root.descendant_for_byte_range(start, end)
        return node if node is not None and node.type == kind and node.start_byte == start else None

    def _keep(self, owner: Owner, name: str, place: Place, node: Node | None) -> None:
        """Note a read; `node` is the attribute where something may be done with it."""
        told = self._owners.told(owner)
        if told is None:
            return
        call = None
        if node is not None and not owner.symbol.endswith(")") and not name.startswith("__"):
            # How an instance's method is called is of no interest.
            parent = node.parent
            call = _shape(self._file, parent) if parent is not None and parent.type == "call" else None
        # The owners give one and the same object for what is equal; its hash takes long.
        by_name = self._by_told.get(id(told))
        if by_name is None:
            by_name = self._by_told[id(told)] = self.places[told] = {}
        places = by_name.get((name, call))
        if places is None:
            by_name[name, call] = [place]
        else:
            places.append(place)


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _shape(file: PyFile, call: Node) -> CallShape:
    arguments = arguments_of(call)
    first = arguments.positional[0] if arguments.positional else None
    return CallShape(
        len(arguments.positional),
        tuple(sorted(arguments.keywords)),
        bool(arguments.list_unpacked),
        file.symbol(first),
        first is not None and unparenthesised(first).type in _LITERALS,
        bool(arguments.dict_unpacked),
    )
