"""BC903 beyond the page's examples."""

from __future__ import annotations

from textwrap import dedent, indent

from bugcatalog_ls.testing.checks import apply_all_fixes, check_findings, check_fix, project_of

HEAD = """
try:
    import lib
    from extra import Thing
except ImportError:
    lib = None
    Thing = None
"""


def test_tests_on_the_way() -> None:
    check_findings(
        "BC903",
        HEAD
        + """
AVAILABLE = lib is not None

def tested(x):
    if not lib:
        return None
    lib.a()
    return [lib.b(i) for i in x]

def other_branch(x):
    if lib is None:
        x = 1
    elif x:
        lib.a()
    else:
        lib.b()

def asserted():
    assert lib is not None, "install lib"
    lib.a()

def flag():
    if not AVAILABLE:
        raise RuntimeError
    lib.a()
    Thing()

def companion():
    if Thing is None or not lib:
        raise RuntimeError
    return Thing(lib.a)

def is_available():
    return lib is not None

def by_function():
    if is_available():
        lib.a()

def require():
    if lib is None:
        raise RuntimeError("install lib")

def by_check():
    require()
    lib.a()

class Client:
    def __init__(self):
        if lib is None:
            raise RuntimeError

    def send(self):
        return lib.a()

def _helper():
    return lib.a()

def caller():
    return _helper() if lib else None

def caught():
    try:
        lib.a()
    except AttributeError:
        pass

def wrong_test(x):
    if x:
        lib.a()
      # ^^^ BC903
    if lib is None:
        x = 2
    lib.b()
  # ^^^ BC903
    return isinstance(x, Thing), lib or x
    #                    ^^^^^ BC903

class Sub(Thing):
    #     ^^^^^ BC903
    pass
""",
    )


def test_names_without_a_substitute() -> None:
    check_findings(
        "BC903",
        """
from __future__ import annotations
import logging
try:
    from oauth import make_router, TOKEN
    import fast as engine
except ModuleNotFoundError:
    logging.info("no oauth")
    engine = object()

def route(token: TOKEN, name=TOKEN):
    #                        ^^^^^ BC903 TOKEN is not bound where its import fails
    engine.run()
    return make_router(name)

""",
    )


def test_names_of_other_modules() -> None:
    check_findings(
        "BC903",
        """
#- pkg/optional.py
try:
    import statsd
    HAS_STATSD = True
except ImportError:
    statsd = None
    HAS_STATSD = False
#- pkg/again.py
from .optional import statsd
#- pkg/use.py
from pkg import optional
from pkg.again import statsd
from pkg.optional import HAS_STATSD

def count():
    statsd.incr("a")
  # ^^^^^^ BC903
    optional.statsd.incr("b")
  # ^^^^^^^^^^^^^^^ BC903
    if statsd:
        statsd.incr("c")
    return optional.statsd and optional.statsd.incr("d")
#- pkg/flag.py
from pkg.optional import HAS_STATSD, statsd

def count():
    if HAS_STATSD:
        statsd.incr("a")
""",
    )


def test_mend_refuses_before_what_needs_the_result() -> None:
    check_fix(
        "BC903",
        HEAD
        + """
async def send(x):
    value = lib.a(x)
    print(x)
    print(value)
    await lib.b()
    return x
""",
        HEAD
        + """
async def send(x):
    if lib is None:
        raise RuntimeError("lib is not installed")
    value = lib.a(x)
    print(x)
    print(value)
    await lib.b()
    return x
""",
    )


def test_mend_binds_a_name_that_is_missing() -> None:
    code = """
        try:
            import yaml
        except ImportError:
            {handler}

        def load(text):{refusal}
            return yaml.safe_load(text)
        """
    refusal = """
            if yaml is None:
                raise RuntimeError("pyyaml is not installed")"""
    for before, after in (
        ("pass", "yaml = None"),
        ("print(1)", "yaml = None\n            print(1)"),
        ("# Why.\n            print(1)", "# Why.\n            print(1)\n            yaml = None"),
    ):
        check_fix(
            "BC903",
            code.format(handler=before, refusal=""),
            code.format(handler=after, refusal=refusal),
        )


def test_mend_asks_a_flag_for_a_name_that_is_missing() -> None:
    check_fix(
        "BC903",
        """
        try:
            import ldap

            HAS_LDAP = True
        except ImportError:
            HAS_LDAP = False

        def groups(base):
            return ldap.initialize("ldap://localhost").search_s(base, 2)
        """,
        """
        try:
            import ldap

            HAS_LDAP = True
        except ImportError:
            HAS_LDAP = False

        def groups(base):
            if not HAS_LDAP:
                raise RuntimeError("python-ldap is not installed")
            return ldap.initialize("ldap://localhost").search_s(base, 2)
        """,
    )


