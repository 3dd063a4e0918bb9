"""BC503 beyond the page's examples."""

from __future__ import annotations

from bugcatalog_ls.testing.checks import check_findings, check_fix


def test_found() -> None:
    check_findings(
        "BC503",
        """
        #- dumps_decimal.py
        import json
        from decimal import Decimal
        def f(total: Decimal):
            return json.dumps({"total": total})
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503

        #- dumps_datetime.py
        import json
        from datetime import datetime
        def f():
            return json.dumps({"at": datetime.now()})
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503

        #- dumps_var.py
        import json
        import datetime
        def f():
            payload = {"at": datetime.datetime.utcnow(), "n": 1}
            return json.dumps(payload)
                 # ^^^^^^^^^^^^^^^^^^^ BC503

        #- uuid_alias.py
        from json import dumps
        from uuid import uuid4
        X = dumps([uuid4()])
          # ^^^^^^^^^^^^^^^^ BC503

        #- set.py
        import json
        def f(xs):
            return json.dumps({"tags": set(xs)})
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503

        #- bytes.py
        import json
        def f(s: str):
            return json.dumps({"data": s.encode()})
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503

        #- jsonresponse.py
        from decimal import Decimal
        from fastapi.responses import JSONResponse
        def f():
            return JSONResponse(content={"price": Decimal("1.5")})
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503

        #- starlette.py
        from datetime import date
        from starlette.responses import JSONResponse
        def f():
            return JSONResponse({"day": date.today()})
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503

        #- response_dumps.py
        import json
        from flask import Response
        from decimal import Decimal
        def f(amount: Decimal):
            return Response(json.dumps({"amount": amount}), mimetype="application/json")
                          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503

        #- column.py
        from sqlalchemy import Column, Float, Integer
        from sqlalchemy.orm import declarative_base
        Base = declarative_base()
        class P(Base):
            __tablename__ = "p"
            id = Column(Integer, primary_key=True)
            price = Column(Float, nullable=False)
          # ^^^^^ BC503
            total_amount = Column(Float())
          # ^^^^^^^^^^^^ BC503

        #- mapped.py
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
        class Base(DeclarativeBase): pass
        class P(Base):
            __tablename__ = "p"
            id: Mapped[int] = mapped_column(primary_key=True)
            balance: Mapped[float]
          # ^^^^^^^ BC503
            fee: Mapped[float | None] = mapped_column(default=0.0)
          # ^^^ BC503

        #- flask_sqlalchemy.py
        from flask_sqlalchemy import SQLAlchemy
        db = SQLAlchemy()
        class Order(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            total = db.Column(db.Float, default=0.0)
          # ^^^^^ BC503

        #- sqlmodel.py
        from sqlmodel import Field, SQLModel
        class Item(SQLModel, table=True):
            id: int | None = Field(default=None, primary_key=True)
            price: float
          # ^^^^^ BC503

        #- pydantic.py
        from pydantic import BaseModel, Field
        class InvoiceCreate(BaseModel):
            amount: float = Field(gt=0)
          # ^^^^^^ BC503
            tax: float | None = None
          # ^^^ BC503
            unit_price: float = 0.0
          # ^^^^^^^^^^ BC503

        #- django.py
        from django.db import models
        class Product(models.Model):
            price = models.FloatField()
          # ^^^^^ BC503

        #- drf.py
        from rest_framework import serializers
        class S(serializers.Serializer):
            amount = serializers.FloatField()
          # ^^^^^^ BC503

        #- float_decimal.py
        from decimal import Decimal
        def f(price: Decimal) -> float:
            return float(price)
                 # ^^^^^^^^^^^^ BC503

        #- arithmetic.py
        def f(price: float, qty: int) -> float:
            return price * qty
                 # ^^^^^^^^^^^ BC503

        #- literal.py
        def tax(amount):
            return amount * 0.19
                 # ^^^^^^^^^^^^^ BC503

        #- augmented.py
        def f(order):
            order.total_price += 0.5
          # ^^^^^^^^^^^^^^^^^^^^^^^^ BC503

        #- table.py
        from sqlalchemy import Table, Column, Float, Integer, MetaData
        t = Table("orders", MetaData(), Column("id", Integer), Column("total_price", Float))
                                                             # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503

        #- wide.py
        from pydantic import BaseModel
        from sqlalchemy import BigInteger
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
        class Base(DeclarativeBase): pass
        class Tweet(Base):
            __tablename__ = "t"
            id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
        class TweetRead(BaseModel):
            id: int
          # ^^ BC503.wide

        #- msgspec.py
        import msgspec
        class Line(msgspec.Struct):
            price: float
          # ^^^^^ BC503

        #- aiohttp.py
        from aiohttp import web
        from datetime import datetime, timezone
        async def h(request):
            return web.json_response({"at": datetime.now(timezone.utc)})
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503

        #- orjson_decimal.py
        import orjson
        from decimal import Decimal
        def f(x: Decimal):
            return orjson.dumps({"x": x})
                 # ^^^^^^^^^^^^^^^^^^^^^^ BC503

        #- real.py
        from sqlalchemy import Column, REAL, Double
        from sqlalchemy.orm import declarative_base
        Base = declarative_base()
        class P(Base):
            __tablename__ = "p"
            shipping_cost = Column(REAL)
          # ^^^^^^^^^^^^^ BC503
            discount_amount = Column(Double)
          # ^^^^^^^^^^^^^^^ BC503

        #- built_up.py
        import json
        from datetime import datetime
        def f():
            payload = {}
            payload["at"] = datetime.now()
            return json.dumps(payload)
                 # ^^^^^^^^^^^^^^^^^^^ BC503

        #- list_comp.py
        import json
        from decimal import Decimal
        def f(xs):
            return json.dumps([Decimal(x) for x in xs])
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503

        #- dataclass_attr.py
        import json
        from dataclasses import dataclass
        from datetime import datetime
        @dataclass
        class Event:
            at: datetime
            def to_json(self):
                return json.dumps({"at": self.at})
                     # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503

        #- dump_file.py
        import json
        import uuid
        def f(fh):
            json.dump({"id": uuid.uuid4()}, fh)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503

        #- sum_arithmetic.py
        def subtotal(items):
            tax_amount: float = 0.0
            tax_amount += 1.5
          # ^^^^^^^^^^^^^^^^^ BC503
            return tax_amount

        #- optional_float.py
        from typing import Optional
        from pydantic import BaseModel
        class SalaryUpdate(BaseModel):
            base_salary: Optional[float] = None
          # ^^^^^^^^^^^ BC503

        #- column_keyword.py
        import sqlalchemy as sa
        from sqlalchemy.orm import declarative_base
        Base = declarative_base()
        class Loan(Base):
            __tablename__ = "loans"
            id = sa.Column(sa.Integer, primary_key=True)
            balance = sa.Column("bal", sa.Float, nullable=False)
          # ^^^^^^^ BC503
        """,
    )


