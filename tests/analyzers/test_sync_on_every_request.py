"""BC403 in the corners that its page leaves out."""

from bugcatalog_ls.testing.checks import check_findings, check_fix


def test_finds_dependency_update() -> None:
    check_findings(
        "BC403",
        """
        from fastapi import Depends, FastAPI, Header
        from sqlalchemy import update
        from sqlalchemy.orm import Session
        from database import get_db
        from models import User
        app = FastAPI()
        def current_user(authorization: str = Header(), db: Session = Depends(get_db)):
            user = db.query(User).filter(User.token == authorization).one()
            db.execute(update(User).where(User.id == user.id).values(last_seen="now"))
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC403
            db.commit()
            return user
        @app.get("/me")
        def me(user=Depends(current_user)):
            return user.name
        """,
    )


def test_finds_helper() -> None:
    check_findings(
        "BC403",
        """
        #- sync.py
        def sync_user(session, claims):
            session.add(claims)
            session.commit()

        #- main.py
        from fastapi import Depends, FastAPI, Header
        from sync import sync_user
        from db import get_db, decode
        app = FastAPI()
        def current(authorization: str = Header(), db=Depends(get_db)):
            claims = decode(authorization)
            sync_user(db, claims)
          # ^^^^^^^^^^^^^^^^^^^^^ BC403
            return claims
        @app.get("/me")
        def me(user=Depends(current)):
            return user
        """,
    )


def test_finds_dispatch_class() -> None:
    check_findings(
        "BC403",
        """
        import httpx
        from starlette.middleware.base import BaseHTTPMiddleware
        class Permissions(BaseHTTPMiddleware):
            async def dispatch(self, request, call_next):
                async with httpx.AsyncClient() as client:
                    answer = await client.get(f"https://perm.example/{request.state.user}")
                                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC403
                request.state.permissions = answer.json()
                return await call_next(request)
        """,
    )


def test_finds_dict_get() -> None:
    check_findings(
        "BC403",
        """
        from fastapi import Depends, FastAPI, Header
        from idp import load
        app = FastAPI()
        _users: dict[str, object] = {}
        # <--------------------------- BC403
        def current(authorization: str = Header()):
            user = _users.get(authorization)
            if user is None:
                user = load(authorization)
                _users[authorization] = user
            return user
        @app.get("/me")
        def me(user=Depends(current)):
            return user
        """,
    )


def test_finds_dict_in_helper() -> None:
    check_findings(
        "BC403",
        """
        #- cache.py
        from idp import load
        _tokens = {}
        # <--------- BC403
        def user_of(token):
            if token in _tokens:
                return _tokens[token]
            _tokens[token] = load(token)
            return _tokens[token]

        #- main.py
        from flask import Flask, g, request
        from cache import user_of
        app = Flask(__name__)
        @app.before_request
        def user():
            g.user = user_of(request.headers.get("Authorization"))
        """,
    )


def test_finds_raw_sql_in_hook() -> None:
    check_findings(
        "BC403",
        """
        import sqlite3
        from flask import Flask, g, request
        app = Flask(__name__)
        @app.before_request
        def seen():
            conn = sqlite3.connect("app.db")
            conn.execute("UPDATE users SET seen = 1 WHERE token = ?", (request.headers["token"],))
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC403
            conn.commit()
            conn.close()
        """,
    )


def test_finds_before_request_call_form() -> None:
    check_findings(
        "BC403",
        """
        import requests
        from flask import Flask, g, request
        def load():
            g.me = requests.get("https://idp.example/me", timeout=3).json()
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC403
        app = Flask(__name__)
        app.before_request(load)
        """,
    )


def test_leaves_access_log() -> None:
    check_findings(
        "BC403",
        """
        from flask import Flask, request
        from db import session
        from models import AccessLog
        app = Flask(__name__)
        @app.before_request
        def record():
            session.add(AccessLog(path=request.path))
            session.commit()
        """,
    )


def test_leaves_lru() -> None:
    check_findings(
        "BC403",
        """
        from functools import lru_cache
        import requests
        from flask import Flask, g, request
        app = Flask(__name__)
        @lru_cache(maxsize=100)
        def load(token):
            return requests.get("https://idp.example", headers={"a": token}, timeout=3).json()
        @app.before_request
        def user():
            g.user = load(request.headers["token"])
        """,
    )


