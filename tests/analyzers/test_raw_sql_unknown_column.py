"""BC709: names in statements of every driver against schemas of every kind, and what must stay silent."""

import pytest

from bugcatalog_ls.testing.checks import check_findings, check_fix

FLAGGED = {
    "update set": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
import psycopg2
def f(cur):
    cur.execute("UPDATE users SET displayname = %s WHERE id = %s", ("a", 1))
                                # ^^^^^^^^^^^ BC709
""",
    "where": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cursor):
    cursor.execute("SELECT id FROM orders WHERE state = %s", ("x",))
                                              # ^^^^^ BC709
""",
    "alias qualified": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
async def f(pool):
    rows = await pool.fetch("SELECT u.email, o.totals_cents FROM users u JOIN orders o ON o.user_id = u.id")
                                             # ^^^^^^^^^^^^ BC709
    return rows
""",
    "join on": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(conn):
    return conn.execute("SELECT u.email FROM users u JOIN orders o ON o.userid = u.id").fetchall()
                                                                      # ^^^^^^ BC709
""",
    "unknown table near": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(conn):
    return conn.execute("SELECT id FROM user WHERE id = ?", (1,)).fetchone()
                                      # ^^^^ BC709 the schema has no table user; the nearest name is users
""",
    "unknown table with other": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(conn):
    conn.execute("SELECT id FROM users")
    conn.execute("INSERT INTO invoices (id) VALUES (?)", (1,))
                            # ^^^^^^^^ BC709 the schema has no table invoices
""",
    "unknown table only": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(conn):
    conn.execute("INSERT INTO invoices (id) VALUES (?)", (1,))
                            # ^^^^^^^^ BC709 the schema has no table invoices
""",
    "multi values count": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(conn):
    conn.execute("INSERT INTO users (id, email, display_name) VALUES (?, ?)", (1, 2))
                                   # ^^^^^^^^^^^^^^^^^^^^^^^ BC709 2 values for 3 columns
""",
    "executemany": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(conn, rows):
    conn.executemany("INSERT INTO users (id, mail) VALUES (?, ?)", rows)
                                           # ^^^^ BC709
""",
    "text named params": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
from sqlalchemy import text
def f(session):
    session.execute(text("DELETE FROM orders WHERE orderid = :id"), {"id": 1})
                                                 # ^^^^^^^ BC709 the table orders has no column orderid
""",
    "sa.text constant": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
import sqlalchemy as sa
Q = sa.text("SELECT emial FROM users WHERE id = :id")
                  # ^^^^^ BC709 the table users has no column emial; the nearest name is email
def f(session):
    return session.execute(Q, {"id": 1})
""",
    "fstring hole param": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur, limit):
    cur.execute(f"SELECT username FROM users ORDER BY id LIMIT {limit}")
                       # ^^^^^^^^ BC709 the table users has no column username
""",
    "order by": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur):
    cur.execute("SELECT id FROM users ORDER BY creation_date")
                                             # ^^^^^^^^^^^^^ BC709
""",
    "alembic renamed": """
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
#- migrations/versions/0001_init.py
from alembic import op
import sqlalchemy as sa
revision = "0001"
down_revision = None
def upgrade():
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("owner", sa.String(50)),
        sa.Column("balance", sa.Integer()),
    )
def downgrade():
    op.drop_table("accounts")
#- migrations/versions/0002_rename.py
from alembic import op
import sqlalchemy as sa
revision = "0002"
down_revision = "0001"
def upgrade():
    op.alter_column("accounts", "owner", new_column_name="owner_name")
def downgrade():
    op.alter_column("accounts", "owner_name", new_column_name="owner")
#- app/__init__.py
#- app/models.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase):
    pass
class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_name: Mapped[str]
    balance: Mapped[int]
#- app/q.py
from sqlalchemy import text
def f(session):
    return session.execute(text("SELECT owner FROM accounts")).all()
                                      # ^^^^^ BC709 the table accounts has no column owner
""",
    "alembic insert": """
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
#- migrations/versions/0001_init.py
from alembic import op
import sqlalchemy as sa
revision = "0001"
down_revision = None
def upgrade():
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("owner", sa.String(50)),
        sa.Column("balance", sa.Integer()),
    )
def downgrade():
    op.drop_table("accounts")
#- migrations/versions/0002_rename.py
from alembic import op
import sqlalchemy as sa
revision = "0002"
down_revision = "0001"
def upgrade():
    op.alter_column("accounts", "owner", new_column_name="owner_name")
