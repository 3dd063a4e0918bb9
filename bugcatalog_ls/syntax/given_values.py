"""The values that one file gives to a name, or to an attribute as it is written."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import is_none, text_of


def values_of(file: PyFile, subject: Node) -> Iterator[Node]:
    """What is given to a name or an attribute, apart from None and False."""
    if subject.type == "identifier":
        candidates = [binding.value for binding in file.names.bindings(subject)]
    else:
        written = text_of(subject)
        candidates = [
            node.child_by_field_name("right")
            for node in file.nodes("assignment")
            if (left := node.child_by_field_name("left")) is not None
            and (text_of(left) == written or _is_class_level(file, left, written))
        ]
    for value in candidates:
        if value is not None and value.type != "false" and not is_none(value):
            yield value


def nones_of(file: PyFile, subject: Node) -> Iterator[Node]:
    """The assignments of None to an attribute."""
    written = text_of(subject)
    for node in file.nodes("assignment"):
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and right is not None and is_none(right) and text_of(left) == written:
            yield node


def _is_class_level(file: PyFile, target: Node, written: str) -> bool:
    """Whether a target in a class's body is what `self.name` reads."""
    owner, _, name = written.partition(".")
    if owner not in ("self", "cls") or text_of(target) != name:
        return False
    return file.scopes.at(target.start_byte).kind == "class"
