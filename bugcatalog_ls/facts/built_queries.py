"""Queries that are only built where they begin (`db.query(User).filter(…)`), and where they are run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.queries import is_class_like
from bugcatalog_ls.syntax.nodes import ancestors, arguments_of, callee_of, enclosing, text_of, walk
from bugcatalog_ls.syntax.words import word_offsets
from bugcatalog_ls.text.spans import Span

_BUILDERS = frozenset(
    {"filter", "filter_by", "where", "join", "outerjoin", "options", "order_by", "limit", "offset"}
    | {"distinct", "group_by", "having", "select_from", "with_entities", "params", "add_columns"}
    | {"union", "union_all", "subquery", "scalar_subquery", "with_for_update", "execution_options"}
)
_RUNS = r"(?:all|first|one|one_or_none|scalars?|scalar_one|count|get|exists|update|delete|paginate)"
_RUN_CALL = re.compile(rb"\.%s\(" % _RUNS.encode())
_CONSUMERS = frozenset({"list", "tuple", "set", "sorted", "dict", "next", "any", "len", "iter"})
_CONSUMED = re.compile(rb"\b(?:in |(?:%s)\(\s*)$" % "|".join(sorted(_CONSUMERS)).encode())
# How far before its argument a call begins at the most.
_REACH = 80


def chain_of(call: Node) -> Node:
    """The chain of calls that a call begins."""
    top = call
    for parent in ancestors(call):
        if parent.type not in ("attribute", "call"):
            break
        if parent.type == "call" and parent.start_byte != call.start_byte:
            break
        top = parent
    return top


def is_iterated(node: Node) -> bool:
    """Whether a loop goes over what an expression gives."""
    parent = node.parent
    if parent is None or parent.type not in ("for_statement", "for_in_clause"):
        return False
    right = parent.child_by_field_name("right")
    return right is not None and right.id == node.id


def is_only_built(call: Node) -> bool:
    """Whether the query that a `session.query(…)` begins leaves its function before anything runs it."""
    if not any(is_class_like(entity) for entity in arguments_of(call).positional):
        return False
    return _is_kept(call, enclosing(call, "function_definition"), set())


def _is_kept(start: Node, function: Node | None, seen: set[str]) -> bool:
    """Whether a query is only built on from here, and returned."""
    chain = _built_from(start)
    parent = chain.parent if chain is not None else None
    while parent is not None and parent.type == "parenthesized_expression":
        parent = parent.parent
    if parent is None or function is None:
        return False
    if parent.type == "return_statement":
        return True
    left = parent.child_by_field_name("left") if parent.type == "assignment" else None
    if left is None or left.type != "identifier":
        return False
    name = text_of(left)
    if name in seen:
        return True
    seen.add(name)
    uses = [
        node
        for node in walk(function)
        if node.type == "identifier" and text_of(node) == name and not _is_target(node)
    ]
    return bool(uses) and all(_is_kept(use, function, seen) for use in uses)


def _built_from(start: Node) -> Node | None:
    """The chain that goes on from a query, where it only builds it."""
    chain = start
    for parent in ancestors(start):
        if parent.type == "attribute":
            name = parent.child_by_field_name("attribute")
            if name is None or text_of(name) not in _BUILDERS:
                return None
        elif parent.type != "call" or parent.start_byte != start.start_byte:
            return chain
        chain = parent
    return None


def _is_target(name: Node) -> bool:
    parent = name.parent
    left = parent.child_by_field_name("left") if parent is not None and parent.type == "assignment" else None
    return left is not None and left.id == name.id


def is_run_at(call: Node, loop: Node) -> bool:
    """Whether the query that a call of a loop gives is run there, too."""
    chain = chain_of(call)
    behind = (chain.text or b"")[call.end_byte - chain.start_byte :].decode("utf-8", "replace")
    if re.search(rf"\.{_RUNS}\b", behind) or is_iterated(chain):
        return True
    parent = chain.parent
    if parent is not None and parent.type == "argument_list" and parent.parent is not None:
        return text_of(callee_of(parent.parent) or parent) in _CONSUMERS
    left = parent.child_by_field_name("left") if parent is not None else None
    if parent is None or left is None or parent.type != "assignment":
        return parent is not None and parent.type == "subscript"
    return any(_is_run_in(loop.text or b"", place) for place in _places(loop, left))


def _places(loop: Node, name: Node) -> Iterator[Span]:
    """Where a loop mentions what a query is assigned to, in bytes of its own text."""
    written = name.text or b""
    for start in word_offsets(loop.text or b"", written):
        yield Span(start, start + len(written))


def _is_run_in(text: bytes, name: Span) -> bool:
    """Whether a query is run behind its name on the same line, or right before it (`for row in query`)."""
    end = text.find(b"\n", name.end)
    behind = text[name.end : end if end >= 0 else len(text)]
    before = text[max(name.start - _REACH, 0) : name.start]
    return _RUN_CALL.search(behind) is not None or _CONSUMED.search(before) is not None
