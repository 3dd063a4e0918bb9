"""Writes and transactions in functions, rendered as text."""

from __future__ import annotations

from textwrap import dedent

from bugcatalog_ls.facts.active_writes import AtomicCall, separate_writes
from bugcatalog_ls.facts.django_effects import DjangoEffects
from bugcatalog_ls.facts.early_commits import early_commits
from bugcatalog_ls.facts.raw_pages import raw_counts, raw_offsets, raw_ties
from bugcatalog_ls.facts.session_calls import session_functions
from bugcatalog_ls.facts.session_helpers import handed_sessions
from bugcatalog_ls.facts.stale_sql import stale_sql
from bugcatalog_ls.facts.stale_statements import stale_statements
from bugcatalog_ls.facts.stale_updates import stale_updates
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import text_of
from bugcatalog_ls.testing.checks import check_facts
from bugcatalog_ls.text.source import Source


def file_of(text: str) -> PyFile:
    return PyFile("example.py", Source(dedent(text).lstrip("\n")))


def row(file: PyFile, offset: int) -> int:
    return file.source.lines.row_of(offset) + 1


def test_django_effects() -> None:
    check_facts(
        DjangoEffects,
        """
        from shop.models import Product
        def price(sku):
            return Product.objects.filter(sku=sku).first()
        def store(sku):
            if not Product.objects.filter(sku=sku).exists():
                Product.objects.create(sku=sku)
        def none(cache):
            return cache.objects.get(1)
        """,
        """
        DjangoEffects(symbol='example.price', reads=True, writes=False)
        DjangoEffects(symbol='example.store', reads=True, writes=True)
        """,
    )


def test_calls_in_a_transaction() -> None:
    check_facts(
        AtomicCall,
        """
        from django.db import transaction
        def go(request):
            with transaction.atomic():
                place(request)
                Order.objects.create()
            mail(request)
        """,
        "AtomicCall(name='place')",
    )


def test_writes_that_belong_together() -> None:
    file = file_of("""
        def linked(request):
            order = Order.objects.create()
            log()
            Item.objects.create(order=order)
        def apart(request):
            Order.objects.create()
            Item.objects.create()
        def held(request):
            with transaction.atomic():
                order = Order.objects.create()
                Item.objects.create(order=order)
        def branches(request):
            if request.user:
                order = Order.objects.create()
            else:
                Item.objects.create(order=order)
        def moved(a: Account, b: Account, n):
            a.balance -= n
            a.save()
            b.balance += n
            b.save()
        """)
    drawn = [
        f"{pair.function}: {row(file, pair.first.node.start_byte)} > {row(file, pair.last.node.start_byte)}"
        for pair in separate_writes(file)
    ]
    assert drawn == ["linked: 2 > 4", "moved: 19 > 21"]


def test_commits_that_come_early() -> None:
    file = file_of("""
        from sqlalchemy.orm import Session
        def linked(db: Session):
            order = Order()
            db.add(order)
            db.commit()
            db.add(Item(order_id=order.id))
            db.commit()
        def status(db: Session, job):
            job.status = "on"
            db.commit()
            run(job)
            job.status = "off"
            db.commit()
        def each(db: Session, rows):
            for r in rows:
                db.add(r)
                db.commit()
        """)
    functions = [*session_functions(file, "commit"), *handed_sessions(file)]
    drawn = {
        f"{function.scope.qualname} {row(file, early.node.start_byte)} {early.relation}"
        for function in functions
        for early in early_commits(file, function)
    }
    assert drawn == {"linked 5 related", "each 17 loop"}


def test_values_worked_out_from_old_ones() -> None:
    file = file_of("""
        from sqlalchemy.orm.attributes import flag_modified
        def count(db, id):
            row = db.get(Page, id)
            row.hits += 1
            row.title = "x"
            row.tags.append("x")
            flag_modified(row, "tags")
            db.commit()
        def made(db):
            row = Page(hits=0)
            row.hits += 1
            db.commit()
        def locked(db, id):
            row = db.get(Page, id, with_for_update=True)
            row.hits += 1
            db.commit()
        """)
    drawn = [f"{row(file, each.node.start_byte)} {each.derivation}" for each in stale_updates(file)]
    assert drawn == ["4 number", "6 items"]


def test_statements_worked_out_from_old_values() -> None:
    file = file_of("""
        def raw(cur, id):
            cur.execute("SELECT n FROM pages WHERE id = %s", (id,))
            n = cur.fetchone()[0]
            cur.execute("UPDATE pages SET n = %s WHERE id = %s", (n + 1, id))
        def core(db, id):
            n = db.scalar(select(Page.n).where(Page.id == id))
            db.execute(update(Page).where(Page.id == id).values(n=n + 1))
        def atomic(db, id):
            n = db.scalar(select(Page.n).where(Page.id == id))
            db.execute(update(Page).where(Page.id == id).values(n=Page.n + 1))
        """)
    assert [f"{each.table}.{each.column}" for each in stale_sql(file)] == ["pages.n"]
    assert [f"{row(file, e.node.start_byte)} {e.column}" for e in stale_statements(file)] == ["7 Page.n"]


def test_pages_of_raw_sql() -> None:
    file = file_of("""
        def show(conn, owner, page: int = 1, size: int = 10):
            n = conn.execute("SELECT COUNT(*) FROM items")
            rows = conn.execute(
                "SELECT * FROM items WHERE owner = ? ORDER BY made LIMIT ? OFFSET ?",
                (owner, size, page * size),
            )
            return n, rows
        """)
    assert [text_of(each.skipped.page) for each in raw_offsets(file)] == ["page"]
    assert [f"{each.table} by {each.key}" for each in raw_ties(file)] == ["items by made"]
    assert [each.listed for each in raw_counts(file)] == ["owner = ?"]
