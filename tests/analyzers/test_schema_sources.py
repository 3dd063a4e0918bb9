"""BC701, BC702 and BC704: types that a base derives, texts that functions make, schemas in `.sql` files."""

# Snippets are easier to read on one line each.
# ruff: noqa: E501

import pytest

from bugcatalog_ls.testing.checks import check_findings, check_fix

HEAD = """\
import enum
import hashlib
import secrets
import uuid
from typing import Annotated, Literal
from sqlalchemy import CHAR, Column, Enum, ForeignKey, Integer, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
"""
BASE = f"{HEAD}class Base(DeclarativeBase):\n    pass\n"
FILM = (
    'class Film(Base):\n    __tablename__ = "films"\n    id: Mapped[int] = mapped_column(primary_key=True)\n'
)
REVISION = """\
#- migrations/versions/r1.py
import sqlalchemy as sa
from alembic import op
revision = "r1"
down_revision = None
def upgrade():
    op.create_table("films", sa.Column("id", sa.Integer(), primary_key=True), {column})
"""


@pytest.mark.parametrize(
    ("code", "body", "made"),
    [
        ("BC704", "short = Annotated[str, 50]\nclass Base(DeclarativeBase):\n    type_annotation_map = {short: String(50)}\n" + FILM + "    title: Mapped[short]\n  # ^^^^^ BC704\n", 'sa.Column("title", sa.String(30), nullable=False)'),
        ("BC704", "class Base(DeclarativeBase):\n    type_annotation_map = {Annotated[str, 'x']: String(50), str: String(30)}\n" + FILM + "    title: Mapped[str | None]\n", 'sa.Column("title", sa.String(30))'),
        ("BC704", "class Base(DeclarativeBase):\n    type_annotation_map = types_of('films')\n" + FILM + "    title: Mapped[str]\n", 'sa.Column("title", sa.String(30), nullable=False)'),
        ("BC704", "class Base(DeclarativeBase):\n    pass\n" + FILM + "    code = mapped_column(CHAR(8))\n  # ^^^^ BC704\n", 'sa.Column("code", sa.CHAR(4))'),
        ("BC701", "class Base(DeclarativeBase):\n    type_annotation_map = {enum.Enum: Enum(enum.Enum, values_callable=lambda e: [m.value for m in e])}\nclass St(enum.Enum):\n    OPEN = 'open'\n" + FILM + "    st: Mapped[St]\n", 'sa.Column("st", sa.Enum("open", name="st"), nullable=False)'),
        ("BC701", "class Base(DeclarativeBase):\n    pass\n" + FILM + "    st: Mapped[Literal['up', 'down']]\n  # ^^ BC701\n", 'sa.Column("st", sa.Enum("up", name="st"), nullable=False)'),
    ],
)  # fmt: skip
def test_types_that_annotations_stand_for(code: str, body: str, made: str) -> None:
    check_findings(code, f"#- models.py\n{HEAD}{body}{REVISION.format(column=made)}")


@pytest.mark.parametrize(
    "body",
    [
        "def new_id():\n    return str(uuid.uuid4())\n" + FILM + "    ref = Column(String(30), default=new_id)\n                                   # ^^^^^^ BC704\n",
        "from ids import new_id\n" + FILM + "    ref = Column(String(30), default=new_id)\n                                   # ^^^^^^ BC704\n",
        FILM + '    ref = Column(String(10), default="x" * 20)\n  # ^^^ BC704\n',
        FILM + "    ref = Column(String(40))\ndef f(session, data):\n    digest = hashlib.sha256(data).hexdigest()\n    session.add(Film(ref=digest))\n                       # ^^^^^^ BC704\n",
        "from werkzeug.security import generate_password_hash\n" + FILM + "    ref = Column(String(128))\n    def set(self, raw):\n        self.ref = generate_password_hash(raw)\n                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC704\n",
        "LONG = 'a much longer text'\n" + FILM + "    ref = Column(String(10))\ndef f(session):\n    session.add(Film(ref=LONG))\n                       # ^^^^ BC704\n",
        # Look-alikes.
        "def new_id():\n    made = str(uuid.uuid4())\n    return made[:30]\n" + FILM + "    ref = Column(String(30), default=new_id)\n",
        FILM + "    ref = Column(String(40))\ndef f(session, data):\n    digest = hashlib.sha256(data).hexdigest()\n    digest = digest[:40]\n    session.add(Film(ref=digest))\n",
        FILM + "    ref = Column(String(12))\ndef f(film: Film, data):\n    film.ref = hashlib.blake2b(data, digest_size=6).hexdigest()\n",
        "from pydantic import BaseModel, Field\n" + FILM + "    ref = Column(String(12))\nclass FilmCreate(BaseModel):\n    ref: list[str] = Field(max_length=50)\n",
    ],
)  # fmt: skip
def test_texts_that_functions_make(body: str) -> None:
    ids = "#- ids.py\nimport uuid\ndef new_id():\n    return str(uuid.uuid4())\n"
    check_findings("BC704", f"#- models.py\n{BASE}{body}{ids}")


