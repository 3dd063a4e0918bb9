"""BC103: preflights that authentication answers, and origins without a limit next to credentials."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.analysis.middleware_order import expression_at, moved_outermost
from bugcatalog_ls.analysis.origin_settings import named_origins
from bugcatalog_ls.facts.classes import ClassFact, FunctionFact
from bugcatalog_ls.facts.cors import CorsRegistration, keywords_with_unpacked
from bugcatalog_ls.facts.cors_origins import allows_any_origin
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.middleware import CorsInUse, MiddlewareStep
from bugcatalog_ls.facts.middleware_chains import Link, chains_with, is_cors
from bugcatalog_ls.facts.rejections import HookAdded, RejectsPreflight
from bugcatalog_ls.facts.resolve import mro, resolve
from bugcatalog_ls.syntax.edits import replace_node, set_keyword
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    body_of,
    enclosing,
    is_docstring,
    parameter_name,
    string_value,
    text_of,
    walk,
)
from bugcatalog_ls.syntax.statement_edits import insert_after, insert_before, remove_statement
from bugcatalog_ls.syntax.wrapping import fitted
from bugcatalog_ls.text.spans import Span, TextEdit

_AUTHENTICATES = "starlette.middleware.authentication.AuthenticationMiddleware"
_LOOKS_LIKE_LOGIN = re.compile(
    r"(?:Auth|Authentication|Authorization|JWT|Jwt|ApiKey|APIKey|Token)\w*Middleware$"
)
_CREDENTIALS = re.compile(r"access-control-allow-credentials['\"]\s*(?:\]\s*=|,)", re.IGNORECASE)


def _join(context: JoinContext) -> Iterator[Finding]:
    if context.is_test:
        return
    seen: set[str] = set()
    for registration in context.index.in_file(context.path, CorsRegistration):
        if registration.anchor not in seen and allows_any_origin(context.index, registration):
            seen.add(registration.anchor)
            data = {
                "part": "wildcard",
                "origins": registration.origins_keyword,
                "credentials": registration.credentials_keyword,
            }
            yield context.find(
                registration.anchor, "all origins are let in, together with credentials", data=data
            )
    yield from _behind_login(context)
    yield from _without_options(context)


def _behind_login(context: JoinContext) -> Iterator[Finding]:
    for step in context.index.in_file(context.path, MiddlewareStep):
        if step.kind == "call" or not is_cors(context.index, step.what, context.path):
            continue
        blocking = _outside(context.index, step)
        if blocking is not None:
            name = blocking.what.rpartition(".")[2]
            yield context.find(
                step.anchor,
                f"{name} runs before CORS and turns the preflight away",
                related=[context.related(blocking.path, blocking.anchor, f"{name} is put around it here")],
                data={"part": "order"},
            )


def _outside(index: FactIndex, step: MiddlewareStep) -> Link | None:
    """What rejects outside of a CORS middleware, in all chains that it is a part of."""
    found: Link | None = None
    for links in chains_with(index, step.path, step.scope, step.app):
        place = next(
            (n for n, link in enumerate(links) if (link.path, link.anchor) == (step.path, step.anchor)), None
        )
        if place is None:
            return None
        outer = links[place + 1 :]
        if any(is_cors(index, link.what, link.path) for link in outer):
            return None
        found = next((link for link in outer if _rejects(index, link)), None)
        if found is None:
            return None
    return found


def _rejects(index: FactIndex, link: Link) -> bool:
    """Whether a member of a chain turns preflights away."""
    symbol = resolve(index, link.what, link.path)
    if symbol in (_AUTHENTICATES, f"fastapi.{_AUTHENTICATES.partition('.')[2]}"):
        backend = resolve(index, link.backend, link.path).removesuffix("()") if link.backend else ""
        is_known = index.one(ClassFact, backend) is not None
        return not is_known or any(fact.role == "backend" for _, fact in index.get(RejectsPreflight, backend))
    if index.one(ClassFact, symbol) is None and index.one(FunctionFact, symbol) is None:
        return _LOOKS_LIKE_LOGIN.search(symbol) is not None and not symbol.startswith(
            ("starlette.", "django.")
        )
    return any(
        fact.role in ("asgi", "django")
        for name in mro(index, symbol)[0]
        for _, fact in index.get(RejectsPreflight, name)
    )


def _without_options(context: JoinContext) -> Iterator[Finding]:
    index = context.index
    kinds = index.keys(CorsInUse)
    if not kinds or "answers" in kinds:
        return
    if "flask" in kinds or "headers" in kinds:
        told: set[str] = set()
        for hook in index.in_file(context.path, HookAdded):
            symbol = context.resolve(hook.symbol)
            # One function may be the hook of many blueprints, and is mended once.
            if symbol not in told and any(
                fact.role == "hook" for _, fact in index.get(RejectsPreflight, symbol)
            ):
                told.add(symbol)
                name = symbol.rpartition(".")[2]
                yield context.find(
                    hook.anchor, f"{name} turns the preflight away", data={"part": "hook", "symbol": symbol}
                )
    for fact in index.in_file(context.path, RejectsPreflight):
        if fact.role in ("aiohttp", "sanic") and {fact.role, "headers"} & set(kinds):
            name = fact.symbol.rpartition(".")[2]
            yield context.find(fact.anchor, f"{name} turns the preflight away", data={"part": "asgi"})
    if "asgi" in kinds or "headers" not in kinds:
        return
    for fact in index.in_file(context.path, RejectsPreflight):
        if fact.role == "asgi" or (fact.role == "django" and "django" not in kinds):
            name = fact.symbol.rpartition(".")[2]
            yield context.find(fact.anchor, f"{name} turns the preflight away", data={"part": fact.role})


def _fix(context: FixContext, finding: Finding) -> Iterator[Fix]:
    match finding.data["part"]:
        case "wildcard":
            yield from _limited(context, finding)
        case "order":
            yield from moved_outermost(context)
        case "hook" | "asgi" | "django":
            yield from _let_through(context, finding)


def _limited(context: FixContext, finding: Finding) -> Iterator[Fix]:
    origins, credentials = finding.data["origins"], finding.data["credentials"]
    call = context.node_of("call")
    if credentials == "headers":
        edits = _without_credentials(context)
        if edits:
            yield context.fix("Turn credentials off", "suggested", edits)
        return
    if credentials == "CORS_ALLOW_CREDENTIALS":
        binding = context.file.scopes.module.bindings[credentials][0]
        if binding.value is not None:
            edit = TextEdit(Span(binding.value.start_byte, binding.value.end_byte), "False")
            yield context.fix("Turn credentials off", "suggested", [edit])
        return
    if call is None:
        return
    arguments = arguments_of(call)
    settings = context.read("pyproject.toml")
    if origins and not arguments.dict_unpacked and "resources" not in arguments.keywords:
        named = named_origins(context)
        if named is not None:
            edits = fitted(context.file, set_keyword(context.file, call, origins, named), settings)
            yield context.fix(f"Allow the origins of {named}", "suggested", edits)
    if credentials in arguments.keywords:
        edits = set_keyword(context.file, call, credentials, "False")
        yield context.fix("Turn credentials off", "suggested", edits)
        return
    unpacked = (keywords_with_unpacked(context.file, call) or {}).get(credentials)
    if unpacked is not None and unpacked.type == "true":
        yield context.fix("Turn credentials off", "suggested", replace_node(unpacked, "False"))
        return
    inside = [
        value
        for node in walk(call)
        if node.type == "pair" and string_value(node.child_by_field_name("key")) == credentials
        if (value := node.child_by_field_name("value")) is not None and value.type == "true"
    ]
    if inside:
        edits = [edit for value in inside for edit in replace_node(value, "False")]
        yield context.fix("Turn credentials off", "suggested", edits)


def _without_credentials(context: FixContext) -> list[TextEdit]:
    """The statement that sets the header of credentials by hand, taken out."""
    function = enclosing(context.node, "function_definition")
    for node in walk(function) if function is not None else ():
        if node.type == "expression_statement" and _CREDENTIALS.search(text_of(node)) is not None:
            return remove_statement(context.file, node)
    return []


def _let_through(context: FixContext, finding: Finding) -> Iterator[Fix]:
    function = _function(context, finding)
    if function is None:
        return
    code = _short_circuit(function)
    body = body_of(function)
    if code is None or not body:
        return
    file = context.file
    edits: list[TextEdit]
    if is_docstring(body[0]):
        if len(body) == 1:
            return
        edits = insert_after(file, body[0], code)
    else:
        edits = insert_before(file, body[0], code)
    yield context.fix("Let OPTIONS through", "safe", edits)


def _function(context: FixContext, finding: Finding) -> Node | None:
    decorated = context.node_of("decorated_definition", "function_definition")
    if decorated is not None and decorated.type == "decorated_definition":
        definition = decorated.child_by_field_name("definition")
        return definition if definition is not None and definition.type == "function_definition" else None
    node = expression_at(context)
    if finding.data["part"] == "hook" and node.type == "call":
        name = finding.data["symbol"]
        found = [each.node for each in context.file.functions if each.symbol == name]
        return found[0] if len(found) == 1 else None
    return decorated if decorated is not None else enclosing(node, "function_definition")


def _short_circuit(function: Node) -> str | None:
    """What lets an OPTIONS request through, in the words of the function's framework."""
    parameters = function.child_by_field_name("parameters")
    names = [parameter_name(child) for child in parameters.named_children] if parameters is not None else []
    name = text_of(function.child_by_field_name("name") or function)
    waits = "await " if function.children[0].type == "async" else ""
    if names[1:] == ["scope", "receive", "send"]:
        inner = "self.app"
        return (
            'if scope["type"] == "http" and scope["method"] == "OPTIONS":\n'
            f"    await {inner}(scope, receive, send)\n    return"
        )
    if not names:
        return 'if request.method == "OPTIONS":\n    return None'
    names = names[1:] if names[0] == "self" else names
    if len(names) == 2 and name not in ("process_view", "process_request"):
        return f'if {names[0]}.method == "OPTIONS":\n    return {waits}{names[1]}({names[0]})'
    if name in ("process_request", "process_view"):
        return f'if {names[0]}.method == "OPTIONS":\n    return None'
    if name == "__call__" and len(names) == 1:
        return f'if {names[0]}.method == "OPTIONS":\n    return {waits}self.get_response({names[0]})'
    if len(names) == 1 and enclosing(function, "class_definition") is None:
        return f'if {names[0]}.method == "OPTIONS":\n    return None'
    return None


ANALYZER = Analyzer(
    join=_join, joins=(CorsRegistration, MiddlewareStep, HookAdded, RejectsPreflight), fix=_fix
)
