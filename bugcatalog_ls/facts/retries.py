"""Retries: decorators, loops and adapters that run something again, how, and around which calls."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.function_effects import writes_in_statement
from bugcatalog_ls.facts.function_words import functions_with
from bugcatalog_ls.facts.retried_adds import adds_known_row, retries_conflicts_only, retries_unsent_only
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guards import always_leaves
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import (
    Arguments,
    arguments_of,
    callee_of,
    constant_value,
    decorators_of,
    enclosing,
    is_none,
    string_value,
    text_of,
    unparenthesised,
    walk,
)
from bugcatalog_ls.text.spans import Span

_TENACITY = frozenset({"tenacity.retry", "tenacity.Retrying", "tenacity.AsyncRetrying"})
_BACKOFF = "backoff.on_exception"
_RETRYING = frozenset({"retrying.retry", "retrying.Retrying"})
_STAMINA = frozenset({"stamina.retry", "stamina.retry_context"})
_URLLIB3 = frozenset(
    {"urllib3.Retry", "urllib3.util.Retry", "urllib3.util.retry.Retry"}
    | {"requests.adapters.Retry", "requests.packages.urllib3.util.retry.Retry"}
)
_EVERYTHING = frozenset({"Exception", "BaseException", "builtins.Exception", "builtins.BaseException"})
_LIBRARIES = re.compile(rb"autoretry_for|tenacity|backoff|retrying|stamina")
_COUNTS = re.compile(r"attempt|retr|tries", re.IGNORECASE)
_COMPARED = re.compile(r"(\w+)\s*(?:<|<=|>|>=)\s*(?:\d+|[\w.]+)")
# A loop that asks until a result is there repeats a question, even where that is sent with POST.
_ASKS_FOR_RESULT = re.compile(rb"\b_?poll(?:ing|ed|s)?\b|\bpoll_|_poll\b", re.IGNORECASE)
_TASKS = frozenset({"task", "shared_task", "periodic_task"})
_CHANGES = re.compile(r"[\w.]*?(?:text\(\s*)?[fFrR]?[\"']*\s*(?:update|delete)\b", re.IGNORECASE)
_COUNTS_ON = re.compile(r"\w\s*[-+]\s*[:%?$\w]|\|\|")
_MAX_CALLS = 40
_FOREVER = re.compile(rb"#[^\n]*\b(?:forever|indefinitely|infinitely|never give up)\b", re.IGNORECASE)
_SHORTLY = 500
ADDS = ("add", "add_all", "bulk_save_objects", "bulk_insert_mappings")
_EXECUTING = frozenset({"execute", "executemany", "exec", "fetchrow", "fetchval"})

_RECOGNISED = re.compile(
    rb"idempot|on_conflict|ON CONFLICT|ON DUPLICATE|INSERT OR |INSERT IGNORE|get_or_create|update_or_create"
    rb"|\.merge\(|upsert|dedup|already_exists|merge_into|ignore_conflicts",
    re.IGNORECASE,
)
_RECOGNISED_WORDS = (
    *(
        b"idempot",
        b"Idempot",
        b"on_conflict",
        b"ON CONFLICT",
        b"ON DUPLICATE",
        b"INSERT OR ",
        b"INSERT IGNORE",
    ),
    *(b"get_or_create", b"update_or_create", b".merge(", b"upsert", b"UPSERT", b"dedup", b"already_exists"),
)
_LOOKS_FIRST = re.compile(
    rb"\bif\b[^\n]*exist|\.exists\(\)|(?:first|one_or_none|scalar_one_or_none)\(\)"
    rb"|\.(?:get|scalar|fetchone|fetchrow|fetchval)\([^\n]*\) is None|\bif not [^\n]*\.(?:scalar|fetchval)\("
)


class RetriedCall(msgspec.Struct, frozen=True):
    """A call inside of what is retried. `on` is its receiver as written; `has_key` tells that its URL
    names what it changes; `writes` that its SQL does; `about` the literal part of what it is given first."""

    symbol: str
    name: str
    on: str = ""
    has_key: bool = False
    writes: bool = False
    about: str = ""


class Retry(Fact, frozen=True):
    """A place that retries, by one of the libraries, `urllib3`, `celery`, or a `loop`: its `kind`.

    `on_everything`: any exception is retried, and the source says so; `on_anything`: because it names
    none. `lacks`: `wait`, `stop`. `methods`: the adapter retries POST. `recognised`: what is retried
    knows what it did already.
    """

    path: str
    anchor: str
    kind: str
    on_everything: bool = False
    on_anything: bool = False
    lacks: tuple[str, ...] = ()
    methods: bool = False
    recognised: bool = False
    calls: tuple[RetriedCall, ...] = ()

    @property
    def key(self) -> str:
        return self.path


class RecognisesRepeats(Fact, frozen=True):
    """A function that knows what it did already: an idempotency key, an upsert, a look before the write."""

    symbol: str

    @property
    def key(self) -> str:
        return self.symbol


def recognises_repeats(text: bytes, *, looks_first: bool = True) -> bool:
    """Whether code says that doing the same again does no harm."""
    return _RECOGNISED.search(text) is not None or (looks_first and _LOOKS_FIRST.search(text) is not None)


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    data = file.source.data
    for symbol in functions_with(file, _RECOGNISED_WORDS):
        facts.add(RecognisesRepeats(symbol))
    if _LIBRARIES.search(data) is not None:
        _decorators(file, facts)
    if b"self.retry(" in data:
        _tasks(file, facts)
    if b"Retry(" in data or b"urllib3" in data:
        _adapters(file, facts)
    if b"except" in data:
        _loops(file, facts)


VOCABULARY = Vocabulary(
    _collect,
    (
        *(
            b"tenacity",
            b"backoff",
            b"retrying",
            b"stamina",
            b"autoretry_for",
            b"Retry(",
            b"attempt",
            b"retries",
        ),
        *(
            b"tries",
            b"while ",
            b"self.retry(",
            b"in range(",
            b"dempoten",
            b"on_conflict",
            b"ON CONFLICT",
            b"get_or_create",
            b"upsert",
        ),
    ),
)


# -- decorators ------------------------------------------------------------------------------------


def _decorators(file: PyFile, facts: Facts) -> None:
    done: set[int] = set()
    for definition in file.functions:
        for decorator in definition.decorators:
            made = _made(file, decorator)
            if made is None:
                continue
            by, call = made
            if call is not None:
                done.add(call.id)
            body = definition.node.child_by_field_name("body")
            _add(file, facts, decorator, by, call if call is decorator or call is None else None, body)
    for call in file.calls_named("retry", "on_exception", "Retrying", "AsyncRetrying", "retry_context"):
        if call.id in done:
            continue
        if (kind := _kind(file.callee(call))) is None:
            continue
        parent = call.parent
        if (
            parent is not None
            and parent.type == "for_statement"
            and parent.child_by_field_name("right") == call
        ):
            _add(file, facts, call, kind, call, parent.child_by_field_name("body"))
        elif kind != "tenacity" or text_of(callee_of(call) or call).endswith("retry"):
            _add(file, facts, call, kind, call, None)


def _tasks(file: PyFile, facts: Facts) -> None:
    """Tasks of Celery's that a handler sends off again: `raise self.retry(exc=exc)`."""
    done: set[int] = set()
    for call in file.calls_written("retry"):
        function = enclosing(call, "function_definition")
        handler = enclosing(call, "except_clause")
        if text_of(callee_of(call) or call) != "self.retry" or function is None or handler is None:
            continue
        for decorator in decorators_of(function):
            target = callee_of(decorator) if decorator.type == "call" else None
            name = text_of(target).rpartition(".")[2] if target is not None else ""
            known = "autoretry_for" in arguments_of(decorator).keywords if target is not None else True
            if name in _TASKS and not known and decorator.id not in done:
                done.add(decorator.id)
                _add(file, facts, decorator, "celery", None, function.child_by_field_name("body"))