def test_left_alone() -> None:
    check_findings(
        "BC503",
        """
        #- default.py
        import json
        from decimal import Decimal
        def f(total: Decimal):
            return json.dumps({"total": total}, default=str)

        #- cls.py
        import json
        from decimal import Decimal
        class E(json.JSONEncoder): pass
        def f(total: Decimal):
            return json.dumps({"total": total}, cls=E)

        #- str.py
        import json
        from datetime import datetime
        from decimal import Decimal
        def f(total: Decimal):
            return json.dumps({"total": str(total), "at": datetime.now().isoformat(), "s": sorted({1})})

        #- jsonify.py
        from flask import jsonify
        from decimal import Decimal
        import uuid
        def f(total: Decimal):
            return jsonify(total=total, id=uuid.uuid4())

        #- encoder.py
        from decimal import Decimal
        from fastapi.encoders import jsonable_encoder
        from fastapi.responses import JSONResponse
        def f(total: Decimal):
            return JSONResponse(jsonable_encoder({"t": total}))

        #- orjson.py
        import orjson, uuid
        from datetime import datetime
        def f():
            return orjson.dumps({"id": uuid.uuid4(), "at": datetime.now()})

        #- numeric.py
        from sqlalchemy import Column, Numeric, Integer
        from sqlalchemy.orm import declarative_base
        Base = declarative_base()
        class P(Base):
            __tablename__ = "p"
            price = Column(Numeric(18, 2))
            amount = Column(Integer)

        #- ratios.py
        from sqlalchemy import Column, Float
        from sqlalchemy.orm import declarative_base
        Base = declarative_base()
        class P(Base):
            __tablename__ = "p"
            id = Column(Float, primary_key=True)
            tax_rate = Column(Float)
            score = Column(Float)
            cost_ratio = Column(Float)
            price_change_percent = Column(Float)
            total_time = Column(Float)
            weight = Column(Float)
            coffee = Column(Float)
            syntax = Column(Float)

        #- schema_ints.py
        from decimal import Decimal
        from pydantic import BaseModel
        class L(BaseModel):
            price_cents: int
            price: int
            amount: Decimal
            temperature: float
            confidence: float
            totals: list[float]
            total_seconds: float

        #- plain_class.py
        class Optimizer:
            cost: float = 0.0

        #- stats_total.py
        from pydantic import BaseModel
        class Stats(BaseModel):
            total: float
            mean: float

        #- django_jsonresponse.py
        from decimal import Decimal
        from django.http import JsonResponse
        def f(request):
            return JsonResponse({"x": Decimal("1")})

        #- float_str.py
        def f(s: str):
            return float(s)

        #- float_of_ratio.py
        from decimal import Decimal
        def f(ratio: Decimal):
            return float(ratio)

        #- decimal_arithmetic.py
        from decimal import Decimal
        def f(price: Decimal, qty: int):
            return price * qty + Decimal("0.5")

        #- ratio_arithmetic.py
        def returned(values: list, starting_balance: float, price: float, size: float):
            share = ((values[-1] - starting_balance) / starting_balance) * 100
            return share, size / price

        #- shown.py
        from decimal import Decimal
        def told(price: Decimal):
            return f"it costs {float(price)} or {float(price):.2f}"

        #- threshold.py
        def should_bump(base_fee, recommended):
            return base_fee * 1.1 < recommended

        #- statistics.py
        import numpy as np
        from numba import njit
        def f(closes, deviation: float):
            med_price = float(np.median(closes))
            return med_price * deviation
        @njit
        def vwap(volumes, prices, price: float):
            price += 0.5
            return price
        def summed(volumes: np.ndarray) -> np.ndarray:
            sum_price = 0.0
            for one in volumes:
                sum_price += one
            return volumes / sum_price

        #- int_arithmetic.py
        def f(amount: int, price_cents: int):
            return amount * 2 + price_cents * 3

        #- dumps_known.py
        import json
        def f(name: str, n: int):
            return json.dumps({"name": name, "n": n, "x": [1, None, True], "at": str(n)})

        #- flask_json_dumps.py
        from flask import json
        from decimal import Decimal
        def f(x: Decimal):
            return json.dumps({"x": x})

        #- wide_str.py
        from pydantic import BaseModel
        from sqlalchemy import BigInteger
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
        class Base(DeclarativeBase): pass
        class Tweet(Base):
            __tablename__ = "t"
            id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
            views: Mapped[int] = mapped_column(BigInteger)
        class TweetRead(BaseModel):
            id: str
            views: int

        #- simplejson.py
        import simplejson as json
        from decimal import Decimal
        def f(x: Decimal):
            return json.dumps({"x": x})

        #- yaml.py
        import yaml
        from datetime import datetime
        def f():
            return yaml.dump({"at": datetime.now()})

        #- measured.py
        def f(elapsed: float, total_tokens: int):
            return elapsed * 1.5 + total_tokens * 0.5

        #- loop_totals.py
        def f(xs):
            total = 0.0
            for x in xs:
                total += x * 1.5
            return total

        #- model_dump_json.py
        import json
        from pydantic import BaseModel
        class M(BaseModel):
            name: str
        def f(m: M):
            return json.dumps(m.model_dump(mode="json"))

        #- isoformat_attr.py
        import json
        from dataclasses import dataclass
        from datetime import datetime
        @dataclass
        class Event:
            at: datetime
            name: str
            def to_json(self):
                return json.dumps({"at": self.at.isoformat(), "name": self.name})

        #- response_model.py
        from decimal import Decimal
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/x")
        def f() -> dict:
            return {"total": Decimal("1.0")}

        #- custom_encoder_func.py
        import json
        from decimal import Decimal
        def enc(o): return str(o)
        def f(x: Decimal):
            return json.dumps({"x": x}, default=enc, indent=2)

        #- kwargs.py
        import json
        from decimal import Decimal
        def f(x: Decimal, **kw):
            return json.dumps({"x": x}, **kw)

        #- names.py
        from pydantic import BaseModel
        class Weather(BaseModel):
            rainfall_amount: float
            total_distance: float
            cost_function_value: float
            balanced: bool
            tax_percentage: float
            price_to_earnings_ratio: float
        """,
    )


