"""BC201 in the corners that its page leaves out."""

from bugcatalog_ls.testing.checks import check_findings, check_fix


def test_functions_of_requests_under_any_name() -> None:
    check_findings(
        "BC201",
        """
        import requests as r
        from requests import api, post as send

        def f(url):
            r.head(url)
          # ^^^^^^^^^^^ BC201 r.head is called without a timeout and can wait for ever
            send(url)
          # ^^^^^^^^^ BC201
            api.delete(url)
          # ^^^^^^^^^^^^^^^ BC201
            r.request("GET", url, timeout=3)
            r.codes.get(url)
        """,
    )


def test_none_counts_as_missing_wherever_it_comes_from() -> None:
    check_findings(
        "BC201",
        """
        import aiohttp
        import httpx
        import requests
        from urllib.request import urlopen

        NEVER = None

        def f(url, timeout=None):
            requests.get(url, timeout=NEVER)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC201 timeout=None lets requests.get wait for ever
            urlopen(url, None, None)
          # ^^^^^^^^^^^^^^^^^^^^^^^^ BC201
            requests.get(url, timeout=timeout)
            httpx.Client(timeout=httpx.Timeout(None))
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC201
            httpx.Client(timeout=httpx.Timeout(None, connect=5, read=5))
            httpx.get(url)
            aiohttp.ClientTimeout(total=None)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC201
            aiohttp.ClientTimeout(total=None, sock_read=30)
            aiohttp.ClientTimeout()
        """,
    )


def test_sessions_through_self_parameters_and_functions_of_other_files() -> None:
    check_findings(
        "BC201",
        """
        #- net.py
        import requests

        def make_session() -> requests.Session:
            return requests.Session()

        class Plain(requests.Session):
            def login(self): ...

        class Patient(requests.Session):
            def send(self, request, **kwargs):
                return super().send(request, **{**kwargs, "timeout": 5})

        #- use.py
        from net import Patient, Plain, make_session

        class Client:
            def __init__(self) -> None:
                self.session = make_session()

            def load(self, plain: Plain, patient: Patient | None = None):
                self.session.get("https://example.com")
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC201
                plain.put("https://example.com")
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC201
                patient.get("https://example.com")
        """,
    )


def test_wrapper_of_another_module_is_followed() -> None:
    check_findings(
        "BC201",
        """
        #- http_client.py
        from requests import get, post

        #- use.py
        import http_client

        http_client.get("https://example.com")
        # <----------------------------------- BC201
        """,
    )


def test_adapter_that_limits_its_session() -> None:
    check_findings(
        "BC201",
        """
        import requests
        from limits import TimeoutAdapter

        session = requests.Session()
        session.mount("https://", TimeoutAdapter(5))
        session.get("https://example.com")
        requests.get("https://example.com")
        # <-------------------------------- BC201
        """,
    )


def test_keyword_arguments_known_and_unknown() -> None:
    check_findings(
        "BC201",
        """
        import requests

        LIMITED = {"timeout": 5}
        PLAIN = dict(verify=False)
        GROWS = {}
        GROWS["timeout"] = 5

        def f(url, **kwargs):
            requests.get(url, **LIMITED)
            requests.get(url, **PLAIN)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^ BC201
            requests.get(url, **GROWS)
            requests.get(url, **kwargs)
            requests.get(*url)
        """,
    )


def test_default_for_sockets_reaches_the_standard_library_only() -> None:
    check_findings(
        "BC201",
        """
        #- start.py
        import socket
        socket.setdefaulttimeout(10)

        #- use.py
        import requests
        from urllib.request import urlopen

        urlopen("https://example.com")
        requests.get("https://example.com")
        # <-------------------------------- BC201
        """,
    )


def test_database_urls_that_hold_the_limit() -> None:
    check_findings(
        "BC201",
        """
        import MySQLdb
        import psycopg2

        psycopg2.connect("dbname=app connect_timeout=3")
        psycopg2.connect(host="db")
        # <------------------------ BC201 psycopg2.connect is called without a connect_timeout
        MySQLdb.connect(host="db", connect_timeout=2)
        """,
    )


def test_redis_is_judged_by_the_release_that_is_pinned() -> None:
    check_findings(
        "BC201",
        """
        #- requirements.txt
        redis>=5,<6

        #- cache.py
        import redis

        cache = redis.Redis(host="cache")
              # ^^^^^^^^^^^^^^^^^^^^^^^^^ BC201
        other = redis.from_url("redis://cache?socket_timeout=3")
        """,
    )
    check_findings("BC201", 'import redis\ncache = redis.Redis(host="cache")\n')


