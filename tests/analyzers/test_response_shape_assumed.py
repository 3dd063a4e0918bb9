"""BC101 beyond the examples of its page."""

from __future__ import annotations

from bugcatalog_ls.testing.checks import check_findings, check_fix


def test_status_that_is_only_printed() -> None:
    check_findings(
        "BC101",
        """
        import requests
        def a(u):
            r = requests.post(u, json={}, timeout=3)
            payload = r.json()
            print(r.status_code)
            return payload["token"]
                 # ^^^^^^^^^^^^^^^^ BC101
        """,
    )


def test_response_of_a_with() -> None:
    check_findings(
        "BC101",
        """
        import aiohttp
        async def a(u):
            async with aiohttp.ClientSession() as s:
                async with s.get(u) as resp:
                    body = await resp.json()
                    return body["name"]
                         # ^^^^^^^^^^^^ BC101
        """,
    )


def test_client_of_another_file() -> None:
    check_findings(
        "BC101",
        """
        #- app/http.py
        import httpx
        client = httpx.Client()

        #- app/a.py
        from app.http import client
        def a():
            r = client.get("/x")
            return r.json()["a"]
                 # ^^^^^^^^^^^^^ BC101
        """,
    )


def test_check_on_one_path_only() -> None:
    check_findings(
        "BC101",
        """
        import requests
        def a(u, strict):
            r = requests.get(u)
            if strict:
                r.raise_for_status()
            return r.json()["a"]
                 # ^^^^^^^^^^^^^ BC101
        """,
    )


def test_check_that_comes_later() -> None:
    check_findings(
        "BC101",
        """
        import requests
        def a(u):
            r = requests.get(u)
            data = r.json()["a"]
                 # ^^^^^^^^^^^^^ BC101
            r.raise_for_status()
            return data
        """,
    )


def test_low_level_client() -> None:
    check_findings(
        "BC101",
        """
        import json, urllib3
        def a():
            http = urllib3.PoolManager()
            resp = http.request("GET", "x")
            body = json.loads(resp.data.decode("utf-8"))
            return body["k"]
                 # ^^^^^^^^^ BC101
        """,
    )


def test_two_responses() -> None:
    check_findings(
        "BC101",
        """
        import requests
        def a(u):
            one = requests.get(u)
            two = requests.get(u)
            x = one.json()["a"]
              # ^^^^^^^^^^^^^^^ BC101
            two.raise_for_status()
            return x, two.json()["b"]
        """,
    )


def test_verbs_in_two_branches() -> None:
    check_findings(
        "BC101",
        """
        import requests
        def a(u, p):
            if p:
                r = requests.post(u)
            else:
                r = requests.get(u)
            return r.json()["k"]
                 # ^^^^^^^^^^^^^ BC101
        """,
    )


def test_iterable_of_a_comprehension() -> None:
    check_findings(
        "BC101",
        """
        import requests
        def a(us):
            return [x["n"] for x in requests.get(us).json()["results"]]
                                  # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC101
        """,
    )


def test_test_of_ok() -> None:
    check_findings(
        "BC101",
        """
        import requests
        def a(u):
            r = requests.get(u)
            if not r.ok:
                return None
            return r.json()["a"]
        """,
    )


def test_client_with_a_hook_that_raises() -> None:
    check_findings(
        "BC101",
        """
        import httpx
        def hook(r): r.raise_for_status()
        client = httpx.Client(event_hooks={"response": [hook]})
        def a(u):
            return client.get(u).json()["a"]
        """,
    )


def test_response_left_to_a_checking_function() -> None:
    check_findings(
        "BC101",
        """
        import requests
        def check(r): r.raise_for_status()
        def a(u):
            r = requests.get(u)
            check(r)
            return r.json()["a"]
        """,
    )


def test_handler_for_missing_keys() -> None:
    check_findings(
        "BC101",
        """
        import requests
        def a(u):
            try:
                return requests.get(u).json()["a"]
            except KeyError:
                return None
        """,
    )


def test_status_kept_in_a_name() -> None:
    check_findings(
        "BC101",
        """
        import requests
        def a(u):
            r = requests.get(u)
            status = r.status_code
            data = r.json()
            if status >= 400:
                raise ValueError(data["error"])
            return data["a"]
        """,
    )


