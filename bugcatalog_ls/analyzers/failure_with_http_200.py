"""BC102: a route handler that returns a body which says that it failed, with status 200."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.facts.answered_routes import routes_of
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.failure_bodies import TEXTS, branch_of, handler_of, says_failure, sets_status
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.places import place
from bugcatalog_ls.facts.responses import RESPONSE_NAMES, RESPONSES, Answer, is_ok, pairs_of, read_answer
from bugcatalog_ls.facts.routers import RouterFact
from bugcatalog_ls.facts.routes import RouteFact
from bugcatalog_ls.syntax.edits import add_keyword, insert_at, replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    callee_of,
    constant_value,
    enclosing_function,
    string_value,
    text_of,
    unparenthesised,
)
from bugcatalog_ls.syntax.wrapping import fitted
from bugcatalog_ls.text.spans import Span, TextEdit

_PROTOCOLS = re.compile(
    r"webhook|lnurl|graphql|json_?rpc|(?:^|[/_.-])(?:rpc|hooks?|ipn|mcp|slack)(?:$|[/_.-])", re.I
)
_SPOKEN = re.compile(r"webhook|json_?rpc", re.I)
"""What a handler's own text says where it speaks one of the protocols that want status 200."""
_MISSING_TEXT = re.compile(r"\bnot found\b|\bdoes(?: not|n't) exist\b|\bno such\b", re.I)
_INPUT_ERRORS = frozenset({"ValidationError", "RequestValidationError", "JSONDecodeError", "BadRequest"})
_VALUE_ERRORS = frozenset({"ValueError", "TypeError", "KeyError", "UnicodeDecodeError"})
_REQUEST = re.compile(r"(?:flask|quart|self)\.request")
_CHECKS = re.compile(r"valid|match|check|allowed|(?:^|[._])is_")
_NAMES = {400: "BAD_REQUEST", 404: "NOT_FOUND", 500: "INTERNAL_SERVER_ERROR"}
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
            if answer is None or not says_failure(answer.body, value) or not is_ok(answer.status):
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


# -- what a body says ------------------------------------------------------------------------------


# -- fixes -----------------------------------------------------------------------------------------


def _fix(ctx: FixContext, finding: Finding) -> Iterator[Fix]:
    statement = ctx.node_of("return_statement")
    value = ctx.node
    answer = read_answer(ctx.file, value)
    if statement is None or answer is None:
        return
    framework = finding.data.get("framework", "")
    status = _status_for(ctx.file, value, answer)
    if answer.call is not None and answer.shape is not None and framework not in ("flask", "quart"):
        edits = _set_status(ctx.file, answer, status)
        if answer.tuple_status is None:
            yield _fitted(ctx, f"Answer with status {status}", edits)
    elif framework in ("flask", "quart"):
        yield _fitted(ctx, f"Answer with status {status}", _flask_status(value, answer, status))
    elif framework == "fastapi":
        yield from _fastapi_fixes(ctx, statement, value, answer, status)


def _fastapi_fixes(
    ctx: FixContext, statement: Node, value: Node, answer: Answer, status: int
) -> Iterator[Fix]:
    if answer.tuple_status is not None:
        number = constant_value(answer.tuple_status)
        status = number if isinstance(number, int) and number != 200 else status
    made = text_of(answer.body) if _stands_in(answer.body, value) else text_of(_first_item(value))
    # A comment among the pairs is kept with them.
    is_plain = not any(child.type == "comment" for child in answer.body.children)
    if is_plain and not _is_caught(statement) and _is_whole(statement, value):
        handler = handler_of(statement)
        edits, cause = _cause(ctx.file, handler) if handler is not None else ([], "")
        source = "fastapi"
        if _imports_from(ctx.file, "starlette.exceptions", "HTTPException"):
            source = "starlette.exceptions"
        name = ctx.imports().need(source, "HTTPException", at=statement.start_byte)
        detail = _detail(answer.body) if _stands_in(answer.body, value) else made
        raised = f"raise {name}(status_code={status}, detail={detail}){cause}"
        edits.append(TextEdit(Span(statement.start_byte, statement.end_byte), raised))
        yield _fitted(ctx, f"Raise HTTPException with status {status}", edits)
    module = "fastapi.responses"
    if _imports_from(ctx.file, "starlette.responses", "JSONResponse"):
        module = "starlette.responses"
    name = ctx.imports().need(module, "JSONResponse", at=statement.start_byte)
    response = f"{name}(status_code={status}, content={made})"
    yield _fitted(ctx, f"Answer with JSONResponse and status {status}", replace_node(value, response))


