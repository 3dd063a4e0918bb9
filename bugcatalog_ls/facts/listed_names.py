"""Names that a class lists as texts in its body, by which something sets them: `fields = ("name", "age")`."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.resolve import mro
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import body_of

_LISTS = frozenset({"list", "tuple", "set", "dictionary", "expression_list"})
_WORDS = re.compile(rb"[\"']([A-Za-z_]\w*)[\"']")
_MAX_NAMES = 100


class ListedNames(Fact, frozen=True):
    """The texts, names by their form, that stand in lists and dictionaries of a class's body."""

    symbol: str
    names: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.symbol


def is_told_by_name(index: FactIndex, symbol: str, name: str) -> bool:
    """Whether a class or one of its bases lists a name as a text."""
    return any(
        name in listed.names for base in mro(index, symbol)[0] for _, listed in index.get(ListedNames, base)
    )


def _collect(file: PyFile, facts: Facts) -> None:
    for definition in file.classes:
        names = sorted({name for node in body_of(definition.node) for name in _listed(file, node)})
        if names and len(names) <= _MAX_NAMES:
            facts.add(ListedNames(definition.symbol, tuple(names)))


VOCABULARY = Vocabulary(_collect, literals=(b"class ",))


def _listed(file: PyFile, statement: Node) -> set[str]:
    assignment = statement.named_children[0] if statement.type == "expression_statement" else None
    right = assignment.child_by_field_name("right") if assignment is not None else None
    if right is None or right.type not in _LISTS:
        return set()
    data = file.source.data
    return {match[1].decode() for match in _WORDS.finditer(data, right.start_byte, right.end_byte)}