def _made(file: PyFile, decorator: Node) -> tuple[str, Node | None] | None:
    """The kind of retry that a decorator is, and the call that configures it."""
    if decorator.type == "call":
        if "autoretry_for" in arguments_of(decorator).keywords:
            return "celery", decorator
        kind = _kind(file.callee(decorator))
        return (kind, decorator) if kind is not None else None
    text = text_of(decorator)
    if "retry" not in text.lower() and "back" not in text.lower():
        symbol = file.symbol(decorator) if b"tenacity" in file.source.data else None
    else:
        symbol = file.symbol(decorator)
    if symbol is None:
        return None
    if (kind := _kind(symbol)) is not None:
        return kind, None
    kind = _kind(symbol.removesuffix("()")) if symbol.endswith("()") else None
    return (f"{kind} elsewhere", decorator) if kind is not None else None


def _kind(symbol: str | None) -> str | None:
    if symbol is None:
        return None
    if symbol in _TENACITY:
        return "tenacity"
    if symbol == _BACKOFF:
        return "backoff"
    if symbol in _RETRYING:
        return "retrying"
    return "stamina" if symbol in _STAMINA else None


def _add(file: PyFile, facts: Facts, place: Node, kind: str, call: Node | None, body: Node | None) -> None:
    arguments = arguments_of(call) if call is not None else Arguments((), {}, (), ())
    kind, _, elsewhere = kind.partition(" ")
    everything = anything = False
    lacks: tuple[str, ...] = ()
    if not elsewhere and not arguments.dict_unpacked and not arguments.list_unpacked:
        everything, anything = _predicate(file, kind, arguments)
        lacks = tuple(_lacking(kind, arguments))
        if "stop" in lacks and _is_meant_forever(file, place):
            lacks = tuple(part for part in lacks if part != "stop")
    text = (body.text or b"") if body is not None else b""
    facts.add(
        Retry(
            file.path,
            facts.anchor(f"retry {file.qualname_at(place.start_byte)} {kind}", place),
            kind,
            everything,
            anything,
            lacks,
            False,
            recognises_repeats(text),
            _calls(file, body) if body is not None else (),
        )
    )


