"""BC703 beyond the page: kinds of models, histories, what stays silent, and what the fix writes."""

import pytest

from bugcatalog_ls.testing.checks import (
    apply_all_fixes,
    check_findings,
    check_fix,
    project_of,
    split_fixture,
)
from bugcatalog_ls.text.source import Source

_MIGRATION = """
#- migrations/versions/0001_start.py
import sqlalchemy as sa
from alembic import op
revision = "0001"
down_revision = None

def upgrade():
    op.create_table("users", sa.Column("id", sa.Integer(), primary_key=True))
"""


def _check(models: str, more: str = _MIGRATION) -> None:
    check_findings("BC703", f"{more.strip()}\n\n{models.strip()}\n")


def test_sqlalchemy_1() -> None:
    _check("""
#- models.py
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base
Base = declarative_base()

class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    email = Column(String(50))
  # ^^^^^ BC703 the migrations leave the table users without the column email
""")


def test_sqlmodel_and_its_base_in_another_file() -> None:
    _check("""
#- app/base.py
from sqlmodel import Field, SQLModel

class UserBase(SQLModel):
    email: str = Field(max_length=50)

#- app/user.py
from sqlmodel import Field
from app.base import UserBase

class User(UserBase, table=True):
    # ^^^^ BC703 the migrations leave the table users without the inherited column email
    __tablename__ = "users"
    id: int | None = Field(default=None, primary_key=True)
    nick: str | None = None
  # ^^^^ BC703
""")


def test_flask_sqlalchemy_through_an_extension_module() -> None:
    _check("""
#- app/extensions.py
from flask_sqlalchemy import SQLAlchemy
db = SQLAlchemy()

#- app/models.py
from .extensions import db

class Users(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    email = db.Column(db.String(50))
  # ^^^^^ BC703
""")


def test_mixin_declared_attribute_and_abstract_base() -> None:
    _check("""
#- models.py
from sqlalchemy import Column, DateTime, Integer
from sqlalchemy.orm import DeclarativeBase, declared_attr

class Base(DeclarativeBase):
    pass

class Stamped:
    @declared_attr
    def made(cls):
        return Column(DateTime)

class Keyed(Base):
    __abstract__ = True
    id = Column(Integer, primary_key=True)
    changed = Column(DateTime)

class User(Stamped, Keyed):
    # ^^^^ BC703 without the inherited columns changed, made
    __tablename__ = "users"
""")


def test_imperative_table_and_dunder_table() -> None:
    _check("""
#- models.py
from sqlalchemy import Column, Integer, MetaData, String, Table
metadata = MetaData()
users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", String(50)),
  # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC703
)
""")


def test_single_table_inheritance_reports_once() -> None:
    _check("""
#- models.py
from sqlalchemy import Column, Integer
from sqlalchemy.orm import declarative_base
Base = declarative_base()

class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    kind = Column(Integer)
  # ^^^^ BC703

class Admin(User):
    level = Column(Integer)
  # ^^^^^ BC703
""")


@pytest.mark.parametrize(
    "upgrade",
    [
        'op.add_column("users", sa.Column("email", sa.String(50)))',
        'op.execute("ALTER TABLE users ADD COLUMN email VARCHAR(50)")',
        'op.execute("ALTER TABLE USERS ADD email VARCHAR(50)")',
        "op.execute(load())",
        'op.add_column("users", column())',
        "for name in names():\n        op.add_column('users', sa.Column(name, sa.Text()))",
        "if something():\n        op.add_column('users', sa.Column('email', sa.Text()))",
    ],
)
def test_what_may_bring_the_column_keeps_it_silent(upgrade: str) -> None:
    _check(
        f"""
#- migrations/versions/0002_more.py
import sqlalchemy as sa
from alembic import op
revision = "0002"
down_revision = "0001"

def upgrade():
    {upgrade}

#- models.py
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base
Base = declarative_base()

class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    email = Column(String(50))
"""
    )


