"""Tokens that are positions: whether something called a token says where somebody stands in a stream."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, string_value, text_of, unparenthesised, walk

_ORDERED = frozenset({"<", "<=", ">", ">="})
_CLASSES = re.compile(
    rb"(?:Stream|Position|Pag(?:e|ing|ination)|Continuation|Sync|Cancel\w*|Sequence|Lookahead)Token\b"
)
_NUMBERS = re.compile(r"\b(?:int|float|Number|datetime|UUID)\b")
_TEXTS = re.compile(r"\b(?:str|bytes|Any|object|SecretStr|dict|Dict|Mapping)\b")
_SOURCES = re.compile(
    r"(?:stream|position|offset|sequence|event_source|paginat)\w*\.(?:\w+_)?(?:token|position|offset)\b"
    r"|(?:stream|position|paginat|cancel)\w*_token\b",
    re.IGNORECASE,
)
# The function numbers its tokens: `token = int(redis.incr(key))`.
_NUMBERED = re.compile(rb"\btoken\s*=\s*(?:int\(|(?:await\s+)?[\w.]+\.incr(?:by)?\()")
_CONVERSION = re.compile(r"%(?:\(\w+\))?[-#0 +]*[\d*]*(?:\.\d+)?([a-zA-Z%])")
# Secrets that are numbers.
_DIGITS = re.compile(r"otp|code|cvv|cvc|pin|ssn|card|pan")
_OF_NUMBERS = "diouxXeEfFgG"


def is_position_token(file: PyFile, node: Node) -> bool:
    """Whether a bare `token` is a number or place in a stream, by how it is used, annotated, made or written.

    Only for names that say no more than `token`; `access_token` is a secret whatever is done to it.
    """
    if _CLASSES.search(file.source.data) is not None:
        return True
    around = file.scopes.at(node.start_byte).node.text or b""
    if _NUMBERED.search(around) is not None:
        return True
    return _is_written_as_number(node) or _is_ordered(file, node) or _is_made_so(file, node)


def is_counted(file: PyFile, node: Node) -> bool:
    """Whether what is called `created_credentials` counts them: written as a number, or raised by one."""
    if not text_of(node).rpartition(".")[2].lower().endswith("s"):
        return False
    return _is_written_as_number(node) or _is_ordered(file, node)


def is_number(node: Node, name: str) -> bool:
    """Whether what `name` calls a secret is written as a number, and is none of those that are digits."""
    return not _DIGITS.search(name.lower()) and _is_written_as_number(node)


def _is_written_as_number(node: Node) -> bool:
    """Whether the text that it is written into takes a number there: `%d`, `{token:,}`."""
    parent = node.parent
    if parent is None:
        return False
    if parent.type == "interpolation":
        written = next((child for child in parent.named_children if child.type == "format_specifier"), None)
        return written is not None and re.search(r"[,dnoxXeEfFgG]$", text_of(written)) is not None
    if parent.type == "argument_list" and parent.parent is not None:
        template, *given = arguments_of(parent.parent).positional or (None,)
    elif parent.type in ("tuple", "binary_operator"):
        operation = parent if parent.type == "binary_operator" else parent.parent
        if operation is None or operation.type != "binary_operator":
            return False
        template = operation.child_by_field_name("left")
        given = list(parent.named_children) if parent.type == "tuple" else [node]
    else:
        return False
    text = string_value(template)
    if text is None or node not in given:
        return False
    conversions = [one for one in _CONVERSION.findall(text) if one != "%"]
    place = given.index(node)
    return place < len(conversions) and conversions[place] in _OF_NUMBERS


def _is_ordered(file: PyFile, node: Node) -> bool:
    """Whether its function asks what comes first, or counts on: `token <= current_token`, `token + 1`."""
    around = file.scopes.at(node.start_byte).node
    known = file.once(_known_ordered)
    if around.id not in known:
        known[around.id] = frozenset(_ordered_in(around))
    return text_of(node) in known[around.id]


def _known_ordered(file: PyFile) -> dict[int, frozenset[str]]:
    """By function, as a long one may log a thousand times."""
    return {}


def _ordered_in(around: Node) -> Iterator[str]:
    """What a function compares in order with something, or adds a number to."""
    for one in walk(around):
        if one.type == "comparison_operator":
            if any(child.type in _ORDERED for child in one.children):
                yield from map(text_of, one.named_children)
        elif one.type in ("binary_operator", "augmented_assignment"):
            left, right = one.child_by_field_name("left"), one.child_by_field_name("right")
            if left is not None and right is not None and right.type == "integer":
                yield text_of(left)


def _is_made_so(file: PyFile, node: Node) -> bool:
    """Whether it is annotated as a number, comes from a stream, or is a text made of numbers."""
    if node.type != "identifier":
        return False
    for binding in file.names.bindings(node):
        if binding.annotation is not None:
            annotation = text_of(binding.annotation)
            if _NUMBERS.search(annotation) and not _TEXTS.search(annotation):
                return True
        if binding.value is None or binding.kind not in ("assign", "walrus", "unpack"):
            continue
        value = unparenthesised(binding.value)
        if value.type == "await":
            value = value.named_children[0]
        if value.type == "call" and _SOURCES.search(text_of(value.children[0])):
            return True
        if value.type == "binary_operator":
            text = string_value(value.child_by_field_name("left"))
            conversions = _CONVERSION.findall(text) if text is not None else []
            if conversions and all(one in _OF_NUMBERS for one in conversions):
                return True
    return False