def test_mend_refuses_before_a_try_whose_handlers_need_the_name() -> None:
    check_fix(
        "BC903",
        HEAD
        + """
def build(options):
    try:
        print(options)
        output = lib.build(options)
    except lib.Failure as failure:
        raise ValueError from failure
    return output

def closing(options):
    try:
        return lib.build(options)
    except lib.Failure:
        return None
    finally:
        options.close()

def told(options):
    try:
        return lib.build(options)
    except Exception as error:
        raise ValueError from error
""",
        HEAD
        + """
def build(options):
    if lib is None:
        raise RuntimeError("lib is not installed")
    try:
        print(options)
        output = lib.build(options)
    except lib.Failure as failure:
        raise ValueError from failure
    return output

def closing(options):
    try:
        return lib.build(options)
    except lib.Failure:
        return None
    finally:
        options.close()

def told(options):
    try:
        if lib is None:
            raise RuntimeError("lib is not installed")
        return lib.build(options)
    except Exception as error:
        raise ValueError from error
""",
    )


def test_what_an_except_catches() -> None:
    check_findings(
        "BC903",
        HEAD
        + """
def caught(run):
    try:
        run()
    except (ValueError, lib) as failure:
    #                   ^^^ BC903
        print(failure)
""",
    )


def test_modules_and_classes_that_test_it_once() -> None:
    check_findings(
        "BC903",
        HEAD
        + """
class Engine:
    enabled = lib is not None

    def run(self):
        if not self.enabled:
            return None
        return lib.run()

    def stop(self):
        return lib.stop()
        #      ^^^ BC903

#- tests/test_lib.py
import pytest

try:
    import lib
except ImportError:
    lib = None

pytestmark = pytest.mark.skipif(lib is None, reason="not installed")

def test_run():
    assert lib.run()
""",
    )


def test_a_check_that_callers_are_to_make() -> None:
    check_findings(
        "BC903",
        """
        try:
            from metrics import Sample

            _INSTALLED = True
        except ImportError:
            _INSTALLED = False

        def check_installed():
            if not _INSTALLED:
                raise RuntimeError("pip install metrics")

        def make(text):
            return Sample(text)
        """,
    )


def test_a_check_that_some_functions_forget() -> None:
    check_findings(
        "BC903",
        """
        try:
            from metrics import Sample

            _INSTALLED = True
        except ImportError:
            _INSTALLED = False

        def check_installed():
            if not _INSTALLED:
                raise RuntimeError("pip install metrics")

        def make(text):
            check_installed()
            return Sample(text)

        def make_other(text):
            return Sample(text)
                 # ^^^^^^ BC903
        """,
    )


def test_several_names_in_one_assignment() -> None:
    check_findings(
        "BC903",
        """
        try:
            from lib import one, two
        except ImportError:
            one, two = None, print

        def run():
            two()
            one.go()
          # ^^^ BC903
        """,
    )


def test_what_functions_items_and_handlers_say_of_an_import() -> None:
    check_findings(
        "BC903",
        """
        #- app/telemetry.py
        import os

        try:
            from opentelemetry import trace
            from opentelemetry.sdk.resources import Resource

            HAS_OTEL = True
        except ImportError:
            HAS_OTEL = False
            trace = None

        def is_enabled():
            if not HAS_OTEL:
                return False
            mode = os.environ.get("MODE", "")
            return mode.startswith("otlp-")

        def is_loud():
            if not HAS_OTEL:
                return True
            return False

        def set_up():
            if not is_enabled():
                return
            Resource(attributes={})
            trace.get_tracer("app")

        def shout():
            if is_loud():
                trace.get_tracer("app")
              # ^^^^^ BC903

        #- app/keys.py
        from app.extra import EXTRAS

        if EXTRAS["paramiko"]:
            try:
                from paramiko import RSAKey
            except Exception:
                EXTRAS["paramiko"] = None

        def sign(key):
            if not EXTRAS["paramiko"]:
                raise RuntimeError("paramiko is missing")
            return RSAKey.from_private_key(key)

        #- app/grid.py
        import os

        try:
            import gfal2
        except Exception:
            if os.environ.get("CLIENT"):
                raise RuntimeError("gfal2 is missing")

        def context():
            return gfal2.creat_context()

        #- app/quiet.py
        from app.lazy import handle_missing_dep

        def silence():
            try:
                import litellm
            except ImportError as exc:
                handle_missing_dep(exc)
            litellm.suppress_debug_info = True
        """,
    )


def test_classes_whose_base_checks() -> None:
    check_findings(
        "BC903",
        """
        try:
            from yeti import errors

            AVAILABLE = True
        except ImportError:
            AVAILABLE = False

        class Base:
            def __init__(self):
                if not AVAILABLE:
                    raise RuntimeError("yeti is missing")

        class Checker(Base):
            def run(self, api):
                try:
                    api.search()
                except errors.ApiError:
                    return None

        class Other:
            def run(self):
                return errors.ApiError("x")
                     # ^^^^^^ BC903
        """,
    )


