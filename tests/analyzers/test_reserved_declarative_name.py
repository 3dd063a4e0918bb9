"""BC707: reserved names in declarative classes and pydantic models, and their renaming."""

# Snippets are easier to read on one line each.
# ruff: noqa: E501

import pytest

from bugcatalog_ls.testing.checks import apply_all_fixes, check_findings, check_fix

HEAD = """\
from typing import Optional
from sqlalchemy import JSON, Column, Integer, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, deferred, mapped_column, relationship
class Base(DeclarativeBase):
    pass
"""


@pytest.mark.parametrize(
    "body",
    [
        'class A(Base):\n    __tablename__ = "a"\n    metadata = Column(JSON)\n  # ^^^^^^^^ BC707\n',
        'class A(Base):\n    __tablename__ = "a"\n    metadata = Column("metadata", JSON)\n  # ^^^^^^^^ BC707\n',
        'class A(Base):\n    __tablename__ = "a"\n    metadata: Mapped[dict]\n  # ^^^^^^^^ BC707\n',
        'class A(Base):\n    __tablename__ = "a"\n    metadata: Mapped[Optional[dict]] = mapped_column(JSON)\n  # ^^^^^^^^ BC707\n',
        'class A(Base):\n    __tablename__ = "a"\n    metadata = deferred(Column(JSON))\n  # ^^^^^^^^ BC707\n',
        'class A(Base):\n    __tablename__ = "a"\n    metadata = relationship("B")\n  # ^^^^^^^^ BC707\n',
        'class A(Base):\n    __tablename__ = "a"\n    registry = Column(String)\n  # ^^^^^^^^ BC707.warned\n',
        "class Mixin:\n    metadata = Column(JSON)\n  # ^^^^^^^^ BC707\n"
        'class A(Mixin, Base):\n    __tablename__ = "a"\n',
        "class Mixin:\n    @declared_attr\n    def metadata(cls):\n      # ^^^^^^^^ BC707\n        return Column(JSON)\n"
        'class A(Mixin, Base):\n    __tablename__ = "a"\n',
        "class A(Base):\n    __abstract__ = True\n    metadata = Column(JSON)\n  # ^^^^^^^^ BC707\n",
        # Look-alikes.
        'class A(Base):\n    __tablename__ = "a"\n    metadata_ = Column("metadata", JSON)\n',
        'class A(Base):\n    __tablename__ = "a"\n    meta = Column("metadata", JSON)\n    query = Column(String)\n',
        'class Other(DeclarativeBase):\n    metadata = MetaData(schema="x")\n',
        "from typing import ClassVar\nclass Other(DeclarativeBase):\n    metadata: ClassVar[MetaData]\n",
        "class Mixin:\n    metadata = Column(JSON)\n",
        "class Plain:\n    metadata: dict = {}\n    registry = {}\n",
        'class A(Base):\n    __tablename__ = "a"\n    metadata = Base.metadata\n',
    ],
)  # fmt: skip
def test_declarative(body: str) -> None:
    check_findings("BC707", HEAD + body)


def test_flask_sqlmodel_and_releases() -> None:
    check_findings(
        "BC707",
        """
        #- app.py
        from flask_sqlalchemy import SQLAlchemy
        db = SQLAlchemy()
        class Search(db.Model):
            query = db.Column(db.String)
          # ^^^^^ BC707
            metadata = db.Column(db.JSON)
          # ^^^^^^^^ BC707.warned
        #- table.py
        from sqlmodel import JSON, Column, Field, SQLModel
        class Item(SQLModel, table=True):
            id: int = Field(primary_key=True)
            metadata: dict = Field(sa_column=Column(JSON))
          # ^^^^^^^^ BC707.warned
        class ItemOut(SQLModel):
            metadata: dict = {}
        #- requirements.txt
        SQLAlchemy==2.1.0b1
    """,
    )


