"""Keys of Redis that are read, and then written or deleted by a second command."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.stale_updates import is_under_lock
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.flow import Flow
from bugcatalog_ls.syntax.flow_paths import path_between
from bugcatalog_ls.syntax.local_uses import local_scope
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    called_name,
    callee_of,
    statement_of,
    text_of,
    unawaited,
    walk,
)
from bugcatalog_ls.syntax.scopes import Scope

_READS = {"get": "set", "hget": "hset"}
_WRITES = {"set": "get", "setex": "get", "hset": "hget", "delete": "get", "unlink": "get", "getset": "get"}
_ONCE = re.compile(
    r"token|otp|code|nonce|ticket|once|verif|reset|state|jti|invite|magic|csrf|challenge", re.IGNORECASE
)
_CLIENTS = (
    *("redis.Redis()", "redis.StrictRedis()", "redis.client.Redis()", "redis.asyncio.Redis()"),
    *("redis.asyncio.client.Redis()", "redis.from_url()", "redis.asyncio.from_url()", "aioredis.from_url()"),
    *("redis.Redis.from_url()", "redis.asyncio.Redis.from_url()", "redis.StrictRedis.from_url()"),
    *("redis.cluster.RedisCluster()", "redis.RedisCluster()", "aioredis.Redis()", "fakeredis.FakeRedis()"),
    *("redis.client.StrictRedis()", "valkey.Valkey()", "flask_redis.FlaskRedis()"),
)


_CACHES = ("django.core.cache.cache", "django.core.cache.caches[]")


class StaleKey(NamedTuple):
    """The second command. `read` is the call that read the key; `client` the symbol of what both are
    called on, empty where the file knows nothing of it."""

    node: Node
    read: Node
    key: str
    client: str
    kind: Literal["write", "once"]


def is_redis(symbol: str) -> bool:
    """Whether a resolved symbol is a client of Redis."""
    return symbol in _CLIENTS


def is_django_cache(symbol: str) -> bool:
    """Whether a resolved symbol is a cache of Django's, which other processes share."""
    return symbol in _CACHES


def stale_keys(file: PyFile) -> Iterator[StaleKey]:
    """The writes and deletions of keys that the same function has read before."""
    reads: dict[tuple[int, str, str], list[Node]] = {}
    scopes: dict[int, Scope] = {}
    for call in file.calls_named(*_READS):
        place = _place(file, call)
        if place is not None:
            scope, receiver, key = place
            scopes[scope.start] = scope
            reads.setdefault((scope.start, receiver, key), []).append(call)
    if not reads:
        return
    for call in file.calls_named(*_WRITES):
        place = _place(file, call)
        if place is None:
            continue
        scope, receiver, key = place
        before = [
            read for read in reads.get((scope.start, receiver, key), ()) if read.end_byte <= call.start_byte
        ]
        method = called_name(call)
        if not before or _is_guarded(scope, call):
            continue
        read = before[-1]
        is_removal = method in ("delete", "unlink")
        if is_removal and not _is_for_once(scope, key, read):
            continue
        if is_removal and statement_of(call).type != "expression_statement":
            # What it gives says who was first.
            continue
        if not is_removal and not _writes_derived(scope, read, call):
            continue
        if not _follows(scope, read, call):
            continue
        function = callee_of(call)
        owner = function.child_by_field_name("object") if function is not None else None
        client = file.symbol(owner) or ""
        yield StaleKey(call, read, key, client, "once" if is_removal else "write")


def _follows(scope: Scope, read: Node, call: Node) -> bool:
    """Whether one run can read a key and then come to the other command."""
    flow = Flow(scope.node)
    goals = {id(step) for step in flow.at(call)}
    starts = flow.at(read)
    if any(id(step) in goals for step in starts):
        return True
    return path_between(starts, lambda step: id(step) in goals) is not None


def _place(file: PyFile, call: Node) -> tuple[Scope, str, str] | None:
    """The function, the client and the key of a command."""
    callee = callee_of(call)
    owner = callee.child_by_field_name("object") if callee is not None else None
    if owner is None or owner.type not in ("identifier", "attribute"):
        return None
    arguments = arguments_of(call)
    key = arguments.get("name", 0)
    method = text_of(callee).rpartition(".")[2] if callee is not None else ""
    if key is None or key.type in ("dictionary", "lambda"):
        return None
    scope = local_scope(file, call)
    if scope is None:
        return None
    written = text_of(key)
    if method.startswith("h"):
        field = arguments.get("key", 1)
        written += f"[{text_of(field)}]" if field is not None else ""
    return scope, text_of(owner), written


def _is_for_once(scope: Scope, key: str, read: Node) -> bool:
    """Whether a key, what it was made of, or the function names a thing that is used once."""
    made = _last_value(scope, key, read.start_byte) if key.isidentifier() else None
    told = f"{key} {scope.name} {text_of(made) if made is not None else ''}"
    return _ONCE.search(told) is not None


def _is_guarded(scope: Scope, call: Node) -> bool:
    text = text_of(scope.node)
    if ".watch(" in text or ".lock(" in text or is_under_lock(call):
        return True
    keywords = arguments_of(call).keywords
    return "nx" in keywords or "register_script" in text or ".eval(" in text


def _writes_derived(scope: Scope, read: Node, call: Node) -> bool:
    """Whether the value that is written was made of the one that was read, and is not that itself."""
    arguments = arguments_of(call)
    value = arguments.positional[-1] if len(arguments.positional) > 1 else arguments.keywords.get("value")
    if value is None or not _comes_from(scope, value, call.start_byte, read, 4):
        return False
    if value.type == "call" and called_name(value) in ("dumps", "str"):
        # The same in another form is written back, not worked out anew.
        given = arguments_of(value).positional
        value = given[0] if len(given) == 1 and given[0].type == "identifier" else value
    if value.type != "identifier":
        return True
    made = _last_value(scope, text_of(value), call.start_byte)
    return made is not None and unawaited(made).id != read.id


def _comes_from(scope: Scope, value: Node, before: int, read: Node, depth: int) -> bool:
    """Whether an expression holds the read, or a name whose nearest value before does."""
    for part in (value, *walk(value)):
        if part.id == read.id:
            return True
        if part.type == "identifier" and depth:
            made = _last_value(scope, text_of(part), before)
            if made is not None and _comes_from(scope, made, made.start_byte, read, depth - 1):
                return True
    return False


def _last_value(scope: Scope, name: str, before: int) -> Node | None:
    """What a name was given last in the text before an offset."""
    bindings = [
        binding
        for binding in scope.bindings.get(name, ())
        if binding.offset < before and binding.kind != "augmented"
    ]
    last = max(bindings, key=lambda binding: binding.offset) if bindings else None
    while last is not None and last.value is not None and last.value.end_byte > before:
        # It is the statement itself that binds the name anew: `count = count + 1`.
        bindings.remove(last)
        last = max(bindings, key=lambda binding: binding.offset) if bindings else None
    return last.value if last is not None else None