def _fitted(ctx: FixContext, title: str, edits: list[TextEdit]) -> Fix:
    return ctx.fix(title, "suggested", fitted(ctx.file, edits, ctx.read("pyproject.toml")))


def _is_whole(statement: Node, value: Node) -> bool:
    """Whether a value is all that a statement returns, and no side of an alternative."""
    return (
        bool(statement.named_children)
        and statement.named_children[0].end_byte == value.end_byte
        and (statement.named_children[0].start_byte == value.start_byte)
    )


def _stands_in(body: Node, value: Node) -> bool:
    return value.start_byte <= body.start_byte and body.end_byte <= value.end_byte


def _first_item(value: Node) -> Node:
    value = unparenthesised(value)
    return value.named_children[0] if value.type in ("tuple", "expression_list") else value


def _imports_from(file: PyFile, module: str, name: str) -> bool:
    bindings = file.scopes.module.bindings.get(name, ())
    return any(binding.target == f"{module}.{name}" for binding in bindings)


def _detail(body: Node) -> str:
    """What the answer says in words; the whole body where it says more than that."""
    pairs = [(key, value) for key, value in pairs_of(body) if key]
    said = dict(pairs)
    marks = {"success", "ok", "status"}
    for key in TEXTS:
        value = said.get(key)
        if value is not None and value.type not in ("true", "false", "none", "dictionary"):
            rest = {other for other in said if other not in marks and other != key}
            if rest == {"error"} and said["error"].type == "true":
                rest = set()
            if not rest and len(pairs) == len(pairs_of(body)):
                return text_of(value)
    return text_of(body)


def _cause(file: PyFile, handler: Node) -> tuple[list[TextEdit], str]:
    """`from exc`, and the edit that names the exception where the handler does not."""
    caught = [child for child in handler.named_children if child.type not in ("block", "comment")]
    if not caught:
        return [], ""
    if caught[0].type == "as_pattern":
        alias = caught[0].child_by_field_name("alias")
        return [], f" from {text_of(alias)}" if alias is not None else ""
    name = "exc"
    while file.scopes.lookup(name, handler.start_byte) is not None:
        name += "_"
    return [insert_at(caught[0].end_byte, f" as {name}")], f" from {name}"


def _is_caught(statement: Node) -> bool:
    """Whether an HTTPException raised there would end in a handler of the same function."""
    inner = statement
    for parent in ancestors(statement):
        if parent.type == "function_definition":
            return False
        body = parent.child_by_field_name("body") if parent.type == "try_statement" else None
        if body is not None and body.id == inner.id:
            for handler in parent.children:
                if handler.type != "except_clause":
                    continue
                written = text_of(handler).split(":")[0]
                if not written[6:].strip() or re.search(r"\b(Base)?Exception\b|HTTPException", written):
                    return True
        inner = parent
    return False


def _flask_status(value: Node, answer: Answer, status: int) -> list[TextEdit]:
    if answer.call is not None and answer.status is not None and _stands_in(answer.status, value):
        return replace_node(answer.status, _like(answer.status, status))
    items = unparenthesised(value)
    if items.type in ("tuple", "expression_list"):
        if answer.tuple_status is not None:
            return replace_node(answer.tuple_status, _like(answer.tuple_status, status))
        return [insert_at(items.named_children[0].end_byte, f", {status}")]
    if value.parent is not None and value.parent.type == "conditional_expression":
        return [insert_at(value.start_byte, "("), insert_at(value.end_byte, f", {status})")]
    return [insert_at(value.end_byte, f", {status}")]


def _set_status(file: PyFile, answer: Answer, status: int) -> list[TextEdit]:
    assert answer.call is not None
    assert answer.shape is not None
    if answer.status is not None:
        return replace_node(answer.status, _like(answer.status, status))
    written = str(status)
    bindings = file.scopes.module.bindings.get("status", ())
    if any(binding.target in ("rest_framework.status", "fastapi.status") for binding in bindings):
        written = f"status.HTTP_{status}_{_NAMES[status]}" if status in _NAMES else written
    return add_keyword(file, answer.call, answer.shape.status, written)


