"""Fixes that roll back what was written before a failure."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.finding import Fix
from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.nodes import (
    body_of,
    callee_of,
    enclosing,
    statement_of,
    statements,
    text_of,
    walk,
)
from bugcatalog_ls.syntax.statement_edits import insert_before, remove_statements, wrap


def roll_back(context: FixContext, name: str) -> Iterator[Fix]:
    handler = context.node_of("except_clause", "except_group_clause")
    body = body_of(handler) if handler is not None else []
    if not body:
        return
    function = enclosing(body[0], "function_definition")
    is_awaited = function is not None and f"await {name}." in text_of(function)
    code = f"{'await ' if is_awaited else ''}{name}.rollback()"
    if body[0].type == "pass_statement":
        edits = replace_node(body[0], code)
    else:
        edits = insert_before(context.file, body[0], code)
    yield context.fix(f"Roll back {name} first", "safe", edits)


def protect_writes(context: FixContext, name: str) -> Iterator[Fix]:
    """Roll back all writes of the block where one of them, or the commit, fails; a commit between them
    would keep the first ones, and goes, unless the function ends behind it."""
    first = statement_of(context.node)
    commits = _committing(first, name)
    while not commits and (outer := _branching(first)) is not None:
        first, commits = outer, _committing(outer, name)
    if not commits or commits[-1].type not in ("expression_statement", "if_statement"):
        return
    between = _commits_between(first, commits[:-1], name)
    if between is None:
        return
    is_awaited = f"await {name}.commit(" in text_of(commits[-1])
    footer = f"except Exception:\n    {'await ' if is_awaited else ''}{name}.rollback()\n    raise"
    removed = remove_statements(context.file, between)
    wrapped = [
        edit
        for edit in wrap(context.file, first, commits[-1], "try:", footer)
        if not any(gone.span.start <= edit.span.start < gone.span.end for gone in removed)
    ]
    edits = [*removed, *wrapped]
    yield context.fix(f"Roll back {name} where a write fails", "suggested", edits)


def _committing(first: Node, name: str) -> list[Node]:
    """The statements from the first on, in its block, in which the connection is committed."""
    block = first.parent
    following = statements(block) if block is not None else []
    return [
        node
        for node in following
        if node.start_byte >= first.start_byte and f"{name}.commit(" in text_of(node)
    ]


def _branching(statement: Node) -> Node | None:
    """The `if` whose branch a statement stands in."""
    branch = statement.parent
    holder = branch.parent if branch is not None else None
    while holder is not None and holder.type in ("elif_clause", "else_clause"):
        holder = holder.parent
    return holder if holder is not None and holder.type == "if_statement" else None


def _commits_between(first: Node, committing: list[Node], name: str) -> list[Node] | None:
    """The statements that commit too early, branches that do nothing else among them; None where one
    stands in a loop or an attempt of its own."""
    found: list[Node] = []
    for call in (each for holder in committing for each in (holder, *walk(holder))):
        callee = callee_of(call) if call.type == "call" else None
        if callee is None or text_of(callee) != f"{name}.commit":
            continue
        statement = statement_of(call)
        block = statement.parent
        if statement.type != "expression_statement" or block is None:
            return None
        if any(node.type in _LEAVING for node in statements(block) if node.start_byte > statement.start_byte):
            continue
        outer = statement
        while outer.parent != first.parent:
            branching = _branching(outer)
            if branching is None:
                return None
            outer = branching
        branch = _branching(statement)
        condition = branch.child_by_field_name("condition") if branch is not None else None
        does_more = len(statements(block)) > 1 or (
            branch is not None and branch.child_by_field_name("alternative") is not None
        )
        if branch is None or condition is None or does_more or "(" in text_of(condition):
            found.append(statement)
        else:
            found.append(branch)
    return found


_LEAVING = frozenset({"return_statement", "raise_statement", "break_statement", "continue_statement"})
