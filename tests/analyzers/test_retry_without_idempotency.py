"""BC202 in the corners that its page leaves out."""

from bugcatalog_ls.testing.checks import check_findings, check_fix


def test_finds_loop_continue() -> None:
    check_findings(
        "BC202",
        """
        import requests
        def send(payload):
            for _ in range(5):
          # ^^^^^^^^^^^^^^^^^ BC202
                try:
                    requests.patch("https://x.example/items/1", json=payload, timeout=5)
                    break
                except requests.Timeout:
                    continue
        """,
    )


def test_finds_loop_session() -> None:
    check_findings(
        "BC202",
        """
        import time
        from sqlalchemy.exc import OperationalError
        def store(session, row):
            for i in range(3):
          # ^^^^^^^^^^^^^^^^^ BC202
                try:
                    session.add(row)
                    session.commit()
                    return
                except OperationalError:
                    session.rollback()
                    time.sleep(1)
        """,
    )


def test_finds_mail() -> None:
    check_findings(
        "BC202",
        """
        import smtplib
        from tenacity import retry, stop_after_attempt, wait_fixed, retry_if_exception_type
        @retry(stop=stop_after_attempt(3), wait=wait_fixed(1), retry=retry_if_exception_type(OSError))
         # <------------------------------------------------------------------------------------------ BC202
        def mail(message):
            with smtplib.SMTP("localhost", timeout=5) as smtp:
                smtp.send_message(message)
        """,
    )


def test_finds_stripe() -> None:
    check_findings(
        "BC202",
        """
        import stripe
        import stamina
        @stamina.retry(on=stripe.APIConnectionError, attempts=3)
         # <---------------------------------------------------- BC202
        def charge(amount):
            return stripe.PaymentIntent.create(amount=amount, currency="eur")
        """,
    )


def test_finds_celery_write() -> None:
    check_findings(
        "BC202",
        """
        from celery import shared_task
        import requests
        @shared_task(autoretry_for=(requests.ConnectionError,), max_retries=3)
         # <------------------------------------------------------------------ BC202
        def push(order_id):
            requests.post("https://erp.example/orders", json={"id": order_id}, timeout=10)
        """,
    )


def test_finds_no_stop() -> None:
    check_findings(
        "BC202",
        """
        from tenacity import retry, wait_fixed, retry_if_exception_type
        @retry(wait=wait_fixed(1), retry=retry_if_exception_type(OSError))
         # <-------------------------------------------------------------- BC202
        def load():
            return read()
        """,
    )


def test_finds_no_wait() -> None:
    check_findings(
        "BC202",
        """
        from tenacity import retry, stop_after_attempt, retry_if_exception_type
        @retry(stop=stop_after_attempt(5), retry=retry_if_exception_type(OSError))
         # <---------------------------------------------------------------------- BC202
        def load():
            return read()
        """,
    )


def test_finds_adapter_whitelist() -> None:
    check_findings(
        "BC202",
        """
        from requests.packages.urllib3.util.retry import Retry
        r = Retry(total=3, method_whitelist=frozenset({"GET", "POST"}))
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC202
        """,
    )


def test_finds_helper_session() -> None:
    check_findings(
        "BC202",
        """
        #- jobs.py
        import time
        from repo import save_event
        def store(session, event):
            for attempt in range(3):
          # ^^^^^^^^^^^^^^^^^^^^^^^ BC202
                try:
                    save_event(session, event)
                    return
                except ConnectionError:
                    time.sleep(1)

        #- repo.py
        def save_event(session, event):
            session.add(event)
            session.commit()
        """,
    )


def test_finds_tenacity_loop() -> None:
    check_findings(
        "BC202",
        """
        import requests
        from tenacity import Retrying, stop_after_attempt, wait_fixed
        def send(doc):
            for attempt in Retrying(stop=stop_after_attempt(3), wait=wait_fixed(1)):
                         # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC202
                with attempt:
                    requests.post("https://x.example/documents", json=doc, timeout=5)
        """,
    )


