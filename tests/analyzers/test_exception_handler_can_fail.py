"""BC604 beyond the page's examples."""

from __future__ import annotations

from bugcatalog_ls.testing.checks import check_findings, check_fix


def test_flag_state() -> None:
    check_findings(
        "BC604",
        """
        from fastapi import FastAPI, Request
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(Exception)
        async def handler(request: Request, exc: Exception):
            return JSONResponse({"error": "x", "request_id": request.state.request_id}, status_code=500)
                                                           # ^^^^^^^^^^^^^^^^^^^^^^^^ BC604
        """,
    )


def test_flag_state_variable() -> None:
    check_findings(
        "BC604",
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(500)
        async def handler(request, exc):
            rid = request.state.correlation_id
                # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC604
            return JSONResponse({"error": "x", "correlation_id": rid}, status_code=500)
        """,
    )


def test_flag_db() -> None:
    check_findings(
        "BC604",
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        async def handler(request, exc):
            await db.execute("insert")
                # ^^^^^^^^^^^^^^^^^^^^ BC604
            return JSONResponse({"error": "x"}, status_code=500)
        app.add_exception_handler(Exception, handler)
        """,
    )


def test_flag_flask_g() -> None:
    check_findings(
        "BC604",
        """
        from flask import Flask, g, jsonify
        app = Flask(__name__)
        @app.errorhandler(500)
        def handler(e):
            return jsonify(error="x", request_id=g.request_id), 500
                                               # ^^^^^^^^^^^^ BC604
        """,
    )


def test_flag_flask_commit() -> None:
    check_findings(
        "BC604",
        """
        from flask import Flask, jsonify
        app = Flask(__name__)
        @app.errorhandler(Exception)
        def handler(e):
            db.session.add(ErrorLog(str(e)))
            db.session.commit()
          # ^^^^^^^^^^^^^^^^^^^ BC604
            return jsonify(error="x"), 500
        """,
    )


def test_flag_requests() -> None:
    check_findings(
        "BC604",
        """
        import requests
        from flask import Flask
        app = Flask(__name__)
        @app.errorhandler(500)
        def handler(e):
            requests.post("http://alerts", json={"e": str(e)}, timeout=3)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC604
            return {"error": "x"}, 500
        """,
    )


def test_flag_json_exc() -> None:
    check_findings(
        "BC604",
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(Exception)
        async def handler(request, exc):
            return JSONResponse({"error": exc}, status_code=500)
                                        # ^^^ BC604
        """,
    )


def test_flag_exc_attr() -> None:
    check_findings(
        "BC604",
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(Exception)
        async def handler(request, exc):
            return JSONResponse({"error": exc.detail}, status_code=500)
                                        # ^^^^^^^^^^ BC604
        """,
    )


def test_flag_body() -> None:
    check_findings(
        "BC604",
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(Exception)
        async def handler(request, exc):
            body = await request.body()
                       # ^^^^^^^^^^^^^^ BC604
            return JSONResponse({"error": "x", "n": len(body)}, status_code=500)
        """,
    )


def test_flag_middleware() -> None:
    check_findings(
        "BC604",
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.middleware("http")
        async def catch(request, call_next):
            try:
                return await call_next(request)
            except Exception as exc:
                await save_error(exc)
                    # ^^^^^^^^^^^^^^^ BC604
                return JSONResponse({"error": "x"}, status_code=500)
        """,
    )


def test_flag_dispatch() -> None:
    check_findings(
        "BC604",
        """
        from starlette.middleware.base import BaseHTTPMiddleware
        from starlette.responses import JSONResponse
        class Catch(BaseHTTPMiddleware):
            async def dispatch(self, request, call_next):
                try:
                    return await call_next(request)
                except Exception as exc:
                    return JSONResponse({"id": request.state.request_id}, status_code=500)
                                             # ^^^^^^^^^^^^^^^^^^^^^^^^ BC604
        """,
    )


def test_flag_cross_file() -> None:
    check_findings(
        "BC604",
        """
        #- handlers.py
        from fastapi.responses import JSONResponse
        async def on_error(request, exc):
            return JSONResponse({"id": request.state.request_id}, status_code=500)
                                     # ^^^^^^^^^^^^^^^^^^^^^^^^ BC604
        #- main.py
        from fastapi import FastAPI
        from handlers import on_error
        app = FastAPI()
        app.add_exception_handler(Exception, on_error)
        """,
    )