@pytest.mark.parametrize(
    ("pins", "body"),
    [
        ("", "class A(BaseModel):\n    schema: str\n  # ^^^^^^ BC707.shadowed\n"),
        ("", "class A(BaseModel):\n    json: dict = {}\n  # ^^^^ BC707.shadowed\n    copy: bool = False\n  # ^^^^ BC707.shadowed\n"),
        ("", "class A(BaseModel):\n    model_dump: str\n  # ^^^^^^^^^^ BC707.shadowed\n"),
        ("", "class A(BaseModel):\n    model_name: str\n    metadata: dict\n    fields: list\n"),
        ("pydantic==2.5.0", "class A(BaseModel):\n    model_name: str\n  # ^^^^^^^^^^ BC707.shadowed\n"),
        ("pydantic==2.11.0", "class A(BaseModel):\n    model_name: str\n"),
        ("", "class A(BaseModel):\n    model_dump_: str = Field(alias='model_dump')\n"),
        ("pydantic==2.5.0", "class A(BaseModel):\n    model_config = {'protected_namespaces': ()}\n    model_name: str\n"),
        ("pydantic<2", "class A(BaseModel):\n    schema: list\n  # ^^^^^^ BC707.shadowed\n    fields: list\n    model_name: str\n"),
        ("", "from typing import ClassVar\nclass A(BaseModel):\n    schema: ClassVar[str] = 'x'\n    _copy: int = 1\n"),
        ("", "class A(BaseModel):\n    def json(self): ...\n    schema_: str\n"),
        ("", "from dataclasses import dataclass\n@dataclass\nclass A:\n    schema: str\n    json: str\n"),
        ("", "from typing import TypedDict\nclass A(TypedDict):\n    schema: str\n"),
    ],
)  # fmt: skip
def test_pydantic(pins: str, body: str) -> None:
    head = "from pydantic import BaseModel\n"
    check_findings("BC707", f"#- a.py\n{head}{body}#- requirements.txt\n{pins}\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("metadata = Column(JSON, nullable=True)", 'metadata_ = Column("metadata", JSON, nullable=True)'),
        ('metadata = Column("meta", JSON)', 'metadata_ = Column("meta", JSON)'),
        ("metadata: Mapped[dict] = mapped_column(JSON)", 'metadata_: Mapped[dict] = mapped_column("metadata", JSON)'),
        ("metadata: Mapped[str]", 'metadata_: Mapped[str] = mapped_column("metadata")'),
        ("metadata: Mapped[str] = mapped_column()", 'metadata_: Mapped[str] = mapped_column("metadata")'),
        ("metadata = deferred(Column(JSON))", 'metadata_ = deferred(Column("metadata", JSON))'),
    ],
)  # fmt: skip
def test_the_column_keeps_its_name(before: str, after: str) -> None:
    body = 'class A(Base):\n    __tablename__ = "a"\n    '
    check_fix("BC707", f"{HEAD}{body}{before}\n", f"{HEAD}{body}{after}\n")


def test_uses_are_renamed_where_they_are_known() -> None:
    check_fix("BC707", """
        #- app/models.py
        from sqlalchemy import JSON, Column
        from sqlalchemy.orm import declarative_base
        Base = declarative_base()
        class Event(Base):
            __tablename__ = "events"
            metadata = Column(
                JSON,
                nullable=True,
            )
            def kind(self):
                return self.metadata["kind"]
        class Sub(Event):
            pass
        #- app/use.py
        from sqlalchemy import select
        from app.models import Base, Event, Sub
        from other import Message
        def make(data) -> Event:
            event = Event(metadata=data)
            event.metadata = {**event.metadata, "a": 1}
            return event
        def read(sub: Sub, message: Message):
            Base.metadata.create_all()
            Message(metadata=1)
            return sub.metadata, message.metadata, Event.metadata["x"]
        def load(session):
            event = session.get(Event, 1)
            if event is None:
                event = session.scalars(select(Event).filter_by(metadata={})).one()
            event.metadata = {}
            setattr(event, "metadata", [each.metadata for each in session.scalars(select(Event))])
            return event
        #- app/api.py
        from app.use import load
        def show(session):
            return load(session).metadata
    """, """
        #- app/models.py
        from sqlalchemy import JSON, Column
        from sqlalchemy.orm import declarative_base
        Base = declarative_base()
        class Event(Base):
            __tablename__ = "events"
            metadata_ = Column(
                "metadata",
                JSON,
                nullable=True,
            )
            def kind(self):
                return self.metadata_["kind"]
        class Sub(Event):
            pass
        #- app/use.py
        from sqlalchemy import select
        from app.models import Base, Event, Sub
        from other import Message
        def make(data) -> Event:
            event = Event(metadata_=data)
            event.metadata_ = {**event.metadata_, "a": 1}
            return event
        def read(sub: Sub, message: Message):
            Base.metadata.create_all()
            Message(metadata=1)
            return sub.metadata_, message.metadata, Event.metadata_["x"]
        def load(session):
            event = session.get(Event, 1)
            if event is None:
                event = session.scalars(select(Event).filter_by(metadata_={})).one()
            event.metadata_ = {}
            setattr(event, "metadata_", [each.metadata_ for each in session.scalars(select(Event))])
            return event
        #- app/api.py
        from app.use import load
        def show(session):
            return load(session).metadata_
    """)  # fmt: skip