def test_leaves_delete_key() -> None:
    check_findings(
        "BC202",
        """
        import requests, time
        def drop(i):
            for attempt in range(3):
                try:
                    requests.delete("https://x.example/orders/" + str(i), timeout=3)
                    return
                except requests.ConnectionError:
                    time.sleep(1)
        """,
    )


def test_leaves_merge() -> None:
    check_findings(
        "BC202",
        """
        import time
        def store(session, row):
            for attempt in range(3):
                try:
                    session.merge(row)
                    session.commit()
                    return
                except OSError:
                    time.sleep(1)
        """,
    )


def test_leaves_get_or_create() -> None:
    check_findings(
        "BC202",
        """
        from celery import shared_task
        from models import Order
        @shared_task(autoretry_for=(ConnectionError,))
        def store(number):
            Order.objects.get_or_create(number=number)
        """,
    )


def test_leaves_loop_over_items() -> None:
    check_findings(
        "BC202",
        """
        import requests
        def send(items):
            for i in range(len(items)):
                try:
                    requests.post("https://x.example/items", json=items[i], timeout=5)
                except requests.RequestException:
                    continue
        """,
    )


def test_leaves_stamina_defaults() -> None:
    check_findings(
        "BC202",
        """
        import stamina, httpx
        @stamina.retry(on=httpx.HTTPError)
        def load():
            return httpx.get("https://x.example").json()
        """,
    )


def test_leaves_other_retry() -> None:
    check_findings(
        "BC202",
        """
        from mylib import retry
        @retry
        def create(doc):
            import requests
            requests.post("https://x.example/documents", json=doc, timeout=5)
        """,
    )


def test_leaves_search_post() -> None:
    check_findings(
        "BC202",
        """
        import requests
        from tenacity import retry, stop_after_attempt, wait_fixed, retry_if_exception_type
        @retry(stop=stop_after_attempt(3), wait=wait_fixed(1), retry=retry_if_exception_type(OSError))
        def find(q):
            return requests.post("https://x.example/_search", json=q, timeout=5)
        """,
    )


def test_leaves_loop_raising() -> None:
    check_findings(
        "BC202",
        """
        import requests
        def send(p):
            for attempt in range(3):
                try:
                    return requests.post("https://x.example/p", json=p, timeout=3)
                except requests.Timeout as exc:
                    raise RuntimeError("gone") from exc
        """,
    )


def test_leaves_existence_check() -> None:
    check_findings(
        "BC202",
        """
        import time
        from models import Order
        def store(session, number):
            for attempt in range(3):
                try:
                    if session.query(Order).filter_by(number=number).first() is None:
                        session.add(Order(number=number))
                        session.commit()
                    return
                except OSError:
                    time.sleep(1)
        """,
    )


def test_leaves_set_add() -> None:
    check_findings(
        "BC202",
        """
        import time
        def seen(values, queue):
            done = set()
            for attempt in range(3):
                try:
                    done.add(queue.get(timeout=1))
                    queue.commit()
                    return done
                except TimeoutError:
                    time.sleep(1)
        """,
    )


def test_mends_bare_module() -> None:
    check_fix(
        "BC202",
        """
        import tenacity
        @tenacity.retry
        def load():
            return read()
        """,
        """
        import tenacity
        @tenacity.retry(
            wait=tenacity.wait_random_exponential(max=60), stop=tenacity.stop_after_attempt(5)
        )
        def load():
            return read()
        """,
    )


def test_mends_stop() -> None:
    check_fix(
        "BC202",
        """
        from tenacity import retry, wait_fixed
        @retry(wait=wait_fixed(2))
        def load():
            return read()
        """,
        """
        from tenacity import retry, stop_after_attempt, wait_fixed
        @retry(wait=wait_fixed(2), stop=stop_after_attempt(5))
        def load():
            return read()
        """,
    )


def test_mends_backoff_everything() -> None:
    check_fix(
        "BC202",
        """
        import backoff
        @backoff.on_exception(backoff.expo, Exception, max_tries=5)
        def load():
            return read()
        """,
        """
        import backoff
        @backoff.on_exception(backoff.expo, (ConnectionError, TimeoutError), max_tries=5)
        def load():
            return read()
        """,
    )