def test_flag_dict_registration() -> None:
    check_findings(
        "BC604",
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        async def on_error(request, exc):
            return JSONResponse({"id": request.state.request_id}, status_code=500)
                                     # ^^^^^^^^^^^^^^^^^^^^^^^^ BC604
        app = FastAPI(exception_handlers={Exception: on_error})
        """,
    )


def test_flag_untraceable_fastapi() -> None:
    check_findings(
        "BC604",
        """
        #- mw.py
        import uuid
        async def add_id(request, call_next):
            request.state.request_id = uuid.uuid4().hex
            return await call_next(request)
        #- main.py
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(Exception)
        async def handler(request, exc):
            return JSONResponse(status_code=500, content={"error": "x"})
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC604.untraceable
        """,
    )


def test_flag_missing_handler() -> None:
    check_findings(
        "BC604",
        """
        from fastapi import FastAPI, HTTPException
        app = FastAPI()
            # ^^^^^^^^^ BC604.missing
        @app.get("/a")
        async def a():
            try:
                return work()
            except Exception:
                raise HTTPException(status_code=500, detail="internal error")
        """,
    )


def test_flag_send_alert() -> None:
    check_findings(
        "BC604",
        """
        from flask import Flask
        app = Flask(__name__)
        @app.errorhandler(Exception)
        def h(err):
            send_alert(err)
          # ^^^^^^^^^^^^^^^ BC604
            return "error", 500
        """,
    )


def test_leave_getattr() -> None:
    check_findings(
        "BC604",
        """
        import logging
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(Exception)
        async def handler(request, exc):
            rid = getattr(request.state, "request_id", None)
            logging.error("x %s", rid, exc_info=exc)
            return JSONResponse({"error": "x", "request_id": rid}, status_code=500)
        """,
    )


def test_leave_try() -> None:
    check_findings(
        "BC604",
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(Exception)
        async def handler(request, exc):
            try:
                await save_error(exc)
            except Exception:
                pass
            return JSONResponse({"error": "x"}, status_code=500)
        """,
    )


def test_leave_domain() -> None:
    check_findings(
        "BC604",
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(OutOfStock)
        async def handler(request, exc):
            await notify(exc)
            return JSONResponse({"error": exc.code, "id": request.state.request_id}, status_code=409)
        """,
    )


def test_leave_404() -> None:
    check_findings(
        "BC604",
        """
        from flask import Flask, jsonify
        app = Flask(__name__)
        @app.errorhandler(404)
        def nf(e):
            return jsonify(error=e.description), 404
        """,
    )


def test_leave_500_description() -> None:
    check_findings(
        "BC604",
        """
        from flask import Flask, jsonify
        app = Flask(__name__)
        @app.errorhandler(500)
        def ise(e):
            return jsonify(error=e.description, code=e.code), 500
        """,
    )


def test_leave_isinstance() -> None:
    check_findings(
        "BC604",
        """
        from flask import Flask, jsonify
        from werkzeug.exceptions import HTTPException
        app = Flask(__name__)
        @app.errorhandler(Exception)
        def h(e):
            if isinstance(e, HTTPException):
                return jsonify(error=e.description), e.code
            return jsonify(error="internal"), 500
        """,
    )


def test_leave_hasattr() -> None:
    check_findings(
        "BC604",
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(Exception)
        async def handler(request, exc):
            rid = request.state.request_id if hasattr(request.state, "request_id") else None
            return JSONResponse({"error": "x", "request_id": rid}, status_code=500)
        """,
    )


def test_leave_guarded_helper() -> None:
    check_findings(
        "BC604",
        """
        import logging
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        async def save_error(exc):
            try:
                await db.execute("x")
            except Exception:
                logging.exception("x")
        @app.exception_handler(Exception)
        async def handler(request, exc):
            await save_error(exc)
            return JSONResponse({"error": "x"}, status_code=500)
        """,
    )


