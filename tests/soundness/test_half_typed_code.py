"""Code that is typed halfway: an entry that knows nothing of it says nothing, and does not fail."""

from __future__ import annotations

import logging
from textwrap import dedent

import pytest

from bugcatalog_ls.testing.checks import project_of, split_fixture

REVISION = """\
#- models.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase):
    pass
class Film(Base):
    __tablename__ = "films"
    id: Mapped[int] = mapped_column(primary_key=True)
#- migrations/versions/r1.py
import sqlalchemy as sa
from alembic import op
revision = "r1"
down_revision = None
def upgrade():
    op.create_table("films", sa.Column("id", sa.Integer(), primary_key=True){inside})
    {after}
"""
PINNED = """\
#- a.py
from pydantic import BaseModel
class A(BaseModel):
    model_name: str
#- requirements.txt
pydantic===.1
"""
ROUTER = """\
#- fast.py
from fastapi import APIRouter
router = APIRouter()
@router.get("/t")
def t():
    return 1
#- server.py
from fastapi import FastAPI
try:
    from fast import router
except ImportError:
    from slow import
app = FastAPI()
app.include_router(router)
"""


@pytest.mark.parametrize(
    ("code", "files"),
    [
        ("BC704", REVISION.format(inside=", sa.UniqueConstraint()", after="pass")),
        ("BC711", REVISION.format(inside=", sa.UniqueConstraint()", after="pass")),
        ("BC711", REVISION.format(inside="", after='op.create_unique_constraint("", "films", [])')),
        ("BC711", REVISION.format(inside="", after='op.create_index("", "films", [])')),
        ("BC711", "#- alembic.ini\n[alembic]\nscript_location\n    = migrations\n"),
        ("BC704", '#- db/001_init.sql\nCREATE TABLE films (\n    title VARCHAR( "") NOT NULL\n);\n'),
        ("BC707", PINNED),
        ("BC105", ROUTER),
    ],
)
def test_nothing_fails(code: str, files: str, caplog: pytest.LogCaptureFixture) -> None:
    project = project_of(code, split_fixture(dedent(files)), None)
    with caplog.at_level(logging.ERROR):
        for path in sorted(project.results):
            for finding in project.findings(path):
                project.fixes(finding)
    assert not caplog.records