_MODEL = """
#- models.py
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base
Base = declarative_base()

class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    email = Column(String(50))
"""


@pytest.mark.parametrize(
    "migration",
    [
        _MIGRATION.replace("down_revision = None", 'down_revision = "gone"'),
        _MIGRATION.replace('revision = "0001"', "revision = make()"),
        _MIGRATION.replace('"users"', '"people"'),
        _MIGRATION.replace('create_table("users"', "create_table(NAME"),
        _MIGRATION.replace("migrations/versions", "tests/data/versions")
        + _MIGRATION.replace('"users"', '"u"'),
    ],
)
def test_without_a_schema_to_trust_it_is_silent(migration: str) -> None:
    _check(_MODEL, migration)


def test_required_column_that_nobody_maps() -> None:
    _check(
        """
#- models.py
from sqlalchemy import Column, Integer
from sqlalchemy.orm import declarative_base
Base = declarative_base()

class User(Base):
    # ^^^^ BC703.stale the table users has the required column email, which User does not map
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
""",
        _MIGRATION.replace(
            "primary_key=True))",
            'primary_key=True), sa.Column("email", sa.Text(), nullable=False), '
            'sa.Column("a", sa.Text(), nullable=False, server_default=""), sa.Column("b", sa.Text()))',
        ),
    )


def test_required_column_that_another_class_of_the_table_maps() -> None:
    _check(
        """
#- models.py
from sqlalchemy import Column, Integer, Text
from sqlalchemy.orm import declarative_base
Base = declarative_base()

class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)

class Admin(User):
    email = Column(Text)
""",
        _MIGRATION.replace(
            "primary_key=True))", 'primary_key=True), sa.Column("email", sa.Text(), nullable=False))'
        ),
    )


def test_the_fix_counts_on_in_the_style_of_numbered_revisions() -> None:
    after = apply_all_fixes("BC703", split_fixture(_MIGRATION.strip() + "\n" + _MODEL), lambda fix: True)
    assert after["migrations/versions/0002_add_users_email.py"] == (
        '"""Add users.email"""\n\n'
        "import sqlalchemy as sa\n"
        "from alembic import op\n\n"
        'revision = "0002"\n'
        'down_revision = "0001"\n\n\n'
        "def upgrade():\n"
        '    op.add_column("users", sa.Column("email", sa.String(length=50), nullable=True))\n\n\n'
        "def downgrade():\n"
        '    op.drop_column("users", "email")\n'
    )


def test_two_heads_are_merged_before_the_column_is_added() -> None:
    head = "from alembic import op\nimport sqlalchemy as sa\n"
    empty = 'revision = "{}"\ndown_revision = "0001"\n\ndef upgrade():\n    pass\n'
    files = {
        "migrations/versions/0001_start.py": head
        + 'revision = "0001"\ndown_revision = None\n\ndef upgrade():\n'
        + '    op.create_table("users", sa.Column("id", sa.Integer(), primary_key=True))\n',
        "migrations/versions/0002_one.py": head + empty.format("0002"),
        "migrations/versions/0003_other.py": head + empty.format("0003"),
        "models.py": "from sqlalchemy import Column, Integer\n"
        "from sqlalchemy.orm import declarative_base\nBase = declarative_base()\n"
        'class User(Base):\n    __tablename__ = "users"\n'
        "    id = Column(Integer, primary_key=True)\n    age = Column(Integer)\n",
    }
    after = apply_all_fixes("BC703", files, lambda fix: True)
    merge, adding = sorted(after.keys() - files.keys())
    assert merge == "migrations/versions/0004_merge_heads.py"
    assert 'down_revision = ("0002", "0003")' in after[merge]
    assert adding == "migrations/versions/0005_add_users_age.py"
    assert 'down_revision = "0004"' in after[adding]


