"""What a string expression comes to, character by character, and where each stands in the file.

f-strings, adjacent and added literals, `%`, `.format(…)` and names that are bound once are put
together; what is not known is a `HOLE`.
"""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import callee_of, enclosing, string_value, text_of, unparenthesised
from bugcatalog_ls.syntax.sql_tokens import HOLE
from bugcatalog_ls.text.spans import Span

_DEPTH = 6
_MAX_HOLES = 50
_KEEPING = frozenset({"dedent", "strip", "lstrip", "rstrip", "cleandoc", "expandtabs"})
_FIELD = re.compile(r"\{\{|\}\}|\{[^{}]*\}")
_PERCENT = re.compile(r"%%|%(?:\(\w+\))?[sdifr]")


class _Piece(NamedTuple):
    """Characters that come from one place; `is_plain` where they stand there byte for byte."""

    text: str
    span: Span
    is_plain: bool


class StringText:
    """A text with the place of each of its characters."""

    def __init__(self, pieces: list[_Piece], node: Node) -> None:
        self._pieces = pieces
        self.node = node
        self.text = "".join(piece.text for piece in pieces)

    def span(self, start: int, end: int) -> Span | None:
        """The bytes of the file that characters come from; None where they are not written there."""
        at, first, last = 0, -1, -1
        for text, span, is_plain in self._pieces:
            low, high = max(start, at), min(end, at + len(text))
            if low < high:
                if not is_plain and (text != HOLE and len(text) > 1):
                    return None
                begin = span.start + len(text[: low - at].encode()) if is_plain else span.start
                stop = span.start + len(text[: high - at].encode()) if is_plain else span.end
                if first >= 0 and begin < last:
                    return None
                first = begin if first < 0 else first
                last = stop
            at += len(text)
        return Span(first, last) if first >= 0 else None


def string_texts(file: PyFile, node: Node | None) -> list[StringText]:
    """All texts that an expression may be; none where it is no string that is written down."""
    return [
        StringText(pieces, literal) for pieces, literal in _texts(file, node, _DEPTH) if literal is not None
    ]


def _texts(file: PyFile, node: Node | None, depth: int) -> list[tuple[list[_Piece], Node | None]]:
    if node is None or depth <= 0:
        return []
    node = unparenthesised(node)
    match node.type:
        case "string" | "concatenated_string":
            return [(_literal(file, node), node)]
        case "binary_operator":
            return _operated(file, node, depth)
        case "conditional_expression" if len(node.named_children) == 3:
            first, _, second = node.named_children
            return [*_texts(file, first, depth - 1), *_texts(file, second, depth - 1)]
        case "call":
            return _called(file, node, depth)
        case "identifier":
            return _bound(file, node, depth)
        case "attribute":
            return _of_class(file, node, depth)
    return []


def _literal(file: PyFile, node: Node) -> list[_Piece]:
    if node.type == "concatenated_string":
        return [
            piece
            for child in node.named_children
            if child.type == "string"
            for piece in _literal(file, child)
        ]
    pieces: list[_Piece] = []
    for child in node.named_children:
        if child.type == "string_content":
            pieces.extend(_content(child))
        elif child.type == "interpolation":
            pieces.append(_hole(file, child))
    return pieces


def _content(content: Node) -> list[_Piece]:
    data, begin = content.text or b"", content.start_byte
    pieces: list[_Piece] = []
    at = 0
    for escape in content.named_children:
        start, end = escape.start_byte - begin, escape.end_byte - begin
        if at < start:
            pieces.append(_plain(data[at:start], begin + at))
        value = text_of(escape)
        if escape.type == "escape_interpolation":
            value = value[:1]
        else:
            try:
                value = str(ast.literal_eval(f'"{value}"'))
            except (ValueError, SyntaxError):
                value = " "
        if value:
            pieces.append(_Piece(value, Span(escape.start_byte, escape.end_byte), False))
        at = end
    if at < len(data):
        pieces.append(_plain(data[at:], begin + at))
    return pieces


def _plain(data: bytes, start: int) -> _Piece:
    return _Piece(data.decode("utf-8", "replace"), Span(start, start + len(data)), True)


def _hole(file: PyFile, interpolation: Node) -> _Piece:
    span = Span(interpolation.start_byte, interpolation.end_byte)
    value = interpolation.child_by_field_name("expression")
    known = file.once(_Holes).constant(value) if value is not None else None
    return _Piece(known if known else HOLE, span, False)