def test_leave_log_only() -> None:
    check_findings(
        "BC604",
        """
        import logging, traceback
        from flask import Flask
        app = Flask(__name__)
        @app.errorhandler(Exception)
        def h(e):
            logging.exception("unhandled")
            return {"error": type(e).__name__, "trace": traceback.format_exc()}, 500
        """,
    )


def test_leave_sentry() -> None:
    check_findings(
        "BC604",
        """
        import sentry_sdk
        from flask import Flask
        app = Flask(__name__)
        @app.errorhandler(Exception)
        def h(e):
            sentry_sdk.capture_exception(e)
            return "error", 500
        """,
    )


def test_leave_g_get() -> None:
    check_findings(
        "BC604",
        """
        from flask import Flask, g
        app = Flask(__name__)
        @app.errorhandler(500)
        def h(e):
            return {"error": "x", "request_id": g.get("request_id")}, 500
        """,
    )


def test_leave_route_handler() -> None:
    check_findings(
        "BC604",
        """
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/")
        async def f(request):
            await save_thing(request.state.request_id)
            return {}
        """,
    )


def test_leave_not_registered() -> None:
    check_findings(
        "BC604",
        """
        async def on_error(request, exc):
            return {"id": request.state.request_id}
        """,
    )


def test_leave_middleware_plain() -> None:
    check_findings(
        "BC604",
        """
        from fastapi import FastAPI
        app = FastAPI()
        @app.middleware("http")
        async def add(request, call_next):
            response = await call_next(request)
            await record(request.url.path)
            return response
        """,
    )


def test_leave_handler_exists() -> None:
    check_findings(
        "BC604",
        """
        from fastapi import FastAPI, HTTPException
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(Exception)
        async def h(request, exc):
            return JSONResponse({"error": "x"}, status_code=500)
        @app.get("/a")
        async def a():
            try:
                return work()
            except Exception:
                raise HTTPException(status_code=500, detail="internal error")
        """,
    )


def test_leave_str_exc() -> None:
    check_findings(
        "BC604",
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(Exception)
        async def h(request, exc):
            return JSONResponse({"error": str(exc), "path": request.url.path}, status_code=500)
        """,
    )


def test_leave_validation() -> None:
    check_findings(
        "BC604",
        """
        from fastapi import FastAPI
        from fastapi.exceptions import RequestValidationError
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(RequestValidationError)
        async def h(request, exc):
            return JSONResponse({"error": exc.errors()}, status_code=422)
        """,
    )


def test_leave_no_missing() -> None:
    check_findings(
        "BC604",
        """
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/")
        def f(): return {}
        """,
    )


def test_leave_header_id() -> None:
    check_findings(
        "BC604",
        """
        #- mw.py
        async def add_id(request, call_next):
            request.state.request_id = 1
            return await call_next(request)
        #- main.py
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(Exception)
        async def h(request, exc):
            return build_error(request, exc)
        """,
    )


def test_mend_state_() -> None:
    check_fix(
        "BC604",
        """
        from fastapi import FastAPI, Request
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(Exception)
        async def handler(request: Request, exc: Exception):
            return JSONResponse({"request_id": request.state.request_id}, status_code=500)
        """,
        """
        from fastapi import FastAPI, Request
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(Exception)
        async def handler(request: Request, exc: Exception):
            return JSONResponse({"request_id": getattr(request.state, "request_id", None)}, status_code=500)
        """,
    )


def test_mend_g() -> None:
    check_fix(
        "BC604",
        """
        from flask import Flask, g, jsonify
        app = Flask(__name__)
        @app.errorhandler(500)
        def handler(e):
            return jsonify(error="x", request_id=g.request_id), 500
        """,
        """
        from flask import Flask, g, jsonify
        app = Flask(__name__)
        @app.errorhandler(500)
        def handler(e):
            return jsonify(error="x", request_id=getattr(g, "request_id", None)), 500
        """,
    )


def test_mend_db_() -> None:
    check_fix(
        "BC604",
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        async def handler(request, exc):
            await db.execute("insert")
            return JSONResponse({"error": "x"}, status_code=500)
        app.add_exception_handler(Exception, handler)
        """,
        """
        import logging

        from fastapi import FastAPI
        from fastapi.responses import JSONResponse

        logger = logging.getLogger(__name__)
        app = FastAPI()
        async def handler(request, exc):
            try:
                await db.execute("insert")
            except Exception:
                logger.exception("handler failed")
            return JSONResponse({"error": "x"}, status_code=500)
        app.add_exception_handler(Exception, handler)
        """,
    )


