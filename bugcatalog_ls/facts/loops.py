"""Loops of a file: what each turn is called, what they go over, and how they end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guards import conditions_at, implied
from bugcatalog_ls.syntax.nodes import (
    COMPREHENSIONS,
    ancestors,
    arguments_of,
    called_name,
    callee_of,
    enclosing,
    text_of,
    unparenthesised,
    walk,
)
from bugcatalog_ls.text.spans import Span

_SMALL = 3
_CUTS = re.compile(r"\[\s*[\w.]+\[\s*(\w+)\s*:\s*\1\s*\+")
_FIRST_FEW = re.compile(r"\[\s*0?\s*:\s*(\d+)\s*\]$")
_SUCCESS = re.compile(r"\bok\b|==(?!\s*[45]\d\d)|success|is not None|^\w+$")


class Loop(NamedTuple):
    """A `for` or a comprehension: the name of its turn, what it goes over, and the span of its body."""

    node: Node
    name: str
    names: tuple[str, ...]
    over: Node
    body: Span


def loops(file: PyFile) -> Iterator[Loop]:
    for node in file.nodes("for_statement"):
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        body = node.child_by_field_name("body")
        if left is not None and right is not None and body is not None:
            yield _loop(node, left, right, Span(body.start_byte, body.end_byte))
    for clause in file.nodes("for_in_clause"):
        left, right = clause.child_by_field_name("left"), clause.child_by_field_name("right")
        comprehension = clause.parent
        if left is not None and right is not None and comprehension is not None:
            first = comprehension.named_children[0]
            yield _loop(comprehension, left, right, Span(first.start_byte, first.end_byte))


def _loop(node: Node, left: Node, right: Node, body: Span) -> Loop:
    names = (
        tuple(text_of(child) for child in left.named_children) if left.named_children else (text_of(left),)
    )
    over = unparenthesised(right)
    if over.type == "call" and text_of(callee_of(over) or over) == "enumerate" and len(names) == 2:
        inner = arguments_of(over).positional
        if inner:
            over, names = inner[0], names[1:]
    return Loop(node, names[-1] if names else "", names, over, body)


def is_small(file: PyFile, over: Node) -> bool:
    """Whether a loop goes over a few constants, over numbers, or over what cannot be rows."""
    over = unparenthesised(over)
    if over.type == "identifier":
        bindings = file.names.bindings(over)
        if any(binding.kind in ("import", "from") for binding in bindings) and text_of(over).isupper():
            return True
        if re.fullmatch(r"[A-Z]+[a-z]\w*", text_of(over)):
            # The members of an enum.
            return True
        held = bindings[0].value if len(bindings) == 1 else None
        if held is not None and held.type == "list_comprehension" and _CUTS.match(text_of(held)) is not None:
            # Lots of many: `[ids[i : i + 1000] for i in range(…)]`.
            return True
        if held is None or held.type not in ("list", "tuple", "set", "dictionary"):
            return False
        return is_small(file, held) or _grows_to_few(file, over, held)
    if over.type in ("list", "tuple", "set", "dictionary", "expression_list"):
        items = [child for child in over.named_children if child.type != "comment"]
        is_filled = any(child.type in ("list_splat", "dictionary_splat") for child in items)
        # What begins empty is filled before the loop.
        return 0 < len(items) <= _SMALL and not is_filled
    if over.type == "call":
        name = called_name(over)
        inner = arguments_of(over).positional
        if name in ("list", "tuple", "sorted", "reversed") and len(inner) == 1:
            return is_small(file, inner[0])
        if name == "zip":
            # It ends with the shortest.
            return any(is_small(file, part) or is_constant(part) for part in inner)
        if name in ("items", "keys", "values"):
            owner = (callee_of(over) or over).child_by_field_name("object")
            return owner is not None and is_small(file, owner)
        return name in (
            "range",
            "count",
            "cycle",
            "open",
            "splitlines",
            "glob",
            "iterdir",
            "walk",
            "zip_longest",
        )
    if over.type == "subscript":
        cut = _FIRST_FEW.search(text_of(over))
        return cut is not None and int(cut[1]) <= _SMALL
    if over.type == "attribute":
        # The members of an enum of another module, or what a model says of itself.
        return (
            "._meta." in text_of(over) or re.fullmatch(r"(?:\w+\.)*[A-Z]+[a-z]\w*", text_of(over)) is not None
        )
    return over.type == "string"


def _grows_to_few(file: PyFile, name: Node, held: Node) -> bool:
    """Whether a list that begins empty is given a few elements, each written down outside of any loop."""
    function = enclosing(name, "function_definition")
    if held.type != "list" or held.named_children or function is None:
        return False
    written, n_elements = text_of(name), 0
    for call in file.calls_written("append", "extend", "insert"):
        if not function.start_byte <= call.start_byte < function.end_byte:
            continue
        owner, _, method = text_of(callee_of(call) or call).rpartition(".")
        if owner != written:
            continue
        around = enclosing(call, "for_statement", "while_statement", "lambda", "function_definition")
        if around is None or around.id != function.id:
            return False
        if method != "extend":
            n_elements += 1
            continue
        given = next(iter(arguments_of(call).positional), None)
        if given is None or given.type not in ("list", "tuple"):
            return False
        items = [child for child in given.named_children if child.type != "comment"]
        if any(item.type == "list_splat" for item in items):
            return False
        n_elements += len(items)
    return 0 < n_elements <= _SMALL and not _is_handed_on(function, written)


def _is_handed_on(function: Node, name: str) -> bool:
    """Whether a list is given to something that may fill it, or is added to with `+=`."""
    given = rb"[(,=]\s*%s\s*[,)]|\b%s\s*\+=" % (name.encode(), name.encode())
    return re.search(given, function.text or b"") is not None


def names_of_turn(file: PyFile, loop: Loop) -> set[str]:
    """The names that depend on the turn: the loop's own, and those that its body makes of them."""
    names = set(loop.names)
    if loop.node.type == "for_statement":
        for node in file.nodes("assignment"):
            if not loop.body.start <= node.start_byte < loop.body.end:
                continue
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is None or right is None or left.type != "identifier":
                continue
            if names & set(re.findall(r"\w+", text_of(right))):
                names.add(text_of(left))
    return names