def test_mends_adapter() -> None:
    check_fix(
        "BC202",
        """
        from urllib3.util.retry import Retry
        r = Retry(total=3, allowed_methods=None, backoff_factor=1)
        """,
        """
        from urllib3.util.retry import Retry
        r = Retry(total=3, backoff_factor=1)
        """,
    )


def test_mends_decorator_key() -> None:
    check_fix(
        "BC202",
        """
        import requests
        from tenacity import retry, stop_after_attempt, wait_fixed, retry_if_exception_type
        @retry(stop=stop_after_attempt(3), wait=wait_fixed(1), retry=retry_if_exception_type(OSError))
        def create(doc):
            return requests.post("https://x.example/documents", json=doc, timeout=5).json()
        """,
        """
        import uuid

        import requests
        from tenacity import retry, stop_after_attempt, wait_fixed, retry_if_exception_type
        def create(doc):
            return _create(doc, idempotency_key=str(uuid.uuid4()))


        @retry(stop=stop_after_attempt(3), wait=wait_fixed(1), retry=retry_if_exception_type(OSError))
        def _create(doc, idempotency_key: str):
            return requests.post(
                "https://x.example/documents",
                json=doc,
                timeout=5,
                headers={"Idempotency-Key": idempotency_key},
            ).json()
        """,
    )


def test_mends_retrying() -> None:
    check_fix(
        "BC202",
        """
        from retrying import retry
        @retry(stop_max_attempt_number=3)
        def load():
            return read()
        """,
        """
        from retrying import retry
        @retry(
            stop_max_attempt_number=3,
            wait_exponential_multiplier=1000,
            wait_exponential_max=60000,
        )
        def load():
            return read()
        """,
    )


def test_finds_while_loop() -> None:
    check_findings(
        "BC202",
        """
        import time, requests
        def send(x):
            n = 0
            while n < 5:
          # ^^^^^^^^^^^ BC202
                try:
                    r = requests.post("https://a", json=x, timeout=3)
                    return r
                except requests.ConnectionError:
                    n += 1
                    time.sleep(1)
        """,
    )


def test_finds_celery_self_retry() -> None:
    check_findings(
        "BC202",
        """
        from celery import shared_task
        import requests
        @shared_task(bind=True, max_retries=3)
         # <---------------------------------- BC202
        def charge(self, x):
            try:
                requests.post("https://a", json=x, timeout=3)
            except requests.RequestException as exc:
                raise self.retry(exc=exc)
        """,
    )


def test_leaves_while_other() -> None:
    check_findings(
        "BC202",
        """
        import requests
        def go(q):
            n = 0
            while n < 5:
                requests.post("https://a", json=q.get(), timeout=3)
                n += 1
        """,
    )


def test_mends_insert_sql() -> None:
    check_fix(
        "BC202",
        """
        from tenacity import retry, stop_after_attempt, wait_fixed
        import psycopg2
        @retry(stop=stop_after_attempt(3), wait=wait_fixed(2))
        def save(conn, x):
            cur = conn.cursor()
            cur.execute("INSERT INTO orders (id) VALUES (%s)", (x,))
            conn.commit()
        """,
        """
        from tenacity import retry, stop_after_attempt, wait_fixed
        import psycopg2
        @retry(stop=stop_after_attempt(3), wait=wait_fixed(2))
        def save(conn, x):
            cur = conn.cursor()
            cur.execute("INSERT INTO orders (id) VALUES (%s) ON CONFLICT DO NOTHING", (x,))
            conn.commit()
        """,
    )


def test_mends_insert_core() -> None:
    check_fix(
        "BC202",
        """
        from tenacity import retry, stop_after_attempt, wait_fixed
        from sqlalchemy.dialects.postgresql import insert
        @retry(stop=stop_after_attempt(3), wait=wait_fixed(2))
        def save(db, x):
            db.execute(insert(Order).values(id=x))
            db.commit()
        """,
        """
        from tenacity import retry, stop_after_attempt, wait_fixed
        from sqlalchemy.dialects.postgresql import insert
        @retry(stop=stop_after_attempt(3), wait=wait_fixed(2))
        def save(db, x):
            db.execute(insert(Order).values(id=x).on_conflict_do_nothing())
            db.commit()
        """,
    )


