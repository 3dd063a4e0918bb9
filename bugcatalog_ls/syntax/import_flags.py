"""The variables that tell, beside a guarded import, whether it was made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from tree_sitter import Node

from bugcatalog_ls.syntax.binding_places import BindingPlaces
from bugcatalog_ls.syntax.guards import Condition, implied, present
from bugcatalog_ls.syntax.nodes import holds_node, statements, text_of
from bugcatalog_ls.syntax.scopes import Binding

Sign = Literal["true", "false", "none"]
"""What a flag is where the import was made: true, false, or None (where it keeps the error)."""

_TESTS = frozenset({"comparison_operator", "call", "not_operator", "boolean_operator"})


class ImportFlags:
    """Answers for the guarded imports of one scope; its tests are read once for all of them."""

    def __init__(self, places: BindingPlaces) -> None:
        self._places = places
        self._ranks = {name: rank for rank, name in enumerate(places.scope.bindings)}
        self._tests: dict[str, list[tuple[str, Sign]]] = {}
        for name, bindings in places.scope.bindings.items():
            values = _assigned(bindings)
            if len(values) == 1 and values[0].value is not None and values[0].value.type in _TESTS:
                for said, sign in _told_present(values[0].value):
                    self._tests.setdefault(said, []).append((name, sign))

    def of(self, statement: Node, body: Node, handlers: list[Node], names: frozenset[str]) -> dict[str, Sign]:
        """The flags of a `try` which gives or takes the names together."""
        made = [body, *(child for child in statement.children if child.type == "else_clause")]
        tested: dict[str, set[Sign]] = {}
        for name in names:
            for flag, told in self._tests.get(name, ()):
                tested.setdefault(flag, set()).add(told)
        bound = {binding.name for binding in self._places.within(statement)}
        flags: dict[str, Sign] = dict.fromkeys(_denied(handlers), "true")
        for name in sorted(bound | tested.keys(), key=self._ranks.__getitem__):
            sign = _bound_sign(name, self._places.scope.bindings[name], made, handlers, names)
            if sign is None and name in tested and name not in names:
                sign = "true" if "true" in tested[name] else "false"
            if sign is not None:
                flags[name] = sign
        return flags


def _bound_sign(
    name: str, bindings: list[Binding], made: list[Node], handlers: list[Node], names: frozenset[str]
) -> Sign | None:
    """What a name that the `try` binds tells of its import."""
    values = _assigned(bindings)
    inside = [b for b in values if any(holds_node(part, b.node) for part in made)]
    outside = [b for b in values if b not in inside]
    in_handler = [b for b in outside if any(holds_node(handler, b.node) for handler in handlers)]
    if not inside and not in_handler:
        return None
    if (
        inside
        and {_type(b) for b in inside} == {"none"}
        and any(
            other.kind in ("import", "from") and any(holds_node(handler, other.node) for handler in handlers)
            for other in bindings
        )
    ):
        # What the handler imports instead: `if other_lib: …` tells that this one is missing.
        return "none"
    of_success = {_type(b) for b in (inside or [b for b in outside if b not in in_handler])}
    of_failure = {_type(b) for b in (in_handler or outside)}
    if of_success == {"true"} and of_failure <= {"false", "none"}:
        return "true"
    if of_success == {"false"} and of_failure == {"true"}:
        return "false"
    if name in names:
        return None
    if inside and in_handler and all(_is_off(b) for b in in_handler):
        # `available = settings.wanted` where it was made, `available = 0` where not.
        return "true"
    if in_handler and (of_success == {"none"} or not of_success) and "none" not in of_failure:
        return "none"
    return None


def _assigned(bindings: list[Binding]) -> list[Binding]:
    return [binding for binding in bindings if binding.kind == "assign" and binding.value is not None]


def _told_present(test: Node) -> Iterator[tuple[str, Sign]]:
    """What a test says to be there, when it comes out true, and when it comes out false."""
    signs: tuple[tuple[bool, Sign], ...] = ((True, "true"), (False, "false"))
    for holds, sign in signs:
        for part in implied(Condition(test, holds)):
            subject = present(part)
            if subject is not None:
                yield text_of(subject), sign


def _denied(handlers: list[Node]) -> Iterator[str]:
    """The items and attributes that a handler empties: `EXTRAS["lib"] = None`."""
    for handler in handlers:
        block = next((child for child in handler.children if child.type == "block"), handler)
        for statement in statements(block):
            assignment = statement.named_children[0] if statement.named_child_count == 1 else statement
            if assignment.type != "assignment":
                continue
            left, right = assignment.child_by_field_name("left"), assignment.child_by_field_name("right")
            is_told = left is not None and left.type in ("subscript", "attribute")
            if left is not None and is_told and right is not None and right.type in ("none", "false"):
                yield text_of(left)


def _is_off(binding: Binding) -> bool:
    return binding.value is not None and text_of(binding.value) in ("False", "0", "None")


def _type(binding: Binding) -> str:
    return binding.value.type if binding.value is not None else ""
