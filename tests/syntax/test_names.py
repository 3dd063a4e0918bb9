"""What expressions are: symbols through imports, scopes, annotations, calls and attributes."""

from __future__ import annotations

import pytest

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.text.source import Source


def symbol_of(text: str, path: str = "app/mod.py") -> str | None:
    """The symbol of the expression between `«` and `»`."""
    start = len(text[: text.index("«")].encode())
    end = len(text[: text.index("»")].replace("«", "").encode())
    file = PyFile(path, Source(text.replace("«", "").replace("»", "")))
    node = file.root.descendant_for_byte_range(start, end)
    while node is not None and node.end_byte - node.start_byte == end - start and node.named_child_count == 1:
        if node.type not in ("expression_statement", "block"):
            break
        node = node.named_children[0]
    assert node is not None
    assert (node.start_byte, node.end_byte) == (start, end)
    return file.symbol(node)


IMPORTS = [
    ("import requests\n«requests.get»\n", "requests.get"),
    ("import requests as r\n«r.get»\n", "requests.get"),
    ("import os.path\n«os.path.join»\n", "os.path.join"),
    ("import os.path as p\n«p.join»\n", "os.path.join"),
    ("from datetime import datetime as dt\n«dt.now»()\n", "datetime.datetime.now"),
    ("from .db import get\n«get»\n", "app.db.get"),
    ("from ..x import get\n«get»\n", "x.get"),
    ("from . import db\n«db.get»\n", "app.db.get"),
    ("from a import (\n    b,\n    c as d,\n)\n«d»\n", "a.c"),
    ("def f():\n    import json\n    return «json.loads»\n", "json.loads"),
    ("def f():\n    import json\n«json.loads»\n", None),
    ("try:\n    import ujson as json\nexcept ImportError:\n    import json\n«json.dumps»\n", None),
    ("try:\n    import ujson\nexcept ImportError:\n    ujson = None\n«ujson.dumps»\n", "ujson.dumps"),
    ("try:\n    import a\nexcept ImportError:\n    a = fallback()\n«a»\n", None),
    ("if X:\n    from a import b\nelse:\n    from a import b\n«b»\n", "a.b"),
    ("from a import *\n«b»\n", None),
    # A star import is not taken to hide a builtin.
    ("from a import *\n«open»\n", "builtins.open"),
    ("«open»\n", "builtins.open"),
    ("import a\nimport b as a\n«a.x»\n", "b.x"),
    ("«a.x»\nimport a\n", "a.x"),
    ("def f():\n    return «a.x»\nimport a\n", "a.x"),
]

SCOPES = [
    ("import a\ndef f(a):\n    return «a.x»\n", None),
    ("import a\ndef f(b=«a.x», a=1): ...\n", "a.x"),
    ("import a\nf = lambda a: «a.x»\n", None),
    ("import a\n[«a.x» for a in b]\n", None),
    ("import a, b\n[x for a in b if «b.x»]\n", "b.x"),
    ("import a\n[a for a in «a.x»]\n", "a.x"),
    ("import a\n[a for a in b]\n«a.x»\n", "a.x"),
    ("import a\n[a for a in f(lambda: 1, [a for a in b]) if «a.x»]\n", None),
    ("import a\n[a for a in f(lambda: 1, [a for a in b]) + «a.x»]\n", "a.x"),
    ("import a\n[b for a in c for b in «a.x»]\n", None),
    ("import a\nclass C:\n    a = 1\n    def f(self):\n        return «a.x»\n", "a.x"),
    ("import a\nclass C:\n    a = b()\n    «a.x»\n", "app.mod.C.a.x"),
    ("class C:\n    import a\n    y = «a.x»\n", "a.x"),
    ("import a\ndef f():\n    global a\n    a = None\ndef g():\n    return «a.x»\n", "a.x"),
    ("def f():\n    global a\n    import a\ndef g():\n    return «a.x»\n", "a.x"),
    ("def f():\n    import a\n    def g():\n        return «a.x»\n", "a.x"),
    ("def f():\n    a = None\n    def g():\n        nonlocal a\n        import a\n    return «a.x»\n", "a.x"),
    ("import a\nif (y := a.open()):\n    «y.x»\n", "a.open().x"),
    ("import a\n[y for z in q if (y := a.open())]\n«y»\n", "a.open()"),
    ("import a\nmatch z:\n    case a:\n        «a.x»\n", None),
    ("import a\nmatch z:\n    case a.B():\n        «a.x»\n", "a.x"),
    ("import a\nexcept_ = 1\ntry: ...\nexcept a.E as e:\n    «e»\n", "a.E()"),
    ("import a\nfor x in a.all():\n    «x»\n", "a.all()[]"),
    ("import a\nx, y = a.pair()\n«x»\n", "app.mod.x"),
    ("import a\ndef f():\n    x, y = a.pair()\n    return «x»\n", None),
    ("import a\ndef f():\n    a.g()\n    del a\n    «a.x»\n", None),
]