def test_mends_add() -> None:
    check_fix(
        "BC202",
        """
        from tenacity import retry, stop_after_attempt, wait_fixed
        from models import Order
        @retry(stop=stop_after_attempt(3), wait=wait_fixed(2))
        def save(db, x):
            db.add(Order(id=x))
            db.commit()
        """,
        """
        from tenacity import retry, stop_after_attempt, wait_fixed
        from models import Order
        @retry(stop=stop_after_attempt(3), wait=wait_fixed(2))
        def save(db, x):
            db.merge(Order(id=x))
            db.commit()
        """,
    )


def test_mends_stripe() -> None:
    check_fix(
        "BC202",
        """
        import stripe
        from tenacity import retry, stop_after_attempt, wait_fixed
        @retry(stop=stop_after_attempt(3), wait=wait_fixed(2))
        def charge(amount):
            return stripe.PaymentIntent.create(amount=amount, currency="eur")
        """,
        """
        import uuid

        import stripe
        from tenacity import retry, stop_after_attempt, wait_fixed
        def charge(amount):
            return _charge(amount, idempotency_key=str(uuid.uuid4()))


        @retry(stop=stop_after_attempt(3), wait=wait_fixed(2))
        def _charge(amount, idempotency_key: str):
            return stripe.PaymentIntent.create(
                amount=amount, currency="eur", idempotency_key=idempotency_key
            )
        """,
    )


def test_mends_celery_bound() -> None:
    check_fix(
        "BC202",
        """
        from celery import shared_task
        import requests
        @shared_task(bind=True, max_retries=3)
        def charge(self, x):
            try:
                requests.post("https://a", json=x, timeout=3)
            except requests.RequestException as exc:
                raise self.retry(exc=exc)
        """,
        """
        from celery import shared_task
        import requests
        @shared_task(bind=True, max_retries=3)
        def charge(self, x):
            try:
                requests.post(
                    "https://a", json=x, timeout=3, headers={"Idempotency-Key": self.request.id}
                )
            except requests.RequestException as exc:
                raise self.retry(exc=exc)
        """,
    )


def test_mends_celery_autoretry() -> None:
    check_fix(
        "BC202",
        """
        from celery import shared_task
        import requests
        @shared_task(autoretry_for=(requests.RequestException,), retry_backoff=True, max_retries=3)
        def charge(x):
            requests.post("https://a", json=x, timeout=3)
        """,
        """
        from celery import current_task, shared_task
        import requests
        @shared_task(autoretry_for=(requests.RequestException,), retry_backoff=True, max_retries=3)
        def charge(x):
            requests.post(
                "https://a",
                json=x,
                timeout=3,
                headers={"Idempotency-Key": current_task.request.id},
            )
        """,
    )


def test_rows_that_were_read_before_and_conflicts() -> None:
    check_findings(
        "BC202",
        """
        from sqlalchemy.exc import IntegrityError, OperationalError
        from sqlalchemy.orm.exc import StaleDataError

        def touch(session, key):
            entry = session.exec(select(ApiKey).where(ApiKey.id == key)).first()
            entry.last_used = now()
            for attempt in range(3):
                try:
                    session.add(entry)
                    session.commit()
                    break
                except OperationalError:
                    session.rollback()
                    continue

        def resolve(session, incident):
            for attempt in range(3):
                try:
                    incident.status = "resolved"
                    session.add(incident)
                    session.commit()
                    break
                except StaleDataError as error:
                    if "expected" not in str(error):
                        raise
                    session.rollback()

        def remember(session, alert):
            for attempt in range(3):
                try:
                    last = get_last_alert(session, alert, for_update=True)
                    if last:
                        last.at = alert.at
                    elif not last:
                        last = LastAlert(at=alert.at)
                    session.add(last)
                    session.commit()
                    break
                except OperationalError:
                    session.rollback()
                    continue

        def place(session, data):
            for attempt in range(3):
            # <23 BC202
                try:
                    order = Order(**data)
                    session.add(order)
                    session.commit()
                    break
                except OperationalError:
                    session.rollback()
                    continue
        """,
    )


