"""BC603 beyond the page's examples."""

from __future__ import annotations

from bugcatalog_ls.testing.checks import check_findings, check_fix


def test_found() -> None:
    check_findings(
        "BC603",
        """
        #- lifespan_io.py
        from contextlib import asynccontextmanager
        from fastapi import FastAPI
        from app.db import database
        @asynccontextmanager
        async def lifespan(app: FastAPI):
            await database.connect()
                # ^^^^^^^^^^^^^^^^^^ BC603.startup
            yield
            await database.disconnect()
        app = FastAPI(lifespan=lifespan)

        #- on_event.py
        from fastapi import FastAPI
        app = FastAPI()
        @app.on_event("startup")
        async def start():
            await warm_cache()
                # ^^^^^^^^^^^^ BC603

        #- scheduler_start.py
        from fastapi import FastAPI
        from apscheduler.schedulers.asyncio import AsyncIOScheduler
        app = FastAPI()
        scheduler = AsyncIOScheduler()
        @app.on_event("startup")
        def start():
            scheduler.start()
          # ^^^^^^^^^^^^^^^^^ BC603

        #- create_all.py
        from contextlib import asynccontextmanager
        from fastapi import FastAPI
        from db import Base, engine
        @asynccontextmanager
        async def lifespan(app):
            Base.metadata.create_all(bind=engine)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC603.startup
            yield
        app = FastAPI(lifespan=lifespan)

        #- engine_begin.py
        from contextlib import asynccontextmanager
        from fastapi import FastAPI
        from db import Base, engine
        @asynccontextmanager
        async def lifespan(app):
            async with engine.begin() as conn:
                     # ^^^^^^^^^^^^^^ BC603.startup
                await conn.run_sync(Base.metadata.create_all)
            yield
        app = FastAPI(lifespan=lifespan)

        #- loop_task.py
        import asyncio
        async def poll():
            while True:
          # ^^^^^^^^^^ BC603
                await fetch()
                await asyncio.sleep(5)
        async def main():
            t = asyncio.create_task(poll())
            await t

        #- loop_thread.py
        import threading, time
        def worker():
            while True:
          # ^^^^^^^^^^ BC603
                process()
                time.sleep(1)
        threading.Thread(target=worker, daemon=True).start()

        #- loop_method.py
        import asyncio
        class W:
            def start(self):
                self.task = asyncio.create_task(self._run())
            async def _run(self):
                while not self._stopping:
              # ^^^^^^^^^^^^^^^^^^^^^^^^ BC603
                    await self.step()
                    await asyncio.sleep(1)

        #- loop_thread_class.py
        import threading
        class T(threading.Thread):
            def run(self):
                while True:
              # ^^^^^^^^^^ BC603
                    self.work()

        #- loop_try_outside.py
        import asyncio, logging
        async def poll():
            try:
                while True:
              # ^^^^^^^^^^ BC603
                    await fetch()
                    await asyncio.sleep(5)
            except Exception:
                logging.exception("x")
        async def main():
            t = asyncio.create_task(poll())
            await t

        #- dropped.py
        import asyncio
        async def handler():
            asyncio.create_task(send())
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC603

        #- ensure_future.py
        import asyncio
        def handler():
            asyncio.ensure_future(send())
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC603

        #- loop_create_task.py
        import asyncio
        def handler():
            loop = asyncio.get_running_loop()
            loop.create_task(send())
          # ^^^^^^^^^^^^^^^^^^^^^^^^ BC603

        #- from_import.py
        from asyncio import create_task
        async def handler():
            _ = create_task(send())
              # ^^^^^^^^^^^^^^^^^^^ BC603

        #- unused_local.py
        import asyncio
        async def handler():
            task = asyncio.create_task(send())
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC603
            return 1

        #- add_job.py
        from apscheduler.schedulers.background import BackgroundScheduler
        s = BackgroundScheduler()
        def job():
            compute()
        s.add_job(job, "interval", minutes=1)
        # <---------------------------------- BC603.job

        #- scheduled_job.py
        from apscheduler.schedulers.blocking import BlockingScheduler
        s = BlockingScheduler()
        @s.scheduled_job("cron", hour=1)
         # <---------------------------- BC603.job
        def job():
            compute()

        #- schedule.py
        import schedule
        def job():
            compute()
        schedule.every(10).minutes.do(job)
        # <------------------------------- BC603.job

        #- arq.py
        from arq import cron
        async def nightly(ctx):
            await compute()
        class WorkerSettings:
            cron_jobs = [cron(nightly, hour=3)]
                       # ^^^^^^^^^^^^^^^^^^^^^ BC603.job

        #- startup_list.py
        from fastapi import FastAPI
        async def init_redis():
            await redis.ping()
                # ^^^^^^^^^^^^ BC603.startup
        app = FastAPI(on_startup=[init_redis])

        #- quart.py
        from quart import Quart
        app = Quart(__name__)
        @app.before_serving
        async def start():
            await pool.connect()
                # ^^^^^^^^^^^^^^ BC603.startup

        #- loop_stop_check.py
        import asyncio
        async def consume(stop):
            while True:
          # ^^^^^^^^^^ BC603
                if stop.is_set():
                    break
                msg = await queue.get()
                await handle(msg)
        def start(stop):
            return asyncio.create_task(consume(stop))

        #- gather_loops.py
        import asyncio
        async def worker():
            while True:
          # ^^^^^^^^^^ BC603
                job = await queue.get()
                await handle(job)
        async def main():
            await asyncio.gather(worker(), worker())

        #- executor.py
        from concurrent.futures import ThreadPoolExecutor
        def poll():
            while True:
          # ^^^^^^^^^^ BC603
                refresh_prices()
        ThreadPoolExecutor().submit(poll)

        #- lifespan_after_yield_try.py
        from contextlib import asynccontextmanager
        from fastapi import FastAPI
        @asynccontextmanager
        async def lifespan(app: FastAPI):
            redis = await create_pool()
                        # ^^^^^^^^^^^^^ BC603.startup
            await cache.warm_up(redis)
                # ^^^^^^^^^^^^^^^^^^^^ BC603
            try:
                yield
            finally:
                await redis.close()
        app = FastAPI(lifespan=lifespan)

        #- timer.py
        import threading
        def tick():
            while True:
          # ^^^^^^^^^^ BC603
                sync_all()
        threading.Timer(5, tick).start()

        #- class_job.py
        from apscheduler.schedulers.asyncio import AsyncIOScheduler
        class Jobs:
            def __init__(self):
                self.s = AsyncIOScheduler()
                self.s.add_job(self.cleanup, "interval", hours=1)
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC603.job
            async def cleanup(self):
                await purge()
        """,
    )


