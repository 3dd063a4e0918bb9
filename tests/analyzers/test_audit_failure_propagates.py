"""BC605 beyond the page's examples."""

from __future__ import annotations

from bugcatalog_ls.testing.checks import check_findings, check_fix


def test_flag_row() -> None:
    check_findings(
        "BC605",
        """
        def delete_task(task_id, user, db):
            db.delete(db.get(Task, task_id))
            db.add(AuditLog(action="delete", user_id=user.id))
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC605
            db.commit()
        """,
    )


def test_flag_variable() -> None:
    check_findings(
        "BC605",
        """
        async def update(session, user):
            user.name = "x"
            entry = AuditEntry(action="update")
            session.add(entry)
          # ^^^^^^^^^^^^^^^^^^ BC605
            await session.commit()
        """,
    )


def test_flag_middleware() -> None:
    check_findings(
        "BC605",
        """
        from shop.audit import record_security_event
        async def mw(request, call_next):
            response = await call_next(request)
            await record_security_event(request.url.path)
                # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC605
            return response
        """,
    )


def test_flag_service() -> None:
    check_findings(
        "BC605",
        """
        from app.services import audit_service
        def login(user):
            check(user)
            audit_service.log_event("login", user.id)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC605
            return user
        """,
    )


def test_flag_django() -> None:
    check_findings(
        "BC605",
        """
        from app.models import AuditLog
        def view(request):
            AuditLog.objects.create(action="view", user=request.user)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC605
            return render(request)
        """,
    )


def test_flag_raw() -> None:
    check_findings(
        "BC605",
        """
        def f(db, user):
            db.execute("INSERT INTO audit.security_violations (user_id) VALUES (:u)", {"u": user})
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC605
            db.commit()
        """,
    )


def test_flag_own_unguarded() -> None:
    check_findings(
        "BC605",
        """
        from app.db import SessionLocal
        def record_audit(action):
            with SessionLocal() as session:
                session.add(AuditLog(action=action))
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC605
                session.commit()
        """,
    )


def test_flag_helper_only() -> None:
    check_findings(
        "BC605",
        """
        #- audit.py
        def write_audit(db, action):
            db.add(AuditLog(action=action))
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC605
            db.commit()
        #- api.py
        from audit import write_audit
        def endpoint(db):
            write_audit(db, "x")
            return 1
        """,
    )


def test_flag_narrow() -> None:
    check_findings(
        "BC605",
        """
        def f(db):
            try:
                db.add(SecurityEvent(kind="x"))
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC605
                db.commit()
            except ValueError:
                pass
        """,
    )


def test_flag_reraise() -> None:
    check_findings(
        "BC605",
        """
        import logging
        def f(db):
            try:
                db.add(AuditLog(kind="x"))
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^ BC605
                db.commit()
            except Exception:
                logging.exception("x")
                raise
        """,
    )


def test_flag_self_session() -> None:
    check_findings(
        "BC605",
        """
        class Repo:
            async def add(self, x):
                self.session.add(x)
                self.session.add(AuditEvent(x=x))
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC605
        """,
    )


def test_flag_audit_call() -> None:
    check_findings(
        "BC605",
        """
        def f(user):
            save(user)
            log_audit_event("save", user.id)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC605
        """,
    )


def test_leave_guarded() -> None:
    check_findings(
        "BC605",
        """
        import logging
        def f(db, user):
            try:
                with db.begin_nested():
                    db.add(AuditLog(user=user))
            except Exception:
                logging.exception("x")
            db.commit()
        """,
    )


def test_leave_logger() -> None:
    check_findings(
        "BC605",
        """
        import logging
        audit_logger = logging.getLogger("audit")
        def f(user):
            audit_logger.info("x %s", user)
        """,
    )


def test_leave_guarded_helper() -> None:
    check_findings(
        "BC605",
        """
        #- audit.py
        import logging
        def record_audit(action):
            try:
                with SessionLocal() as s:
                    s.add(AuditLog(action=action))
                    s.commit()
            except Exception:
                logging.exception("x")
        #- api.py
        from audit import record_audit
        def endpoint():
            record_audit("x")
            return 1
        """,
    )


