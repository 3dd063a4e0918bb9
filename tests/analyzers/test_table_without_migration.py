"""BC708: tables that no migration creates, keys and relationships that lead nowhere."""

# Snippets are easier to read on one line each.
# ruff: noqa: E501

import pytest

from bugcatalog_ls.testing.checks import check_findings, check_fix

BASE = """\
from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Integer, String, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
class Base(DeclarativeBase):
    pass
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
REVISION = """\
#- migrations/versions/r1.py
import sqlalchemy as sa
from alembic import op
revision = "r1"
down_revision = None
def upgrade():
    op.create_table("users", sa.Column("id", sa.Integer(), primary_key=True))
"""


@pytest.mark.parametrize(
    ("model", "more"),
    [
        ('class Post(Base):\n#     ^^^^ BC708\n    __tablename__ = "posts"\n    id: Mapped[int] = mapped_column(primary_key=True)\n', ""),
        ('linked = Table("links", Base.metadata, Column("id", Integer))\n# <--- BC708\n', ""),
        ('class Post(Base):\n#     ^^^^ BC708\n    __tablename__ = "posts"\n    __table_args__ = {"schema": "audit"}\n    id = Column(Integer, primary_key=True)\n', '    op.create_table("posts", sa.Column("id", sa.Integer()))\n'),
        # One finding for the classes of a table.
        ('class Animal(Base):\n#     ^^^^^^ BC708\n    __tablename__ = "animals"\n    id = Column(Integer, primary_key=True)\nclass Dog(Animal):\n    pass\n', ""),
        ('class Post(Base):\n#     ^^^^ BC708\n    __tablename__ = "posts"\n    id = Column(Integer, primary_key=True)\n', '    op.create_table("posts", sa.Column("id", sa.Integer()))\n    op.drop_table("posts")\n'),
        ('class Post(Base):\n    __tablename__ = "posts"\n    id = Column(Integer, primary_key=True)\n', '    op.execute("CREATE TABLE posts (id int)")\n'),
        ('class Post(Base):\n    __tablename__ = "posts"\n    id = Column(Integer, primary_key=True)\n', '    op.execute("CREATE VIEW posts AS SELECT 1 AS id")\n'),
        ('class Post(Base):\n    __tablename__ = "posts"\n    id = Column(Integer, primary_key=True)\n', '    if context():\n        op.create_table("posts", sa.Column("id", sa.Integer()))\n'),
        ('class Post(Base):\n    __tablename__ = "posts"\n    id = Column(Integer, primary_key=True)\n', '    op.execute(open("schema.sql").read())\n'),
        ('class Post(Base):\n    __abstract__ = True\n    id = Column(Integer, primary_key=True)\n', ""),
        ('class Post(Base):\n    __tablename__ = "posts"\n    __table_args__ = {"info": {"is_view": True}}\n    id = Column(Integer, primary_key=True)\n', ""),
        # Keys and relationships.
        ('class A(Base):\n    __tablename__ = "users"\n    b: Mapped[int] = mapped_column(ForeignKey("user.id"))\n  # ^ BC708\n', ""),
        ('class A(Base):\n    __tablename__ = "users"\n    b: Mapped[int] = mapped_column(ForeignKey("users.uuid"))\n  # ^ BC708\n', ""),
        ('class A(Base):\n    __tablename__ = "users"\n    b = relationship("Usr")\n  # ^ BC708\n    c: Mapped[list["Itm"]] = relationship()\n  # ^ BC708\n    d: Mapped["User | None"] = relationship()\n', ""),
        ('class A(Base):\n    __tablename__ = "users"\n    b = relationship("User")\n    c = relationship("models.User")\n    d = relationship(User)\n    e = relationship(lambda: User)\n    f = Column(ForeignKey(User.id))\n    g = Column(ForeignKey("users.id"))\n', ""),
    ],
)  # fmt: skip
def test_models(model: str, more: str) -> None:
    check_findings("BC708", f"#- models.py\n{BASE}{model}{REVISION}{more}")


POST = 'class Post(Base):\n{}    __tablename__ = "posts"\n    id = Column(Integer, primary_key=True)\n'
MARK = "#     ^^^^ BC708\n"


@pytest.mark.parametrize(
    ("mark", "upgrade"),
    [
        ("", "Base.metadata.create_all(op.get_bind())"),
        ("", "metadata.create_all(bind=op.get_bind(), checkfirst=True)"),
        ("", "models.Base.metadata.create_all(op.get_bind(), tables=[models.Post.__table__])"),
        ("", "SQLModel.metadata.create_all(op.get_bind())"),
        ("", "with op.get_context().autocommit_block():\n        Base.metadata.create_all(op.get_bind())"),
        ("", "create = Base.metadata.create_all\n    create(op.get_bind())"),
        ("", "init(op.get_bind())"),
        (MARK, "pass\ndef downgrade():\n    Base.metadata.drop_all(op.get_bind())"),
    ],
)
def test_revisions_that_create_a_whole_metadata(mark: str, upgrade: str) -> None:
    init = "metadata = Base.metadata\ndef init(bind):\n    Base.metadata.create_all(bind)\n"
    imports = "import models\nfrom models import Base, init, metadata\nfrom sqlmodel import SQLModel\n"
    revision = REVISION.replace("import sqlalchemy", f"{imports}import sqlalchemy")
    check_findings("BC708", f"#- models.py\n{BASE}{POST.format(mark)}{init}{revision}    {upgrade}\n")


@pytest.mark.parametrize(
    ("mark", "path", "code"),
    [
        ("", "app.py", "Base.metadata.create_all(engine)"),
        ("", "app.py", "db.create_all()"),
        ("", "app.py", "SQLModel.metadata.create_all(bind=engine)"),
        ("", "app.py", "async def run(conn):\n    await conn.run_sync(Base.metadata.create_all)"),
        ("", "app.py", "Post.__table__.create(engine)"),
        (MARK, "tests/conftest.py", "Base.metadata.create_all(engine)"),
        (MARK, "app.py", "# Not Base.metadata.create_all(): see db/schema.sql."),
    ],
)
def test_sql_files_beside_tables_that_are_made_by_the_workspace(mark: str, path: str, code: str) -> None:
    sql = "#- db/schema.sql\nCREATE TABLE users (id SERIAL PRIMARY KEY);\n"
    check_findings("BC708", f"#- models.py\n{BASE}{POST.format(mark)}#- {path}\n{code}\n{sql}")


def test_without_a_schema_only_targets_are_looked_at() -> None:
    check_findings(
        "BC708",
        f"{BASE}class A(Base):\n    __tablename__ = 'a'\n    id = Column(Integer, primary_key=True)\n    b = Column(ForeignKey('c.id'))\n  # ^ BC708\n",
    )


def test_the_revision_creates_what_the_table_points_to_first() -> None:
    check_fix("BC708", f"""#- models.py
{BASE}class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"))
class Topic(Base):
    __tablename__ = "topics"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20), unique=True)
{REVISION}""", f"""#- models.py
{BASE}class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"))
class Topic(Base):
    __tablename__ = "topics"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20), unique=True)
{REVISION}#- migrations/versions/b9e3dc444689_create_topics_and_posts.py
\"\"\"Create topics and posts\"\"\"

