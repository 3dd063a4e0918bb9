"""Dotted chains (`a.b.c`, `f(x).b`) of a text, found at their dots without a look at its tree.

Strings and comments hold such chains, too: whoever uses one asks the tree what stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_DOT = re.compile(rb"\.(?=[A-Za-z_\x80-\xff])")
_SPACE = 0x20
_IS_WORD = re.compile(rb"[\w\x80-\xff]")
# What is no part of a name becomes a space, so that one search backwards finds where a name begins.
_WORDS = bytes(byte if _IS_WORD.match(bytes((byte,))) else _SPACE for byte in range(256))
_DIGITS = b"0123456789"
_NO_HEAD = b".\"'"


class Chain(NamedTuple):
    """`ends` are where the head and each further name end; a name begins behind the dot.

    A chain without a head (`start` is that of its first dot) is read off what a call or
    parentheses gave.
    """

    start: int
    ends: list[int]
    has_head: bool


def dotted_chains(data: bytes) -> Iterator[Chain]:
    """All chains in order of the text; what follows a subscript or a literal is left out."""
    words = data.translate(_WORDS) + b" "
    find, find_last = words.find, words.rfind
    chain: Chain | None = None
    end = -1
    for match in _DOT.finditer(data):
        dot = match.start()
        if dot == end:
            end = find(b" ", dot + 1)
            if chain is not None:
                chain.ends.append(end)
            continue
        if chain is not None:
            yield chain
        end = find(b" ", dot + 1)
        start = find_last(b" ", 0, dot) + 1
        chain = None
        if start < dot:
            if data[start] not in _DIGITS and (start == 0 or data[start - 1] not in _NO_HEAD):
                chain = Chain(start, [dot, end], True)
        elif dot and data[dot - 1] == 0x29:
            chain = Chain(dot, [dot, end], False)
    if chain is not None:
        yield chain
