"""Secrets that are got by a name: at a key, as a session's cookie, of a function that says so."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.language_tokens import is_language_token
from bugcatalog_ls.facts.position_tokens import is_position_token
from bugcatalog_ls.facts.public_tokens import is_marker
from bugcatalog_ls.facts.revealed import Revealed
from bugcatalog_ls.facts.secret_names import secret_kind, without_verb
from bugcatalog_ls.facts.whole_requests import is_request_name
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, string_value, text_of

# Who holds this cookie is logged in.
_SESSION_COOKIE = re.compile(
    r"(?:\w+[_.-])?(?:session|sessionid|session_id|sid|phpsessid|auth)", re.IGNORECASE
)


def secret_at_key(file: PyFile, node: Node, key_node: Node) -> Revealed | None:
    key = string_value(key_node)
    if key is None and key_node.type in ("identifier", "attribute") and text_of(key_node).isupper():
        key = text_of(key_node).rpartition(".")[2]
    kind = secret_kind(key) if key is not None else ""
    if key is not None and not kind and _SESSION_COOKIE.fullmatch(key) and _is_cookie(file, node):
        kind = "secret"
    if key is None or not kind or (kind == "token" and is_other_token(file, node)):
        return None
    return Revealed("name", key, None)


def made_secret(file: PyFile, call: Node, function: str, symbol: str | None) -> Revealed | None:
    """What a function gives that says that it makes or gets a secret."""
    given = [string_value(value) for value in arguments_of(call).positional[:1]]
    if given and given[0] is not None and given[0].isupper():
        # `get_secret("API_VERSION")` gives what it is asked for.
        kind = secret_kind(given[0])
    else:
        kind = secret_kind(without_verb(function))
    if kind == "" or (kind == "token" and is_other_token(file, call)):
        return None
    return Revealed("name", f"{function}()", symbol)


def is_other_token(file: PyFile, node: Node) -> bool:
    return is_language_token(file, node) or is_position_token(file, node) or is_marker(file)


def _is_cookie(file: PyFile, node: Node) -> bool:
    """Whether it is looked up among the cookies of a request."""
    lookup = callee_of(node) if node.type == "call" else node
    holder = lookup.named_children[0] if lookup is not None and lookup.named_children else None
    if (
        holder is None
        or holder.type != "attribute"
        or text_of(holder.named_children[-1]).lower() != "cookies"
    ):
        return False
    return is_request_name(file, holder.named_children[0])