def test_subprocesses_count_for_network_tools_and_in_asynchronous_handlers() -> None:
    check_findings(
        "BC201",
        """
        import subprocess
        from fastapi import FastAPI

        app = FastAPI()

        def sync(repo):
            subprocess.check_output(["git", "-C", repo, "pull"])
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC201
            subprocess.check_output(["git", "status"])
            subprocess.run(f"curl -s {repo}", shell=True)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC201
            tool = subprocess.Popen(["rsync", "a", "b"])
            tool.communicate()
          # ^^^^^^^^^^^^^^^^^^ BC201
            subprocess.run(["ls"])

        @app.get("/pdf")
        async def pdf():
            subprocess.run(["wkhtmltopdf", "-", "-"])
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC201
        """,
    )


def test_processes_of_asyncio_count_alike() -> None:
    check_findings(
        "BC201",
        """
        import asyncio
        import subprocess
        from asyncio.subprocess import Process, create_subprocess_shell
        from fastapi import FastAPI

        app = FastAPI()

        async def clone(url):
            git = await asyncio.create_subprocess_exec("git", "clone", url)
            out, _ = await git.communicate()
            #              ^^^^^^^^^^^^^^^^^ BC201
            loaded = await create_subprocess_shell(f"curl -s {url}")
            await loaded.wait()
            #     ^^^^^^^^^^^^^ BC201
            listed = await asyncio.create_subprocess_exec("ls", url)
            await listed.wait()

        async def limited(url):
            git = await asyncio.create_subprocess_exec("git", "clone", url)
            task = asyncio.create_task(git.wait())
            await asyncio.wait({task}, timeout=5)
            async with asyncio.timeout(5):
                await git.communicate()
            try:
                await asyncio.wait_for(git.communicate(), 5)
            except TimeoutError:
                git.kill()
                await git.wait()

        @app.get("/pdf")
        async def pdf():
            made = await asyncio.create_subprocess_exec("wkhtmltopdf", "-", "-")
            await made.wait()
            #     ^^^^^^^^^^^ BC201
            ended = subprocess.Popen(["wkhtmltopdf"])
            ended.terminate()
            ended.wait()

        @app.get("/other")
        async def other():
            process: Process = await start()
            return await process.communicate()
            #            ^^^^^^^^^^^^^^^^^^^^^ BC201
        """,
    )
    check_fix(
        "BC201",
        """
        from asyncio import create_subprocess_exec

        async def clone(url):
            git = await create_subprocess_exec("git", "clone", url)
            out, _ = await git.communicate()
        """,
        """
        from asyncio import create_subprocess_exec, wait_for

        async def clone(url):
            git = await create_subprocess_exec("git", "clone", url)
            out, _ = await wait_for(git.communicate(), timeout=10)
        """,
    )


def test_waiting_counts_in_handlers_only() -> None:
    check_findings(
        "BC201",
        """
        import queue
        import threading
        from flask import Flask

        app = Flask(__name__)
        ready = threading.Event()
        jobs = queue.Queue()

        @app.post("/jobs")
        def run():
            ready.wait()
          # ^^^^^^^^^^^^ BC201
            jobs.get(block=False)
            jobs.get(True, 3)
            return jobs.get()
                 # ^^^^^^^^^^ BC201

        def worker():
            while True:
                jobs.get()
        """,
    )


def test_limit_around_the_call() -> None:
    check_findings(
        "BC201",
        """
        import asyncio
        import httpx

        async def f(client: httpx.AsyncClient):
            await asyncio.wait_for(client.get("/", timeout=None), 5)
            async with asyncio.timeout(5):
                await client.get("/", timeout=None)
            await client.get("/", timeout=None)
                # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC201
        """,
    )


def test_setting_of_the_workspace_is_used() -> None:
    check_fix(
        "BC201",
        """
        #- app/use.py
        import requests

        def f(url):
            return requests.get(
                url,
            )

        #- app/__init__.py

        #- app/config.py
        class Settings:
            http_timeout: float = 5.0

        settings = Settings()
        """,
        """
        #- app/use.py
        import requests

        from app.config import settings

        def f(url):
            return requests.get(
                url,
                timeout=settings.http_timeout,
            )

        #- app/__init__.py

        #- app/config.py
        class Settings:
            http_timeout: float = 5.0

        settings = Settings()
        """,
    )


