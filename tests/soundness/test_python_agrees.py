"""What a part of a text says of whether Python takes it, and what the whole says."""

from __future__ import annotations

import random

import pytest

from bugcatalog_ls.syntax.repair import parses, parses_at
from bugcatalog_ls.syntax.tree import parse
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.workspace.change import Change

TEXT = '''\
"""A module."""

import os

# A comment.
@cache
def first(a, b=None, *c):
    """Says

something."""
    try:
        return [x for x in a if x]
    except (OSError, ValueError) as error:
        raise LookupError from error
    else:
        pass


if os.name == "nt":
    y = 1
elif os.name:
    z = (
        1,
        2,
    )
else:
    w = """
if
"""


class Second(Base):
    field: int = 3

    async def method(self):
        async with self as x, y:
            match x:
                case 1:
                    pass


for i in range(3):
    print(i)
else:
    print("done")
while True: break
x = 1; y = 2
'''
PIECES = (
    "",
    "\n",
    "\n    ",
    "(",
    ")",
    "'",
    '"""',
    ":",
    "=",
    "x",
    "try:",
    "else:",
    "    ",
    "#",
    "\\",
    "return",
    "@x",
)


@pytest.mark.parametrize("seed", range(8))
def test_the_statements_around_an_edit_say_what_the_text_says(seed: int) -> None:
    chance = random.Random(seed)
    n_asked = n_broken = 0
    old = Source(TEXT)
    while n_asked < 100:
        start = chance.randrange(len(old.data))
        end = min(start + chance.choice((0, 0, 1, 8, 40)), len(old.data))
        if chance.random() < 0.3:
            # A whole line, as it is before it is typed anew.
            start, end = old.lines.line_span(old.lines.row_of(start))
        new = Source(old.data[:start] + chance.choice(PIECES).encode() + old.data[end:])
        root = parse(new.data).root_node
        if root.has_error:
            continue
        n_asked += 1
        said = parses_at(new, root, Change(old, new).new_rows)
        assert said == parses(new), new.text
        n_broken += not said
        old = new if said and chance.random() < 0.5 else Source(TEXT)
    assert n_broken
