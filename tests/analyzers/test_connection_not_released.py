"""BC402 beyond the examples of its page."""

from __future__ import annotations

from bugcatalog_ls.testing.checks import check_findings, check_fix


def test_return_that_passes_the_close_over() -> None:
    check_findings(
        "BC402",
        """
        def first(path):
            f = open(path)
          # ^ BC402
            line = f.readline()
            if not line:
                return None
            f.close()
            return line
        """,
    )


def test_block_of_sqlite_ends_the_transaction_only() -> None:
    check_findings(
        "BC402",
        """
        import sqlite3
        def add(path, name):
            conn = sqlite3.connect(path)
          # ^^^^ BC402
            with conn:
                conn.execute("INSERT INTO t VALUES (?)", (name,))
        """,
    )


def test_session_of_a_factory_in_another_file() -> None:
    check_findings(
        "BC402",
        """
        #- app/db.py
        from sqlalchemy import create_engine
        from sqlalchemy.orm import sessionmaker
        engine = create_engine("sqlite://")
        SessionLocal = sessionmaker(bind=engine)

        #- app/jobs.py
        from app.db import SessionLocal
        def purge():
            db = SessionLocal()
          # ^^ BC402
            db.execute(delete(Old))
            db.commit()
            db.close()
        """,
    )


def test_dependency_that_yields_without_a_finally() -> None:
    check_findings(
        "BC402",
        """
        from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
        engine = create_async_engine("x")
        Session = async_sessionmaker(engine)
        async def get_session():
            session = Session()
          # ^^^^^^^ BC402
            yield session
            await session.close()
        """,
    )


def test_dependency_with_an_unknown_factory() -> None:
    check_findings(
        "BC402",
        """
        from database import SessionLocal
        def get_db():
            db = SessionLocal()
          # ^^ BC402
            yield db
            db.close()
        """,
    )


def test_client_that_is_never_closed() -> None:
    check_findings(
        "BC402",
        """
        import requests
        def fetch(urls):
            s = requests.Session()
          # ^ BC402
            s.headers["X"] = "1"
            out = []
            for u in urls:
                out.append(s.get(u, timeout=5).text)
            return out
        """,
    )


def test_connection_of_a_pool() -> None:
    check_findings(
        "BC402",
        """
        import asyncpg
        class Store:
            async def start(self):
                self.pool = await asyncpg.create_pool("x")
            async def one(self):
                conn = await self.pool.acquire()
              # ^^^^ BC402
                row = await conn.fetchrow("select 1")
                await self.pool.release(conn)
                return row
        """,
    )


def test_engine_built_in_each_request() -> None:
    check_findings(
        "BC402",
        """
        from fastapi import FastAPI
        from sqlalchemy import create_engine, text
        app = FastAPI()
        @app.get("/x")
        def read():
            engine = create_engine("postgresql://")
          # ^^^^^^ BC402
            with engine.connect() as c:
                return c.execute(text("select 1")).scalar()
        """,
    )


def test_failure_that_returns_past_the_close() -> None:
    check_findings(
        "BC402",
        """
        import sqlite3
        def go(p):
            conn = sqlite3.connect(p)
          # ^^^^ BC402
            try:
                conn.execute("update t set a=1")
            except sqlite3.Error:
                return False
            conn.close()
            return True
        """,
    )


def test_alias_of_connect() -> None:
    check_findings(
        "BC402",
        """
        from sqlite3 import connect as open_db
        def go(p):
            db = open_db(p)
          # ^^ BC402
            rows = db.execute("select 1").fetchall()
            db.close()
            return rows
        """,
    )


def test_helper_that_hands_its_connection_over() -> None:
    check_findings(
        "BC402",
        """
        #- app/db.py
        import sqlite3
        def get_connection():
            conn = sqlite3.connect("x.db")
            conn.row_factory = sqlite3.Row
            return conn

        #- app/a.py
        from app.db import get_connection
        def users():
            conn = get_connection()
          # ^^^^ BC402
            rows = conn.execute("select * from users").fetchall()
            conn.close()
            return rows
        """,
    )


def test_session_that_others_only_use() -> None:
    check_findings(
        "BC402",
        """
        #- a.py
        from sqlalchemy.orm import sessionmaker
        S = sessionmaker()
        def load(db):
            return db.query(User).all()
        def report():
            db = S()
          # ^^ BC402
            rows = load(db)
            return rows
        """,
    )