def test_mails_of_helpers_and_looks_before_a_write() -> None:
    check_findings(
        "BC202",
        """
        #- mailer.py
        import smtplib

        def send_receipt(to, body):
            with smtplib.SMTP("mail", timeout=5) as server:
                server.sendmail("shop@example.com", [to], body)

        #- worker.py
        import time

        import stamina
        from mailer import send_receipt
        from sqlalchemy import select
        from sqlalchemy.exc import OperationalError

        @stamina.retry(on=ConnectionError, attempts=3)
         # <------------------------------------------ BC202
        def deliver(order):
            send_receipt(order.email, order.text)

        def place(session, ref):
            for _ in range(3):
                try:
                    if session.scalar(select(Order).where(Order.ref == ref)) is None:
                        session.add(Order(ref=ref))
                        session.commit()
                    return
                except OperationalError:
                    session.rollback()
                    time.sleep(1)
        """,
    )


def test_what_never_arrived_and_what_comes_after_the_try() -> None:
    check_findings(
        "BC202",
        """
        import time

        import httpx

        def start(client: httpx.Client, url, content):
            for attempt in range(3):
                try:
                    return client.post(url, content=content)
                except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
                    time.sleep(attempt)

        def send(client: httpx.Client, url, content):
            for attempt in range(3):
          # ^^^^^^^^^^^^^^^^^^^^^^^ BC202
                try:
                    return client.post(url, content=content)
                except (httpx.ConnectError, httpx.ReadTimeout):
                    time.sleep(attempt)

        def after(client: httpx.Client, url, content):
            for attempt in range(3):
                try:
                    connection = open_connection(url)
                except OSError:
                    time.sleep(attempt)
                else:
                    client.post(url, content=content)
                    break
        """,
    )


def test_leaves_loops_that_ask_until_a_result_is_there() -> None:
    check_findings(
        "BC202",
        """
        import time
        import requests

        def result_of(url, task, max_tries, poll_distance):
            for attempt in range(max_tries):
                try:
                    response = requests.post(url, json={"query": "get_results", "task": task}, timeout=5)
                    if response.json().get("data"):
                        break
                except requests.RequestException as error:
                    print(error)
                time.sleep(poll_distance)
            return response.json()
        """,
    )


def test_mends_with_the_errors_of_the_library() -> None:
    check_fix(
        "BC202",
        """
        import requests
        from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random
        @retry(retry=retry_if_exception_type(Exception), stop=stop_after_attempt(3), wait=wait_random(1, 2))
        def load(key):
            return requests.get(f"https://a/{key}", timeout=3)
        """,
        """
        import requests
        from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random
        @retry(
            retry=retry_if_exception_type((requests.ConnectionError, requests.Timeout)),
            stop=stop_after_attempt(3),
            wait=wait_random(1, 2),
        )
        def load(key):
            return requests.get(f"https://a/{key}", timeout=3)
        """,
    )


def test_mends_with_the_errors_of_the_database() -> None:
    check_fix(
        "BC202",
        """
        import backoff
        from sqlalchemy import select
        from sqlalchemy.orm import Session
        from models import User
        @backoff.on_exception(backoff.expo, Exception, max_tries=5)
        def users(session: Session):
            return session.scalars(select(User)).all()
        """,
        """
        import backoff
        from sqlalchemy import select
        from sqlalchemy.orm import Session
        from models import User
        from sqlalchemy.exc import OperationalError
        @backoff.on_exception(backoff.expo, OperationalError, max_tries=5)
        def users(session: Session):
            return session.scalars(select(User)).all()
        """,
    )


