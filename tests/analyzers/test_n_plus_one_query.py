"""BC401 in the corners that its page leaves out."""

from bugcatalog_ls.testing.checks import check_findings, check_fix


def test_finds_lazy_comprehension_across_files() -> None:
    check_findings(
        "BC401",
        """
        #- app/models.py
        from sqlalchemy import ForeignKey
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
        class Base(DeclarativeBase): ...
        class Customer(Base):
            __tablename__ = "customers"
            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str]
        class Order(Base):
            __tablename__ = "orders"
            id: Mapped[int] = mapped_column(primary_key=True)
            customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
            customer: Mapped["Customer"] = relationship()

        #- app/api.py
        from sqlalchemy import select
        from app.models import Order
        async def orders(db):
            result = await db.execute(select(Order).where(Order.id > 5))
            rows = result.scalars().all()
            return [{"id": o.id, "customer": o.customer.name} for o in rows]
                                           # ^^^^^^^^^^ BC401
        """,
    )


def test_finds_backref() -> None:
    check_findings(
        "BC401",
        """
        from sqlalchemy import Column, ForeignKey, Integer
        from sqlalchemy.orm import declarative_base, relationship
        Base = declarative_base()
        class Team(Base):
            __tablename__ = "t"
            id = Column(Integer, primary_key=True)
            players = relationship("Player", backref="team")
        class Player(Base):
            __tablename__ = "p"
            id = Column(Integer, primary_key=True)
            team_id = Column(ForeignKey("t.id"))
        def show(session):
            for player in session.query(Player):
                print(player.team.id)
                    # ^^^^^^^^^^^ BC401
        """,
    )


def test_finds_sqlmodel() -> None:
    check_findings(
        "BC401",
        """
        from sqlmodel import Field, Relationship, Session, SQLModel, select
        class Team(SQLModel, table=True):
            id: int | None = Field(default=None, primary_key=True)
            heroes: list["Hero"] = Relationship(back_populates="team")
        class Hero(SQLModel, table=True):
            id: int | None = Field(default=None, primary_key=True)
            team_id: int | None = Field(default=None, foreign_key="team.id")
            team: Team | None = Relationship(back_populates="heroes")
        def show(session: Session):
            heroes = session.exec(select(Hero)).all()
            for hero in heroes:
                print(hero.team)
                    # ^^^^^^^^^ BC401
        """,
    )


def test_finds_session_get() -> None:
    check_findings(
        "BC401",
        """
        from models import Order, User
        def show(session):
            out = []
            for order in session.query(Order).all():
                user = session.get(User, order.user_id)
                     # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC401
                out.append(user.name)
            return out
        """,
    )


def test_finds_execute_select() -> None:
    check_findings(
        "BC401",
        """
        from sqlalchemy import select
        from models import Order, Line
        async def show(session):
            orders = (await session.scalars(select(Order))).all()
            for order in orders:
                result = await session.execute(select(Line).where(Line.order_id == order.id))
                             # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC401
                print(result.scalars().all())
        """,
    )


def test_finds_raw_sql() -> None:
    check_findings(
        "BC401",
        """
        def show(conn):
            rows = conn.execute("SELECT id FROM a").fetchall()
            for row in rows:
                conn.execute("SELECT * FROM b WHERE a_id = ?", (row[0],))
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC401
        """,
    )


def test_finds_django_objects_get() -> None:
    check_findings(
        "BC401",
        """
        #- shop/models.py
        from django.db import models
        class Customer(models.Model):
            name = models.CharField(max_length=5)
        class Order(models.Model):
            customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
            tags = models.ManyToManyField("Tag")

        #- shop/views.py
        from shop.models import Customer, Order
        def show(ids):
            out = []
            for order in Order.objects.all():
                out.append(Customer.objects.get(pk=order.customer_id))
                         # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC401
            return out
        """,
    )


def test_finds_django_m2m() -> None:
    check_findings(
        "BC401",
        """
        #- shop/models.py
        from django.db import models
        class Order(models.Model):
            tags = models.ManyToManyField("Tag")

        #- shop/views.py
        from shop.models import Order
        def show():
            for order in Order.objects.all():
                print([t.name for t in order.tags.all()])
                                     # ^^^^^^^^^^ BC401
        """,
    )


def test_finds_client() -> None:
    check_findings(
        "BC401",
        """
        import httpx
        def show(client: httpx.Client, users):
            out = []
            for user in users:
                out.append(client.get(f"/users/{user['id']}").json())
                         # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC401
            return out
        """,
    )


def test_finds_aiohttp() -> None:
    check_findings(
        "BC401",
        """
        import aiohttp
        async def show(urls):
            async with aiohttp.ClientSession() as session:
                for url in urls:
                    async with session.get(url) as response:
                             # ^^^^^^^^^^^^^^^^ BC401
                        print(await response.text())
        """,
    )