def test_left_alone() -> None:
    check_findings(
        "BC603",
        '''
        #- guarded_lifespan.py
        import logging
        from contextlib import asynccontextmanager
        from fastapi import FastAPI
        @asynccontextmanager
        async def lifespan(app):
            try:
                await cache.warm_up()
            except Exception:
                logging.exception("x")
            yield
            await db.disconnect()
        app = FastAPI(lifespan=lifespan)

        #- guarded_callee.py
        import logging
        from contextlib import asynccontextmanager
        from fastapi import FastAPI
        async def warm_cache():
            try:
                await load()
            except Exception:
                logging.exception("x")
        @asynccontextmanager
        async def lifespan(app):
            await warm_cache()
            yield
        app = FastAPI(lifespan=lifespan)

        #- lifespan_plain.py
        import logging
        from contextlib import asynccontextmanager
        from fastapi import FastAPI
        @asynccontextmanager
        async def lifespan(app):
            logging.info("starting")
            app.state.x = {}
            yield
            logging.info("bye")
        app = FastAPI(lifespan=lifespan)

        #- shutdown.py
        from fastapi import FastAPI
        app = FastAPI()
        @app.on_event("shutdown")
        async def stop():
            await db.disconnect()

        #- loop_guarded.py
        import asyncio, logging
        async def poll():
            while True:
                try:
                    await fetch()
                except Exception:
                    logging.exception("x")
                await asyncio.sleep(5)
        async def main():
            t = asyncio.create_task(poll())
            await t

        #- loop_guarded_callee.py
        import asyncio, logging
        async def once():
            try:
                await fetch()
            except Exception:
                logging.exception("x")
        async def poll():
            while True:
                await once()
                await asyncio.sleep(5)
        async def main():
            t = asyncio.create_task(poll())
            await t

        #- loop_not_task.py
        def read(f):
            while True:
                chunk = f.read(10)
                if not chunk:
                    break
                yield chunk

        #- loop_main.py
        import asyncio
        async def main():
            while True:
                await step()
                await asyncio.sleep(1)
        asyncio.run(main())

        #- kept.py
        import asyncio
        tasks = set()
        async def handler():
            t = asyncio.create_task(send())
            tasks.add(t)
            t.add_done_callback(tasks.discard)

        #- awaited.py
        import asyncio
        async def handler():
            a = asyncio.create_task(send())
            await other()
            return await a

        #- returned.py
        import asyncio
        def handler():
            return asyncio.create_task(send())

        #- attribute.py
        import asyncio
        class A:
            def start(self):
                self.task = asyncio.create_task(send())

        #- taskgroup.py
        import asyncio
        async def f():
            async with asyncio.TaskGroup() as tg:
                tg.create_task(send())

        #- gather_list.py
        import asyncio
        async def f(xs):
            tasks = [asyncio.create_task(send(x)) for x in xs]
            await asyncio.gather(*tasks)

        #- job_guarded.py
        import logging
        from apscheduler.schedulers.background import BackgroundScheduler
        s = BackgroundScheduler()
        def job():
            """Run."""
            logging.info("run")
            try:
                compute()
            except Exception:
                logging.exception("x")
        s.add_job(job, "interval", minutes=1)

        #- job_decorated.py
        import functools, logging
        from apscheduler.schedulers.background import BackgroundScheduler
        s = BackgroundScheduler()
        def safe(f):
            @functools.wraps(f)
            def w(*a, **k):
                try:
                    return f(*a, **k)
                except Exception:
                    logging.exception("x")
            return w
        @safe
        def job():
            compute()
        s.add_job(job, "interval", minutes=1)

        #- job_unknown.py
        from apscheduler.schedulers.background import BackgroundScheduler
        from lib import job
        s = BackgroundScheduler()
        s.add_job(job, "interval", minutes=1)

        #- other_create_task.py
        class Tracker:
            def create_task(self, x): return x
        def f(t: Tracker):
            t.create_task("x")

        #- django_model_create.py
        def f(api):
            api.create_task(name="x")

        #- thread_loop_sleep.py
        import threading, time
        def worker():
            while True:
                time.sleep(1)
        threading.Thread(target=worker).start()

        #- decorator_wrapper.py
        import asyncio, logging
        async def catch_everything_and_restart(func):
            try:
                await func()
            except Exception as exc:
                logging.error(exc)
                await asyncio.sleep(5)
                await catch_everything_and_restart(func)

        #- lambda_done.py
        import asyncio
        def f(loop):
            loop.call_soon(lambda: asyncio.create_task(send()))

        #- suppress.py
        from contextlib import asynccontextmanager, suppress
        from fastapi import FastAPI
        @asynccontextmanager
        async def lifespan(app):
            with suppress(Exception):
                await cache.warm_up()
            yield
        app = FastAPI(lifespan=lifespan)

        #- global.py
        import asyncio
        task = None
        async def start():
            global task
            task = asyncio.create_task(send())

        #- supervised.py
        import asyncio, logging
        async def forever(fn):
            while True:
                try:
                    await fn()
                except Exception:
                    logging.exception("x")
                    await asyncio.sleep(5)
        async def poll():
            await fetch()
        def start():
            return asyncio.create_task(forever(poll))

        #- returned_task.py
        import asyncio
        class A:
            def go(self):
                t = asyncio.create_task(self.run())
                return t

        #- task_in_dict.py
        import asyncio
        TASKS = {}
        async def go(k):
            TASKS[k] = asyncio.create_task(run(k))

        #- append.py
        import asyncio
        tasks = []
        async def go(k):
            tasks.append(asyncio.create_task(run(k)))

        #- done_callback_var.py
        import asyncio
        async def go(k):
            t = asyncio.create_task(run(k))
            t.add_done_callback(print)

        #- startup_logging.py
        from fastapi import FastAPI
        import logging
        app = FastAPI()
        @app.on_event("startup")
        async def s():
            logging.info("started")
            app.state.ready = True
        ''',
    )


