"""Edits that make the middleware at a finding the outermost of its application."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.finding import Fix
from bugcatalog_ls.syntax.edits import add_item, insert_at, remove_item
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import callee_of, statement_of, statements, text_of
from bugcatalog_ls.syntax.statement_edits import block_indent, remove_statement
from bugcatalog_ls.text.spans import Span, TextEdit


def moved_outermost(context: FixContext) -> Iterator[Fix]:
    """CORS behind all that is added in the same block, or first in its list."""
    node, file = expression_at(context), context.file
    container = node.parent
    if container is not None and container.type in ("list", "tuple"):
        items = [child for child in container.named_children if child.type != "comment"]
        rest = [item for item in items if item.id != node.id]
        if rest and rest[0].id != items[0].id:
            return
        edits = _with_its_rows(file, items, node) or [
            *remove_item(file, items, node),
            *add_item(file, container, items, 0, text_of(node)),
        ]
        yield context.fix("Move CORS to the front", "suggested", edits)
        return
    statement = statement_of(node)
    block = statement.parent
    if node.type != "call" or block is None or statement.type != "expression_statement":
        return
    app = text_of(callee_of(node) or node).rpartition(".")[0]
    later = [
        other
        for other in statements(block)
        if other.start_byte > statement.start_byte and _adds_to(other, app)
    ]
    if not later:
        return
    last = later[-1]
    rows = file.source.lines
    first, text = _with_comments(file.source.data, statement)
    behind = file.source.data[statement.end_byte : rows.line_span(rows.row_of(statement.end_byte))[1]]
    if behind.lstrip().startswith(b"#"):
        text += behind.decode().rstrip()
    n_blank = 2 if last.type == "decorated_definition" and block.type == "module" else 0
    n_blank = 1 if last.type == "decorated_definition" and block.type == "block" else n_blank
    below = rows.row_of(statement.end_byte) + 1
    if text.startswith("#") and below < len(rows) and not rows.line(below).strip():
        # What has a comment of its own stood apart, and does so again.
        n_blank = n_blank or 1
    newline, indent = file.source.newline, block_indent(file, statement)
    end = rows.line_span(rows.row_of(last.end_byte))[1]
    edits = remove_statement(file, statement)
    if len(edits) == 1 and edits[0].content == "":
        start = min(rows.starts[rows.row_of(first)], edits[0].span.start)
        edits = [TextEdit(_with_blank_rows(file, Span(start, edits[0].span.end)), "")]
    edits.append(insert_at(end, f"{newline * (n_blank + 1)}{indent}{text}"))
    yield context.fix("Add CORS last, so that it runs first", "suggested", edits)


def _with_its_rows(file: PyFile, items: list[Node], node: Node) -> list[TextEdit]:
    """An item put first in its list with the comments of its rows; nothing where it shares a row."""
    rows, data = file.source.lines, file.source.data
    position = next((i for i, item in enumerate(items) if item.id == node.id), 0)
    if position == 0:
        return []
    comma = node.next_sibling if node.next_sibling is not None and node.next_sibling.type == "," else None
    end = comma.end_byte if comma is not None else node.end_byte
    first = rows.row_of(items[0].start_byte)
    begin, stop = rows.row_of(node.start_byte), rows.row_of(end) + 1
    behind = data[end : rows.line_span(stop - 1)[1]].strip()
    is_alone = all(
        not data[rows.starts[rows.row_of(each.start_byte)] : each.start_byte].strip()
        for each in (items[0], node)
    )
    if not is_alone or (behind and not behind.startswith(b"#")) or stop >= len(rows):
        return []
    while begin > 0 and rows.line(begin - 1).strip().startswith("#"):
        begin -= 1
    while first > 0 and rows.line(first - 1).strip().startswith("#"):
        first -= 1
    span = Span(rows.starts[begin], rows.starts[stop])
    head, tail = data[span.start : node.end_byte].decode(), data[end : span.end].decode()
    edits = [insert_at(rows.starts[first], f"{head},{tail}"), TextEdit(span, "")]
    before = items[position - 1].next_sibling
    if comma is None and before is not None and before.type == ",":
        edits.append(TextEdit(Span(before.start_byte, before.end_byte), ""))
    return edits


def expression_at(context: FixContext) -> Node:
    """The expression at the finding, where it is a statement of its own too."""
    node = context.node
    return node.named_children[0] if node.type == "expression_statement" else node


def _with_blank_rows(file: PyFile, removed: Span) -> Span:
    """Removed rows with the blank ones on one side of them, where blank ones stand on both."""
    rows = file.source.lines
    first, end = rows.row_of(removed.start), rows.row_of(removed.end)
    above, below = first, end
    while above > 0 and not rows.line(above - 1).strip():
        above -= 1
    while below < len(rows) and not rows.line(below).strip():
        below += 1
    if removed.start != rows.starts[first] or removed.end != rows.starts[end] or below == len(rows):
        return removed
    if first - above <= below - end:
        return Span(rows.starts[above], removed.end) if above < first and end < below else removed
    return Span(removed.start, rows.starts[below])


def _with_comments(data: bytes, statement: Node) -> tuple[int, str]:
    """Where a statement begins with the comments right above it, and its text with them."""
    first = statement
    above = statement.prev_sibling
    while above is not None and above.type == "comment" and above.end_point[0] == first.start_point[0] - 1:
        before = above.prev_sibling
        if before is not None and before.end_point[0] == above.start_point[0]:
            break
        first, above = above, above.prev_sibling
    return first.start_byte, data[first.start_byte : statement.end_byte].decode()


def _adds_to(statement: Node, app: str) -> bool:
    text = text_of(statement)
    if statement.type == "decorated_definition":
        return any(
            text_of(child).startswith(f"@{app}.middleware(")
            for child in statement.children
            if child.type == "decorator"
        )
    return statement.type == "expression_statement" and text.startswith(
        (f"{app}.add_middleware(", f"{app}.middleware(")
    )
