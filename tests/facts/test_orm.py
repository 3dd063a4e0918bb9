"""Models as they are declared: every dialect of declarative, inheritance, types, names of tables."""

import pytest

from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.models import Model, model, models
from bugcatalog_ls.testing.checks import project_of, split_fixture


def _index(fixture: str) -> FactIndex:
    return project_of("", split_fixture(fixture), None).index


def _shown(made: Model) -> str:
    """A model in one line a column: `name TYPE(length) NOT NULL …`."""
    lines = [f"{made.key} [{made.metadata}]"]
    for column in made.columns:
        written = column.type
        size = f"({written.length})" if written.length else ""
        zone = " tz" if written.timezone else ""
        null = {True: "", False: " NOT NULL", None: " NULL?"}[column.nullable]
        extra = "".join(
            f" {word}"
            for word, holds in (
                ("pk", column.primary_key),
                ("unique", column.unique),
                ("index", column.index),
            )
            if holds
        )
        keys = "".join(
            f" -> {key.target}{' ' + key.ondelete if key.ondelete else ''}" for key in column.foreign_keys
        )
        default = f" default={column.server_default}" if column.server_default else ""
        python = f" python={column.default}" if column.default else ""
        lines.append(f"  {column.name} {written.name or '?'}{size}{zone}{null}{extra}{keys}{default}{python}")
    lines.extend(f"  maybe {name}" for name in made.maybe)
    return "\n".join(lines)


def _check(fixture: str, expected: str) -> None:
    index = _index(fixture)
    made = [found for symbol in models(index) if (found := model(index, symbol)) is not None]
    assert "\n".join(map(_shown, made)) == expected.strip("\n")


def test_columns_of_sqlalchemy_1() -> None:
    _check(
        """
        #- app/db.py
        from sqlalchemy.ext.declarative import declarative_base
        Base = declarative_base()

        #- app/models.py
        import datetime
        import sqlalchemy as sa
        from sqlalchemy import Column, ForeignKey, Integer
        from app.db import Base

        SIZE = 40

        class User(Base):
            __tablename__ = "users"
            id = Column(Integer, primary_key=True)
            email = Column("mail", sa.String(SIZE), nullable=False, unique=True, index=True)
            seen = sa.Column(sa.DateTime(timezone=True), default=datetime.datetime.utcnow)
            team_id = Column(ForeignKey("teams.id", ondelete="cascade"))
            active = Column(sa.Boolean, server_default=sa.true())
            note = sa.orm.deferred(Column(sa.Text))
            plain = 5
        """,
        """
users [app.db.Base]
  id INTEGER NOT NULL pk
  mail VARCHAR(40) NOT NULL unique index
  seen DATETIME tz python=datetime.datetime.utcnow
  team_id ? -> teams.id CASCADE
  active BOOLEAN default=sa.true()
  note TEXT
""",
    )


def test_columns_of_sqlalchemy_2() -> None:
    _check(
        """
        import enum
        import uuid
        from datetime import datetime
        from typing import Annotated, ClassVar, List, Optional
        from sqlalchemy import Identity, String, func
        from sqlalchemy.dialects import postgresql
        from sqlalchemy.orm import DeclarativeBase, Mapped, WriteOnlyMapped, mapped_column, relationship

        pk = Annotated[int, mapped_column(primary_key=True)]
        name_type = Annotated[str, mapped_column(String(30), index=True)]

        class Base(DeclarativeBase):
            pass

        class Color(enum.Enum):
            RED = "r"

        class Item(Base):
            __tablename__ = "items"
            kind: ClassVar[str] = "x"
            id: Mapped[pk]
            name: Mapped[name_type]
            nick: Mapped[Optional[str]]
            other: Mapped[str | None] = mapped_column(String(9))
            quoted: Mapped["Optional[str]"] = mapped_column(String(8))
            made: Mapped[datetime] = mapped_column(server_default=func.now())
            key: Mapped[uuid.UUID]
            color: Mapped[Color]
            data: Mapped[dict] = mapped_column(postgresql.JSONB)
            parts: Mapped[List["Part"]] = relationship()
            many: WriteOnlyMapped["Part"]
        """,
        """
items [example.Base]
  id INTEGER NOT NULL pk
  name VARCHAR(30) NOT NULL index
  nick VARCHAR
  other VARCHAR(9)
  quoted VARCHAR(8)
  made DATETIME NOT NULL default=sa.func.now()
  key UUID NOT NULL
  color ENUM NOT NULL
  data JSONB NOT NULL
""",
    )


def test_mixins_abstract_bases_and_declared_attributes() -> None:
    _check(
        """
        #- base.py
        from sqlalchemy import Column, DateTime, Integer
        from sqlalchemy.orm import DeclarativeBase, declared_attr

        class Base(DeclarativeBase):
            pass

        class Stamped:
            created = Column(DateTime)
            updated = Column(DateTime)

        class Keyed(Base):
            __abstract__ = True
            id = Column(Integer, primary_key=True)

            @declared_attr
            def owner_id(cls):
                return Column(Integer, nullable=False)

            @declared_attr.directive
            def __tablename__(cls) -> str:
                return cls.__name__.lower() + "s"

        #- models.py
        from base import Keyed, Stamped

        class Tag(Stamped, Keyed):
            updated = None

        class Named(Keyed):
            __tablename__ = "named"
        """,
        """
named [base.Base]
  id INTEGER NOT NULL pk
  owner_id INTEGER NOT NULL
tags [base.Base]
  id INTEGER NOT NULL pk
  owner_id INTEGER NOT NULL
  created DATETIME
""",
    )


