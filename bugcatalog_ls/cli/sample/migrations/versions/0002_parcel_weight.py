"""parcel weight

Revision ID: 0002
Revises: 0001
Create Date: 2025-01-20 16:03:08
"""

from alembic import op
import sqlalchemy as sa

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("parcels", sa.Column("weight_grams", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("parcels", "weight_grams")
