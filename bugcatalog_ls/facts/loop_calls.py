"""Calls for each turn of a loop: queries, requests, and calls of functions that may ask for something."""

from __future__ import annotations

import re
from functools import lru_cache

from tree_sitter import Node

from bugcatalog_ls.facts.asking_calls import ASKING, asks_database
from bugcatalog_ls.facts.built_queries import chain_of, is_run_at
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.http_clients import http_call
from bugcatalog_ls.facts.loops import (
    Loop,
    call_at,
    ends_with_first,
    is_constant,
    is_for_one_turn,
    is_in_handler,
    is_in_inner_function,
    names_of_turn,
    tries_alternatives,
)
from bugcatalog_ls.facts.queries import method_name
from bugcatalog_ls.facts.single_requests import is_single
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import ancestors, callee_of, text_of

# Begins where a word does: from inside of one the rest of it would be read again and again.
_CALL = re.compile(
    rb"(?<!\w)(await\s+)?([A-Za-z_][\w.]*)\s*\((?=\s*((?:self\.)?_?(?:session|db|conn|cur|client))?)"
)
_CHANGES = re.compile(
    rb"\.(?:commit|rollback|add|add_all|delete|flush|begin|begin_nested|merge|save|bulk_create)\("
    rb"|\.(?:delete|remove|update|add|create|save|insert|upsert)_\w+\(|\b(?:update|insert|delete)\("
    rb"|\b(?:INSERT|UPDATE|DELETE)\b|with_for_update|select_for_update"
)
_OF_MODEL = re.compile(r"((?:\w+\.)*[A-Z]\w*)\.(?:objects|query)\b")
_TABLES = re.compile(r"table|source|plan|clause|dialect")
_VERBS = frozenset({"post", "put", "patch", "delete", "head", "request", "urlopen"})
_MAY_ASK = re.compile(
    r"_?(?:get|fetch|load|find|query|lookup|look_up|count|list|request|call|retrieve|resolve|read|is|has|check"
    r"|download|send|post|sync|refresh|calculate|compute|to_dict|serialize|enrich)(?:_|$)"
)
_FANNED = frozenset(
    {"gather", "create_task", "ensure_future", "as_completed", "submit", "start_soon", "map", "wait"}
)


class LoopCall(Fact, frozen=True):
    """A call for each turn of a loop. `kind`: `query` where the call itself says so, `request`,
    or `call` of a function that may ask. `waited`: nothing else runs until it has answered.
    `changes`: the loop changes something, or goes over constants, so that it has to go one by one.
    `single`: a request that has to be one of its own; `at_import`: outside of any function; `runs`: the
    query that a function may give back is run in the loop."""

    path: str
    anchor: str
    symbol: str
    kind: str
    written: str
    gathered: bool
    waited: bool
    changes: bool
    single: bool = False
    at_import: bool = False
    runs: bool = False

    @property
    def key(self) -> str:
        return self.path


def note_calls(file: PyFile, facts: Facts, loop: Loop, seen: set[int]) -> None:
    """Add a fact for each call in a loop's body that is given something of the turn; `seen` are those of
    inner loops that have one."""
    text = file.source.data[loop.body.start : loop.body.end]
    mentions = None
    for match in _CALL.finditer(text):
        name = match.group(2).rpartition(b".")[2]
        word = name.decode("utf-8", "replace")
        kind = "query" if word in ASKING else "call"
        is_near = match.group(1) or match.group(3) or match.group(2).startswith(b"self.")
        if kind == "call" and not is_near and not _may_ask(file, word):
            continue
        start = loop.body.start + match.start(2)
        call = call_at(file, start, match.group(2))
        if call is None or call.id in seen:
            continue
        if mentions is None:
            mentions = names_of_turn(file, loop)
        if (
            not _uses(call, mentions)
            or is_in_inner_function(call, loop.node)
            or is_in_handler(call, loop.node)
            or ends_with_first(loop, call)
            or _is_returned(call, loop.node)
        ):
            continue
        fact = _call_fact(file, facts, loop, call)
        # What is changed one by one is read one by one, too; constants are no rows.
        if fact is None:
            continue
        if (fact.kind == "query" and fact.changes) or is_for_one_turn(call, loop):
            continue
        may_end = b"break" in text or b"return" in text
        if fact.kind != "query" and may_end and tries_alternatives(loop):
            continue
        seen.add(call.id)
        facts.add(fact)


