"""BC705: constructs by database, targets by where they come from, guards, and rewriting."""

# Snippets are easier to read on one line each.
# ruff: noqa: E501

import pytest

from bugcatalog_ls.testing.checks import check_findings, check_fix

FLAGGED = {
    "cast text my": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT id FROM t WHERE CAST(id AS TEXT) LIKE :q"), p)
                                                      # ^^^^^^^^^^^^^^^^ BC705
""",
    "colon my": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT a::text FROM t"), p)
                                       # ^^^^^^ BC705
""",
    "ilike my": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT a FROM t WHERE a ILIKE :q"), p)
                                                       # ^^^^^ BC705
""",
    "returning my": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("INSERT INTO t (a) VALUES (:a) RETURNING id"), p)
                                                             # ^^^^^^^^^ BC705 MySQL cannot run RETURNING
""",
    "on conflict my": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("INSERT INTO t (a) VALUES (:a) ON CONFLICT (a) DO NOTHING"), p)
                                                             # ^^^^^^^^^^^ BC705
""",
    "jsonb op my": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT a FROM t WHERE d @> :q"), p)
                                                       # ^^ BC705
""",
    "json path my": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT d #>> '{a,b}' FROM t"), p)
                                        # ^^^ BC705 MySQL cannot run the JSON path operator (#>>)
""",
    "now at tz my": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT NOW() AT TIME ZONE 'UTC'"), p)
                                            # ^^^^^^^^^^^^ BC705 MySQL cannot run AT TIME ZONE
""",
    "concat my": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT a || ' ' || b FROM t"), p)
                                        # ^^ BC705
                                               # ^^ BC705
""",
    "pymysql direct": """
#- app.py
import pymysql
def f(path, p):
    conn = pymysql.connect(path)
    conn.cursor().execute("SELECT a FROM t WHERE a ILIKE %s", p)
                                                 # ^^^^^ BC705
""",
    "backtick pg": """
#- pyproject.toml
[project]
name="x"
dependencies=["psycopg2-binary","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT `a` FROM t"), p)
                                      # ^^^ BC705
""",
    "limit comma pg": """
#- pyproject.toml
[project]
name="x"
dependencies=["psycopg2-binary","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT a FROM t ORDER BY a LIMIT 10, 20"), p)
                                                          # ^^^^^^^^^^^^ BC705
""",
    "ifnull pg": """
#- pyproject.toml
[project]
name="x"
dependencies=["psycopg2-binary","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT IFNULL(a, 0) FROM t"), p)
                                      # ^^^^^^ BC705 PostgreSQL cannot run the function IFNULL
""",
    "auto_inc pg": """
#- pyproject.toml
[project]
name="x"
dependencies=["psycopg2-binary","sqlalchemy"]
#- schema.sql
CREATE TABLE t (
  id INT AUTO_INCREMENT PRIMARY KEY
       # ^^^^^^^^^^^^^^ BC705 PostgreSQL cannot run AUTO_INCREMENT
);
""",
    "dup key pg": """
#- pyproject.toml
[project]
name="x"
dependencies=["psycopg2-binary","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("INSERT INTO t (a) VALUES (:a) ON DUPLICATE KEY UPDATE a = VALUES(a)"), p)
                                                             # ^^^^^^^^^^^^^^^^^^^^^^^ BC705
""",
    "date_format pg": """
#- pyproject.toml
[project]
name="x"
dependencies=["psycopg2-binary","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT DATE_FORMAT(d, '%Y') FROM t"), p)
                                      # ^^^^^^^^^^^ BC705 PostgreSQL cannot run the function DATE_FORMAT
""",
    "insert or replace pg": """
#- pyproject.toml
[project]
name="x"
dependencies=["psycopg2-binary","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("INSERT OR REPLACE INTO t (a) VALUES (:a)"), p)
                               # ^^^^^^^^^^^^^^^^^ BC705 PostgreSQL cannot run INSERT OR …
""",
    "group_concat pg": """
#- pyproject.toml
[project]
name="x"
dependencies=["psycopg2-binary","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT GROUP_CONCAT(a) FROM t"), p)
                                      # ^^^^^^^^^^^^ BC705 PostgreSQL cannot run the function GROUP_CONCAT