def test_finds_helper_request() -> None:
    check_findings(
        "BC401",
        """
        #- client.py
        import requests
        def load_user(user_id):
            return requests.get(f"https://x.example/{user_id}", timeout=4).json()

        #- job.py
        from client import load_user
        def job(users):
            for user in users:
                print(load_user(user.id))
                    # ^^^^^^^^^^^^^^^^^^ BC401
        """,
    )


def test_finds_helper_query() -> None:
    check_findings(
        "BC401",
        """
        #- repo.py
        from sqlalchemy import select
        from sqlalchemy.orm import Session
        from models import Line
        def lines_of(session: Session, order_id):
            return session.scalars(select(Line).where(Line.order_id == order_id)).all()

        #- api.py
        from sqlalchemy import select
        from models import Order
        from repo import lines_of
        def show(session):
            return {o.id: lines_of(session, o.id) for o in session.scalars(select(Order)).all()}
                        # ^^^^^^^^^^^^^^^^^^^^^^^ BC401
        """,
    )


def test_finds_method_helper() -> None:
    check_findings(
        "BC401",
        """
        from sqlalchemy.orm import Session
        from models import Order, Line
        class Service:
            def __init__(self, session: Session):
                self.session = session
            def total(self, order_id):
                return self.session.query(Line).filter(Line.order_id == order_id).count()
            def show(self):
                return [self.total(o.id) for o in self.session.query(Order).all()]
                      # ^^^^^^^^^^^^^^^^ BC401
        """,
    )


def test_finds_gathered() -> None:
    check_findings(
        "BC401",
        """
        import asyncio, httpx
        async def show(client: httpx.AsyncClient, ids):
            return await asyncio.gather(*[client.get(f"/x/{i}") for i in ids])
                                        # ^^^^^^^^^^^^^^^^^^^^^ BC401.gathered
        """,
    )


def test_finds_other_relation_loaded() -> None:
    check_findings(
        "BC401",
        """
        from sqlalchemy import Column, ForeignKey, Integer, select
        from sqlalchemy.orm import declarative_base, relationship, selectinload
        Base = declarative_base()
        class A(Base):
            __tablename__ = "a"
            id = Column(Integer, primary_key=True)
            bs = relationship("B")
            cs = relationship("C")
        def show(session):
            for a in session.scalars(select(A).options(selectinload(A.bs))):
                print(a.bs, a.cs)
                          # ^^^^ BC401
        """,
    )


def test_finds_enumerate() -> None:
    check_findings(
        "BC401",
        """
        from models import Order, User
        def show(session):
            for n, order in enumerate(session.query(Order).all()):
                print(n, session.query(User).get(order.user_id))
                       # ^^^^^^^^^^^^^^^^^^^ BC401
        """,
    )


def test_leaves_eager_lazy() -> None:
    check_findings(
        "BC401",
        """
        from sqlalchemy import Column, ForeignKey, Integer, select
        from sqlalchemy.orm import declarative_base, relationship
        Base = declarative_base()
        class A(Base):
            __tablename__ = "a"
            id = Column(Integer, primary_key=True)
            bs = relationship("B", lazy="selectin")
            cs = relationship("C", lazy="joined")
        def show(session):
            for a in session.scalars(select(A)):
                print(a.bs, a.cs)
        """,
    )


def test_leaves_options_in_variable() -> None:
    check_findings(
        "BC401",
        """
        from sqlalchemy import Column, ForeignKey, Integer, select
        from sqlalchemy.orm import declarative_base, relationship, joinedload
        Base = declarative_base()
        class A(Base):
            __tablename__ = "a"
            id = Column(Integer, primary_key=True)
            bs = relationship("B")
        def show(session, full):
            q = select(A)
            q = q.options(joinedload(A.bs))
            for a in session.scalars(q).unique():
                print(a.bs)
        """,
    )


def test_leaves_unknown_options() -> None:
    check_findings(
        "BC401",
        """
        from sqlalchemy import Column, ForeignKey, Integer, select
        from sqlalchemy.orm import declarative_base, relationship
        from loading import OPTIONS
        Base = declarative_base()
        class A(Base):
            __tablename__ = "a"
            id = Column(Integer, primary_key=True)
            bs = relationship("B")
        def show(session):
            for a in session.scalars(select(A).options(*OPTIONS)):
                print(a.bs)
        """,
    )


def test_leaves_one_row() -> None:
    check_findings(
        "BC401",
        """
        from sqlalchemy import Column, Integer, select
        from sqlalchemy.orm import declarative_base, relationship
        Base = declarative_base()
        class A(Base):
            __tablename__ = "a"
            id = Column(Integer, primary_key=True)
            bs = relationship("B")
        def show(session):
            a = session.get(A, 1)
            return [b.id for b in a.bs]
        """,
    )


def test_leaves_select_related() -> None:
    check_findings(
        "BC401",
        """
        #- shop/models.py
        from django.db import models
        class Order(models.Model):
            customer = models.ForeignKey("Customer", on_delete=models.CASCADE)

        #- shop/views.py
        from shop.models import Order
        def show():
            return [o.customer.name for o in Order.objects.select_related("customer")]
        """,
    )


