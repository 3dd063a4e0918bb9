"""BC904 beyond the page's examples."""

from __future__ import annotations

import pytest

from bugcatalog_ls.analysis.analyzer import Options
from bugcatalog_ls.testing.checks import check_findings, check_fix


def test_found() -> None:
    check_findings(
        "BC904",
        """
        #- query_default.py
        from fastapi import APIRouter
        router = APIRouter()
        @router.get("/x")
        def x(q: str = Query(None)):
                     # ^^^^^ BC904
            return q

        #- decorator.py
        import os
        @lru_cache(maxsize=1)
         # <------ BC904
        def f():
            return os.getcwd()

        #- annotation_param.py
        def f(x: Optional[int] = None):
               # ^^^^^^^^ BC904
            return x

        #- return_annotation.py
        class A:
            def clone(self) -> A:
                             # ^ BC904
                return self

        #- class_base.py
        class Model(Base):
                  # ^^^^ BC904
            pass

        #- class_body.py
        from pydantic import BaseModel
        class M(BaseModel):
            id: UUID
              # ^^^^ BC904
            name: str

        #- class_body_call.py
        from pydantic import BaseModel
        class M(BaseModel):
            name: str = Field(max_length=3)
                      # ^^^^^ BC904

        #- module_level.py
        import logging
        logger = logging.getLogger(__name__)
        BASE = os.path.dirname(__file__)
             # ^^ BC904

        #- type_checking.py
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from decimal import Decimal
        def total(a: list[Decimal]) -> int:
                        # ^^^^^^^ BC904
            return 1

        #- used_before_def.py
        app = create_app()
            # ^^^^^^^^^^ BC904
        def create_app():
            return 1

        #- later_base.py
        class B(A):
              # ^ BC904
            pass
        class A:
            pass

        #- comprehension.py
        ROUTES = [Route(p) for p in ["a"]]
                # ^^^^^ BC904

        #- class_comprehension.py
        class C:
            NAMES = ["a", "b"]
            UPPER = [n for n in range(3) if n in NAMES]
                                               # ^^^^^ BC904

        #- nested_class.py
        class Outer:
            LIMIT = 3
            class Inner:
                size = LIMIT
                     # ^^^^^ BC904

        #- after_del.py
        import os
        path = os.getcwd()
        del path
        print(path)
            # ^^^^ BC904

        #- f_string.py
        VERSION = "1"
        UA = f"app/{VERSON}"
                  # ^^^^^^ BC904

        #- keyword.py
        import logging
        logging.basicConfig(level=LEVEL)
                                # ^^^^^ BC904

        #- if_module.py
        import os
        if os.environ.get("DEBUG"):
            app.add_middleware(Debug)
          # ^^^ BC904
                             # ^^^^^ BC904
            pass
        app = 3

        #- lambda_default.py
        f = lambda x=DEFAULT: x
                   # ^^^^^^^ BC904

        #- annotated.py
        from typing import Annotated
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/")
        async def root(page: Annotated[int, Query(ge=1)] = 1):
                                          # ^^^^^ BC904
            return page

        #- except_name.py
        try:
            import foo
        except ImportError as e:
            pass
        print(e)
            # ^ BC904

        #- declared.py
        x: int
        print(x)
            # ^ BC904

        #- augmented.py
        counter += 1
        # <---- BC904

        #- dict_value.py
        HANDLERS = {
            "a": handle_a,
               # ^^^^^^^^ BC904
        }
        def handle_a(): ...

        #- import_error_not_caught.py
        try:
            value = undefined_thing
                  # ^^^^^^^^^^^^^^^ BC904
        except ImportError:
            value = None

        #- with.py
        with open(FILE) as f:
                # ^^^^ BC904
            data = f.read()

        #- while.py
        while RUNNING:
            # ^^^^^^^ BC904
            break

        #- assert.py
        assert VERSION == "1"
             # ^^^^^^^ BC904

        #- default_mutable_method.py
        class Service:
            def __init__(self, client=HttpClient()):
                                    # ^^^^^^^^^^ BC904
                self.c = client

        #- self_in_class.py
        class A:
            x = self.y
              # ^^^^ BC904

        #- type_alias_old.py
        Callback = Callable[[int], None]
                 # ^^^^^^^^ BC904

        #- decorator_method_in_class.py
        class A:
            @validator("x")
           # ^^^^^^^^^ BC904
            def f(cls, v):
                return v

        #- else_of_type_checking.py
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from a import B
        else:
            C = B
              # ^ BC904

        #- async.py
        import asyncio
        @app.on_event("startup")
         # < BC904
        async def s():
            await asyncio.sleep(1)

        #- elif.py
        import os
        if os.name2:
            pass
        elif MODE == 3:
           # ^^^^ BC904
            pass

        #- match_field.py
        from pydantic import BaseModel
        class A(BaseModel):
            match: str = Field("x")
                       # ^^^^^ BC904
            type: int

        #- depends_route.py
        from fastapi import APIRouter
        from sqlalchemy.orm import Session
        router = APIRouter()
        @router.post("/users", response_model=UserOut)
                                            # ^^^^^^^ BC904
        def create(payload: dict):
            return payload

        #- security_dependency.py
        from fastapi import APIRouter, Depends
        router = APIRouter(dependencies=[Depends(get_current_user)])
                                               # ^^^^^^^^^^^^^^^^ BC904

        #- enum_base.py
        class Status(Enum):
                   # ^^^^ BC904
            A = 1

        #- star_kwargs.py
        OPTIONS = dict(**DEFAULTS, a=1)
                       # ^^^^^^^^ BC904

        #- nested_default.py
        from dataclasses import dataclass
        @dataclass
        class A:
            items: list = field(default_factory=list)
                        # ^^^^^ BC904

        #- celery.py
        @celery_app.task
         # <------- BC904
        def f(): ...

        #- typo.py
        import logging
        loger = logging.getLogger(__name__)
        logger.info("x")
        # <--- BC904

        #- with_class_method_decorator.py
        class A:
            @staticmethod
            @cache
           # ^^^^^ BC904
            def f(): ...

        #- metaclass.py
        class A(metaclass=ABCMeta):
                        # ^^^^^^^ BC904
            pass

        #- multi.py
        from fastapi import FastAPI
        app = FastAPI()
        app.include_router(users_router)
                         # ^^^^^^^^^^^^ BC904
        app.include_router(items_router)
                         # ^^^^^^^^^^^^ BC904

        #- subscript_annotation.py
        from typing import Dict
        CACHE: Dict[str, Item] = {}
                       # ^^^^ BC904

        #- try_else.py
        try:
            import x
        except ImportError:
            pass
        else:
            VALUE = y
                  # ^ BC904

        #- conditional_expr.py
        import os
        A = B if os.getenv("B") else None
          # ^ BC904
        """,
    )


