"""Placeholders of SQL in strings, and the values that a call gives for them."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.nodes import arguments_of, text_of

PLACEHOLDER = re.compile(r"\?|%s|%\((\w+)\)s|(?<!:):(\w+)|\$(\d+)")


def literal_of(call: Node) -> Node | None:
    """The string of SQL that a call is given, also inside of `text(…)`."""
    literal = next(iter(arguments_of(call).positional), None)
    while literal is not None and literal.type == "call":
        literal = next(iter(arguments_of(literal).positional), None)
    return literal if literal is not None and literal.type == "string" else None


def parameter_at(call: Node, sql: str, place: int) -> Node | None:
    """The value that the placeholder at a place of the SQL stands for."""
    match = PLACEHOLDER.match(sql, place)
    positional = arguments_of(call).positional
    if match is None:
        return None
    if match[3] is not None:
        n = int(match[3])
        return positional[n] if n < len(positional) else None
    given = positional[1] if len(positional) > 1 else None
    if given is None:
        return None
    name = match[1] or match[2]
    if name is not None:
        for pair in given.named_children if given.type == "dictionary" else ():
            key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            if key is not None and text_of(key).strip("'\"") == name:
                return value
        return None
    if given.type not in ("tuple", "list"):
        return None
    n = sum(1 for each in PLACEHOLDER.finditer(sql) if each.start() < place)
    items = given.named_children
    return items[n] if n < len(items) else None
