"""Building blocks of fixes: a binding turned into the `with` or `try` that its uses run in."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.syntax.edits import insert_at
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.indents import indent_unit
from bugcatalog_ls.syntax.nodes import statements
from bugcatalog_ls.syntax.statement_edits import remove_statements, rows_in_strings, starts_row, wrap
from bugcatalog_ls.text.spans import Span, TextEdit


def enter_with(
    file: PyFile, binding: Node, value: Node, last: Node, header: tuple[str, str], removed: list[Node]
) -> list[TextEdit]:
    """Replace `name = value` by a `with` around the statements behind it, up to `last`.

    `header` is what stands before and after the value (`with closing(`, `) as name:`); `removed` are
    statements that go.
    """
    first = _next_statement(binding)
    if first is None or not starts_row(file, binding) or not starts_row(file, first):
        return []
    before, after = header
    rows = file.source.lines
    edits = [
        TextEdit(Span(binding.start_byte, value.start_byte), before),
        TextEdit(Span(value.end_byte, binding.end_byte), after),
    ]
    gone = [_with_blank_rows(file, edit) for edit in remove_statements(file, removed)]
    held = [edit.span for edit in gone]
    blank = rows.row_of(binding.end_byte) + 1
    while not rows.line(blank).strip():
        # A block does not begin with an empty row.
        gone.append(TextEdit(Span(rows.starts[blank], rows.starts[blank + 1]), ""))
        blank += 1
    unit, literals = indent_unit(file), rows_in_strings(file)
    for row in range(rows.row_of(binding.end_byte) + 1, rows.row_of(last.end_byte) + 1):
        start = rows.starts[row]
        if row in literals or not rows.line(row).strip():
            continue
        if any(span.start <= start < span.end for span in held):
            continue
        edits.append(insert_at(start, unit))
    return [*edits, *gone]


def enter_try(file: PyFile, first: Node, last: Node, closing: str, removed: list[Node]) -> list[TextEdit]:
    """Put the statements from `first` to `last` into a `try` whose `finally` is `closing`; `removed` go."""
    gone = [_with_blank_rows(file, edit) for edit in remove_statements(file, removed)]
    held = [edit.span for edit in gone]
    edits = wrap(file, first, last, "try:", f"finally:\n    {closing}")
    kept = [edit for edit in edits if not _is_in_one(edit.span, held)]
    return [*kept, *gone]


def _with_blank_rows(file: PyFile, removed: TextEdit) -> TextEdit:
    """Removed rows with the empty ones above them, where empty ones stand below too."""
    rows = file.source.lines
    first, end = rows.row_of(removed.span.start), rows.row_of(removed.span.end)
    if removed.content or removed.span.start != rows.starts[first] or removed.span.end != rows.starts[end]:
        return removed
    if rows.line(end).strip():
        return removed
    while first > 0 and not rows.line(first - 1).strip():
        first -= 1
    return TextEdit(Span(rows.starts[first], removed.span.end), "")


def _is_in_one(span: Span, removed: list[Span]) -> bool:
    """Whether an insertion would stand inside of what goes."""
    return span.start == span.end and any(gone.start < span.start < gone.end for gone in removed)


def _next_statement(statement: Node) -> Node | None:
    block = statement.parent
    following = (
        [node for node in statements(block) if node.start_byte > statement.start_byte] if block else []
    )
    return following[0] if following else None
