"""The step budget: what a rule may cost in one file, reckoned before it runs.

ast-grep can't be interrupted, and a clock would make two runs disagree. So the work of a rule is bounded
from the tree alone: a step is one look of one sub-rule at one node, about 25 ns. A cheap bound comes first;
only where it is above the budget are the tree's real sizes taken, and all looks summed up from the innermost
sub-rule out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from bugcatalog_ls.patterns.bounds import NODES_PER_CHARACTER, Candidates, bound_by_sums, rough_bound
from bugcatalog_ls.patterns.cost import Cost
from bugcatalog_ls.patterns.profile import TreeProfile

STEP_BUDGET = 10_000_000
MAX_FILE_BYTES = 2_000_000


class Quarantined(NamedTuple):
    """A rule that was not run on a file, since it might not have ended soon."""

    code: str
    rule_index: int
    steps: int
    budget: int
    reason: str


def steps_at_most(
    config: Mapping[str, Any], cost: Cost, candidates: Candidates, tree: TreeProfile, budget: int
) -> int:
    """An upper bound of the rule's steps on this tree; the rougher, the further it is below the budget."""
    if cost.is_linear or not candidates.widths:
        return 0
    rough = rough_bound(config, cost, candidates, tree, budget)
    return rough if rough <= budget else bound_by_sums(config, cost, tree, budget)


def is_too_deep(cost: Cost, candidates: Candidates, tree: TreeProfile) -> bool:
    """Whether ast-grep might run out of stack on this tree."""
    if cost.max_depth is None or not candidates.widths:
        return False
    if cost.looks_down and NODES_PER_CHARACTER * max(candidates.widths) < cost.max_depth:
        return False
    return tree.depth > cost.max_depth