def test_leaves_redis_in_front() -> None:
    check_findings(
        "BC403",
        """
        import requests, redis
        from flask import Flask, g, request
        app = Flask(__name__)
        store = redis.Redis()
        @app.before_request
        def user():
            known = store.get(request.headers["token"])
            if known is None:
                known = requests.get("https://idp.example", timeout=3).text
                store.set(request.headers["token"], known, ex=60)
            g.user = known
        """,
    )


def test_leaves_read_only() -> None:
    check_findings(
        "BC403",
        """
        from fastapi import Depends, FastAPI, Header
        from models import User
        from db import get_db
        app = FastAPI()
        def current(authorization: str = Header(), db=Depends(get_db)):
            return db.query(User).filter(User.token == authorization).first()
        @app.get("/")
        def me(u=Depends(current)):
            return u
        """,
    )


def test_leaves_get_db_commit() -> None:
    check_findings(
        "BC403",
        """
        from fastapi import Depends, FastAPI
        from db import SessionLocal
        app = FastAPI()
        def get_db():
            db = SessionLocal()
            try:
                yield db
                db.commit()
            finally:
                db.close()
        @app.get("/")
        def me(db=Depends(get_db)):
            return 1
        """,
    )


def test_leaves_created_when_missing() -> None:
    check_findings(
        "BC403",
        """
        from fastapi import Depends, FastAPI, Header
        from models import User
        from db import get_db
        app = FastAPI()
        def current(authorization: str = Header(), db=Depends(get_db)):
            user = db.query(User).filter(User.token == authorization).first()
            if user is None:
                user = User(token=authorization)
                db.add(user)
                db.commit()
            return user
        @app.get("/")
        def me(u=Depends(current)):
            return u
        """,
    )


def test_leaves_throttled() -> None:
    check_findings(
        "BC403",
        """
        import time
        from flask import Flask, g, request
        from db import session
        app = Flask(__name__)
        @app.before_request
        def seen():
            if time.time() - g.user.last_seen > 300:
                session.add(g.user)
                session.commit()
        """,
    )


def test_leaves_registry_dict() -> None:
    check_findings(
        "BC403",
        """
        HANDLERS = {}
        def register(name):
            def wrap(f):
                HANDLERS[name] = f
                return f
            return wrap
        def call(name):
            return HANDLERS.get(name)
        """,
    )


def test_leaves_dict_with_eviction() -> None:
    check_findings(
        "BC403",
        """
        from fastapi import Depends, FastAPI, Header
        from idp import load
        app = FastAPI()
        users = {}
        def current(authorization: str = Header()):
            if authorization not in users:
                if len(users) > 1000:
                    users.clear()
                users[authorization] = load(authorization)
            return users[authorization]
        @app.get("/")
        def me(u=Depends(current)):
            return u
        """,
    )


def test_leaves_dict_in_handler() -> None:
    check_findings(
        "BC403",
        """
        from fastapi import FastAPI
        app = FastAPI()
        ITEMS = {}
        @app.put("/items/{key}")
        def put(key: str, value: str):
            if key in ITEMS:
                return {"old": True}
            ITEMS[key] = value
        """,
    )


def test_leaves_unused_dependency_function() -> None:
    check_findings(
        "BC403",
        """
        import requests
        from fastapi import Header
        def introspect(authorization: str = Header()):
            return requests.post("https://idp.example/introspect", timeout=5)
        """,
    )


def test_leaves_jwks_cache() -> None:
    check_findings(
        "BC403",
        """
        import requests
        from fastapi import Depends, FastAPI, Header
        app = FastAPI()
        _jwks_cache = None
        def claims(authorization: str = Header()):
            global _jwks_cache
            if _jwks_cache is None:
                _jwks_cache = requests.get("https://idp.example/jwks", timeout=3).json()
            return decode(authorization, _jwks_cache)
        @app.get("/")
        def me(c=Depends(claims)):
            return c
        """,
    )


