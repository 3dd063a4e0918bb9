"""Building blocks of fixes: edits of statements, blocks and class bodies.

Code is given as a fix writes it: `\\n` line ends, four spaces a level, no indentation outside;
it comes out in the file's own style. One-line suites and `a; b` are opened up where they must.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tree_sitter import Node

from bugcatalog_ls.syntax.edits import insert_at
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.indents import indent_unit, indented
from bugcatalog_ls.syntax.nodes import is_docstring, statement_of, statements, text_of
from bugcatalog_ls.text.spans import Span, TextEdit

_CONTINUATION = re.compile(rb"\\\r?\n")
_CONTINUATION_BEHIND = re.compile(rb"\\\r?\n\Z")
_DEFINITIONS = frozenset({"function_definition", "class_definition", "decorated_definition"})


def insert_before(file: PyFile, statement: Node, code: str, *, n_blank: int = 0) -> list[TextEdit]:
    """Insert statements, then blank lines, before a statement (its decorators included)."""
    node, newline = statement_of(statement), file.source.newline
    indent = block_indent(file, node)
    written = indented(file, code, indent) + newline * (n_blank + 1)
    if starts_row(file, node):
        return [insert_at(_row_start(file, node.start_byte), written)]
    gap = Span(_end_of_previous(file, node), node.start_byte)
    return [*_opened(file, node, indent), TextEdit(gap, f"{newline}{written}{indent}")]


def insert_after(file: PyFile, statement: Node, code: str, *, n_blank: int = 0) -> list[TextEdit]:
    """Insert blank lines, then statements, after a statement."""
    node, newline = statement_of(statement), file.source.newline
    indent = block_indent(file, node)
    written = newline * (n_blank + 1) + indented(file, code, indent)
    edits = _opened(file, node, indent, first_too=True)
    following = _on_same_row(file, node)
    if following is not None:
        gap = Span(node.end_byte, following.start_byte)
        return [*edits, TextEdit(gap, f"{written}{newline}{indent}")]
    return [*edits, insert_at(_row_end(file, node.end_byte), written)]


def wrap(file: PyFile, first: Node, last: Node, header: str, footer: str = "") -> list[TextEdit]:
    """Put the statements from `first` to `last` (of one block) into a block of their own.

    `header` is its first line (`try:`), `footer` what follows it (`except …:` with its body).
    Lines inside string literals keep their indentation.
    """
    first, last = statement_of(first), statement_of(last)
    rows, newline, unit = file.source.lines, file.source.newline, indent_unit(file)
    indent = block_indent(file, first)
    written = f"{indented(file, header, indent)}{newline}"
    edits: list[TextEdit] = []
    if starts_row(file, first):
        edits.append(insert_at(_row_start(file, first.start_byte), written + unit))
    else:
        gap = Span(_end_of_previous(file, first), first.start_byte)
        edits += [*_opened(file, first, indent), TextEdit(gap, f"{newline}{written}{indent}{unit}")]
    from_row, to_row = rows.row_of(first.start_byte) + 1, rows.row_of(last.end_byte)
    literals = rows_in_strings(file)
    for row in range(from_row, to_row + 1):
        if row not in literals and rows.line(row).strip():
            edits.append(insert_at(rows.starts[row], unit))
    end = f"{newline}{indented(file, footer, indent)}" if footer else ""
    following = _on_same_row(file, last)
    if following is not None:
        edits.append(TextEdit(Span(last.end_byte, following.start_byte), f"{end}{newline}{indent}"))
    elif end:
        edits.append(insert_at(_row_end(file, last.end_byte), end))
    return edits


def replace_statement(file: PyFile, statement: Node, code: str) -> list[TextEdit]:
    """Replace a statement by others."""
    node, newline = statement_of(statement), file.source.newline
    indent = block_indent(file, node)
    written = indented(file, code, indent).removeprefix(indent)
    if "\n" not in code.strip("\n"):
        return [TextEdit(Span(node.start_byte, node.end_byte), written)]
    edits: list[TextEdit] = []
    if not starts_row(file, node):
        gap = Span(_end_of_previous(file, node), node.start_byte)
        edits += [*_opened(file, node, indent), TextEdit(gap, f"{newline}{indent}")]
    following = _on_same_row(file, node)
    if following is None:
        end = _row_end(file, node.end_byte)
        comment = file.source.slice(Span(node.end_byte, end))
        rows = written.split(newline)
        kept = next((number for number, row in enumerate(rows) if row.strip() == text_of(node)), 0)
        if comment.lstrip().startswith("#") and (kept or rows[0].endswith(":")):
            # What is said of the statement stays beside it, or beside what it has become.
            rows[kept] += comment
            return [*edits, TextEdit(Span(node.start_byte, end), newline.join(rows))]
        return [*edits, TextEdit(Span(node.start_byte, node.end_byte), written)]
    return [*edits, TextEdit(Span(node.start_byte, following.start_byte), f"{written}{newline}{indent}")]


def replace_by_body(file: PyFile, statement: Node, block: Node) -> list[TextEdit]:
    """Replace a compound statement by the statements of one of its blocks, moved out."""
    node, rows, data = statement_of(statement), file.source.lines, file.source.data
    body = statements(block)
    if not body or not starts_row(file, body[0]):
        code = file.source.slice(Span(block.start_byte, block.end_byte))
        return [TextEdit(Span(node.start_byte, node.end_byte), code)]
    surplus = len(block_indent(file, body[0])) - len(block_indent(file, node))
    from_row, to_row = rows.row_of(_end_of_header(block)) + 1, rows.row_of(block.end_byte)
    literals = rows_in_strings(file)
    edits = [TextEdit(Span(_row_start(file, node.start_byte), rows.starts[from_row]), "")]
    for row in range(from_row, to_row + 1):
        start, end = rows.line_span(row)
        n_blank = end - start - len(data[start:end].lstrip(b" \t"))
        if row not in literals and n_blank:
            edits.append(TextEdit(Span(start, start + min(surplus, n_blank)), ""))
    if block.end_byte < node.end_byte:
        edits.append(TextEdit(Span(_row_end(file, block.end_byte), _row_end(file, node.end_byte)), ""))
    return edits


def remove_statement(file: PyFile, statement: Node) -> list[TextEdit]:
    """Remove a statement with its lines; `pass` takes its place in a block that would be empty."""
    return remove_statements(file, [statement])


def remove_statements(file: PyFile, removed: Iterable[Node]) -> list[TextEdit]:
    """Remove several statements; see `remove_statement`."""
    nodes = [statement_of(node) for node in removed]
    ids = {node.id for node in nodes}
    emptied: set[int] = set()
    edits: list[TextEdit] = []
    for node in nodes:
        block = node.parent
        kept = [other for other in statements(block) if other.id not in ids] if block is not None else []
        if block is not None and block.type == "block" and not kept and block.id not in emptied:
            emptied.add(block.id)
            edits.append(TextEdit(Span(node.start_byte, node.end_byte), "pass"))
        else:
            edits.append(TextEdit(_statement_span(file, node, ids), ""))
    return edits


def add_field(file: PyFile, class_definition: Node, code: str) -> list[TextEdit]:
    """Add a field to a class body: below the other fields, above the methods.

    A body of only `pass` or `...` is replaced.
    """
    block = class_definition.child_by_field_name("body")
    body = statements(block) if block is not None else []
    if not body:
        return []
    placeholder = next((node for node in body if _is_placeholder(node)), None)
    if placeholder is not None and all(_is_placeholder(node) or is_docstring(node) for node in body):
        indent = block_indent(file, placeholder)
        if "\n" in code.strip("\n"):
            return replace_statement(file, placeholder, code)
        opened = _opened(file, placeholder, indent, first_too=True)
        return [*opened, *replace_statement(file, placeholder, code)]
    methods = [position for position, node in enumerate(body) if node.type in _DEFINITIONS]
    fields = [position for position, node in enumerate(body) if _is_field(node)]
    plain = [position for position in fields if not text_of(body[position]).startswith("__")]
    above = [position for position in plain or fields if not methods or position < methods[0]]
    if above or fields:
        position = (above or fields)[-1]
        if position + 1 < len(body) and is_docstring(body[position + 1]):
            position += 1  # What describes the field stays with it.
        return insert_after(file, body[position], code)
    if is_docstring(body[0]):
        return insert_after(file, body[0], code, n_blank=1)
    return insert_before(file, body[0], code, n_blank=1)


def block_indent(file: PyFile, statement: Node) -> str:
    """The indentation of a statement's block, also where it stands in a one-line suite."""
    node = statement_of(statement)
    block = node.parent
    if block is not None and block.type == "module":
        return ""
    if block is None or block.type != "block" or starts_row(file, node):
        return file.source.indent_at(node.start_byte)
    first = statements(block)[0]
    if starts_row(file, first):
        return file.source.indent_at(first.start_byte)
    header = block.parent
    return file.source.indent_at(header.start_byte if header is not None else 0) + indent_unit(file)


