"""BC301 beyond the examples of its page."""

from __future__ import annotations

from bugcatalog_ls.testing.checks import check_findings, check_fix


def test_helper_of_another_file_that_commits() -> None:
    check_findings(
        "BC301",
        """
        #- app/crud.py
        def create_user(db, name):
            user = User(name=name)
            db.add(user)
            db.commit()
            db.refresh(user)
            return user

        #- app/api.py
        from app import crud
        from sqlalchemy.orm import Session
        def register(db: Session, name):
            user = crud.create_user(db, name)
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^ BC301
            wallet = Wallet(user_id=user.id)
            db.add(wallet)
            db.commit()
        """,
    )


def test_two_helpers_that_commit() -> None:
    check_findings(
        "BC301",
        """
        #- app/crud.py
        def create_user(db, name):
            user = User(name=name)
            db.add(user)
            db.commit()
            return user
        def create_wallet(db, user_id):
            w = Wallet(user_id=user_id)
            db.add(w)
            db.commit()
            return w

        #- app/api.py
        from app.crud import create_user, create_wallet
        from sqlalchemy.orm import Session
        def register(db: Session, name):
            user = create_user(db, name)
                 # ^^^^^^^^^^^^^^^^^^^^^ BC301
            create_wallet(db, user.id)
            return user
        """,
    )


def test_commit_in_a_loop() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def load(db: Session, rows):
            for row in rows:
                db.add(Reading(**row))
                db.commit()
              # ^^^^^^^^^^^ BC301.loop
        """,
    )


def test_writes_that_nothing_connects() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def both(db: Session):
            db.add(A())
            db.commit()
          # ^^^^^^^^^^^ BC301.unrelated
            db.add(B())
            db.commit()
        """,
    )


def test_failure_in_a_loop() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        import logging
        def go(db: Session, rows):
            for row in rows:
                try:
                    db.add(Row(**row))
                    db.commit()
                except Exception:
              # ^^^^^^^^^^^^^^^^ BC301
                    logging.exception("x")
        """,
    )


def test_session_used_in_the_handler() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        from sqlalchemy.exc import IntegrityError
        def go(db: Session, u):
            try:
                db.add(u)
                db.commit()
            except IntegrityError:
          # ^^^^^^^^^^^^^^^^^^^^^ BC301
                existing = db.query(U).filter_by(e=u.e).first()
                return existing
            return u
        """,
    )


def test_cursor_of_a_connection_handed_over() -> None:
    check_findings(
        "BC301",
        """
        def transfer(conn, a, b, n):
            cur = conn.cursor()
            cur.execute("UPDATE accounts SET balance = balance - %s WHERE id = %s", (n, a))
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC301
            cur.execute("UPDATE accounts SET balance = balance + %s WHERE id = %s", (n, b))
            conn.commit()
        """,
    )


def test_connection_that_commits_each_statement() -> None:
    check_findings(
        "BC301",
        """
        import psycopg
        def go(dsn):
            conn = psycopg.connect(dsn, autocommit=True)
            conn.execute("INSERT INTO orders VALUES (1)")
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC301
            conn.execute("INSERT INTO lines VALUES (1, 1)")
            conn.close()
        """,
    )


def test_two_sessions() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import sessionmaker
        Main = sessionmaker()
        Audit = sessionmaker()
        def go(item):
            main = Main()
            audit = Audit()
            main.add(item)
            main.commit()
          # ^^^^^^^^^^^^^ BC301
            audit.add(AuditRow(item_id=item.id))
            audit.commit()
        """,
    )


def test_statements_instead_of_rows() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy import insert
        from sqlalchemy.orm import Session
        def go(s: Session, x):
            s.execute(insert(A).values(x=x))
            s.commit()
          # ^^^^^^^^^^ BC301.unrelated
            s.execute(insert(B).values(x=x))
            s.commit()
        """,
    )


def test_three_commits() -> None:
    check_findings(
        "BC301",
        """
        from sqlmodel import Session
        def go(session: Session, d):
            team = Team()
            session.add(team)
            session.commit()
          # ^^^^^^^^^^^^^^^^ BC301
            hero = Hero(team_id=team.id)
            session.add(hero)
            session.commit()
          # ^^^^^^^^^^^^^^^^ BC301
            power = Power(hero_id=hero.id)
            session.add(power)
            session.commit()
        """,
    )


def test_blocks_that_commit() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def go(s: Session):
            with s.begin():
                s.add(A())
            with s.begin():
                s.add(B())
        """,
    )


def test_commit_every_n_rows() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def go(s: Session, rows):
            for i, r in enumerate(rows):
                s.add(r)
                if i % 100 == 0:
                    s.commit()
            s.commit()
        """,
    )


def test_status_around_some_work() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def go(s: Session, job):
            job.status = "running"
            s.commit()
            run(job)
            job.status = "done"
            s.commit()
        """,
    )


def test_branches_that_exclude_each_other() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def go(s: Session, a, b):
            if a:
                s.add(A())
                s.commit()
                return
            s.add(B())
            s.commit()
        """,
    )


def test_driver_with_a_rollback() -> None:
    check_findings(
        "BC301",
        """
        def go(conn):
            cur = conn.cursor()
            try:
                cur.execute("INSERT INTO a VALUES (1)")
                cur.execute("INSERT INTO b VALUES (1)")
                conn.commit()
            except Exception:
                conn.rollback()
                raise
        """,
    )


