"""The indentation that a file uses, and code adapted to it."""

from __future__ import annotations

from collections import Counter

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile

_USUAL_UNIT = "    "


def indent_unit(file: PyFile) -> str:
    """What one level of indentation is in a file: mostly used there, four spaces where none is."""
    return file.once(_unit)


def break_before(attribute: Node) -> str:
    """The line end and white space before the dot of an attribute that has a row of its own; else nothing."""
    owner, name = attribute.child_by_field_name("object"), attribute.child_by_field_name("attribute")
    if owner is None or name is None:
        return ""
    between = (attribute.text or b"")[
        owner.end_byte - attribute.start_byte : name.start_byte - attribute.start_byte
    ]
    before_dot = between.decode().rpartition(".")[0]
    return "\n" + before_dot.rpartition("\n")[2] if "\n" in before_dot else ""


def indented(file: PyFile, code: str, indent: str) -> str:
    """Code as a fix writes it (`\\n`, four spaces a level) at an indentation, in the file's style.

    There is no line end after the last line; blank lines stay empty.
    """
    unit = indent_unit(file)
    out: list[str] = []
    for line in code.strip("\n").split("\n"):
        stripped = line.lstrip(" ")
        depth, rest = divmod(len(line) - len(stripped), len(_USUAL_UNIT))
        out.append(f"{indent}{unit * depth}{' ' * rest}{stripped}" if stripped else "")
    return file.source.newline.join(out)


def _unit(file: PyFile) -> str:
    units: Counter[str] = Counter()
    definitions = file.nodes("class_definition", "function_definition", "if_statement", "with_statement")
    for node in definitions:
        body = node.child_by_field_name("body") or node.child_by_field_name("consequence")
        if body is None:
            continue
        outer, inner = file.source.indent_at(node.start_byte), file.source.indent_at(body.start_byte)
        if inner != outer and inner.startswith(outer):
            units[inner[len(outer) :]] += 1
    return units.most_common(1)[0][0] if units else _USUAL_UNIT