def test_a_column_of_a_mixin_is_found_in_the_mixin() -> None:
    mixin = "class Titled:\n    title: Mapped[str] = mapped_column(String(80))\n  # ^^^^^ BC704\n"
    made = 'sa.Column("title", sa.String(30), nullable=False)'
    models = "#- models.py\nfrom base import Base, Titled\nclass Film(Titled, Base):\n    __tablename__ = 'films'\n"
    check_findings("BC704", f"#- base.py\n{BASE}{mixin}{models}{REVISION.format(column=made)}")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("e: Mapped[int] = mapped_column(ForeignKey('films.id', None, False, None, None, 'CASCADE'))\n", ""),
        ("e: Mapped[int] = mapped_column(ForeignKey('films.id'))\n", "  # ^ BC702.reference\n"),
    ],
)
def test_rules_by_position_and_caches_that_delete(body: str, expected: str) -> None:
    of_film = f'class Cut(Base):\n    __tablename__ = "cuts"\n    id = Column(Integer, primary_key=True)\n    {body}{expected}'
    use = "def f(cache, film: Film):\n    cache.delete(film)\n"
    check_findings("BC702", f"{BASE}{FILM}{of_film}{use}")


LENGTHENED = "    title: Mapped[str] = mapped_column(String(200))\n"
TABLE = "CREATE TABLE films (\n    id SERIAL PRIMARY KEY,\n    title VARCHAR(100) NOT NULL\n);\n"
OWNERS = (
    'class User(Base):\n    __tablename__ = "users"\n    id: Mapped[int] = mapped_column(primary_key=True)\n'
)
OWNED = '    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))\n'
CASCADING = OWNED.replace('"users.id"', '"users.id", ondelete="CASCADE"')
USERS = "CREATE TABLE users (id SERIAL PRIMARY KEY);\n"
KEYED = "CREATE TABLE films (\n    id SERIAL PRIMARY KEY,\n    user_id INTEGER NOT NULL REFERENCES users (id)\n);\n"
STATES = "class St(enum.Enum):\n    up = 'up'\n    down = 'down'\n"
STATE = '    st: Mapped[St] = mapped_column(Enum(St, name="st"))\n'
TYPE = "CREATE TYPE st AS ENUM ('up');\nCREATE TABLE films (id SERIAL PRIMARY KEY, st st NOT NULL);\n"


