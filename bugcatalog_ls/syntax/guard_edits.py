"""Edits that put statements under a test of a name, with those that need what they assign."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.syntax.edits import insert_at
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import decorators_of, enclosing, statement_of, statements, text_of, walk
from bugcatalog_ls.syntax.statement_edits import insert_before, wrap
from bugcatalog_ls.text.spans import TextEdit

_MAY_BE_NONE = re.compile(r"\b(?:None|Optional|Any|object)\b")
DEFINITIONS = frozenset({"function_definition", "class_definition", "decorated_definition"})


def guarded(file: PyFile, statement: Node, name: str) -> list[TextEdit]:
    """The statement under a test of the name, with those behind it that need what it assigns. Where
    these would be functions and classes of a module, only the value depends on the test; where a value is
    owed, what needs the name is refused without it."""
    statement = _outermost_in_need(statement, name)
    if _is_kept_on_an_object(statement):
        return _chosen(statement, name)  # Else the attribute would be missing for whoever reads it later.
    last, block = statement, statement.parent
    if block is not None:
        behind = [one for one in statements(block) if one.start_byte > statement.start_byte]
        last = _last_in_need(statement, behind)
    if (
        block is not None
        and block.type == "module"
        and any(
            other.type in DEFINITIONS
            for other in statements(block)
            if statement.start_byte <= other.start_byte <= last.start_byte
        )
    ):
        return _chosen(statement, name)  # Else half a module would stand under the test.
    if _ends_without_yield(statement, last) or _only_goes_with(statement):
        return []
    if _owes_a_value(statement, last):
        refusal = f'if {name} is None:\n    raise RuntimeError("{name} is not installed")'
        return insert_before(file, statement, refusal)
    return wrap(file, statement, last, f"if {name} is not None:")


def _last_in_need(statement: Node, following: list[Node]) -> Node:
    """The last statement that reads what it, or one that goes under the test with it, assigns."""
    last, assigned, passed = statement, _assigned_names(statement), set[str]()
    for other in following:
        if _reads_any(other, assigned):
            last = other
            assigned |= _assigned_names(other) | passed  # What stands between goes under the test too.
        else:
            passed |= _assigned_names(other)
    return last


def _is_kept_on_an_object(statement: Node) -> bool:
    assignment = statement.named_children[0] if statement.type == "expression_statement" else statement
    left = assignment.child_by_field_name("left") if assignment.type == "assignment" else None
    return left is not None and left.type == "attribute"


def is_call_statement(statement: Node) -> bool:
    """Whether a statement is a call, awaited or not, whose result is dropped."""
    if statement.type != "expression_statement" or statement.named_child_count != 1:
        return False
    value = statement.named_children[0]
    if value.type == "await" and value.named_children:
        value = value.named_children[0]
    return value.type == "call"


def _owes_a_value(first: Node, last: Node) -> bool:
    """Whether the statements return what the function is declared to give, and None is not declared."""
    function = enclosing(first, "function_definition")
    declared = function.child_by_field_name("return_type") if function is not None else None
    if declared is None or _MAY_BE_NONE.search(text_of(declared)):
        return False
    return any(node.type == "return_statement" for node in _nodes_between(first, last))


def _only_goes_with(statement: Node) -> bool:
    """Whether a `with` stands around work that does not use what it gives (a span, a timer): under the
    test that work would be left out."""
    body = statement.child_by_field_name("body") if statement.type == "with_statement" else None
    if body is None:
        return False
    clause = next((child for child in statement.children if child.type == "with_clause"), None)
    given = _assigned_names(clause) if clause is not None else set()
    for other in statements(body):
        if _reads_any(other, given):
            given |= _assigned_names(other)
        elif not given or is_call_statement(other):
            return True
    return False


def _nodes_between(first: Node, last: Node) -> Iterator[Node]:
    for statement in statements(first.parent) if first.parent is not None else ():
        if first.start_byte <= statement.start_byte <= last.start_byte:
            yield statement
            yield from walk(statement)


def _ends_without_yield(first: Node, last: Node) -> bool:
    """Whether a context manager would yield only behind the test: Python raises where it does not yield."""
    function = enclosing(first, "function_definition")
    if function is None or not any("contextmanager" in text_of(one) for one in decorators_of(function)):
        return False
    return any(node.type == "yield" for node in _nodes_between(first, last))


def _chosen(statement: Node, name: str) -> list[TextEdit]:
    """`x = name.f() if name is not None else None`; nothing for what is no plain assignment."""
    assignment = statement.named_children[0] if statement.type == "expression_statement" else statement
    left, right = assignment.child_by_field_name("left"), assignment.child_by_field_name("right")
    if assignment.type != "assignment" or left is None or right is None:
        return []
    if left.type not in ("identifier", "attribute"):
        return []
    if right.type not in ("call", "attribute", "subscript"):
        return []
    return [insert_at(right.end_byte, f" if {name} is not None else None")]


def _outermost_in_need(statement: Node, name: str) -> Node:
    """The statement to guard: the `try` around whose handlers need the name too, or the statement
    around behind which something needs what is assigned."""
    block = statement.parent
    holder = block.parent if block is not None and block.type == "block" else None
    if holder is None or holder.type in DEFINITIONS:
        return statement
    outer = statement_of(holder)
    assigned = _assigned_names(statement)
    is_left = any(
        _reads_any(other, assigned)
        for part in (holder, outer)
        for other in _following(part)
        if other.type not in DEFINITIONS
    )
    handlers = [child for child in holder.children if child.type == "except_clause"]
    is_caught_by_it = any(_reads_any(handler.named_children[0], {name}) for handler in handlers)
    return _outermost_in_need(outer, name) if is_caught_by_it or (assigned and is_left) else statement


def _following(node: Node) -> list[Node]:
    """The statements behind a node in its block."""
    parent = node.parent
    if parent is None:
        return []
    return [other for other in parent.named_children if other.start_byte >= node.end_byte]


def _assigned_names(statement: Node) -> set[str]:
    found: set[str] = set()
    for node in (statement, *walk(statement)):
        if node.type in ("assignment", "for_statement", "with_item", "named_expression", "as_pattern"):
            target = next(
                (part for field in ("left", "alias", "name") if (part := node.child_by_field_name(field))),
                None,
            )
            if target is not None:
                parts = (target, *walk(target))
                found |= {text_of(part) for part in parts if part.type == "identifier"}
                if target.type == "attribute":
                    found = {part for part in found if part not in text_of(target).split(".")}
        elif node.type in ("import_statement", "import_from_statement"):
            found |= {text_of(part) for part in walk(node) if part.type == "identifier"}
    return found


def _reads_any(statement: Node, names: set[str]) -> bool:
    nodes = (statement, *walk(statement, into_scopes=True))
    return any(node.type == "identifier" and text_of(node) in names for node in nodes)
