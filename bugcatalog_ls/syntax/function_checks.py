"""What the functions of one file return, under which tests they raise, and which calls ran before a node."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.syntax.expected_absences import ExpectedAbsences
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.giving_up import conditions_after_giving_up
from bugcatalog_ls.syntax.guards import Condition, conditions_after
from bugcatalog_ls.syntax.nodes import (
    BLOCKS,
    FUNCTIONS,
    SCOPES,
    body_of,
    decorators_of,
    enclosing,
    is_docstring,
    text_of,
)
from bugcatalog_ls.syntax.words import identifiers_named

# One of these stands in each `if` that raises, exits or gives up by a helper.
_ENDING = (b"raise", b"exit", b"abort", b"missing")


class CallStatement(NamedTuple):
    """A statement that is a call, or assigns what one gives, and the last name of what it calls."""

    start: int
    call: Node
    name: str


class FunctionChecks:
    """Read off a file once, however many names are asked about."""

    def __init__(self, file: PyFile) -> None:
        self.file = file
        self.absences = ExpectedAbsences(file)
        self._calls: dict[int, list[CallStatement]] = {}
        self._method_bodies: dict[int, list[tuple[Node, Node | None]]] = {}
        self._is_decorated: dict[int, bool] = {}

    def named(self, name: str) -> list[Node]:
        """The functions and methods with a name."""
        return self._by_name.get(name, [])

    def returned(self, function: Node) -> str:
        """All that a function returns, as it is written."""
        return self._returned.get(function.id, "")

    def true_returns(self, function: Node) -> list[Node]:
        """The `return`s of a function that may give something true."""
        return [
            node
            for node in self.file.nodes("return_statement")
            if self.file.scopes.at(node.start_byte).node.id == function.id
            and node.named_children
            and node.named_children[0].type not in ("false", "none")
        ]

    def within(self, function: Node) -> list[Node]:
        """The functions that are defined in a function: what a decorator puts in another's place."""
        return [
            definition.node
            for definition in self.file.functions
            if function.start_byte < definition.node.start_byte < function.end_byte
        ]

    def refusals(self, function: Node) -> list[Condition]:
        """The conditions that hold behind those `if`s of a function that raise or exit."""
        return self._refusals.get(function.id, [])

    def calls_before(self, node: Node) -> list[CallStatement]:
        """The calls that ran before a node in the blocks around it, up to the function's start."""
        found: list[CallStatement] = []
        child, parent = node, node.parent
        while parent is not None:
            kind = parent.type
            if kind in BLOCKS:
                start = child.start_byte
                found.extend(made for made in self.calls_in(parent) if made.start < start)
            if kind in FUNCTIONS:
                break
            child, parent = parent, parent.parent
        return found

    def calls_in(self, block: Node) -> list[CallStatement]:
        """The calls that are statements of a block."""
        known = self._calls.get(block.id)
        if known is None:
            known = self._calls[block.id] = _calls_in(block)
        return known

    def methods(self, class_definition: Node) -> list[tuple[Node, Node | None]]:
        """The methods of a class, with their bodies."""
        known = self._method_bodies.get(class_definition.id)
        if known is None:
            known = self._method_bodies[class_definition.id] = _methods(class_definition)
        return known

    def bases(self, class_definition: Node) -> Iterator[Node]:
        """The bases of a class that stand in this file."""
        superclasses = class_definition.child_by_field_name("superclasses")
        names = {text_of(base) for base in superclasses.named_children} if superclasses is not None else set()
        if names:
            yield from (one.node for one in self.file.classes if one.name in names)

    def references(self, name: str, is_method: bool) -> Iterator[Node]:
        """Where the file reads a function, or a method as an attribute."""
        if not name or name.startswith("__"):
            return
        for node in identifiers_named(self.file.root, self.file.source.data, name.encode()):
            parent = node.parent
            if parent is None or parent.type == "dotted_name":
                continue
            if (parent.type == "attribute" and parent.named_children[0].id != node.id) == is_method:
                yield node

    def is_decorated(self, definition: Node) -> bool:
        known = self._is_decorated.get(definition.id)
        if known is None:
            known = self._is_decorated[definition.id] = bool(decorators_of(definition))
        return known

    @cached_property
    def only_refusing(self) -> list[tuple[str, Node]]:
        """The module's own functions that do nothing but raise or exit under a test."""
        root = self.file.root
        return [
            (definition.name, definition.node)
            for definition in self.file.functions
            if enclosing(definition.node, *SCOPES) in (None, root)
            and all(each.type == "if_statement" or is_docstring(each) for each in body_of(definition.node))
        ]

    def is_called(self, name: str) -> bool:
        return bool(self.file.calls_written(name))

    @cached_property
    def _by_name(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for definition in self.file.functions:
            found.setdefault(definition.name, []).append(definition.node)
        return found

    @cached_property
    def _returned(self) -> dict[int, str]:
        found: dict[int, list[str]] = {}
        for node in self.file.nodes("return_statement"):
            owner = self.file.scopes.at(node.start_byte).node.id
            found.setdefault(owner, []).append(text_of(node))
        return {owner: " ".join(texts) for owner, texts in found.items()}

    @cached_property
    def _refusals(self) -> dict[int, list[Condition]]:
        data = self.file.source.data
        found: dict[int, list[Condition]] = {}
        for node in self.file.nodes("if_statement"):
            start, end = node.start_byte, node.end_byte
            if not any(data.find(word, start, end) >= 0 for word in _ENDING):
                continue
            owner = self.file.scopes.at(start)
            if owner.kind == "function":
                after = [*conditions_after(node), *conditions_after_giving_up(node)]
                found.setdefault(owner.node.id, []).extend(after)
        return found


def _calls_in(block: Node) -> list[CallStatement]:
    found: list[CallStatement] = []
    for statement in block.named_children:
        if statement.type != "expression_statement":
            continue
        call = _first(statement)
        if call is not None and call.type == "assignment":
            call = call.child_by_field_name("right") or call
        if call is not None and call.type == "await":
            call = _first(call)
        function = call.child(0) if call is not None and call.type == "call" else None
        if call is not None and function is not None:
            name = text_of(function).rpartition(".")[2]
            found.append(CallStatement(statement.start_byte, call, name))
    return found


def _first(node: Node) -> Node | None:
    return node.named_child(0) if node.named_child_count else None


def _methods(class_definition: Node) -> list[tuple[Node, Node | None]]:
    body = class_definition.child_by_field_name("body")
    found: list[tuple[Node, Node | None]] = []
    for child in body.named_children if body is not None else ():
        function = child.child_by_field_name("definition") if child.type == "decorated_definition" else child
        if function is not None and function.type == "function_definition":
            found.append((function, function.child_by_field_name("body")))
    return found
