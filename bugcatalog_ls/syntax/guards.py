"""Guards: which conditions surely hold where a node runs, and which blocks never run to their end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.syntax.nodes import (
    BLOCKS,
    COMPREHENSIONS,
    FUNCTIONS,
    ancestors,
    arguments_of,
    is_none,
    operator_of,
    statements,
    text_of,
    unparenthesised,
)

_LEAVING_STATEMENTS = frozenset(
    {"return_statement", "raise_statement", "continue_statement", "break_statement"}
)
LEAVING_CALLS = frozenset(
    {"sys.exit", "exit", "quit", "os._exit", "os.abort", "pytest.skip", "pytest.fail", "pytest.exit"}
    | {"self.skipTest", "self.fail", "flask.abort", "abort", "ctx.exit", "ctx.abort"}
    | {"parser.error", "parser.exit", "module.fail_json", "self.fail_json", "self.module.fail_json"}
)


class Condition(NamedTuple):
    """An expression that was evaluated, and whether it came out true."""

    node: Node
    holds: bool


def conditions_at(node: Node, *, beyond_functions: bool = False) -> Iterator[Condition]:
    """The conditions that surely held on the way to a node, nearest first.

    They come from enclosing `if`, `while`, `case … if`, conditional and boolean expressions and
    comprehensions, from `assert`s before, and from branches before that leave the block. The search
    ends at the function around the node, unless it goes on to where that was defined. Whether a
    name has been bound anew in between is the caller's question.
    """
    child = node
    for parent in ancestors(node):
        yield from _of_parent(parent, child)
        if parent.type in FUNCTIONS and not beyond_functions:
            return
        child = parent


def statements_before(node: Node) -> Iterator[Node]:
    """The statements that ran before a node in the blocks around it, up to the function's start."""
    child = node
    for parent in ancestors(node):
        if parent.type in BLOCKS:
            for statement in statements(parent):
                if statement.start_byte >= child.start_byte:
                    break
                yield statement
        if parent.type in FUNCTIONS:
            return
        child = parent


def implied(condition: Condition) -> Iterator[Condition]:
    """A condition taken apart: what holds of its parts when it came out as it did."""
    waiting = [condition]
    while waiting:
        node, holds = waiting.pop()
        node = unparenthesised(node)
        parts = _certain_parts(node, holds)
        if parts is not None:
            waiting += reversed(parts)
        elif node.type == "boolean_operator":
            yield from _said_in_any_case(operands_joined(node), holds)
        else:
            yield Condition(node, holds)


def operands_joined(node: Node) -> list[Node]:
    """What a chain of one boolean operator joins, which the grammar nests to the left."""
    operator, found = operator_of(node), list[Node]()
    while True:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return []
        found.append(right)
        if left.type != "boolean_operator" or operator_of(left) != operator:
            return [left, *reversed(found)]
        node = left


def present(condition: Condition) -> Node | None:
    """The expression of which a plain condition (see `implied`) says that it is not None."""
    node, holds = condition
    if node.type in ("identifier", "attribute", "call", "subscript"):
        if node.type == "call" and text_of(node.children[0]) in ("isinstance", "callable", "hasattr"):
            subject = next(iter(arguments_of(node).positional), None)
            return subject if holds else None
        return node if holds else None
    if node.type != "comparison_operator" or node.named_child_count != 2:
        return None
    left, right = node.named_children
    if not (is_none(left) or is_none(right)):
        return None
    operator = " ".join(text_of(child) for child in node.children if not child.is_named)
    differs = operator in ("is not", "!=")
    if differs == holds and operator in ("is", "is not", "==", "!="):
        return left if is_none(right) else right
    return None


def conditions_after(statement: Node) -> Iterator[Condition]:
    """The conditions that hold behind a statement: what it asserts, or which of its branches leave."""
    if statement.type == "assert_statement" and statement.named_children:
        yield Condition(statement.named_children[0], True)
    if statement.type == "with_statement" and (body := statement.child_by_field_name("body")) is not None:
        for inner in statements(body):
            if inner.type == "assert_statement":
                yield from conditions_after(inner)
    if statement.type != "if_statement":
        return
    condition = statement.child_by_field_name("condition")
    consequence = statement.child_by_field_name("consequence")
    if condition is None or consequence is None:
        return
    alternatives = statement.children_by_field_name("alternative")
    if always_leaves(consequence):
        yield Condition(condition, False)
        for clause in alternatives:
            test, block = clause.child_by_field_name("condition"), clause.child_by_field_name("consequence")
            if test is None or block is None or not always_leaves(block):
                return
            yield Condition(test, False)
    elif len(alternatives) == 1 and alternatives[0].type == "else_clause":
        body = alternatives[0].child_by_field_name("body")
        if body is not None and always_leaves(body):
            yield Condition(condition, True)


def always_leaves(block: Node) -> bool:
    """Whether a block is never run to its end: it returns, raises, goes on with the loop or exits."""
    return any(_leaves(statement) for statement in statements(block))