def test_calls_that_another_function_makes() -> None:
    check_findings(
        "BC201",
        """
        import asyncio

        import requests
        from starlette.concurrency import run_in_threadpool


        async def load(url, loop, pool):
            await asyncio.to_thread(requests.get, url)
                # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC201 requests.get is called without a timeout
            await run_in_threadpool(requests.post, url, json={})
                # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC201
            await loop.run_in_executor(None, requests.get, url)
                # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC201
            await asyncio.to_thread(requests.get, url, timeout=5)
            await asyncio.wait_for(asyncio.to_thread(requests.get, url), 5)
            pool.submit(requests.put, url, timeout=(1, 2))
        """,
    )
    check_fix(
        "BC201",
        """
        import asyncio

        import requests


        async def load(url, loop):
            await loop.run_in_executor(None, requests.get, url)
            return await asyncio.to_thread(requests.get, url, headers={"accept": "text/csv"})
        """,
        """
        import asyncio
        from functools import partial

        import requests


        async def load(url, loop):
            await loop.run_in_executor(None, partial(requests.get, timeout=10), url)
            return await asyncio.to_thread(
                requests.get, url, headers={"accept": "text/csv"}, timeout=10
            )
        """,
    )


def test_pools_of_urllib3() -> None:
    check_findings(
        "BC201",
        """
        #- plain.py
        import urllib3

        pool = urllib3.PoolManager()


        def load(url):
            urllib3.request("GET", url)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC201
            pool.request("GET", url, timeout=4.0)
            return pool.request("GET", url)
                 # ^^^^^^^^^^^^^^^^^^^^^^^^ BC201 pool.request is called without a timeout
        #- limited.py
        from urllib3 import PoolManager, Timeout

        pool = PoolManager(timeout=Timeout(connect=2.0, read=7.0))


        def load(url):
            return pool.request("GET", url)
        """,
    )


def test_leaves_installers_that_limit_their_own_requests() -> None:
    check_findings(
        "BC201",
        """
        import subprocess
        def set_up(folder):
            subprocess.run(["npm", "ci"], cwd=folder, check=True)
            subprocess.run(["pip", "install", "-e", "."], cwd=folder, check=True)
        """,
    )


def test_partial_function() -> None:
    check_findings(
        "BC201",
        """
        from functools import partial
        import requests

        fetch = partial(requests.get, headers={"Accept": "text/html"})
        limited = partial(requests.get, timeout=3)

        def pages(url):
            limited(url)
            return fetch(url)
                 # ^^^^^^^^^^ BC201 fetch is called without a timeout
        """,
    )


def test_adapter_limits_the_session_that_has_it() -> None:
    check_findings(
        "BC201",
        """
        #- sessions.py
        import requests
        from adapters import TimeoutAdapter

        plain = requests.Session()
        mounted = requests.Session()
        mounted.mount("https://", TimeoutAdapter())

        def made():
            session = requests.Session()
            session.mount("https://", TimeoutAdapter())
            return session

        def local(url):
            with requests.Session() as session:
                session.get(url)
              # ^^^^^^^^^^^^^^^^ BC201

        def of_factory(url):
            session = made()
            session.get(url)

        #- uses.py
        from sessions import mounted, plain

        def use(url):
            mounted.get(url)
            plain.get(url)
          # ^^^^^^^^^^^^^^ BC201
        """,
    )


def test_constant_of_a_module_that_has_nothing_to_do_with_the_call() -> None:
    check_fix(
        "BC201",
        """
        #- vendor.py
        REQUEST_TIMEOUT = 3600
        #- pages.py
        import requests

        def page(url):
            return requests.get(url)
        """,
        """
        #- vendor.py
        REQUEST_TIMEOUT = 3600
        #- pages.py
        import requests

        def page(url):
            return requests.get(url, timeout=10)
        """,
    )


def test_constant_of_a_module_that_is_imported() -> None:
    check_fix(
        "BC201",
        """
        #- app/__init__.py
        #- app/api.py
        BASE = "https://a"
        REQUEST_TIMEOUT = 7
        #- app/constants.py
        REQUEST_TIMEOUT = 5
        #- app/pages.py
        import requests

        from .api import BASE

        def page(url):
            return requests.get(BASE + url)
        """,
        """
        #- app/__init__.py
        #- app/api.py
        BASE = "https://a"
        REQUEST_TIMEOUT = 7
        #- app/constants.py
        REQUEST_TIMEOUT = 5
        #- app/pages.py
        import requests

        from .api import BASE, REQUEST_TIMEOUT

        def page(url):
            return requests.get(BASE + url, timeout=REQUEST_TIMEOUT)
        """,
    )


def test_a_remote_that_is_only_written_down_is_not_asked() -> None:
    check_findings(
        "BC201",
        """
        import subprocess

        def prepared(url):
            subprocess.run(["git", "remote", "add", "origin", url], check=True)
            subprocess.run(["git", "remote", "update"], check=True)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC201
        """,
    )


