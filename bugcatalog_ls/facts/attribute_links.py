"""How the owner of an attribute is reached: through which attributes, calls and variables."""

from __future__ import annotations

from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.route_bodies import is_body_of_route
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import LOOPS, ancestors, text_of, unparenthesised
from bugcatalog_ls.syntax.scopes import Binding

MAX_LINKS = 4
_FOLLOWED = frozenset({"assign", "walrus", "with"})

Link = tuple[str, str]


class Reached(NamedTuple):
    """`links` are the attributes and calls, as (symbol, name), on the way; None where that goes too
    far. `kinds` are those of the bindings on the way, "annotated" where only an annotation tells, and "body"
    where a framework makes what it says."""

    links: tuple[Link, ...] | None
    kinds: frozenset[str]

    def through(self, link: Link, kind: str | None) -> Reached:
        """The same for one more attribute."""
        links = (link, *self.links) if self.links is not None else None
        return Reached(links, self.kinds | {kind} if kind is not None else self.kinds)


_NOTHING = Reached((), frozenset())


class Links:
    """How owners are reached in one file."""

    def __init__(self, file: PyFile) -> None:
        self._file = file
        self._made: dict[str, bool] | None = None
        self._followed: dict[tuple[int, int, bool], Reached] = {}

    def of(self, node: Node, n_steps: int = MAX_LINKS, is_called: bool = False) -> Reached:
        """How the value of an expression is reached."""
        if n_steps <= 0:
            return _NOTHING
        file, node = self._file, unparenthesised(node)
        kind = node.type
        if kind in ("await", "parenthesized_expression") and node.named_children:
            return self.of(node.named_children[0], n_steps - 1, is_called)
        if kind == "call" and (function := node.child(0)) is not None:
            reached = self.of(function, n_steps - 1, True)
            symbol = file.symbol(function) if function.type == "identifier" else None
            if symbol is not None and "." in symbol and "(" not in symbol:
                return reached.through((symbol, ""), None)
            return reached
        if kind == "attribute":
            owner, attribute = node.child_by_field_name("object"), node.child_by_field_name("attribute")
            symbol = file.symbol(owner)
            if owner is None or attribute is None or symbol is None:
                return Reached(None, frozenset())
            name = text_of(attribute)
            told = None if is_called or self.is_made(name) else "annotated"
            return self.of(owner, n_steps - 1, is_called).through((symbol, name), told)
        if kind == "identifier":
            return self.of_name(file.names.bindings(node), node.start_byte, n_steps, is_called)
        return _NOTHING

    def of_name(self, bindings: list[Binding], offset: int, n_steps: int, is_called: bool) -> Reached:
        """How the value of a name, of which these bindings are in force, is reached."""
        if n_steps <= 0:
            return _NOTHING
        kinds: set[str] = {binding.kind for binding in bindings}
        if any(binding.annotation is not None for binding in bindings):
            if self._file.scopes.at(offset).kind == "class":
                # An annotated field in its own class body: its value there is a description.
                return Reached(None, frozenset(kinds))
            if any(binding.kind == "parameter" and binding.annotation is not None for binding in bindings):
                kinds.add("annotated")
                if all(is_body_of_route(self._file, binding) for binding in bindings):
                    kinds.add("body")
        if len(bindings) != 1:
            return Reached((), frozenset(kinds))
        [binding] = bindings
        behind = self._behind(binding, n_steps - 1, is_called)
        links = behind.links
        if links is not None and binding.kind == "from" and "." in binding.target.strip("."):
            links = ((binding.target, ""), *links)
        return Reached(links, behind.kinds | kinds)

    def _behind(self, binding: Binding, n_steps: int, is_called: bool) -> Reached:
        """What leads to the value that a binding gives."""
        if binding.value is None or binding.kind not in _FOLLOWED:
            return _NOTHING
        key = (id(binding), n_steps, is_called)
        if key not in self._followed:
            self._followed[key] = self.of(binding.value, n_steps, is_called)
        return self._followed[key]

    def is_made(self, name: str) -> bool:
        """Whether an attribute of this file's classes is made by a call wherever it is assigned."""
        if self._made is None:
            self._made = self._find_made()
        return self._made.get(name, False)

    def _find_made(self) -> dict[str, bool]:
        found: dict[str, bool] = {}
        data = self._file.source.data
        for node in self._file.nodes("assignment"):
            if not data.startswith(b"self.", node.start_byte):
                continue
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is not None and left.type == "attribute":
                name = text_of(left).removeprefix("self.")
                is_made = right is not None and right.type in ("call", "none")
                found[name] = is_made and found.get(name, True)
        return found


def is_bound_again(file: PyFile, name: Node, bindings: list[Binding]) -> bool:
    """Whether a later turn of a loop may give a name another value; `bindings` are all of its scope."""
    offset = name.start_byte
    if len(bindings) < 2 or all(binding.offset <= offset for binding in bindings):
        return False
    for parent in ancestors(name):
        if parent.type in LOOPS and any(offset < binding.offset <= parent.end_byte for binding in bindings):
            return True
        if parent.type == "function_definition":
            return False
    return False