def _of_parent(parent: Node, child: Node) -> Iterator[Condition]:
    kind = parent.type
    if kind in BLOCKS:
        for statement in reversed(statements(parent)):
            if statement.end_byte <= child.start_byte:
                yield from conditions_after(statement)
    elif kind == "if_statement":
        yield from _of_branch(parent, child)
    elif kind in ("elif_clause", "while_statement"):
        body = parent.child_by_field_name("consequence") or parent.child_by_field_name("body")
        condition = parent.child_by_field_name("condition")
        if condition is not None and body is not None and body.id == child.id:
            yield Condition(condition, True)
    elif kind == "conditional_expression":
        parts = [part for part in parent.named_children if part.type != "comment"]
        if len(parts) == 3 and child.id != parts[1].id:
            yield Condition(parts[1], child.id == parts[0].id)
    elif kind == "boolean_operator":
        left, right = parent.child_by_field_name("left"), parent.child_by_field_name("right")
        if left is not None and right is not None and right.id == child.id:
            yield Condition(left, operator_of(parent) == "and")
    elif kind in COMPREHENSIONS:
        is_element = child.type not in ("for_in_clause", "if_clause")
        for clause in parent.named_children:
            is_before = is_element or clause.end_byte <= child.start_byte
            if clause.type == "if_clause" and clause.named_children and is_before:
                yield Condition(clause.named_children[0], True)
    elif kind == "case_clause":
        guard = parent.child_by_field_name("guard")
        if guard is not None and guard.named_children and guard.end_byte <= child.start_byte:
            yield Condition(guard.named_children[0], True)


def _of_branch(statement: Node, child: Node) -> Iterator[Condition]:
    condition = statement.child_by_field_name("condition")
    if condition is None or condition.id == child.id:
        return
    if child.type not in ("elif_clause", "else_clause"):
        yield Condition(condition, True)
        return
    yield Condition(condition, False)
    for clause in statement.children_by_field_name("alternative"):
        if clause.start_byte >= child.start_byte:
            break
        earlier = clause.child_by_field_name("condition")
        if earlier is not None:
            yield Condition(earlier, False)


def _certain_parts(node: Node, holds: bool) -> list[Condition] | None:
    """How the parts of an expression surely came out, or None if it has no such parts."""
    if node.type == "not_operator":
        argument = node.child_by_field_name("argument")
        return [Condition(argument, not holds)] if argument is not None else []
    if node.type == "boolean_operator" and (operator_of(node) == "and") == holds:
        return [Condition(operand, holds) for operand in operands_joined(node)]
    if node.type == "named_expression" and holds:
        parts = (node.child_by_field_name(field) for field in ("name", "value"))
        return [Condition(part, True) for part in parts if part is not None]
    if node.type != "call":
        return None
    callee = text_of(node.children[0])
    if callee == "bool" and (positional := arguments_of(node).positional):
        return [Condition(positional[0], holds)]
    if callee == "all" and holds:
        return [
            Condition(element, True)
            for argument in arguments_of(node).positional
            if argument.type in ("list", "tuple")
            for element in argument.named_children
        ]
    return None


def _said_in_any_case(operands: list[Node], holds: bool) -> Iterator[Condition]:
    """One of the operands came out so: what each of them would say."""
    parts = list(implied(Condition(operands[0], holds))) if operands else []
    for operand in operands[1:]:
        if not parts:
            return
        said = {(text_of(part.node), part.holds) for part in implied(Condition(operand, holds))}
        parts = [part for part in parts if (text_of(part.node), part.holds) in said]
    yield from parts


def _leaves(statement: Node) -> bool:
    kind = statement.type
    if kind in _LEAVING_STATEMENTS:
        return True
    if kind == "expression_statement":
        call = unparenthesised(statement.named_children[0]) if statement.named_children else statement
        return call.type == "call" and text_of(call.children[0]) in LEAVING_CALLS
    if kind == "if_statement":
        alternatives = statement.children_by_field_name("alternative")
        if not alternatives or alternatives[-1].type != "else_clause":
            return False
        return all(_body_leaves(part) for part in (statement, *alternatives))
    if kind == "with_statement":
        return _body_leaves(statement)
    if kind == "try_statement":
        parts = [child for child in statement.children if child.type.endswith("_clause")]
        if any(part.type == "finally_clause" and _body_leaves(part) for part in parts):
            return True
        handlers = [part for part in parts if part.type.startswith("except")]
        rest = [part for part in parts if part.type == "else_clause"]
        runs_through = not (_body_leaves(statement) or any(_body_leaves(part) for part in rest))
        return not runs_through and all(_body_leaves(part) for part in handlers)
    return False


def _body_leaves(part: Node) -> bool:
    block = part.child_by_field_name("consequence") or part.child_by_field_name("body")
    if block is None:
        block = next((child for child in part.children if child.type == "block"), None)
    return block is not None and always_leaves(block)
