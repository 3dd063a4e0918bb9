"""BC301 beyond the examples of its page."""

from __future__ import annotations

from bugcatalog_ls.testing.checks import check_findings, check_fix


def test_helper_of_another_file_that_commits() -> None:
    check_findings(
        "BC301",
        """
        #- app/crud.py
        def create_user(db, name):
            user = User(name=name)
            db.add(user)
            db.commit()
            db.refresh(user)
            return user

        #- app/api.py
        from app import crud
        from sqlalchemy.orm import Session
        def register(db: Session, name):
            user = crud.create_user(db, name)
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^ BC301
            wallet = Wallet(user_id=user.id)
            db.add(wallet)
            db.commit()
        """,
    )


def test_two_helpers_that_commit() -> None:
    check_findings(
        "BC301",
        """
        #- app/crud.py
        def create_user(db, name):
            user = User(name=name)
            db.add(user)
            db.commit()
            return user
        def create_wallet(db, user_id):
            w = Wallet(user_id=user_id)
            db.add(w)
            db.commit()
            return w

        #- app/api.py
        from app.crud import create_user, create_wallet
        from sqlalchemy.orm import Session
        def register(db: Session, name):
            user = create_user(db, name)
                 # ^^^^^^^^^^^^^^^^^^^^^ BC301
            create_wallet(db, user.id)
            return user
        """,
    )


def test_commit_in_a_loop() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def load(db: Session, rows):
            for row in rows:
                db.add(Reading(**row))
                db.commit()
              # ^^^^^^^^^^^ BC301.loop
        """,
    )


def test_writes_that_nothing_connects() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def both(db: Session):
            db.add(A())
            db.commit()
          # ^^^^^^^^^^^ BC301.unrelated
            db.add(B())
            db.commit()
        """,
    )


def test_failure_in_a_loop() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        import logging
        def go(db: Session, rows):
            for row in rows:
                try:
                    db.add(Row(**row))
                    db.commit()
                except Exception:
              # ^^^^^^^^^^^^^^^^ BC301
                    logging.exception("x")
        """,
    )


def test_session_used_in_the_handler() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        from sqlalchemy.exc import IntegrityError
        def go(db: Session, u):
            try:
                db.add(u)
                db.commit()
            except IntegrityError:
          # ^^^^^^^^^^^^^^^^^^^^^ BC301
                existing = db.query(U).filter_by(e=u.e).first()
                return existing
            return u
        """,
    )


def test_cursor_of_a_connection_handed_over() -> None:
    check_findings(
        "BC301",
        """
        def transfer(conn, a, b, n):
            cur = conn.cursor()
            cur.execute("UPDATE accounts SET balance = balance - %s WHERE id = %s", (n, a))
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC301
            cur.execute("UPDATE accounts SET balance = balance + %s WHERE id = %s", (n, b))
            conn.commit()
        """,
    )


def test_connection_that_commits_each_statement() -> None:
    check_findings(
        "BC301",
        """
        import psycopg
        def go(dsn):
            conn = psycopg.connect(dsn, autocommit=True)
            conn.execute("INSERT INTO orders VALUES (1)")
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC301
            conn.execute("INSERT INTO lines VALUES (1, 1)")
            conn.close()
        """,
    )


def test_two_sessions() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import sessionmaker
        Main = sessionmaker()
        Audit = sessionmaker()
        def go(item):
            main = Main()
            audit = Audit()
            main.add(item)
            main.commit()
          # ^^^^^^^^^^^^^ BC301
            audit.add(AuditRow(item_id=item.id))
            audit.commit()
        """,
    )


def test_statements_instead_of_rows() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy import insert
        from sqlalchemy.orm import Session
        def go(s: Session, x):
            s.execute(insert(A).values(x=x))
            s.commit()
          # ^^^^^^^^^^ BC301.unrelated
            s.execute(insert(B).values(x=x))
            s.commit()
        """,
    )


def test_three_commits() -> None:
    check_findings(
        "BC301",
        """
        from sqlmodel import Session
        def go(session: Session, d):
            team = Team()
            session.add(team)
            session.commit()
          # ^^^^^^^^^^^^^^^^ BC301
            hero = Hero(team_id=team.id)
            session.add(hero)
            session.commit()
          # ^^^^^^^^^^^^^^^^ BC301
            power = Power(hero_id=hero.id)
            session.add(power)
            session.commit()
        """,
    )


def test_blocks_that_commit() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def go(s: Session):
            with s.begin():
                s.add(A())
            with s.begin():
                s.add(B())
        """,
    )


def test_commit_every_n_rows() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def go(s: Session, rows):
            for i, r in enumerate(rows):
                s.add(r)
                if i % 100 == 0:
                    s.commit()
            s.commit()
        """,
    )


