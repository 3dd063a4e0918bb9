"""The terms of an ast-grep rule object: walking it, its metavariables, and what makes it cheap or dear."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Rule = Mapping[str, Any]
Utils = Mapping[str, Rule]

RELATIONS = ("inside", "has", "precedes", "follows")
METAVARIABLE = re.compile(r"(\${1,3})([A-Z_][A-Z0-9_]*)")


class Term(NamedTuple):
    """One rule object inside another, with the keys that lead to it."""

    path: str
    rule: Rule


def walk(rule: Rule, path: str) -> Iterator[Term]:
    """The rule and every rule inside it, outermost first."""
    pending = [Term(path, rule)]
    while pending:
        term = pending.pop()
        yield term
        pending.extend(reversed(list(_inner(term))))


def _inner(term: Term) -> Iterator[Term]:
    for key in ("all", "any"):
        for position, inner in enumerate(term.rule.get(key) or ()):
            yield Term(f"{term.path}.{key}[{position}]", inner)
    for key in ("not", *RELATIONS):
        if key in term.rule:
            yield Term(f"{term.path}.{key}", term.rule[key])
    if isinstance(term.rule.get("stopBy"), Mapping):
        yield Term(f"{term.path}.stopBy", term.rule["stopBy"])
    nth = term.rule.get("nthChild")
    if isinstance(nth, Mapping) and "ofRule" in nth:
        yield Term(f"{term.path}.nthChild.ofRule", nth["ofRule"])


def own_conditions(rule: Rule) -> list[Rule]:
    """The rule's conditions one by one, in the order in which ast-grep tries them."""
    conditions: list[Rule] = [
        {key: rule[key]} for key in ("pattern", "kind", "regex", "nthChild", "range") if key in rule
    ]
    for inner in rule.get("all", ()):
        conditions.extend(own_conditions(inner))
    conditions.extend({key: rule[key]} for key in ("any", "not", "matches", *RELATIONS) if key in rule)
    return conditions


def pattern_text(rule: Rule) -> str:
    pattern = rule.get("pattern", "")
    return str(pattern.get("context", "")) if isinstance(pattern, Mapping) else str(pattern)


def captures(rule: Rule) -> list[str]:
    """The names that the patterns of this rule and of the rules inside it bind, once per mention."""
    return [name for term in walk(rule, "") for name in captured(pattern_text(term.rule))]


def captured(text: str) -> list[str]:
    return [name for _, name in METAVARIABLE.findall(text) if not name.startswith("_")]


def repeated_names(config: Mapping[str, Any]) -> frozenset[str]:
    """The names that a rule may capture twice on one way through it, and so compares."""
    utils: Utils = config.get("utils") or {}
    counts = _mentions(config["rule"], utils, ())
    for constraint in (config.get("constraints") or {}).values():
        counts += _mentions(constraint, utils, ())
    return frozenset(name for name, count in counts.items() if count > 1)


def _mentions(rule: Rule, utils: Utils, calls: tuple[str, ...]) -> Counter[str]:
    """How often each name is captured at most; of the branches of an `any`, one counts."""
    counts = Counter(captured(pattern_text(rule)))
    for inner in (*rule.get("all", ()), *(rule[key] for key in RELATIONS if key in rule)):
        counts += _mentions(inner, utils, calls)
    if isinstance(rule.get("stopBy"), Mapping):
        counts += _mentions(rule["stopBy"], utils, calls)
    nth = rule.get("nthChild")
    if isinstance(nth, Mapping) and "ofRule" in nth:
        counts += _mentions(nth["ofRule"], utils, calls)
    name = rule.get("matches")
    # A utility that calls itself is gone through twice, so that what it captures counts as repeated.
    if isinstance(name, str) and name in utils and calls.count(name) < 2:
        counts += _mentions(utils[name], utils, (*calls, name))
    branches: Counter[str] = Counter()
    for inner in rule.get("any", ()):
        branches |= _mentions(inner, utils, calls)
    counts += branches
    return counts + _mentions(rule["not"], utils, calls) if "not" in rule else counts


def surely_single(rule: Rule, utils: Utils) -> frozenset[str]:
    """Metavariables that stand for exactly one node in every match of the rule."""
    bound = frozenset(
        name
        for sigil, name in METAVARIABLE.findall(pattern_text(rule))
        if sigil != "$$$" and not name.startswith("_")
    )
    for inner in rule.get("all", ()):
        bound |= surely_single(inner, utils)
    for key in RELATIONS:
        if key in rule:
            bound |= surely_single(rule[key], utils)
    branches = [surely_single(inner, utils) for inner in rule.get("any", ())]
    if branches:
        bound |= frozenset.intersection(*branches)
    return bound


def names_kinds(rule: Rule, utils: Utils) -> bool:
    """Whether the rule says what kinds of nodes it is about, as ast-grep demands of a whole rule."""
    if "kind" in rule:
        return True
    if "pattern" in rule:
        selector = isinstance(rule["pattern"], Mapping) and rule["pattern"].get("selector")
        if selector or not METAVARIABLE.fullmatch(pattern_text(rule).strip()):
            return True
    if any(names_kinds(inner, utils) for inner in rule.get("all", ())):
        return True
    if rule.get("any") and all(names_kinds(inner, utils) for inner in rule["any"]):
        return True
    name = rule.get("matches")
    return isinstance(name, str) and name in utils and names_kinds(utils[name], utils)


def references(rule: Rule) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """Each utility that the rule calls, the relations on the way to it, and whether all are to neighbours."""
    pending: list[tuple[Rule, tuple[str, ...], bool]] = [(rule, (), True)]
    while pending:
        current, way, near = pending.pop()
        if isinstance(current.get("matches"), str):
            yield current["matches"], way, near
        for term in _inner(Term("", current)):
            key = term.path.partition("[")[0].lstrip(".")
            if key in RELATIONS:
                close = near and term.rule.get("stopBy", "neighbor") == "neighbor"
                pending.append((term.rule, (*way, key), close))
            elif key in ("all", "any", "not"):
                pending.append((term.rule, way, near))
            else:
                pending.append((term.rule, (*way, key), False))