def test_flag_loop_cross() -> None:
    check_findings(
        "BC603",
        """
        #- jobs.py
        import asyncio
        async def settle():
            while True:
          # ^^^^^^^^^^ BC603
                await settle_bets()
                await asyncio.sleep(60)
        #- main.py
        import asyncio
        from jobs import settle
        async def start():
            app.task = asyncio.create_task(settle())
        """,
    )


def test_flag_job_cross() -> None:
    check_findings(
        "BC603",
        """
        #- jobs.py
        def cleanup():
            delete_old()
        #- main.py
        from apscheduler.schedulers.background import BackgroundScheduler
        import jobs
        s = BackgroundScheduler()
        s.add_job(jobs.cleanup, "interval", hours=1)
        # <----------------------------------------- BC603.job
        """,
    )


def test_mend_lifespan() -> None:
    check_fix(
        "BC603",
        """
        from contextlib import asynccontextmanager
        from fastapi import FastAPI
        @asynccontextmanager
        async def lifespan(app):
            await cache.warm_up()
            yield
        app = FastAPI(lifespan=lifespan)
        """,
        """
        import logging
        from contextlib import asynccontextmanager
        from fastapi import FastAPI

        logger = logging.getLogger(__name__)
        @asynccontextmanager
        async def lifespan(app):
            try:
                await cache.warm_up()
            except Exception:
                logger.exception("lifespan failed")
            yield
        app = FastAPI(lifespan=lifespan)
        """,
    )


def test_mend_event() -> None:
    check_fix(
        "BC603",
        """
        import logging
        from fastapi import FastAPI
        app = FastAPI()
        logger = logging.getLogger(__name__)
        @app.on_event("startup")
        async def start():
            await db.connect()
            await cache.warm()
        """,
        """
        import logging
        from fastapi import FastAPI
        app = FastAPI()
        logger = logging.getLogger(__name__)
        @app.on_event("startup")
        async def start():
            try:
                await db.connect()
            except Exception:
                logger.exception("start failed")
            try:
                await cache.warm()
            except Exception:
                logger.exception("start failed")
        """,
    )


def test_mend_loop() -> None:
    check_fix(
        "BC603",
        """
        import asyncio
        async def poll():
            while True:
                await fetch()
                await asyncio.sleep(5)
        async def main():
            t = asyncio.create_task(poll())
            await t
        """,
        """
        import asyncio
        import logging

        logger = logging.getLogger(__name__)
        async def poll():
            while True:
                try:
                    await fetch()
                except Exception:
                    logger.exception("poll failed")
                await asyncio.sleep(5)
        async def main():
            t = asyncio.create_task(poll())
            await t
        """,
    )


def test_mend_thread_loop() -> None:
    check_fix(
        "BC603",
        """
        import threading, time
        def worker():
            while True:
                time.sleep(1)
                item = take()
                process(item)
        threading.Thread(target=worker, daemon=True).start()
        """,
        """
        import logging
        import threading, time

        logger = logging.getLogger(__name__)
        def worker():
            while True:
                time.sleep(1)
                try:
                    item = take()
                    process(item)
                except Exception:
                    logger.exception("worker failed")
        threading.Thread(target=worker, daemon=True).start()
        """,
    )


def test_mend_dropped_() -> None:
    check_fix(
        "BC603",
        """
        import asyncio
        async def handler():
            asyncio.create_task(send())
        """,
        """
        import asyncio

        background_tasks: set[asyncio.Task] = set()
        async def handler():
            task = asyncio.create_task(send())
            background_tasks.add(task)
            task.add_done_callback(background_tasks.discard)
        """,
    )


