"""BC606 beyond the page's examples."""

from __future__ import annotations

from bugcatalog_ls.facts.health_checks import says_failure
from bugcatalog_ls.testing.checks import check_findings, check_fix


def test_found() -> None:
    check_findings(
        "BC606",
        """
        #- fastapi_except.py
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/health")
        async def health():
            try:
                await db.execute("SELECT 1")
                return {"status": "ok"}
            except Exception as e:
                return {"status": "error", "detail": str(e)}
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC606

        #- router_prefix.py
        from fastapi import APIRouter
        router = APIRouter(prefix="/health")
        @router.get("/db")
        async def database(session=None):
            try:
                await session.execute("SELECT 1")
            except Exception:
                return {"database": "down"}
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC606
            return {"database": "up"}

        #- flask.py
        from flask import Flask, jsonify
        app = Flask(__name__)
        @app.route("/healthz")
        def healthz():
            try:
                redis.ping()
            except Exception:
                return jsonify(status="unhealthy")
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC606
            return jsonify(status="ok")

        #- if_branch.py
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/ready")
        def ready():
            try:
                alive = check()
            except Exception:
                alive = False
            if not alive:
                return {"ready": False}
              # ^^^^^^^^^^^^^^^^^^^^^^^ BC606
            return {"ready": True}

        #- accumulate.py
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/health/ready")
        async def readiness():
            checks = {}
            try:
                await db.execute("SELECT 1")
                checks["db"] = "ok"
            except Exception:
                checks["db"] = "error"
            return checks
          # ^^^^^^^^^^^^^ BC606

        #- unguarded_fastapi.py
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/health")
        async def health():
            await db.execute("SELECT 1")
                # ^^^^^^^^^^^^^^^^^^^^^^ BC606.unguarded
            return {"status": "ok"}

        #- unguarded_sync.py
        from fastapi import FastAPI, Depends
        app = FastAPI()
        @app.get("/live")
        def live(db=Depends(get_db)):
            db.execute("SELECT 1")
          # ^^^^^^^^^^^^^^^^^^^^^^ BC606.unguarded
            return {"status": "ok"}

        #- unguarded_redis.py
        from flask import Flask
        app = Flask(__name__)
        @app.route("/ping")
        def ping():
            redis_client.ping()
          # ^^^^^^^^^^^^^^^^^^^ BC606.unguarded
            return "pong"

        #- requests.py
        import requests
        from flask import Flask
        app = Flask(__name__)
        @app.get("/health")
        def health():
            r = requests.get("http://x", timeout=3)
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC606.unguarded
            return {"upstream": r.ok}

        #- jsonresponse_200.py
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.get("/healthcheck")
        def hc():
            try:
                check_database()
            except Exception:
                return JSONResponse({"status": "unhealthy"})
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC606
            return JSONResponse({"status": "ok"})

        #- explicit_200.py
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.get("/health")
        def hc():
            try:
                engine.connect()
            except Exception:
                return JSONResponse(status_code=200, content={"status": "unhealthy"})
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC606
            return {"status": "ok"}

        #- starlette_route.py
        from starlette.applications import Starlette
        from starlette.responses import JSONResponse
        from starlette.routing import Route
        async def health(request):
            try:
                await database.fetch_one("SELECT 1")
            except Exception:
                return JSONResponse({"ok": False})
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC606
            return JSONResponse({"ok": True})
        app = Starlette(routes=[Route("/health", health)])

        #- narrow_except.py
        from flask import Flask
        from sqlalchemy.exc import SQLAlchemyError
        app = Flask(__name__)
        @app.get("/api/v1/health")
        def h():
            try:
                db.session.execute("SELECT 1")
            except SQLAlchemyError:
                return "database unavailable"
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC606
            return "ok"

        #- with_engine.py
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/readyz")
        def readyz():
            with engine.connect() as c:
               # ^^^^^^^^^^^^^^^^ BC606.unguarded
                c.execute("SELECT 1")
            return {"ok": True}

        #- own_helper.py
        from fastapi import FastAPI
        app = FastAPI()
        async def ping_database():
            await db.execute("SELECT 1")
        @app.get("/health/db")
        async def h():
            await ping_database()
                # ^^^^^^^^^^^^^^^ BC606.unguarded
            return {"ok": True}

        #- bool.py
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/health")
        async def h():
            try:
                await redis.ping()
                return {"healthy": True}
            except ConnectionError:
                return {"healthy": False}
              # ^^^^^^^^^^^^^^^^^^^^^^^^^ BC606

        #- drf.py
        from rest_framework.views import APIView
        from rest_framework.response import Response
        from django.db import connection
        class HealthView(APIView):
            def get(self, request):
                try:
                    connection.ensure_connection()
                except Exception:
                    return Response({"status": "error"})
                  # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC606
                return Response({"status": "ok"})

        #- methodview.py
        from flask import Flask, jsonify
        from flask.views import MethodView
        app = Flask(__name__)
        class Health(MethodView):
            def get(self):
                db.session.execute("SELECT 1")
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC606.unguarded
                return jsonify(ok=True)
        app.add_url_rule("/health", view_func=Health.as_view("health"))

        #- api_route.py
        from fastapi import APIRouter
        router = APIRouter()
        @router.api_route("/healthz", methods=["GET", "HEAD"])
        async def hz():
            async with engine.connect() as conn:
                     # ^^^^^^^^^^^^^^^^ BC606.unguarded
                await conn.execute("SELECT 1")
            return {"ok": True}

        #- status_variable.py
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/health")
        async def h():
            status = "ok"
            try:
                await db.execute("SELECT 1")
            except Exception:
                status = "error"
            return {"status": status}
          # ^^^^^^^^^^^^^^^^^^^^^^^^^ BC606

        #- degraded.py
        from flask import Flask, jsonify
        app = Flask(__name__)
        @app.route("/api/health")
        def h():
            db_ok = True
            try:
                db.session.execute("SELECT 1")
            except Exception as e:
                app.logger.error("x")
                db_ok = False
            return jsonify({"status": "healthy" if db_ok else "degraded"})
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC606
        """,
    )