def downgrade():
    op.alter_column("accounts", "owner_name", new_column_name="owner")
#- app/__init__.py
#- app/models.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase):
    pass
class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_name: Mapped[str]
    balance: Mapped[int]
#- app/q.py
from sqlalchemy import text
def f(session):
    session.execute(text("INSERT INTO accounts (id, owner_name, currency) VALUES (:i, :o, :c)"), {})
                                                              # ^^^^^^^^ BC709
""",
    "ddl string": '''
#- example.py
import sqlite3
conn = sqlite3.connect("x.db")
conn.execute("""CREATE TABLE IF NOT EXISTS items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sku TEXT NOT NULL,
    qty INTEGER DEFAULT 0
)""")
conn.execute("INSERT INTO items (sku, quantity) VALUES (?, ?)", ("a", 1))
                                    # ^^^^^^^^ BC709 the table items has no column quantity
''',
    "ddl string select": '''
#- example.py
import sqlite3
conn = sqlite3.connect("x.db")
conn.execute("""CREATE TABLE IF NOT EXISTS items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sku TEXT NOT NULL,
    qty INTEGER DEFAULT 0
)""")
rows = conn.execute("SELECT id, name FROM items").fetchall()
                              # ^^^^ BC709 the table items has no column name
''',
    "models only": """
#- example.py
from sqlalchemy import text, Integer, String, Column
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class Book(Base):
    __tablename__ = "books"
    id = Column(Integer, primary_key=True)
    title = Column(String(200))
    author_id = Column(Integer)
def f(session):
    return session.execute(text("SELECT id, titel FROM books")).all()
                                          # ^^^^^ BC709
""",
    "returning": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur):
    cur.execute("INSERT INTO users (email) VALUES (%s) RETURNING user_id", ("a",))
                                                               # ^^^^^^^ BC709
""",
    "on conflict": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur):
    cur.execute("INSERT INTO users (id) VALUES (%s) ON CONFLICT (id) DO UPDATE SET mail = EXCLUDED.email")
                                                                                 # ^^^^ BC709
""",
    "pandas": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
import pandas as pd
def f(engine):
    return pd.read_sql("SELECT id, amount FROM orders", engine)
                                 # ^^^^^^ BC709 the table orders has no column amount
""",
    "databases lib": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
async def f(database):
    return await database.fetch_all(query="SELECT id, title FROM orders")
                                                    # ^^^^^ BC709 the table orders has no column title
""",
    "class const": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
class Repo:
    GET = "SELECT id, phone FROM users WHERE id = ?"
                    # ^^^^^ BC709 the table users has no column phone
    def get(self, conn, id):
        return conn.execute(self.GET, (id,)).fetchone()
""",
    "imported const": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
from queries import GET_USER
def f(conn):
    return conn.execute(GET_USER, (1,)).fetchone()
#- queries.py
GET_USER = "SELECT id, phone FROM users WHERE id = ?"
                     # ^^^^^ BC709 the table users has no column phone
""",
    "count dropped": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- schema/x.txt
#- db.py
def f(cur):
    cur.execute("SELECT COUNT(*) FROM orders WHERE paid = 1 AND status = %s", ("a",))
                                                 # ^^^^ BC709 the table orders has no column paid
""",
    "subquery": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur):
    cur.execute("SELECT email FROM users WHERE id IN (SELECT uid FROM orders WHERE status = %s)", ("x",))
                                                           # ^^^ BC709
