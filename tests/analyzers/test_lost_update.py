"""BC302 beyond the examples of its page."""

from __future__ import annotations

from bugcatalog_ls.testing.checks import check_findings, check_fix


def test_result_in_a_name_of_its_own() -> None:
    check_findings(
        "BC302",
        """
        from sqlalchemy import select
        async def go(session, id):
            result = await session.execute(select(Post).where(Post.id == id))
            post = result.scalar_one()
            post.views = post.views + 1
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC302
            await session.commit()
        """,
    )


def test_list_that_grows() -> None:
    check_findings(
        "BC302",
        """
        def go(session, id, tag):
            post = session.get(Post, id)
            post.tags = post.tags + [tag]
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC302
            session.commit()
        """,
    )


def test_json_that_is_merged() -> None:
    check_findings(
        "BC302",
        """
        def go(session, id, k, v):
            post = session.get(Post, id)
            post.meta = {**post.meta, k: v}
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC302
            session.commit()
        """,
    )


def test_value_computed_by_a_function() -> None:
    check_findings(
        "BC302",
        """
        def go(session, id):
            post = session.get(Post, id)
            post.title = post.title.upper()
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC302.computed
            session.commit()
        """,
    )


def test_django_row_of_a_shortcut() -> None:
    check_findings(
        "BC302",
        """
        from django.shortcuts import get_object_or_404
        from shop.models import Product
        def go(request, pk):
            p = get_object_or_404(Product, pk=pk)
            p.hits += 1
          # ^^^^^^^^^^^ BC302
            p.save(update_fields=["hits"])
        """,
    )


def test_select_then_update() -> None:
    check_findings(
        "BC302",
        """
        import sqlite3
        def go(conn, id, n):
            cur = conn.cursor()
            cur.execute("SELECT balance FROM accounts WHERE id = ?", (id,))
            balance = cur.fetchone()[0]
            cur.execute("UPDATE accounts SET balance = ? WHERE id = ?", (balance - n, id))
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC302
            conn.commit()
        """,
    )


def test_structure_in_a_redis_key() -> None:
    check_findings(
        "BC302",
        """
        import json, redis
        r = redis.Redis()
        def go(k, item):
            cart = json.loads(r.get(k) or "[]")
            cart.append(item)
            r.set(k, json.dumps(cart))
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^ BC302
        """,
    )


def test_one_time_key_of_a_client_in_another_file() -> None:
    check_findings(
        "BC302",
        """
        #- app/cache.py
        import redis.asyncio as redis
        client = redis.Redis(host="x")

        #- app/otp.py
        from app.cache import client
        async def verify(phone, code):
            stored = await client.get(f"otp:{phone}")
            if stored != code:
                return False
            await client.delete(f"otp:{phone}")
                # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC302
            return True
        """,
    )


def test_rows_of_a_loop() -> None:
    check_findings(
        "BC302",
        """
        from sqlalchemy import select
        def go(session):
            for item in session.scalars(select(Item)):
                item.price = item.price * 2
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC302
            session.commit()
        """,
    )


def test_row_of_a_helper_in_another_file() -> None:
    check_findings(
        "BC302",
        """
        #- app/crud.py
        def get_account(db, id):
            return db.query(Account).filter(Account.id == id).first()

        #- app/api.py
        from app.crud import get_account
        def go(db, id):
            acc = get_account(db, id)
            acc.balance -= 5
          # ^^^^^^^^^^^^^^^^ BC302
            db.commit()
        """,
    )


def test_block_that_commits() -> None:
    check_findings(
        "BC302",
        """
        from sqlalchemy.orm import Session
        def go(engine, id):
            with Session(engine) as s, s.begin():
                p = s.get(Post, id)
                p.n += 1
              # ^^^^^^^^ BC302
        """,
    )


def test_old_value_in_a_name() -> None:
    check_findings(
        "BC302",
        """
        def go(session, id, amount):
            acc = session.get(Account, id)
            balance = acc.balance
            acc.balance = balance + amount
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC302
            session.commit()
        """,
    )


def test_json_file_in_a_handler() -> None:
    check_findings(
        "BC302",
        """
        import json
        from fastapi import FastAPI
        app = FastAPI()
        @app.post("/x")
        def add(item: dict):
            with open("db.json") as f:
                data = json.load(f)
            data.append(item)
            with open("db.json", "w") as f:
                json.dump(data, f)
              # ^^^^^^^^^^^^^^^^^^ BC302
        """,
    )


def test_json_changed_in_place() -> None:
    check_findings(
        "BC302",
        """
        from sqlalchemy.orm.attributes import flag_modified
        def go(session, id, k, v):
            p = session.get(Post, id)
            p.meta[k] = v
          # ^^^^^^^^^^^^^ BC302
            flag_modified(p, "meta")
            session.commit()
        """,
    )


def test_row_that_is_locked() -> None:
    check_findings(
        "BC302",
        """
        from sqlalchemy import select
        def go(session, id):
            acc = session.execute(select(Account).where(Account.id == id).with_for_update()).scalar_one()
            acc.balance -= 1
            session.commit()
        """,
    )


def test_row_that_is_new() -> None:
    check_findings(
        "BC302",
        """
        def go(session):
            acc = Account(balance=0)
            acc.balance += 1
            session.add(acc)
            session.commit()
        """,
    )


def test_version_in_another_file() -> None:
    check_findings(
        "BC302",
        """
        #- models.py
        class Page(Base):
            __tablename__ = "p"
            version_id = Column(Integer)
            n = Column(Integer)
            __mapper_args__ = {"version_id_col": version_id}

        #- svc.py
        from models import Page
        def go(session, id):
            p = session.get(Page, id)
            p.n += 1
            session.commit()
        """,
    )