def test_closed_in_a_finally() -> None:
    check_findings(
        "BC402",
        """
        import sqlite3
        def go(p):
            conn = sqlite3.connect(p)
            try:
                return conn.execute("x").fetchall()
            finally:
                conn.close()
        """,
    )


def test_put_into_a_container() -> None:
    check_findings(
        "BC402",
        """
        def open_all(paths):
            files = []
            for p in paths:
                f = open(p)
                files.append(f)
            return files
        """,
    )


def test_left_to_an_exit_stack() -> None:
    check_findings(
        "BC402",
        """
        from contextlib import ExitStack
        def go(p):
            with ExitStack() as s:
                f = open(p)
                s.callback(f.close)
                return f.read()
        """,
    )


def test_session_of_the_thread() -> None:
    check_findings(
        "BC402",
        """
        from sqlalchemy.orm import scoped_session, sessionmaker
        Session = scoped_session(sessionmaker())
        def f():
            s = Session()
            s.add(1)
            s.commit()
        """,
    )


def test_closed_on_both_ways() -> None:
    check_findings(
        "BC402",
        """
        import sqlite3
        def go(p):
            c = sqlite3.connect(p)
            try:
                c.execute("x")
            except Exception:
                c.close()
                raise
            c.close()
        """,
    )


def test_closed_where_it_was_opened() -> None:
    check_findings(
        "BC402",
        """
        import psycopg2
        def go(d):
            conn = None
            try:
                conn = psycopg2.connect(d)
                conn.cursor().execute("x")
            finally:
                if conn is not None:
                    conn.close()
        """,
    )


def test_closed_by_its_owner_only() -> None:
    check_findings(
        "BC402",
        """
        from app.db import SessionLocal
        def go(session=None):
            owns = session is None
            if owns:
                session = SessionLocal()
            try:
                session.add(1)
                session.commit()
            finally:
                if owns:
                    session.close()
        """,
    )


def test_cursor_that_outlives_the_function() -> None:
    check_findings(
        "BC402",
        """
        import sqlite3
        def f(p):
            conn = sqlite3.connect(p)
            return conn.cursor()
        """,
    )


def test_used_by_a_function_inside() -> None:
    check_findings(
        "BC402",
        """
        import httpx
        def make():
            client = httpx.Client()
            def get(u):
                return client.get(u)
            return get
        """,
    )


def test_closed_by_a_function_that_is_given_it() -> None:
    check_findings(
        "BC402",
        """
        import sqlite3
        def finish(conn):
            conn.commit()
            conn.close()
        def f(p):
            conn = sqlite3.connect(p)
            conn.execute("x")
            finish(conn)
        """,
    )


def test_fix_wraps_all_that_uses_it() -> None:
    check_fix(
        "BC402",
        """
        import psycopg2
        def users(dsn):
            conn = psycopg2.connect(dsn)
            cur = conn.cursor()
            cur.execute("SELECT * FROM users")
            rows = cur.fetchall()
            cur.close()
            conn.close()
            return rows
        """,
        """
        from contextlib import closing

        import psycopg2
        def users(dsn):
            with closing(psycopg2.connect(dsn)) as conn:
                cur = conn.cursor()
                cur.execute("SELECT * FROM users")
                rows = cur.fetchall()
                cur.close()
            return rows
        """,
    )


def test_fix_of_a_dependency() -> None:
    check_fix(
        "BC402",
        """
        from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
        engine = create_async_engine("x")
        Session = async_sessionmaker(engine)
        async def get_session():
            session = Session()
            yield session
            await session.close()
        """,
        """
        from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
        engine = create_async_engine("x")
        Session = async_sessionmaker(engine)
        async def get_session():
            session = Session()
            try:
                yield session
            finally:
                await session.close()
        """,
    )


def test_fix_of_an_asynchronous_client() -> None:
    check_fix(
        "BC402",
        """
        import aiohttp
        async def fetch(url):
            session = aiohttp.ClientSession()
            resp = await session.get(url)
            text = await resp.text()
            await session.close()
            return text
        """,
        """
        import aiohttp
        async def fetch(url):
            async with aiohttp.ClientSession() as session:
                resp = await session.get(url)
                text = await resp.text()
            return text
        """,
    )


def test_fix_gives_back_to_the_pool() -> None:
    check_fix(
        "BC402",
        """
        import asyncpg
        class Store:
            async def start(self):
                self.pool = await asyncpg.create_pool("x")
            async def one(self):
                conn = await self.pool.acquire()
                row = await conn.fetchrow("select 1")
                await self.pool.release(conn)
                return row
        """,
        """
        import asyncpg
        class Store:
            async def start(self):
                self.pool = await asyncpg.create_pool("x")
            async def one(self):
                conn = await self.pool.acquire()
                try:
                    row = await conn.fetchrow("select 1")
                finally:
                    await self.pool.release(conn)
                return row
        """,
    )


