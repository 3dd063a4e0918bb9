"""The rows that a function writes: their names, what they are made of, what comes between two writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.session_calls import Session, SessionCall
from bugcatalog_ls.syntax.nodes import ancestors, arguments_of, callee_of, statement_of, text_of, walk
from bugcatalog_ls.syntax.scopes import Scope


class FunctionBody(NamedTuple):
    """What a function's own body holds, walked once."""

    assignments: tuple[Node, ...]
    targets: tuple[Node, ...]
    calls: tuple[Node, ...]


def body_of_function(scope: Scope) -> FunctionBody:
    """The assignments of a function, the `row.x` that they write, and its calls."""
    assignments: list[Node] = []
    targets: list[Node] = []
    calls: list[Node] = []
    block = scope.node.child_by_field_name("body")
    for node in walk(block) if block is not None else ():
        if node.type == "call":
            calls.append(node)
        elif node.type in ("assignment", "augmented_assignment"):
            left = node.child_by_field_name("left")
            if node.type == "assignment":
                assignments.append(node)
            if left is not None and left.type == "attribute" and left.children[0].type == "identifier":
                targets.append(left)
    return FunctionBody(tuple(assignments), tuple(targets), tuple(calls))


def standing_before(nodes: Iterable[Node], offset: int) -> Iterator[Node]:
    return (node for node in nodes if node.start_byte < offset)


def rows_of(call: SessionCall) -> set[str]:
    """The names of what `add`, `add_all`, `delete` … are given."""
    found: set[str] = set()
    for value in arguments_of(call.node).positional:
        if value.type == "identifier":
            found.add(text_of(value))
        elif value.type in ("list", "tuple"):
            found |= {text_of(part) for part in value.named_children if part.type == "identifier"}
    return found


def row_names(session: Session) -> set[str]:
    """The names of rows that the session is given or has loaded."""
    found = {name for call in session.calls for name in rows_of(call)}
    for call in session.calls:
        assignment = next((parent for parent in ancestors(call.node) if parent.type == "assignment"), None)
        left = assignment.child_by_field_name("left") if assignment is not None else None
        if left is not None and left.type == "identifier" and not call.writes:
            found.add(text_of(left))
    return found


def assigned_names(node: Node) -> set[str]:
    """The names that the statement of a call binds to its result."""
    statement = statement_of(node)
    assignment = statement.named_children[0] if statement.named_children else statement
    left = assignment.child_by_field_name("left") if assignment.type == "assignment" else None
    if left is None:
        return set()
    return {text_of(part) for part in (left, *walk(left)) if part.type == "identifier"}


def taken_from(body: FunctionBody, names: Iterable[str]) -> set[str]:
    """The names that are given a part of what names hold: `key = result.inserted_primary_key[0]`."""
    known = set(names)
    for node in body.assignments:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None or left.type != "identifier":
            continue
        part = right
        while part.type in ("attribute", "subscript", "call", "await", "parenthesized_expression"):
            part = part.named_children[0]
        if part is not right and part.type == "identifier" and text_of(part) in known:
            known.add(text_of(left))
    return known - set(names)


def appends_row(call: Node, rows: Iterable[str]) -> bool:
    """Whether a call puts a new row into a relationship of a known one: `order.lines.append(Line(…))`."""
    written = text_of(callee_of(call) or call).split(".")
    given = arguments_of(call).positional
    if len(written) != 3 or written[2] not in ("append", "add") or written[0] not in rows:
        return False
    made = callee_of(given[0]) if len(given) == 1 and given[0].type == "call" else None
    return made is not None and text_of(made).rpartition(".")[2][:1].isupper()


def given_rows(write: Node) -> frozenset[str]:
    """The names that a write is given as rows, which point to nothing by themselves."""
    positional = arguments_of(write).positional if write.type == "call" else ()
    return frozenset(text_of(value) for value in positional if value.type == "identifier")


def makings(body: FunctionBody, name: str, before: int) -> Iterator[Node]:
    """What a row is made of: the values that its name and its attributes are given."""
    for node in standing_before(body.assignments, before):
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        written = text_of(left) if left is not None else ""
        if right is not None and (written == name or written.startswith(f"{name}.")):
            yield right


def works_between(body: FunctionBody, commit: Node, write: Node) -> bool:
    """Whether something else is called between a commit and the write behind it."""
    receiver = text_of(callee_of(commit) or commit).rpartition(".")[0]
    return any(
        commit.end_byte <= call.start_byte and not text_of(call).startswith(f"{receiver}.")
        for call in standing_before(body.calls, write.start_byte)
    )


def mentions_any(node: Node, names: Iterable[str]) -> bool:
    wanted = set(names)
    return any(part.type == "identifier" and text_of(part) in wanted for part in (node, *walk(node)))


def made_together(body: FunctionBody, names: Iterable[str], other: str) -> bool:
    """Whether one call gives a row together with one of others (`order, lines = build(cart)`)."""
    wanted = set(names)
    for node in body.assignments:
        left = node.child_by_field_name("left")
        if left is not None and left.type in ("pattern_list", "tuple_pattern"):
            bound = {text_of(part) for part in left.named_children}
            if other in bound and bound & (wanted - {other}):
                return True
    return False