def test_leave_query() -> None:
    check_findings(
        "BC605",
        """
        def f(db):
            return db.query(AuditLog).filter_by(user=1).all()
        """,
    )


def test_leave_other_model() -> None:
    check_findings(
        "BC605",
        """
        def f(db, t):
            db.add(Task(t))
            db.commit()
        """,
    )


def test_leave_reason() -> None:
    check_findings(
        "BC605",
        """
        def f(db, user):
            # No record, no action: the law wants both or none.
            db.add(AuditLog(user=user))
            db.commit()
        """,
    )


def test_leave_value_used() -> None:
    check_findings(
        "BC605",
        """
        def f():
            entry = create_audit_entry("x")
            return entry
        """,
    )


def test_leave_suppress() -> None:
    check_findings(
        "BC605",
        """
        from contextlib import suppress
        def f(db):
            with suppress(Exception):
                record_audit_event("x")
        """,
    )


def test_leave_migration() -> None:
    check_findings(
        "BC605",
        """
        revision = "1"
        down_revision = None
        def upgrade(op):
            op.execute("INSERT INTO audit_log VALUES (1)")
        """,
    )


def test_leave_list() -> None:
    check_findings(
        "BC605",
        """
        def f(items):
            items.append(AuditLog())
            return items
        """,
    )


def test_leave_test() -> None:
    check_findings(
        "BC605",
        """
        #- tests/test_a.py
        def test(db):
            db.add(AuditLog())
        """,
    )


def test_leave_parts_of_views_and_hooks_of_the_interpreter() -> None:
    check_findings(
        "BC605",
        """
        import sys

        def f(options, entry):
            add_audit_filter_option(options, entry)
            sys.audit("urllib.Request", entry)
        """,
    )


def test_leave_records_that_only_go_to_a_log() -> None:
    check_findings(
        "BC605",
        """
        #- app/audit.py
        class AuditLogger:
            def __init__(self, logger):
                self.logger = logger.bind(audit=True)

            def __call__(self, message, **extra):
                self.logger.log("INFO", message, **extra)

            def log_object_write(self, operation, row):
                return self(operation, object_id=str(row.id))

            def log_audit_row(self, session, row):
                session.execute(row)

        #- app/api.py
        from app.audit import AuditLogger

        def update(row, session, audit_logger: AuditLogger):
            audit_logger.log_object_write("updated", row)
            audit_logger.log_audit_row(session, row)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC605
        """,
    )


def test_leave_background() -> None:
    check_findings(
        "BC605",
        """
        def f(background_tasks):
            background_tasks.add_task(record_audit_event, "x")
        """,
    )


def test_leave_class_def() -> None:
    check_findings(
        "BC605",
        """
        class AuditLog(Base):
            __tablename__ = "audit_log"
        """,
    )


def test_mend_row_() -> None:
    check_fix(
        "BC605",
        """
        def delete_task(task_id, user, db):
            db.delete(db.get(Task, task_id))
            db.add(AuditLog(action="delete", user_id=user.id))
            db.commit()
        """,
        """
        import logging

        logger = logging.getLogger(__name__)


        def delete_task(task_id, user, db):
            db.delete(db.get(Task, task_id))
            db.flush()
            try:
                with db.begin_nested():
                    db.add(AuditLog(action="delete", user_id=user.id))
            except Exception:
                logger.exception("delete_task: audit record not written")
            db.commit()
        """,
    )


def test_mend_async() -> None:
    check_fix(
        "BC605",
        """
        async def update(session, user):
            user.name = "x"
            session.add(AuditEntry(action="update"))
            await session.commit()
        """,
        """
        import logging

        logger = logging.getLogger(__name__)


        async def update(session, user):
            user.name = "x"
            await session.flush()
            try:
                async with session.begin_nested():
                    session.add(AuditEntry(action="update"))
            except Exception:
                logger.exception("update: audit record not written")
            await session.commit()
        """,
    )


