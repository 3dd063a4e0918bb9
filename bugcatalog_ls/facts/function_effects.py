"""What a function does to the world, one call deep: writes, commits, rolls back, closes, sends a request.

Only functions that do any of it have a fact. What an effect is done to is a parameter of the function
by its name, or a symbol; whether that is a session or a connection is the reader's question, since
its class may stand in another file.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Literal

import msgspec
from tree_sitter import Node

from bugcatalog_ls.facts.built_queries import is_only_built
from bugcatalog_ls.facts.db_sessions import WRITES
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.http_clients import CALL_NAMES, http_call
from bugcatalog_ls.facts.http_clients import LITERALS as HTTP_LITERALS
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guards import Condition, conditions_at, implied
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.local_uses import local_scope
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    callee_of,
    constant_value,
    operator_of,
    string_value,
    text_of,
    unparenthesised,
)
from bugcatalog_ls.syntax.scopes import Scope

Action = Literal["write", "flush", "commit", "rollback", "query", "close", "request"]

_BY_NAME: dict[str, Action] = {
    **dict.fromkeys(WRITES, "write"),
    "flush": "flush",
    "commit": "commit",
    "rollback": "rollback",
    "close": "close",
    "aclose": "close",
    "execute": "query",
    "executemany": "query",
    "exec": "query",
    "scalar": "query",
    "scalars": "query",
    "query": "query",
    "get_one": "query",
    "refresh": "query",
}
_LITERALS = (
    *(b".commit(", b".rollback(", b".flush(", b".close(", b".aclose(", b".execute", b".exec("),
    *(b".scalar", b".query(", b".add(", b".add_all(", b".merge(", b".get(", b"    with ", *HTTP_LITERALS),
)
_HTTP_WORDS = Words(*HTTP_LITERALS)
_WRITING_SQL = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|REPLACE|MERGE)\b", re.IGNORECASE)
_DEFINES = re.compile(r"(?:CREATE|DROP|ALTER|TRUNCATE|PRAGMA|SET|GRANT)\b", re.IGNORECASE)
_TELLS_URL = re.compile(rb"""startswith\(\s*\(?\s*["']https?|\bis_(?:\w+_)?url\(""")
_WRITING_STATEMENTS = frozenset({"insert", "update", "delete", "pg_insert", "mysql_insert", "sqlite_insert"})
_TEXTS = frozenset({"text", "SQL", "format", "dedent"})


class Effect(msgspec.Struct, frozen=True):
    """One thing that a function does. `on` is a parameter's name, or the symbol of what it is done to;
    `verb` the method by which, for a request its HTTP verb in small letters (empty where not known);
    `for_urls` where a request is only sent for what turns out to be a URL, not a path or the data
    itself; `is_built` where a query is only built, and given back to be run elsewhere."""

    action: Action
    on: str
    verb: str
    for_urls: bool = False
    is_built: bool = False


class FunctionEffects(Fact, frozen=True):
    """What a function or method does in its own body, by its symbol."""

    symbol: str
    effects: tuple[Effect, ...]

    @property
    def key(self) -> str:
        return self.symbol

    def does(self, *actions: Action) -> bool:
        return any(effect.action in actions for effect in self.effects)


def _collect(file: PyFile, facts: Facts) -> None:
    found: dict[int, dict[Effect, None]] = {}
    scopes: dict[int, Scope] = {}
    for call in file.calls_named(*_BY_NAME):
        callee = callee_of(call)
        if callee is None or callee.type != "attribute":
            continue
        scope = local_scope(file, call)
        name = callee.child_by_field_name("attribute")
        if scope is None or name is None:
            continue
        action = _BY_NAME.get(text_of(name))
        on = _done_to(file, callee.child_by_field_name("object"), scope) if action is not None else None
        if action is None or on is None:
            continue
        if action == "query" and writes_in_statement(file, call):
            action = "write"
        if action == "query" and _DEFINES.match(_sql_of(call)) is not None:
            continue
        scopes[scope.start] = scope
        is_built = text_of(name) == "query" and is_only_built(call)
        effect = Effect(action, on, text_of(name), is_built=is_built)
        found.setdefault(scope.start, {})[effect] = None
    for call in (
        file.calls_written("get") if b".get(" in file.source.data and b"ession" in file.source.data else ()
    ):
        # `session.get(Model, key)`, unlike a mapping's `get`.
        positional = arguments_of(call).positional
        scope = local_scope(file, call) if len(positional) == 2 and names_class(positional[0]) else None
        callee = callee_of(call)
        owner = callee.child_by_field_name("object") if callee is not None else None
        on = _done_to(file, owner, scope) if scope is not None else None
        if scope is not None and on is not None:
            scopes[scope.start] = scope
            found.setdefault(scope.start, {})[Effect("query", on, "get")] = None
    for item in file.nodes("with_item"):
        entered = _entered_name(item)
        scope = local_scope(file, item) if entered is not None else None
        if entered is not None and scope is not None and _is_parameter(scope, text_of(entered)):
            scopes[scope.start] = scope
            found.setdefault(scope.start, {})[Effect("close", text_of(entered), "with")] = None
    if file.holds(_HTTP_WORDS):
        for call in file.calls_named(*CALL_NAMES):
            scope = local_scope(file, call)
            sent = http_call(file.callee(call)) if scope is not None else None
            if scope is not None and sent is not None:
                scopes[scope.start] = scope
                verb = sent.verb or _named_verb(call)
                effect = Effect("request", sent.library, verb, _is_for_urls(file, call))
                found.setdefault(scope.start, {})[effect] = None
    for start, effects in found.items():
        qualname = scopes[start].qualname
        symbol = f"{file.module}.{qualname}" if file.module else qualname
        facts.add(FunctionEffects(symbol, tuple(effects)))


VOCABULARY = Vocabulary(_collect, _LITERALS)


def writes_in_statement(file: PyFile, call: Node) -> bool:
    """Whether what an `execute` is given writes: `insert(…)`, `update(…)`, SQL text that begins so."""
    arguments = arguments_of(call)
    statement = arguments.positional[0] if arguments.positional else arguments.keywords.get("statement")
    return statement is not None and _is_writing(file, statement, 4)


def _is_writing(file: PyFile, node: Node, depth: int, tried: dict[int, int] | None = None) -> bool:
    """`tried` are the expressions that were looked at, each with the depth that was left then: each of
    many branches may go on with what any of them made (`query = query.where(…)`)."""
    tried = {} if tried is None else tried
    node = _begun_with(node)
    if depth <= tried.get(node.id, 0):
        return False
    tried[node.id] = depth
    if node.type in ("string", "concatenated_string"):
        text = string_value(node)
        if text is None:
            text = re.sub(r"""^[rRfFbBuU]*['"]+""", "", text_of(node))
        return _WRITING_SQL.match(text) is not None
    if node.type == "identifier":
        bindings = file.names.bindings(node)
        values = [binding.value for binding in bindings if binding.value is not None]
        return bool(values) and any(_is_writing(file, value, depth - 1, tried) for value in values)
    if node.type == "call":
        function = callee_of(node)
        if function is None:
            return False
        name = text_of(function).rpartition(".")[2]
        if name in _WRITING_STATEMENTS:
            return True
        if name in _TEXTS:
            inner = function.child_by_field_name("object") if name == "format" else None
            first = inner or next(iter(arguments_of(node).positional), None)
            return first is not None and _is_writing(file, first, depth - 1, tried)
    return False


def _begun_with(node: Node) -> Node:
    """The call, or what else, that a statement built of calls begins with: `update(User)` of
    `update(User).where(…).values(…)`."""
    node = unparenthesised(node)
    while node.type == "call" and (function := callee_of(node)) is not None:
        receiver = function.child_by_field_name("object")
        if receiver is None or text_of(function).rpartition(".")[2] in _WRITING_STATEMENTS | _TEXTS:
            break
        node = unparenthesised(receiver)
    return node


def names_class(node: Node) -> bool:
    """Whether an expression is written as the name of a class is."""
    last = text_of(node).rpartition(".")[2]
    return node.type in ("identifier", "attribute") and last[:1].isupper() and not last.isupper()


def _sql_of(call: Node) -> str:
    """The text of the SQL that a call is given as a literal, without its prefix and quotes."""
    first = next(iter(arguments_of(call).positional), None)
    if first is not None and first.type == "call":
        first = next(iter(arguments_of(first).positional), None)
    return text_of(first).lstrip("rRfFbBuU").strip("'\" \n") if first is not None else ""


def _entered_name(item: Node) -> Node | None:
    """The name that a `with` enters, also as `closing(name)`."""
    value = item.child_by_field_name("value")
    if value is not None and value.type == "as_pattern" and value.named_children:
        value = value.named_children[0]
    if value is not None and value.type == "call":
        function, positional = callee_of(value), arguments_of(value).positional
        if function is None or len(positional) != 1 or text_of(function).rpartition(".")[2] != "closing":
            return None
        value = positional[0]
    return value if value is not None and value.type == "identifier" else None


def _is_parameter(scope: Scope, name: str) -> bool:
    bindings = scope.bindings.get(name, ())
    return bool(bindings) and all(binding.kind == "parameter" for binding in bindings)


def _done_to(file: PyFile, receiver: Node | None, scope: Scope) -> str | None:
    """A parameter by its name, else a symbol; None where neither is known or it is a builtin's."""
    if receiver is None:
        return None
    if receiver.type == "identifier":
        name = text_of(receiver)
        if _is_parameter(scope, name):
            return name
    symbol = file.symbol(receiver)
    return None if symbol is None or symbol.startswith("builtins.") else symbol


def _is_for_urls(file: PyFile, call: Node) -> bool:
    """Whether a call is only made for what a test has told to be a URL, and something else is done for
    the rest; a test that only refuses the rest tells nothing."""
    # A call may stand behind thousands of conditions.
    told = file.once(_url_tests)
    return bool(told) and any(
        part.holds and _TELLS_URL.search(part.node.text or b"") is not None and not _refuses(condition.node)
        for condition in conditions_at(call)
        if bisect_left(told, condition.node.start_byte) < bisect_left(told, condition.node.end_byte)
        for part in (*implied(condition), *_either(condition))
    )


def _url_tests(file: PyFile) -> list[int]:
    """Where a file tests whether something is a URL."""
    return [match.start() for match in _TELLS_URL.finditer(file.source.data)]


def _either(condition: Condition) -> tuple[Condition, ...]:
    """A test of one thing or the other, which says nothing of each."""
    return (condition,) if operator_of(condition.node) == "or" else ()


def _refuses(test: Node) -> bool:
    branch = test.parent.child_by_field_name("consequence") if test.parent is not None else None
    return branch is not None and any(child.type == "raise_statement" for child in branch.named_children)


def _named_verb(call: Node) -> str:
    """The verb that `client.request("POST", …)` names."""
    arguments = arguments_of(call)
    verb = constant_value(arguments.get("method", 0))
    return verb.lower() if isinstance(verb, str) and verb.isalpha() else ""