@pytest.mark.parametrize(
    ("code", "title", "model", "fixed", "before", "after"),
    [
        ("BC704", "", FILM + LENGTHENED, "", f"#- schema.sql\n{TABLE}", f"#- schema.sql\n{TABLE.replace('100', '200')}"),
        ("BC704", "", FILM + LENGTHENED, "", f"#- db/001_init.sql\n{TABLE}", f"#- db/001_init.sql\n{TABLE}#- db/002_lengthen_films_title.sql\nALTER TABLE films ALTER COLUMN title TYPE VARCHAR(200);\n"),
        ("BC704", "", FILM + LENGTHENED, "", f"#- db/1_init.up.sql\n-- +migrate Up\n{TABLE.replace('SERIAL', 'INT AUTO_INCREMENT')}", f"#- db/1_init.up.sql\n-- +migrate Up\n{TABLE.replace('SERIAL', 'INT AUTO_INCREMENT')}#- db/2_lengthen_films_title.up.sql\n-- +migrate Up\nALTER TABLE films MODIFY COLUMN title VARCHAR(200) NOT NULL;\n"),
        ("BC702", "Delete", OWNERS + FILM + OWNED, OWNERS + FILM + CASCADING, f"#- schema.sql\n{USERS}{KEYED}", f"#- schema.sql\n{USERS}{KEYED.replace('users (id)', 'users (id) ON DELETE CASCADE')}"),
        ("BC702", "Delete", OWNERS + FILM + OWNED, OWNERS + FILM + CASCADING, f"#- 01.sql\n{USERS}{KEYED}", f"#- 01.sql\n{USERS}{KEYED}#- 02_delete_rule_of_films_user_id.sql\nALTER TABLE films DROP CONSTRAINT films_user_id_fkey;\nALTER TABLE films ADD CONSTRAINT films_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE;\n"),
        ("BC702", "Delete", OWNERS + FILM + OWNED, OWNERS + FILM + CASCADING, f"#- schema.sql\n{USERS}{KEYED.replace('(id)', '(id) ON UPDATE CASCADE ON DELETE NO ACTION')}", f"#- schema.sql\n{USERS}{KEYED.replace('(id)', '(id) ON UPDATE CASCADE ON DELETE CASCADE')}"),
        ("BC708", "", OWNERS + FILM, "", f"#- db/1_users.up.sql\n-- +migrate Up\n{USERS}", f"#- db/1_users.up.sql\n-- +migrate Up\n{USERS}#- db/2_create_films.up.sql\n-- +migrate Up\nCREATE TABLE films (\n    id SERIAL PRIMARY KEY\n);\n"),
        ("BC708", "", OWNERS + FILM, "", f"#- db/1_users.up.sql\n-- +migrate Up\n{USERS.replace('SERIAL', 'BIGINT GENERATED ALWAYS AS IDENTITY')}", f"#- db/1_users.up.sql\n-- +migrate Up\n{USERS.replace('SERIAL', 'BIGINT GENERATED ALWAYS AS IDENTITY')}#- db/2_create_films.up.sql\n-- +migrate Up\nCREATE TABLE films (\n    id INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY\n);\n"),
        ("BC708", "", OWNERS + FILM, "", f"#- db/1_users.up.sql\n-- +migrate Up\n{USERS.replace('SERIAL', 'INT AUTO_INCREMENT')}", f"#- db/1_users.up.sql\n-- +migrate Up\n{USERS.replace('SERIAL', 'INT AUTO_INCREMENT')}#- db/2_create_films.up.sql\n-- +migrate Up\nCREATE TABLE films (\n    id INTEGER AUTO_INCREMENT PRIMARY KEY\n);\n"),
        ("BC701", "", STATES + FILM + STATE, "", f"#- schema.sql\n{TYPE}", f"#- schema.sql\n{TYPE}".replace("('up')", "('up', 'down')")),
        ("BC701", "", STATES + FILM + STATE, "", f"#- db/001_init.sql\n{TYPE}", f"#- db/001_init.sql\n{TYPE}#- db/002_add_down_to_films_st.sql\nALTER TYPE st ADD VALUE 'down';\n"),
    ],
)  # fmt: skip
def test_schemas_in_sql_files_are_mended(
    code: str, title: str, model: str, fixed: str, before: str, after: str
) -> None:
    check_fix(
        code,
        f"#- models.py\n{BASE}{model}{before}",
        f"#- models.py\n{BASE}{fixed or model}{after}",
        title=title,
    )


def test_a_field_of_sqlmodel_is_given_its_type() -> None:
    head = "import enum\nfrom sqlmodel import Field, SQLModel\nclass St(enum.Enum):\n    UP = 'up'\n"
    made = REVISION.format(column='sa.Column("st", sa.Enum("up", name="st"), nullable=False)').replace(
        '"films"', '"film"'
    )
    film = "class Film(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n    st: St = {}\n"
    typed = "Field(default=St.UP, sa_type=Enum(St, values_callable=lambda e: [m.value for m in e]))"
    fixed = head.replace("import enum\n", "import enum\nfrom sqlalchemy import Enum\n")
    check_fix(
        "BC701",
        f"#- models.py\n{head}{film.format('St.UP')}{made}",
        f"#- models.py\n{fixed}{film.format(typed)}{made}",
    )


INDEXED = FILM + "    name = Column(String(9), index=True)\n  # ^^^^ BC711\n"
DROPPING = "    for name in op.get_bind().execute('x'):\n        op.execute(f'DROP INDEX IF EXISTS {name}')\n"


@pytest.mark.parametrize(
    ("body", "made"),
    [
        # What takes indexes away at run time says nothing of keys, and adds none.
        (INDEXED, 'sa.Column("name", sa.String(9))'),
        (FILM.replace("class Film(Base):\n", "class Film(Base):\n    # ^^^^ BC711\n"), 'sa.UniqueConstraint("id", "id")'),
        # A key that stands beside the columns.
        ('class Film(Base):\n    __tablename__ = "films"\n    __table_args__ = (PrimaryKeyConstraint("id", "name"),)\n    id = Column(Integer)\n    name = Column(String(9))\n', 'sa.Column("name", sa.String(9), primary_key=True)'),
        (FILM + "    name = Column(String(9))\n  # ^^^^ BC711\n", 'sa.Column("name", sa.String(9), primary_key=True)'),
    ],
)  # fmt: skip
def test_what_is_known_beside_indexes_that_go(body: str, made: str) -> None:
    revision = REVISION.format(column=made) + DROPPING
    head = HEAD.replace("ForeignKey,", "ForeignKey, PrimaryKeyConstraint,")
    check_findings("BC711", f"#- models.py\n{head}class Base(DeclarativeBase):\n    pass\n{body}{revision}")


