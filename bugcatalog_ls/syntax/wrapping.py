"""Edits that make a line too long, continued as formatters do: split at a bracket, one level deep, or at
the parts of a choice.

What formatters would lay out by other rules (chains of calls, brackets within brackets) stays long.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.syntax.choice_wrapping import split_choice
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.indents import indent_unit
from bugcatalog_ls.syntax.line_lengths import own_length
from bugcatalog_ls.syntax.nodes import COMPREHENSIONS, ancestors
from bugcatalog_ls.syntax.tree import parse
from bugcatalog_ls.text.spans import Span, TextEdit, apply_edits

_SETTING = re.compile(r"^line[-_]length\s*=\s*(\d+)", re.MULTILINE)
_DISPLAYS = frozenset({"argument_list", "dictionary", "list"})
_OPERATORS = frozenset(
    {"binary_operator", "boolean_operator", "comparison_operator", "conditional_expression", "not_operator"}
)
_PAIRS = {"(": ")", "[": "]", "{": "}"}


def fitted(file: PyFile, edits: Iterable[TextEdit], settings: str | None = None) -> list[TextEdit]:
    """The edits, with the lines that they make too long split.

    `settings` is the text of the `pyproject.toml` that may name the length of lines.
    """
    made = sorted(edits, key=lambda edit: edit.span)
    width, newline = _width(file, settings), file.source.newline
    root: Node | None = None
    out: list[TextEdit] = []
    growth = 0
    for group in _by_row(file, made):
        before, text, old_start, old_end = _rows(file, group)
        old = before.split(newline)
        new: list[str] = []
        offset = old_start + growth
        for row in text.split(newline):
            split = None
            is_long = len(row) > width and row not in old
            if is_long and (len(old[0]) <= width or _is_brought(row, group)):
                root = root or parse(apply_edits(file.source.data, made)).root_node
                split = _split_before_comment(root, row, offset, width, indent_unit(file))
            new.append(row if split is None else split.replace("\n", newline))
            offset += len((row + newline).encode())
        growth += sum(map(_growth, group))
        fits = newline.join(new)
        out += group if fits == text else [TextEdit(Span(old_start, old_end), fits)]
    return out


def fitted_code(file: PyFile, code: str, indent: str, settings: str | None = None) -> str:
    """Statements as a fix writes them, to stand behind an indentation, with what is too long split."""
    width, out = _width(file, settings) - len(indent), list[str]()
    for row in code.split("\n"):
        bare = row.lstrip().encode()
        start, new = len(bare) - len(row.encode()), None
        if len(row) > width:
            new = _split(parse(bare).root_node, row, start, len(bare), width, "    ")
        out.append(row if new is None else new)
    return "\n".join(out)


def _rows(file: PyFile, group: Sequence[TextEdit]) -> tuple[str, str, int, int]:
    """The rows that edits stand in as they were, what they make of them, and from where to where they go."""
    rows, data = file.source.lines, file.source.data
    start = rows.line_span(rows.row_of(group[0].span.start))[0]
    last = rows.line_span(rows.row_of(group[-1].span.end))[1]
    own = [TextEdit(Span(e.span.start - start, e.span.end - start), e.content) for e in group]
    return data[start:last].decode(), apply_edits(data[start:last], own).decode(), start, last


def _is_brought(row: str, group: Sequence[TextEdit]) -> bool:
    return any(row.strip() in edit.content for edit in group)


def _growth(edit: TextEdit) -> int:
    return len(edit.content.encode()) - (edit.span.end - edit.span.start)


def _by_row(file: PyFile, edits: Sequence[TextEdit]) -> Iterator[list[TextEdit]]:
    """The edits that stand in one row together; one that takes several rows alone."""
    rows, group = file.source.lines, list[TextEdit]()
    for edit in edits:
        if group and rows.row_of(group[-1].span.end) != rows.row_of(edit.span.start):
            yield group
            group = []
        group.append(edit)
    if group:
        yield group


def _width(file: PyFile, settings: str | None) -> int:
    """The length of lines that settings name, else that the file itself keeps to."""
    named = _SETTING.search(settings or "")
    if named is not None:
        return int(named[1])
    return own_length(file)


class _Pair(NamedTuple):
    opening: Node
    closing: Node
    items: list[Node]


# What a comment says to a tool does not count for the length of a line, and is said of the line it is on.
_PRAGMA = re.compile(
    r"#\s*(?:noqa|type:|pyright:|mypy:|pylint:|nosec|pragma|fmt:|ruff:|nosemgrep|NOSONAR|bugcatalog:|pyre-|ty:)",
    re.IGNORECASE,
)


def _split_before_comment(root: Node, text: str, start: int, width: int, unit: str) -> str | None:
    """A row split as if no comment were behind it, which stays on the first line."""
    end = start + len(text.encode())
    last = root.descendant_for_byte_range(end - 1, end)
    if last is None or last.type != "comment":
        return _split(root, text, start, end, width, unit)
    # The grammar counts a carriage return to the comment in front of it.
    comment, written = _text(last).rstrip("\r"), text.encode()[: last.start_byte - start].decode()
    code = written.rstrip()
    is_pragma = _PRAGMA.match(comment) is not None
    if not code or (is_pragma and len(code) <= width):
        return None
    new = _split(root, code, start, start + len(code.encode()), width, unit)
    if new is None:
        return None
    first, newline, rest = new.partition("\n")
    behind = f"{written[len(code) :]}{comment}"
    if first.endswith(tuple(_PAIRS)) and (is_pragma or len(first + behind) <= width):
        return f"{first}{behind}{newline}{rest}"
    return f"{new}{behind}"


def _split(root: Node, text: str, start: int, end: int, width: int, unit: str) -> str | None:
    indent = text[: len(text) - len(text.lstrip())]
    first = start + len(indent)
    node = root.descendant_for_byte_range(first, end)
    if node is None:
        return None
    choice = split_choice(root, text, start, end, width, unit)
    if choice is not None:
        return choice
    beside = _beside(node, indent, unit)
    if beside is not None:
        return beside if max(map(len, beside.split("\n"))) <= width else None
    hugged = _hugged(node, first, end)
    if hugged is not None:
        return ",\n".join(f"{indent}{_text(item)}" for item in hugged) + ","
    pairs = [pair for pair in _outermost(node, first, end) if pair.items]
    for pair in reversed(pairs):
        if _is_operand(pair.opening):
            return None
        head = text.encode()[: pair.opening.end_byte - start].decode()
        tail = text.encode()[pair.closing.start_byte - start :].decode()
        if len(head) > width:
            continue
        if len(indent) + len(tail) > width or any(item.type in ("comment", "ERROR") for item in pair.items):
            return None
        if sum(other.opening.type == "(" and _is_call(other) for other in pairs) > 1:
            return None
        parent = pair.opening.parent
        is_comprehension = parent is not None and parent.type in COMPREHENSIONS
        body = (" " if is_comprehension else ", ").join(map(_text, pair.items))
        if len(indent + unit + body) > width:
            if is_comprehension:
                lines = [f"{indent}{unit}{_text(item)}" for item in pair.items]
                if any(len(line) > width for line in lines):
                    return None
                return f"{head}\n" + "\n".join(lines) + f"\n{indent}{tail}"
            if parent is None or parent.type not in _DISPLAYS:
                return None
            lines = [f"{indent}{unit}{_text(item)}" for item in pair.items]
            if any(len(line) >= width for line in lines):
                return None
            body = ",\n".join(lines).lstrip() + ","
        return f"{head}\n{indent}{unit}{body}\n{indent}{tail}"
    return None


def _beside(node: Node, indent: str, unit: str) -> str | None:
    """What is returned with something plain beside it (`return body, 503`), each in a row of its own."""
    values = node.named_children[0] if node.type == "return_statement" and node.named_children else None
    if values is None or values.type != "expression_list" or _text(values).endswith(tuple(_PAIRS.values())):
        return None
    rows = "".join(f"{indent}{unit}{_text(item)},\n" for item in values.named_children)
    return f"{indent}return (\n{rows}{indent})"


def _hugged(node: Node, first: int, end: int) -> list[Node] | None:
    """The items of a call or display that stand together in a row of their own."""
    if node.type not in _DISPLAYS:
        return None
    items = node.named_children
    if not items or items[0].start_byte != first or any(item.type == "comment" for item in items):
        return None
    last = items[-1].next_sibling
    return items if items[-1].end_byte == end and last is not None and last.type != "," else None


def _is_operand(node: Node) -> bool:
    """Whether a bracket belongs to a part of an expression with operators, which splits at these."""
    return any(parent.type in _OPERATORS for parent in ancestors(node))


def _is_call(pair: _Pair) -> bool:
    return pair.opening.parent is not None and pair.opening.parent.type == "argument_list"


def _text(node: Node) -> str:
    return (node.text or b"").decode()


def _outermost(node: Node, start: int, end: int) -> list[_Pair]:
    """The outermost brackets between two offsets, in the order of the text."""
    found: list[_Pair] = []
    stack = [node]
    while stack:
        current = stack.pop()
        if current.end_byte <= start or current.start_byte >= end or current.type == "string":
            continue
        inner: list[Node] = []
        opening: Node | None = None
        items: list[Node] = []
        for child in current.children:
            if opening is None and child.type in _PAIRS and child.start_byte >= start:
                opening, items = child, []
            elif opening is not None and child.type == _PAIRS[opening.type]:
                if child.end_byte <= end:
                    found.append(_Pair(opening, child, items))
                opening = None
            elif opening is not None:
                items += [child] if child.is_named else []
            else:
                inner.append(child)
        stack += inner
    return sorted(found, key=lambda pair: pair.opening.start_byte)
