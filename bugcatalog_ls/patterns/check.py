"""Checks of a rule object: whatever ast-grep would refuse, panic at or never finish, said in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from bugcatalog_ls.patterns.cost import endless_utilities
from bugcatalog_ls.patterns.engine import EngineError, find_all, parse
from bugcatalog_ls.patterns.languages import Language
from bugcatalog_ls.patterns.own_grammars import is_own
from bugcatalog_ls.patterns.terms import METAVARIABLE, RELATIONS, Rule, names_kinds, pattern_text, walk

MAX_TERMS = 500
MAX_NESTING = 40
MAX_PATTERN = 4_000
# Each level of `$$$` inside of `$$$` may double the work, since what follows one is tried before it is taken.
MAX_ELLIPSES = 12


class Fault(Exception):
    """What is wrong, and the key that leads to it."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key
        self.message = message


def check_config(config: Mapping[str, Any], language: Language) -> frozenset[str]:
    """Check ast-grep's part of a rule; returns the names that its transformations define."""
    _check_terms(config)
    _check_kinds(config)
    transformed = _check_transform(config.get("transform"))
    _check_with_engine(config, language)
    return transformed


_CONDITIONS = (
    *("pattern", "kind", "regex", "nthChild", "range", *RELATIONS),
    *("all", "any", "not", "matches", "stopBy", "field"),
)


def wholes(config: Mapping[str, Any]) -> Iterator[tuple[str, Rule]]:
    """Every rule object that stands by itself, with its key."""
    yield "rule", config["rule"]
    for group in ("constraints", "utils"):
        for name, rule in (config.get(group) or {}).items():
            yield f"{group}.{name}", rule


def _check_terms(config: Mapping[str, Any]) -> None:
    n_terms = 0
    for group in ("constraints", "utils"):
        mapping(config.get(group) or {}, group)
    for key, whole in wholes(config):
        _check_shape(whole, key, 0)
        for term in walk(whole, key):
            n_terms += 1
            if len(pattern_text(term.rule)) > MAX_PATTERN:
                raise Fault(term.path, f"a pattern may have {MAX_PATTERN} characters at most")
            if pattern_text(term.rule).count("$$$") > MAX_ELLIPSES:
                raise Fault(term.path, f"a pattern may have {MAX_ELLIPSES} `$$$` at most")
    if n_terms > MAX_TERMS:
        raise Fault("rule", f"a rule may have {MAX_TERMS} conditions at most; this one has {n_terms}")


def _check_shape(value: object, path: str, nesting: int) -> None:
    """That everything walked later is of the type that the walk expects."""
    if nesting > MAX_NESTING:
        raise Fault(path, f"conditions may lie {MAX_NESTING} deep at most")
    rule = mapping(value, path)
    if not rule:
        raise Fault(path, "the rule is empty; give it a `pattern` or a `kind`")
    for key, inner in rule.items():
        place = f"{path}.{key}"
        if key not in _CONDITIONS:
            raise Fault(place, unknown(str(key), _CONDITIONS, {}))
        if key in ("all", "any"):
            if not isinstance(inner, (list, tuple)):
                raise Fault(place, f"`{key}` takes a list of rules")
            for position, each in enumerate(inner):
                _check_shape(each, f"{place}[{position}]", nesting + 1)
        elif key in ("not", "inside", "has", "precedes", "follows"):
            _check_shape(inner, place, nesting + 1)
        elif key == "stopBy" and inner not in ("neighbor", "end"):
            if isinstance(inner, str):
                raise Fault(place, f"`stopBy` is `neighbor`, `end` or a rule, not `{inner}`")
            _check_shape(inner, place, nesting + 1)
        elif key == "nthChild" and isinstance(inner, Mapping) and "ofRule" in inner:
            _check_shape(inner["ofRule"], f"{place}.ofRule", nesting + 1)
        elif key == "pattern" and isinstance(inner, Mapping):
            if not isinstance(inner.get("context"), str):
                raise Fault(place, "a pattern object needs its text as `context`")
        elif key in ("pattern", "kind", "regex", "matches", "field") and not isinstance(inner, str):
            raise Fault(place, f"`{key}` takes a text, not {type_name(inner)}")
        elif key == "kind" and not re.fullmatch(r"\w+", str(inner)):
            raise Fault(place, f"`{inner}` is not the name of one kind of node")