def test_mend_flask() -> None:
    check_fix(
        "BC604",
        '''
        from flask import Flask, jsonify
        app = Flask(__name__)
        @app.errorhandler(Exception)
        def handler(e):
            """Doc."""
            db.session.add(ErrorLog(str(e)))
            db.session.commit()
            return jsonify(error="x"), 500
        ''',
        '''
        import logging

        from flask import Flask, jsonify

        logger = logging.getLogger(__name__)
        app = Flask(__name__)
        @app.errorhandler(Exception)
        def handler(e):
            """Doc."""
            try:
                db.session.add(ErrorLog(str(e)))
                db.session.commit()
            except Exception:
                logger.exception("handler failed")
            return jsonify(error="x"), 500
        ''',
    )


def test_mend_exc_attr_() -> None:
    check_fix(
        "BC604",
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(Exception)
        async def handler(request, exc):
            return JSONResponse({"error": exc.detail}, status_code=500)
        """,
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(Exception)
        async def handler(request, exc):
            return JSONResponse({"error": getattr(exc, "detail", None)}, status_code=500)
        """,
    )


def test_mend_exc_json() -> None:
    check_fix(
        "BC604",
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(Exception)
        async def handler(request, exc):
            return JSONResponse({"error": exc}, status_code=500)
        """,
        """
        import logging

        from fastapi import FastAPI
        from fastapi.responses import JSONResponse

        logger = logging.getLogger(__name__)
        app = FastAPI()
        @app.exception_handler(Exception)
        async def handler(request, exc):
            try:
                return JSONResponse({"error": exc}, status_code=500)
            except Exception:
                logger.exception("handler failed")
                return JSONResponse(status_code=500, content={"error": "internal"})
        """,
    )


def test_mend_middleware_() -> None:
    check_fix(
        "BC604",
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.middleware("http")
        async def catch(request, call_next):
            try:
                return await call_next(request)
            except Exception as exc:
                await save_error(exc)
                return JSONResponse({"error": "x"}, status_code=500)
        """,
        """
        import logging

        from fastapi import FastAPI
        from fastapi.responses import JSONResponse

        logger = logging.getLogger(__name__)
        app = FastAPI()
        @app.middleware("http")
        async def catch(request, call_next):
            try:
                return await call_next(request)
            except Exception as exc:
                try:
                    await save_error(exc)
                except Exception:
                    logger.exception("catch failed")
                return JSONResponse({"error": "x"}, status_code=500)
        """,
    )


def test_mend_untraceable() -> None:
    check_fix(
        "BC604",
        """
        #- main.py
        import logging
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        logger = logging.getLogger(__name__)
        @app.exception_handler(Exception)
        async def handler(request, exc):
            logger.error("unhandled", exc_info=exc)
            return JSONResponse(status_code=500, content={"error": "x"})
        #- mw.py
        import uuid
        async def add_id(request, call_next):
            request.state.request_id = uuid.uuid4().hex
            return await call_next(request)
        """,
        """
        #- main.py
        import logging
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        logger = logging.getLogger(__name__)
        @app.exception_handler(Exception)
        async def handler(request, exc):
            request_id = getattr(request.state, "request_id", None)
            logger.error("unhandled, request_id=%s", request_id, exc_info=exc)
            return JSONResponse(status_code=500, content={"error": "x", "request_id": request_id})
        #- mw.py
        import uuid
        async def add_id(request, call_next):
            request.state.request_id = uuid.uuid4().hex
            return await call_next(request)
        """,
    )


def test_mend_cross() -> None:
    check_fix(
        "BC604",
        """
        #- handlers.py
        from fastapi.responses import JSONResponse
        async def on_error(request, exc):
            rid = request.state.request_id
            return JSONResponse({"id": rid, "user": request.state.user}, status_code=500)
        #- main.py
        from fastapi import FastAPI
        from handlers import on_error
        app = FastAPI()
        app.add_exception_handler(Exception, on_error)
        """,
        """
        #- handlers.py
        from fastapi.responses import JSONResponse
        async def on_error(request, exc):
            rid = getattr(request.state, "request_id", None)
            return JSONResponse({"id": rid, "user": getattr(request.state, "user", None)}, status_code=500)
        #- main.py
        from fastapi import FastAPI
        from handlers import on_error
        app = FastAPI()
        app.add_exception_handler(Exception, on_error)
        """,
    )