def test_hands_the_key_on_to_a_helper() -> None:
    check_fix(
        "BC202",
        """
        #- service.py
        import time
        from gateway import refund
        def refund_safely(charge):
            for attempt in range(5):
                try:
                    return refund(charge)
                except OSError:
                    time.sleep(1 + attempt)

        #- gateway.py
        import requests
        def refund(charge: str) -> None:
            requests.post("https://pay/refunds", json={"charge": charge}, timeout=8)
        """,
        """
        #- service.py
        import time
        import uuid
        from gateway import refund
        def refund_safely(charge):
            idempotency_key = str(uuid.uuid4())
            for attempt in range(5):
                try:
                    return refund(charge, idempotency_key=idempotency_key)
                except OSError:
                    time.sleep(1 + attempt)

        #- gateway.py
        import uuid

        import requests
        def refund(charge: str, idempotency_key: str = "") -> None:
            requests.post(
                "https://pay/refunds",
                json={"charge": charge},
                timeout=8,
                headers={"Idempotency-Key": idempotency_key or str(uuid.uuid4())},
            )
        """,
    )


def test_offers_no_upsert_without_a_key() -> None:
    source = """
        import sqlite3
        def save(conn: sqlite3.Connection, text):
            for attempt in range(3):
                try:
                    conn.execute("INSERT INTO logs (text) VALUES (?)", (text,))
                    return
                except sqlite3.OperationalError:
                    continue
        """
    check_fix("BC202", source, source)


def test_finds_policy_of_another_file() -> None:
    check_findings(
        "BC202",
        """
        #- policy.py
        from tenacity import retry, stop_after_attempt, wait_random
        http_retry = retry(stop=stop_after_attempt(3), wait=wait_random(1, 2))

        #- sms.py
        import httpx
        from policy import http_retry
        @http_retry
         # <------- BC202
        def send(number):
            httpx.post("https://sms/messages", json={"to": number})
        """,
    )


def test_finds_rows_of_drivers_and_managers() -> None:
    check_findings(
        "BC202",
        """
        import asyncpg, time
        from models import Invoice
        async def record(pool: asyncpg.Pool, cents):
            for attempt in range(3):
          # ^^^^^^^^^^^^^^^^^^^^^^^ BC202
                try:
                    async with pool.acquire() as conn:
                        await conn.execute("INSERT INTO payments (cents) VALUES ($1)", cents)
                    return
                except asyncpg.PostgresError:
                    time.sleep(attempt)
        def issue(customer):
            for attempt in range(3):
          # ^^^^^^^^^^^^^^^^^^^^^^^ BC202
                try:
                    return Invoice.objects.create(customer=customer)
                except Exception:
                    time.sleep(attempt)
        """,
    )


def test_mends_with_the_errors_of_django_and_boto() -> None:
    check_fix(
        "BC202",
        """
        import backoff
        import boto3
        from blog.models import Tag
        from django.utils import timezone
        @backoff.on_exception(backoff.expo, Exception, max_tries=5)
        def tags():
            return list(Tag.objects.filter(until__gt=timezone.now()))
        @backoff.on_exception(backoff.expo, Exception, max_tries=5)
        def names():
            return boto3.client("s3").list_buckets()
        """,
        """
        import backoff
        import boto3
        from blog.models import Tag
        from botocore.exceptions import (
            ConnectTimeoutError,
            EndpointConnectionError,
            ReadTimeoutError,
        )
        from django.db import OperationalError
        from django.utils import timezone
        @backoff.on_exception(backoff.expo, OperationalError, max_tries=5)
        def tags():
            return list(Tag.objects.filter(until__gt=timezone.now()))
        @backoff.on_exception(
            backoff.expo,
            (EndpointConnectionError, ConnectTimeoutError, ReadTimeoutError),
            max_tries=5,
        )
        def names():
            return boto3.client("s3").list_buckets()
        """,
    )


def test_leave_a_row_that_is_looked_for_first() -> None:
    check_findings(
        "BC202",
        """
        import time
        from sqlalchemy import select
        from sqlalchemy.exc import OperationalError
        from models import Document
        def store(session, digest):
            for attempt in range(3):
                try:
                    found = session.scalar(
                        select(Document).where(Document.digest == digest).limit(1)
                    )
                    if found is not None:
                        return found
                    session.add(Document(digest=digest))
                    session.commit()
                    return None
                except OperationalError:
                    session.rollback()
                    time.sleep(attempt + 1)
        """,
    )