def test_status_around_some_work() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def go(s: Session, job):
            job.status = "running"
            s.commit()
            run(job)
            job.status = "done"
            s.commit()
        """,
    )


def test_branches_that_exclude_each_other() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def go(s: Session, a, b):
            if a:
                s.add(A())
                s.commit()
                return
            s.add(B())
            s.commit()
        """,
    )


def test_driver_with_a_rollback() -> None:
    check_findings(
        "BC301",
        """
        def go(conn):
            cur = conn.cursor()
            try:
                cur.execute("INSERT INTO a VALUES (1)")
                cur.execute("INSERT INTO b VALUES (1)")
                conn.commit()
            except Exception:
                conn.rollback()
                raise
        """,
    )


def test_commit_of_a_repository() -> None:
    check_findings(
        "BC301",
        """
        import git
        def go(repo):
            repo.index.add(["a"])
            repo.index.commit("one")
            repo.index.add(["b"])
            repo.index.commit("two")
        """,
    )


def test_savepoint_for_each_row() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def go(s: Session, rows):
            for r in rows:
                try:
                    with s.begin_nested():
                        s.add(r)
                        s.flush()
                except Exception:
                    print("x")
            s.commit()
        """,
    )


def test_block_of_a_driver() -> None:
    check_findings(
        "BC301",
        """
        import psycopg
        def go(dsn):
            with psycopg.connect(dsn, autocommit=True) as conn:
                with conn.transaction():
                    conn.execute("INSERT INTO a VALUES (1)")
                    conn.execute("INSERT INTO b VALUES (1)")
        """,
    )


def test_status_of_a_failure() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def go(s: Session, p):
            s.add(p)
            s.commit()
            try:
                send(p)
            except Exception:
                p.failed = True
                s.commit()
        """,
    )


def test_failure_that_no_write_causes() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def go(s: Session, a):
            try:
                s.add(a)
                s.commit()
            except ValueError:
                print("bad")
            s.query(A).all()
        """,
    )


def test_helper_that_only_flushes() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def helper(s: Session, a):
            s.add(a)
            s.flush()
        def go(s: Session):
            a = A()
            helper(s, a)
            s.add(B(a_id=a.id))
            s.commit()
        """,
    )


def test_batches_by_length() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def go(s: Session, rows):
            batch = []
            for r in rows:
                batch.append(r)
                if len(batch) >= 500:
                    s.add_all(batch)
                    s.commit()
                    batch = []
            s.add_all(batch)
            s.commit()
        """,
    )


def test_session_of_its_own_for_each_row() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import sessionmaker
        S = sessionmaker()
        def go(items):
            for i in items:
                with S() as s:
                    s.add(i)
                    s.commit()
        """,
    )


def test_fix_flushes() -> None:
    check_fix(
        "BC301",
        """
        from sqlalchemy.ext.asyncio import AsyncSession
        async def create(db: AsyncSession, data):
            order = Order(**data)
            db.add(order)
            await db.commit()
            for i in data["items"]:
                db.add(Item(order_id=order.id, name=i))
            await db.commit()
        """,
        """
        from sqlalchemy.ext.asyncio import AsyncSession
        async def create(db: AsyncSession, data):
            order = Order(**data)
            db.add(order)
            await db.flush()
            for i in data["items"]:
                db.add(Item(order_id=order.id, name=i))
            await db.commit()
        """,
    )


def test_fix_moves_the_commit_behind_the_loop() -> None:
    check_fix(
        "BC301",
        """
        from sqlalchemy import select
        def touch(session):
            for user in session.scalars(select(User)):
                user.active = False
                session.commit()
        """,
        """
        from sqlalchemy import select
        def touch(session):
            for user in session.scalars(select(User)):
                user.active = False
            session.commit()
        """,
    )


def test_fix_rolls_back_an_asynchronous_session() -> None:
    check_fix(
        "BC301",
        """
        async def go(session, u):
            try:
                session.add(u)
                await session.flush()
            except Exception as exc:
                print(exc)
            session.add(Log())
            await session.commit()
        """,
        """
        async def go(session, u):
            try:
                session.add(u)
                await session.flush()
            except Exception as exc:
                await session.rollback()
                print(exc)
            session.add(Log())
            await session.commit()
        """,
    )


