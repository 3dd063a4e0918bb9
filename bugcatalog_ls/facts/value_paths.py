"""Value paths: where in an answer a value lies, however it is read there."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, string_value, text_of, unparenthesised


def value_path(file: PyFile, node: Node, steps: int = 8) -> str:
    """One spelling for all that reads the same value: `d["k"]`, `d.get("k")`, and the names for them."""
    node = unparenthesised(node)
    if steps <= 0:
        return text_of(node)
    match node.type:
        case "subscript":
            owner, keys = node.child_by_field_name("value"), node.children_by_field_name("subscript")
            if owner is not None and len(keys) == 1:
                return f"{value_path(file, owner, steps - 1)}[{_key(keys[0])}]"
        case "call":
            function, given = callee_of(node), arguments_of(node).positional
            owner = function.child_by_field_name("object") if function is not None else None
            if function is not None and owner is not None and given and text_of(function).endswith(".get"):
                return f"{value_path(file, owner, steps - 1)}[{_key(given[0])}]"
        case "attribute":
            owner, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
            if owner is not None and name is not None:
                return f"{value_path(file, owner, steps - 1)}.{text_of(name)}"
        case "boolean_operator":
            # `choice.get("message") or {}`
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is not None and right is not None and text_of(right) in ("{}", "dict()"):
                return value_path(file, left, steps - 1)
        case "identifier":
            bindings = file.names.bindings(node)
            value = (
                bindings[0].value if len(bindings) == 1 and bindings[0].kind in ("assign", "walrus") else None
            )
            if value is not None and value.type in ("subscript", "call", "attribute", "boolean_operator"):
                path = value_path(file, value, steps - 1)
                return path if path.endswith("]") else text_of(node)
    return text_of(node)


def _key(node: Node) -> str:
    key = string_value(node)
    return repr(key) if key is not None else text_of(node)