def test_leaves_constant_tuple() -> None:
    check_findings(
        "BC401",
        """
        import httpx
        HOSTS = ("a", "b")
        def show():
            return [httpx.get(f"https://{h}.example").status_code for h in HOSTS]
        """,
    )


def test_leaves_in__batch() -> None:
    check_findings(
        "BC401",
        """
        from sqlalchemy import select
        from models import User
        def show(session, ids):
            for part in parts(ids):
                session.scalars(select(User).where(User.id.in_(part))).all()
        """,
    )


def test_leaves_chunks() -> None:
    check_findings(
        "BC401",
        """
        import requests
        def show(items):
            for chunk in chunks(items, 100):
                requests.post("https://x.example", json=chunk, timeout=3)
        """,
    )


def test_leaves_pagination() -> None:
    check_findings(
        "BC401",
        """
        import requests
        def show():
            for page in range(1, 10):
                requests.get("https://x.example", params={"page": page}, timeout=3)
        """,
    )


def test_leaves_mirrors() -> None:
    check_findings(
        "BC401",
        """
        import requests
        def show(mirrors):
            for mirror in mirrors:
                try:
                    return requests.get(mirror, timeout=3)
                except requests.RequestException:
                    continue
        """,
    )


def test_leaves_inserts() -> None:
    check_findings(
        "BC401",
        """
        from sqlalchemy import insert
        from models import User
        def show(session, rows):
            for row in rows:
                session.execute(insert(User).values(name=row["name"]))
        """,
    )


def test_leaves_nested_function_defined() -> None:
    check_findings(
        "BC401",
        """
        import requests
        def show(urls):
            handlers = []
            for url in urls:
                def handle(u=url):
                    return requests.get(u, timeout=2)
                handlers.append(handle)
            return handlers
        """,
    )


def test_leaves_executor() -> None:
    check_findings(
        "BC401",
        """
        def show(executor, jobs):
            for job in jobs:
                executor.execute(job)
        """,
    )


def test_mends_variable() -> None:
    check_fix(
        "BC401",
        """
        from sqlalchemy import Column, Integer, select
        from sqlalchemy.orm import declarative_base, relationship
        Base = declarative_base()
        class A(Base):
            __tablename__ = "a"
            id = Column(Integer, primary_key=True)
            bs = relationship("B")
        async def show(session):
            stmt = select(A).order_by(A.id)
            rows = (await session.execute(stmt)).scalars().all()
            return [a.bs for a in rows]
        """,
        """
        from sqlalchemy import Column, Integer, select
        from sqlalchemy.orm import declarative_base, relationship, selectinload
        Base = declarative_base()
        class A(Base):
            __tablename__ = "a"
            id = Column(Integer, primary_key=True)
            bs = relationship("B")
        async def show(session):
            stmt = select(A).order_by(A.id).options(selectinload(A.bs))
            rows = (await session.execute(stmt)).scalars().all()
            return [a.bs for a in rows]
        """,
    )


def test_mends_multi_line() -> None:
    check_fix(
        "BC401",
        """
        from sqlalchemy import Column, Integer, select
        from sqlalchemy.orm import declarative_base, relationship
        Base = declarative_base()
        class A(Base):
            __tablename__ = "a"
            id = Column(Integer, primary_key=True)
            bs = relationship("B")
        def show(session):
            rows = (
                session.query(A)
                .filter(A.id > 3)
                .all()
            )
            for a in rows:
                print(a.bs)
        """,
        """
        from sqlalchemy import Column, Integer, select
        from sqlalchemy.orm import declarative_base, relationship, selectinload
        Base = declarative_base()
        class A(Base):
            __tablename__ = "a"
            id = Column(Integer, primary_key=True)
            bs = relationship("B")
        def show(session):
            rows = (
                session.query(A)
                .filter(A.id > 3)
                .options(selectinload(A.bs))
                .all()
            )
            for a in rows:
                print(a.bs)
        """,
    )


def test_mends_module() -> None:
    check_fix(
        "BC401",
        """
        #- api.py
        from sqlalchemy import select
        import models
        def show(session):
            return [a.bs for a in session.scalars(select(models.A))]
        #- models.py
        from sqlalchemy import Column, Integer
        from sqlalchemy.orm import declarative_base, relationship
        Base = declarative_base()
        class A(Base):
            __tablename__ = "a"
            id = Column(Integer, primary_key=True)
            bs = relationship("B")
        """,
        """
        #- api.py
        from sqlalchemy import select
        from sqlalchemy.orm import selectinload
        import models
        def show(session):
            return [
                a.bs
                for a in session.scalars(select(models.A).options(selectinload(models.A.bs)))
            ]
        #- models.py
        from sqlalchemy import Column, Integer
        from sqlalchemy.orm import declarative_base, relationship
        Base = declarative_base()
        class A(Base):
            __tablename__ = "a"
            id = Column(Integer, primary_key=True)
            bs = relationship("B")
        """,
    )


