"""BC203 in the corners that its page leaves out."""

from bugcatalog_ls.testing.checks import check_findings, check_fix


def test_finds_built_over_statements() -> None:
    check_findings(
        "BC203",
        """
        from sqlalchemy import select
        from models import Item
        def items(session, owner=None, skip=0, limit=10):
            stmt = select(Item)
            if owner is not None:
                stmt = stmt.where(Item.owner == owner)
            stmt = stmt.offset(skip).limit(limit)
                      # ^^^^^^^^^^^^ BC203
            return session.scalars(stmt).all()
        """,
    )


def test_finds_flask_paginate() -> None:
    check_findings(
        "BC203",
        """
        from flask_sqlalchemy import SQLAlchemy
        from flask import request
        db = SQLAlchemy()
        class Post(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            title = db.Column(db.String(100))
        def index():
            page = request.args.get("page", 1, type=int)
            return Post.query.filter_by(published=True).paginate(page=page, per_page=20)
                                                      # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC203
        """,
    )


def test_finds_two_tie_columns() -> None:
    check_findings(
        "BC203",
        """
        from sqlalchemy import Column, Integer, String
        from sqlalchemy.orm import declarative_base
        Base = declarative_base()
        class P(Base):
            __tablename__ = "p"
            id = Column(Integer, primary_key=True)
            name = Column(String(100))
            city = Column(String(100))
        def people(db, skip, limit):
            return db.query(P).order_by(P.city, P.name).offset(skip).limit(limit).all()
                                                      # ^^^^^^^^^^^^ BC203
        """,
    )


def test_finds_page_from_1_annotated() -> None:
    check_findings(
        "BC203",
        """
        from typing import Annotated
        from fastapi import Query
        from sqlalchemy import select
        from models import Game
        def games(session, page: Annotated[int, Query(ge=1)] = 1, size: int = 20):
            offset = page * size
            return session.scalars(select(Game).order_by(Game.id).offset(offset).limit(size)).all()
                                                                # ^^^^^^^^^^^^^^ BC203
        """,
    )


def test_finds_page_from_0_minus_one() -> None:
    check_findings(
        "BC203",
        """
        from models import Game
        def games(session, page: int = 0, per_page: int = 20):
            return session.query(Game).order_by(Game.id).offset((page - 1) * per_page).limit(per_page).all()
                                                       # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC203
        """,
    )


def test_finds_raw_sql() -> None:
    check_findings(
        "BC203",
        """
        import sqlite3
        def rows(conn: sqlite3.Connection, n, skip):
            return conn.execute("SELECT id, name FROM users LIMIT ? OFFSET ?", (n, skip)).fetchall()
                              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC203
        """,
    )


def test_finds_raw_multi_line() -> None:
    check_findings(
        "BC203",
        """
        def rows(cursor, size, skip):
            cursor.execute(
                '''
              # ^^^ BC203
                SELECT id, name
                FROM users
                WHERE active = 1
                LIMIT %s OFFSET %s
                ''',
                (size, skip),
            )
            return cursor.fetchall()
        """,
    )


def test_finds_raw_f_string() -> None:
    check_findings(
        "BC203",
        """
        def rows(cursor, table, size, skip):
            cursor.execute(f"SELECT * FROM {table} LIMIT {size} OFFSET {skip}")
                         # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC203
            return cursor.fetchall()
        """,
    )


def test_finds_django_slice() -> None:
    check_findings(
        "BC203",
        """
        #- shop/models.py
        from django.db import models
        class Product(models.Model):
            name = models.CharField(max_length=50)

        #- shop/views.py
        from shop.models import Product
        def products(request, start, end):
            return Product.objects.filter(active=True)[start:end]
                                                    # ^^^^^^^^^^^ BC203
        """,
    )


def test_finds_django_paginator() -> None:
    check_findings(
        "BC203",
        """
        #- shop/models.py
        from django.db import models
        class Product(models.Model):
            name = models.CharField(max_length=50)

        #- shop/views.py
        from django.core.paginator import Paginator
        from shop.models import Product
        def products(request):
            paginator = Paginator(Product.objects.all(), 25)
                      # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC203
            return paginator.get_page(request.GET.get("page"))
        """,
    )