def test_fix_of_a_driver() -> None:
    check_fix(
        "BC301",
        """
        def transfer(conn, a, b, n):
            cur = conn.cursor()
            cur.execute("UPDATE accounts SET balance = balance - %s WHERE id = %s", (n, a))
            cur.execute("UPDATE accounts SET balance = balance + %s WHERE id = %s", (n, b))
            conn.commit()
        """,
        """
        def transfer(conn, a, b, n):
            cur = conn.cursor()
            try:
                cur.execute("UPDATE accounts SET balance = balance - %s WHERE id = %s", (n, a))
                cur.execute("UPDATE accounts SET balance = balance + %s WHERE id = %s", (n, b))
                conn.commit()
            except Exception:
                conn.rollback()
                raise
        """,
    )


def test_fix_of_an_empty_handler() -> None:
    check_fix(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def go(s: Session, a):
            try:
                s.add(a)
                s.flush()
            except Exception:
                pass
            s.commit()
        """,
        """
        from sqlalchemy.orm import Session
        def go(s: Session, a):
            try:
                s.add(a)
                s.flush()
            except Exception:
                s.rollback()
            s.commit()
        """,
    )


def test_rows_of_one_helper() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def f(s: Session, cart):
            order, lines = build(cart)
            s.add(order)
            s.commit()
          # ^^^^^^^^^^ BC301
            s.add_all(lines)
            s.commit()
        """,
    )


def test_helper_that_commits_in_a_loop() -> None:
    check_findings(
        "BC301",
        """
        #- crud.py
        def save(db, x):
            db.add(x)
            db.commit()

        #- a.py
        from crud import save
        from sqlalchemy.orm import Session
        def f(s: Session, xs):
            for x in xs:
                save(s, x)
              # ^^^^^^^^^^ BC301.loop
        """,
    )


def test_finds_repo_helper_method_same_class() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        class Service:
            def __init__(self, db: Session):
                self.db = db
            def _make_user(self, email):
                u = User(email=email)
                self.db.add(u)
                self.db.commit()
                return u
            def register(self, email):
                u = self._make_user(email)
                  # ^^^^^^^^^^^^^^^^^^^^^^ BC301
                self.db.add(Profile(user_id=u.id))
                self.db.commit()
        """,
    )


def test_finds_psycopg3_autocommit() -> None:
    check_findings(
        "BC301",
        """
        import psycopg
        def transfer(a, b, n):
            with psycopg.connect("dbname=x", autocommit=True) as conn:
                with conn.cursor() as cur:
                    cur.execute("INSERT INTO orders (id) VALUES (%s)", (a,))
                  # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC301
                    cur.execute("INSERT INTO order_items (order_id) VALUES (%s)", (a,))
        """,
    )


def test_finds_peewee_no_atomic() -> None:
    check_findings(
        "BC301",
        """
        from peewee import Model, SqliteDatabase, IntegerField, ForeignKeyField
        db = SqliteDatabase("x.db")
        class Order(Model):
            total = IntegerField()
            class Meta:
                database = db
        class Item(Model):
            order = ForeignKeyField(Order)
            class Meta:
                database = db
        def place(sku):
            order = Order.create(total=3)
                  # ^^^^^^^^^^^^^^^^^^^^^ BC301
            Item.create(order=order, sku=sku)
        """,
    )


def test_finds_peewee_update_pair() -> None:
    check_findings(
        "BC301",
        """
        from peewee import Model, MySQLDatabase, IntegerField
        DB = MySQLDatabase("x")
        class Doc(Model):
            n = IntegerField()
            class Meta:
                database = DB
        class Kb(Model):
            n = IntegerField()
            class Meta:
                database = DB
        class DocService:
            @classmethod
            @DB.connection_context()
            def inc(cls, doc_id, kb_id, n):
                Doc.update(n=Doc.n + n).where(Doc.id == doc_id).execute()
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC301
                Kb.update(n=Kb.n + n).where(Kb.id == kb_id).execute()
        """,
    )


def test_finds_django_two_creates() -> None:
    check_findings(
        "BC301",
        """
        from django.db import models
        class Order(models.Model):
            name = models.CharField(max_length=10)
        class Item(models.Model):
            order = models.ForeignKey(Order, on_delete=models.CASCADE)
        def place(request):
            order = Order.objects.create(name="x")
                  # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC301
            Item.objects.create(order=order)
        """,
    )


def test_finds_django_save_pair() -> None:
    check_findings(
        "BC301",
        """
        from django.db import models
        class Account(models.Model):
            balance = models.IntegerField()
        def transfer(src: Account, dst: Account, n):
            src.balance -= n
            src.save()
          # ^^^^^^^^^^ BC301
            dst.balance += n
            dst.save()
        """,
    )


def test_finds_conn_commit_as_you_go() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy import create_engine, text
        engine = create_engine("sqlite://")
        def transfer(a, b, n):
            with engine.connect() as conn:
                conn.execute(text("UPDATE accounts SET n = n - :n WHERE id = :a"), {"n": n, "a": a})
                conn.commit()
              # ^^^^^^^^^^^^^ BC301.unrelated
                conn.execute(text("UPDATE accounts SET n = n + :n WHERE id = :b"), {"n": n, "b": b})
                conn.commit()
        """,
    )


