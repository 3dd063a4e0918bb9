"""BC004 beyond the page: one hint a revision, at the statement of its own that leads to the unknown."""

# Snippets of migrations are easier to read on one line each.
# ruff: noqa: E501

import pytest

from bugcatalog_ls.testing.checks import check_findings

_HEAD = '#- versions/a.py\nimport sqlalchemy as sa\nfrom alembic import op\nrevision = "a"\ndown_revision = None\n\n'


def _check(body: str) -> None:
    check_findings("BC004", f"{_HEAD}def upgrade():\n{body}")


def test_once_for_each_revision_with_all_tables() -> None:
    _check(
        "    op.add_column('t', make())\n"
        "  # ^^^^^^^^^^^^^ BC004 does to the tables t, u: a column that is not known before it runs\n"
        "    op.add_column('u', make())\n"
    )


def test_at_the_call_of_a_helper() -> None:
    check_findings(
        "BC004",
        "#- app/shared.py\nfrom alembic import op\n\ndef change(name):\n    op.add_column(name, read())\n\n"
        + _HEAD.replace("from alembic import op\n", "from alembic import op\nfrom app.shared import change\n")
        + "def upgrade():\n    change('t')\n  # ^^^^^^ BC004 the table t\n",
    )


@pytest.mark.parametrize(
    "body",
    [
        "    op.execute('UPDATE t SET a = 1')\n",
        "    op.get_bind().execute(sa.select(sa.text('1')))\n",
        "    op.create_index('i', 't', ['a'])\n    op.bulk_insert(t, rows())\n",
        "    for name in ('a', 'b'):\n        op.add_column('t', sa.Column(name, sa.Text()))\n",
        "    for row in op.get_bind().execute('SELECT 1'):\n        op.execute(f'DELETE FROM t WHERE id = {row[0]}')\n",
        "    if op.get_bind().dialect.name == 'mysql':\n        op.execute('ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4')\n",
        "    op.execute('CREATE EXTENSION IF NOT EXISTS vector')\n",
        "    pass\n",
    ],
)
def test_what_can_be_followed_or_changes_no_table(body: str) -> None:
    _check(body)