""",
    "serial sqlite": """
#- requirements.txt
aiosqlite==0.20
sqlalchemy
#- schema.sql
CREATE TABLE t (
  id SERIAL PRIMARY KEY
   # ^^^^^^ BC705 SQLite cannot run SERIAL; there it is INTEGER PRIMARY KEY
);
""",
    "now sqlite": """
#- app.py
import sqlite3
def f(path, p):
    conn = sqlite3.connect(path)
    conn.cursor().execute("SELECT a FROM t WHERE d < NOW()", p)
                                                   # ^^^ BC705 SQLite cannot run the function NOW
""",
    "interval sqlite": """
#- app.py
import sqlite3
def f(path, p):
    conn = sqlite3.connect(path)
    conn.cursor().execute("SELECT a FROM t WHERE d < CURRENT_TIMESTAMP - INTERVAL '1 day'", p)
                                                                       # ^^^^^^^^^^^^^^^^ BC705
""",
    "ini my": """
#- alembic.ini
[alembic]
script_location = alembic
sqlalchemy.url = mysql+pymysql://u@h/db
#- alembic/versions/a.py
from alembic import op
revision = "a"
down_revision = None
def upgrade():
    op.execute("UPDATE t SET a = b::text")
                                # ^^^^^^ BC705
def downgrade():
    pass
""",
    "env url": """
#- .env
DATABASE_URL=mysql://u:p@h/db
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT a FROM t WHERE a ILIKE :x"), p)
                                                       # ^^^^^ BC705
""",
    "fstring": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, col):
    session.execute(text(f"SELECT {col}::text FROM t"))
                                     # ^^^^^^ BC705
""",
    "engine url const": """
#- app.py
from sqlalchemy import create_engine, text
URL = "sqlite:///x.db"
engine = create_engine(URL)
def f():
    with engine.begin() as c:
        c.execute(text("SELECT date_trunc('day', d) FROM t"))
                             # ^^^^^^^^^^ BC705 SQLite cannot run the function DATE_TRUNC
""",
    "multi targets": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql","asyncpg"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT a FROM t WHERE a ILIKE :x"), p)
                                                       # ^^^^^ BC705
""",
    "jsonb model": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- models.py
from sqlalchemy import Column, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class A(Base):
    __tablename__ = "a"
    id = Column(Integer, primary_key=True)
    d = Column(JSONB)
             # ^^^^^ BC705 MySQL cannot store JSONB, a type of PostgreSQL alone
""",
    "array model": """
#- requirements.txt
aiosqlite==0.20
sqlalchemy
#- models.py
from sqlalchemy import ARRAY, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase):
    pass
class A(Base):
    __tablename__ = "a"
    id: Mapped[int] = mapped_column(primary_key=True)
    d: Mapped[list[str]] = mapped_column(ARRAY(String))
                                       # ^^^^^^^^^^^^^ BC705
""",
    "longtext pg": """
#- pyproject.toml
[project]
name="x"
dependencies=["psycopg2-binary","sqlalchemy"]
#- models.py
from sqlalchemy import Column, Integer
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class A(Base):
    __tablename__ = "a"
    id = Column(Integer, primary_key=True)
    d = Column(mysql.LONGTEXT())
             # ^^^^^^^^^^^^^^^^ BC705 PostgreSQL cannot store LONGTEXT, a type of MySQL alone
""",
    "asyncpg": """
#- app.py
import asyncpg
async def f(url):
    conn = await asyncpg.connect(url)
    return await conn.fetch("SELECT `id` FROM t LIMIT 5")
                                  # ^^^^ BC705
""",
    "op.execute django settings": """
#- settings.py
DATABASES = {"default": {"ENGINE": "django.db.backends.mysql", "NAME": "x"}}
#- app.py
from django.db import connection
def f():
    with connection.cursor() as cursor:
        cursor.execute("SELECT id::text FROM t")
                               # ^^^^^^ BC705
""",
    "alter type sqlite": """
#- requirements.txt
aiosqlite==0.20
sqlalchemy
#- v/a.py
from alembic import op
revision = "a"
down_revision = None
def upgrade():
    op.execute("ALTER TABLE t ALTER COLUMN x TYPE BIGINT")
                                           # ^^^^ BC705 SQLite cannot run ALTER COLUMN … TYPE
def downgrade():
    pass
""",
    "create type sqlite": """
#- requirements.txt
aiosqlite==0.20
sqlalchemy
#- v/a.py
from alembic import op
revision = "a"
down_revision = None
def upgrade():
    op.execute("CREATE TYPE mood AS ENUM ('a')")
              # ^^^^^^^^^^^ BC705 SQLite cannot run CREATE TYPE
def downgrade():
    pass
""",
}