def _is_returned(call: Node, loop: Node) -> bool:
    """Whether a call is made on the way out of the loop, once."""
    for parent in ancestors(call):
        if parent.id == loop.id:
            return False
        if parent.type in ("return_statement", "raise_statement"):
            return True
    return False


def _may_ask(file: PyFile, name: str) -> bool:
    """Whether a function may ask for something, by its name, or because it is one of the file's own."""
    if name in _VERBS or _MAY_ASK.match(name) is not None:
        return True
    return any(binding.kind == "function" for binding in file.scopes.module.bindings.get(name, ()))


def _call_fact(file: PyFile, facts: Facts, loop: Loop, call: Node) -> LoopCall | None:
    callee = callee_of(call)
    if callee is None:
        return None
    symbol = file.symbol(callee) or ""
    name = method_name(call)
    kind = "call"
    sent = http_call(symbol)
    if asks_database(file, call, name):
        kind = "query"
    elif sent is not None:
        kind = "request"
    elif (
        not symbol
        or symbol.startswith(("builtins.", "super(", "logging.", "os.", "re.", "json."))
        or "[]" in symbol
    ):
        return None
    written = text_of(callee).split("\n")[0]
    written = written if len(written) <= 40 else name
    anchor = facts.anchor(f"loop {file.qualname_at(call.start_byte)} {written}", call)
    text = file.source.data[loop.body.start : loop.body.end]
    is_of_tables = any(_TABLES.search(name) is not None for name in loop.names)
    changes = _makes_missing(call, text) if kind == "query" else False
    changes = changes or is_of_tables or is_constant(loop.over) or _changes(text)
    is_gathered, is_waited = _is_gathered(call), _is_waited(call)
    single = _asks_range(call, loop) if kind == "query" else is_single(file, loop, call, sent)
    at_import = not file.qualname_at(call.start_byte)
    runs = kind == "call" and is_run_at(call, loop.node)
    return LoopCall(
        file.path, anchor, symbol, kind, written, is_gathered, is_waited, changes, single, at_import, runs
    )


@lru_cache(maxsize=1)
def _changes(body: bytes) -> bool:
    """Whether a loop's body changes something; asked for each of its calls."""
    return _CHANGES.search(body) is not None


def _makes_missing(call: Node, body: bytes) -> bool:
    """Whether a query only looks whether a row is there that the loop makes otherwise."""
    model = _OF_MODEL.match(text_of(chain_of(call)))
    if model is None:
        return False
    made = rb"\b%s(?:\.objects\.a?create)?\(" % model[1].rpartition(".")[2].encode()
    return re.search(made, body) is not None


def _asks_range(call: Node, loop: Loop) -> bool:
    """Whether a query compares with the turn by more and less only: no list of keys stands for that."""
    written, n_compared = text_of(chain_of(call)), 0
    for name in filter(None, loop.names):
        word = rf"{re.escape(name)}\b"
        compared = len(re.findall(rf"(?:[<>]=?|__(?:gt|gte|lt|lte)=)\s*{word}(?!\s*[.\[(])", written))
        if compared != len(re.findall(rf"\b{word}", written)):
            return False
        n_compared += compared
    return n_compared > 0


def _uses(call: Node, names: set[str]) -> bool:
    """Whether a call, or the chain that it begins, is given something of the turn."""
    words = set(re.findall(r"[^\W\d]\w*", text_of(chain_of(call))))
    return bool(names & words)


def _is_waited(call: Node) -> bool:
    """Whether a call is awaited, entered with `with`, or used on the spot."""
    parent = call.parent
    while parent is not None and parent.type == "parenthesized_expression":
        parent = parent.parent
    return parent is not None and parent.type in ("await", "with_item", "as_pattern", "attribute")


def _is_gathered(call: Node) -> bool:
    for parent in ancestors(call):
        if parent.type == "call" and method_name(parent) in _FANNED:
            return True
        if parent.type in ("function_definition", "lambda"):
            return False
    return False