VALUES = [
    ("import a\ns = a.S()\n«s.get»\n", "a.S().get"),
    ("import a\ns = t = a.S()\n«s.get»\n", "a.S().get"),
    ("import a\nwith a.S() as s:\n    «s.get»\n", "a.S().get"),
    ("import a\nasync def f():\n    async with a.S() as s:\n        «s.get»\n", "a.S().get"),
    ("import a\nasync def f():\n    x = await a.get()\n    «x»\n", "a.get()"),
    ("import a\nx = a.S() if y else None\n«x»\n", "a.S()"),
    ("import a\nx = y or a.S()\n«x»\n", "app.mod.x"),
    ("import a\nx = a.S()\nx = 1\n«x»\n", "builtins.int()"),
    ("import a\nx = 1\nif y:\n    x = a.S()\n«x»\n", None),
    ("import a\nx = None\nif y:\n    x = a.S()\n«x»\n", "a.S()"),
    ("import a\nx = 1\nif y:\n    x = a.S()\n    «x»\n", "a.S()"),
    ("import a\nx = a.rows()[0]\n«x»\n", "a.rows()[]"),
    ("from typing import cast\nimport a\nx = cast(a.S, y)\n«x»\n", "a.S()"),
    ("from typing import cast\nimport a\nx = cast('a.S', y)\n«x»\n", "a.S()"),
    ("x = x\n«x»\n", "app.mod.x"),
    ("def f(): ...\n«f()»\n", "app.mod.f()"),
    ("class A: ...\n«A().x»\n", "app.mod.A().x"),
]

ANNOTATIONS = [
    ("import a\ndef f(s: a.S):\n    «s»\n", "a.S()"),
    ("import a\ndef f(s: a.S | None = None):\n    «s»\n", "a.S()"),
    ("import a\ndef f(s: 'a.S'):\n    «s»\n", "a.S()"),
    ("from typing import Optional\nimport a\ndef f(s: Optional[a.S]):\n    «s»\n", "a.S()"),
    ("from typing import Union\nimport a\ndef f(s: Union[a.S, a.T]):\n    «s»\n", None),
    ("import a\ndef f(s: type[a.S]):\n    «s»\n", "a.S"),
    ("def f(s: list[int]):\n    «s»\n", "builtins.list()"),
    ("import a\ndef f(*s: a.S):\n    «s»\n", None),
    ("import a\ns: a.S = make()\n«s»\n", "a.S()"),
    ("from fastapi import Depends\nimport a\ndef f(s=Depends(a.get)):\n    «s»\n", "a.get()"),
    ("from fastapi import Depends\nimport a\ndef f(s: a.S = Depends(a.get)):\n    «s»\n", "a.S()"),
    (
        "from typing import Annotated\nfrom fastapi import Depends\nimport a\n"
        "def f(s: Annotated[a.S, Depends(a.get)]):\n    «s»\n",
        "a.S()",
    ),
    (
        "from typing import Annotated\nfrom fastapi import Depends\nimport a\n"
        "S = Annotated[a.S, Depends(a.get)]\ndef f(s: S):\n    «s»\n",
        "a.S()",
    ),
]

CLASS = "import a\nclass C:\n    "
READ = "    def read(self):\n        «self.s»\n"
ATTRIBUTES = [
    (f"{CLASS}def __init__(self):\n        self.s = a.S()\n{READ}", "a.S()"),
    (f"{CLASS}def __init__(self, s: a.S):\n        self.s = s\n{READ}", "a.S()"),
    (f"{CLASS}s: a.S\n{READ}", "a.S()"),
    (f"{CLASS}s = a.S()\n{READ.replace('self.s', 'self.s.get')}", "a.S().get"),
    (
        f"{CLASS}def f(self):\n        self.s = a.S()\n    def g(self):\n        self.s = a.T()\n{READ}",
        "app.mod.C().s",
    ),
    (
        f"{CLASS}def f(self):\n        self.s = None\n    def g(self):\n        self.s = a.T()\n{READ}",
        "a.T()",
    ),
    (f"{CLASS}def s(self): ...\n{READ}", "app.mod.C().s"),
    (f"{CLASS}@classmethod\n    def f(cls):\n        «cls»\n", "app.mod.C"),
    (f"{CLASS}@staticmethod\n    def f(x):\n        «x»\n", None),
    ("class C(B):\n    def f(self):\n        «super().f»\n", "super(app.mod.C).f"),
]


@pytest.mark.parametrize(("text", "symbol"), [*IMPORTS, *SCOPES, *VALUES, *ANNOTATIONS, *ATTRIBUTES])
def test_symbol(text: str, symbol: str | None) -> None:
    assert symbol_of(text) == symbol


def test_values_that_depend_on_each_other_are_unknown() -> None:
    setters = "".join(
        f"def f{i}():\n    global x\n    x = x.a{i} if y else x.b\n    z: type['z'] = x\n" for i in range(30)
    )
    fields = "".join(f"    a{i}: Union['a1', 'a2', 'a3', 'a{i}']\n" for i in range(30))
    text = f"from typing import Union\nx = None\n{setters}class C:\n{fields}def g():\n    «x.c»\n"
    assert symbol_of(text) == "app.mod.x.c"


def test_names_of_a_package() -> None:
    assert symbol_of("from .db import x\n«x»\n", "app/__init__.py") == "app.db.x"
    assert symbol_of("from . import db\n«db»\n", "app/__init__.py") == "app.db"
    assert symbol_of("from .db import x\n«x»\n", "mod.py") == "db.x"
    assert symbol_of("from . import x\n«x»\n", "mod.py") == "x"