def test_what_others_refuse_or_ask() -> None:
    check_findings(
        "BC903",
        """
        #- drivers/common.py
        try:
            import parlib
        except ImportError:
            parlib = None

        class Common:
            def setup(self):
                message = None
                if parlib is None:
                    message = "parlib is missing"
                if message:
                    raise RuntimeError(message)

            def connect(self):
                return parlib.connect()

        #- drivers/fibre.py
        try:
            from parlib import errors
        except ImportError:
            errors = None

        class Fibre:
            def remove(self, host):
                raise errors.NotFound(host)

        #- other/fibre.py
        try:
            from parlib import errors
        except ImportError:
            errors = None

        def remove(host):
            raise errors.NotFound(host)
            #     ^^^^^^ BC903

        #- detectors/trt.py
        try:
            import trt

            SUPPORTED = True
        except ImportError:
            SUPPORTED = False

        class Detector:
            def detect(self, data):
                return trt.run(data)

            def __init__(self):
                assert SUPPORTED, "trt is missing"

        class Source:
            def load(self):
                return trt.load()

            @classmethod
            def is_available(cls):
                return SUPPORTED

        def warm():
            return trt.warm()
            #      ^^^ BC903

        #- _vendor/toolkit.py
        try:
            import extra
        except ImportError:
            extra = None

        def run():
            return extra.run()
        """,
    )


def test_imports_that_do_not_go_missing() -> None:
    check_findings(
        "BC903",
        """
        #- app/services/__init__.py
        try:
            from . import mail
        except ImportError:
            mail = None

        #- app/services/mail.py
        def send():
            return 1

        #- app/use.py
        from app.services import mail

        try:
            from app.services.mail import send
        except ImportError:
            pass

        def run():
            return mail.send(), send()

        #- scripts/release.py
        import sys

        missing = []
        try:
            import semver
        except ImportError:
            missing.append("semver")
        if missing:
            sys.exit(1)

        print(semver.parse("1.0"))

        #- app/spawning.py
        from app import settings

        try:
            import eventlet
        except ImportError:
            eventlet = None

        def spawn(task):
            if settings.LIBRARY == "eventlet":
                return eventlet.spawn(task)
            return eventlet.sleep(task)
            #      ^^^^^^^^ BC903
        """,
    )


def test_what_is_unsure_is_information() -> None:
    check_findings(
        "BC903",
        """
        #- scm/svn.py
        try:
            import svnlib
            from svnlib import Other

            has_backend = True
        except ImportError:
            has_backend = False

        def connect():
            return svnlib.Client()
            #      ^^^^^^ BC903.unsure

        #- scm/git.py
        try:
            import gitlib
        except ImportError:
            gitlib = None

        def connect(client):
            try:
                return client.open()
            except gitlib.Error:
                 # ^^^^^^ BC903.unsure
                return None
        """,
    )


def test_what_the_try_makes_of_its_import() -> None:
    check_findings(
        "BC903",
        """
        try:
            import redis
            client = redis.Redis()
        except ImportError:
            client = None
        def ping():
            client.ping()
          # ^^^^^^ BC903
        def quiet():
            return client.ping() if client else None
        """,
    )


def test_library_chosen_by_a_setting_or_by_a_caller() -> None:
    check_findings(
        "BC903",
        """
        from settings import BACKEND, conf
        try:
            import redis
        except ImportError:
            redis = None

        def connect(name):
            if conf.backend == "redis":
                return redis.Redis()
            if BACKEND != "redis":
                return redis.Redis()
                #      ^^^^^ BC903
            return redis.Redis()

        def reconnect():
            if BACKEND != "redis":
                return None
            return redis.Redis()

        def named(backend):
            if backend in ("none", "file"):
                return None
            elif backend == "redis":
                return redis.Redis()
                #      ^^^^^ BC903
            match backend:
                case "redis":
                    return redis.Redis()
                    #      ^^^^^ BC903

        def looked_at(backend):
            if backend not in conf.installed:
                raise ValueError(backend)
            if backend == "redis":
                return redis.Redis()

        def looked_at_elsewhere(backend):
            conf.check_backend(backend)
            if backend == "redis":
                return redis.Redis()
        """,
    )


def test_library_that_is_on_offer_only_if_it_is_there() -> None:
    check_findings(
        "BC903",
        """
        try:
            import lz4.frame
        except ImportError:
            lz4 = None

        CODECS = ["zlib"]
        if lz4 is not None:
            CODECS.append("lz4")

        def compress(data, codec):
            if codec == "lz4":
                return lz4.frame.compress(data)
            return data
        """,
    )


def test_what_something_else_may_ask_or_announce_is_information() -> None:
    check_findings(
        "BC903",
        """
        #- app/detectors.py
        from app.base import BaseDetector
        try:
            import cv2
        except ImportError:
            pass

        class Detector(BaseDetector):
            def detect(self, image):
                if not self.verify():
                    return None
                return cv2.find(image)
                #      ^^^ BC903.unsure

            def detect_all(self, image):
                if not image:
                    return None
                return cv2.find(image)
                #      ^^^ BC903

        #- app/redis_target.py
        try:
            import redis
        except ImportError:
            logger.warning("Loaded without redis. Will crash at runtime if it is used.")

        def connect():
            return redis.Redis()
            #      ^^^^^ BC903.unsure

        #- app/storage.py
        try:
            import sqlalchemy as sa
        except ImportError:
            sa = None

        def one(): return sa.text("1")
        #                 ^^ BC903.unsure
        def two(): return sa.text("2")
        #                 ^^ BC903.unsure
        def three(): return sa.text("3")
        #                   ^^ BC903.unsure
        def four(): return sa.text("4")
        #                  ^^ BC903.unsure
        def five(): return sa.text("5")
        #                  ^^ BC903.unsure
        def six(): return sa.text("6")
        #                 ^^ BC903.unsure
        """,
    )


