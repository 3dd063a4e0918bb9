"""Availability: whether a use of an optional import can only run where the import was made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guards import (
    Condition,
    conditions_after,
    conditions_at,
    implied,
    present,
    statements_before,
)
from bugcatalog_ls.syntax.nodes import SCOPES, ancestors, decorators_of, enclosing, is_none, text_of, walk
from bugcatalog_ls.syntax.optional_imports import OptionalImport

_DEPTH = 3
_TELLING = ("avail", "install", "has_", "have_", "enabl", "use_", "support", "is_", "with_", "can_")
_EXPECTED = ("AttributeError", "NameError", "TypeError", "ImportError", "ModuleNotFoundError")
_QUOTED_LOOKUPS = ("globals(", "locals(", "sys.modules", "find_spec", "vars(")


class Availability:
    """Answers for one optional import of one file; remembers what it found out about functions."""

    def __init__(self, file: PyFile, optional: OptionalImport) -> None:
        self._file = file
        self._names = optional.companions | {optional.name}
        self._flags = optional.flags
        top = optional.target.lstrip(".").split(".")[0]
        self._words = {word.lower() for word in (optional.name, top) if len(word) > 2}
        self._checkers: dict[int, bool] = {}

    def is_sure_at(self, node: Node, depth: int = _DEPTH) -> bool:
        """Whether the name is surely there where the node runs, or its absence is handled there."""
        if any(self._tells(condition, depth) for condition in conditions_at(node, beyond_functions=True)):
            return True
        if any(self._is_check(statement) for statement in statements_before(node)):
            return True
        return self._is_module_skipped or self.is_caught(node) or self._is_sure_around(node, depth)

    # -- conditions ------------------------------------------------------------------------------

    def _tells(self, condition: Condition, depth: int) -> bool:
        return any(self._tells_part(part, depth) for part in implied(condition))

    def _tells_part(self, part: Condition, depth: int) -> bool:
        subject = present(part)
        if subject is not None and text_of(subject) in self._names:
            return True
        node, holds = part
        written = text_of(node)
        if written.endswith("TYPE_CHECKING"):
            return holds
        absent = present(Condition(node, not holds))
        if absent is not None and self._flags.get(text_of(absent)) == "none":
            return True
        if subject is not None and self._flags.get(text_of(subject)) == "true":
            return True
        if self._flags.get(written) == "false" and not holds:
            return True
        if self._flags.get(written.partition(" is ")[0]) and node.type == "comparison_operator":
            return True
        if any(lookup in written for lookup in _QUOTED_LOOKUPS) and self._quotes(written):
            return True
        if not holds or subject is None:
            return False
        if subject.type == "call" and self._is_predicate(subject):
            return True
        words = written.lower()
        if any(word in words for word in self._words) and any(telling in words for telling in _TELLING):
            return True
        return depth > 0 and self._was_set_when_sure(subject, depth - 1)

    def _quotes(self, written: str) -> bool:
        return any(re.search(rf"[\"']{re.escape(word)}\b", written.lower()) for word in self._words)

    def _is_predicate(self, call: Node) -> bool:
        """A function of this file that returns whether the import was made."""
        for function in self._functions.get(_last_name(call), ()):
            returned = " ".join(text_of(node) for node in walk(function) if node.type == "return_statement")
            if re.search(rf"\b(?:{self._pattern})\b", returned):
                return True
        return False

    def _was_set_when_sure(self, subject: Node, depth: int) -> bool:
        """A variable that has a value only where the import was made (`client = lib.Client() if lib …`)."""
        if subject.type not in ("identifier", "attribute"):
            return False
        values = list(self._values_of(subject))
        if not any(self._mentions(value) for value in values):
            return False
        return all(self._mentions(value) or self.is_sure_at(value, depth) for value in values)

    def _values_of(self, subject: Node) -> Iterator[Node]:
        if subject.type == "identifier":
            candidates = [binding.value for binding in self._file.names.bindings(subject)]
        else:
            written = text_of(subject)
            candidates = [
                node.child_by_field_name("right")
                for node in self._file.nodes("assignment")
                if (left := node.child_by_field_name("left")) is not None
                and (text_of(left) == written or self._is_class_level(left, written))
            ]
        for value in candidates:
            if value is not None and value.type != "false" and not is_none(value):
                yield value

    def _is_class_level(self, target: Node, written: str) -> bool:
        """Whether a target in a class's body is what `self.name` reads."""
        owner, _, name = written.partition(".")
        if owner not in ("self", "cls") or text_of(target) != name:
            return False
        return self._file.scopes.at(target.start_byte).kind == "class"

    def _mentions(self, node: Node) -> bool:
        return re.search(rf"\b(?:{self._pattern})\b", text_of(node)) is not None

    # -- statements ------------------------------------------------------------------------------

    def _is_check(self, statement: Node) -> bool:
        """A call that raises where the import was not made."""
        if statement.type != "expression_statement" or not statement.named_children:
            return False
        call = statement.named_children[0]
        if call.type == "assignment":
            call = call.child_by_field_name("right") or call
        if call.type == "await" and call.named_children:
            call = call.named_children[0]
        if call.type != "call":
            return False
        if any(self._is_checker(function) for function in self._functions.get(_last_name(call), ())):
            return True
        name = _last_name(call).lower()
        is_named_so = any(word in name for word in ("require", "check", "ensure", "import"))
        return is_named_so and (self._quotes(text_of(call)) or any(word in name for word in self._words))

    def _is_checker(self, function: Node) -> bool:
        known = self._checkers.get(function.id)
        if known is None:
            self._checkers[function.id] = False
            known = any(
                "raise" in text_of(node) or "exit" in text_of(node)
                for node in walk(function)
                if node.type == "if_statement"
                and any(self._tells(condition, 0) for condition in conditions_after(node))
            )
            self._checkers[function.id] = known
        return known

    def is_caught(self, node: Node) -> bool:
        """Whether the failure is expected: a handler names it, or swallows everything."""
        child = node
        for parent in ancestors(node):
            if parent.type == "try_statement":
                body = parent.child_by_field_name("body")
                if body is not None and body.id == child.id:
                    for handler in parent.children:
                        if handler.type == "except_clause" and _expects_absence(handler):
                            return True
            elif parent.type == "with_statement":
                header = text_of(parent).split(":\n")[0]
                if "suppress(" in header and any(name in header for name in (*_EXPECTED, "Exception")):
                    return True
            elif parent.type == "function_definition":
                return False
            child = parent
        return False

    # -- definitions around ------------------------------------------------------------------------

    def _is_sure_around(self, node: Node, depth: int) -> bool:
        """Whether the definitions around a node are made, or used, only where the import was made."""
        for parent in ancestors(node):
            if parent.type not in ("function_definition", "class_definition"):
                continue
            body = parent.child_by_field_name("body")
            if body is None or not body.start_byte <= node.start_byte:
                continue
            if any(
                self._mentions(decorator) or self._is_skip(decorator) for decorator in decorators_of(parent)
            ):
                return True
            if parent.type == "class_definition" and self._has_checking_method(parent):
                return True
            if depth > 0 and self._is_used_when_sure(parent, depth - 1):
                return True
        return False

    def _is_skip(self, decorator: Node) -> bool:
        written = text_of(decorator).lower()
        return any(word in written for word in self._words) and "patch" not in written

    def _has_checking_method(self, class_definition: Node) -> bool:
        body = class_definition.child_by_field_name("body")
        for child in body.named_children if body is not None else ():
            function = (
                child.child_by_field_name("definition") if child.type == "decorated_definition" else child
            )
            if function is not None and function.type == "function_definition":
                if self._is_checker(function):
                    return True
                inner = function.child_by_field_name("body")
                if any(self._is_check(statement) for statement in (inner.named_children if inner else ())):
                    return True
        return False

    def _is_used_when_sure(self, definition: Node, depth: int) -> bool:
        if decorators_of(definition):
            return False
        name_node = definition.child_by_field_name("name")
        owner = enclosing(definition, *SCOPES)
        is_method = owner is not None and owner.type == "class_definition"
        references = [
            node
            for node in self._references(text_of(name_node) if name_node is not None else "", is_method)
            if not definition.start_byte <= node.start_byte < definition.end_byte
        ]
        return bool(references) and all(self.is_sure_at(node, depth) for node in references)

    def _references(self, name: str, is_method: bool) -> Iterator[Node]:
        if not name or name.startswith("__"):
            return
        for match in re.finditer(rb"\b%s\b" % re.escape(name.encode()), self._file.source.data):
            node = self._file.root.descendant_for_byte_range(match.start(), match.end())
            parent = node.parent if node is not None else None
            if node is None or parent is None or node.type != "identifier" or parent.type == "dotted_name":
                continue
            if (parent.type == "attribute" and parent.named_children[0].id != node.id) == is_method:
                yield node

    @cached_property
    def _is_module_skipped(self) -> bool:
        """Whether the module's tests are skipped where the import was not made (`pytestmark = …`)."""
        marks = self._file.scopes.module.bindings.get("pytestmark", ())
        values = [text_of(mark.value) for mark in marks if mark.value is not None]
        return any("skip" in value and re.search(rf"\b(?:{self._pattern})\b", value) for value in values)

    @cached_property
    def _functions(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for definition in self._file.functions:
            found.setdefault(definition.name, []).append(definition.node)
        return found

    @cached_property
    def _pattern(self) -> str:
        return "|".join(re.escape(name) for name in sorted({*self._names, *self._flags}))


def _last_name(call: Node) -> str:
    function = call.child_by_field_name("function")
    return text_of(function).rpartition(".")[2] if function is not None else ""


def _expects_absence(handler: Node) -> bool:
    value = handler.child_by_field_name("value")
    caught = text_of(value) if value is not None else "Exception"
    if any(name in caught for name in _EXPECTED):
        return True
    block = next((child for child in handler.children if child.type == "block"), None)
    if "Exception" not in caught or block is None or "raise" in text_of(block):
        return False
    return not any(node.type == "raise_statement" for node in walk(block))
