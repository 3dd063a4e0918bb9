"""Edits that refuse work where a name is None: in the words of the file, where it has some."""

from __future__ import annotations

import builtins
import re
from collections.abc import Collection, Iterable, Iterator

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.function_checks import FunctionChecks
from bugcatalog_ls.syntax.nodes import (
    COMPREHENSIONS,
    ancestors,
    body_of,
    called_name,
    enclosing,
    holds_node,
    is_docstring,
    operator_of,
    statement_of,
    statements,
    text_of,
    unparenthesised,
    walk,
)
from bugcatalog_ls.syntax.statement_edits import insert_before
from bugcatalog_ls.text.spans import TextEdit

_ONLY_LOOKING = frozenset(
    {"isinstance", "issubclass", "len", "bool", "callable", "hasattr", "startswith", "endswith"}
)
DEFINITIONS = frozenset({"function_definition", "class_definition", "decorated_definition"})
_MUCH = re.compile(r"\b(?:Exception|BaseException|RuntimeError|ImportError)\b")
# These call what they are given at once, or hand it out to who asks for all of it.
_CALLS_AT_ONCE = frozenset({"sorted", "min", "max", "sort", "map", "filter", "reduce", "any", "all", "sum"})


def refused(
    file: PyFile, node: Node, tests: Iterable[str], words: str, companions: Collection[str] = ()
) -> list[TextEdit]:
    """A refusal before the statement of a node; nothing where that would refuse more than what fails.

    `tests` are conditions that hold where the name is missing, the first the plainest; the file's own
    refusal by one of them is written again, else an error with `words` is raised. `companions` are
    missing with it."""
    place = place_to_refuse(node, companions)
    wanted = _wanted_when(node, statement_of(node))
    if place is None or wanted is None:
        return []
    tests = list(tests)
    # Who imports the module may go on without it.
    is_at_import = enclosing(place, "function_definition") is None
    error = f'{"ImportError" if is_at_import else "RuntimeError"}("{words}")'
    if wanted:
        refusal = f"if {' and '.join([*wanted, tests[0]])}:\n    raise {error}"
        return insert_before(file, place, refusal) if place == statement_of(node) else []
    code = _call_of_checker(file, place, tests) or _own_refusal(file, place, tests)
    is_spaced = place.type in DEFINITIONS and place.parent == file.root
    written = code or f"if {tests[0]}:\n    raise {error}"
    return insert_before(file, place, written, n_blank=2 if is_spaced else 0)


def place_to_refuse(node: Node, companions: Collection[str] = ()) -> Node | None:
    """The statement before which to refuse what a node needs; None where it may not be come to there."""
    missing = {text_of(node).partition(".")[0], *companions}
    statement = statement_of(node)
    if _wanted_when(node, statement) is None:
        return None
    place = _out_of_classes(statement)
    for parent in ancestors(place):
        if parent.type in DEFINITIONS:
            break
        if parent.type != "try_statement" or not _is_in_body(parent, node):
            continue
        block = place.parent
        is_directly = block is not None and block.parent is not None and block.parent.id == parent.id
        if _is_asked_by_handlers(parent, missing):
            # Where the `try` is in progress, its handlers would ask for the name.
            if not is_directly or _has_finally(parent):
                return None
            place = statement_of(parent)
        elif is_directly and block is not None and statements(block)[0].id == place.id:
            place = place if _has_finally(parent) or _catches_much(parent) else statement_of(parent)
    return place


def _wanted_when(node: Node, statement: Node) -> list[str] | None:
    """The conditions on which a statement evaluates a node of it, asked again before it without harm;
    None where that can't be told."""
    wanted: list[str] = []
    is_inner = False
    child = node
    for parent in ancestors(node):
        if child.id == statement.id:
            break
        kind = parent.type
        if kind in ("except_clause", "elif_clause", "case_clause"):
            return None
        condition, holds = None, True
        if kind == "boolean_operator" and _is_field(parent, "right", child):
            condition, holds = parent.child_by_field_name("left"), operator_of(parent) == "and"
        elif kind == "conditional_expression":
            chosen, asked, *_ = (part for part in parent.named_children if part.type != "comment")
            if asked.id != child.id:
                condition, holds = asked, chosen.id == child.id
        elif kind in COMPREHENSIONS or kind == "lambda":
            is_inner = True
        if (kind == "lambda" and not _is_called_at_once(parent)) or (
            kind == "generator_expression" and not _is_used_up(parent)
        ):
            return None
        if condition is not None:
            if is_inner or statement.type == "while_statement" or not _is_harmless(condition):
                return None
            wanted.insert(0, _written(condition, holds))
        child = parent
    # What a comprehension goes round is not known before it.
    return None if wanted and is_inner else wanted


def _is_harmless(condition: Node) -> bool:
    """Whether a condition may be asked twice: it calls nothing but what only looks."""
    if condition.start_point.row != condition.end_point.row:
        return False
    for part in (condition, *walk(condition)):
        if part.type in ("await", "named_expression", "yield", "lambda"):
            return False
        if part.type == "call" and called_name(part) not in _ONLY_LOOKING:
            return False
    return True


