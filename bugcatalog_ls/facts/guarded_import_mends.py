"""Edits that let a guarded import fail for all to see: without its `try`, or raised again by the handler."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile

from tree_sitter import Node

from bugcatalog_ls.facts.guarded_imports import block_in
from bugcatalog_ls.facts.handed_out_names import is_handed_out
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.syntax.edits import insert_at
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import called_name, holds_node, statement_of, statements, text_of
from bugcatalog_ls.syntax.object_uses import is_label, is_written
from bugcatalog_ls.syntax.statement_edits import (
    insert_after,
    remove_statement,
    replace_by_body,
    replace_statement,
)
from bugcatalog_ls.syntax.words import identifiers_named
from bugcatalog_ls.text.spans import Span, TextEdit

_IMPORTS = frozenset({"import_statement", "import_from_statement"})


def unwrapped_edits(
    index: FactIndex, file: PyFile, guard: Node, body: Node, handler: Node | None
) -> list[TextEdit]:
    """What a `try` or `with` guards in place of it; nothing where more handlers or a `finally` are there."""
    clauses = [
        child for child in guard.named_children if child.type not in ("block", "with_clause", "comment")
    ]
    if handler is None or [clause.id for clause in clauses] == [handler.id]:
        edits = [*replace_by_body(file, guard, body), *_blank_after(file, guard, body)]
    elif len(clauses) == 2 and clauses[0].id == handler.id:
        edits = _with_else(file, guard, body, clauses[1])
    else:
        return []
    unread = _loggers_left(index, file, handler) if handler is not None and edits else []
    return [*(edit for logger in unread for edit in _taken_out(file, logger)), *edits]


def raised_again(file: PyFile, handler: Node, *, may_be_bare: bool) -> list[TextEdit]:
    """A `raise` at the end of a handler; one that does nothing else only where that `may_be_bare`."""
    block = block_in(handler)
    handled = statements(block) if block is not None else []
    if not handled or (not may_be_bare and all(map(_does_nothing, handled))):
        return []
    last = handled[-1]
    if last.type in ("pass_statement", "continue_statement", "return_statement") or text_of(last) == "...":
        return replace_statement(file, last, "raise")
    return insert_after(file, last, "raise")


def _with_else(file: PyFile, guard: Node, body: Node, clause: Node) -> list[TextEdit]:
    """The body of a `try` and that of its `else` in place of it all."""
    rest = clause.child_by_field_name("body") or block_in(clause)
    if clause.type != "else_clause" or rest is None:
        return []
    parts = [part for block in (body, rest) for part in statements(block)]
    has_comments = any(child.type == "comment" for block in (body, rest) for child in block.children)
    if has_comments or any(part.start_point.row != part.end_point.row for part in parts):
        return []  # Such lines are not moved by their text alone.
    imports = [text_of(part) for part in parts if part.type in _IMPORTS]
    others = [text_of(part) for part in parts if part.type not in _IMPORTS]
    # Imports stand before what uses them, and a blank line behind them.
    lines = [*imports, *([""] if imports and others else []), *others]
    return replace_statement(file, guard, "\n".join(lines))


def _does_nothing(statement: Node) -> bool:
    return statement.type == "pass_statement" or text_of(statement) == "..."


def _loggers_left(index: FactIndex, file: PyFile, handler: Node) -> list[Node]:
    """The module's loggers that only a handler reads, and no other file."""
    found = []
    for name, bindings in file.scopes.module.bindings.items():
        value = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
        if value is None or value.type != "call" or called_name(value) not in ("getLogger", "get_logger"):
            continue
        reads = [
            node
            for node in identifiers_named(file.root, file.source.data, name.encode())
            if not is_label(node) and not is_written(node)
        ]
        is_own = all(holds_node(handler, read) for read in reads)
        if reads and is_own and not is_handed_out(index, file.path, name):
            found.append(statement_of(value))
    return found


def _taken_out(file: PyFile, statement: Node) -> list[TextEdit]:
    """A statement removed, and of the blank lines around it those that would be too many."""
    rows, data = file.source.lines, file.source.data
    first, last = rows.row_of(statement.start_byte), rows.row_of(statement.end_byte)

    def n_blank(rows_away: Iterable[int]) -> int:
        blank = takewhile(lambda row: not data[slice(*rows.line_span(row))].strip(), rows_away)
        return sum(1 for _ in blank)

    surplus = min(n_blank(range(first - 1, -1, -1)), n_blank(range(last + 1, len(rows))))
    edits = remove_statement(file, statement)
    return (
        [TextEdit(Span(rows.starts[first - surplus], rows.starts[first]), ""), *edits] if surplus else edits
    )


def _blank_after(file: PyFile, guard: Node, body: Node) -> list[TextEdit]:
    """The blank line that parts imports from the statement that now follows them."""
    following, rows = guard.next_named_sibling, file.source.lines
    last = statements(body)[-1:]
    if following is None or following.type in _IMPORTS or not last or last[0].type not in _IMPORTS:
        return []
    if rows.row_of(following.start_byte) != rows.row_of(guard.end_byte) + 1:
        return []
    return [insert_at(rows.starts[rows.row_of(following.start_byte)], file.source.newline)]