def test_leaves_peewee_atomic() -> None:
    check_findings(
        "BC301",
        """
        from peewee import Model, SqliteDatabase
        db = SqliteDatabase("x.db")
        class Order(Model):
            class Meta:
                database = db
        class Item(Model):
            class Meta:
                database = db
        def place(sku):
            with db.atomic():
                order = Order.create(total=3)
                Item.create(order=order, sku=sku)
        @db.atomic()
        def place2(sku):
            order = Order.create(total=3)
            Item.create(order=order, sku=sku)
        """,
    )


def test_leaves_django_atomic() -> None:
    check_findings(
        "BC301",
        """
        from django.db import models, transaction
        class Order(models.Model):
            pass
        class Item(models.Model):
            order = models.ForeignKey(Order, on_delete=models.CASCADE)
        @transaction.atomic
        def place(request):
            order = Order.objects.create(name="x")
            Item.objects.create(order=order)
        def place2(request):
            with transaction.atomic():
                order = Order.objects.create(name="x")
                Item.objects.create(order=order)
        """,
    )


def test_leaves_django_atomic_requests() -> None:
    check_findings(
        "BC301",
        """
        #- settings.py
        DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "ATOMIC_REQUESTS": True}}
        #- models.py
        from django.db import models
        class Order(models.Model):
            pass
        class Item(models.Model):
            order = models.ForeignKey(Order, on_delete=models.CASCADE)
        #- views.py
        from models import Order, Item
        def place(request):
            order = Order.objects.create(name="x")
            Item.objects.create(order=order)
        """,
    )


def test_mends_helper() -> None:
    check_fix(
        "BC301",
        """
        #- crud.py
        from sqlalchemy.orm import Session
        def create_order(db: Session, name):
            order = Order(name=name)
            db.add(order)
            db.commit()
            return order
        #- service.py
        from sqlalchemy.orm import Session
        from crud import create_order
        def place(db: Session, name, sku):
            order = create_order(db, name)
            db.add(OrderItem(order_id=order.id, sku=sku))
            db.commit()
        """,
        """
        #- crud.py
        from sqlalchemy.orm import Session
        def create_order(db: Session, name, *, commit: bool = True):
            order = Order(name=name)
            db.add(order)
            if commit:
                db.commit()
            else:
                db.flush()
            return order
        #- service.py
        from sqlalchemy.orm import Session
        from crud import create_order
        def place(db: Session, name, sku):
            order = create_order(db, name, commit=False)
            db.add(OrderItem(order_id=order.id, sku=sku))
            db.commit()
        """,
    )


def test_mends_autocommit_psycopg2() -> None:
    check_fix(
        "BC301",
        """
        import psycopg2
        def transfer(a, b, n):
            conn = psycopg2.connect("dbname=x")
            conn.autocommit = True
            cur = conn.cursor()
            cur.execute("UPDATE accounts SET balance = balance - %s", (n,))
            cur.execute("UPDATE accounts SET balance = balance + %s", (n,))
        """,
        """
        import psycopg2
        def transfer(a, b, n):
            conn = psycopg2.connect("dbname=x")
            conn.autocommit = False
            cur = conn.cursor()
            with conn:
                cur.execute("UPDATE accounts SET balance = balance - %s", (n,))
                cur.execute("UPDATE accounts SET balance = balance + %s", (n,))
        """,
    )


def test_mends_autocommit_psycopg() -> None:
    check_fix(
        "BC301",
        """
        import psycopg
        def transfer(a, b, n):
            with psycopg.connect("dbname=x", autocommit=True) as conn:
                conn.execute("INSERT INTO orders (id) VALUES (%s)", (a,))
                conn.execute("INSERT INTO order_items (order_id) VALUES (%s)", (a,))
        """,
        """
        import psycopg
        def transfer(a, b, n):
            with psycopg.connect("dbname=x", autocommit=True) as conn:
                with conn.transaction():
                    conn.execute("INSERT INTO orders (id) VALUES (%s)", (a,))
                    conn.execute("INSERT INTO order_items (order_id) VALUES (%s)", (a,))
        """,
    )