def _opened(file: PyFile, node: Node, indent: str, *, first_too: bool = False) -> list[TextEdit]:
    """Move a one-line suite below its header; not if `node` begins it, unless `first_too`."""
    block = node.parent
    if block is None or block.type != "block":
        return []
    first = statements(block)[0]
    if starts_row(file, first) or (first.id == node.id and not first_too):
        return []
    gap = Span(_end_of_previous(file, first), first.start_byte)
    return [TextEdit(gap, f"{file.source.newline}{indent}")]


def _statement_span(file: PyFile, node: Node, removed: set[int]) -> Span:
    following = _on_same_row(file, node)
    if following is not None:
        return Span(node.start_byte, following.start_byte)
    if not starts_row(file, node):
        previous = node.prev_named_sibling
        is_removed_too = previous is not None and previous.id in removed
        return Span(node.start_byte if is_removed_too else _end_of_previous(file, node), node.end_byte)
    rows = file.source.lines
    end_row = rows.row_of(node.end_byte) + 1
    end = rows.starts[end_row] if end_row < len(rows) else len(file.source.data)
    return Span(_row_start(file, node.start_byte), end)


def rows_in_strings(file: PyFile) -> set[int]:
    """The rows that begin inside a string literal."""
    rows = file.source.lines
    found: set[int] = set()
    for node in file.nodes("string"):
        found.update(range(rows.row_of(node.start_byte) + 1, rows.row_of(node.end_byte) + 1))
    return found