def test_mend_dropped_await() -> None:
    check_fix(
        "BC603",
        """
        from asyncio import create_task
        async def handler():
            _ = create_task(send())
        """,
        """
        from asyncio import Task, create_task

        background_tasks: set[Task] = set()
        async def handler():
            task = create_task(send())
            background_tasks.add(task)
            task.add_done_callback(background_tasks.discard)
        """,
    )


def test_mend_existing_set() -> None:
    check_fix(
        "BC603",
        """
        import asyncio
        _tasks = set()
        async def handler():
            asyncio.create_task(send())
        """,
        """
        import asyncio
        _tasks = set()
        async def handler():
            task = asyncio.create_task(send())
            _tasks.add(task)
            task.add_done_callback(_tasks.discard)
        """,
    )


def test_mend_local() -> None:
    check_fix(
        "BC603",
        """
        import asyncio
        async def handler():
            task = asyncio.create_task(send())
            return 1
        """,
        """
        import asyncio

        background_tasks: set[asyncio.Task] = set()
        async def handler():
            task = asyncio.create_task(send())
            background_tasks.add(task)
            task.add_done_callback(background_tasks.discard)
            return 1
        """,
    )


def test_mend_two() -> None:
    check_fix(
        "BC603",
        """
        import asyncio
        async def a():
            asyncio.create_task(send())
        async def b():
            asyncio.ensure_future(send())
        """,
        """
        import asyncio

        background_tasks: set[asyncio.Task] = set()
        async def a():
            task = asyncio.create_task(send())
            background_tasks.add(task)
            task.add_done_callback(background_tasks.discard)
        async def b():
            task = asyncio.ensure_future(send())
            background_tasks.add(task)
            task.add_done_callback(background_tasks.discard)
        """,
    )


def test_mend_job() -> None:
    check_fix(
        "BC603",
        '''
        from apscheduler.schedulers.background import BackgroundScheduler
        s = BackgroundScheduler()
        def job():
            """Doc."""
            x = compute()
            store(x)
        s.add_job(job, "interval", minutes=1)
        ''',
        '''
        import logging

        from apscheduler.schedulers.background import BackgroundScheduler

        logger = logging.getLogger(__name__)
        s = BackgroundScheduler()
        def job():
            """Doc."""
            try:
                x = compute()
                store(x)
            except Exception:
                logger.exception("job failed")
        s.add_job(job, "interval", minutes=1)
        ''',
    )


def test_mend_job_cross_() -> None:
    check_fix(
        "BC603",
        """
        #- jobs.py
        def cleanup():
            delete_old()
        #- main.py
        from apscheduler.schedulers.background import BackgroundScheduler
        import jobs
        s = BackgroundScheduler()
        s.add_job(jobs.cleanup, "interval", hours=1)
        """,
        """
        #- jobs.py
        import logging

        logger = logging.getLogger(__name__)


        def cleanup():
            try:
                delete_old()
            except Exception:
                logger.exception("cleanup failed")
        #- main.py
        from apscheduler.schedulers.background import BackgroundScheduler
        import jobs
        s = BackgroundScheduler()
        s.add_job(jobs.cleanup, "interval", hours=1)
        """,
    )


def test_mend_scheduled() -> None:
    check_fix(
        "BC603",
        """
        from apscheduler.schedulers.blocking import BlockingScheduler
        s = BlockingScheduler()
        @s.scheduled_job("cron", hour=1)
        def job():
            compute()
        """,
        """
        import logging

        from apscheduler.schedulers.blocking import BlockingScheduler

        logger = logging.getLogger(__name__)
        s = BlockingScheduler()
        @s.scheduled_job("cron", hour=1)
        def job():
            try:
                compute()
            except Exception:
                logger.exception("job failed")
        """,
    )


def test_mend_engine() -> None:
    check_fix(
        "BC603",
        """
        from contextlib import asynccontextmanager
        from fastapi import FastAPI
        from db import Base, engine
        @asynccontextmanager
        async def lifespan(app):
            async with engine.begin() as conn:
                await conn.run_sync(Base.metadata.create_all)
            yield
        app = FastAPI(lifespan=lifespan)
        """,
        """
        import logging
        from contextlib import asynccontextmanager
        from fastapi import FastAPI
        from db import Base, engine

        logger = logging.getLogger(__name__)
        @asynccontextmanager
        async def lifespan(app):
            try:
                async with engine.begin() as conn:
                    await conn.run_sync(Base.metadata.create_all)
            except Exception:
                logger.exception("lifespan failed")
            yield
        app = FastAPI(lifespan=lifespan)
        """,
    )


def test_mend_method_loop() -> None:
    check_fix(
        "BC603",
        """
        import asyncio
        class W:
            def start(self):
                self.task = asyncio.create_task(self._run())
            async def _run(self):
                while not self._stopping:
                    await self.step()
                    await asyncio.sleep(1)
        """,
        """
        import asyncio
        import logging

        logger = logging.getLogger(__name__)
        class W:
            def start(self):
                self.task = asyncio.create_task(self._run())
            async def _run(self):
                while not self._stopping:
                    try:
                        await self.step()
                    except Exception:
                        logger.exception("_run failed")
                    await asyncio.sleep(1)
        """,
    )