def test_mends_django_fk() -> None:
    check_fix(
        "BC401",
        """
        #- shop/models.py
        from django.db import models
        class Order(models.Model):
            customer = models.ForeignKey("Customer", on_delete=models.CASCADE)
        #- shop/views.py
        from shop.models import Order
        def show():
            return [o.customer.name for o in Order.objects.filter(id__gt=3)]
        """,
        """
        #- shop/models.py
        from django.db import models
        class Order(models.Model):
            customer = models.ForeignKey("Customer", on_delete=models.CASCADE)
        #- shop/views.py
        from shop.models import Order
        def show():
            return [
                o.customer.name
                for o in Order.objects.filter(id__gt=3).select_related("customer")
            ]
        """,
    )


def test_mends_django_m2m() -> None:
    check_fix(
        "BC401",
        """
        #- shop/models.py
        from django.db import models
        class Order(models.Model):
            tags = models.ManyToManyField("Tag")
        #- shop/views.py
        from shop.models import Order
        def show():
            for order in Order.objects.all():
                print([t.name for t in order.tags.all()])
        """,
        """
        #- shop/models.py
        from django.db import models
        class Order(models.Model):
            tags = models.ManyToManyField("Tag")
        #- shop/views.py
        from shop.models import Order
        def show():
            for order in Order.objects.prefetch_related("tags").all():
                print([t.name for t in order.tags.all()])
        """,
    )


def test_mends_second_option() -> None:
    check_fix(
        "BC401",
        """
        from sqlalchemy import Column, Integer, select
        from sqlalchemy.orm import declarative_base, relationship, selectinload
        Base = declarative_base()
        class A(Base):
            __tablename__ = "a"
            id = Column(Integer, primary_key=True)
            bs = relationship("B")
            cs = relationship("C")
        def show(session):
            for a in session.scalars(select(A).options(selectinload(A.bs))):
                print(a.bs, a.cs)
        """,
        """
        from sqlalchemy import Column, Integer, select
        from sqlalchemy.orm import declarative_base, relationship, selectinload
        Base = declarative_base()
        class A(Base):
            __tablename__ = "a"
            id = Column(Integer, primary_key=True)
            bs = relationship("B")
            cs = relationship("C")
        def show(session):
            for a in session.scalars(
                select(A).options(selectinload(A.bs)).options(selectinload(A.cs))
            ):
                print(a.bs, a.cs)
        """,
    )


def test_what_a_serialiser_reads_of_each_row() -> None:
    check_findings(
        "BC401",
        """
        from sqlalchemy import ForeignKey, select
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload

        class Base(DeclarativeBase): ...

        class A(Base):
            __tablename__ = "a"
            id: Mapped[int] = mapped_column(primary_key=True)
            bs: Mapped[list["B"]] = relationship()

            def to_json(self):
                return {"bs": [b.id for b in self.bs]}

        class B(Base):
            __tablename__ = "b"
            id: Mapped[int] = mapped_column(primary_key=True)
            a_id: Mapped[int] = mapped_column(ForeignKey("a.id"))

        def to_dict(a):
            return {"id": a.id, "bs": len(a.bs)}

        def show(session):
            rows = session.scalars(select(A)).all()
            loaded = session.scalars(select(A).options(selectinload(A.bs))).all()
            yield [to_dict(row) for row in rows]
                 # ^^^^^^^^^^^^ BC401 to_dict reads bs
            yield [row.to_json() for row in rows]
                 # ^^^^^^^^^^^^^ BC401
            yield [to_dict(row) for row in loaded]
        """,
    )


def test_finds_list_param() -> None:
    check_findings(
        "BC401",
        """
        #- models.py
        from sqlalchemy import ForeignKey
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
        class Base(DeclarativeBase): pass
        class Customer(Base):
            __tablename__ = "c"
            id: Mapped[int] = mapped_column(primary_key=True)
        class Order(Base):
            __tablename__ = "o"
            id: Mapped[int] = mapped_column(primary_key=True)
            customer_id: Mapped[int] = mapped_column(ForeignKey("c.id"))
            customer: Mapped["Customer"] = relationship()
        #- s.py
        from models import Order
        def total(orders: list[Order]):
            for o in orders:
                print(o.customer.name)
                    # ^^^^^^^^^^ BC401
        """,
    )


def test_finds_django_reverse_related_name() -> None:
    check_findings(
        "BC401",
        """
        #- models.py
        from django.db import models
        class Author(models.Model):
            name = models.CharField(max_length=10)
        class Book(models.Model):
            author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")
        #- views.py
        from models import Author
        def lst(request):
            return [{"n": a.books.count()} for a in Author.objects.all()]
                        # ^^^^^^^ BC401
        """,
    )


