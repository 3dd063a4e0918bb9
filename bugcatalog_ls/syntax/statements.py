"""Which rows the statement on a row covers."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import BLOCKS

_CLAUSES = frozenset(
    {"except_clause", "except_group_clause", "finally_clause", "else_clause", "elif_clause", "case_clause"}
)


def statement_rows(file: PyFile, row: int) -> tuple[int, int]:
    """First and last row (from 0) of the smallest statement that stands on a row.

    Of a compound statement only the header counts, which begins at its decorators, unless its
    body is on the same line. A row without a statement is its own.
    """
    lines = file.source.lines
    if not 0 <= row < len(lines):
        return row, row
    start, end = lines.line_span(row)
    line = file.source.data[start:end]
    code = line.lstrip(b" \t")
    offset = end - len(code)
    node = file.root.named_descendant_for_byte_range(offset, offset)
    if not code or node is None or node.type == "comment":
        holder = _holder(node) if node is not None and node.type == "comment" else None
        if holder is None or not holder.start_byte < offset < _header_end(holder):
            return row, row
        node = holder
    statement = _holder(node)
    if statement is None:
        return row, row
    first, last = lines.row_of(statement.start_byte), lines.row_of(_header_end(statement))
    return (first, last) if first <= row <= last else (row, row)


def _holder(node: Node) -> Node | None:
    """The statement or clause that a node stands in, a decorated definition as one."""
    current: Node | None = node
    while current is not None and current.parent is not None:
        parent = current.parent
        if parent.type in BLOCKS or current.type in _CLAUSES:
            return current if current.type not in BLOCKS else None
        current = parent
    return None


def _header_end(statement: Node) -> int:
    if statement.type == "decorated_definition":
        definition = statement.child_by_field_name("definition")
        statement = definition if definition is not None else statement
    for child in statement.children:
        if child.type != "block":
            continue
        previous = child.prev_sibling
        while previous is not None and previous.type == "comment":
            # A comment above the first statement of a body stands outside of the body's block.
            previous = previous.prev_sibling
        if previous is None or child.start_point[0] == previous.end_point[0]:
            return child.end_byte
        return previous.end_byte
    return statement.end_byte