def test_tasks_of_workers() -> None:
    check_findings(
        "BC603",
        """
        #- tasks.py
        import requests
        from celery import Celery, shared_task
        app = Celery("x")
        @app.task
         # <----- BC603.job the job sync catches nothing
        def sync():
            requests.post("http://x", timeout=3)
        @shared_task(name="purge")
         # <---------------------- BC603.job the job purge catches nothing
        def purge(session):
            session.query(User).delete()
        @shared_task(autoretry_for=(OSError,))
        def retried():
            requests.post("http://x", timeout=3)
        @app.task
        def total(a, b):
            return a + b
        @app.task(bind=True)
        def guarded(self):
            try:
                requests.post("http://x", timeout=3)
            except OSError as error:
                raise self.retry(exc=error)

        #- worker.py
        import httpx
        async def download(context, url):
            async with httpx.AsyncClient() as client:
                await client.get(url)
        class WorkerSettings:
            functions = [download]
                       # ^^^^^^^^ BC603.job
        """,
    )


def test_a_client_is_asked_not_made() -> None:
    check_findings(
        "BC603",
        """
        import threading
        import httpx
        import requests
        from fastapi import FastAPI
        app = FastAPI()
        @app.on_event("startup")
        async def start():
            async with httpx.AsyncClient() as client:
                await client.get("http://config")
                    # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC603.startup
        def warm_up():
            requests.get("http://x", timeout=2)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC603
        app.add_event_handler("startup", warm_up)
        def beat():
            while True:
          # ^^^^^^^^^^ BC603
                requests.get("http://x", timeout=3)
        threading.Thread(target=beat).start()
        """,
    )


def test_redis_in_a_hook() -> None:
    check_findings(
        "BC603",
        """
        #- redis_kept.py
        import redis
        from fastapi import FastAPI
        app = FastAPI()
        r = redis.Redis()
        @app.on_event("startup")
        def begin():
            r.set("version", "1")
          # ^^^^^^^^^^^^^^^^^^^^^ BC603.startup

        #- mapping.py
        import redis
        from fastapi import FastAPI
        app = FastAPI()
        known = {}
        @app.on_event("startup")
        def begin():
            known.get("version")
            client = redis.Redis(decode_responses=True)
            app.state.redis = client
        """,
    )


def test_leave_threads_and_groups_in_a_lifespan() -> None:
    check_findings(
        "BC603",
        """
        import asyncio
        import threading
        from contextlib import asynccontextmanager
        from fastapi import FastAPI
        def work():
            print("at work")
        async def once():
            print("once")
        @asynccontextmanager
        async def lifespan(app):
            thread = threading.Thread(target=work, daemon=True)
            thread.start()
            async with asyncio.TaskGroup() as group:
                group.create_task(once())
                yield
        app = FastAPI(lifespan=lifespan)
        """,
    )


def test_tasks_that_are_watched_and_helpers_that_start_threads() -> None:
    check_findings(
        "BC603",
        """
        import asyncio
        import threading
        from contextlib import asynccontextmanager

        from fastapi import FastAPI

        def start_poller(tenant):
            global poller
            poller = threading.Thread(target=poll, args=(tenant,), daemon=True)
            poller.start()

        @asynccontextmanager
        async def lifespan(app):
            start_poller("public")
            yield

        app = FastAPI(lifespan=lifespan)

        async def ready(process, servers):
            async def exits():
                while True:
                    check(process)
                    await asyncio.sleep(0.5)

            exited = asyncio.ensure_future(exits())
            await asyncio.wait([exited, servers], return_when=asyncio.FIRST_COMPLETED)
            exited.cancel()

        class Worker:
            def start(self):
                self.task = asyncio.create_task(self.run())
                self.task.add_done_callback(self.on_done)

            async def run(self):
                while True:
                    step()
                    await asyncio.sleep(1)

        async def beat(work):
            async def beats():
                while True:
              # ^^^^^^^^^^ BC603
                    send()
                    await asyncio.sleep(1)

            task = asyncio.create_task(beats())
            await work()
            task.cancel()
        """,
    )


def test_leaves_jobs_that_handle_what_they_expect() -> None:
    check_findings(
        "BC603",
        """
        import logging

        import requests
        from apscheduler.schedulers.background import BackgroundScheduler

        def job():
            try:
                requests.get("https://x.example", timeout=3)
            except requests.RequestException:
                logging.exception("job")

        BackgroundScheduler().add_job(job, "interval", seconds=3)
        """,
    )


def test_leaves_schedulers_in_memory_starters_of_tasks_and_loops_that_say_how_they_end() -> None:
    check_findings(
        "BC603",
        """
        #- main.py
        from contextlib import asynccontextmanager
        from apscheduler.schedulers.asyncio import AsyncIOScheduler
        from fastapi import FastAPI
        from jobs import start_cleanup_scheduler
        scheduler = AsyncIOScheduler()
        @asynccontextmanager
        async def lifespan(app: FastAPI):
            scheduler.start()
          # ^^^^^^^^^^^^^^^^^ BC603.startup
            cleanup = start_cleanup_scheduler()
            yield
            cleanup.cancel()
        app = FastAPI(lifespan=lifespan)

        #- jobs.py
        import asyncio
        from work import clean
        _task = None
        def start_cleanup_scheduler():
            global _task
            if _task is not None and not _task.done():
                return _task
            _task = asyncio.create_task(clean())
            return _task

        #- reader.py
        import asyncio
        from wire import fetch
        async def read(client):
            try:
                while True:
                    client.handle(await fetch(client))
            except (ConnectionError, EOFError):
                pass
        async def watch(client):
            try:
                while True:
              # ^^^^^^^^^^ BC603
                    client.handle(await fetch(client))
            except asyncio.CancelledError:
                pass
        async def main(client):
            a = asyncio.create_task(read(client))
            b = asyncio.create_task(watch(client))
            await asyncio.sleep(1)
            return a, b
        """,
    )


