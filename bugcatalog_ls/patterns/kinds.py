"""What ast-grep's grammars call the kinds and the fields of their nodes, and what a rule may say of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from bugcatalog_ls.patterns.languages import Language


def kinds_of(language: Language) -> tuple[str, ...]:
    """The kinds of named nodes, sorted."""
    return _grammar(language.name)[0]


def fields_of(language: Language) -> tuple[str, ...]:
    """The names of fields, sorted."""
    return _grammar(language.name)[1]


CONDITIONS: Mapping[str, str] = {
    "pattern": "Code as it stands there, with metavariables: `$NAME` for one node, `$$$NAME` for any number.",
    "kind": "The kind of the node, as the grammar of the language calls it.",
    "regex": "A regular expression (Rust's) that the node's text must match.",
    "nthChild": "Which child of its parent the node is: a number from 1, `2n+1`, or an object.",
    "range": "The node's place, by `start` and `end` with `line` and `column` from 0.",
    "inside": "A rule that a node around it must match; `stopBy` says how far to look.",
    "has": "A rule that a node inside of it must match; `stopBy` says how far to look.",
    "precedes": "A rule that a node after it, of the same parent, must match.",
    "follows": "A rule that a node before it, of the same parent, must match.",
    "all": "A list of rules, all of which must match.",
    "any": "A list of rules, one of which must match.",
    "not": "A rule that must not match.",
    "matches": "The name of a rule under `utils`.",
    "stopBy": "How far a relation looks: `neighbor` (the next node), `end`, or a rule for where it ends.",
    "field": "The field of the parent that the node stands in.",
}
"""The keys of a rule object, each with what it says."""

RELATIONAL = ("stopBy", "field")
"""Keys that stand beside the rule of a relation only."""


@cache
def _grammar(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    file = Path(__file__).with_name("grammars") / f"{name.lower()}.txt"
    lines = file.read_text("utf-8").split("\n") if file.is_file() else ["", ""]
    return tuple(lines[0].split()), tuple(lines[1].split())
