"""Assignments of a row's column whose arithmetic the database does."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.facts.mapped_classes import is_mapped
from bugcatalog_ls.facts.module_imports import written_module
from bugcatalog_ls.facts.resolve import class_at, mro
from bugcatalog_ls.facts.stale_updates import StaleUpdate
from bugcatalog_ls.syntax.edits import insert_at
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.local_uses import local_scope, mentions
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    callee_of,
    is_async,
    operator_of,
    statement_of,
    text_of,
    unparenthesised,
    walk,
)
from bugcatalog_ls.syntax.scopes import Scope
from bugcatalog_ls.syntax.statement_edits import insert_after
from bugcatalog_ls.text.spans import TextEdit

_STORING = frozenset({"commit", "flush", "save", "asave"})


def computed_by_database(context: FixContext, update: StaleUpdate, model: str) -> str | None:
    """The assignment with the arithmetic done by the database; None where it is no plain arithmetic.

    `model` is the symbol of the row's class where a function gives the row.
    """
    node, target = update.node, update.target
    value = node.child_by_field_name("right")
    if update.derivation != "number" or value is None or _is_read_before_stored(context.file, update):
        return None
    written = text_of(target)
    if node.type == "augmented_assignment":
        operator = operator_of(node).removesuffix("=")
        operand = text_of(value)
        if re.search(rf"(?<![\w.]){re.escape(written)}\b", operand) is not None:
            return None
        if value.type in ("binary_operator", "conditional_expression", "boolean_operator"):
            operand = f"({operand})"
        column = _column(context, update, model)
        return f"{written} = {column} {operator} {operand}" if column else None
    value = unparenthesised(value)
    left, right = value.child_by_field_name("left"), value.child_by_field_name("right")
    if value.type != "binary_operator" or left is None or right is None:
        return None
    operator = operator_of(value)
    if written not in (text_of(left), text_of(right)):
        return None
    column = _column(context, update, model)
    if not column:
        return None
    if text_of(left) == written and written not in text_of(right):
        return f"{written} = {column} {operator} {text_of(right)}"
    if text_of(right) == written and written not in text_of(left):
        return f"{written} = {text_of(left)} {operator} {column}"
    return None


def _is_read_before_stored(file: PyFile, update: StaleUpdate) -> bool:
    """Whether the new value is looked at before it is stored: an expression of SQL has none yet."""
    scope, written = local_scope(file, update.node), text_of(update.target)
    for node in walk(scope.node) if scope is not None else ():
        if node.start_byte < update.node.end_byte:
            continue
        if node.type == "call" and text_of(callee_of(node) or node).rpartition(".")[2] in _STORING:
            return False
        if node.type == "attribute" and text_of(node) == written:
            parent = node.parent
            is_target = parent is not None and parent.child_by_field_name("left") == node
            if not is_target:
                return True
    return False


def read_again(file: PyFile, update: StaleUpdate, expression: str) -> list[TextEdit]:
    """The row read again behind its `save`, where Django's `F` would be what the function reads next, or
    what the next `save` does once more."""
    scope, written = local_scope(file, update.node), text_of(update.target)
    if scope is None:
        return []
    if re.search(r"\bF\(\"", expression) is None:
        return _refreshed(file, scope, update)
    saves = [
        node
        for node in walk(scope.node)
        if node.type == "call"
        and node.start_byte > update.node.start_byte
        and text_of(callee_of(node) or node) in (f"{update.row}.save", f"{update.row}.asave")
        and _stores(node, update.attribute)
    ]
    if "refresh_from_db" in text_of(scope.node):
        return _with_field(scope, update)
    reads = [
        node.start_byte
        for node in walk(scope.node)
        if node.type == "attribute" and text_of(node) == written and node.end_byte > update.node.end_byte
    ]
    # What the row is given to may look at anything of it.
    reads += [
        node.start_byte
        for node, _ in mentions(file, scope, update.row)
        if update.row != "self" and node.parent is not None and node.parent.type != "attribute"
    ]
    edits: list[TextEdit] = []
    for save in saves:
        saved = statement_of(save)
        later = (*reads, *(other.start_byte for other in saves))
        if saved.type == "expression_statement" and any(saved.end_byte < start for start in later):
            again = f'{update.row}.refresh_from_db(fields=["{update.attribute}"])'
            if text_of(save).startswith(f"{update.row}.asave"):
                again = f"await {again.replace('.refresh', '.arefresh')}"
            edits += insert_after(file, saved, again)
    return edits


def _with_field(scope: Scope, update: StaleUpdate) -> list[TextEdit]:
    """One more field for what reads the row's others again."""
    for call in walk(scope.node):
        if call.type != "call" or text_of(callee_of(call) or call) != f"{update.row}.refresh_from_db":
            continue
        fields = arguments_of(call).keywords.get("fields")
        if update.node.end_byte <= call.start_byte and fields is not None and fields.type == "list":
            is_there = f'"{update.attribute}"' in text_of(fields).replace("'", '"')
            return [] if is_there else [insert_at(fields.end_byte - 1, f', "{update.attribute}"')]
    return []


def _refreshed(file: PyFile, scope: Scope, update: StaleUpdate) -> list[TextEdit]:
    """The row read again behind the commit of an async session, which cannot load by itself what the
    database has worked out."""
    if not is_async(scope.node) or ".refresh(" in text_of(scope.node):
        return []
    if update.load is not None and update.load.style != "sqlalchemy":
        return []
    commits = [
        call
        for call in walk(scope.node)
        if call.type == "call"
        and update.node.end_byte <= call.start_byte
        and re.search(r"(?:session|db)\.commit$", text_of(callee_of(call) or call), re.IGNORECASE)
    ]
    statement = statement_of(commits[0]) if commits else None
    if statement is None or statement.type != "expression_statement":
        return []
    later = [node for node, _ in mentions(file, scope, update.row) if statement.end_byte < node.start_byte]
    if not later:
        return []
    session = text_of(callee_of(commits[0]) or commits[0]).rpartition(".")[0]
    return insert_after(file, statement, f"await {session}.refresh({update.row})")


def _stores(save: Node, attribute: str) -> bool:
    """Whether a `save` stores an attribute: what it leaves out must not be read again before it is stored."""
    fields = arguments_of(save).keywords.get("update_fields")
    return fields is None or attribute in text_of(fields)


def _column(context: FixContext, update: StaleUpdate, symbol: str) -> str:
    load = update.load
    if load is None:
        return _column_of_class(context, symbol, update)
    model = context.resolve(context.file.symbol(load.model) or "") if load.style == "active" else ""
    is_tortoise = (
        any(base.startswith("tortoise.") for base in mro(context.index, model)[0]) if model else False
    )
    if load.style in ("django", "own") or is_tortoise:
        module = "tortoise.expressions" if is_tortoise else "django.db.models"
        name = context.imports().need(module, "F", at=update.node.start_byte)
        return f'{name}("{update.attribute}")'
    return f"{text_of(load.model)}.{update.attribute}" if load.model.id != load.node.id else ""


def _column_of_class(context: FixContext, symbol: str, update: StaleUpdate) -> str:
    """The column as an attribute of a class of SQLAlchemy's; empty where the class is none of its own."""
    found = class_at(context.index, symbol)
    other = context.open(found[0]) if found is not None else None
    if other is None or not is_mapped(context.index, symbol):
        return ""
    module = written_module(context.index, other, context.file)
    name = context.imports().need(module, symbol.rpartition(".")[2], at=update.node.start_byte)
    return f"{name}.{update.attribute}"
