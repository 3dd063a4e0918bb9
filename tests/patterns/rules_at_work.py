"""Rules written as a page writes them, matched and applied to snippets."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from bugcatalog_ls.patterns.engine import find_all, parse, place_of
from bugcatalog_ls.patterns.languages import language_named
from bugcatalog_ls.patterns.matcher import Match, Outcome, Resolve, RuleSet
from bugcatalog_ls.patterns.rule import compile_rule
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import apply_edits

Rules = Mapping[str, Any] | list[Mapping[str, Any]]


def outcome(rules: Rules, text: str, *, resolve: Resolve | None = None, **options: int) -> Outcome:
    raw = rules if isinstance(rules, list) else [rules]
    compiled = [
        compile_rule({"language": "Python", **rule}, code="T1", index=n) for n, rule in enumerate(raw)
    ]
    return RuleSet(compiled, **options).match(Source(text), compiled[0].language, resolve)


def matches(rules: Rules, text: str, *, resolve: Resolve | None = None) -> tuple[Match, ...]:
    found = outcome(rules, text, resolve=resolve)
    assert not found.quarantined
    return found.matches


def check_found(rules: Rules, text: str, *expected: str, resolve: Resolve | None = None) -> None:
    """The texts that the rules find, in the order of the file."""
    source = Source(text)
    assert [source.slice(match.span) for match in matches(rules, text, resolve=resolve)] == list(expected)


def check_mended(rule: Mapping[str, Any], before: str, after: str, *, choice: int = 0) -> None:
    """The file after the chosen rewrite of every match; snippets are dedented."""
    before, after = textwrap.dedent(before), textwrap.dedent(after)
    found = matches(rule, before)
    edits = [edit for match in found for edit in match.rewrites[choice].edits]
    assert apply_edits(before.encode(), edits).decode() == after


def plain_matches(rule: Mapping[str, Any], text: str) -> list[tuple[int, int]]:
    """What ast-grep itself finds, in code points."""
    language = language_named(rule.get("language", "Python"))
    assert language is not None
    config = {key: rule[key] for key in ("rule", "constraints", "utils") if key in rule}
    return sorted(place_of(node) for node in find_all(parse(text, language), config))