def test_left_alone() -> None:
    check_findings(
        "BC606",
        """
        #- no_io.py
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/health")
        async def h():
            return {"status": "ok", "version": VERSION}

        #- 503_response.py
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.get("/health")
        async def h():
            try:
                await db.execute("SELECT 1")
            except Exception:
                return JSONResponse({"status": "down"}, status_code=503)
            return {"status": "ok"}

        #- raise.py
        from fastapi import FastAPI, HTTPException
        app = FastAPI()
        @app.get("/health")
        async def h():
            try:
                await db.execute("SELECT 1")
            except Exception as exc:
                raise HTTPException(status_code=503, detail="db") from exc
            return {"status": "ok"}

        #- response_status.py
        from fastapi import FastAPI, Response
        app = FastAPI()
        @app.get("/health")
        async def h(response: Response):
            try:
                await db.execute("SELECT 1")
            except Exception:
                response.status_code = 503
                return {"status": "down"}
            return {"status": "ok"}

        #- flask_tuple.py
        from flask import Flask, jsonify
        app = Flask(__name__)
        @app.get("/health")
        def h():
            try:
                db.session.execute("SELECT 1")
            except Exception:
                return jsonify(status="down"), 503
            return jsonify(status="ok"), 200

        #- computed_status.py
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.get("/health")
        async def h():
            checks = {}
            try:
                await db.execute("SELECT 1")
                checks["db"] = "ok"
            except Exception:
                checks["db"] = "error"
            code = 200 if checks["db"] == "ok" else 503
            return JSONResponse(checks, status_code=code)

        #- other_route.py
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/items")
        async def items():
            try:
                return await db.fetch_all("x")
            except Exception:
                return {"status": "error"}

        #- health_records.py
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/patients/{id}/health-records")
        async def health_records(id: int):
            return await load(id)

        #- not_handler.py
        async def health():
            await db.execute("SELECT 1")
            return {"status": "ok"}

        #- helper_guarded.py
        import logging
        from fastapi import FastAPI
        app = FastAPI()
        async def ping_database():
            try:
                await db.execute("SELECT 1")
                return True
            except Exception:
                logging.exception("x")
                return False
        @app.get("/ready")
        async def h():
            ok = await ping_database()
            return {"ok": ok}

        #- live_matches.py
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/matches/live-scores")
        async def live_scores():
            return await load()

        #- shipping.py
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/shipping")
        async def shipping():
            return await load()

        #- delivery.py
        from flask import Flask
        app = Flask(__name__)
        @app.get("/delivery")
        def delivery():
            return {"x": db.session.execute("x")}

        #- status_helper.py
        from fastapi import FastAPI, status
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.get("/health")
        async def h():
            try:
                await db.execute("SELECT 1")
            except Exception:
                return JSONResponse(status_code=status.HTTP_503_SERVICE_UNAVAILABLE, content={"s": "bad"})
            return {"status": "healthy"}

        #- abort.py
        from flask import Flask, abort
        app = Flask(__name__)
        @app.get("/health")
        def h():
            try:
                db.session.execute("SELECT 1")
            except Exception:
                abort(503)
            return "ok"

        #- sleep.py
        import asyncio
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/ping")
        async def ping():
            await asyncio.sleep(0)
            return "pong"

        #- plain_ping.py
        from flask import Flask
        app = Flask(__name__)
        @app.get("/ping")
        def ping():
            return "pong"

        #- computed.py
        from flask import Flask, jsonify
        app = Flask(__name__)
        @app.route("/api/health")
        def h():
            db_ok = True
            try:
                db.session.execute("SELECT 1")
            except Exception:
                db_ok = False
            return jsonify({"ok": db_ok}), 200 if db_ok else 503

        #- make_response.py
        from flask import Flask, make_response
        app = Flask(__name__)
        @app.route("/health")
        def h():
            try:
                db.session.execute("SELECT 1")
            except Exception:
                return make_response({"status": "down"}, 503)
            return {"status": "up"}

        #- client.py
        import requests
        def health():
            return requests.get("http://x/health", timeout=3).json()
        """,
    )