def is_in_handler(call: Node, loop: Node) -> bool:
    """Whether a call is made only where a turn of the loop has failed."""
    for parent in ancestors(call):
        if parent.id == loop.id:
            return False
        if parent.type == "except_clause":
            return True
    return False


def is_last_of_loop(node: Node, loop: Node) -> bool:
    """Whether the loop is over once a node in its body has run: its block returns, raises or breaks."""
    is_in_inner_loop = False
    for parent in ancestors(node):
        if parent.type == "block" and parent.named_children:
            last = parent.named_children[-1].type
            if last in ("return_statement", "raise_statement"):
                return True
            if last == "break_statement" and not is_in_inner_loop:
                return True
        if parent.id == loop.id:
            return False
        is_in_inner_loop = is_in_inner_loop or parent.type in ("for_statement", "while_statement")
    return False


def is_for_one_turn(node: Node, loop: Loop) -> bool:
    """Whether a node runs only where the turn is one of a few constants: `if name == "root":`."""
    for condition in conditions_at(node):
        for part in implied(condition):
            test = part.node
            if test.type != "comparison_operator" or test.named_child_count != 2:
                continue
            left, right = test.named_children
            operator = " ".join(text_of(child) for child in test.children if not child.is_named)
            if text_of(left) not in loop.names or (operator in ("==", "in")) != part.holds:
                continue
            if operator in ("==", "!=") and right.type in ("string", "integer"):
                return True
            if operator in ("in", "not in") and right.type in ("list", "tuple", "set"):
                return right.named_child_count <= _SMALL
    return False


def is_constant(over: Node) -> bool:
    return (
        re.fullmatch(r"(?:\w+\.)*[A-Z][A-Z0-9_]+(?:\.(?:items|keys|values)\(\))?", text_of(over)) is not None
    )


def tries_alternatives(loop: Loop) -> bool:
    """Whether a loop ends as soon as one of the answers will do."""
    body = loop.node.child_by_field_name("body") if loop.node.type == "for_statement" else None
    for node in walk(body) if body is not None else ():
        if node.type == "break_statement":
            return True
        if node.type == "return_statement" and node.named_children:
            for parent in ancestors(node):
                if parent.id == loop.node.id:
                    break
                test = parent.child_by_field_name("condition") if parent.type == "if_statement" else None
                if test is not None and test.type == "named_expression":
                    return True
                if test is not None and _SUCCESS.search(text_of(test)) is not None:
                    return True
    return False


def is_in_inner_function(call: Node, loop: Node) -> bool:
    """Whether a call stands in a function or another loop inside of the loop."""
    for parent in ancestors(call):
        if parent.id == loop.id:
            return False
        if parent.type in ("function_definition", "lambda", "for_statement", *COMPREHENSIONS):
            return parent.type in ("function_definition", "lambda")
    return False


def ends_with_first(loop: Loop, call: Node) -> bool:
    """Whether the loop ends with the first call that succeeds."""
    if loop.node.type != "for_statement":
        return False
    body = loop.node.child_by_field_name("body")
    pending = list(body.named_children) if body is not None else []
    while pending:
        node = pending.pop()
        if node.type in ("return_statement", "break_statement"):
            return True
        if node.type in ("try_statement", "with_statement", "block", "else_clause"):
            pending += node.named_children
    return False


def call_at(file: PyFile, start: int, name: bytes) -> Node | None:
    """The call whose callee, as far as it is a dotted name, stands at an offset."""
    node = file.root.named_descendant_for_byte_range(start, start + len(name))
    while node is not None and node.type in ("identifier", "attribute"):
        parent = node.parent
        if node.end_byte != start + len(name) or parent is None:
            return None
        if parent.type == "call":
            return parent if callee_of(parent) == node else None
        node = parent if parent.type == "attribute" else None
    return None
