"""BC701, BC702, BC704, BC710 and BC711: what they find, and look-alikes that they leave."""

# Snippets are easier to read on one line each.
# ruff: noqa: E501

import pytest

from bugcatalog_ls.analysis.analyzer import Options
from bugcatalog_ls.facts.stored_texts import StoredText
from bugcatalog_ls.testing.checks import check_facts, check_findings, check_fix

BASE = """\
import enum
import hashlib
import uuid
from sqlalchemy import BigInteger, Boolean, Column, DateTime, Enum, ForeignKey, ForeignKeyConstraint, Index, Integer, JSON, Numeric, String, Text, UniqueConstraint, delete, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
class Base(DeclarativeBase):
    pass
"""
REVISION = """\
#- migrations/versions/r1.py
import sqlalchemy as sa
from alembic import op
revision = "r1"
down_revision = None
def upgrade():
"""
USERS = (
    'class User(Base):\n    __tablename__ = "users"\n    id: Mapped[int] = mapped_column(primary_key=True)\n'
)
TEAMS = (
    'class Team(Base):\n    __tablename__ = "teams"\n    id: Mapped[int] = mapped_column(primary_key=True)\n'
)
POST = (
    'class Post(Base):\n    __tablename__ = "posts"\n    id: Mapped[int] = mapped_column(primary_key=True)\n'
)


@pytest.mark.parametrize(
    "body",
    [
        USERS + POST + '    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))\n  # ^^^^^^^ BC702\n',
        TEAMS + POST + '    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))\n  # ^^^^^^^ BC702.reference\n',
        TEAMS + POST + '    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))\n  # ^^^^^^^ BC702\ndef f(s, team: Team):\n    s.delete(team)\n',
        TEAMS + POST + '    team_id: Mapped[int] = mapped_column(ForeignKey(Team.id))\n  # ^^^^^^^ BC702\ndef f(s, i):\n    s.execute(delete(Team).where(Team.id == i))\n',
        TEAMS + POST + '    team_id = Column(ForeignKey("teams.id"))\n  # ^^^^^^^ BC702\ndef f(s, i):\n    s.query(Team).filter(Team.id == i).delete()\n',
        TEAMS + POST + '    team_id = Column(ForeignKey("teams.id"))\n  # ^^^^^^^ BC702\nasync def f(s, i):\n    team = await s.get(Team, i)\n    await s.delete(team)\n',
        TEAMS + POST + '    team_id = Column(ForeignKey("teams.id"))\n  # ^^^^^^^ BC702\ndef f(s, i):\n    s.execute("DELETE FROM teams WHERE id = 1")\n',
        TEAMS + POST + '    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="SET NULL"))\n  # ^^^^^^^ BC702\n',
        TEAMS + '    posts: Mapped[list["Post"]] = relationship()\n  # ^^^^^ BC702.passive\n' + POST + '    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))\n',
        "class Owned:\n    owner_id = Column(ForeignKey('users.id'))\n  # ^^^^^^^^ BC702\n" + USERS + POST.replace("Post(Base)", "Post(Owned, Base)"),
        # Look-alikes.
        USERS + POST + '    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))\n',
        USERS + POST + '    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))\n',
        TEAMS + '    posts: Mapped[list["Post"]] = relationship(cascade="all, delete-orphan")\n' + POST + '    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))\ndef f(s, team: Team):\n    s.delete(team)\n',
        TEAMS + '    posts: Mapped[list["Post"]] = relationship(passive_deletes=True)\n' + POST + '    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))\n',
        USERS + 'class Admin(User):\n    __tablename__ = "admins"\n    id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)\n',
    ],
)  # fmt: skip
def test_foreign_keys(body: str) -> None:
    check_findings("BC702", BASE + body)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Mapped[int]", "Mapped[int | None]"),
        ('Mapped["int"]', 'Mapped["int | None"]'),
        ('"Mapped[int]"', '"Mapped[int | None]"'),
        ("\"Mapped['int']\"", "\"Mapped['int | None']\""),
    ],
)
def test_a_reference_may_be_none_within_the_quotes_of_its_annotation(before: str, after: str) -> None:
    key = 'mapped_column(ForeignKey("users.id", ondelete="SET NULL")'
    model = BASE + USERS + POST + "    user_id: "
    check_fix("BC702", f"{model}{before} = {key})\n", f"{model}{after} = {key}, nullable=True)\n")


