"""Placeholders of SQL in strings, and the values that a call gives for them."""

from __future__ import annotations

import re
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.local_uses import local_scope, mentions
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, text_of, unparenthesised

PLACEHOLDER = re.compile(r"\?|%s|%\((\w+)\)s|(?<!:):(\w+)|\$(\d+)")


class SqlLiteral(NamedTuple):
    """SQL as it is written, in one string or in several side by side; the quotes stand in its text."""

    pieces: tuple[Node, ...]

    @property
    def text(self) -> str:
        return "".join(text_of(piece) for piece in self.pieces)

    def offset_of(self, place: int) -> int:
        """Where a character of the text stands in the file, in bytes."""
        for piece in self.pieces:
            written = text_of(piece)
            if place <= len(written):
                return piece.start_byte + len(written[:place].encode())
            place -= len(written)
        return self.pieces[-1].end_byte


def sql_literal(file: PyFile, call: Node) -> SqlLiteral | None:
    """The SQL that a call is given, also inside of `text(…)`, and by a name that nothing else uses."""
    literal = next(iter(arguments_of(call).positional), None)
    while literal is not None and literal.type == "call":
        # `text("…")`, and `text("…").bindparams(id=…)`.
        callee = callee_of(literal)
        inner = next(iter(arguments_of(literal).positional), None)
        owner = callee.child_by_field_name("object") if callee is not None and inner is None else None
        literal = inner or owner
    if literal is not None and literal.type == "identifier":
        literal = _held_for_one_use(file, literal)
        if literal is not None and literal.type == "call":
            literal = next(iter(arguments_of(literal).positional), None)
    literal = unparenthesised(literal) if literal is not None else None
    if literal is None or literal.type not in ("string", "concatenated_string"):
        return None
    if literal.type == "string":
        return SqlLiteral((literal,))
    return SqlLiteral(tuple(child for child in literal.named_children if child.type == "string"))


def _held_for_one_use(file: PyFile, name: Node) -> Node | None:
    """What a name holds where nothing else reads it before it is bound again."""
    bindings, scope = file.names.bindings(name), local_scope(file, name)
    if len(bindings) != 1 or bindings[0].kind != "assign":
        return None
    binding = bindings[0]
    if scope is None or binding not in scope.bindings.get(text_of(name), ()):
        n_uses = len(re.findall(rb"\b%s\b" % re.escape(text_of(name).encode()), file.source.data))
        return binding.value if n_uses == 2 else None
    later = [
        other.node.start_byte
        for other in scope.bindings[text_of(name)]
        if binding.node.start_byte < other.node.start_byte
    ]
    end = min(later, default=scope.end)
    uses = [
        node
        for node, _ in mentions(file, scope, text_of(name))
        if binding.node.end_byte <= node.start_byte < end
    ]
    return binding.value if [node.id for node in uses] == [name.id] else None


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
        if given.type == "call" and text_of(callee_of(given) or given) == "dict":
            return arguments_of(given).keywords.get(name)
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
