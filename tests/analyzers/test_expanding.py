"""The first half of a rename, in revisions that import what they need in ways of their own."""

from __future__ import annotations

import pytest

from bugcatalog_ls.testing.checks import check_fix

REVISION = """#- migrations/versions/64f5a8192b3c_name.py
{imports}

revision = "64f5a8192b3c"
down_revision = None


def upgrade() -> None:
{body}


def downgrade() -> None:
    pass
"""
RENAME = '    op.alter_column("{table}", "{old}", new_column_name="full_name", existing_type={type})'
EXPANDED = """    # A later revision drops people.name, once no release reads it.
    op.add_column("people", {type})
    op.execute("UPDATE people SET full_name = name")"""


@pytest.mark.parametrize(
    ("imports", "after", "written", "column"),
    [
        (
            "import sqlalchemy as sa\nfrom alembic import context, op",
            "import sqlalchemy as sa\nfrom alembic import context, op",
            "sa.Text()",
            'sa.Column("full_name", sa.Text(), nullable=True)',
        ),
        (
            "from alembic import op\nfrom sqlalchemy import Text",
            "from alembic import op\nfrom sqlalchemy import Column, Text",
            "Text()",
            'Column("full_name", Text(), nullable=True)',
        ),
    ],
)
def test_names_that_the_revision_imports(imports: str, after: str, written: str, column: str) -> None:
    before = RENAME.format(table="people", old="name", type=written)
    expected = REVISION.format(imports=after, body=EXPANDED.format(type=column))
    check_fix("BC710", REVISION.format(imports=imports, body=before), expected)


@pytest.mark.parametrize(("table", "old"), [("people", "na(me"), ("peo(ple", "name"), ("hr.people", "name")])
def test_names_that_sql_would_have_to_quote(table: str, old: str) -> None:
    imports = "import sqlalchemy as sa\nfrom alembic import op"
    revision = REVISION.format(imports=imports, body=RENAME.format(table=table, old=old, type="sa.Text()"))
    check_fix("BC710", revision, revision)


def test_rename_in_a_batch_with_other_changes() -> None:
    before = """    with op.batch_alter_table("people") as batch_op:
        batch_op.alter_column("name", new_column_name="full_name", existing_type=sa.Text())  # longer
        batch_op.drop_index("ix_old")"""
    after = """    with op.batch_alter_table("people") as batch_op:
        # A later revision drops people.name, once no release reads it.
        batch_op.add_column(sa.Column("full_name", sa.Text(), nullable=True))  # longer
        batch_op.drop_index("ix_old")
    op.execute("UPDATE people SET full_name = name")"""
    imports = "import sqlalchemy as sa\nfrom alembic import op"
    check_fix("BC710", *(REVISION.format(imports=imports, body=body) for body in (before, after)))


@pytest.mark.parametrize(
    ("kind", "model", "default"),
    [
        ("sa.String(9)", 'String(9), default="free"', '"free"'),
        ("sa.String(9)", "String(9), default=TIER", '"free"'),
        ("sa.Boolean()", "Boolean, default=True", "sa.true()"),
        ('sa.Enum("NEW", "OLD", name="age")', "Enum(Age), default=Age.OLD", '"OLD"'),
        ("sa.String(9)", 'String(9), server_default="paid"', '"paid"'),
        ("sa.String(9)", "String(9)", '""'),
        ("sa.String(9)", "String(9), default=lambda: pick()", None),
    ],
)
def test_the_default_of_the_model(kind: str, model: str, default: str | None) -> None:
    models = f"""#- app/models.py
import enum
from sqlalchemy import Boolean, Column, Enum, Integer, String
from sqlalchemy.orm import declarative_base
Base = declarative_base()
TIER = "free"
class Age(enum.Enum):
    NEW = "new"
    OLD = "old"
class Person(Base):
    __tablename__ = "people"
    id = Column(Integer, primary_key=True)
    tier = Column({model}, nullable=False)
#- migrations/env.py
from alembic import context
from app.models import Base
target_metadata = Base.metadata
context.configure(target_metadata=target_metadata)
"""
    imports = "import sqlalchemy as sa\nfrom alembic import op"
    given = f", server_default={default}" if default else ""
    column = '    op.add_column("people", sa.Column("tier", {kind}, nullable=False{given}))'
    before, after = (column.format(kind=kind, given=each) for each in ("", given))
    check_fix("BC710", *(models + REVISION.format(imports=imports, body=body) for body in (before, after)))
