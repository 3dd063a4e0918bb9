"""How a use of an optional import is mended: left out, where the work may be, else refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.dispensable_work import is_cached_read, weight_of
from bugcatalog_ls.facts.missing_names import Missing, tests_of, words_for
from bugcatalog_ls.facts.omitted_work import entered_without, is_needed_later, last_left_out, looking_on
from bugcatalog_ls.facts.unchecked_uses import first_on_their_paths
from bugcatalog_ls.syntax.condition_mends import entered_behind, turned_round
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guard_edits import (
    annotation_around,
    assignment_of,
    call_of,
    chosen,
    following,
    following_outward,
    guarded,
    is_read_in,
    is_tested,
    nodes_between,
    quoted,
    reads_of,
    tested_condition,
    tested_type,
)
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    enclosing,
    statement_of,
    statements,
    text_of,
    unawaited,
    walk,
)
from bugcatalog_ls.syntax.object_uses import is_object_use
from bugcatalog_ls.syntax.refusal_edits import DEFINITIONS, refused
from bugcatalog_ls.text.spans import TextEdit

_MAY_BE_NONE = re.compile(r"\bNone\b|\bOptional\b")
TURNED_ROUND = "Turn the test round"
_DISPLAYS = ("dictionary", "list", "set", "tuple")


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
    if statement.parent is None or not name:
        return None
    assignment = assignment_of(statement)
    value = assignment.child_by_field_name("right") if assignment is not None else None
    is_made = value is not None and is_read_in(value, name)
    if not is_made and (annotation := annotation_around(node)) is not None:
        edits = quoted(annotation)
        return Mend("Quote the annotation", False, edits, False) if edits else None
    words = words_for(file, missing)
    if statement.type in DEFINITIONS:
        return _refusal(file, node, missing, words)
    title = f"Guard with `if {name} is not None`"
    tests = tests_of(file, missing)
    if edits := turned_round(node, tests):
        reads_name = any(name in edit.content for edit in edits)
        return Mend(TURNED_ROUND, False, edits, reads_name)
    if edits := entered_behind(file, node, name):
        return Mend(title, False, edits, True)
    if not _is_needed_anyway(statement, node, name) and (edits := tested_type(node, name)):
        return Mend(title, False, edits, True)
    if any(parent.type == "except_clause" and parent.parent == statement for parent in ancestors(node)):
        return None  # What is caught is evaluated after something else failed.
    if (with_statement := looking_on(statement, node, missing)) is not None:
        edits = entered_without(file, with_statement, name, need)
        return Mend(f"Go without {name} where it is None", False, edits, True) if edits else None
    if (last := last_left_out(file, statement, node, missing)) is not None:
        is_safe = last.id == statement.id and call_of(statement) is not None and not missing.is_unbound
        edits = guarded(file, statement, last, name)
        return Mend(title, is_safe, edits, True) if edits else None
    if edits := _kept_none(file, statement, node, name):
        return Mend(title, False, edits, True)
    if _may_give_none(statement) and not following(statement):
        edits = guarded(file, statement, statement, name)
        return Mend(title, False, edits, True) if edits else None
    if edits := _kept_for_functions(file, statement, node, missing, words, is_handed_out):
        return Mend(title, False, edits, True)
    return _refusal(file, node, missing, words)


def guard_instead(file: PyFile, node: Node, missing: Missing) -> Mend | None:
    """The guard of a call whose result is dropped, for those who would rather go on than refuse.

    It is safe, as every guard of such a call, but where it would keep quiet about work that is owed, or
    where what the call is given is read behind it, as a buffer that it fills."""
    statement = statement_of(node)
    call = call_of(statement)
    if call is None or call.start_byte != node.start_byte or missing.is_unbound or not missing.name:
        return None
    if is_needed_later(statement, missing):
        return None
    edits = guarded(file, statement, statement, missing.name)
    given = {text_of(one) for one in walk(call) if one.type == "identifier"} - {
        missing.name.partition(".")[0]
    }
    is_read = any(is_read_in(other, one) for other in following_outward(statement) for one in given)
    is_safe = weight_of(call, missing.target) != "owed" and not is_read
    return Mend(f"Guard with `if {missing.name} is not None`", is_safe, edits, True) if edits else None


def _refusal(file: PyFile, node: Node, missing: Missing, words: str) -> Mend | None:
    name = missing.name
    display = enclosing(node, *_DISPLAYS)
    if display is not None and enclosing(display, "function_definition") is None:
        return None  # The other entries of a module's table are there without it.
    edits = refused(file, node, tests_of(file, missing), words, missing.companions)
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
    words: str,
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
    if not edits:
        return []
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
        refusal = refused(file, read, [f"{kept} is None"], words)
        if not refusal:
            return []
        edits += refusal
    return edits


def _is_used_in_function(file: PyFile, read: Node) -> bool:
    is_inside = file.scopes.at(read.start_byte).kind == "function"
    return is_inside and is_object_use(read) and statement_of(read).type not in DEFINITIONS


def _may_give_none(statement: Node) -> bool:
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
