"""BC102: a route handler that returns a body which says that it failed, with status 200."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.analysis.http_exception_fixes import fastapi_fixes
from bugcatalog_ls.analysis.status_edits import fitted_fix, status_beside_body, status_of_response
from bugcatalog_ls.facts.answered_routes import routes_of
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.failure_bodies import says_failure, sets_status
from bugcatalog_ls.facts.failure_causes import status_of_failure
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.places import place
from bugcatalog_ls.facts.responses import RESPONSE_NAMES, RESPONSES, is_ok, read_answer
from bugcatalog_ls.facts.routers import RouterFact
from bugcatalog_ls.facts.routes import RouteFact
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import enclosing_function, text_of, unparenthesised

_PROTOCOLS = re.compile(
    r"webhook|lnurl|graphql|json_?rpc|(?:^|[/_.-])(?:rpc|hooks?|ipn|mcp|slack)(?:$|[/_.-])", re.I
)
_SPOKEN = re.compile(r"webhook|json_?rpc", re.I)
"""What a handler's own text says where it speaks one of the protocols that want status 200."""
_VALUES = frozenset(
    {"dictionary", "call", "tuple", "expression_list", "identifier", "parenthesized_expression"}
)
_DICT_FRAMEWORKS = frozenset({"fastapi", "flask", "quart"})


class FailingReturn(Fact, frozen=True):
    """A return of a function whose body says that it failed; `anchor` is what is returned.

    `made_by` is the symbol of the response's constructor, empty for a plain dictionary.
    `has_status`: the tuple gives a status other than 200, which Flask reads and FastAPI does not.
    `takes_request`: the function stands at the top level and is given `request` first, as Django
    calls its views.
    """

    path: str
    function: str
    anchor: str
    made_by: str
    has_status: bool
    takes_request: bool

    @property
    def key(self) -> str:
        return self.path


def _collect(file: PyFile, facts: Facts) -> None:
    symbols: dict[int, str] = {}
    responses = {call.id for call in file.calls_named(*RESPONSE_NAMES)}
    for node in file.nodes("return_statement"):
        for value in _alternatives(node.named_children[0]) if node.named_child_count else ():
            kind = value.type
            if kind not in _VALUES or (kind == "call" and value.id not in responses):
                continue
            answer = read_answer(file, value)
            if answer is None or not says_failure(file, answer.body, value) or not is_ok(answer.status):
                continue
            function = enclosing_function(node)
            if function is None or function.type != "function_definition":
                continue
            if sets_status(node) or _SPOKEN.search(text_of(function)):
                continue
            if not symbols:
                symbols = {definition.node.id: definition.symbol for definition in file.functions}
            symbol = symbols[function.id]
            anchor = facts.anchor(f"failure of {symbol}", value)
            has_status = not is_ok(answer.tuple_status)
            made_by, takes_request = answer.made_by or "", _takes_request(file, function)
            facts.add(FailingReturn(file.path, symbol, anchor, made_by, has_status, takes_request))


def _takes_request(file: PyFile, function: Node) -> bool:
    parameters = function.child_by_field_name("parameters")
    first = parameters.named_children[0] if parameters is not None and parameters.named_children else None
    name = first.named_children[0] if first is not None and first.type == "typed_parameter" else first
    is_at_top = file.scopes.at(function.start_byte) is file.scopes.module
    return is_at_top and name is not None and text_of(name) == "request"


def _alternatives(value: Node) -> list[Node]:
    """What may be returned: both sides of `a if b else c`."""
    choice = unparenthesised(value)
    if choice.type != "conditional_expression":
        return [value]
    parts = [child for child in choice.named_children if child.type != "comment"]
    if len(parts) != 3:
        return [value]
    return [*_alternatives(parts[0]), *_alternatives(parts[2])]


def _join(ctx: JoinContext) -> Iterator[Finding]:
    if ctx.is_test:
        return
    for fact in ctx.index.in_file(ctx.path, FailingReturn):
        routes = routes_of(ctx.index, fact.function)
        framework = routes[0].framework if routes else _of_django(ctx, fact)
        if framework is None or _is_protocol(ctx, fact, routes):
            continue
        if fact.has_status and framework != "fastapi":
            continue
        if any(other.status is not None and other.status >= 300 for other in routes):
            continue
        if not fact.made_by and framework not in _DICT_FRAMEWORKS:
            continue
        if fact.made_by and fact.made_by not in RESPONSES and ctx.resolve(fact.made_by) not in RESPONSES:
            continue
        name = fact.function.rpartition(".")[2]
        message = f"`{name}` answers a failure with status {_status_of(routes)}"
        yield ctx.find(fact.anchor, message, data={"framework": framework})


def _of_django(ctx: JoinContext, fact: FailingReturn) -> str | None:
    """Django's views carry no mark: where no URLs are known, they are told by the request they take."""
    made_by = ctx.resolve(fact.made_by) if fact.takes_request and fact.made_by else ""
    name = fact.function.rpartition(".")[2]
    if not made_by.startswith("django.http.") or name.startswith("_") or _knows_urls(ctx.index):
        return None
    return "django"


@derived
def _knows_urls(index: FactIndex) -> bool:
    routes = (fact for key in index.keys(RouteFact) for _, fact in index.get(RouteFact, key))
    return any(route.framework == "django" and route.path is not None for route in routes)


def _status_of(routes: tuple[RouteFact, ...]) -> int:
    return next((route.status for route in routes if route.status is not None), 200)


def _is_protocol(ctx: JoinContext, fact: FailingReturn, routes: tuple[RouteFact, ...]) -> bool:
    """Whether the names say that a protocol is spoken which wants status 200."""
    names = [fact.function.rpartition(".")[2], ctx.path.rpartition("/")[2].removesuffix(".py")]
    for route in routes:
        names.append(route.path or "")
        if "websocket" in route.methods:
            return True
        if route.owner is not None:
            owner = place(ctx.index, route.owner, ctx.path)
            names.extend(router.prefix or "" for _, router in ctx.index.get(RouterFact, owner))
    return any(_PROTOCOLS.search(name) for name in names)


# -- fixes -----------------------------------------------------------------------------------------


def _fix(ctx: FixContext, finding: Finding) -> Iterator[Fix]:
    statement = ctx.node_of("return_statement")
    value = ctx.node
    answer = read_answer(ctx.file, value)
    if statement is None or answer is None:
        return
    framework = finding.data.get("framework", "")
    status = status_of_failure(ctx.file, value, answer)
    if answer.call is not None and answer.shape is not None and framework not in ("flask", "quart"):
        edits = status_of_response(ctx.file, answer, status)
        if answer.tuple_status is None:
            yield fitted_fix(ctx, f"Answer with status {status}", edits)
    elif framework in ("flask", "quart"):
        yield fitted_fix(ctx, f"Answer with status {status}", status_beside_body(value, answer, status))
    elif framework == "fastapi":
        yield from fastapi_fixes(ctx, statement, value, answer, status)


ANALYZER = Analyzer(collect=_collect, join=_join, joins=(FailingReturn,), fix=_fix)
