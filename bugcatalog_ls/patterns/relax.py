"""Relaxed rules: cheap rules that match at least what the rules they come from match."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bugcatalog_ls.patterns.terms import (
    METAVARIABLE,
    RELATIONS,
    Rule,
    Utils,
    captured,
    own_conditions,
    pattern_text,
    repeated_names,
    walk,
)

# Matches every node, in constant time; an empty `regex` would read each node's text.
EVERYTHING: Rule = {"any": [{"kind": "ERROR"}, {"not": {"kind": "ERROR"}}]}


def relax(rule: Rule, utils: Utils, *, with_regex: bool = True) -> Rule | None:
    """A rule that costs one walk over the file and misses nothing; None where only "everything" would do.

    What looks at other nodes goes, and so do captures, since comparing two captures of one name
    costs as much as their subtrees are large. Without `with_regex`, what reads a node's text goes too.
    """
    return _relaxed(rule, utils, with_regex, frozenset())


def relaxes_soundly(config: Mapping[str, Any]) -> bool:
    """Whether dropping captures only ever adds matches.

    After `$$$`, ast-grep takes the first node that fits what follows and never goes back, so that an easier
    fit may end the ellipsis too early. Where one name is captured twice, such a rule can't be relaxed.
    """
    wholes = (config["rule"], *(config.get("utils") or {}).values())
    texts = [pattern_text(term.rule) for whole in wholes for term in walk(whole, "")]
    return not any("$$$" in text for text in texts) or not repeated_names(config)


def _relaxed(rule: Rule, utils: Utils, with_regex: bool, seen: frozenset[str]) -> Rule | None:
    kept: list[Rule] = []
    for condition in own_conditions(rule):
        easier = _relaxed_condition(condition, utils, with_regex, seen)
        if easier is not None:
            kept.append(easier)
    if not kept:
        return None
    return kept[0] if len(kept) == 1 else {"all": kept}


def _relaxed_condition(rule: Rule, utils: Utils, with_regex: bool, seen: frozenset[str]) -> Rule | None:
    ((key, value),) = rule.items()
    if key == "pattern":
        return {"pattern": _without_captures(value)}
    if key == "regex":
        return rule if with_regex else None
    if key == "any":
        branches = [_relaxed(inner, utils, with_regex, seen) for inner in value]
        possible = [branch for branch in branches if branch is not None]
        return {"any": possible} if len(possible) == len(branches) else None
    if key == "not":
        return rule if _is_plain(value, with_regex) else None
    if key == "matches":
        if value in seen or value not in utils:
            return None
        return _relaxed(utils[value], utils, with_regex, seen | {value})
    if key == "nthChild" or key in RELATIONS:
        return None
    return rule


def _is_plain(rule: Rule, with_regex: bool) -> bool:
    """Whether a negated rule may stay as it is: it looks at its own node only and captures nothing."""
    for term in walk(rule, ""):
        if any(key in term.rule for key in (*RELATIONS, "nthChild", "matches")):
            return False
        if "regex" in term.rule and not with_regex:
            return False
        if captured(pattern_text(term.rule)):
            return False
    return True


def _without_captures(pattern: Any) -> Any:
    if isinstance(pattern, Mapping):
        return {**pattern, "context": _anonymous(str(pattern["context"]))}
    return _anonymous(str(pattern))


def _anonymous(text: str) -> str:
    """A metavariable whose name begins with `_` matches as before and captures nothing."""
    return METAVARIABLE.sub(lambda match: f"{match[1]}_{match[2].lstrip('_')}", text)
