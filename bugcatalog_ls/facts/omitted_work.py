"""Which statements may be left out where a library is missing, and what may go on without it."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from bugcatalog_ls.facts.dispensable_work import goes_around, is_told_only, weight_of
from bugcatalog_ls.facts.missing_names import Missing, tests_of
from bugcatalog_ls.syntax.edits import insert_at
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guard_edits import (
    assigned_names,
    assignment_of,
    call_of,
    following,
    following_outward,
    is_read_in,
    last_in_need,
)
from bugcatalog_ls.syntax.guards import statements_before
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    enclosing,
    is_docstring,
    statement_of,
    statements,
    text_of,
    unawaited,
    walk,
)
from bugcatalog_ls.syntax.refusal_edits import DEFINITIONS, refusals_of
from bugcatalog_ls.syntax.statement_edits import starts_row, wrap
from bugcatalog_ls.text.spans import TextEdit


def last_left_out(file: PyFile, statement: Node, node: Node, missing: Missing) -> Node | None:
    """The last of the statements that may be left out together, from one that needs the name on."""
    call = call_of(statement)
    if call is not None:
        return statement if _may_be_left_out(file, statement, call, node, missing) else None
    assignment = assignment_of(statement)
    left = assignment.child_by_field_name("left") if assignment is not None else None
    right = assignment.child_by_field_name("right") if assignment is not None else None
    if left is None or left.type != "identifier" or right is None or enclosing(statement, "block") is None:
        return None
    made = unawaited(right)
    last = last_in_need(statement)
    if made.type != "call" or made.start_byte != node.start_byte or last.id == statement.id:
        return None
    given = assigned_names(statement)
    for other in following(statement):
        if other.start_byte > last.start_byte:
            break
        # Work of another kind that stands between would be left out as well.
        told = call_of(other)
        if told is None or weight_of(told, missing.target) != "dispensable":
            return None
    behind = [one for one in following_outward(statement) if one.start_byte > last.start_byte]
    is_needed = any(is_read_in(other, one) for other in behind for one in (*given, missing.name))
    return last if not is_needed else None


def _may_be_left_out(file: PyFile, statement: Node, call: Node, node: Node, missing: Missing) -> bool:
    if call.start_byte != node.start_byte:
        return is_told_only(call)
    weight = weight_of(call, missing.target)
    if is_needed_later(statement, missing):
        return False
    if weight == "dispensable":
        return True
    is_left_out = _is_left_out_elsewhere(file, statement, missing)
    if is_left_out and all(map(_claims_nothing, following_outward(statement))):
        return True
    if enclosing(statement, "function_definition") is None:
        # What a module sets up: who uses it later asks by itself. A script is there for what it runs.
        return "__name__" not in _conditions_around(statement)
    is_plain = not any(inner.type == "call" for inner in _callees(call))
    if weight == "owed" or not is_plain:
        return False
    return _is_on_the_way_out(statement) or _is_aside(statement)


def _conditions_around(statement: Node) -> str:
    around = (parent for parent in ancestors(statement) if parent.type == "if_statement")
    conditions = (parent.child_by_field_name("condition") for parent in around)
    return " ".join(text_of(condition) for condition in conditions if condition is not None)


def _callees(call: Node) -> list[Node]:
    found = []
    node = call.child_by_field_name("function")
    while node is not None and node.type in ("attribute", "call"):
        found.append(node)
        node = node.child_by_field_name("object") or node.child_by_field_name("function")
    return found


def is_needed_later(statement: Node, missing: Missing) -> bool:
    """Whether something behind needs the name for more than what may be left out too."""
    for other in following_outward(statement):
        told = call_of(other)
        if told is not None and weight_of(told, missing.target) == "dispensable":
            continue
        if other.type not in DEFINITIONS and is_read_in(other, missing.name):
            return not (_asks(other, missing) or _goes_without(other, missing))
    return False


def _goes_without(statement: Node, missing: Missing) -> bool:
    """Whether all that a compound statement needs the name for may be left out."""
    for node in walk(statement, into_scopes=True):
        if node.type == "identifier" and text_of(node) == missing.name.partition(".")[0]:
            told = call_of(statement_of(node))
            if told is None or weight_of(told, missing.target) != "dispensable":
                return False
    return True


def _asks(statement: Node, missing: Missing) -> bool:
    """Whether a statement asks whether the name is there."""
    condition = statement.child_by_field_name("condition")
    return condition is not None and is_read_in(condition, missing.name)


def _is_on_the_way_out(statement: Node) -> bool:
    """Whether a statement runs where something failed or ends: an error of its own would hide that."""
    for parent in ancestors(statement):
        if parent.type in ("except_clause", "finally_clause"):
            return True
        if parent.type in DEFINITIONS:
            return False
    return False


def _is_left_out_elsewhere(file: PyFile, statement: Node, missing: Missing) -> bool:
    """Whether another function of the file goes without the name."""
    name = missing.name
    tests = {name, f"{name} is not None", *(flag for flag, sign in missing.flags.items() if sign == "true")}
    goes_on = any(
        only.type == "expression_statement" and test.start_byte != statement.start_byte
        for test, only in refusals_of(file, tests)
    )
    leaves = any(
        only.type == "return_statement" and not only.named_children
        for _, only in refusals_of(file, tests_of(file, missing))
    )
    return goes_on or leaves


def _is_aside(statement: Node) -> bool:
    """Whether a statement follows the work of its function, and nothing behind claims that it was done."""
    if not any(_is_work(other) for other in statements_before(statement)):
        return False
    return all(_claims_nothing(other) for other in following_outward(statement))


def _is_work(statement: Node) -> bool:
    if statement.type == "expression_statement" and not is_docstring(statement):
        if call_of(statement) is not None:
            return True
        assignment = assignment_of(statement)
        left = assignment.child_by_field_name("left") if assignment is not None else None
        return left is not None and left.type in ("attribute", "subscript")
    return False


def _claims_nothing(statement: Node) -> bool:
    if statement.type == "return_statement":
        return all(one.type in ("identifier", "attribute", "none") for one in statement.named_children)
    call = call_of(statement)
    return call is not None and weight_of(call) == "dispensable"


# -- work that goes on without the name ------------------------------------------------------------------


def looking_on(statement: Node, node: Node, missing: Missing) -> Node | None:
    """The `with` whose only value is a span or a timer that the name gives."""
    if statement.type != "with_statement":
        return None
    items = _items_of(statement)
    if len(items) != 1:
        return None
    call = _entered(items[0])
    is_meant = call.type == "call" and call.start_byte == node.start_byte
    return statement if is_meant and goes_around(call, missing.target) else None


def entered_without(
    file: PyFile, statement: Node, name: str, need: Callable[[str, str], str]
) -> list[TextEdit]:
    """`with name.span() if name is not None else nullcontext():`, and a test of what it gives where the
    body calls that."""
    item = _items_of(statement)[0]
    call, given = _entered(item), sorted(assigned_names(item))
    body = statement.child_by_field_name("body")
    if body is None or len(given) > 1 or call.start_point.row != call.end_point.row:
        return []
    choice = f" if {name} is not None else {need('contextlib', 'nullcontext')}()"
    value = item.named_children[0]
    if given:
        edits = [insert_at(call.start_byte, "("), insert_at(call.end_byte, f"{choice})")]
    else:
        edits = [insert_at(value.end_byte, choice)]
    for one in given:
        for other in statements(body):
            if not is_read_in(other, one):
                continue
            told = call_of(other)
            if told is None or not text_of(told).startswith(f"{one}.") or not starts_row(file, other):
                return []
            edits += wrap(file, other, other, f"if {one} is not None:")
        if any(is_read_in(other, one) for other in following_outward(statement)):
            return []
    return edits


def _items_of(statement: Node) -> list[Node]:
    clause = next((child for child in statement.children if child.type == "with_clause"), None)
    return [child for child in clause.named_children if child.type == "with_item"] if clause else []


def _entered(item: Node) -> Node:
    value = item.named_children[0]
    return value.named_children[0] if value.type == "as_pattern" else value
