"""Health checks: the functions that answer `/health` and its like, and how they can mislead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from tree_sitter import Node

from bugcatalog_ls.facts.answered_routes import routes_of
from bugcatalog_ls.facts.db_sessions import database_kind
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.http_clients import CLIENTS
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.routers import RouterFact
from bugcatalog_ls.facts.routes import RouteFact
from bugcatalog_ls.syntax.file import Definition, PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import (
    FUNCTIONS,
    ancestors,
    arguments_of,
    body_of,
    callee_of,
    statements,
    string_value,
    text_of,
    walk,
)

Kind = Literal["failure", "unguarded"]


class HealthRisk(Fact, frozen=True):
    """A place in a function that looks like a health check: a failure that is answered with 200, or
    a call that may raise. `called` is the symbol of what is called; `routed` tells that the function's
    own decorator gives it the path of a health check."""

    path: str
    function: str
    kind: Kind
    anchor: str
    written: str
    called: str | None
    part: str
    routed: bool

    @property
    def key(self) -> str:
        return self.path


_SEGMENTS = (
    r"health|healthz|healthcheck|health[-_]check|live|livez|liveness|ready|readyz|readiness|ping|alive|heartbeat"
    r"|health[-_](?:live|ready|db)"
)
_PATH = re.compile(rf"(?:^|/)(?:{_SEGMENTS})(?:/|$)")
# What may stand before `/live` or `/ping`, which mean other things below other words.
_ROOT = re.compile(r"/*(?:(?:api|v\d+|system|internal|monitoring|status|probes?|_|-)(?:/+|$))*")
_NAMED = re.compile(
    r"(?:^|_)(?:health|healthz|healthcheck|live|liveness|livez|ready|readiness|readyz|ping)(?:_|$)|Health"
)
_IO_NAMES = re.compile(
    r"(?:^|\.)(?:execute|scalar|scalars|ping|connect|query|first|fetch\w*|command|server_info|list_collection\w*"
    r"|count|acquire|urlopen|exec|cluster|info|get_or_none|raw|publish|select|exists)$"
)
_STORES = re.compile(
    r"db|session|engine|conn|cursor|redis|cache|mongo|client|pool|broker|kafka|rabbit|elastic|es\b|sql"
    r"|\bobjects\b",
    re.I,
)
_CHECKERS = re.compile(
    r"(?:check|ping|test|verify|probe|query)\w*_?(?:db|database|redis|cache|broker|connection|services?)",
    re.I,
)
_CLIENTS = ("requests.", "httpx.", "urllib.request.", "socket.create_connection", "aiohttp.Client")
# Clients of stores, whatever they are called here.
_STORE_CLIENTS = (
    "redis.",
    "pymongo.",
    "motor.",
    "elasticsearch.",
    "opensearchpy.",
    "psycopg",
    "asyncpg.",
    "boto3.",
)
_AWS = re.compile(r"boto3\.(?:client|resource|Session\(\)\.client)\(\)\.\w+")
_QUIET = re.compile(
    r"(?:^|\.)(?:sleep|now|utcnow|time|json|get_event_loop|info|debug|warning|error|exception)$"
)
_FAILED = re.compile(
    r"[\"'](?:\w+[ _-])*(?:un-?healthy|down|errors?|fail|failed|failure|failing|degraded|unavailable|dead"
    r"|not[ _-]ready|disconnected|unreachable|ko|nok|offline|broken|critical|not[ _-]?connected|not[ _-]ok)\b"
    r"|[\"']\w+[\"']\s*:\s*False\b|\b(?:ok|healthy|success|ready|alive)=False\b",
    re.IGNORECASE,
)
_STATUS = re.compile(
    r"\b[45]\d\d\b|HTTP_[45]\d\d|SERVICE_UNAVAILABLE|INTERNAL_SERVER_ERROR|BAD_GATEWAY|status_code\s*=\s*[a-z_]\w*"
    r"|HTTPException|\babort\(|\bstatus\s*=\s*[a-z_]\w*\b(?!\s*==)|,\s*(?:status|code|status_code)\s*$"
)


def is_health_route(index: FactIndex, risk: HealthRisk) -> bool:
    """Whether the function of a risk answers the path of a health check."""
    routes = [route for route in routes_of(index, risk.function) if route.methods != ("websocket",)]
    if risk.routed:
        return bool(routes) and any(route.owner_value is not None or route.framework for route in routes)
    return any(
        (route.path is None and "Health" in risk.function) or _has_health_path(index, route)
        for route in routes
    )


def part_of(written: str) -> str:
    """What fails when a call does, in a word for the answer."""
    low = written.lower()
    if re.search(r"redis|cache", low):
        return "redis" if "redis" in low else "cache"
    if re.search(r"broker|kafka|rabbit|pika|amqp|celery|queue", low):
        return "broker"
    if re.search(r"mongo|db|database|session|engine|conn|cursor|sql|pool", low):
        return "database"
    return "dependency"


def last_asking(file: PyFile, statement: Node) -> Node:
    """The last statement of a block, from the given one on, that asks something outside of the process."""
    block = statement.parent
    last = statement
    for other in statements(block) if block is not None else ():
        if other.start_byte > last.start_byte and other.type not in FUNCTIONS:
            calls = [node for node in (other, *walk(other)) if node.type == "call"]
            if any(_is_io(file, call) and not _is_guarded(call, statement) for call in calls):
                last = other
    return last


def noted_failure(function: Node, name: str) -> str | None:
    """The text that handlers put into the mapping `name` for what failed: `checks["db"] = "error"`."""
    found: set[str] = set()
    for handler in (node for node in walk(function) if node.type == "except_clause"):
        for node in walk(handler):
            left = node.child_by_field_name("left") if node.type == "assignment" else None
            if left is None or left.type != "subscript" or text_of(left.named_children[0]) != name:
                continue
            literal = node.child_by_field_name("right")
            found.add(text_of(literal) if literal is not None and string_value(literal) is not None else "")
    return found.pop() if len(found) == 1 and "" not in found else None


def noted_success(function: Node, name: str) -> str | None:
    """The text that each `try` puts into the empty mapping `name` for what works: `checks["db"] = "ok"`."""
    found: set[str] = set()
    for node in walk(function):
        left = node.child_by_field_name("left") if node.type == "assignment" else None
        value = node.child_by_field_name("right") if node.type == "assignment" else None
        if left is None or value is None:
            continue
        if text_of(left) == name:
            found.add("" if text_of(value) != "{}" else "{}")
        elif left.type == "subscript" and text_of(left.named_children[0]) == name:
            if any(parent.type == "except_clause" for parent in _within(node, function)):
                continue
            found.add(text_of(value) if string_value(value) is not None else "")
    if "{}" not in found or "" in found or len(found) != 2:
        return None
    return (found - {"{}"}).pop()


def _has_health_path(index: FactIndex, route: RouteFact) -> bool:
    prefix = ""
    if route.owner is not None:
        held = index.get(RouterFact, route.owner)
        prefix = (held[0][1].prefix or "") if held else ""
    return _is_health_path(f"{prefix}/{(route.path or '').lstrip('/^')}".rstrip("$"))


def _is_health_path(path: str) -> bool:
    """Whether a path is that of the application's health, not of something with an id."""
    match = _PATH.search(path)
    if match is None or re.search(r"[{<]", path[: match.start()]):
        return False
    return "health" in match[0] or _ROOT.fullmatch(path[: match.start()]) is not None


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    for definition in file.functions:
        routed = _is_routed(file, definition)
        owner = definition.owner
        in_view = (
            owner is not None
            and definition.name in ("get", "head")
            and "Health" in text_of(owner.node.child_by_field_name("name") or owner.node)
        )
        if routed or in_view or _NAMED.search(definition.name):
            _collect_risks(file, definition, routed, facts)


