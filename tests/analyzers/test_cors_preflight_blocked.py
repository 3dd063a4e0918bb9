"""BC103 in the corners that its page leaves out."""

from bugcatalog_ls.testing.checks import check_findings, check_fix


def test_origins_through_constants_keywords_and_libraries() -> None:
    check_findings(
        "BC103",
        """
        #- config.py
        EVERYBODY = ["*"]
        US = ["https://app.example.com"]

        #- main.py
        from fastapi import FastAPI
        from flask_cors import CORS
        from starlette.middleware.cors import CORSMiddleware as Cors

        from config import EVERYBODY, US

        def fastapi():
            app = FastAPI()
            app.add_middleware(Cors, allow_origins=EVERYBODY, allow_credentials=True)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC103 all
            app.add_middleware(Cors, allow_origins=US, allow_credentials=True)
            options = {"allow_origins": ["http://localhost", "*"], "allow_credentials": True}
            app.add_middleware(Cors, **options)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC103

        def flask(other):
            CORS(other, supports_credentials=True)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC103
            CORS(other, resources={"/api/*": {"origins": "*"}}, supports_credentials=True)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC103
            CORS(other, resources={"/api/*": {"origins": US}}, supports_credentials=True)
            CORS(other, **given)
        """,
    )


def test_order_through_functions_of_other_files() -> None:
    check_findings(
        "BC103",
        """
        #- main.py
        from fastapi import FastAPI
        from setup import add_cors, add_login

        def create_app():
            app = FastAPI()
            add_cors(app)
            add_login(app)
            return app

        #- setup.py
        from fastapi import FastAPI
        from fastapi.middleware.cors import CORSMiddleware
        from fastapi.responses import JSONResponse

        def add_cors(app: FastAPI) -> None:
            app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC103 login runs

        def add_login(application: FastAPI) -> None:
            @application.middleware("http")
            async def login(request, call_next):
                if request.headers.get("Authorization") is None:
                    return JSONResponse({}, status_code=401)
                return await call_next(request)
        """,
    )


def test_what_a_preflight_does_not_meet() -> None:
    check_findings(
        "BC103",
        """
        from fastapi import FastAPI
        from fastapi.middleware.cors import CORSMiddleware
        from fastapi.responses import JSONResponse
        from methods import PROTECTED

        app = FastAPI()
        app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])

        @app.middleware("http")
        async def optional_token(request, call_next):
            token = request.headers.get("Authorization")
            if token:
                try:
                    request.state.user = decode(token)
                except ValueError:
                    return JSONResponse({"detail": "bad token"}, status_code=401)
            return await call_next(request)

        @app.middleware("http")
        async def token_of_forms(request, call_next):
            if request.method in {"POST", "PUT"} and not request.headers.get("X-CSRF-Token"):
                return JSONResponse({"detail": "token"}, status_code=403)
            return await call_next(request)

        @app.middleware("http")
        async def unknown_methods(request, call_next):
            if request.method not in PROTECTED:
                return await call_next(request)
            return JSONResponse({"detail": "token"}, status_code=403)

        @app.middleware("http")
        async def blocked_address(request, call_next):
            if request.client.host in BLOCKED:
                return JSONResponse({"detail": "blocked"}, status_code=403)
            return await call_next(request)
        """,
    )


def test_hooks_of_flask_run_before_flask_cors() -> None:
    check_findings(
        "BC103",
        """
        from flask import Blueprint, Flask, abort, jsonify, request
        from flask_cors import CORS

        bp = Blueprint("api", __name__)

        @bp.before_request
       # ^^^^^^^^^^^^^^^^^ BC103 check_key turns the preflight away
        def check_key():
            if request.headers.get("X-Api-Key") != "k":
                return jsonify(error="no key"), 401

        @bp.before_request
        def options_too():
            if request.method != "OPTIONS" and "Authorization" not in request.headers:
                abort(401)

        def login():
            if not request.cookies.get("session"):
                abort(401)

        def create_app():
            app = Flask(__name__)
            CORS(app, origins=["https://a.example"])
            app.before_request(login)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^ BC103
            return app
        """,
    )