def test_the_fix_takes_over_template_quotes_and_annotations() -> None:
    files = split_fixture("""#- models.py
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import declarative_base
Base = declarative_base()

class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    boss_id = Column(Integer, ForeignKey("users.id", ondelete="SET NULL"), index=True)

#- alembic.ini
[alembic]
script_location = migrations
file_template = %%(year)d_%%(month).2d_%%(day).2d_%%(hour).2d%%(minute).2d-%%(rev)s_%%(slug)s

#- migrations/versions/2024_02_28_2359-aaaabbbbcccc_start.py
'''Start

Revision ID: aaaabbbbcccc
Revises:
Create Date: 2024-02-28 23:59:30.123456

'''
from typing import Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = 'aaaabbbbcccc'
down_revision: Union[str, None] = None


def upgrade() -> None:
    op.create_table('users', sa.Column('id', sa.Integer(), primary_key=True))
""")
    after = apply_all_fixes("BC703", files, lambda fix: True)
    (path,) = after.keys() - files.keys()
    assert path == "migrations/versions/2024_02_29_0000-70b65071d44d_add_users_boss_id.py"
    assert after[path] == (
        '''"""Add users.boss_id

Revision ID: 70b65071d44d
Revises: aaaabbbbcccc
Create Date: 2024-02-29 00:00:30.000000

"""

from typing import Union

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision: str = '70b65071d44d'
down_revision: Union[str, None] = 'aaaabbbbcccc'


def upgrade() -> None:
    op.add_column('users', sa.Column('boss_id', sa.Integer(), nullable=True))
    op.create_index(op.f('ix_users_boss_id'), 'users', ['boss_id'], unique=False)
    op.create_foreign_key(
        'fk_users_boss_id_users',
        'users',
        'users',
        ['boss_id'],
        ['id'],
        ondelete='SET NULL',
    )


def downgrade() -> None:
    op.drop_constraint('fk_users_boss_id_users', 'users', type_='foreignkey')
    op.drop_index(op.f('ix_users_boss_id'), table_name='users')
    op.drop_column('users', 'boss_id')
'''
    )


def test_an_empty_default_has_the_quotes_of_the_revisions() -> None:
    files = split_fixture("""#- models.py
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base
Base = declarative_base()

class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    name = Column(String(20), nullable=False)

#- alembic.ini
[alembic]
script_location = migrations

#- migrations/versions/a1_start.py
import sqlalchemy as sa
from alembic import op

revision = 'a1'
down_revision = None


def upgrade():
    op.create_table('users', sa.Column('id', sa.Integer(), primary_key=True))
""")
    after = apply_all_fixes("BC703", files, lambda fix: True)
    (path,) = after.keys() - files.keys()
    assert "server_default='', nullable=False" in after[path]


def test_typing_in_a_model_replays_nothing() -> None:
    project = project_of("BC703", split_fixture(_MIGRATION.strip() + "\n" + _MODEL), None)
    project.findings("models.py")
    before = project.index.n_runs["bugcatalog_ls.facts.schema_replay.replayed"]
    assert before == 1
    changed = split_fixture(_MODEL.strip())["models.py"].replace("email = ", "mail = ")
    project.set_text("models.py", Source(changed))
    assert [finding.data["columns"] for finding in project.findings("models.py")] == ["mail"]
    assert project.index.n_runs["bugcatalog_ls.facts.schema_replay.replayed"] == 1


