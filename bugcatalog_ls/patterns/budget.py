"""The step budget: what a rule may cost in one file, reckoned before it runs.

ast-grep can't be interrupted, and a clock would make two runs disagree. So the work of a rule is bounded
from the tree alone: a step is one look of one sub-rule at one node, about 25 ns. A cheap bound comes first;
only where it is above the budget are the tree's real sizes taken, and all looks summed up from the innermost
sub-rule out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from bugcatalog_ls.patterns.profile import TreeProfile
from bugcatalog_ls.patterns.relax import relax
from bugcatalog_ls.patterns.terms import (
    RELATIONS,
    Rule,
    Utils,
    captured,
    own_conditions,
    pattern_text,
    references,
    walk,
)

STEP_BUDGET = 10_000_000
MAX_FILE_BYTES = 2_000_000
# ast-grep calls itself once per level where it compares captures or walks down to a `stopBy` rule, and a
# stack that overflows ends the process. Measured: the first breaks past 10,000 levels of an 8 MiB stack, a
# utility that calls itself past 1,000; these hold for 1 MiB too.
MAX_DEPTH = 1_000
MAX_DEPTH_OF_RECURSION = 120

# What a look through each relation costs, as a multiple of the cheapest; measured on flat and on deep trees.
_LOOK = {"has": 2, "inside": 3, "precedes": 3, "follows": 5, "nthChild": 3}
_CHARACTERS_PER_STEP = 16
# No grammar makes more nodes than this per character.
_NODES_PER_CHARACTER = 2


class Quarantined(NamedTuple):
    """A rule that was not run on a file, since it might not have ended soon."""

    code: str
    rule_index: int
    steps: int
    budget: int
    reason: str


class Cost(NamedTuple):
    """What is known of a rule's cost before a file is seen."""

    nesting: int
    n_terms: int
    reads_text: bool
    looks_down: bool
    max_depth: int | None

    @property
    def is_linear(self) -> bool:
        return not self.nesting and not self.reads_text and self.max_depth is None


def cost_of(config: Mapping[str, Any]) -> Cost:
    utils: Utils = config.get("utils") or {}
    constraints: Mapping[str, Rule] = config.get("constraints") or {}
    wholes = [config["rule"], *constraints.values()]
    terms = [term.rule for whole in (*wholes, *utils.values()) for term in walk(whole, "")]
    recursive = any(_reaches(name, name, utils) for name in utils)
    names = _repeated_names(terms)
    deep = bool(names) or any(
        "has" in rule and isinstance(rule["has"].get("stopBy"), Mapping) for rule in terms
    )
    return Cost(
        nesting=max(_nesting(whole, utils, frozenset()) for whole in wholes),
        n_terms=len(terms),
        reads_text=any(rule.get("regex") for rule in terms) or bool(names),
        looks_down=not any(
            key in rule for rule in terms for key in ("inside", "precedes", "follows", "nthChild")
        ),
        max_depth=MAX_DEPTH_OF_RECURSION if recursive else MAX_DEPTH if deep else None,
    )


def steps_at_most(
    config: Mapping[str, Any], cost: Cost, widths: Sequence[int], tree: TreeProfile, budget: int
) -> int:
    """An upper bound of the rule's steps on this tree; the rougher, the further it is below the budget.

    `widths` are the lengths of the candidates' texts.
    """
    if cost.is_linear or not widths:
        return 0
    if cost.looks_down:
        # No relation leaves the candidate, so that its own text bounds what is looked at.
        rough = sum(_rough(cost, width, _NODES_PER_CHARACTER * width) for width in widths)
    else:
        rough = len(widths) * _rough(cost, tree.n_characters, _NODES_PER_CHARACTER * tree.n_characters)
        if rough > budget:
            rough = len(widths) * _rough(cost, tree.n_characters, len(tree.nodes))
    return rough if rough <= budget else _Reckoning(config, tree).total()


def is_too_deep(cost: Cost, widths: Sequence[int], tree: TreeProfile) -> bool:
    """Whether ast-grep might run out of stack on this tree."""
    if cost.max_depth is None or not widths:
        return False
    if cost.looks_down and _NODES_PER_CHARACTER * max(widths) < cost.max_depth:
        return False
    return max(tree.depths) > cost.max_depth


def _rough(cost: Cost, n_characters: int, n_nodes: int) -> int:
    reading = n_characters // _CHARACTERS_PER_STEP + 1 if cost.reads_text else 1
    look_everywhere: int = (max(_LOOK.values()) * max(n_nodes, 1)) ** cost.nesting
    return cost.n_terms * reading * look_everywhere