def test_own_settings_name_the_origins() -> None:
    check_fix(
        "BC103",
        """
        #- app/main.py
        from fastapi import FastAPI
        from fastapi.middleware.cors import CORSMiddleware

        from app.config import settings

        app = FastAPI()
        app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)

        #- app/config.py
        from pydantic_settings import BaseSettings

        class Settings(BaseSettings):
            cors_origins: list[str] = ["https://a.example"]

        settings = Settings()
        """,
        """
        #- app/main.py
        from fastapi import FastAPI
        from fastapi.middleware.cors import CORSMiddleware

        from app.config import settings

        app = FastAPI()
        app.add_middleware(
            CORSMiddleware, allow_origins=settings.cors_origins, allow_credentials=True
        )

        #- app/config.py
        from pydantic_settings import BaseSettings

        class Settings(BaseSettings):
            cors_origins: list[str] = ["https://a.example"]

        settings = Settings()
        """,
    )


def test_cors_moves_with_its_comment_or_to_the_front_of_a_list() -> None:
    check_fix(
        "BC103",
        """
        from starlette.applications import Starlette
        from starlette.middleware import Middleware
        from starlette.middleware.authentication import AuthenticationMiddleware
        from starlette.middleware.cors import CORSMiddleware

        def create(backend):
            app = Starlette()
            # who may call us
            app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
            app.add_middleware(AuthenticationMiddleware, backend=backend)
            return app

        other = Starlette(
            middleware=[
                Middleware(AuthenticationMiddleware, backend=make()),
                # who may call us
                Middleware(CORSMiddleware, allow_origins=["https://a.example"]),  # as in nginx
            ]
        )
        """,
        """
        from starlette.applications import Starlette
        from starlette.middleware import Middleware
        from starlette.middleware.authentication import AuthenticationMiddleware
        from starlette.middleware.cors import CORSMiddleware

        def create(backend):
            app = Starlette()
            app.add_middleware(AuthenticationMiddleware, backend=backend)
            # who may call us
            app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
            return app

        other = Starlette(
            middleware=[
                # who may call us
                Middleware(CORSMiddleware, allow_origins=["https://a.example"]),  # as in nginx
                Middleware(AuthenticationMiddleware, backend=make()),
            ]
        )
        """,
    )


def test_options_pass_in_the_words_of_the_framework() -> None:
    check_fix(
        "BC103",
        """
        HEADERS = [(b"access-control-allow-origin", b"https://a.example")]

        class Guard:
            def __init__(self, app):
                self.app = app

            async def __call__(self, scope, receive, send):
                if scope["type"] == "http" and not has_token(scope):
                    await send({"type": "http.response.start", "status": 401, "headers": HEADERS})
                    return
                await self.app(scope, receive, send)
        """,
        """
        HEADERS = [(b"access-control-allow-origin", b"https://a.example")]

        class Guard:
            def __init__(self, app):
                self.app = app

            async def __call__(self, scope, receive, send):
                if scope["type"] == "http" and scope["method"] == "OPTIONS":
                    await self.app(scope, receive, send)
                    return
                if scope["type"] == "http" and not has_token(scope):
                    await send({"type": "http.response.start", "status": 401, "headers": HEADERS})
                    return
                await self.app(scope, receive, send)
        """,
    )


def test_finds_sanic() -> None:
    check_findings(
        "BC103",
        """
        from sanic import Sanic
        from sanic_ext import Extend
        app = Sanic("x")
        app.config.CORS_ORIGINS = "*"
        # <-------------------------- BC103
        app.config.CORS_SUPPORTS_CREDENTIALS = True
        """,
    )


def test_finds_sanic_cors() -> None:
    check_findings(
        "BC103",
        """
        from sanic import Sanic
        from sanic_cors import CORS
        app = Sanic("x")
        CORS(app, origins="*", supports_credentials=True)
        # <---------------------------------------------- BC103
        """,
    )


def test_finds_hand_made() -> None:
    check_findings(
        "BC103",
        """
        from fastapi import FastAPI, Request
        app = FastAPI()
        @app.middleware("http")
        async def cors(request: Request, call_next):
            response = await call_next(request)
            response.headers["Access-Control-Allow-Origin"] = "*"
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC103
            response.headers["Access-Control-Allow-Credentials"] = "true"
            return response
        """,
    )


def test_finds_aiohttp_middleware() -> None:
    check_findings(
        "BC103",
        """
        from aiohttp import web
        @web.middleware
         # <----------- BC103
        async def auth(request, handler):
            if "Authorization" not in request.headers:
                raise web.HTTPUnauthorized()
            resp = await handler(request)
            resp.headers["Access-Control-Allow-Origin"] = "https://a"
            return resp
        app = web.Application(middlewares=[auth])
        """,
    )


