"""`bugcatalog schema show|diff`: the pictures of each source, and where they differ."""

from __future__ import annotations

import sqlite3

from trees import Tree

SHOP = """
#- alembic.ini
[alembic]
script_location = migrations
#- migrations/env.py
from alembic import context
from app.models import Base

target_metadata = Base.metadata


def run_migrations_online():
    context.configure(target_metadata=target_metadata)
    context.run_migrations()
#- migrations/versions/0001_users.py
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("email", sa.String(50), nullable=False),
    )
    op.create_index("ix_users_email", "users", ["email"])


def downgrade():
    op.drop_table("users")
#- app/models.py
from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(80), index=True)
    phone: Mapped[str | None]
"""


def test_show_as_json(tree: Tree) -> None:
    tree.write(SHOP)
    result = tree.run("schema", "show", "--source", "migrations", "--output-format", "json")
    assert result.code == 0
    assert result.json == [
        {
            "source": "migrations",
            "path": "migrations/versions",
            "dialect": None,
            "heads": ["0001"],
            "tables": {
                "users": {
                    "columns": {
                        "id": {
                            "type": "INTEGER",
                            "length": None,
                            "nullable": False,
                            "primary_key": True,
                            "server_default": None,
                            "enum": None,
                        },
                        "email": {
                            "type": "VARCHAR",
                            "length": 50,
                            "nullable": False,
                            "primary_key": False,
                            "server_default": None,
                            "enum": None,
                        },
                    },
                    "foreign_keys": [],
                    "indexes": [{"name": "ix_users_email", "columns": ["email"], "unique": False}],
                }
            },
            "opaque": [],
        }
    ]


def test_show_side_by_side(tree: Tree) -> None:
    tree.write(SHOP)
    result = tree.run("schema", "show")
    assert result.code == 0
    assert "users    models app.models.Base  migrations migrations/versions" in result.out
    assert "  phone  VARCHAR                 -" in result.out


def test_diff(tree: Tree) -> None:
    tree.write(SHOP)
    result = tree.run("schema", "diff")
    assert result.code == 1
    assert (
        result.out
        == """\
models app.models.Base and migrations migrations/versions: 2 differences
  the length of users.email differs: 80 in the models, 50 in the migrations
  the column users.phone is missing in the migrations
"""
    )
    record = tree.run("schema", "diff", "--output-format", "json").json[0]
    assert record["differences"][1]["column"] == "phone"
    assert record["differences"][1]["right"] is None
    assert (
        '"the column users.phone is missing' in tree.run("schema", "diff", "--output-format", "mermaid").out
    )


def test_a_database_beside_them(tree: Tree) -> None:
    tree.write(SHOP)
    with sqlite3.connect(tree.folder / "shop.db") as connection:
        connection.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, email VARCHAR(50) NOT NULL)")
        connection.execute("CREATE INDEX ix_users_email ON users (email)")
    connection.close()
    tree.write('#- bugcatalog.toml\n[databases]\nmain = "sqlite:///shop.db"\n')
    result = tree.run("schema", "diff", "--source", "migrations", "--source", "database")
    assert (result.code, result.out) == (
        0,
        "migrations migrations/versions and database main: no differences\n",
    )


def test_a_database_that_is_down_is_told_once_without_its_secret(tree: Tree) -> None:
    tree.write(SHOP)
    tree.write('#- bugcatalog.toml\n[databases]\nmain = "mysql://root:geheim@127.0.0.1:1/shop"\n')
    result = tree.run("schema", "show")
    assert result.code == 0
    assert result.err == "bugcatalog: The database main (mysql) cannot be reached.\n"
    assert "geheim" not in result.out
    assert tree.run("schema", "show", "--source", "database").code == 2


def test_sql_files_are_a_source(tree: Tree) -> None:
    tree.write(
        "#- db/001.sql\nCREATE TABLE t (id INT, a TEXT);\n#- db/002.sql\nALTER TABLE t DROP COLUMN a;\n"
    )
    record = tree.run("schema", "show", "--output-format", "json").json[0]
    assert (record["source"], record["path"], list(record["tables"]["t"]["columns"])) == ("sql", "db", ["id"])