def test_flag_django() -> None:
    check_findings(
        "BC606",
        """
        #- views.py
        from django.http import JsonResponse
        from django.db import connection
        def health(request):
            try:
                connection.ensure_connection()
            except Exception:
                return JsonResponse({"status": "down"})
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC606
            return JsonResponse({"status": "ok"})
        #- urls.py
        from django.urls import path
        import views
        urlpatterns = [path("health/", views.health)]
        """,
    )


def test_mend_except_dict() -> None:
    check_fix(
        "BC606",
        """
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/health")
        async def health():
            try:
                await db.execute("SELECT 1")
                return {"status": "ok"}
            except Exception as e:
                return {"status": "unhealthy"}
        """,
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.get("/health")
        async def health():
            try:
                await db.execute("SELECT 1")
                return {"status": "ok"}
            except Exception as e:
                return JSONResponse(
                    status_code=503, content={"status": "unhealthy", "failing": "database"}
                )
        """,
    )


def test_mend_flask_() -> None:
    check_fix(
        "BC606",
        """
        from flask import Flask, jsonify
        app = Flask(__name__)
        @app.route("/healthz")
        def healthz():
            try:
                redis.ping()
            except Exception:
                return jsonify(status="unhealthy")
            return jsonify(status="ok")
        """,
        """
        from flask import Flask, jsonify
        app = Flask(__name__)
        @app.route("/healthz")
        def healthz():
            try:
                redis.ping()
            except Exception:
                return jsonify(status="unhealthy", failing="redis"), 503
            return jsonify(status="ok")
        """,
    )


def test_mend_jsonresponse() -> None:
    check_fix(
        "BC606",
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.get("/healthcheck")
        def hc():
            try:
                check_database()
            except Exception:
                return JSONResponse({"status": "unhealthy"})
            return JSONResponse({"status": "ok"})
        """,
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.get("/healthcheck")
        def hc():
            try:
                check_database()
            except Exception:
                return JSONResponse(
                    {"status": "unhealthy", "failing": "database"}, status_code=503
                )
            return JSONResponse({"status": "ok"})
        """,
    )


def test_mend_explicit() -> None:
    check_fix(
        "BC606",
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.get("/health")
        def hc():
            try:
                engine.connect()
            except Exception:
                return JSONResponse(status_code=200, content={"status": "unhealthy"})
            return {"status": "ok"}
        """,
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.get("/health")
        def hc():
            try:
                engine.connect()
            except Exception:
                return JSONResponse(
                    status_code=503, content={"status": "unhealthy", "failing": "database"}
                )
            return {"status": "ok"}
        """,
    )


def test_mend_flask_string() -> None:
    check_fix(
        "BC606",
        """
        from flask import Flask
        app = Flask(__name__)
        @app.get("/health")
        def h():
            try:
                db.session.execute("SELECT 1")
            except Exception:
                return "database unavailable"
            return "ok"
        """,
        """
        from flask import Flask
        app = Flask(__name__)
        @app.get("/health")
        def h():
            try:
                db.session.execute("SELECT 1")
            except Exception:
                return "database unavailable", 503
            return "ok"
        """,
    )


def test_mend_flask_200() -> None:
    check_fix(
        "BC606",
        """
        from flask import Flask
        app = Flask(__name__)
        @app.get("/health")
        def h():
            try:
                db.session.execute("SELECT 1")
            except Exception:
                return {"status": "down"}, 200
            return "ok"
        """,
        """
        from flask import Flask
        app = Flask(__name__)
        @app.get("/health")
        def h():
            try:
                db.session.execute("SELECT 1")
            except Exception:
                return {"status": "down", "failing": "database"}, 503
            return "ok"
        """,
    )


def test_mend_django_() -> None:
    check_fix(
        "BC606",
        """
        #- urls.py
        from django.urls import path
        import views
        urlpatterns = [path("health/", views.health)]
        #- views.py
        from django.http import JsonResponse
        from django.db import connection
        def health(request):
            try:
                connection.ensure_connection()
            except Exception:
                return JsonResponse({"status": "down"})
            return JsonResponse({"status": "ok"})
        """,
        """
        #- urls.py
        from django.urls import path
        import views
        urlpatterns = [path("health/", views.health)]
        #- views.py
        from django.http import JsonResponse
        from django.db import connection
        def health(request):
            try:
                connection.ensure_connection()
            except Exception:
                return JsonResponse({"status": "down", "failing": "database"}, status=503)
            return JsonResponse({"status": "ok"})
        """,
    )


def test_mend_unguarded() -> None:
    check_fix(
        "BC606",
        """
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/health")
        async def health():
            await db.execute("SELECT 1")
            return {"status": "ok"}
        """,
        """
        import logging

        from fastapi import FastAPI
        from fastapi.responses import JSONResponse

        logger = logging.getLogger(__name__)
        app = FastAPI()
        @app.get("/health")
        async def health():
            try:
                await db.execute("SELECT 1")
            except Exception:
                logger.exception("health failed")
                return JSONResponse(
                    status_code=503, content={"status": "unavailable", "failing": "database"}
                )
            return {"status": "ok"}
        """,
    )


def test_mend_lets_the_answers_through_that_are_raised() -> None:
    check_fix(
        "BC606",
        """
        import logging

        from fastapi import FastAPI, HTTPException
        from fastapi.responses import JSONResponse

        logger = logging.getLogger(__name__)
        app = FastAPI()
        @app.get("/health")
        async def health():
            row = await db.execute("SELECT version")
            if row is None:
                raise HTTPException(503, "no version")
            await db.execute("SELECT 1")
            return {"status": "ok"}
        """,
        """
        import logging

        from fastapi import FastAPI, HTTPException
        from fastapi.responses import JSONResponse

        logger = logging.getLogger(__name__)
        app = FastAPI()
        @app.get("/health")
        async def health():
            try:
                row = await db.execute("SELECT version")
                if row is None:
                    raise HTTPException(503, "no version")
                await db.execute("SELECT 1")
            except HTTPException:
                raise
            except Exception:
                logger.exception("health failed")
                return JSONResponse(
                    status_code=503, content={"status": "unavailable", "failing": "database"}
                )
            return {"status": "ok"}
        """,
    )


def test_mend_unguarded_flask() -> None:
    check_fix(
        "BC606",
        """
        from flask import Flask
        app = Flask(__name__)
        @app.route("/ping")
        def ping():
            redis_client.ping()
            return "pong"
        """,
        """
        import logging

        from flask import Flask, jsonify

        logger = logging.getLogger(__name__)
        app = Flask(__name__)
        @app.route("/ping")
        def ping():
            try:
                redis_client.ping()
            except Exception:
                logger.exception("ping failed")
                return jsonify({"status": "unavailable", "failing": "redis"}), 503
            return "pong"
        """,
    )


def test_mend_unguarded_with() -> None:
    check_fix(
        "BC606",
        """
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/readyz")
        def readyz():
            with engine.connect() as c:
                c.execute("SELECT 1")
            return {"ok": True}
        """,
        """
        import logging

        from fastapi import FastAPI
        from fastapi.responses import JSONResponse

        logger = logging.getLogger(__name__)
        app = FastAPI()
        @app.get("/readyz")
        def readyz():
            try:
                with engine.connect() as c:
                    c.execute("SELECT 1")
            except Exception:
                logger.exception("readyz failed")
                return JSONResponse(
                    status_code=503, content={"status": "unavailable", "failing": "database"}
                )
            return {"ok": True}
        """,
    )


def test_mend_assignment() -> None:
    check_fix(
        "BC606",
        """
        import requests
        from flask import Flask
        app = Flask(__name__)
        @app.get("/health")
        def health():
            r = requests.get("http://x", timeout=3)
            return {"upstream": r.ok}
        """,
        """
        import logging

        import requests
        from flask import Flask, jsonify

        logger = logging.getLogger(__name__)
        app = Flask(__name__)
        @app.get("/health")
        def health():
            try:
                r = requests.get("http://x", timeout=3)
            except Exception:
                logger.exception("health failed")
                return jsonify({"status": "unavailable", "failing": "x"}), 503
            return {"upstream": r.ok}
        """,
    )


def test_mend_return_await() -> None:
    check_fix(
        "BC606",
        """
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/health/db")
        async def h():
            return {"ok": await check_db()}
        """,
        """
        import logging

        from fastapi import FastAPI
        from fastapi.responses import JSONResponse

        logger = logging.getLogger(__name__)
        app = FastAPI()
        @app.get("/health/db")
        async def h():
            try:
                return {"ok": await check_db()}
            except Exception:
                logger.exception("h failed")
                return JSONResponse(
                    status_code=503, content={"status": "unavailable", "failing": "database"}
                )
        """,
    )


def test_mend_starlette() -> None:
    check_fix(
        "BC606",
        """
        from starlette.applications import Starlette
        from starlette.responses import JSONResponse
        from starlette.routing import Route
        async def health(request):
            try:
                await database.fetch_one("SELECT 1")
            except Exception:
                return JSONResponse({"ok": False})
            return JSONResponse({"ok": True})
        app = Starlette(routes=[Route("/health", health)])
        """,
        """
        from starlette.applications import Starlette
        from starlette.responses import JSONResponse
        from starlette.routing import Route
        async def health(request):
            try:
                await database.fetch_one("SELECT 1")
            except Exception:
                return JSONResponse({"ok": False, "failing": "database"}, status_code=503)
            return JSONResponse({"ok": True})
        app = Starlette(routes=[Route("/health", health)])
        """,
    )


def test_mend_accumulate_() -> None:
    check_fix(
        "BC606",
        """
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/health/ready")
        async def readiness():
            checks = {}
            try:
                await db.execute("SELECT 1")
                checks["db"] = "ok"
            except Exception:
                checks["db"] = "error"
            return checks
        """,
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.get("/health/ready")
        async def readiness():
            checks = {}
            try:
                await db.execute("SELECT 1")
                checks["db"] = "ok"
            except Exception:
                checks["db"] = "error"
            return JSONResponse(
                status_code=503 if "error" in checks.values() else 200, content=checks
            )
        """,
    )