def test_mend_middleware_() -> None:
    check_fix(
        "BC605",
        """
        import logging
        from shop.audit import record_security_event
        log = logging.getLogger(__name__)
        async def mw(request, call_next):
            response = await call_next(request)
            await record_security_event(request.url.path)
            return response
        """,
        """
        import logging
        from shop.audit import record_security_event
        log = logging.getLogger(__name__)
        async def mw(request, call_next):
            response = await call_next(request)
            try:
                await record_security_event(request.url.path)
            except Exception:
                log.exception("mw: audit record not written")
            return response
        """,
    )


def test_mend_multi_line() -> None:
    check_fix(
        "BC605",
        """
        def f(db, user):
            db.add(
                AuditLog(
                    user=user,
                )
            )
            db.commit()
        """,
        """
        import logging

        logger = logging.getLogger(__name__)


        def f(db, user):
            db.flush()
            try:
                with db.begin_nested():
                    db.add(
                        AuditLog(
                            user=user,
                        )
                    )
            except Exception:
                logger.exception("f: audit record not written")
            db.commit()
        """,
    )


def test_mend_django_() -> None:
    check_fix(
        "BC605",
        """
        from app.models import AuditLog
        def view(request):
            AuditLog.objects.create(action="view", user=request.user)
            return render(request)
        """,
        """
        import logging

        from app.models import AuditLog
        from django.db import transaction

        logger = logging.getLogger(__name__)
        def view(request):
            try:
                with transaction.atomic():
                    AuditLog.objects.create(action="view", user=request.user)
            except Exception:
                logger.exception("view: audit record not written")
            return render(request)
        """,
    )


def test_mend_raw_() -> None:
    check_fix(
        "BC605",
        """
        def f(db, user):
            db.execute("INSERT INTO audit.security_violations (user_id) VALUES (:u)", {"u": user})
            db.commit()
        """,
        """
        import logging

        logger = logging.getLogger(__name__)


        def f(db, user):
            try:
                with db.begin_nested():
                    db.execute("INSERT INTO audit.security_violations (user_id) VALUES (:u)", {"u": user})
            except Exception:
                logger.exception("f: audit record not written")
            db.commit()
        """,
    )


def test_mend_own() -> None:
    check_fix(
        "BC605",
        """
        from app.db import SessionLocal
        def record_audit(action):
            with SessionLocal() as session:
                session.add(AuditLog(action=action))
                session.commit()
        """,
        """
        import logging

        from app.db import SessionLocal

        logger = logging.getLogger(__name__)
        def record_audit(action):
            try:
                with SessionLocal() as session:
                    session.add(AuditLog(action=action))
                    session.commit()
            except Exception:
                logger.exception("record_audit: audit record not written")
        """,
    )


def test_flag_route() -> None:
    check_findings(
        "BC605",
        """
        from fastapi import APIRouter, Depends
        router = APIRouter()
        @router.delete("/users/{id}")
        async def delete(id: int, db=Depends(get_db)):
            await crud.delete(db, id)
            await audit.log(db, "user.delete", id)
                # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC605
            await db.commit()
        """,
    )


def test_flag_crud() -> None:
    check_findings(
        "BC605",
        """
        async def update_user(db, user, data):
            user.email = data.email
            await create_audit_log(db, user.id, "update")
                # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC605
            await db.commit()
        """,
    )


def test_flag_add_all() -> None:
    check_findings(
        "BC605",
        """
        def f(session):
            session.add_all([Task(), AuditLog()])
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC605
            session.commit()
        """,
    )


def test_flag_save() -> None:
    check_findings(
        "BC605",
        """
        def view(request):
            log = AuditLog(user=request.user)
            log.save()
          # ^^^^^^^^^^ BC605
        """,
    )


def test_leave_reading() -> None:
    check_findings(
        "BC605",
        """
        def f():
            return audit_repo.list_recent()
        """,
    )


def test_leave_log_level() -> None:
    check_findings(
        "BC605",
        """
        import structlog
        audit_log = structlog.get_logger("audit")
        def f(u):
            audit_log.info("x", user=u)
        """,
    )


def test_leave_name_only() -> None:
    check_findings(
        "BC605",
        """
        def audit_report(db):
            rows = db.query(Order).all()
            return rows
        """,
    )


