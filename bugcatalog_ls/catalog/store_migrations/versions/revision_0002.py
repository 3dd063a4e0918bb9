"""What was found in which repository, and how it went on.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "bugcatalog_repository",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last_run_at", sa.BigInteger(), nullable=False),
        sa.Column("last_person", sa.Text(), nullable=False),
        sa.Column("last_machine", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bugcatalog_repository"),
        sa.UniqueConstraint("name", name="uq_bugcatalog_repository_name"),
    )
    op.create_table(
        "bugcatalog_delivery",
        sa.Column("batch", sa.String(40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("batch", name="pk_bugcatalog_delivery"),
    )
    op.create_table(
        "bugcatalog_occurrence",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("repository_id", sa.Integer(), nullable=False),
        sa.Column("identity", sa.String(32), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("severity", sa.String(12), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("first_person", sa.Text(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_person", sa.Text(), nullable=False),
        sa.Column("n_mended", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bugcatalog_occurrence"),
        sa.ForeignKeyConstraint(
            ["repository_id"],
            ["bugcatalog_repository.id"],
            name="fk_bugcatalog_occurrence_repository_id",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "repository_id", "identity", name="uq_bugcatalog_occurrence_repository_id_identity"
        ),
    )
    op.create_index(
        "ix_bugcatalog_occurrence_repository_id_code", "bugcatalog_occurrence", ["repository_id", "code"]
    )
    op.create_table(
        "bugcatalog_event",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("occurrence_id", _BIG, nullable=False),
        sa.Column("before", sa.String(12), nullable=False),
        sa.Column("after", sa.String(12), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bugcatalog_event"),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["bugcatalog_occurrence.id"],
            name="fk_bugcatalog_event_occurrence_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_bugcatalog_event_occurrence_id", "bugcatalog_event", ["occurrence_id"])
    op.create_index("ix_bugcatalog_event_at", "bugcatalog_event", ["at"])


def downgrade() -> None:
    op.drop_table("bugcatalog_event")
    op.drop_table("bugcatalog_occurrence")
    op.drop_table("bugcatalog_delivery")
    op.drop_table("bugcatalog_repository")