def test_fix_text_with_a_status() -> None:
    check_fix(
        "BC606",
        """
        from flask import Flask
        app = Flask(__name__)
        @app.get("/ping")
        def ping():
            try:
                db.session.execute("SELECT 1")
                return "pong", 200
            except Exception:
                return "database down", 200
        """,
        """
        from flask import Flask
        app = Flask(__name__)
        @app.get("/ping")
        def ping():
            try:
                db.session.execute("SELECT 1")
                return "pong", 200
            except Exception:
                return "database down", 503
        """,
    )


def test_sessions_of_any_name_and_connections_of_django() -> None:
    check_findings(
        "BC606",
        """
        from django.db import connection
        from fastapi import FastAPI
        from sqlmodel import Session, select
        from db import Hero, engine

        app = FastAPI()

        @app.get("/ping")
        def ping():
            with Session(engine) as s:
                s.exec(select(Hero)).first()
              # ^^^^^^^^^^^^^^^^^^^^ BC606

        @app.get("/healthz")
        def healthz():
            with connection.cursor() as cur:
               # ^^^^^^^^^^^^^^^^^^^ BC606
                cur.execute("SELECT 1")
        """,
    )


def test_a_client_of_a_store_by_any_name() -> None:
    check_findings(
        "BC606",
        """
        import redis
        from fastapi import FastAPI
        app = FastAPI()
        r = redis.Redis()
        @app.get("/ready")
        def ready():
            r.ping()
          # ^^^^^^^^ BC606
            return {"ready": True}
        """,
    )