class _Holes:
    """What the holes of a file's texts hold, so that each is looked at once: a name in one may be bound to
    texts with holes in their turn, and so on."""

    def __init__(self, file: PyFile) -> None:
        self._file = file
        self._known: dict[int, str | None] = {}
        self._depth = 0

    def constant(self, node: Node) -> str | None:
        """The text of a name that the file binds once to a literal."""
        if node.type not in ("identifier", "attribute"):
            return None
        if node.id not in self._known and self._depth < _MAX_HOLES:
            self._known[node.id] = None
            self._depth += 1
            found = _texts(self._file, node, 2)
            self._depth -= 1
            text = "".join(piece.text for piece in found[0][0]) if len(found) == 1 else HOLE
            self._known[node.id] = None if HOLE in text else text
        return self._known.get(node.id)


def _operated(file: PyFile, node: Node, depth: int) -> list[tuple[list[_Piece], Node | None]]:
    operator, left = node.child_by_field_name("operator"), node.child_by_field_name("left")
    right = node.child_by_field_name("right")
    sign = text_of(operator) if operator is not None else ""
    if sign == "%":
        found = _texts(file, left, depth - 1)
        return [(_with_fields(pieces, _PERCENT), literal) for pieces, literal in found]
    if sign != "+" or left is None or right is None:
        return []
    first, second = _texts(file, left, depth - 1), _texts(file, right, depth - 1)
    if not first and not second:
        return []
    first = first or [([_unknown(left)], None)]
    second = second or [([_unknown(right)], None)]
    return [([*one, *two], start or end) for one, start in first[:2] for two, end in second[:2]]


def _unknown(node: Node) -> _Piece:
    return _Piece(HOLE, Span(node.start_byte, node.end_byte), False)


def _called(file: PyFile, node: Node, depth: int) -> list[tuple[list[_Piece], Node | None]]:
    function = callee_of(node)
    name = text_of(function).rpartition(".")[2] if function is not None else ""
    owner = function.child_by_field_name("object") if function is not None else None
    if name == "format" and owner is not None:
        return [(_with_fields(pieces), literal) for pieces, literal in _texts(file, owner, depth - 1)]
    if name not in _KEEPING:
        return []
    arguments = node.child_by_field_name("arguments")
    given = arguments.named_children if arguments is not None else []
    inner = given[0] if given and name in ("dedent", "cleandoc") else owner
    return _texts(file, inner, depth - 1)


def _with_fields(pieces: list[_Piece], fields: re.Pattern[str] = _FIELD) -> list[_Piece]:
    """The pieces with the fields of `str.format` or of `%` as holes."""
    found: list[_Piece] = []
    for piece in pieces:
        if not piece.is_plain:
            found.append(piece)
            continue
        at = 0
        for match in fields.finditer(piece.text):
            start = piece.span.start + len(piece.text[: match.start()].encode())
            span = Span(start, start + len(match.group().encode()))
            if at < match.start():
                before = piece.text[at : match.start()]
                found.append(_Piece(before, Span(start - len(before.encode()), start), True))
            text = match.group()[0] if match.group() in ("{{", "}}", "%%") else HOLE
            found.append(_Piece(text, span, False))
            at = match.end()
        if at < len(piece.text):
            found.append(
                _Piece(
                    piece.text[at:],
                    Span(piece.span.end - len(piece.text[at:].encode()), piece.span.end),
                    True,
                )
            )
    return found


def _bound(file: PyFile, node: Node, depth: int) -> list[tuple[list[_Piece], Node | None]]:
    found: list[tuple[list[_Piece], Node | None]] = []
    bindings = file.names.bindings(node)
    is_open = any(binding.kind == "augmented" for binding in bindings)
    if is_open and (scope := file.scopes.lookup(text_of(node), node.start_byte)) is not None:
        # What is added to it later may be anything; what it begins with is known.
        bindings = [binding for binding in scope[1] if binding.offset <= node.start_byte]
    for binding in bindings:
        if binding.kind in ("assign", "walrus", "annotation") and binding.value is not None:
            found.extend(_texts(file, binding.value, depth - 1))
    return [([*pieces, *([_unknown(node)] if is_open else [])], literal) for pieces, literal in found[:4]]


def _of_class(file: PyFile, node: Node, depth: int) -> list[tuple[list[_Piece], Node | None]]:
    """A constant of a class of the file, read as `self.NAME`, `cls.NAME` or `Class.NAME`."""
    owner, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
    if owner is None or name is None or owner.type != "identifier":
        return []
    holder = None
    if text_of(owner) in ("self", "cls"):
        holder = enclosing(node, "class_definition")
    else:
        bindings = file.names.bindings(owner)
        if len(bindings) == 1 and bindings[0].kind == "class":
            holder = bindings[0].value
    scope = file.scopes.of(holder) if holder is not None and holder.type == "class_definition" else None
    found = scope.bindings.get(text_of(name), []) if scope is not None else []
    if len(found) != 1 or found[0].value is None or string_value(found[0].value) is None:
        return []
    return _texts(file, found[0].value, depth - 1)