def _is_meant_forever(file: PyFile, place: Node) -> bool:
    """Whether a comment shortly before says that it shall never give up."""
    before = file.source.data[max(place.start_byte - _SHORTLY, 0) : place.start_byte]
    return _FOREVER.search(before) is not None


def _predicate(file: PyFile, kind: str, arguments: Arguments) -> tuple[bool, bool]:
    """Whether every exception is retried: because the source says so, and because it says nothing."""
    given: Node | None
    match kind:
        case "tenacity":
            given = arguments.keywords.get("retry")
            if given is None:
                return False, True
            if (
                given.type != "call"
                or (text_of(callee_of(given) or given).rpartition(".")[2]) != "retry_if_exception_type"
            ):
                return False, False
            inner = arguments_of(given)
            types = inner.get("exception_types", 0)
            return types is not None and _is_everything(types), types is None
        case "backoff":
            given = arguments.get("exception", 1)
            gives_up = "giveup" in arguments.keywords
            return given is not None and _is_everything(given) and not gives_up, False
        case "retrying":
            return False, not {"retry_on_exception", "retry_on_result", "wrap_exception"} & set(
                arguments.keywords
            )
        case "stamina":
            given = arguments.keywords.get("on")
            return given is not None and _is_everything(given), False
        case "celery":
            given = arguments.keywords.get("autoretry_for")
            excluded = "dont_autoretry_for" in arguments.keywords
            return given is not None and _is_everything(given) and not excluded, False
    return False, False


def _is_everything(node: Node) -> bool:
    node = unparenthesised(node)
    if node.type in ("tuple", "list"):
        return any(text_of(child) in _EVERYTHING for child in node.named_children)
    return text_of(node) in _EVERYTHING