def test_a_new_migration_that_lacks_the_models_rule() -> None:
    model = '    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))\n'
    made = '    op.create_table("users", sa.Column("id", sa.Integer(), primary_key=True))\n    op.create_table("posts", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("user_id", sa.Integer()))\n    op.create_foreign_key("fk", "posts", "users", ["user_id"], ["id"])\n  # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC702\n'
    check_findings("BC702", f"#- models.py\n{BASE}{USERS}{POST}{model}{REVISION}{made}")


TEXTS = (
    POST
    + "    name: Mapped[str] = mapped_column(String(10))\n    code: Mapped[str] = mapped_column(String(36))\n"
)


@pytest.mark.parametrize(
    "body",
    [
        POST + '    state: Mapped[str] = mapped_column(String(3), default="open")\n  # ^^^^^ BC704\n',
        POST + '    state: Mapped[str] = mapped_column(String(3), server_default="open")\n  # ^^^^^ BC704\n',
        TEXTS + 'def f(post: Post):\n    post.name = "a much longer text"\n              # ^^^^^^^^^^^^^^^^^^^^ BC704\n',
        TEXTS + 'def f(post: Post):\n    post.name = f"{post.code}"\n              # ^^^^^^^^^^^^^^ BC704\n',
        TEXTS + "def f(post: Post, data):\n    post.code = hashlib.sha256(data).hexdigest()\n              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC704\n",
        TEXTS + "def f():\n    return Post(name=str(uuid.uuid4()))\n                   # ^^^^^^^^^^^^^^^^^ BC704\n",
        TEXTS + "from uuid import uuid4\ndef f():\n    return Post(name=str(uuid4()), code=str(uuid4()))\n                   # ^^^^^^^^^^^^ BC704\n",
        TEXTS + 'from typing import Annotated\nfrom pydantic import BaseModel, StringConstraints\nTitle = Annotated[str, StringConstraints(max_length=20)]\nTitles = Annotated[list[str], StringConstraints(max_length=99)]\nclass PostCreate(BaseModel):\n    name: Title | None\n  # ^^^^ BC704\n    code: Titles\n',
        TEXTS + 'from pydantic import BaseModel, Field, constr\nclass PostCreate(BaseModel):\n    name: str = Field(max_length=20)\n  # ^^^^ BC704\n    code: constr(max_length=40)\n  # ^^^^ BC704\n',
        TEXTS + 'def f(post: Post):\n    post.name = "short"\n    post.name = f"{post.code}"[:10]\n    post.code = str(uuid.uuid4())\n',
        TEXTS + 'from pydantic import BaseModel, Field\nclass PostCreate(BaseModel):\n    name: str = Field(max_length=10)\n    code: str\nclass OtherCreate(BaseModel):\n    name: str = Field(max_length=99)\n',
        POST + '    body: Mapped[str] = mapped_column(Text, default="a long default")\n',
    ],
)  # fmt: skip
def test_lengths(body: str) -> None:
    check_findings("BC704", BASE + body)


def test_values_of_members_in_a_file_without_other_texts() -> None:
    members = (
        "import enum\nclass Kind(str, enum.Enum):\n    POST = 'post'\n    COLLECT = 'click_and_collect'\n"
    )
    uses = (
        "from models import Kind, Post\ndef f(session):\n    post = Post(name=Kind.COLLECT.value)\n"
        "                   # ^^^^^^^^^^^^^^^^^^ BC704\n    post.name = Kind.COLLECT.value\n"
        "              # ^^^^^^^^^^^^^^^^^^ BC704\n    post.name = Kind.POST.value\n    session.add(post)\n"
    )
    check_findings("BC704", f"#- models.py\n{BASE}{TEXTS}{members}#- use.py\n{uses}")