def test_left_alone() -> None:
    check_findings(
        "BC904",
        '''
        #- function_body.py
        def f():
            return later()
        def later(): return 1

        #- future.py
        from __future__ import annotations
        class A:
            def f(self) -> A: return self
            x: Undefined

        #- quoted.py
        class A:
            def f(self) -> "A": return self
            x: "list[Undefined]"

        #- star_external.py
        from os.path import *
        from library import *
        X = something

        #- try_name_error.py
        try:
            unicode
        except NameError:
            unicode = str

        #- try_exception.py
        try:
            X = undefined
        except Exception:
            X = None

        #- version.py
        import sys
        if sys.version_info < (3,):
            text = unicode
        else:
            text = str

        #- global.py
        def init():
            global client
            client = 1
        init()
        print(client)

        #- globals.py
        globals()["x"] = 1
        print(x)

        #- exec.py
        exec("y = 1")
        print(y)

        #- conditional.py
        import os
        if os.environ.get("X"):
            flag = 1
        else:
            flag = 2
        print(flag)

        #- try_import.py
        try:
            import orjson as json
        except ImportError:
            import json
        D = json.dumps({})

        #- main.py
        if __name__ == "__main__":
            print(undefined)

        #- builtins.py
        print(__file__, __name__, __doc__, __spec__, __debug__, NotImplemented, ...)
        class E(ExceptionGroup): pass

        #- comprehension_.py
        X = [a for a in range(3) if a]
        Y = {k: v for k, v in zip("a", "b")}
        Z = list(b for a in [[1]] for b in a)
        W = [y := 1, y]

        #- lambda.py
        f = lambda x: later(x)
        def later(x): return x

        #- class_names.py
        class A:
            X = 1
            Y = X + 1
            Z = [i for i in X]
            def f(self, v=X): return v
            @property
            def name(self): return 1
            @name.setter
            def name(self, v): pass

        #- walrus.py
        import re
        if m := re.match("a", "b"):
            print(m.group())

        #- loop.py
        for i in range(3):
            if i:
                print(last)
            last = i

        #- for_var.py
        for name, value in [("a", 1)]:
            print(name, value)
        print(name)

        #- with_target.py
        with open("x") as fh, open("y") as (g):
            data = fh.read()

        #- match.py
        import sys
        match sys.argv:
            case [cmd, *rest]:
                print(cmd, rest)
            case {"a": b, **kw}:
                print(b, kw)

        #- keyword_names.py
        import dataclasses
        X = dict(alpha=1, beta=2)
        @dataclasses.dataclass(frozen=True)
        class P:
            alpha: int = 1

        #- except.py
        try:
            import x
        except ImportError as exc:
            print(exc)
            raise

        #- suppress.py
        from contextlib import suppress
        with suppress(NameError):
            del foo
            print(foo)

        #- type_checking_used_quoted.py
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from decimal import Decimal
        def f(x: "Decimal"): pass

        #- nested_def_annotations.py
        def outer():
            def inner(x: Undefined): ...
            y: Undefined2 = 3
            return inner

        #- generator_lazy.py
        gen = (late(x) for x in range(3))
        def late(x): return x

        #- after_raise.py
        raise SystemExit
        print(x)

        #- import_submodule.py
        import os.path
        import xml.etree.ElementTree as ET
        print(os.sep, ET.parse)

        #- tuple_assign.py
        a, (b, *c) = 1, (2, 3)
        print(a, b, c)
        d = e = 3
        print(d, e)

        #- self_reference_in_method.py
        class Node:
            def make(self): return Node()
            children = []

        #- getattr_module.py
        def __getattr__(name): return 1
        X = 2

        #- annotation_of_self_attr.py
        class A:
            def __init__(self):
                self.x: Foo = 3

        #- alias_type.py
        from typing import TypeVar
        T = TypeVar("T", bound="Later")
        class Later: pass

        #- class_var_later.py
        class A:
            def f(self) -> None:
                return self.g(B)
        class B: ...

        #- lru_in_function.py
        def f():
            @lru_cache
            def g(): ...

        #- overload_typing.py
        import typing as t
        if t.TYPE_CHECKING:
            from x import Y
            Z = t.Union[Y, int]
        def f(a: "Z") -> "Y": ...

        #- enum_members.py
        import enum
        class Color(enum.Enum):
            RED = enum.auto()
            ALIAS = RED

        #- dunder_all.py
        __all__ = ["a", "b"]
        def a(): ...
        def b(): ...

        #- nested_comps.py
        M = {r: [c for c in range(r) if c != r] for r in range(3) if r}

        #- async_comps.py
        import asyncio
        async def f():
            return [x async for x in g()]

        #- django_settings.py
        from .base import *
        DEBUG = True
        DATABASES["default"]["HOST"] = "x"
        INSTALLED_APPS += ["x"]

        #- pytest_fixture_params.py
        import pytest
        @pytest.fixture(params=[1, 2])
        def f(request): return request.param

        #- except_star.py
        try:
            pass
        except* ValueError as eg:
            print(eg)

        #- decorators_attr.py
        class A:
            x = property(lambda self: self._x)
            @x.setter
            def x(self, v): self._x = v

        #- class_scope_name_builtin.py
        class A:
            id = 1
            type = "x"
            other = id

        #- sys_modules.py
        import sys
        sys.modules[__name__].foo = 1
        print(foo)

        #- function_attr_default.py
        def f(a, b=None, *, c=1, **kw): return a
        def g(x=f): return x

        #- global_at_module.py
        global counter
        counter = 1
        print(counter)

        #- future_import_late.py
        """Doc."""
        from __future__ import annotations
        def f(x: Undefined) -> AlsoUndefined: ...

        #- named_tuple.py
        from collections import namedtuple
        P = namedtuple("P", "x y")
        print(P(1, 2).x)
        ''',
    )


