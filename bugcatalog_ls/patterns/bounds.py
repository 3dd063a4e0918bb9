"""Upper bounds of the steps that a rule takes on one tree: rough ones, and one summed over all nodes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from bugcatalog_ls.patterns.cost import Cost
from bugcatalog_ls.patterns.profile import TreeProfile
from bugcatalog_ls.patterns.relax import relax
from bugcatalog_ls.patterns.terms import (
    RELATIONS,
    Rule,
    Utils,
    captured,
    own_conditions,
    pattern_text,
    walk,
)

# What a look through each relation costs, as a multiple of the cheapest; measured on flat and on deep trees.
_LOOK = {"has": 2, "inside": 3, "precedes": 3, "follows": 5, "nthChild": 3}
_CHARACTERS_PER_STEP = 16
# No grammar makes more nodes than this per character.
NODES_PER_CHARACTER = 2


class Candidates(NamedTuple):
    """How long the texts of the nodes are that a rule may match, and how deep the deepest of them lies."""

    widths: Sequence[int]
    depth: int


def rough_bound(
    config: Mapping[str, Any], cost: Cost, candidates: Candidates, tree: TreeProfile, budget: int
) -> int:
    """A bound without a look at the single nodes; above the budget, the tree is measured."""
    n_most = NODES_PER_CHARACTER * tree.n_characters + 1
    rough = _Rough(config, cost, budget, tree.n_characters, n_most, n_most).total(candidates)
    if rough <= budget:
        return rough
    return _Rough(config, cost, budget, tree.n_characters, tree.n_nodes, tree.depth).total(candidates)


def bound_by_sums(config: Mapping[str, Any], cost: Cost, tree: TreeProfile, budget: int) -> int:
    """A bound from the real size of each subtree and the real candidates of each sub-rule."""
    return _Reckoning(config, cost, tree, budget).total()


class _Rough:
    """Bounds that need no more than the tree's number of nodes and its depth.

    Below a node of `n` nodes, the sum over all inner nodes of what lies below each is `n` times the depth.
    """

    def __init__(
        self, config: Mapping[str, Any], cost: Cost, budget: int, n_characters: int, n_nodes: int, depth: int
    ) -> None:
        self.config = config
        self.utils: Utils = config.get("utils") or {}
        self.repeated = cost.repeated
        self.budget = budget
        self.n_characters = n_characters
        self.n_nodes = n_nodes
        self.depth = depth

    def total(self, candidates: Candidates) -> int:
        rule: Rule = self.config["rule"]
        constraints = (self.config.get("constraints") or {}).values()
        far = bool(constraints) and _has_relation(rule)

        def cost_at(width: int) -> int:
            steps = self._at_candidate(rule, width, candidates.depth, ())
            # The captured node stands below the match, or anywhere where a relation captured it.
            reach = self.n_characters if far else width
            return steps + sum(self._at_candidate(each, reach, self.depth, ()) for each in constraints)

        at_most = len(candidates.widths) * cost_at(max(candidates.widths))
        if at_most <= self.budget:
            return at_most
        # Widths are rounded up, so that thousands of candidates are reckoned a few times only.
        sizes = Counter(width.bit_length() for width in candidates.widths)
        return sum(count * cost_at(1 << bits) for bits, count in sizes.items())

    def _at_candidate(self, rule: Rule, width: int, depth: int, calls: tuple[str, ...]) -> int:
        """At one node whose width, and whose own depth at most, are known."""
        n_nodes = min(NODES_PER_CHARACTER * width + 1, self.n_nodes)
        steps = 1
        for condition in own_conditions(rule):
            ((key, value),) = condition.items()
            if key == "has":
                near = value.get("stopBy", "neighbor") == "neighbor"
                steps += _LOOK[key] * self._below(value, n_nodes, width, calls, near=near)
            elif key == "inside":
                inner = self._anywhere(value, calls) + self._stop(value, calls)
                steps += (
                    _LOOK[key] * (depth if value.get("stopBy", "neighbor") != "neighbor" else 1) * inner
                    + depth
                )
            elif key in ("any", "not", "matches"):
                steps += sum(
                    self._at_candidate(inner, width, depth, inside)
                    for inner, inside in self._parts(condition, calls)
                )
                steps += self.n_nodes if key == "matches" and value in calls else 0
            else:
                steps += self._own(condition, width, calls)
        return steps

    def _below(
        self, rule: Rule, n_nodes: int, width: int, calls: tuple[str, ...], *, near: bool = False
    ) -> int:
        """Summed over all nodes below a node of `n_nodes` and `width`, or over its children where `near`."""
        depth = min(self.depth, n_nodes)
        steps = n_nodes
        stop = rule.get("stopBy")
        if isinstance(stop, Mapping):
            steps += n_nodes + self._below(stop, n_nodes, width, calls)
        for condition in own_conditions(rule):
            ((key, value),) = condition.items()
            if key == "has":
                times = 1 if value.get("stopBy", "neighbor") == "neighbor" else depth
                steps += _LOOK[key] * times * self._below(value, n_nodes, width, calls)
            elif key == "inside":
                inner = self._anywhere(value, calls) + self._stop(value, calls)
                times = 1 if value.get("stopBy", "neighbor") == "neighbor" else self.depth
                steps += n_nodes * (_LOOK[key] * times * inner + self.depth)
            elif key == "regex":
                # A text is read once per level above it.
                steps += width * (1 if near else depth) // _CHARACTERS_PER_STEP
            elif key in ("any", "not", "matches"):
                steps += sum(
                    self._below(inner, n_nodes, width, inside)
                    for inner, inside in self._parts(condition, calls)
                )
                steps += n_nodes * self.n_nodes if key == "matches" and value in calls else 0
            else:
                steps += n_nodes * self._own(condition, width, calls)
        return steps

    def _anywhere(self, rule: Rule, calls: tuple[str, ...]) -> int:
        """At one node of which nothing is known."""
        return self._at_candidate(rule, self.n_characters, self.depth, calls)

    def _own(self, condition: Rule, width: int, calls: tuple[str, ...]) -> int:
        """A condition that is no relation up or down, at one node."""
        ((key, value),) = condition.items()
        if key == "regex":
            return width // _CHARACTERS_PER_STEP + 1
        if key == "pattern":
            # Two captures of one name are compared as far as they reach.
            compared = width if self.repeated.intersection(_names(condition)) else 0
            return (1 << pattern_text(condition).count("$$$")) + compared
        if key == "nthChild":
            inner = value.get("ofRule") if isinstance(value, Mapping) else None
            return _LOOK[key] * (
                self._below(inner, self.n_nodes, self.n_characters, calls) if inner else self.n_nodes
            )
        if key in ("precedes", "follows"):
            looks = self._below(value, self.n_nodes, self.n_characters, calls) + self._stop(value, calls)
            return _LOOK[key] * looks
        return 1

    def _stop(self, relation: Rule, calls: tuple[str, ...]) -> int:
        stop = relation.get("stopBy")
        return self._anywhere(stop, calls) if isinstance(stop, Mapping) else 0

    def _parts(self, condition: Rule, calls: tuple[str, ...]) -> list[tuple[Rule, tuple[str, ...]]]:
        ((key, value),) = condition.items()
        if key == "any":
            return [(inner, calls) for inner in value]
        if key == "not":
            return [(value, calls)]
        return [] if value in calls else [(self.utils[value], (*calls, value))]


class _Reckoning:
    """The looks of every sub-rule at every node, summed from the innermost out."""

    def __init__(self, config: Mapping[str, Any], cost: Cost, tree: TreeProfile, budget: int) -> None:
        self.budget = budget
        self.tree = tree
        self.config = config
        self.utils: Utils = config.get("utils") or {}
        self.repeated = cost.repeated
        self.n = len(tree.nodes)

    def total(self) -> int:
        rule: Rule = self.config["rule"]
        looks = self._looks(rule, ())
        steps = sum(looks)
        constraints = self.config.get("constraints") or {}
        candidates = self._passing(own_conditions(rule), steps) if constraints else ()
        for constraint in constraints.values():
            looks = self._looks(constraint, ())
            dearest = self.tree.largest_within(looks)
            steps += sum(dearest[0 if _has_relation(rule) else number] for number in candidates)
        return steps

    def _looks(self, rule: Rule, calls: tuple[str, ...]) -> list[int]:
        looks = [1] * self.n
        conditions = own_conditions(rule)
        for position, condition in enumerate(conditions):
            dear = self._dear(condition, calls)
            if dear is not None:
                for number in self._passing(conditions[:position], sum(looks)):
                    looks[number] += dear[number]
        return looks

    def _passing(self, conditions: list[Rule], n_looks: int) -> Collection[int]:
        """The nodes that may pass conditions that take so many looks; what reads text is tried if cheap."""
        with_regex = n_looks <= self.budget
        easier = relax({"all": conditions}, self.utils, with_regex=with_regex)
        return range(self.n) if easier is None else self.tree.matching({"rule": easier})

    def _dear(self, condition: Rule, calls: tuple[str, ...]) -> list[int] | None:
        """What a condition costs at each node beyond the one look that turns most nodes away."""
        tree = self.tree
        ((key, value),) = condition.items()
        if key == "pattern":
            names = self.repeated.intersection(_names(condition))
            weight = 1 << pattern_text(condition).count("$$$")
            return [weight + (size if names else 0) for size in tree.sizes] if names or weight > 2 else None
        if key == "regex":
            return [width // _CHARACTERS_PER_STEP for width in tree.widths] if value else None
        if key == "any":
            return [sum(looks) for looks in zip(*(self._looks(inner, calls) for inner in value), strict=True)]
        if key == "not":
            return self._looks(value, calls)
        if key == "matches":
            if value in calls:
                # One call of itself, towards neighbours only: the walk sees each node below or above once.
                return [size + depth for size, depth in zip(tree.sizes, tree.depths, strict=True)]
            return self._looks(self.utils[value], (*calls, value))
        if key == "nthChild":
            inner = value.get("ofRule") if isinstance(value, Mapping) else None
            looks = self._looks(inner, calls) if inner else [1] * self.n
            return [_LOOK[key] * beside for beside in tree.sums_beside(looks)]
        return self._relation(key, value, calls) if key in RELATIONS else None

    def _relation(self, key: str, relation: Rule, calls: tuple[str, ...]) -> list[int]:
        tree, stop = self.tree, relation.get("stopBy", "neighbor")
        looks = self._looks(relation, calls)
        if isinstance(stop, Mapping):
            looks = [2 * own + more for own, more in zip(looks, self._looks(stop, calls), strict=True)]
        if key == "has":
            reached = tree.sums_of_children(looks) if stop == "neighbor" else tree.sums_below(looks)
        elif key == "inside":
            # Finding the parent walks down from the root.
            near = [looks[parent] + depth for parent, depth in zip(tree.parents, tree.depths, strict=True)]
            reached = near if stop == "neighbor" else tree.sums_above(looks)
        else:
            reached = tree.sums_beside(looks)
        return [_LOOK[key] * value for value in reached]


def _has_relation(rule: Rule) -> bool:
    return any(key in term.rule for term in walk(rule, "") for key in (*RELATIONS, "matches"))


def _names(rule: Rule) -> set[str]:
    return set(captured(pattern_text(rule)))
