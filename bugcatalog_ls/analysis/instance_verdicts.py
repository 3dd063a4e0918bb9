"""Whether an expression gives an instance of certain classes, or one of them, as far as can be seen."""

from __future__ import annotations

from typing import Literal

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.facts.loaded_rows import LOADER_NAMES, load_of
from bugcatalog_ls.facts.resolve import class_at, file_of_symbol, function_at, mro
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import callee_of, text_of, unawaited, walk

Verdict = Literal["own", "other", "unknown"]
_DEPTH = 4
# What queries give comes down to no class, or to a class of these that is no row.
_OF_QUERIES = ("sqlalchemy", "sqlmodel", "flask_sqlalchemy")


def verdict(
    ctx: FixContext, file: PyFile, node: Node | None, family: set[str], depth: int = _DEPTH
) -> Verdict:
    """Whether an expression is one of the classes in `family` or an instance of one."""
    if node is None or depth <= 0:
        return "unknown"
    node = unawaited(node)
    told = _of_symbol(ctx, file, file.symbol(node), family)
    if told != "unknown":
        return told
    if node.type == "identifier":
        found: set[Verdict] = set()
        for binding in file.names.bindings(node):
            if binding.kind in ("assign", "walrus") and binding.value is not None:
                if binding.value.type != "none":
                    found.add(verdict(ctx, file, binding.value, family, depth - 1))
            elif binding.kind == "for" and binding.value is not None:
                found.add(_of_element(ctx, file, binding.value, family, depth - 1))
            else:
                found.add("unknown")
        return found.pop() if len(found) == 1 else "unknown"
    if node.type == "subscript":
        return _of_element(ctx, file, node.child_by_field_name("value"), family, depth - 1)
    if node.type != "call":
        return "unknown"
    callee = callee_of(node)
    load = load_of(file, node)
    if load is not None and callee is not None and text_of(callee).rpartition(".")[2] in LOADER_NAMES:
        return _of_symbol(ctx, file, file.symbol(load.model), family)
    return _of_function(ctx, file, node, family, depth)


def _of_symbol(ctx: FixContext, file: PyFile, symbol: str | None, family: set[str]) -> Verdict:
    if symbol is None:
        return "unknown"
    plain = symbol.removesuffix("()")
    resolved = ctx.resolve(symbol, file.path)
    bare = resolved.removesuffix("()")
    if "[" not in plain and "(" not in plain and (plain in family or ctx.resolve(plain, file.path) in family):
        return "own"
    if bare in family:
        return "own"
    if class_at(ctx.index, bare) is not None:
        # What is annotated as a base may be one of them.
        is_base = any(bare in mro(ctx.index, each)[0] for each in family)
        return "unknown" if is_base and bare != resolved else "other"
    if file_of_symbol(ctx.index, resolved, file.path) is not None:
        return "unknown"
    root = resolved.partition(".")[0]
    is_loaded = ("(" in bare or "[" in resolved) and (root in _OF_QUERIES or root == "builtins")
    return "unknown" if is_loaded or resolved.startswith("super(") else "other"


def _of_element(ctx: FixContext, file: PyFile, node: Node | None, family: set[str], depth: int) -> Verdict:
    """The same for what a list or a result holds."""
    if node is None or depth <= 0:
        return "unknown"
    load = load_of(file, unawaited(node))
    if load is not None:
        return _of_symbol(ctx, file, file.symbol(load.model), family)
    if node.type == "identifier":
        bindings = file.names.bindings(node)
        if len(bindings) != 1:
            return "unknown"
        if bindings[0].annotation is not None:
            return _of_listed(ctx, file, bindings[0].annotation, family)
        return _of_element(ctx, file, bindings[0].value, family, depth - 1)
    made = _definition(ctx, file, unawaited(node))
    if made is None:
        return "unknown"
    return _of_listed(ctx, made[0], made[1].child_by_field_name("return_type"), family)


def _of_listed(ctx: FixContext, file: PyFile, annotation: Node | None, family: set[str]) -> Verdict:
    """The items of `list[Model]`."""
    given = (
        next((each for each in walk(annotation) if each.type == "type_parameter"), None)
        if annotation
        else None
    )
    if given is None or given.named_child_count != 1:
        return "unknown"
    return _of_symbol(ctx, file, file.names.annotation_symbol(given.named_children[0]), family)


def _of_function(ctx: FixContext, file: PyFile, call: Node, family: set[str], depth: int) -> Verdict:
    """What a function of the workspace, which is not annotated, returns."""
    made = _definition(ctx, file, call)
    if made is None:
        return "unknown"
    there, definition = made
    scope = there.scopes.of(definition)
    found: set[Verdict] = set()
    for node in there.nodes("return_statement"):
        if scope is None or there.scopes.at(node.start_byte) is not scope or not node.named_children:
            continue
        if node.named_children[0].type != "none":
            found.add(verdict(ctx, there, node.named_children[0], family, depth - 1))
    return found.pop() if len(found) == 1 else "unknown"


def _definition(ctx: FixContext, file: PyFile, call: Node) -> tuple[PyFile, Node] | None:
    symbol = file.callee(call) if call.type == "call" else None
    # A method is found by its class's own symbol.
    resolved = ctx.resolve(symbol, file.path).replace("()", "") if symbol is not None else ""
    found = function_at(ctx.index, resolved) if resolved else None
    if found is None:
        return None
    there = file if found[0] == file.path else ctx.open(found[0])
    if there is None:
        return None
    return next(((there, each.node) for each in there.functions if each.symbol == resolved), None)