def test_finds_dropped_order_by() -> None:
    check_findings(
        "BC203",
        """
        from sqlalchemy import select
        from models import Item
        def items(session, skip, limit):
            query = select(Item)
            query.order_by(Item.id)
            return session.scalars(query.offset(skip).limit(limit)).all()
                                       # ^^^^^^^^^^^^ BC203
        """,
    )


def test_finds_peewee() -> None:
    check_findings(
        "BC203",
        """
        from peewee import Model, CharField
        class Doc(Model):
            name = CharField()
        def docs(page, size):
            return list(Doc.select().where(Doc.name != "").paginate(page, size))
                                                         # ^^^^^^^^^^^^^^^^^^^^ BC203
        """,
    )


def test_leaves_unique_column() -> None:
    check_findings(
        "BC203",
        """
        from sqlalchemy import Column, Integer, String
        from sqlalchemy.orm import declarative_base
        Base = declarative_base()
        class P(Base):
            __tablename__ = "p"
            id = Column(Integer, primary_key=True)
            email = Column(String(50), unique=True)
        def best(db, skip):
            return db.query(P).order_by(P.email).offset(skip).limit(10).all()
        """,
    )


def test_leaves_order_applied_in_branch_before() -> None:
    check_findings(
        "BC203",
        """
        from sqlalchemy import select
        from models import User
        def users(db, sort, skip, limit):
            q = select(User)
            if sort == "name":
                q = q.order_by(User.name, User.id)
            else:
                q = q.order_by(User.id)
            return db.scalars(q.offset(skip).limit(limit)).all()
        """,
    )


def test_leaves_helper_sorts() -> None:
    check_findings(
        "BC203",
        """
        from sqlalchemy import select
        from app.sorting import apply_sort
        from models import User
        def users(db, sort, skip, limit):
            q = apply_sort(select(User), sort)
            return db.scalars(q.offset(skip).limit(limit)).all()
        """,
    )


def test_leaves_raw_dynamic_order() -> None:
    check_findings(
        "BC203",
        """
        def rows(cursor, order, n):
            cursor.execute(f"SELECT id FROM users {order} LIMIT {n}")
        """,
    )


def test_leaves_count_subquery() -> None:
    check_findings(
        "BC203",
        """
        from sqlalchemy import func, select
        from models import Task
        def tasks(session, user_id, skip, limit):
            q = select(Task).where(Task.owner_id == user_id)
            total = session.scalar(select(func.count()).select_from(q.subquery()))
            return total, session.scalars(q.order_by(Task.id).offset(skip).limit(limit)).all()
        """,
    )


def test_leaves_django_ordering() -> None:
    check_findings(
        "BC203",
        """
        #- shop/models.py
        from django.db import models
        class Product(models.Model):
            name = models.CharField(max_length=50)
            class Meta:
                ordering = ["name", "id"]

        #- shop/views.py
        from django.core.paginator import Paginator
        from shop.models import Product
        def products(request):
            return Paginator(Product.objects.all(), 25)
        """,
    )


def test_leaves_list_slice() -> None:
    check_findings(
        "BC203",
        """
        from models import User
        def some(db, a, b):
            users = db.query(User).all()
            return users[a:b]
        """,
    )


def test_leaves_max_of_page() -> None:
    check_findings(
        "BC203",
        """
        from models import Game
        def games(db, page: int = 1, size: int = 20):
            page = max(page, 1) - 1
            return db.query(Game).order_by(Game.id).offset(page * size).limit(size).all()
        """,
    )


def test_mends_multi_line() -> None:
    check_fix(
        "BC203",
        """
        from sqlalchemy import Column, Integer, select
        from sqlalchemy.orm import declarative_base
        Base = declarative_base()
        class User(Base):
            __tablename__ = "users"
            id = Column(Integer, primary_key=True)
        def users(db, offset, limit):
            return (
                db.query(User)
                .filter(User.id > 3)
                .offset(offset)
                .limit(limit)
                .all()
            )
        """,
        """
        from sqlalchemy import Column, Integer, select
        from sqlalchemy.orm import declarative_base
        Base = declarative_base()
        class User(Base):
            __tablename__ = "users"
            id = Column(Integer, primary_key=True)
        def users(db, offset, limit):
            return (
                db.query(User)
                .filter(User.id > 3)
                .order_by(User.id)
                .offset(offset)
                .limit(limit)
                .all()
            )
        """,
    )


