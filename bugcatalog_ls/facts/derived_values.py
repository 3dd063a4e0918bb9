"""How a new value of an attribute is made of its old one."""

from __future__ import annotations

from typing import Literal

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, operator_of, text_of, unparenthesised, walk

Derivation = Literal["number", "items", "computed"]
_ARITHMETIC = frozenset({"+", "-", "*", "/", "//", "%", "**", "|", "&", "^", "<<", ">>"})
_COPIES = frozenset({"dict", "list", "set", "copy", "deepcopy"})
_DISPLAYS = frozenset(
    {"list", "dictionary", "set", "list_comprehension", "dictionary_comprehension", "tuple"}
)


def derivation_of(file: PyFile, node: Node, target: Node) -> Derivation | None:
    """How the new value is made of the old one; None where it is not."""
    value = node.child_by_field_name("right")
    if value is None:
        return None
    if node.type == "augmented_assignment":
        if value.type in _DISPLAYS:
            return "items"
        is_arithmetic = operator_of(node).removesuffix("=") in _ARITHMETIC
        parts = _branches(value)
        return "number" if is_arithmetic and not any(map(_is_text, parts)) else "computed"
    written = text_of(target)
    value = unparenthesised(value)
    return _of_value(file, value, written, target, 3)


def _branches(value: Node) -> list[Node]:
    """What an expression may come to: itself, or either side of `a if condition else b`."""
    value = unparenthesised(value)
    if value.type != "conditional_expression" or value.named_child_count != 3:
        return [value]
    return [unparenthesised(value.named_children[0]), unparenthesised(value.named_children[2])]


def _of_value(file: PyFile, value: Node, written: str, target: Node, depth: int) -> Derivation | None:
    if depth == 0 or not _reads(file, value, written, depth):
        return None
    if value.type == "binary_operator":
        left, right = value.child_by_field_name("left"), value.child_by_field_name("right")
        operator = value.child_by_field_name("operator")
        if left is None or right is None or operator is None:
            return None
        if _is_text(left) or _is_text(right):
            return "computed"
        if {left.type, right.type} & _DISPLAYS:
            return "items"
        inner = next((part for part in (left, right) if _reads(file, part, written, depth)), left)
        is_plain = _is_plain_read(unparenthesised(inner))
        return "number" if text_of(operator) in _ARITHMETIC and is_plain else "computed"
    if value.type in _DISPLAYS:
        return "items"
    if value.type in ("conditional_expression", "boolean_operator"):
        # A default for what is missing, or the value as it is, changes nothing that anybody else wrote.
        return None
    if value.type == "identifier":
        bindings = file.names.bindings(value)
        held = bindings[-1].value if len(bindings) == 1 else None
        function = callee_of(held) if held is not None and held.type == "call" else None
        if function is not None and text_of(function).rpartition(".")[2] in _COPIES:
            return "items"
        return _of_value(file, unparenthesised(held), written, target, depth - 1) if held else None
    if value.type == "call" and _is_default(value, written):
        return None
    return "computed" if value.type in ("call", "not_operator", "unary_operator", "string") else None


def _is_default(call: Node, written: str) -> bool:
    """Whether a call gives the attribute itself where nothing else is there: `form.get("name", row.name)`."""
    function = callee_of(call)
    if function is None or text_of(function).rpartition(".")[2] not in ("get", "pop", "getattr", "coalesce"):
        return False
    arguments = arguments_of(call)
    last = arguments.positional[-1] if arguments.positional else arguments.keywords.get("default")
    return last is not None and text_of(last) == written


def _reads(file: PyFile, node: Node, written: str, depth: int) -> bool:
    """Whether an expression reads the attribute, directly or through a local name that was given it."""
    for part in (node, *walk(node)):
        if part.type == "attribute" and text_of(part) == written:
            return True
        if part.type == "identifier" and depth > 1 and "." not in text_of(part):
            parent = part.parent
            if parent is not None and parent.type in ("attribute", "keyword_argument", "call"):
                continue
            for binding in file.names.bindings(part):
                held = binding.value if binding.kind == "assign" else None
                if held is not None and _reads(file, held, written, depth - 1):
                    return True
    return False


def _is_plain_read(node: Node) -> bool:
    """The attribute itself, with a default, through `int(…)`, or as a part of more arithmetic."""
    if node.type in ("attribute", "identifier"):
        return True
    if node.type in ("boolean_operator", "binary_operator", "parenthesized_expression", "call"):
        if node.type == "call":
            function = callee_of(node)
            return function is not None and text_of(function) in ("int", "float", "Decimal", "list", "dict")
        return True
    return node.type in ("list_splat", "unary_operator")


def _is_text(node: Node) -> bool:
    node = unparenthesised(node)
    return node.type in ("string", "concatenated_string")
