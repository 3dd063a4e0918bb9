"""The pieces that a text or a container is made of where it is written: holes, elements, values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, operator_of, string_value, text_of

WRAPPERS = frozenset(
    {
        *(f"builtins.{name}" for name in ("str", "repr", "ascii", "format", "dict", "vars", "bytes")),
        *(f"{module}.dumps" for module in ("json", "ujson", "orjson", "simplejson")),
        *("pprint.pformat", "copy.copy", "copy.deepcopy", "yaml.dump", "yaml.safe_dump", "textwrap.dedent"),
        *("dataclasses.asdict", "attr.asdict", "attrs.asdict", "fastapi.encoders.jsonable_encoder"),
        *("urllib.parse.quote", "urllib.parse.unquote", "base64.b64encode", "base64.b64decode"),
    }
)


class Part(NamedTuple):
    """A piece of what is written, and the key that it stands under."""

    node: Node
    key: str = ""


def parts_of(file: PyFile, node: Node, key: str = "") -> Iterator[Part]:
    """The pieces that make up a text or a container: holes, operands, elements, values, branches."""
    match node.type:
        case "parenthesized_expression" | "concatenated_string" | "list" | "tuple" | "set":
            for child in node.named_children:
                yield from parts_of(file, child, key)
        case "string":
            for child in node.named_children:
                hole = child.child_by_field_name("expression") if child.type == "interpolation" else None
                if hole is not None:
                    yield from parts_of(file, hole, key)
        case "binary_operator":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            # What is multiplied or subtracted is a number.
            is_joined = operator_of(node) in ("+", "%", "|")
            if left is not None and right is not None and is_joined:
                yield from parts_of(file, left)
                yield from parts_of(file, right)
        case "conditional_expression" if len(node.named_children) == 3:
            yield from parts_of(file, node.named_children[0], key)
            yield from parts_of(file, node.named_children[2], key)
        case "dictionary":
            for child in node.named_children:
                value = child.child_by_field_name("value")
                if child.type == "pair" and value is not None:
                    yield from parts_of(file, value, string_value(child.child_by_field_name("key")) or "")
                elif child.type == "dictionary_splat":
                    yield Part(child)
        case "call":
            yield from _parts_of_call(file, node, key)
        case "comment":
            return
        case _:
            yield Part(node, key)


def _parts_of_call(file: PyFile, call: Node, key: str) -> Iterator[Part]:
    function = callee_of(call)
    arguments = arguments_of(call)
    if function is not None and function.type == "attribute":
        owner = function.child_by_field_name("object")
        if owner is not None and owner.type in ("string", "concatenated_string"):
            name = text_of(function).rpartition(".")[2]
            yield from parts_of(file, owner)
            if name == "format":
                for value in arguments.positional:
                    yield from parts_of(file, value)
                for keyword, value in arguments.keywords.items():
                    yield from parts_of(file, value, keyword)
            elif (
                name == "join" and arguments.positional and arguments.positional[0].type in ("list", "tuple")
            ):
                yield from parts_of(file, arguments.positional[0])
            return
    symbol = file.symbol(function)
    if symbol in WRAPPERS and arguments.positional:
        first = arguments.positional[0]
        if first.type in ("dictionary", "list", "tuple", "string", "conditional_expression"):
            yield from parts_of(file, first, key)
            return
    if symbol == "builtins.dict" and arguments.keywords and not arguments.positional:
        for keyword, value in arguments.keywords.items():
            yield from parts_of(file, value, keyword)
        return
    yield Part(call, key)
