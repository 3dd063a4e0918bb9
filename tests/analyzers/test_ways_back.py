"""What new revisions undo, and what they make again as the history knew it."""

from __future__ import annotations

import pytest

from bugcatalog_ls.testing.checks import apply_all_fixes

MODELS = """\
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase):
    pass
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
"""
REVISION = """\
import sqlalchemy as sa
from alembic import op
revision = "{name}"
down_revision = {before}
def upgrade():
    {body}
"""
CREATED = (
    'op.create_table("users", sa.Column("id", sa.Integer, primary_key=True),'
    ' sa.Column("nick", sa.String(40)))\n'
    '    op.create_table("notes", sa.Column("id", sa.Integer, primary_key=True),'
    ' sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), nullable=False))'
)
ENV = (
    "from alembic import context\nfrom models import Base\ncontext.configure(target_metadata=Base.metadata)\n"
)


@pytest.mark.parametrize(
    ("driver", "name"), [("postgresql://localhost/app", "notes_user_id_fkey"), ("", "fk_notes_user_id_users")]
)
def test_a_key_comes_back_under_the_name_that_went(driver: str, name: str) -> None:
    files = {
        "models.py": MODELS,
        "alembic.ini": f"[alembic]\nscript_location = migrations\nsqlalchemy.url = {driver}\n",
        "migrations/env.py": ENV,
        "migrations/versions/a.py": REVISION.format(name="a", before=None, body=CREATED),
    }
    after = apply_all_fixes("BC702", files, lambda fix: fix.title.startswith("Delete"))
    [made] = [text for path, text in after.items() if path not in files]
    back = made[made.index("def downgrade") :]
    assert "create_foreign_key" in back
    assert f'"{name}"' in back
    assert not driver or f'drop_constraint("{name}"' in made


def test_a_column_comes_back_as_it_was() -> None:
    files = {
        "models.py": MODELS.replace(
            "id: Mapped[int] = mapped_column(primary_key=True)\nclass N", "id: int\nclass N"
        ),
        "app.py": 'from sqlalchemy import text\ndef f(s):\n    s.execute(text("SELECT nick FROM users"))\n',
        "migrations/env.py": ENV,
        "migrations/versions/a.py": REVISION.format(name="a", before=None, body=CREATED),
        "migrations/versions/b.py": REVISION.format(
            name="b", before='"a"', body='op.drop_column("users", "nick")'
        ),
    }
    after = apply_all_fixes("BC709", files, lambda fix: True)
    [made] = [text for path, text in after.items() if path not in files]
    assert "sa.String(length=40)" in made


def test_a_table_known_by_its_model_alone_gets_the_column_there() -> None:
    code = 'from sqlalchemy import text\ndef f(s):\n    s.execute(text("SELECT nick FROM users"))\n'
    files = {"models.py": MODELS, "app.py": code}
    assert apply_all_fixes("BC709", files, lambda fix: fix.applicability == "safe") == files
    after = apply_all_fixes("BC709", files, lambda fix: True)
    assert after.keys() == files.keys()
    assert "    nick: Mapped[str | None] = mapped_column(Text)\nclass Note" in after["models.py"]