def test_loop_that_awaits_a_task_in_a_name() -> None:
    check_findings(
        "BC603",
        """
        import asyncio

        async def watch(task, queue):
            while True:
          # ^^^^^^^^^^ BC603
                if task.done():
                    await task
                queue.handle(await queue.get())

        async def start(task, queue):
            watcher = asyncio.create_task(watch(task, queue))
            return watcher
        """,
    )


def test_what_workers_and_other_frameworks_run_first() -> None:
    check_findings(
        "BC603",
        """
        #- app/hooks.py
        from aiohttp import web
        from celery.signals import worker_ready
        from taskiq import TaskiqEvents

        from app.broker import broker, connect

        async def open_pool(ctx):
            ctx["pool"] = await connect()
                              # ^^^^^^^^^ BC603

        class WorkerSettings:
            on_startup = open_pool

        @broker.on_event(TaskiqEvents.WORKER_STARTUP)
        async def warm(state):
            state.pool = await connect()
                             # ^^^^^^^^^ BC603

        @worker_ready.connect
        def greet(sender, **options):
            sender.app.connection().connect()
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC603

        async def pool_of(app):
            app["pool"] = await connect()
                              # ^^^^^^^^^ BC603
            yield

        app = web.Application()
        app.cleanup_ctx.append(pool_of)
        """,
    )


def test_a_job_named_by_its_place() -> None:
    check_findings(
        "BC603",
        """
        #- app/jobs.py
        def clean(db):
            db.execute("DELETE FROM sessions")

        #- app/main.py
        from apscheduler.schedulers.background import BackgroundScheduler

        scheduler = BackgroundScheduler()
        def plan():
            scheduler.add_job("app.jobs:clean", "interval", hours=1)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC603
        """,
    )


def test_a_job_that_suppresses_everything() -> None:
    check_findings(
        "BC603",
        """
        import contextlib
        from apscheduler.schedulers.background import BackgroundScheduler
        scheduler = BackgroundScheduler()
        @scheduler.scheduled_job("interval", minutes=1)
        def job():
            with contextlib.suppress(Exception):
                work()
        """,
    )


def test_leaves_loops_that_accompany_work_or_compare_what_they_got() -> None:
    check_findings(
        "BC603",
        """
        import asyncio
        import sys
        import threading
        import time


        class Worker:
            async def start(self, downloader):
                self.registering = asyncio.create_task(self.register())
                self.progress = asyncio.create_task(self.tell(downloader))
                self.polling = asyncio.create_task(self.poll())

            async def register(self):
                while True:
                    states = self._get_running_states()
                    await self.supervisor.add_worker(states)
                    if self._get_running_states() == states:
                        break

            async def tell(self, downloader):
                while not downloader.done:
                    self.supervisor.set_progress(downloader.get_progress())
                    await asyncio.sleep(1)

            def spin(self):
                threading.Thread(target=self.turn).start()

            def turn(self):
                while self.running:
                    sys.stdout.write(next(self.signs))
                    time.sleep(0.1)

            async def poll(self):
                while not self.done:
              # ^^^^^^^^^^^^^^^^^^^ BC603
                    self.supervisor.set_progress(0)
                    await asyncio.sleep(1)
        """,
    )


def test_leaves_loops_that_a_group_of_tasks_waits_for() -> None:
    check_findings(
        "BC603",
        """
        import asyncio
        from concurrent.futures import ThreadPoolExecutor

        class Peer:
            async def main(self):
                async with asyncio.TaskGroup() as group:
                    group.create_task(self.ping())
                async with self.taskgroup as tasks:
                    await tasks.spawn(self.forward)
                with ThreadPoolExecutor() as pool:
                    pool.submit(self.watch)

            async def ping(self):
                while True:
                    await self.session.request("ping")
                    await asyncio.sleep(1)

            async def forward(self):
                while True:
                    await self.session.request("forward")
                    await asyncio.sleep(1)

            def watch(self):
                while True:
              # ^^^^^^^^^^ BC603
                    self.session.poll()
        """,
    )


def test_leaves_loops_whose_error_goes_to_who_waits_for_their_results() -> None:
    check_findings(
        "BC603",
        """
        import threading

        class Ahead:
            def __init__(self, iterator, buffer):
                self.iterator, self.buffer = iterator, buffer
                threading.Thread(target=self.look).start()

            def look(self):
                try:
                    while True:
                        self.buffer.put(fetch(self.iterator))
                except BaseException as error:
                    print("ended", error)
                    self.buffer.put(error)
        """,
    )


def test_a_synchronous_database_is_nothing_that_is_synchronised() -> None:
    check_findings(
        "BC603",
        """
        from contextlib import asynccontextmanager
        from fastapi import FastAPI

        @asynccontextmanager
        async def lifespan(app):
            app.state.os._initialize_sync_databases()
            app.state.os.sync_plugins()
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC603
            yield

        app = FastAPI(lifespan=lifespan)
        """,
    )


def test_a_hook_that_says_so_is_optional_and_guarded_with_what_reads_its_answer() -> None:
    check_fix(
        "BC603",
        """
        import logging
        import httpx
        from fastapi import FastAPI
        logger = logging.getLogger(__name__)
        app = FastAPI()
        rates: dict = {}
        @app.on_event("startup")
        async def warm_up():
            async with httpx.AsyncClient() as client:
                response = await client.get("http://rates")
            rates.update(response.json())
            logger.info("ready")
        """,
        """
        import logging
        import httpx
        from fastapi import FastAPI
        logger = logging.getLogger(__name__)
        app = FastAPI()
        rates: dict = {}
        @app.on_event("startup")
        async def warm_up():
            try:
                async with httpx.AsyncClient() as client:
                    response = await client.get("http://rates")
                rates.update(response.json())
            except Exception:
                logger.exception("warm_up failed")
            logger.info("ready")
        """,
    )


