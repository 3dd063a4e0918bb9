"""Fixes of one run that need a migration share one revision per environment."""

from __future__ import annotations

from pathlib import Path

from bugcatalog_ls.workspace.mending import first_of_any, mend
from bugcatalog_ls.workspace.workspace import Workspace

FILES = {
    "alembic.ini": "[alembic]\nscript_location = migrations\n",
    "migrations/env.py": (
        "from alembic import context\n\nfrom models import Base\nimport pets\n\n"
        "target_metadata = Base.metadata\n"
    ),
    "migrations/versions/0001_start.py": (
        '"""start"""\n\nimport sqlalchemy as sa\nfrom alembic import op\n\n'
        'revision = "0001"\ndown_revision = None\n\n\n'
        "def upgrade():\n"
        '    op.create_table("users", sa.Column("id", sa.Integer(), primary_key=True))\n'
        '    op.create_table("pets", sa.Column("id", sa.Integer(), primary_key=True))\n\n\n'
        'def downgrade():\n    op.drop_table("pets")\n    op.drop_table("users")\n'
    ),
    "models.py": (
        "from sqlalchemy import Column, Integer, String\n"
        "from sqlalchemy.orm import declarative_base\n\nBase = declarative_base()\n\n\n"
        'class User(Base):\n    __tablename__ = "users"\n'
        "    id = Column(Integer, primary_key=True)\n    email = Column(String(320))\n"
    ),
    "pets.py": (
        "from sqlalchemy import Column, Integer, String\n\nfrom models import Base\n\n\n"
        'class Pet(Base):\n    __tablename__ = "pets"\n'
        "    id = Column(Integer, primary_key=True)\n    name = Column(String(30))\n"
    ),
}


def test_columns_of_two_models_come_in_one_revision(tmp_path: Path) -> None:
    for name, text in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    workspace = Workspace(tmp_path, use_cache=False)
    paths = workspace.find_files()
    workspace.scan()

    mended = mend(workspace, paths, lambda found: found.finding.code == "BC703", first_of_any)

    assert mended.n_mended == 2
    (revision,) = mended.created.values()
    assert 'op.add_column("users"' in revision
    assert 'op.add_column("pets"' in revision
    assert 'down_revision = "0001"' in revision
    assert not any(mended.left.values())
