"""What the routes' vocabulary reads off handlers, routers and applications."""

from __future__ import annotations

from bugcatalog_ls.facts.answered_routes import routes_of
from bugcatalog_ls.facts.discovery import Discovery
from bugcatalog_ls.facts.places import place
from bugcatalog_ls.facts.registrations import HandedOn, Inclusion, UnknownInclusion
from bugcatalog_ls.facts.routers import RouterFact
from bugcatalog_ls.facts.routes import AppFact
from bugcatalog_ls.testing.checks import project_of, split_fixture


def _routes(fixture: str, function: str) -> list[tuple[str | None, str | None, tuple[str, ...]]]:
    index = project_of("", split_fixture(fixture), None).index
    return [(route.framework, route.path, route.methods) for route in routes_of(index, function)]


def test_fastapi_routes_of_a_router_from_another_file() -> None:
    fixture = """
    #- app/routers.py
    from fastapi import APIRouter
    users = APIRouter(prefix="/users")

    #- app/users.py
    from app import routers
    from app.routers import users as router

    @router.get("/{user_id}", status_code=200)
    async def read(user_id: int): ...

    @routers.users.api_route("/", methods=["POST", "PUT"])
    async def write(): ...
    """
    assert _routes(fixture, "app.users.read") == [("fastapi", "/{user_id}", ("get",))]
    assert _routes(fixture, "app.users.write") == [("fastapi", "/", ("post", "put"))]


def test_flask_routes_of_factory_rule_and_view_class() -> None:
    fixture = """
    #- web.py
    from flask import Flask
    from flask.views import MethodView

    class Orders(MethodView):
        def get(self): ...
        def total(self): ...

    def health(): ...

    def create_app():
        app = Flask(__name__)

        @app.route("/login", methods=["POST"])
        def login(): ...

        app.add_url_rule("/health", "health", health)
        return app
    """
    assert _routes(fixture, "web.create_app.login") == [("flask", "/login", ("post",))]
    assert _routes(fixture, "web.health") == [("flask", "/health", ())]
    assert _routes(fixture, "web.Orders.get") == [("flask", None, ("get",))]
    assert _routes(fixture, "web.Orders.total") == []


def test_aiohttp_routes_of_table_router_and_list() -> None:
    fixture = """
    #- web.py
    from aiohttp import web

    routes = web.RouteTableDef()

    @routes.get("/table")
    async def table(request): ...

    async def listed(request): ...

    async def added(request): ...

    async def named(request): ...

    async def other(request): ...

    class Orders(web.View):
        async def get(self): ...

    def make(bucket):
        app = web.Application()
        app.add_routes([web.post("/listed", listed)])
        app.router.add_get("/added", added)
        app.router.add_route("PUT", "/named", named)
        bucket.add_get("/other", other)
        return app
    """
    assert _routes(fixture, "web.table") == [("aiohttp", "/table", ("get",))]
    assert _routes(fixture, "web.listed") == [("aiohttp", "/listed", ("post",))]
    assert _routes(fixture, "web.added") == [("aiohttp", "/added", ("get",))]
    assert _routes(fixture, "web.named") == [("aiohttp", "/named", ("put",))]
    assert _routes(fixture, "web.other") == []
    assert _routes(fixture, "web.Orders.get") == [("aiohttp", None, ("get",))]


def test_django_and_rest_framework_handlers() -> None:
    fixture = """
    #- shop/urls.py
    from django.urls import path, re_path
    from . import views
    from .views import detail as show

    urlpatterns = [path("orders", views.orders), re_path("^x$", show)]

    #- shop/views.py
    from rest_framework.decorators import api_view
    from rest_framework.viewsets import ModelViewSet

    def orders(request): ...
    def detail(request): ...
    def plain(request): ...

    @api_view(["GET"])
    def listed(request): ...

    class Base(ModelViewSet): ...

    class Orders(Base):
        def create(self, request): ...
        def total(self): ...
    """
    assert _routes(fixture, "shop.views.orders") == [("django", "orders", ())]
    assert _routes(fixture, "shop.views.detail") == [("django", "^x$", ())]
    assert _routes(fixture, "shop.views.plain") == []
    assert _routes(fixture, "shop.views.listed") == [("drf", None, ())]
    assert _routes(fixture, "shop.views.Orders.create") == [("drf", None, ("create",))]
    assert _routes(fixture, "shop.views.Orders.total") == []