def test_fix_of_a_connection_without_a_with() -> None:
    check_fix(
        "BC402",
        """
        import asyncpg
        async def one(dsn):
            conn = await asyncpg.connect(dsn)
            v = await conn.fetchval("select 1")
            await conn.close()
            return v
        """,
        """
        import asyncpg
        async def one(dsn):
            conn = await asyncpg.connect(dsn)
            try:
                v = await conn.fetchval("select 1")
            finally:
                await conn.close()
            return v
        """,
    )


def test_fix_holds_what_was_made_of_it() -> None:
    check_fix(
        "BC402",
        """
        from sqlmodel import Session, create_engine, select
        engine = create_engine("sqlite://")
        def heroes():
            session = Session(engine)
            heroes = session.exec(select(Hero)).all()
            return heroes
        """,
        """
        from sqlmodel import Session, create_engine, select
        engine = create_engine("sqlite://")
        def heroes():
            with Session(engine) as session:
                heroes = session.exec(select(Hero)).all()
                return heroes
        """,
    )


def test_fix_keeps_strings_and_comments() -> None:
    check_fix(
        "BC402",
        '''
        import requests
        def go(url):
            session = requests.Session()
            response = session.get(
                url,
                timeout=3,
            )

            # keep this
            text = """
        raw
        """
            session.close()
            return response.text + text
        ''',
        '''
        import requests
        def go(url):
            with requests.Session() as session:
                response = session.get(
                    url,
                    timeout=3,
                )

                # keep this
                text = """
        raw
        """
            return response.text + text
        ''',
    )


def test_file_that_an_expression_opens() -> None:
    check_findings(
        "BC402",
        """
        import json
        def a(p):
            text = open(p).read()
                 # ^^^^^^^ BC402.inline
            data = json.load(open(p + "x", encoding="utf-8"))
                           # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC402.inline
            return text, data
        """,
    )


def test_helper_object_that_is_gone_at_once() -> None:
    check_findings(
        "BC402",
        """
        from selenium import webdriver
        from selenium.webdriver.support.ui import WebDriverWait
        def shot(u):
            driver = webdriver.Chrome()
          # ^^^^^^ BC402
            driver.get(u)
            WebDriverWait(driver, 3).until(ready)
            png = driver.get_screenshot_as_png()
            driver.quit()
            return png
        """,
    )


def test_helper_whose_annotation_says_session() -> None:
    check_findings(
        "BC402",
        """
        #- db.py
        from sqlalchemy.orm import Session
        SessionLocal, engine = init("url")
        def create_session() -> Session:
            return SessionLocal()

        #- main.py
        from db import create_session
        def main():
            session = create_session()
          # ^^^^^^^ BC402
            print(session)
            session.execute(1)
        """,
    )


def test_what_a_request_builds_for_itself() -> None:
    check_findings(
        "BC402",
        """
        from fastapi import FastAPI
        from sqlalchemy import create_engine
        from sqlalchemy.orm import Session
        from pymongo import MongoClient
        import redis
        app = FastAPI()
        @app.get("/a")
        def a():
            engine = create_engine("x")
          # ^^^^^^ BC402
            with Session(engine) as s:
                return s.execute("x").scalar()
        @app.get("/b")
        def b():
            return MongoClient("x").db.c.find_one()
                 # ^^^^^^^^^^^^^^^^ BC402
        @app.get("/c")
        def c(k: str):
            return redis.Redis().get(k)
                 # ^^^^^^^^^^^^^ BC402
        @app.get("/d")
        def d():
            db = MongoClient("x")["db"]
               # ^^^^^^^^^^^^^^^^ BC402
            return db.c.find_one()
        @app.on_event("startup")
        def s():
            app.state.engine = create_engine("x")
        def make():
            engine = create_engine("x")
            return Session(engine)
        """,
    )


def test_entered_by_a_function_of_another_file() -> None:
    check_findings(
        "BC402",
        """
        #- a.py
        def write(dest, source):
            with source as s:
                dest.write(s.read())

        #- b.py
        import zipfile
        from a import write
        def go(p, d):
            with zipfile.ZipFile(p) as z:
                for n in z.infolist():
                    src = z.open(n)
                    write(d, src)
        """,
    )


