"""How a health check notes, in a mapping or a variable, which of its parts work and which failed."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.asked_services import ancestors_within
from bugcatalog_ls.syntax.nodes import string_value, text_of, walk


def noted_failure(function: Node, name: str) -> str | None:
    """The text that handlers put into the mapping `name` for what failed: `checks["db"] = "error"`."""
    found: set[str] = set()
    for handler in (node for node in walk(function) if node.type == "except_clause"):
        for node in walk(handler):
            left = node.child_by_field_name("left") if node.type == "assignment" else None
            if left is None or left.type != "subscript" or text_of(left.named_children[0]) != name:
                continue
            literal = node.child_by_field_name("right")
            found.add(text_of(literal) if literal is not None and string_value(literal) is not None else "")
    return found.pop() if len(found) == 1 and "" not in found else None


def is_shared(function: Node, statement: Node) -> bool:
    """Whether a return answers with what handlers before it noted, and so for success and for failure."""
    if any(p.type in ("except_clause", "if_statement") for p in ancestors_within(statement, function)):
        return False
    used = {text_of(node) for node in walk(statement) if node.type == "identifier"}
    noted = (left for handler in _passed(function, statement) for left, _ in _assigned(handler))
    return any(text_of(left).partition("[")[0] in used for left in noted)


def failing_state(function: Node, statement: Node) -> str | None:
    """The condition that holds at a return where a handler before it noted a failure: `status == "down"`."""
    handlers = [handler for handler in _passed(function, statement) if any(_assigned(handler))]
    found = [list(_conditions(function, handler)) for handler in handlers]
    if not found or not all(found):
        return None
    for condition in found[0]:
        if all(condition in others for others in found):
            return condition
    return " or ".join(dict.fromkeys(conditions[0] for conditions in found))


def _passed(function: Node, statement: Node) -> Iterator[Node]:
    """The handlers that a function may have gone through, and on, before a statement."""
    for node in walk(function):
        if node.type != "except_clause" or node.end_byte > statement.start_byte:
            continue
        if not any(inner.type in ("return_statement", "raise_statement") for inner in walk(node)):
            yield node


def _assigned(block: Node) -> Iterator[tuple[Node, Node]]:
    for node in walk(block):
        left = node.child_by_field_name("left") if node.type == "assignment" else None
        right = node.child_by_field_name("right") if node.type == "assignment" else None
        if left is not None and right is not None and left.type in ("identifier", "subscript"):
            yield left, right


def _given(block: Node) -> Iterator[tuple[str, Node]]:
    """The places that are given a value, and the value, also by a mapping that is written out."""
    for left, right in _assigned(block):
        yield text_of(left), right
        for pair in right.named_children if right.type == "dictionary" else ():
            key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            if key is not None and value is not None:
                yield f"{text_of(left)}[{text_of(key)}]", value


def _conditions(function: Node, handler: Node) -> Iterator[str]:
    """What tells afterwards that a handler ran: each place that it alone gives such a value."""
    # A variable says it plainer than an item does.
    for left, right in sorted(_assigned(handler), key=lambda pair: pair[0].type):
        place, value = text_of(left), text_of(right)
        others = {
            text_of(given): string_value(given) is not None
            for other, given in _given(function)
            if other == place
            and not any(p.type == "except_clause" for p in ancestors_within(given, function))
        }
        if not others or value in others:
            continue
        if value in ("True", "False"):
            yield place if value == "True" else f"not {place}"
        elif all(others.values()) and string_value(right) is not None:
            yield f"{place} == {value}"
        elif all(others.values()) and len(others) == 1:
            yield f"{place} != {next(iter(others))}"


def noted_success(function: Node, name: str) -> str | None:
    """The text that a mapping has, or that each `try` puts into it, for what works: `checks["db"] = "ok"`."""
    found: set[str] = set()
    for node in walk(function):
        left = node.child_by_field_name("left") if node.type == "assignment" else None
        value = node.child_by_field_name("right") if node.type == "assignment" else None
        if left is None or value is None:
            continue
        if text_of(left) == name:
            found |= {"{}", *_noted_first(value)}
        elif left.type == "subscript" and text_of(left.named_children[0]) == name:
            if any(parent.type == "except_clause" for parent in ancestors_within(node, function)):
                continue
            found.add(text_of(value) if string_value(value) is not None else "")
    if "{}" not in found or "" in found or len(found) != 2:
        return None
    return (found - {"{}"}).pop()


def _noted_first(value: Node) -> set[str]:
    """The texts that a mapping begins with; an empty one where anything else stands in it."""
    if value.type != "dictionary":
        return {""}
    values = [pair.child_by_field_name("value") for pair in value.named_children if pair.type == "pair"]
    if len(values) != value.named_child_count:
        return {""}
    return {text_of(each) if each is not None and string_value(each) is not None else "" for each in values}