def test_supervisors_wait_and_catch() -> None:
    check_findings(
        "BC603",
        """
        import asyncio
        import logging
        import boto3
        from concurrent.futures import ThreadPoolExecutor

        async def supervised(source):
            while True:
                await source.fetch()

        async def awaited(source):
            while True:
                await source.fetch()

        async def left_alone(source):
            while True:
          # ^^^^^^^^^^ BC603
                await source.fetch()

        async def main(source):
            main.alone = asyncio.create_task(left_alone(source))
            while True:
                task = asyncio.create_task(supervised(source))
                try:
                    await asyncio.create_task(awaited(source))
                    await task
                except Exception:
                    logging.exception("died")
                await asyncio.sleep(1)

        sqs = boto3.client("sqs")
        def pump(url):
            while True:
          # ^^^^^^^^^^ BC603
                for message in sqs.receive_message(QueueUrl=url)["Messages"]:
                    print(message)
        ThreadPoolExecutor().submit(pump, "u")
        """,
    )


def test_a_group_tells_whoever_runs_it() -> None:
    check_findings(
        "BC603",
        """
        import asyncio
        import anyio

        async def poll(source):
            while True:
                await source.fetch()

        async def main(source):
            async with asyncio.TaskGroup() as group:
                group.create_task(poll(source))

        async def other(source):
            async with anyio.create_task_group() as group:
                group.start_soon(poll, source)
        """,
    )


def test_a_file_is_no_connection_that_a_loop_serves() -> None:
    check_findings(
        "BC603",
        """
        import asyncio

        async def count(path):
            while True:
          # ^^^^^^^^^^ BC603
                with open(path) as handle:
                    int(handle.read())
                await asyncio.sleep(60)

        async def serve(reader):
            while True:
                print(await reader.read())

        async def begin(app, reader):
            app.state.counter = asyncio.create_task(count("count.txt"))
            app.state.server = asyncio.create_task(serve(reader))
        """,
    )


def test_guards_a_connection_together_with_what_it_is_used_for() -> None:
    check_fix(
        "BC603",
        """
        import logging
        from fastapi import FastAPI
        from sqlalchemy import create_engine, text
        logger = logging.getLogger(__name__)
        app = FastAPI()
        engine = create_engine("postgresql://db/app")
        @app.on_event("startup")
        def check_database():
            with engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        """,
        """
        import logging
        from fastapi import FastAPI
        from sqlalchemy import create_engine, text
        logger = logging.getLogger(__name__)
        app = FastAPI()
        engine = create_engine("postgresql://db/app")
        @app.on_event("startup")
        def check_database():
            try:
                with engine.connect() as connection:
                    connection.execute(text("SELECT 1"))
            except Exception:
                logger.exception("check_database failed")
        """,
    )


def test_keeps_the_tasks_of_a_list_that_nobody_keeps() -> None:
    check_fix(
        "BC603",
        """
        import asyncio
        running_tasks: set[asyncio.Task] = set()
        async def push(urls, send):
            [asyncio.create_task(send(url)) for url in urls if url]
            kept = [asyncio.create_task(send(url)) for url in urls]
            await asyncio.gather(*kept)
        """,
        """
        import asyncio
        running_tasks: set[asyncio.Task] = set()
        async def push(urls, send):
            for url in urls:
                if url:
                    task = asyncio.create_task(send(url))
                    running_tasks.add(task)
                    task.add_done_callback(running_tasks.discard)
            kept = [asyncio.create_task(send(url)) for url in urls]
            await asyncio.gather(*kept)
        """,
    )


def test_mend_takes_along_what_imports_and_loops_bind() -> None:
    check_fix(
        "BC603",
        """
        import logging
        from fastapi import FastAPI
        logger = logging.getLogger(__name__)
        app = FastAPI()
        @app.on_event("startup")
        async def startup():
            cache = await connect_cache()
            from app.rows import Kept
            for row in await cache.rows():
                print(row)
            print(row, Kept)
        """,
        """
        import logging
        from fastapi import FastAPI
        logger = logging.getLogger(__name__)
        app = FastAPI()
        @app.on_event("startup")
        async def startup():
            try:
                cache = await connect_cache()
                from app.rows import Kept
                for row in await cache.rows():
                    print(row)
                print(row, Kept)
            except Exception:
                logger.exception("startup failed")
        """,
    )


def test_a_guarded_round_tells_its_queue_that_it_is_done_and_does_not_spin() -> None:
    check_fix(
        "BC603",
        """
        import asyncio
        import logging
        logger = logging.getLogger(__name__)
        async def publish(queue, channel):
            while True:
                event = await queue.get()
                await channel.publish(event)
                queue.task_done()
        async def poll(client):
            while True:
                await client.fetch(await client.get("/next", timeout=5))
        async def start(queue, channel, client):
            return asyncio.create_task(publish(queue, channel)), asyncio.create_task(poll(client))
        """,
        """
        import asyncio
        import logging
        logger = logging.getLogger(__name__)
        async def publish(queue, channel):
            while True:
                event = await queue.get()
                try:
                    await channel.publish(event)
                except Exception:
                    logger.exception("publish failed")
                finally:
                    queue.task_done()
        async def poll(client):
            while True:
                try:
                    await client.fetch(await client.get("/next", timeout=5))
                except Exception:
                    logger.exception("poll failed")
                    await asyncio.sleep(1)
        async def start(queue, channel, client):
            return asyncio.create_task(publish(queue, channel)), asyncio.create_task(poll(client))
        """,
    )


