"""How a use of an optional import is mended: left out, where the work may be, else refused."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.dispensable_work import (
    Weight,
    goes_around,
    is_cached_read,
    is_told_only,
    weight_of,
)
from bugcatalog_ls.facts.required_packages import installed_as
from bugcatalog_ls.facts.unchecked_uses import first_on_their_paths
from bugcatalog_ls.syntax.edits import insert_at
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guard_edits import (
    assigned_names,
    assignment_of,
    call_of,
    chosen,
    following,
    following_outward,
    guarded,
    is_read_in,
    is_tested,
    last_in_need,
    nodes_between,
    reads_of,
    tested_condition,
    tested_type,
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
from bugcatalog_ls.syntax.object_uses import is_object_use
from bugcatalog_ls.syntax.optional_imports import Sign
from bugcatalog_ls.syntax.refusal_edits import DEFINITIONS, refusals_of, refused
from bugcatalog_ls.syntax.scopes import Binding
from bugcatalog_ls.text.spans import TextEdit

_MAY_BE_NONE = re.compile(r"\bNone\b|\bOptional\b")


@dataclass(frozen=True)
class Missing:
    """A name that is None, or not bound, where the import of `target` fails; `flags` tell of it, and
    `companions` are missing then too."""

    name: str
    target: str = ""
    is_unbound: bool = False
    flags: dict[str, Sign] = field(default_factory=dict)
    companions: frozenset[str] = frozenset()


class Mend(NamedTuple):
    """Edits with their title; `reads_name` tells that they ask the name itself, not a flag."""

    title: str
    is_safe: bool
    edits: list[TextEdit]
    reads_name: bool


def mend(
    file: PyFile,
    node: Node,
    missing: Missing,
    need: Callable[[str, str], str],
    is_handed_out: Callable[[str], bool],
) -> Mend | None:
    """What a careful owner would do about a use; None where no edit is right.

    `need` imports a name; `is_handed_out` tells whether other files import one of this file."""
    name, statement = missing.name, statement_of(node)
    if statement.type in DEFINITIONS or statement.parent is None or not name:
        return None
    title = f"Guard with `if {name} is not None`"
    if not _is_needed_anyway(statement, node, name) and (edits := tested_type(node, name)):
        return Mend(title, False, edits, True)
    if any(parent.type == "except_clause" and parent.parent == statement for parent in ancestors(node)):
        return None  # What is caught is evaluated after something else failed.
    if (with_statement := _looking_on(statement, node, missing)) is not None:
        edits = _without_it(with_statement, node, name, need)
        return Mend(f"Go without {name} where it is None", False, edits, True) if edits else None
    if (last := _last_left_out(file, statement, node, missing)) is not None:
        is_safe = last.id == statement.id and call_of(statement) is not None and not missing.is_unbound
        edits = guarded(file, statement, last, name)
        return Mend(title, is_safe, edits, True) if edits else None
    if edits := _kept_none(file, statement, node, name):
        return Mend(title, False, edits, True)
    if _is_none_told(statement) and not following(statement):
        edits = guarded(file, statement, statement, name)
        return Mend(title, False, edits, True) if edits else None
    error = f'RuntimeError("{_told(file, missing)}")'
    if edits := _kept_for_functions(file, statement, node, missing, error, is_handed_out):
        return Mend(title, False, edits, True)
    edits = refused(file, node, _tests(file, missing), error, missing.companions)
    reads_name = any(re.search(rf"(?<![\w.]){re.escape(name)} is None", edit.content) for edit in edits)
    return Mend(f"Refuse where {name} is None", False, edits, reads_name) if edits else None


def _is_needed_anyway(statement: Node, node: Node, name: str) -> bool:
    """Whether what runs where a value is not of a type needs the name as well."""
    negation = enclosing(node, "not_operator", "if_statement", "elif_clause", *DEFINITIONS)
    if negation is not None and negation.type == "not_operator":
        branch = enclosing(node, "if_statement", "elif_clause")
        body = branch.child_by_field_name("consequence") if branch is not None else None
        if body is not None and is_read_in(body, name):
            return True
    return any(
        is_read_in(other, name) and "isinstance" not in text_of(other)
        for other in following(statement)
        if other.type in ("expression_statement", "return_statement")
    )


# -- work that may be left out -----------------------------------------------------------------------


def _last_left_out(file: PyFile, statement: Node, node: Node, missing: Missing) -> Node | None:
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
    weight: Weight = weight_of(call, missing.target)
    if _is_needed_later(statement, missing):
        return False
    if weight == "dispensable" or _is_on_the_way_out(statement):
        return True
    if weight == "owed":
        return False
    if enclosing(statement, "function_definition") is None:
        return True  # What a module sets up; who uses it later asks by itself.
    is_plain = not any(inner.type == "call" for inner in _callees(call))
    return is_plain and (_is_left_out_elsewhere(file, statement, missing) or _is_aside(statement))


def _callees(call: Node) -> list[Node]:
    found = []
    node = call.child_by_field_name("function")
    while node is not None and node.type in ("attribute", "call"):
        found.append(node)
        node = node.child_by_field_name("object") or node.child_by_field_name("function")
    return found


def _is_needed_later(statement: Node, missing: Missing) -> bool:
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
        for _, only in refusals_of(file, _tests(file, missing))
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


def _looking_on(statement: Node, node: Node, missing: Missing) -> Node | None:
    """The `with` whose only value is a span or a timer that the name gives."""
    if statement.type != "with_statement":
        return None
    items = _items_of(statement)
    if len(items) != 1:
        return None
    call = _entered(items[0])
    is_meant = call.type == "call" and call.start_byte == node.start_byte
    return statement if is_meant and goes_around(call, missing.target) else None


def _without_it(statement: Node, node: Node, name: str, need: Callable[[str, str], str]) -> list[TextEdit]:
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
            if told is None or not text_of(told).startswith(f"{one}."):
                return []
            edits += guarded_by(other, one)
        if any(is_read_in(other, one) for other in following_outward(statement)):
            return []
    return edits


def guarded_by(statement: Node, name: str) -> list[TextEdit]:
    """A statement of one row under a test; nothing of several rows."""
    indent = " " * statement.start_point.column
    if statement.start_point.row != statement.end_point.row:
        return []
    return [insert_at(statement.start_byte, f"if {name} is not None:\n{indent}    ")]


def _items_of(statement: Node) -> list[Node]:
    clause = next((child for child in statement.children if child.type == "with_clause"), None)
    return [child for child in clause.named_children if child.type == "with_item"] if clause else []


def _entered(item: Node) -> Node:
    value = item.named_children[0]
    return value.named_children[0] if value.type == "as_pattern" else value


def _kept_none(file: PyFile, statement: Node, node: Node, name: str) -> list[TextEdit]:
    """None in place of a value, where all that reads it asks for that."""
    condition = statement.child_by_field_name("condition") if statement.type == "if_statement" else None
    if condition is not None:
        is_asked = condition.start_byte == node.start_byte and condition.type == "call"
        return tested_condition(statement, name) if is_asked and is_cached_read(condition) else []
    assignment = assignment_of(statement)
    left = assignment.child_by_field_name("left") if assignment is not None else None
    right = assignment.child_by_field_name("right") if assignment is not None else None
    if left is None or right is None or unawaited(right).start_byte != node.start_byte:
        return []
    is_kept = left.type == "attribute" or enclosing(statement, "function_definition") is None
    if not is_kept and not is_cached_read(unawaited(right)):
        return []
    reads = reads_of(file, left)
    return chosen(statement, name) if reads and all(map(is_tested, reads)) else []


def _kept_for_functions(
    file: PyFile,
    statement: Node,
    node: Node,
    missing: Missing,
    error: str,
    is_handed_out: Callable[[str], bool],
) -> list[TextEdit]:
    """None in place of what a module makes for its functions, which ask for it: so the module can be
    imported still."""
    assignment = assignment_of(statement)
    left = assignment.child_by_field_name("left") if assignment is not None else None
    right = assignment.child_by_field_name("right") if assignment is not None else None
    if left is None or right is None or left.type != "identifier" or statement.parent != file.root:
        return []
    kept = text_of(left)
    if right.start_byte != node.start_byte or len(file.scopes.module.bindings.get(kept, ())) != 1:
        return []
    reads = [read for read in reads_of(file, left) if not is_tested(read)]
    if not reads or not all(_is_used_in_function(file, read) for read in reads) or is_handed_out(kept):
        return []
    edits = chosen(statement, missing.name)
    asides = {
        read.id
        for read in reads
        if (told := call_of(statement_of(read))) is not None
        and told.start_byte == read.start_byte
        and weight_of(told, missing.target) == "dispensable"
    }
    for read in reads:
        if read.id in asides:
            edits += guarded(file, statement_of(read), statement_of(read), kept)
    for read in first_on_their_paths(file, [read for read in reads if read.id not in asides]):
        refusal = refused(file, read, [f"{kept} is None"], error)
        if not refusal:
            return []
        edits += refusal
    return edits


def _is_used_in_function(file: PyFile, read: Node) -> bool:
    is_inside = file.scopes.at(read.start_byte).kind == "function"
    return is_inside and is_object_use(read) and statement_of(read).type not in DEFINITIONS


# -- refusals ------------------------------------------------------------------------------------------


def _is_none_told(statement: Node) -> bool:
    """Whether a statement is the only `return` of a function that declares that it may return None."""
    function = enclosing(statement, "function_definition")
    declared = function.child_by_field_name("return_type") if function is not None else None
    if statement.type != "return_statement" or declared is None or function is None:
        return False
    body = function.child_by_field_name("body")
    if body is None or body != statement.parent or _MAY_BE_NONE.search(text_of(declared)) is None:
        return False
    returns = [one for one in nodes_between(statements(body)[0], statement) if one.type == "return_statement"]
    return len(returns) == 1


def _tests(file: PyFile, missing: Missing) -> list[str]:
    """Conditions that hold where the name is missing, the plainest first."""
    name = missing.name
    of_name = [f"{name} is None", f"not {name}"]
    signs = {"true": "not {}", "false": "{}", "none": "{} is not None"}
    of_flags: dict[bool, list[str]] = {True: [], False: []}
    for flag, sign in missing.flags.items():
        values = [one.value.type if one.value is not None else "" for one in _bindings(file, flag)]
        of_flags[bool(values) and {"true", "false"} >= set(values)].append(signs[sign].format(flag))
    # What is not bound is asked for by its flag, where that is nothing else.
    first = of_flags[True] if missing.is_unbound else []
    return list(dict.fromkeys([*first, *of_name, *of_flags[True], *of_flags[False]]))


def _bindings(file: PyFile, name: str) -> list[Binding]:
    return file.scopes.module.bindings.get(name, [])


def _told(file: PyFile, missing: Missing) -> str:
    """What is missing, in words."""
    target, top = missing.target, missing.target.partition(".")[0]
    if not target or target.startswith("."):
        return f"{target.lstrip('.') or missing.name} could not be imported"
    if top in sys.stdlib_module_names:
        is_named = missing.name.rpartition(".")[2] in target.split(".")
        return f"{target} is not available" if is_named else f"{missing.name} is missing"
    if re.search(rf"^(?:import|from) {re.escape(top)}\b", file.source.text, re.MULTILINE):
        return f"{target} could not be imported"
    return f"{installed_as(target)} is not installed"