def test_leave_task() -> None:
    check_findings(
        "BC605",
        """
        def f(u):
            write_audit_event.delay("x", u.id)
        """,
    )


def test_leaves_programs() -> None:
    check_findings(
        "BC605",
        """
        from db import SessionLocal
        from models import AuditLog

        def main():
            with SessionLocal() as session:
                session.add(AuditLog(action="import"))
                session.commit()
        """,
    )


def test_no_request_of_a_user_and_no_audit_record() -> None:
    check_findings(
        "BC605",
        """
        from celery import shared_task
        from app.models import AuditLog, Auditor
        def migrate(db):
            db.add(AuditLog(action="moved"))
        @shared_task
        def nightly(db):
            db.add(AuditLog(action="nightly"))
        def hire(db):
            db.add(Auditor(name="x"))
        """,
    )


def test_collections_and_records_saved_at_once() -> None:
    check_findings(
        "BC605",
        """
        from app.models import AccessLog
        async def view(mongo, request):
            await mongo.audit_events.insert_one({"path": request.path})
                # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC605
            AccessLog(path=request.path).save()
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC605
            await mongo.orders.insert_one({})
        """,
    )


def test_a_drivers_connection_has_no_savepoint_of_a_session() -> None:
    check_fix(
        "BC605",
        """
        import logging
        logger = logging.getLogger(__name__)
        async def write_audit_log(conn, action):
            await conn.execute("INSERT INTO audit_log (action) VALUES ($1)", action)
        """,
        """
        import logging
        logger = logging.getLogger(__name__)
        async def write_audit_log(conn, action):
            try:
                await conn.execute("INSERT INTO audit_log (action) VALUES ($1)", action)
            except Exception:
                logger.exception("write_audit_log: audit record not written")
        """,
    )


def test_an_insert_of_a_record_that_is_executed() -> None:
    check_fix(
        "BC605",
        """
        import logging
        from fastapi import FastAPI
        from sqlalchemy import insert
        from models import AuditLog, Order

        app = FastAPI()
        logger = logging.getLogger(__name__)

        @app.post("/orders")
        def order(db):
            db.execute(insert(Order).values(name="one"))
            db.execute(insert(AuditLog).values(action="order"))
            db.commit()
        """,
        """
        import logging
        from fastapi import FastAPI
        from sqlalchemy import insert
        from models import AuditLog, Order

        app = FastAPI()
        logger = logging.getLogger(__name__)

        @app.post("/orders")
        def order(db):
            db.execute(insert(Order).values(name="one"))
            try:
                with db.begin_nested():
                    db.execute(insert(AuditLog).values(action="order"))
            except Exception:
                logger.exception("order: audit record not written")
            db.commit()
        """,
    )


def test_a_cursor_and_a_connection_are_not_flushed() -> None:
    check_fix(
        "BC605",
        """
        import logging
        from fastapi import FastAPI
        from sqlalchemy import insert
        from models import AuditLog

        app = FastAPI()
        logger = logging.getLogger(__name__)

        @app.post("/orders")
        def order(cursor, name):
            cursor.execute("INSERT INTO orders (name) VALUES (?)", (name,))
            cursor.execute("INSERT INTO audit_log (action) VALUES (?)", (name,))

        @app.post("/users")
        def user(conn, name):
            conn.execute(insert(AuditLog).values(action=name))
        """,
        """
        import logging
        from fastapi import FastAPI
        from sqlalchemy import insert
        from models import AuditLog

        app = FastAPI()
        logger = logging.getLogger(__name__)

        @app.post("/orders")
        def order(cursor, name):
            cursor.execute("INSERT INTO orders (name) VALUES (?)", (name,))
            try:
                cursor.execute("INSERT INTO audit_log (action) VALUES (?)", (name,))
            except Exception:
                logger.exception("order: audit record not written")

        @app.post("/users")
        def user(conn, name):
            try:
                with conn.begin_nested():
                    conn.execute(insert(AuditLog).values(action=name))
            except Exception:
                logger.exception("user: audit record not written")
        """,
    )