def _lacking(kind: str, arguments: Arguments) -> Iterator[str]:
    names = arguments.keywords
    match kind:
        case "tenacity":
            for part, never in (("stop", "stop_never"), ("wait", "wait_none")):
                given = names.get(part)
                if given is None or text_of(given).split("(")[0].rpartition(".")[2] == never:
                    yield part
        case "backoff":
            if all(is_none(names.get(name)) or name not in names for name in ("max_tries", "max_time")):
                yield "stop"
        case "retrying":
            if not any(name.startswith("stop") for name in names):
                yield "stop"
            if not any(name.startswith("wait") for name in names):
                yield "wait"
        case "stamina":
            if "attempts" in names and is_none(names["attempts"]) and is_none(names.get("timeout")):
                yield "stop"
        case "celery":
            if "max_retries" in names and is_none(names["max_retries"]):
                yield "stop"


# -- adapters ------------------------------------------------------------------------------------------


def _adapters(file: PyFile, facts: Facts) -> None:
    for call in file.calls_named("Retry"):
        if file.callee(call) not in _URLLIB3:
            continue
        names = arguments_of(call).keywords
        given = names.get("allowed_methods") or names.get("method_whitelist")
        if given is not None and _allows_post(file, given):
            anchor = facts.anchor(f"retry {file.qualname_at(call.start_byte)} urllib3", call)
            facts.add(Retry(file.path, anchor, "urllib3", methods=True))


def _allows_post(file: PyFile, given: Node) -> bool:
    given = unparenthesised(given)
    if given.type == "identifier":
        bindings = file.names.bindings(given)
        held = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
        return held is not None and _allows_post(file, held)
    if constant_value(given) is None or constant_value(given) is False:
        return True
    if given.type == "call" and text_of(callee_of(given) or given) in ("frozenset", "set", "list", "tuple"):
        return any(_allows_post(file, inner) for inner in arguments_of(given).positional)
    if given.type in ("list", "tuple", "set"):
        return any((string_value(item) or "").upper() in ("POST", "PATCH") for item in given.named_children)
    return False


# -- loops -----------------------------------------------------------------------------------------------


def _loops(file: PyFile, facts: Facts) -> None:
    for loop in file.nodes("for_statement", "while_statement"):
        body = loop.child_by_field_name("body")
        if body is None or b"except" not in file.source.data[body.start_byte : body.end_byte]:
            continue
        if not _is_counted(loop) or _ASKS_FOR_RESULT.search(loop.text or b"") is not None:
            continue
        attempt = next((node for node in walk(body) if node.type == "try_statement"), None)
        if attempt is None or not _is_attempt(attempt, body):
            continue
        # What stands outside of the `try` is not caught, and so not tried again.
        tried = attempt.child_by_field_name("body")
        calls = _calls(file, tried if tried is not None else body)
        if retries_conflicts_only(attempt):
            calls = tuple(call for call in calls if call.name not in ADDS and not call.writes)
        if not calls or retries_unsent_only(attempt):
            continue
        head = loop.child_by_field_name("right") or loop.child_by_field_name("condition") or loop
        span = Span(loop.start_byte, head.end_byte)
        anchor = facts.anchor(f"retry {file.qualname_at(loop.start_byte)} loop", span)
        function = file.scopes.at(loop.start_byte).node
        text = (function.text if function.type == "function_definition" else loop.text) or b""
        facts.add(
            Retry(
                file.path,
                anchor,
                "loop",
                recognised=recognises_repeats(text, looks_first=False)
                or recognises_repeats(body.text or b""),
                calls=calls,
            )
        )


def _is_counted(loop: Node) -> bool:
    """Whether a loop counts attempts: over a range with a name that nothing else needs, or until a number."""
    if loop.type == "while_statement":
        condition = loop.child_by_field_name("condition")
        return condition is not None and (
            _COUNTS.search(text_of(condition)) is not None or _counts_failures(loop, condition)
        )
    left, right = loop.child_by_field_name("left"), loop.child_by_field_name("right")
    if left is None or right is None or right.type != "call" or text_of(callee_of(right) or right) != "range":
        return False
    name = text_of(left)
    return (
        name == "_"
        or _COUNTS.search(name) is not None
        or _COUNTS.search(text_of(right)) is not None
        or name in ("i", "n", "k")
    )