def test_flag_inherited_base() -> None:
    check_findings(
        "BC503",
        """
        #- base.py
        from pydantic import BaseModel
        class Schema(BaseModel): pass
        #- s.py
        from base import Schema
        class PayrollOut(Schema):
            salary: float
          # ^^^^^^ BC503
        """,
    )


def test_leave_own_response() -> None:
    check_findings(
        "BC503",
        """
        #- r.py
        from fastapi.responses import JSONResponse
        import json
        class MyResponse(JSONResponse):
            def render(self, content): return json.dumps(content, default=str).encode()
        #- a.py
        from decimal import Decimal
        from r import MyResponse
        def f(x: Decimal):
            return MyResponse({"x": x})
        """,
    )


def test_mend_dumps() -> None:
    check_fix(
        "BC503",
        """
        import json
        from decimal import Decimal
        def f(total: Decimal):
            return json.dumps({"total": total})
        """,
        """
        import json
        from decimal import Decimal
        def f(total: Decimal):
            return json.dumps({"total": total}, default=str)
        """,
    )


def test_mend_dumps_indent() -> None:
    check_fix(
        "BC503",
        """
        import json
        from datetime import datetime
        def f():
            return json.dumps(
                {"at": datetime.now()},
                indent=2,
            )
        """,
        """
        import json
        from datetime import datetime
        def f():
            return json.dumps(
                {"at": datetime.now()},
                indent=2,
                default=str,
            )
        """,
    )


def test_mend_jsonresponse_() -> None:
    check_fix(
        "BC503",
        """
        from decimal import Decimal
        from fastapi.responses import JSONResponse
        def f():
            return JSONResponse(status_code=200, content={"price": Decimal("1.5")})
        """,
        """
        from decimal import Decimal
        from fastapi.encoders import jsonable_encoder
        from fastapi.responses import JSONResponse
        def f():
            return JSONResponse(status_code=200, content=jsonable_encoder({"price": Decimal("1.5")}))
        """,
    )


