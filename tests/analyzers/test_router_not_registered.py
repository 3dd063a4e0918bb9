"""BC105 beyond the examples of its page."""

from __future__ import annotations

from bugcatalog_ls.testing.checks import check_findings, check_fix

_APP = """
#- main.py
from fastapi import FastAPI

app = FastAPI()
"""
_USERS = """
#- app/users.py
from fastapi import APIRouter

router = APIRouter()
# <----------------- BC105 no application includes `router`

@router.get("/users")
def users():
    return []
"""
_SILENT_USERS = _USERS.replace("# <----------------- BC105 no application includes `router`\n", "")


def _with(users: str, *others: str) -> str:
    return users.lstrip("\n") + "".join(other if other.endswith("\n") else other + "\n" for other in others)


def test_a_router_without_routes_says_nothing() -> None:
    check_findings(
        "BC105",
        """
        #- app/empty.py
        from fastapi import APIRouter
        router = APIRouter()

        #- main.py
        from fastapi import FastAPI
        app = FastAPI()
        """,
    )


def test_routes_may_be_added_elsewhere() -> None:
    check_findings(
        "BC105",
        """
        #- web/__init__.py
        from flask import Flask
        app = Flask(__name__)

        #- web/orders/__init__.py
        from flask import Blueprint
        bp = Blueprint("orders", __name__)
        # <------------------------------- BC105
        from web.orders import views

        #- web/orders/views.py
        from web.orders import bp

        @bp.route("/orders")
        def orders():
            return []
        """,
    )


def test_a_router_of_a_workspace_class_and_one_inside_a_function() -> None:
    check_findings(
        "BC105",
        """
        #- app/base.py
        from fastapi import APIRouter

        class UserAPIRouter(APIRouter):
            pass

        class Router:
            pass

        #- app/mine.py
        from app.base import Router, UserAPIRouter

        other = Router()
        users = UserAPIRouter(prefix="/users")
        # <----------------------------------- BC105

        @users.get("/")
        def read(): ...

        @other.get("/")
        def read_other(): ...

        #- main.py
        from fastapi import APIRouter, FastAPI

        def build() -> FastAPI:
            app = FastAPI()
            router = APIRouter()
          # ^^^^^^^^^^^^^^^^^^^^ BC105

            @router.get("/health")
            def health(): ...

            return app
        """,
    )


def test_registered_in_many_ways() -> None:
    for main in (
        "from app.users import router\napp.include_router(router=router)",
        "import app.users\napplication.include_router(app.users.router)",
        "from app import *\napplication.include_router(users.router)",
        "from app import users as u\nfor r in [u.router]:\n    application.include_router(r)",
        "from app import users\nROUTERS = {'users': users.router}",
        "from app import users\nregister(users)",
        "from app import users\napplication.routes.extend(users.router.routes)",
        "def build(app):\n    from app.users import router as r\n    app.include_router(r, prefix='/x')",
        "import importlib\nm = importlib.import_module('app.users')\napplication.include_router(m.router)",
        "from importlib import import_module\nfor n in names():\n"
        "    application.include_router(getattr(import_module('app.' + n), 'router'))",
    ):
        fixture = _with(_SILENT_USERS, _APP.replace("app = ", "application = "), main)
        check_findings("BC105", fixture + "\n#- app/__init__.py\nfrom app import users\n")


def test_what_does_not_register() -> None:
    for main in (
        "from app.users import router",
        "import importlib\nfor n in names():\n    importlib.import_module('plugins.' + n)",
        "import importlib, plugins\nfor n in names():\n"
        "    app.include_router(importlib.import_module(f'plugins.{n}').router)",
        "from app.users import users as list_users\nprint(list_users())",
        "from other import router\napp.include_router(router)",
    ):
        check_findings("BC105", _with(_USERS, _APP, main))


def test_an_inclusion_in_a_test_serves_nobody() -> None:
    test = "#- tests/test_users.py\nfrom app.users import router\nmain.app.include_router(router)\n"
    check_findings("BC105", _with(_USERS, _APP, test))