ACCEPTED = {
    "pg on pg": """
#- pyproject.toml
[project]
name="x"
dependencies=["psycopg2-binary","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT a::text FROM t WHERE a ILIKE :x AND d @> :y RETURNING"), p)
""",
    "my on my": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT IFNULL(`a`, 0) FROM t LIMIT 1, 2"), p)
""",
    "unknown target": """
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT a::text FROM t"), p)
""",
    "guard if": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session):
    if session.bind.dialect.name == "postgresql":
        session.execute(text("SELECT a::text FROM t"))
""",
    "guard else": """
#- pyproject.toml
[project]
name="x"
dependencies=["psycopg2-binary","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session):
    if session.bind.dialect.name == "postgresql":
        pass
    else:
        session.execute(text("SELECT IFNULL(a,1) FROM t"))
""",
    "guard return": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session):
    if session.bind.dialect.name != "postgresql":
        return
    session.execute(text("SELECT a::text FROM t"))
""",
    "guard dict": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
Q = {"postgresql": "SELECT a::text FROM t", "mysql": "SELECT CAST(a AS CHAR) FROM t"}
def f(session):
    session.execute(text(Q[session.bind.dialect.name]))
""",
    "guard ternary": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, is_postgres):
    q = "SELECT a::text FROM t" if is_postgres else "SELECT a FROM t"
    session.execute(text(q))
""",
    "guard match": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session):
    match session.bind.dialect.name:
        case "postgresql":
            session.execute(text("SELECT a::text FROM t"))
        case _:
            pass
""",
    "pg function": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def _upsert_postgres(session):
    session.execute(text("INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING"))
""",
    "pg file": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- stores/postgres.py
from sqlalchemy import text
def f(session):
    session.execute(text("SELECT a::text FROM t"))
""",
    "pg driver in my project": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- wh.py
import psycopg
def f(dsn):
    with psycopg.connect(dsn) as c:
        c.execute("SELECT a::text FROM t")
""",
    "literal": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT a FROM t WHERE b = 'x::text ILIKE `'"), p)
""",
    "comment": '''
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session):
    session.execute(text("""SELECT a -- ILIKE b::text
FROM t"""))
''',
    "cast char": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT CAST(a AS CHAR) FROM t"), p)
""",
    "cast signed": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT CAST(a AS SIGNED) FROM t"), p)
""",
    "sqlite on conflict": """
#- app.py
import sqlite3
def f(path, p):
    conn = sqlite3.connect(path)
    conn.cursor().execute("INSERT INTO t (a) VALUES (?) ON CONFLICT (a) DO NOTHING", p)
""",
    "sqlite returning": """
#- app.py
import sqlite3
def f(path, p):
    conn = sqlite3.connect(path)
    conn.cursor().execute("INSERT INTO t (a) VALUES (?) RETURNING id", p)
""",
    "sqlite ifnull": """
#- app.py
import sqlite3
def f(path, p):
    conn = sqlite3.connect(path)
    conn.cursor().execute("SELECT IFNULL(a, 1) || 'x' FROM t LIMIT 1, 2", p)
""",
    "sqlite cast text": """
#- app.py
import sqlite3
def f(path, p):
    conn = sqlite3.connect(path)
    conn.cursor().execute("SELECT CAST(a AS TEXT) FROM t", p)
""",
    "coalesce": """
#- pyproject.toml
[project]
name="x"
dependencies=["psycopg2-binary","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT COALESCE(a, 1) FROM t LIMIT 1 OFFSET 2"), p)
""",
    "with_variant": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- models.py
