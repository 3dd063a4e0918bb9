"""BC606: health checks that raise when they are needed, or say 200 when something failed."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.file_loggers import file_logger
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.analysis.status_parameters import (
    declared_answer,
    is_mapping,
    status_edits,
    status_parameter,
)
from bugcatalog_ls.facts.answered_routes import routes_of
from bugcatalog_ls.facts.asked_services import last_asking
from bugcatalog_ls.facts.guarded_functions import catches_all, function_behind
from bugcatalog_ls.facts.health_checks import HealthRisk, failing_condition, is_health_route, says_failure
from bugcatalog_ls.facts.logger_edits import context_name
from bugcatalog_ls.facts.noted_outcomes import failing_state, is_shared, noted_failure, noted_success
from bugcatalog_ls.facts.raised_answers import passed_on
from bugcatalog_ls.facts.responses import Answer, is_ok, pairs_of, read_answer
from bugcatalog_ls.syntax.edits import add_item, insert_at, replace_node, set_keyword
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, called_name, enclosing, string_value, text_of, walk
from bugcatalog_ls.syntax.nodes import statement_of as statement_around
from bugcatalog_ls.syntax.statement_edits import block_indent, insert_before, wrap
from bugcatalog_ls.syntax.wrapping import fitted, fitted_code
from bugcatalog_ls.text.spans import TextEdit

_WRAPPED = ("expression_statement", "with_statement", "return_statement", "if_statement")
_STATUS_KEYWORDS = {"JSONResponse": "status_code", "JsonResponse": "status", "Response": "status"}
_WORKS, _FAILS = ("is_up", "is_working"), ("is_down", "is_failing")
_SAYS_STATE = frozenset(
    {"status", "state", "health", "healthy", "ok", "success", "ready", "alive", "live", "up", "result"}
    | {"error", "errors", "detail", "message", "msg", "reason", "is_healthy", "is_ready"}
)
_AIOHTTP = ("aiohttp.web.json_response", "aiohttp.web.Response")


def _join(context: JoinContext) -> Iterator[Finding]:
    index = context.index
    for risk in index.in_file(context.path, HealthRisk):
        if not is_health_route(index, risk):
            continue
        name = risk.function.rpartition(".")[2]
        data = {"kind": risk.kind, "part": risk.part, "framework": _framework(context, risk)}
        if risk.kind == "failure":
            yield context.find(risk.anchor, f"{name} answers 200 when something has failed", data=data)
            continue
        found = function_behind(index, risk.called, context.path) if risk.called is not None else None
        if found is None or not catches_all(index, found[1].symbol):
            message = f"an error of {risk.written} makes the health check {name} fail unexplained"
            yield context.find(risk.anchor, message, variant="unguarded", data=data)


def _framework(context: JoinContext, risk: HealthRisk) -> str:
    routes = routes_of(context.index, risk.function)
    return (routes[0].framework or "") if routes else ""


# -- mending ---------------------------------------------------------------------------------------


def _fix(context: FixContext, finding: Finding) -> Iterator[Fix]:
    part, framework = finding.data["part"], finding.data["framework"]
    settings = context.read("pyproject.toml")
    if finding.data["kind"] == "failure":
        statement = context.node_of("return_statement")
        value = statement.named_children[0] if statement is not None and statement.named_children else None
        edits = _answer_503(context, value, part, framework) if value is not None else []
        if edits:
            edits = fitted(context.file, edits, settings)
            yield context.fix("Answer 503 and name what failed", "safe", edits)
        return
    call = context.node_of("call")
    if call is None:
        return
    statement = statement_around(call)
    if statement.type not in _WRAPPED:
        return
    made = _ending(context, call, part, framework)
    if made is None:
        return
    caught, answer, more = made
    logger = file_logger(context)
    name = context_name(context.file, call)
    last = last_asking(context.file, statement)
    footer = passed_on(statement, last)
    footer += f'{caught}\n    {logger.name}.exception("{name} failed")\n    {answer}'
    footer = fitted_code(context.file, footer, block_indent(context.file, statement), settings)
    edits = fitted(context.file, [*more, *wrap(context.file, statement, last, "try:", footer)], settings)
    yield context.fix(f"Answer 503 where the {part} fails", "safe", edits)


def _ending(
    context: FixContext, call: Node, part: str, framework: str
) -> tuple[str, str, list[TextEdit]] | None:
    """The handler's header, the statements that answer 503 in it, and the edits that these need."""
    function = enclosing(call, "function_definition")
    declared = declared_answer(function) if function is not None and framework == "fastapi" else None
    if function is None or declared is None:
        answer = _unavailable(context, part, framework)
        return ("except Exception:", f"return {answer}", []) if answer is not None else None
    set_by = status_parameter(context, function) if is_mapping(declared) else None
    if set_by is not None:
        body = f'{{"status": "unavailable", "failing": "{part}"}}'
        return "except Exception:", f"{set_by[0]}.status_code = 503\n    return {body}", set_by[1]
    raised = context.imports().need("fastapi", "HTTPException", at=call.start_byte)
    names = {text_of(node) for node in walk(function) if node.type == "identifier"}
    name = next(name for name in ("exc", "error", "failure") if name not in names or name == "failure")
    detail = f'detail="{part} is unavailable"'
    return f"except Exception as {name}:", f"raise {raised}(status_code=503, {detail}) from {name}", []