def test_a_reexport_under_another_name() -> None:
    package = "#- app/__init__.py\nfrom .users import router as users_router\n__all__ = ['users_router']\n"
    check_findings("BC105", _with(_USERS, _APP, package))
    main = "from app import users_router\napp.include_router(users_router)\n"
    check_findings("BC105", _with(_SILENT_USERS, _APP, main, package))


def test_an_app_of_another_family_or_of_a_sample_is_none() -> None:
    check_findings("BC105", _with(_SILENT_USERS, "#- main.py\nfrom flask import Flask\napp = Flask('x')\n"))
    check_findings(
        "BC105", _with(_SILENT_USERS, "#- examples/demo.py\nfrom fastapi import FastAPI\nFastAPI()\n")
    )
    check_findings("BC105", _with(_SILENT_USERS, "#- tests/app.py\nfrom fastapi import FastAPI\nFastAPI()\n"))


def test_a_library_of_a_monorepo_is_left_alone() -> None:
    fixture = """
    #- services/web/pyproject.toml
    [project]
    name = "web"

    #- services/web/main.py
    from fastapi import FastAPI
    app = FastAPI()

    #- packages/billing/pyproject.toml
    [project]
    name = "billing"

    #- packages/billing/billing/api.py
    from fastapi import APIRouter
    router = APIRouter()

    @router.get("/plans")
    def plans(): ...
    """
    check_findings("BC105", fixture)


def test_an_entry_point_registers() -> None:
    project = '#- pyproject.toml\n[project.entry-points."app.routers"]\nusers = "app.users:router"\n'
    check_findings("BC105", _with(_SILENT_USERS, _APP, project))


def test_helpers_of_flask_do_not_register() -> None:
    check_findings(
        "BC105",
        """
        #- web/api.py
        from flask import Blueprint
        from flask_restful import Api, Resource
        from web.extensions import csrf

        bp = Blueprint("api", __name__)
        # <---------------------------- BC105
        api = Api(bp)
        csrf.exempt(bp)

        #- web/__init__.py
        from flask import Flask
        app = Flask(__name__)
        """,
    )


def test_guarded_imports() -> None:
    check_findings(
        "BC105",
        """
        #- app/users.py
        from fastapi import APIRouter
        router = APIRouter()

        @router.get("/users")
        def users(): ...

        def helper(): ...

        #- main.py
        from contextlib import suppress
        from fastapi import FastAPI
        app = FastAPI()

        try:
            from app.users import router as users_router
        except (ImportError, AttributeError) as exc:
        # <---------------------------------------- BC105 the router of `app.users`
            print(f"no users: {exc}")
            users_router = None
        if users_router is not None:
            app.include_router(users_router)

        try:
            from app import users
            app.include_router(users.router)
        except Exception:
        # <------------- BC105
            pass

        with suppress(ImportError):
           # ^^^^^^^^^^^^^^^^^^^^^ BC105
            from app.users import router
            app.include_router(router)

        try:
            from app.users import helper
        except ImportError:
            helper = None

        try:
            from app.users import router as third
        except ImportError as exc:
            raise RuntimeError("users") from exc

        try:
            from app.users import router as fourth
        except ImportError:
            from app.fallback import router as fourth

        try:
            from prometheus_fastapi import router as metrics
        except ImportError:
            metrics = None

        try:
            from app.users import router as fifth
        except ValueError:
            pass
        """,
    )


def test_fix_imports_as_the_siblings_are_imported() -> None:
    check_fix(
        "BC105",
        """
        #- app/routes/users.py
        from fastapi import APIRouter

        router = APIRouter()


        @router.get("/users")
        def users():
            return []

        #- app/routes/games.py
        from fastapi import APIRouter

        router = APIRouter()

        #- app/main.py
        from fastapi import FastAPI

        from .routes import games


        def create_app(debug: bool) -> FastAPI:
            app = FastAPI()
            if debug:
                app.include_router(games.router, prefix="/games")
            return app
        """,
        """
        #- app/routes/users.py
        from fastapi import APIRouter

        router = APIRouter()


        @router.get("/users")
        def users():
            return []

        #- app/routes/games.py
        from fastapi import APIRouter

        router = APIRouter()

        #- app/main.py
        from fastapi import FastAPI

        from .routes import games, users


        def create_app(debug: bool) -> FastAPI:
            app = FastAPI()
            if debug:
                app.include_router(games.router, prefix="/games")
            app.include_router(users.router)
            return app
        """,
    )


