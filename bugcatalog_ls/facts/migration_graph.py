"""Environments of migrations and the graph of their revisions.

An environment is one history: the folders of revisions that belong together, and the `env.py`
that runs them. Folders of one `env.py` whose revisions do not point to each other are histories
of their own (one for each kind of database, say).
"""

from __future__ import annotations

from collections import defaultdict
from typing import Literal

import msgspec

from bugcatalog_ls.facts.alembic_environments import AlembicSettings, EnvironmentFact
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.migrations import (
    DEPENDS_ON_ANCHOR,
    DOWN_REVISION_ANCHOR,
    REVISION_ANCHOR,
    RevisionFact,
)


class Environment(msgspec.Struct, frozen=True):
    """`name` is the first of its folders; `home` the folder of its `env.py` (empty where there is none)."""

    name: str
    folders: tuple[str, ...]
    home: str


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with the graph, at an anchor of a revision's file."""

    path: str
    anchor: str
    kind: Literal["missing", "heads", "cycle", "duplicate"]
    message: str
    related: tuple[tuple[str, str, str], ...] = ()


class Graph(msgspec.Struct, frozen=True):
    """The revisions of an environment.

    `order` are their paths, each behind what it builds upon; revisions of a cycle are left out.
    `heads` are the ids of those that nothing follows, with their paths. `whole` tells that all is known:
    ids are literals, no parent is missing, nothing is double or circular.
    """

    order: tuple[str, ...]
    heads: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...]
    whole: bool


@derived
def environments(index: FactIndex) -> tuple[Environment, ...]:
    """All histories of the workspace, by the name of their first folder."""
    homes: dict[str, list[str]] = defaultdict(list)
    keys = sorted(index.keys(RevisionFact))
    # Revisions among the tests are samples, unless there are no others.
    real = [key for key in keys if not {"test", "tests", "testing"} & set(key.split("/"))]
    for folder in real or keys:
        homes[_home(index, folder)].append(folder)
    found: list[Environment] = []
    for home, folders in homes.items():
        has_env = bool(index.get(EnvironmentFact, home)) if home else False
        for group in _connected(index, folders):
            found.append(Environment(group[0], tuple(group), home if has_env else ""))
    return tuple(sorted(found, key=lambda environment: environment.name))


@derived
def environment_of(index: FactIndex, path: str) -> Environment | None:
    """The environment that the revision at a path belongs to."""
    folder = path.rpartition("/")[0]
    return next((each for each in environments(index) if folder in each.folders), None)


@derived
def graph(index: FactIndex, name: str) -> Graph:
    """The graph of the environment of a name."""
    environment = next((each for each in environments(index) if each.name == name), None)
    if environment is None:
        return Graph((), (), (), False)
    found = [pair for folder in environment.folders for pair in index.get(RevisionFact, folder)]
    return _graph(sorted(found, key=lambda pair: pair[0]))


def _graph(revisions: list[tuple[str, RevisionFact]]) -> Graph:
    problems: list[Problem] = []
    by_id: dict[str, tuple[str, RevisionFact]] = {}
    labels: dict[str, str] = {}
    readable = all(fact.readable for _, fact in revisions)
    for path, fact in revisions:
        if not fact.revision:
            continue
        if fact.revision in by_id:
            first = by_id[fact.revision][0]
            message = f"the id {fact.revision} belongs to another revision already"
            related = ((first, REVISION_ANCHOR, f"the other revision {fact.revision}"),)
            problems.append(Problem(path, REVISION_ANCHOR, "duplicate", message, related))
        else:
            by_id[fact.revision] = (path, fact)
        labels.update(dict.fromkeys(fact.labels, fact.revision))
    parents: dict[str, list[str]] = {}
    for path, fact in revisions:
        parents[path] = []
        for names, anchor in ((fact.down, DOWN_REVISION_ANCHOR), (fact.depends_on, DEPENDS_ON_ANCHOR)):
            for name in names:
                parent = _found(name, by_id, labels, exact=anchor == DOWN_REVISION_ANCHOR)
                if parent is not None:
                    parents[path].append(parent)
                elif readable:
                    message = f"no revision has the id {name}, which this one builds upon"
                    problems.append(Problem(path, anchor, "missing", message))
    order, circular = _sorted(parents)
    if circular:
        problems.append(_cycle(circular, dict(revisions), parents))
    children = {name for _, fact in revisions for name in fact.down}
    heads = tuple(
        (fact.revision, path)
        for path, fact in revisions
        if fact.revision not in children
        and path not in circular
        and by_id.get(fact.revision, ("",))[0] == path
    )
    # With a parent missing, what would follow it looks like a head of its own.
    if readable and len(heads) > 1 and not problems:
        problems.extend(_heads(heads, dict(revisions), parents))
    whole = readable and not any(problem.kind != "heads" for problem in problems)
    return Graph(tuple(order), heads, tuple(problems), whole)


def _found(
    name: str, by_id: dict[str, tuple[str, RevisionFact]], labels: dict[str, str], *, exact: bool
) -> str | None:
    """The path of the revision that a name means; `depends_on` may shorten ids and name labels."""
    if name in by_id:
        return by_id[name][0]
    if name in labels:
        return by_id[labels[name]][0]
    if exact:
        return None
    starting = [path for revision, (path, _) in by_id.items() if revision.startswith(name)]
    return starting[0] if len(starting) == 1 else None


