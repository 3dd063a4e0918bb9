"""Where a file reads what it assigned to a variable or to an attribute of `self`."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import enclosing, text_of
from bugcatalog_ls.syntax.words import identifiers_named


class Reads:
    """The reads of one file's variables and attributes, found by what they are assigned to."""

    def __init__(self, file: PyFile) -> None:
        self._file = file
        self._known: dict[str, list[Node]] = {}

    def of_variable(self, target: Node) -> list[Node]:
        """The reads that a binding of a variable may reach."""
        return [
            read
            for read in self._identifiers(text_of(target))
            if read.id != target.id
            and _is_read(read)
            and any(binding.node.id == target.id for binding in self._file.names.bindings(read))
        ]

    def of_attribute(self, target: Node) -> list[Node]:
        """The reads of `self.x` in the class around; nothing for attributes of other objects."""
        owner = enclosing(target, "class_definition")
        if owner is None or not is_own_attribute(target):
            return []
        return [
            read
            for read in own_attributes(self._file, text_of(target))
            if not _is_target(read)
            and (around := enclosing(read, "class_definition")) is not None
            and around.id == owner.id
        ]

    def _identifiers(self, name: str) -> list[Node]:
        known = self._known.get(name)
        if known is None:
            found = identifiers_named(self._file.root, self._file.source.data, name.encode())
            known = self._known[name] = list(found)
        return known


def own_attributes(file: PyFile, written: str) -> list[Node]:
    """All places where a file writes one attribute of `self` (`self.x`), in the order of the text."""
    found: list[Node] = []
    for name in identifiers_named(file.root, file.source.data, written.removeprefix("self.").encode()):
        parent = name.parent
        if parent is not None and parent.type == "attribute" and text_of(parent) == written:
            found.append(parent)
    return found


def is_own_attribute(node: Node) -> bool:
    """Whether a node is `self.x`."""
    written = text_of(node)
    return written.startswith("self.") and written.count(".") == 1


def _is_target(node: Node) -> bool:
    parent = node.parent
    if parent is None:
        return False
    is_assigned = parent.type in ("assignment", "augmented_assignment")
    return is_assigned and parent.child_by_field_name("left") == node


def _is_read(identifier: Node) -> bool:
    parent = identifier.parent
    if parent is None or _is_target(identifier):
        return False
    match parent.type:
        case "keyword_argument" | "named_expression" | "default_parameter" | "typed_default_parameter":
            return parent.child_by_field_name("name") != identifier
        case "attribute":
            return parent.child_by_field_name("attribute") != identifier
        case "function_definition" | "class_definition" | "parameters" | "aliased_import" | "dotted_name":
            return False
    return True