def test_a_socket_that_a_server_takes() -> None:
    check_findings(
        "BC402",
        """
        import asyncio
        import socket

        async def serve(handle, number):
            listener = socket.socket(fileno=number)
            listener.setblocking(False)
            server = await asyncio.start_server(handle, sock=listener)
            await server.serve_forever()
        """,
    )


def test_leaves_what_is_set_up_closed_in_time_or_in_memory() -> None:
    check_findings(
        "BC402",
        """
        import asyncio
        import gzip
        import io
        import logging
        import socket
        from typing import cast
        from contextlib import AsyncExitStack
        from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
        maker = async_sessionmaker()
        logger = logging.getLogger(__name__)
        def probe(path):
            sock = socket.socket(socket.AF_UNIX)
            sock.settimeout(1)
            logger.info("probing %s", path)
            try:
                sock.connect(path)
            finally:
                sock.close()
        async def session():
            held = maker()
            try:
                yield held
            finally:
                try:
                    async with asyncio.timeout(5):
                        await held.close()
                except TimeoutError:
                    logger.warning("abandoned")
        async def locked():
            async with AsyncExitStack() as stack:
                entered = cast(AsyncSession, await stack.enter_async_context(maker()))
                await entered.commit()
        def packed(data):
            buffer = io.BytesIO()
            archive = gzip.GzipFile(mode="wb", fileobj=buffer)
            archive.write(data)
            archive.close()
            return buffer.getvalue()
        """,
    )


def test_leaves_what_an_inherited_method_keeps() -> None:
    check_findings(
        "BC402",
        """
        #- base.py
        import psycopg

        class Handler:
            def connect(self):
                if self.is_connected:
                    return self.connection
                self.connection = psycopg.connect(self.url, connect_timeout=5)
                return self.connection

        #- special.py
        from base import Handler

        class Special(Handler):
            def insert(self, rows):
                connection = self.connect()
                with connection.cursor() as cursor:
                    cursor.executemany("INSERT INTO t VALUES (%s)", rows)
        """,
    )


def test_mends_close_on_one_path_and_factory_of_another_file() -> None:
    check_fix(
        "BC402",
        """
        #- db.py
        from sqlalchemy.orm import sessionmaker
        AsyncLocal = sessionmaker()
        #- use.py
        from db import AsyncLocal

        def read(flag):
            session = AsyncLocal()
            if not flag:
                return None
            try:
                return session.execute(flag).all()
            except ValueError:
                session.close()
                raise
        """,
        """
        #- db.py
        from sqlalchemy.orm import sessionmaker
        AsyncLocal = sessionmaker()
        #- use.py
        from db import AsyncLocal

        def read(flag):
            with AsyncLocal() as session:
                if not flag:
                    return None
                try:
                    return session.execute(flag).all()
                except ValueError:
                    session.close()
                    raise
        """,
    )


def test_finds_file_whose_rows_are_all_read() -> None:
    check_findings(
        "BC402",
        """
        import csv
        def rows(path):
            file = open(path)
          # ^^^^ BC402
            return list(csv.reader(file))
        def lazy(path):
            file = open(path)
            return csv.reader(file)
        """,
    )


def test_leaves_what_a_clock_stands_behind_and_what_takes_the_place_of_a_stream() -> None:
    check_findings(
        "BC402",
        """
        import os
        import socket
        import sys
        import time
        def latency(host):
            try:
                start = time.perf_counter()
                sock = socket.create_connection((host, 443), timeout=3)
                found = time.perf_counter() - start
                sock.close()
                return found
            except OSError:
                return None
        def daemonize(path):
            log = open(path, "a+")
            os.dup2(log.fileno(), sys.stdout.fileno())
        def number(path):
            log = open(path)
          # ^^^ BC402
            return log.fileno()
        """,
    )


def test_leaves_what_a_worker_needs_for_as_long_as_it_runs() -> None:
    check_findings(
        "BC402",
        """
        import socket
        import requests
        def serve(handle):
            server = socket.socket()
            server.bind(("", 80))
            while True:
                handle(server.accept())
        def send(queue):
            session = requests.Session()
          # ^^^^^^^ BC402
            while True:
                item = queue.get()
                if item is None:
                    break
                session.post("https://x.example", json=item, timeout=3)
        """,
    )