def test_cache_that_is_filled() -> None:
    check_findings(
        "BC302",
        """
        import redis
        r = redis.Redis()
        def go(k):
            v = r.get(k)
            if v is None:
                v = compute(k)
                r.set(k, v)
            return v
        """,
    )


def test_no_commit() -> None:
    check_findings(
        "BC302",
        """
        def go(session, id):
            p = session.get(Post, id)
            p.views += 1
            return p.views
        """,
    )


def test_select_that_locks() -> None:
    check_findings(
        "BC302",
        """
        def go(conn, id):
            row = conn.execute("SELECT balance FROM a WHERE id = %s FOR UPDATE", (id,)).fetchone()
            conn.execute("UPDATE a SET balance = %s WHERE id = %s", (row[0] - 1, id))
            conn.commit()
        """,
    )


def test_key_under_a_lock() -> None:
    check_findings(
        "BC302",
        """
        import redis
        r = redis.Redis()
        def go(k):
            with r.lock("l"):
                n = int(r.get(k))
                r.set(k, n + 1)
        """,
    )


def test_default_for_what_is_missing() -> None:
    check_findings(
        "BC302",
        """
        def go(session, id, name):
            p = session.get(Post, id)
            p.name = name or p.name
            session.commit()
        """,
    )


def test_update_that_asks_for_the_old_value() -> None:
    check_findings(
        "BC302",
        """
        def go(conn, id, v):
            row = conn.execute("SELECT version FROM a WHERE id = ?", (id,)).fetchone()
            conn.execute("UPDATE a SET version = ? WHERE id = ? AND version = ?", (row[0] + 1, id, row[0]))
            conn.commit()
        """,
    )


def test_key_that_may_be_read_again() -> None:
    check_findings(
        "BC302",
        """
        import redis
        r = redis.Redis()
        def logout(sid):
            data = r.get("page:" + sid)
            r.delete("page:" + sid)
        """,
    )


def test_fix_of_a_django_row() -> None:
    check_fix(
        "BC302",
        """
        from shop.models import Product
        def go(pk, n):
            p = Product.objects.get(pk=pk)
            p.stock = p.stock - n
            p.save()
        """,
        """
        from django.db.models import F
        from shop.models import Product
        def go(pk, n):
            p = Product.objects.get(pk=pk)
            p.stock = F("stock") - n
            p.save()
        """,
    )


def test_fix_of_a_one_time_key() -> None:
    check_fix(
        "BC302",
        """
        import redis
        r = redis.Redis()
        def redeem(token):
            user = r.get(f"reset:{token}")
            if not user:
                return None
            r.delete(f"reset:{token}")
            return user
        """,
        """
        import redis
        r = redis.Redis()
        def redeem(token):
            user = r.getdel(f"reset:{token}")
            if not user:
                return None
            return user
        """,
    )


def test_fix_locks_first_where_the_value_is_tested() -> None:
    check_fix(
        "BC302",
        """
        from sqlalchemy.orm import Session
        def go(db: Session, id):
            p = db.query(Product).filter_by(id=id).one()
            if p.stock < 1:
                raise ValueError
            p.stock -= 1
            db.commit()
        """,
        """
        from sqlalchemy.orm import Session
        def go(db: Session, id):
            p = db.query(Product).filter_by(id=id).with_for_update().one()
            if p.stock < 1:
                raise ValueError
            p.stock -= 1
            db.commit()
        """,
    )


def test_fix_of_two_rows() -> None:
    check_fix(
        "BC302",
        """
        def transfer(session, a, b, n):
            src = session.get(Account, a)
            dst = session.get(Account, b)
            src.balance -= n
            dst.balance += n
            session.commit()
        """,
        """
        def transfer(session, a, b, n):
            src = session.get(Account, a)
            dst = session.get(Account, b)
            src.balance = Account.balance - n
            dst.balance = Account.balance + n
            session.commit()
        """,
    )


def test_default_of_a_call() -> None:
    check_findings(
        "BC302",
        """
        def f(session, i, form):
            p = session.get(P, i)
            p.name = form.get("name", p.name)
            p.body = getattr(form, "body", p.body)
            session.commit()
        """,
    )


def test_finds_json_in_place_append() -> None:
    check_findings(
        "BC302",
        """
        from sqlalchemy.orm import Session
        from sqlalchemy.orm.attributes import flag_modified
        def go(db: Session, id, m):
            chat = db.get(Chat, id)
            chat.messages.append(m)
          # ^^^^^^^^^^^^^^^^^^^^^^^ BC302
            flag_modified(chat, "messages")
            db.commit()
        """,
    )


def test_finds_django_get_or_create() -> None:
    check_findings(
        "BC302",
        """
        from shop.models import Counter
        def hit(request, pk):
            c, created = Counter.objects.get_or_create(name="x")
            c.n = c.n + 1
          # ^^^^^^^^^^^^^ BC302
            c.save(update_fields=["n"])
        """,
    )


def test_finds_django_async() -> None:
    check_findings(
        "BC302",
        """
        from shop.models import Product
        async def hit(request, pk):
            p = await Product.objects.aget(pk=pk)
            p.stock -= 1
          # ^^^^^^^^^^^^ BC302
            await p.asave()
        """,
    )


