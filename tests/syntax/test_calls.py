"""Calls found by the last name of what they call."""

from __future__ import annotations

import pytest
from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, text_of
from bugcatalog_ls.text.source import Source

TEXT = """
import requests as web
from requests import get as fetch, post
again = fetch
self.send = web.post

web.get(1)
fetch(2)
again(web.get(3))
post(4)
self.send(5)
web . get (6)
session().get(7)
other(8)
"""


@pytest.mark.parametrize(
    ("names", "numbers"),
    [
        (("get",), "1 2 3 3 6 7"),
        (("post",), "4 5"),
        (("post", "other"), "4 5 8"),
        (("fetch",), "2 3"),
        (("nothing",), ""),
    ],
)
def test_calls_are_found_by_last_name_and_through_aliases(names: tuple[str, ...], numbers: str) -> None:
    file = PyFile("module.py", Source(TEXT.encode()))
    found = file.calls_named(*names)
    written = ["".join(filter(str.isdigit, file.text(call))) for call in found]
    assert written == numbers.split()
    assert [call.start_byte for call in found] == sorted(call.start_byte for call in found)


def test_a_name_that_stands_for_itself_ends() -> None:
    file = PyFile("module.py", Source(b"a = b\nb = a\na()\nb()\n"))
    assert [file.text(call) for call in file.calls_named("a")] == ["a()", "b()"]


def test_calls_as_they_are_written() -> None:
    file = PyFile("app.py", Source(TEXT))

    def numbers(calls: list[Node]) -> list[str]:
        return [file.text(call).rpartition("(")[2].rstrip(")") for call in calls]

    assert numbers(file.calls_written("get", "post")) == ["1", "3", "4", "6", "7"]
    assert numbers(file.calls_where(lambda name: name.startswith("s"))) == ["5", ""]


def test_a_backslash_that_continues_a_line_is_no_argument() -> None:
    file = PyFile("module.py", Source(b'open(path, \\\n    "w\\\nb")  # \\\nclose(1)\n'))
    assert [text_of(node) for node in arguments_of(file.nodes("call")[0]).positional] == ["path", '"w\\\nb"']
    assert len(file.root.named_children) == 3