def test_attribute_that_is_emptied_without_the_library() -> None:
    check_findings(
        "BC903",
        """
        #- app/parameter.py
        try:
            import jsonschema
            ENABLED = True
        except ImportError:
            ENABLED = False

        class Parameter:
            def __init__(self, schema=None):
                if schema is not None and not ENABLED:
                    self.schema = None
                else:
                    self.schema = schema

            def parse(self, value):
                if self.schema is not None:
                    jsonschema.validate(value, self.schema)

            def check(self, value):
                if self.name is not None:
                    jsonschema.validate(value, self.name)
                #   ^^^^^^^^^^ BC903

        #- app/parsers.py
        try:
            import toml
            toml_enabled = True
        except ImportError:
            toml_enabled = False

        class Parser:
            enabled = bool(toml_enabled)

            def read(self, path):
                return toml.load(path)
        """,
    )


def test_typing_that_is_always_there() -> None:
    check_findings(
        "BC903",
        """
        try:
            from typing import AnyStr, Self
        except ImportError:
            pass

        def to_bytes(data: AnyStr): ...

        def copy() -> Self: ...
        #             ^^^^ BC903
        """,
    )


def test_handler_that_explains_itself() -> None:
    check_findings(
        "BC903",
        """
        try:
            from azure.storage import Client
        except ImportError:
            # Without these modules we run in local mode, and the constructor
            # gets no client, so that the upload is never reached.
            pass

        def upload():
            return Client()
            #      ^^^^^^ BC903.unsure
        """,
    )


def test_library_chosen_by_a_member_of_an_enumeration() -> None:
    check_findings(
        "BC903",
        """
        from engines import Engine
        try:
            import docker
        except ImportError:
            docker = None

        def client(conf):
            if conf.engine == Engine.DOCKER.value:
                return docker.Client()
            return docker.errors.Error()
            #      ^^^^^^ BC903
        """,
    )


def test_no_guard_around_the_classes_of_a_module() -> None:
    code = """
        try:
            import redis
        except ImportError:
            redis = None
        client = redis.Redis()
        class Cache:
            def get(self, key):
                return client.get(key)
    """
    guarded = code.replace("redis.Redis()", "redis.Redis() if redis is not None else None").replace(
        "                return client",
        """                if client is None:
                    raise RuntimeError("redis is not installed")
                return client""",
    )
    check_fix("BC903", code, guarded)
    handed = f"#- app/store.py\n{dedent(code)}\n#- app/main.py\nfrom app.store import client\n"
    refused = 'if redis is None:\n    raise ImportError("redis is not installed")\nclient ='
    check_fix("BC903", handed, handed.replace("client =", refused))
    told = code.replace("client =", "client: redis.Redis =")
    refused = """if redis is None:
            raise ImportError("redis is not installed")
        client:"""
    check_fix("BC903", told, told.replace("client:", refused))


def test_work_that_a_helper_ends() -> None:
    check_findings(
        "BC903",
        HEAD
        + """
from functools import wraps

def with_lib(function):
    @wraps(function)
    def run(*args):
        if lib is None:
            raise ImportError("install lib")
        return function(*args)
    return run

@with_lib
def decorated():
    return lib.a()

def aborted(api):
    if lib is None:
        api.abort(501, "not running with lib")
    return lib.b()

def either(x):
    if lib is None and Thing is None:
        req_missing(["lib", "extra"])
    elif lib is None:
        req_missing(["lib"])
    return lib.c()

def logged(logger):
    if lib is None:
        logger.error("no lib")
    return lib.d()
    #      ^^^ BC903
""",
    )


def test_what_the_project_demands_is_there() -> None:
    told = """
#- app/a.py
try:
    import yaml
except ImportError:
    yaml = None

def load(text):
    return yaml.safe_load(text)
    #      ^^^^ BC903"""
    for name, text in {
        "requirements-dev.txt": "pyyaml",
        "requirements.txt": "pyyaml ; sys_platform == 'win32'",
        "tools/requirements.txt": "pyyaml",
        "pyproject.toml": "[project.optional-dependencies]\nyaml = ['pyyaml']",
    }.items():
        check_findings("BC903", f"{told}\n#- {name}\n{text}\n")
    for name, text in {
        "requirements.txt": "PyYAML>=6  # for settings",
        "pyproject.toml": "[project]\ndependencies = ['pyyaml>=6']",
        "setup.cfg": "[options]\ninstall_requires =\n  django\n  PyYAML ~= 6.0\n",
        "Pipfile": "[packages]\npyyaml = '*'\n",
        "requirements/base.txt": "pyyaml==6.0 ; python_version >= '3.8'",
        "setup.py": "from setuptools import setup\nsetup(install_requires=['PyYAML'])",
    }.items():
        check_findings("BC903", f"{told}.unsure\n#- {name}\n{text}\n")