def test_finds_django_tuple_param_self_get_object() -> None:
    check_findings(
        "BC302",
        """
        from rest_framework import viewsets
        class V(viewsets.ModelViewSet):
            def like(self, request, pk=None):
                post = self.get_object()
                post.likes += 1
              # ^^^^^^^^^^^^^^^ BC302
                post.save()
        """,
    )


def test_finds_django_cache() -> None:
    check_findings(
        "BC302",
        """
        from django.core.cache import cache
        def hit(request):
            n = cache.get("hits", 0)
            cache.set("hits", n + 1)
          # ^^^^^^^^^^^^^^^^^^^^^^^^ BC302
        """,
    )


def test_finds_core_update_with_read_value() -> None:
    check_findings(
        "BC302",
        """
        from sqlalchemy import select, update
        from sqlalchemy.orm import Session
        def go(db: Session, id):
            n = db.scalar(select(Account.balance).where(Account.id == id))
            db.execute(update(Account).where(Account.id == id).values(balance=n - 1))
                     # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC302
            db.commit()
        """,
    )


def test_finds_peewee() -> None:
    check_findings(
        "BC302",
        """
        from peewee import Model, IntegerField
        class Page(Model):
            n = IntegerField()
        def hit(id):
            p = Page.get_by_id(id)
            p.n += 1
          # ^^^^^^^^ BC302
            p.save()
        """,
    )


def test_finds_tortoise() -> None:
    check_findings(
        "BC302",
        """
        from tortoise.models import Model
        from tortoise import fields
        class Page(Model):
            n = fields.IntField()
        async def hit(id):
            p = await Page.get(id=id)
            p.n += 1
          # ^^^^^^^^ BC302
            await p.save()
        """,
    )


def test_leaves_serializable() -> None:
    check_findings(
        "BC302",
        """
        from sqlalchemy import create_engine
        from sqlalchemy.orm import sessionmaker
        engine = create_engine("postgresql://", isolation_level="SERIALIZABLE")
        Session = sessionmaker(engine)
        def go(id):
            with Session() as db:
                a = db.get(Account, id)
                a.balance += 1
                db.commit()
        """,
    )


def test_mends_raw_select_for_update() -> None:
    check_fix(
        "BC302",
        """
        import psycopg2
        def go(cur, id):
            cur.execute("SELECT stock FROM products WHERE id = %s", (id,))
            stock = cur.fetchone()[0]
            cur.execute("UPDATE products SET stock = %s WHERE id = %s", (stock - 1, id))
        """,
        """
        import psycopg2
        def go(cur, id):
            cur.execute("UPDATE products SET stock = stock - %s WHERE id = %s", (1, id))
        """,
    )


def test_mends_raw_sqlite() -> None:
    check_fix(
        "BC302",
        """
        import sqlite3
        def go(conn: sqlite3.Connection, id):
            row = conn.execute("SELECT balance FROM accounts WHERE id = ?", (id,)).fetchone()
            new = row[0] - 10
            conn.execute("UPDATE accounts SET balance = ? WHERE id = ?", (new, id))
            conn.commit()
        """,
        """
        import sqlite3
        def go(conn: sqlite3.Connection, id):
            conn.execute("UPDATE accounts SET balance = balance - ? WHERE id = ?", (10, id))
            conn.commit()
        """,
    )


def test_mends_redis_hash() -> None:
    check_fix(
        "BC302",
        """
        import redis
        r = redis.Redis()
        def go(k):
            n = int(r.hget(k, "n") or 0)
            r.hset(k, "n", n + 1)
        """,
        """
        import redis
        r = redis.Redis()
        def go(k):
            r.hincrby(k, "n", 1)
        """,
    )


def test_rows_that_are_added_to_a_collection() -> None:
    check_findings(
        "BC302",
        """
        from sqlalchemy import Integer
        from sqlalchemy.ext.associationproxy import association_proxy
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

        class Base(DeclarativeBase):
            pass

        class User(Base):
            __tablename__ = "users"
            id: Mapped[int] = mapped_column(primary_key=True)
            visits: Mapped[int] = mapped_column(Integer)
            emails = relationship("Email", collection_class=set)
            secondary_emails = association_proxy("emails", "email")

        def merge(session, key, emails):
            user = session.get(User, key)
            user.secondary_emails |= emails
            user.emails |= emails
            user.visits += 1
          # ^^^^^^^^^^^^^^^^ BC302
            session.commit()
        """,
    )


def test_leaves_migrations_of_django_and_lowers_texts() -> None:
    check_findings(
        "BC302",
        """
        #- shop/migrations/0002_values.py
        from django.db import migrations
        from shop.models import Config

        def migrate(apps, schema_editor):
            for config in Config.objects.filter(kind="list"):
                config.value = [config.value]
                config.save()

        class Migration(migrations.Migration):
            operations = [migrations.RunPython(migrate)]

        #- shop/cases.py
        def note_down(session, Case, case_id, note):
            case = session.query(Case).filter(Case.id == case_id).first()
            case.text += f"; {note}" if case.text else f"{note}"
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC302.computed
            session.commit()
        """,
    )


def test_isolation_of_one_connection_says_nothing_of_others() -> None:
    check_findings(
        "BC302",
        """
        def isolated(session, key):
            session.connection(execution_options={"isolation_level": "SERIALIZABLE"})
            account = session.get(Account, key)
            account.balance += 1
            session.commit()

        def plain(session, key):
            account = session.get(Account, key)
            account.balance += 1
          # ^^^^^^^^^^^^^^^^^^^^ BC302
            session.commit()
        """,
    )