@pytest.mark.parametrize(
    ("code", "column", "made"),
    [
        ("BC704", "name: Mapped[str] = mapped_column(String(20))\n  # ^^^^ BC704\n", 'sa.Column("name", sa.String(10), nullable=False)'),
        ("BC704", "name: Mapped[str] = mapped_column(String(20))\n", 'sa.Column("name", sa.String(20), nullable=False)'),
        ("BC711", "name: Mapped[str] = mapped_column(Text)\n  # ^^^^ BC711\n", 'sa.Column("name", sa.String(20), nullable=False)'),
        ("BC711", "name: Mapped[int]\n  # ^^^^ BC711\n", 'sa.Column("name", sa.BigInteger(), nullable=False)'),
        ("BC711", "name: Mapped[str] = mapped_column(String(20))\n  # ^^^^ BC711\n", 'sa.Column("name", sa.String(20))'),
        ("BC711", 'name: Mapped[str] = mapped_column(String(20), server_default="x")\n  # ^^^^ BC711\n', 'sa.Column("name", sa.String(20), nullable=False)'),
        ("BC711", "name: Mapped[str] = mapped_column(String(20), index=True)\n  # ^^^^ BC711\n", 'sa.Column("name", sa.String(20), nullable=False)'),
        ("BC711", "name: Mapped[str] = mapped_column(String(20), unique=True)\n  # ^^^^ BC711\n", 'sa.Column("name", sa.String(20), nullable=False)'),
        ("BC711", 'name: Mapped[int] = mapped_column(ForeignKey("posts.id"))\n  # ^^^^ BC711\n', 'sa.Column("name", sa.Integer(), nullable=False)'),
        ("BC711", 'name: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))\n  # ^^^^ BC711\n', 'sa.Column("name", sa.Integer(), sa.ForeignKey("posts.id", ondelete="SET NULL"), nullable=False)'),
        ("BC711", 'name: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))\n', 'sa.Column("name", sa.Integer(), sa.ForeignKey("posts.id"), nullable=False)'),
        ("BC711", "name: Mapped[str] = mapped_column(String(20), index=True)\n", 'sa.Column("name", sa.VARCHAR(20), nullable=False, index=True)'),
        ("BC711", "name: Mapped[bool]\n", 'sa.Column("name", sa.Boolean(), nullable=False, server_default=sa.false())'),
        ("BC711", "name: Mapped[float]\n", 'sa.Column("name", sa.REAL(), nullable=False)'),
    ],
)  # fmt: skip
def test_drift(code: str, column: str, made: str) -> None:
    table = f'    op.create_table("posts", sa.Column("id", sa.Integer(), primary_key=True), {made})\n'
    check_findings(code, f"#- models.py\n{BASE}{POST}    {column}{REVISION}{table}")


COLOR = 'class Color(enum.Enum):\n    RED = "red"\n    BLUE = "blue"\n'
BY_VALUE = "Enum(Color, values_callable=lambda e: [m.value for m in e])"


@pytest.mark.parametrize(
    ("column", "labels"),
    [
        ("color: Mapped[Color] = mapped_column(Enum(Color))\n  # ^^^^^ BC701\n", '"red", "blue"'),
        ("color: Mapped[Color]\n  # ^^^^^ BC701\n", '"red", "blue"'),
        (f"color: Mapped[Color] = mapped_column({BY_VALUE})\n  # ^^^^^ BC701\n", '"RED", "BLUE"'),
        ("color: Mapped[Color] = mapped_column(Enum(Color))\n  # ^^^^^ BC701\n", '"RED"'),
        ("color: Mapped[Color] = mapped_column(Enum(Color))\n  # ^^^^^ BC701\n", '"RED", "BLUE", "GREEN"'),
        ("color: Mapped[Color] = mapped_column(Enum(Color))\n", '"BLUE", "RED"'),
        (f"color: Mapped[Color] = mapped_column({BY_VALUE})\n", '"red", "blue"'),
        ("color: Mapped[Color] = mapped_column(Enum(Color, native_enum=False))\n", '"RED", native_enum=False'),
    ],
)  # fmt: skip
def test_enum_labels(column: str, labels: str) -> None:
    table = f'    op.create_table("posts", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("color", sa.Enum({labels}, name="color"), nullable=False))\n'
    check_findings("BC701", f"#- models.py\n{BASE}{COLOR}{POST}    {column}{REVISION}{table}")


def test_an_alias_is_no_label() -> None:
    color = "class Color(enum.Enum):\n    RED = 'red'\n    CRIMSON = 'red'\n"
    column = "color: Mapped[Color] = mapped_column(Enum(Color))\n"
    table = '    op.create_table("posts", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("color", sa.Enum("RED")))\n'
    check_findings("BC701", f"#- models.py\n{BASE}{color}{POST}    {column}{REVISION}{table}")


