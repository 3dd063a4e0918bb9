"""Words of secrets that mean something else in a file: cookies of flows, serial numbers, tokens that name."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.secret_names import secret_kind
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import text_of

# `cookie=%d`, `0x%(cookie)x`, `cookie & mask`: OpenFlow's cookies, for one, are numbers.
_NUMBERED_COOKIE = re.compile(
    rb"cookies?\W{0,4}(?:0x)?%#?\d*[dxX]|%\(\w*cookie\w*\)#?\d*[dxX]|\{[\w.]*cookie\w*:#?\d*[dxX]\}|cookie_mask"
)
_SERIAL = re.compile(rb"serial_?num", re.IGNORECASE)
# `"ProfileToken": token` and `profile_token=token`: what the token is of is no login.
_LOOKED_UP = (
    r"\.(?:get|filter|filter_by|exclude)\([^()\n]*\b{name}\s*=|get_object_or_404\([^()\n]*\b{name}\s*="
)
_GIVEN_AS = r"[\"']?\b(\w+?_?[tT]oken)[\"']?\s*[:=]\s*{name}\b(?![.(\[])"


def means_other(file: PyFile, node: Node, name: str) -> bool:
    """Whether the file tells that what is called `name` is a number, a serial number, or a name."""
    lower, data = name.lower(), file.source.data
    if _is_key(file, node):
        return True
    if "cookie" in lower:
        return _NUMBERED_COOKIE.search(data) is not None
    if "ssn" in lower:
        return _SERIAL.search(data) is not None
    if lower.endswith("_token") and secret_kind(name) == "token":
        # Rows are found by it, as by an id: `Media.objects.get(friendly_token=…)`.
        return re.search(_LOOKED_UP.format(name=re.escape(name)).encode(), data) is not None
    if lower == "token" and node.type == "identifier":
        around = file.text(file.scopes.at(node.start_byte).node)
        given = re.findall(_GIVEN_AS.format(name=name), around)
        return any(each.lower() != "token" and secret_kind(each) != "secret" for each in given)
    return False


def _is_key(file: PyFile, node: Node) -> bool:
    """Whether it is the key of something: `secrets.get(secret)`, `config[ConfigKey.SECRET_KEY]`."""
    written = re.escape(text_of(node))
    if node.type == "identifier":
        around = file.text(file.scopes.at(node.start_byte).node)
        return re.search(rf"secrets(?:\.get\(|\[)\s*{written}\s*[,)\]]", around) is not None
    is_constant = node.type == "attribute" and text_of(node).rpartition(".")[2].isupper()
    return is_constant and re.search(rf"\[{written}\]", file.source.text) is not None