def test_mends_two_sessions() -> None:
    check_fix(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def go(users_db: Session, billing_db: Session, email):
            user = User(email=email)
            users_db.add(user)
            users_db.commit()
            billing_db.add(Customer(user_id=user.id))
            billing_db.commit()
        """,
        """
        from sqlalchemy.orm import Session
        def go(users_db: Session, billing_db: Session, email):
            user = User(email=email)
            users_db.add(user)
            users_db.flush()
            billing_db.add(Customer(user_id=user.id))
            billing_db.commit()
            users_db.commit()
        """,
    )


def test_mends_peewee() -> None:
    check_fix(
        "BC301",
        """
        from peewee import Model, SqliteDatabase, IntegerField, ForeignKeyField
        db = SqliteDatabase("x.db")
        class Order(Model):
            total = IntegerField()
            class Meta:
                database = db
        class Item(Model):
            order = ForeignKeyField(Order)
            class Meta:
                database = db
        def place(sku):
            order = Order.create(total=3)
            Item.create(order=order, sku=sku)
            return order
        """,
        """
        from peewee import Model, SqliteDatabase, IntegerField, ForeignKeyField
        db = SqliteDatabase("x.db")
        class Order(Model):
            total = IntegerField()
            class Meta:
                database = db
        class Item(Model):
            order = ForeignKeyField(Order)
            class Meta:
                database = db
        def place(sku):
            with db.atomic():
                order = Order.create(total=3)
                Item.create(order=order, sku=sku)
            return order
        """,
    )


def test_mends_django() -> None:
    check_fix(
        "BC301",
        """
        from django.db import models
        class Order(models.Model):
            name = models.CharField(max_length=10)
        class Item(models.Model):
            order = models.ForeignKey(Order, on_delete=models.CASCADE)
        def place(request):
            order = Order.objects.create(name="x")
            Item.objects.create(order=order)
        """,
        """
        from django.db import models, transaction
        class Order(models.Model):
            name = models.CharField(max_length=10)
        class Item(models.Model):
            order = models.ForeignKey(Order, on_delete=models.CASCADE)
        def place(request):
            with transaction.atomic():
                order = Order.objects.create(name="x")
                Item.objects.create(order=order)
        """,
    )


def test_finds_helper_with_the_same_global_session() -> None:
    check_findings(
        "BC301",
        """
        #- extensions.py
        from flask_sqlalchemy import SQLAlchemy
        db = SQLAlchemy()

        #- orders.py
        from extensions import db
        from models import Order
        def save_order(email):
            order = Order(email=email)
            db.session.add(order)
            db.session.commit()
            return order

        #- checkout.py
        from extensions import db
        from models import Payment
        from orders import save_order
        def checkout(email, cents):
            order = save_order(email)
                  # ^^^^^^^^^^^^^^^^^ BC301
            db.session.add(Payment(order_id=order.id, cents=cents))
            db.session.commit()
        """,
    )


def test_finds_rows_appended_and_keys_taken_after_the_commit() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy import insert
        from sqlalchemy.orm import Session
        from models import Post, Thread, audit, users
        def open_thread(session: Session, title, body):
            thread = Thread(title=title)
            session.add(thread)
            session.commit()
          # ^^^^^^^^^^^^^^^^ BC301
            thread.posts.append(Post(body=body))
            session.commit()
        def register(db: Session, email):
            result = db.execute(insert(users).values(email=email))
            key = result.inserted_primary_key[0]
            db.commit()
          # ^^^^^^^^^^^ BC301 db.commit ends the transaction before the rows that belong to it are written
            db.execute(insert(audit).values(user_id=key))
            db.commit()
        """,
    )


def test_finds_early_commit_of_a_driver() -> None:
    check_fix(
        "BC301",
        """
        import sqlite3
        def order(conn: sqlite3.Connection, email, sku):
            try:
                cursor = conn.execute("INSERT INTO orders (email) VALUES (?)", (email,))
                key = cursor.lastrowid
                conn.commit()
                conn.execute("INSERT INTO lines (order_id, sku) VALUES (?, ?)", (key, sku))
                conn.commit()
            except sqlite3.Error:
                conn.rollback()
                raise
        """,
        """
        import sqlite3
        def order(conn: sqlite3.Connection, email, sku):
            try:
                cursor = conn.execute("INSERT INTO orders (email) VALUES (?)", (email,))
                key = cursor.lastrowid
                conn.execute("INSERT INTO lines (order_id, sku) VALUES (?, ?)", (key, sku))
                conn.commit()
            except sqlite3.Error:
                conn.rollback()
                raise
        """,
    )