def test_rows_that_are_loaded_as_a_pair() -> None:
    check_findings(
        "BC302",
        """
        def move(session, a, b, n):
            source, target = session.get(Account, a), session.get(Account, b)
            source.balance -= n
          # ^^^^^^^^^^^^^^^^^^^ BC302
            target.balance += n
          # ^^^^^^^^^^^^^^^^^^^ BC302
            session.commit()
        """,
    )


def test_mends_row_of_a_method() -> None:
    check_fix(
        "BC302",
        """
        #- models.py
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        class Base(DeclarativeBase):
            pass

        class Account(Base):
            __tablename__ = "accounts"
            id: Mapped[int] = mapped_column(primary_key=True)
            visits: Mapped[int]
        #- repository.py
        from models import Account

        class Repository:
            def __init__(self, session):
                self.session = session

            def load(self, key):
                return self.session.get(Account, key)

            def visit(self, key):
                account = self.load(key)
                account.visits += 1
                self.session.commit()
        """,
        """
        #- models.py
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        class Base(DeclarativeBase):
            pass

        class Account(Base):
            __tablename__ = "accounts"
            id: Mapped[int] = mapped_column(primary_key=True)
            visits: Mapped[int]
        #- repository.py
        from models import Account

        class Repository:
            def __init__(self, session):
                self.session = session

            def load(self, key):
                return self.session.get(Account, key)

            def visit(self, key):
                account = self.load(key)
                account.visits = Account.visits + 1
                self.session.commit()
        """,
    )


def test_mends_list_of_a_django_row_in_a_transaction() -> None:
    check_fix(
        "BC302",
        """
        from shop.models import Stock

        def note(request, key, text):
            stock = Stock.objects.get(pk=key)
            stock.log.append(text)
            stock.save()
            return text
        """,
        """
        from django.db import transaction
        from shop.models import Stock

        def note(request, key, text):
            with transaction.atomic():
                stock = Stock.objects.select_for_update().get(pk=key)
                stock.log.append(text)
                stock.save()
            return text
        """,
    )


def test_method_of_a_django_model_on_its_own_row() -> None:
    check_findings(
        "BC302",
        """
        #- models.py
        from django.db import models

        class Cart(models.Model):
            total = models.IntegerField()

            def add(self, amount):
                self.total += amount
              # ^^^^^^^^^^^^^^^^^^^^ BC302
                self.save()

        class Stock(models.Model):
            count = models.IntegerField()

            def take(self):
                self.count -= 1
                self.save()

        class Buffer:
            def add(self, amount):
                self.total += amount
                self.save()

        #- views.py
        from django.db import transaction
        from models import Stock

        def take(request, key):
            with transaction.atomic():
                Stock.objects.select_for_update().get(pk=key).take()
        """,
    )


def test_mends_select_whose_value_decides() -> None:
    check_fix(
        "BC302",
        """
        import psycopg
        def reserve(conn: psycopg.Connection, event, seats):
            cur = conn.cursor()
            cur.execute("SELECT seats FROM events WHERE id = %s", (event,))
            left = cur.fetchone()[0]
            if left < seats:
                return False
            cur.execute("UPDATE events SET seats = %s WHERE id = %s", (left - seats, event))
            conn.commit()
        """,
        """
        import psycopg
        def reserve(conn: psycopg.Connection, event, seats):
            cur = conn.cursor()
            cur.execute("SELECT seats FROM events WHERE id = %s FOR UPDATE", (event,))
            left = cur.fetchone()[0]
            if left < seats:
                return False
            cur.execute("UPDATE events SET seats = %s WHERE id = %s", (left - seats, event))
            conn.commit()
        """,
    )


def test_reads_again_what_django_worked_out() -> None:
    check_fix(
        "BC302",
        """
        from django.db.models import F
        from shop.models import Product
        def buy(key):
            product = Product.objects.get(pk=key)
            product.stock -= 1
            product.save()
            return product.stock
        """,
        """
        from django.db.models import F
        from shop.models import Product
        def buy(key):
            product = Product.objects.get(pk=key)
            product.stock = F("stock") - 1
            product.save()
            product.refresh_from_db(fields=["stock"])
            return product.stock
        """,
    )


def test_counts_by_one_command_whatever_the_steps_are_called() -> None:
    check_fix(
        "BC302",
        """
        import redis
        r = redis.Redis()
        def use(user, n):
            raw = r.get(f"quota:{user}")
            left = int(raw or 0) - n
            r.set(f"quota:{user}", left)
            return left
        def visit(page):
            current = int(r.get(page) or 0)
            r.set(page, current + 1)
            return current + 1
        """,
        """
        import redis
        r = redis.Redis()
        def use(user, n):
            left = r.decr(f"quota:{user}", n)
            return left
        def visit(page):
            current = r.incr(page)
            return current
        """,
    )


def test_offers_no_counter_where_the_new_value_decides() -> None:
    source = """
        import redis
        r = redis.Redis()
        def use(user, n):
            raw = r.get(f"quota:{user}")
            left = int(raw or 0) - n
            if left < 0:
                raise ValueError(user)
            r.set(f"quota:{user}", left)
        """
    check_fix("BC302", source, source, title="Count")


def test_locks_where_the_new_value_is_looked_at_before_the_commit() -> None:
    check_fix(
        "BC302",
        """
        from sqlalchemy.orm import Session
        from models import Stock
        def take(db: Session, key, n):
            stock = db.query(Stock).filter_by(id=key).one()
            stock.qty -= n
            if stock.qty < 0:
                raise ValueError(key)
            db.commit()
        """,
        """
        from sqlalchemy.orm import Session
        from models import Stock
        def take(db: Session, key, n):
            stock = db.query(Stock).filter_by(id=key).with_for_update().one()
            stock.qty -= n
            if stock.qty < 0:
                raise ValueError(key)
            db.commit()
        """,
    )