def _sorted(parents: dict[str, list[str]]) -> tuple[list[str], list[str]]:
    """Paths behind their parents, and those that stand in or behind a cycle."""
    waiting = {path: len(set(found)) for path, found in parents.items()}
    children: dict[str, list[str]] = defaultdict(list)
    for path, found in parents.items():
        for parent in set(found):
            children[parent].append(path)
    ready = sorted((path for path, count in waiting.items() if count == 0), reverse=True)
    order: list[str] = []
    while ready:
        path = ready.pop()
        order.append(path)
        # A line of revisions is followed to its end before the next one begins.
        for child in sorted(children[path], reverse=True):
            waiting[child] -= 1
            if waiting[child] == 0:
                ready.append(child)
    done = set(order)
    return order, [path for path in parents if path not in done]


def _cycle(circular: list[str], facts: dict[str, RevisionFact], parents: dict[str, list[str]]) -> Problem:
    """The problem of a cycle, at its first revision."""
    members = set(circular)
    # What merely stands behind the cycle has no child in it that leads back.
    while behind := {path for path in members if not any(path in parents[child] for child in members)}:
        members -= behind
    first, *others = sorted(members)
    message = f"the revision {facts[first].revision} builds upon itself"
    if others:
        names = ", ".join(facts[path].revision for path in others)
        message = f"the revision {facts[first].revision} builds upon itself by way of {names}"
    related = tuple((path, DOWN_REVISION_ANCHOR, "part of the same cycle") for path in others)
    return Problem(first, DOWN_REVISION_ANCHOR, "cycle", message, related)


def _heads(
    heads: tuple[tuple[str, str], ...], facts: dict[str, RevisionFact], parents: dict[str, list[str]]
) -> list[Problem]:
    """A problem for each head but the first; branches with labels of their own are kept apart on purpose."""
    by_label: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
    for revision, path in heads:
        by_label[_labels(path, facts, parents)].append((revision, path))
    problems: list[Problem] = []
    for group in by_label.values():
        first, first_path = group[0]
        for revision, path in group[1:]:
            message = f"{revision} is a second head beside {first}"
            related = ((first_path, REVISION_ANCHOR, f"the head {first}"),)
            problems.append(Problem(path, REVISION_ANCHOR, "heads", message, related))
    return problems


def _labels(path: str, facts: dict[str, RevisionFact], parents: dict[str, list[str]]) -> tuple[str, ...]:
    found: set[str] = set()
    seen: set[str] = set()
    pending = [path]
    while pending:
        current = pending.pop()
        if current not in seen:
            seen.add(current)
            found.update(facts[current].labels)
            pending.extend(parents[current])
    return tuple(sorted(found))


def settings_of(index: FactIndex, environment: Environment) -> AlembicSettings | None:
    """The section of `alembic.ini` that an environment is run by."""
    home = environment.home or environment.name.rpartition("/")[0]
    found = [
        each for key in sorted(index.keys(AlembicSettings)) for _, each in index.get(AlembicSettings, key)
    ]
    for settings in found:
        location = settings.script_location
        same = location == home or (location.startswith("?") and f"/{home}".endswith("/" + location[1:]))
        if same or set(environment.folders) & set(settings.version_locations):
            return settings
    return found[0] if len(found) == 1 else None


def dialect_of(index: FactIndex, name: str) -> str:
    """The database that an environment's `alembic.ini` names; empty where it does not."""
    found = next((each for each in environments(index) if each.name == name), None)
    settings = settings_of(index, found) if found is not None else None
    return settings.dialect if settings is not None else ""


def _home(index: FactIndex, folder: str) -> str:
    """The folder of the environment that a folder of revisions belongs to."""
    for key in sorted(index.keys(AlembicSettings)):
        for _, settings in index.get(AlembicSettings, key):
            if folder in settings.version_locations:
                return settings.script_location
    parts = folder.split("/")
    for length in range(len(parts), 0, -1):
        above = "/".join(parts[:length])
        if index.get(EnvironmentFact, above):
            return above
    if "versions" in parts:
        return "/".join(parts[: parts.index("versions")])
    return folder


def _connected(index: FactIndex, folders: list[str]) -> list[list[str]]:
    """Folders of one home, those together whose revisions point to each other."""
    if len(folders) == 1:
        return [folders]
    owners: dict[str, set[str]] = defaultdict(set)
    for folder in folders:
        for _, fact in index.get(RevisionFact, folder):
            for name in (fact.revision, *fact.labels):
                owners[name].add(folder)
    leader = {folder: folder for folder in folders}

    def lead(folder: str) -> str:
        while leader[folder] != folder:
            folder = leader[folder]
        return folder

    for folder in folders:
        for _, fact in index.get(RevisionFact, folder):
            for name in (*fact.down, *fact.depends_on):
                # Histories that are kept side by side often use the same ids.
                if name in owners and folder not in owners[name]:
                    leader[lead(min(owners[name]))] = lead(folder)
    groups: dict[str, list[str]] = defaultdict(list)
    for folder in folders:
        groups[lead(folder)].append(folder)
    return [sorted(group) for group in groups.values()]
