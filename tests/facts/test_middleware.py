"""Chains of middleware drawn as text, the innermost first, and what a preflight meets."""

from __future__ import annotations

from bugcatalog_ls.facts.middleware import MiddlewareStep
from bugcatalog_ls.facts.middleware_chains import chain
from bugcatalog_ls.facts.rejections import RejectsPreflight
from bugcatalog_ls.testing.checks import project_of, split_fixture


def drawn(fixture: str, path: str, scope: str, app: str) -> str:
    project = project_of("", split_fixture(fixture), None)
    links = chain(project.index, path, scope, app)
    return " < ".join(link.what.rpartition(".")[2] for link in links)


def rejecting(fixture: str) -> list[str]:
    project = project_of("", split_fixture(fixture), None)
    found = (
        fact for path in sorted(project.results) for fact in project.index.in_file(path, RejectsPreflight)
    )
    return [f"{fact.symbol} {fact.role}" for fact in found]


def test_the_last_one_added_is_the_outermost() -> None:
    code = """
        from fastapi import FastAPI
        from starlette.middleware import Middleware
        from mw import A, B, C, DMiddleware, E

        app = FastAPI(middleware=[Middleware(A), Middleware(B)])
        app.add_middleware(C)

        @app.middleware("http")
        async def log(request, call_next): ...

        app = DMiddleware(app)
    """
    assert drawn(code, "example.py", "example", "app") == "B < A < C < log < DMiddleware"


def test_functions_that_are_given_the_application() -> None:
    code = """
        #- main.py
        from fastapi import FastAPI
        from setup import late, Setup

        def create():
            app = FastAPI()
            Setup().early(app)
            late(application=app)
            return app

        #- setup.py
        from mw import A, B

        class Setup:
            def early(self, app):
                app.add_middleware(A)

        def late(application):
            application.add_middleware(B)
    """
    assert drawn(code, "main.py", "main.create", "app") == "A < B"


def test_django_lists_the_outermost_first() -> None:
    code = """
        #- settings.py
        MIDDLEWARE = ["shop.middleware.First", "b.Second"]
    """
    assert drawn(code, "settings.py", "settings", "MIDDLEWARE") == "Second < First"


def test_a_comment_changes_no_step() -> None:
    files = {"example.py": "from fastapi import FastAPI\napp = FastAPI()\napp.add_middleware(A)\n"}
    before = project_of("", files, None).index.in_file("example.py", MiddlewareStep)
    moved = {"example.py": "# a comment\n" + files["example.py"]}
    assert project_of("", moved, None).index.in_file("example.py", MiddlewareStep) == before


def test_what_a_preflight_lacks_and_what_it_is() -> None:
    assert rejecting("""
        from flask import abort, request

        def no_token():
            if not request.headers.get("Authorization", "").startswith("Bearer "):
                abort(401)

        def bad_token():
            token = request.cookies.get("session")
            if token is not None and expired(token):
                abort(401)

        def writes_only():
            if request.method.upper() in ("POST", "PUT") and not request.authorization:
                abort(403)

        def told_apart_elsewhere():
            if blocks(request.method):
                abort(401)

        def through_a_helper():
            no_token()
    """) == ["example.no_token hook", "example.through_a_helper hook"]
