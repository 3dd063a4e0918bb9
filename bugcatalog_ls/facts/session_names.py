"""The names that sessions of HTTP clients go by: a limit that one of them has is none of the others'."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.facts.http_clients import client_library
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import text_of, unparenthesised


def session_name(file: PyFile, method: Node) -> str:
    """The name of the session whose method this is, with the function that makes it before a colon.

    Empty where it may be any: a parameter, an attribute, what a function gives. A name that is
    imported stands for one of a module, of which the name is enough.
    """
    owner = method.child_by_field_name("object") if method.type == "attribute" else None
    owner = unparenthesised(owner) if owner is not None else None
    if owner is None or owner.type != "identifier":
        return ""
    bindings = file.names.bindings(owner)
    if len(bindings) != 1:
        return ""
    binding = bindings[0]
    if binding.kind == "from":
        return f":{binding.target.rpartition('.')[2]}"
    value = _entered(binding.value) if binding.value is not None else None
    if binding.kind not in ("assign", "with") or value is None or value.type != "call":
        return ""
    if client_library(file.symbol(value)) is None:
        return ""
    return f"{file.qualname_at(binding.offset)}:{text_of(owner)}"


def _entered(value: Node) -> Node:
    value = unparenthesised(value)
    return unparenthesised(value.named_children[0]) if value.type == "as_pattern" else value
