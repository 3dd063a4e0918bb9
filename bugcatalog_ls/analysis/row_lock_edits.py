"""Edits by which the query of a row locks it until the transaction ends."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.facts.active_writes import held_by
from bugcatalog_ls.facts.loaded_rows import Load
from bugcatalog_ls.facts.mapped_classes import is_mapped
from bugcatalog_ls.facts.stale_updates import StaleUpdate
from bugcatalog_ls.syntax.edits import add_keyword, insert_at, replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.local_uses import local_scope
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    called_name,
    callee_of,
    decorators_of,
    enclosing,
    is_async,
    statement_of,
    text_of,
    walk,
)
from bugcatalog_ls.syntax.statement_edits import insert_before, wrap
from bugcatalog_ls.text.spans import TextEdit

_JOINS = re.compile(r"\b(?:joinedload|contains_eager|join|outerjoin)\(")
_SESSION = re.compile(r"(?:^|\.|_)(?:session|db)$", re.IGNORECASE)


def locked_while_read(context: FixContext, load: Load, write: Node) -> list[TextEdit]:
    """The edits by which the query of a row locks it; none where there is no place for a lock."""
    file, statement = context.file, load.statement
    if load.style in ("active", "own") or text_of(load.model) in ("self", "super()"):
        return []
    if load.model.id == load.node.id:
        return []  # `request.user` and the like: the query stands elsewhere.
    if load.style == "django":
        around = _in_transaction(context, load.node, write)
        if around is None:
            return []
        if statement.type == "call":  # `get_object_or_404(Model, …)`
            edits = replace_node(load.model, f"{text_of(load.model)}.objects.select_for_update()")
        else:
            # The lock of a row that is joined for a reference that may be empty is refused.
            given = 'of=("self",)' if "select_related(" in text_of(load.node) else ""
            edits = [chained(file, statement, f".select_for_update({given})")]
        return [*around, *edits]
    called = called_name(statement)
    is_direct = statement.type == "call" and statement.id == load.node.id
    if is_direct and called in ("get", "get_one", "get_or_404"):
        return add_keyword(file, statement, "with_for_update", "True")
    written = [statement]
    if statement.type == "identifier":
        written += [binding.value for binding in file.names.bindings(statement) if binding.value is not None]
    is_joined = any(_JOINS.search(text_of(each)) is not None for each in written)
    given = f"of={text_of(load.model)}" if is_joined else ""
    return [chained(file, statement, f".with_for_update({given})")]


def chained(file: PyFile, query: Node, call: str) -> TextEdit:
    """One more call at the end of a chain, on a line of its own where the others have one."""
    data, function = file.source.data, callee_of(query) if query.type == "call" else query
    following = re.match(rb"(\s*\n[ \t]*)\.", data[query.end_byte : query.end_byte + 400])
    gap = following[1].decode() if following is not None else ""
    owner = function.child_by_field_name("object") if function is not None else None
    name = function.child_by_field_name("attribute") if function is not None else None
    if not gap and owner is not None and name is not None:
        before = data[owner.end_byte : name.start_byte].decode()
        gap = before.rstrip(".") if "\n" in before and before.strip() == "." else ""
    return insert_at(query.end_byte, f"{gap}{call}")


def read_again_locked(context: FixContext, update: StaleUpdate, model: str) -> list[TextEdit]:
    """`session.refresh(row, with_for_update=True)` before the first look at a column of a row that another
    function has loaded; none where it is not known which session that is."""
    file, scope = context.file, local_scope(context.file, update.node)
    if scope is None or not is_mapped(context.index, model):
        return []
    commit = next(
        (
            node
            for node in walk(scope.node)
            if node.type == "call"
            and update.node.end_byte <= node.start_byte
            and called_name(node) in ("commit", "flush")
        ),
        None,
    )
    session = text_of(callee_of(commit) or commit).rpartition(".")[0] if commit is not None else ""
    if commit is None or _SESSION.search(session) is None:
        return []
    written = text_of(update.target)
    first = next(
        (node for node in walk(scope.node) if node.type == "attribute" and text_of(node) == written), None
    )
    place = statement_of(first) if first is not None else None
    if place is None or place.parent is None or place.parent not in ancestors(update.node):
        return []
    condition = place.child_by_field_name("condition")
    if (
        condition is not None
        and re.search(rf"(?<![\w.]){re.escape(update.row)}\b(?!\.)", text_of(condition)) is not None
    ):
        return []  # Whether there is a row is asked by the same condition.
    is_awaited = commit.parent is not None and commit.parent.type == "await"
    refresh = f"{session}.refresh({update.row}, with_for_update=True)"
    return insert_before(file, place, f"await {refresh}" if is_awaited else refresh)


def _in_transaction(context: FixContext, read: Node, write: Node) -> list[TextEdit] | None:
    """The edits by which a transaction of Django's lasts from the read of a row to its `save`, since
    Django locks nothing outside of one; None where there can be none."""
    function = enclosing(read, "function_definition")
    if function is None or is_async(function):
        return None
    if any("atomic" in text_of(part) for part in decorators_of(function)) or any(
        parent.type == "with_statement" and "atomic(" in text_of(parent).partition(":\n")[0]
        for parent in ancestors(read)
    ):
        return []
    saves = [
        call
        for call in context.file.calls_written("save")
        if write.end_byte <= call.start_byte and call.end_byte <= function.end_byte
    ]
    if write.type == "call" and called_name(write) == "update":
        saves = [write]
    held = held_by(read, saves[0]) if saves else None
    if held is None:
        return None
    name = context.imports().need("django.db", "transaction", at=read.start_byte)
    return wrap(context.file, *held, f"with {name}.atomic():")