def test_limits_that_stand_elsewhere_and_those_that_are_taken_away() -> None:
    check_findings(
        "BC201",
        """
        from concurrent.futures import ThreadPoolExecutor
        from functools import partialmethod
        import httpx
        import requests
        from flask import Flask

        app = Flask(__name__)
        pool = ThreadPoolExecutor()

        class Limited(requests.Session):
            request = partialmethod(requests.Session.request, timeout=3)

        def limited():
            return Limited().get("https://x.example")

        def taken_away(url, **kwargs):
            httpx.Client(timeout=httpx.Timeout(timeout=None))
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC201
            return requests.get(url, timeout=None, **kwargs)
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC201

        @app.route("/x")
        def poll():
            future = pool.submit(int)
            if future.done():
                return str(future.result())
            return str(future.result())
                     # ^^^^^^^^^^^^^^^ BC201
        """,
    )


def test_a_wait_that_ends_without_its_event_raises() -> None:
    check_fix(
        "BC201",
        """
        import threading
        import requests
        from flask import Flask

        app = Flask(__name__)
        ready = threading.Event()

        @app.post("/jobs")
        def run():
            ready.wait()
            return "done" if ready.wait(None) else "waiting"

        def load(url):
            first = requests.get(url, headers={"accept": "application/vnd.shop+json"})  # the list
            return requests.get(url, headers={"accept": "application/vnd.shop+json"})  # noqa: S1
        """,
        """
        import threading
        import requests
        from flask import Flask

        app = Flask(__name__)
        ready = threading.Event()

        @app.post("/jobs")
        def run():
            if not ready.wait(timeout=10):
                raise TimeoutError("ready did not come within 10 seconds")
            return "done" if ready.wait(10) else "waiting"

        def load(url):
            first = requests.get(  # the list
                url, headers={"accept": "application/vnd.shop+json"}, timeout=10
            )
            return requests.get(url, headers={"accept": "application/vnd.shop+json"}, timeout=10)  # noqa: S1
        """,
    )


def test_scripts_and_what_git_does_alone() -> None:
    check_findings(
        "BC201",
        """
        #- scripts/release.py
        import requests, subprocess
        def release():
            requests.get("https://x.example")
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC201.script
            subprocess.run(["git", "submodule", "status"])

        #- tests/test_api.py
        import requests
        def test_api():
            requests.get("https://x.example")
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC201.test

        #- app/tools/web.py
        import requests, subprocess
        def ask():
            requests.get("https://x.example")
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC201
            subprocess.run(["git", "submodule", "update", "--init"])
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC201
        """,
    )


def test_session_that_a_function_gives_with_a_limit() -> None:
    check_findings(
        "BC201",
        """
        #- sessions.py
        import requests
        from adapters import TimeoutAdapter

        def limited() -> requests.Session:
            session = requests.Session()
            session.mount("https://", TimeoutAdapter())
            return session

        def plain() -> requests.Session:
            return requests.Session()

        #- uses.py
        from typing import Annotated
        import requests
        from fastapi import Depends
        from sessions import limited, plain

        Http = Annotated[requests.Session, Depends(limited)]
        shared: requests.Session = limited()

        def by_default(session: requests.Session = Depends(limited)):
            session.get("u")
            shared.get("u")

        def by_call(session: requests.Session = limited()):
            session.get("u")

        def by_annotation(one: Annotated[requests.Session, Depends(limited)], other: Http):
            one.get("u")
            other.get("u")

        def without(session: requests.Session = Depends(plain)):
            session.get("u")
          # ^^^^^^^^^^^^^^^^ BC201
        """,
    )


def test_a_queue_that_is_told_to_block_and_a_pool_of_connections() -> None:
    check_findings(
        "BC201",
        """
        from queue import Queue

        from fastapi import APIRouter
        from psycopg2 import pool

        router = APIRouter()
        results = Queue()
        connections = pool.ThreadedConnectionPool(1, 5, "dbname=x")
                    # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC201
        limited = pool.ThreadedConnectionPool(1, 5, "dbname=x connect_timeout=5")


        @router.get("/a")
        def a():
            return results.get(block=True)
                 # ^^^^^^^^^^^^^^^^^^^^^^^ BC201


        @router.get("/b")
        def b():
            return results.get(True)
                 # ^^^^^^^^^^^^^^^^^ BC201


        @router.get("/c")
        def c(block: bool):
            return results.get(False), results.get(block=block), results.get(True, 3)
        """,
    )
