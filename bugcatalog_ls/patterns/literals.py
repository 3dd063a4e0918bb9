"""Literals that a text must hold for a rule to match: what lets most rules skip most files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet

from bugcatalog_ls.patterns.languages import Language
from bugcatalog_ls.patterns.terms import METAVARIABLE, RELATIONS, Rule, Utils, surely_single

# Every group must have at least one of its literals in the text.
Literals = frozenset[frozenset[str]]


def required_literals(config: Mapping[str, Rule], language: Language) -> Literals:
    """The literals of a whole rule (`rule`, `constraints`, `utils`); empty where none is certain."""
    utils: Utils = config.get("utils") or {}
    rule = config["rule"]
    groups = _of_rule(rule, utils, language, frozenset())
    single = surely_single(rule, utils)
    for name, constraint in (config.get("constraints") or {}).items():
        # A constraint on a metavariable that is not bound is not looked at.
        if name in single:
            groups |= _of_rule(constraint, utils, language, frozenset())
    return _strongest(groups)


def may_match(literals: Literals, holds: Callable[[str], bool]) -> bool:
    """Whether a text, asked by `holds`, has what the literals demand."""
    return all(any(map(holds, group)) for group in literals)


def _of_rule(rule: Rule, utils: Utils, language: Language, seen: frozenset[str]) -> Literals:
    groups: Literals = frozenset()
    if "pattern" in rule:
        groups |= _of_pattern(rule["pattern"], language)
    if "regex" in rule:
        groups |= _of_regex(str(rule["regex"]))
    for inner in rule.get("all", ()):
        groups |= _of_rule(inner, utils, language, seen)
    # What a relation looks for stands in the same file.
    for key in RELATIONS:
        if key in rule:
            groups |= _of_rule(rule[key], utils, language, seen)
    name = rule.get("matches")
    if isinstance(name, str) and name in utils and name not in seen:
        groups |= _of_rule(utils[name], utils, language, seen | {name})
    if rule.get("any"):
        groups |= _of_branches(_of_rule(inner, utils, language, seen) for inner in rule["any"])
    return groups


def _of_branches(branches: Iterable[Literals]) -> Literals:
    """One group that holds the most telling group of each branch; nothing where a branch has none."""
    union: frozenset[str] = frozenset()
    for groups in branches:
        if not groups:
            return frozenset()
        union |= max(groups, key=_weight)
    return frozenset({union}) if union else frozenset()


def _weight(group: AbstractSet[str]) -> tuple[int, int, list[str]]:
    """Rarer literals weigh more: the shortest of a group decides, then how few there are."""
    return min(map(len, group)), -len(group), sorted(group)


def _strongest(groups: Literals) -> Literals:
    """The groups without those that a smaller group implies."""
    return frozenset(group for group in groups if not any(other < group for other in groups))


# A word right behind a backslash may be part of an escape.
_WORD = re.compile(r"(?<![\\\w$])[A-Za-z_][A-Za-z0-9_]+")
# In these the words of a pattern need not be spelt alike in the text.
_CASELESS = frozenset({"Php", "Html", "Css", "Sql"})
_COMMENTED = re.compile(r"#|//|/\*|--")


def _of_pattern(pattern: object, language: Language) -> Literals:
    """The words of a pattern; of a part chosen by a selector, or compared loosely, none is certain."""
    if isinstance(pattern, Mapping):
        if pattern.get("selector") or pattern.get("strictness", "smart") not in ("smart", "cst"):
            return frozenset()
        pattern = pattern.get("context", "")
    text = str(pattern)
    if language.name in _CASELESS or _COMMENTED.search(text):
        return frozenset()
    return frozenset(frozenset({word}) for word in _WORD.findall(METAVARIABLE.sub(" ", text)))


_PLAIN = re.compile(r"(?:[\w ,:/@<>=!\"'`%&;~-]|\\[.\-/_])+", re.ASCII)


def _of_regex(regex: str) -> Literals:
    """The branches of a regular expression that is a list of plain words, anchored or not."""
    body = regex.removeprefix("^")
    whole = re.fullmatch(r"\((?:\?:)?([^()]*)\)\$?", body)
    branches = (whole[1] if whole else body).split("|")
    literals: set[str] = set()
    for branch in branches:
        plain = branch.removeprefix("^")
        plain = plain[:-1] if plain.endswith("$") and not plain.endswith("\\$") else plain
        plain = plain.removeprefix("\\b").removesuffix("\\b")
        if not _PLAIN.fullmatch(plain):
            return frozenset()
        literals.add(plain.replace("\\", ""))
    return frozenset({frozenset(literals)})