def test_a_view_of_django_and_the_cloud() -> None:
    check_findings(
        "BC606",
        """
        #- app/views.py
        from rest_framework.views import APIView
        from app.models import User
        class HealthView(APIView):
            def get(self, request):
                User.objects.first()
              # ^^^^^^^^^^^^^^^^^^^^ BC606
        #- app/urls.py
        from django.urls import path
        from app.views import HealthView
        urlpatterns = [path("healthz", HealthView.as_view())]
        #- app/main.py
        import boto3
        from fastapi import FastAPI
        app = FastAPI()
        s3 = boto3.client("s3")
        @app.get("/health/storage")
        def storage():
            s3.list_buckets()
          # ^^^^^^^^^^^^^^^^^ BC606
        @app.websocket("/ping")
        async def ping(ws):
            await ws.accept()
        """,
    )


def test_a_status_by_what_works() -> None:
    check_fix(
        "BC606",
        """
    from fastapi import FastAPI
    from fastapi.responses import JSONResponse
    app = FastAPI()
    @app.get("/health")
    def health():
        c = {}
        try:
            ping()
            c["db"] = "ok"
        except Exception as exc:
            c["db"] = f"error: {exc}"
        return c
    """,
        """
    from fastapi import FastAPI
    from fastapi.responses import JSONResponse
    app = FastAPI()
    @app.get("/health")
    def health():
        c = {}
        try:
            ping()
            c["db"] = "ok"
        except Exception as exc:
            c["db"] = f"error: {exc}"
        return JSONResponse(
            status_code=200 if all(part == "ok" for part in c.values()) else 503, content=c
        )
    """,
    )