def test_leave_what_runs_aside() -> None:
    check_findings(
        "BC605",
        """
        #- audit.py
        def write_audit(what):
            with Session(engine) as session:
                session.add(AuditLog(what=what))
                session.commit()

        #- api.py
        from audit import write_audit
        def start(background):
            background.add_task(write_audit, "export.started")
            return {"queued": True}
        """,
    )


def test_flag_async_manager_and_table() -> None:
    check_findings(
        "BC605",
        """
        async def login(request, db):
            await LoginAudit.objects.acreate(username=request.user)
                # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC605
            await db.execute(insert(audit_entries).values(what="login"))
                # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC605
            await db.execute(update(accounts).values(state="closed"))
        """,
    )


def test_leave_auditions() -> None:
    check_findings(
        "BC605",
        """
        def create(db, actor):
            db.add(Audition(actor=actor))
            db.commit()
        """,
    )


def test_mend_only_the_record_of_a_shared_cursor() -> None:
    """The `with` of the cursor holds the request's own write too, which must go on failing."""
    check_fix(
        "BC605",
        """
        import logging
        import psycopg
        logger = logging.getLogger(__name__)
        def remove(dsn, member):
            with psycopg.connect(dsn) as conn, conn.cursor() as cur:
                cur.execute("DELETE FROM members WHERE id = %s", (member,))
                cur.execute("INSERT INTO security_events (kind) VALUES (%s)", (member,))
        """,
        """
        import logging
        import psycopg
        logger = logging.getLogger(__name__)
        def remove(dsn, member):
            with psycopg.connect(dsn) as conn, conn.cursor() as cur:
                cur.execute("DELETE FROM members WHERE id = %s", (member,))
                try:
                    with cur.connection.transaction():
                        cur.execute("INSERT INTO security_events (kind) VALUES (%s)", (member,))
                except Exception:
                    logger.exception("remove: audit record not written")
        """,
    )


def test_a_helper_that_guards_its_record_is_enough() -> None:
    check_findings(
        "BC605",
        """
        class Payments:
            def refund(self, pk):
                self._write_audit("refund", pk)
                self.db.commit()
            def _write_audit(self, what, pk):
                self.db.flush()
                try:
                    with self.db.begin_nested():
                        self.db.add(AuditLog(what=what, pk=pk))
                except Exception:
                    logger.exception("audit record not written")
        """,
    )


def test_mend_with_a_savepoint_of_sql() -> None:
    check_fix(
        "BC605",
        """
        import logging
        import psycopg2
        logger = logging.getLogger(__name__)
        def grant(cur, role):
            cur.execute("UPDATE roles SET granted = true WHERE id = %s", (role,))
            cur.execute("INSERT INTO audit_trail (role_id) VALUES (%s)", (role,))
        """,
        """
        import logging
        import psycopg2
        logger = logging.getLogger(__name__)
        def grant(cur, role):
            cur.execute("UPDATE roles SET granted = true WHERE id = %s", (role,))
            cur.execute("SAVEPOINT audit_record")
            try:
                cur.execute("INSERT INTO audit_trail (role_id) VALUES (%s)", (role,))
            except Exception:
                cur.execute("ROLLBACK TO SAVEPOINT audit_record")
                logger.exception("grant: audit record not written")
        """,
    )


def test_mend_by_a_savepoint_where_only_the_places_tell_of_postgres() -> None:
    check_fix(
        "BC605",
        """
        import logging
        from flask import Flask
        from db import connection
        logger = logging.getLogger(__name__)
        app = Flask(__name__)
        @app.post("/transfers")
        def transfer():
            with connection() as conn, conn.cursor() as cursor:
                cursor.execute("UPDATE accounts SET cents = cents - %s", (1,))
                cursor.execute("INSERT INTO audit_log (action) VALUES (%s)", ("transfer",))
            return {}
        """,
        """
        import logging
        from flask import Flask
        from db import connection
        logger = logging.getLogger(__name__)
        app = Flask(__name__)
        @app.post("/transfers")
        def transfer():
            with connection() as conn, conn.cursor() as cursor:
                cursor.execute("UPDATE accounts SET cents = cents - %s", (1,))
                cursor.execute("SAVEPOINT audit_record")
                try:
                    cursor.execute("INSERT INTO audit_log (action) VALUES (%s)", ("transfer",))
                except Exception:
                    cursor.execute("ROLLBACK TO SAVEPOINT audit_record")
                    logger.exception("transfer: audit record not written")
            return {}
        """,
    )


