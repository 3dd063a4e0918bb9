"""One import written into a file, in the file's own style and order."""

from __future__ import annotations

from collections.abc import Sequence

from tree_sitter import Node

from bugcatalog_ls.syntax.edits import insert_at
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.import_head import first_import
from bugcatalog_ls.syntax.import_lines import (
    ImportLine,
    Section,
    groups_of,
    section_of,
    sorted_index,
    sorted_name_index,
)
from bugcatalog_ls.syntax.indents import indent_unit
from bugcatalog_ls.syntax.line_lengths import NARROW, USUAL, keeps_narrow, line_lengths
from bugcatalog_ls.syntax.modules import absolute_module
from bugcatalog_ls.syntax.nodes import text_of
from bugcatalog_ls.text.spans import Span, TextEdit


def add_import(
    file: PyFile,
    lines: Sequence[ImportLine],
    module: str,
    name: str | None,
    alias: str | None,
    limit: int,
    first_party: frozenset[str] = frozenset(),
) -> list[TextEdit]:
    """Edits that import `module`, or `name` from it, before the byte offset `limit`."""
    top = [line for line in lines if line.place == "top" and line.node.end_byte <= limit]
    if name is not None and (line := _extendable(file, top, module, alias)) is not None:
        return _extended(file, line, name if alias is None else f"{name} as {alias}", top)
    written = f"from {module} import {name}" if name is not None else f"import {module}"
    if alias is not None:
        written += f" as {alias}"
    return _new_line(file, _head(file, top), written, module, name is not None, limit, first_party)


# -- an existing `from module import a, b` ---------------------------------------------------------


def _extendable(file: PyFile, top: Sequence[ImportLine], module: str, alias: str | None) -> ImportLine | None:
    absolute = absolute_module(module, file.path)
    same = [
        line
        for line in top
        if line.is_from and not line.is_star and absolute_module(line.module, file.path) == absolute
    ]
    singles = [line for line in same if len(line.names) == 1 and not _aliases(line)]
    if len(singles) >= 2 and len(singles) == len(same):
        return None  # One name a line is this file's style.
    for line in same:
        n_aliased = _aliases(line)
        if n_aliased < len(line.names) if alias is None else n_aliased and len(line.names) > 1:
            return line
    return None


def _aliases(line: ImportLine) -> int:
    return sum(imported.node.type == "aliased_import" for imported in line.names)


def _extended(file: PyFile, line: ImportLine, new: str, top: Sequence[ImportLine]) -> list[TextEdit]:
    rows, newline = file.source.lines, file.source.newline
    nodes = [imported.node for imported in line.names]
    written = [text_of(node) for node in nodes]
    index = sorted_name_index(written, new)
    row_of_names = [rows.row_of(node.start_byte) for node in nodes]
    parenthesis = next((child for child in line.node.children if child.type == "("), None)
    if parenthesis is None and len({rows.row_of(line.node.start_byte), *row_of_names}) == 1:
        start, end = rows.line_span(row_of_names[0])
        if end - start + len(new) + 2 > _width(file, top):
            names = [*written[:index], new, *written[index:]]
            unit = indent_unit(file)
            body = "".join(f"{unit}{name},{newline}" for name in names)
            return [TextEdit(Span(nodes[0].start_byte, nodes[-1].end_byte), f"({newline}{body})")]
    if index == len(nodes):
        return _appended(file, nodes, parenthesis, new)
    before = nodes[index]
    pad = file.source.data[rows.starts[row_of_names[index]] : before.start_byte].decode()
    starts_row = not pad.strip() and parenthesis is not None
    if not starts_row:
        return [insert_at(before.start_byte, f"{new}, ")]
    if index > 0 and row_of_names[index - 1] < row_of_names[index]:
        # Right below its neighbour: comments above `before` go on to belong to it.
        return [insert_at(rows.starts[row_of_names[index - 1] + 1], f"{pad}{new},{newline}")]
    return [insert_at(before.start_byte, f"{new},{newline}{pad}")]


def _appended(file: PyFile, nodes: list[Node], parenthesis: Node | None, new: str) -> list[TextEdit]:
    rows, newline = file.source.lines, file.source.newline
    last = nodes[-1]
    row = rows.row_of(last.start_byte)
    pad = file.source.data[rows.starts[row] : last.start_byte].decode()
    starts_row = parenthesis is not None and not pad.strip()
    if not starts_row:
        return [insert_at(last.end_byte, f", {new}")]
    comma = last.next_sibling
    has_comma = comma is not None and comma.type == ","
    statement = last.parent
    assert statement is not None
    closing = next(child for child in reversed(statement.children) if child.type == ")")
    if rows.row_of(closing.start_byte) == row:
        return [insert_at(last.end_byte, f",{newline}{pad}{new}")]
    end_of_row = rows.line_span(row)[1]
    if has_comma:
        return [insert_at(end_of_row, f"{newline}{pad}{new},")]
    if end_of_row == last.end_byte:
        return [insert_at(end_of_row, f",{newline}{pad}{new}")]
    return [insert_at(last.end_byte, ","), insert_at(end_of_row, f"{newline}{pad}{new}")]


