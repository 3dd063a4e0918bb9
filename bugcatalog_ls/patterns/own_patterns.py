"""Code patterns with metavariables for trees that are not ast-grep's, matched as its default strictness does:
all of the pattern must be there, and nodes without a name may be there besides."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.patterns.own_grammars import CASELESS, OwnNode, OwnTree, grammar_of

Captures = dict[str, list[OwnNode]]


class Refused(Exception):
    """What can't be matched, with the sentence that says why."""


class Pattern(NamedTuple):
    """A node of a pattern: a metavariable (`name`), a leaf (`text`), or a kind with children."""

    kind: str
    text: str
    name: str = ""
    is_many: bool = False
    children: tuple[Pattern, ...] = ()
    is_named: bool = True


@lru_cache(maxsize=512)
def pattern_of(written: tuple[str, str], language: str) -> Pattern:
    """The pattern of a text, or of the node of a kind (the selector) in it."""
    text, selector = written
    grammar = grammar_of(language)
    if grammar is None:
        raise Refused(f"the grammar of {language} is not installed")
    whole = _METAVARIABLE.fullmatch(text.strip())
    if whole is not None:
        return _variable(whole[1] == "$$$", whole[2])
    tree = OwnTree(_METAVARIABLE.sub(_stand_in, text), language, grammar)
    if tree.tree.root_node.has_error:
        # A list of assignments takes no bare names.
        tree = OwnTree(_METAVARIABLE.sub(_assigned_stand_in, text), language, grammar)
    root = tree.tree.root_node
    if root.has_error:
        raise Refused(f"the pattern is no {language}: {text.strip():.80}")
    if selector:
        chosen = next((each for each in tree.root.descendants() if each.kind() == selector), None)
        if chosen is None:
            raise Refused(f"the pattern holds no `{selector}`")
        return _pattern(chosen.node, tree)
    node = root
    while node.child_count == 1:
        node = node.children[0]
    # A sign that ends a statement is not what the pattern is about.
    named = [child for child in node.children if child.is_named]
    if node == root and len(named) == 1:
        node = named[0]
        while node.child_count == 1:
            node = node.children[0]
    return _pattern(node, tree)


def fits(pattern: Pattern, node: OwnNode, captures: Captures) -> Captures | None:
    """What is captured where a pattern matches a node."""
    if pattern.name:
        return _captured(pattern, [node], captures) if node.is_named() or pattern.is_many else None
    if pattern.kind != node.kind():
        return None
    if not pattern.children:
        return captures if _same(pattern.text, node.text(), node.tree.language) else None
    return _fit_children(pattern.children, node.children(), captures)


_METAVARIABLE = re.compile(r"(\${1,3})([A-Z_][A-Z0-9_]*)")
_STAND_IN = re.compile(r"bugcatalog_(one|many)_([A-Z0-9_]+?)_end(?: = 1)?")


def _stand_in(match: re.Match[str]) -> str:
    """A name that the grammar takes where the metavariable stands."""
    return f"bugcatalog_{'many' if match[1] == '$$$' else 'one'}_{match[2]}_end"


def _assigned_stand_in(match: re.Match[str]) -> str:
    return f"{_stand_in(match)} = 1" if match[1] == "$$$" else _stand_in(match)


def _pattern(node: Node, tree: OwnTree) -> Pattern:
    text = tree.data[node.start_byte : node.end_byte].decode("utf-8", "replace")
    variable = _STAND_IN.fullmatch(text)
    if variable is not None:
        return _variable(variable[1] == "many", variable[2])
    children = tuple(_pattern(child, tree) for child in node.children)
    return Pattern(node.type, text, children=children, is_named=node.is_named)


def _variable(is_many: bool, name: str) -> Pattern:
    return Pattern("", "", name, is_many)


def _fit_children(wanted: tuple[Pattern, ...], nodes: list[OwnNode], captures: Captures) -> Captures | None:
    if not wanted:
        return captures if not any(node.is_named() for node in nodes) else None
    first, rest = wanted[0], wanted[1:]
    if first.is_many:
        # As few nodes as what follows allows.
        for n_taken in range(len(nodes) + 1):
            taken = nodes[:n_taken]
            found = _captured(first, [node for node in taken if node.kind() != ","], captures)
            found = _fit_children(rest, nodes[n_taken:], found) if found is not None else None
            if found is not None:
                return found
        return None
    for position, node in enumerate(nodes):
        found = fits(first, node, captures)
        found = _fit_children(rest, nodes[position + 1 :], found) if found is not None else None
        if found is not None or node.is_named():
            return found
    return None


def _captured(pattern: Pattern, nodes: list[OwnNode], captures: Captures) -> Captures | None:
    """The captures with one more; None where the name stands for another text already."""
    if pattern.name.startswith("_"):
        return captures
    before = captures.get(pattern.name)
    if before is not None:
        return captures if [each.text() for each in before] == [each.text() for each in nodes] else None
    return {**captures, pattern.name: nodes}


def _same(text: str, other: str, language: str) -> bool:
    return text == other or (language in CASELESS and text.casefold() == other.casefold())