def test_leaves_what_is_never_stored() -> None:
    check_findings(
        "BC302",
        """
        from pydantic import PrivateAttr
        from sqlmodel import Field, Session, SQLModel, select
        class Message(SQLModel, table=True):
            id: int | None = Field(default=None, primary_key=True)
            n_read: int = 0
            _n_seen: int = PrivateAttr(default=0)
        def see(session: Session, message_id):
            message = session.exec(select(Message).where(Message.id == message_id)).one()
            message._n_seen += 1
            message.n_read += 1
          # ^^^^^^^^^^^^^^^^^^^ BC302
            session.commit()
        """,
    )


def test_fix_of_a_counter_with_a_limit_takes_back_what_is_turned_away() -> None:
    check_fix(
        "BC302",
        """
        import redis
        client = redis.Redis()
        def consume(tenant: str, tokens: int):
            key = f"quota:{tenant}"
            used = int(client.get(key) or 0)
            if used + tokens > 10_000:
                raise RuntimeError("quota exceeded")
            client.set(key, used + tokens)
            return used + tokens
        """,
        """
        import redis
        client = redis.Redis()
        def consume(tenant: str, tokens: int):
            key = f"quota:{tenant}"
            used = client.incr(key, tokens) - tokens
            if used + tokens > 10_000:
                client.decr(key, tokens)
                raise RuntimeError("quota exceeded")
            return used + tokens
        """,
    )
    check_fix(
        "BC302",
        """
        from redis.asyncio import Redis
        async def take(r: Redis, key):
            left = int(await r.get(key) or 0)
            if left <= 0:
                return False
            await r.set(key, left - 1)
            return True
        """,
        """
        from redis.asyncio import Redis
        async def take(r: Redis, key):
            left = await r.decr(key) + 1
            if left <= 0:
                await r.incr(key)
                return False
            return True
        """,
    )


def test_fix_of_a_one_time_key_keeps_it_for_the_right_code() -> None:
    check_fix(
        "BC302",
        """
        from redis.asyncio import Redis
        async def verify(r: Redis, phone, code):
            stored = await r.get(f"otp:{phone}")
            if stored is None or stored.decode() != code:
                return False
            await r.delete(f"otp:{phone}")
            return True
        """,
        """
        from redis.asyncio import Redis
        async def verify(r: Redis, phone, code):
            stored = await r.get(f"otp:{phone}")
            if stored is None or stored.decode() != code:
                return False
            if not await r.delete(f"otp:{phone}"):
                return False
            return True
        """,
    )
    check_fix(
        "BC302",
        """
        import redis
        r = redis.Redis()
        def verify(phone, code):
            stored = r.get(f"otp:{phone}")
            if stored and stored == code:
                r.delete(f"otp:{phone}")
                return True
            return False
        """,
        """
        import redis
        r = redis.Redis()
        def verify(phone, code):
            stored = r.get(f"otp:{phone}")
            if stored and stored == code and r.delete(f"otp:{phone}"):
                return True
            return False
        """,
    )


def test_fix_holds_a_lock_where_no_command_works_out_the_value() -> None:
    check_fix(
        "BC302",
        """
        import json
        import redis
        r = redis.from_url("redis://cache")
        def add(user_id, sku):
            raw = r.get(f"cart:{user_id}")
            items = json.loads(raw) if raw else []
            items.append(sku)
            r.setex(f"cart:{user_id}", 3600, json.dumps(items))
            return items
        """,
        """
        import json
        import redis
        r = redis.from_url("redis://cache")
        def add(user_id, sku):
            with r.lock(f"lock:cart:{user_id}", timeout=10):
                raw = r.get(f"cart:{user_id}")
                items = json.loads(raw) if raw else []
                items.append(sku)
                r.setex(f"cart:{user_id}", 3600, json.dumps(items))
            return items
        """,
    )


def test_a_deletion_whose_result_is_tested() -> None:
    check_findings(
        "BC302",
        """
        import redis
        r = redis.Redis()
        def redeem(token):
            user = r.get(f"reset:{token}")
            if not r.delete(f"reset:{token}"):
                return None
            return user
        """,
    )


def test_offers_no_lock_before_its_name_is_known() -> None:
    source = """
        import redis
        r = redis.Redis()
        def add(user, text):
            try:
                key = f"log:{user.id}"
                old = r.get(key)
            except AttributeError:
                return
            r.set(key, old.decode() + text)
        """
    check_fix("BC302", source, source)


def test_mend_reads_the_row_again_behind_each_save() -> None:
    """`F` would be applied by each save, and is no number for whoever reads it; a save of other fields
    stores nothing of it yet."""
    check_fix(
        "BC302",
        """
        from django.db import models
        class Item(models.Model):
            stock = models.IntegerField()
            name = models.CharField(max_length=9)
        def take(key, n):
            item = Item.objects.get(pk=key)
            item.stock = item.stock - n
            item.save(update_fields=["name"])
            if n > 9:
                item.save()
            else:
                item.save(update_fields=["stock"])
            return item.stock
        """,
        """
        from django.db import models
        class Item(models.Model):
            stock = models.IntegerField()
            name = models.CharField(max_length=9)
        def take(key, n):
            item = Item.objects.get(pk=key)
            item.stock = models.F("stock") - n
            item.save(update_fields=["name"])
            if n > 9:
                item.save()
                item.refresh_from_db(fields=["stock"])
            else:
                item.save(update_fields=["stock"])
                item.refresh_from_db(fields=["stock"])
            return item.stock
        """,
    )