def test_finds_helper_method_self() -> None:
    check_findings(
        "BC401",
        """
        from sqlalchemy import select
        from sqlalchemy.ext.asyncio import AsyncSession
        class Repo:
            def __init__(self, session: AsyncSession):
                self.session = session
            async def user(self, id):
                return await self.session.get(User, id)
            async def all(self, ids):
                return [await self.user(i) for i in ids]
                            # ^^^^^^^^^^^^ BC401
        """,
    )


def test_finds_method_of_row() -> None:
    check_findings(
        "BC401",
        """
        #- models.py
        from sqlalchemy import Column, Integer, ForeignKey
        from sqlalchemy.orm import declarative_base, relationship
        Base = declarative_base()
        class User(Base):
            __tablename__ = "u"
            id = Column(Integer, primary_key=True)
        class Post(Base):
            __tablename__ = "p"
            id = Column(Integer, primary_key=True)
            uid = Column(ForeignKey("u.id"))
            author = relationship("User")
            def to_dict(self):
                return {"id": self.id, "author": self.author.name}
        #- v.py
        from sqlalchemy import select
        from models import Post
        def lst(session):
            return [p.to_dict() for p in session.scalars(select(Post))]
                  # ^^^^^^^^^^^ BC401
        """,
    )


def test_finds_peewee() -> None:
    check_findings(
        "BC401",
        """
        from peewee import Model, ForeignKeyField, CharField
        class User(Model):
            name = CharField()
        class Tweet(Model):
            user = ForeignKeyField(User)
        def go():
            for t in Tweet.select():
                print(t.user.name)
                    # ^^^^^^ BC401
        """,
    )


def test_mends_in__get() -> None:
    check_fix(
        "BC401",
        """
        from sqlalchemy.orm import Session
        from models import User
        def go(db: Session, ids):
            out = []
            for i in ids:
                user = db.get(User, i)
                out.append(user)
            return out
        """,
        """
        from sqlalchemy.orm import Session
        from models import User
        from sqlalchemy import select
        def go(db: Session, ids):
            out = []
            users_by_id = {
                user.id: user for user in db.scalars(select(User).where(User.id.in_(ids)))
            }
            for i in ids:
                user = users_by_id.get(i)
                out.append(user)
            return out
        """,
    )


def test_mends_in__async() -> None:
    check_fix(
        "BC401",
        """
        from sqlalchemy import select
        from sqlalchemy.ext.asyncio import AsyncSession
        from models import User
        async def go(db: AsyncSession, orders):
            for o in orders:
                result = await db.execute(select(User).where(User.id == o.uid))
                user = result.scalar_one_or_none()
                print(user)
        """,
        """
        from sqlalchemy import select
        from sqlalchemy.ext.asyncio import AsyncSession
        from models import User
        async def go(db: AsyncSession, orders):
            users_by_id = {
                user.id: user
                for user in await db.scalars(
                    select(User).where(User.id.in_([o.uid for o in orders]))
                )
            }
            for o in orders:
                user = users_by_id.get(o.uid)
                print(user)
        """,
    )


def test_mends_in__list() -> None:
    check_fix(
        "BC401",
        """
        #- m.py
        from sqlalchemy import Column, Integer, ForeignKey
        from sqlalchemy.orm import declarative_base
        Base = declarative_base()
        class Order(Base):
            __tablename__ = "o"
            id = Column(Integer, primary_key=True)
        class Item(Base):
            __tablename__ = "i"
            id = Column(Integer, primary_key=True)
            order_id = Column(ForeignKey("o.id"))
        #- v.py
        from m import Order, Item
        def go(db):
            out = []
            for order in db.query(Order).all():
                items = db.query(Item).filter(Item.order_id == order.id).all()
                out.append((order, items))
            return out
        """,
        """
        #- m.py
        from sqlalchemy import Column, Integer, ForeignKey
        from sqlalchemy.orm import declarative_base
        Base = declarative_base()
        class Order(Base):
            __tablename__ = "o"
            id = Column(Integer, primary_key=True)
        class Item(Base):
            __tablename__ = "i"
            id = Column(Integer, primary_key=True)
            order_id = Column(ForeignKey("o.id"))
        #- v.py
        from collections import defaultdict

        from m import Order, Item
        def go(db):
            out = []
            orders = db.query(Order).all()
            items_by_order_id = defaultdict(list)
            for item in db.query(Item).filter(Item.order_id.in_([order.id for order in orders])):
                items_by_order_id[item.order_id].append(item)
            for order in orders:
                items = items_by_order_id[order.id]
                out.append((order, items))
            return out
        """,
    )


def test_mends_comprehension_get() -> None:
    check_fix(
        "BC401",
        """
        from sqlalchemy.orm import Session
        from models import User
        def go(db: Session, ids):
            return [db.get(User, i) for i in ids]
        """,
        """
        from sqlalchemy.orm import Session
        from models import User
        from sqlalchemy import select
        def go(db: Session, ids):
            users_by_id = {
                user.id: user for user in db.scalars(select(User).where(User.id.in_(ids)))
            }
            return [users_by_id.get(i) for i in ids]
        """,
    )


