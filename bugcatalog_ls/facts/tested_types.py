"""Where a test of a name's type, or a `case`, tells of which class of the workspace its value is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, text_of
from bugcatalog_ls.syntax.scopes import BUILTINS, Scope

_LEAVING = frozenset({"return_statement", "raise_statement", "continue_statement", "break_statement"})
# What tells more of a name than its type, or another type, up to that name.
_FURTHER = rb"(?:isinstance|issubclass|hasattr|type|callable|getattr)\s*\(\s*"


class _Range(NamedTuple):
    """Where a name of a scope is an instance of a class."""

    start: int
    end: int
    scope: Scope
    symbol: str


class TestedTypes:
    """What the tests of one file tell; `is_ours` tells whether a symbol may be of the workspace."""

    def __init__(self, file: PyFile, is_ours: Callable[[str | None], bool]) -> None:
        self._file = file
        self._is_ours = is_ours

    def at(self, written: bytes, offset: int) -> str | None:
        """The class of which the name surely is an instance at an offset."""
        if written not in self._ranges:
            return None
        holding = [each for each in self._ranges[written] if each.start <= offset < each.end]
        if len({each.symbol for each in holding}) != 1:
            return None
        looked_up = self._file.scopes.lookup(written.decode("utf-8", "replace"), offset)
        return holding[0].symbol if looked_up is not None and looked_up[0] is holding[0].scope else None

    @cached_property
    def names(self) -> frozenset[bytes]:
        return frozenset(self._ranges)

    @cached_property
    def _ranges(self) -> dict[bytes, list[_Range]]:
        found: dict[bytes, list[_Range]] = {}
        data = self._file.source.data
        if b"isinstance" in data:
            for call in self._file.calls_written("isinstance"):
                self._add_test(call, found)
        if b"match " in data and b"case " in data:
            for clause in self._file.nodes("case_clause"):
                self._add_case(clause, found)
        return found

    def _add_test(self, call: Node, found: dict[bytes, list[_Range]]) -> None:
        given = arguments_of(call).positional
        if len(given) != 2 or given[0].type != "identifier" or text_of(given[1]) in BUILTINS:
            return
        if given[1].type not in ("identifier", "attribute"):
            return
        for start, end in _holding(call):
            self._add(given[0], self._file.symbol(given[1]), (start, end), found)

    def _add_case(self, clause: Node, found: dict[bytes, list[_Range]]) -> None:
        block = clause.child_by_field_name("consequence")
        statement = clause.parent.parent if clause.parent is not None else None
        subject = statement.child_by_field_name("subject") if statement is not None else None
        patterns = [child for child in clause.named_children if child.type == "case_pattern"]
        if block is None or len(patterns) != 1:
            return
        names = [subject] if subject is not None and subject.type == "identifier" else []
        pattern = _inner(patterns[0])
        if pattern is not None and pattern.type == "as_pattern":
            names += [child for child in pattern.named_children if child.type == "identifier"]
            pattern = _inner(next((child for child in pattern.named_children), None))
        written = pattern.named_children[0] if pattern is not None and pattern.named_children else None
        if pattern is None or pattern.type != "class_pattern" or written is None:
            return
        head, *rest = [child for child in written.named_children if child.type == "identifier"] or [written]
        if text_of(written) in BUILTINS:
            return
        symbol = self._file.symbol(head)
        whole = ".".join([symbol, *map(text_of, rest)]) if symbol is not None else None
        for name in names:
            self._add(name, whole, (block.start_byte, block.end_byte), found)

    def _add(
        self, name: Node, symbol: str | None, place: tuple[int, int], found: dict[bytes, list[_Range]]
    ) -> None:
        """Note what a name is, unless it is bound to something else there, or more is asked of it."""
        if symbol is None or "(" in symbol or not self._is_ours(symbol):
            return
        start, end = place
        looked_up = self._file.scopes.lookup(text_of(name), name.start_byte)
        if looked_up is None or any(start < binding.offset < end for binding in looked_up[1]):
            return
        data, written = self._file.source.data, name.text or b""
        if re.compile(_FURTHER + re.escape(written)).search(data, start, end) is None:
            found.setdefault(written, []).append(_Range(start, end, looked_up[0], f"{symbol}()"))


def _holding(call: Node) -> Iterator[tuple[int, int]]:
    """Where in the text a test that is called holds."""
    node, parent = call, call.parent
    while parent is not None and (
        parent.type == "parenthesized_expression" or (parent.type == "boolean_operator" and _is_and(parent))
    ):
        node, parent = parent, parent.parent
    if node.id != call.id:
        yield call.end_byte, node.end_byte
    if parent is None:
        return
    if parent.type in ("if_statement", "elif_clause"):
        block = parent.child_by_field_name("consequence")
        if block is not None and block.start_byte > node.start_byte:
            yield block.start_byte, block.end_byte
    elif parent.type == "conditional_expression" and parent.named_children[1].id == node.id:
        yield parent.start_byte, node.start_byte
    elif parent.type == "assert_statement" and parent.parent is not None:
        yield parent.end_byte, parent.parent.end_byte
    elif parent.type == "not_operator" and node.id == call.id:
        yield from _behind_exit(parent)


def _behind_exit(refusal: Node) -> Iterator[tuple[int, int]]:
    """What follows `if not isinstance(…): return` in its block."""
    statement = refusal.parent
    if statement is None or statement.type != "if_statement" or statement.parent is None:
        return
    block = statement.child_by_field_name("consequence")
    last = block.named_children[-1] if block is not None and block.named_children else None
    if last is not None and last.type in _LEAVING and statement.child_by_field_name("alternative") is None:
        yield statement.end_byte, statement.parent.end_byte


def _is_and(operator: Node) -> bool:
    sign = operator.child_by_field_name("operator")
    return sign is not None and sign.type == "and"


def _inner(pattern: Node | None) -> Node | None:
    if pattern is not None and pattern.type == "case_pattern" and pattern.named_child_count == 1:
        return pattern.named_children[0]
    return pattern