def test_uses_in_a_large_workspace_ask_for_something_that_shows_it() -> None:
    others = "".join(f"#- app/part{number}.py\nNUMBER = {number}\n" for number in range(30))
    check_findings(
        "BC903",
        others
        + """
#- app/cache.py
try:
    import redis
except ImportError:
    redis = None

def nowhere_tested():
    return redis.Redis()
    #      ^^^^^ BC903.unsure

#- app/metrics.py
try:
    import statsd
except ImportError:
    statsd = None

@router.get("/")
def handled():
    statsd.increment("a")
  # ^^^^^^ BC903
    return {}

def tested():
    if statsd is not None:
        statsd.increment("b")

def both(x):
    if x:
        statsd.increment("c")
      # ^^^^^^ BC903
    elif statsd:
        statsd.increment("d")

def elsewhere():
    statsd.increment("e")
  # ^^^^^^ BC903.unsure

#- app/models.py
try:
    from extra import Base
except ImportError:
    Base = None

class User(Base):
    #      ^^^^ BC903
    pass

#- app/plugin.py
try:
    from extra import Base
except ImportError:
    Base = None

class Plugin(Base):
    #        ^^^^ BC903.unsure
    pass

#- app/main.py
from app.models import User
""",
    )


def test_other_branch_of_type_checking() -> None:
    check_findings(
        "BC903",
        """
        import typing as t

        if t.TYPE_CHECKING:
            from backports import Self
        else:
            try:
                from fast import Self
            except ImportError:
                from backports import Self

        def load(kind: t.Type[Self]):
            return Self()
        """,
    )


def test_own_module_behind_a_library() -> None:
    check_findings(
        "BC903",
        """
        #- app/users.py
        try:
            from oauthlib import Client

            from app.oauth import COOKIE, get_router
        except ModuleNotFoundError:
            Client = type

        def routes(cookie: str = COOKIE):
            #                    ^^^^^^ BC903
            return get_router(Client)

        #- app/oauth.py
        COOKIE = "name"

        def get_router(client): ...

        #- app/plain.py
        try:
            from app.oauth import get_router
        except ImportError:
            get_router = None

        def routes():
            return get_router(1)
        """,
    )


def test_flag_of_the_module_that_guards_the_import() -> None:
    check_findings(
        "BC903",
        """
        #- app/compat.py
        try:
            import redis

            REDIS_AVAILABLE = True
        except ImportError:
            redis = None
            REDIS_AVAILABLE = False

        #- app/cache.py
        from app import compat

        def tested():
            if not compat.REDIS_AVAILABLE:
                return None
            return compat.redis.Redis()

        def untested():
            return compat.redis.Redis()
            #      ^^^^^^^^^^^^ BC903
        """,
    )


def test_library_chosen_by_what_stands_around() -> None:
    check_findings(
        "BC903",
        HEAD
        + """
import json as standard

FACTORIES = {"lib": lambda: lib.open(), "other": lambda: lib.other()}
#                                                        ^^^ BC903

class Store:
    requires = ["lib"]

    def get(self):
        return lib.get()

class Answering:
    @classmethod
    def is_available(cls):
        return lib is not None

    def fetch(self):
        return lib.get()
        #      ^^^ BC903.unsure

class Enabled:
    @property
    def enabled(self):
        return lib is not None

    def get(self):
        if not self.enabled:
            return None
        return lib.get()

def by_address(url, name):
    if url.startswith("lib://"):
        return lib.open(url)
    match name:
        case "lib":
            return lib.open(url)
            #      ^^^ BC903
        case "other":
            return lib.open(url)
            #      ^^^ BC903
""",
    )


def test_library_of_python_itself() -> None:
    check_findings(
        "BC903",
        """
        try:
            import json
            import fcntl
            from typing import Self
            from contextlib import suppress
        except ImportError:
            json = fcntl = Self = suppress = None

        def lock(handle):
            json.loads("{}")
            fcntl.flock(handle, 1)
          # ^^^^^ BC903

        def typed():
            return Self[int]
            #      ^^^^ BC903

        def quiet():
            with suppress(ValueError):
               # ^^^^^^^^ BC903.unsure
                return 1
        """,
    )


def test_flags_of_another_module_by_each_spelling() -> None:
    check_findings(
        "BC903",
        """
        #- app/compat.py
        try:
            import redis
        except ImportError:
            redis = None
        have_redis = redis is not None
        use_redis = have_redis

        #- app/cache.py
        from app import compat

        def first():
            if not compat.have_redis:
                return None
            return compat.redis.Redis()

        def second():
            if compat.use_redis:
                return compat.redis.Redis()
            return None
        """,
    )


