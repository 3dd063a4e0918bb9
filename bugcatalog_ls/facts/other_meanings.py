"""Words of secrets that mean something else in a file: cookies of flows, serial numbers, tokens that name."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.secret_names import secret_kind
from bugcatalog_ls.syntax.file import PyFile

# `cookie=%d`, `0x%(cookie)x`, `cookie & mask`: OpenFlow's cookies, for one, are numbers.
_NUMBERED_COOKIE = re.compile(
    rb"cookies?\W{0,4}(?:0x)?%#?\d*[dxX]|%\(\w*cookie\w*\)#?\d*[dxX]|\{[\w.]*cookie\w*:#?\d*[dxX]\}|cookie_mask"
)
_SERIAL = re.compile(rb"serial_?num", re.IGNORECASE)
# `"ProfileToken": token` and `profile_token=token`: what the token is of is no login.
_GIVEN_AS = r"[\"']?\b(\w+?_?[tT]oken)[\"']?\s*[:=]\s*{name}\b(?![.(\[])"


def means_other(file: PyFile, node: Node, name: str) -> bool:
    """Whether the file tells that what is called `name` is a number, a serial number, or a name."""
    lower, data = name.lower(), file.source.data
    if "cookie" in lower:
        return _NUMBERED_COOKIE.search(data) is not None
    if "ssn" in lower:
        return _SERIAL.search(data) is not None
    if lower == "token" and node.type == "identifier":
        around = file.text(file.scopes.at(node.start_byte).node)
        given = re.findall(_GIVEN_AS.format(name=name), around)
        return any(each.lower() != "token" and secret_kind(each) != "secret" for each in given)
    return False