def test_flag_a_row_beside_another_that_is_looked_for() -> None:
    check_findings(
        "BC202",
        """
        import time
        from sqlalchemy import select
        from sqlalchemy.exc import OperationalError
        from models import Owner, Event
        def store(session, name):
            for attempt in range(3):
          # ^^^^^^^^^^^^^^^^^^^^^^^ BC202
                try:
                    owner = session.scalar(select(Owner).where(Owner.name == name))
                    session.add(Event(owner_id=owner.id))
                    session.commit()
                    return
                except OperationalError:
                    session.rollback()
                    time.sleep(attempt + 1)
        """,
    )


def test_no_import_where_the_sender_takes_no_header() -> None:
    """Only the INSERT can be mended: the file that sends stays as it is."""
    check_fix(
        "BC202",
        """
        #- a.py
        import asyncpg
        from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed
        from b import send
        @retry(retry=retry_if_exception_type(TimeoutError), stop=stop_after_attempt(3), wait=wait_fixed(1))
        async def run(conn: asyncpg.Connection, order):
            await conn.execute("INSERT INTO orders (id) VALUES ($1)", order)
            send(order)
        #- b.py
        import requests
        def send(order):
            requests.post("https://x/charge", json=order, timeout=3, **EXTRA)
        """,
        """
        #- a.py
        import asyncpg
        from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed
        from b import send
        @retry(retry=retry_if_exception_type(TimeoutError), stop=stop_after_attempt(3), wait=wait_fixed(1))
        async def run(conn: asyncpg.Connection, order):
            await conn.execute("INSERT INTO orders (id) VALUES ($1) ON CONFLICT DO NOTHING", order)
            send(order)
        #- b.py
        import requests
        def send(order):
            requests.post("https://x/charge", json=order, timeout=3, **EXTRA)
        """,
    )


def test_flag_an_endless_loop_that_gives_up_after_some_failures() -> None:
    check_findings(
        "BC202",
        """
        import httpx
        def push(body):
            tries = 0
            while True:
          # ^^^^^^^^^^ BC202
                try:
                    httpx.post("https://x/", json=body, timeout=5).raise_for_status()
                    break
                except httpx.HTTPError:
                    tries += 1
                    if tries > 3:
                        raise
        """,
    )


def test_leave_an_endless_loop_that_works_off_a_queue() -> None:
    check_findings(
        "BC202",
        """
        import httpx
        def work(queue):
            failures = 0
            while True:
                body = queue.get()
                try:
                    if body is None:
                        break
                    httpx.post("https://x/", json=body, timeout=5).raise_for_status()
                except httpx.HTTPError:
                    failures += 1
                    if failures > 3:
                        raise
        """,
    )


def test_rows_that_store_themselves_and_decorators_written_by_hand() -> None:
    check_findings(
        "BC202",
        """
        #- app/again.py
        import functools
        import time

        def with_retries(times):
            def wrap(fn):
                @functools.wraps(fn)
                def inner(*args, **kwargs):
                    for attempt in range(times):
                        try:
                            return fn(*args, **kwargs)
                        except OSError:
                            time.sleep(attempt)
                return inner
            return wrap

        #- app/models.py
        from django.db import models

        class Line(models.Model):
            text = models.TextField()

        #- app/lines.py
        import requests
        from app.again import with_retries
        from app.models import Line

        def write(text):
            line = Line(text=text)
            line.save()

        def record(text):
            for attempt in range(3):
          # ^^^^^^^^^^^^^^^^^^^^^^^ BC202 write is tried again although it may have taken effect
                try:
                    write(text)
                    break
                except OSError:
                    pass

        @with_retries(times=3)
         # <------------------ BC202 Line.save is tried again although it may have taken effect
        def note(text):
            Line(text=text).save()

        @with_retries(times=3)
        def read(url):
            return requests.get(url, timeout=5).text

        @with_retries(times=3)
        def keep(key, text):
            Line(pk=key, text=text).save()
        """,
    )


