"""One rule of a catalog page: checked, and compiled to what the matcher needs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal, NamedTuple

from bugcatalog_ls.patterns.check import (
    Fault,
    check_config,
    check_expansion,
    mapping,
    nearest,
    type_name,
    unknown,
    wholes,
)
from bugcatalog_ls.patterns.cost import Cost, cost_of
from bugcatalog_ls.patterns.languages import LANGUAGES, PYTHON, Language, language_named
from bugcatalog_ls.patterns.literals import Literals, required_literals
from bugcatalog_ls.patterns.relax import relax, relaxes_soundly
from bugcatalog_ls.patterns.template import Template, template_names
from bugcatalog_ls.patterns.terms import Rule, captures

Applicability = Literal["safe", "suggested"]


class RuleError(ValueError):
    """What is wrong with a rule: its place in `rules:`, the key that leads to the fault, and a sentence."""

    def __init__(self, index: int, key: str, message: str) -> None:
        super().__init__(f"rules[{index}]{'.' if key else ''}{key}: {message}")
        self.index = index
        self.key = key
        self.message = message


class FixTemplate(NamedTuple):
    """One `fix:`, with the rules by which its range grows to the siblings before and after."""

    title: str
    template: Template
    expand_start: Rule | None
    expand_end: Rule | None


@dataclass(frozen=True)
class CompiledRule:
    """A rule that ast-grep accepts. `relaxed` finds its candidates; None where it must run by itself."""

    code: str
    index: int
    language: Language
    config: Mapping[str, Any]
    message: Template
    applicability: Applicability
    imports: tuple[str, ...]
    resolves: Mapping[str, frozenset[str]]
    at: str
    fixes: tuple[FixTemplate, ...]
    names: frozenset[str]
    transformed: frozenset[str]
    literals: Literals
    cost: Cost
    relaxed: Rule | None
    relaxed_without_regex: Rule | None


def compile_rule(raw: object, *, code: str = "", index: int = 0) -> CompiledRule:
    """The rule of a page's front matter, ready to match; raises `RuleError` where it can't be."""
    try:
        return _compile(raw, code, index)
    except Fault as fault:
        raise RuleError(index, fault.key, fault.message) from None


_KEYS = (
    "language",
    "rule",
    "constraints",
    "utils",
    "transform",
    "fix",
    "resolves",
    "message",
    "applicability",
    "imports",
    "at",
)
_ELSEWHERE = {
    "id": "the entry's code and the rule's place name it",
    "severity": "severity belongs to the entry, or to one of its variants",
    "note": "prose belongs under the page's headings",
    "url": "the entry's page is the address",
    "files": "the settings say which files are checked",
    "ignores": "the settings say which files are checked",
    "rewriters": "rewriters are not supported; write one rule per rewrite",
}


def _compile(raw: object, code: str, index: int) -> CompiledRule:
    rule = mapping(raw, "")
    for key in rule:
        if key not in _KEYS:
            raise Fault(str(key), unknown(str(key), _KEYS, _ELSEWHERE))
    language = _language(rule.get("language"))
    config = {key: rule[key] for key in ("rule", "constraints", "utils", "transform") if rule.get(key)}
    if "rule" not in config:
        raise Fault("", "a rule needs the key `rule` with what to match")
    transformed = check_config(config, language)
    names = frozenset(name for _, whole in wholes(config) for name in captures(whole))
    known = names | transformed
    fixes = _fixes(rule.get("fix"), known)
    for position, fix in enumerate(fixes):
        for side, expand in (("expandStart", fix.expand_start), ("expandEnd", fix.expand_end)):
            if expand is not None:
                check_expansion(
                    expand, f"fix.{side}" if len(fixes) == 1 else f"fix[{position}].{side}", config, language
                )
    utils = config.get("utils", {})
    sound = relaxes_soundly(config)
    return CompiledRule(
        code=code,
        index=index,
        language=language,
        config=config,
        message=_template(rule.get("message", ""), "message", known),
        applicability=_applicability(rule.get("applicability", "suggested")),
        imports=_texts(rule.get("imports", ()), "imports"),
        resolves=_resolves(rule.get("resolves") or {}, names, language),
        at=_metavariable(rule["at"], "at", names) if rule.get("at") else "",
        fixes=fixes,
        names=names,
        transformed=transformed,
        literals=required_literals(config, language),
        cost=cost_of(config),
        relaxed=relax(config["rule"], utils) if sound else None,
        relaxed_without_regex=relax(config["rule"], utils, with_regex=False) if sound else None,
    )


def _language(value: object) -> Language:
    language = language_named(value) if isinstance(value, str) else None
    if language is None:
        names = [known.name for known in LANGUAGES]
        if value is None:
            raise Fault("language", f"a rule needs a language, one of {', '.join(names)}")
        near = get_close_matches(str(value).lower(), [name.lower() for name in names], 1)
        hint = f"did you mean `{_named(near[0])}`?" if near else f"expected one of {', '.join(names)}"
        raise Fault("language", f"`{value}` is no known language; {hint}")
    return language


def _named(name: str) -> str:
    language = language_named(name)
    return language.name if language else name


def _fixes(value: object, known: frozenset[str]) -> tuple[FixTemplate, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (FixTemplate("", _template(value, "fix", known), None, None),)
    if isinstance(value, Mapping):
        return (_fix_object(value, "fix", known),)
    if isinstance(value, (list, tuple)):
        fixes = [_fix_object(each, f"fix[{position}]", known) for position, each in enumerate(value)]
        for position, fix in enumerate(fixes):
            if not fix.title:
                raise Fault(f"fix[{position}]", "where a rule has several fixes, each needs a `title`")
        return tuple(fixes)
    raise Fault("fix", f"a fix is a text or an object with `template`, not {type_name(value)}")


def _fix_object(value: object, key: str, known: frozenset[str]) -> FixTemplate:
    fix = mapping(value, key)
    for name in fix:
        if name not in ("template", "expandStart", "expandEnd", "title"):
            raise Fault(
                f"{key}.{name}", unknown(str(name), ("template", "expandStart", "expandEnd", "title"), {})
            )
    if not isinstance(fix.get("template"), str):
        raise Fault(key, "a fix object needs its text as `template`")
    return FixTemplate(
        title=str(fix.get("title", "")),
        template=_template(fix["template"], f"{key}.template", known),
        expand_start=mapping(fix["expandStart"], f"{key}.expandStart") if "expandStart" in fix else None,
        expand_end=mapping(fix["expandEnd"], f"{key}.expandEnd") if "expandEnd" in fix else None,
    )


def _template(value: object, key: str, known: frozenset[str]) -> Template:
    if not isinstance(value, str):
        raise Fault(key, f"expected a text, not {type_name(value)}")
    template = Template.of(value)
    for name in template_names(template):
        # In a message, as in code of some languages, `$UPPER` may be plain text; in a fix it is a slip.
        if name not in known and key != "message":
            raise Fault(key, f"`${name}` is not a metavariable of the rule{nearest(name, known)}")
    return template


def _resolves(value: object, names: frozenset[str], language: Language) -> Mapping[str, frozenset[str]]:
    resolves = mapping(value, "resolves")
    if resolves and language != PYTHON:
        raise Fault("resolves", "names are resolved in Python rules only")
    checked: dict[str, frozenset[str]] = {}
    for raw, targets in resolves.items():
        name = _metavariable(raw, "resolves", names)
        qualified = _texts([targets] if isinstance(targets, str) else targets, f"resolves.{raw}")
        if not qualified:
            raise Fault(f"resolves.{raw}", "expected at least one qualified name, such as `requests.get`")
        for target in qualified:
            if not re.fullmatch(r"\w+(\.\w+)*", target):
                raise Fault(f"resolves.{raw}", f"`{target}` is not a qualified name such as `requests.get`")
        checked[name] = frozenset(qualified)
    return checked


def _metavariable(value: object, key: str, names: frozenset[str]) -> str:
    name = str(value).lstrip("$")
    if name not in names:
        raise Fault(key, f"`{name}` is not a metavariable of the rule{nearest(name, names)}")
    return name


def _applicability(value: object) -> Applicability:
    if value not in ("safe", "suggested"):
        raise Fault("applicability", f"`{value}` is not `safe` or `suggested`")
    return value


def _texts(value: object, key: str) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, (list, tuple)) or not all(isinstance(each, str) for each in value):
        raise Fault(key, "expected a list of texts")
    return tuple(value)