def test_finds_autocommit_that_the_class_asked_for() -> None:
    check_findings(
        "BC301",
        """
        import pymysql
        class Ledger:
            def __init__(self, **kw):
                self.conn = pymysql.connect(autocommit=True, **kw)
            def book(self, debit, credit, cents):
                with self.conn.cursor() as cursor:
                    cursor.execute("INSERT INTO entries (a, c) VALUES (%s, %s)", (debit, -cents))
                  # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC301
                    cursor.execute("INSERT INTO entries (a, c) VALUES (%s, %s)", (credit, cents))
        """,
    )


def test_mends_early_commit_behind_a_returned_key() -> None:
    check_fix(
        "BC301",
        """
        import psycopg2
        def register(conn: psycopg2.extensions.connection, email, role):
            cur = conn.cursor()
            try:
                cur.execute("INSERT INTO users (email) VALUES (%s) RETURNING id", (email,))
                key = cur.fetchone()[0]
                conn.commit()
                cur.execute("INSERT INTO roles (user_id, role) VALUES (%s, %s)", (key, role))
                conn.commit()
            except psycopg2.Error:
                conn.rollback()
                raise
        """,
        """
        import psycopg2
        def register(conn: psycopg2.extensions.connection, email, role):
            cur = conn.cursor()
            try:
                cur.execute("INSERT INTO users (email) VALUES (%s) RETURNING id", (email,))
                key = cur.fetchone()[0]
                cur.execute("INSERT INTO roles (user_id, role) VALUES (%s, %s)", (key, role))
                conn.commit()
            except psycopg2.Error:
                conn.rollback()
                raise
        """,
    )


def test_mends_writes_through_a_typed_connection() -> None:
    check_fix(
        "BC301",
        """
        import asyncpg
        async def move(conn: asyncpg.Connection, a, b):
            await conn.execute("UPDATE accounts SET cents = cents - 1 WHERE id = $1", a)
            await conn.execute("UPDATE accounts SET cents = cents + 1 WHERE id = $1", b)
        """,
        """
        import asyncpg
        async def move(conn: asyncpg.Connection, a, b):
            async with conn.transaction():
                await conn.execute("UPDATE accounts SET cents = cents - 1 WHERE id = $1", a)
                await conn.execute("UPDATE accounts SET cents = cents + 1 WHERE id = $1", b)
        """,
    )


def test_leaves_helper_that_is_told_whether_to_commit() -> None:
    check_findings(
        "BC301",
        """
        #- extensions.py
        from flask_sqlalchemy import SQLAlchemy
        db = SQLAlchemy()

        #- orders.py
        from extensions import db
        from models import Order
        def save_order(email, commit_transaction=False):
            order = Order(email=email)
            db.session.add(order)
            if commit_transaction:
                db.session.commit()
            return order

        #- checkout.py
        from extensions import db
        from models import Payment
        from orders import save_order
        def checkout(email, cents):
            order = save_order(email)
            db.session.add(Payment(order_id=order.id, cents=cents))
            db.session.commit()
        """,
    )


def test_a_commit_for_each_lot() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy import select
        from sqlalchemy.orm import Session
        from models import Role
        def go(session: Session):
            for number, lot in enumerate(session.execute(select(Role)).scalars().partitions()):
                for role in lot:
                    role.digest = hash(role.key)
                session.commit()
        """,
    )


def test_a_session_of_its_own_for_each_turn_that_fails() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def go(engine, log, tasks):
            for task in tasks:
                session = None
                try:
                    session = Session(engine)
                    session.delete(task)
                    session.commit()
                except Exception:
                    log.error("failed")
                    continue
                finally:
                    if session:
                        session.close()
        def all_of_them(engine, log, tasks):
            session = Session(engine)
            for task in tasks:
                try:
                    session.delete(task)
                    session.commit()
                except Exception:
              # ^^^^^^^^^^^^^^^^ BC301 session is used again although nothing rolls back what failed here
                    log.error("failed")
        """,
    )


def test_private_method_that_an_atomic_one_calls() -> None:
    check_findings(
        "BC301",
        """
        #- shop/models.py
        from django.db import models
        class Order(models.Model):
            name = models.CharField(max_length=9)
        class Item(models.Model):
            order = models.ForeignKey(Order, on_delete=models.CASCADE)

        #- shop/manager.py
        from django.db import transaction
        from shop.models import Item, Order
        class Manager:
            @transaction.atomic  # both or none
            def update(self, name):
                return self._new_order(name)
            def _new_order(self, name):
                order = Order.objects.create(name=name)
                Item.objects.create(order=order)
                return order
            def _lone_order(self, name):
                order = Order.objects.create(name=name)
                      # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC301
                Item.objects.create(order=order)
                return order
        """,
    )


