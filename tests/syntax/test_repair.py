"""Half-typed code: what stands elsewhere in the file stays visible while a line is typed."""

from __future__ import annotations

import random

import pytest

from bugcatalog_ls.syntax.nodes import text_of
from bugcatalog_ls.syntax.repair import repair
from bugcatalog_ls.syntax.tree import PyTree, parse
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span

TEXT = '''\
"""Orders of the shop."""

import logging
from typing import (
    Any,
    Annotated,
)

from app.db import Session, get_session

logger = logging.getLogger(__name__)
router = APIRouter(
    prefix="/orders",
    tags=["orders"],
)
LIMITS = {
    "small": int("10"),
    "large": [
        int("20"),
    ],
}


@router.get(
    "/{order_id}",
    response_model=dict(),
)
async def read_order(
    order_id: int,
    session: Annotated[Session, Depends(get_session)],
) -> dict[str, Any]:
    """Read one order.

    Raises:
        HTTPException: There is none.
    """
    try:
        order = session.get(Order, order_id)
    except (
        LookupError,
        ValueError,
    ) as error:
        logger.error("no order %s", order_id)
        raise HTTPException(404) from error
    else:
        audit(order)
    finally:
        session.close()
    lines = [
        line.read()
        for line in order.lines
        if line.is_open()
    ]
    message = (
        f"{len(lines)} lines of {order.get('id')} "
        "and more"
    )
    match order.kind():
        case "sale":
            sell(order)
        case _:
            keep(order)
    with session.begin() as transaction:
        while transaction.is_open():
            for line in lines: transaction.add(line)
    return {"message": message, "lines": lines}


class Shop(Base):
    name = Column(String(20))

    @property
    def size(self) -> int:
        return len(self.name)
'''


def calls(source: Source) -> list[tuple[Span, str]]:
    found = []
    for node in PyTree(source).nodes("call"):
        callee = node.child_by_field_name("function")
        assert callee is not None
        found.append((Span(node.start_byte, node.start_byte), text_of(callee)))
    return found


def visible_share(text: str, rows: range) -> tuple[int, int]:
    """Type each line in place: how many keystrokes there are, and after how many all is visible."""
    original = Source(text)
    known = calls(original)
    n_keys = n_whole = 0
    for row in rows:
        start, end = original.lines.line_span(row)
        line = original.lines.line(row)
        for n_typed in range(len(line) - len(line.lstrip()), len(line)):
            prefix = line[:n_typed].encode()
            change = len(prefix) - (end - start)
            expected = {(span.start, name) for span, name in known if not start <= span.start <= end}
            edited = Source(original.data[:start] + prefix + original.data[end:])
            repaired = repair(edited, row)
            seen = set()
            for span, name in calls(repaired.source):
                if (place := repaired.to_original(span)) is not None:
                    seen.add((place.start - (change if place.start > start else 0), name))
            n_keys += 1
            n_whole += expected <= seen
    return n_keys, n_whole


def test_calls_stay_visible_while_any_line_is_typed() -> None:
    n_keys, n_whole = visible_share(TEXT, range(TEXT.count("\n")))
    print(f"{n_whole} of {n_keys} keystrokes keep every other call visible")
    assert n_keys * 98 <= n_whole * 100


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        ("x = 1\n", 0, "x = 1\n"),
        ("x = f(\ny = 2\n", 0, "x = f()\ny = 2\n"),
        ("def f(a\n    g()\n", 0, "def f(a):\n    g()\n"),
        ("if a and\n    g()\n", 0, "if a and _:\n    g()\n"),
        ("x.\ny = 2\n", 0, "x._\ny = 2\n"),
        ("@\ndef f():\n    g()\n", 0, "@ _\ndef f():\n    g()\n"),
        ("\n    a,\n    b,\n)\n", 0, "_(\n    a,\n    b,\n)\n"),
        ("f(\n    a,\n\nx = g()\n", 2, "f(\n    a,\n)\nx = g()\n"),
        ("\n    f()\nfinally:\n    g()\n", 0, "try:\n    f()\nfinally:\n    g()\n"),
        ("x = '''\n\ny = g()\n", 1, "x = '''\n'''\ny = g()\n"),
        ("x = 'a\ny = 2\n", None, "x = 'a'\ny = 2\n"),
        ("a = 1\nx = f(\ny = 2\n", 0, "a = 1\nx = f()\ny = 2\n"),
        ("if a:\n    b = )\n    c()\n", 1, "if a:\n    pass\n    c()\n"),
        ("a = 1\r\nx = f(\r\ny = 2\r\n", 1, "a = 1\r\nx = f()\r\ny = 2\r\n"),
    ],
)
def test_repair(text: str, row: int | None, expected: str) -> None:
    repaired = repair(Source(text), row)
    assert repaired.source.text == expected
    assert not repaired.has_error


def test_spans_lead_back_to_the_original() -> None:
    text = "a()\nx = f(\nb()\n"
    repaired = repair(Source(text), 1)
    data = repaired.source.data
    for name in (b"a()", b"b()"):
        place = repaired.to_original(Span(data.index(name), data.index(name) + 3))
        assert place is not None
        assert text.encode()[place.start : place.end] == name
    assert repaired.to_original(Span(data.index(b"f()"), data.index(b"f()") + 3)) is None
    assert repaired.to_original(Span(0, len(data))) == Span(0, len(text))


def test_what_cannot_be_mended_says_so() -> None:
    assert repair(Source(")\n" * 30), 3).has_error


@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("seed", range(20))
def test_any_text_is_taken(seed: int) -> None:
    chance = random.Random(seed)
    pieces = [
        "(",
        ")",
        "'",
        '"""',
        "\\",
        "\n",
        "\r",
        "\r\n",
        "    ",
        "def ",
        "f",
        ":",
        "ü",
        "#",
        "{",
        "\t",
        "😀",
    ]
    text = "".join(chance.choice(pieces) for _ in range(80))
    for row in (None, 0, chance.randrange(10), 1000):
        repaired = repair(Source(text), row)
        size = len(repaired.source.data)
        for original, new in repaired.replaced:
            assert new.end <= size
            assert original.end <= len(text.encode())
        for start in range(size):
            place = repaired.to_original(Span(start, start))
            if place is not None:
                assert repaired.source.data[start : start + 1] == text.encode()[place.start : place.start + 1]


def test_continued_lines_are_joined_in_an_edited_tree_as_in_a_new_one() -> None:
    before = b's = "a\\\nb"\nx = 1 + \\\n    2\n# c\\\ny = 3\nz = x + \\\n    s\n'
    added = b" + \\\n  4"
    start = before.index(b"y = 3") + 5
    edited = parse(before).copy()
    edited.edit(start, start, start + len(added), (5, 5), (5, 5), (6, 3))
    after = before[:start] + added + before[start:]
    again, anew = parse(after, edited).root_node, parse(after).root_node
    assert str(again) == str(anew)
    assert "line_continuation" not in str(anew)
