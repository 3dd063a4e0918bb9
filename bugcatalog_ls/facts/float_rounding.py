"""Decimals of money that `float` rounds, and how much that weighs where it stands."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.column_values import ColumnRead
from bugcatalog_ls.facts.fact import Fact
from bugcatalog_ls.facts.json_values import DECIMAL, json_type
from bugcatalog_ls.facts.money import is_money, is_sum
from bugcatalog_ls.facts.money_context import is_of_market
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import enclosing, text_of


class RoundedValue(Fact, frozen=True):
    """A `float(row.price)`: an attribute that is called like money, where its column is not known here."""

    path: str
    anchor: str
    value: str
    read: ColumnRead
    variant: str

    @property
    def key(self) -> str:
        return self.path


def is_decimal_money(file: PyFile, call: Node, value: Node) -> bool:
    """Whether a value is known to be a Decimal and something about it says money."""
    if json_type(file, value) != DECIMAL:
        return False
    names = re.findall(r"[A-Za-z_]\w*", text_of(value))
    parent = call.parent
    left = parent.child_by_field_name("left") if parent is not None and parent.type == "assignment" else None
    key = parent.child_by_field_name("key") if parent is not None and parent.type == "pair" else None
    function = (
        enclosing(call, "function_definition") if parent and parent.type == "return_statement" else None
    )
    name = function.child_by_field_name("name") if function is not None else None
    names += [text_of(node).strip("\"'") for node in (left, key, name) if node is not None]
    return any(is_money(name, ("price",)) or is_sum(name) for name in names)


def weight_of_rounding(file: PyFile, call: Node) -> str:
    """The variant for a rounded Decimal: less where it is only compared, or a quote of a market."""
    parent = call.parent
    if parent is not None and parent.type == "comparison_operator" and "==" not in text_of(parent):
        return "unsure"
    function = enclosing(call, "function_definition", "module")
    return (
        "unsure" if function is not None and is_of_market(text_of(call), text_of(function), file.path) else ""
    )
