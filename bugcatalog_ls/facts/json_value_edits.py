"""Edits that make text or lists of the values that JSON does not have, where an encoder is given them."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.facts.json_values import BYTES, DIGEST, RANDOM, SET, json_type
from bugcatalog_ls.syntax.edits import insert_at, replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import callee_of, text_of
from bugcatalog_ls.text.spans import Span, TextEdit


def text_edits(file: PyFile, call: Node, values: list[Node]) -> list[TextEdit] | None:
    """The edits that make text of the bytes among an encoder's values: digests and base64."""
    edits: list[TextEdit] = []
    for value in values:
        if json_type(file, value) != BYTES:
            continue
        function, symbol = callee_of(value) if value.type == "call" else None, file.symbol(value) or ""
        if not call.start_byte <= value.start_byte < call.end_byte:
            return None
        if symbol in RANDOM or (value.type == "identifier" and DIGEST.match(symbol) is not None):
            edits.append(insert_at(value.end_byte, ".hex()"))
        elif value.type == "identifier" and symbol.startswith(("base64.", "binascii.")):
            edits.append(insert_at(value.end_byte, ".decode()"))
        elif function is None:
            return None
        elif DIGEST.match(symbol) is not None:
            # A hash has a method for text; the functions give bytes only.
            is_method = text_of(function).endswith(".digest") and symbol != "hmac.digest()"
            edits += (
                replace_node(function.named_children[-1], "hexdigest")
                if is_method
                else [insert_at(value.end_byte, ".hex()")]
            )
        elif symbol.startswith(("base64.", "binascii.")):
            edits.append(insert_at(value.end_byte, ".decode()"))
        else:
            return None
    return edits or None


def plain_edits(file: PyFile, call: Node, values: list[Node]) -> list[TextEdit] | None:
    """The edits that make text or lists of values where an encoder is given them."""
    edits: list[TextEdit] = []
    for value in values:
        kind = json_type(file, value)
        if kind == BYTES:
            written = text_edits(file, call, [value])
            if written is None:
                return None
            edits += written
        elif not call.start_byte <= value.start_byte < call.end_byte:
            return None
        elif value.type == "set":
            edits += [TextEdit(_span(value.children[0]), "["), TextEdit(_span(value.children[-1]), "]")]
        else:
            edits += replace_node(value, f"{'list' if kind == SET else 'str'}({text_of(value)})")
    return edits or None


def _span(node: Node) -> Span:
    return Span(node.start_byte, node.end_byte)