import sqlalchemy as sa
from alembic import op

revision = "b9e3dc444689"
down_revision = "r1"


def upgrade():
    op.create_table(
        "topics",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "posts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"]),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade():
    op.drop_table("posts")
    op.drop_table("topics")
""")  # fmt: skip


def test_the_revision_has_the_checks_of_the_table() -> None:
    model = f"""#- models.py
{BASE}from sqlalchemy import CheckConstraint, text
class Post(Base):
    __tablename__ = "posts"
    __table_args__ = (CheckConstraint("score >= 0", name="ck_posts_score"), CheckConstraint(text("id > 0")))
    id: Mapped[int] = mapped_column(primary_key=True)
    score: Mapped[int]
{REVISION}"""
    check_fix("BC708", model, f"""{model}#- migrations/versions/f175482783f2_create_posts.py
\"\"\"Create posts\"\"\"

import sqlalchemy as sa
from alembic import op

revision = "f175482783f2"
down_revision = "r1"


def upgrade():
    op.create_table(
        "posts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("score >= 0", name="ck_posts_score"),
        sa.CheckConstraint("id > 0"),
    )


def downgrade():
    op.drop_table("posts")
""")  # fmt: skip


def test_environments_of_a_part_of_the_models_and_models_of_old_times() -> None:
    check_findings(
        "BC708",
        """
        #- core/versions/0001.py
        import sqlalchemy as sa
        from alembic import op
        revision = "0001"
        down_revision = None
        def upgrade():
            op.create_table("users", sa.Column("id", sa.Integer, primary_key=True))
            op.create_table("orders", sa.Column("id", sa.Integer, primary_key=True))
            op.create_table("items", sa.Column("id", sa.Integer, primary_key=True))

        #- core/env.py
        from alembic import context
        from models import Base
        context.configure(target_metadata=Base.metadata)

        #- traces/versions/0001.py
        import sqlalchemy as sa
        from alembic import op
        revision = "0009"
        down_revision = None
        def upgrade():
            op.create_table("spans", sa.Column("id", sa.Integer, primary_key=True))

        #- traces/env.py
        from alembic import context
        from models import Base
        context.configure(target_metadata=Base.metadata)

        #- models.py
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
        class Base(DeclarativeBase): ...
        class User(Base):
            __tablename__ = "users"
            id: Mapped[int] = mapped_column(primary_key=True)
        class Order(Base):
            __tablename__ = "orders"
            id: Mapped[int] = mapped_column(primary_key=True)
        class Item(Base):
            __tablename__ = "items"
            id: Mapped[int] = mapped_column(primary_key=True)

        #- core/old_models.py
        from sqlalchemy import ForeignKey
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
        class OldBase(DeclarativeBase): ...
        class OldKey(OldBase):
            __tablename__ = "old_keys"
            id: Mapped[int] = mapped_column(primary_key=True)
            user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
        """,
    )
