"""What the attributes of a file's classes are annotated as, and which values they are given there."""

from __future__ import annotations

from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.syntax.file import Definition, PyFile
from bugcatalog_ls.syntax.nodes import text_of
from bugcatalog_ls.syntax.scopes import Binding

_PROPERTIES = frozenset({"property", "cached_property", "functools.cached_property"})


class FieldValues(NamedTuple):
    """`annotations` are those of the class and of assignments, `values` what is given without one."""

    annotations: list[Node]
    values: list[Node]


def field_values(file: PyFile) -> dict[tuple[str, str], FieldValues]:
    """The attributes of a file's classes, by the symbol of an instance (`app.Order()`) and their name."""
    found: dict[tuple[str, str], FieldValues] = {}
    functions = file.functions if b"property" in file.source.data else ()
    properties = {each.symbol: each for each in functions if _is_property(each)}
    for definition in file.classes:
        for name, bindings in definition.scope.bindings.items() if definition.scope is not None else ():
            annotation = _annotation(bindings[0], properties.get(f"{definition.symbol}.{name}"))
            if len(bindings) == 1 and annotation is not None:
                found[f"{definition.symbol}()", name] = FieldValues([annotation], [])
    data = file.source.data
    for node in file.nodes("assignment"):
        left = node.child_by_field_name("left")
        if not data.startswith(b"self.", node.start_byte) or left is None or left.type != "attribute":
            continue
        owner, name_node = left.child_by_field_name("object"), left.child_by_field_name("attribute")
        symbol = file.symbol(owner)
        if symbol is None or name_node is None or owner is None or owner.type != "identifier":
            continue
        values = found.setdefault((symbol, text_of(name_node)), FieldValues([], []))
        annotation, right = node.child_by_field_name("type"), node.child_by_field_name("right")
        if annotation is not None:
            values.annotations.append(annotation)
        elif right is not None:
            values.values.append(right)
    return found


def _annotation(binding: Binding, definition: Definition | None) -> Node | None:
    if binding.kind == "function":
        return definition.node.child_by_field_name("return_type") if definition is not None else None
    return binding.annotation


def _is_property(definition: Definition) -> bool:
    return definition.owner is not None and any(
        text_of(each) in _PROPERTIES for each in definition.decorators
    )