def test_mend_column_() -> None:
    check_fix(
        "BC503",
        """
        from sqlalchemy import Column, Float, Integer
        from sqlalchemy.orm import declarative_base
        Base = declarative_base()
        class P(Base):
            __tablename__ = "p"
            id = Column(Integer, primary_key=True)
            price = Column(Float, nullable=False)
        """,
        """
        from sqlalchemy import Column, Integer, Numeric
        from sqlalchemy.orm import declarative_base
        Base = declarative_base()
        class P(Base):
            __tablename__ = "p"
            id = Column(Integer, primary_key=True)
            price = Column(Numeric(18, 2), nullable=False)
        """,
    )


def test_mend_column_sa() -> None:
    check_fix(
        "BC503",
        """
        import sqlalchemy as sa
        from sqlalchemy.orm import declarative_base
        Base = declarative_base()
        class P(Base):
            __tablename__ = "p"
            id = sa.Column(sa.Integer, primary_key=True)
            price = sa.Column(sa.Float(), nullable=False)
        """,
        """
        import sqlalchemy as sa
        from sqlalchemy.orm import declarative_base
        Base = declarative_base()
        class P(Base):
            __tablename__ = "p"
            id = sa.Column(sa.Integer, primary_key=True)
            price = sa.Column(sa.Numeric(18, 2), nullable=False)
        """,
    )


def test_mend_mapped_() -> None:
    check_fix(
        "BC503",
        """
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
        class Base(DeclarativeBase): pass
        class P(Base):
            __tablename__ = "p"
            id: Mapped[int] = mapped_column(primary_key=True)
            balance: Mapped[float]
            fee: Mapped[float | None] = mapped_column(default=0.0)
        """,
        """
        from decimal import Decimal

        from sqlalchemy import Numeric
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
        class Base(DeclarativeBase): pass
        class P(Base):
            __tablename__ = "p"
            id: Mapped[int] = mapped_column(primary_key=True)
            balance: Mapped[Decimal] = mapped_column(Numeric(18, 2))
            fee: Mapped[Decimal | None] = mapped_column(Numeric(18, 2), default=Decimal("0.0"))
        """,
    )


def test_mend_flask() -> None:
    check_fix(
        "BC503",
        """
        from flask_sqlalchemy import SQLAlchemy
        db = SQLAlchemy()
        class Order(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            total = db.Column(db.Float, default=0.0)
        """,
        """
        from decimal import Decimal

        from flask_sqlalchemy import SQLAlchemy
        db = SQLAlchemy()
        class Order(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            total = db.Column(db.Numeric(18, 2), default=Decimal("0.0"))
        """,
    )


def test_mend_pydantic_() -> None:
    check_fix(
        "BC503",
        """
        from pydantic import BaseModel, Field
        class InvoiceCreate(BaseModel):
            amount: float = Field(gt=0)
            tax: float | None = None
            unit_price: float = 0.0
        """,
        """
        from decimal import Decimal

        from pydantic import BaseModel, Field
        class InvoiceCreate(BaseModel):
            amount: Decimal = Field(gt=0)
            tax: Decimal | None = None
            unit_price: Decimal = Decimal("0.0")
        """,
    )


def test_mend_optional() -> None:
    check_fix(
        "BC503",
        """
        from typing import Optional
        from pydantic import BaseModel
        class A(BaseModel):
            price: Optional[float] = None
        """,
        """
        from typing import Optional
        from decimal import Decimal
        from pydantic import BaseModel
        class A(BaseModel):
            price: Optional[Decimal] = None
        """,
    )


def test_mend_sqlmodel_() -> None:
    check_fix(
        "BC503",
        """
        from sqlmodel import Field, SQLModel
        class Item(SQLModel, table=True):
            id: int | None = Field(default=None, primary_key=True)
            price: float = Field(default=0.0)
        """,
        """
        from decimal import Decimal

        from sqlmodel import Field, SQLModel
        class Item(SQLModel, table=True):
            id: int | None = Field(default=None, primary_key=True)
            price: Decimal = Field(default=Decimal("0.0"))
        """,
    )


def test_mend_django_() -> None:
    check_fix(
        "BC503",
        """
        from django.db import models
        class Product(models.Model):
            price = models.FloatField(null=True)
        """,
        """
        from django.db import models
        class Product(models.Model):
            price = models.DecimalField(null=True, max_digits=18, decimal_places=2)
        """,
    )


def test_mend_float() -> None:
    check_fix(
        "BC503",
        """
        from decimal import Decimal
        def f(price: Decimal):
            return float(price)
        """,
        """
        from decimal import Decimal
        def f(price: Decimal):
            return price
        """,
    )


def test_mend_wide_() -> None:
    check_fix(
        "BC503",
        """
        from pydantic import BaseModel
        from sqlalchemy import BigInteger
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
        class Base(DeclarativeBase): pass
        class Tweet(Base):
            __tablename__ = "t"
            id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
        class TweetRead(BaseModel):
            id: int
        """,
        """
        from typing import Annotated

        from pydantic import BaseModel, PlainSerializer
        from sqlalchemy import BigInteger
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
        class Base(DeclarativeBase): pass
        class Tweet(Base):
            __tablename__ = "t"
            id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
        class TweetRead(BaseModel):
            id: Annotated[int, PlainSerializer(str, return_type=str, when_used="json")]
        """,
    )


