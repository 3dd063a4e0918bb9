"""Building blocks of fixes: edits of arguments and parameters in the style of what surrounds them.

Statements are in `syntax.statement_edits`. All return edits of the file's own bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import elements_of, text_of
from bugcatalog_ls.text.spans import Span, TextEdit


def replace_node(node: Node, text: str) -> list[TextEdit]:
    """Replace a node by a text of one line."""
    return [TextEdit(Span(node.start_byte, node.end_byte), text)]


def insert_at(offset: int, text: str) -> TextEdit:
    return TextEdit(Span(offset, offset), text)


def add_keyword(file: PyFile, call: Node, name: str, value: str) -> list[TextEdit]:
    """Add `name=value` to a call, or to the bases of a class; before `**kwargs`, else at the end."""
    return add_argument(file, call, f"{name}={value}", after_keywords=True)


def set_keyword(file: PyFile, call: Node, name: str, value: str) -> list[TextEdit]:
    """Give a keyword argument a value, whether or not the call has it."""
    existing = _keyword(call, name)
    if existing is None:
        return add_keyword(file, call, name, value)
    old = existing.child_by_field_name("value")
    return replace_node(old, value) if old is not None else []


def remove_keyword(file: PyFile, call: Node, name: str) -> list[TextEdit]:
    """Take a keyword argument out of a call; nothing where it is not given."""
    existing = _keyword(call, name)
    return remove_argument(file, existing) if existing is not None else []


def add_argument(file: PyFile, call: Node, text: str, *, after_keywords: bool = False) -> list[TextEdit]:
    """Add an argument as written: a positional one behind the other positional ones."""
    arguments = _argument_list(call)
    if arguments is None:
        name = call.child_by_field_name("name")  # A class without parentheses.
        return [insert_at(name.end_byte, f"({text})")] if name is not None else []
    if arguments.type == "generator_expression":
        # The parentheses of the call are the generator's own, which needs its own now.
        return [insert_at(arguments.start_byte, "("), insert_at(arguments.end_byte, f", {text})")]
    items = elements_of(arguments)
    splats = ("dictionary_splat",) if after_keywords else ("dictionary_splat", "keyword_argument")
    index = len(items)
    while index > 0 and items[index - 1].type in splats:
        index -= 1
    return add_item(file, arguments, items, index, text)


def remove_argument(file: PyFile, argument: Node) -> list[TextEdit]:
    """Take an argument (a `keyword_argument`, or a positional value) out of its call."""
    parent = argument.parent
    return remove_item(file, elements_of(parent), argument) if parent is not None else []


def add_parameter(file: PyFile, function: Node, text: str) -> list[TextEdit]:
    """Add a parameter as written to a `def`.

    With a default it goes to the end, keyword-only where there is a `*`, before `**kwargs`;
    without one before the first that has a default.
    """
    parameters = function.child_by_field_name("parameters")
    if parameters is None:
        return []
    items = elements_of(parameters)
    index = len(items)
    if "=" in text.split("#")[0]:
        while index > 0 and _splat(items[index - 1]) == "**":
            index -= 1
    else:
        for position, item in enumerate(items):
            if item.child_by_field_name("value") is not None or _splat(item) in ("*", "**"):
                index = position
                break
    return add_item(file, parameters, items, index, text)


def add_item(file: PyFile, container: Node, items: Sequence[Node], index: int, text: str) -> list[TextEdit]:
    """Insert before `items[index]` of a bracketed, comma-separated list, or at its end.

    Where the items have lines of their own the new one gets one too.
    """
    rows, newline = file.source.lines, file.source.newline
    if not items:
        opening = container.children[0]
        return [insert_at(opening.end_byte, text)]
    if index < len(items):
        pad = _own_row_pad(file, items[index])
        separator = f",{newline}{pad}" if pad is not None else ", "
        return [insert_at(items[index].start_byte, f"{text}{separator}")]
    last = items[-1]
    pad = _own_row_pad(file, last)
    if pad is None:
        return [insert_at(last.end_byte, f", {text}")]
    comma = _comma_after(last)
    anchor = comma or last
    end_of_row = rows.line_span(rows.row_of(anchor.end_byte))[1]
    closing = container.children[-1]
    if closing.start_byte <= end_of_row:
        return [insert_at(last.end_byte, f",{newline}{pad}{text}")]
    if comma is not None:
        return [insert_at(end_of_row, f"{newline}{pad}{text},")]
    if end_of_row == last.end_byte:
        return [insert_at(last.end_byte, f",{newline}{pad}{text}")]
    return [insert_at(last.end_byte, ","), insert_at(end_of_row, f"{newline}{pad}{text}")]


def remove_item(file: PyFile, items: Sequence[Node], item: Node) -> list[TextEdit]:
    """Take one item out of a bracketed, comma-separated list, with its comma and its own line."""
    rows, data = file.source.lines, file.source.data
    position = next((i for i, other in enumerate(items) if other.id == item.id), None)
    if position is None:
        return []
    comma = _comma_after(item)
    end = comma.end_byte if comma is not None else item.end_byte
    row_start = rows.starts[rows.row_of(item.start_byte)]
    row_end = rows.line_span(rows.row_of(end))[1]
    rest = data[end:row_end].strip()
    if not data[row_start : item.start_byte].strip() and (not rest or rest.startswith(b"#")):
        next_row = rows.row_of(end) + 1
        stop = rows.starts[next_row] if next_row < len(rows) else row_end
        edits = [TextEdit(Span(row_start, stop), "")]
        if comma is None and position > 0 and (before := _comma_after(items[position - 1])) is not None:
            edits.insert(0, TextEdit(Span(before.start_byte, before.end_byte), ""))
        return edits
    if position + 1 < len(items):
        return [TextEdit(Span(item.start_byte, items[position + 1].start_byte), "")]
    if position > 0:
        return [TextEdit(Span(items[position - 1].end_byte, item.end_byte), "")]
    return [TextEdit(Span(item.start_byte, end), "")]


def _argument_list(call: Node) -> Node | None:
    return call.child_by_field_name("arguments") or call.child_by_field_name("superclasses")


def _keyword(call: Node, name: str) -> Node | None:
    arguments = _argument_list(call)
    for child in arguments.named_children if arguments is not None else ():
        if child.type == "keyword_argument":
            written = child.child_by_field_name("name")
            if written is not None and text_of(written) == name:
                return child
    return None


def _splat(parameter: Node) -> str:
    node = parameter
    if node.type == "typed_parameter" and node.named_children:
        node = node.named_children[0]
    if node.type == "dictionary_splat_pattern":
        return "**"
    return "*" if node.type in ("list_splat_pattern", "keyword_separator") else ""


def _comma_after(node: Node) -> Node | None:
    following = node.next_sibling
    while following is not None and following.type == "comment":
        following = following.next_sibling
    return following if following is not None and following.type == "," else None


def _own_row_pad(file: PyFile, node: Node) -> str | None:
    """The white space before an item that begins its row; None where something precedes it."""
    rows = file.source.lines
    pad = file.source.data[rows.starts[rows.row_of(node.start_byte)] : node.start_byte]
    return pad.decode() if not pad.strip() else None