def test_fix_avoids_a_circular_import() -> None:
    check_fix(
        "BC105",
        """
        #- web/orders.py
        from flask import Blueprint

        from web import db

        bp = Blueprint("orders", __name__)


        @bp.get("/orders")
        def orders():
            return db.all()

        #- web/__init__.py
        from flask import Flask

        db = object()


        def create_app():
            app = Flask(__name__)
            return app
        """,
        """
        #- web/orders.py
        from flask import Blueprint

        from web import db

        bp = Blueprint("orders", __name__)


        @bp.get("/orders")
        def orders():
            return db.all()

        #- web/__init__.py
        from flask import Flask

        db = object()


        def create_app():
            app = Flask(__name__)
            from web.orders import bp as orders_bp

            app.register_blueprint(orders_bp)
            return app
        """,
    )


def test_fix_in_the_file_of_the_app_comes_behind_the_routes() -> None:
    check_fix(
        "BC105",
        """
        from fastapi import APIRouter, FastAPI

        app = FastAPI()
        router = APIRouter()


        @router.get("/a")
        def a():
            return []


        if __name__ == "__main__":
            run(app)
        """,
        """
        from fastapi import APIRouter, FastAPI

        app = FastAPI()
        router = APIRouter()


        @router.get("/a")
        def a():
            return []


        app.include_router(router)


        if __name__ == "__main__":
            run(app)
        """,
    )


def test_fix_of_guards() -> None:
    users = """
        #- app/users.py
        from fastapi import APIRouter
        router = APIRouter()

        @router.get("/users")
        def users(): ...
    """
    check_fix(
        "BC105",
        """
        #- main.py
        from contextlib import suppress

        from fastapi import FastAPI

        app = FastAPI()
        with suppress(ImportError):
            from app.users import router

            app.include_router(router)
        """
        + users,
        """
        #- main.py
        from fastapi import FastAPI

        app = FastAPI()
        from app.users import router

        app.include_router(router)
        """
        + users,
    )
    check_fix(
        "BC105",
        """
        #- main.py
        from fastapi import FastAPI

        app = FastAPI()
        try:
            from app.users import router
        except ImportError:
            print("no users")
            router = None
        else:
            app.include_router(router)
        """
        + users,
        """
        #- main.py
        from fastapi import FastAPI

        app = FastAPI()
        from app.users import router

        app.include_router(router)
        """
        + users,
    )


def test_either_of_two_imports_is_included() -> None:
    check_findings(
        "BC105",
        """
        #- server.py
        from fastapi import FastAPI

        try:
            from fast import router
        except ImportError:
            from slow import router

        app = FastAPI()
        app.include_router(router)
        #- fast.py
        from fastapi import APIRouter

        router = APIRouter()


        @router.get("/t")
        def t():
            return 1
        #- slow.py
        from fastapi import APIRouter

        router = APIRouter()


        @router.get("/t")
        def t():
            return 1
        """,
    )


def test_a_module_imported_by_name_in_a_guard() -> None:
    check_fix(
        "BC105",
        """
        #- main.py
        import importlib
        import logging

        from fastapi import FastAPI

        app = FastAPI()
        try:
            module = importlib.import_module("beta_api")
            app.include_router(module.router)
        except ImportError:
            logging.debug("no beta")
        #- beta_api.py
        from fastapi import APIRouter

        router = APIRouter()


        @router.get("/beta")
        def beta():
            return 1
        """,
        """
        #- main.py
        import importlib

        from fastapi import FastAPI

        app = FastAPI()
        module = importlib.import_module("beta_api")
        app.include_router(module.router)
        #- beta_api.py
        from fastapi import APIRouter

        router = APIRouter()


        @router.get("/beta")
        def beta():
            return 1
        """,
    )


