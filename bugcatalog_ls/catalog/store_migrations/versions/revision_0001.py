"""Pages of entries, each with all its versions.

Revision ID: 0001
"""

from __future__ import annotations

import time
import uuid

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    identity = op.create_table(
        "bugcatalog_identity",
        sa.Column("store", sa.String(32), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store", name="pk_bugcatalog_identity"),
    )
    op.bulk_insert(identity, [{"store": uuid.uuid4().hex, "made_at": time.time_ns() // 1_000_000}])
    op.create_table(
        "bugcatalog_page",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", "version", name="pk_bugcatalog_page"),
    )


def downgrade() -> None:
    op.drop_table("bugcatalog_page")
    op.drop_table("bugcatalog_identity")