def test_predicates_that_ask_each_other() -> None:
    check_findings(
        "BC903",
        """
        try:
            import yaml
        except ImportError:
            yaml = None

        class Work:
            @property
            def is_ready(self):
                if not self.is_done:
                    return False
                return self.state

            @property
            def is_done(self):
                if not self.is_ready:
                    return False
                return self.state

        def load(work, text):
            if work.is_ready:
                return yaml.safe_load(text)
                #      ^^^^ BC903
        """,
    )


def test_what_a_module_needs_at_import_raises_import_error() -> None:
    check_fix(
        "BC903",
        HEAD
        + """

class Task(lib.Task):
    pass


class Client:
    @lib.retry
    def call(self, zone=lib.utc): ...

    later = staticmethod(lambda: lib.now())
""",
        HEAD
        + """

if lib is None:
    raise ImportError("lib is not installed")


class Task(lib.Task):
    pass


class Client:
    @lib.retry
    def call(self, zone=lib.utc): ...

    later = staticmethod(lambda: lib.now())
""",
    )
    annotated = HEAD + "def load(value: list[lib.Value] | None = None) -> str: ...\n"
    check_fix("BC903", annotated, annotated.replace("list[lib.Value] | None =", '"list[lib.Value] | None" ='))


def test_a_context_manager_refuses_before_it_yields() -> None:
    code = """
        from contextlib import contextmanager
        try:
            import redis
        except ImportError:
            redis = None

        @contextmanager
        def opened(url):
            client = redis.from_url(url)
            yield client
        """
    refused = """            if redis is None:
                raise RuntimeError("redis is not installed")
            client ="""
    check_fix("BC903", code, code.replace("            client =", refused))


def test_mend_keeps_attributes_set_and_none_only_where_all_ask() -> None:
    check_fix(
        "BC903",
        HEAD
        + """
class Shop:
    def __init__(self, path):
        self.logo = lib.open(path)

    def show(self):
        return self.logo.read()

class Meter:
    def __init__(self, host):
        self.client = lib.Client(host)

    def count(self, name):
        if self.client is not None:
            self.client.incr(name)
""",
        HEAD
        + """
class Shop:
    def __init__(self, path):
        if lib is None:
            raise RuntimeError("lib is not installed")
        self.logo = lib.open(path)

    def show(self):
        return self.logo.read()

class Meter:
    def __init__(self, host):
        self.client = lib.Client(host) if lib is not None else None

    def count(self, name):
        if self.client is not None:
            self.client.incr(name)
""",
    )


def test_mend_leaves_out_only_what_looks_on() -> None:
    check_fix(
        "BC903",
        """
        try:
            import boto3
            import sentry_sdk
            import statsd
        except ImportError:
            boto3 = sentry_sdk = statsd = None

        def upload(path, key):
            boto3.client("s3").upload_file(path, "bucket", key)
            return f"https://bucket/{key}"

        def timed(name):
            client = statsd.StatsClient("host")
            client.incr(name)

        def run(job):
            try:
                job()
            except ValueError as error:
                sentry_sdk.capture_exception(error)
                raise
        """,
        """
        try:
            import boto3
            import sentry_sdk
            import statsd
        except ImportError:
            boto3 = sentry_sdk = statsd = None

        def upload(path, key):
            if boto3 is None:
                raise RuntimeError("boto3 is not installed")
            boto3.client("s3").upload_file(path, "bucket", key)
            return f"https://bucket/{key}"

        def timed(name):
            if statsd is not None:
                client = statsd.StatsClient("host")
                client.incr(name)

        def run(job):
            try:
                job()
            except ValueError as error:
                if sentry_sdk is not None:
                    sentry_sdk.capture_exception(error)
                raise
        """,
    )


def test_mend_leaves_out_what_is_beside_the_work() -> None:
    code = """
        try:
            from extra import audit, mailer, notifier
        except ImportError:
            audit = mailer = notifier = None

        def pay(db, order):
            db.commit()
            {call}
            return order
        """
    for call, name in (("notifier.send(order)", "notifier"), ("await notifier.tell(order)", "notifier")):
        guarded = f"if {name} is not None:\n                {call}"
        check_fix("BC903", code.format(call=call), code.format(call=guarded))
    for call, name in (("mailer.send(order)", "mailer"), ("audit.log(order)", "audit")):
        refused = f'if {name} is None:\n                raise RuntimeError("extra is not installed")'
        check_fix("BC903", code.format(call=call), code.format(call=f"{refused}\n            {call}"))
    setup = """
        try:
            from dotenv import load_dotenv
            import uvicorn
        except ImportError:
            load_dotenv = uvicorn = None

        {first}load_dotenv()

        if __name__ == "__main__":
            {second}uvicorn.run("app")
        """
    guarded = "if load_dotenv is not None:\n            "
    refused = 'if uvicorn is None:\n                raise ImportError("uvicorn is not installed")'
    check_fix(
        "BC903",
        setup.format(first="", second=""),
        setup.format(first=guarded, second=f"{refused}\n            "),
    )