def test_rows_with_a_unique_value_are_stored_once() -> None:
    models = """
        #- app/models.py
        from sqlalchemy import Column, Integer, String
        from sqlalchemy.orm import declarative_base

        Base = declarative_base()

        class Order(Base):
            __tablename__ = "orders"
            id = Column(Integer, primary_key=True)
            number = Column(String(20), unique=True)

        """
    service = """#- app/service.py
        from app.models import Order
        {imports}from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed

        @retry(retry=retry_if_exception_type(OSError), stop=stop_after_attempt(3), wait=wait_fixed(1))
        def place(session, number):
        {write}
            session.commit()
        """
    added = "    session.add(Order(number=number))"
    looked = (
        "    if session.scalar(select(Order.number).where(Order.number == number)) is None:\n"
        "                session.add(Order(number=number))"
    )
    upserted = (
        "    session.execute(\n"
        "                insert(Order).values(number=number)"
        '.on_conflict_do_nothing(index_elements=["number"])\n'
        "            )"
    )
    check_fix(
        "BC202",
        models + service.format(imports="", write=added),
        models + service.format(imports="from sqlalchemy import select\n        ", write=looked),
    )
    engine = 'engine = create_engine("postgresql://db/shop")\n        Base = declarative_base()'
    models = models.replace("Integer, String", "Integer, String, create_engine").replace(
        "Base = declarative_base()", engine
    )
    check_fix(
        "BC202",
        models + service.format(imports="", write=added),
        models
        + service.format(
            imports="from sqlalchemy.dialects.postgresql import insert\n        ", write=upserted
        ),
    )


def test_deliveries_with_an_id_and_statements_that_a_conflict_undoes() -> None:
    check_findings(
        "BC202",
        """
        import httpx, stamina
        from sqlalchemy import insert
        from sqlalchemy.exc import IntegrityError
        from sqlalchemy.orm import Session
        from .models import Flow

        def deliver(client: httpx.Client, url, event_id, body):
            headers = {"X-Shop-Event-ID": event_id}
            for attempt in stamina.retry_context(on=httpx.TransportError):
                with attempt:
                    client.post(url, content=body, headers=headers)

        def begin(session: Session, make_code):
            for _ in range(3):
                statement = insert(Flow).values(code=make_code())
                try:
                    session.execute(statement)
                except IntegrityError:
                    continue
                return

        def send(client: httpx.Client, url, body):
            for attempt in stamina.retry_context(on=httpx.TransportError):
                         # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC202
                with attempt:
                    client.post(url, content=body)
        """,
    )


def test_retries_of_writes_that_only_their_limits_can_be_mended() -> None:
    check_fix(
        "BC202",
        """
        import smtplib
        import backoff
        from sqlalchemy.orm import Session
        from tenacity import retry
        from .models import Payment

        @retry
        def record(session: Session, cents: int):
            session.add(Payment(cents=cents))
            session.commit()

        @backoff.on_exception(backoff.expo, Exception, max_tries=5)
        def send_receipt(message):
            with smtplib.SMTP("mail.internal", timeout=5) as smtp:
                smtp.send_message(message)
        """,
        """
        import smtplib
        import backoff
        from sqlalchemy.exc import OperationalError
        from sqlalchemy.orm import Session
        from tenacity import (
            retry,
            retry_if_exception_type,
            stop_after_attempt,
            wait_random_exponential,
        )
        from .models import Payment

        @retry(
            retry=retry_if_exception_type(OperationalError),
            wait=wait_random_exponential(max=60),
            stop=stop_after_attempt(5),
        )
        def record(session: Session, cents: int):
            session.add(Payment(cents=cents))
            session.commit()

        @backoff.on_exception(
            backoff.expo,
            (smtplib.SMTPServerDisconnected, ConnectionError, TimeoutError),
            max_tries=5,
        )
        def send_receipt(message):
            with smtplib.SMTP("mail.internal", timeout=5) as smtp:
                smtp.send_message(message)
        """,
        title="Retry the write on timeouts and lost connections",
    )