def test_mend_alert() -> None:
    check_fix(
        "BC604",
        """
        from flask import Flask
        app = Flask(__name__)
        @app.errorhandler(Exception)
        def h(err):
            send_alert(err)
            return "error", 500
        """,
        """
        import logging

        from flask import Flask

        logger = logging.getLogger(__name__)
        app = Flask(__name__)
        @app.errorhandler(Exception)
        def h(err):
            try:
                send_alert(err)
            except Exception:
                logger.exception("h failed")
            return "error", 500
        """,
    )


def test_mend_dispatch_() -> None:
    check_fix(
        "BC604",
        """
        from starlette.middleware.base import BaseHTTPMiddleware
        from starlette.responses import JSONResponse
        class Catch(BaseHTTPMiddleware):
            async def dispatch(self, request, call_next):
                try:
                    return await call_next(request)
                except Exception as exc:
                    return JSONResponse({"id": request.state.request_id}, status_code=500)
        """,
        """
        from starlette.middleware.base import BaseHTTPMiddleware
        from starlette.responses import JSONResponse
        class Catch(BaseHTTPMiddleware):
            async def dispatch(self, request, call_next):
                try:
                    return await call_next(request)
                except Exception as exc:
                    return JSONResponse({"id": getattr(request.state, "request_id", None)}, status_code=500)
        """,
    )


def test_flag_quart() -> None:
    check_findings(
        "BC604",
        """
        from quart import Quart, g
        app = Quart(__name__)
        @app.errorhandler(Exception)
        async def h(e):
            await db.log_error(str(e))
                # ^^^^^^^^^^^^^^^^^^^^ BC604
            return {"error": "x"}, 500
        """,
    )


def test_flag_blueprint() -> None:
    check_findings(
        "BC604",
        """
        from flask import Blueprint, request
        bp = Blueprint("b", __name__)
        @bp.app_errorhandler(500)
        def h(e):
            with open("/var/log/x") as f:
               # ^^^^^^^^^^^^^^^^^^ BC604
                f.write(str(e))
            return "err", 500
        """,
    )


def test_flag_state_user() -> None:
    check_findings(
        "BC604",
        """
        from fastapi import FastAPI, Request
        from fastapi.responses import JSONResponse
        import logging
        app = FastAPI()
        @app.exception_handler(Exception)
        async def h(request: Request, exc: Exception):
            logging.error("error for %s", request.state.user.id)
                                        # ^^^^^^^^^^^^^^^^^^ BC604
            return JSONResponse(status_code=500, content={"detail": "x"})
        """,
    )


