"""Edits of the length that a model's own declaration gives a column."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.finding import Edit
from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, called_name, constant_value, text_of, walk


def lengthened(ctx: FixContext, column: Column, length: int) -> list[Edit] | None:
    """The model's own declaration with a greater length; None where that is written elsewhere."""
    file = ctx.file if column.path == ctx.file.path else ctx.open(column.path)
    declaration = _declaration(file, column) if file is not None else None
    if declaration is None:
        return None
    for node in (declaration, *walk(declaration)):
        if node.type != "call":
            continue
        name = called_name(node)
        given = arguments_of(node)
        number = None
        if name in ("String", "Unicode", "VARCHAR", "NVARCHAR", "CHAR", "AutoString"):
            number = given.get("length", 0)
        elif name == "Field":
            number = given.keywords.get("max_length")
        if number is not None and constant_value(number) == column.type.length:
            return [Edit(column.path, edit.span, edit.content) for edit in replace_node(number, str(length))]
    return None


def _declaration(file: PyFile, column: Column) -> Node | None:
    of_table = re.fullmatch(r"table (.+)\[(\d+)\]", column.anchor)
    if of_table is not None:
        return _table_argument(file, of_table[1].rpartition(".")[2], int(of_table[2]))
    symbol, _, attribute = column.anchor.removeprefix("column ").rpartition(".")
    for definition in file.classes:
        if definition.symbol != symbol:
            continue
        for node in walk(definition.node, into_scopes=False):
            left = node.child_by_field_name("left") if node.type == "assignment" else None
            if left is not None and text_of(left) == attribute:
                return node
    return None


def _table_argument(file: PyFile, name: str, position: int) -> Node | None:
    """The n-th argument of the `Table(…)` that a module binds to a name."""
    bindings = file.scopes.module.bindings.get(name, [])
    made = bindings[0].value if len(bindings) == 1 else None
    given = arguments_of(made).positional if made is not None and made.type == "call" else ()
    return given[position] if position < len(given) else None
