"""Symbols across files: re-exports, relative imports, source folders, returns, attributes, bases."""

from __future__ import annotations

import pytest

from bugcatalog_ls.facts import classes, exports
from bugcatalog_ls.facts.fact import Facts
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.resolve import file_of_module, mro, resolve
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.text.source import Source


def add_file(index: FactIndex, file: PyFile) -> None:
    facts = Facts()
    classes.VOCABULARY.collect(file, facts)
    exports.VOCABULARY.collect(file, facts)
    index.set_file(file.path, facts.facts)


def check_resolve(files: str, expected: str | None) -> None:
    """Resolve the expression between `«` and `»`; `#- path` lines name the files."""
    index, path, symbol = FactIndex(), "", None
    for part in files.split("#- ")[1:]:
        name, _, text = part.partition("\n")
        has_mark = "«" in text
        start = len(text[: text.find("«")].encode())
        end = len(text[: text.find("»")].replace("«", "").encode())
        file = PyFile(name.strip(), Source(text.replace("«", "").replace("»", "")))
        add_file(index, file)
        if has_mark:
            node = file.root.descendant_for_byte_range(start, end)
            assert node is not None
            node = node.named_children[0] if node.type == "expression_statement" else node
            path, symbol = file.path, file.symbol(node)
    assert path
    assert (symbol and resolve(index, symbol, path)) == expected


RE_EXPORTS = [
    ("#- m.py\nimport requests\n«requests.get»\n", "requests.get"),
    (
        "#- app/http.py\nimport requests\n#- app/m.py\nfrom app.http import requests\n«requests.get»\n",
        "requests.get",
    ),
    (
        "#- app/http.py\nfrom requests import get as fetch\n#- app/m.py\nfrom .http import fetch\n«fetch»\n",
        "requests.get",
    ),
    (
        "#- lib/__init__.py\nfrom .impl import run\n#- lib/impl.py\ndef run(): ...\n"
        "#- m.py\nfrom lib import run\n«run»\n",
        "lib.impl.run",
    ),
    (
        "#- lib/__init__.py\nfrom .impl import *\n#- lib/impl.py\ndef run(): ...\n"
        "#- m.py\nimport lib\n«lib.run»\n",
        "lib.impl.run",
    ),
    (
        "#- lib/__init__.py\nfrom .impl import *\n#- lib/impl.py\nfrom requests import get\n"
        "#- m.py\nimport lib\n«lib.get»\n",
        "requests.get",
    ),
    (
        "#- lib/__init__.py\n#- lib/impl.py\ndef run(): ...\n#- m.py\nfrom lib import impl\n«impl.run»\n",
        "lib.impl.run",
    ),
    ("#- a.py\nfrom b import x\n#- b.py\nfrom a import x\n#- m.py\nfrom a import x\n«x»\n", "a.x"),
    ("#- a.py\nfrom a import *\n#- m.py\nfrom a import x\n«x»\n", "a.x"),
    ("#- conf.py\nclient = Client()\n#- m.py\nfrom conf import client\n«client.get»\n", "conf.client.get"),
    (
        "#- conf.py\nfrom httpx import Client\nclient = Client()\n"
        "#- m.py\nfrom conf import client\n«client.get»\n",
        "httpx.Client().get",
    ),
    (
        "#- conf.py\ntry:\n    import orjson\nexcept ImportError:\n    orjson = None\n"
        "#- m.py\nfrom conf import orjson\n«orjson.dumps»\n",
        "orjson.dumps",
    ),
]

MODULES = [
    ("#- src/app/db.py\ndef get(): ...\n#- src/app/m.py\nfrom app.db import get\n«get»\n", "src.app.db.get"),
    ("#- src/app/db.py\ndef get(): ...\n#- src/app/m.py\nfrom .db import get\n«get»\n", "src.app.db.get"),
    ("#- src/app/db.py\ndef get(): ...\n#- tests/m.py\nfrom app.db import get\n«get»\n", "src.app.db.get"),
    (
        "#- backend/app/db.py\ndef get(): ...\n#- worker/app/db.py\ndef get(): ...\n"
        "#- worker/app/m.py\nfrom app.db import get\n«get»\n",
        "worker.app.db.get",
    ),
    # A file of the workspace is not what the standard library's name means.
    (
        "#- app/logging.py\ndef getLogger(): ...\n#- app/m.py\nimport logging\n«logging.getLogger»\n",
        "logging.getLogger",
    ),
    ("#- app/x/requests.py\ndef get(): ...\n#- app/m.py\nimport requests\n«requests.get»\n", "requests.get"),
    # Below a package a module is not imported by its last name.
    (
        "#- app/__init__.py\n#- app/redis.py\nclass Redis: ...\n#- app/m.py\nimport redis\n«redis.Redis»\n",
        "redis.Redis",
    ),
]