def test_what_is_unpacked_may_say_ondelete() -> None:
    check_findings(
        "BC702",
        f'{BASE}{USERS}{POST}    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", **KEY))\n',
    )


def test_strings_beside_enum_columns() -> None:
    check_findings(
        "BC701",
        f"{BASE}{COLOR}{POST}    color: Mapped[Color] = mapped_column(Enum(Color))\n"
        + (
            'def f(post: Post):\n    post.color = "red"\n               # ^^^^^ BC701\n'
            '    post.color = "RED"\n    Post.color == "green"\n                # ^^^^^^^ BC701\n    post.color == Color.RED\n'
        ),
    )


def test_labels_that_mysql_holds_are_not_known() -> None:
    body = f"{BASE}{COLOR}{POST}    color: Mapped[Color] = mapped_column({BY_VALUE})\n  # ^^^^^ BC701.unverified\n"
    check_findings("BC701", body, Options(dialects=("mysql",)))


@pytest.mark.parametrize(
    "line",
    [
        'op.alter_column("t", "a", new_column_name="b")',
        'op.rename_table("t", "u")',
        'op.add_column("t", sa.Column("a", sa.Integer(), nullable=False))',
        'op.alter_column("t", "a", existing_type=sa.String(20), type_=sa.String(10))',
        'op.alter_column("t", "a", existing_type=sa.Text(), type_=sa.String(10))',
        'op.alter_column("t", "a", existing_type=sa.BigInteger(), type_=sa.Integer())',
    ],
)
def test_steps_that_break_running_code(line: str) -> None:
    check_findings("BC710", f"{REVISION}    {line}\n  # {'^' * len(line)} BC710\n")


@pytest.mark.parametrize(
    "line",
    [
        'op.alter_column("t", "a", nullable=True)',
        'op.add_column("t", sa.Column("a", sa.Integer()))',
        'op.add_column("t", sa.Column("a", sa.Integer(), nullable=False, server_default="0"))',
        'op.alter_column("t", "a", existing_type=sa.String(10), type_=sa.Text())',
        'op.drop_column("t", "a")',
        'op.create_table("t", sa.Column("a", sa.Integer()))\n    op.alter_column("t", "a", new_column_name="b")',
    ],
)
def test_steps_that_running_code_survives(line: str) -> None:
    check_findings("BC710", f"{REVISION}    {line}\n")


def test_renames_in_batches_and_old_revisions() -> None:
    chain = "".join(
        f'#- migrations/versions/r{n}.py\nimport sqlalchemy as sa\nfrom alembic import op\nrevision = "r{n}"\ndown_revision = "r{n - 1}"\ndef upgrade():\n    op.rename_table("a{n}", "b{n}")\n'
        + ('  # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC710\n' if n > 2 else "")
        for n in (2, 3, 4)
    )  # fmt: skip
    first = f'{REVISION}    with op.batch_alter_table("t") as batch_op:\n        batch_op.alter_column("a", new_column_name="b")\n'
    check_findings("BC710", first + chain)


@pytest.mark.parametrize(
    ("written", "is_wrong"),
    [
        ('Post(color="red")', True),
        ('Post(color="RED")', False),
        ('s.query(Post).filter_by(color="green")', True),
        ('s.execute(select(Post).filter_by(color="green"))', True),
        ('s.query(Post).filter_by(color="RED").first()', False),
        ('s.query(Post, User).filter_by(color="green")', False),
        ('s.execute(update(Post).where(Post.id == 1).values(color="green"))', True),
        ('s.execute(update(Post).values(color="RED"))', False),
        ('s.query(Post).filter(Post.color.in_(["green"]))', True),
        ('s.query(Post).filter(Post.color.not_in(["RED", "BLUE"]))', False),
        ('s.query(Post).filter(Widget.color.in_(["green"]))', False),
        ('Widget(color="green")', False),
        ('post.copy(color="green")', False),
    ],
)
def test_strings_given_to_enum_columns(written: str, is_wrong: bool) -> None:
    text = written[written.index('"') : written.rindex('"') + 1]
    line = f"    found = {written}"
    mark = f"    # {' ' * (line.index(text) - 6)}{'^' * len(text)} BC701\n" if is_wrong else ""
    # The name of the keyword is one that enums usually stand behind.
    model = f"{BASE}from sqlalchemy import select, update\n{COLOR}{POST}    color: Mapped[Color] = mapped_column(Enum(Color))\n"
    check_findings("BC701", f"{model}def f(s, post):\n{line}\n{mark}")