def test_mend_table_() -> None:
    check_fix(
        "BC503",
        """
        from sqlalchemy import Table, Column, Float, Integer, MetaData
        t = Table("orders", MetaData(), Column("id", Integer), Column("total_price", Float))
        """,
        """
        from sqlalchemy import Table, Column, Integer, MetaData, Numeric
        t = Table("orders", MetaData(), Column("id", Integer), Column("total_price", Numeric(18, 2)))
        """,
    )


def test_mend_drf_() -> None:
    check_fix(
        "BC503",
        """
        from rest_framework import serializers
        class S(serializers.Serializer):
            amount = serializers.FloatField()
        """,
        """
        from rest_framework import serializers
        class S(serializers.Serializer):
            amount = serializers.DecimalField(max_digits=18, decimal_places=2)
        """,
    )


def test_flag_attribute_of_model() -> None:
    check_findings(
        "BC503",
        """
        #- models.py
        from sqlalchemy import Numeric
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
        from decimal import Decimal
        class Base(DeclarativeBase): pass
        class Order(Base):
            __tablename__ = "o"
            id: Mapped[int] = mapped_column(primary_key=True)
            total: Mapped[Decimal] = mapped_column(Numeric(10, 2))
        #- api.py
        import json
        from models import Order
        def f(order: Order):
            return json.dumps({"total": order.total})
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503
        """,
    )


MODEL = """
#- models.py
import uuid
from sqlalchemy import Column, DateTime, Integer, Numeric, Uuid
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    key = Column(Uuid)
    price = Column(Numeric(10, 2))
    weight = Column(Numeric(10, 2, asdecimal=False))
    created_at = Column(DateTime(timezone=True))
"""


def test_values_of_columns() -> None:
    check_findings(
        "BC503",
        """
        #- api.py
        import json
        from sqlalchemy import func, select
        from sqlalchemy.orm import Session
        from models import Order
        def typed(order: Order):
            return json.dumps({"price": order.price})
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503 order.price is a Decimal
        def got(session: Session, pk):
            order = session.get(Order, pk)
            return json.dumps({"at": order.created_at})
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503 order.created_at is a datetime
        def listed(session: Session):
            return json.dumps([row.key for row in session.scalars(select(Order)).all()])
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503 row.key
        async def total(session):
            value = (await session.execute(select(func.sum(Order.price)))).scalar() or 0
            return json.dumps({"total": value})
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503 value is a Decimal
        def mean(session):
            statement = select(func.coalesce(func.avg(Order.id), 0))
            return json.dumps({"mean": session.scalar(statement)})
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503 session.scalar
        def rounded(order: Order):
            return {"price": float(order.price)}
                           # ^^^^^^^^^^^^^^^^^^ BC503 order.price is a Decimal, and float rounds it
        def plain(order: Order, session):
            json.dumps({"id": order.id, "price": str(order.price), "weight": order.weight})
            json.dumps({"n": session.query(func.count(Order.id)).scalar()})
            json.dumps({"n": session.query(func.sum(Order.id)).scalar()})
            return float(order.weight)
        """
        + MODEL.replace("\n", "\n        "),
    )


def test_what_else_json_lacks() -> None:
    check_findings(
        "BC503",
        """
        import base64
        import json
        from datetime import timedelta
        from django.http import JsonResponse
        def sent(title, data):
            json.dumps({"title": title.encode()})
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503 title.encode() is a bytes
            json.dumps({"ttl": timedelta(hours=1)})
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503 timedelta(hours=1) is a timedelta
            json.dumps({"image": base64.b64encode(data)})
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503 base64.b64encode(data) is a bytes
            json.dumps({"image": base64.b64encode(data).decode(), "tokens": title.encode(data)})
            return JsonResponse({"tags": {"a", "b"}})
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503
        def due(price, quantity):
            return float(price) * quantity
                 # ^^^^^^^^^^^^^^^^^^^^^^^ BC503
        """,
    )


def test_rows_of_django_and_flask() -> None:
    check_findings(
        "BC503",
        """
        import json
        from django.db import models
        from flask_sqlalchemy import SQLAlchemy
        db = SQLAlchemy()
        class Order(models.Model):
            total = models.DecimalField(max_digits=10, decimal_places=2)
        class Account(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            balance = db.Column(db.Numeric(12, 2))
        def of_django(pk):
            order = Order.objects.get(pk=pk)
            return json.dumps({"total": order.total, "id": order.id})
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503 order.total is a Decimal
        def of_flask(pk):
            account = Account.query.get_or_404(pk)
            return json.dumps({"balance": account.balance})
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503 account.balance is a Decimal
        """,
    )


def test_literals_and_products_behind_names() -> None:
    check_findings(
        "BC503",
        """
        import json
        from decimal import Decimal

        def dumped():
            digest = b"abc"
            return json.dumps([digest])
                 # ^^^^^^^^^^^^^^^^^^^^ BC503

        def gross(net: Decimal, rate: Decimal):
            total = net * (1 + rate)
            return float(total)
                 # ^^^^^^^^^^^^ BC503
        """,
    )