from sqlalchemy import Column, Integer, JSON
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class A(Base):
    __tablename__ = "a"
    id = Column(Integer, primary_key=True)
    d = Column(JSON().with_variant(JSONB, "postgresql"))
""",
    "jsonb pg": """
#- pyproject.toml
[project]
name="x"
dependencies=["psycopg2-binary","sqlalchemy"]
#- models.py
from sqlalchemy import Column, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class A(Base):
    __tablename__ = "a"
    d = Column(JSONB, primary_key=True)
""",
    "param colon": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT a FROM t WHERE b = :text AND c = ':x'"), p)
""",
    "orm ilike": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- a.py
from sqlalchemy import select
def f(M, q):
    return select(M).where(M.a.ilike(q))
""",
    "named other engine": """
#- a.py
from sqlalchemy import create_engine, text
app = create_engine("mysql+pymysql://h/a")
wh = create_engine("postgresql://h/b")
def f():
    with wh.connect() as c:
        c.execute(text("SELECT a::text FROM t"))
""",
    "imported engine": """
#- db.py
from sqlalchemy import create_engine
app = create_engine("mysql+pymysql://h/a")
wh = create_engine("postgresql://h/b")
#- a.py
from sqlalchemy import text
from db import wh
def f():
    with wh.connect() as c:
        c.execute(text("SELECT a::text FROM t"))
""",
    "tests": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- tests/test_a.py
from sqlalchemy import text
def test_f(session):
    session.execute(text("SELECT a::text FROM t"))
""",
    "dev dep": """
#- pyproject.toml
[project]
name="x"
dependencies=["asyncpg"]
[dependency-groups]
dev=["aiosqlite"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT a::text FROM t"), p)
""",
    "create_function": """
#- a.py
import sqlite3
def f(p):
    c = sqlite3.connect(p)
    c.create_function("NOW", 0, lambda: 1)
    c.execute("SELECT NOW()")
""",
    "column named month": """
#- pyproject.toml
[project]
name="x"
dependencies=["psycopg2-binary","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT month, year FROM t WHERE left_at > :x"), p)
""",
    "mysql serial": """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- schema.sql
CREATE TABLE t (id SERIAL PRIMARY KEY, a VARCHAR(10));
""",
    "mariadb returning": """
#- requirements.txt
mariadb
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("INSERT INTO t (a) VALUES (1) RETURNING id"), p)
""",
}

