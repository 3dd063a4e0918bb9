"""BC604: handlers of last resort that can raise themselves, or answer what nobody can trace."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.analysis.handler_guards import flask_or_quart, guard_handler
from bugcatalog_ls.facts.error_handlers import (
    AppMade,
    Generic500,
    GlobalHandler,
    HandlerAnswer,
    HandlerRisk,
    RequestIdSource,
)
from bugcatalog_ls.facts.guarded_functions import catches_all, function_behind
from bugcatalog_ls.facts.log_names import is_log_owner
from bugcatalog_ls.facts.loggers import LEVELS
from bugcatalog_ls.facts.responses import read_answer
from bugcatalog_ls.syntax.edits import add_item, insert_at, replace_node
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    body_of,
    callee_of,
    enclosing,
    is_docstring,
    text_of,
    walk,
)
from bugcatalog_ls.syntax.statement_edits import insert_before
from bugcatalog_ls.text.spans import TextEdit


def _join(context: JoinContext) -> Iterator[Finding]:
    index, path = context.index, context.path
    for risk in index.in_file(path, HandlerRisk):
        framework = risk.framework or _framework(context, risk.function)
        if not framework:
            continue
        found = function_behind(index, risk.called, path) if risk.called is not None else None
        if found is not None and catches_all(index, found[1].symbol):
            continue
        name = risk.function.rpartition(".")[2]
        message = f"{risk.written} can raise in {name}, behind which nothing answers any more"
        yield context.find(risk.anchor, message, data={"kind": risk.risk, "framework": framework})
    sources = [fact for _, fact in index.get(RequestIdSource, "request id")]
    for answer in index.in_file(path, HandlerAnswer) if sources else ():
        framework = answer.framework or _framework(context, answer.function)
        wanted = "g" if framework == "flask" else "state"
        source = next((fact for fact in sources if fact.kind == wanted), None)
        if framework and source is not None:
            message = f"the answer holds no {source.name}, so that nobody finds the log record of this error"
            data = {"kind": "trace", "framework": framework, "id": source.name}
            yield context.find(answer.anchor, message, variant="untraceable", data=data)
    yield from _missing(context)


def _framework(context: JoinContext, function: str) -> str:
    """The framework that a function is registered with for every exception; empty if it is not."""
    for path, handler in context.index.get(GlobalHandler, function.rpartition(".")[2]):
        found = function_behind(context.index, handler.symbol, path)
        if found is not None and found[1].symbol == function:
            return handler.framework
    return ""


def _missing(context: JoinContext) -> Iterator[Finding]:
    index = context.index
    apps = index.in_file(context.path, AppMade)
    if not apps or index.keys(GlobalHandler) or not index.get(Generic500, "500"):
        return
    message = "no handler answers for Exception, and each route makes its own generic 500"
    yield context.find(apps[0].anchor, message, variant="missing")


# -- mending ---------------------------------------------------------------------------------------


def _fix(context: FixContext, finding: Finding) -> Iterator[Fix]:
    match finding.data.get("kind", ""):
        case "state" | "error":
            node = context.node_of("attribute", "identifier")
            while node is not None and node.parent is not None and node.parent.type == "attribute":
                node = node.parent
            if node is None or node.type != "attribute" or _is_owner(node) or _is_on_all(node):
                yield from _wrap_handler(context, finding.data["framework"])
                return
            name, read = text_of(node.named_children[-1]), _with_defaults(node, context.span.end)
            yield context.fix(f"Read {name} with a default", "safe", replace_node(node, read))
        case "io":
            yield from _wrap_handler(context, finding.data["framework"])
        case "trace":
            yield from _add_id(context, finding)


def _is_owner(node: Node) -> bool:
    """Whether what is read is called or looked into at once, for which no default will do."""
    parent = node.parent
    return parent is not None and parent.type in ("call", "subscript") and parent.children[0].id == node.id


def _is_on_all(node: Node) -> bool:
    """Whether every exception has it, so that a default would mend nothing: `exc.args`."""
    return text_of(node.named_children[-1]) == "args" and node.named_children[0].type == "identifier"


def _with_defaults(node: Node, end: int) -> str:
    """An attribute with a default, and those of what it gives, from the one that ends at `end` on."""
    owner, name = node.named_children[0], text_of(node.named_children[-1])
    inner = _with_defaults(owner, end) if owner.type == "attribute" and end <= owner.end_byte else None
    default = "500" if name in ("status_code", "http_status", "status") or _is_status(node) else "None"
    return f'getattr({inner or text_of(owner)}, "{name}", {default})'


def _is_status(node: Node) -> bool:
    """Whether an attribute is the status of an answer: `return jsonify(…), e.code`."""
    parent = node.parent
    if parent is None:
        return False
    name = parent.child_by_field_name("name") if parent.type == "keyword_argument" else None
    if name is not None:
        return text_of(name) in ("status", "status_code")
    is_returned = parent.parent is not None and parent.parent.type == "return_statement"
    return (
        parent.type in ("expression_list", "tuple") and is_returned and parent.named_children[1:2] == [node]
    )


def _wrap_handler(context: FixContext, framework: str) -> Iterator[Fix]:
    edits = guard_handler(context, framework)
    if edits:
        yield context.fix("Fall back to a plain 500", "safe", edits)


def _add_id(context: FixContext, finding: Finding) -> Iterator[Fix]:
    """The id into the body and the log of a handler."""
    file, name = context.file, finding.data["id"]
    value = file.root.named_descendant_for_byte_range(context.span.start, context.span.end)
    function = enclosing(value, "function_definition") if value is not None else None
    answer = read_answer(file, value) if value is not None else None
    if function is None or answer is None or answer.body.type != "dictionary":
        return
    scope = file.scopes.of(function)
    if finding.data["framework"] == "flask":
        library = flask_or_quart(file, function)
        g = context.imports().need(library, "g", at=context.span.start)
        read = f'{g}.get("{name}")'
    else:
        parameters = (
            [n for n, bs in scope.bindings.items() if bs[0].kind == "parameter"] if scope is not None else []
        )
        request = next((parameter for parameter in parameters if "req" in parameter), None)
        if request is None:
            return
        read = f'getattr({request}.state, "{name}", None)'
    first = next(statement for statement in body_of(function) if not is_docstring(statement))
    pairs = [child for child in answer.body.named_children if child.type == "pair"]
    edits: list[TextEdit] = insert_before(file, first, f"{name} = {read}")
    edits += add_item(file, answer.body, pairs, len(pairs), f'"{name}": {name}')
    edits += _in_log(function, name)
    yield context.fix(f"Put the {name} into the answer and the log", "safe", edits)


def _in_log(function: Node, name: str) -> list[TextEdit]:
    for call in (node for node in walk(function) if node.type == "call"):
        called = text_of(callee_of(call) or call)
        message = next(iter(arguments_of(call).positional), None)
        is_log = called.rpartition(".")[2] in LEVELS and is_log_owner(called.rpartition(".")[0])
        if is_log and message is not None and message.type == "string" and text_of(message)[0] in "\"'":
            end = message.end_byte - (3 if text_of(message).endswith(('"""', "'''")) else 1)
            last = arguments_of(call).positional[-1]
            return [insert_at(end, f", {name}=%s"), insert_at(last.end_byte, f", {name}")]
    return []


ANALYZER = Analyzer(join=_join, joins=(AppMade, HandlerAnswer, HandlerRisk), fix=_fix, from_absence=True)