def test_a_job_that_returns_something_says_what_it_returns_after_an_error() -> None:
    check_fix(
        "BC603",
        """
        import logging
        from flask_apscheduler import APScheduler
        logger = logging.getLogger(__name__)
        scheduler = APScheduler()
        @scheduler.task("cron", hour=3)
        def purge() -> int:
            return delete_expired()
        """,
        """
        import logging
        from flask_apscheduler import APScheduler
        logger = logging.getLogger(__name__)
        scheduler = APScheduler()
        @scheduler.task("cron", hour=3)
        def purge() -> int | None:
            try:
                return delete_expired()
            except Exception:
                logger.exception("purge failed")
                return None
        """,
    )


def test_a_receiver_connected_to_a_signal_asks_nobody() -> None:
    check_findings(
        "BC603",
        """
        from celery.signals import worker_process_init
        from django.apps import AppConfig
        from django.core.signals import request_finished
        class Shop(AppConfig):
            def ready(self):
                from . import signals
                request_finished.connect(signals.delete_attachments)
        @worker_process_init.connect
        def begin(**kw):
            init_worker(app_or_default())
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC603.startup
        @worker_process_init.connect(weak=False)
        def warm(**kw):
            start_cache_warmers(requests.get("https://rates"))
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC603.startup
        """,
    )


def test_a_loop_that_serves_a_connection_or_is_meant_to_end() -> None:
    check_findings(
        "BC603",
        """
        import asyncio
        async def serve(websocket, frames, events):
            async def pump():
                while True:
                    await send_frame(websocket, await frames.take())
            async def follow():
                while True:
                    # we do not catch the exception here so that it shows up in the log
                    await events.follow()
            async def work():
                while True:
              # ^^^^^^^^^^ BC603
                    await events.follow()
            held = [asyncio.create_task(pump()), asyncio.create_task(follow()), asyncio.create_task(work())]
            return held
        """,
    )


def test_no_mend_takes_what_the_lifespan_reads_below() -> None:
    text = """
        import logging
        from contextlib import asynccontextmanager

        import asyncpg
        from fastapi import FastAPI

        logger = logging.getLogger(__name__)

        @asynccontextmanager
        async def lifespan(app):
            app.state.pool = await asyncpg.create_pool("postgresql://db")
            yield
            await app.state.pool.close()

        app = FastAPI(lifespan=lifespan)
    """
    check_fix("BC603", text, text)


def test_what_is_called_at_startup_is_read() -> None:
    check_findings(
        "BC603",
        """
        #- main.py
        from contextlib import asynccontextmanager
        from fastapi import FastAPI
        from telemetry import initialize_telemetry, metrics
        from jobs import start_scheduler, warm_cache, refresh_prices, load_cache, prime_cache
        @asynccontextmanager
        async def lifespan(app):
            await initialize_telemetry()
            metrics.initialize_metrics(kind="api")
            start_scheduler()
            await warm_cache()
                # ^^^^^^^^^^^^ BC603
            await refresh_prices()
                # ^^^^^^^^^^^^^^^^ BC603
            load_cache()
          # ^^^^^^^^^^^^ BC603
            await prime_cache()
                # ^^^^^^^^^^^^^ BC603.startup
            yield
        app = FastAPI(lifespan=lifespan)

        #- telemetry.py
        import asyncio
        import httpx
        from prometheus_client import Counter
        sent = Counter("sent", "Sent", ["kind"])
        kept = []
        class Telemetry:
            async def start(self):
                self._client = httpx.AsyncClient(timeout=5)
                self._task = asyncio.create_task(self._flush())
            async def _flush(self):
                while True:
                    try:
                        await self._client.post("http://x")
                    except Exception as error:
                        print(error)
        class Metrics:
            def initialize_metrics(self, *, kind):
                for name in ("a", "b"):
                    self._touch(sent, kind=name)
            def _touch(self, counter, **labels):
                counter.labels(**labels).inc(0)
        metrics = Metrics()
        async def initialize_telemetry():
            telemetry = Telemetry()
            await telemetry.start()
            kept.append(telemetry)

        #- jobs.py
        from apscheduler.schedulers.background import BackgroundScheduler
        from apscheduler.triggers.interval import IntervalTrigger
        from db import session_maker
        import pickle
        import prices
        scheduler = BackgroundScheduler()
        def settle():
            try:
                prices.settle()
            except Exception as error:
                print(error)
        def start_scheduler():
            if not scheduler.running:
                scheduler.add_job(settle, IntervalTrigger(seconds=1))
                scheduler.start()
        async def warm_cache():
            async with session_maker() as session:
                for row in await session.scalars("select 1"):
                    CACHE[row.id] = row
        async def refresh_prices():
            await ask_prices()
        async def ask_prices():
            prices.REPLY = await prices.ask()
        def load_cache():
            with open("cache.pickle", "rb") as file:
                CACHE.update(pickle.load(file))
        async def prime_cache():
            prices.prime(CACHE)
        CACHE = {}
        """,
    )
