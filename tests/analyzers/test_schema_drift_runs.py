"""What the fixes of BC704, BC711 and BC702 write runs: seeded drift on SQLite, upgraded, checked, downgraded."""

# Snippets are easier to read on one line each.
# ruff: noqa: E501

from pathlib import Path

import pytest
from test_migrations_run import ENV, INI, _check

from bugcatalog_ls.testing.checks import apply_all_fixes

HEAD = '''\
"""Create it.

Revision ID: 1a2b3c4d5e6f
Revises:

"""
from alembic import op
import sqlalchemy as sa

revision = "1a2b3c4d5e6f"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("orgs", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("key", sa.String(20), unique=True))
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("email", sa.String(length=80), nullable=True),
        sa.Column("age", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=20), nullable=True),
        sa.Column("org_key", sa.String(length=20), nullable=True),
        sa.Column("org_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["org_key"], ["orgs.key"], name="fk_org_key"),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"]),
        sa.UniqueConstraint("age", name="uq_age"),
    )
    op.create_index("ix_users_note", "users", ["note"])


def downgrade() -> None:
    op.drop_table("users")
    op.drop_table("orgs")
'''

MODELS = """\
from typing import Optional

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Org(Base):
    __tablename__ = "orgs"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[Optional[str]] = mapped_column(String(20), unique=True)


class User(Base):
    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("age", name="uq_age"), Index("ix_users_note", "note"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[Optional[str]] = mapped_column(String(80))
    age: Mapped[int]
    note: Mapped[Optional[str]] = mapped_column(String(20))
    org_key: Mapped[Optional[str]] = mapped_column(ForeignKey("orgs.key"))
    org_id: Mapped[Optional[int]] = mapped_column(ForeignKey("orgs.id"))
"""


@pytest.mark.parametrize("batch", ["False"])
@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("BC711", "email: Mapped[Optional[str]] =", "email: Mapped[str] ="),
        ("BC711", "age: Mapped[int]", "age: Mapped[Optional[int]]"),
        ("BC711", "age: Mapped[int]", "age: Mapped[int] = mapped_column(BigInteger)"),
        ("BC711", "note: Mapped[Optional[str]] = mapped_column(String(20))", "note = mapped_column(Text)"),
        ("BC711", "mapped_column(String(80))", "mapped_column(String(80), index=True)"),
        ("BC711", "mapped_column(String(80))", "mapped_column(String(80), unique=True)"),
        ("BC711", ', Index("ix_users_note", "note")', ""),
        ("BC711", 'Index("ix_users_note", "note")', 'Index("ix_users_note", "note", unique=True)'),
        ("BC711", 'UniqueConstraint("age", name="uq_age"), ', ""),
        ("BC711", 'age: Mapped[int]', 'age: Mapped[int] = mapped_column(ForeignKey("orgs.id"))'),
        ("BC711", 'mapped_column(ForeignKey("orgs.key"))', "mapped_column(String(20))"),
        ("BC704", "mapped_column(String(80))", "mapped_column(String(200))"),
        ("BC704", "key: Mapped[Optional[str]] = mapped_column(String(20), unique=True)", "key: Mapped[Optional[str]] = mapped_column(String(50), unique=True)"),
    ],
)  # fmt: skip
def test_seeded_drift(tmp_path: Path, batch: str, code: str, old: str, new: str) -> None:
    assert old in MODELS
    _run(tmp_path, batch, code, MODELS.replace(old, new))


@pytest.mark.parametrize("batch", ["True", "False"])
@pytest.mark.parametrize("key", ["orgs.key", "orgs.id"])
def test_a_rule_for_deleted_parents(tmp_path: Path, batch: str, key: str) -> None:
    models = MODELS + "\n\ndef remove(session, org: Org) -> None:\n    session.delete(org)\n"
    other = "orgs.id" if key == "orgs.key" else "orgs.key"
    models = models.replace(f'ForeignKey("{other}")', f'ForeignKey("{other}", ondelete="RESTRICT")')
    head = HEAD.replace(f'["{other}"]', f'["{other}"], ondelete="RESTRICT"')
    _run(tmp_path, batch, "BC702", models, head)


def _run(folder: Path, batch: str, code: str, models: str, head: str = HEAD) -> None:
    files = {
        "alembic.ini": INI,
        "migrations/env.py": ENV.replace("RENDER", batch),
        "migrations/script.py.mako": "",
        "migrations/versions/1a2b3c4d5e6f_create_it.py": head,
        "models.py": models,
    }
    fixed = apply_all_fixes(code, files, lambda fix: bool(fix.creates))
    assert len(fixed) > len(files)
    _check(folder, fixed)
