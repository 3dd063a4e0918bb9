"""Grammars that ast-grep lacks, as trees that answer what its nodes answer.

`engine` asks the right one, so that nothing else knows of two.
"""

from __future__ import annotations

import importlib
import warnings
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache, cached_property
from typing import NamedTuple

from tree_sitter import Language as Grammar
from tree_sitter import Node, Parser, Tree

_MODULES = {"Sql": "tree_sitter_sql"}
CASELESS = frozenset(_MODULES)
"""Languages in which words that differ in their case alone are the same."""


@cache
def grammar_of(name: str) -> Grammar | None:
    """The grammar of a language that ast-grep lacks; None for all others and where it is not installed."""
    if name not in _MODULES:
        return None
    try:
        module = importlib.import_module(_MODULES[name])
    except ImportError:
        return None
    with warnings.catch_warnings():
        # Older releases give the address of their grammar as a number.
        warnings.simplefilter("ignore", DeprecationWarning)
        return Grammar(module.language())


def is_own(name: str) -> bool:
    """Whether a language is one that ast-grep lacks."""
    return name in _MODULES


class Place(NamedTuple):
    """Where a node begins and ends, in code points."""

    start_pos: int
    end_pos: int


class OwnTree:
    """One parsed text."""

    def __init__(self, text: str, language: str, grammar: Grammar) -> None:
        self.language = language
        self.grammar = grammar
        self.data = text.encode("utf-8", "replace")
        self.tree: Tree = Parser(grammar).parse(self.data)

    @property
    def root(self) -> OwnNode:
        return OwnNode(self, self.tree.root_node)

    def code_points(self, offset: int) -> int:
        return offset - bisect_left(self._continuations, offset)

    @cached_property
    def _continuations(self) -> list[int]:
        """The offsets of bytes that begin no character."""
        if self.data.isascii():
            return []
        return [offset for offset, byte in enumerate(self.data) if byte & 0xC0 == 0x80]


class OwnNode:
    """A node, with what a match captured where it comes from one."""

    __slots__ = ("captures", "node", "tree")

    def __init__(self, tree: OwnTree, node: Node, captures: dict[str, list[OwnNode]] | None = None) -> None:
        self.tree = tree
        self.node = node
        self.captures = captures or {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OwnNode) and self.node == other.node

    def __hash__(self) -> int:
        return hash(self.node)

    def kind(self) -> str:
        return self.node.type

    def text(self) -> str:
        return self.tree.data[self.node.start_byte : self.node.end_byte].decode("utf-8", "replace")

    def is_named(self) -> bool:
        return self.node.is_named

    def is_leaf(self) -> bool:
        return self.node.child_count == 0

    def children(self) -> list[OwnNode]:
        return [OwnNode(self.tree, child) for child in self.node.children]

    def parent(self) -> OwnNode | None:
        return self._beside(self.node.parent)

    def ancestors(self) -> list[OwnNode]:
        found = []
        node = self.node.parent
        while node is not None:
            found.append(OwnNode(self.tree, node))
            node = node.parent
        return found

    def prev(self) -> OwnNode | None:
        return self._beside(self.node.prev_sibling)

    def next(self) -> OwnNode | None:
        return self._beside(self.node.next_sibling)

    def descendants(self) -> Iterator[OwnNode]:
        """The node and all below it, in the order of the text."""
        pending = [self.node]
        while pending:
            node = pending.pop()
            yield OwnNode(self.tree, node)
            pending.extend(reversed(node.children))

    def replace(self, text: str) -> Place:
        """The place of the edit that ast-grep would make."""
        node = self.node
        return Place(self.tree.code_points(node.start_byte), self.tree.code_points(node.end_byte))

    def get_match(self, name: str) -> OwnNode | None:
        found = self.captures.get(name)
        return found[0] if found is not None and len(found) == 1 else None

    def get_multiple_matches(self, name: str) -> list[OwnNode]:
        return self.captures.get(name, [])

    def get_transformed(self, name: str) -> str | None:
        return None

    def _beside(self, node: Node | None) -> OwnNode | None:
        return OwnNode(self.tree, node) if node is not None else None
