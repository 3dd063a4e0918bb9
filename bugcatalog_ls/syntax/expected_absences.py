"""Where a file expects that a name may not be there: handlers that name it, or swallow everything."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import ancestors, text_of, walk

_EXPECTED = ("AttributeError", "NameError", "TypeError", "ImportError", "ModuleNotFoundError")


class ExpectedAbsences:
    """The regions of one file in which a missing name does no harm."""

    def __init__(self, file: PyFile) -> None:
        self._file = file

    def is_expected_at(self, node: Node) -> bool:
        """Whether the failure at a node is expected; a function that is only defined there does not count."""
        starts, ends = self._regions
        position = bisect_right(starts, node.start_byte) - 1 if starts else -1
        if position < 0 or node.start_byte >= ends[position]:
            return False
        child = node
        for parent in ancestors(node):
            if parent.type in ("try_statement", "with_statement"):
                if child.id in self._bodies:
                    return True
            elif parent.type == "function_definition":
                return False
            child = parent
        return False

    @cached_property
    def _regions(self) -> tuple[list[int], list[int]]:
        """Where the regions begin and end, those inside of others left out."""
        starts: list[int] = []
        ends: list[int] = []
        for start, end in sorted(self._bodies.values()):
            if not ends or start >= ends[-1]:
                starts.append(start)
                ends.append(end)
        return starts, ends

    @cached_property
    def _bodies(self) -> dict[int, tuple[int, int]]:
        """The spans of what expects an absence, by the ids of the nodes that a statement keeps it in."""
        found: dict[int, tuple[int, int]] = {}
        for node in self._file.nodes("try_statement"):
            body = node.child_by_field_name("body")
            handlers = (child for child in node.children if child.type == "except_clause")
            if body is not None and any(_expects_absence(handler) for handler in handlers):
                found[body.id] = (body.start_byte, body.end_byte)
        for node in self._file.nodes("with_statement") if b"suppress(" in self._file.source.data else ():
            header = text_of(node).split(":\n")[0]
            if "suppress(" in header and any(name in header for name in (*_EXPECTED, "Exception")):
                for child in node.children:
                    found[child.id] = (child.start_byte, child.end_byte)
        return found


def _expects_absence(handler: Node) -> bool:
    value = handler.child_by_field_name("value")
    caught = text_of(value) if value is not None else "Exception"
    if any(name in caught for name in _EXPECTED):
        return True
    block = next((child for child in handler.children if child.type == "block"), None)
    if "Exception" not in caught or block is None or "raise" in text_of(block):
        return False
    return not any(node.type == "raise_statement" for node in walk(block))