def test_rows_of_flask_sqlalchemy_got_or_refused() -> None:
    check_findings(
        "BC302",
        """
        from .extensions import db
        from .models import Post
        def unlike(post_id):
            post = db.get_or_404(Post, post_id)
            post.likes -= 1
          # ^^^^^^^^^^^^^^^ BC302
            db.session.commit()
        def like(post_id):
            post = db.first_or_404(db.select(Post).where(Post.id == post_id))
            post.likes += 1
          # ^^^^^^^^^^^^^^^ BC302
            db.session.commit()
        """,
    )


def test_a_key_that_is_made_before_it_is_used_up() -> None:
    check_findings(
        "BC302",
        """
        from redis.asyncio import Redis
        class Links:
            def __init__(self, redis: Redis):
                self._redis = redis
            async def consume(self, link):
                key = f"magic:{link}"
                user = await self._redis.get(key)
                if user is None:
                    return None
                await self._redis.delete(key)
                    # ^^^^^^^^^^^^^^^^^^^^^^^ BC302
                return user.decode()
            async def clear(self, page):
                key = f"page:{page}"
                old = await self._redis.get(key)
                await self._redis.delete(key)
                return old
        """,
    )


def test_rows_of_a_helper_in_a_block_that_commits() -> None:
    check_findings(
        "BC302",
        """
        #- app/crud.py
        from app.models import Account
        def get_account(session, id):
            return session.query(Account).filter(Account.id == id).one()

        #- app/api.py
        from app.crud import get_account
        from app.db import SessionLocal
        def go(id):
            with SessionLocal.begin() as session:
                account = get_account(session, id)
                account.balance -= 5
              # ^^^^^^^^^^^^^^^^^^^^ BC302
        """,
    )


def test_mends_sql_without_leaving_an_unused_read() -> None:
    check_fix(
        "BC302",
        """
        import aiosqlite
        async def hit(db: aiosqlite.Connection, url):
            async with db.execute("SELECT hits FROM pages WHERE url = ?", (url,)) as cursor:
                row = await cursor.fetchone()
            await db.execute("UPDATE pages SET hits = ? WHERE url = ?", (row[0] + 1, url))
            await db.commit()
        async def restock(db: aiosqlite.Connection, sku, amount):
            cursor = await db.execute("SELECT stock FROM product WHERE sku = ?", (sku,))
            row = await cursor.fetchone()
            if row is None:
                raise KeyError(sku)
            stock = row[0]
            stock += amount
            await db.execute("UPDATE product SET stock = ? WHERE sku = ?", (stock, sku))
            await db.commit()
        """,
        """
        import aiosqlite
        async def hit(db: aiosqlite.Connection, url):
            await db.execute("UPDATE pages SET hits = hits + ? WHERE url = ?", (1, url))
            await db.commit()
        async def restock(db: aiosqlite.Connection, sku, amount):
            cursor = await db.execute("SELECT stock FROM product WHERE sku = ?", (sku,))
            row = await cursor.fetchone()
            if row is None:
                raise KeyError(sku)
            await db.execute("UPDATE product SET stock = stock + ? WHERE sku = ?", (amount, sku))
            await db.commit()
        """,
    )


def test_reads_behind_the_update_what_is_given_back() -> None:
    check_fix(
        "BC302",
        """
        from sqlalchemy import text
        def bump(session, key):
            row = session.execute(text("SELECT n FROM counters WHERE key = :key"), {"key": key}).fetchone()
            n = row.n + 1
            session.execute(text("UPDATE counters SET n = :n WHERE key = :key"), {"n": n, "key": key})
            session.commit()
            return n
        """,
        """
        from sqlalchemy import text
        def bump(session, key):
            session.execute(text("UPDATE counters SET n = n + :n WHERE key = :key"), {"n": 1, "key": key})
            row = session.execute(text("SELECT n FROM counters WHERE key = :key"), {"key": key}).fetchone()
            n = row.n
            session.commit()
            return n
        """,
    )


def test_locks_a_select_in_a_transaction() -> None:
    check_fix(
        "BC302",
        """
        import asyncpg
        async def spend(pool: asyncpg.Pool, key, n):
            async with pool.acquire() as conn:
                left = await conn.fetchval("SELECT credits FROM users WHERE id = $1", key)
                if left < n:
                    raise ValueError(n)
                await conn.execute("UPDATE users SET credits = $1 WHERE id = $2", left - n, key)
        """,
        """
        import asyncpg
        async def spend(pool: asyncpg.Pool, key, n):
            async with pool.acquire() as conn:
                async with conn.transaction():
                    left = await conn.fetchval("SELECT credits FROM users WHERE id = $1 FOR UPDATE", key)
                    if left < n:
                        raise ValueError(n)
                    await conn.execute("UPDATE users SET credits = $1 WHERE id = $2", left - n, key)
        """,
    )
    check_fix(
        "BC302",
        """
        import sqlite3
        def take(conn: sqlite3.Connection, key, n):
            (left,) = conn.execute("SELECT left FROM pool WHERE id = ?", (key,)).fetchone()
            if left < n:
                return False
            conn.execute("UPDATE pool SET left = ? WHERE id = ?", (left - n, key))
            return True
        """,
        """
        import sqlite3
        def take(conn: sqlite3.Connection, key, n):
            with conn:
                conn.execute("BEGIN IMMEDIATE")
                (left,) = conn.execute("SELECT left FROM pool WHERE id = ?", (key,)).fetchone()
                if left < n:
                    return False
                conn.execute("UPDATE pool SET left = ? WHERE id = ?", (left - n, key))
            return True
        """,
    )