def test_finds_sanic_middleware() -> None:
    check_findings(
        "BC103",
        """
        from sanic import Sanic
        from sanic.response import json
        from sanic_cors import CORS
        app = Sanic("x")
        CORS(app)
        @app.on_request
         # <----------- BC103
        async def auth(request):
            if not request.token:
                return json({"x": 1}, status=401)
        """,
    )


def test_leaves_handmade_origin_echo() -> None:
    check_findings(
        "BC103",
        """
        from fastapi import FastAPI, Request
        app = FastAPI()
        @app.middleware("http")
        async def cors(request: Request, call_next):
            response = await call_next(request)
            response.headers["Access-Control-Allow-Origin"] = "*"
            return response
        """,
    )


def test_leaves_aiohttp_options() -> None:
    check_findings(
        "BC103",
        """
        from aiohttp import web
        @web.middleware
        async def auth(request, handler):
            if request.method == "OPTIONS":
                return await handler(request)
            if "Authorization" not in request.headers:
                raise web.HTTPUnauthorized()
            resp = await handler(request)
            resp.headers["Access-Control-Allow-Origin"] = "https://a"
            return resp
        """,
    )


def test_mends_aiohttp() -> None:
    check_fix(
        "BC103",
        """
        from aiohttp import web
        @web.middleware
        async def auth(request, handler):
            if "Authorization" not in request.headers:
                raise web.HTTPUnauthorized()
            resp = await handler(request)
            resp.headers["Access-Control-Allow-Origin"] = "https://a"
            return resp
        """,
        """
        from aiohttp import web
        @web.middleware
        async def auth(request, handler):
            if request.method == "OPTIONS":
                return await handler(request)
            if "Authorization" not in request.headers:
                raise web.HTTPUnauthorized()
            resp = await handler(request)
            resp.headers["Access-Control-Allow-Origin"] = "https://a"
            return resp
        """,
    )


def test_mends_sanic() -> None:
    check_fix(
        "BC103",
        """
        from sanic import Sanic
        from sanic.response import json
        from sanic_cors import CORS
        app = Sanic("x")
        CORS(app)
        @app.on_request
        async def auth(request):
            if not request.token:
                return json({"x": 1}, status=401)
        """,
        """
        from sanic import Sanic
        from sanic.response import json
        from sanic_cors import CORS
        app = Sanic("x")
        CORS(app)
        @app.on_request
        async def auth(request):
            if request.method == "OPTIONS":
                return None
            if not request.token:
                return json({"x": 1}, status=401)
        """,
    )


def test_leaves_headers_that_the_application_has_a_default_for() -> None:
    check_findings(
        "BC103",
        """
        import re
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        from starlette.middleware.base import BaseHTTPMiddleware
        from starlette.middleware.cors import CORSMiddleware
        class ProjectMiddleware(BaseHTTPMiddleware):
            async def dispatch(self, request, call_next):
                session = request.headers.get("x-project", self.default)
                if not re.match("[a-z]+", session):
                    return JSONResponse({"detail": "no such session"}, status_code=403)
                return await call_next(request)
        app = FastAPI()
        app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
        app.add_middleware(ProjectMiddleware)
        """,
    )


def test_what_rejects_only_a_token_that_was_sent_lets_the_preflight_through() -> None:
    check_findings(
        "BC103",
        """
        from fastapi import FastAPI
        from fastapi.middleware.cors import CORSMiddleware
        from fastapi.responses import JSONResponse
        from starlette.middleware.base import BaseHTTPMiddleware
        from tokens import decode

        class TenantMiddleware(BaseHTTPMiddleware):
            async def dispatch(self, request, call_next):
                token = _extract_access_token(request)
                subject = decode(token) if token else None
                if token and subject.tenant is None:
                    return JSONResponse({"detail": "no tenant for this token"}, status_code=403)
                return await call_next(request)

        class LoginMiddleware(BaseHTTPMiddleware):
            async def dispatch(self, request, call_next):
                token = _extract_access_token(request)
                if not token:
                    return JSONResponse({"detail": "no token"}, status_code=401)
                return await call_next(request)

        app = FastAPI()
        app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])
        app.add_middleware(TenantMiddleware)

        other = FastAPI()
        other.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])
        # <------------------------------------------------------------------------- BC103
        other.add_middleware(LoginMiddleware)
        """,
    )