def test_mends_django_in() -> None:
    check_fix(
        "BC401",
        """
        from shop.models import Product
        def go(items):
            for i in items:
                p = Product.objects.get(pk=i.product_id)
                print(p)
        """,
        """
        from shop.models import Product
        def go(items):
            products_by_pk = Product.objects.in_bulk([i.product_id for i in items])
            for i in items:
                p = products_by_pk[i.product_id]
                print(p)
        """,
    )


def test_mends_stmt_var() -> None:
    check_fix(
        "BC401",
        """
        from sqlalchemy import select
        from sqlalchemy.ext.asyncio import AsyncSession
        from models import User
        async def go(db: AsyncSession, posts):
            for post in posts:
                stmt = select(User).where(User.id == post.by)
                author = (await db.execute(stmt)).scalar_one()
                print(author)
        """,
        """
        from sqlalchemy import select
        from sqlalchemy.ext.asyncio import AsyncSession
        from models import User
        async def go(db: AsyncSession, posts):
            users_by_id = {
                user.id: user
                for user in await db.scalars(
                    select(User).where(User.id.in_([post.by for post in posts]))
                )
            }
            for post in posts:
                author = users_by_id[post.by]
                print(author)
        """,
    )


def test_counts_of_a_condition() -> None:
    check_findings(
        "BC401",
        """
        from sqlalchemy import func, select
        from models import Project, Task

        def stats(db):
            rows = {}
            for project in db.scalars(select(Project)):
                rows[project.id] = db.scalar(select(func.count()).where(Task.project_id == project.id))
                                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC401
            return rows
        """,
    )


def test_leaves_rows_that_are_yet_to_be_written() -> None:
    check_findings(
        "BC401",
        """
        #- models.py
        from sqlalchemy import ForeignKey
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
        class Base(DeclarativeBase): ...
        class Session(Base):
            __tablename__ = "sessions"
            id: Mapped[int] = mapped_column(primary_key=True)
        class Trace(Base):
            __tablename__ = "traces"
            id: Mapped[int] = mapped_column(primary_key=True)
            session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id"))
            session: Mapped["Session"] = relationship()

        #- write.py
        from models import Trace
        def persist(db, traces: list[Trace]):
            owners = [trace.session for trace in traces]
            db.add_all(traces)
            return owners
        """,
    )


def test_method_on_a_session_that_nothing_says_the_type_of() -> None:
    check_findings(
        "BC401",
        """
        from models import Post, User

        class Store:
            def __init__(self, session, index):
                self.session = session
                self.index = index

            def author_of(self, post):
                return self.session.query(User).filter(User.id == post.user_id).one()

            def entry_of(self, post):
                return self.index.query(post.title)

            def report(self):
                rows = []
                for post in self.session.query(Post).all():
                    rows.append((self.author_of(post), self.entry_of(post)))
                               # ^^^^^^^^^^^^^^^^^^^^ BC401
                return rows
        """,
    )


def test_rows_of_one_page() -> None:
    check_findings(
        "BC401",
        """
        from flask_sqlalchemy import SQLAlchemy

        db = SQLAlchemy()

        class User(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            posts = db.relationship("Post")

        class Post(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            user_id = db.Column(db.ForeignKey("user.id"))

        def counts():
            return [len(user.posts) for user in User.query.paginate(page=1).items]
                      # ^^^^^^^^^^ BC401
        """,
    )


def test_function_of_a_column_for_each_row() -> None:
    check_findings(
        "BC401",
        """
        from sqlalchemy import func
        from models import Member, Team

        def newest(session):
            found = {}
            for team in session.query(Team).all():
                found[team] = session.query(func.max(Member.id)).filter(Member.team == team.id).scalar()
                            # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC401
            return found
        """,
    )


def test_leaves_related_rows_that_only_become_a_part_of_a_query() -> None:
    check_findings(
        "BC401",
        """
        #- shop/models.py
        from django.db import models
        class Tag(models.Model):
            name = models.CharField(max_length=9)
        class Order(models.Model):
            tags = models.ManyToManyField(Tag)

        #- shop/views.py
        from shop.models import Order, Tag
        def show():
            found = Tag.objects.none()
            for order in Order.objects.filter(open=True):
                found |= order.tags.all()
            for order in Order.objects.filter(open=False):
                found = found | order.tags.filter(name="a")
            for order in Order.objects.all():
                found |= order.tags.all()
                print([t.name for t in order.tags.all()])
                                     # ^^^^^^^^^^ BC401
            return found.distinct()
        """,
    )


def test_leaves_what_is_read_on_the_way_out_of_a_loop() -> None:
    check_findings(
        "BC401",
        """
        #- shop/models.py
        from django.db import models
        class User(models.Model):
            name = models.CharField(max_length=9)
        class Order(models.Model):
            owner = models.ForeignKey(User, on_delete=models.CASCADE)
            buyer = models.ForeignKey(User, on_delete=models.CASCADE)

        #- shop/views.py
        from shop.models import Order
        def show(log):
            for order in Order.objects.all():
                try:
                    order.check()
                except ValueError as error:
                    raise RuntimeError(order.owner.name) from error
            for order in Order.objects.all():
                if order.total > 3:
                    log(order.buyer.name)
                    break
            for order in Order.objects.all():
                if order.total > 3:
                    log(order.buyer.name)
                      # ^^^^^^^^^^^ BC401
                    continue
        """,
    )


