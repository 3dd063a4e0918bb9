"""Where the head of a file ends: its docstring or the comments that speak of it, then its imports."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.edits import insert_at
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import is_docstring, statements, text_of
from bugcatalog_ls.text.spans import Span, TextEdit

_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=]|^#!")
_IMPORTS = ("import_statement", "import_from_statement", "future_import_statement")
_DEFINITIONS = ("class_definition", "function_definition", "decorated_definition")
_SET_BEFORE_IMPORTS = re.compile(r"__\w+__\b|os\.environ\[|sys\.")
"""What files set before they import the rest: `__all__`, `os.environ["X"]`, `sys.path`."""


def below_imports(file: PyFile, statement: str, limit: int) -> TextEdit:
    """A statement below the last import at the head of a file that stands before an offset."""
    last = _last_import(file, limit)
    if last is None:
        return first_import(file, statement, limit)
    newline = file.source.newline
    rows = file.source.lines
    return insert_at(rows.line_span(rows.row_of(last.end_byte))[1], f"{newline}{newline}{statement}")


def end_of_head(file: PyFile, limit: int) -> int:
    """Where the imports at the head of a file end, or could stand, before an offset."""
    last = _last_import(file, limit)
    if last is not None:
        return last.end_byte
    statement = next((child for child in statements(file.root) if not is_docstring(child)), None)
    return min(limit, statement.start_byte) if statement is not None else limit


def first_import(file: PyFile, written: str, limit: int) -> TextEdit:
    """Into a file without imports: below the docstring or the comments that head the file."""
    rows, newline = file.source.lines, file.source.newline
    row = _n_heading_rows(file, limit)
    first = row
    while first < len(rows) and not rows.line(first).strip():
        first += 1
    span = Span(rows.starts[row] if row < len(rows) else len(file.source.data), 0)
    above = newline if row > 0 else ""
    if row > 0 and rows.line_span(row - 1)[1] == span.start:
        above += newline  # The heading is the last line and does not end.
    if first >= len(rows):
        return TextEdit(Span(span.start, len(file.source.data)), f"{above}{written}{newline}")
    code = next((line for line in map(rows.line, range(first, len(rows))) if not line.startswith("#")), "")
    n_blank = 2 if re.match(r"(async|def|class)\b|@", code) else 1
    below = newline * max(n_blank, first - row)
    return TextEdit(Span(span.start, rows.starts[first]), f"{above}{written}{newline}{below}")


def _n_heading_rows(file: PyFile, limit: int) -> int:
    """How many rows the docstring takes, or the comments that speak of the file."""
    rows = file.source.lines
    first = next((child for child in file.root.named_children if child.type != "comment"), None)
    if first is not None and is_docstring(first) and first.end_byte <= limit:
        return rows.row_of(first.end_byte) + 1
    row = 0
    while row < len(rows) and _CODING.match(file.source.data[slice(*rows.line_span(row))]):
        row += 1
    end = row
    while end < len(rows) and rows.line(end).strip().startswith("#"):
        end += 1
    # A comment that touches a statement speaks of that statement.
    return end if end == len(rows) or not rows.line(end).strip() else row


def _last_import(file: PyFile, limit: int) -> Node | None:
    """The last import of the head (guarded ones included), past what files do between their imports."""
    last: Node | None = None
    for child in file.root.named_children:
        if child.type in _DEFINITIONS or child.end_byte > limit:
            break
        if _brings_imports(child):
            last = child
        elif last is not None and not _may_precede_imports(child):
            break
    return last


def _may_precede_imports(node: Node) -> bool:
    if node.type in ("comment", "if_statement", "try_statement", "with_statement", "delete_statement"):
        return True
    if node.type != "expression_statement":
        return False
    value = node.named_children[0]
    return value.type in ("call", "string") or _SET_BEFORE_IMPORTS.match(text_of(value)) is not None


def _brings_imports(node: Node) -> bool:
    if node.type in _IMPORTS:
        return True
    if node.type not in ("if_statement", "try_statement"):
        return False
    blocks = [child for child in node.named_children if child.type == "block"]
    inner = [child for block in blocks for child in block.named_children if child.type != "comment"]
    return bool(inner) and all(_brings_imports(child) for child in inner)