def _like(old: Node, status: int) -> str:
    """A status in the way that another is written: a number, or a name of the same collection."""
    written = text_of(old)
    owner, dot, name = written.removesuffix(".value").rpartition(".")
    tail = ".value" if written.endswith(".value") else ""
    if dot and name == "HTTP_200_OK":
        return f"{owner}.HTTP_{status}_{_NAMES[status]}{tail}"
    if dot and name == "OK":
        return f"{owner}.{_NAMES[status]}{tail}"
    return str(status)


def _status_for(file: PyFile, returned: Node, answer: Answer) -> int:
    """400 where the branch looks at what the client sent, 404 where the text says so, else 500."""
    values = [value for key, value in pairs_of(answer.body) if key in TEXTS]
    texts = [string_value(value) or (text_of(value) if value.type == "string" else "") for value in values]
    handler = handler_of(returned)
    if any(_MISSING_TEXT.search(text) for text in texts):
        return 404
    if handler is not None:
        return 400 if _is_input_error(handler) else 500
    branch = branch_of(returned)
    condition = None
    if branch is not None and branch.type == "conditional_expression":
        condition = branch.named_children[1]
    if branch is not None and branch.type == "if_statement":
        condition = branch.child_by_field_name("condition")
        for clause in branch.children_by_field_name("alternative"):
            if clause.start_byte <= returned.start_byte < clause.end_byte:
                condition = clause.child_by_field_name("condition") or condition
    if condition is None:
        return 500
    return 400 if any(_is_input(file, node, 4) for node in _tested(file, condition)) else 500


def _tested(file: PyFile, condition: Node) -> Iterator[Node]:
    """What a condition looks at itself; what it hands to other functions these look at."""
    stack = [condition]
    while stack:
        node = stack.pop()
        yield node
        if node.type == "call":
            symbol = file.callee(node) or ""
            if not symbol.startswith(("builtins.", "re.")) and not _CHECKS.search(
                text_of(callee_of(node) or node)
            ):
                stack.extend(child for child in node.named_children if child.type != "argument_list")
                continue
        stack.extend(node.named_children)


def _is_input_error(handler: Node) -> bool:
    header = text_of(handler).split(":")[0]
    names = set(re.findall(r"\w+", header))
    if names & _INPUT_ERRORS:
        return True
    body = handler.parent.child_by_field_name("body") if handler.parent is not None else None
    return bool(names & _VALUE_ERRORS) and body is not None and bool(re.search(r"\brequest\b", text_of(body)))


def _is_input(file: PyFile, node: Node, depth: int) -> bool:
    """Whether an expression reads what the client sent: the request, or a parameter of the handler."""
    if node.type == "call" and re.search(r"\bvalid", text_of(callee_of(node) or node)):
        return True
    if node.type == "attribute" and text_of(node).endswith((".validated_data", ".cleaned_data")):
        return True
    if node.type == "attribute" and _REQUEST.fullmatch(text_of(node)):
        return True
    if node.type != "identifier" or depth == 0:
        return False
    if text_of(node) == "request":
        return True
    bindings = file.names.bindings(node)
    if len(bindings) != 1:
        return False
    binding = bindings[0]
    if binding.kind == "parameter":
        given = text_of(binding.node)
        return text_of(node) not in ("self", "cls") and "Depends" not in given and "Security" not in given
    if binding.kind not in ("assign", "walrus", "annotation") or binding.value is None:
        return False
    root = binding.value
    while (owner := _read_from(root)) is not None:
        if _REQUEST.fullmatch(text_of(root)):
            return True
        root = owner
    return _is_input(file, root, depth - 1)


def _read_from(node: Node) -> Node | None:
    """What an expression takes its value from: `payload` of `payload.get("name", "").strip()`."""
    if node.type in ("await", "parenthesized_expression", "boolean_operator") and node.named_children:
        return node.named_children[0]
    if node.type == "call":
        called = callee_of(node)
        return called if called is not None and called.type == "attribute" else None
    if node.type == "attribute":
        return node.child_by_field_name("object")
    return node.child_by_field_name("value") if node.type == "subscript" else None


ANALYZER = Analyzer(collect=_collect, join=_join, joins=(FailingReturn,), fix=_fix)