def _on_same_row(file: PyFile, node: Node) -> Node | None:
    """The next statement of the block where it begins on the row that this one ends on."""
    following = node.next_named_sibling
    if following is None or following.type == "comment":
        return None
    between = _CONTINUATION.sub(b"", file.source.data[node.end_byte : following.start_byte])
    return following if b"\n" not in between else None


def _end_of_previous(file: PyFile, node: Node) -> int:
    """Where what precedes a statement on its row ends: the header's colon, or another statement."""
    end = _end_before(file, node.start_byte)
    return _end_before(file, end - 1) if file.source.data[end - 1 : end] == b";" else end


def _end_before(file: PyFile, offset: int) -> int:
    """Where what stands before an offset ends, past white space and backslashes that continue the line."""
    before = file.source.data[:offset].rstrip(b" \t")
    while (match := _CONTINUATION_BEHIND.search(before)) is not None:
        before = before[: match.start()].rstrip(b" \t")
    return len(before)


def _end_of_header(block: Node) -> int:
    previous = block.prev_sibling
    while previous is not None and previous.type == "comment":
        previous = previous.prev_sibling
    return previous.end_byte if previous is not None else block.start_byte


def _is_placeholder(node: Node) -> bool:
    return node.type == "pass_statement" or text_of(node) == "..."


def _is_field(node: Node) -> bool:
    return node.type == "expression_statement" and node.named_children[0].type == "assignment"


def starts_row(file: PyFile, node: Node) -> bool:
    """Whether nothing stands before a node on its row, nor on a row that goes on with it."""
    rows = file.source.lines
    row = rows.row_of(node.start_byte)
    if file.source.data[rows.starts[row] : node.start_byte].strip():
        return False
    if row == 0 or not rows.line(row - 1).endswith("\\"):
        return True
    # A backslash that ends a comment continues nothing.
    backslash = rows.line_span(row - 1)[1] - 1
    before = file.root.descendant_for_byte_range(backslash, backslash + 1)
    return before is not None and before.type == "comment"


def _row_start(file: PyFile, offset: int) -> int:
    rows = file.source.lines
    return rows.starts[rows.row_of(offset)]


def _row_end(file: PyFile, offset: int) -> int:
    rows = file.source.lines
    return rows.line_span(rows.row_of(offset))[1]
