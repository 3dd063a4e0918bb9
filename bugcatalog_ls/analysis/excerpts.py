"""The part of a Python file that one place needs to be understood: its function, and the imports it uses."""

from __future__ import annotations

import re
import textwrap

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.import_lines import import_lines
from bugcatalog_ls.text.source import Source

MAX_LINES = 80


def excerpt(path: str, text: str, line: int) -> str:
    """The function (or statement of the module) around a line, from 1, below the imports of what it names."""
    source = Source(text)
    if len(source.lines) <= MAX_LINES // 2:
        return text
    file = PyFile(path, source)
    start, _ = source.lines.line_span(min(line, len(source.lines)) - 1)
    start += len(source.data[start:]) - len(source.data[start:].lstrip(b" \t"))
    node = file.root.named_descendant_for_byte_range(start, start)
    chosen = None
    while node is not None and node.parent is not None:
        is_whole = node.parent.type in ("module", "block")
        n_lines = node.end_point[0] - node.start_point[0] + 1
        if is_whole and (chosen is None or n_lines <= MAX_LINES):
            chosen = node
        if chosen is not None and node.type == "function_definition":
            break
        node = node.parent
    if chosen is None:
        return text
    if chosen.parent is not None and chosen.parent.type == "decorated_definition":
        chosen = chosen.parent
    first = source.lines.row_of(chosen.start_byte)
    begin, _ = source.lines.line_span(first)
    body = textwrap.dedent(source.data[begin : chosen.end_byte].decode("utf-8"))
    words = set(re.findall(r"[^\W\d]\w*", body))
    needed = [
        file.text(imported.node)
        for imported in import_lines(file)
        if imported.place == "top" and any(name.bound.split(".")[0] in words for name in imported.names)
    ]
    head = "\n".join(dict.fromkeys(needed))
    return f"{head}\n\n\n{body.strip(chr(10))}\n" if head else f"{body.strip(chr(10))}\n"