def test_mends_annotated() -> None:
    check_fix(
        "BC403",
        """
        from fastapi import Depends, FastAPI, Header
        from idp import load
        app = FastAPI()
        _users: dict[str, object] = {}
        def current(authorization: str = Header()):
            if authorization not in _users:
                _users[authorization] = load(authorization)
            return _users[authorization]
        @app.get("/")
        def me(u=Depends(current)):
            return u
        """,
        """
        from cachetools import TTLCache
        from fastapi import Depends, FastAPI, Header
        from idp import load
        app = FastAPI()
        _users: TTLCache[str, object] = TTLCache(maxsize=1024, ttl=300)
        def current(authorization: str = Header()):
            if authorization not in _users:
                _users[authorization] = load(authorization)
            return _users[authorization]
        @app.get("/")
        def me(u=Depends(current)):
            return u
        """,
    )


def test_mends_dict_call() -> None:
    check_fix(
        "BC403",
        """
        import cachetools
        from flask import Flask, g, request
        from idp import load
        app = Flask(__name__)
        known = dict()
        @app.before_request
        def user():
            token = request.headers.get("Authorization")
            if token not in known:
                known[token] = load(token)
            g.user = known[token]
        """,
        """
        import cachetools
        from flask import Flask, g, request
        from idp import load
        app = Flask(__name__)
        known = cachetools.TTLCache(maxsize=1024, ttl=300)
        @app.before_request
        def user():
            token = request.headers.get("Authorization")
            if token not in known:
                known[token] = load(token)
            g.user = known[token]
        """,
    )


def test_mends_typing_dict() -> None:
    check_fix(
        "BC403",
        """
        from typing import Dict
        from flask import Flask, g, request
        from idp import load
        app = Flask(__name__)
        known: Dict[str, str] = {}
        @app.before_request
        def user():
            token = request.headers.get("Authorization")
            if token not in known:
                known[token] = load(token)
            g.user = known[token]
        """,
        """
        from cachetools import TTLCache
        from flask import Flask, g, request
        from idp import load
        app = Flask(__name__)
        known: TTLCache[str, str] = TTLCache(maxsize=1024, ttl=300)
        @app.before_request
        def user():
            token = request.headers.get("Authorization")
            if token not in known:
                known[token] = load(token)
            g.user = known[token]
        """,
    )


def test_finds_dep_writes() -> None:
    check_findings(
        "BC403",
        """
        from fastapi import Depends, FastAPI
        from sqlalchemy.orm import Session
        app = FastAPI()
        def get_user(db: Session = Depends(get_db)):
            user = db.get(User, 1)
            user.last_seen = now()
            db.commit()
          # ^^^^^^^^^^^ BC403
            return user
        @app.get("/x")
        def x(u=Depends(get_user)): return u
        """,
    )


def test_finds_class_instance_dep() -> None:
    check_findings(
        "BC403",
        """
        import httpx
        from fastapi import Depends, FastAPI
        app = FastAPI()
        class Verifier:
            def __call__(self, token: str):
                return httpx.get("https://auth", params={"t": token}).json()
                     # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC403
        verify = Verifier()
        @app.get("/x")
        def x(u=Depends(verify)): return u
        """,
    )


def test_finds_class_instance_inline() -> None:
    check_findings(
        "BC403",
        """
        import httpx
        from fastapi import Depends, FastAPI
        app = FastAPI()
        class RoleChecker:
            def __init__(self, role): self.role = role
            async def __call__(self, token: str):
                async with httpx.AsyncClient() as c:
                    return (await c.get("https://auth")).json()
                                # ^^^^^^^^^^^^^^^^^^^^^ BC403
        @app.get("/x", dependencies=[Depends(RoleChecker("admin"))])
        def x(): return 1
        """,
    )


def test_finds_class_dep_init() -> None:
    check_findings(
        "BC403",
        """
        import httpx
        from fastapi import Depends, FastAPI
        app = FastAPI()
        class Ctx:
            def __init__(self, token: str):
                self.user = httpx.get("https://auth", params={"t": token}).json()
                          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC403
        @app.get("/x")
        def x(c: Ctx = Depends()): return c
        """,
    )


