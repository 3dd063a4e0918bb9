"""What a rule may cost, as far as the rule alone says it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any, NamedTuple

from bugcatalog_ls.patterns.terms import RELATIONS, Rule, Utils, references, repeated_names, walk

# ast-grep calls itself once per level where it compares captures or walks down to a `stopBy` rule, and a
# stack that overflows ends the process. Measured: the first breaks past 10,000 levels of an 8 MiB stack, a
# utility that calls itself past 1,000; these hold for 1 MiB too.
MAX_DEPTH = 1_000
MAX_DEPTH_OF_RECURSION = 120


class Cost(NamedTuple):
    """What is known of a rule's cost before a file is seen."""

    has_relations: bool
    reads_text: bool
    looks_down: bool
    repeated: frozenset[str]
    max_depth: int | None

    @property
    def is_linear(self) -> bool:
        return not self.has_relations and not self.reads_text and self.max_depth is None


def cost_of(config: Mapping[str, Any]) -> Cost:
    utils: Utils = config.get("utils") or {}
    terms = _terms(config)
    recursive = any(_reaches(name, name, utils) for name in utils)
    names = repeated_names(config)
    deep = bool(names) or any(
        "has" in rule and isinstance(rule["has"].get("stopBy"), Mapping) for rule in terms
    )
    return Cost(
        has_relations=any(key in rule for rule in terms for key in (*RELATIONS, "nthChild")),
        reads_text=any(rule.get("regex") for rule in terms) or bool(names),
        looks_down=not any(
            key in rule for rule in terms for key in ("inside", "precedes", "follows", "nthChild")
        ),
        repeated=names,
        max_depth=MAX_DEPTH_OF_RECURSION if recursive else MAX_DEPTH if deep else None,
    )


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


def _terms(config: Mapping[str, Any]) -> list[Rule]:
    groups = [(config.get(group) or {}).values() for group in ("constraints", "utils")]
    return [term.rule for whole in (config["rule"], *chain(*groups)) for term in walk(whole, "")]
