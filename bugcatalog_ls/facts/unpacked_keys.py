"""Mappings that a dictionary unpacks (`**extra`): whether they may give one of its keys another value."""

from __future__ import annotations

import re
from collections.abc import Collection

from tree_sitter import Node

from bugcatalog_ls.facts.responses import pairs_of
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import called_name, string_value, text_of, unparenthesised

_DEPTH = 3
# What is said besides, by its name: `extra`, `error_details`, `**context`.
_BESIDE = re.compile(
    r"(?:^|_)(?:extras?|details?|contexts?|meta|metadata|infos?|notes?|hints?|kwargs|additional|debug|fields"
    r"|params|common|pagination|timings?|trace|errors?|exc|exception|err)(?:$|_)"
)
_OUTCOME = re.compile(
    r"result|outcome|respon|answer|reply|status|state|check|health|report|return|output|body|payload|resp?$|data$"
)


def may_give(file: PyFile, splat: Node, keys: Collection[str], *, is_told: bool) -> bool:
    """Whether a `**mapping` may hold one of the keys; what only its name tells of is believed. Where it
    `is_told` what has failed, the failure is no default that an outcome replaces."""
    value = splat.named_children[0] if splat.type == "dictionary_splat" and splat.named_child_count else splat
    held = _held(file, value, keys, _DEPTH)
    if held is not None:
        return held
    name = _name_of(value)
    is_outcome = _OUTCOME.search(name) is not None
    if _BESIDE.search(name) and (is_told or not is_outcome):
        return False
    return not is_told or is_outcome


def _held(file: PyFile, value: Node, keys: Collection[str], depth: int) -> bool | None:
    """Whether a mapping holds one of the keys; None where its keys are not written in the file."""
    value = unparenthesised(value)
    parts: list[Node | None] = []
    if value.type == "dictionary":
        for key, one in pairs_of(value):
            if key is not None and (not key or key in keys):
                return True
            parts += one.named_children if key is None else []
    elif value.type == "boolean_operator":
        parts = [value.child_by_field_name("left"), value.child_by_field_name("right")]
        # `extra or {}` is as good as `extra`.
        parts = [part for part in parts if part is not None and text_of(part) != "{}"]
    elif value.type == "conditional_expression" and value.named_child_count == 3:
        parts = [value.named_children[0], value.named_children[2]]
    elif value.type == "identifier" and depth > 0 and not _is_set(file, value, keys):
        parts = [binding.value for binding in file.names.bindings(value)]
        if not parts:
            return None
    else:
        return None
    held = [_held(file, part, keys, depth - 1) if part is not None else None for part in parts]
    return True if True in held else None if None in held else False


def _name_of(value: Node) -> str:
    """The words by which a mapping is told: `extra` of `(extra or {})`, `to_dict` of `exc.to_dict()`."""
    value = unparenthesised(value)
    if value.type in ("boolean_operator", "conditional_expression"):
        value = value.named_children[0]
    return (called_name(value) if value.type == "call" else text_of(value).rpartition(".")[2]).lower()


def _is_set(file: PyFile, name: Node, keys: Collection[str]) -> bool:
    """Whether a file gives a mapping one of the keys later, or more than it shows."""
    written = text_of(name)
    for node in file.nodes("assignment"):
        left = node.child_by_field_name("left")
        if left is None or left.type != "subscript" or text_of(left).partition("[")[0] != written:
            continue
        key = left.named_children[1] if left.named_child_count > 1 else None
        if key is None or (literal := string_value(key)) is None or literal in keys:
            return True
    return f"{written}.update(".encode() in file.source.data