def test_mends_ties_string() -> None:
    check_fix(
        "BC203",
        """
        from sqlalchemy import Column, Integer, DateTime
        from sqlalchemy.orm import declarative_base
        import models
        Base = declarative_base()
        class M(Base):
            __tablename__ = "m"
            id = Column(Integer, primary_key=True)
            at = Column(DateTime)
        def users(db, offset):
            q = db.query(M)
            q = q.order_by(M.at)
            q = q.offset(offset)
            return q.limit(5).all()
        """,
        """
        from sqlalchemy import Column, Integer, DateTime
        from sqlalchemy.orm import declarative_base
        import models
        Base = declarative_base()
        class M(Base):
            __tablename__ = "m"
            id = Column(Integer, primary_key=True)
            at = Column(DateTime)
        def users(db, offset):
            q = db.query(M)
            q = q.order_by(M.at, M.id)
            q = q.offset(offset)
            return q.limit(5).all()
        """,
    )


def test_mends_page_arithmetic_variable() -> None:
    check_fix(
        "BC203",
        """
        from models import Game
        def games(db, page: int = 1, size: int = 20):
            start = size * page
            return db.query(Game).order_by(Game.id).offset(start).limit(size).all()
        """,
        """
        from models import Game
        def games(db, page: int = 1, size: int = 20):
            start = size * (page - 1)
            return db.query(Game).order_by(Game.id).offset(start).limit(size).all()
        """,
    )


def test_mends_module_prefix() -> None:
    check_fix(
        "BC203",
        """
        #- api.py
        from sqlmodel import select
        import models
        def heroes(session, offset, limit):
            return session.exec(select(models.Hero).offset(offset).limit(limit)).all()
        #- models.py
        from sqlmodel import Field, SQLModel
        class Hero(SQLModel, table=True):
            hero_id: int | None = Field(default=None, primary_key=True)
        """,
        """
        #- api.py
        from sqlmodel import select
        import models
        def heroes(session, offset, limit):
            return session.exec(
                select(models.Hero).order_by(models.Hero.hero_id).offset(offset).limit(limit)
            ).all()
        #- models.py
        from sqlmodel import Field, SQLModel
        class Hero(SQLModel, table=True):
            hero_id: int | None = Field(default=None, primary_key=True)
        """,
    )


def test_mends_django_slice() -> None:
    check_fix(
        "BC203",
        """
        #- shop/models.py
        from django.db import models
        class Product(models.Model):
            name = models.CharField(max_length=50)
        #- shop/views.py
        from shop.models import Product
        def products(start, end):
            return Product.objects.filter(active=True)[start:end]
        """,
        """
        #- shop/models.py
        from django.db import models
        class Product(models.Model):
            name = models.CharField(max_length=50)
        #- shop/views.py
        from shop.models import Product
        def products(start, end):
            return Product.objects.filter(active=True).order_by("pk")[start:end]
        """,
    )


def test_mends_django_paginator() -> None:
    check_fix(
        "BC203",
        """
        #- shop/models.py
        from django.db import models
        class Product(models.Model):
            name = models.CharField(max_length=50)
        #- shop/views.py
        from django.core.paginator import Paginator
        from shop.models import Product
        def products():
            return Paginator(Product.objects.all(), 25)
        """,
        """
        #- shop/models.py
        from django.db import models
        class Product(models.Model):
            name = models.CharField(max_length=50)
        #- shop/views.py
        from django.core.paginator import Paginator
        from shop.models import Product
        def products():
            return Paginator(Product.objects.all().order_by("pk"), 25)
        """,
    )


def test_mends_variable() -> None:
    check_fix(
        "BC203",
        """
        from sqlalchemy import Column, Integer, select
        from sqlalchemy.orm import declarative_base
        Base = declarative_base()
        class U(Base):
            __tablename__ = "u"
            id = Column(Integer, primary_key=True)
        def users(db, name, offset, limit):
            stmt = select(U)
            if name:
                stmt = stmt.where(U.name == name)
            stmt = stmt.offset(offset).limit(limit)
            return db.scalars(stmt).all()
        """,
        """
        from sqlalchemy import Column, Integer, select
        from sqlalchemy.orm import declarative_base
        Base = declarative_base()
        class U(Base):
            __tablename__ = "u"
            id = Column(Integer, primary_key=True)
        def users(db, name, offset, limit):
            stmt = select(U)
            if name:
                stmt = stmt.where(U.name == name)
            stmt = stmt.order_by(U.id).offset(offset).limit(limit)
            return db.scalars(stmt).all()
        """,
    )