def test_leaves_costs_of_a_planner_and_prices_per_token() -> None:
    check_findings(
        "BC503",
        """
        from pydantic import BaseModel
        class Settings(BaseModel):
            random_page_cost: float = 4
            cpu_tuple_cost: float = 0.01
        def rate(cost: float, tokens: float):
            return float(cost) / tokens
        """,
    )


def test_mends_answers_of_starlette_alone() -> None:
    check_fix(
        "BC503",
        """
        from datetime import date, timedelta
        from starlette.responses import JSONResponse

        async def answer(request):
            day = date.today() - timedelta(days=1)
            return JSONResponse({"day": day, "n": 1})
        """,
        """
        from datetime import date, timedelta
        from starlette.responses import JSONResponse

        async def answer(request):
            day = date.today() - timedelta(days=1)
            return JSONResponse({"day": str(day), "n": 1})
        """,
    )


def test_mends_sets_as_lists() -> None:
    check_fix(
        "BC503",
        """
        import json
        def f(names):
            return json.dumps({"names": set(names)})
        """,
        """
        import json
        def f(names):
            return json.dumps({"names": set(names)}, default=list)
        """,
    )


def test_the_cost_of_tokens_keeps_parts_of_a_cent() -> None:
    check_fix(
        "BC503",
        """
        from sqlalchemy import Column, Float, Integer
        class Usage(Base):
            __tablename__ = "usage"
            total_tokens = Column(Integer)
            cost = Column(Float)
        """,
        """
        from sqlalchemy import Column, Integer, Numeric
        class Usage(Base):
            __tablename__ = "usage"
            total_tokens = Column(Integer)
            cost = Column(Numeric(18, 6))
        """,
    )


def test_a_decimal_goes_with_whole_numbers() -> None:
    check_fix(
        "BC503",
        """
        from decimal import Decimal
        def line(price: Decimal, count: int, weight: float):
            return float(price) * count
        """,
        """
        from decimal import Decimal
        def line(price: Decimal, count: int, weight: float):
            return price * count
        """,
    )


def test_mappings_and_lists_that_are_put_together() -> None:
    check_findings(
        "BC503",
        """
        import json
        from datetime import datetime, timezone
        from uuid import uuid4
        def send(rows):
            payload = dict(id=uuid4(), n=1)
            json.dumps(payload)
          # ^^^^^^^^^^^^^^^^^^^ BC503
            json.dumps({**payload, "m": 2})
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503
            json.dumps(rows + [datetime.now(timezone.utc)])
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503
            json.dumps(dict(id=str(uuid4())))
        """,
    )


def test_leaves_running_times_statistics_and_rates() -> None:
    check_findings(
        "BC503",
        """
        from pydantic import BaseModel, Field

        class Result(BaseModel):
            run_cost: float
            baseline_total: float
            trade_cost: float = 0.0006
            maker_fee: float = Field(default=0.001)
            fee: float = 0.25
          # ^^^ BC503
        """,
    )


def test_objects_that_are_dumped_to_mappings() -> None:
    check_findings(
        "BC503",
        """
        import json
        from dataclasses import asdict, dataclass
        from datetime import datetime
        from uuid import UUID

        from pydantic import BaseModel, field_serializer

        @dataclass
        class Job:
            id: UUID
            name: str

        class Event(BaseModel):
            name: str
            at: datetime

        class Told(Event):
            @field_serializer("at")
            def as_text(self, value: datetime) -> str:
                return value.isoformat()

        def send(job: Job, event: Event, told: Told):
            json.dumps(asdict(job))
          # ^^^^^^^^^^^^^^^^^^^^^^^ BC503 id in asdict(job) is a UUID, which json.dumps cannot encode
            json.dumps({"event": event.model_dump(exclude_none=True)})
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503
            json.dumps(event.model_dump(mode="json"))
            json.dumps(event.dict(exclude={"at"}))
            json.dumps(told.model_dump())

        def send_all(events: list[Event], told: list[Told]):
            json.dumps([event.model_dump() for event in events])
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503
            json.dumps([each.model_dump() for each in told])
        """,
    )


def test_writes_digests_as_text() -> None:
    check_fix(
        "BC503",
        """
        import base64
        import hashlib
        import json
        def send(data: bytes):
            return json.dumps({"sha": hashlib.sha1(data).digest(), "b": base64.b64encode(data)})
        """,
        """
        import base64
        import hashlib
        import json
        def send(data: bytes):
            return json.dumps({"sha": hashlib.sha1(data).hexdigest(), "b": base64.b64encode(data).decode()})
        """,
    )


def test_calculates_with_a_decimal_that_was_rounded() -> None:
    check_fix(
        "BC503",
        """
        from decimal import Decimal
        def reduced(amount: Decimal):
            return float(amount) * 0.9
        """,
        """
        from decimal import Decimal
        def reduced(amount: Decimal):
            return amount * Decimal("0.9")
        """,
    )


