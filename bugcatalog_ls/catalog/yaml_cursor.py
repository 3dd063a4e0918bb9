"""Where a cursor is in half-written YAML: below which keys, at a key or at a value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple


class YamlPlace(NamedTuple):
    """The keys around a place, list items left out. At a value, the last of them is its own key.

    `typed` is what stands of the word up to the cursor.
    """

    keys: tuple[str, ...]
    is_value: bool
    typed: str


def place_at(rows: Sequence[str], row: int, column: int) -> YamlPlace:
    """The place at a row and column of the front matter's lines."""
    line = rows[row][:column]
    at, rest = _after_dashes(line)
    keys = _keys_above(rows, row, at)
    key = _KEY.match(rest)
    if key is None:
        is_item = at > len(line) - len(line.lstrip(" "))
        if is_item and not _OPENING.match(rest.strip()[:1] or "x"):
            return YamlPlace(tuple(keys), False, rest.strip())
        return _in_flow(keys, rest, is_value=is_item)
    return _in_flow([*keys, key[1]], rest[key.end() :], is_value=True)


def word_at(line: str, column: int) -> tuple[int, int]:
    """The columns of the word at a column."""
    start = end = column
    while start > 0 and _WORD.match(line[start - 1]):
        start -= 1
    while end < len(line) and _WORD.match(line[end]):
        end += 1
    return start, end


_KEY = re.compile(r"""["']?([^\s"'{}\[\],:#&*!|>%@`][^"'{}\[\],:]*?)["']?(?<!\s)\s*:(?:\s+|$)""")
_WORD = re.compile(r"[\w.-]")
_OPENING = re.compile(r"[\[{]")


def _after_dashes(line: str) -> tuple[int, str]:
    """The column at which an item's own text begins, and that text."""
    at = len(line) - len(line.lstrip(" "))
    while re.match(r"-(?:\s|$)", line[at:]):
        inner = line[at + 1 :]
        at += 1 + (len(inner) - len(inner.lstrip(" ")))
    return at, line[at:]


def _keys_above(rows: Sequence[str], row: int, at: int) -> list[str]:
    """The keys of the blocks that hold what begins at a column of a row."""
    keys: list[str] = []
    line = rows[row]
    dash = len(line) - len(line.lstrip(" "))
    # An item's list may stand at the column of its own key.
    limit, is_item = (dash, True) if dash < at else (at, False)
    for above in range(row - 1, -1, -1):
        text = rows[above]
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        begin = len(text) - len(text.lstrip(" "))
        own, rest = _after_dashes(text)
        key = _KEY.match(rest)
        if own < limit or (is_item and own == limit and begin == own):
            if key is not None:
                keys.insert(0, key[1])
            limit, is_item = (begin, True) if begin < own else (own, False)
        elif begin < limit and begin < own:
            # The first line of the item that we are in; its list is further above.
            limit, is_item = begin, True
        if limit == 0 and not is_item:
            break
    return keys


def _in_flow(keys: list[str], text: str, *, is_value: bool) -> YamlPlace:
    """Follow `{a: {b: x` to its end."""
    stack: list[tuple[str, list[str]]] = []
    path = list(keys)
    typed, at_value, quote = "", is_value, ""
    for position, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
            typed += character
        elif character in "\"'" and not typed.strip():
            quote, typed = character, ""
        elif character in "{[" and not typed.strip():
            stack.append((character, list(path)))
            at_value, typed = character == "[", ""
        elif character in "}]" and stack:
            path, at_value, typed = stack.pop()[1], True, ""
        elif character == "," and stack:
            path, typed = list(stack[-1][1]), ""
            at_value = stack[-1][0] == "["
        elif (
            character == ":"
            and stack
            and stack[-1][0] == "{"
            and not at_value
            and text[position + 1 : position + 2] in ("", " ")
        ):
            path, typed, at_value = [*stack[-1][1], typed.strip()], "", True
        else:
            typed += character
    return YamlPlace(tuple(path), at_value, typed.strip())
