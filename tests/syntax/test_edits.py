"""Building blocks of fixes: each edit makes a text that parses and looks like its surroundings."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest
from tree_sitter import Node

from bugcatalog_ls.syntax import edits, statement_edits
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import statement_of
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import TextEdit, apply_edits


def check_edit(before: str, kind: str, edit: Callable[[PyFile, Node], list[TextEdit]], after: str) -> None:
    """Apply `edit` to the first node of a kind, also with CRLF line ends, and parse the result."""
    for newline in ("\n", "\r\n") if "\n" in before else ("\n",):
        file = PyFile("a.py", Source(before.replace("\n", newline)))
        result = apply_edits(file.source.data, edit(file, file.nodes(kind)[0])).decode()
        ast.parse(result)
        assert result == after.replace("\n", newline)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f()\n", "f(t=1)\n"),
        ("f(a)\n", "f(a, t=1)\n"),
        ("f(a,)\n", "f(a, t=1,)\n"),
        ("f(a, *b)\n", "f(a, *b, t=1)\n"),
        ("f(a, **b)\n", "f(a, t=1, **b)\n"),
        ("f(x for x in y)\n", "f((x for x in y), t=1)\n"),
        ("f((x for x in y))\n", "f((x for x in y), t=1)\n"),
        ("f(  # why\n)\n", "f(t=1  # why\n)\n"),
        ("f(\n    a,\n    b,\n)\n", "f(\n    a,\n    b,\n    t=1,\n)\n"),
        ("f(\n    a,\n    b\n)\n", "f(\n    a,\n    b,\n    t=1\n)\n"),
        ("f(\n    a,\n    b  # why\n)\n", "f(\n    a,\n    b,  # why\n    t=1\n)\n"),
        ("f(\n    a,  # why\n)\n", "f(\n    a,  # why\n    t=1,\n)\n"),
        ("f(\n\ta,\n\t**b,\n)\n", "f(\n\ta,\n\tt=1,\n\t**b,\n)\n"),
        ("f(a,\n  b)\n", "f(a,\n  b,\n  t=1)\n"),
        ("f(\n    a, b,\n)\n", "f(\n    a, b, t=1,\n)\n"),
        ("f({\n    'a': 1,\n})\n", "f({\n    'a': 1,\n}, t=1)\n"),
        ("f(a, json={\n    'a': 1,\n})\n", "f(a, json={\n    'a': 1,\n}, t=1)\n"),
        ("f('ü', b)\n", "f('ü', b, t=1)\n"),
    ],
)
def test_add_keyword(before: str, after: str) -> None:
    check_edit(before, "call", lambda file, call: edits.add_keyword(file, call, "t", "1"), after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f()\n", "f(x)\n"),
        ("f(a, k=1)\n", "f(a, x, k=1)\n"),
        ("f(k=1, **b)\n", "f(x, k=1, **b)\n"),
        ("f(\n    a,\n    k=1,\n)\n", "f(\n    a,\n    x,\n    k=1,\n)\n"),
    ],
)
def test_add_argument(before: str, after: str) -> None:
    check_edit(before, "call", lambda file, call: edits.add_argument(file, call, "x"), after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("class A: pass\n", "class A(t=1): pass\n"),
        ("class A(B): pass\n", "class A(B, t=1): pass\n"),
    ],
)
def test_add_class_keyword(before: str, after: str) -> None:
    check_edit(before, "class_definition", lambda file, node: edits.add_keyword(file, node, "t", "1"), after)


@pytest.mark.parametrize(
    ("before", "after"),
    [("f(t=None)\n", "f(t=1)\n"), ("f(a)\n", "f(a, t=1)\n"), ("f(t=g(\n    2))\n", "f(t=1)\n")],
)
def test_set_keyword(before: str, after: str) -> None:
    check_edit(before, "call", lambda file, call: edits.set_keyword(file, call, "t", "1"), after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f(t=1)\n", "f()\n"),
        ("f(t=1,)\n", "f()\n"),
        ("f(a, t=1)\n", "f(a)\n"),
        ("f(t=1, b=2)\n", "f(b=2)\n"),
        ("f(\n    a,\n    t=1,  # why\n    b,\n)\n", "f(\n    a,\n    b,\n)\n"),
        ("f(\n    a,\n    t=1\n)\n", "f(\n    a\n)\n"),
        ("f(a,\n  t=1)\n", "f(a)\n"),
        ("f(a)\n", "f(a)\n"),
    ],
)
def test_remove_keyword(before: str, after: str) -> None:
    check_edit(before, "call", lambda file, call: edits.remove_keyword(file, call, "t"), after)


@pytest.mark.parametrize(
    ("before", "new", "after"),
    [
        ("def f(): ...\n", "t=1", "def f(t=1): ...\n"),
        ("def f(a, b=1): ...\n", "t", "def f(a, t, b=1): ...\n"),
        ("def f(a, b=1): ...\n", "t=1", "def f(a, b=1, t=1): ...\n"),
        ("def f(a, *args, **kw): ...\n", "t=1", "def f(a, *args, t=1, **kw): ...\n"),
        ("def f(a, *args: int, **kw: int): ...\n", "t", "def f(a, t, *args: int, **kw: int): ...\n"),
        ("def f(a, *, b): ...\n", "t: int = 1", "def f(a, *, b, t: int = 1): ...\n"),
        (
            "def f(\n    a: int,\n    b: int = 1,\n) -> None: ...\n",
            "t: int",
            "def f(\n    a: int,\n    t: int,\n    b: int = 1,\n) -> None: ...\n",
        ),
        ("def f(\n    a: int\n): ...\n", "t: int = 1", "def f(\n    a: int,\n    t: int = 1\n): ...\n"),
    ],
)
def test_add_parameter(before: str, new: str, after: str) -> None:
    check_edit(before, "function_definition", lambda file, node: edits.add_parameter(file, node, new), after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = f()\n", "if new:\n    go()\nx = f()\n"),
        ("def g():\n  f()\n", "def g():\n  if new:\n    go()\n  f()\n"),
        ("def g():\n\tf()\n", "def g():\n\tif new:\n\t\tgo()\n\tf()\n"),
        ("if a: f()\n", "if a:\n    if new:\n        go()\n    f()\n"),
        ("if a: b; f()\n", "if a:\n    b\n    if new:\n        go()\n    f()\n"),
        ("b; f()\n", "b\nif new:\n    go()\nf()\n"),
        ("if a:\n    b; f(); c\n", "if a:\n    b\n    if new:\n        go()\n    f(); c\n"),
        ("if a:\n    b\nelse: f()\n", "if a:\n    b\nelse:\n    if new:\n        go()\n    f()\n"),
        ("if a: \\\n    f()\n", "if a:\n    if new:\n        go()\n    f()\n"),
        ("b; \\\n    f()\n", "b\nif new:\n    go()\nf()\n"),
        ("# b \\\nf()\n", "# b \\\nif new:\n    go()\nf()\n"),
        ("x = (1 +\n     f())\n", "if new:\n    go()\nx = (1 +\n     f())\n"),
    ],
)
def test_insert_before(before: str, after: str) -> None:
    code = "if new:\n    go()"
    check_edit(before, "call", lambda file, call: statement_edits.insert_before(file, call, code), after)


def test_insert_before_a_decorated_definition() -> None:
    check_edit(
        "@dec\ndef f(): ...\n",
        "function_definition",
        lambda file, node: statement_edits.insert_before(file, statement_of(node), "x = 1", n_blank=2),
        "x = 1\n\n\n@dec\ndef f(): ...\n",
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = f()  # why\ny\n", "x = f()  # why\nnew\ny\n"),
        ("x = f()", "x = f()\nnew"),
        ("f(); b\n", "f()\nnew\nb\n"),
        ("if a: f()  # why\n", "if a:\n    f()  # why\n    new\n"),
        ("if a: f(); b\n", "if a:\n    f()\n    new\n    b\n"),
        ("f(); \\\n    b\n", "f()\nnew\nb\n"),
        ("if a: \\\n    f()\n", "if a:\n    f()\n    new\n"),
        ("with a: b; f()\n", "with a:\n    b; f()\n    new\n"),
        ("for a in b:\n  c\n  f()\nd\n", "for a in b:\n  c\n  f()\n  new\nd\n"),
        ("f('''\na\n''')\n", "f('''\na\n''')\nnew\n"),
    ],
)
def test_insert_after(before: str, after: str) -> None:
    check_edit(before, "call", lambda file, call: statement_edits.insert_after(file, call, "new"), after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f()\n", "try:\n    f()\nexcept E:\n    no()\n"),
        ("def g():\n  f()\n  h\n", "def g():\n  try:\n    f()\n  except E:\n    no()\n  h\n"),
        (
            "if a:\n    x = f('''\n  kept\n''', [\n        1,\n\n        2,\n    ])\n",
            "if a:\n    try:\n        x = f('''\n  kept\n''', [\n            1,\n\n"
            "            2,\n        ])\n    except E:\n        no()\n",
        ),
        ("if a: f()\n", "if a:\n    try:\n        f()\n    except E:\n        no()\n"),
        ("if a: \\\n    f()\n", "if a:\n    try:\n        f()\n    except E:\n        no()\n"),
        (
            "if a and \\\n        b:\n    f()\n",
            "if a and \\\n        b:\n    try:\n        f()\n    except E:\n        no()\n",
        ),
        ("b; f(); c\n", "b\ntry:\n    f()\nexcept E:\n    no()\nc\n"),
    ],
)
def test_wrap(before: str, after: str) -> None:
    check_edit(
        before,
        "call",
        lambda file, call: statement_edits.wrap(file, call, call, "try:", "except E:\n    no()"),
        after,
    )


def test_wrap_several() -> None:
    check_edit(
        "def g():\n    # of a\n    a = 1\n    # of b\n    b = f()\n    c\n",
        "function_definition",
        lambda file, node: statement_edits.wrap(
            file, file.nodes("assignment")[0], file.nodes("assignment")[1], "with x:"
        ),
        "def g():\n    # of a\n    with x:\n        a = 1\n        # of b\n        b = f()\n    c\n",
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nf()  # why\nb\n", "a\nb\n"),
        ("a; f()\nb\n", "a\nb\n"),
        ("a; \\\n    f()\nb\n", "a\nb\n"),
        ("f(); \\\n    b\n", "b\n"),
        ("f(); b\n", "b\n"),
        ("if a:\n    f()\n", "if a:\n    pass\n"),
        ("if a: f()\n", "if a: pass\n"),
        ("if a:\n    # why\n    f()  # how\nb\n", "if a:\n    # why\n    pass  # how\nb\n"),
        ("def g():\n    '''Doc.'''\n    f()\n", "def g():\n    '''Doc.'''\n"),
        ("x = f(\n    1,\n)\ny\n", "y\n"),
        ("a\nf()", "a\n"),
    ],
)
def test_remove_statement(before: str, after: str) -> None:
    check_edit(before, "call", statement_edits.remove_statement, after)


def test_remove_statements() -> None:
    check_edit(
        "if a:\n    f()\n    f()\nf(); f()\n",
        "module",
        lambda file, node: statement_edits.remove_statements(file, file.nodes("call")[:2]),
        "if a:\n    pass\nf(); f()\n",
    )


@pytest.mark.parametrize(
    ("before", "code", "after"),
    [
        ("if a: f()\n", "b", "if a: b\n"),
        ("if a: f()\n", "b\nc", "if a:\n    b\n    c\n"),
        ("if a: \\\n    f()\n", "b\nc", "if a:\n    b\n    c\n"),
        ("a; f(); d\n", "b\nc", "a\nb\nc\nd\n"),
        ("if a:\n\tf()  # why\n", "if b:\n    c", "if a:\n\tif b:  # why\n\t\tc\n"),
        ("f()  # why\n", "try:\n    f()\nfinally:\n    c", "try:\n    f()  # why\nfinally:\n    c\n"),
    ],
)
def test_replace_statement(before: str, code: str, after: str) -> None:
    check_edit(before, "call", lambda file, call: statement_edits.replace_statement(file, call, code), after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("try:\n    import a\nexcept E:\n    pass\nb\n", "import a\nb\n"),
        ("try: import a\nexcept E: pass\n", "import a\n"),
        (
            "if x:\n    try:\n        # of a\n        a = '''\n  kept\n'''\n\n        b()\n"
            "    except E:\n        pass\n    finally:\n        c()\n",
            "if x:\n    # of a\n    a = '''\n  kept\n'''\n\n    b()\n",
        ),
    ],
)
def test_replace_by_body(before: str, after: str) -> None:
    def edit(file: PyFile, node: Node) -> list[TextEdit]:
        body = node.child_by_field_name("body")
        assert body is not None
        return statement_edits.replace_by_body(file, node, body)

    check_edit(before, "try_statement", edit, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("class A: pass\n", "class A:\n    x: int\n"),
        ("class A(B): ...\n", "class A(B):\n    x: int\n"),
        ("class A:\n  pass\n", "class A:\n  x: int\n"),
        ("class A:\n    '''Doc.'''\n    pass\n", "class A:\n    '''Doc.'''\n    x: int\n"),
        ("class A:\n    '''Doc.'''\n", "class A:\n    '''Doc.'''\n\n    x: int\n"),
        (
            "class A:\n    a: int\n    '''Of a.'''\n\n    def f(self): ...\n",
            "class A:\n    a: int\n    '''Of a.'''\n    x: int\n\n    def f(self): ...\n",
        ),
        (
            "class A:\n    a: int = f(\n        1,\n    )\n",
            "class A:\n    a: int = f(\n        1,\n    )\n    x: int\n",
        ),
        (
            "class A:\n\ta = 1\n\t__table_args__ = ()\n",
            "class A:\n\ta = 1\n\tx: int\n\t__table_args__ = ()\n",
        ),
        ("class A:\n    __tablename__ = 'a'\n", "class A:\n    __tablename__ = 'a'\n    x: int\n"),
        ("class A:\n    def f(self): ...\n", "class A:\n    x: int\n\n    def f(self): ...\n"),
        (
            "class A:\n    '''Doc.'''\n\n    class Config:\n        y = 1\n",
            "class A:\n    '''Doc.'''\n\n    x: int\n\n    class Config:\n        y = 1\n",
        ),
    ],
)
def test_add_field(before: str, after: str) -> None:
    check_edit(
        before, "class_definition", lambda file, node: statement_edits.add_field(file, node, "x: int"), after
    )