def test_a_hook_of_many_blueprints_is_told_of_once() -> None:
    check_findings(
        "BC103",
        """
        from flask import Blueprint, Flask, abort, request

        users, orders = Blueprint("users", __name__), Blueprint("orders", __name__)

        def requires_auth():
            if not request.headers.get("Authorization"):
                abort(401)

        def create_app():
            app = Flask(__name__)
            users.before_request(requires_auth)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC103
            orders.before_request(requires_auth)
            return app

        def after(response):
            response.headers["Access-Control-Allow-Origin"] = "https://shop.example"
            return response
        """,
    )


def test_object_of_flask_cors_that_is_told_of_its_application_later() -> None:
    check_findings(
        "BC103",
        """
        #- extensions.py
        from flask_cors import CORS
        from somewhere import Cache
        cors = CORS()
        named = CORS(origins=["https://a.example"])
        cache = Cache()

        #- app.py
        from extensions import cache, cors, named
        def create(app):
            cors.init_app(app, resources={"/api/*": {"origins": "*"}}, supports_credentials=True)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC103
            named.init_app(app, supports_credentials=True)
            cache.init_app(app, origins="*", supports_credentials=True)
        """,
    )


def test_key_in_a_header_of_its_own() -> None:
    check_fix(
        "BC103",
        """
        from starlette.responses import Response
        from starlette.middleware.base import BaseHTTPMiddleware
        class Gate(BaseHTTPMiddleware):
            async def dispatch(self, request, call_next):
                if request.headers.get("x-key") != "k":
                    return Response("no", 403)
                response = await call_next(request)
                response.headers["Access-Control-Allow-Origin"] = "https://a.example"
                return response
        """,
        """
        from starlette.responses import Response
        from starlette.middleware.base import BaseHTTPMiddleware
        class Gate(BaseHTTPMiddleware):
            async def dispatch(self, request, call_next):
                if request.method == "OPTIONS":
                    return await call_next(request)
                if request.headers.get("x-key") != "k":
                    return Response("no", 403)
                response = await call_next(request)
                response.headers["Access-Control-Allow-Origin"] = "https://a.example"
                return response
        """,
    )


def test_mends_options_that_are_unpacked() -> None:
    check_fix(
        "BC103",
        """
        from fastapi import FastAPI
        from fastapi.middleware.cors import CORSMiddleware
        options = {"allow_origins": ["*"], "allow_credentials": True}
        app = FastAPI()
        app.add_middleware(CORSMiddleware, **options)
        """,
        """
        from fastapi import FastAPI
        from fastapi.middleware.cors import CORSMiddleware
        options = {"allow_origins": ["*"], "allow_credentials": False}
        app = FastAPI()
        app.add_middleware(CORSMiddleware, **options)
        """,
    )


def test_mends_credentials_among_the_resources() -> None:
    check_fix(
        "BC103",
        """
        from flask_cors import CORS
        CORS(app, resources={"/api/*": {"origins": ["*"], "supports_credentials": True}})
        """,
        """
        from flask_cors import CORS
        CORS(app, resources={"/api/*": {"origins": ["*"], "supports_credentials": False}})
        """,
    )


def test_a_header_that_each_request_must_bring_is_wanting_in_preflights() -> None:
    check_findings(
        "BC103",
        """
        from fastapi import FastAPI, HTTPException
        from fastapi.middleware.cors import CORSMiddleware
        from starlette.middleware.base import BaseHTTPMiddleware
        from starlette.responses import PlainTextResponse

        class TenantGuard(BaseHTTPMiddleware):
            async def dispatch(self, request, call_next):
                tenant = request.headers.get("x-tenant")
                if tenant is None:
                    return PlainTextResponse("tenant missing", status_code=403)
                return await call_next(request)

        class KnownAddresses(BaseHTTPMiddleware):
            async def dispatch(self, request, call_next):
                if request.headers.get("x-real-ip") not in ("10.0.0.1", "10.0.0.2"):
                    return PlainTextResponse("go away", status_code=403)
                return await call_next(request)

        def register(app: FastAPI) -> None:
            app.add_middleware(CORSMiddleware, allow_origins=["https://t.example"])
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC103 TenantGuard
            app.add_middleware(TenantGuard)

        def build():
            inner = FastAPI()
            inner.add_middleware(CORSMiddleware, allow_origins=["https://t.example"])
            inner.add_middleware(KnownAddresses)
            return inner
        """,
    )