def test_flag_workspace_star() -> None:
    check_findings(
        "BC904",
        """
        #- base.py
        TIMEOUT = 3
        #- settings.py
        from base import *
        X = TIMEOUT * RETRIES
                    # ^^^^^^^ BC904
        """,
    )


def test_leave_py314() -> None:
    check_findings(
        "BC904",
        """
        class A:
            def f(self) -> A: return self
        """,
        Options(target_python=(3, 14)),
    )


def test_leave_typevars() -> None:
    check_findings(
        "BC904",
        """
        class Stack[T]:
            items: list[T]
            def push(self, item: T) -> T: return item
        def first[U](x: list[U]) -> U: return x[0]
        type Alias = Later
        class Later: pass
        """,
        Options(target_python=(3, 12)),
    )


def test_leave_star_workspace() -> None:
    check_findings(
        "BC904",
        """
        #- base.py
        TIMEOUT = 3
        from inner import *
        #- inner.py
        import os
        RETRIES = 2
        #- settings.py
        from base import *
        X = TIMEOUT * RETRIES
        P = os.getcwd()
        """,
    )


def test_leave_builtins_patch() -> None:
    check_findings(
        "BC904",
        """
        #- a.py
        import builtins
        builtins.profile = lambda f: f
        #- b.py
        @profile
        def f(): pass
        """,
    )