MENDED = {
    "cast": (
        """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT id FROM t WHERE CAST(id AS TEXT) LIKE :q"), p)
""",
        """
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT id FROM t WHERE CAST(id AS CHAR) LIKE :q"), p)
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
""",
    ),
    "colon": (
        """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT u.a::text FROM t u"), p)
""",
        """
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT CAST(u.a AS CHAR) FROM t u"), p)
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
""",
    ),
    "colon fn": (
        """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT max(a)::integer FROM t"), p)
""",
        """
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT CAST(max(a) AS SIGNED) FROM t"), p)
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
""",
    ),
    "colon date sqlite": (
        """
#- requirements.txt
aiosqlite==0.20
sqlalchemy
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT d::date FROM t"), p)
""",
        """
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT DATE(d) FROM t"), p)
#- requirements.txt
aiosqlite==0.20
sqlalchemy
""",
    ),
    "ilike my": (
        """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT a FROM t WHERE u.a ILIKE :q"), p)
""",
        """
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT a FROM t WHERE LOWER(u.a) LIKE LOWER(:q)"), p)
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
""",
    ),
    "not ilike": (
        """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT a FROM t WHERE a NOT ILIKE '%x%'"), p)
""",
        """
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT a FROM t WHERE LOWER(a) NOT LIKE LOWER('%x%')"), p)
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
""",
    ),
    "concat": (
        """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT a || ' ' || b FROM t"), p)
""",
        """
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT CONCAT(a, ' ', b) FROM t"), p)
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
""",
    ),
    "ifnull": (
        """
#- pyproject.toml
[project]
name="x"
dependencies=["psycopg2-binary","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT IFNULL(a, 0) FROM t"), p)
""",
        """
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT COALESCE(a, 0) FROM t"), p)
#- pyproject.toml
[project]
name="x"
dependencies=["psycopg2-binary","sqlalchemy"]
""",
    ),
    "limit": (
        """
#- pyproject.toml
[project]
name="x"
dependencies=["psycopg2-binary","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT a FROM t LIMIT 10, 20"), p)
""",
        """
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT a FROM t LIMIT 20 OFFSET 10"), p)
#- pyproject.toml
[project]
name="x"
dependencies=["psycopg2-binary","sqlalchemy"]
""",
    ),
    "backtick": (
        r"""
#- pyproject.toml
[project]
name="x"
dependencies=["psycopg2-binary","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT `a`, `Order` FROM t"), p)
""",
        r"""
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT a, \"Order\" FROM t"), p)
#- pyproject.toml
[project]
name="x"
dependencies=["psycopg2-binary","sqlalchemy"]
""",
    ),
    "now": (
        """
#- app.py
import sqlite3
def f(path, p):
    conn = sqlite3.connect(path)
    conn.cursor().execute("SELECT a FROM t WHERE d < NOW()", p)
""",
        """
#- app.py
import sqlite3
def f(path, p):
    conn = sqlite3.connect(path)
    conn.cursor().execute("SELECT a FROM t WHERE d < CURRENT_TIMESTAMP", p)
""",
    ),
    "on conflict nothing": (
        """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("INSERT INTO t (a) VALUES (:a) ON CONFLICT (a) DO NOTHING"), p)
""",
        """
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("INSERT IGNORE INTO t (a) VALUES (:a)"), p)
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
""",
    ),
    "on conflict update": (
        """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = EXCLUDED.b"))
""",
        """
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("INSERT INTO t (a) VALUES (1) ON DUPLICATE KEY UPDATE b = VALUES(b)"))
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
""",
    ),
    "auto_inc pg": (
        """
#- pyproject.toml
[project]
name="x"
dependencies=["psycopg2-binary","sqlalchemy"]
#- schema.sql
CREATE TABLE t (
  id INT AUTO_INCREMENT PRIMARY KEY
);
""",
        """
#- pyproject.toml
[project]
name="x"
dependencies=["psycopg2-binary","sqlalchemy"]
#- schema.sql
CREATE TABLE t (
  id INT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY
);
""",
    ),
    "serial sqlite": (
        """
#- requirements.txt
aiosqlite==0.20
sqlalchemy
#- schema.sql
CREATE TABLE t (
  id SERIAL PRIMARY KEY
);
""",
        """
#- requirements.txt
aiosqlite==0.20
sqlalchemy
#- schema.sql
CREATE TABLE t (
  id INTEGER PRIMARY KEY
);
""",
    ),
    "jsonb model": (
        """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- models.py
from sqlalchemy import Column, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class A(Base):
    __tablename__ = "a"
    id = Column(Integer, primary_key=True)
    d = Column(JSONB)
""",
        """
#- models.py
from sqlalchemy import JSON, Column, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class A(Base):
    __tablename__ = "a"
    id = Column(Integer, primary_key=True)
    d = Column(JSON().with_variant(JSONB, "postgresql"))
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
""",
    ),
    "fstring": (
        """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, col):
    session.execute(text(f"SELECT {col}::text FROM t"))
""",
        """
#- app.py
from sqlalchemy import text
def f(session, col):
    session.execute(text(f"SELECT CAST({col} AS CHAR) FROM t"))
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
""",
    ),
    "insert or ignore pg": (
        """
#- pyproject.toml
[project]
name="x"
dependencies=["psycopg2-binary","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("INSERT OR IGNORE INTO t (a) VALUES (:a)"), p)
""",
        """
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("INSERT INTO t (a) VALUES (:a) ON CONFLICT DO NOTHING"), p)
#- pyproject.toml
[project]
name="x"
dependencies=["psycopg2-binary","sqlalchemy"]
""",
    ),
    "interval my": (
        """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT a FROM t WHERE d < NOW() - INTERVAL '7 days'"), p)
""",
        """
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT a FROM t WHERE d < NOW() - INTERVAL 7 DAY"), p)
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
""",
    ),
    "at tz": (
        """
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT NOW() AT TIME ZONE 'UTC'"), p)
""",
        """
#- app.py
from sqlalchemy import text
def f(session, p):
    return session.execute(text("SELECT UTC_TIMESTAMP()"), p)
#- pyproject.toml
[project]
name="x"
dependencies=["pymysql>=1.0","sqlalchemy"]
""",
    ),
}


