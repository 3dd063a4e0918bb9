"""Edits that write `***` in place of a value that is told."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import (
    enclosing,
    text_of,
)
from bugcatalog_ls.text.spans import Span, TextEdit

_CONVERSION = re.compile(r"%(?:\(\w+\))?[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?([a-zA-Z%])")


def masked(file: PyFile, node: Node) -> list[TextEdit]:
    parent = node.parent
    if parent is not None and parent.type == "interpolation":
        return _without_hole(file, parent, node)
    if node.type == "dictionary_splat":
        name = on_one_line(text_of(node.named_children[0])).rpartition(".")[2].partition("(")[0]
        return replace_node(node, f'"{name}": "***"')
    quote = _quote(node)
    edits = replace_node(node, f"{quote}***{quote}")
    return [*edits, *_text_conversion(node)]


def on_one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:37]}..."


def _without_hole(file: PyFile, hole: Node, node: Node) -> list[TextEdit]:
    """`***` in place of a hole; the `f` goes where it was the only one."""
    said = f"{text_of(node)}=" if any(child.type == "=" for child in hole.children) else ""
    edits = [TextEdit(Span(hole.start_byte, hole.end_byte), f"{said}***")]
    string = hole.parent
    start = string.children[0] if string is not None and string.children else None
    if string is None or start is None or start.type != "string_start":
        return edits
    prefix = text_of(start)
    others = [child for child in string.named_children if child.type == "interpolation"]
    if len(others) == 1 and "{{" not in text_of(string) and "}}" not in text_of(string):
        plain = prefix.replace("f", "", 1) if "f" in prefix else prefix.replace("F", "", 1)
        edits.insert(0, TextEdit(Span(start.start_byte, start.end_byte), plain))
    return edits


def _quote(node: Node) -> str:
    """The quote for a new literal: not that of an f-string around it, else that of the call's strings."""
    around = enclosing(node, "string")
    if around is not None:
        return '"' if "'" in text_of(around.children[0]) else "'"
    call = enclosing(node, "call")
    pending = [call] if call is not None else []
    while pending:
        current = pending.pop(0)
        if current.type == "string_start":
            return "'" if "'" in text_of(current) else '"'
        pending = [*current.children, *pending]
    return '"'


def _text_conversion(node: Node) -> list[TextEdit]:
    """`%s` in place of the `%d` that the value was written by."""
    holder = node.parent
    if holder is None or holder.type != "argument_list":
        return []
    values = [child for child in holder.named_children if child.type not in ("comment", "keyword_argument")]
    position = next((n for n, value in enumerate(values) if value.id == node.id), 0)
    first = next((n for n, value in enumerate(values[:position]) if value.type == "string"), None)
    if first is None:
        return []
    found = [match for match in _CONVERSION.finditer(text_of(values[first])) if match.group(1) != "%"]
    n_hole = position - first - 1
    if n_hole >= len(found) or found[n_hole].group(1) in "sra" or not text_of(values[first]).isascii():
        return []
    start = values[first].start_byte
    return [TextEdit(Span(start + found[n_hole].start(), start + found[n_hole].end()), "%s")]
