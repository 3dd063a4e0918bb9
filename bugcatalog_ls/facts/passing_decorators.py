"""Functions whose decorated functions take what they are called with, as it is."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import text_of, walk

_SPLATS = re.compile(rb"\(\s*\*\w+")


class PassingDecorator(Fact, frozen=True):
    """A function whose decorated functions take what they are called with, as it is.

    `called` tells that it is called first: `@logged("x")`.
    """

    symbol: str
    called: bool

    @property
    def key(self) -> str:
        return self.symbol


def collect_passing_decorators(file: PyFile, facts: Facts) -> None:
    if not _SPLATS.search(file.source.data):
        return
    for definition in file.functions:
        if definition.symbol.rpartition(".")[0] != file.module:
            continue
        if _passes(definition.node):
            facts.add(PassingDecorator(definition.symbol, False))
        elif any(_passes(inner) and _returns(definition.node, inner) for inner in _inner(definition.node)):
            facts.add(PassingDecorator(definition.symbol, True))


def _passes(decorator: Node) -> bool:
    """Whether a function returns one of its own that gives all its arguments on to the decorated one."""
    parameters = decorator.child_by_field_name("parameters")
    names = [text_of(node) for node in walk(parameters) if node.type == "identifier"] if parameters else []
    if not names:
        return False
    for wrapper in _inner(decorator):
        own = wrapper.child_by_field_name("parameters")
        taken = own.named_children[0] if own is not None and own.named_children else None
        while taken is not None and taken.type == "typed_parameter":
            taken = taken.named_children[0]
        if taken is None or taken.type != "list_splat_pattern" or not _returns(decorator, wrapper):
            continue
        nodes = list(walk(wrapper, into_scopes=True))
        calls = [node for node in nodes if node.type == "call" and text_of(node.children[0]) == names[0]]
        if any(_changes(node, text_of(taken).lstrip("*")) for node in nodes):
            continue
        if calls and all(_first_argument(call) == text_of(taken) for call in calls):
            return True
    return False


def _changes(node: Node, name: str) -> bool:
    """Whether a node binds the arguments anew."""
    if node.type not in ("assignment", "augmented_assignment"):
        return False
    left = node.child_by_field_name("left")
    return left is not None and any(text_of(part) == name for part in (left, *walk(left)))


def _inner(function: Node) -> list[Node]:
    body = function.child_by_field_name("body")
    found = []
    for child in body.named_children if body is not None else ():
        inner = child.child_by_field_name("definition") if child.type == "decorated_definition" else child
        if inner is not None and inner.type == "function_definition":
            found.append(inner)
    return found


def _returns(function: Node, inner: Node) -> bool:
    name = inner.child_by_field_name("name")
    returned = [node for node in walk(function) if node.type == "return_statement" and node.named_children]
    return (
        name is not None
        and bool(returned)
        and all(text_of(node.named_children[0]) == text_of(name) for node in returned)
    )


def _first_argument(call: Node) -> str:
    arguments = call.child_by_field_name("arguments")
    given = arguments.named_children if arguments is not None else []
    return text_of(given[0]) if given else ""