def test_mend_query() -> None:
    check_fix(
        "BC904",
        """
        from fastapi import APIRouter
        router = APIRouter()
        @router.get("/x")
        def x(q: str = Query(None)):
            return q
        """,
        """
        from fastapi import APIRouter, Query
        router = APIRouter()
        @router.get("/x")
        def x(q: str = Query(None)):
            return q
        """,
    )


def test_mend_optional() -> None:
    check_fix(
        "BC904",
        '''
        """Doc."""
        from __future__ import print_function

        import os

        def f(x: Optional[int] = None):
            return os.name
        ''',
        '''
        """Doc."""
        from __future__ import print_function

        import os
        from typing import Optional

        def f(x: Optional[int] = None):
            return os.name
        ''',
    )


def test_mend_self_type() -> None:
    check_fix(
        "BC904",
        """
        class A:
            def clone(self) -> A:
                return self
        """,
        """
        class A:
            def clone(self) -> "A":
                return self
        """,
    )


def test_mend_module() -> None:
    check_fix(
        "BC904",
        """
        import logging
        BASE = os.path.dirname(__file__)
        """,
        """
        import logging
        import os
        BASE = os.path.dirname(__file__)
        """,
    )


def test_mend_json() -> None:
    check_fix(
        "BC904",
        """
        DATA = json.loads("{}")
        """,
        """
        import json

        DATA = json.loads("{}")
        """,
    )


def test_mend_workspace() -> None:
    check_fix(
        "BC904",
        """
        #- app/__init__.py

        #- app/api.py
        from fastapi import APIRouter, Depends
        router = APIRouter()
        @router.get("/")
        def f(user=Depends(require_user)): ...
        #- app/core/__init__.py

        #- app/core/security.py
        def require_user(): ...
        """,
        """
        #- app/__init__.py

        #- app/api.py
        from fastapi import APIRouter, Depends

        from app.core.security import require_user

        router = APIRouter()
        @router.get("/")
        def f(user=Depends(require_user)): ...
        #- app/core/__init__.py

        #- app/core/security.py
        def require_user(): ...
        """,
    )


def test_mend_typing_import() -> None:
    check_fix(
        "BC904",
        """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from decimal import Decimal
        def total(a: list[Decimal]) -> int:
            return 1
        """,
        """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from decimal import Decimal
        def total(a: "list[Decimal]") -> int:
            return 1
        """,
    )