def test_all_that_asks_goes_into_one_try() -> None:
    check_fix(
        "BC606",
        """
        import logging
        import aio_pika
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        logger = logging.getLogger(__name__)
        app = FastAPI()
        @app.get("/health/rabbit")
        async def rabbit():
            connection = await aio_pika.connect_robust("amqp://")
            await connection.close()
            return {"ok": True}
        """,
        """
        import logging
        import aio_pika
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        logger = logging.getLogger(__name__)
        app = FastAPI()
        @app.get("/health/rabbit")
        async def rabbit():
            try:
                connection = await aio_pika.connect_robust("amqp://")
                await connection.close()
            except Exception:
                logger.exception("rabbit failed")
                return JSONResponse(
                    status_code=503, content={"status": "unavailable", "failing": "broker"}
                )
            return {"ok": True}
        """,
    )


def test_an_answer_of_aiohttp_asks_nobody() -> None:
    check_findings(
        "BC606",
        """
        from aiohttp import web
        async def health(request):
            try:
                await request.app["db"].execute("SELECT 1")
            except Exception:
                return web.json_response({"ok": False}, status=503)
            return web.json_response({"ok": True})
        app = web.Application()
        app.router.add_get("/health", health)
        """,
    )


def test_mend_condition_in_body() -> None:
    """The status follows from the condition of the body: a check that works goes on answering 200."""
    check_fix(
        "BC606",
        """
        from fastapi import APIRouter
        from fastapi.responses import JSONResponse
        router = APIRouter(prefix="/health")
        @router.get("/llm")
        async def llm():
            up = is_up()
            return {"status": "ok" if up else "down"}
        """,
        """
        from fastapi import APIRouter
        from fastapi.responses import JSONResponse
        router = APIRouter(prefix="/health")
        @router.get("/llm")
        async def llm():
            up = is_up()
            return JSONResponse(
                status_code=200 if up else 503, content={"status": "ok" if up else "down"}
            )
        """,
    )


