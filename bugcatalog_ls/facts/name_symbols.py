"""The symbols of names: what modules and classes of a file bind, and what it imports."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import absolute_module
from bugcatalog_ls.syntax.scopes import BUILTINS, Binding, Scope


def symbol_of_name(file: PyFile, name: str, offset: int) -> str:
    """The symbol that a name has at an offset; empty for what a function binds, and where it is open."""
    found = file.scopes.lookup(name, offset)
    if found is None:
        return f"builtins.{name}" if name in BUILTINS else ""
    scope, bindings = found
    if len(bindings) == 1:
        return _bound(file, bindings[0], scope)
    symbols = {_bound(file, binding, scope) for binding in bindings}
    if len(symbols) == 1:
        return symbols.pop()
    # Of two ways to get one thing, the first import is what an up-to-date installation takes.
    imported = next((binding for binding in bindings if binding.kind in ("import", "from")), None)
    return _bound(file, imported, scope) if imported is not None else ""


def own_symbol(file: PyFile, scope: Scope, name: str) -> str:
    """The symbol of what a module or class of a file binds under a name."""
    return ".".join(part for part in (file.module, scope.qualname, name) if part)


def symbol_of_function(file: PyFile, function: Node) -> str:
    """The symbol of a function by its definition, also of one inside of another."""
    scope = file.scopes.of(function)
    return ".".join(part for part in (file.module, scope.qualname if scope is not None else "") if part)


def _bound(file: PyFile, binding: Binding, scope: Scope) -> str:
    if binding.kind == "import":
        return binding.target
    if binding.kind == "from":
        target = binding.target
        return absolute_module(target, file.path) if target.startswith(".") else target
    return own_symbol(file, scope, binding.name) if scope.kind in ("module", "class") else ""