def test_mend_typing_base() -> None:
    check_fix(
        "BC904",
        """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from collections import UserDict
        class D(UserDict): pass
        """,
        """
        from collections import UserDict
        class D(UserDict): pass
        """,
    )


def test_mend_field() -> None:
    check_fix(
        "BC904",
        """
        from pydantic import BaseModel
        class M(BaseModel):
            name: str = Field(max_length=3)
        """,
        """
        from pydantic import BaseModel, Field
        class M(BaseModel):
            name: str = Field(max_length=3)
        """,
    )


def test_mend_uuid() -> None:
    check_fix(
        "BC904",
        """
        from pydantic import BaseModel
        class M(BaseModel):
            id: UUID
        """,
        """
        from uuid import UUID

        from pydantic import BaseModel
        class M(BaseModel):
            id: UUID
        """,
    )


def test_mend_datetime() -> None:
    check_fix(
        "BC904",
        """
        from sqlalchemy import Column, DateTime
        class A:
            created = Column(DateTime, default=datetime.utcnow)
        """,
        """
        from datetime import datetime

        from sqlalchemy import Column, DateTime
        class A:
            created = Column(DateTime, default=datetime.utcnow)
        """,
    )


def test_mend_column() -> None:
    check_fix(
        "BC904",
        """
        from sqlalchemy.orm import DeclarativeBase, Mapped
        class Base(DeclarativeBase): pass
        class A(Base):
            id: Mapped[int] = mapped_column(primary_key=True)
        """,
        """
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
        class Base(DeclarativeBase): pass
        class A(Base):
            id: Mapped[int] = mapped_column(primary_key=True)
        """,
    )


def test_mend_path_param() -> None:
    check_fix(
        "BC904",
        """
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/{x}")
        def f(x: int = Path(gt=1)): ...
        """,
        """
        from fastapi import FastAPI, Path
        app = FastAPI()
        @app.get("/{x}")
        def f(x: int = Path(gt=1)): ...
        """,
    )


def test_mend_path_lib() -> None:
    check_fix(
        "BC904",
        """
        from fastapi import FastAPI
        ROOT = Path(__file__).parent
        """,
        """
        from pathlib import Path

        from fastapi import FastAPI
        ROOT = Path(__file__).parent
        """,
    )


def test_mend_relative() -> None:
    check_fix(
        "BC904",
        """
        #- pkg/__init__.py

        #- pkg/models.py
        class User: ...
        #- pkg/other.py
        from .models import User
        #- pkg/views.py
        from . import other
        DEFAULT = User()
        """,
        """
        #- pkg/__init__.py

        #- pkg/models.py
        class User: ...
        #- pkg/other.py
        from .models import User
        #- pkg/views.py
        from . import other
        from .models import User
        DEFAULT = User()
        """,
    )


def test_mend_enum() -> None:
    check_fix(
        "BC904",
        """
        class Color(str, Enum):
            RED = "r"
        """,
        """
        from enum import Enum


        class Color(str, Enum):
            RED = "r"
        """,
    )


def test_mend_two() -> None:
    check_fix(
        "BC904",
        """
        from flask import Flask
        app = Flask(__name__)
        bp = Blueprint("a", __name__)
        @bp.route("/")
        def f(): return jsonify({})
        class A(ABC):
            @abstractmethod
            def f(self): ...
        """,
        """
        from abc import ABC, abstractmethod

        from flask import Blueprint, Flask
        app = Flask(__name__)
        bp = Blueprint("a", __name__)
        @bp.route("/")
        def f(): return jsonify({})
        class A(ABC):
            @abstractmethod
            def f(self): ...
        """,
    )


def test_mend_np() -> None:
    check_fix(
        "BC904",
        """
        #- a.py
        import numpy as np
        X = np.zeros(3)
        #- b.py
        Y = np.ones(3)
        """,
        """
        #- a.py
        import numpy as np
        X = np.zeros(3)
        #- b.py
        import numpy as np

        Y = np.ones(3)
        """,
    )