def test_origins_of_settings_and_of_litestar() -> None:
    check_findings(
        "BC103",
        """
        #- config.py
        from pydantic_settings import BaseSettings

        class Settings(BaseSettings):
            origins: list[str] = ["*"]
            frontends: list[str] = ["https://a.example"]

        settings = Settings()

        #- main.py
        from fastapi import FastAPI
        from fastapi.middleware.cors import CORSMiddleware
        from litestar.config.cors import CORSConfig

        from config import settings

        def create_app():
            app = FastAPI()
            app.add_middleware(CORSMiddleware, allow_origins=settings.origins, allow_credentials=True)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC103
            app.add_middleware(CORSMiddleware, allow_origins=settings.frontends, allow_credentials=True)

        any_one = CORSConfig(allow_credentials=True)
                # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC103
        named = CORSConfig(["https://a.example"], allow_credentials=True)
        """,
    )


def test_leaves_credentials_that_go_to_named_origins_only() -> None:
    check_findings(
        "BC103",
        """
        def set_headers(headers, origin, trusted):
            if origin in trusted:
                headers["Access-Control-Allow-Origin"] = origin
                headers["Access-Control-Allow-Credentials"] = "true"
            else:
                headers["Access-Control-Allow-Origin"] = "*"
        def set_all(headers, origin):
            headers["Access-Control-Allow-Origin"] = "*"
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC103
            if origin:
                headers["Access-Control-Allow-Credentials"] = "true"
        """,
    )


def test_fix_moves_the_comment_behind_it_and_leaves_no_gap() -> None:
    check_fix(
        "BC103",
        """
        from fastapi import FastAPI
        from fastapi.middleware.cors import CORSMiddleware
        from fastapi.responses import JSONResponse

        app = FastAPI()

        app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])  # the console


        @app.middleware("http")
        async def guard(request, call_next):
            if "sid" not in request.cookies:
                return JSONResponse({}, status_code=401)
            return await call_next(request)
        """,
        """
        from fastapi import FastAPI
        from fastapi.middleware.cors import CORSMiddleware
        from fastapi.responses import JSONResponse

        app = FastAPI()


        @app.middleware("http")
        async def guard(request, call_next):
            if "sid" not in request.cookies:
                return JSONResponse({}, status_code=401)
            return await call_next(request)


        app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])  # the console
        """,
    )


def test_refusals_that_a_helper_raises_and_the_middleware_answers_with_their_status() -> None:
    check_findings(
        "BC103",
        """
        from fastapi import FastAPI, HTTPException
        from fastapi.middleware.cors import CORSMiddleware
        from fastapi.responses import JSONResponse
        from starlette.middleware.base import BaseHTTPMiddleware

        def user_of(request):
            if not request.headers.get("Authorization"):
                raise HTTPException(status_code=401, detail="no token")
            return request.headers["Authorization"]

        class Login(BaseHTTPMiddleware):
            async def dispatch(self, request, call_next):
                try:
                    request.state.user = user_of(request)
                except HTTPException as e:
                    return JSONResponse({"detail": e.detail}, status_code=e.status_code)
                return await call_next(request)

        class Guess(BaseHTTPMiddleware):
            async def dispatch(self, request, call_next):
                try:
                    request.state.user = user_of(request)
                except HTTPException:
                    request.state.user = None
                return await call_next(request)

        app = FastAPI()
        app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
      # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC103
        app.add_middleware(Login)

        other = FastAPI()
        other.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
        other.add_middleware(Guess)
        """,
    )


def test_origins_that_settings_name() -> None:
    marked = """
        #- app.py
        from flask_cors import CORS, cross_origin
        def create(app, view):
            CORS(app, supports_credentials=True)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC103
            return cross_origin(supports_credentials=True)(view)
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC103

        #- config.py
        class Config:
            SETTING
    """
    check_findings("BC103", marked.replace("SETTING", "DEBUG = False"))
    check_findings("BC103", marked.replace("SETTING", 'CORS_ORIGINS = "*"'))
    silent = "\n".join(line for line in marked.splitlines() if "^" not in line)
    check_findings("BC103", silent.replace("SETTING", 'CORS_ORIGINS = ["https://a.example"]'))
    check_findings("BC103", silent.replace("SETTING", 'app.config["CORS_ORIGINS"] = origins()'))
