"""Edits by which the query of a row locks it until the transaction ends."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.facts.active_writes import held_by
from bugcatalog_ls.facts.loaded_rows import Load
from bugcatalog_ls.syntax.edits import add_keyword, insert_at, replace_node
from bugcatalog_ls.syntax.nodes import called_name, decorators_of, enclosing, is_async, text_of
from bugcatalog_ls.syntax.statement_edits import wrap
from bugcatalog_ls.text.spans import TextEdit


def locked_while_read(context: FixContext, load: Load, write: Node) -> list[TextEdit]:
    """The edits by which the query of a row locks it; none where there is no place for a lock."""
    file, statement = context.file, load.statement
    if (
        load.style in ("active", "own")
        or text_of(load.model) == "self"
        or "get_or_create(" in text_of(load.node)
    ):
        return []
    if load.style == "django":
        around = _in_transaction(context, load.node, write)
        if around is None:
            return []
        if statement.type == "call":  # `get_object_or_404(Model, …)`
            edits = replace_node(load.model, f"{text_of(load.model)}.objects.select_for_update()")
        else:
            edits = [insert_at(statement.end_byte, ".select_for_update()")]
        return [*around, *edits]
    called = called_name(statement)
    if statement.type == "call" and called in ("get", "get_one") and statement.id == load.node.id:
        return add_keyword(file, statement, "with_for_update", "True")
    return [insert_at(statement.end_byte, ".with_for_update()")]


def _in_transaction(context: FixContext, read: Node, write: Node) -> list[TextEdit] | None:
    """The edits by which a transaction of Django's lasts from the read of a row to its `save`, since
    Django locks nothing outside of one; None where there can be none."""
    function = enclosing(read, "function_definition")
    if function is None or is_async(function):
        return None
    if any("atomic" in text_of(part) for part in (*decorators_of(function), function)):
        return []
    saves = [
        call
        for call in context.file.calls_written("save")
        if write.end_byte <= call.start_byte and call.end_byte <= function.end_byte
    ]
    held = held_by(read, saves[0]) if saves else None
    if held is None:
        return None
    name = context.imports().need("django.db", "transaction", at=read.start_byte)
    return wrap(context.file, *held, f"with {name}.atomic():")
