"""The keywords that a call is given, those of unpacked literal dicts too."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import Arguments, arguments_of, string_value, text_of, unparenthesised


def written_keywords(file: PyFile, arguments: Arguments) -> dict[str, Node | None] | None:
    """All keywords and their values, of unpacked literal dicts too; None where some are unknown."""
    keywords: dict[str, Node | None] = dict(arguments.keywords)
    for unpacked in arguments.dict_unpacked:
        literal = _dictionary(file, unpacked)
        if literal is None:
            # What the call itself states can't come with the others too.
            if "timeout" not in arguments.keywords:
                return None
            continue
        keywords.update(literal)
    return keywords


def _dictionary(file: PyFile, node: Node) -> dict[str, Node | None] | None:
    node = unparenthesised(node)
    if node.type == "identifier":
        bindings = file.names.bindings(node)
        if len(bindings) != 1 or bindings[0].kind != "assign" or bindings[0].value is None:
            return None
        literal = _dictionary(file, bindings[0].value)
        changed = re.search(
            rf"\b{re.escape(text_of(node))}\s*(?:\[|\.(?:update|setdefault))", file.source.text
        )
        return literal if literal is not None and (not changed or "timeout" in literal) else None
    if node.type == "call" and file.callee(node) == "builtins.dict":
        arguments = arguments_of(node)
        if arguments.positional or arguments.dict_unpacked:
            return None
        return dict(arguments.keywords)
    if node.type != "dictionary":
        return None
    found: dict[str, Node | None] = {}
    for pair in node.named_children:
        key = string_value(pair.child_by_field_name("key")) if pair.type == "pair" else None
        if key is None:
            return None
        found[key] = pair.child_by_field_name("value")
    return found


def is_no_limit(file: PyFile, value: Node) -> bool:
    """Whether a value is None, or an unlimited `Timeout(None)` made of it."""
    value = unparenthesised(value)
    if value.type == "none":
        return True
    if value.type == "identifier":
        bindings = file.names.bindings(value)
        return bool(bindings) and all(
            binding.kind == "assign" and binding.value is not None and binding.value.type == "none"
            for binding in bindings
        )
    if value.type == "call" and file.callee(value) in ("httpx.Timeout", "urllib3.Timeout"):
        arguments = arguments_of(value)
        first = arguments.get("timeout", 0)
        return first is not None and first.type == "none" and arguments.keywords.keys() <= {"timeout"}
    return False