def test_rows_that_a_query_deletes_before_their_parent() -> None:
    check_findings(
        "BC301",
        """
        from shop import db
        from shop.models import Invoice, InvoiceItem

        def delete_invoice(invoice_id):
            invoice = Invoice.query.get_or_404(invoice_id)
            InvoiceItem.query.filter_by(invoice_id=invoice.id).delete()
            db.session.commit()
          # ^^^^^^^^^^^^^^^^^^^ BC301
            db.session.delete(invoice)
            db.session.commit()

        def in_one(invoice_id):
            invoice = Invoice.query.get_or_404(invoice_id)
            InvoiceItem.query.filter_by(invoice_id=invoice.id).delete()
            db.session.delete(invoice)
            db.session.commit()
        """,
    )
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        from shop.models import Invoice, InvoiceItem

        def delete_invoice(session: Session, invoice):
            session.delete(invoice)
            session.commit()
          # ^^^^^^^^^^^^^^^^ BC301
            session.query(InvoiceItem).filter(InvoiceItem.invoice_id == invoice.id).delete()
            session.commit()

        def either(session: Session, invoice, keep):
            if keep:
                session.query(InvoiceItem).update({"kept": True})
                session.commit()
                return
            session.delete(invoice)
            session.commit()
        """,
    )


def test_fix_of_a_driver_that_commits_each_write() -> None:
    check_fix(
        "BC301",
        """
        import sqlite3
        def rename(old, new):
            conn = sqlite3.connect("notes.db")
            conn.execute("UPDATE notebooks SET name = ? WHERE name = ?", (new, old))
            conn.commit()
            conn.execute("UPDATE notes SET notebook = ? WHERE notebook = ?", (new, old))
            conn.commit()
        """,
        """
        import sqlite3
        def rename(old, new):
            conn = sqlite3.connect("notes.db")
            try:
                conn.execute("UPDATE notebooks SET name = ? WHERE name = ?", (new, old))
                conn.execute("UPDATE notes SET notebook = ? WHERE notebook = ?", (new, old))
                conn.commit()
            except Exception:
                conn.rollback()
                raise
        """,
    )


def test_a_closing_connection_without_transactions() -> None:
    check_findings(
        "BC301",
        """
        import sqlite3
        from contextlib import closing
        def transfer(source, target, cents):
            with closing(sqlite3.connect("ledger.db", isolation_level=None)) as conn:
                cur = conn.cursor()
                cur.execute("UPDATE accounts SET balance = balance - ? WHERE id = ?", (cents, source))
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC301
                cur.execute("UPDATE accounts SET balance = balance + ? WHERE id = ?", (cents, target))
        """,
    )


def test_transactions_that_a_function_opens_by_hand() -> None:
    check_findings(
        "BC301",
        """
        import sqlite3
        from contextlib import closing
        from app.transactions import transaction

        def transfer(source, target, cents):
            with closing(sqlite3.connect("ledger.db", isolation_level=None)) as db:
                db.execute("BEGIN IMMEDIATE")
                db.execute("UPDATE accounts SET balance = balance - ? WHERE id = ?", (cents, source))
                db.execute("UPDATE accounts SET balance = balance + ? WHERE id = ?", (cents, target))
                db.execute("COMMIT")

        def rename(old, new):
            with closing(sqlite3.connect("tags.db", isolation_level=None)) as db, transaction(db):
                db.execute("UPDATE tags SET name = ? WHERE name = ?", (new, old))
                db.execute("UPDATE uses SET tag = ? WHERE tag = ?", (new, old))
        """,
    )


def test_transactions_of_closing_connections_and_commits_in_branches() -> None:
    check_fix(
        "BC301",
        """
        import sqlite3
        import psycopg2
        from contextlib import closing

        shared = psycopg2.connect("dbname=shop connect_timeout=5")

        def rename(old, new):
            with closing(sqlite3.connect("tags.db", isolation_level=None)) as db:
                db.execute("UPDATE tags SET name = ? WHERE name = ?", (new, old))
                db.execute("UPDATE uses SET tag = ? WHERE tag = ?", (new, old))

        def archive(order, is_paid, keep):
            cur = shared.cursor()
            cur.execute("INSERT INTO archive SELECT * FROM orders WHERE id = %s", (order,))
            if is_paid:
                cur.execute("UPDATE totals SET n = n + 1")
                shared.commit()
            if keep:
                shared.commit()
                return
            cur.execute("DELETE FROM orders WHERE id = %s", (order,))
            shared.commit()
        """,
        """
        import sqlite3
        import psycopg2
        from contextlib import closing

        shared = psycopg2.connect("dbname=shop connect_timeout=5")

        def rename(old, new):
            with closing(sqlite3.connect("tags.db")) as db:
                with db:
                    db.execute("UPDATE tags SET name = ? WHERE name = ?", (new, old))
                    db.execute("UPDATE uses SET tag = ? WHERE tag = ?", (new, old))

        def archive(order, is_paid, keep):
            cur = shared.cursor()
            try:
                cur.execute("INSERT INTO archive SELECT * FROM orders WHERE id = %s", (order,))
                if is_paid:
                    cur.execute("UPDATE totals SET n = n + 1")
                if keep:
                    shared.commit()
                    return
                cur.execute("DELETE FROM orders WHERE id = %s", (order,))
                shared.commit()
            except Exception:
                shared.rollback()
                raise
        """,
    )


def test_offers_no_flush_where_a_way_out_passes_no_other_commit() -> None:
    source = """
        from sqlalchemy.orm import Session
        from app.models import Order, Line, Audit
        from app.tasks import notify

        def place(session: Session, number, sku):
            order = Order(number=number)
            session.add(order)
            session.commit()
            if sku:
                session.add(Line(order_id=order.id, sku=sku))
                session.commit()
            return order

        def announce(session: Session, number):
            order = Order(number=number)
            session.add(order)
            session.commit()
            notify.delay(order.id)
            session.add(Audit(order_id=order.id))
            session.commit()

        def drop(session: Session, orders, wanted):
            for order in orders:
                session.delete(order)
                session.commit()
                if order.number == wanted:
                    return order
        """
    check_fix("BC301", source, source)


def test_row_that_a_second_run_finds() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        from .models import Project, Storage, User

        def link(session: Session, name):
            project = session.query(Project).filter_by(name=name).first()
            if not project:
                project = Project(name=name)
                session.add(project)
                session.commit()
              # ^^^^^^^^^^^^^^^^ BC301.again
            storage = Storage(project_id=project.id)
            session.add(storage)
            session.commit()

        def join(session: Session, name):
            user = User(name=name)
            session.add(user)
            session.commit()
          # ^^^^^^^^^^^^^^^^ BC301
            storage = Storage(project_id=user.id)
            session.add(storage)
            session.commit()
        """,
    )


