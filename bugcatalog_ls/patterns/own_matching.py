"""ast-grep's rules applied to trees that are not its own: the same words, with the same meaning.

A condition that is not known here is refused by its name, never passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from bugcatalog_ls.patterns.own_grammars import OwnNode, OwnTree, grammar_of
from bugcatalog_ls.patterns.own_patterns import Captures, Refused, fits, pattern_of

Rule = Mapping[str, Any]


def parse_own(text: str, language: str) -> OwnNode:
    """The root of a text; raises `Refused` where the grammar is not installed."""
    grammar = grammar_of(language)
    if grammar is None:
        raise Refused(
            f"the grammar of {language} is not installed (`pip install tree-sitter-{language.lower()}`)"
        )
    return OwnTree(text, language, grammar).root


def find_own(node: OwnNode, config: Rule) -> Iterator[OwnNode]:
    """All nodes at or below a node that a whole rule matches, with what it captures."""
    if config.get("transform"):
        raise Refused(f"`transform` is not supported in rules for {node.tree.language}")
    utils = config.get("utils") or {}
    constraints = config.get("constraints") or {}
    for whole in (config["rule"], *utils.values(), *constraints.values()):
        _check(whole, node.tree, utils)
    for candidate in node.descendants():
        found = _match(config["rule"], candidate, utils, {})
        if found is None:
            continue
        for name, constraint in constraints.items():
            captured = found.get(name, [])
            if len(captured) == 1:
                found = _match(constraint, captured[0], utils, found)
                if found is None:
                    break
        if found is not None:
            yield OwnNode(node.tree, candidate.node, found)


def _check(rule: Rule, tree: OwnTree, utils: Rule) -> None:
    """Refuse what could never match, so that a slip is told where it is made."""
    for key, value in rule.items():
        if key in ("all", "any"):
            for inner in value:
                _check(inner, tree, utils)
        elif key in ("not", *_RELATIONS) or (key == "stopBy" and isinstance(value, Mapping)):
            _check(value, tree, utils)
        elif key == "kind" and value != "ERROR" and tree.grammar.id_for_node_kind(value, True) is None:
            raise Refused(f"Kind `{value}` is invalid.")
        elif key == "pattern":
            pattern_of(_frozen(value), tree.language)
        elif key == "regex":
            _expression(value)
        elif key not in _KNOWN:
            raise Refused(f"`{key}` is not supported in rules for {tree.language}")


def _match(rule: Rule, node: OwnNode, utils: Rule, captures: Captures) -> Captures | None:
    """What is captured where a rule matches a node."""
    found: Captures | None = captures
    for key in _ORDER:
        if key in rule and found is not None:
            found = _CONDITIONS[key](rule[key], node, utils, found)
    return found


def _pattern(value: Any, node: OwnNode, utils: Rule, captures: Captures) -> Captures | None:
    return fits(pattern_of(_frozen(value), node.tree.language), node, captures)


def _kind(value: str, node: OwnNode, utils: Rule, captures: Captures) -> Captures | None:
    return captures if node.kind() == value else None


def _regex(value: str, node: OwnNode, utils: Rule, captures: Captures) -> Captures | None:
    return captures if _expression(value).search(node.text()) is not None else None


def _nth_child(value: Any, node: OwnNode, utils: Rule, captures: Captures) -> Captures | None:
    options = value if isinstance(value, Mapping) else {"position": value}
    parent = node.parent()
    siblings = [each for each in parent.children() if each.is_named()] if parent is not None else [node]
    if "ofRule" in options:
        siblings = [each for each in siblings if _match(options["ofRule"], each, utils, {}) is not None]
    if options.get("reverse"):
        siblings.reverse()
    if node not in siblings:
        return None
    position = siblings.index(node) + 1
    formula = re.fullmatch(r"([+-]?\d*)n(?:([+-]\d+))?|(\d+)", str(options["position"]).replace(" ", ""))
    if formula is None:
        raise Refused(f"`{options['position']}` is no position of a child")
    if formula[3]:
        return captures if position == int(formula[3]) else None
    step = int(f"{formula[1]}1" if formula[1] in ("", "+", "-") else formula[1])
    rest = position - int(formula[2] or 0)
    holds = rest == 0 if step == 0 else rest % step == 0 and rest // step >= 0
    return captures if holds else None


def _all(value: Any, node: OwnNode, utils: Rule, captures: Captures) -> Captures | None:
    found: Captures | None = captures
    for inner in value:
        if found is not None:
            found = _match(inner, node, utils, found)
    return found


def _any(value: Any, node: OwnNode, utils: Rule, captures: Captures) -> Captures | None:
    for inner in value:
        found = _match(inner, node, utils, captures)
        if found is not None:
            return found
    return None


def _not(value: Rule, node: OwnNode, utils: Rule, captures: Captures) -> Captures | None:
    return captures if _match(value, node, utils, captures) is None else None


def _matches(value: str, node: OwnNode, utils: Rule, captures: Captures) -> Captures | None:
    return _match(utils[value], node, utils, captures) if value in utils else None


def _inside(value: Rule, node: OwnNode, utils: Rule, captures: Captures) -> Captures | None:
    below = node
    for above in node.ancestors():
        if "field" not in value or _field_of(below) == value["field"]:
            found = _match(_plain(value), above, utils, captures)
            if found is not None:
                return found
        if _stops(value, above, utils):
            return None
        below = above
    return None


def _has(value: Rule, node: OwnNode, utils: Rule, captures: Captures) -> Captures | None:
    children = node.children()
    if "field" in value:
        children = [each for each in children if _field_of(each) == value["field"]]
    pending = list(reversed(children))
    while pending:
        below = pending.pop()
        found = _match(_plain(value), below, utils, captures)
        if found is not None:
            return found
        if not _stops(value, below, utils):
            pending.extend(reversed(below.children()))
    return None


def _beside(step: Callable[[OwnNode], OwnNode | None]) -> _Condition:
    def look(value: Rule, node: OwnNode, utils: Rule, captures: Captures) -> Captures | None:
        other = step(node)
        while other is not None:
            found = _match(_plain(value), other, utils, captures)
            if found is not None or _stops(value, other, utils):
                return found
            other = step(other)
        return None

    return look


def _stops(relation: Rule, node: OwnNode, utils: Rule) -> bool:
    """Whether a relation looks no further than this node."""
    stop = relation.get("stopBy", "neighbor")
    if isinstance(stop, Mapping):
        return _match(stop, node, utils, {}) is not None
    return bool(stop == "neighbor")


def _plain(relation: Rule) -> Rule:
    return {key: value for key, value in relation.items() if key not in ("stopBy", "field")}


def _field_of(node: OwnNode) -> str | None:
    parent = node.node.parent
    if parent is None:
        return None
    for index, child in enumerate(parent.children):
        if child == node.node:
            return parent.field_name_for_child(index)
    return None


@lru_cache(maxsize=256)
def _expression(expression: str) -> Any:
    import re2  # type: ignore[import-untyped]

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(expression, options)
    except re2.error as error:
        raise Refused(f"invalid regular expression: {error}") from None


def _frozen(value: Any) -> tuple[str, str]:
    """A pattern as its text and its selector."""
    if isinstance(value, Mapping):
        return str(value.get("context", "")), str(value.get("selector", ""))
    return str(value), ""


_Condition = Callable[[Any, OwnNode, Rule, Captures], Captures | None]
_RELATIONS = ("inside", "has", "precedes", "follows")
_CONDITIONS: dict[str, _Condition] = {
    "kind": _kind,
    "pattern": _pattern,
    "regex": _regex,
    "nthChild": _nth_child,
    "all": _all,
    "any": _any,
    "not": _not,
    "matches": _matches,
    "inside": _inside,
    "has": _has,
    "precedes": _beside(OwnNode.next),
    "follows": _beside(OwnNode.prev),
}
_ORDER = tuple(_CONDITIONS)
_KNOWN = frozenset((*_CONDITIONS, "stopBy", "field"))
