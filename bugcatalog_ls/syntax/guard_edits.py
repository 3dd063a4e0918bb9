"""Edits that put statements under a test of a name, with those that need what they assign."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.syntax.edits import insert_at
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import decorators_of, enclosing, statement_of, statements, text_of, walk
from bugcatalog_ls.syntax.statement_edits import wrap
from bugcatalog_ls.text.spans import TextEdit

DEFINITIONS = frozenset({"function_definition", "class_definition", "decorated_definition"})


def guarded(file: PyFile, statement: Node, name: str) -> list[TextEdit]:
    """The statement under a test of the name, with those behind it that need what it assigns. Where
    these would be functions and classes of a module, only the value depends on the test."""
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
    if _ends_without_yield(statement, last):
        return []
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


def _ends_without_yield(first: Node, last: Node) -> bool:
    """Whether a context manager would yield only behind the test: Python raises where it does not yield."""
    function = enclosing(first, "function_definition")
    if function is None or not any("contextmanager" in text_of(one) for one in decorators_of(function)):
        return False
    inside = (
        node
        for statement in (statements(first.parent) if first.parent is not None else ())
        if first.start_byte <= statement.start_byte <= last.start_byte
        for node in walk(statement)
    )
    return any(node.type == "yield" for node in inside)


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
