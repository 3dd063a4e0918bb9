"""What declarative bases, metadata, revisions' own models and live databases say of a schema (BC703, BC708, BC711)."""

# Snippets are easier to read on one line each.
# ruff: noqa: E501

import textwrap

import pytest

from bugcatalog_ls.facts.live_tables import LiveTable, live_path
from bugcatalog_ls.testing.checks import apply_all_fixes, check_findings, project_of, split_fixture

INI = "[alembic]\nscript_location = migrations\nsqlalchemy.url = postgresql://u@h/d\n"
ENV = "from alembic import context\nfrom models import Base\ntarget_metadata = Base.metadata\n"
HEAD = """\
import datetime
from typing import Annotated, Optional
from sqlalchemy import DateTime, Enum, ForeignKey, Integer, JSON, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry
"""


def _project(models: str, upgrade: str, base: str = "    pass", more: str = "") -> str:
    """Models of one base beside a history of one revision."""
    return (
        f"#- models.py\n{HEAD}class Base(DeclarativeBase):\n{base}\n{textwrap.dedent(models)}"
        f"#- alembic.ini\n{INI}#- migrations/env.py\n{ENV}#- migrations/versions/r1.py\n"
        f'import sqlalchemy as sa\nfrom alembic import op\n{more}revision = "r1"\ndown_revision = None\n'
        f"def upgrade():\n{textwrap.indent(textwrap.dedent(upgrade), '    ')}"
    )


