"""Attributes that one file reads off what may be the workspace's own.

Nearly all of them are there, and most owners are somebody else's. So what the text and a few
dictionaries can tell is asked first; the tree is asked about what is left.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import msgspec
from tree_sitter import Node

from bugcatalog_ls.facts.attribute_doubts import Doubts, is_target
from bugcatalog_ls.facts.attribute_links import Link, Links, Reached, is_bound_again
from bugcatalog_ls.facts.attribute_owners import Owners
from bugcatalog_ls.syntax.dotted_chains import Chain, dotted_chains
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, text_of, unparenthesised
from bugcatalog_ls.syntax.scopes import Binding

_LITERALS = frozenset(
    {"string", "concatenated_string", "integer", "float", "true", "false", "lambda"}
    | {"list", "dictionary", "set", "tuple"}
    | {"list_comprehension", "dictionary_comprehension", "set_comprehension"}
)


class CallShape(msgspec.Struct, frozen=True):
    """The arguments of a call: how many positional ones, which keywords, what the first one is."""

    n_positional: int
    keywords: tuple[str, ...]
    unpacked: bool
    first: str | None
    first_is_literal: bool


class Read(NamedTuple):
    """An attribute that is read, as `AttributeUse` tells it."""

    owner: str
    name: str
    links: tuple[Link, ...]
    exact: bool
    annotated: bool
    entered: bool
    call: CallShape | None


class Place(NamedTuple):
    """Where it is read: the whole expression begins at `start`, the name goes from `name` to `end`."""

    start: int
    name: int
    end: int


class Reader:
    """Reads the chains of one file. `confirmed` are owners, of classes of the file, of which an
    attribute is read that they have."""

    def __init__(self, file: PyFile) -> None:
        self.reads: dict[Read, list[Place]] = {}
        self.confirmed: set[str] = set()
        self._file = file
        self._links = Links(file)
        self._owners = Owners(file, self._links)
        self._doubts = Doubts(file)
        for chain in dotted_chains(file.source.data):
            if chain.has_head:
                self._read_chain(chain)
            else:
                self._read_result(chain)

    def _read_chain(self, chain: Chain) -> None:
        """`a.b.c`."""
        data = self._file.source.data
        start, ends = chain.start, chain.ends
        written = data[start : ends[0]]
        head = self._owners.head(written, start)
        if head is None:
            return
        owner, name_node = head.owner, None
        if owner is None:
            name_node = self._node(start, ends[0], "identifier")
            owner = self._owners.in_force(head, name_node) if name_node is not None else None
        whole: Node | None = None
        for before, end in pairwise(ends):
            if owner is None:
                return
            name = data[before + 1 : end].decode("utf-8", "replace")
            if name in owner.known:
                self.confirmed.add(owner.symbol)
            elif not _is_special(name):
                whole = whole or self._node(start, ends[-1], "attribute")
                if whole is None or (
                    name_node is not None and is_bound_again(self._file, name_node, head.bindings)
                ):
                    return
                if not self._doubts.about(start, data[start:before], written):
                    place = Place(start, before + 1, end)
                    reached = self._owners.reached(owner)
                    self._keep(owner.symbol, name, place, reached, whole if end == ends[-1] else None)
            owner = self._owners.attribute(owner, name)

    def _read_result(self, chain: Chain) -> None:
        """`f(x).a.b`: the tree knows what stands before the dot."""
        dot = self._file.root.descendant_for_byte_range(chain.start, chain.start + 1)
        node = dot.parent if dot is not None and dot.type == "." else None
        root = node.child(0) if node is not None and node.type == "attribute" else None
        while root is not None and root.type in ("attribute", "call"):
            root = root.child(0)
        bindings: list[Binding] = []
        if root is None:
            return
        if root.type == "identifier":
            written = root.text or b""
            if not self._owners.may_give_ours(written, root.start_byte):
                return
            head = self._owners.head(written, root.start_byte)
            bindings = head.bindings if head is not None else []
        while node is not None and node.type == "attribute" and (owner := node.child(0)) is not None:
            name_node = node.child_by_field_name("attribute")
            symbol = self._file.symbol(owner)
            if name_node is None or symbol is None:
                return
            name = text_of(name_node)
            is_super = owner.text == b"super()" and symbol.startswith("super(")
            if not is_super and not self._owners.is_ours(symbol):
                return
            written = (owner.text or b"").partition(b"(")[0]
            if not (
                _is_special(name)
                or self._doubts.about(node.start_byte, written, written.partition(b".")[0])
                or is_bound_again(self._file, root, bindings)
            ):
                place = Place(node.start_byte, name_node.start_byte, name_node.end_byte)
                self._keep(symbol, name, place, _ITSELF if is_super else self._links.of(owner), node)
            outer = node.parent
            first = outer.child(0) if outer is not None else None
            node = outer if first is not None and first.id == node.id else None

    def _node(self, start: int, end: int, kind: str) -> Node | None:
        node = self._file.root.descendant_for_byte_range(start, end)
        return node if node is not None and node.type == kind and node.start_byte == start else None

    def _keep(self, owner: str, name: str, place: Place, reached: Reached, node: Node | None) -> None:
        """Note a read; `node` is the attribute where it is no part of a longer one."""
        links, kinds = reached
        if links is None:
            return
        is_plain = not owner.endswith(")")
        call = None
        # What is called, is not bound here.
        if node is not None and (is_plain or not self._file.source.data.startswith(b"(", place.end)):
            parent = node.parent
            if parent is None or is_target(node, parent):
                return
            if is_plain and parent.type == "call":
                call = _shape(self._file, parent)
        exact = not owner.endswith("()") and "parameter" not in kinds
        read = Read(owner, name, links, exact, "annotated" in kinds, "with" in kinds, call)
        places = self.reads.get(read)
        if places is None:
            self.reads[read] = [place]
        else:
            places.append(place)


_ITSELF = Reached((), frozenset())


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
    )