""",
    "local var": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur):
    sql = (
        "UPDATE orders "
        "SET sta = %s "
           # ^^^ BC709 the table orders has no column sta
        "WHERE id = %s"
    )
    cur.execute(sql, (1, 2))
""",
    "numbered migration drop col": """
#- migrations/001_init.sql
CREATE TABLE t1 (id INT, a TEXT, b TEXT);
#- migrations/002_drop.sql
ALTER TABLE t1 DROP COLUMN b;
#- app.py
def f(c):
    c.execute("SELECT a, b FROM t1")
                       # ^ BC709 the table t1 has no column b
""",
    "numbered rename table": """
#- migrations/001_init.sql
CREATE TABLE tickets (id INT, a TEXT);
#- migrations/002_ren.sql
ALTER TABLE tickets RENAME TO ticket;
#- app.py
def f(c):
    c.execute("SELECT a FROM tickets")
                           # ^^^^^^^ BC709 the schema has no table tickets; the nearest name is ticket
""",
    "aiosqlite": """
#- example.py
import aiosqlite
async def init(path):
    async with aiosqlite.connect(path) as db:
        await db.execute("CREATE TABLE IF NOT EXISTS logs (id INTEGER PRIMARY KEY, msg TEXT)")
        await db.commit()
async def add(path, m):
    async with aiosqlite.connect(path) as db:
        await db.execute("INSERT INTO logs (message) VALUES (?)", (m,))
                                          # ^^^^^^^ BC709 the table logs has no column message
""",
    "schema qualified": """
#- s.sql
CREATE SCHEMA audit;
CREATE TABLE audit.events (id INT, kind TEXT);
#- app.py
def f(cur):
    cur.execute("SELECT knd FROM audit.events")
                      # ^^^ BC709 the table audit.events has no column knd; the nearest name is kind
""",
}

ACCEPTED = {
    "good": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur):
    cur.execute("SELECT u.id, u.email AS mail FROM users u WHERE mail = %s ORDER BY mail", (1,))
""",
    "star": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur):
    cur.execute("SELECT * FROM users")
""",
    "dynamic table": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur, t):
    cur.execute(f"SELECT foo FROM {t}")
""",
    "dynamic prefix": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur, t):
    cur.execute(f"SELECT foo FROM {t}_users")
""",
    "format table": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur, t):
    cur.execute("SELECT foo FROM {}".format(t))
""",
    "cte": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur):
    cur.execute("WITH x AS (SELECT id, count(*) AS n FROM orders GROUP BY id) SELECT n, id FROM x")
""",
    "recursive cte": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur):
    cur.execute("WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM t WHERE n < 5) SELECT n FROM t")
""",
    "view": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- v.sql
CREATE VIEW rich AS SELECT id, total_cents AS worth FROM orders;
#- app.py
def f(cur):
    cur.execute("SELECT worth FROM rich")
""",
    "temp": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur):
    cur.execute("CREATE TEMPORARY TABLE tmp_ids (x INT)")
    cur.execute("INSERT INTO tmp_ids (x) SELECT id FROM users")
    cur.execute("SELECT x FROM tmp_ids")
""",
    "sqlite master": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur):
    cur.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
""",
    "info schema": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur):
    cur.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'x'")
""",
    "pg_catalog": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur):
    cur.execute("SELECT relname FROM pg_class")
""",
    "double quoted string": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
import sqlite3
def f(c: sqlite3.Connection):
    c.execute('SELECT id FROM users WHERE email = "me"')
""",
    "rowid": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
import sqlite3
def f(c: sqlite3.Connection):
    c.execute("SELECT rowid, email FROM users")
""",
    "excluded": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur):
    cur.execute("INSERT INTO users (id) VALUES (%s) ON CONFLICT (id) DO UPDATE SET email = EXCLUDED.email")
""",
    "functions": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur):
    cur.execute("SELECT date(created_at) AS d FROM users WHERE d > now() - interval '1 day' GROUP BY d")
""",
    "extract": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur):
    cur.execute("SELECT EXTRACT(year FROM created_at) FROM users")
""",
    "no schema": """
#- example.py
def f(cur):
    cur.execute("SELECT foo FROM bar")
""",
    "other db driver": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- a.py
from google.cloud import bigquery
def f(client: bigquery.Client):
    client.query("SELECT foo FROM users")
""",
    "log message": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
import logging
logging.info("SELECT foo FROM users")
""",
    "prompt const": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
PROMPT = "SELECT foo FROM users"
def f(llm):
    return llm.complete(PROMPT)
""",
    "case insens": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur):
    cur.execute("select ID, EMAIL from USERS")
""",
    "join clause hole": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur, joins):
    cur.execute(f"SELECT email, extra FROM users {joins} WHERE id = 1")
""",
    "lateral": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur):
    cur.execute("SELECT x.n FROM users u, LATERAL (SELECT 1 AS n FROM orders o WHERE o.user_id = u.id) x")
""",
    "json_each": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur):
    cur.execute("SELECT j.value FROM users u, json_each(u.display_name) j")
""",
    "derived": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur):
    cur.execute("SELECT q.n FROM (SELECT count(*) AS n FROM users) q WHERE n > 1")
