"""Calls of `asyncio.gather` that return exceptions, and where their results go."""

from __future__ import annotations

from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.clean_up import ends_work, follows_cancel, is_last_resort, lets_go
from bugcatalog_ls.facts.guarded_functions import is_guarded_body
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import (
    COMPREHENSIONS,
    arguments_of,
    body_of,
    called_name,
    callee_of,
    constant_value,
    elements_of,
    statement_of,
    text_of,
)
from bugcatalog_ls.syntax.reads import Reads

_WAITING = frozenset({"wait_for", "shield", "run_until_complete", "ensure_future"})
_STARTING = frozenset({"create_task", "ensure_future", "shield"})


class DroppedResults(NamedTuple):
    """A statement that drops what a gather returned; `target` is the variable that nobody reads."""

    statement: Node
    target: Node | None


def dropped_results(file: PyFile, call: Node) -> DroppedResults | None:
    """The statement that drops a gather's results, exceptions among them; None where they are read."""
    if file.callee(call) != "asyncio.gather":
        return None
    given = arguments_of(call).keywords.get("return_exceptions")
    if given is None or constant_value(given) is not True:
        return None
    statement = statement_of(call)
    outer = _outermost(call)
    if is_last_resort(statement) or lets_go(call) or follows_cancel(statement) or outer.parent is None:
        return None
    if _raises_nothing(file, call) or _waits_for_end(call):
        return None
    if outer.parent.id == statement.id and statement.type == "expression_statement":
        return DroppedResults(statement, None)
    assignment = outer.parent
    target = assignment.child_by_field_name("left") if assignment.type == "assignment" else None
    if target is None or target.type != "identifier" or assignment.parent != statement:
        return None
    if text_of(target) != "_" and (Reads(file).of_variable(target) or _is_shared(file, target)):
        return None
    return DroppedResults(statement, target)


def _outermost(call: Node) -> Node:
    """A call with what merely waits for it: `await`, `asyncio.wait_for(…)`, parentheses."""
    node = call
    while (parent := node.parent) is not None:
        if parent.type == "argument_list" and parent.parent is not None:
            name = text_of(callee_of(parent.parent) or parent).rpartition(".")[2]
            if name not in _WAITING or node.id != parent.named_children[0].id:
                return node
            node = parent.parent
        elif parent.type in ("await", "parenthesized_expression"):
            node = parent
        else:
            return node
    return node


def _waits_for_end(call: Node) -> bool:
    """Whether a function that ends things only waits for tasks that were started long before."""
    arguments = arguments_of(call)
    given = [*arguments.positional, *arguments.list_unpacked]
    return ends_work(call) and all(value.type in ("attribute", "identifier") for value in given)


def _raises_nothing(file: PyFile, call: Node) -> bool:
    """Whether all that is gathered are calls of functions of this file that catch what goes wrong in them."""
    arguments = arguments_of(call)
    given = [*arguments.positional, *arguments.list_unpacked]
    return bool(given) and all(_is_guarded(file, value, 4) for value in given)


def _is_guarded(file: PyFile, value: Node, depth: int) -> bool:
    if depth <= 0:
        return False
    if value.type in COMPREHENSIONS:
        body = value.child_by_field_name("body")
        return body is not None and _is_guarded(file, body, depth - 1)
    if value.type in ("list", "tuple"):
        elements = elements_of(value)
        return bool(elements) and all(_is_guarded(file, element, depth - 1) for element in elements)
    if value.type == "identifier":
        bindings = file.names.bindings(value)
        made = [binding.value for binding in bindings if binding.kind == "assign"]
        return (
            len(made) == len(bindings) == 1 and made[0] is not None and _is_guarded(file, made[0], depth - 1)
        )
    function = callee_of(value) if value.type == "call" else None
    if function is None:
        return False
    if called_name(value) in _STARTING:
        started = arguments_of(value).positional[:1]
        return bool(started) and _is_guarded(file, started[0], depth - 1)
    if function.type != "identifier":
        return False
    bindings = file.names.bindings(function)
    return len(bindings) == 1 and (
        bindings[0].kind == "function" and is_guarded_body(file, body_of(bindings[0].node))
    )


def _is_shared(file: PyFile, target: Node) -> bool:
    """Whether a variable can be read elsewhere: one of the module or of a class, a global."""
    scope = file.scopes.at(target.start_byte)
    name = text_of(target)
    return scope.kind != "function" or name in scope.global_names or name in scope.nonlocal_names
