"""Texts of string expressions, and where their characters stand."""

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of
from bugcatalog_ls.syntax.string_text import string_texts
from bugcatalog_ls.text.source import Source


def texts(code: str) -> list[tuple[str, str]]:
    """What the argument of `run` may be, and what stands at the place of its `x`."""
    file = PyFile("a.py", Source(code))
    [call] = file.calls_named("run")
    found = string_texts(file, arguments_of(call).positional[0])
    places = [each.span(each.text.index("x"), each.text.index("x") + 1) for each in found]
    return [
        (each.text, file.source.slice(place) if place is not None else "")
        for each, place in zip(found, places, strict=True)
    ]


def test_literals_of_all_kinds() -> None:
    assert texts('run("é\\n x")') == [("é\n x", "x")]
    assert texts('run("a " "x")') == [("a x", "x")]
    assert texts('run("a " + b + " x")') == [("a \0 x", "x")]
    assert texts('run("{} x".format(1))') == [("\0 x", "x")]
    assert texts('run("x %s" % 1)') == [("x \0", "x")]


def test_names_and_holes() -> None:
    assert texts('T = "t"\nrun(f"x {T} {u}")') == [("x t \0", "x")]
    assert texts('q = "x"\nq += " y"\nrun(q)') == [("x\0", "x")]
    assert texts('q = "x a" if b else "x b"\nrun(q)') == [("x a", "x"), ("x b", "x")]
    assert texts('class A:\n    Q = "x"\n    def f(self):\n        run(self.Q)') == [("x", "x")]
