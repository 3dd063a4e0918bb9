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
