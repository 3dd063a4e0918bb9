"""The bindings of one scope by where they stand, so that those of a block are found without a look at all."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.syntax.scopes import Binding, Scope


class PlacedBinding(NamedTuple):
    """A binding, where it stands, and its rank in the scope: by name as first bound, then by place."""

    start: int
    rank: int
    binding: Binding


class BindingPlaces:
    """Answers for one scope, which does not change any more."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        every = (binding for bindings in scope.bindings.values() for binding in bindings)
        self._placed = sorted(
            PlacedBinding(binding.node.start_byte, rank, binding) for rank, binding in enumerate(every)
        )
        self._starts = [placed.start for placed in self._placed]

    def within(self, node: Node) -> Sequence[Binding]:
        """The bindings that begin in a node, in the order of the scope's table."""
        start = bisect_left(self._starts, node.start_byte)
        end = bisect_left(self._starts, node.end_byte)
        placed = sorted(self._placed[start:end], key=lambda each: each.rank)
        return [each.binding for each in placed]