""",
    "alter add elsewhere": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def migrate(cur):
    cur.execute("ALTER TABLE users ADD COLUMN age INTEGER")
def f(cur):
    cur.execute("SELECT age FROM users")
""",
    "create as": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur):
    cur.execute("CREATE TABLE snap AS SELECT id FROM users")
    cur.execute("SELECT whatever FROM snap")
""",
    "revision": """
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
#- migrations/versions/0001_init.py
from alembic import op
import sqlalchemy as sa
revision = "0001"
down_revision = None
def upgrade():
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("owner", sa.String(50)),
        sa.Column("balance", sa.Integer()),
    )
def downgrade():
    op.drop_table("accounts")
#- migrations/versions/0002_rename.py
from alembic import op
import sqlalchemy as sa
revision = "0002"
down_revision = "0001"
def upgrade():
    op.alter_column("accounts", "owner", new_column_name="owner_name")
def downgrade():
    op.alter_column("accounts", "owner_name", new_column_name="owner")
#- app/__init__.py
#- app/models.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase):
    pass
class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_name: Mapped[str]
    balance: Mapped[int]
#- migrations/versions/0003_data.py
from alembic import op
revision = "0003"
down_revision = "0002"
def upgrade():
    op.execute("UPDATE accounts SET owner = 1")
def downgrade():
    pass
""",
    "alembic opaque": """
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
#- migrations/versions/0001_init.py
from alembic import op
import sqlalchemy as sa
revision = "0001"
down_revision = None
def upgrade():
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("owner", sa.String(50)),
        sa.Column("balance", sa.Integer()),
    )
def downgrade():
    op.drop_table("accounts")
#- migrations/versions/0002_rename.py
from alembic import op
import sqlalchemy as sa
revision = "0002"
down_revision = "0001"
def upgrade():
    getattr(op, "exe" + "cute")(open("x.sql").read())
def downgrade():
    op.alter_column("accounts", "owner_name", new_column_name="owner")
#- app/__init__.py
#- app/models.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase):
    pass
class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_name: Mapped[str]
    balance: Mapped[int]
#- app/q.py
from sqlalchemy import text
def f(session):
    return session.execute(text("SELECT zzz FROM accounts")).all()
""",
    "values with select": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur):
    cur.execute("INSERT INTO users (id, email) SELECT user_id, status FROM orders")
""",
    "execute_values": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
from psycopg2.extras import execute_values
def f(cur, rows):
    execute_values(cur, "INSERT INTO users (id, email) VALUES %s", rows)
""",
    "hole values": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur, marks):
    cur.execute(f"INSERT INTO users (id, email) VALUES ({marks})")
""",
    "virtual table": """
#- example.py
import sqlite3
c = sqlite3.connect("x")
c.execute("CREATE VIRTUAL TABLE docs USING fts5(title, body)")
c.execute("SELECT title, rank FROM docs WHERE docs MATCH ? ORDER BY rank", ("a",))
""",
    "attached dict": """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(d):
    d.get("SELECT foo FROM users")
""",
}

