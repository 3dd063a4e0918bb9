"""The shape of one file's tree: how many nodes lie below, above and beside each node."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate

from bugcatalog_ls.patterns.engine import Config, Node, find_all, place_of
from bugcatalog_ls.patterns.relax import EVERYTHING


class TreeProfile:
    """Measures of a tree, each taken when it is first asked for. Nodes are numbered in text order."""

    def __init__(self, root: Node, n_characters: int) -> None:
        self.root = root
        self.n_characters = n_characters

    @cached_property
    def nodes(self) -> list[Node]:
        return find_all(self.root, {"rule": EVERYTHING})

    @property
    def n_nodes(self) -> int:
        return len(self.nodes)

    @cached_property
    def depth(self) -> int:
        """The most levels that any node has above it; nodes without a name are leaves."""
        deepest, ends = 0, [self.n_characters]
        for start, end in map(place_of, find_all(self.root, {"rule": {"pattern": "$_"}})):
            while len(ends) > 1 and (ends[-1] < end or ends[-1] <= start < end):
                ends.pop()
            ends.append(end)
            deepest = max(deepest, len(ends))
        return deepest

    @cached_property
    def number_of(self) -> dict[Node, int]:
        return {node: number for number, node in enumerate(self.nodes)}

    @cached_property
    def widths(self) -> list[int]:
        """The length of each node's text."""
        return [end - start for start, end in self._places]

    @cached_property
    def parents(self) -> list[int]:
        """The number of each node's parent; the root is its own."""
        parents, open_nodes = [], [0]
        places = self._places
        for number, (start, end) in enumerate(places):
            while len(open_nodes) > 1 and not (
                places[open_nodes[-1]][0] <= start and end <= places[open_nodes[-1]][1]
            ):
                open_nodes.pop()
            parents.append(open_nodes[-1])
            if number:
                open_nodes.append(number)
        return parents

    @cached_property
    def depths(self) -> list[int]:
        depths = [0] * len(self.parents)
        for number, parent in enumerate(self.parents[1:], 1):
            depths[number] = depths[parent] + 1
        return depths

    @cached_property
    def sizes(self) -> list[int]:
        """How many nodes lie below each node."""
        sizes = [0] * len(self.parents)
        for number in range(len(sizes) - 1, 0, -1):
            sizes[self.parents[number]] += sizes[number] + 1
        return sizes

    def matching(self, config: Config) -> set[int]:
        number_of = self.number_of
        return {number_of[node] for node in find_all(self.root, config)}

    def sums_below(self, values: Sequence[int]) -> list[int]:
        total = [0, *accumulate(values)]
        return [total[n + 1 + size] - total[n + 1] for n, size in enumerate(self.sizes)]

    def largest_within(self, values: Sequence[int]) -> list[int]:
        """The largest value at or below each node."""
        largest = list(values)
        for number in range(len(largest) - 1, 0, -1):
            parent = self.parents[number]
            largest[parent] = max(largest[parent], largest[number])
        return largest

    def sums_of_children(self, values: Sequence[int]) -> list[int]:
        sums = [0] * len(values)
        for number, parent in enumerate(self.parents[1:], 1):
            sums[parent] += values[number]
        return sums

    def sums_above(self, values: Sequence[int]) -> list[int]:
        sums = [0] * len(values)
        for number, parent in enumerate(self.parents[1:], 1):
            sums[number] = sums[parent] + values[parent]
        return sums

    def sums_beside(self, values: Sequence[int]) -> list[int]:
        """The sum over a node's siblings, itself among them."""
        children = self.sums_of_children(values)
        return [values[0], *(children[parent] for parent in self.parents[1:])]

    @cached_property
    def _places(self) -> list[tuple[int, int]]:
        return [place_of(node) for node in self.nodes]
