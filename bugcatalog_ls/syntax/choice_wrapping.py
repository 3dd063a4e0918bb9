"""Rows that are too long for the choice they make (`a if b else c`), laid out as formatters do."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.syntax.guards import operands_joined
from bugcatalog_ls.syntax.nodes import operator_of, text_of

# What a choice may be the whole value of, without being an argument or an operand.
_AROUND = frozenset(
    {"expression_statement", "assignment", "return_statement", "with_statement", "with_clause", "with_item"}
    | {"as_pattern", "parenthesized_expression", "module", "ERROR"}
)


def split_choice(root: Node, text: str, start: int, end: int, width: int, unit: str) -> str | None:
    """A row, of which the tree has the bytes from `start` to `end`, with its choice in brackets of its own;
    None where there is no such choice, or where its parts are too long as well."""
    indent = text[: len(text) - len(text.lstrip())]
    choice = _choice_in(root, start + len(indent), end)
    if choice is None:
        return None
    outer, parent = choice, choice.parent
    if parent is not None and parent.type == "parenthesized_expression" and parent.start_byte >= start:
        outer = parent
    row = text.encode()
    head, tail = row[: outer.start_byte - start].decode(), row[outer.end_byte - start :].decode()
    inner = indent + unit
    written = f"{inner}{text_of(choice)}"
    lines = (
        [written] if len(written) <= width else [inner + line for line in _lines(choice, width - len(inner))]
    )
    if any(len(line) > width for line in (f"{head}(", *lines, f"{indent}){tail}")):
        return None
    return "\n".join((f"{head}(", *lines, f"{indent}){tail}"))


def _choice_in(root: Node, start: int, end: int) -> Node | None:
    node: Node | None = root.descendant_for_byte_range(start, end)
    while node is not None and node.type != "conditional_expression":
        if node.type not in _AROUND:
            return None
        inner = (
            child for child in node.named_children if start <= child.start_byte and child.end_byte <= end
        )
        node = next((child for child in inner if child.type in (*_AROUND, "conditional_expression")), None)
    if node is None or len(node.named_children) != 3 or node.named_children[-1].type == "as_pattern":
        # Of `with a if b else c as d:` the grammar takes `c as d` for a part of the choice.
        return None
    return node


def _lines(choice: Node, width: int) -> Iterator[str]:
    value, condition, other = choice.named_children
    yield text_of(value)
    if len(f"if {text_of(condition)}") <= width:
        yield f"if {text_of(condition)}"
    else:
        operands = operands_joined(condition) if condition.type == "boolean_operator" else [condition]
        for position, operand in enumerate(operands):
            yield f"{operator_of(condition) if position else 'if'} {text_of(operand)}"
    yield f"else {text_of(other)}"