VOCABULARY = Vocabulary(
    _collect,
    (
        *(b"health", b"Health", b"/live", b"/ready", b"/ping", b"/alive", b"/heartbeat", b"def ping"),
        *(b"def ready", b"def live", b"readiness", b"liveness"),
    ),
)


def _is_routed(file: PyFile, definition: Definition) -> bool:
    for decorator in definition.decorators:
        if decorator.type != "call":
            continue
        function = callee_of(decorator)
        if function is None or function.type != "attribute" or text_of(function).endswith(".websocket"):
            continue
        arguments = arguments_of(decorator)
        path = string_value(arguments.get("path", 0) or arguments.get("rule"))
        if path is None:
            continue
        owner = function.child_by_field_name("object")
        bindings = file.names.bindings(owner) if owner is not None and owner.type == "identifier" else []
        value = bindings[0].value if len(bindings) == 1 else None
        given = arguments_of(value) if value is not None and value.type == "call" else None
        prefix = (
            (string_value(given.get("prefix") or given.get("url_prefix")) or "") if given is not None else ""
        )
        if _is_health_path(f"{prefix}/{path.lstrip('/')}"):
            return True
    return False


def _collect_risks(file: PyFile, definition: Definition, routed: bool, facts: Facts) -> None:
    function = definition.node
    failure = next(_failures(function), None)
    if failure is not None:
        anchor = facts.anchor(f"health failure {definition.symbol}", failure)
        part = part_of(_tried(failure))
        facts.add(HealthRisk(file.path, definition.symbol, "failure", anchor, "", None, part, routed))
    call = next(_unguarded(file, function), None)
    if call is not None:
        written = " ".join(text_of(callee_of(call) or call).split())
        anchor = facts.anchor(f"health call {definition.symbol}", call)
        called = file.callee(call)
        part = part_of(written)
        facts.add(
            HealthRisk(file.path, definition.symbol, "unguarded", anchor, written, called, part, routed)
        )


