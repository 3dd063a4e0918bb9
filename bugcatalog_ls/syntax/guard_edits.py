"""Edits that put statements under a test of a name, and what tells where such a test is enough."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.syntax.edits import insert_at, replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guards import conditions_at, implied, present
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    arguments_of,
    called_name,
    decorators_of,
    elements_of,
    enclosing,
    holds_node,
    is_none,
    operator_of,
    statements,
    text_of,
    unawaited,
    unparenthesised,
    walk,
)
from bugcatalog_ls.syntax.object_uses import is_label, is_object_use
from bugcatalog_ls.syntax.statement_edits import wrap
from bugcatalog_ls.syntax.words import identifiers_named
from bugcatalog_ls.text.spans import TextEdit

# Where `a is not None and b` needs parentheses around it.
_TIGHTER = frozenset(
    {"not_operator", "comparison_operator", "binary_operator", "unary_operator", "boolean_operator"}
)
_ANNOTATED = frozenset(
    {"typed_parameter", "typed_default_parameter", "function_definition", "assignment", "block", "module"}
)


def guarded(file: PyFile, first: Node, last: Node, name: str) -> list[TextEdit]:
    """The statements under a test of the name; nothing where a context manager would yield only behind
    it: Python raises where it does not yield."""
    function = enclosing(first, "function_definition")
    decorators = decorators_of(function) if function is not None else []
    is_manager = any("contextmanager" in text_of(one) for one in decorators)
    if is_manager and any(node.type == "yield" for node in nodes_between(first, last)):
        return []
    return wrap(file, first, last, f"if {name} is not None:")


def chosen(statement: Node, name: str) -> list[TextEdit]:
    """`x = name.f() if name is not None else None`; nothing for what is no plain assignment, nor for one
    whose type says that it is never None."""
    assignment = assignment_of(statement)
    if assignment is not None and assignment.child_by_field_name("type") is not None:
        return []
    left = assignment.child_by_field_name("left") if assignment is not None else None
    right = assignment.child_by_field_name("right") if assignment is not None else None
    if left is None or right is None or left.type not in ("identifier", "attribute"):
        return []
    if right.type not in ("call", "attribute", "subscript", "await"):
        return []
    return [insert_at(right.end_byte, f" if {name} is not None else None")]


def tested_type(node: Node, name: str) -> list[TextEdit]:
    """`name is not None and isinstance(value, name.Type)`, where a node is of such a type: without the
    library nothing is of it. Of several types that one is left out."""
    call = next((parent for parent in ancestors(node) if parent.type == "call"), None)
    if call is None or called_name(call) not in ("isinstance", "issubclass"):
        return []
    positional = arguments_of(call).positional
    if len(positional) != 2 or not holds_node(positional[1], node):
        return []
    wanted = unparenthesised(positional[1])
    if wanted.type == "tuple":
        others = [one for one in elements_of(wanted) if not _reads_any(one, {name.partition(".")[0]})]
        if not others or wanted.start_point.row != wanted.end_point.row:
            return _and_tested(call, name) if not others else []
        rest = f"({', '.join(map(text_of, others))})" if len(others) > 1 else text_of(others[0])
        return [insert_at(wanted.end_byte, f" if {name} is not None else {rest}")]
    return _and_tested(call, name) if wanted.type in ("attribute", "identifier", "subscript") else []


def tested_condition(statement: Node, name: str) -> list[TextEdit]:
    """The condition of an `if` with the test of the name before it."""
    condition = statement.child_by_field_name("condition")
    if condition is None:
        return []
    is_looser = condition.type in ("boolean_operator", "conditional_expression", "named_expression", "lambda")
    if not is_looser or (condition.type == "boolean_operator" and operator_of(condition) == "and"):
        return [insert_at(condition.start_byte, f"{name} is not None and ")]
    return replace_node(condition, f"{name} is not None and ({text_of(condition)})")


def _and_tested(call: Node, name: str) -> list[TextEdit]:
    parent = call.parent
    is_joined = parent is not None and parent.type == "boolean_operator" and operator_of(parent) == "and"
    if parent is None or parent.type not in _TIGHTER or is_joined:
        return [insert_at(call.start_byte, f"{name} is not None and ")]
    return [insert_at(call.start_byte, f"({name} is not None and "), insert_at(call.end_byte, ")")]


def annotation_around(node: Node) -> Node | None:
    """The whole annotation that a node stands in."""
    found = None
    for part in (node, *ancestors(node)):
        if part.type == "type":
            found = part
        elif part.type in _ANNOTATED:
            break
    return found


def quoted(annotation: Node) -> list[TextEdit]:
    """An annotation as a string, which nothing evaluates at import; none where it has strings itself."""
    written = text_of(annotation)
    if '"' in written or "'" in written or annotation.start_point.row != annotation.end_point.row:
        return []
    return replace_node(annotation, f'"{written}"')


# -- statements ------------------------------------------------------------------------------------


def assignment_of(statement: Node) -> Node | None:
    inner = statement.named_children[0] if statement.type == "expression_statement" else statement
    return inner if inner.type == "assignment" else None


def call_of(statement: Node) -> Node | None:
    """The call that a statement is, awaited or not, whose result is dropped."""
    if statement.type != "expression_statement" or statement.named_child_count != 1:
        return None
    value = unawaited(statement.named_children[0])
    return value if value.type == "call" else None


def following(statement: Node) -> list[Node]:
    """The statements behind one in its block."""
    block = statement.parent
    return [one for one in statements(block) if one.start_byte > statement.start_byte] if block else []


def following_outward(statement: Node) -> Iterator[Node]:
    """The statements behind one, in its block and in those around, up to the function's end."""
    child: Node | None = statement
    while child is not None and child.type not in ("function_definition", "class_definition", "module"):
        if child.parent is not None and child.parent.type in ("block", "module"):
            yield from following(child)
        child = child.parent