def test_mend_asks_a_cache_only_where_there_is_one() -> None:
    check_fix(
        "BC903",
        """
        try:
            from backend import cache
        except ImportError:
            cache = None

        def rate(currency, fetch):
            cached = cache.get(currency)
            if cached is not None:
                return cached
            found = fetch(currency)
            cache.set(currency, found)
            return found
        """,
        """
        try:
            from backend import cache
        except ImportError:
            cache = None

        def rate(currency, fetch):
            cached = cache.get(currency) if cache is not None else None
            if cached is not None:
                return cached
            found = fetch(currency)
            if cache is not None:
                cache.set(currency, found)
            return found
        """,
    )


def test_mend_asks_for_the_library_of_a_type() -> None:
    check_fix(
        "BC903",
        HEAD
        + """
def plain(value):
    if isinstance(value, lib.Array):
        return value.tolist()
    elif not isinstance(value, (list, lib.Scalar)):
        return repr(value)
    return value

def array(value):
    if not isinstance(value, lib.Array):
        value = lib.Array(value)
    return value
""",
        HEAD
        + """
def plain(value):
    if lib is not None and isinstance(value, lib.Array):
        return value.tolist()
    elif not isinstance(value, (list, lib.Scalar) if lib is not None else list):
        return repr(value)
    return value

def array(value):
    if lib is None:
        raise RuntimeError("lib is not installed")
    if not isinstance(value, lib.Array):
        value = lib.Array(value)
    return value
""",
    )


def test_mend_refuses_only_what_is_wanted() -> None:
    check_fix(
        "BC903",
        HEAD
        + """
def dump(data, fast=False):
    return lib.dump(data) if fast else repr(data)

def read(key, client=None):
    client = client or lib.Client()
    return client.get(key)

def bind(window):
    window.on("copy", lambda text: lib.copy(text))
""",
        HEAD
        + """
def dump(data, fast=False):
    if fast and lib is None:
        raise RuntimeError("lib is not installed")
    return lib.dump(data) if fast else repr(data)

def read(key, client=None):
    if not client and lib is None:
        raise RuntimeError("lib is not installed")
    client = client or lib.Client()
    return client.get(key)

def bind(window):
    window.on("copy", lambda text: lib.copy(text))
""",
    )


def test_mend_refuses_in_the_words_of_the_file() -> None:
    check_fix(
        "BC903",
        HEAD
        + """
class Missing(Exception): ...

def fetch(path):
    if lib is None:
        raise Missing(
            "install lib"
        )
    return lib.open(path)

def push(path):
    lib.send(path)
""",
        HEAD
        + """
class Missing(Exception): ...

def fetch(path):
    if lib is None:
        raise Missing(
            "install lib"
        )
    return lib.open(path)

def push(path):
    if lib is None:
        raise Missing(
            "install lib"
        )
    lib.send(path)
""",
    )


def test_refuses_where_a_value_is_owed_and_keeps_work_that_a_span_goes_with() -> None:
    check_fix(
        "BC903",
        """
        try:
            from weasyprint import HTML
        except ImportError:
            HTML = None

        def pdf(text: str) -> bytes:
            page = HTML(string=text)
            return page.write_pdf()
        """,
        """
        try:
            from weasyprint import HTML
        except ImportError:
            HTML = None

        def pdf(text: str) -> bytes:
            if HTML is None:
                raise RuntimeError("weasyprint is not installed")
            page = HTML(string=text)
            return page.write_pdf()
        """,
    )
    span = """
        {imported}try:
            from opentelemetry import trace
        except ImportError:
            trace = None

        def place(order, save):
            with {entered} as span:
                {told}
                save(order)
        """
    started, told = (
        'trace.get_tracer("shop").start_as_current_span("a")',
        'span.set_attribute("id", order.id)',
    )
    deep = "\n" + " " * 16
    check_fix(
        "BC903",
        span.format(imported="", entered=started, told=told),
        span.format(
            imported="from contextlib import nullcontext\n\n        ",
            entered=f"({deep}{started}{deep}if trace is not None{deep}else nullcontext(){deep[:-4]})",
            told=f"if span is not None:\n                    {told}",
        ),
    )
    deeper = span.format(imported="", entered=started, told="save(span)")
    check_fix("BC903", deeper, deeper)