HANDLER = (
    "#- m.py\nfrom fastapi import Depends\nfrom db import get_db\ndef f(s=Depends(get_db)):\n    «s.commit»\n"
)
RETURNS = [
    ("#- m.py\nimport httpx\ndef make():\n    return httpx.Client()\n«make().get»\n", "httpx.Client().get"),
    ("#- m.py\nimport httpx\ndef make() -> httpx.Client: ...\n«make().get»\n", "httpx.Client().get"),
    (
        "#- db.py\nfrom sqlalchemy.orm import Session\ndef get_db():\n    with Session() as s:\n"
        f"        yield s\n{HANDLER}",
        "sqlalchemy.orm.Session().commit",
    ),
    (
        "#- db.py\nfrom typing import Iterator\nfrom sqlalchemy.orm import Session\n"
        f"def get_db() -> Iterator[Session]:\n    yield make()\n{HANDLER}",
        "sqlalchemy.orm.Session().commit",
    ),
    (
        "#- db.py\nfrom typing import Annotated\nfrom fastapi import Depends\n"
        "from sqlalchemy.orm import Session\n"
        "SessionDep = Annotated[Session, Depends(get)]\n"
        "#- m.py\nfrom db import SessionDep\ndef f(s: SessionDep):\n    «s.commit»\n",
        "sqlalchemy.orm.Session().commit",
    ),
    ("#- m.py\ndef a():\n    return b()\ndef b():\n    return a()\n«a()»\n", "m.a()"),
    ("#- m.py\nimport x\ndef a(y):\n    if y:\n        return x.A()\n    return x.B()\n«a()»\n", "m.a()"),
    ("#- m.py\nimport x\ndef a(y):\n    if y:\n        return None\n    return x.B()\n«a()»\n", "x.B()"),
    ("#- m.py\nimport x\nclass C:\n    def make(self):\n        return x.B()\n«C().make()»\n", "x.B()"),
    ("#- m.py\nimport x\nclass C:\n    @property\n    def b(self) -> x.B: ...\n«C().b.get»\n", "x.B().get"),
]

CLASSES = [
    (
        "#- base.py\nimport x\nclass Base:\n    def __init__(self):\n        self.s = x.S()\n"
        "#- m.py\nfrom base import Base\nclass C(Base):\n    def f(self):\n        «self.s.get»\n",
        "x.S().get",
    ),
    (
        "#- base.py\nclass Base:\n    def run(self): ...\n"
        "#- m.py\nfrom base import Base\nclass C(Base): ...\n«C().run»\n",
        "base.Base().run",
    ),
    (
        "#- base.py\nclass Base:\n    def run(self): ...\n"
        "#- m.py\nfrom base import Base\nclass C(Base):\n    def run(self): ...\n«C().run»\n",
        "m.C().run",
    ),
    ("#- m.py\nclass A(B): ...\nclass B(A): ...\n«A().x»\n", "m.A().x"),
]


@pytest.mark.parametrize(("files", "expected"), [*RE_EXPORTS, *MODULES, *RETURNS, *CLASSES])
def test_resolve(files: str, expected: str | None) -> None:
    check_resolve(files, expected)


def index_of(texts: dict[str, str]) -> FactIndex:
    index = FactIndex()
    for path, text in texts.items():
        add_file(index, PyFile(path, Source(text)))
    return index


def test_mro() -> None:
    classes = "class C(Mixin, Base): ...\nclass D(C, x.Y): ...\nclass E(f()): ...\n"
    index = index_of(
        {
            "base.py": "class Base: ...\nclass Mixin: ...\n",
            "m.py": f"import x\nfrom base import Base, Mixin\n{classes}",
        }
    )
    assert mro(index, "m.C") == (("m.C", "base.Mixin", "base.Base"), True)
    assert mro(index, "m.D") == (("m.D", "m.C", "x.Y", "base.Mixin", "base.Base"), False)
    assert mro(index, "m.E")[1] is False


def test_stars_in_a_circle_end() -> None:
    ring = {f"m{i}.py": "".join(f"from m{j} import *\n" for j in range(12)) for i in range(12)}
    assert resolve(index_of(ring), "m0.x", "m0.py") == "m0.x"


def test_file_of_module() -> None:
    files = ("src/app/__init__.py", "src/app/db.py", "other/app/db.py", "main.py")
    index = index_of(dict.fromkeys(files, ""))
    assert file_of_module(index, "app.db", "src/app/m.py") == "src/app/db.py"
    assert file_of_module(index, "app.db", "other/m.py") == "other/app/db.py"
    assert file_of_module(index, "db", "src/app/m.py") is None
    assert file_of_module(index, "main", "src/app/m.py") == "main.py"
    assert file_of_module(index, "sqlalchemy", "main.py") is None


def test_a_file_of_another_kind_is_no_module() -> None:
    index = FactIndex()
    for path in ("server/alembic.ini", "server/alembic/versions/001_users.py"):
        index.set_file(path, [])
    assert file_of_module(index, "alembic", "server/alembic/versions/001_users.py") is None


def test_a_name_that_its_package_takes_out_of_the_module_of_that_name() -> None:
    index = index_of(
        {
            "app/__init__.py": "",
            "app/config/__init__.py": "from .settings import settings\n",
            "app/config/settings.py": "class Settings:\n    name = 1\nsettings = Settings()\n"
            "def limit(): ...\n",
            "app/db/__init__.py": "from . import engine\n",
            "app/db/engine.py": "class Engine: ...\n",
        }
    )
    assert resolve(index, "app.config.settings", "main.py") == "app.config.settings.Settings()"
    assert resolve(index, "app.config.settings.limit", "main.py") == "app.config.settings.limit"
    assert resolve(index, "app.db.engine", "main.py") == "app.db.engine"
    assert resolve(index, "app.db.engine.Engine", "main.py") == "app.db.engine.Engine"