def test_ties_among_rows_of_django() -> None:
    check_fix(
        "BC203",
        """
        #- shop/views.py
        from django.core.paginator import Paginator
        from shop.models import Product

        def pages():
            Paginator(Product.objects.order_by("slug"), 10)
            return Paginator(Product.objects.order_by("-name"), 10)

        #- shop/models.py
        from django.db import models

        class Product(models.Model):
            name = models.CharField(max_length=50)
            slug = models.SlugField(unique=True)
        """,
        """
        #- shop/views.py
        from django.core.paginator import Paginator
        from shop.models import Product

        def pages():
            Paginator(Product.objects.order_by("slug"), 10)
            return Paginator(Product.objects.order_by("-name", "pk"), 10)

        #- shop/models.py
        from django.db import models

        class Product(models.Model):
            name = models.CharField(max_length=50)
            slug = models.SlugField(unique=True)
        """,
    )


def test_finds_raw_offset_page() -> None:
    check_findings(
        "BC203",
        """
        import sqlite3
        def lst(conn: sqlite3.Connection, page: int = 1, size: int = 10):
            return conn.execute("SELECT * FROM u ORDER BY id LIMIT ? OFFSET ?", (size, page * size))
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC203
        """,
    )


def test_finds_raw_ties() -> None:
    check_findings(
        "BC203",
        """
        import sqlite3
        def init(conn):
            conn.execute("CREATE TABLE posts (id INTEGER PRIMARY KEY, made TEXT)")
        def lst(conn: sqlite3.Connection, size, o):
            return conn.execute("SELECT * FROM posts ORDER BY made DESC LIMIT ? OFFSET ?", (size, o))
                              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC203
        """,
    )


def test_finds_raw_count() -> None:
    check_findings(
        "BC203",
        """
        import sqlite3
        def lst(conn: sqlite3.Connection, owner, size, o):
            total = conn.execute("SELECT COUNT(*) FROM i").fetchone()[0]
                               # ^^^^^^^^^^^^^^^^^^^^^^^^ BC203
            r = conn.execute("SELECT * FROM i WHERE by = ? ORDER BY id LIMIT ? OFFSET ?", (owner, size, o))
            return total, r
        """,
    )


def test_mends_count() -> None:
    check_fix(
        "BC203",
        """
        from sqlalchemy import select, func
        def lst(s, owner, skip, n):
            total = s.scalar(select(func.count()).select_from(Item))
            r = s.scalars(select(Item).where(Item.by == owner).order_by(Item.id).offset(skip).limit(n)).all()
            return total, r
        """,
        """
        from sqlalchemy import select, func
        def lst(s, owner, skip, n):
            total = s.scalar(select(func.count()).select_from(Item).where(Item.by == owner))
            r = s.scalars(select(Item).where(Item.by == owner).order_by(Item.id).offset(skip).limit(n)).all()
            return total, r
        """,
    )


def test_mends_count_query() -> None:
    check_fix(
        "BC203",
        """
        def lst(db, owner, skip, n):
            total = db.query(Item).count()
            r = db.query(Item).filter(Item.by == owner).order_by(Item.id).offset(skip).limit(n).all()
            return total, r
        """,
        """
        def lst(db, owner, skip, n):
            total = db.query(Item).filter(Item.by == owner).count()
            r = db.query(Item).filter(Item.by == owner).order_by(Item.id).offset(skip).limit(n).all()
            return total, r
        """,
    )


def test_mends_raw_order() -> None:
    check_fix(
        "BC203",
        """
        import sqlite3
        def init(conn):
            conn.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)")
        def lst(conn: sqlite3.Connection, n, o):
            return conn.execute("SELECT * FROM users LIMIT ? OFFSET ?", (n, o)).fetchall()
        """,
        """
        import sqlite3
        def init(conn):
            conn.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)")
        def lst(conn: sqlite3.Connection, n, o):
            return conn.execute("SELECT * FROM users ORDER BY id LIMIT ? OFFSET ?", (n, o)).fetchall()
        """,
    )


