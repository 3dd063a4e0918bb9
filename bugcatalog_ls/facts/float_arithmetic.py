"""Arithmetic of money in binary floats: calculations of which one operand is called like money."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.json_values import DECIMAL, json_type
from bugcatalog_ls.facts.money import MONEY, is_money, is_no_amount
from bugcatalog_ls.facts.money_context import is_reckoned_exactly
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    arguments_of,
    callee_of,
    constant_value,
    decorators_of,
    enclosing,
    text_of,
    unparenthesised,
)
from bugcatalog_ls.syntax.words import offsets_of

_MONEY_WORDS = Words(b"price", b"amount", b"total", b"balance", b"cost", b"fee", b"salary", b"tax")
# What stands right behind a name that arithmetic uses, and right before one.
_BEHIND = re.compile(rb"\w*\)?[ \t]*[-+*/]=?[ \t]*[\w.(]")
_BEFORE = re.compile(rb"[\w.)][ \t]*[-+*/]=?[ \t]*\(?[\w.]*$")
_REACH = 60
_SUM = re.compile(rf"{MONEY.pattern}|spend|budget|usd|eur|_sat\b", re.IGNORECASE)
_PARTED_BY = re.compile(rf"{_SUM.pattern}|token", re.IGNORECASE)
# What a token costs is a fraction of a cent, and what many do is an estimate.
_OF_TOKENS = re.compile(
    r"per_(?:\w+_)?(?:1k_|million_)?tokens?|per_(?:1k|million)|_per_m?tok"
    r"|(?:input|output|prompt|completion)_token(?:s|_count)\b|\btotal_cost_usd\b|\bnum_turns\b",
    re.IGNORECASE,
)
_COMPILERS = frozenset({"njit", "jit", "vectorize", "guvectorize"})
_ARRAYS = re.compile(rb"\b(?:ndarray|NDArray|ArrayLike|Tensor)\b")
_ARRAY_LIBRARIES = ("numpy.", "scipy.", "pandas.", "torch.")
_TELLING = frozenset({"print", "debug", "info", "warning", "error", "exception", "secho"})
_OWN_TEXTS = frozenset({"__str__", "__repr__", "__unicode__", "__format__"})
_OPERATORS = frozenset({"+", "-", "*", "/", "+=", "-=", "*=", "/="})


class FloatArithmetic(NamedTuple):
    """A calculation in floats, its operand that is called like money, and whether that surely is an amount
    that somebody pays."""

    node: Node
    money: Node
    is_sure: bool


def float_arithmetic(file: PyFile) -> Iterator[FloatArithmetic]:
    """The calculations with money that are surely done in floats: the first of each function."""
    told = set[int]()
    data = file.source.data
    places = [(at, at + len(word)) for word in file.held(_MONEY_WORDS) for at in offsets_of(data, word)]
    for start, end in sorted(places):
        if _BEHIND.match(data, end) is None and not _follows_operator(data, start):
            continue
        node = file.root.descendant_for_byte_range(start, end - 1)
        while node is not None and node.type not in (
            "binary_operator",
            "augmented_assignment",
            "block",
            "module",
        ):
            node = node.parent
        if node is None or node.type not in ("binary_operator", "augmented_assignment") or node.id in told:
            continue
        function = enclosing(node, "function_definition", "module")
        if function is None or function.id in told:
            continue
        money = _money_in_float(file, node)
        if money is None or is_only_shown(node) or _is_of_other_kind(node):
            continue
        written = text_of(function)
        if _OF_TOKENS.search(written) is None:
            told |= {node.id, function.id}
            yield FloatArithmetic(node, money, is_reckoned_exactly(written, file.source.text, file.path))


def _is_of_other_kind(node: Node) -> bool:
    """Whether what the result is called makes it a weight, a rate or a distance: `fee_weight = fee / x`."""
    for parent in ancestors(node):
        if parent.type == "assignment":
            left = parent.child_by_field_name("left")
            return left is not None and left.type == "identifier" and is_no_amount(text_of(left))
        if parent.type not in ("binary_operator", "parenthesized_expression", "conditional_expression"):
            return False
    return False


def is_only_shown(node: Node) -> bool:
    """Whether a number is only written into a text for people, where nobody reckons with it: in an
    f-string, a log, or in what an object says of itself."""
    for parent in ancestors(node):
        if parent.type == "interpolation":
            return True
        if parent.type == "call" and text_of(parent.children[0]).rpartition(".")[2] in _TELLING:
            return True
        if parent.type == "function_definition":
            name = parent.child_by_field_name("name")
            return name is not None and text_of(name) in _OWN_TEXTS
    return False


def _follows_operator(data: bytes, start: int) -> bool:
    before = data[max(start - _REACH, 0) : start].rpartition(b"\n")[2]
    return any(sign in before for sign in (b"+", b"-", b"*", b"/")) and _BEFORE.search(before) is not None


def _money_in_float(file: PyFile, node: Node) -> Node | None:
    """The operand that is money, where it or the other is surely a float and neither a Decimal."""
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node.child_by_field_name("operator")
    if left is None or right is None or operator is None or text_of(operator) not in _OPERATORS:
        return None
    sides = [unparenthesised(left), unparenthesised(right)]
    money = next((side for side in sides if _names_money(side)), None)
    if money is None or any(json_type(file, side) == DECIMAL for side in sides):
        return None
    if money.type == "call" and json_type(file, arguments_of(money).positional[0]) == DECIMAL:
        return None  # The conversion itself is what is wrong.
    other = sides[1] if money is sides[0] else sides[0]
    # What is parted by money is a number of pieces or a ratio, and money by money is a ratio.
    is_ratio = text_of(operator) in ("/", "/=") and (
        money is sides[1] or _PARTED_BY.search(text_of(other)) is not None
    )
    if is_ratio or _is_part_of_ratio(node) or _is_rounded(node) or _is_threshold(node):
        return None
    known = file.symbol(money)
    if known == "builtins.float()":
        return None if _is_statistic(file, money) else money
    is_unknown = known is None or not known.startswith(("builtins.int", "builtins.str", "builtins.list"))
    is_small = other.type == "float" and constant_value(other) not in (1e3, 1e6, 1e8, 1e9, 1e18, 100.0)
    return money if is_small and is_unknown else None


def _is_part_of_ratio(node: Node) -> bool:
    """Whether the formula around divides the result by money, as in `(end - balance) / balance`."""
    inner = node
    for parent in ancestors(node):
        if parent.type == "binary_operator":
            left, right = parent.child_by_field_name("left"), parent.child_by_field_name("right")
            operator = parent.child_by_field_name("operator")
            is_divided = operator is not None and text_of(operator) == "/" and left == inner
            if is_divided and right is not None and _names_money(unparenthesised(right)):
                return True
        elif parent.type != "parenthesized_expression":
            return False
        inner = parent
    return False


def _is_threshold(node: Node) -> bool:
    """Whether the result is only held against another sum, as in `fee * 1.1 < recommended`."""
    outer = next((parent for parent in ancestors(node) if parent.type != "parenthesized_expression"), None)
    return outer is not None and outer.type == "comparison_operator" and "==" not in text_of(outer)


def _is_statistic(file: PyFile, money: Node) -> bool:
    """Whether an array's calculation gives the number, or compiled code uses it: a Decimal fits neither."""
    function = enclosing(money, "function_definition")
    if function is not None:
        parameters = function.child_by_field_name("parameters")
        if parameters is not None and _ARRAYS.search(parameters.text or b""):
            return True
        names = [text_of(callee_of(one) or one).rpartition(".")[2] for one in decorators_of(function)]
        if not _COMPILERS.isdisjoint(names):
            return True
    for binding in file.names.bindings(money) if money.type == "identifier" else ():
        value = binding.value
        while value is not None and value.type == "call":
            symbol = file.callee(value) or ""
            if symbol.startswith(_ARRAY_LIBRARIES):
                return True
            value = next(iter(arguments_of(value).positional), None) if symbol == "builtins.float" else None
    return False


def _is_rounded(node: Node) -> bool:
    """Whether the result is rounded where it is computed."""
    for parent in ancestors(node):
        if parent.type == "call":
            return text_of(parent.children[0]).rpartition(".")[2] in ("round", "ceil", "floor", "quantize")
        if parent.type not in ("argument_list", "parenthesized_expression", "binary_operator"):
            return False
    return False


def _names_money(node: Node) -> bool:
    if node.type == "call" and text_of(node.children[0]) == "float":
        # Of a row's attribute the column tells more.
        given = arguments_of(node).positional
        return len(given) == 1 and given[0].type == "identifier" and _names_money(given[0])
    if node.type not in ("identifier", "attribute"):
        return False
    return is_money(text_of(node).rpartition(".")[2])