def test_leaves_what_a_with_is_given_and_sessions_on_a_connection_of_a_migration() -> None:
    check_findings(
        "BC402",
        """
        import sqlalchemy as sa
        from alembic import op
        from celery.backends.database import session_cleanup
        from sqlalchemy.orm import Session, sessionmaker
        def clean(engine):
            session = Session(engine)
            with session_cleanup(session):
                session.execute("DELETE FROM tasks")
        def upgrade():
            session = sa.orm.sessionmaker(bind=op.get_bind())()
            session.execute("UPDATE users SET a = 1")
        def downgrade():
            factory = sessionmaker(op.get_bind())
            session = factory()
            session.execute("UPDATE users SET a = 0")
        def other(engine):
            session = sessionmaker(bind=engine)()
          # ^^^^^^^ BC402
            session.execute("UPDATE users SET a = 0")
        """,
    )


def test_a_response_that_is_read_to_its_end() -> None:
    check_findings(
        "BC402",
        """
        import json
        from urllib.request import urlopen
        def whole(url):
            response = urlopen(url, timeout=3)
            return response.read().decode()
        def parsed(url):
            response = urlopen(url, timeout=3)
            return json.load(response)
        def lines(url):
            response = urlopen(url, timeout=3)
            return [line.strip() for line in response.readlines()]
        def some(url):
            response = urlopen(url, timeout=3)
          # ^^^^^^^^ BC402
            return response.read(100)
        def not_always(url):
            response = urlopen(url, timeout=3)
          # ^^^^^^^^ BC402
            if response.status != 200:
                return None
            return response.read()
        """,
    )


def test_leaves_what_only_another_value_of_the_name_keeps_open() -> None:
    check_findings(
        "BC402",
        """
        import sys
        def write(path, rows):
            if path != "-":
                out = open(path, "w", encoding="utf-8")
            else:
                out = sys.stdout
            try:
                out.writelines(rows)
            finally:
                if out is not sys.stdout:
                    out.close()
        def some(path, wanted):
            if path != "-":
                out = open(path)
              # ^^^ BC402
            else:
                out = sys.stdin
            if wanted in out.read():
                return True
            if out is not sys.stdin:
                out.close()
        """,
    )


def test_leaves_no_empty_rows_where_the_close_was() -> None:
    check_fix(
        "BC402",
        """
        import sqlite3
        from psycopg import connect

        def names(dsn):
            conn = connect(dsn, connect_timeout=5)

            rows = conn.execute("SELECT name FROM users ORDER BY id").fetchall()

            conn.close()

            return [row[0] for row in rows]

        def touch(path):
            conn = connect(path, connect_timeout=5)
            conn.execute("UPDATE users SET seen = 1")

            conn.close()


        def other():
            pass
        """,
        """
        import sqlite3
        from psycopg import connect

        def names(dsn):
            with connect(dsn, connect_timeout=5) as conn:
                rows = conn.execute("SELECT name FROM users ORDER BY id").fetchall()

            return [row[0] for row in rows]

        def touch(path):
            with connect(path, connect_timeout=5) as conn:
                conn.execute("UPDATE users SET seen = 1")


        def other():
            pass
        """,
    )


def test_closes_each_of_several_under_one_name() -> None:
    check_fix(
        "BC402",
        """
        import smtplib

        def send(host, message, is_safe):
            if is_safe:
                smtp = smtplib.SMTP_SSL(host, timeout=10)
                smtp.send_message(message)
                smtp.quit()
                return
            smtp = smtplib.SMTP(host, timeout=10)
            smtp.send_message(message)
            smtp.quit()
        """,
        """
        import smtplib

        def send(host, message, is_safe):
            if is_safe:
                with smtplib.SMTP_SSL(host, timeout=10) as smtp:
                    smtp.send_message(message)
                return
            with smtplib.SMTP(host, timeout=10) as smtp:
                smtp.send_message(message)
        """,
    )


def test_scripts_branches_and_sessions_that_are_found() -> None:
    check_findings(
        "BC402",
        """
        #- app/link.py
        import socket
        from sqlalchemy.orm import Session
        from .base import Session as Scoped

        def ask(path, host):
            if path:
                s = socket.socket(socket.AF_UNIX)
              # ^ BC402
                s.connect(path)
            else:
                s = socket.socket()
                s.connect((host, 80))
            s.send(b"x")

        def begin(series):
            session = Scoped.object_session(series)
            session.query(series).first()
            session.commit()

        def main():
            s = socket.socket()
          # ^ BC402.script
            s.connect(("x.example", 80))

        if __name__ == "__main__":
            main()

        #- migrations/versions/1_copy.py
        from alembic import op
        from sqlalchemy.orm import Session

        down_revision = None

        def copy(op):
            conn = op.get_bind()
            session = Session(bind=conn)
            session.execute("TRUNCATE client")
            session.commit()
        """,
    )