def _unavailable(context: FixContext, part: str, framework: str) -> str | None:
    """The answer of a failed check, in the words of the framework."""
    body = f'{{"status": "unavailable", "failing": "{part}"}}'
    at = context.span.start
    match framework:
        case "fastapi" | "starlette":
            response = context.imports().need(f"{framework}.responses", "JSONResponse", at=at)
            return f"{response}(status_code=503, content={body})"
        case "flask" | "quart":
            jsonify = context.imports().need(framework, "jsonify", at=at)
            return f"{jsonify}({body}), 503"
        case "django":
            response = context.imports().need("django.http", "JsonResponse", at=at)
            return f"{response}({body}, status=503)"
        case "drf":
            response = context.imports().need("rest_framework.response", "Response", at=at)
            return f"{response}({body}, status=503)"
        case "aiohttp":
            web = context.imports().need("aiohttp", "web", at=at)
            return f"{web}.json_response({body}, status=503)"
    return None


def _answer_503(context: FixContext, value: Node, part: str, framework: str) -> list[TextEdit]:
    file = context.file
    answer = read_answer(file, value)
    if any(node.type == "conditional_expression" for node in walk(value)):
        return _by_condition(context, value, answer, framework)
    statement, function = statement_around(value), enclosing(value, "function_definition")
    if value.type != "identifier" and function is not None and is_shared(function, statement):
        failed = failing_state(function, statement)
        return _with_status(context, value, answer, framework, _status_by(failed)) if failed else []
    named = _named(context, answer.body, part) if answer is not None else []
    if answer is not None and answer.call is not None and answer.shape is not None and answer.shape.status:
        return [*named, *set_keyword(file, answer.call, answer.shape.status, "503")]
    if answer is not None and answer.tuple_status is not None:
        return [*named, *replace_node(answer.tuple_status, "503")]
    if value.type in ("expression_list", "tuple") and framework in ("flask", "quart"):
        given = [child for child in value.named_children if child.type != "comment"]
        if (
            len(given) > 1
            and text_of(given[0])[0] in "\"'"
            and is_ok(given[1])
            and given[1].type == "integer"
        ):
            return replace_node(given[1], "503")
    if value.type == "call" and (file.callee(value) or "") in _AIOHTTP:
        body = next(iter(arguments_of(value).positional), None)
        named = _named(context, body, part) if body is not None else []
        return [*named, *set_keyword(file, value, "status", "503")]
    if value.type == "call":
        keyword = _STATUS_KEYWORDS.get(called_name(value))
        if keyword is not None and framework in ("fastapi", "starlette"):
            return set_keyword(file, value, "status_code", "503")
    edits = status_edits(context, value, framework, "503") if value.type in ("dictionary", "call") else None
    if edits is not None:
        return [*edits, *named] if edits else []
    if value.type == "identifier":
        return _by_noted(context, value, framework)
    if answer is None and value.type not in ("dictionary", "call", "string"):
        return []
    if framework in ("flask", "quart"):
        return [*named, insert_at(value.end_byte, ", 503")]
    if framework in ("fastapi", "starlette") and (
        answer is not None or value.type in ("dictionary", "string")
    ):
        response = context.imports().need(f"{framework}.responses", "JSONResponse", at=value.start_byte)
        return [
            insert_at(value.start_byte, f"{response}(status_code=503, content="),
            *named,
            insert_at(value.end_byte, ")"),
        ]
    return []