def test_joined_and_single_table_inheritance() -> None:
    _check(
        """
        from sqlalchemy import Column, ForeignKey, Integer, String
        from sqlalchemy.orm import declarative_base

        Base = declarative_base()

        class Person(Base):
            __tablename__ = "people"
            id = Column(Integer, primary_key=True)

        class Manager(Person):
            level = Column(Integer)

        class Pilot(Person):
            __tablename__ = "pilots"
            id = Column(ForeignKey("people.id"), primary_key=True)
            licence = Column(String(9))
        """,
        """
people [example.Base]
  id INTEGER NOT NULL pk
  level INTEGER
people [example.Base]
  id INTEGER NOT NULL pk
pilots [example.Base]
  id ? NOT NULL pk -> people.id
  licence VARCHAR(9)
""",
    )


def test_sqlmodel() -> None:
    _check(
        """
        from typing import Optional
        from sqlalchemy import Column, Text
        from sqlmodel import Field, Relationship, SQLModel

        class HeroBase(SQLModel):
            name: str = Field(index=True, max_length=50)
            age: Optional[int] = None

        class Hero(HeroBase, table=True):
            id: int | None = Field(default=None, primary_key=True)
            secret: str = Field(sa_column=Column("secret_text", Text, nullable=False))
            team_id: int = Field(foreign_key="team.id", ondelete="CASCADE")
            team: Optional["Team"] = Relationship()
            flag: bool = False

        class HeroRead(HeroBase):
            id: int
        """,
        """
hero [sqlmodel.SQLModel]
  name VARCHAR(50) NOT NULL index
  age INTEGER
  id INTEGER NOT NULL pk
  secret_text TEXT NOT NULL
  team_id INTEGER NOT NULL -> team.id CASCADE
  flag BOOLEAN NOT NULL python=?
""",
    )


def test_flask_sqlalchemy() -> None:
    _check(
        """
        #- app/extensions.py
        from flask_sqlalchemy import SQLAlchemy
        db = SQLAlchemy()

        #- app/models.py
        from app.extensions import db

        links = db.Table("links", db.Column("a_id", db.ForeignKey("a.id"), primary_key=True))

        class UserAccount(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            name = db.Column(db.String(80), nullable=False)

        class Archive(db.Model):
            __bind_key__ = "archive"
            id = db.Column(db.Integer, primary_key=True)
        """,
        """
archive [app.extensions.db#archive]
  id INTEGER NOT NULL pk
user_account [app.extensions.db]
  id INTEGER NOT NULL pk
  name VARCHAR(80) NOT NULL
links [app.extensions.db]
  a_id ? NOT NULL pk -> a.id
""",
    )


def test_tables_of_their_own_and_of_classes() -> None:
    _check(
        """
        from sqlalchemy import Column, Integer, MetaData, String, Table
        from sqlalchemy.orm import DeclarativeBase

        metadata = MetaData(schema="audit")

        class Base(DeclarativeBase):
            metadata = metadata

        events = Table("events", metadata, Column("id", Integer, primary_key=True), schema="audit")

        class Event(Base):
            __table__ = events

        class Entry(Base):
            __tablename__ = "entries"
            __table_args__ = ({"schema": "log"},)
            id = Column(Integer, primary_key=True)

        class Plain(Base):
            __tablename__ = "plain"
            id = Column(Integer, primary_key=True)
            text = make_column()
        """,
        """
log.entries [example.metadata]
  id INTEGER NOT NULL pk
audit.events [example.metadata]
  id INTEGER NOT NULL pk
audit.plain [example.metadata]
  id INTEGER NOT NULL pk
  maybe text
audit.events [example.metadata]
  id INTEGER NOT NULL pk
""",
    )


def test_types_of_the_workspace_and_names_made_from_the_class() -> None:
    _check(
        """
        import re
        from sqlalchemy import DateTime, Integer, String, TypeDecorator
        from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

        SNAKE = re.compile(r"(?<!^)(?=[A-Z])")

        class UtcTime(TypeDecorator):
            impl = DateTime(timezone=True)

        class Secret(TypeDecorator):
            impl = String

        class Base(DeclarativeBase):
            @declared_attr.directive
            def __tablename__(cls) -> str:
                return SNAKE.sub("_", cls.__name__).lower()

        class WorkItem(Base):
            id: Mapped[int] = mapped_column(Integer, primary_key=True)
            at = mapped_column(UtcTime)
            token = mapped_column(Secret(64))
        """,
        """
work_item [example.Base]
  id INTEGER NOT NULL pk
  at DATETIME tz
  token VARCHAR(64)
""",
    )


@pytest.mark.parametrize(
    "body",
    [
        "class A(B):\n    __tablename__ = 'a'\nclass B(A):\n    pass\n",
        "from sqlalchemy.orm import DeclarativeBase as D\nclass Base(D):\n    __tablename__ = f'{x}'\n",
        "from sqlalchemy import Table\nt = Table(name, metadata)\n",
    ],
)
def test_what_is_not_understood_is_no_model(body: str) -> None:
    index = _index(body)
    assert [model(index, symbol) for symbol in models(index)] in ([], [None])