def test_mends_raw_offset() -> None:
    check_fix(
        "BC203",
        """
        import sqlite3
        def lst(conn: sqlite3.Connection, page: int = 1, size: int = 10):
            return conn.execute("SELECT * FROM u ORDER BY id LIMIT ? OFFSET ?", (size, page * size))
        """,
        """
        import sqlite3
        def lst(conn: sqlite3.Connection, page: int = 1, size: int = 10):
            return conn.execute("SELECT * FROM u ORDER BY id LIMIT ? OFFSET ?", (size, (page - 1) * size))
        """,
    )


def test_slice_of_a_named_query() -> None:
    check_findings(
        "BC203",
        """
        from models import Log

        def window(session, start, stop):
            query = session.query(Log).filter(Log.level == "x")
            return query[start:stop]
                      # ^^^^^^^^^^^^ BC203
        """,
    )


def test_leaves_queries_that_a_function_orders_and_rows_that_are_their_keys() -> None:
    check_findings(
        "BC203",
        """
        #- models.py
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
        class Base(DeclarativeBase): ...
        class Script(Base):
            __tablename__ = "scripts"
            id: Mapped[int] = mapped_column(primary_key=True)
            word: Mapped[str]

        #- lists.py
        from sqlalchemy import select
        from models import Script
        from orders import add_order_by
        def ordered(session, size, sort):
            query = select(Script).limit(size + 1)
            query = add_order_by(query=query, sort=sort)
            return session.scalars(query).all()
        def words(session, page: int = 1):
            query = select(Script.word).order_by(Script.word.asc()).offset((page - 1) * 10).limit(10)
            return session.scalars(query).all()
        """,
    )


def test_leaves_page_0_that_stands_for_all_and_limits_that_cut_nothing_off() -> None:
    check_findings(
        "BC203",
        """
        from sqlalchemy import select, text
        from models import Log
        def listed(session, page: int = 0, size: int = 0):
            query = select(Log).order_by(Log.id)
            if page and size:
                query = query.offset((page - 1) * size).limit(size)
            return session.scalars(query).all()
        def wanted(session, ids):
            return session.scalars(select(Log).where(Log.id.in_(ids)).limit(len(ids))).all()
        def _delete_logs(session, count):
            some = session.query(Log.id).filter(Log.level == "debug").limit(count).subquery()
            return remove_all(session, some)
        def sampled(connection, n_sample_rows):
            return connection.execute(text("SELECT * FROM log LIMIT :n"), {"n": n_sample_rows})
        """,
    )


def test_leaves_cql() -> None:
    check_findings(
        "BC203",
        """
        from cassandra.cluster import Cluster
        def rows(session, n):
            return session.execute("SELECT id FROM vectors LIMIT 20")
        """,
    )


def test_leaves_a_count_of_the_other_rows() -> None:
    check_findings(
        "BC203",
        """
        from sqlalchemy import func, select
        from models import Key
        def moved(session, offset):
            rows = session.execute(
                select(Key).filter(Key.owner.isnot(None)).order_by(Key.id).offset(offset).limit(10)
            ).all()
            others = select(func.count()).select_from(Key).filter(Key.owner.is_(None))
            total = session.execute(others).scalar()
            return rows, total
        """,
    )


def test_mends_raw_sql_by_the_key_that_it_reads() -> None:
    check_fix(
        "BC203",
        """
        def page(cursor, offset):
            cursor.execute("SELECT id, name FROM items LIMIT 20 OFFSET ?", (offset,))
        """,
        """
        def page(cursor, offset):
            cursor.execute("SELECT id, name FROM items ORDER BY id LIMIT 20 OFFSET ?", (offset,))
        """,
    )


def test_mends_the_query_that_a_page_is_made_of() -> None:
    before = """
        from fastapi_pagination.ext.sqlalchemy import paginate
        from sqlalchemy import Column, Integer, select
        from sqlalchemy.orm import declarative_base
        Base = declarative_base()
        class Author(Base):
            __tablename__ = "authors"
            id = Column(Integer, primary_key=True)
        def authors(db):
            return paginate(db, select(Author))
        def authors_again(session):
            stmt = select(Author)
            return paginate(session, stmt)
        """
    after = before.replace("paginate(db, select(Author)", "paginate(db, select(Author).order_by(Author.id)")
    check_fix("BC203", before, after.replace("(session, stmt)", "(session, stmt.order_by(Author.id))"))