def test_fix_parts_the_freed_import_from_what_follows() -> None:
    check_fix(
        "BC105",
        """
        #- svc/app.py
        def register(app):
            try:
                from svc.admin import admin_bp
            except ImportError as exc:
                app.logger.warning("admin disabled: %s", exc)
                return
            app.register_blueprint(admin_bp)
        #- svc/admin.py
        from flask import Blueprint

        admin_bp = Blueprint("admin", __name__)


        @admin_bp.route("/")
        def index():
            return ""
        """,
        """
        #- svc/app.py
        def register(app):
            from svc.admin import admin_bp

            app.register_blueprint(admin_bp)
        #- svc/admin.py
        from flask import Blueprint

        admin_bp = Blueprint("admin", __name__)


        @admin_bp.route("/")
        def index():
            return ""
        """,
    )


def test_fix_finds_an_application_of_a_derived_class() -> None:
    check_fix(
        "BC105",
        """
        #- things.py
        from fastapi import APIRouter

        things = APIRouter()


        @things.get("/things")
        def index():
            return 1
        #- core.py
        from fastapi import FastAPI


        class Api(FastAPI):
            pass


        app = Api()
        """,
        """
        #- things.py
        from fastapi import APIRouter

        things = APIRouter()


        @things.get("/things")
        def index():
            return 1
        #- core.py
        from fastapi import FastAPI

        from things import things


        class Api(FastAPI):
            pass


        app = Api()
        app.include_router(things)
        """,
    )


def test_a_guarded_router_that_the_same_file_includes() -> None:
    check_findings(
        "BC105",
        """
        from fastapi import FastAPI

        app = FastAPI()

        try:
            from orders import router as orders_router

            app.include_router(orders_router)
        except ImportError:
      # ^^^^^^^^^^^^^^^^^^ BC105
            pass

        try:
            import prices
        except ImportError:
            prices = None
        """,
    )


def test_a_script_in_a_package_includes_by_what_stands_beside_it() -> None:
    check_findings(
        "BC105",
        """
        #- shop/__init__.py

        #- shop/api/__init__.py
        from flask import Blueprint
        api_bp = Blueprint("api", __name__)

        @api_bp.route("/orders")
        def orders():
            return []

        #- shop/app/server.py
        from flask import Flask
        from api import api_bp
        app = Flask(__name__)
        app.register_blueprint(api_bp)
        """,
    )


def test_a_package_that_is_imported_by_its_name_when_asked_for() -> None:
    check_findings(
        "BC105",
        """
        #- shop/orders/api/__init__.py
        from .router import router

        #- shop/orders/api/router.py
        from fastapi import APIRouter
        router = APIRouter()

        @router.get("/orders")
        def orders():
            return []

        #- shop/routers.py
        _HELD = {"orders_router": ("shop.orders.api", "router")}

        def __getattr__(name):
            module, attribute = _HELD[name]
            return getattr(__import__(module, fromlist=[attribute]), attribute)

        #- main.py
        from fastapi import FastAPI
        from shop.routers import orders_router
        app = FastAPI()
        app.include_router(orders_router)
        """,
    )


def test_a_handler_that_is_half_typed_has_a_fix() -> None:
    check_fix(
        "BC105",
        """
        #- main.py
        import importlib

        from fastapi import FastAPI

        app = FastAPI()
        try:
            module = importlib.import_module("beta_api")
            app.include_router(module.router)
        except ImportError:
            print("no
        #- beta_api.py
        from fastapi import APIRouter

        router = APIRouter()

        @router.get("/beta")
        def beta():
            return 1
        """,
        """
        #- main.py
        import importlib

        from fastapi import FastAPI

        app = FastAPI()
        module = importlib.import_module("beta_api")
        app.include_router(module.router)
        #- beta_api.py
        from fastapi import APIRouter

        router = APIRouter()

        @router.get("/beta")
        def beta():
            return 1
        """,
    )


