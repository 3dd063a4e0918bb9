"""Dotted chains (`a.b.c`, `f(x).b`) of a text, found at their dots without a look at its tree.

Strings and comments hold such chains, too: whoever uses one asks the tree what stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# The expression begins with one plain character, for which `re` searches fast.
_NAMES = re.compile(rb"\.[A-Za-z_\x80-\xff][\w\x80-\xff]*(?:\.[A-Za-z_\x80-\xff][\w\x80-\xff]*)*")
_SPACE = 0x20
_CLOSING = frozenset(b")]")
_IS_WORD = re.compile(rb"[\w\x80-\xff]")
# What is no part of a name becomes a space, so that one search backwards finds where a name begins.
_WORDS = bytes(byte if _IS_WORD.match(bytes((byte,))) else _SPACE for byte in range(256))
_DIGITS = frozenset(b"0123456789")
_QUOTES = frozenset(b"\"'")


def dotted_chains(data: bytes) -> Iterator[tuple[int, int, int]]:
    """All chains in order of the text, as (start, first dot, end); what follows a literal is left out.
    A chain that is read off what a call, a subscript or parentheses gave, or off what stands on an
    earlier line, starts at its dot."""
    words = data.translate(_WORDS)
    find_last = words.rfind
    for match in _NAMES.finditer(data):
        dot, end = match.span()
        start = find_last(b" ", 0, dot) + 1
        if start == dot:
            # A dot that begins a line goes on with what stands on the lines above.
            if dot and (data[dot - 1] in _CLOSING or not data[data.rfind(b"\n", 0, dot) + 1 : dot].strip()):
                yield dot, dot, end
        elif data[start] not in _DIGITS and (start == 0 or data[start - 1] not in _QUOTES):
            yield start, dot, end
