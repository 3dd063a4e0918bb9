"""BC102 beyond the examples of its page."""

from __future__ import annotations

import pytest

from bugcatalog_ls.testing.checks import check_findings, check_fix


def test_flask_answers_in_all_their_forms() -> None:
    check_findings(
        "BC102",
        """
        import json
        from http import HTTPStatus
        from flask import Blueprint, Response, jsonify as to_json, make_response

        bp = Blueprint("orders", __name__)

        @bp.route("/a", methods=["POST"])
        def a():
            if not body():
                return {"ok": False}, 200
                     # ^^^^^^^^^^^^^^^^^^ BC102 `a` answers a failure with status 200
            if not other():
                return to_json(success=False, error="other"), HTTPStatus.OK
                     # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC102
            if not third():
                return make_response(to_json({"status": "FAILED"}), 200)
                     # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC102
            return Response(json.dumps({"error": "x"}), mimetype="application/json")
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC102

        @bp.route("/b")
        def b():
            if not body():
                return {"ok": False}, 400
            if not other():
                return to_json(success=False), HTTPStatus.BAD_REQUEST
            if not third():
                return make_response(to_json({"status": "failed"}), 422)
            if not fourth():
                return to_json({"error": "x"}), status_of("x")
            return Response(json.dumps({"error": "x"}), status=500)

        @bp.route("/c")
        def c():
            response = to_json({"error": "x"})
            response.status_code = 404
            return response

        @bp.route("/d")
        def d():
            payload = {"success": False, "message": "x"}
            return payload, {"X-Reason": "x"}
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^ BC102
        """,
    )


def test_fastapi_does_not_read_the_status_from_a_tuple() -> None:
    check_findings(
        "BC102",
        """
        from fastapi import FastAPI, status
        from starlette.responses import JSONResponse as Json

        app = FastAPI()

        @app.get("/a")
        async def a():
            return {"error": "missing"}, 404
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^ BC102

        @app.post("/b", status_code=201)
        async def b():
            return {"success": False}
                 # ^^^^^^^^^^^^^^^^^^ BC102 with status 201

        @app.post("/c", status_code=status.HTTP_409_CONFLICT)
        async def c():
            return {"success": False}

        @app.get("/d")
        async def d():
            return Json({"error": "missing"}, status.HTTP_404_NOT_FOUND)

        @app.websocket("/e")
        async def e(socket):
            return {"error": "closed"}
        """,
    )


def test_handlers_of_other_files_and_frameworks() -> None:
    check_findings(
        "BC102",
        """
        #- web/__init__.py
        from flask import Flask
        app = Flask(__name__)

        #- web/views.py
        from web import app
        from flask.views import MethodView

        @app.get("/x")
        def x():
            return dict(success=False)
                 # ^^^^^^^^^^^^^^^^^^^ BC102

        class Orders(MethodView):
            def get(self):
                return {"error": "none"}
                     # ^^^^^^^^^^^^^^^^^ BC102

            def helper(self):
                return {"error": "none"}

        #- shop/views.py
        from rest_framework.response import Response
        from rest_framework.views import APIView
        from rest_framework import status
        from django.http import JsonResponse

        class Orders(APIView):
            def post(self, request):
                if not request.data:
                    return Response({"status": "error"}, status=status.HTTP_200_OK)
                         # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC102
                return Response({"status": "error"}, status.HTTP_400_BAD_REQUEST)

        def not_routed(request):
            return JsonResponse({"ok": False})

        def routed(request):
            return JsonResponse({"ok": False})
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC102

        #- shop/urls.py
        from django.urls import path
        from shop import views

        urlpatterns = [path("routed/", views.routed)]

        #- star.py
        from starlette.applications import Starlette
        from starlette.responses import JSONResponse
        from starlette.routing import Route

        async def read(request):
            return JSONResponse({"ok": False})
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC102

        app = Starlette(routes=[Route("/", read)])
        """,
    )


def test_bodies_that_do_not_say_so() -> None:
    check_findings(
        "BC102",
        """
        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/a")
        def a(job):
            if job.done:
                return {"id": job.id, "status": "failed", "error": job.error}
            return {"state": job.state, "error": job.error}

        @app.get("/b")
        def b(name: str):
            return {"valid": False, "error": "too short"}

        @app.get("/c")
        def c():
            return {"error": None, "errors": []}

        @app.get("/d")
        def d():
            return {"success": False, **outcome()}

        @app.get("/e")
        def e():
            return {"error": "", "success": True}

        @app.get("/f")
        def f():
            def inner():
                return {"error": "not an answer"}
            return {"made": inner()}
        """,
    )


