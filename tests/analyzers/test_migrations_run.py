"""What the fixes of section 7 write runs: real Alembic on SQLite, upgraded, checked and downgraded."""

import subprocess
import sys
from pathlib import Path

import pytest

from bugcatalog_ls.testing.checks import apply_all_fixes, project_of

INI = """\
[alembic]
script_location = migrations
prepend_sys_path = .
sqlalchemy.url = sqlite:///app.db
"""

ENV = """\
from alembic import context
from sqlalchemy import create_engine

from models import Base

target_metadata = Base.metadata
engine = create_engine(context.config.get_main_option("sqlalchemy.url"))
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=target_metadata, render_as_batch=RENDER)
    with context.begin_transaction():
        context.run_migrations()
"""

FIRST = '''\
"""Create orgs and users.

Revision ID: 1a2b3c4d5e6f
Revises:
Create Date: 2024-05-01 10:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = "1a2b3c4d5e6f"
down_revision: Union[str, None] = None
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.create_table("orgs", sa.Column("id", sa.Integer(), primary_key=True))
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("legacy", sa.String(length=10), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("users")
    op.drop_table("orgs")
'''

MODELS = """\
import enum
import uuid
from datetime import datetime
from decimal import Decimal
from typing import Optional

from sqlalchemy import JSON, DateTime, Enum, ForeignKey, Index, Numeric, String, Text, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Color(enum.Enum):
    RED = "r"
    BLUE = "b"


class Stamped:
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Org(Base):
    __tablename__ = "orgs"

    id: Mapped[int] = mapped_column(primary_key=True)


class User(Stamped, Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(120), index=True, unique=True)
    nickname: Mapped[Optional[str]] = mapped_column(String(50))
    active: Mapped[bool] = mapped_column(default=True)
    visits: Mapped[int]
    balance: Mapped[Decimal] = mapped_column(Numeric(18, 2))
    settings: Mapped[Optional[dict]] = mapped_column(JSON)
    color: Mapped[Color] = mapped_column(Enum(Color))
    token: Mapped[Optional[str]] = mapped_column(Text, unique=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id", ondelete="CASCADE"))
    key: Mapped[uuid.UUID]
    quoted: Mapped[str] = mapped_column("quoted_name", String(5), server_default="it's")
"""


@pytest.mark.parametrize("batch", ["True", "False"])
def test_what_the_fixes_write_brings_the_schema_up_to_the_models(tmp_path: Path, batch: str) -> None:
    files = {
        "alembic.ini": INI,
        "migrations/env.py": ENV.replace("RENDER", batch),
        "migrations/script.py.mako": "",
        "migrations/versions/1a2b3c4d5e6f_create_orgs_and_users.py": FIRST,
        "models.py": MODELS,
    }
    # What only the schema has must go: the models know nothing of it, and it is to be equal to them.
    fixed = apply_all_fixes("BC703", files, lambda fix: "nullable" not in fix.title)
    assert len(fixed.keys() - files.keys()) > 10
    _check(tmp_path, fixed)


def test_the_revisions_of_one_run_make_one(tmp_path: Path) -> None:
    files = {
        "alembic.ini": INI,
        "migrations/env.py": ENV.replace("RENDER", "True"),
        "migrations/script.py.mako": "",
        "migrations/versions/1a2b3c4d5e6f_create_orgs_and_users.py": FIRST,
        "models.py": MODELS,
    }
    project = project_of("BC703", files, None)
    findings = project.findings("models.py")
    shared = project.together(findings[0], [project.fixes(finding)[-1] for finding in findings])
    assert shared is not None
    (new,) = shared.creates
    _check(tmp_path, files | {new.path: new.content})


TABLES = """\
import enum
import uuid
from typing import Optional

from sqlalchemy import Enum, ForeignKey, ForeignKeyConstraint, Index, Numeric, String, UniqueConstraint, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Color(enum.Enum):
    RED = "r"
    BLUE = "b"


class Org(Base):
    __tablename__ = "orgs"

    id: Mapped[int] = mapped_column(primary_key=True)


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    legacy: Mapped[str] = mapped_column(String(10))


class Comment(Base):
    __tablename__ = "comments"
    __table_args__ = (
        UniqueConstraint("post_id", "rank", name="uq_rank"),
        ForeignKeyConstraint(["post_id", "rank"], ["pages.post_id", "pages.number"], ondelete="CASCADE"),
        Index("ix_comments_both", "post_id", "color"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[Optional[int]] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"))
    color: Mapped[Color] = mapped_column(Enum(Color), server_default="RED")
    price = mapped_column(Numeric(8, 2))
    rank: Mapped[int]


class Page(Base):
    __tablename__ = "pages"

    post_id = mapped_column(ForeignKey("posts.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)


class Post(Base):
    __tablename__ = "posts"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(80), unique=True, index=True)
    made_at = mapped_column(String(30), server_default=func.now(), nullable=False)
"""


@pytest.mark.parametrize("batch", ["True", "False"])
@pytest.mark.parametrize("together", [True, False])
def test_tables_that_the_fixes_create(tmp_path: Path, batch: str, together: bool) -> None:
    files = {
        "alembic.ini": INI,
        "migrations/env.py": ENV.replace("RENDER", batch),
        "migrations/script.py.mako": "",
        "migrations/versions/1a2b3c4d5e6f_create_orgs_and_users.py": FIRST,
        "models.py": TABLES,
    }
    if together:
        project = project_of("BC708", files, None)
        findings = project.findings("models.py")
        assert len(findings) == 3
        shared = project.together(findings[0], [project.fixes(finding)[-1] for finding in findings])
        assert shared is not None
        _check(tmp_path, files | {new.path: new.content for new in shared.creates})
    else:
        _check(tmp_path, apply_all_fixes("BC708", files, lambda fix: True))


# Four of Alembic's commands, one after the other, in one process of their own.
UP_CHECKED_DOWN_AND_UP = """
from alembic.config import main

for command in ("upgrade head", "check", "downgrade base", "upgrade head"):
    main(command.split())
"""


def _check(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", UP_CHECKED_DOWN_AND_UP],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No new upgrade operations detected" in done.stdout + done.stderr