def test_sql_files_are_the_schema_where_there_are_no_revisions() -> None:
    check_fix(
        "BC703",
        """
        #- app/models.py
        from sqlalchemy import Column, Integer, String
        from sqlalchemy.orm import declarative_base

        Base = declarative_base()

        class User(Base):
            __tablename__ = "users"
            id = Column(Integer, primary_key=True)
            email = Column(String(50))
            nick = Column(String(20), nullable=False)

        #- sql/001_users.sql
        CREATE TABLE users (id INTEGER PRIMARY KEY);

        #- sql/002_email.sql
        ALTER TABLE users ADD COLUMN email VARCHAR(50);
        """,
        """
        #- app/models.py
        from sqlalchemy import Column, Integer, String
        from sqlalchemy.orm import declarative_base

        Base = declarative_base()

        class User(Base):
            __tablename__ = "users"
            id = Column(Integer, primary_key=True)
            email = Column(String(50))
            nick = Column(String(20), nullable=False)

        #- sql/001_users.sql
        CREATE TABLE users (id INTEGER PRIMARY KEY);

        #- sql/002_email.sql
        ALTER TABLE users ADD COLUMN email VARCHAR(50);

        #- sql/003_add_users_nick.sql
        ALTER TABLE users ADD COLUMN nick VARCHAR(20) DEFAULT '' NOT NULL;
        """,
    )


def test_a_column_of_a_table_that_a_class_is_mapped_to_is_found_at_its_own_place() -> None:
    check_findings(
        "BC703",
        """
        #- models.py
        from sqlalchemy import Column, Integer, String, Table
        from sqlalchemy.orm import declarative_base

        Base = declarative_base()


        class Bill(Base):
            __table__ = Table(
                "bills",
                Base.metadata,
                Column("id", Integer, primary_key=True),
                Column("memo", String(200)),
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC703 the migrations leave the table bills without the column memo
                Column("note", String(200)),
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC703 the migrations leave the table bills without the column note
            )

        #- alembic.ini
        [alembic]
        script_location = migrations

        #- migrations/env.py
        from alembic import context

        #- migrations/versions/1_bills.py
        import sqlalchemy as sa
        from alembic import op

        revision = "1"
        down_revision = None


        def upgrade():
            op.create_table("bills", sa.Column("id", sa.Integer, primary_key=True))
        """,
    )


def test_the_columns_that_a_composite_makes_are_no_strangers() -> None:
    check_findings(
        "BC703",
        """
        #- models.py
        from sqlalchemy import Column, Integer, String
        from sqlalchemy.orm import column_property, composite, declarative_base

        Base = declarative_base()


        class Line(Base):
            __tablename__ = "lines"
            id = Column(Integer, primary_key=True)
            start = composite(Point, Column("x1", Integer), Column("y1", Integer))
            label = column_property(Column(String(20)))
          # ^^^^^ BC703 the migrations leave the table lines without the column label

        #- alembic.ini
        [alembic]
        script_location = migrations

        #- migrations/env.py
        from alembic import context

        #- migrations/versions/1_lines.py
        import sqlalchemy as sa
        from alembic import op

        revision = "1"
        down_revision = None


        def upgrade():
            op.create_table(
                "lines",
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("x1", sa.Integer, nullable=False),
                sa.Column("y1", sa.Integer, nullable=False),
            )
        """,
    )


def test_constants_and_functions_of_revisions_in_a_folder_called_alembic() -> None:
    check_findings(
        "BC703",
        """
#- alembic/versions/0001_start.py
import sqlalchemy as sa
from alembic import op
revision = "0001"
down_revision = None
TABLE = "people"

def timestamps():
    return [sa.Column("created_at", sa.DateTime(), server_default=sa.func.now())]

def upgrade():
    shared = [column.copy() for column in timestamps()]
    op.create_table(TABLE, sa.Column("id", sa.Integer()), sa.Column("height", sa.Integer()), *shared)

#- alembic/versions/0002_height.py
from alembic import op
revision = "0002"
down_revision = "0001"
TABLE = "people"

def upgrade():
    op.execute(f"ALTER TABLE {TABLE} DROP COLUMN height")

#- models.py
from sqlalchemy import Column, DateTime, Integer
from sqlalchemy.orm import declarative_base
Base = declarative_base()

class Person(Base):
    __tablename__ = "people"
    id = Column(Integer, primary_key=True)
    height = Column(Integer)
  # ^^^^^^ BC703 the migrations leave the table people without the column height
    created_at = Column(DateTime)
""",
    )