def test_what_is_no_framework_gives_no_route() -> None:
    fixture = """
    #- jobs.py
    from scheduler import cron

    @cron.get("/nightly")
    def nightly(): ...

    @unknown.get("/x")
    def lost(): ...
    """
    assert _routes(fixture, "jobs.nightly") == []
    assert _routes(fixture, "jobs.lost") == []


def test_place_follows_renaming_and_shadowing_to_the_variable() -> None:
    fixture = """
    #- api/__init__.py
    from .users import users
    from .orders import router as orders_router

    #- api/users.py
    from fastapi import APIRouter
    users = APIRouter()

    #- api/orders.py
    from fastapi import APIRouter
    router = APIRouter()

    #- main.py
    import api
    """
    index = project_of("", split_fixture(fixture), None).index
    assert place(index, "api.users", "main.py") == "api.users.users"
    assert place(index, "api.orders_router", "main.py") == "api.orders.router"
    assert place(index, "api.orders.router", "main.py") == "api.orders.router"
    assert place(index, "elsewhere.router", "main.py") == "elsewhere.router"


def test_registrations() -> None:
    fixture = """
    #- main.py
    import importlib
    from fastapi import FastAPI
    from app import games, plugins
    from app.users import router as users_router

    app = FastAPI()
    app.include_router(users_router, prefix="/users")
    ROUTERS = [games.router]
    for name in ("a", "b"):
        module = importlib.import_module(f"app.plugins.{name}")
        app.include_router(module.extra)
    """
    index = project_of("", split_fixture(fixture), None).index
    assert [fact.framework for fact in index.in_file("main.py", AppFact)] == ["fastapi"]
    included = index.in_file("main.py", Inclusion)
    assert [(fact.child, fact.parent) for fact in included] == [("app.users.router", "main.app")]
    assert [fact.symbol for fact in index.in_file("main.py", HandedOn)] == ["app.games.router"]
    assert [fact.package for fact in index.in_file("main.py", Discovery)] == ["app.plugins"]
    assert [fact.attribute for fact in index.in_file("main.py", UnknownInclusion)] == ["extra"]


def test_only_more_than_adding_routes_hands_a_router_on() -> None:
    fixture = """
    #- kept.py
    from flask import Blueprint
    from extensions import csrf, limiter
    bp = Blueprint("kept", __name__)
    csrf.exempt(bp)
    limiter.limit("5/minute")(bp)

    @bp.before_request
    def check(): ...

    #- listed.py
    from flask import Blueprint
    bp = Blueprint("listed", __name__)
    BLUEPRINTS = [bp]

    #- local.py
    from fastapi import APIRouter

    def build():
        router = APIRouter()
        return router
    """
    index = project_of("", split_fixture(fixture), None).index
    facts = [
        fact for path in ("kept.py", "listed.py", "local.py") for fact in index.in_file(path, RouterFact)
    ]
    assert [(fact.symbol, fact.escapes, fact.is_local) for fact in facts] == [
        ("kept.bp", False, False),
        ("listed.bp", True, False),
        ("local.build.router", True, True),
    ]


def test_a_comment_or_another_line_changes_no_fact() -> None:
    before = 'from fastapi import APIRouter\nrouter = APIRouter()\n\n@router.get("/")\ndef read(): ...\n'
    after = "# A comment.\n\n" + before.replace("...", "return 1")
    facts = [project_of("", {"a.py": text}, None).results["a.py"].facts for text in (before, after)]
    kinds = ("RouterFact", "RouteFact", "RoutedOn")
    left, right = ([fact for fact in found if type(fact).__name__ in kinds] for found in facts)
    assert left == right