def test_commit_of_a_repository() -> None:
    check_findings(
        "BC301",
        """
        import git
        def go(repo):
            repo.index.add(["a"])
            repo.index.commit("one")
            repo.index.add(["b"])
            repo.index.commit("two")
        """,
    )


def test_savepoint_for_each_row() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def go(s: Session, rows):
            for r in rows:
                try:
                    with s.begin_nested():
                        s.add(r)
                        s.flush()
                except Exception:
                    print("x")
            s.commit()
        """,
    )


def test_block_of_a_driver() -> None:
    check_findings(
        "BC301",
        """
        import psycopg
        def go(dsn):
            with psycopg.connect(dsn, autocommit=True) as conn:
                with conn.transaction():
                    conn.execute("INSERT INTO a VALUES (1)")
                    conn.execute("INSERT INTO b VALUES (1)")
        """,
    )


def test_status_of_a_failure() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def go(s: Session, p):
            s.add(p)
            s.commit()
            try:
                send(p)
            except Exception:
                p.failed = True
                s.commit()
        """,
    )


def test_failure_that_no_write_causes() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def go(s: Session, a):
            try:
                s.add(a)
                s.commit()
            except ValueError:
                print("bad")
            s.query(A).all()
        """,
    )


def test_helper_that_only_flushes() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def helper(s: Session, a):
            s.add(a)
            s.flush()
        def go(s: Session):
            a = A()
            helper(s, a)
            s.add(B(a_id=a.id))
            s.commit()
        """,
    )


def test_batches_by_length() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def go(s: Session, rows):
            batch = []
            for r in rows:
                batch.append(r)
                if len(batch) >= 500:
                    s.add_all(batch)
                    s.commit()
                    batch = []
            s.add_all(batch)
            s.commit()
        """,
    )


def test_session_of_its_own_for_each_row() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import sessionmaker
        S = sessionmaker()
        def go(items):
            for i in items:
                with S() as s:
                    s.add(i)
                    s.commit()
        """,
    )


def test_fix_flushes() -> None:
    check_fix(
        "BC301",
        """
        from sqlalchemy.ext.asyncio import AsyncSession
        async def create(db: AsyncSession, data):
            order = Order(**data)
            db.add(order)
            await db.commit()
            for i in data["items"]:
                db.add(Item(order_id=order.id, name=i))
            await db.commit()
        """,
        """
        from sqlalchemy.ext.asyncio import AsyncSession
        async def create(db: AsyncSession, data):
            order = Order(**data)
            db.add(order)
            await db.flush()
            for i in data["items"]:
                db.add(Item(order_id=order.id, name=i))
            await db.commit()
        """,
    )


def test_fix_moves_the_commit_behind_the_loop() -> None:
    check_fix(
        "BC301",
        """
        from sqlalchemy import select
        def touch(session):
            for user in session.scalars(select(User)):
                user.active = False
                session.commit()
        """,
        """
        from sqlalchemy import select
        def touch(session):
            for user in session.scalars(select(User)):
                user.active = False
            session.commit()
        """,
    )


def test_fix_rolls_back_an_asynchronous_session() -> None:
    check_fix(
        "BC301",
        """
        async def go(session, u):
            try:
                session.add(u)
                await session.flush()
            except Exception as exc:
                print(exc)
            session.add(Log())
            await session.commit()
        """,
        """
        async def go(session, u):
            try:
                session.add(u)
                await session.flush()
            except Exception as exc:
                await session.rollback()
                print(exc)
            session.add(Log())
            await session.commit()
        """,
    )


def test_fix_of_a_driver() -> None:
    check_fix(
        "BC301",
        """
        def transfer(conn, a, b, n):
            cur = conn.cursor()
            cur.execute("UPDATE accounts SET balance = balance - %s WHERE id = %s", (n, a))
            cur.execute("UPDATE accounts SET balance = balance + %s WHERE id = %s", (n, b))
            conn.commit()
        """,
        """
        def transfer(conn, a, b, n):
            cur = conn.cursor()
            try:
                cur.execute("UPDATE accounts SET balance = balance - %s WHERE id = %s", (n, a))
                cur.execute("UPDATE accounts SET balance = balance + %s WHERE id = %s", (n, b))
                conn.commit()
            except Exception:
                conn.rollback()
                raise
        """,
    )


def test_fix_of_an_empty_handler() -> None:
    check_fix(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def go(s: Session, a):
            try:
                s.add(a)
                s.flush()
            except Exception:
                pass
            s.commit()
        """,
        """
        from sqlalchemy.orm import Session
        def go(s: Session, a):
            try:
                s.add(a)
                s.flush()
            except Exception:
                s.rollback()
            s.commit()
        """,
    )


def test_rows_of_one_helper() -> None:
    check_findings(
        "BC301",
        """
        from sqlalchemy.orm import Session
        def f(s: Session, cart):
            order, lines = build(cart)
            s.add(order)
            s.commit()
          # ^^^^^^^^^^ BC301
            s.add_all(lines)
            s.commit()
        """,
    )


def test_helper_that_commits_in_a_loop() -> None:
    check_findings(
        "BC301",
        """
        #- crud.py
        def save(db, x):
            db.add(x)
            db.commit()

        #- a.py
        from crud import save
        from sqlalchemy.orm import Session
        def f(s: Session, xs):
            for x in xs:
                save(s, x)
              # ^^^^^^^^^^ BC301.loop
        """,
    )