def test_what_functions_of_the_workspace_give() -> None:
    check_findings(
        "BC503",
        """
        #- money.py
        from decimal import Decimal
        def quoted(net: Decimal) -> Decimal:
            return net.quantize(Decimal("0.01"))
        def named(net: Decimal) -> str:
            return str(net)

        #- api.py
        import json
        from money import named, quoted
        def send(net):
            price = quoted(net)
            json.dumps({"price": price, "name": named(net)})
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503
            json.dumps(named(net))
        """,
    )


def test_makes_fields_of_other_libraries_decimals() -> None:
    check_fix(
        "BC503",
        """
        from peewee import CharField, FloatField, Model
        class Plan(Model):
            name = CharField()
            price = FloatField(default=0.0)
        """,
        """
        from decimal import Decimal

        from peewee import CharField, DecimalField, Model
        class Plan(Model):
            name = CharField()
            price = DecimalField(default=Decimal("0.0"), max_digits=18, decimal_places=2)
        """,
    )
    check_fix(
        "BC503",
        """
        from pydantic import BaseModel, PositiveFloat
        class Plan(BaseModel):
            price: PositiveFloat = 1.5
        """,
        """
        from decimal import Decimal

        from pydantic import BaseModel, condecimal
        class Plan(BaseModel):
            price: condecimal(gt=0) = Decimal("1.5")
        """,
    )


def test_makes_text_and_lists_where_an_encoder_cannot_be_taught() -> None:
    check_fix(
        "BC503",
        """
        from decimal import Decimal
        from aiohttp import web
        async def price(request):
            return web.json_response({"amount": Decimal("1.5"), "tags": {"a", "b"}})
        """,
        """
        from decimal import Decimal
        from aiohttp import web
        async def price(request):
            return web.json_response({"amount": str(Decimal("1.5")), "tags": ["a", "b"]})
        """,
    )


def test_what_a_name_is_that_is_bound_more_than_once() -> None:
    check_findings(
        "BC503",
        """
        import json
        from datetime import datetime, timedelta, timezone
        from decimal import Decimal

        def totalled(prices):
            total = Decimal("0")
            for price in prices:
                total += Decimal(price)
            return json.dumps({"total": total})
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503

        def from_a_number(prices):
            total = 0
            for price in prices:
                total += Decimal(price)
            return json.dumps({"total": total})
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503

        def either(is_local):
            if is_local:
                at = datetime.now()
            else:
                at = datetime.now(timezone.utc)
            return json.dumps({"at": at})
                 # ^^^^^^^^^^^^^^^^^^^^^^ BC503

        def counted(rows):
            count = 0
            for row in rows:
                count += 1
            return json.dumps({"count": count})

        def made_text(is_known):
            at = datetime.now()
            if is_known:
                at = at.isoformat()
            return json.dumps({"at": at})

        def parts():
            span = timedelta(hours=1)
            span /= timedelta(minutes=1)
            return json.dumps({"minutes": span})
        """,
    )


def test_mend_functions_that_digest() -> None:
    """`hmac.digest` and `pbkdf2_hmac` are functions: there is no `hmac.hexdigest`."""
    check_fix(
        "BC503",
        """
        import hashlib
        import hmac
        import json
        def signed(key, text):
            return json.dumps({"signature": hmac.digest(key, text, "sha256")})
        def stretched(word, salt):
            return json.dumps({"word": hashlib.pbkdf2_hmac("sha256", word, salt, 100000)})
        """,
        """
        import hashlib
        import hmac
        import json
        def signed(key, text):
            return json.dumps({"signature": hmac.digest(key, text, "sha256").hex()})
        def stretched(word, salt):
            return json.dumps({"word": hashlib.pbkdf2_hmac("sha256", word, salt, 100000).hex()})
        """,
    )


def test_mend_bounded_float_of_the_module() -> None:
    check_fix(
        "BC503",
        """
        import pydantic
        class Item(pydantic.BaseModel):
            price: pydantic.PositiveFloat
        """,
        """
        import pydantic
        class Item(pydantic.BaseModel):
            price: pydantic.condecimal(gt=0)
        """,
    )


def test_bytes_of_chance_and_digests_in_names_are_written_as_hex() -> None:
    check_fix(
        "BC503",
        """
        import hashlib
        import json
        import secrets
        def token(data):
            raw = secrets.token_bytes(16)
            digest = hashlib.sha256(data).digest()
            return json.dumps({"token": raw, "digest": digest})
        """,
        """
        import hashlib
        import json
        import secrets
        def token(data):
            raw = secrets.token_bytes(16)
            digest = hashlib.sha256(data).digest()
            return json.dumps({"token": raw.hex(), "digest": digest.hex()})
        """,
    )


def test_what_tokens_cost_is_an_estimate() -> None:
    check_findings(
        "BC503",
        """
        def reserve(info, tokens):
            input_cost = float(info.get("input_cost_per_token") or 0.0)
            output_cost = float(info.get("output_cost_per_token") or 0.0)
            return tokens * (input_cost + output_cost)
        def ask(agent):
            cost = 0.0
            for message in agent:
                cost += message.total_cost_usd or 0.0
            return cost
        """,
    )