class _Reckoning:
    """The looks of every sub-rule at every node, summed from the innermost out."""

    def __init__(self, config: Mapping[str, Any], tree: TreeProfile) -> None:
        self.tree = tree
        self.config = config
        self.utils: Utils = config.get("utils") or {}
        whole = [config["rule"], *self.utils.values(), *(config.get("constraints") or {}).values()]
        self.repeated = _repeated_names(term.rule for rule in whole for term in walk(rule, ""))
        self.n = len(tree.nodes)

    def total(self) -> int:
        rule: Rule = self.config["rule"]
        steps = sum(self._looks(rule, ()))
        candidates = self._candidates(own_conditions(rule))
        for constraint in (self.config.get("constraints") or {}).values():
            looks = self._looks(constraint, ())
            # The captured node stands below the match, or anywhere where a relation captured it.
            below = self.tree.sums_below(looks)
            steps += (
                max(looks) * len(candidates) if _has_relation(rule) else sum(below[n] for n in candidates)
            )
        return steps

    def _looks(self, rule: Rule, calls: tuple[str, ...]) -> list[int]:
        looks = [1] * self.n
        conditions = own_conditions(rule)
        for position, condition in enumerate(conditions):
            dear = self._dear(condition, calls)
            if dear is not None:
                for number in self._candidates(conditions[:position]):
                    looks[number] += dear[number]
        return looks

    def _candidates(self, conditions: list[Rule]) -> Collection[int]:
        easier = relax({"all": conditions}, self.utils)
        return range(self.n) if easier is None else self.tree.matching({"rule": easier})

    def _dear(self, condition: Rule, calls: tuple[str, ...]) -> list[int] | None:
        """What a condition costs at each node beyond the one look that turns most nodes away."""
        tree = self.tree
        ((key, value),) = condition.items()
        if key == "pattern":
            names = self.repeated.intersection(_names(condition))
            weight = 2 ** pattern_text(condition).count("$$$")
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


def endless_utilities(utils: Utils) -> list[str]:
    """Utilities that call themselves in a way whose cost, or whose end, nothing bounds.

    What is bounded is one call of itself through one relation towards neighbours: it walks down, up or along.
    """
    endless = []
    for name, rule in utils.items():
        back = [(way, near) for called, way, near in references(rule) if _reaches(called, name, utils)]
        if back and (len(back) > 1 or not back[0][1] or len(back[0][0]) != 1 or _calls_others(name, utils)):
            endless.append(name)
    return endless


def _calls_others(name: str, utils: Utils) -> bool:
    """Whether the way back to the utility leads through another one."""
    return any(called != name and _reaches(called, name, utils) for called, _, _ in references(utils[name]))


def _reaches(start: str, goal: str, utils: Utils) -> bool:
    """Whether `start` is `goal` or calls it on some way; where both are one, a way of at least one call."""
    seen: set[str] = set()
    pending = [called for called, _, _ in references(utils[start])] if start == goal else [start]
    while pending:
        name = pending.pop()
        if name == goal:
            return True
        if name not in seen and name in utils:
            seen.add(name)
            pending.extend(called for called, _, _ in references(utils[name]))
    return False


def _nesting(rule: Rule, utils: Utils, seen: frozenset[str]) -> int:
    """How many relations lie inside each other at most; a look through each may see the whole file."""
    deepest = 0
    for condition in own_conditions(rule):
        ((key, value),) = condition.items()
        if key == "any":
            inner = max((_nesting(branch, utils, seen) for branch in value), default=0)
        elif key == "not":
            inner = _nesting(value, utils, seen)
        elif key == "matches":
            inner = 1 if value in seen else _nesting(utils.get(value, {}), utils, seen | {value})
        elif key == "nthChild":
            inner = 1 + (
                _nesting(value.get("ofRule") or {}, utils, seen) if isinstance(value, Mapping) else 0
            )
        elif key in RELATIONS:
            stop = value.get("stopBy")
            inner = 1 + max(
                _nesting(value, utils, seen),
                _nesting(stop, utils, seen) if isinstance(stop, Mapping) else 0,
            )
        else:
            inner = 0
        deepest = max(deepest, inner)
    return deepest


def _has_relation(rule: Rule) -> bool:
    return any(key in term.rule for term in walk(rule, "") for key in (*RELATIONS, "matches"))


def _names(rule: Rule) -> set[str]:
    return set(captured(pattern_text(rule)))


def _repeated_names(rules: Iterable[Rule]) -> frozenset[str]:
    once: set[str] = set()
    twice: set[str] = set()
    for rule in rules:
        for name in captured(pattern_text(rule)):
            (twice if name in once else once).add(name)
    return frozenset(twice)
