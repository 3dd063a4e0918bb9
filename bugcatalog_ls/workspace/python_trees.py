"""What Python's own syntax trees say of names: which ones statements, classes and methods bind."""

from __future__ import annotations

import ast

_SELF_NAMES = frozenset({"self", "_self", "self_"})
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def bound_names(body: list[ast.stmt]) -> set[str]:
    """The names that statements bind, in whatever branch, but not those of functions and classes."""
    names: set[str] = set()
    pending: list[ast.AST] = list(body)
    while pending:
        node = pending.pop()
        if isinstance(node, _DEFINITIONS):
            names.add(node.name)
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
        pending.extend(ast.iter_child_nodes(node))
    return names


def names_of_class(node: ast.ClassDef) -> set[str]:
    """What a class has: what its body binds, what its methods store on anything, and its slots."""
    names = bound_names(node.body)
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute) and not isinstance(inner.ctx, ast.Load):
            names.add(inner.attr)
        elif isinstance(inner, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "__slots__" for target in inner.targets
        ):
            names.update(
                each.value
                for each in ast.walk(inner.value)
                if isinstance(each, ast.Constant) and isinstance(each.value, str)
            )
    return names


def stored_names(tree: ast.Module) -> set[str]:
    """The names that a module sets on objects."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)
    }


def last_definitions(node: ast.ClassDef) -> dict[str, ast.AST]:
    """What a class's body binds names to; what is not a plain statement of it stands for itself."""
    found: dict[str, ast.AST] = dict.fromkeys(bound_names(node.body), node)
    plain: dict[str, ast.AST] = {}
    for statement in node.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            plain[statement.name] = node if statement.name in plain else statement
    others = bound_names([each for each in node.body if not isinstance(each, _DEFINITIONS)])
    return found | {name: each for name, each in plain.items() if name not in others}


def is_plain_method(node: ast.AST) -> bool:
    """Whether something is a method without decorators that is given its instance."""
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or node.decorator_list:
        return False
    parameters = [*node.args.posonlyargs, *node.args.args]
    return bool(parameters) and parameters[0].arg in _SELF_NAMES


def returns_itself(node: ast.AST) -> bool:
    """Whether a method gives nothing but its instance."""
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    parameters = [*node.args.posonlyargs, *node.args.args]
    returned = [each.value for each in ast.walk(node) if isinstance(each, ast.Return)]
    if not parameters or not returned:
        return False
    return all(isinstance(each, ast.Name) and each.id == parameters[0].arg for each in returned)


def needs_nothing(node: ast.AST) -> bool:
    """Whether a method can be called without arguments."""
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    given = node.args
    n_positional = len(given.posonlyargs) + len(given.args) - len(given.defaults)
    return n_positional <= 1 and None not in given.kw_defaults