def test_mend_parens() -> None:
    check_fix(
        "BC904",
        """
        from fastapi import (
            APIRouter,
            Depends,
        )
        router = APIRouter()
        @router.get("/")
        def f(x: int = Query(1), r: Response = None): ...
        """,
        """
        from fastapi import (
            APIRouter,
            Depends,
            Query,
            Response,
        )
        router = APIRouter()
        @router.get("/")
        def f(x: int = Query(1), r: Response = None): ...
        """,
    )


def test_leave_type_alias() -> None:
    check_findings(
        "BC904",
        """
        type Point = tuple[float, Later]
        class Later: ...
        """,
        Options(target_python=(3, 12)),
    )


def test_fastapi_reads_deferred_annotations() -> None:
    check_findings(
        "BC904",
        """
        from __future__ import annotations
        from typing import TYPE_CHECKING, Annotated
        from fastapi import APIRouter, Depends
        from pydantic import BaseModel
        if TYPE_CHECKING:
            from decimal import Decimal
        router = APIRouter()
        @router.get("/a")
        def a(q: Annotated[str, Query()], item: Item) -> int: ...
                              # ^^^^^ BC904 Query is not defined
                                              # ^^^^ BC904 Item is not defined
        @router.get("/b")
        def b(x: Decimal): ...
               # ^^^^^^^ BC904 Decimal is imported for type checkers only
        @router.get("/c", response_model=None)
        def c(session: Session = Depends(len)) -> Answer:
            def inner(z: Unknown): ...
        def d(x: Unknown) -> Unknown: ...
        class Out(BaseModel):
            field: Unknown
        """,
    )
    check_fix(
        "BC904",
        """
        from __future__ import annotations
        from typing import TYPE_CHECKING
        from fastapi import APIRouter
        if TYPE_CHECKING:
            from decimal import Decimal
        router = APIRouter()
        @router.get("/b")
        def b(x: Decimal, q: str = Query()): ...
        """,
        """
        from __future__ import annotations
        from decimal import Decimal
        from fastapi import APIRouter, Query
        router = APIRouter()
        @router.get("/b")
        def b(x: Decimal, q: str = Query()): ...
        """,
    )


def test_leave_names_of_patterns() -> None:
    check_findings(
        "BC904",
        """
        import sys
        match sys.argv:
            case [first, *rest] as everything:
                print(first, rest, everything)
            case {"kind": str() as kind, **others}:
                print(kind, others)
        """,
    )


def test_what_a_comprehension_names_in_its_conditions() -> None:
    check_findings(
        "BC904",
        """
        import inspect

        import trace

        NAMES = sorted(
            getattr(klass, name)
            for each in dir(trace)
            if inspect.isclass(klass := getattr(trace, each))
            for name in dir(klass)
        )
        """,
    )


def test_name_that_the_loader_of_settings_gives() -> None:
    check_findings(
        "BC904",
        """
        #- server_config.py
        c.ServerApp.port = 8888
        c.ServerApp.open_browser = False

        #- app/main.py
        d.ServerApp.port = 8888
        # <1 BC904
        """,
    )


def test_names_that_are_told_or_given() -> None:
    scenario = "engine.create(Template())\n"
    files = "".join(f"#- scenarios/{name}.py\n{scenario}" for name in ("create", "update", "delete"))
    check_findings(
        "BC904",
        f"""{files}
#- .semgrep/rule.fixed.py
client.send()

#- manual/conf.py
extensions = []
main = "index" if tags.has("online") else "simple"

#- app/main.py
type Pair[T] = tuple[T, T]
PAIRS: list[Pair[int]] = []
lazy.install()  # noqa: F821
engine.start()
# <--- BC904
""",
    )


def test_what_the_imported_module_offers_too() -> None:
    check_fix(
        "BC904",
        """
        from enum import Enum
        class Kind(Enum):
            FIRST = auto()
        """,
        """
        from enum import Enum, auto
        class Kind(Enum):
            FIRST = auto()
        """,
    )