def _failures(function: Node) -> Iterator[Node]:
    """The returns that say with status 200 that something failed."""
    sets_status = _STATUS.search(text_of(function)) is not None
    for statement in (node for node in walk(function) if node.type == "return_statement"):
        value = statement.named_children[0] if statement.named_children else None
        if value is None or _STATUS.search(text_of(value)) or _sets_status(statement):
            continue
        in_handler = any(p.type == "except_clause" for p in _within(statement, function))
        is_bare = value.type in ("dictionary", "call", "string", "tuple", "false", "expression_list")
        is_noted = not sets_status and value.type in ("identifier", "dictionary", "call")
        if (
            _FAILED.search(text_of(value))
            or (in_handler and is_bare)
            or (is_noted and _was_failed(statement, function))
        ):
            yield statement


def _was_failed(statement: Node, function: Node) -> bool:
    """Whether a handler before the return notes a failure and goes on."""
    for node in walk(function):
        if node.type == "except_clause" and node.end_byte <= statement.start_byte:
            noted = [n for n in walk(node) if n.type == "assignment" and _FAILED.search(text_of(n))]
            leaves = any(n.type in ("return_statement", "raise_statement") for n in walk(node))
            if noted and not leaves:
                return True
    return False


def _sets_status(statement: Node) -> bool:
    """Whether a status is set on the response in the block before the return."""
    block = statement.parent
    before = statements(block) if block is not None else []
    return any(
        re.search(r"\.status(?:_code)?\s*=", text_of(other))
        for other in before
        if other.end_byte <= statement.start_byte
    )


def _within(node: Node, function: Node) -> Iterator[Node]:
    for parent in ancestors(node):
        if parent.id == function.id:
            return
        yield parent


def _tried(statement: Node) -> str:
    """What was tried, where a handler returns; else the condition of the branch."""
    for parent in ancestors(statement):
        if parent.type == "try_statement":
            return text_of(parent.child_by_field_name("body") or parent)
        if parent.type == "if_statement":
            return text_of(parent.child_by_field_name("condition") or parent)
        if parent.type in FUNCTIONS:
            return text_of(parent.child_by_field_name("body") or parent)
    return ""


def _unguarded(file: PyFile, function: Node) -> Iterator[Node]:
    """The calls that do I/O outside of any `try` with a handler."""
    if not body_of(function):
        return
    for node in walk(function):
        if node.type != "call" or any(p.type == "parameters" for p in _within(node, function)):
            continue
        if _is_io(file, node) and not _is_guarded(node, function):
            yield node


def _is_io(file: PyFile, call: Node) -> bool:
    written = text_of(callee_of(call) or call)
    if _QUIET.search(written):
        return False
    if call.parent is not None and call.parent.type == "await":
        return True
    owner, _, _ = written.rpartition(".")
    if owner and _IO_NAMES.search(written):
        symbol = file.callee(call) or ""
        if _STORES.search(owner) or symbol.startswith(_STORE_CLIENTS) or _is_database(file, call):
            return True
    if _CHECKERS.search(written):
        return True
    symbol = file.callee(call) or ""
    if symbol == "django.db.connection.cursor" or _AWS.match(symbol):
        return True
    # Making a client asks nobody.
    return symbol.startswith(_CLIENTS) and symbol not in CLIENTS


def _is_database(file: PyFile, call: Node) -> bool:
    """Whether a method is one of a session, connection or cursor, whatever its name."""
    return database_kind((file.callee(call) or "").rpartition(".")[0]) is not None


def _is_guarded(node: Node, function: Node) -> bool:
    child = node
    for parent in _within(node, function):
        if parent.type == "try_statement":
            body = parent.child_by_field_name("body")
            is_caught = any(part.type == "except_clause" for part in parent.children)
            if body is not None and body.id == child.id and is_caught:
                return True
        if parent.type == "with_statement" and "suppress(" in text_of(parent).split("\n")[0]:
            return True
        child = parent
    return False
