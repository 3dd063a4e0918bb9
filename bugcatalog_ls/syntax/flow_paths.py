"""Questions to a control-flow graph: is there a path from here to there that passes none of those?"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bugcatalog_ls.syntax.flow import EdgeKind, Flow, Step

Passes = Callable[[Step], bool]
Takes = Callable[[Step, EdgeKind], bool]


def path_between(
    starts: Iterable[Step],
    is_goal: Passes,
    is_blocked: Passes = lambda step: False,
    takes: Takes = lambda step, kind: True,
) -> list[Step] | None:
    """A shortest path from what follows one of `starts` to a goal, passing no blocked step; or None.

    A start that raised leads nowhere: what it should have made is not there. `takes` tells which
    edges out of a step can be taken.
    """
    first = [following for start in starts for following in start.after()]
    return path_from(first, is_goal, is_blocked, takes)


def path_from(
    entries: Iterable[Step],
    is_goal: Passes,
    is_blocked: Passes = lambda step: False,
    takes: Takes = lambda step, kind: True,
) -> list[Step] | None:
    """The same from steps that are still to run, which may be goals themselves."""
    came_from: dict[int, tuple[Step, Step | None]] = {}
    pending: list[tuple[Step, Step | None]] = [(step, None) for step in entries]
    for step, before in pending:
        if id(step) in came_from:
            continue
        came_from[id(step)] = (step, before)
        if is_goal(step):
            return _traced(step, came_from)
        if not is_blocked(step):
            pending += [(following, step) for kind, following in step.edges if takes(step, kind)]
    return None


def is_preceded(flow: Flow, use: Iterable[Step], starts: Iterable[Step], is_check: Passes) -> bool:
    """Whether each path from `starts` (else from the function's entry) to a use passes a check."""
    goals = {id(step) for step in use}
    found = list(starts)
    if found:
        return path_between(found, lambda step: id(step) in goals, is_check) is None
    return path_from(flow.entry, lambda step: id(step) in goals, is_check) is None


def _traced(step: Step, came_from: dict[int, tuple[Step, Step | None]]) -> list[Step]:
    path = [step]
    while (before := came_from[id(path[-1])][1]) is not None:
        path.append(before)
    return path[::-1]
