"""Edits that make times aware of UTC, in the words that a file already uses."""

from __future__ import annotations

from dataclasses import dataclass

from tree_sitter import Node

from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.resolve import resolve
from bugcatalog_ls.syntax.edits import add_keyword, insert_at, replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.imports import Imports
from bugcatalog_ls.syntax.nodes import ancestors, arguments_of, callee_of, text_of
from bugcatalog_ls.text.spans import Span, TextEdit


@dataclass(frozen=True)
class TimeWords:
    """What the words for times in one file depend on."""

    file: PyFile
    imports: Imports
    index: FactIndex
    target_python: tuple[int, int]


def make_aware(words: TimeWords, node: Node) -> list[TextEdit] | None:
    """The edits that make one source of naive times aware."""
    file = words.file
    if node.type == "attribute":
        return [insert_at(node.end_byte, f".replace(tzinfo={utc(words, node)})")]
    function = callee_of(node)
    if node.type != "call" or function is None:
        return None
    symbol = file.callee(node) or ""
    match resolve(words.index, symbol, file.path):
        case "datetime.datetime.strptime":
            return [insert_at(node.end_byte, f".replace(tzinfo={utc(words, node)})")]
        case "datetime.datetime":
            zone = arguments_of(node).get("tzinfo", 7)
            if zone is not None:
                return replace_node(zone, utc(words, node))
            return add_keyword(file, node, "tzinfo", utc(words, node))
        case "datetime.date.today":
            made = words.imports.need("datetime", "datetime", at=node.start_byte)
            return replace_node(node, f"{made}.now({utc(words, node)}).date()")
        case "datetime.datetime.fromtimestamp" | "datetime.datetime.utcfromtimestamp":
            zone = arguments_of(node).get("tz", 1)
            if zone is not None:
                return replace_node(zone, utc(words, node))
            edits = add_keyword(file, node, "tz", utc(words, node))
            name = function.child_by_field_name("attribute")
            if name is not None:
                return [*replace_node(name, "fromtimestamp"), *edits]
            if not symbol.endswith("utcfromtimestamp"):
                return edits
            made = words.imports.need("datetime", "datetime", at=node.start_byte)
            return [*replace_node(function, f"{made}.fromtimestamp"), *edits]
    return replace_node(node, aware_now(words, function))


def aware_now(words: TimeWords, function: Node) -> str:
    """`datetime.now(timezone.utc)` in the words of the file, for a function that reads the clock."""
    if words.imports.binds("django.utils", "timezone", at=function.start_byte):
        return f"{words.imports.need('django.utils', 'timezone', at=function.start_byte)}.now()"
    owner = function.child_by_field_name("object") if function.type == "attribute" else None
    symbol = words.file.symbol(owner) if owner is not None else None
    if owner is not None and resolve(words.index, symbol or "", words.file.path) == "datetime.datetime":
        made = text_of(owner)
    else:
        made = words.imports.need("datetime", "datetime", at=function.start_byte)
    return f"{made}.now({utc(words, function)})"


def utc(words: TimeWords, node: Node) -> str:
    """The zone in the words of the file: `timezone.utc`, or `UTC` where all Pythons have it."""
    has_short = words.imports.binds("datetime", "UTC", at=node.start_byte)
    has_long = _is_imported(words.file, "timezone")
    if has_short or (words.target_python >= (3, 11) and not has_long):
        return words.imports.need("datetime", "UTC", at=node.start_byte)
    return f"{words.imports.need('datetime', 'timezone', at=node.start_byte)}.utc"


def _is_imported(file: PyFile, name: str) -> bool:
    bindings = file.scopes.module.bindings.get(name, [])
    return any(binding.target == f"datetime.{name}" for binding in bindings)


def without_zulu(node: Node) -> list[TextEdit]:
    """`x.isoformat() + "Z"` would say its zone twice once the time is aware."""
    if node.type == "binary_operator":
        left = node.child_by_field_name("left")
        if left is None:
            return []
        quote = "'" if _is_in_string(node) else '"'
        tail = f".replace({quote}+00:00{quote}, {quote}Z{quote})"
        return [TextEdit(Span(left.end_byte, node.end_byte), tail)]
    hole = next((child for child in node.named_children if child.type == "interpolation"), None)
    if hole is None or not hole.named_children:
        return []
    start, end = hole.named_children[0].start_byte, hole.named_children[0].end_byte
    return [
        TextEdit(Span(node.start_byte, start), ""),
        TextEdit(Span(end, node.end_byte), '.replace("+00:00", "Z")'),
    ]


def _is_in_string(node: Node) -> bool:
    return any(parent.type == "interpolation" for parent in ancestors(node))
