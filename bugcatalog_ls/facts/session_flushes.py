"""Whether what a row is written through can be flushed: sessions can, connections cannot."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.db_sessions import WRITES, database_kind
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import callee_of, text_of

# Methods that connections and cursors do not have.
_SESSIONS_OWN = r"(?:add|add_all|bulk_\w+|exec|expire\w*|expunge\w*|flush|merge|query|refresh)"


def can_flush(file: PyFile, call: Node) -> bool:
    """Whether the owner of a called method is surely a session: by its type, its name, the method
    itself, or by what else the file does with it."""
    callee = callee_of(call)
    owner = callee.child_by_field_name("object") if callee is not None else None
    if owner is None:
        return False
    kind = database_kind(file.symbol(owner))
    if kind is not None:
        return kind == "session"
    written, method = text_of(owner), text_of(callee).rpartition(".")[2] if callee is not None else ""
    if method in WRITES or written.lower().endswith("session") or _is_declared_so(file, owner):
        return True
    return re.search(rf"(?<![\w.]){re.escape(written)}\.{_SESSIONS_OWN}\(", file.source.text) is not None


def _is_declared_so(file: PyFile, owner: Node) -> bool:
    """Whether the annotation of a name says session, whatever it stands for: `db: SessionDep`."""
    bindings = file.names.bindings(owner) if owner.type == "identifier" else []
    return any(each.annotation is not None and "Session" in text_of(each.annotation) for each in bindings)
