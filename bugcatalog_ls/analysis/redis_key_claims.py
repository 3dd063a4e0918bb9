"""Edits that let only one process have a key of Redis: by a lock, or by who has deleted it."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.active_writes import held_by
from bugcatalog_ls.facts.stale_keys import StaleKey
from bugcatalog_ls.syntax.edits import insert_at
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    body_of,
    callee_of,
    statement_of,
    text_of,
    walk,
)
from bugcatalog_ls.syntax.statement_edits import remove_statement, replace_statement, wrap
from bugcatalog_ls.text.spans import TextEdit

_TEXT = re.compile(r"""[fF]?(["'])(?!\1)[^\n]*\1""")


def under_lock(file: PyFile, stale: StaleKey) -> list[TextEdit]:
    """The reading and the writing of a key inside of a lock that all clients share."""
    function, held = callee_of(stale.node), held_by(stale.read, stale.node)
    owner = function.child_by_field_name("object") if function is not None else None
    key = arguments_of(stale.node).get("name", 0)
    if owner is None or held is None or key is None:
        return []
    name = _lock_name(key)
    names = [node for node in (key, owner, *walk(key), *walk(owner)) if node.type == "identifier"]
    bound = [binding.node.start_byte for node in names for binding in file.names.bindings(node)]
    if name is None or any(held[0].start_byte <= offset < held[1].end_byte for offset in bound):
        # The lock needs all of its name before it is held.
        return []
    is_awaited = any(node.type == "await" for node in walk(statement_of(stale.node)))
    asynchronous = "async " if is_awaited else ""
    return wrap(file, *held, f"{asynchronous}with {text_of(owner)}.lock({name}, timeout=10):")


def _lock_name(key: Node) -> str | None:
    written = text_of(key)
    if key.type in ("identifier", "attribute"):
        return f'f"lock:{{{written}}}"'
    if key.type != "string" or _TEXT.fullmatch(written) is None:
        return None
    quote = min(written.find(mark) for mark in "\"'" if mark in written)
    return f"{written[: quote + 1]}lock:{written[quote + 1 :]}"


def claimed_by_deletion(file: PyFile, stale: StaleKey) -> list[TextEdit]:
    """The deletion as the last test, where others come before it that a wrong value fails.

    What is read and deleted at once would be lost to the one who has the right value.
    """
    removal, read = statement_of(stale.node), statement_of(stale.read)
    value = read.named_children[0].child_by_field_name("left") if read.named_children else None
    if value is None or value.type != "identifier" or removal.type != "expression_statement":
        return []
    block = removal.parent
    branch = block.parent if block is not None else None
    if branch is not None and branch.type == "if_statement":
        test = branch.child_by_field_name("condition")
        body = body_of(branch)
        if test is not None and body[0] == removal and len(body) > 1 and _compares(test, text_of(value)):
            both = f" and {text_of(removal)}"
            if " or " in text_of(test) or test.type in ("conditional_expression", "lambda"):
                return [
                    insert_at(test.start_byte, "("),
                    insert_at(test.end_byte, f"){both}"),
                    *remove_statement(file, removal),
                ]
            return [insert_at(test.end_byte, both), *remove_statement(file, removal)]
    guard = removal.prev_named_sibling
    while guard is not None and guard.start_byte > read.start_byte:
        test = guard.child_by_field_name("condition") if guard.type == "if_statement" else None
        if test is not None and _compares(test, text_of(value)):
            leaving = body_of(guard)[-1]
            written = text_of(leaving)
            if leaving.type not in ("return_statement", "raise_statement") or "\n" in written:
                return []
            return replace_statement(file, removal, f"if not {text_of(removal)}:\n    {written}")
        guard = guard.prev_named_sibling
    return []


def _compares(test: Node, name: str) -> bool:
    """Whether a test holds a value against another one, more than against None."""
    for node in (test, *walk(test)):
        if node.type == "comparison_operator":
            parts = node.named_children
            is_named = any(text_of(part) == name for each in parts for part in (each, *walk(each)))
            if is_named and not any(part.type == "none" for part in parts):
                return True
        if node.type == "call" and text_of(callee_of(node) or node).endswith("compare_digest"):
            return any(text_of(part) == name for part in walk(node))
    return False