def test_client_that_raises_itself() -> None:
    check_findings(
        "BC101",
        """
        from urllib.request import urlopen
        import json
        def a(u):
            return json.loads(urlopen(u).read())["a"]
        """,
    )


def test_status_tested_in_the_expression() -> None:
    check_findings(
        "BC101",
        """
        import requests
        def a(u):
            r = requests.get(u)
            return r.json()["a"] if r.ok else None
        """,
    )


def test_body_of_a_request() -> None:
    check_findings(
        "BC101",
        """
        from flask import request
        def a():
            return request.json["a"], request.get_json()["b"]
        """,
    )


def test_fix_binds_a_response_without_a_name() -> None:
    check_fix(
        "BC101",
        """
        import httpx
        async def a(u):
            async with httpx.AsyncClient() as c:
                data = (await c.get(u)).json()
            return data["x"]
        """,
        """
        import httpx
        async def a(u):
            async with httpx.AsyncClient() as c:
                response = await c.get(u)
                response.raise_for_status()
                data = response.json()
            return data["x"]
        """,
    )


def test_fix_of_a_low_level_client() -> None:
    check_fix(
        "BC101",
        """
        import json, urllib3
        def a():
            http = urllib3.PoolManager()
            resp = http.request("GET", "x")
            body = json.loads(resp.data.decode("utf-8"))
            return body["k"]
        """,
        """
        import json, urllib3
        def a():
            http = urllib3.PoolManager()
            resp = http.request("GET", "x")
            if resp.status >= 400:
                raise RuntimeError(f"unexpected status {resp.status}")
            body = json.loads(resp.data.decode("utf-8"))
            return body["k"]
        """,
    )


def test_fix_of_a_call_of_several_lines() -> None:
    check_fix(
        "BC101",
        """
        import requests
        def a(u):
            return requests.get(
                u,
                timeout=3,
            ).json()["k"]
        """,
        """
        import requests
        def a(u):
            response = requests.get(
                u,
                timeout=3,
            )
            response.raise_for_status()
            return response.json()["k"]
        """,
    )


def test_finds_response_param() -> None:
    check_findings(
        "BC101",
        """
        import requests
        def parse(r: requests.Response):
            return r.json()["x"]
                 # ^^^^^^^^^^^^^ BC101
        """,
    )


def test_finds_helper_returns_response() -> None:
    check_findings(
        "BC101",
        """
        import requests
        def fetch(path):
            return requests.get(f"https://a/{path}", timeout=3)
        def go():
            r = fetch("x")
            return r.json()["x"]
                 # ^^^^^^^^^^^^^ BC101
        """,
    )


def test_finds_helper_method_cross_file() -> None:
    check_findings(
        "BC101",
        """
        #- client.py
        import httpx
        class Client:
            def __init__(self):
                self.c = httpx.Client()
            def get(self, p) -> httpx.Response:
                return self.c.get(p)
        #- s.py
        from client import Client
        def go():
            c = Client()
            return c.get("/x").json()["id"]
                 # ^^^^^^^^^^^^^^^^^^^^^^^^ BC101
        """,
    )


def test_leaves_param_checked_by_caller_helper() -> None:
    check_findings(
        "BC101",
        """
        import requests
        def check(r):
            r.raise_for_status()
        def go():
            r = requests.get("https://a", timeout=3)
            check(r)
            return r.json()["x"]
        """,
    )


def test_leaves_helper_raises() -> None:
    check_findings(
        "BC101",
        """
        import requests
        def fetch(path):
            r = requests.get(f"https://a/{path}", timeout=3)
            r.raise_for_status()
            return r
        def go():
            r = fetch("x")
            return r.json()["x"]
        """,
    )


def test_mends_helper() -> None:
    check_fix(
        "BC101",
        """
        import requests
        def fetch(path):
            return requests.get(f"https://a/{path}", timeout=3)
        def go():
            r = fetch("x")
            return r.json()["x"]
        """,
        """
        import requests
        def fetch(path):
            return requests.get(f"https://a/{path}", timeout=3)
        def go():
            r = fetch("x")
            r.raise_for_status()
            return r.json()["x"]
        """,
    )