def test_leaves_a_list_of_a_few_steps() -> None:
    check_findings(
        "BC401",
        """
        def rule(cursor, kind, party, others):
            tries = []
            tries.append((kind, None))
            if party:
                tries.extend([(kind, party), (None, party)])
            for params in tries:
                row = cursor.execute("SELECT x FROM rules WHERE a = ? AND b = ?", params).fetchone()
            many = []
            many.extend(others)
            for params in many:
                row = cursor.execute("SELECT x FROM rules WHERE a = ? AND b = ?", params).fetchone()
                    # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC401
            return row
        """,
    )


def test_helper_that_sends_a_request_for_urls_only() -> None:
    check_findings(
        "BC401",
        """
        import requests
        def load_image(source):
            if source.startswith("http://") or source.startswith("https://"):
                return requests.get(source, timeout=3).content
            return open(source, "rb").read()
        def hash_of(source):
            if not isinstance(source, str) or not source.startswith("http"):
                return hash(source)
            return hash(requests.get(source, timeout=3).content)
        def fetch(url):
            if not is_paper_url(url):
                raise ValueError(url)
            return requests.get(url, timeout=3).content
        def load_site(url):
            if not url.startswith("http"):
                url = f"https://{url}"
            return requests.get(url, timeout=3).content
        def show(images, sites):
            found = [load_image(image.base64) for image in images]
            found += [hash_of(image) for image in images]
            found += [fetch(image) for image in images]
                    # ^^^^^^^^^^^^ BC401
            return found + [load_site(site.url) for site in sites]
                          # ^^^^^^^^^^^^^^^^^^^ BC401
        """,
    )


def test_leaves_few_turns_and_one_of_them() -> None:
    check_findings(
        "BC401",
        """
        import requests
        DAYS = [7, 14, 21]
        def show(cursor, names, limits, anna, ben):
            for days, limit in zip(DAYS, limits, strict=False):
                cursor.execute("SELECT x FROM users WHERE a < ? AND b > ?", (days, limit)).fetchall()
            for user in anna, ben:
                requests.get(f"https://x.example/{user}", timeout=3)
            for name in names:
                if name == "root":
                    requests.get(f"https://x.example/{name}", timeout=3)
                if name != "root":
                    requests.get(f"https://x.example/{name}", timeout=4)
                  # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC401
            for name, path in names.items():
                if name not in ["root", "admin"]:
                    continue
                requests.get(f"https://x.example/{path}", timeout=5)
        """,
    )


def test_leaves_related_rows_that_are_changed_and_loops_over_what_a_model_says() -> None:
    check_findings(
        "BC401",
        """
        #- shop/models.py
        from django.db import models
        class Tag(models.Model):
            name = models.CharField(max_length=9)
        class Order(models.Model):
            tags = models.ManyToManyField(Tag)

        #- shop/views.py
        from shop.models import Order, Tag
        def show(tag, values):
            for order in Order.objects.filter(open=True):
                order.tags.remove(tag)
                order.tags.update(name="old")
            for order in Order.objects.order_by("-id")[:3]:
                print(order.tags.count())
            for order in Order.objects.filter(open=False):
                order.tags.exists()
              # ^^^^^^^^^^ BC401
            for fields in Order._meta.unique_together:
                if Order.objects.filter(**{field: values[field] for field in fields}).exists():
                    raise ValueError(fields)
        """,
    )


def test_requests_that_go_out_one_by_one() -> None:
    check_findings(
        "BC401",
        """
        #- app/notify.py
        import time
        import requests

        def send_mail(address):
            requests.post("https://mail.example", json={"to": address}, timeout=3)
        def get_user(key):
            return requests.get(f"https://x.example/users/{key}", timeout=3).json()

        def tell(addresses, keys, hosts):
            for address in addresses:
                send_mail(address)
              # ^^^^^^^^^^^^^^^^^^ BC401.single
                r = requests.put("https://x.example", json={"to": address}, timeout=3)
                  # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC401.single
                r.raise_for_status()
            found = []
            for key in keys:
                get_user(key)
              # ^^^^^^^^^^^^^ BC401
                answer = requests.post("https://x.example/graphql", json={"id": key}, timeout=3)
                       # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC401
                found.append(answer.json())
            for key in keys:
                picture = requests.get(f"https://x.example/{key}.png", timeout=3)
                        # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC401.single
                open(f"{key}.png", "wb").write(picture.content)
            for key in keys:
                get_user(key)
              # ^^^^^^^^^^^^^ BC401.single
                time.sleep(1)
            for host in hosts:
                requests.get(f"http://{host}:8080/status", timeout=3).json()
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC401.single

        def walk(key):
            for child in requests.get(f"https://x.example/{key}", timeout=3).json():
                walk(child)
              # ^^^^^^^^^^^ BC401.single
            for link in keys:
                requests.get(link, timeout=3).json()
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC401.single

        #- app/cached.py
        from cachetools import cached
        import requests
        from .models import Dataset

        @cached({})
        def get_token(key):
            return requests.get(f"https://x.example/{key}", timeout=3).json()
        def show(keys):
            return [get_token(key) for key in keys]

        #- maint-scripts/fill.py
        from app.notify import get_user

        def main(keys):
            for key in keys:
                get_user(key)
              # ^^^^^^^^^^^^^ BC401.script
        """,
    )