def test_what_is_unpacked_behind_the_failure() -> None:
    check_findings(
        "BC102",
        """
        from flask import Flask, jsonify

        app = Flask(__name__)

        @app.get("/a")
        def a(extra):
            return {"success": False, **extra}
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC102

        @app.get("/b")
        def b():
            found = {"code": 7}
            found["hint"] = hint()
            return jsonify({"ok": False, **found})
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC102

        @app.get("/c")
        def c():
            try:
                return load()
            except OSError:
                return {"status": "error", **fallback()}
                     # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC102

        @app.get("/d")
        def d(**made):
            return jsonify(success=False, **made)
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC102

        @app.get("/e")
        def e(hint):
            return {"success": False, "message": "no such user", **({"hint": hint} if hint else {})}
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC102

        @app.get("/f")
        def f():
            found = {"success": True}
            return {"success": False, **found}

        @app.get("/g")
        def g():
            found = {}
            found["success"] = done()
            return {"success": False, **found}

        @app.get("/h")
        def h(result):
            return {"success": False, "message": "unknown", **result}

        @app.get("/i")
        def i():
            return {"success": False, **(updates() or {})}

        @app.get("/j")
        def j(result_fields):
            return {"success": False, "message": "", **result_fields}
        """,
    )


def test_protocols_that_want_200() -> None:
    check_findings(
        "BC102",
        """
        from fastapi import APIRouter
        from fastapi import FastAPI

        app = FastAPI()
        router = APIRouter(prefix="/lnurlp")

        @app.post("/stripe/webhook")
        def stripe():
            return {"status": "error"}

        @router.get("/{link}")
        def link():
            return {"status": "ERROR", "reason": "no such link"}

        @app.post("/graphql")
        def query():
            return {"error": "x"}

        @app.get("/cashu")
        def cashu():
            return {"status": "ERROR", "reason": "LUD-06"}
        """,
    )


def test_messages_count_in_a_handler_only() -> None:
    check_findings(
        "BC102",
        """
        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/a")
        def a():
            try:
                return decode()
            except:
                return {"message": "Failed to decode"}
                     # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC102

        @app.get("/b")
        def b():
            return {"message": "Failed to decode"}

        @app.get("/c")
        def c(response):
            if broken():
                response.status_code = 503
                return {"error": "broken"}
            return {"error": "broken too"}
                 # ^^^^^^^^^^^^^^^^^^^^^^^ BC102
        """,
    )


@pytest.mark.parametrize("path", ["tests/app.py", "test_app.py"])
def test_tests_are_left_alone(path: str) -> None:
    check_findings(
        "BC102",
        f"""
        #- {path}
        from flask import Flask
        app = Flask(__name__)

        @app.get("/")
        def read():
            return {{"error": "x"}}
        """,
    )


def test_fix_names_the_exception_and_keeps_what_else_the_body_says() -> None:
    check_fix(
        "BC102",
        """
        from fastapi import FastAPI

        app = FastAPI()


        @app.get("/a")
        def a():
            try:
                return load()
            except ConnectionError:
                return {"success": False, "error": "x", "n": 7}
        """,
        """
        from fastapi import FastAPI, HTTPException

        app = FastAPI()


        @app.get("/a")
        def a():
            try:
                return load()
            except ConnectionError as exc:
                raise HTTPException(
                    status_code=500, detail={"success": False, "error": "x", "n": 7}
                ) from exc
        """,
    )


def test_fix_keeps_what_is_unpacked() -> None:
    check_fix(
        "BC102",
        """
        from fastapi import FastAPI, HTTPException

        app = FastAPI()


        @app.get("/a")
        def a(extra: dict[str, str]):
            return {"success": False, "message": "no such user", **extra}
        """,
        """
        from fastapi import FastAPI, HTTPException

        app = FastAPI()


        @app.get("/a")
        def a(extra: dict[str, str]):
            raise HTTPException(
                status_code=404, detail={"success": False, "message": "no such user", **extra}
            )
        """,
    )