def test_leaves_sql_that_is_guarded() -> None:
    check_findings(
        "BC302",
        """
        LOCKED = "SELECT total FROM orders WHERE id = %s FOR UPDATE"
        def set_total(conn, key, amount):
            cur = conn.cursor()
            cur.execute("SELECT total, version FROM orders WHERE id = %s", (key,))
            total, version = cur.fetchone()
            cur.execute(
                "UPDATE orders SET total = %s, version = version + 1 WHERE id = %s AND version = %s",
                (total + amount, key, version),
            )
        def set_locked(conn, key, amount):
            total = conn.execute(LOCKED, (key,)).fetchone()[0]
            conn.execute("UPDATE orders SET total = %s WHERE id = %s", (total + amount, key))
        def keep(conn, key, tax):
            cur = conn.cursor()
            cur.execute("SELECT note, total FROM orders WHERE id = %s", (key,))
            note, total = cur.fetchone()
            cur.execute("UPDATE orders SET note = %s, tax = %s WHERE id = %s", (note, total + tax, key))
        """,
    )


def test_lock_stands_where_the_query_accepts_it() -> None:
    check_fix(
        "BC302",
        """
        from sqlalchemy import select
        from models import Product
        def take(db, key):
            product = (
                db.query(Product)
                .options(joinedload(Product.shop))
                .filter(Product.id == key)
                .one()
            )
            if product.stock:
                product.stock -= 1
                db.commit()
        def take_all(db):
            for product in db.query(Product).filter(Product.stock > 0):
                if product.stock > 3:
                    product.stock -= 1
            db.commit()
        def take_one(session, key, is_open):
            stmt = select(Product).where(Product.id == key)
            if is_open:
                stmt = stmt.where(Product.open)
            product = session.scalars(stmt).one()
            if product.stock:
                product.stock -= 1
                session.commit()
        """,
        """
        from sqlalchemy import select
        from models import Product
        def take(db, key):
            product = (
                db.query(Product)
                .options(joinedload(Product.shop))
                .filter(Product.id == key)
                .with_for_update(of=Product)
                .one()
            )
            if product.stock:
                product.stock -= 1
                db.commit()
        def take_all(db):
            for product in db.query(Product).filter(Product.stock > 0).with_for_update():
                if product.stock > 3:
                    product.stock -= 1
            db.commit()
        def take_one(session, key, is_open):
            stmt = select(Product).where(Product.id == key)
            if is_open:
                stmt = stmt.where(Product.open)
            product = session.scalars(stmt.with_for_update()).one()
            if product.stock:
                product.stock -= 1
                session.commit()
        """,
    )


def test_locks_a_row_that_a_helper_has_loaded() -> None:
    models = """
        #- models.py
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
        class Base(DeclarativeBase):
            pass
        class Wallet(Base):
            __tablename__ = "wallet"
            id: Mapped[int] = mapped_column(primary_key=True)
            balance: Mapped[int]

        #- service.py
        from models import Wallet
        async def wallet_of(session, key):
            return await session.get(Wallet, key)
        async def pay(session, key, n):
            wallet = await wallet_of(session, key)
            if wallet is None:
                raise LookupError(key)
        """
    check_fix(
        "BC302",
        models
        + """
            if wallet.balance < n:
                raise ValueError(n)
            wallet.balance -= n
            await session.commit()
        """,
        models
        + """
            await session.refresh(wallet, with_for_update=True)
            if wallet.balance < n:
                raise ValueError(n)
            wallet.balance -= n
            await session.commit()
        """,
    )


def test_updates_by_class() -> None:
    check_fix(
        "BC302",
        """
        from django.db import transaction
        from shop.models import Item
        from sqlalchemy import select, update
        from models import Product, accounts
        def take(session, key, n):
            product = session.get(Product, key)
            session.execute(update(Product).where(Product.id == key).values(stock=product.stock - n))
        def take_legacy(db, key):
            product = db.query(Product).filter(Product.id == key).first()
            if not product:
                return
            db.query(Product).filter(Product.id == key).update({"stock": product.stock - 1})
        def pay(conn, key, n):
            old = conn.execute(select(accounts.c.cents).where(accounts.c.id == key)).scalar_one()
            if old < n:
                return
            conn.execute(accounts.update().where(accounts.c.id == key).values(cents=old - n))
        def take_item(pk, n):
            item = Item.objects.get(pk=pk)
            if item.stock < n:
                return
            Item.objects.filter(pk=pk).update(stock=item.stock - n)
        """,
        """
        from django.db import transaction
        from shop.models import Item
        from sqlalchemy import select, update
        from models import Product, accounts
        def take(session, key, n):
            session.execute(update(Product).where(Product.id == key).values(stock=Product.stock - n))
        def take_legacy(db, key):
            product = db.query(Product).filter(Product.id == key).first()
            if not product:
                return
            db.query(Product).filter(Product.id == key).update({"stock": Product.stock - 1})
        def pay(conn, key, n):
            old = conn.execute(
                select(accounts.c.cents).where(accounts.c.id == key).with_for_update()
            ).scalar_one()
            if old < n:
                return
            conn.execute(accounts.update().where(accounts.c.id == key).values(cents=old - n))
        def take_item(pk, n):
            with transaction.atomic():
                item = Item.objects.select_for_update().get(pk=pk)
                if item.stock < n:
                    return
                Item.objects.filter(pk=pk).update(stock=item.stock - n)
        """,
    )
    check_findings(
        "BC302",
        """
        from shop.models import Item
        from models import Product
        def keep(db, key):
            product = db.query(Product).filter(Product.id == key).first()
            db.query(Product).filter(Product.id == key).update({Product.stock: Product.stock - 1})
            db.query(Product).filter_by(id=key, stock=product.stock).update({"stock": product.stock - 1})
        def keep_item(pk, n):
            item = Item.objects.get(pk=pk)
            rows = Item.objects.filter(pk=pk, version=item.version)
            Item.objects.filter(pk=pk, version=item.version).update(
                stock=item.stock - n, version=item.version + 1
            )
        def recount(db, key, items):
            product = db.get(Product, key)
            product.stock = 0
            for n in items:
                product.stock += n
            db.commit()
        """,
    )