def test_finds_django_middleware_save() -> None:
    check_findings(
        "BC403",
        """
        class SeenMiddleware:
            def __init__(self, get_response):
                self.get_response = get_response
            def __call__(self, request):
                request.user.last_seen = 1
                request.user.save(update_fields=["last_seen"])
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC403
                return self.get_response(request)
        """,
    )


def test_finds_django_middleware_update() -> None:
    check_findings(
        "BC403",
        """
        from accounts.models import Profile
        class SeenMiddleware:
            def __init__(self, get_response):
                self.get_response = get_response
            def __call__(self, request):
                Profile.objects.filter(user=request.user).update(seen=1)
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC403
                return self.get_response(request)
        """,
    )


def test_finds_aiohttp_client_app() -> None:
    check_findings(
        "BC403",
        """
        import aiohttp
        from aiohttp import web
        @web.middleware
        async def m(request, handler):
            async with aiohttp.ClientSession() as s:
                async with s.get("https://flags") as r:
                         # ^^^^^^^^^^^^^^^^^^^^^^ BC403
                    request["flags"] = await r.json()
            return await handler(request)
        app = web.Application(middlewares=[m])
        """,
    )


def test_leaves_lru_too() -> None:
    check_findings(
        "BC403",
        """
        from functools import lru_cache
        import httpx
        from fastapi import Depends, APIRouter
        router = APIRouter()
        @lru_cache(maxsize=10)
        def jwks():
            return httpx.get("https://auth").json()
        @router.get("/x")
        def x(k=Depends(jwks)): return k
        """,
    )


def test_leaves_redis_in_front_too() -> None:
    check_findings(
        "BC403",
        """
        import httpx, redis
        from fastapi import Depends, APIRouter
        router = APIRouter()
        r = redis.Redis()
        def current(t: str):
            u = r.get(t)
            if u: return u
            u = httpx.get("https://auth").text
            r.setex(t, 60, u)
            return u
        @router.get("/x")
        def x(u=Depends(current)): return u
        """,
    )


def test_rows_of_the_user() -> None:
    check_findings(
        "BC403",
        """
        from flask import Flask, g, session
        from extensions import db
        from models import User

        app = Flask(__name__)

        @app.before_request
        def touch():
            g.user = db.session.get(User, session.get("uid"))
            if g.user:
                g.user.visits = User.visits + 1
                db.session.commit()
              # ^^^^^^^^^^^^^^^^^^^ BC403
        """,
    )


def test_dependency_that_asks_for_nothing_of_the_request() -> None:
    check_findings(
        "BC403",
        """
        #- keys.py
        import requests
        from fastapi import Header

        def token(authorization: str = Header()):
            return authorization

        def keys():
            return requests.get("https://id.example/keys", timeout=3).json()
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC403

        def unused():
            return requests.get("https://id.example/keys", timeout=3).json()

        #- api.py
        from fastapi import Depends, FastAPI
        from keys import keys

        app = FastAPI()

        @app.get("/me")
        def me(keys=Depends(keys)):
            return keys
        """,
    )


def test_sessions_in_memory_are_no_cache() -> None:
    check_findings(
        "BC403",
        """
        from fastapi import Request

        app_sessions = {}

        @app.middleware("http")
        async def attach(request: Request, call_next):
            key = request.cookies["id"]
            if key not in app_sessions:
                app_sessions[key] = {}
            return await call_next(request)
        """,
    )


def test_leaves_call_behind_a_dict_with_times() -> None:
    check_findings(
        "BC403",
        """
        import time
        import httpx
        from fastapi import Depends, FastAPI
        app = FastAPI()
        _tokens = {}
        async def info(token: str):
            hit = _tokens.get(token)
            if hit and hit[0] > time.monotonic():
                return hit[1]
            for old in [k for k, v in _tokens.items() if v[0] < time.monotonic()]:
                del _tokens[old]
            async with httpx.AsyncClient() as client:
                body = (await client.get("https://id/me")).json()
            _tokens[token] = (time.monotonic() + 60, body)
            return body
        @app.get("/")
        async def index(i=Depends(info)):
            return i
        """,
    )