def test_mends_writes_of_a_shared_connection_that_commits_each_statement() -> None:
    check_fix(
        "BC301",
        """
        import sqlite3
        class Store:
            def __init__(self, path):
                self.conn = sqlite3.connect(path, isolation_level=None)
            def rename(self, old, new):
                cur = self.conn.cursor()
                cur.execute("UPDATE folders SET name = ? WHERE name = ?", (new, old))
                cur.execute("UPDATE files SET folder = ? WHERE folder = ?", (new, old))
            def remove(self, name):
                self.conn.execute("DELETE FROM folders WHERE name = ?", (name,))
                self.conn.execute("DELETE FROM files WHERE folder = ?", (name,))
        """,
        """
        import sqlite3
        class Store:
            def __init__(self, path):
                self.conn = sqlite3.connect(path, isolation_level=None)
            def rename(self, old, new):
                cur = self.conn.cursor()
                self.conn.execute("BEGIN")
                with self.conn:
                    cur.execute("UPDATE folders SET name = ? WHERE name = ?", (new, old))
                    cur.execute("UPDATE files SET folder = ? WHERE folder = ?", (new, old))
            def remove(self, name):
                self.conn.execute("BEGIN")
                with self.conn:
                    self.conn.execute("DELETE FROM folders WHERE name = ?", (name,))
                    self.conn.execute("DELETE FROM files WHERE folder = ?", (name,))
        """,
    )


def test_shared_connections_whose_transactions_another_function_opens() -> None:
    check_findings(
        "BC301",
        """
        import sqlite3
        class Store:
            def __init__(self, path):
                self.conn = sqlite3.connect(path, isolation_level=None)
            def _begin(self):
                self.conn.execute("BEGIN IMMEDIATE")
            def rename(self, old, new):
                self._begin()
                self.conn.execute("UPDATE folders SET name = ? WHERE name = ?", (new, old))
                self.conn.execute("UPDATE files SET folder = ? WHERE folder = ?", (new, old))
        """,
    )
