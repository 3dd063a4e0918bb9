"""Public parts: texts made of ids, addresses and literals alone, which are keys to look something up by."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.nodes import operator_of, string_value, text_of, unparenthesised

_PUBLIC = re.compile(
    r"(?:^|_)(?:ids?|ur[li]s?|issuer|host|hostname|domain|realm|audience|provider|tenant|region|version)$",
    re.IGNORECASE,
)
# `AUTH_KEY`, `SHARED_KEY`: also what an entry of credentials is kept under. An `API_KEY` is none.
_KEY_OF_ENTRY = re.compile(r"(?:^|_)(?:AUTH|SHARED|MASTER|SECRET)_KEY$")


def is_public_key(name: str, value: Node) -> bool:
    """Whether a constant that is called a key is composed of nothing but public parts:
    `AUTH_KEY = f"{ISSUER}::{CLIENT_ID}"`."""
    if _KEY_OF_ENTRY.search(name) is None:
        return False
    parts = _parts(value)
    return bool(parts) and all(
        part.type in ("identifier", "attribute") and _PUBLIC.search(text_of(part).rpartition(".")[2])
        for part in parts
    )


def _parts(value: Node) -> list[Node]:
    """What a composed text is made of, its literals left out; none where it is not composed."""
    value = unparenthesised(value)
    if value.type == "binary_operator" and operator_of(value) == "+":
        sides = [unparenthesised(side) for side in value.named_children]
        return [part for side in sides for part in (_parts(side) or _single(side))]
    if value.type in ("string", "concatenated_string"):
        strings = value.named_children if value.type == "concatenated_string" else [value]
        holes = [child for one in strings for child in one.named_children if child.type == "interpolation"]
        return [hole.named_children[0] for hole in holes if hole.named_children]
    return []


def _single(side: Node) -> list[Node]:
    return [] if string_value(side) is not None else [side]