def _written(condition: Node, holds: bool) -> str:
    condition = unparenthesised(condition)
    written = text_of(condition)
    if holds:
        is_loose = condition.type in ("conditional_expression", "boolean_operator")
        return f"({written})" if is_loose and operator_of(condition) != "and" else written
    if condition.type == "not_operator":
        return written.removeprefix("not").strip()
    is_plain = condition.type in ("identifier", "attribute", "call", "subscript")
    return f"not {written}" if is_plain else f"not ({written})"


def _is_field(parent: Node, field: str, child: Node) -> bool:
    found = parent.child_by_field_name(field)
    return found is not None and found.id == child.id


def _is_called_at_once(function: Node) -> bool:
    call = next((parent for parent in ancestors(function) if parent.type == "call"), None)
    return call is not None and called_name(call) in _CALLS_AT_ONCE


def _is_used_up(generator: Node) -> bool:
    return generator.parent is not None and generator.parent.type in ("call", "argument_list")


def _out_of_classes(statement: Node) -> Node:
    """What a class body needs is refused before the class."""
    place = statement
    while place.parent is not None and place.parent.parent is not None:
        holder = place.parent.parent
        if place.parent.type != "block" or holder.type != "class_definition":
            return place
        place = statement_of(holder)
    return place


def _is_in_body(statement: Node, node: Node) -> bool:
    body = statement.child_by_field_name("body")
    return body is not None and holds_node(body, node)


def _is_asked_by_handlers(statement: Node, names: Collection[str]) -> bool:
    """Whether the handlers of a `try` catch what has one of the names."""
    return any(
        part.type == "identifier" and text_of(part) in names
        for caught in _caught_by(statement)
        if caught is not None
        for part in (caught, *walk(caught))
    )


def _catches_much(statement: Node) -> bool:
    """Whether the handlers of a `try` would catch the refusal too."""
    return any(caught is None or _MUCH.search(text_of(caught)) for caught in _caught_by(statement))


def _caught_by(statement: Node) -> list[Node | None]:
    handlers = [child for child in statement.children if child.type.startswith("except")]
    return [handler.child_by_field_name("value") for handler in handlers]


def _has_finally(statement: Node) -> bool:
    return any(child.type == "finally_clause" for child in statement.children)


# -- in the words of the file ------------------------------------------------------------------------


def refusals_of(file: PyFile, tests: Iterable[str]) -> Iterator[tuple[Node, Node]]:
    """The `if`s of functions that ask one of the tests, and nothing else, with what they do then."""
    wanted = set(tests)
    for test in file.nodes("if_statement"):
        condition = test.child_by_field_name("condition")
        if condition is None or text_of(unparenthesised(condition)) not in wanted:
            continue
        body = body_of(test)
        if len(body) == 1 and test.child_by_field_name("alternative") is None:
            yield test, body[0]


def _own_refusal(file: PyFile, place: Node, tests: list[str]) -> str:
    """A refusal that stands in another function, where it tells nothing of that function."""
    for test, only in refusals_of(file, tests):
        condition = test.child_by_field_name("condition")
        if only.type != "raise_statement" or condition is None or holds_node(place, test):
            continue
        written = text_of(only)
        if '"""' in written or "'''" in written or file.scopes.at(test.start_byte).kind != "function":
            continue
        if not only.named_children or not _is_of_module(file, only, place):
            continue
        indent = " " * only.start_point.column
        lines = [line.removeprefix(indent) for line in written.split("\n")]
        return f"if {text_of(condition)}:\n" + "\n".join(f"    {line}".rstrip() for line in lines)
    return ""


def _is_of_module(file: PyFile, statement: Node, place: Node) -> bool:
    """Whether all names of a statement are the module's or Python's own, and mean the same elsewhere."""
    for node in walk(statement):
        parent = node.parent
        if node.type != "identifier" or parent is None:
            continue
        if parent.type == "attribute" and not _is_field(parent, "object", node):
            continue
        if parent.type == "keyword_argument" and _is_field(parent, "name", node):
            continue
        name = text_of(node)
        for offset in (node.start_byte, place.start_byte):
            found = file.scopes.lookup(name, offset)
            is_own = found is not None and found[0] is file.scopes.module
            if not is_own and (found is not None or not hasattr(builtins, name)):
                return False
    return True


def _call_of_checker(file: PyFile, place: Node, tests: list[str]) -> str:
    """A call of the function of the module that does nothing but refuse by one of the tests."""
    checking = {test.id for test, only in refusals_of(file, tests) if only.type == "raise_statement"}
    if not checking:
        return ""
    for name, function in FunctionChecks(file).only_refusing:
        parameters = function.child_by_field_name("parameters")
        body = [each for each in body_of(function) if not is_docstring(each)]
        is_plain = not text_of(function).startswith("async") and parameters is not None
        if not is_plain or parameters is None or parameters.named_children or len(body) != 1:
            continue
        if body[0].id in checking and not holds_node(function, place):
            return f"{name}()"
    return ""