INI = "#- alembic.ini\n[alembic]\nscript_location = migrations\nsqlalchemy.url = DIALECT://localhost/x\n"


@pytest.mark.parametrize(
    ("column", "made", "where"),
    [
        ("at: Mapped[str] = mapped_column(DateTime(timezone=True))", "sa.DateTime()", "postgresql"),
        ("at = Column(DateTime, nullable=False)", "sa.DateTime(timezone=True)", "postgresql"),
        ("at: Mapped[Color] = mapped_column(Enum(Color))", "sa.String(20)", "postgresql mysql"),
        ("at: Mapped[uuid.UUID]", "sa.String(36)", "postgresql"),
        ("at: Mapped[bool]", "sa.Integer()", "postgresql mysql sqlite"),
        ("at: Mapped[float]", "sa.Numeric(10, 2)", "postgresql mysql sqlite"),
        ("at = Column(JSON, nullable=False)", "sa.dialects.postgresql.JSONB()", "postgresql"),
        ("at: Mapped[Color] = mapped_column(Enum(Color, native_enum=False))", "sa.String(20)", ""),
    ],
)
@pytest.mark.parametrize("dialect", ["postgresql", "mysql", "sqlite"])
def test_types_that_are_two_in_some_databases(column: str, made: str, where: str, dialect: str) -> None:
    table = f'    op.create_table("posts", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("at", {made}, nullable=False))\n'
    mark = "  # ^^ BC711\n" if dialect in where else ""
    check_findings(
        "BC711",
        f"#- models.py\n{BASE}{COLOR}{POST}    {column}\n{mark}{REVISION}{table}{INI.replace('DIALECT', dialect)}",
    )


ENV = "#- migrations/env.py\nfrom alembic import context\nfrom models import Base\ntarget_metadata = Base.metadata\ncontext.configure(target_metadata=target_metadata)\ncontext.run_migrations()\n"


def test_columns_that_no_model_maps() -> None:
    table = '    op.create_table("posts", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("old", sa.Text()))\n'
    marked = POST.replace("class Post(Base):\n", "class Post(Base):\n#     ^^^^ BC711.unmapped\n")
    check_findings("BC711", f"#- models.py\n{BASE}{marked}{REVISION}{table}")


@pytest.mark.parametrize(
    ("env", "is_found"),
    [
        (ENV, True),
        (ENV.replace("target_metadata=target", "include_object=x, target_metadata=target"), False),
        ("", False),
    ],
)
def test_tables_that_no_model_maps(env: str, is_found: bool) -> None:
    tables = '    op.create_table("posts", sa.Column("id", sa.Integer(), primary_key=True))\n    op.create_table("old", sa.Column("id", sa.Integer(), primary_key=True))\n'
    revision = REVISION
    if is_found:
        revision = revision.replace(
            'revision = "r1"\n',
            'revision = "r1"\n#          ^^^^ BC711.unmapped no model maps the table old\n',
            1,
        )
    check_findings("BC711", f"#- models.py\n{BASE}{POST}{revision}{tables}{env}")


def test_indexes_in_an_order_that_is_written_as_text() -> None:
    args = '    __table_args__ = (Index("ix_users_note", "id", text("note DESC")),)\n'
    model = BASE.replace("func\n", "func, text\n", 1) + USERS + args + "    note: Mapped[str]\n"
    made = (
        '    op.create_table("users", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("note", sa.String(), nullable=False))\n'
        '    op.create_index("ix_users_note", "users", ["id", sa.text("note DESC")])\n'
    )
    check_findings("BC711", f"#- models.py\n{model}{REVISION}{made}")


