"""A module's plain constant moved above the statement whose import needs it."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import statement_of, walk
from bugcatalog_ls.text.spans import Span, TextEdit

_PLAIN = frozenset(
    {
        *(
            "integer",
            "float",
            "true",
            "false",
            "none",
            "string",
            "string_start",
            "string_content",
            "string_end",
        ),
        *("tuple", "list", "dictionary", "set", "pair", "unary_operator", "concatenated_string"),
        *("comment", "escape_sequence", "ellipsis", "parenthesized_expression"),
    }
)
_DEFINITIONS = ("function_definition", "class_definition", "decorated_definition")


def moved_constant(file: PyFile, name: str, reader: Node) -> list[TextEdit] | None:
    """The edits that move what defines a name above the module's statement that reads it; None where it is
    no constant, or is bound more than once."""
    bindings = file.scopes.module.bindings.get(name, ())
    binding = bindings[0] if len(bindings) == 1 else None
    if binding is None or binding.kind != "assign" or binding.value is None or binding.annotation is not None:
        return None
    statement = statement_of(binding.node)
    is_own = statement.parent is not None and statement.parent.type == "module"
    assignment = statement.named_children[0] if statement.named_child_count == 1 else None
    if not is_own or assignment is None or assignment.child_by_field_name("left") != binding.node:
        return None
    if statement.start_byte < reader.end_byte or any(
        each.type not in _PLAIN for each in walk(binding.value) if each.is_named
    ):
        return None
    return _moved(file, statement, reader)


def _moved(file: PyFile, statement: Node, reader: Node) -> list[TextEdit] | None:
    rows, data, newline = file.source.lines, file.source.data, file.source.newline
    first, last = rows.row_of(statement.start_byte), rows.row_of(statement.end_byte)
    texts = [rows.line(row) for row in range(len(rows.starts))]
    rest = data[statement.end_byte : rows.line_span(last)[1]].strip()
    above = texts[first - 1].lstrip() if first else ""
    # What is said of it above, and what shares its row, would stay behind.
    if above.startswith("#") or texts[first][:1].isspace() or (rest and not rest.startswith(b"#")):
        return None
    written = data[rows.starts[first] : rows.line_span(last)[1]].decode().rstrip("\r\n")
    begin, end = first, last + 1
    while end < len(texts) and not texts[end].strip():
        end += 1
    if end >= len(texts):
        while begin and not texts[begin - 1].strip():
            begin -= 1
    stop = rows.starts[end] if end < len(texts) else len(data)
    place = rows.row_of(reader.start_byte)
    while place and texts[place - 1].startswith("#") and not texts[place - 1].startswith("#!"):
        place -= 1
    n_blank = 2 if reader.type in _DEFINITIONS else 0
    at = rows.starts[place]
    return [
        TextEdit(Span(at, at), f"{written}{newline * (1 + n_blank)}"),
        TextEdit(Span(rows.starts[begin], stop), ""),
    ]
