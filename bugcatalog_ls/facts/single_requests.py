"""Requests that go out one by one on purpose: what is sent or downloaded piece by piece, or at a pace."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.function_effects import FunctionEffects
from bugcatalog_ls.facts.http_clients import VERBS, HttpCall
from bugcatalog_ls.facts.loops import Loop, is_constant
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import ancestors, arguments_of, called_name, constant_value, text_of

_SENDING = frozenset({"post", "put", "patch", "delete"})
_PAUSES = re.compile(rb"\b(?:sleep|throttle|rate_limit\w*|wait_for_slot)\(")
_READ = r"\b%s\.(?:json|text|data|content|read|headers|iter_\w+|aiter_\w+)\b|\b%s\["
_DOWNLOADED = re.compile(r"\.(?:content\b|read\(|a?iter_(?:content|bytes|raw|chunked)\b)")
_BODY = re.compile(r"\.(?:json\(|text\b|data\b)")
# Functions that send, fetch or make one thing each, by the words of their names.
_ONE_EACH = re.compile(
    r"(?:^|_)(?:send|post|upload|download|notify|publish|push|deliver|submit|crawl|scrape|mirror|mkdir|mkcol"
    r"|backup|export|ping|purge|invalidate|sync|delete|remove|create|register|import|install)(?:_|$)"
)
_URL = re.compile(r"(?:^|_)(?:\w*link|url|uri|href|webhook|endpoint)$")
_OF_FILES = re.compile(
    r"^_*(?:get|fetch|load|read)_(?:\w+_)?(?:file|image|media|attachment|cover|avatar|thumbnail)(?:_|$)"
)
_ASKS = re.compile(
    r"(?:^|_)(?:get|fetch|find|search|query|lookup|load|list|read|is|has|check|count|resolve|retrieve|graphql"
    r"|request|call|embed|translate|calculate|compute)(?:_|$)"
)


def is_single(file: PyFile, loop: Loop, call: Node, sent: HttpCall | None) -> bool:
    """Whether a request in a loop has to be one of its own: the loop pauses between its turns or goes
    over constants, each turn asks a server of its own, or nobody reads more of the answer than how it
    went, or all that is read of it is a file."""
    body = file.source.data[loop.body.start : loop.body.end]
    name = called_name(call)
    if sent is None and name in VERBS:
        # What the client is stands in another file.
        sent = HttpCall("requests", name)
    if (
        _PAUSES.search(body) is not None
        or is_constant(loop.over)
        or _asks_own_server(call, loop)
        or _goes_down(file, call)
    ):
        return True
    verb = (sent.verb if sent is not None else "") or _named_verb(call)
    if sent is None and not verb:
        return False
    read = _read_of(call, body.decode("utf-8", "replace"))
    return read == "file" if verb in ("", "get") else not read


def is_made_singly(effects: FunctionEffects) -> bool:
    """Whether a function sends, fetches or makes one thing each time, by its name or by its verbs."""
    name = effects.symbol.rpartition(".")[2].lower()
    if _OF_FILES.search(name) is not None:
        return True
    if _ASKS.search(name) is not None:
        return False
    verbs = {effect.verb for effect in effects.effects if effect.action == "request"}
    return verbs <= _SENDING or _ONE_EACH.search(name) is not None


def _named_verb(call: Node) -> str:
    """The verb that a call is told: `method="POST"`, `request("PUT", …)`."""
    verb = constant_value(arguments_of(call).get("method", 0))
    return verb.lower() if isinstance(verb, str) and verb.isupper() else ""


def _goes_down(file: PyFile, call: Node) -> bool:
    """Whether a function calls itself, for what the answer names: a tree is walked step by step."""
    name = called_name(call)
    return bool(name) and name == file.qualname_at(call.start_byte).rpartition(".")[2]


def _asks_own_server(call: Node, loop: Loop) -> bool:
    """Whether the turn is the URL or its host: `requests.get(url)`, `f"http://{host}/status"`."""
    arguments = arguments_of(call)
    url = next(iter(arguments.positional), None) or arguments.keywords.get("url")
    if url is not None and _is_own_url(url, loop):
        return True
    written = text_of(url) if url is not None else ""
    host = re.match(r"""[fF]["']+(?:https?|\{\w+\})://\{([\w.]+)""", written)
    if host is not None and host[1].partition(".")[0] in loop.names:
        return True
    # `f"{provider['issuer']}/.well-known"`
    whole = re.match(r"""[fF]["']+\{([^{}]+)\}/""", written)
    return whole is not None and any(re.search(rf"\b{re.escape(name)}\b", whole[1]) for name in loop.names)


def _is_own_url(url: Node, loop: Loop) -> bool:
    """Whether a turn brings the whole URL along: `url`, `file.url`, or a name that holds `row["url"]`."""
    written = text_of(url)
    if re.fullmatch(r"[\w.]+", written) is None or _URL.search(written.rpartition(".")[2]) is None:
        return False
    if written.partition(".")[0] in loop.names:
        return True
    names = "|".join(re.escape(name) for name in loop.names if name)
    part = r"""\.\w+|\[["']\w+["']\]|\.get\(["']\w+["'][^()]*\)"""
    given = rf"\b{re.escape(written)}\s*=\s*(?:{names})(?:{part})+\s*$"
    return re.search(given, text_of(loop.node), re.MULTILINE) is not None


def _read_of(call: Node, body: str) -> str:
    """What of the answer is read: nothing, a `file`, or its `body`."""
    outer = call
    for parent in ancestors(call):
        if parent.type not in ("await", "parenthesized_expression", "attribute", "call"):
            break
        if parent.type == "call" and parent.start_byte != call.start_byte:
            break
        outer = parent
    chained = (outer.text or b"")[call.end_byte - outer.start_byte :].decode("utf-8", "replace")
    if _DOWNLOADED.search(chained) is not None:
        return "file"
    if _BODY.search(chained) is not None:
        return "body"
    name = _bound_name(outer)
    if name is None:
        # What is collected or handed on whole may be read elsewhere.
        is_dropped = outer.parent is not None and outer.parent.type == "expression_statement"
        return "" if is_dropped or chained.startswith((".status", ".ok", ".raise_for_status")) else "body"
    if re.search(rf"[(,=]\s*{name}\s*[,)]|(?:return|yield) {name}\b(?!\.)", body) is not None:
        return "body"
    if re.search(rf"\bin {name}\s*:", body) is not None:
        return "file"
    if re.search(_READ % (name, name), body) is None:
        return ""
    is_file = re.search(rf"\b{name}(?:{_DOWNLOADED.pattern})", body) is not None
    return "file" if is_file and re.search(rf"\b{name}(?:{_BODY.pattern})", body) is None else "body"


def _bound_name(value: Node) -> str | None:
    """The name that is given a value, by an assignment or by a `with`."""
    parent = value.parent
    if parent is None or parent.type not in ("assignment", "as_pattern", "named_expression"):
        return None
    bound = parent.child_by_field_name("left" if parent.type == "assignment" else "name")
    bound = parent.child_by_field_name("alias") if parent.type == "as_pattern" else bound
    written = text_of(bound) if bound is not None else ""
    return written if written.isidentifier() else None
