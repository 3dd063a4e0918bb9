"""What is known of packages in an environment: members where all can be seen, and nothing imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from bugcatalog_ls.testing.checks import split_fixture
from bugcatalog_ls.workspace.outside_answers import OutsideAnswers
from bugcatalog_ls.workspace.outside_members import Members, Packages

PACKAGE = """
#- shop/__init__.py
raise SystemExit("imported")
from ._client import Client as Client, Lazy, Open, Made, Signed, Odd
from ._stars import *
from . import _tricks

#- shop/_base.py
from typing import Generic, TypeVar
T = TypeVar("T")
class Base(Generic[T]):
    limit: int
    def __init__(self, url=""):
        self.url = url
    def close(self): ...
    def __enter__(self):
        return self

#- shop/_client.py
import other
from missing import Strange
from other.thing import Outer
from ._base import Base
class Client(Base[int], Outer):
    '''Größe'''
    def get(self, path): ...
    @staticmethod
    def make(): ...
class Lazy(Base):
    def __getattr__(self, name): ...
class Open(Strange): ...
class Made(metaclass=Strange): ...
@Strange
class Signed: ...
class Odd:
    def __init__(self, **given):
        self.__dict__.update(given)

#- shop/_stars.py
if True:
    TIMEOUT = 1

#- shop/_tricks.py
for name in ("a", "b"):
    globals()[name] = 1

#- other/__init__.py
#- other/thing.py
class Outer:
    def outer(self): ...

#- compiled/__init__.pyi
class Fast:
    def run(self) -> None: ...

#- twice/__init__.py
#- one-1.0.dist-info/RECORD
twice/__init__.py,,
#- two-1.0.dist-info/RECORD
twice/__init__.py,,

#- shut.cpython-310-x86_64-linux-gnu.so
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / ".venv/lib/python3.10/site-packages"
    for path, text in split_fixture(PACKAGE).items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return folder


def test_members_of_a_class_with_bases_elsewhere(site: Path) -> None:
    client = Packages(site).members("shop.Client")
    assert client.kind == "class"
    assert {"get", "make", "close", "limit", "url", "outer", "__init__"} <= set(client.names)
    assert {"get", "close", "outer"} <= set(client.methods)
    assert "make" not in client.methods
    assert client.enters_itself
    assert client.needs_nothing


def test_members_of_a_module(site: Path) -> None:
    module = Packages(site).members("shop")
    assert module.kind == "module"
    assert {"Client", "TIMEOUT", "_base", "_tricks"} <= set(module.names)


def test_a_stub_stands_for_what_is_compiled(site: Path) -> None:
    assert "run" in Packages(site).members("compiled.Fast").names


UNSEEN = """
shop.Lazy shop.Open shop.Made shop.Signed shop.Odd shop._tricks
shop.Missing shop.TIMEOUT nowhere.Class twice shut shut.Class
"""


@pytest.mark.parametrize("owner", UNSEEN.split())
def test_what_is_not_seen_whole_is_unknown(site: Path, owner: str) -> None:
    assert Packages(site).members(owner) == Members()


def test_each_owner_is_asked_once_for_an_environment(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = OutsideAnswers(tmp_path, tmp_path / "cache/workspaces")
    assert first.look()
    first.ask(["shop.Client"])
    known = first.of("shop.Client")
    assert known is not None
    assert known.kind == "class"

    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("bugcatalog_ls.workspace.outside_answers.ask", never)
    second = OutsideAnswers(tmp_path, tmp_path / "cache/workspaces")
    second.look()
    second.ask(["shop.Client"])
    assert second.of("shop.Client") == known
    (site / "shop-2.0.dist-info").mkdir()
    second.look()
    assert second.of("shop.Client") is None