def test_flag_kafka_publish() -> None:
    check_findings(
        "BC604",
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(Exception)
        async def h(request, exc):
            producer.publish("errors", str(exc))
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC604
            return JSONResponse(status_code=500, content={"detail": "x"})
        """,
    )


def test_flag_starlette_500() -> None:
    check_findings(
        "BC604",
        """
        from starlette.applications import Starlette
        from starlette.responses import JSONResponse
        async def server_error(request, exc):
            return JSONResponse({"id": request.state.request_id}, status_code=500)
                                     # ^^^^^^^^^^^^^^^^^^^^^^^^ BC604
        app = Starlette(exception_handlers={500: server_error})
        """,
    )


def test_flag_werkzeug_class() -> None:
    check_findings(
        "BC604",
        """
        from flask import Flask
        from werkzeug.exceptions import InternalServerError
        app = Flask(__name__)
        @app.errorhandler(InternalServerError)
        def h(e):
            notify_oncall(e)
          # ^^^^^^^^^^^^^^^^ BC604
            return "x", 500
        """,
    )


def test_leave_template() -> None:
    check_findings(
        "BC604",
        """
        from flask import Flask, render_template
        app = Flask(__name__)
        @app.errorhandler(500)
        def h(e):
            return render_template("500.html"), 500
        """,
    )


def test_leave_http_handler() -> None:
    check_findings(
        "BC604",
        """
        from fastapi import FastAPI, HTTPException
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(HTTPException)
        async def h(request, exc):
            return JSONResponse(status_code=exc.status_code, content={"detail": exc.detail})
        """,
    )


def test_leave_two_args_util() -> None:
    check_findings(
        "BC604",
        """
        def compare(request, e):
            return e.value
        """,
    )


def test_leave_background() -> None:
    check_findings(
        "BC604",
        """
        from fastapi import FastAPI, BackgroundTasks
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(Exception)
        async def h(request, exc):
            return JSONResponse(status_code=500, content={"path": str(request.url)})
        """,
    )


def test_leave_suppress() -> None:
    check_findings(
        "BC604",
        """
        from contextlib import suppress
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(Exception)
        async def h(request, exc):
            with suppress(Exception):
                await save_error(exc)
            return JSONResponse(status_code=500, content={"detail": "x"})
        """,
    )


def test_leave_header_id_() -> None:
    check_findings(
        "BC604",
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(Exception)
        async def h(request, exc):
            rid = request.headers.get("x-request-id")
            return JSONResponse(status_code=500, content={"detail": "x", "request_id": rid})
        """,
    )


def test_leave_traceback() -> None:
    check_findings(
        "BC604",
        """
        import traceback
        from flask import Flask
        app = Flask(__name__)
        @app.errorhandler(Exception)
        def h(e):
            traceback.print_exc()
            return {"error": str(e)}, getattr(e, "code", 500)
        """,
    )


def test_leave_key_named_like_the_exception() -> None:
    check_findings(
        "BC604",
        """
        from flask import Flask, jsonify
        app = Flask(__name__)
        @app.errorhandler(500)
        def h(error):
            return jsonify(error="internal"), 500
        """,
    )


def test_arguments_of_an_exception_as_json() -> None:
    check_findings(
        "BC604",
        """
        import json

        from fastapi import FastAPI
        from starlette.responses import Response

        app = FastAPI()

        @app.exception_handler(Exception)
        async def answer(request, exc):
            return Response(json.dumps({"error": exc.args}), status_code=500)
                                               # ^^^^^^^^ BC604
        """,
    )


def test_what_every_exception_has_gets_no_default() -> None:
    check_fix(
        "BC604",
        """
        import json
        import logging
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        from starlette.responses import Response
        logger = logging.getLogger(__name__)
        app = FastAPI()
        @app.exception_handler(Exception)
        async def answer(request, exc):
            return Response(json.dumps({"error": exc.args}), status_code=500)
        """,
        """
        import json
        import logging
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        from starlette.responses import Response
        logger = logging.getLogger(__name__)
        app = FastAPI()
        @app.exception_handler(Exception)
        async def answer(request, exc):
            try:
                return Response(json.dumps({"error": exc.args}), status_code=500)
            except Exception:
                logger.exception("answer failed")
                return JSONResponse(status_code=500, content={"error": "internal"})
        """,
    )


def test_what_hangs_on_a_missing_state_gets_a_default_too() -> None:
    check_fix(
        "BC604",
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(Exception)
        async def answer(request, exc):
            return JSONResponse({"u": request.state.user.id}, 500)
        """,
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(Exception)
        async def answer(request, exc):
            return JSONResponse({"u": getattr(getattr(request.state, "user", None), "id", None)}, 500)
        """,
    )


def test_a_class_of_the_file_is_no_framework() -> None:
    check_findings(
        "BC604",
        """
        class Bus:
            def exception_handler(self, kind):
                return lambda function: function
        bus = Bus()
        @bus.exception_handler(Exception)
        def note(request, exc):
            return request.state.request_id
        """,
    )


def test_an_exception_without_a_status_is_a_500() -> None:
    check_fix(
        "BC604",
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(Exception)
        async def answer(request, exc):
            return JSONResponse({"detail": "internal"}, status_code=exc.status_code)
        """,
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(Exception)
        async def answer(request, exc):
            return JSONResponse({"detail": "internal"}, status_code=getattr(exc, "status_code", 500))
        """,
    )


