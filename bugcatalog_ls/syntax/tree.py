"""Python syntax trees: one parse and one grouped query a file, nodes handed out by their type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from operator import attrgetter

import tree_sitter_python
from tree_sitter import Language, Node, Parser, Query, QueryCursor, Tree

from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span

_START, _END = attrgetter("start_byte"), attrgetter("end_byte")

PYTHON = Language(tree_sitter_python.language())

# What nearly every analysis asks for, captured by one query; anything else gets a query of its own on demand.
COMMON_TYPES = (
    "assert_statement",
    "assignment",
    "as_pattern",
    "augmented_assignment",
    "await",
    "call",
    "case_clause",
    "class_definition",
    "comment",
    "decorated_definition",
    "delete_statement",
    "except_clause",
    "for_in_clause",
    "for_statement",
    "function_definition",
    "generator_expression",
    "dictionary_comprehension",
    "global_statement",
    "if_statement",
    "import_from_statement",
    "import_statement",
    "future_import_statement",
    "lambda",
    "list_comprehension",
    "named_expression",
    "nonlocal_statement",
    "raise_statement",
    "return_statement",
    "set_comprehension",
    "subscript",
    "try_statement",
    "type_alias_statement",
    "while_statement",
    "with_item",
    "with_statement",
    "yield",
)


class PyTree:
    """The syntax tree of one Python text. Nodes of a type come in the order of the text."""

    def __init__(self, source: Source, tree: Tree | None = None) -> None:
        self.source = source
        self.tree = tree if tree is not None else parse(source.data)
        self.root: Node = self.tree.root_node
        self._by_type: dict[str, list[Node]] = {}
        self._has_common = False

    def nodes(self, *types: str) -> list[Node]:
        """All nodes of the given types, nested ones included."""
        if len(types) == 1:
            return self._of_type(types[0])
        found = [node for name in types for node in self._of_type(name)]
        _sort(found)
        return found

    def text(self, node: Node) -> str:
        return self.source.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def _of_type(self, name: str) -> list[Node]:
        if not self._has_common and name in COMMON_TYPES:
            self._by_type.update(_captures(_common_query(), self.root))
            self._has_common = True
        nodes = self._by_type.get(name)
        if nodes is None:
            nodes = []
            if name not in COMMON_TYPES:
                nodes = _captures(_single_query(name), self.root).get(name, [])
            self._by_type[name] = nodes
        return nodes


def parse(data: bytes, old: Tree | None = None) -> Tree:
    """Parse UTF-8 bytes, on the grounds of an edited `old` tree where there is one.

    A lone CR ends a line in Python, but not for the grammar. Lines in more levels of indentation
    than Python allows are taken for blank: the grammar's scanner breaks down on them. A line that ends
    in a backslash is joined with the next: the grammar has a node for it, which is no part of the code.
    """
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\0\n").replace(b"\r", b"\n").replace(b"\0\n", b"\r\n")
    if _DEEP_LINE.search(data):
        data = _without_deep_lines(data)
    tree = Parser(PYTHON).parse(data) if old is None else Parser(PYTHON).parse(data, old)
    if b"\\\n" in data or b"\\\r\n" in data:
        joined = _without_continuations(data, tree, is_edited=old is not None)
        return Parser(PYTHON).parse(joined) if joined != data else tree
    return tree


def span_of(node: Node) -> Span:
    return Span(node.start_byte, node.end_byte)


def error_spans(root: Node) -> list[Span]:
    """The outermost regions that did not parse; a missing token is an empty span."""
    if not root.has_error:
        return []
    return [Span(node.start_byte, node.end_byte) for node in _errors(root)]


def _errors(root: Node) -> Iterator[Node]:
    pending = [root]
    while pending:
        node = pending.pop()
        if node.is_error or node.is_missing:
            yield node
        else:
            pending += (child for child in reversed(node.children) if child.has_error or child.is_missing)


_MAX_LEVELS = 100
_CONTINUATION = re.compile(rb"\\\r?\n")
_DEEP_LINE = re.compile(rb"\n[ \t]{%d}" % _MAX_LEVELS)


def _without_deep_lines(data: bytes) -> bytes:
    """The text, of the same length, with spaces for what stands in too many levels of indentation."""
    lines = data.splitlines(keepends=True)
    levels = [0]
    for number, line in enumerate(lines):
        code = line.lstrip(b" \t")
        if not code.strip():
            continue
        width = len(line[: len(line) - len(code)].expandtabs())
        while levels[-1] > width:
            levels.pop()
        if levels[-1] < width:
            levels.append(width)
        if len(levels) > _MAX_LEVELS:
            end = code[len(code.rstrip(b"\r\n")) :]
            lines[number] = b" " * (len(line) - len(end)) + end
    return b"".join(lines)


def _without_continuations(data: bytes, tree: Tree, *, is_edited: bool) -> bytes:
    """The text, of the same length, with spaces for each backslash at the end of a line and the line end.

    Those in strings and comments stay: only the parser knows which ones continue a line. What an edited
    tree has kept of the old one has no nodes for them: there they were spaces.
    """
    joined = bytearray(data)
    for match in _CONTINUATION.finditer(data):
        node = tree.root_node.descendant_for_byte_range(match.start(), match.start() + 1)
        if node is not None and (node.type == "line_continuation" or (is_edited and _is_code(node))):
            joined[match.start() : match.end()] = b" " * len(match[0])
    return bytes(joined)


def _is_code(node: Node) -> bool:
    return not node.type.startswith(("string", "escape", "comment", "ERROR"))


def _captures(query: Query, root: Node) -> dict[str, list[Node]]:
    captured = QueryCursor(query).captures(root)
    for nodes in captured.values():
        _sort(nodes)
    return captured


def _sort(nodes: list[Node]) -> None:
    """By start, the outer node first; two plain keys are faster than one pair."""
    nodes.sort(key=_END, reverse=True)
    nodes.sort(key=_START)


@cache
def _common_query() -> Query:
    query: Query = Query(PYTHON, "\n".join(f"({name}) @{name}" for name in COMMON_TYPES))
    return query


@cache
def _single_query(name: str) -> Query:
    query: Query = Query(PYTHON, f"({name}) @{name}")
    return query