def last_in_need(statement: Node) -> Node:
    """The last statement of the block that reads what it, or one that goes with it, assigns."""
    last, assigned, passed = statement, assigned_names(statement), set[str]()
    for other in following(statement):
        if _reads_any(other, assigned):
            last = other
            assigned |= assigned_names(other) | passed  # What stands between goes under the test too.
        else:
            passed |= assigned_names(other)
    return last


def nodes_between(first: Node, last: Node) -> Iterator[Node]:
    for statement in statements(first.parent) if first.parent is not None else ():
        if first.start_byte <= statement.start_byte <= last.start_byte:
            yield statement
            yield from walk(statement)


def is_read_in(statement: Node, name: str) -> bool:
    return _reads_any(statement, {name.partition(".")[0]})


def assigned_names(statement: Node) -> set[str]:
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


# -- tests -----------------------------------------------------------------------------------------


def reads_of(file: PyFile, target: Node) -> list[Node]:
    """Where the file reads a variable that is assigned, or the class an attribute of `self`."""
    written = text_of(target)
    name = written.rpartition(".")[2]
    holder = enclosing(target, "class_definition") if target.type == "attribute" else None
    found = []
    for node in identifiers_named(holder or file.root, file.source.data, name.encode()):
        read = node
        if target.type == "attribute":
            if node.parent is None or node.parent.type != "attribute" or text_of(node.parent) != written:
                continue
            read = node.parent
        elif is_label(node) or file.scopes.lookup(name, node.start_byte) != file.scopes.lookup(
            name, target.start_byte
        ):
            continue
        if not _is_target(read):
            found.append(read)
    return found


def is_tested(read: Node) -> bool:
    """Whether a read asks whether the value is None, or stands behind a test of that."""
    return _is_test(read) or _is_behind_test(read)


def _is_target(node: Node) -> bool:
    parent = node.parent
    left = parent.child_by_field_name("left") if parent is not None and parent.type == "assignment" else None
    return left is not None and left.id == node.id


def _is_test(node: Node) -> bool:
    parent = node.parent
    if parent is None or is_object_use(node):
        return False
    if parent.type == "comparison_operator":
        return any(is_none(child) for child in parent.named_children)
    if parent.type in ("if_statement", "elif_clause", "while_statement"):
        condition = parent.child_by_field_name("condition")
        return condition is not None and condition.id == node.id
    return parent.type in ("not_operator", "assert_statement") or (
        parent.type == "boolean_operator" and operator_of(parent) == "and"
    )


def _is_behind_test(node: Node) -> bool:
    written = text_of(node)
    return any(
        (subject := present(part)) is not None and text_of(subject) == written
        for condition in conditions_at(node)
        for part in implied(condition)
    )
