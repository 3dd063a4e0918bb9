"""Where whole words stand in a text of bytes, without a regular expression for each word."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

WORD_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
"""What a word of ASCII is made of; a byte of any other character ends it, as in `re`."""


def word_offsets(data: bytes, word: bytes, start: int = 0, end: int | None = None) -> list[int]:
    """The offsets at which a word begins that no other letters or digits touch."""
    found: list[int] = []
    length, size, find = len(data), len(word), data.find
    limit = length if end is None else end
    offset = find(word, start, limit)
    while offset >= 0:
        behind = offset + size
        is_begun = offset > 0 and data[offset - 1] in WORD_BYTES
        if not is_begun and (behind >= length or data[behind] not in WORD_BYTES):
            found.append(offset)
        offset = find(word, offset + 1, limit)
    return found


def offsets_of(data: bytes, text: bytes) -> list[int]:
    """The offsets at which a text stands, none of them inside of another."""
    found: list[int] = []
    start = data.find(text)
    while start >= 0:
        found.append(start)
        start = data.find(text, start + len(text))
    return found


def has_word(data: bytes, word: bytes, start: int = 0, end: int | None = None) -> bool:
    """Whether a word stands anywhere in a range of a text."""
    return bool(word_offsets(data, word, start, end))


def is_named_in(node: Node, data: bytes, name: bytes) -> bool:
    """Whether a name is used anywhere below a node."""
    return next(identifiers_named(node, data, name), None) is not None


def identifiers_named(root: Node, data: bytes, name: bytes) -> Iterator[Node]:
    """The `identifier` nodes with a name below a node of a text, in the order of the text."""
    for offset in word_offsets(data, name, root.start_byte, root.end_byte):
        node = root.descendant_for_byte_range(offset, offset + len(name))
        if node is not None and node.type == "identifier":
            yield node