def test_a_branch_that_is_asked_for_its_type_is_what_was_asked() -> None:
    check_findings(
        "BC503",
        """
        import json
        from datetime import datetime
        def sent(last: datetime | float) -> str:
            at = datetime.now()
            seen = at if isinstance(at, (int, float)) else at.timestamp()
            return json.dumps({
                "at": at if isinstance(at, (int, float)) else at.timestamp(),
                "seen": seen,
                "text": at.isoformat() if isinstance(at, datetime) else at,
            })
        def wrong() -> str:
            at = datetime.now()
            return json.dumps({"at": str(at) if isinstance(at, str) else at})
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503
        """,
    )


def test_amounts_that_only_a_name_calls_money_are_information() -> None:
    check_findings(
        "BC503",
        """
        #- jobs.py
        from django.db import models
        class Assignment(models.Model):
            member = models.CharField(max_length=9)
            amount = models.FloatField("Value")
          # ^^^^^^ BC503.unsure

        #- payroll/models.py
        from django.db import models
        class Deduction(models.Model):
            amount = models.FloatField()
          # ^^^^^^ BC503
            stock_amount = models.FloatField()
            items_amount = models.FloatField("Quantity")

        #- quotes.py
        from pydantic import BaseModel, Field, confloat
        class Fill(BaseModel):
            symbol: str
            price: float
          # ^^^^^ BC503.unsure
            maker_fee: float
            relay_fee: float = Field(description="Fee in BTC/kB")
        class Order(BaseModel):
            total: confloat(gt=0)
          # ^^^^^ BC503

        #- examples/shop.py
        from pydantic import BaseModel
        class Phone(BaseModel):
            price: float
          # ^^^^^ BC503.unsure
        """,
    )


def test_weighs_a_rounded_decimal_and_arithmetic_by_what_they_are_for() -> None:
    check_findings(
        "BC503",
        """
        #- shown.py
        from decimal import Decimal
        class Order:
            amount = Decimal("1")
            def __str__(self):
                amount = Decimal("1.10")
                return str(float(amount))
        def tell(logger, total: Decimal):
            logger.info("paid %s", float(total))

        #- compared.py
        from decimal import Decimal
        def is_large(total: Decimal):
            return float(total) > 100
                 # ^^^^^^^^^^^^ BC503.unsure

        #- fees.py
        def with_fees(opportunity):
            amount = float(opportunity.amount)  # Stripe takes 2.2 % and 30 cents.
            return (amount + 0.30) / (1 - 0.022)
                  # ^^^^^^^^^^^^^ BC503

        #- plain.py
        def later(price):
            return price * 1.2
                 # ^^^^^^^^^^^ BC503.unsure

        #- sums.py
        import json
        from decimal import Decimal
        def body(prices):
            total = sum((Decimal(price) for price in prices), Decimal("0"))
            return json.dumps({"total": total})
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503
        def net_price(gross: Decimal, rate: Decimal) -> float:
            net = (gross / rate).quantize(Decimal("0.01"))
            return float(net)
                 # ^^^^^^^^^^ BC503
        """,
    )


def test_replaced_values() -> None:
    """What a key is given later, or may be, is what counts."""
    check_findings(
        "BC503",
        """
        import json
        from datetime import datetime


        def told(log, row):
            data = {"created": datetime.now(), "user": row.user}
            data["created"] = row.created_text
            data["user"] = row.user.name
            log.info(json.dumps(data))


        def taken_out(row):
            data = {"at": datetime.now()}
            data.pop("at")
            other = {"at": datetime.now(), "b": 1}
            del other["at"]
            every = {"at": datetime.now()}
            for key in every:
                every[key] = str(every[key])
            mixed = dict(at=datetime.now())
            mixed.update(row)
            given = {"at": datetime.now()}
            given.update(at=row.at_text)
            first = json.dumps(data), json.dumps(other), json.dumps(every)
            return first, json.dumps(mixed), json.dumps(given)


        def still_there(row):
            data = {"at": datetime.now(), "name": row.name}
            data["name"] = row.title
            data.pop("other", None)
            return json.dumps(data)
                 # ^^^^^^^^^^^^^^^^ BC503


        def put_in_last(row):
            data = {"at": row.at_text}
            data["at"] = datetime.now()
            return json.dumps(data)
                 # ^^^^^^^^^^^^^^^^ BC503
        """,
    )


def test_fields_of_what_a_loop_goes_over_and_the_dictionary_of_an_object() -> None:
    check_findings(
        "BC503",
        """
        import json
        from dataclasses import dataclass
        from datetime import datetime

        @dataclass
        class Order:
            name: str
            made: datetime

        def listed(orders: list[Order]):
            return json.dumps([{"made": order.made} for order in orders])
            #      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503

        def named(orders: list[Order], others):
            json.dumps([{"made": other.made} for other in others])
            return json.dumps([{"name": order.name, "made": str(order.made)} for order in orders])

        def whole(order: Order):
            return json.dumps(order.__dict__)
            #      ^^^^^^^^^^^^^^^^^^^^^^^^^^ BC503
        """,
    )
