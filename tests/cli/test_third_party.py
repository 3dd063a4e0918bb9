"""`check --third-party`: what is read off installed packages, compared with what these have."""

from __future__ import annotations

from trees import Tree

SITE = ".venv/lib/python3.10/site-packages"
PACKAGE = f"""
#- bugcatalog.toml
select = ["BC901", "BC902"]

#- {SITE}/shop/__init__.py
raise SystemExit("imported")
from ._client import Client

#- {SITE}/shop/_client.py
class Client:
    def get(self, path): ...
    def __enter__(self):
        return self

#- app/use.py
import shop
from shop import Client as ShopClient

client = shop.Client()


def use(other: shop.Client):
    client.gett("/")
    with ShopClient() as entered:
        entered.fetch("/")
        entered.get("/")
    ShopClient.get("/")
    ShopClient.get(client, "/")
    shop.Clientt
    other.anything()


def careful():
    if hasattr(shop.Client, "more"):
        client.more()
    if shop.VERSION > 2:
        client.newer()
    try:
        client.older()
    except AttributeError:
        pass


class Own(shop.Client):
    def more(self):
        return self.anything()


def rebound(make):
    local = shop.Client()
    local = make()
    local.anything()
"""


def test_third_party(bare_tree: Tree) -> None:
    bare_tree.write(PACKAGE)
    result = bare_tree.run("check", "--third-party", "--output-format", "json")
    assert result.err == ""
    found = [(each["code"], each["location"]["row"], each["fixes"][:1]) for each in result.json]
    assert [(code, row) for code, row, _ in found] == [
        ("BC901", 8),
        ("BC901", 10),
        ("BC902", 12),
        ("BC901", 14),
    ]
    assert [fix["edits"][0]["content"] for _, _, fixes in found for fix in fixes] == ["get", "()", "Client"]
    assert bare_tree.run("check", "--third-party", "--output-format", "json").out == result.out


def test_without_it_nothing_is_asked(bare_tree: Tree) -> None:
    bare_tree.write(PACKAGE)
    assert bare_tree.run("check").code == 0


def test_without_an_environment_nothing_is_said(bare_tree: Tree) -> None:
    bare_tree.write(PACKAGE.replace(SITE, "elsewhere"))
    assert bare_tree.run("check", "app", "--third-party").code == 0
