"""Queries as chains, drawn as text: who makes them, of what, by which calls."""

from __future__ import annotations

from bugcatalog_ls.facts.queries import read_query
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, text_of
from bugcatalog_ls.text.source import Source


def drawn(code: str) -> str:
    """The query that the call of `show` is given."""
    file = PyFile("example.py", Source(code))
    (call,) = file.calls_named("show")
    query = read_query(file, arguments_of(call).positional[0])
    if query is None:
        return "unknown"
    names = " ".join(name for name, _ in query.parts)
    return f"{query.library} {', '.join(text_of(entity) for entity in query.entities)}: {names}".strip()


def test_one_chain() -> None:
    assert (
        drawn("from sqlalchemy import select\nshow(select(A).where(x).limit(1))")
        == "sqlalchemy A: where limit"
    )
    assert drawn("show(session.query(A, B.x).all())") == "query A, B.x: all"
    assert drawn("show(shop.A.objects.filter(x=1)[2:3])") == "django shop.A: filter []"
    assert drawn("import peewee\nshow(A.select().order_by(A.x))") == "peewee A: order_by"
    assert drawn("show(A.query.filter_by(x=1))") == "query A: filter_by"


def test_variables_and_branches() -> None:
    code = """
from sqlalchemy import select

def f(name, sort):
    q = select(A)
    if name:
        q = q.where(A.name == name)
    if sort:
        q = q.order_by(A.id)
    else:
        q = q.order_by(A.name)
    q = q.limit(3)
    show(q)
"""
    assert drawn(code) == "sqlalchemy A: where order_by order_by limit"


def test_what_is_not_followed() -> None:
    assert drawn("from lib import base\nshow(base().limit(3))") == "unknown"
    assert drawn("from sqlalchemy import select\nshow(select(A).apply(sort).limit(3))") == "unknown"
    assert drawn("def f(q):\n    show(q.limit(3))") == "unknown"
    assert drawn("show(select(A).limit(3))") == "unknown"


def test_many_branches_are_read_once_each() -> None:
    steps = "".join(f"    if c{n}:\n        q = q.where(A.x == {n})\n" for n in range(30))
    code = f"from sqlalchemy import select\n\ndef f():\n    q = select(A)\n{steps}    show(q)\n"
    assert drawn(code).count("where") == 30