def test_a_remark_stays_with_the_write_that_is_mended() -> None:
    check_fix(
        "BC605",
        """
        import logging
        from fastapi import FastAPI
        from models import AuditLog
        logger = logging.getLogger(__name__)
        app = FastAPI()
        @app.post("/items")
        def add(session, item):
            session.add(item)
            session.add(AuditLog(action="add"))  # noqa: X1
            session.commit()
        """,
        """
        import logging
        from fastapi import FastAPI
        from models import AuditLog
        logger = logging.getLogger(__name__)
        app = FastAPI()
        @app.post("/items")
        def add(session, item):
            session.add(item)
            session.flush()
            try:
                with session.begin_nested():
                    session.add(AuditLog(action="add"))  # noqa: X1
            except Exception:
                logger.exception("add: audit record not written")
            session.commit()
        """,
    )


def test_a_commit_of_the_record_alone_stands_in_the_guard() -> None:
    check_fix(
        "BC605",
        """
        import logging
        from models import AuditLog
        logger = logging.getLogger(__name__)
        @router.post("/pay")
        async def pay(invoice, session):
            invoice.paid = True
            await session.commit()
            entry = AuditLog(action="paid")
            session.add(entry)
            await session.commit()
            return {"paid": True}
        """,
        """
        import logging
        from models import AuditLog
        logger = logging.getLogger(__name__)
        @router.post("/pay")
        async def pay(invoice, session):
            invoice.paid = True
            await session.commit()
            entry = AuditLog(action="paid")
            try:
                async with session.begin_nested():
                    session.add(entry)
                await session.commit()
            except Exception:
                logger.exception("pay: audit record not written")
            return {"paid": True}
        """,
    )


def test_an_audit_that_the_request_is_about_is_no_record_of_it() -> None:
    check_findings(
        "BC605",
        """
        @router.post("/audits")
        def create_audit(building, db):
            audit = EnergyAudit(building=building)
            db.add(audit)
            db.commit()
            return {"id": audit.id}
        @router.post("/login")
        def login(user, db):
            db.add(LoginAudit(user=user))
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC605
            db.commit()
            return {"ok": True}
        """,
    )


def test_only_a_session_is_flushed_and_only_once() -> None:
    check_fix(
        "BC605",
        """
        import logging
        from sqlalchemy import Connection, text
        from models import AuditLog, Order
        logger = logging.getLogger(__name__)
        def connected(link: Connection, kind):
            link.execute(text("INSERT INTO security_events (kind) VALUES (:k)"), {"k": kind})
        def declared(tx: SessionDep, kind):
            tx.execute(text("INSERT INTO security_events (kind) VALUES (:k)"), {"k": kind})
        def flushed(store, payload):
            order = Order(item=payload)
            store.add(order)
            store.flush()
            entry = AuditLog(target=order.id)
            store.add(entry)
            store.commit()
        """,
        """
        import logging
        from sqlalchemy import Connection, text
        from models import AuditLog, Order
        logger = logging.getLogger(__name__)
        def connected(link: Connection, kind):
            try:
                with link.begin_nested():
                    link.execute(text("INSERT INTO security_events (kind) VALUES (:k)"), {"k": kind})
            except Exception:
                logger.exception("connected: audit record not written")
        def declared(tx: SessionDep, kind):
            tx.flush()
            try:
                with tx.begin_nested():
                    tx.execute(text("INSERT INTO security_events (kind) VALUES (:k)"), {"k": kind})
            except Exception:
                logger.exception("declared: audit record not written")
        def flushed(store, payload):
            order = Order(item=payload)
            store.add(order)
            store.flush()
            entry = AuditLog(target=order.id)
            try:
                with store.begin_nested():
                    store.add(entry)
            except Exception:
                logger.exception("flushed: audit record not written")
            store.commit()
        """,
    )