STATES = 'class St(enum.Enum):\n    OPEN = "open"\n    DONE = "done"\n'
JOB = 'class Job(Base):\n    __tablename__ = "jobs"\n    id: Mapped[int] = mapped_column(primary_key=True)\n'
LABELLED = STATES + JOB + '    st: Mapped[St] = mapped_column(Enum(St, name="st"))\n'
SHORT = JOB + "    st: Mapped[str] = mapped_column(String(5))\n"


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("BC701", LABELLED + 'def f(session, i):\n    job = session.get(Job, i)\n    job.st = "done"\n           # ^^^^^^ BC701\n'),
        ("BC701", LABELLED + 'def f(session):\n    session.query(Job).update({"st": "done"})\n                                   # ^^^^^^ BC701\n'),
        ("BC701", LABELLED + 'from sqlalchemy import text\ndef f(s):\n    s.execute(text("SELECT id FROM jobs WHERE st = \'open\'"))\n                                                 # ^^^^^^ BC701\n'),
        ("BC704", SHORT + 'def f(session):\n    session.add(Job(st="completed"))\n                     # ^^^^^^^^^^^ BC704\n'),
        ("BC704", SHORT + 'def f(session):\n    session.query(Job).update({Job.st: "completed"})\n                                     # ^^^^^^^^^^^ BC704\n'),
        ("BC704", 'class W(enum.Enum):\n    LONG = "waiting_for_input"\n' + SHORT + "def f(session):\n    session.add(Job(st=W.LONG.value))\n                     # ^^^^^^^^^^^^ BC704\n"),
        # Look-alikes.
        ("BC701", LABELLED + 'from sqlalchemy import text\ndef f(s):\n    job = s.get(Job, 1)\n    job.st = St.DONE\n    s.execute(text("SELECT id, \'open\' AS x FROM jobs WHERE st = \'OPEN\'"))\n'),
        ("BC701", LABELLED + 'class Dto:\n    st = ""\ndef f(client, i):\n    job = client.get(Dto, i)\n    job.st = "open"\n'),
        ("BC704", SHORT + 'def f(session, job: Job):\n    job.st = "completed"[:5]\n    session.add(Job(st="done"))\n'),
        ("BC704", SHORT + '    @validates("st")\n    def cut(self, key, value):\n        return value[:5]\ndef f(session):\n    session.add(Job(st="completed"))\n'.replace("    @validates", "    from sqlalchemy.orm import validates\n    @validates")),
    ],
)  # fmt: skip
def test_texts_that_rows_are_given(code: str, body: str) -> None:
    check_findings(code, BASE + body)


@pytest.mark.parametrize(
    ("code", "body", "sql"),
    [
        ("BC701", STATES + JOB + '    st: Mapped[St] = mapped_column(Enum(St, name="st"))\n  # ^^ BC701\n', "CREATE TYPE st AS ENUM ('open', 'done');\nCREATE TABLE jobs (id SERIAL PRIMARY KEY, st st NOT NULL);\n"),
        ("BC704", JOB + "    st: Mapped[str] = mapped_column(String(9))\n  # ^^ BC704\n", "CREATE TABLE jobs (id SERIAL PRIMARY KEY, st VARCHAR(5) NOT NULL);\n"),
        ("BC708", SHORT + 'class Tag(Base):\n    # ^^^ BC708\n    __tablename__ = "tags"\n    id: Mapped[int] = mapped_column(primary_key=True)\n', "CREATE TABLE jobs (id SERIAL PRIMARY KEY, st VARCHAR(5) NOT NULL);\n"),
        ("BC711", JOB + "    st: Mapped[str] = mapped_column(String(5))\n  # ^^ BC711\n", "CREATE TABLE jobs (id SERIAL PRIMARY KEY, st VARCHAR(5));\n"),
        # Files about something else, and types of SQLite.
        ("BC708", SHORT, "CREATE TABLE reports (id INTEGER PRIMARY KEY);\n"),
        ("BC711", JOB + "    at: Mapped[bool]\n", "CREATE TABLE jobs (id INTEGER PRIMARY KEY, at INTEGER NOT NULL);\n"),
    ],
)  # fmt: skip
def test_models_beside_sql_files(code: str, body: str, sql: str) -> None:
    check_findings(code, f"#- models.py\n{BASE}{body}#- db/schema.sql\n{sql}")


@pytest.mark.parametrize(
    "statement",
    ["ALTER TABLE posts RENAME COLUMN a TO b", "ALTER TABLE posts RENAME TO b", "ALTER TABLE posts ADD COLUMN c TEXT NOT NULL"],
)  # fmt: skip
def test_renames_in_sql(statement: str) -> None:
    call = f'op.execute("{statement}")'
    check_findings("BC710", f"{REVISION}    {call}\n  # {'^' * len(call)} BC710\n")