def test_counts_a_key_that_is_stepped_by_one_command() -> None:
    check_fix(
        "BC302",
        """
        from redis.asyncio import Redis
        async def spend(redis: Redis, key, n):
            left = int(await redis.get(key) or 0)
            left -= n
            await redis.set(key, left)
            return left
        """,
        """
        from redis.asyncio import Redis
        async def spend(redis: Redis, key, n):
            left = await redis.decr(key, n)
            return left
        """,
    )


def test_rows_that_the_framework_gives() -> None:
    check_findings(
        "BC302",
        """
        #- deps.py
        from models import Wallet
        def get_wallet(wallet_id, db=Depends(get_db)):
            wallet = db.get(Wallet, wallet_id)
            if wallet is None:
                raise HTTPException(404)
            return wallet

        #- routes.py
        from typing import Annotated
        from fastapi import APIRouter, Depends
        from deps import get_wallet
        from models import Wallet
        router = APIRouter()
        @router.post("/top-up")
        def top_up(amount: int, wallet: Wallet = Depends(get_wallet), db=Depends(get_db)):
            wallet.balance += amount
          # ^^^^^^^^^^^^^^^^^^^^^^^^ BC302
            db.commit()
        @router.post("/fee")
        def fee(amount: int, wallet: Annotated[Wallet, Depends(get_wallet)], db=Depends(get_db)):
            wallet.balance -= amount
          # ^^^^^^^^^^^^^^^^^^^^^^^^ BC302
            db.commit()

        #- views.py
        from django.http import JsonResponse
        from shop.models import Player
        def earn(request):
            request.user.points += 10
          # ^^^^^^^^^^^^^^^^^^^^^^^^^ BC302
            request.user.save()
        def give(player: Player, n: int):
            player.points += n
          # ^^^^^^^^^^^^^^^^^^ BC302
            player.save()

        #- shop/models.py
        from django.db import models
        class Player(models.Model):
            points = models.IntegerField(default=0)
        """,
    )


def test_sql_that_another_function_reads() -> None:
    check_fix(
        "BC302",
        """
        import psycopg
        class Accounts:
            def balance(self, key):
                return self.conn.execute("SELECT balance FROM accounts WHERE id = %s", (key,)).fetchone()[0]
            def deposit(self, key, n):
                balance = self.balance(key)
                self.conn.execute("UPDATE accounts SET balance = %s WHERE id = %s", (balance + n, key))
                return True
        """,
        """
        import psycopg
        class Accounts:
            def balance(self, key):
                return self.conn.execute("SELECT balance FROM accounts WHERE id = %s", (key,)).fetchone()[0]
            def deposit(self, key, n):
                self.conn.execute("UPDATE accounts SET balance = balance + %s WHERE id = %s", (n, key))
                return True
        """,
    )


def test_value_that_is_written_back_or_worked_out_elsewhere() -> None:
    check_findings(
        "BC302",
        """
        import json
        from django.core.cache import cache
        def run(key, work):
            result = cache.get(key)
            if not result:
                work()
            cache.set(key, json.dumps(result))
        def timed(key, timer):
            cached = cache.get(key)
            if cached is not None:
                data = cached["data"]
                return data
            data, delta = timer()
            cache.set(key, {"data": data, "delta": delta})
        def count(key):
            n = cache.get(key)
            n = n + 1
            cache.set(key, n)
          # ^^^^^^^^^^^^^^^^^ BC302
        """,
    )


def test_column_read_through_a_module_or_a_session() -> None:
    check_findings(
        "BC302",
        """
        import sqlalchemy as sa
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        class Base(DeclarativeBase): ...

        class Part(Base):
            __tablename__ = "parts"
            id: Mapped[int] = mapped_column(primary_key=True)
            n_left: Mapped[int]

        def take(session, part_id, n):
            old = session.execute(sa.select(Part.n_left).where(Part.id == part_id)).scalar_one()
            session.execute(sa.update(Part).where(Part.id == part_id).values(n_left=old - n))
            #               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC302
            session.commit()

        def put(session, part_id, n):
            old = session.query(Part.n_left).filter(Part.id == part_id).scalar()
            session.query(Part).filter(Part.id == part_id).update({Part.n_left: old + n})
        #   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC302
            session.commit()
        """,
    )


def test_sql_in_a_name_that_is_made_of_itself() -> None:
    check_findings(
        "BC302",
        """
        def run(db):
            query = text(query)
            db.execute(query)
            db.execute("UPDATE posts SET n = 1")
        """,
    )