def test_mend_aiohttp() -> None:
    check_fix(
        "BC606",
        """
        from aiohttp import web
        async def ready(request):
            try:
                await request.app["pool"].fetchval("SELECT 1")
            except Exception:
                return web.json_response({"ready": False})
            return web.json_response({"ready": True})
        app = web.Application()
        app.router.add_get("/ready", ready)
        """,
        """
        from aiohttp import web
        async def ready(request):
            try:
                await request.app["pool"].fetchval("SELECT 1")
            except Exception:
                return web.json_response({"ready": False, "failing": "database"}, status=503)
            return web.json_response({"ready": True})
        app = web.Application()
        app.router.add_get("/ready", ready)
        """,
    )


def test_leave_a_probe_that_guards_itself() -> None:
    check_findings(
        "BC606",
        """
        from fastapi import FastAPI, HTTPException
        import httpx
        app = FastAPI()
        async def probe():
            try:
                async with httpx.AsyncClient() as client:
                    return (await client.get("http://x/")).is_success
            except httpx.HTTPError:
                return False
        @app.get("/ready")
        async def ready():
            if not await probe():
                raise HTTPException(503, "x is down")
            return {"ready": True}
        """,
    )


def test_mend_what_is_noted_from_the_start() -> None:
    check_fix(
        "BC606",
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.get("/health")
        async def health(mongo):
            by = {"mongo": "ok"}
            try:
                await mongo.admin.command("ping")
            except Exception as e:
                by["mongo"] = f"error: {e}"
            return by
        """,
        """
    from fastapi import FastAPI
    from fastapi.responses import JSONResponse
    app = FastAPI()
    @app.get("/health")
    async def health(mongo):
        by = {"mongo": "ok"}
        try:
            await mongo.admin.command("ping")
        except Exception as e:
            by["mongo"] = f"error: {e}"
        return JSONResponse(
            status_code=200 if all(part == "ok" for part in by.values()) else 503,
            content=by,
        )
        """,
    )


def test_mend_an_answer_that_also_tells_of_success() -> None:
    check_fix(
        "BC606",
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.get("/ready")
        def ready(database):
            try:
                database.command("ping")
                status = "ready"
            except Exception:
                status = "not ready"
            return {"status": status}
        """,
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.get("/ready")
        def ready(database):
            try:
                database.command("ping")
                status = "ready"
            except Exception:
                status = "not ready"
            return JSONResponse(
                status_code=503 if status == "not ready" else 200, content={"status": status}
            )
        """,
    )


def test_mend_a_flag_that_handlers_lower() -> None:
    check_fix(
        "BC606",
        """
        from flask import Flask
        app = Flask(__name__)
        @app.get("/health")
        def health(engine, redis):
            healthy = True
            try:
                engine.execute("SELECT 1")
            except OSError:
                healthy = False
            try:
                redis.ping()
            except OSError:
                healthy = False
            return {"healthy": healthy}
        """,
        """
        from flask import Flask
        app = Flask(__name__)
        @app.get("/health")
        def health(engine, redis):
            healthy = True
            try:
                engine.execute("SELECT 1")
            except OSError:
                healthy = False
            try:
                redis.ping()
            except OSError:
                healthy = False
            return {"healthy": healthy}, 200 if healthy else 503
        """,
    )


def test_name_what_failed_by_what_the_check_is_called() -> None:
    check_fix(
        "BC606",
        """
        from flask import Flask
        from search import ping_index
        app = Flask(__name__)
        @app.get("/health")
        def health():
            try:
                ping_index()
            except ConnectionError:
                return {"ok": False}
            return {"ok": True}
        """,
        """
        from flask import Flask
        from search import ping_index
        app = Flask(__name__)
        @app.get("/health")
        def health():
            try:
                ping_index()
            except ConnectionError:
                return {"ok": False, "failing": "index"}, 503
            return {"ok": True}
        """,
    )


def test_mend_by_an_item_that_a_mapping_begins_with() -> None:
    check_fix(
        "BC606",
        """
        from flask import Flask, jsonify
        app = Flask(__name__)
        @app.get("/health")
        def health(engine):
            info = {"status": "ok"}
            try:
                engine.execute("SELECT 1")
            except OSError as error:
                info["status"] = "error"
                info["message"] = str(error)
            return jsonify(info)
        """,
        """
        from flask import Flask, jsonify
        app = Flask(__name__)
        @app.get("/health")
        def health(engine):
            info = {"status": "ok"}
            try:
                engine.execute("SELECT 1")
            except OSError as error:
                info["status"] = "error"
                info["message"] = str(error)
            return jsonify(info), 503 if info["status"] == "error" else 200
        """,
    )


def test_flag_a_status_that_is_a_field() -> None:
    check_findings(
        "BC606",
        """
        from fastapi import FastAPI
        from models import Health
        app = FastAPI()
        @app.get("/health")
        def health(redis):
            state = "healthy"
            try:
                redis.ping()
            except OSError:
                state = "degraded"
            return Health(status=state, version=1)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC606
        """,
    )


def test_mend_condition_that_asks() -> None:
    """What the condition asks is asked once."""
    check_fix(
        "BC606",
        """
        from flask import Flask
        app = Flask(__name__)
        @app.route("/health")
        def health():
            try:
                return {"status": "ok" if db.ping() else "error"}
            except OSError:
                return {"status": "error"}, 503
        """,
        """
        from flask import Flask
        app = Flask(__name__)
        @app.route("/health")
        def health():
            try:
                is_up = db.ping()
                return {"status": "ok" if is_up else "error"}, 200 if is_up else 503
            except OSError:
                return {"status": "error"}, 503
        """,
    )


def test_no_mending_by_the_names_of_a_comprehension() -> None:
    fixture = """
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/health")
        async def health():
            checks = CHECKS
            return {"status": ["ok" if check.up else "down" for check in checks]}
        """
    check_fix("BC606", fixture, fixture)


def test_an_answer_of_a_declared_type_takes_its_status_from_a_parameter() -> None:
    check_fix(
        "BC606",
        """
        import logging
        from fastapi import Depends, FastAPI
        logger = logging.getLogger(__name__)
        app = FastAPI()
        @app.get("/health")
        async def health(db=Depends(get_db)) -> dict:
            await db.execute("SELECT 1")
            return {"status": "ok"}
        @app.get("/ready")
        async def ready() -> Ready:
            try:
                await cache.ping()
            except Exception:
                return Ready(status="error")
            return Ready(status="ok")
        @app.get("/live")
        async def live() -> Ready:
            await cache.ping()
            return Ready(status="ok")
        """,
        """
        import logging
        from fastapi import Depends, FastAPI, HTTPException, Response
        logger = logging.getLogger(__name__)
        app = FastAPI()
        @app.get("/health")
        async def health(response: Response, db=Depends(get_db)) -> dict:
            try:
                await db.execute("SELECT 1")
            except Exception:
                logger.exception("health failed")
                response.status_code = 503
                return {"status": "unavailable", "failing": "database"}
            return {"status": "ok"}
        @app.get("/ready")
        async def ready(response: Response) -> Ready:
            try:
                await cache.ping()
            except Exception:
                response.status_code = 503
                return Ready(status="error")
            return Ready(status="ok")
        @app.get("/live")
        async def live() -> Ready:
            try:
                await cache.ping()
            except Exception as exc:
                logger.exception("live failed")
                raise HTTPException(status_code=503, detail="cache is unavailable") from exc
            return Ready(status="ok")
        """,
    )


def test_a_response_of_django_that_is_an_error_by_its_class() -> None:
    check_findings(
        "BC606",
        """
        #- urls.py
        from django.urls import path
        import views
        urlpatterns = [path("health/", views.health)]
        #- views.py
        from django.db import connection
        from django.http import HttpResponse, HttpResponseServerError
        def health(request):
            try:
                connection.ensure_connection()
            except Exception:
                return HttpResponseServerError("failed")
            return HttpResponse("ok")
        """,
    )


def test_clients_of_vector_stores() -> None:
    check_findings(
        "BC606",
        """
        import chromadb
        from fastapi import FastAPI
        from qdrant_client import QdrantClient
        app = FastAPI()
        points = QdrantClient(host="qdrant")
        memory = chromadb.EphemeralClient()
        @app.get("/healthz")
        def healthz():
            found = points.get_collections()
                  # ^^^^^^^^^^^^^^^^^^^^^^^^ BC606
            return {"collections": len(found.collections)}
        @app.get("/ready")
        def ready():
            return {"at": memory.heartbeat()}
        """,
    )


def test_long_names_are_judged_at_once() -> None:
    name = "_".join("part" for _ in range(60))
    assert says_failure(f'"{name}_is down"')
    assert not says_failure(f'"{name}_is up"')
