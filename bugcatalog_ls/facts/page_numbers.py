"""Page numbers: with which number the first page is asked for, and what an offset makes of it."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guards import Condition, conditions_at, implied
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    body_of,
    callee_of,
    constant_value,
    operator_of,
    text_of,
    unparenthesised,
)

_PAGE = re.compile(r"(?:current_?|cur_?)?p(?:a?g?e?)(?:_?(?:no|num|number|index|idx|nr))?", re.IGNORECASE)
_DEPTH = 6


class Skipped:
    """An offset by pages: the page's expression, whether 1 is taken from it, and the product."""

    def __init__(self, product: Node, page: Node, minus_one: bool) -> None:
        self.product = product
        self.page = page
        self.minus_one = minus_one


def skipped_pages(file: PyFile, offset: Node) -> Skipped | None:
    """What `page * size` or `(page - 1) * size` an offset is, through a variable too."""
    node = unparenthesised(offset)
    if node.type == "identifier":
        bindings = file.names.bindings(node)
        if len(bindings) != 1 or bindings[0].kind != "assign" or bindings[0].value is None:
            return None
        node = unparenthesised(bindings[0].value)
    operator = node.child_by_field_name("operator") if node.type == "binary_operator" else None
    if operator is None or text_of(operator) != "*":
        return None
    for field in ("left", "right"):
        operand = node.child_by_field_name(field)
        if operand is None:
            continue
        plain = unparenthesised(operand)
        if _is_page(plain):
            return Skipped(node, plain, False)
        if plain.type == "binary_operator" and operator_of(plain) == "-":
            left, right = plain.child_by_field_name("left"), plain.child_by_field_name("right")
            if left is not None and right is not None and text_of(right) == "1" and _is_page(left):
                return Skipped(node, left, True)
    return None


def is_from_one_on(page: Node, *places: Node) -> bool:
    """Whether one of the places is reached only where the page is not 0, which stands for all of them."""
    name = text_of(page)
    return any(
        _says_not_zero(part, name)
        for place in places
        for condition in conditions_at(place)
        for part in implied(condition)
    )


def _says_not_zero(condition: Condition, name: str) -> bool:
    node, holds = condition
    if node.type != "comparison_operator":
        return holds and text_of(node) == name
    written = text_of(node).replace(" ", "")
    positive = (f"{name}>0", f"{name}>=1", f"{name}!=0", f"0<{name}", f"1<={name}")
    return written in (positive if holds else (f"{name}<=0", f"{name}<1", f"{name}==0"))


def first_page(file: PyFile, page: Node) -> int | None:
    """The number of the first page where it is said: by a default, or as the least that is allowed."""
    if page.type == "attribute":
        return _of_field(file, page)
    bindings = file.names.bindings(page)
    if len(bindings) != 1:
        return None
    binding = bindings[0]
    if binding.kind == "parameter":
        return _declared(binding.value, binding.annotation)
    return (
        _read(file, binding.value, _DEPTH) if binding.kind == "assign" and binding.value is not None else None
    )


def _is_page(node: Node) -> bool:
    if node.type not in ("identifier", "attribute"):
        return False
    return _PAGE.fullmatch(text_of(node).rpartition(".")[2]) is not None


def _declared(default: Node | None, annotation: Node | None) -> int | None:
    """What `page: Annotated[int, Query(ge=1)] = 1` and its like say."""
    if default is not None:
        if (value := _integer(default)) is not None:
            return value
        if default.type == "call" and (value := _of_call(default)) is not None:
            return value
    least = (
        re.search(r"\bge\s*=\s*(\d+)|\bgt\s*=\s*0\b", text_of(annotation)) if annotation is not None else None
    )
    if least is None:
        return None
    return int(least.group(1)) if least.group(1) is not None else 1


def _of_call(call: Node) -> int | None:
    """What `Query(1, ge=1)`, `Field(default=0)` and their like say."""
    arguments = arguments_of(call)
    default = arguments.get("default", 0)
    if default is not None and (value := _integer(default)) is not None:
        return value
    if (least := arguments.keywords.get("ge")) is not None:
        return _integer(least)
    more = arguments.keywords.get("gt")
    return 1 if more is not None and _integer(more) == 0 else None


def _of_field(file: PyFile, attribute: Node) -> int | None:
    """The default of `params.page`, where the class of `params` stands in the same file."""
    owner, name = attribute.child_by_field_name("object"), attribute.child_by_field_name("attribute")
    symbol = (file.symbol(owner) or "").removesuffix("()")
    definition = next((each for each in file.classes if each.symbol == symbol), None)
    for statement in body_of(definition.node) if definition is not None and name is not None else ():
        inner = statement.named_children[0] if statement.named_children else statement
        left = inner.child_by_field_name("left") if inner.type == "assignment" else None
        if left is not None and name is not None and left.text == name.text:
            return _declared(inner.child_by_field_name("right"), inner.child_by_field_name("type"))
    return None


def _read(file: PyFile, value: Node, depth: int) -> int | None:
    """The default of a page that is read from a request (`request.args.get("page", 1, type=int)`)."""
    value = unparenthesised(value)
    if depth <= 0:
        return None
    if value.type == "boolean_operator":
        right = value.child_by_field_name("right")
        return _integer(right) if right is not None and b" or " in (value.text or b"") else None
    if value.type != "call":
        return None
    arguments = arguments_of(value)
    callee = callee_of(value)
    name = text_of(callee).rpartition(".")[2] if callee is not None else ""
    if name == "int" and len(arguments.positional) == 1:
        return _read(file, arguments.positional[0], depth - 1)
    if name == "get" and callee is not None and callee.type == "attribute" and "page" in text_of(value):
        default = arguments.get("default", 1)
        return _integer(default) if default is not None else None
    return None


def _integer(node: Node) -> int | None:
    value = constant_value(node)
    if isinstance(value, str) and value.isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
