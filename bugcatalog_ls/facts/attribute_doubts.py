"""Where the text around an attribute makes it doubtful that a missing one is a mistake."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Literal

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.nodes import BLOCKS, ancestors
from bugcatalog_ls.syntax.told_comments import is_told, may_tell

_TESTED = re.compile(rb"\s*([\w.]+)")
_MATCHED = re.compile(rb"\s+([\w.]+)\s*:")
# Searched for as plain bytes, which is far faster than one expression for all.
_TYPE_TESTS = (
    *((b"isinstance(", _TESTED), (b"type(", _TESTED), (b"hasattr(", _TESTED), (b"callable(", _TESTED)),
    *((b"issubclass(", _TESTED), (b"is_dataclass(", _TESTED), (b"match", _MATCHED)),
)
_SKIPPED = re.compile(rb"(?:\w+\.)*(?:skip|xfail|skip_test|expectedFailure)\b(?!\w)")
_PASSES = re.compile(
    rb"except(?:\s+(?:Base)?Exception(?:\s+as\s+\w+)?)?\s*:\s*(?:#[^\n]*\n\s*)*pass\s*(?:#[^\n]*)?"
)
_NEVER = Words(b"TYPE_CHECKING", b"if False", b"if 0", b"while False", b"while 0")
_SKIPPING = Words(b"skip", b"xfail", b"expectedFailure")
_MISSING = Words(b"AttributeError")
_PASSING = Words(b"pass")
_ANNOTATED = Words(b"Annotated")
_WORD = re.compile(rb"\w")
_AWAITED = Words(b"AttributeError", b"raises(", b"Raises(", b"Exception", b"suppress(")
_TARGETS = frozenset(
    {"pattern_list", "tuple_pattern", "list_pattern", "as_pattern_target", "delete_statement"}
)
_BINDING = frozenset({"assignment", "for_statement", "for_in_clause"})
# What stands in an annotation, apart from calls there, stands in nothing but these up to its `type`.
_IN_TYPES = frozenset(
    {"attribute", "subscript", "generic_type", "type_parameter", "union_type", "binary_operator"}
    | {"list", "tuple", "member_type", "constrained_type", "splat_type", "parenthesized_expression"}
)

Use = Literal["read", "bound", "unsure"]
"""What is done with an attribute; "unsure" where it may never be evaluated, or is meant to fail."""


class Doubts:
    """What one file tells of its places; each kind is looked for when it is first asked for."""

    def __init__(self, file: PyFile) -> None:
        self._file = file
        self._data = file.source.data
        self._scopes = file.scopes

    def use_of(self, node: Node) -> Use:
        """What is done with an attribute, that is no part of a longer one, at its place."""
        if self._may_tell and is_told(self._data, node.end_byte, "attribute"):
            return "unsure"
        if self._has_unsure:
            start = node.start_byte
            if self._unrun.holds(start) or self._is_expected_to_fail(start):
                return "unsure"
        if self._data.startswith(b"(", node.end_byte) and not self._has_annotated:
            return "read"
        parent = node.parent
        if parent is None:
            return "unsure"
        kind = parent.type
        if kind in _BINDING:
            left = parent.child_by_field_name("left")
            return "bound" if left is not None and left.id == node.id else "read"
        if kind in _TARGETS:
            return "bound"
        if self._has_annotated:
            return "unsure" if any(outer.type == "type" for outer in _expressions(node)) else "read"
        while kind in _IN_TYPES:
            parent = parent.parent
            if parent is None:
                return "read"
            kind = parent.type
        return "unsure" if kind == "type" else "read"

    @cached_property
    def _may_tell(self) -> bool:
        return may_tell(self._file, "attribute")

    @cached_property
    def _has_unsure(self) -> bool:
        return bool(self._guards) or not self._unrun.is_empty

    @cached_property
    def _has_annotated(self) -> bool:
        """Whether calls may stand in annotations."""
        return self._file.holds(_ANNOTATED)

    def is_narrowed(self, offset: int, written: bytes, root: bytes) -> bool:
        """Whether a test of a type in the same scope tells more of a name than its annotation."""
        tests = self._tests
        if written not in tests and root not in tests:
            return False
        scope = self._scopes.at(offset)
        offsets = (*tests.get(written, ()), *tests.get(root, ()))
        return any(scope.start <= test < scope.end for test in offsets)

    @cached_property
    def _tests(self) -> dict[bytes, list[int]]:
        """Where the types of names are tested, by what is written there."""
        found: dict[bytes, list[int]] = {}
        data = self._data
        for word, rest in _TYPE_TESTS:
            start = data.find(word)
            while start >= 0:
                end = start + len(word)
                match = rest.match(data, end)
                if match is not None and (start == 0 or not _WORD.match(data, start - 1)):
                    found.setdefault(match[1], []).append(start)
                start = data.find(word, end)
        return found

    @cached_property
    def _unrun(self) -> _Ranges:
        """Where nothing runs: blocks for type checkers only, or behind `if False`, tests that are skipped or
        meant to fail, and what follows a `return` or `raise` in its block."""
        found: list[tuple[int, int]] = []
        if self._file.holds(_NEVER):
            for statement in self._file.nodes("if_statement", "while_statement"):
                condition = statement.child_by_field_name("condition")
                block = statement.child_by_field_name("consequence") or statement.child_by_field_name("body")
                told = condition.text if condition is not None else None
                if block is None or told is None:
                    continue
                if told.endswith(b"TYPE_CHECKING") or told in (b"False", b"0"):
                    found.append((block.start_byte, block.end_byte))
        if self._file.holds(_SKIPPING):
            for definition in (*self._file.classes, *self._file.functions):
                if any(_SKIPPED.match(decorator.text or b"") for decorator in definition.decorators):
                    found.append((definition.node.start_byte, definition.node.end_byte))
        for statement in self._file.nodes("return_statement", "raise_statement"):
            following = statement.next_named_sibling
            while following is not None and following.type == "comment":
                following = following.next_named_sibling
            block = statement.parent
            if following is not None and block is not None and block.type == "block":
                found.append((following.start_byte, block.end_byte))
        return _Ranges(found)

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
        if self._file.holds(_MISSING):
            for statement in self._file.nodes("try_statement"):
                body = statement.child_by_field_name("body")
                for handler in statement.children:
                    value = handler.child_by_field_name("value") if handler.type == "except_clause" else None
                    if value is not None and body is not None and b"AttributeError" in (value.text or b""):
                        found.append((body.start_byte, body.end_byte))
        if self._file.holds(_PASSING):
            found += self._swallowed()
        if self._file.holds(_AWAITED):
            for statement in self._file.nodes("with_statement"):
                body = statement.child_by_field_name("body")
                start = statement.start_byte
                header = self._data[start : body.start_byte if body is not None else start]
                if any(word in header for word in _AWAITED):
                    found.append((start, statement.end_byte))
        return found

    def _swallowed(self) -> Iterator[tuple[int, int]]:
        """What stands alone in a `try` of which each error is passed over: it may not be there."""
        for statement in self._file.nodes("try_statement"):
            body = statement.child_by_field_name("body")
            handler = next((child for child in statement.children if child.type == "except_clause"), None)
            if body is None or handler is None or body.named_child_count != 1:
                continue
            if _PASSES.fullmatch(handler.text or b"") is not None:
                yield body.start_byte, body.end_byte


def _expressions(node: Node) -> Iterator[Node]:
    """What a node stands in, up to the block."""
    for outer in ancestors(node):
        if outer.type in BLOCKS:
            return
        yield outer


class _Ranges:
    """Ranges of the text."""

    def __init__(self, ranges: Iterable[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(ranges):
            if not self._ends or self._ends[-1] <= start:
                self._starts.append(start)
                self._ends.append(end)

    @property
    def is_empty(self) -> bool:
        return not self._starts

    def holds(self, offset: int) -> bool:
        place = bisect_right(self._starts, offset) - 1
        return place >= 0 and offset < self._ends[place]