def _counts_failures(loop: Node, condition: Node) -> bool:
    """Whether a `while` compares a number that a handler inside of it raises: `while n < 5`."""
    compared = _COMPARED.fullmatch(text_of(unparenthesised(condition)))
    if compared is None:
        return False
    raised = re.compile(rf"\b{re.escape(compared[1])}\s*(?:\+=|-=|=\s*{re.escape(compared[1])}\b)")
    return any(
        node.type == "except_clause" and raised.search(text_of(node)) is not None for node in walk(loop)
    )


def _is_attempt(attempt: Node, body: Node) -> bool:
    """Whether a `try` ends the loop where it succeeds, and lets it go on where it fails."""
    handlers = [child for child in attempt.children if child.type == "except_clause"]
    if not handlers or all(_ends(handler) for handler in handlers):
        return False
    rest = [attempt.child_by_field_name("body"), *(c for c in attempt.children if c.type == "else_clause")]
    inside = [node for part in rest if part is not None for node in walk(part)]
    after = [child for child in body.named_children if child.start_byte > attempt.end_byte]
    return any(node.type in ("return_statement", "break_statement") for node in [*inside, *after])


def _ends(handler: Node) -> bool:
    block = next((child for child in handler.children if child.type == "block"), None)
    if block is None or not always_leaves(block):
        return False
    return not any(node.type == "continue_statement" for node in walk(block))


# -- calls -------------------------------------------------------------------------------------------------


def _calls(file: PyFile, body: Node) -> tuple[RetriedCall, ...]:
    """The calls in a body that may write, by symbol where it is known, else by name and receiver."""
    found: dict[RetriedCall, None] = {}
    around = f" {file.module.rpartition('.')[2]} {file.qualname_at(body.start_byte)}"
    for node in walk(body):
        if node.type != "call" or len(found) >= _MAX_CALLS:
            continue
        callee = callee_of(node)
        if callee is None or callee.type not in ("identifier", "attribute"):
            continue
        symbol = file.symbol(callee) or ""
        if symbol.startswith(("builtins.", "logging.", "time.", "asyncio.", "super(")):
            continue
        name = text_of(callee).rpartition(".")[2]
        owner = callee.child_by_field_name("object") if callee.type == "attribute" else None
        arguments = arguments_of(node)
        position = 1 if name == "request" else 0
        url = arguments.get("url", position)
        if name == "request" and (verb := string_value(arguments.get("method", 0))) is not None:
            symbol = f"{symbol.rpartition('.')[0]}.{verb.lower()}" if symbol else symbol
            name = verb.lower()
        writes = name in _EXECUTING and writes_in_statement(file, node) and not _is_same_twice(file, node)
        if not symbol and not writes and name not in ("add", "add_all", "commit", "bulk_save_objects"):
            continue
        if name == "add" and adds_known_row(file, node):
            continue
        found[
            RetriedCall(
                symbol,
                name,
                text_of(owner) if owner is not None and len(text_of(owner)) < 60 else "",
                url is not None and _names_what(url),
                writes,
                (_literal(url) if url is not None else "") + around,
            )
        ] = None
    return tuple(found)


def _is_same_twice(file: PyFile, call: Node) -> bool:
    """Whether a statement is an UPDATE or DELETE that comes to the same when it runs again."""
    statement = next(iter(arguments_of(call).positional), None)
    if statement is not None and statement.type == "identifier":
        bindings = file.names.bindings(statement)
        statement = bindings[0].value if len(bindings) == 1 else None
    text = text_of(statement) if statement is not None else ""
    return _CHANGES.match(text) is not None and _COUNTS_ON.search(text) is None


def _names_what(url: Node) -> bool:
    """Whether a URL holds more than a literal text."""
    return string_value(url) is None


def _literal(url: Node) -> str:
    return (
        text_of(url)[:120]
        if url.type in ("string", "binary_operator", "identifier", "attribute", "call")
        else ""
    )