MEMBERS = 'class Group(Base):\n    __tablename__ = "groups"\n    id: Mapped[int] = mapped_column(primary_key=True)\n'
LINKS = 'links = Table("links", Base.metadata,\n    Column("group_id", ForeignKey("groups.id", ondelete="RESTRICT"), primary_key=True),\n    Column("user_id", ForeignKey("users.id"{})),\n)\n'
BESIDE = '    user_id = Column(Integer, nullable=False)\n    __table_args__ = (ForeignKeyConstraint(["user_id"], ["users.id"]{}),)\n'
AUDITED = "class Audited:\n    @declared_attr\n    def user_id(cls):\n        return Column(Integer, ForeignKey('users.id'{}))\n"
AUDITED_FILM = FILM.replace("Film(Base)", "Film(Audited, Base)")


@pytest.mark.parametrize(
    "model",
    [OWNERS + MEMBERS + LINKS, OWNERS + FILM + BESIDE, AUDITED + OWNERS + AUDITED_FILM],
    ids=["the second key of a table", "a constraint beside the column", "a method of a mixin"],
)
def test_the_key_that_is_meant_is_given_its_rule(model: str) -> None:
    head = BASE.replace("ForeignKey,", "ForeignKey, ForeignKeyConstraint, Table,").replace(
        "import DeclarativeBase,", "import DeclarativeBase, declared_attr,"
    )
    fixed = model.format(', ondelete="CASCADE"')
    check_fix("BC702", f"{head}{model.format('')}", f"{head}{fixed}", title="Delete")


def test_a_file_of_settings_is_no_module() -> None:
    """`alembic.ini` in the folder of the code is not what `from alembic import op` means."""
    ini = "#- server/alembic.ini\n[alembic]\nscript_location = migrations\n"
    made = REVISION.replace("migrations/", "server/migrations/").format(column='sa.Column("t", sa.Text())')
    check_findings("BC708", f"#- server/models.py\n{BASE}{FILM}{ini}{made}")


@pytest.mark.parametrize(
    ("base", "head"),
    [
        # An annotation does not say which base it is.
        ("#- ext.py\nfrom flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n#- base.py\nfrom flask_sqlalchemy.model import DefaultMeta\nfrom ext import db\nmetadata = db.metadata\nModel: DefaultMeta = db.Model\n", "from base import Model, metadata\n"),
        # A base has the metadata of its registry.
        ("#- base.py\nfrom sqlalchemy import MetaData\nfrom sqlalchemy.orm import registry\nmetadata = MetaData()\nModel = registry(metadata=metadata).generate_base()\n", "from base import Model, metadata\n"),
        ("#- base.py\nfrom sqlalchemy import MetaData\nfrom sqlalchemy.orm import registry\nmetadata = MetaData()\nmapper = registry(metadata=metadata)\nModel = mapper.generate_base()\n", "from base import Model, metadata\n"),
        # What is not known may be the base of any table.
        ("#- base.py\nfrom sqlalchemy import MetaData\nmetadata = MetaData()\n", "from base import metadata\nfrom elsewhere import Model\n"),
    ],
)  # fmt: skip
def test_tables_of_bases_that_come_a_long_way(base: str, head: str) -> None:
    models = f'#- models.py\n{head}from sqlalchemy import Column, ForeignKey, Integer, Table\nlinks = Table("links", metadata, Column("user_id", ForeignKey("users.id")))\nclass User(Model):\n    __tablename__ = "users"\n    id = Column(Integer, primary_key=True)\n'
    check_findings("BC708", models + base)


@pytest.mark.parametrize("asked", ['["up"], ["up", "down"]', '["up", "down"], [("films", "st")]'])
def test_enums_that_plugins_of_alembic_change(asked: str) -> None:
    made = REVISION.format(column='sa.Column("st", sa.Enum("up", name="st"), nullable=False)')
    change = f'    op.sync_enum_values("public", "st", {asked})\n'
    check_findings("BC701", f"#- models.py\n{BASE}{STATES}{FILM}{STATE}{made}{change}")