def _width(file: PyFile, top: Sequence[ImportLine]) -> int:
    rows, lengths = file.source.lines, line_lengths(file)
    imports = [lengths[rows.row_of(line.node.start_byte)] for line in top]
    return max([NARROW if keeps_narrow(file) else USUAL, *imports])


# -- a new line ------------------------------------------------------------------------------------


def _head(file: PyFile, top: Sequence[ImportLine]) -> list[ImportLine]:
    """The imports above the first definition; all where none is."""
    definitions = ("class_definition", "function_definition", "decorated_definition")
    first = next((child for child in file.root.children if child.type in definitions), None)
    end = first.start_byte if first is not None else len(file.source.data)
    return [line for line in top if line.node.start_byte < end] or list(top)


def _new_line(
    file: PyFile,
    top: list[ImportLine],
    written: str,
    module: str,
    is_from: bool,
    limit: int,
    first_party: frozenset[str],
) -> list[TextEdit]:
    section = section_of(module, file.path, first_party)
    groups = groups_of(file, top)
    new = (is_from, module)
    with_section = [group for group in groups if any(line.section == section for line in group)]
    if with_section:
        group = max(with_section, key=lambda group: _affinity(group, section))
        return [_beside(file, group, section, new, written)]
    mixed = next((group for group in groups if len({line.section for line in group}) > 1), None)
    if mixed is not None and section is not Section.FUTURE:
        lower = [line for line in mixed if line.section < section]
        return [_after(file, lower[-1], written) if lower else _before(file, mixed[0], written)]
    newline = file.source.newline
    lower_groups = [group for group in groups if group[-1].section < section]
    upper_groups = [group for group in groups if group[0].section > section]
    if lower_groups and not (upper_groups and _is_above(upper_groups[0], lower_groups[-1])):
        return [_after_group(file, lower_groups[-1][-1], written)]
    if upper_groups:
        offset = _start_with_comments(file, upper_groups[0][0].node)
        return [insert_at(offset, f"{written}{newline}{newline}")]
    return [first_import(file, written, limit)]


def _affinity(group: list[ImportLine], section: Section) -> tuple[bool, int]:
    n_same = sum(line.section == section for line in group)
    return n_same * 2 >= len(group), -group[0].node.start_byte


def _is_above(left: list[ImportLine], right: list[ImportLine]) -> bool:
    return left[0].node.start_byte < right[0].node.start_byte


def _beside(
    file: PyFile, group: list[ImportLine], section: Section, new: tuple[bool, str], written: str
) -> TextEdit:
    """In the group's order, where it has one; else below the last import of its kind."""
    members = [line for line in group if line.section == section]
    for candidates in (group, members) if len(members) < len(group) else (members,):
        index = sorted_index([(line.is_from, line.sort_module) for line in candidates], new)
        if index is not None:
            if index > 0:
                return _after(file, candidates[index - 1], written)
            return _before(file, candidates[0], written)
    same_kind = [line for line in members if line.is_from == new[0]]
    return _after(file, (same_kind or members)[-1], written)


def _after(file: PyFile, line: ImportLine, written: str) -> TextEdit:
    return insert_at(_end_of_row(file, line.node), f"{file.source.newline}{written}")


def _before(file: PyFile, line: ImportLine, written: str) -> TextEdit:
    rows = file.source.lines
    start = rows.starts[rows.row_of(line.node.start_byte)]
    if file.source.data[start : line.node.start_byte].strip():
        return _after(file, line, written)
    return insert_at(start, f"{written}{file.source.newline}")


def _after_group(file: PyFile, line: ImportLine, written: str) -> TextEdit:
    newline = file.source.newline
    end = _end_of_row(file, line.node)
    row = file.source.lines.row_of(end) + 1
    follows = file.source.lines.line(row).strip() if row < len(file.source.lines) else ""
    return insert_at(end, f"{newline}{newline}{written}{newline if follows else ''}")


def _start_with_comments(file: PyFile, node: Node) -> int:
    """The start of a statement's row, or of the comments that touch it and head its block."""
    rows = file.source.lines
    first = row = rows.row_of(node.start_byte)
    while row > 0 and rows.line(row - 1).strip().startswith("#"):
        row -= 1
    return rows.starts[first if row == 0 else row]


def _end_of_row(file: PyFile, node: Node) -> int:
    rows = file.source.lines
    return rows.line_span(rows.row_of(node.end_byte))[1]
