"""Two commands of Redis as one: a counter, a key that is read and deleted."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.finding import Fix
from bugcatalog_ls.facts.stale_keys import stale_keys
from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.local_uses import local_scope, mentions
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    callee_of,
    operator_of,
    statement_of,
    text_of,
    unparenthesised,
)
from bugcatalog_ls.syntax.statement_edits import remove_statement


def as_one_command(context: FixContext, kind: str) -> Iterator[Fix]:
    """One command for a key that is set (`write`) or deleted (`once`) after it was read."""
    stale = next((one for one in stale_keys(context.file) if one.node.start_byte == context.span.start), None)
    if stale is None:
        return
    if kind == "once":
        function = callee_of(stale.read)
        method = function.child_by_field_name("attribute") if function is not None else None
        removal = statement_of(stale.node)
        if method is None or text_of(method) != "get" or removal.type != "expression_statement":
            return
        edits = [*replace_node(method, "getdel"), *remove_statement(context.file, removal)]
        yield context.fix("Read and delete the key by one command", "suggested", edits)
        return
    yield from _count(context, stale.read, stale.node)


def _count(context: FixContext, read: Node, write: Node) -> Iterator[Fix]:
    """A counter that is read, raised and written becomes one command."""
    arguments = arguments_of(write)
    function = callee_of(write)
    owner = function.child_by_field_name("object") if function is not None else None
    is_field = text_of(function).endswith(".hset") if function is not None else False
    n_given = 3 if is_field else 2
    if owner is None or len(arguments.positional) != n_given or arguments.keywords or arguments.list_unpacked:
        return
    value = unparenthesised(arguments.positional[-1])
    if value.type != "binary_operator" or statement_of(write).type != "expression_statement":
        return
    operator = operator_of(value)
    left, right = value.child_by_field_name("left"), value.child_by_field_name("right")
    binding = statement_of(read)
    assignment = binding.named_children[0] if binding.named_children else binding
    name = assignment.child_by_field_name("left") if assignment.type == "assignment" else None
    if left is None or right is None or name is None or operator not in ("+", "-"):
        return
    if text_of(left) != text_of(name) or right.type not in ("integer", "identifier"):
        return
    scope = local_scope(context.file, write)
    n_uses = len(list(mentions(context.file, scope, text_of(name)))) if scope is not None else 0
    command = "incr" if operator == "+" else "decr"
    amount = "" if text_of(right) == "1" else f", {text_of(right)}"
    given = text_of(arguments.positional[0])
    if is_field:
        sign = "" if operator == "+" else "-"
        command, given = "hincrby", f"{given}, {text_of(arguments.positional[1])}"
        amount = f", {sign}{text_of(right)}"
    edits = replace_node(write, f"{text_of(owner)}.{command}({given}{amount})")
    if n_uses == 2:
        edits = [*remove_statement(context.file, binding), *edits]
        yield context.fix("Count by one command", "suggested", edits)