_REQUIRED = """
#- migrations/versions/0001_start.py
import sqlalchemy as sa
from alembic import op
revision = "0001"
down_revision = None

def upgrade():
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("legacy_code", sa.String(8), nullable=False),
    )
"""


def test_required_column_of_a_class_that_names_no_table_and_lacks_an_inherited_one() -> None:
    _check(
        """
#- models.py
import re
from flask_sqlalchemy import SQLAlchemy
db = SQLAlchemy()

class Stamped:
    created_at = db.Column(db.DateTime)

class Person(Stamped, db.Model):
          # ^^^^^^^^^^^^^^^^^^^ BC703.stale the table person has the required column legacy_code
    # ^^^^^^ BC703 the table person without the inherited column created_at
    id = db.Column(db.Integer, primary_key=True)
    label = db.column_property(db.func.concat("person ", id))
    shown = re.compile("[a-z]+")
""",
        _REQUIRED,
    )


def test_reflected_classes_take_their_columns_from_the_database() -> None:
    _check(
        """
#- models.py
from sqlalchemy import Column, Integer
from sqlalchemy.ext.automap import automap_base
from sqlalchemy.ext.declarative import DeferredReflection
from sqlalchemy.orm import DeclarativeBase

class Base(DeclarativeBase):
    pass

class Person(DeferredReflection, Base):
    __tablename__ = "person"
    id = Column(Integer, primary_key=True)

Mapped = automap_base()

class Automatic(Mapped):
    __tablename__ = "person"
    id = Column(Integer, primary_key=True)
""",
        _REQUIRED,
    )


def test_column_of_a_table_is_found_where_the_table_is_written() -> None:
    _check("""
#- models.py
from sqlalchemy import Column, Integer, String, Table
from sqlalchemy.orm import DeclarativeBase

class Base(DeclarativeBase):
    pass

users = Table("users", Base.metadata, Column("id", Integer, primary_key=True), Column("nick", String(9)))
                                                                             # ^^^^^^^^^^^^^^^^^^^^^^^^^ BC703

class User(Base):
    __table__ = users
""")


def test_what_keeps_the_data_is_offered_first() -> None:
    model = """
#- models.py
from sqlalchemy import Column, Integer
from sqlalchemy.orm import declarative_base
Base = declarative_base()

class Person(Base):
    __tablename__ = "person"
    id = Column(Integer, primary_key=True)
"""
    after = apply_all_fixes("BC703", split_fixture(_REQUIRED + model), lambda fix: True)
    new = "".join(text for path, text in after.items() if "0001" not in path)
    assert "alter_column" in new
    assert "drop_column" not in new


def test_limits_and_private_attributes_of_sqlmodel() -> None:
    model = """
#- models.py
from decimal import Decimal
from typing import ClassVar
from pydantic import EmailStr, PrivateAttr, condecimal
from sqlmodel import Field, SQLModel

class User(SQLModel, table=True):
    __tablename__ = "users"
    id: int | None = Field(default=None, primary_key=True)
    kinds: ClassVar[tuple[str, ...]] = ("a",)
    _cached: int = PrivateAttr(default=0)
    price: Decimal = Field(default=None, max_digits=12, decimal_places=2, nullable=True)
    rate: condecimal(max_digits=5) | None = None
    email: EmailStr | None = Field(default=None, max_length=255)
    limit: Decimal = Decimal("1.5")
"""
    after = apply_all_fixes("BC703", split_fixture(_MIGRATION + model), lambda fix: True)
    new = "".join(text for path, text in after.items() if "0001" not in path and "models" not in path)
    for column in (
        'sa.Column("price", sa.Numeric(precision=12, scale=2), nullable=True)',
        'sa.Column("rate", sa.Numeric(precision=5), nullable=True)',
        'sa.Column("email", sa.String(length=255), nullable=True)',
        'sa.Column("limit", sa.Numeric(), server_default=sa.text("1.5"), nullable=False)',
    ):
        assert column in new
    assert "_cached" not in new