def _second(body: str, columns: str, url: str = "postgresql://u@h/d") -> str:
    """A first revision that creates `t`, and a second one with a body."""
    first = f'{REVISION}    op.create_table("t", sa.Column("id", sa.Integer()), {columns})\n'
    second = REVISION.replace("r1", "r2").replace("down_revision = None", 'down_revision = "r1"')
    ini = f"#- alembic.ini\n[alembic]\nscript_location = migrations\nsqlalchemy.url = {url}\n"
    return f"{ini}#- migrations/env.py\nfrom alembic import context\n{first}{second}{body}"


@pytest.mark.parametrize(
    ("statement", "columns", "is_wrong"),
    [
        # What it was is known from the revisions before.
        ('op.alter_column("t", "a", type_=sa.String(50))', 'sa.Column("a", sa.String(200))', True),
        ('op.alter_column("t", "a", type_=sa.String(50))', 'sa.Column("a", sa.String(20))', False),
        ('op.execute("ALTER TABLE t ALTER COLUMN a TYPE VARCHAR(40)")', 'sa.Column("a", sa.Text())', True),
        ('op.execute("ALTER TABLE t ALTER COLUMN a TYPE integer USING a::integer")', 'sa.Column("a", sa.BigInteger())', True),
        ('op.execute("ALTER TABLE t MODIFY a VARCHAR(40)")', 'sa.Column("a", sa.String(20))', False),
        ('op.execute("ALTER TABLE t ALTER COLUMN a TYPE NUMERIC(8, 2)")', 'sa.Column("a", sa.Numeric(12, 2))', True),
        # More than a TEXT of MySQL holds is no narrower than one.
        ('op.alter_column("t", "a", existing_type=sa.TEXT(), type_=sa.String(16777215))', 'sa.Column("a", sa.Text())', False),
        ('op.alter_column("t", "a", existing_type=sa.Float(), type_=sa.Integer())', 'sa.Column("a", sa.Float())', True),
    ],
)  # fmt: skip
def test_narrowing_judged_by_the_revisions_before(statement: str, columns: str, is_wrong: bool) -> None:
    mark = f"  # {'^' * len(statement)} BC710\n" if is_wrong else ""
    check_findings("BC710", _second(f"    {statement}\n{mark}", columns))


@pytest.mark.parametrize(
    ("old", "new", "more", "is_wrong"),
    [
        ("sa.String(64)", "sa.String(64)", "", True),
        ("sa.String(64)", "sa.String(90)", "", False),
        ("sa.Boolean()", "sa.DateTime()", "", False),
        ("sa.String(64)", "sa.Text()", '    op.execute("UPDATE t SET handle = login")\n', True),
    ],
)
def test_drop_and_add_under_unlike_names(old: str, new: str, more: str, is_wrong: bool) -> None:
    drop = 'op.drop_column("t", "login")'
    mark = f"  # {'^' * len(drop)} BC710\n" if is_wrong else ""
    body = f'    op.add_column("t", sa.Column("handle", {new}))\n{more}    {drop}\n{mark}'
    check_findings("BC710", _second(body, f'sa.Column("login", {old})'))


def test_drop_of_what_only_sql_uses() -> None:
    query = '#- q.py\nfrom sqlalchemy import text\ndef f(c):\n    c.execute(text("SELECT a FROM t"))\n'
    columns = 'sa.Column("a", sa.Integer()), sa.Column("b", sa.Integer())'
    body = '    op.drop_column("t", "a")\n  # ^^^^^^^^^^^^^^^^^^^^^^^^ BC710\n    op.drop_column("t", "b")\n'
    check_findings("BC710", _second(body, columns) + query)


def test_a_name_that_nothing_binds_yet_hides_no_other_text() -> None:
    check_findings(
        "BC704",
        """
        import uuid

        from sqlalchemy import String
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        class Base(DeclarativeBase): ...

        class Token(Base):
            __tablename__ = "token"
            id: Mapped[str] = mapped_column(String(8), primary_key=True)

        def make():
            yield Token(id=md5)
            yield Token(id=uuid.uuid4().hex)
            #              ^^^^^^^^^^^^^^^^ BC704
        """,
    )


def test_a_token_longer_than_any_number_that_is_kept_is_of_no_known_length() -> None:
    check_facts(
        StoredText,
        """
        import secrets
        from app.models import Token

        Token(id=secrets.token_hex(99999999999999999999))
        """,
        "",
    )