def test_leaves_slices_of_rows_that_the_loop_has_loaded_and_lots() -> None:
    check_findings(
        "BC203",
        """
        #- shop/models.py
        from django.db import models
        class Product(models.Model):
            name = models.CharField(max_length=50)

        #- shop/jobs.py
        from shop.models import Product
        def go(size, offset):
            rest = Product.objects.values_list("pk", flat=True)
            while rest:
                part, rest = rest[:size], rest[size:]
                print(part)
            for product in Product.objects.filter(name="")[:CHUNK_SIZE]:
                product.name = "?"
            shown = Product.objects.filter(active=True)
            return shown[offset : offset + size]
                      # ^^^^^^^^^^^^^^^^^^^^^^^^ BC203
        """,
    )


def test_leaves_a_count_that_is_set_against_another_one() -> None:
    check_findings(
        "BC203",
        """
        #- shop/models.py
        from django.db import models
        class Photo(models.Model):
            owner = models.IntegerField()

        #- shop/jobs.py
        from django.core.paginator import Paginator
        from shop.models import Photo
        def scan(user):
            before = Photo.objects.count()
            photos = Photo.objects.filter(owner=user.id).order_by("id")
            for page in Paginator(photos, 5000):
                page.scan()
            return Photo.objects.count() - before
        """,
    )


def test_bounds_that_never_move_are_no_page() -> None:
    check_findings(
        "BC203",
        """
        #- shop/models.py
        from django.db import models
        class Revision(models.Model):
            created = models.DateTimeField()

        #- shop/jobs.py
        from shop.models import Revision
        def trim(page):
            cutoff = Revision.objects.order_by("-created")[24:25]
            shown = Revision.objects.order_by("-created")[page * 25 : page * 25 + 25]
                                                       # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC203
            return cutoff, shown
        """,
    )


def test_an_offset_of_nothing_and_an_order_behind_a_call() -> None:
    check_findings(
        "BC203",
        """
        from sqlalchemy import Column, Integer, select
        from sqlalchemy.orm import declarative_base
        from .models import Node
        Base = declarative_base()
        class Tag(Base):
            __tablename__ = "tags"
            id = Column(Integer, primary_key=True)
            count = Column(Integer)
        def top(session, limit):
            return session.query(Tag).order_by(Tag.count.desc()).offset(0).limit(limit).all()
        def keys(self, offset, limit):
            statement = select(Node.key).filter(Node.parent == self.id)
            if offset:
                statement = statement.offset(offset)
            statement = self.conditions(statement).order_by(*self.clauses)
            return statement.limit(limit)
        def page(session, offset, limit):
            return session.query(Tag).order_by(Tag.count.desc()).offset(offset).limit(limit).all()
                                                               # ^^^^^^^^^^^^^^ BC203
        """,
    )


def test_raw_pages_of_tables_that_nothing_tells_of() -> None:
    check_fix(
        "BC203",
        """
        import asyncpg
        from sqlalchemy import text
        async def events(db: asyncpg.Pool, size, skip):
            return await db.fetch("SELECT id, at FROM log ORDER BY at LIMIT $1 OFFSET $2", size, skip)
        def audit(conn, limit, offset):
            sql = text("SELECT id, actor FROM audit_log LIMIT :limit OFFSET :offset")
            return conn.execute(sql, {"limit": limit, "offset": offset}).all()
        async def tags(pool: asyncpg.Pool, size, skip):
            return await pool.fetch("SELECT id, slug FROM tags ORDER BY slug LIMIT $1 OFFSET $2", size, skip)
        """,
        """
        import asyncpg
        from sqlalchemy import text
        async def events(db: asyncpg.Pool, size, skip):
            return await db.fetch("SELECT id, at FROM log ORDER BY at, id LIMIT $1 OFFSET $2", size, skip)
        def audit(conn, limit, offset):
            sql = text("SELECT id, actor FROM audit_log ORDER BY id LIMIT :limit OFFSET :offset")
            return conn.execute(sql, {"limit": limit, "offset": offset}).all()
        async def tags(pool: asyncpg.Pool, size, skip):
            return await pool.fetch("SELECT id, slug FROM tags ORDER BY slug LIMIT $1 OFFSET $2", size, skip)
        """,
    )
