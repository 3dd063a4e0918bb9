"""What runs for every request and what it does outside, rendered as text."""

from __future__ import annotations

from bugcatalog_ls.facts.cors import CorsRegistration
from bugcatalog_ls.facts.rejections import RejectsPreflight
from bugcatalog_ls.facts.request_calls import RequestCall
from bugcatalog_ls.facts.request_paths import DependencyUse, RequestFunction
from bugcatalog_ls.facts.retries import Retry
from bugcatalog_ls.testing.checks import project_of, split_fixture


def rendered(fixture: str, kind: type, *fields: str) -> str:
    project = project_of("", split_fixture(fixture), None)
    facts = [fact for path in sorted(project.results) for fact in project.index.in_file(path, kind)]
    return "\n".join(" ".join(str(getattr(fact, field)) for field in fields) for fact in facts)


DEPENDENCIES = """
import httpx
from fastapi import Depends
class Checker:
    def __init__(self, role):
        self.role = role
    def __call__(self, token: str):
        return httpx.get("https://auth.example")
def seen(user, db):
    user.seen = 1
    db.commit()
async def show(a=Depends(Checker("admin")), b=Depends(seen)):
    return a
"""


def test_dependencies() -> None:
    assert rendered(DEPENDENCIES, DependencyUse, "symbol") == "example.Checker.__call__\nexample.seen"


def test_what_dependencies_do() -> None:
    assert rendered(DEPENDENCIES, RequestCall, "function", "kind", "written") == (
        "example.Checker.__call__ call httpx.get\nexample.seen write db.commit"
    )


def test_middleware_of_django_and_aiohttp() -> None:
    fixture = """
    from aiohttp import web
    class Seen:
        def __init__(self, get_response):
            self.get_response = get_response
        def __call__(self, request):
            return self.get_response(request)
    def simple(get_response):
        def middleware(request):
            return get_response(request)
        return middleware
    @web.middleware
    async def flags(request, handler):
        return await handler(request)
    class Command:
        def __call__(self, request):
            return 1
    """
    assert rendered(fixture, RequestFunction, "symbol", "surely") == (
        "example.Seen.__call__ True\nexample.simple.middleware True\nexample.flags True"
    )


def test_rejections() -> None:
    fixture = """
    from aiohttp import web
    @web.middleware
    async def auth(request, handler):
        if "Authorization" not in request.headers:
            raise web.HTTPUnauthorized()
        return await handler(request)
    @app.on_request
    async def token(request):
        if not request.token:
            return json({}, status=401)
    @web.middleware
    async def lets(request, handler):
        if request.method == "OPTIONS":
            return await handler(request)
        raise web.HTTPUnauthorized()
    """
    assert (
        rendered(fixture, RejectsPreflight, "symbol", "role") == "example.auth aiohttp\nexample.token sanic"
    )


def test_cors_by_hand() -> None:
    fixture = """
    def after(response):
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Allow-Credentials"] = "true"
        return response
    def other(response):
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response
    """
    assert rendered(fixture, CorsRegistration, "anchor") == "cors headers after"


def test_retries() -> None:
    fixture = """
    import requests
    from celery import shared_task
    def counted(x):
        n = 0
        while n < 5:
            try:
                return requests.post("https://a", json=x)
            except requests.ConnectionError:
                n += 1
    def outside(x):
        for attempt in range(3):
            try:
                conn = connect()
            except OSError:
                continue
            conn.sendmail(x)
            return
    @shared_task(bind=True)
    def task(self, x):
        try:
            requests.post("https://a", json=x)
        except OSError as exc:
            raise self.retry(exc=exc)
    """
    project = project_of("", split_fixture(fixture), None)
    drawn = [
        f"{fact.kind}: {', '.join(call.name for call in fact.calls)}"
        for fact in project.index.in_file("example.py", Retry)
    ]
    assert drawn == ["celery: post", "loop: post"]
