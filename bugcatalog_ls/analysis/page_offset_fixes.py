"""Offsets that count pages from where the first one is."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.finding import Fix
from bugcatalog_ls.facts.page_numbers import Skipped, skipped_pages
from bugcatalog_ls.facts.raw_pages import raw_offsets
from bugcatalog_ls.syntax.nodes import arguments_of, text_of
from bugcatalog_ls.text.spans import Span, TextEdit


def counted_from_first_page(context: FixContext) -> Iterator[Fix]:
    """Pages counted from the number that the first one has."""
    file = context.file
    node = context.node_of("call", "subscript")
    if node is None:
        return
    raw = next((each for each in raw_offsets(file) if each.call.start_byte == context.span.start), None)
    offset: Node | None
    if raw is not None:
        yield from _counted_from(context, raw.skipped)
        return
    if node.type == "call":
        offset = next(iter(arguments_of(node).positional), None)
    else:
        inner = node.child_by_field_name("subscript")
        offset = inner.children[0] if inner is not None and inner.children else None
    skipped = skipped_pages(file, offset) if offset is not None else None
    if skipped is not None:
        yield from _counted_from(context, skipped)


def _counted_from(context: FixContext, skipped: Skipped) -> Iterator[Fix]:
    operand = next(
        child
        for child in skipped.product.named_children
        if child.start_byte <= skipped.page.start_byte < child.end_byte
    )
    name = text_of(skipped.page)
    text = name if skipped.minus_one else f"({name} - 1)"
    edits = [TextEdit(Span(operand.start_byte, operand.end_byte), text)]
    start = 0 if skipped.minus_one else 1
    yield context.fix(f"Count pages from {start}", "suggested", edits)