def test_a_handler_that_another_file_registers() -> None:
    check_findings(
        "BC604",
        """
        #- main.py
        from errors import unhandled as handle
        from fastapi import FastAPI
        app = FastAPI()
        app.add_exception_handler(500, handle)

        #- errors.py
        import smtplib
        from starlette.responses import PlainTextResponse
        def unhandled(request, exc: Exception):
            with smtplib.SMTP("localhost") as mail:
               # ^^^^^^^^^^^^^^^^^^^^^^^^^ BC604
                mail.sendmail("a@x", ["ops@x"], repr(exc))
            return PlainTextResponse("internal", status_code=500)

        #- status.py
        from fastapi import FastAPI, status
        from fastapi.responses import JSONResponse
        app = FastAPI()
        @app.exception_handler(status.HTTP_500_INTERNAL_SERVER_ERROR)
        async def internal(request, exc):
            return JSONResponse({"detail": "internal"}, status_code=exc.status_code)
                                                                  # ^^^^^^^^^^^^^^^ BC604
        """,
    )


def test_the_status_of_an_answer_is_500_by_default() -> None:
    check_fix(
        "BC604",
        """
        from flask import Flask, jsonify
        app = Flask(__name__)
        @app.errorhandler(Exception)
        def anything(e):
            return jsonify(error="internal"), e.code
        """,
        """
        from flask import Flask, jsonify
        app = Flask(__name__)
        @app.errorhandler(Exception)
        def anything(e):
            return jsonify(error="internal"), getattr(e, "code", 500)
        """,
    )


def test_answers_with_the_names_of_quart() -> None:
    check_fix(
        "BC604",
        """
        import logging
        from quart import Quart, g, jsonify
        logger = logging.getLogger(__name__)
        app = Quart(__name__)
        @app.errorhandler(Exception)
        async def on_error(error):
            row = await g.db.execute("INSERT INTO errors VALUES (1)")
            return jsonify({"message": "server", "id": row.id}), 500
        """,
        """
        import logging
        from quart import Quart, g, jsonify
        logger = logging.getLogger(__name__)
        app = Quart(__name__)
        @app.errorhandler(Exception)
        async def on_error(error):
            try:
                row = await g.db.execute("INSERT INTO errors VALUES (1)")
                return jsonify({"message": "server", "id": row.id}), 500
            except Exception:
                logger.exception("on_error failed")
                return jsonify({"message": "server"}), 500
        """,
    )


def test_mend_what_is_returned_alone() -> None:
    """A tuple of one is no answer with a status, and must not stop the fix."""
    check_fix(
        "BC604",
        """
        from flask import Flask
        app = Flask(__name__)
        @app.errorhandler(Exception)
        def on_error(exc):
            return (exc.code,)
        """,
        """
        from flask import Flask
        app = Flask(__name__)
        @app.errorhandler(Exception)
        def on_error(exc):
            return (getattr(exc, "code", None),)
        """,
    )


def test_what_one_file_registers_with_quart_answers_with_its_names() -> None:
    check_fix(
        "BC604",
        """
        #- errors.py
        import logging
        logger = logging.getLogger(__name__)
        async def on_error(error):
            row = await save_error(error)
            logger.error("saved as %s", row.id)
            return answer_of(row), 500
        #- app.py
        from quart import Quart
        from errors import on_error
        app = Quart(__name__)
        app.register_error_handler(Exception, on_error)
        """,
        """
        #- errors.py
        import logging

        from quart import jsonify

        logger = logging.getLogger(__name__)
        async def on_error(error):
            try:
                row = await save_error(error)
                logger.error("saved as %s", row.id)
                return answer_of(row), 500
            except Exception:
                logger.exception("on_error failed")
                return jsonify({"error": "internal"}), 500
        #- app.py
        from quart import Quart
        from errors import on_error
        app = Quart(__name__)
        app.register_error_handler(Exception, on_error)
        """,
    )


def test_a_metric_is_recorded_in_memory() -> None:
    check_findings(
        "BC604",
        """
        @app.exception_handler(Exception)
        def on_error(request, exc):
            metrics.record_failure(reason="unhandled")
            return JSONResponse({"error": "internal"}, status_code=500)
        """,
    )