def test_fix_does_not_raise_into_a_handler_that_catches_everything() -> None:
    check_fix(
        "BC102",
        """
        from fastapi import FastAPI

        app = FastAPI()


        @app.get("/a")
        def a(name: str):
            try:
                if not name:
                    return {"error": "name is required"}
                return load(name)
            except Exception:
                raise
        """,
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse

        app = FastAPI()


        @app.get("/a")
        def a(name: str):
            try:
                if not name:
                    return JSONResponse(status_code=400, content={"error": "name is required"})
                return load(name)
            except Exception:
                raise
        """,
    )


def test_fix_uses_the_status_of_a_tuple_that_fastapi_ignores() -> None:
    check_fix(
        "BC102",
        """
        from fastapi import FastAPI, HTTPException

        app = FastAPI()


        @app.get("/a")
        def a():
            return {"error": "teapot"}, 418
        """,
        """
        from fastapi import FastAPI, HTTPException

        app = FastAPI()


        @app.get("/a")
        def a():
            raise HTTPException(status_code=418, detail="teapot")
        """,
    )


def test_flask_fixes_keep_headers_and_spelling() -> None:
    check_fix(
        "BC102",
        """
        from http import HTTPStatus
        from flask import Flask, jsonify, request

        app = Flask(__name__)


        @app.post("/a")
        def a():
            data = request.get_json()
            name = data.get("name", "").strip()
            if not name:
                return jsonify(
                    success=False,
                    error="name is required",
                )
            if not store(name):
                return jsonify(success=False), {"X-Reason": "store"}
            if len(name) > 9:
                return jsonify(success=False), HTTPStatus.OK
            return (jsonify(success=False), 200)
        """,
        """
        from http import HTTPStatus
        from flask import Flask, jsonify, request

        app = Flask(__name__)


        @app.post("/a")
        def a():
            data = request.get_json()
            name = data.get("name", "").strip()
            if not name:
                return jsonify(
                    success=False,
                    error="name is required",
                ), 400
            if not store(name):
                return jsonify(success=False), 500, {"X-Reason": "store"}
            if len(name) > 9:
                return jsonify(success=False), HTTPStatus.BAD_REQUEST
            return (jsonify(success=False), 500)
        """,
    )


def test_rest_framework_fix_names_the_status() -> None:
    check_fix(
        "BC102",
        """
        from rest_framework import status
        from rest_framework.decorators import api_view
        from rest_framework.response import Response


        @api_view(["POST"])
        def pay(request):
            try:
                charge()
            except IOError:
                return Response({"ok": False})
            if gone():
                return Response({"error": "order not found"}, status=status.HTTP_200_OK)
            return Response({"ok": True})
        """,
        """
        from rest_framework import status
        from rest_framework.decorators import api_view
        from rest_framework.response import Response


        @api_view(["POST"])
        def pay(request):
            try:
                charge()
            except IOError:
                return Response({"ok": False}, status=status.HTTP_500_INTERNAL_SERVER_ERROR)
            if gone():
                return Response({"error": "order not found"}, status=status.HTTP_404_NOT_FOUND)
            return Response({"ok": True})
        """,
    )


def test_both_sides_of_a_conditional_answer() -> None:
    check_findings(
        "BC102",
        """
        from fastapi import FastAPI

        app = FastAPI()


        @app.post("/lock")
        async def lock(name: str):
            done = await acquire(name)
            return {"ok": True} if done else {"ok": False, "error": "locked"}
                                           # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC102
        """,
    )
    check_fix(
        "BC102",
        """
        from flask import Blueprint, jsonify

        bp = Blueprint("locks", __name__)


        @bp.post("/lock")
        def lock():
            done = acquire()
            return jsonify(ok=True) if done else jsonify(ok=False)
        """,
        """
        from flask import Blueprint, jsonify

        bp = Blueprint("locks", __name__)


        @bp.post("/lock")
        def lock():
            done = acquire()
            return jsonify(ok=True) if done else (jsonify(ok=False), 500)
        """,
    )


def test_a_method_that_is_added_as_a_route() -> None:
    check_findings(
        "BC102",
        """
        from flask import Flask, jsonify


        class Service:
            def __init__(self):
                self.app = Flask(__name__)
                self.app.add_url_rule("/run", "run", self.run, methods=["POST"])

            def run(self):
                try:
                    self.work()
                except Exception as e:
                    return jsonify({"success": False, "error": str(e)})
                         # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC102
                return jsonify({"success": True})
        """,
    )


def test_fix_knows_the_request_by_its_module_and_keeps_lines_short() -> None:
    check_fix(
        "BC102",
        """
        import flask

        app = flask.Flask(__name__)


        @app.post("/subscribe")
        def subscribe():
            address = flask.request.form.get("email", "")
            if "@" not in address:
                return flask.jsonify({"success": False, "message": f"{address} is no address"})
            return flask.jsonify({"success": True})
        """,
        """
        import flask

        app = flask.Flask(__name__)


        @app.post("/subscribe")
        def subscribe():
            address = flask.request.form.get("email", "")
            if "@" not in address:
                return (
                    flask.jsonify({"success": False, "message": f"{address} is no address"}),
                    400,
                )
            return flask.jsonify({"success": True})
        """,
    )


def test_a_choice_with_a_comment_in_it_is_read() -> None:
    check_findings(
        "BC102",
        """
        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/a")
        def a(done: bool):
            return (
                {"ok": True}
                if done
                # nothing to tell
                else {"success": False}
                   # ^^^^^^^^^^^^^^^^^^ BC102 `a` answers a failure with status 200
            )
        """,
    )


def test_views_of_django_without_known_urls() -> None:
    check_findings(
        "BC102",
        """
        from django.http import JsonResponse

        def delete_item(request, pk):
            try:
                delete(pk)
            except Exception as exc:
                return JsonResponse({"status": "error", "message": str(exc)})
                     # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC102
            return JsonResponse({"status": "ok"})

        def answer(message):
            return JsonResponse({"error": message})
        """,
    )


def test_comments_of_a_body_stay() -> None:
    check_fix(
        "BC102",
        """
        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/x")
        def read():
            try:
                return load()
            except Exception as exc:
                return {
                    "success": False,  # what the client reads
                    "error": str(exc),
                }
        """,
        """
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse

        app = FastAPI()

        @app.get("/x")
        def read():
            try:
                return load()
            except Exception as exc:
                return JSONResponse(status_code=500, content={
                    "success": False,  # what the client reads
                    "error": str(exc),
                })
        """,
    )


def test_status_of_the_standard_library_in_the_decorator() -> None:
    check_findings(
        "BC102",
        """
        from http import HTTPStatus
        from fastapi import FastAPI
        app = FastAPI()

        @app.get("/down", status_code=HTTPStatus.BAD_GATEWAY)
        def down():
            return {"status": "error"}

        @app.get("/up", status_code=HTTPStatus.OK)
        def up():
            return {"status": "error"}
                 # ^^^^^^^^^^^^^^^^^^^ BC102
        """,
    )


def test_what_is_unknown_is_missing_or_a_word_that_the_server_does_not_take() -> None:
    check_fix(
        "BC102",
        """
        from flask import Flask

        app = Flask(__name__)

        @app.get("/users/<int:uid>")
        def read(uid):
            user = load(uid)
            if not user:
                return {"status": "fail", "message": "unknown user"}
            if uid in LATER:
                return {"status": "fail", "message": "unknown action"}
            return {"status": "ok"}
        """,
        """
        from flask import Flask

        app = Flask(__name__)

        @app.get("/users/<int:uid>")
        def read(uid):
            user = load(uid)
            if not user:
                return {"status": "fail", "message": "unknown user"}, 404
            if uid in LATER:
                return {"status": "fail", "message": "unknown action"}, 400
            return {"status": "ok"}
        """,
    )


def test_the_response_that_an_application_of_flask_makes() -> None:
    check_findings(
        "BC102",
        """
        import json
        from flask import Flask, current_app
        app = Flask(__name__)

        @app.get("/a")
        def a():
            return app.response_class(response=json.dumps({"success": False}), status=200)
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC102

        @app.get("/b")
        def b():
            return current_app.response_class(json.dumps({"success": False}), status=500)
        """,
    )


def test_what_a_form_found_is_the_clients_fault_and_texts_with_holes_count() -> None:
    check_fix(
        "BC102",
        """
        from flask import Flask, jsonify
        app = Flask(__name__)
        @app.post("/users")
        def add():
            form = UserForm()
            if form.validate():
                return jsonify(ok=True)
            return jsonify({"success": False, "errors": form.errors})
        @app.post("/orders")
        def order():
            errors = schema.validate(load())
            if errors:
                return {"error": errors}
            serializer = Serializer(load())
            if not serializer.is_valid():
                return {"error": "cannot order"}
            return {}
        @app.get("/devices/<device>")
        def device(device):
            try:
                return find(device)
            except KeyError as err:
                return {"error": f"unknown device {err}"}
        @app.get("/users/<user>")
        def user(user):
            try:
                return find(user)
            except LookupError:
                return {"error": "user %s not found" % user}
            except OSError as err:
                return {"error": f"unknown error {err}"}
        """,
        """
        from flask import Flask, jsonify
        app = Flask(__name__)
        @app.post("/users")
        def add():
            form = UserForm()
            if form.validate():
                return jsonify(ok=True)
            return jsonify({"success": False, "errors": form.errors}), 400
        @app.post("/orders")
        def order():
            errors = schema.validate(load())
            if errors:
                return {"error": errors}, 400
            serializer = Serializer(load())
            if not serializer.is_valid():
                return {"error": "cannot order"}, 400
            return {}
        @app.get("/devices/<device>")
        def device(device):
            try:
                return find(device)
            except KeyError as err:
                return {"error": f"unknown device {err}"}, 404
        @app.get("/users/<user>")
        def user(user):
            try:
                return find(user)
            except LookupError:
                return {"error": "user %s not found" % user}, 404
            except OSError as err:
                return {"error": f"unknown error {err}"}, 500
        """,
    )