def _by_condition(context: FixContext, value: Node, answer: Answer | None, framework: str) -> list[TextEdit]:
    """A status that follows from the one condition that the body tells the state by."""
    condition = failing_condition(value)
    if condition is None or answer is None:
        return []
    asked, fails_where_true = condition
    first, second = ("503", "200") if fails_where_true else ("200", "503")
    written, edits = text_of(asked), list[TextEdit]()
    if any(node.type in ("call", "named_expression") for node in (asked, *walk(asked))):
        # Asked once: the second answer may be another one.
        written = _unused(context.file, asked, _FAILS if fails_where_true else _WORKS)
        edits += insert_before(context.file, statement_around(value), f"{written} = {text_of(asked)}")
        edits += replace_node(asked, written)
    status = f"{first} if {written} else {second}"
    found = _with_status(context, value, answer, framework, status)
    return [*edits, *found] if found else []


def _with_status(
    context: FixContext, value: Node, answer: Answer | None, framework: str, status: str
) -> list[TextEdit]:
    """Give an answer a status that depends on what was found."""
    if answer is None:
        keyword = _STATUS_KEYWORDS.get(called_name(value)) if value.type == "call" else None
        if keyword is not None and framework in ("fastapi", "starlette"):
            return set_keyword(context.file, value, "status_code", status)
        if keyword is not None and framework in ("django", "drf"):
            return set_keyword(context.file, value, "status", status)
        if value.type == "call" and called_name(value) == "jsonify":
            return [insert_at(value.end_byte, f", {status}")]
        return []
    if answer.call is not None and answer.shape is not None and answer.shape.status:
        return set_keyword(context.file, answer.call, answer.shape.status, status)
    if answer.tuple_status is not None:
        return replace_node(answer.tuple_status, status)
    if framework in ("flask", "quart"):
        return [insert_at(value.end_byte, f", {status}")]
    if framework not in ("fastapi", "starlette"):
        return []
    if (edits := status_edits(context, value, framework, status)) is not None:
        return edits
    response = context.imports().need(f"{framework}.responses", "JSONResponse", at=value.start_byte)
    start = f"{response}(status_code={status}, content="
    return [insert_at(value.start_byte, start), insert_at(value.end_byte, ")")]


def _unused(file: PyFile, at: Node, names: tuple[str, ...]) -> str:
    return next(
        (name for name in names if file.scopes.lookup(name, at.start_byte) is None), f"{names[0]}_now"
    )


def _status_by(failed: str) -> str:
    working = failed.removeprefix("not ")
    return (
        f"200 if {working} else 503"
        if working.isidentifier() and working != failed
        else f"503 if {failed} else 200"
    )


def _by_noted(context: FixContext, value: Node, framework: str) -> list[TextEdit]:
    """A status that follows from what the returned mapping notes of each part."""
    function, name = enclosing(value, "function_definition"), text_of(value)
    literal = noted_failure(function, name) if function is not None else None
    working = noted_success(function, name) if function is not None else None
    statement = statement_around(value)
    failed = failing_state(function, statement) if function is not None else None
    if literal is not None:
        status = f"503 if {literal} in {name}.values() else 200"
    elif working is not None:
        status = f"200 if all(part == {working} for part in {name}.values()) else 503"
    elif failed is not None:
        status = _status_by(failed)
    else:
        return []
    if framework in ("flask", "quart"):
        return [insert_at(value.end_byte, f", {status}")]
    if framework not in ("fastapi", "starlette"):
        return []
    if (edits := status_edits(context, value, framework, status)) is not None:
        return edits
    response = context.imports().need(f"{framework}.responses", "JSONResponse", at=value.start_byte)
    return replace_node(value, f"{response}(status_code={status}, content={name})")


def _named(context: FixContext, body: Node, part: str) -> list[TextEdit]:
    """The failing part in the body of an answer, unless its keys or words tell it."""
    told = pairs_of(body)
    keys = {key or "" for key, _ in told}
    words = " ".join((string_value(value) or "").lower() for _, value in told)
    if not told or None in (key for key, _ in told) or {"failing", part} & keys or part in words:
        return []
    if any(key not in _SAYS_STATE and says_failure(f'"{key}": {text_of(value)}') for key, value in told):
        return []  # `"redis": False`, `"db": "unreachable"`
    if body.type == "call":
        return set_keyword(context.file, body, "failing", f'"{part}"')
    pairs = [child for child in body.named_children if child.type == "pair"]
    if body.type != "dictionary" or len(pairs) != body.named_child_count:
        return []
    return add_item(context.file, body, pairs, len(pairs), f'"failing": "{part}"')


ANALYZER = Analyzer(join=_join, joins=(HealthRisk,), fix=_fix)