def test_another_version_is_included_where_the_first_one_is() -> None:
    files = """
        #- api/v1.py
        from fastapi import APIRouter

        from api import users

        api_v1 = APIRouter()
        api_v1.include_router(users.router)

        #- api/v2.py
        from fastapi import APIRouter

        api_v2 = APIRouter(prefix="/v2")


        @api_v2.get("/games")
        def games():
            return []

        #- api/users.py
        from fastapi import APIRouter

        router = APIRouter()


        @router.get("/users")
        def users():
            return []
        """
    check_fix(
        "BC105",
        f"""{files}
        #- main.py
        from fastapi import FastAPI

        from api.v1 import api_v1

        app = FastAPI()
        app.include_router(api_v1, prefix="/v1")
        """,
        f"""{files}
        #- main.py
        from fastapi import FastAPI

        from api.v1 import api_v1
        from api.v2 import api_v2

        app = FastAPI()
        app.include_router(api_v1, prefix="/v1")
        app.include_router(api_v2)
        """,
    )


def test_routes_of_classes_count() -> None:
    check_findings(
        "BC105",
        """
        #- app.py
        from flask import Flask
        from flask_smorest import Api
        from pets import blp

        app = Flask(__name__)
        api = Api(app)
        api.register_blueprint(blp)

        #- pets.py
        from flask.views import MethodView
        from flask_smorest import Blueprint

        blp = Blueprint("pets", __name__)

        @blp.route("/pets")
        class Pets(MethodView):
            pass

        #- toys.py
        from flask.views import MethodView
        from flask_smorest import Blueprint

        toys = Blueprint("toys", __name__)
        # <------------------------------- BC105

        @toys.route("/toys")
        class Toys(MethodView):
            pass
        """,
    )


def test_includes_a_router_as_the_others_are() -> None:
    orders = """
        #- routers/orders.py
        from fastapi import APIRouter

        router = APIRouter()

        @router.get("/")
        def orders():
            return []

        #- routers/users.py
        from fastapi import APIRouter

        router = APIRouter()

        @router.get("/")
        def users():
            return []

        #- main.py
        from fastapi import Depends, FastAPI
        from auth import login
        from routers import {names}

        app = FastAPI()
        app.include_router(users.router, prefix="/api/users", tags=["users"])
        """
    added = '{0}app.include_router(orders.router, prefix="/api/orders", tags=["orders"])\n        '
    check_fix("BC105", orders.format(names="users"), orders.format(names="orders, users") + added.format(""))


def test_fix_of_a_guard_leaves_no_logger_that_nobody_reads() -> None:
    users = """
        #- app/users.py
        from fastapi import APIRouter
        router = APIRouter()

        @router.get("/users")
        def users(): ...
    """
    check_fix(
        "BC105",
        """
        #- main.py
        import logging

        from fastapi import FastAPI

        logger = logging.getLogger(__name__)
        app = FastAPI()

        try:
            from app.users import router

            app.include_router(router)
        except ImportError as exc:
            logger.warning("no users: %s", exc)
        """
        + users,
        """
        #- main.py
        from fastapi import FastAPI

        app = FastAPI()

        from app.users import router

        app.include_router(router)
        """
        + users,
    )


def test_fix_stands_in_the_router_that_takes_in_the_siblings() -> None:
    before = """
        #- core/v1/refunds.py
        from fastapi import APIRouter
        router = APIRouter()
        @router.post("/refunds")
        def refund(): ...
        #- core/v1/orders.py
        from fastapi import APIRouter
        router = APIRouter()
        @router.get("/orders")
        def orders(): ...
        #- core/v1/router.py
        from fastapi import APIRouter
        from .orders import router as orders_router
        v1_router = APIRouter(prefix="/v1")
        v1_router.include_router(orders_router)
        #- core/main.py
        from fastapi import FastAPI
        from core.v1.router import v1_router
        app = FastAPI()
        app.include_router(v1_router)
    """
    taken = """from .orders import router as orders_router
        from .refunds import router as refunds_router
        v1_router = APIRouter(prefix="/v1")
        v1_router.include_router(orders_router)
        v1_router.include_router(refunds_router)
        #- core/main.py"""
    start, end = before.index("from .orders"), before.index("#- core/main.py") + len("#- core/main.py")
    check_fix("BC105", before, before[:start] + taken + before[end:])