def _check_kinds(config: Mapping[str, Any]) -> None:
    utils = config.get("utils") or {}
    for key, whole in wholes(config):
        for term in walk(whole, key):
            name = term.rule.get("matches")
            if name is not None and name not in utils:
                near = get_close_matches(str(name), list(utils), 1)
                hint = f"; did you mean `{near[0]}`?" if near else ""
                raise Fault(f"{term.path}.matches", f"no utility `{name}` stands under `utils`{hint}")
    endless = endless_utilities(utils)
    if endless:
        raise Fault(
            f"utils.{endless[0]}",
            "a utility may call itself once, directly, and through one relation to its neighbours; "
            "the cost of any other recursion has no bound",
        )
    if not names_kinds(config["rule"], utils):
        raise Fault("rule", "the rule does not say which nodes it is about; give it a `pattern` or a `kind`")


def _check_transform(value: object) -> frozenset[str]:
    """The names that `transform` defines. A source without a name would make ast-grep panic."""
    transform = mapping(value or {}, "transform")
    for name, step in transform.items():
        place = f"transform.{name}"
        source: object = None
        if isinstance(step, str):
            call = re.match(r"\s*(\w+)\s*\(\s*([^,)\s]+)", step)
            kind, source = (call[1], call[2]) if call else ("", None)
        else:
            inner = mapping(step, place)
            if len(inner) != 1:
                raise Fault(place, "a transformation is one of `substring`, `replace` and `convert`")
            kind, arguments = next(iter(inner.items()))
            source = mapping(arguments, f"{place}.{kind}").get("source")
        if kind == "rewrite":
            raise Fault(
                place, "`rewrite` needs rewriters, which are not supported; write one rule per rewrite"
            )
        if kind not in ("substring", "replace", "convert"):
            raise Fault(place, "a transformation is one of `substring`, `replace` and `convert`")
        match = METAVARIABLE.fullmatch(source) if isinstance(source, str) else None
        if match is None or match[2].startswith("_"):
            raise Fault(place, "`source` is the metavariable to transform, such as `$NAME`")
    return frozenset(map(str, transform))


def _check_with_engine(config: Mapping[str, Any], language: Language) -> None:
    """Let ast-grep compile the rule, the parts first so that the fault is near its place."""
    try:
        root = parse("", language)
    except EngineError as error:
        said = (
            str(error) if is_own(language.name) else f"the installed ast-grep does not know {language.name}"
        )
        raise Fault("language", said) from None
    utils = config.get("utils") or {}
    parts = [
        {"rule": {key: value}} for key, value in config["rule"].items() if key in ("pattern", "kind", "regex")
    ]
    checked: list[tuple[str, Mapping[str, Any]]] = [("rule", part) for part in parts]
    checked += [(key, {"rule": whole, "utils": utils}) for key, whole in wholes(config)]
    checked.append(("", config))
    for key, whole in checked:
        try:
            find_all(root, whole)
        except EngineError as error:
            raise Fault(key or _blamed(str(error)), str(error)) from None


def _blamed(message: str) -> str:
    for key in ("constraints", "transform"):
        if key in message:
            return key
    return "rule"


def check_expansion(rule: Rule, key: str, config: Mapping[str, Any], language: Language) -> None:
    _check_shape(rule, key, 0)
    plain = {name: value for name, value in rule.items() if name not in ("stopBy", "field")}
    stop = rule.get("stopBy")
    for place, part in ((key, plain), (f"{key}.stopBy", stop if isinstance(stop, Mapping) else None)):
        if part is None:
            continue
        try:
            find_all(parse("", language), {"rule": part, "utils": config.get("utils") or {}})
        except EngineError as error:
            raise Fault(place, str(error)) from None


def mapping(value: object, key: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Fault(key, f"expected an object with keys, not {type_name(value)}")
    return value


def unknown(key: str, known: Iterable[str], told: Mapping[str, str]) -> str:
    """The sentence for an unknown key."""
    if key in told:
        return f"unknown key `{key}`: {told[key]}"
    near = get_close_matches(key, list(known), 1)
    hint = f"did you mean `{near[0]}`?" if near else f"expected one of {', '.join(known)}"
    return f"unknown key `{key}`; {hint}"


def nearest(name: str, known: frozenset[str]) -> str:
    near = get_close_matches(name, sorted(known), 1)
    return f"; did you mean `${near[0]}`?" if near else ""


def type_name(value: object) -> str:
    names = {type(None): "nothing", bool: "a truth value", int: "a number", float: "a number", str: "a text"}
    return names.get(type(value), "a list" if isinstance(value, (list, tuple)) else "an object")
