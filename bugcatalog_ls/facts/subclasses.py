"""Which classes derive from which, and of which attributes nobody can read are made at run time."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.nodes import text_of, walk

# `type(name, (Base,), …)`: a subclass that no `class` statement shows.
_MADE_CLASS = re.compile(rb"type\((?:[^()]|\([^()]*\)){1,120},\s*\(([\w.,\s]+)\)\s*,")
_MAKING = Words(b"type(")
_MADE_OF_GATHERED = re.compile(rb"type\([^()]{1,120},\s*(?:tuple\(|\(?\*)")


class Subclass(Fact, frozen=True):
    """A class by the last name of one of its bases; `ANY_BASE` where they come out of a list."""

    base: str
    symbol: str

    @property
    def key(self) -> str:
        return self.base


ANY_BASE = "*"
"""Stands for the bases of a class that come out of a list."""


def names_of_bases(file: PyFile, class_definition: Node) -> set[str]:
    """The names of a class's bases, and those by which the imported ones are known elsewhere."""
    names = _base_names(file, class_definition)
    found = {
        binding.target
        for name in names
        if (looked_up := file.scopes.lookup(name, class_definition.start_byte)) is not None
        for binding in looked_up[1]
        if binding.kind == "from"
    }
    return names | {target.rpartition(".")[2] for target in found}


def derived_at_run_time(file: PyFile) -> set[str]:
    """The classes of which `type(…)` makes subclasses with attributes that nobody can read."""
    found: set[str] = set()
    if not file.holds(_MAKING):
        return found
    if _MADE_OF_GATHERED.search(file.source.data) is not None:
        # Those that the file has gathered from among its own, most likely.
        found.update(definition.symbol for definition in file.classes)
    for match in _MADE_CLASS.finditer(file.source.data):
        for word in re.finditer(rb"[\w.]+", match[1]):
            start, end = match.start(1) + word.start(), match.start(1) + word.end()
            node = file.root.named_descendant_for_byte_range(start, end)
            symbol = (
                file.symbol(node) if node is not None and node.type in ("identifier", "attribute") else None
            )
            if symbol is not None and "[" not in symbol and not symbol.startswith("builtins."):
                found.add(symbol)
    return found


def _names_assigned(file: PyFile, name: Node) -> set[str]:
    """The names that a variable is assigned in turn: `base = Fast` here, `base = Slow` there."""
    looked_up = file.scopes.lookup(text_of(name), name.start_byte)
    values = [binding.value for binding in looked_up[1]] if looked_up is not None else []
    return {
        text_of(value).rpartition(".")[2]
        for value in values
        if value is not None and value.type in ("identifier", "attribute")
    }


def _base_names(file: PyFile, class_definition: Node) -> set[str]:
    superclasses = class_definition.child_by_field_name("superclasses")
    found: set[str] = set()
    for child in superclasses.named_children if superclasses is not None else ():
        if child.type == "subscript":
            child = child.child_by_field_name("value") or child
        if child.type in ("identifier", "attribute"):
            found.add(text_of(child).rpartition(".")[2])
            # `base = models.Base`, `class Row(base)`.
            symbol = file.symbol(child)
            if symbol is not None and "(" not in symbol and "[" not in symbol:
                found.add(symbol.rpartition(".")[2])
            elif symbol is None and child.type == "identifier":
                found |= _names_assigned(file, child)
        elif child.type == "list_splat":
            found.add(ANY_BASE)
        elif child.type != "keyword_argument":
            # One of several, or what `with_metaclass(Meta, Base)` gives.
            found |= {text_of(name) for name in walk(child) if name.type == "identifier"}
    return found