def test_condition_of_an_expression_runs_first() -> None:
    check_findings(
        "BC904",
        """
        import os

        LIMIT = int(_value) if (_value := os.getenv("LIMIT")) else None
        OTHER = int(other_value) if LIMIT else (other_value := 1)
        #           ^^^^^^^^^^^ BC904
        """,
    )


def test_name_that_nothing_explains_in_a_large_workspace() -> None:
    others = "".join(f"#- app/part{number}.py\nNUMBER = {number}\n" for number in range(30))
    check_findings(
        "BC904",
        others
        + """
#- app/started.py
print(environment)
#     ^^^^^^^^^^^ BC904.unsure
value: Optional[int] = 3
#      ^^^^^^^^ BC904
""",
    )


def test_annotations_of_a_workspace_that_defers_them() -> None:
    part = "#- app/part{}.py\nclass Part:\n    def joined(self) -> Whole: ...\n\nclass Whole: ...\n"
    check_findings("BC904", "".join(part.format(number) for number in range(4)))


def test_submodule_that_a_package_imports_from() -> None:
    check_findings(
        "BC904",
        """
        #- rpc/__init__.py
        from .framing import *
        from rpc.session import connect

        __all__ = framing.__all__ + session.__all__ + jsonrpc.__all__
        #                                             ^^^^^^^ BC904

        #- rpc/framing.py
        __all__ = ["Framer"]

        class Framer: ...

        #- rpc/session.py
        __all__ = ["connect"]

        def connect(): ...

        #- rpc/jsonrpc.py
        __all__ = []
        """,
    )


def test_what_python_2_had_behind_a_test() -> None:
    check_findings(
        "BC904",
        """
        from compat import IS_PY3

        if IS_PY3:
            text_type = str
        else:
            text_type = unicode

        names = (unicode,)
        #        ^^^^^^^ BC904
        """,
    )


def test_no_import_from_a_file_that_none_can_name() -> None:
    fixture = """
        #- app/main.py
        limit = LIMIT_OF_ROWS
        #- app/0002-limits.py
        LIMIT_OF_ROWS = 10
        """
    check_fix("BC904", fixture, fixture)


def test_files_that_are_run_otherwise_than_by_an_import() -> None:
    check_findings(
        "BC904",
        """
#- docs/examples/remote.py
with ClusterProxy() as proxy:
   # ^^^^^^^^^^^^ BC904.unsure
    proxy.call()

#- app/settings_local.py
INSTALLED_APPS += ("debug",)
# <----------- BC904.unsure
DATABASES["default"]["NAME"] = "local"
# <------ BC904.unsure

#- app/secret.py
SECRET_KEY = {secret_key}

#- app/filled.py
DEBUG = {{ project.debug }}

#- app/roles.py
ALLOWED = {Role.ADMIN}
        #  ^^^^ BC904

#- skins/tool.py
## Script (Python) "tool"
##parameters=value=None
request = container.REQUEST

#- app/mixed.py
class First:
\tdef run(self):
\t\tvalue = 1
        return value

#- SConscript.py
env.Program("tool")
""",
    )
    check_findings(
        "BC904",
        """
#- runner.py
def run(path, names):
    exec(open(path).read(), names)

#- scripts/first.py
register("first")
# <----- BC904.unsure

#- scripts/second.py
print(Missing)
    # ^^^^^^^ BC904

#- main.py
import scripts.second
""",
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "import os\n\n\n# Pages.\n@os.x(SIZE)\ndef f(): ...\n\n\nSIZE = 50  # rows\n\n\ndef g(): ...\n",
            "import os\n\n\nSIZE = 50  # rows\n\n\n# Pages.\n@os.x(SIZE)\ndef f(): ...\n\n\ndef g(): ...\n",
        ),
        ("a = NAMES[0]\nNAMES = ('x',)\n", "NAMES = ('x',)\na = NAMES[0]\n"),
        # What is made of other names may need them, and what is bound twice is another one there.
        ("a = SIZE\nb = 1\nSIZE = b + 1\n", None),
        ("a = SIZE\nSIZE = 1\nSIZE = 2\n", None),
    ],
)
def test_a_constant_that_is_needed_above(before: str, after: str | None) -> None:
    check_fix("BC904", before, after or before)
