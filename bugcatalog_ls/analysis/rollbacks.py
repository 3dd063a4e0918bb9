"""Fixes that roll back what was written before a failure."""

from __future__ import annotations

from collections.abc import Iterator

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.finding import Fix
from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.nodes import body_of, enclosing, statement_of, statements, text_of
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
    would keep the first ones, and goes."""
    first = statement_of(context.node)
    block = first.parent
    if block is None:
        return
    following = [node for node in statements(block) if node.start_byte >= first.start_byte]
    commits = [node for node in following if f"{name}.commit(" in text_of(node)]
    if not commits or commits[-1].type != "expression_statement":
        return
    is_awaited = "await " in text_of(commits[-1])
    footer = f"except Exception:\n    {'await ' if is_awaited else ''}{name}.rollback()\n    raise"
    between = [
        node
        for node in commits[:-1]
        if node.type == "expression_statement" and text_of(node).removeprefix("await ") == f"{name}.commit()"
    ]
    removed = remove_statements(context.file, between)
    wrapped = [
        edit
        for edit in wrap(context.file, first, commits[-1], "try:", footer)
        if not any(gone.span.start <= edit.span.start < gone.span.end for gone in removed)
    ]
    edits = [*removed, *wrapped]
    yield context.fix(f"Roll back {name} where a write fails", "suggested", edits)