MENDED = {
    "near": (
        '''
#- example.py
import sqlite3
conn = sqlite3.connect("x.db")
conn.execute("""CREATE TABLE IF NOT EXISTS items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sku TEXT NOT NULL,
    qty INTEGER DEFAULT 0
)""")
conn.execute("INSERT INTO items (sku, qyt) VALUES (?, ?)", ("a", 1))
''',
        '''
#- example.py
import sqlite3
conn = sqlite3.connect("x.db")
conn.execute("""CREATE TABLE IF NOT EXISTS items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sku TEXT NOT NULL,
    qty INTEGER DEFAULT 0
)""")
conn.execute("INSERT INTO items (sku, qty) VALUES (?, ?)", ("a", 1))
''',
    ),
    "near quoted": (
        '''
#- example.py
import sqlite3
conn = sqlite3.connect("x.db")
conn.execute("""CREATE TABLE IF NOT EXISTS items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sku TEXT NOT NULL,
    qty INTEGER DEFAULT 0
)""")
conn.execute("SELECT `skuu` FROM items")
''',
        '''
#- example.py
import sqlite3
conn = sqlite3.connect("x.db")
conn.execute("""CREATE TABLE IF NOT EXISTS items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sku TEXT NOT NULL,
    qty INTEGER DEFAULT 0
)""")
conn.execute("SELECT `sku` FROM items")
''',
    ),
    "near table": (
        """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(conn):
    return conn.execute("SELECT id FROM userss").fetchone()
""",
        """
#- app.py
def f(conn):
    return conn.execute("SELECT id FROM users").fetchone()
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
""",
    ),
    "add sql file": (
        """
#- migrations/0001_init.sql
CREATE TABLE t1 (id INT, a TEXT);
#- migrations/0002_b.sql
ALTER TABLE t1 ADD COLUMN b TEXT;
#- app.py
def f(c):
    c.execute("INSERT INTO t1 (a, quantity) VALUES (?, ?)")
""",
        """
#- app.py
def f(c):
    c.execute("INSERT INTO t1 (a, quantity) VALUES (?, ?)")
#- migrations/0001_init.sql
CREATE TABLE t1 (id INT, a TEXT);
#- migrations/0002_b.sql
ALTER TABLE t1 ADD COLUMN b TEXT;
#- migrations/0003_add_t1_quantity.sql
ALTER TABLE t1 ADD COLUMN quantity TEXT;
""",
    ),
    "add revision": (
        """
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
#- migrations/versions/0001_init.py
from alembic import op
import sqlalchemy as sa
revision = "0001"
down_revision = None
def upgrade():
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("owner", sa.String(50)),
        sa.Column("balance", sa.Integer()),
    )
def downgrade():
    op.drop_table("accounts")
#- migrations/versions/0002_rename.py
from alembic import op
import sqlalchemy as sa
revision = "0002"
down_revision = "0001"
def upgrade():
    op.alter_column("accounts", "owner", new_column_name="owner_name")
def downgrade():
    op.alter_column("accounts", "owner_name", new_column_name="owner")
#- app/__init__.py
#- app/models.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase):
    pass
class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_name: Mapped[str]
    balance: Mapped[int]
#- app/q.py
from sqlalchemy import text
def f(session):
    session.execute(text("INSERT INTO accounts (id, owner_name, currency) VALUES (:i, :o, :c)"), {})
""",
        '''
#- alembic.ini
[alembic]
script_location = migrations
#- app/__init__.py

#- app/models.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase):
    pass
class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_name: Mapped[str]
    balance: Mapped[int]
#- app/q.py
from sqlalchemy import text
def f(session):
    session.execute(text("INSERT INTO accounts (id, owner_name, currency) VALUES (:i, :o, :c)"), {})
#- migrations/env.py
from alembic import context
from app.models import Base
target_metadata = Base.metadata
def run_migrations_online():
    context.configure(target_metadata=target_metadata)
    context.run_migrations()
#- migrations/versions/0001_init.py
from alembic import op
import sqlalchemy as sa
revision = "0001"
down_revision = None
def upgrade():
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("owner", sa.String(50)),
        sa.Column("balance", sa.Integer()),
    )
def downgrade():
    op.drop_table("accounts")
#- migrations/versions/0002_rename.py
from alembic import op
import sqlalchemy as sa
revision = "0002"
down_revision = "0001"
def upgrade():
    op.alter_column("accounts", "owner", new_column_name="owner_name")
def downgrade():
    op.alter_column("accounts", "owner_name", new_column_name="owner")
#- migrations/versions/0003_add_accounts_currency.py
"""Add accounts.currency"""

from alembic import op
import sqlalchemy as sa

revision = "0003"
down_revision = "0002"


def upgrade():
    op.add_column("accounts", sa.Column("currency", sa.Text(), nullable=True))


def downgrade():
    op.drop_column("accounts", "currency")
''',
    ),
    "add in schema.sql": (
        """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(c):
    c.execute("UPDATE orders SET shipped_at = ? WHERE id = ?")
""",
        """
#- add_orders_shipped_at.sql
ALTER TABLE orders ADD COLUMN shipped_at TIMESTAMP;
#- app.py
def f(c):
    c.execute("UPDATE orders SET shipped_at = ? WHERE id = ?")
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
""",
    ),
    "ddl string add": (
        '''
#- example.py
import sqlite3
conn = sqlite3.connect("x.db")
conn.execute("""CREATE TABLE IF NOT EXISTS items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sku TEXT NOT NULL,
    qty INTEGER DEFAULT 0
)""")
conn.execute("UPDATE items SET warehouse = ? WHERE id = ?")
''',
        '''
#- example.py
import sqlite3
conn = sqlite3.connect("x.db")
conn.execute("""CREATE TABLE IF NOT EXISTS items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sku TEXT NOT NULL,
    qty INTEGER DEFAULT 0
)""")
conn.execute("UPDATE items SET warehouse = ? WHERE id = ?")
#- migrations/001_add_items_warehouse.sql
ALTER TABLE items ADD COLUMN warehouse TEXT;
''',
    ),
    "model's type": (
        """
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
#- migrations/versions/0001_init.py
from alembic import op
import sqlalchemy as sa
revision = "0001"
down_revision = None
def upgrade():
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("owner", sa.String(50)),
        sa.Column("balance", sa.Integer()),
    )
def downgrade():
    op.drop_table("accounts")
#- migrations/versions/0002_rename.py
from alembic import op
import sqlalchemy as sa
revision = "0002"
down_revision = "0001"
def upgrade():
    op.alter_column("accounts", "owner", new_column_name="owner_name")
def downgrade():
    op.alter_column("accounts", "owner_name", new_column_name="owner")
#- app/__init__.py
#- app/models.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase):
    pass
class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_name: Mapped[str]
    balance: Mapped[int]
    limit_cents: Mapped[int | None]
#- app/q.py
from sqlalchemy import text
def f(session):
    session.execute(text("SELECT limit_cents FROM accounts"))
""",
        '''
#- alembic.ini
[alembic]
script_location = migrations
#- app/__init__.py

#- app/models.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase):
    pass
class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_name: Mapped[str]
    balance: Mapped[int]
    limit_cents: Mapped[int | None]
#- app/q.py
from sqlalchemy import text
def f(session):
    session.execute(text("SELECT limit_cents FROM accounts"))
#- migrations/env.py
from alembic import context
from app.models import Base
target_metadata = Base.metadata
def run_migrations_online():
    context.configure(target_metadata=target_metadata)
    context.run_migrations()
#- migrations/versions/0001_init.py
from alembic import op
import sqlalchemy as sa
revision = "0001"
down_revision = None
def upgrade():
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("owner", sa.String(50)),
        sa.Column("balance", sa.Integer()),
    )
def downgrade():
    op.drop_table("accounts")
#- migrations/versions/0002_rename.py
from alembic import op
import sqlalchemy as sa
revision = "0002"
down_revision = "0001"
def upgrade():
    op.alter_column("accounts", "owner", new_column_name="owner_name")
def downgrade():
    op.alter_column("accounts", "owner_name", new_column_name="owner")
#- migrations/versions/0003_add_accounts_limit_cents.py
"""Add accounts.limit_cents"""

from alembic import op
import sqlalchemy as sa

revision = "0003"
down_revision = "0002"


def upgrade():
    op.add_column("accounts", sa.Column("limit_cents", sa.Integer(), nullable=True))


def downgrade():
    op.drop_column("accounts", "limit_cents")
''',
    ),
    "multi line": (
        '''
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur):
    cur.execute(
        """
        UPDATE users
        SET displayname = %s
        WHERE id = %s
        """,
        (1, 2),
    )
''',
        '''
#- app.py
def f(cur):
    cur.execute(
        """
        UPDATE users
        SET display_name = %s
        WHERE id = %s
        """,
        (1, 2),
    )
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
''',
    ),
    "qualified": (
        """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur):
    cur.execute("SELECT o.totalcents FROM orders o")
""",
        """
#- app.py
def f(cur):
    cur.execute("SELECT o.total_cents FROM orders o")
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
""",
    ),
    "concat": (
        """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur):
    cur.execute("SELECT emial " "FROM users")
""",
        """
#- app.py
def f(cur):
    cur.execute("SELECT email " "FROM users")
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
""",
    ),
    "fstring": (
        """
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
#- app.py
def f(cur, n):
    cur.execute(f"SELECT emial FROM users LIMIT {n}")
""",
        """
#- app.py
def f(cur, n):
    cur.execute(f"SELECT email FROM users LIMIT {n}")
#- schema.sql
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT,
  created_at TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  user_id INTEGER REFERENCES users(id),
  total_cents INTEGER NOT NULL,
  status TEXT
);
""",
    ),
}


@pytest.mark.parametrize("name", FLAGGED)
def test_flagged(name: str) -> None:
    check_findings("BC709", FLAGGED[name])


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(name: str) -> None:
    check_findings("BC709", ACCEPTED[name])


@pytest.mark.parametrize("name", MENDED)
def test_mended(name: str) -> None:
    before, after = MENDED[name]
    check_fix("BC709", before, after)
