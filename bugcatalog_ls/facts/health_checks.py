"""Health checks: the functions that answer `/health` and its like, and how they can mislead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from tree_sitter import Node

from bugcatalog_ls.facts.answered_routes import routes_of
from bugcatalog_ls.facts.asked_services import ancestors_within, unguarded_calls
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.health_parts import part_of
from bugcatalog_ls.facts.health_paths import has_health_path, is_routed_as_health
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.syntax.file import Definition, PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import (
    COMPREHENSIONS,
    FUNCTIONS,
    ancestors,
    callee_of,
    statements,
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


_NAMED = re.compile(
    r"(?:^|_)(?:health|healthz|healthcheck|live|liveness|livez|ready|readiness|readyz|ping)(?:_|$)|Health"
)
_FAILED = re.compile(
    r"[\"'](?:\w(?:[ -]?\w)*[ _-])?"
    r"(?:un-?healthy|down|errors?|fail|failed|failure|failing|degraded|unavailable|dead"
    r"|not[ _-]ready|disconnected|unreachable|ko|nok|offline|broken|critical|not[ _-]?connected|not[ _-]ok)\b"
    r"|[\"']\w+[\"']\s*:\s*False\b|\b(?:\w+_)?(?:ok|healthy|success|ready|alive|up)\s*=\s*False\b"
    r"|[\"']\w+[\"']\]\s*=\s*False\b",
    re.IGNORECASE,
)
_STATUS = re.compile(
    r"\b[45]\d\d\b|HTTP_[45]\d\d|SERVICE_UNAVAILABLE|INTERNAL_SERVER_ERROR|BAD_GATEWAY|status_code\s*=\s*[a-z_]\w*"
    r"|HttpResponse(?:ServerError|BadRequest|NotFound|Forbidden|Gone|NotAllowed)|HTTPException|\babort\(|\bstatus\s*=\s*[a-z_]\w*\b(?!\s*==)|,\s*(?:status|code|status_code)\s*$"
)


_BODY = re.compile(r"\b((?:jsonify|dict|(?!\w*Response\b)[A-Z]\w+)\([^()]*?)\bstatus\s*=\s*(?=[a-z_])")


def is_health_route(index: FactIndex, risk: HealthRisk) -> bool:
    """Whether the function of a risk answers the path of a health check."""
    routes = [route for route in routes_of(index, risk.function) if route.methods != ("websocket",)]
    if risk.routed:
        return bool(routes) and any(route.owner_value is not None or route.framework for route in routes)
    return any(
        (route.path is None and "Health" in risk.function) or has_health_path(index, route)
        for route in routes
    )


def says_failure(written: str) -> bool:
    """Whether a part of a body as written says that something failed."""
    return _FAILED.search(written) is not None


def failing_condition(value: Node) -> tuple[Node, bool] | None:
    """The condition that decides between the words for success and for failure in an answer's body, and
    whether it holds where something failed: of `"ok" if up else "down"`, `up` and False."""
    choices = [node for node in walk(value) if node.type == "conditional_expression"]
    parts = choices[0].named_children if len(choices) == 1 else []
    if len(parts) != 3:
        return None
    fails = [_FAILED.search(text_of(part)) is not None for part in (parts[0], parts[2])]
    inside = (parent for parent in ancestors(parts[1]) if value.start_byte <= parent.start_byte)
    if fails[0] == fails[1] or any(parent.type in COMPREHENSIONS for parent in inside):
        # What a comprehension goes through has no name outside of it.
        return None
    return parts[1], fails[0]


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    for definition in file.functions:
        routed = is_routed_as_health(file, definition)
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


def _collect_risks(file: PyFile, definition: Definition, routed: bool, facts: Facts) -> None:
    function = definition.node
    failure = next(_failures(function), None)
    if failure is not None:
        anchor = facts.anchor(f"health failure {definition.symbol}", failure)
        part = part_of(_tried(failure), definition.name)
        facts.add(HealthRisk(file.path, definition.symbol, "failure", anchor, "", None, part, routed))
    call = next(unguarded_calls(file, function), None)
    if call is not None:
        written = " ".join(text_of(callee_of(call) or call).split())
        anchor = facts.anchor(f"health call {definition.symbol}", call)
        called = file.callee(call)
        part = part_of(written, definition.name, called or "", text_of(call))
        facts.add(
            HealthRisk(file.path, definition.symbol, "unguarded", anchor, written, called, part, routed)
        )


def _failures(function: Node) -> Iterator[Node]:
    """The returns that say with status 200 that something failed."""
    sets_status = _STATUS.search(_without_fields(function)) is not None
    for statement in (node for node in walk(function) if node.type == "return_statement"):
        value = statement.named_children[0] if statement.named_children else None
        if value is None or _STATUS.search(_without_fields(value)) or _sets_status(statement):
            continue
        in_handler = any(p.type == "except_clause" for p in ancestors_within(statement, function))
        is_bare = value.type in ("dictionary", "call", "string", "tuple", "false", "expression_list")
        is_noted = not sets_status and value.type in ("identifier", "dictionary", "call")
        if (
            _FAILED.search(text_of(value))
            or (in_handler and is_bare)
            or (is_noted and _was_failed(statement, function))
        ):
            yield statement


def _without_fields(node: Node) -> str:
    """The text, less each `status=…` that is a field of a body: of `jsonify(status=state)`, of a model."""
    return _BODY.sub(r"\1", text_of(node))


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
    """Whether a status is set on the response in the block before the return, and for it."""
    block = statement.parent
    before = statements(block) if block is not None else []
    return any(
        re.search(r"\.status(?:_code)?\s*=", text_of(node))
        for other in before
        if other.end_byte <= statement.start_byte
        for node in (other, *walk(other))
        if node.type == "expression_statement" and not _returns_behind(node, statement)
    )


def _returns_behind(node: Node, statement: Node) -> bool:
    """Whether what follows a statement in its own block returns something else."""
    block = node.parent
    if block is None or block.id == getattr(statement.parent, "id", None):
        return False
    return any(
        other.type in ("return_statement", "raise_statement") and other.start_byte > node.start_byte
        for other in statements(block)
    )


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
