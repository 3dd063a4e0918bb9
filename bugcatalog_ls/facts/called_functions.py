"""The functions of a file that its other functions call."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import callee_of, text_of, walk


def called_functions(file: PyFile, function: Node) -> Iterator[Node]:
    """The functions of the file that a function calls."""
    seen: set[int] = set()
    for node in walk(function):
        helper = called_function(file, node) if node.type == "call" else None
        if helper is not None and helper.id not in seen and helper.id != function.id:
            seen.add(helper.id)
            yield helper


def called_function(file: PyFile, call: Node) -> Node | None:
    """The function of the same file that a call calls: by its name, or as a method of the own class."""
    callee = callee_of(call)
    if callee is None:
        return None
    if callee.type == "identifier":
        found = file.scopes.lookup(text_of(callee), callee.start_byte)
        bindings = found[1] if found is not None else []
        return bindings[0].node if len(bindings) == 1 and bindings[0].kind == "function" else None
    if callee.type == "attribute" and text_of(callee.children[0]) in ("self", "cls"):
        name = callee.child_by_field_name("attribute")
        scope = file.scopes.at(call.start_byte)
        while scope.parent is not None and scope.parent.kind != "class":
            scope = scope.parent
        owner = scope.parent
        bindings = owner.bindings.get(text_of(name), []) if owner is not None and name is not None else []
        return bindings[0].node if len(bindings) == 1 and bindings[0].kind == "function" else None
    return None