def test_rows_that_are_made_or_saved_one_by_one() -> None:
    check_findings(
        "BC401",
        """
        #- shop/models.py
        from django.db import models
        class Item(models.Model):
            name = models.TextField()

        #- shop/jobs.py
        from .models import Item
        def _add(name):
            item = Item.objects.get(name=name)
            item.count += 1
            item.save()
        def get_item(name):
            return Item.objects.get(name=name)
        def run(names):
            for name in names:
                _add(name)
            for name in names:
                if not Item.objects.filter(name=name).exists():
                    Item.objects.create(name=name)
            for name in names:
                get_item(name)
              # ^^^^^^^^^^^^^^ BC401

        #- shop/management/commands/show.py
        from shop.jobs import get_item
        def handle(names):
            for name in names:
                get_item(name)
              # ^^^^^^^^^^^^^^ BC401.script
        """,
    )


def test_lots_of_many_keys_and_spans_of_time() -> None:
    check_findings(
        "BC401",
        """
        import requests
        from sqlalchemy import select
        from sqlalchemy.orm import Session
        from .models import Entry
        def ask(keys):
            return requests.post("https://x.example", json=keys, timeout=3).json()
        def show(session: Session, keys, times):
            parts = [keys[i : i + 1000] for i in range(0, len(keys), 1000)]
            for part in parts:
                ask(part)
            for time in times:
                session.execute(select(Entry).where(Entry.at > time))
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC401.single
            for key in keys:
                session.execute(select(Entry).where(Entry.id == key))
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC401
        """,
    )


def test_what_is_read_of_an_answer_behind_letters_of_several_bytes() -> None:
    check_findings(
        "BC401",
        """
        import requests
        def show(names):
            for name in names:
                data = requests.get(f"https://x.example/ß/{name}", timeout=3).content
                     # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC401.single
                keep(name, data)
        """,
    )


def test_helper_that_only_builds_a_query() -> None:
    check_findings(
        "BC401",
        """
        #- users.py
        from sqlalchemy.orm import Session
        from models import User

        def find_direct(db: Session, name):
            return db.query(User).filter(User.name == name)
        def find_named(db: Session, name, kind):
            found = db.query(User).filter(User.name == name)
            if kind:
                found = found.filter(User.kind == kind)
            return found
        def find_first(db: Session, name):
            found = db.query(User).filter(User.name == name)
            return found.first()

        #- app.py
        from users import find_direct, find_first, find_named

        def show(db, names):
            parts = [find_direct(db, name) for name in names]
            for name in names:
                parts.append(find_named(db, name, None))
                print(find_first(db, name))
                    # ^^^^^^^^^^^^^^^^^^^^ BC401
                yield from find_direct(db, name).all()
                         # ^^^^^^^^^^^^^^^^^^^^^ BC401
                for user in find_named(db, name, None):
                          # ^^^^^^^^^^^^^^^^^^^^^^^^^^ BC401
                    print(user)
            return parts
        """,
    )


def test_serialiser_that_reads_relations_only_where_asked() -> None:
    check_findings(
        "BC401",
        """
        from sqlalchemy import Column, ForeignKey, Integer, select
        from sqlalchemy.orm import declarative_base, relationship
        Base = declarative_base()
        class User(Base):
            __tablename__ = "u"
            id = Column(Integer, primary_key=True)
        class Post(Base):
            __tablename__ = "p"
            id = Column(Integer, primary_key=True)
            uid = Column(ForeignKey("u.id"))
            author = relationship("User")
            def to_dict(self, relations=False):
                found = {"id": self.id}
                if relations:
                    found["author"] = self.author.name
                return found
        def to_json(post, depth=1, *, with_author: bool | None = None):
            return {"id": post.id, "author": post.author.name if with_author else None}
        def show(session):
            posts = session.scalars(select(Post)).all()
            yield [post.to_dict() for post in posts]
            yield [post.to_dict(relations=False) for post in posts]
            yield [post.to_dict(True) for post in posts]
                 # ^^^^^^^^^^^^^^^^^^ BC401
            yield [post.to_dict(relations=True) for post in posts]
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC401
            yield [to_json(post, 2) for post in posts]
            yield [to_json(post, with_author=True) for post in posts]
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC401
        """,
    )