def test_mend_keeps_tabs_and_reads_conditions_with_comments() -> None:
    text = """
        try:
            import lib
        except ImportError:
            lib = None

        def place(order, save):
            with {entered} as span:
                {told}
                save(order)
        """
    told = "span.set_attribute(\n                    order.id,\n                )"
    deeper = "span.set_attribute(\n                        order.id,\n                    )"
    before = text.format(entered="lib.span()", told=told)
    after = text.format(
        entered="(lib.span() if lib is not None else nullcontext())",
        told=f"if span is not None:\n                    {deeper}",
    ).replace("try:", "from contextlib import nullcontext\n\n        try:", 1)
    check_fix("BC903", _with_tabs(before), _with_tabs(after))
    in_one_row = before.replace(before[before.index("span.") :], "span.end(); save(order); span.end()\n")
    check_fix("BC903", in_one_row, in_one_row)
    chosen = """
        try:
            import lib
        except ImportError:
            lib = None

        def work(data, fast):
            {refusal}return (
                data.run()  # the slow way
                if not fast
                else lib.run(data)
            )
        """
    refusal = 'if fast and lib is None:\n    raise RuntimeError("lib is not installed")\n'
    check_fix(
        "BC903",
        chosen.format(refusal=""),
        chosen.format(refusal=indent(refusal, " " * 12).lstrip() + " " * 12),
    )


def _with_tabs(text: str) -> str:
    return dedent(text).replace("    ", "\t")


def test_builtin_behind_an_import() -> None:
    check_findings(
        "BC903",
        """
        try:
            from future_builtins import zip
        except ImportError:
            pass

        def pairs(a, b):
            return list(zip(a, b))
        """,
    )


def test_the_guard_of_a_dropped_result_is_offered_beside_the_refusal() -> None:
    text = """
        try:
            import boto3
            import numpy as np
        except ImportError:
            boto3 = np = None

        def prepare(seed):
            {np}
            return "seeded"

        def upload(path):
            boto3.client("s3").upload_file(path, "bucket", "key")
            return "uploaded"
    """
    bare = "np.random.seed(seed)"
    guard = "if np is not None:\n                np.random.seed(seed)"
    # The guard of the upload would report as done what was not, so that nothing may apply it unasked.
    files = {"example.py": dedent(text.format(np=bare))}
    fixed = apply_all_fixes("BC903", files, lambda fix: fix.applicability == "safe")
    assert fixed == {"example.py": dedent(text.format(np=guard))}
    project = project_of("BC903", fixed, None)
    (finding,) = project.findings("example.py")
    assert [fix.title for fix in project.fixes(finding)] == [
        "Refuse where boto3 is None",
        "Guard with `if boto3 is not None`",
    ]


def test_a_case_of_none_is_a_test() -> None:
    check_findings(
        "BC903",
        """
        try:
            import grpc
        except ImportError:
            grpc = None

        def connect(target):
            match grpc:
                case None:
                    raise RuntimeError("no grpc")
            return grpc.insecure_channel(target)

        def connect_or_none(target):
            match grpc:
                case None:
                    return None
                case _:
                    return grpc.insecure_channel(target)

        def connect_to(target):
            match target:
                case None:
                    return None
            return grpc.insecure_channel(target)
              #    ^^^^ BC903
        """,
    )


def test_no_mend_takes_a_table_for_one_of_its_entries() -> None:
    text = """
        import json

        try:
            import yaml
        except ImportError:
            yaml = None

        READERS = [json.loads, yaml.safe_load]
    """
    check_fix("BC903", text, text)


def test_the_guard_of_a_call_that_fills_what_is_read_behind_is_not_safe() -> None:
    files = {
        "example.py": dedent("""
            try:
                import lib
            except ImportError:
                lib = None

            def report(rows, target):
                lib.fill(rows, target)
                return target
        """)
    }
    assert apply_all_fixes("BC903", files, lambda fix: fix.applicability == "safe") == files


def test_what_a_table_names_so_is_needed_at_once() -> None:
    check_findings(
        "BC903",
        """
        try:
            import redis
        except ImportError:
            redis = None

        MAKERS = {"redis": lambda url: redis.Redis(url)}
        BACKENDS = {"memory": dict, "redis": redis.Redis}
                               #             ^^^^^ BC903
        """,
    )
    check_fix(
        "BC903",
        """
        try:
            import redis
        except ImportError:
            redis = None

        BACKENDS = {"memory": dict, "redis": redis.Redis}
        """,
        """
        try:
            import redis
        except ImportError:
            redis = None

        BACKENDS = {"memory": dict}
        if redis is not None:
            BACKENDS["redis"] = redis.Redis
        """,
    )


def test_an_imported_package_whose_module_has_it() -> None:
    check_findings(
        "BC903",
        """
        #- svc/__init__.py
        #- svc/compat.py
        try:
            import redis
        except ImportError:
            redis = None
        #- svc/main.py
        import svc.compat
        import svc.other
        def lock(name):
            with svc.compat.redis.Redis().lock(name):
               # ^^^^^^^^^^^^^^^^ BC903
                return name
        def other(name):
            if svc.compat.redis is None:
                return None
            return svc.compat.redis.Redis().lock(name)
        """,
    )


def test_mend_turns_a_test_round() -> None:
    check_fix(
        "BC903",
        """
        try:
            import redis
        except ImportError:
            redis = None


        def client(url):
            if redis is None:
                return redis.Redis.from_url(url)
            return None
        """,
        """
        try:
            import redis
        except ImportError:
            redis = None


        def client(url):
            if redis is not None:
                return redis.Redis.from_url(url)
            return None
        """,
    )