@pytest.mark.parametrize(
    ("use", "is_safe"),
    [
        ("event = session.get(Event, 1)\n    event.metadata = data", True),
        ("session.query(Other).first().metadata", True),
        ("event.metadata = data", False),
        ("Event(**data)", False),
        ("rows = session.execute(stmt)\n    return [Event, [row.metadata for row in rows]]", False),
    ],
)
def test_a_rename_is_safe_where_all_uses_are_seen(use: str, is_safe: bool) -> None:
    code = (
        f'{HEAD}class Other(Base):\n    __tablename__ = "b"\nclass Event(Base):\n    __tablename__ = "a"\n'
        f"    metadata = Column(JSON)\ndef use(session, stmt, event, data):\n    {use}\n"
    )
    fixed = apply_all_fixes("BC707", {"a.py": code}, lambda fix: fix.applicability == "safe")["a.py"]
    assert ("metadata_" in fixed) is is_safe


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "from pydantic import BaseModel\n\n\nclass A(BaseModel):\n    schema: str\n",
            "from pydantic import BaseModel, ConfigDict, Field\n\n\nclass A(BaseModel):\n"
            '    model_config = ConfigDict(populate_by_name=True)\n\n    schema_: str = Field(alias="schema")\n',
        ),
        (
            "from pydantic import BaseModel, ConfigDict, Field\n\n\nclass A(BaseModel):\n"
            '    """A."""\n\n    model_config = ConfigDict(extra="allow")\n    json: dict = Field(default_factory=dict)\n',
            "from pydantic import BaseModel, ConfigDict, Field\n\n\nclass A(BaseModel):\n"
            '    """A."""\n\n    model_config = ConfigDict(extra="allow", populate_by_name=True)\n'
            '    json_: dict = Field(default_factory=dict, alias="json")\n',
        ),
        (
            "import pydantic as pyd\n\n\nclass A(pyd.BaseModel):\n    model_dump: str\n",
            "import pydantic as pyd\n\n\nclass A(pyd.BaseModel):\n"
            "    model_config = pyd.ConfigDict(populate_by_name=True)\n\n"
            '    dump_: str = pyd.Field(alias="model_dump")\n',
        ),
        (
            "from pydantic.v1 import BaseModel\n\n\nclass A(BaseModel):\n    copy: bool = True\n",
            "from pydantic.v1 import BaseModel, Field\n\n\nclass A(BaseModel):\n"
            '    copy_: bool = Field(default=True, alias="copy")\n\n    class Config:\n'
            "        allow_population_by_field_name = True\n",
        ),
    ],
)  # fmt: skip
def test_pydantic_fields_get_an_alias(before: str, after: str) -> None:
    check_fix("BC707", before, after)


def test_mend_in_the_line_ends_and_indentation_of_the_file() -> None:
    code = "from pydantic import BaseModel, Field\n\n\nclass Item(BaseModel):\n\tschema: str = Field()\n"
    source = code.replace("\n", "\r\n")
    fixed = apply_all_fixes("BC707", {"a.py": source}, lambda fix: True)["a.py"]
    assert fixed.count("\r\n") == fixed.count("\n")
    assert (
        '\tmodel_config = ConfigDict(populate_by_name=True)\r\n\r\n\tschema_: str = Field(alias="schema")'
        in fixed
    )


def test_the_query_of_the_class_is_another_one() -> None:
    code = (
        "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\nclass Search(db.Model):\n"
        "    {name} = db.Column({column}db.String)\ndef f(number):\n    found = Search.query.get(number)\n"
        "    return found.{name}, Search.query.filter_by({name}='x').first().{name}\n"
    )
    fixed = code.format(name="query_", column='"query", ')
    check_fix("BC707", code.format(name="query", column=""), fixed)
