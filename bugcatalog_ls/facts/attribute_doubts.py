"""Where the text around an attribute makes it doubtful that a missing one is a mistake."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile

_TYPE_TESTS = tuple(
    re.compile(rb"%s\(\s*([\w.]+)" % name)
    for name in (b"isinstance", b"type", b"hasattr", b"callable", b"issubclass", b"is_dataclass")
)
_MATCH = re.compile(rb"match\s+([\w.]+)\s*:")
_WORD = re.compile(rb"\w")
_TYPE_PARAMETERS = re.compile(rb"\b(?:def|class)\s+\w+\s*\[")
_AWAITED = (b"AttributeError", b"raises(", b"Exception")
_TARGETS = frozenset(
    {"pattern_list", "tuple_pattern", "list_pattern", "as_pattern_target", "delete_statement"}
)
_BINDING = frozenset({"assignment", "for_statement", "for_in_clause"})


class Doubts:
    """What one file tells of its places; each kind is looked for when it is first asked for."""

    def __init__(self, file: PyFile) -> None:
        self._file = file
        self._data = file.source.data
        self._scopes = file.scopes

    def about(self, offset: int, written: bytes, root: bytes) -> bool:
        """Whether an attribute that stands at an offset, read off what is written as `written` (its
        head as `root`), is no plain read of a value that the code takes for granted."""
        return (
            self._is_narrowed(offset, written, root)
            or self._annotations.holds(offset)
            or self._typing.holds(offset)
            or self._is_expected_to_fail(offset)
        )

    def _is_narrowed(self, offset: int, written: bytes, root: bytes) -> bool:
        """Whether a test of a type in the same scope tells more of a name than its annotation."""
        tests = self._tests
        if not tests or (written not in tests and root not in tests):
            return False
        scope = self._scopes.at(offset)
        offsets = (*tests.get(written, ()), *tests.get(root, ()))
        return any(scope.start <= test < scope.end for test in offsets)

    @cached_property
    def _tests(self) -> dict[bytes, list[int]]:
        """Where the types of names are tested, by what is written there."""
        found: dict[bytes, list[int]] = {}
        for pattern in (*_TYPE_TESTS, _MATCH):
            for match in pattern.finditer(self._data):
                start = match.start()
                if start == 0 or not _WORD.match(self._data, start - 1):
                    found.setdefault(match[1], []).append(start)
        return found

    @cached_property
    def _annotations(self) -> _Ranges:
        """What stands in an annotation may never be evaluated."""
        file = self._file
        if _TYPE_PARAMETERS.search(self._data):
            return _Ranges(file.nodes("type"))
        nodes: list[Node | None] = list(file.nodes("type_alias_statement"))
        nodes += [node.child_by_field_name("type") for node in file.nodes("assignment")]
        for definition in file.functions:
            nodes.append(definition.node.child_by_field_name("return_type"))
            if definition.scope is not None:
                nodes += [
                    binding.annotation
                    for bindings in definition.scope.bindings.values()
                    for binding in bindings
                    if binding.kind == "parameter"
                ]
        return _Ranges(node for node in nodes if node is not None)

    @cached_property
    def _typing(self) -> _Ranges:
        """Blocks that are for type checkers only."""
        if b"TYPE_CHECKING" not in self._data:
            return _Ranges(())
        blocks = []
        for statement in self._file.nodes("if_statement"):
            condition = statement.child_by_field_name("condition")
            block = statement.child_by_field_name("consequence")
            told = condition.text if condition is not None else None
            if block is not None and told is not None and told.endswith(b"TYPE_CHECKING"):
                blocks.append(block)
        return _Ranges(blocks)

    def _is_expected_to_fail(self, offset: int) -> bool:
        guards = self._guards
        if not guards or not any(start <= offset < end for start, end in guards):
            return False
        scope = self._scopes.at(offset)
        while scope.parent is not None and scope.node.type not in ("function_definition", "class_definition"):
            scope = scope.parent
        first = scope.node.start_byte if scope.parent is not None else 0
        return any(first <= start <= offset < end for start, end in guards)

    @cached_property
    def _guards(self) -> list[tuple[int, int]]:
        """What runs under a handler of `AttributeError`, or in a `with` that swallows or awaits errors."""
        found = []
        if b"AttributeError" in self._data:
            for statement in self._file.nodes("try_statement"):
                body = statement.child_by_field_name("body")
                for handler in statement.children:
                    value = handler.child_by_field_name("value") if handler.type == "except_clause" else None
                    if value is not None and body is not None and b"AttributeError" in (value.text or b""):
                        found.append((body.start_byte, body.end_byte))
        if any(word in self._data for word in _AWAITED):
            for statement in self._file.nodes("with_statement"):
                clause = next((part for part in statement.children if part.type == "with_clause"), None)
                if clause is not None and any(word in (clause.text or b"") for word in _AWAITED):
                    found.append((statement.start_byte, statement.end_byte))
        return found


def is_target(node: Node, parent: Node) -> bool:
    """Whether an attribute is bound or deleted by what it stands in."""
    kind = parent.type
    if kind in _BINDING:
        left = parent.child_by_field_name("left")
        return left is not None and left.id == node.id
    return kind in _TARGETS


class _Ranges:
    """Nodes as ranges of the text."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted((node.start_byte, node.end_byte) for node in nodes):
            if not self._ends or self._ends[-1] <= start:
                self._starts.append(start)
                self._ends.append(end)

    def holds(self, offset: int) -> bool:
        place = bisect_right(self._starts, offset) - 1
        return place >= 0 and offset < self._ends[place]