def test_client_that_raises_speaks_for_itself_alone() -> None:
    check_findings(
        "BC101",
        """
        #- aio.py
        import aiohttp

        async def strict(url):
            async with aiohttp.ClientSession(raise_for_status=True) as session, session.get(url) as response:
                return (await response.json())["price"]

        async def each(session: aiohttp.ClientSession, url):
            async with session.get(url, raise_for_status=True) as response:
                return (await response.json())["price"]

        async def loose(url):
            async with aiohttp.ClientSession() as session, session.get(url) as response:
                return (await response.json())["price"]
                     # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC101

        #- provider.py
        import httpx

        async def get_client():
            async with httpx.AsyncClient() as client:
                yield client

        #- routes.py
        import httpx
        from fastapi import Depends
        from provider import get_client

        hooked = httpx.AsyncClient(event_hooks={"response": [check]})

        async def charge(client: httpx.AsyncClient = Depends(get_client)):
            response = await client.get("/charge")
            return response.json()["amount"]
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^ BC101

        async def unknown(client: httpx.AsyncClient):
            return (await client.get("/charge")).json()["amount"]

        async def hooked_one():
            return (await hooked.get("/charge")).json()["amount"]
        """,
    )


def test_request_by_a_partial_function() -> None:
    check_findings(
        "BC101",
        """
        from functools import partial
        import requests

        fetch = partial(requests.get, timeout=10)

        def identifier(url):
            response = fetch(url)
            return response.json()["id"]
                 # ^^^^^^^^^^^^^^^^^^^^^ BC101
        """,
    )


def test_a_status_error_that_is_only_logged_checks_nothing_behind_it() -> None:
    check_findings(
        "BC101",
        """
        import logging
        import requests

        log = logging.getLogger(__name__)

        def rows(url):
            try:
                r = requests.get(url, timeout=3)
                r.raise_for_status()
            except requests.HTTPError:
                log.warning("failed")
            return r.json()["rows"]
                 # ^^^^^^^^^^^^^^^^ BC101

        def inside(url):
            r = requests.get(url, timeout=3)
            try:
                r.raise_for_status()
                return r.json()["rows"]
            except requests.HTTPError:
                log.warning("failed")

        def remembered(url):
            r = requests.get(url, timeout=3)
            try:
                r.raise_for_status()
            except requests.HTTPError:
                return []
            return r.json()["rows"]
        """,
    )


def test_a_class_of_the_workspace_that_sends_as_its_session_does() -> None:
    check_findings(
        "BC101",
        """
        import requests

        class ApiSession(requests.Session):
            def __init__(self, token):
                super().__init__()
                self.headers["Authorization"] = token

        class Raising(requests.Session):
            def request(self, *args, **kwargs):
                response = super().request(*args, **kwargs)
                response.raise_for_status()
                return response

        def whoami(token):
            r = ApiSession(token).get("https://api.example/me", timeout=3)
            return r.json()["login"]
                 # ^^^^^^^^^^^^^^^^^ BC101

        def raised():
            return Raising().get("https://api.example/me", timeout=3).json()["login"]
        """,
    )


def test_membership_test_tells_about_its_key_only() -> None:
    check_findings(
        "BC101",
        """
        import requests
        def a(u):
            hits = requests.get(u, timeout=3).json()
            if "count" not in hits:
                return 0
            return hits["count"], hits["_shards"]["total"]
                                # ^^^^^^^^^^^^^^^ BC101
        def b(u):
            body = requests.get(u, timeout=3).json()
            if "error" in body:
                raise ValueError(body["error"])
            return body["token"]
        def c(u):
            page = requests.get(u, timeout=3).json()
            if not page.get("has_more"):
                return None
            return page["next"]
        """,
    )


def test_status_of_a_response_that_is_bound_on_the_way() -> None:
    check_findings(
        "BC101",
        """
        import requests, httpx
        def a(u):
            (r := requests.get(u, timeout=3)).raise_for_status()
            return r.json()["a"]
        def b(u):
            if not (r := requests.get(u, timeout=3)).ok:
                raise ValueError(u)
            return r.json()["b"]
        async def c(client: httpx.AsyncClient):
            if (r := await client.get("/x")).status_code != 200:
                return None
            body = r.json()
            return body["c"]
        def d(u):
            if r := requests.get(u, timeout=3):
                return r.json()["d"]
            return None
        def e(u):
            print((r := requests.get(u, timeout=3)).status_code)
            return r.json()["e"]
                 # ^^^^^^^^^^^^^ BC101
        """,
    )
