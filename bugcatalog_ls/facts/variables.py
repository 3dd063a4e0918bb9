"""The dotted name of the variable, module or function that an expression names."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import absolute_module
from bugcatalog_ls.syntax.nodes import text_of, unparenthesised
from bugcatalog_ls.syntax.scopes import Scope


def variable(file: PyFile, node: Node | None) -> str | None:
    """The dotted name of the variable, module or function that an expression names, or None.

    Names of this file are `module.name` (or `module.function.name`), imported ones what is imported.
    """
    if node is None:
        return None
    node = unparenthesised(node)
    if node.type == "attribute":
        owner = variable(file, node.child_by_field_name("object"))
        name = node.child_by_field_name("attribute")
        return f"{owner}.{text_of(name)}" if owner and name is not None else None
    if node.type != "identifier":
        return None
    found = file.scopes.lookup(text_of(node), node.start_byte)
    if found is None:
        return None
    scope, bindings = found
    imported = {
        binding.target if binding.kind == "import" else absolute_module(binding.target, file.path)
        for binding in bindings
        if binding.kind in ("import", "from")
    }
    if imported:
        return imported.pop() if len(imported) == 1 else None
    if any(binding.kind in ("assign", "annotation", "function", "class", "walrus") for binding in bindings):
        return f"{file.module}.{_local_name(scope, text_of(node))}"
    return None


def _local_name(scope: Scope, name: str) -> str:
    return f"{scope.qualname}.{name}" if scope.qualname else name