MAP = "    type_annotation_map = {datetime.datetime: DateTime(timezone=True), str: Text(), dict[str, str]: JSON}"
OF_REGISTRY = "    registry = registry(type_annotation_map={Name: String(50)})"
TYPED = """\
class T(Base):
    __tablename__ = "t"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
MADE = 'op.create_table("t", sa.Column("id", sa.Integer(), primary_key=True), {})\n'


@pytest.mark.parametrize(
    ("base", "field", "made", "is_drift"),
    [
        (MAP, "a: Mapped[str]", 'sa.Column("a", sa.Text(), nullable=False)', False),
        (MAP, "a: Mapped[str]", 'sa.Column("a", sa.String(), nullable=False)', True),
        (MAP, "a: Mapped[str] = mapped_column(String(3))", 'sa.Column("a", sa.Text(), nullable=False)', True),
        (MAP, "a: Mapped[Optional[datetime.datetime]]", 'sa.Column("a", sa.DateTime(True))', False),
        (MAP, "a: Mapped[dict[str, str]]", 'sa.Column("a", sa.JSON(), nullable=False)', False),
        ("    type_annotation_map = made()", "a: Mapped[str]", 'sa.Column("a", sa.Text(), nullable=False)', False),
        (OF_REGISTRY, "a: Mapped[Name]", 'sa.Column("a", sa.String(50), nullable=False)', False),
        (OF_REGISTRY, "a: Mapped[Name]", 'sa.Column("a", sa.Text(), nullable=False)', True),
    ],
)  # fmt: skip
def test_types_that_a_base_gives_annotations(base: str, field: str, made: str, is_drift: bool) -> None:
    alias = "Name = Annotated[str, 50]\n" if "Name" in base else ""
    mark = "  # ^ BC711\n" if is_drift else ""
    fixture = _project(f"{TYPED}    {field}\n{mark}", MADE.format(made), base)
    check_findings("BC711", fixture.replace("class Base(", f"{alias}class Base(", 1))


def test_the_schema_of_a_base_s_metadata() -> None:
    models = 'class Job(Base):\n    __tablename__ = "jobs"\n    id: Mapped[int] = mapped_column(primary_key=True)\n'
    run = 'class Run(Base):\n    # ^^^ BC708\n    __tablename__ = "runs"\n    id: Mapped[int] = mapped_column(primary_key=True)\n'
    upgrade = 'op.create_table("jobs", sa.Column("id", sa.Integer()), schema="app")\nop.create_table("runs", sa.Column("id", sa.Integer()))\n'
    check_findings("BC708", _project(models + run, upgrade, '    metadata = MetaData(schema="app")'))


def test_what_a_revision_s_own_models_create() -> None:
    """Only the tables of its own base are not known then, and of those only what was not there."""
    other = TYPED.replace("T(", "U(").replace('"t"', '"u"') + "    b: Mapped[int]\n"
    models = TYPED + "    a: Mapped[int]\n  # ^ BC703\n" + other
    own = "from sqlalchemy.orm import declarative_base\nBase = declarative_base()\n" + "".join(
        f'class {name}(Base):\n    __tablename__ = "{name}"\n    id = sa.Column(sa.Integer, primary_key=True)\n'
        for name in ("t", "u")
    )
    upgrade = 'op.create_table("t", sa.Column("id", sa.Integer()))\nBase.metadata.create_all(op.get_bind())\n'
    check_findings("BC703", _project(models, upgrade, more=own))


def test_create_all_of_the_workspace_s_models_makes_what_is_missing() -> None:
    """It alters no table that is there; what it makes beside them is not known."""
    upgrade = 'op.create_table("t", sa.Column("id", sa.Integer()))\nBase.metadata.create_all(op.get_bind())\n'
    other = TYPED.replace("T(", "U(").replace('"t"', '"u"') + "    b: Mapped[int]\n"
    models = f"{TYPED}    a: Mapped[int]\n  # ^ BC703\n{other}"
    check_findings("BC703", _project(models, upgrade, more="from models import Base\n"))


def test_histories_beside_their_own_ini_files() -> None:
    """An `alembic.ini` in a folder is no module of that name."""
    parts = []
    for name in ("billing", "stock"):
        models = f'from sqlalchemy import Column, Integer\nfrom sqlalchemy.orm import declarative_base\nBase = declarative_base()\nclass T(Base):\n    __tablename__ = "{name}"\n    id = Column(Integer, primary_key=True)\n    n = Column(Integer)\n  # ^ BC703\n'
        revision = f'from alembic import op\nimport sqlalchemy as sa\nrevision = "1"\ndown_revision = None\ndef upgrade():\n    op.create_table("{name}", sa.Column("id", sa.Integer))\n'
        env = (
            f"from alembic import context\nfrom {name}.models import Base\ntarget_metadata = Base.metadata\n"
        )
        parts.append(
            f"#- {name}/__init__.py\n\n#- {name}/models.py\n{models}#- {name}/alembic.ini\n[alembic]\nscript_location = migrations\n#- {name}/migrations/env.py\n{env}#- {name}/migrations/versions/r1.py\n{revision}"
        )
    check_findings("BC703", "".join(parts))


def test_a_live_database_is_the_schema_where_nothing_else_is() -> None:
    files = {
        "models.py": f"{HEAD}class Base(DeclarativeBase):\n    pass\n{TYPED}    a: Mapped[int]\n"
        + TYPED.replace("T(", "U(").replace('"t"', '"u"')
    }
    for code, told in (
        (
            "BC703",
            [
                "the database main has the table t without the column a",
                "the table t has the required column z",
            ],
        ),
        ("BC708", ["the database main has no table u for U"]),
    ):
        project = project_of(code, files, None)
        project.index.set_file(live_path("main"), [LiveTable("main", "t", ("id", "z"), ("z",))])
        found = [each.message for each in project.findings("models.py")]
        assert len(found) == len(told)
        assert all(one.startswith(two) for one, two in zip(sorted(found), sorted(told), strict=True))


def test_a_sql_file_creates_a_table() -> None:
    models = f'{HEAD}class Base(DeclarativeBase):\n    pass\n{TYPED}class U(Base):\n    __tablename__ = "u"\n    id: Mapped[int] = mapped_column(primary_key=True)\n    name: Mapped[str] = mapped_column(String(9), index=True)\n    t_id: Mapped[Optional[int]] = mapped_column(ForeignKey("t.id", ondelete="CASCADE"))\n'
    files = {"models.py": models, "sql/001_t.sql": "CREATE TABLE t (id INTEGER PRIMARY KEY);\n"}
    after = apply_all_fixes("BC708", files, lambda fix: fix.applicability == "safe")
    assert after["sql/002_create_u.sql"] == textwrap.dedent(
        """\
        CREATE TABLE u (
            id INTEGER PRIMARY KEY,
            name VARCHAR(9) NOT NULL,
            t_id INTEGER,
            FOREIGN KEY (t_id) REFERENCES t (id) ON DELETE CASCADE
        );
        CREATE INDEX ix_u_name ON u (name);
        """
    )


def test_a_key_that_leads_elsewhere_gives_way() -> None:
    models = "".join(
        f'class {name.upper()}(Base):\n    __tablename__ = "{name}"\n    id: Mapped[int] = mapped_column(primary_key=True)\n'
        for name in ("p", "q", "r")
    )
    models += '    x: Mapped[Optional[int]] = mapped_column(ForeignKey("q.id"))\n'
    made = "".join(
        f'op.create_table("{name}", sa.Column("id", sa.Integer(), primary_key=True))\n' for name in ("p", "q")
    )
    made += 'op.create_table("r", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("x", sa.Integer()), sa.ForeignKeyConstraint(["x"], ["p.id"], name="fk_x"))\n'
    files = split_fixture(_project(models, made))
    after = apply_all_fixes("BC711", files, lambda fix: True)
    (path,) = after.keys() - files.keys()
    assert (
        'op.drop_constraint("fk_x", "r", type_="foreignkey")\n    op.create_foreign_key("fk_r_x_q", "r", "q"'
        in after[path]
    )


def test_constraints_stand_where_they_are_listed() -> None:
    models = f'from sqlalchemy import Index, UniqueConstraint\n{TYPED}    a: Mapped[int]\n    b: Mapped[int] = mapped_column(index=True)\n  # ^ BC711\n    __table_args__ = (\n        Index("ix_pair", "a", "b"),\n      # ^^^^^^^^^^^^^^^^^^^^^^^^^^ BC711\n        UniqueConstraint("b"),\n      # ^^^^^^^^^^^^^^^^^^^^^ BC711\n    )\n'
    made = 'sa.Column("a", sa.Integer(), nullable=False), sa.Column("b", sa.Integer(), nullable=False)'
    check_findings("BC711", _project(models, MADE.format(made)))