@pytest.mark.parametrize("name", FLAGGED)
def test_flagged(name: str) -> None:
    check_findings("BC705", FLAGGED[name])


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(name: str) -> None:
    check_findings("BC705", ACCEPTED[name])


@pytest.mark.parametrize("name", MENDED)
def test_mended(name: str) -> None:
    before, after = MENDED[name]
    check_fix("BC705", before, after)


def test_a_script_with_a_storage_engine_is_for_mysql_where_that_is_one_of_the_targets() -> None:
    check_findings(
        "BC705",
        """
        #- requirements.txt
        pymysql
        aiosqlite
        sqlalchemy
        #- settings.py
        URLS = ["mysql+pymysql://u:p@db/shop", "sqlite+aiosqlite:///shop.db"]
        #- schema/tables.sql
        CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB;
        #- graph/neo4j_store.py
        def prepare(driver):
            driver.execute("CREATE INDEX IF NOT EXISTS names FOR (n:Person) ON (n.name)")
        """,
    )


@pytest.mark.parametrize(
    ("driver", "before", "after"),
    [
        ("sqlite3", "f\"SELECT a FROM t WHERE b > NOW() - INTERVAL '{n} days'\"", "f\"SELECT a FROM t WHERE b > datetime('now', '-{n} days')\""),
        ("sqlite3", "'SELECT a FROM t WHERE b > CURRENT_DATE + INTERVAL 2 MONTH'", "'SELECT a FROM t WHERE b > date(\\'now\\', \\'+2 months\\')'"),
        # Half of it alone would be no better.
        ("sqlite3", "\"SELECT NOW() - INTERVAL '1 fortnight'\"", "\"SELECT NOW() - INTERVAL '1 fortnight'\""),
        ("sqlite3", "\"SELECT NOW() - INTERVAL ? DAY\"", "\"SELECT NOW() - INTERVAL ? DAY\""),
        ("pymysql", "f\"SELECT NOW() - INTERVAL '{n} days'\"", 'f"SELECT NOW() - INTERVAL {n} DAY"'),
        ("psycopg", '"SELECT a FROM t LIMIT %s, 20"', '"SELECT a FROM t LIMIT 20 OFFSET %s"'),
        ("psycopg", '"SELECT a FROM t LIMIT 20, %s"', '"SELECT a FROM t LIMIT %s OFFSET 20"'),
        ("psycopg", '"SELECT a FROM t LIMIT %s, %s"', '"SELECT a FROM t LIMIT %s, %s"'),
    ],
)  # fmt: skip
def test_parts_are_mended_whole_and_keep_the_order_of_parameters(
    driver: str, before: str, after: str
) -> None:
    code = f"import {driver}\n\n\ndef f(conn: {driver}.Connection, n, p):\n    return conn.cursor().execute({{}}, p)\n"
    check_fix("BC705", code.format(before), code.format(after))
