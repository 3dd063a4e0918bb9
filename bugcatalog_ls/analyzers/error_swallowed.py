"""BC601: exceptions whose message nobody gets to see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FileContext, FixContext, JoinContext, is_test_path
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.loggers import logging_method, module_logger
from bugcatalog_ls.syntax.edits import insert_at, set_keyword
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    arguments_of,
    body_of,
    callee_of,
    constant_value,
    enclosing,
    is_docstring,
    statement_of,
    statements,
    text_of,
    unparenthesised,
    walk,
)
from bugcatalog_ls.syntax.statement_edits import insert_before, replace_statement
from bugcatalog_ls.text.spans import Span, TextEdit

_HANDLERS = ("except_clause", "except_group_clause")
_BROAD = frozenset({"builtins.Exception", "builtins.BaseException"})
_SUPPRESS = frozenset({"contextlib.suppress"})
# Ends of a program or iteration: they have no cause that anybody would ask for.
_ENDS = re.compile(r"(?:^|\.)(?:SystemExit|StopIteration|StopAsyncIteration|KeyboardInterrupt|Exit|Abort)$")
_CLEAN_UP = frozenset(
    {
        *("close", "aclose", "cancel", "terminate", "kill", "disconnect", "shutdown", "cleanup", "unlink"),
        *("remove", "rmtree", "stop", "release", "wait_closed", "join", "quit", "unsubscribe", "detach"),
    }
)
_HARMLESS = frozenset({"rollback", "close", "aclose"})
_DIRECTIVE = re.compile(
    r"(?:noqa|nosec|pragma|type:|pylint:|mypy:|pyright:|ruff:|fmt:|isort:|NOQA)[^#]*?(?=$|#|\s[-–—]\s|\s--\s)"
)


def _check(context: FileContext) -> Iterator[Finding]:
    if context.is_test:
        return
    file = context.file
    for handler in file.nodes("except_clause"):
        if _swallows(file, handler):
            yield context.find(_header(handler), "the exception is caught here and what it said is lost")
    for call in file.nodes("call"):
        name = text_of(callee_of(call) or call)
        if name.endswith("suppress") and _suppresses_all(file, call):
            yield context.find(call, "every exception is suppressed here and what it said is lost")
        elif name.endswith("gather") and _drops_results(file, call):
            yield context.find(call, "gather returns the exceptions, and nobody reads its results")
    yield from _raises(context)


def _raises(context: FileContext) -> Iterator[Finding]:
    for statement in context.file.nodes("raise_statement"):
        handler = _handler_of(statement)
        if handler is None or statement.child_by_field_name("cause") is not None:
            continue
        raised = statement.named_children[0] if statement.named_children else None
        caught = _alias(handler)
        if raised is None or not _is_new(context.file, raised, caught):
            continue
        name = text_of(callee_of(raised) or raised) if raised.type == "call" else text_of(raised)
        if caught is not None and _mentions(raised, caught):
            yield context.find(statement, f"{name} is raised without its cause", variant="unchained")
        else:
            message = f"{name} is raised without its cause, and its message does not tell it either"
            yield context.find(statement, message, variant="uncaused")


# -- swallowed ---------------------------------------------------------------------------------------


def _swallows(file: PyFile, handler: Node) -> bool:
    if not _is_broad(file, handler):
        return False
    body = body_of(handler)
    caught = _alias(handler)
    if not body or not all(_is_silent(file, statement, caught) for statement in body):
        return False
    if all(_is_harmless_call(statement) for statement in body):
        return False
    return not (_has_reason(file, handler) or _is_clean_up(file, handler) or _is_reported(handler))


def _is_broad(file: PyFile, handler: Node) -> bool:
    """Whether a handler catches everything: bare, `Exception`, or a tuple that holds it."""
    kind = _caught(handler)
    if kind is None:
        return True
    kinds = kind.named_children if kind.type == "tuple" else [kind]
    return any(file.symbol(unparenthesised(each)) in _BROAD for each in kinds)


def _caught(handler: Node) -> Node | None:
    value = next((child for child in handler.named_children if child.type not in ("block", "comment")), None)
    if value is not None and value.type == "as_pattern":
        value = value.named_children[0]
    return unparenthesised(value) if value is not None else None


def _alias(handler: Node) -> str | None:
    value = next((child for child in handler.named_children if child.type == "as_pattern"), None)
    alias = value.child_by_field_name("alias") if value is not None else None
    return text_of(alias) if alias is not None else None


def _header(handler: Node) -> Span:
    last = handler.children[0]
    for child in handler.children:
        if child.type in (":", "block"):
            break
        last = child
    return Span(handler.start_byte, last.end_byte)


def _is_silent(file: PyFile, statement: Node, caught: str | None) -> bool:
    match statement.type:
        case "pass_statement" | "continue_statement" | "break_statement":
            return True
        case "expression_statement":
            value = statement.named_children[0] if statement.named_children else None
            return (
                is_docstring(statement)
                or (value is not None and value.type == "ellipsis")
                or _is_harmless_call(statement)
            )
        case "return_statement":
            value = statement.named_children[0] if statement.named_children else None
            return value is None or (_is_generic(file, value) and not _mentions(value, caught))
    return False


def _is_harmless_call(statement: Node) -> bool:
    """`session.rollback()`: it sets things right, but tells nobody."""
    value = statement.named_children[0] if statement.named_children else None
    if statement.type != "expression_statement" or value is None:
        return False
    if value.type == "await" and value.named_children:
        value = value.named_children[0]
    return value.type == "call" and _called_name(value) in _HARMLESS


def _is_generic(file: PyFile, value: Node) -> bool:
    """A constant, a literal made of constants and names, or an answer of a framework made of these."""
    value = unparenthesised(value)
    if constant_value(value) is not ...:
        return True
    match value.type:
        case "identifier":
            return text_of(value).isupper()
        case "list" | "dictionary" | "tuple" | "set" | "expression_list":
            return all(_is_plain(file, child) for child in value.named_children)
        case "call":
            return _is_answer(file, value)
    return False


def _is_plain(file: PyFile, value: Node) -> bool:
    if value.type == "pair":
        inner = value.child_by_field_name("value")
        return inner is not None and _is_plain(file, inner)
    if value.type in ("identifier", "attribute", "comment"):
        return True
    if value.type == "string":
        return not any(child.type == "call" for child in walk(value))
    return _is_generic(file, value)


_ANSWERS = (
    "flask.jsonify",
    "flask.Response",
    "flask.make_response",
    "quart.jsonify",
    "fastapi.Response",
    "fastapi.responses.",
    "starlette.responses.",
    "django.http.",
    "rest_framework.response.Response",
    "aiohttp.web.",
    "sanic.response.",
    "builtins.dict",
    "builtins.list",
    "builtins.set",
    "builtins.tuple",
)


def _is_answer(file: PyFile, call: Node) -> bool:
    symbol = file.callee(call)
    if symbol is None or not symbol.startswith(_ANSWERS):
        return False
    arguments = arguments_of(call)
    if arguments.list_unpacked or arguments.dict_unpacked:
        return False
    return all(_is_plain(file, value) for value in (*arguments.positional, *arguments.keywords.values()))


def _has_reason(file: PyFile, node: Node) -> bool:
    """Whether a comment on these lines, or right above, says why; directives of tools are no reason."""
    lines = file.source.lines
    first = lines.row_of(node.start_byte)
    last = lines.row_of(node.end_byte)
    above = file.source.lines.line(first - 1).strip() if first > 0 else ""
    texts = [above] if above.startswith("#") else []
    for comment in file.nodes("comment"):
        if first <= lines.row_of(comment.start_byte) <= last:
            texts.append(file.text(comment))
    return any(_is_reason(text) for text in texts)


def _is_reason(comment: str) -> bool:
    words = re.findall(r"[^\W\d_]{2,}", _DIRECTIVE.sub("", comment.lstrip("# ")))
    return len(words) >= 2 and words[0].upper() not in ("TODO", "FIXME", "XXX")


def _is_clean_up(file: PyFile, handler: Node) -> bool:
    """Clean-up, which must not raise: in `__del__`, in a `finally`, or a `try` of nothing else."""
    attempt = handler.parent
    if attempt is None:
        return False
    for parent in ancestors(attempt):
        if parent.type == "finally_clause":
            return True
        if parent.type == "function_definition":
            name = parent.child_by_field_name("name")
            if name is not None and text_of(name) == "__del__":
                return True
            break
    tried = body_of(attempt)
    if tried and all(statement.type in ("import_statement", "import_from_statement") for statement in tried):
        return True
    return bool(tried) and all(_cleans_up(statement) for statement in tried)


def _cleans_up(statement: Node) -> bool:
    if statement.type == "if_statement":
        inner = body_of(statement)
        return bool(inner) and all(_cleans_up(child) for child in inner)
    if statement.type in ("pass_statement", "import_statement", "import_from_statement"):
        return True
    value = statement.named_children[0] if statement.named_children else None
    if statement.type != "expression_statement" or value is None:
        return False
    if value.type == "await" and value.named_children:
        value = value.named_children[0]
    return value.type == "call" and _called_name(value) in _CLEAN_UP


def _called_name(call: Node) -> str:
    return text_of(callee_of(call) or call).rpartition(".")[2]


def _is_reported(handler: Node) -> bool:
    """Whether the loop around tries again or elsewhere, and what follows it raises for them all."""
    for parent in ancestors(handler):
        if parent.type in ("for_statement", "while_statement"):
            following = parent.next_named_sibling
            while following is not None and following.type == "comment":
                following = following.next_named_sibling
            return following is not None and following.type == "raise_statement"
        if parent.type in ("function_definition", "class_definition"):
            return False
    return False


# -- suppress and gather -----------------------------------------------------------------------------


def _suppresses_all(file: PyFile, call: Node) -> bool:
    if file.callee(call) not in _SUPPRESS:
        return False
    arguments = arguments_of(call)
    if not any(file.symbol(value) in _BROAD for value in arguments.positional):
        return False
    block = enclosing(call, "with_statement")
    if block is None or _has_reason_on_line(file, call):
        return False
    if any(parent.type == "finally_clause" for parent in ancestors(block)):
        return False
    return not all(_cleans_up(statement) for statement in body_of(block))


def _drops_results(file: PyFile, call: Node) -> bool:
    if file.callee(call) != "asyncio.gather":
        return False
    given = arguments_of(call).keywords.get("return_exceptions")
    statement = statement_of(call)
    if given is None or constant_value(given) is not True or statement.type != "expression_statement":
        return False
    value = statement.named_children[0]
    if value.type == "await" and value.named_children:
        value = value.named_children[0]
    if value.id != call.id or _has_reason_on_line(file, call):
        return False
    if any(parent.type == "finally_clause" for parent in ancestors(statement)):
        return False
    # Tasks that were cancelled just before raise CancelledError, which is what was asked for.
    block = statement.parent
    before = (
        [other for other in statements(block) if other.start_byte < statement.start_byte] if block else []
    )
    return not any(".cancel(" in text_of(other) for other in before)


def _has_reason_on_line(file: PyFile, node: Node) -> bool:
    lines = file.source.lines
    row = lines.row_of(node.start_byte)
    _, separator, comment = lines.line(row).partition("#")
    above = lines.line(row - 1).strip() if row else ""
    return (bool(separator) and _is_reason(comment)) or (above.startswith("#") and _is_reason(above))


# -- raise without a cause ---------------------------------------------------------------------------


def _handler_of(node: Node) -> Node | None:
    """The handler whose body a statement runs in."""
    for parent in ancestors(node):
        if parent.type in _HANDLERS:
            return parent
        if parent.type in ("function_definition", "lambda", "class_definition"):
            return None
    return None


def _is_new(file: PyFile, raised: Node, caught: str | None) -> bool:
    if raised.type == "call":
        function = callee_of(raised)
        text = text_of(function) if function is not None else ""
        if function is None or text.endswith(".with_traceback") or text.split(".")[0] == caught:
            return False
        name = text.rpartition(".")[2]
        return name.lstrip("_")[:1].isupper() and not _ENDS.search(text)
    if raised.type in ("identifier", "attribute"):
        text = text_of(raised)
        bound = file.names.bindings(raised) if raised.type == "identifier" else []
        if any(binding.kind in ("except", "assign", "parameter", "for", "unpack") for binding in bound):
            return False
        return text != caught and text.rpartition(".")[2][:1].isupper() and not _ENDS.search(text)
    return False


def _mentions(node: Node, name: str | None) -> bool:
    if name is None:
        return False
    return any(
        child.type == "identifier" and text_of(child) == name
        for child in (node, *walk(node, into_scopes=True))
    )


# -- logged without the traceback --------------------------------------------------------------------


class UntracedLog(Fact, frozen=True):
    """A log call at error level in a handler of everything, with nothing that shows the traceback."""

    path: str
    symbol: str
    written: str
    anchor: str

    @property
    def key(self) -> str:
        return self.path


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    for call in file.nodes("call"):
        function = callee_of(call)
        if function is None or function.type != "attribute":
            continue
        name = function.child_by_field_name("attribute")
        if name is None or text_of(name) not in ("error", "critical"):
            continue
        handler = _handler_of(call)
        if handler is None or not _is_broad(file, handler) or _shows_traceback(handler):
            continue
        symbol = file.symbol(function)
        if symbol is not None:
            written = text_of(function).split("\n")[0]
            anchor = facts.anchor(f"log {file.qualname_at(call.start_byte)} {written}", call)
            facts.add(UntracedLog(file.path, symbol, written, anchor))


def _join(context: JoinContext) -> Iterator[Finding]:
    for log in context.index.in_file(context.path, UntracedLog):
        if logging_method(context.resolve(log.symbol)) is not None:
            message = f"{log.written} logs the error without its traceback"
            yield context.find(log.anchor, message, variant="untraced")


def _shows_traceback(handler: Node) -> bool:
    """Whether anything in a handler logs the traceback or lets the exception go on."""
    for node in walk(handler):
        if node.type == "raise_statement":
            return True
        if node.type == "call":
            name = _called_name(node)
            if name in ("exception", "print_exc", "format_exc", "format_exception", "print_exception"):
                return True
            exc_info = arguments_of(node).keywords.get("exc_info")
            if exc_info is not None and text_of(exc_info) not in ("False", "None"):
                return True
            if name == "opt" and "exception" in arguments_of(node).keywords:
                return True
    return False


# -- fixes -------------------------------------------------------------------------------------------


def _fix(context: FixContext, finding: Finding) -> Iterable[Fix]:
    match finding.variant:
        case "untraced":
            yield from _fix_log(context)
        case "unchained" | "uncaused":
            yield from _fix_raise(context)
        case _:
            yield from _fix_handler(context)


def _fix_handler(context: FixContext) -> Iterator[Fix]:
    handler = context.node_of("except_clause")
    if handler is None or _header(handler) != context.span:
        return
    file = context.file
    body = body_of(handler)
    logger = _logger(context)
    what = _context_name(file, handler)
    line = f'{logger}.exception("{what} failed")'
    if (
        len(body) == 1
        and body[0].type in ("pass_statement", "expression_statement")
        and not _is_harmless_call(body[0])
    ):
        edits = replace_statement(file, body[0], line)
    else:
        edits = insert_before(file, body[0], line)
    yield context.fix(f"Log the exception with {logger}.exception", "safe", edits)


def _logger(context: FixContext) -> str:
    """The name of the file's logger, or of a new one that the fix makes."""
    file = context.file
    known = module_logger(file, context.resolve)
    if known is not None:
        return known
    name = next(
        name
        for name in ("logger", "log", "_logger", "module_logger")
        if name not in file.scopes.module.bindings
    )
    logging = context.imports().need("logging")
    context.imports().define(f"{name} = {logging}.getLogger(__name__)")
    return name


def _context_name(file: PyFile, node: Node) -> str:
    function = enclosing(node, "function_definition")
    name = function.child_by_field_name("name") if function is not None else None
    return text_of(name) if name is not None else file.module.rpartition(".")[2] or "module"


def _fix_log(context: FixContext) -> Iterator[Fix]:
    call = context.node_of("call")
    function = callee_of(call) if call is not None else None
    name = function.child_by_field_name("attribute") if function is not None else None
    if call is None or function is None or name is None:
        return
    given = arguments_of(call).keywords.get("exc_info")
    if text_of(name) == "error" and given is None:
        edits = [TextEdit(Span(name.start_byte, name.end_byte), "exception")]
    else:
        edits = set_keyword(context.file, call, "exc_info", "True")
    yield context.fix("Log the traceback as well", "safe", edits)


def _fix_raise(context: FixContext) -> Iterator[Fix]:
    statement = context.node_of("raise_statement")
    handler = _handler_of(statement) if statement is not None else None
    if statement is None or handler is None:
        return
    edits: list[TextEdit] = []
    name = _alias(handler)
    if name is None:
        kind = _caught(handler)
        if kind is None:
            return
        name = _free_name(context.file, handler)
        value = next(child for child in handler.named_children if child.type not in ("block", "comment"))
        edits.append(insert_at(value.end_byte, f" as {name}"))
    edits.append(insert_at(statement.end_byte, f" from {name}"))
    yield context.fix(f"Chain the cause with from {name}", "safe", edits)


def _free_name(file: PyFile, handler: Node) -> str:
    taken = {text_of(node) for node in file.nodes("identifier")}
    function = enclosing(handler, "function_definition")
    if function is not None:
        taken = {text_of(node) for node in walk(function, into_scopes=True) if node.type == "identifier"}
    aliases = [alias for each in file.nodes("except_clause") if (alias := _alias(each)) is not None]
    usual = max(set(aliases), key=aliases.count) if aliases else "exc"
    return next(name for name in (usual, "exc", "error", "err", "cause", "exception_") if name not in taken)


ANALYZER = Analyzer(
    check=_check, collect=_collect, join=_join, fix=_fix, literals=(b"except", b"suppress", b"gather")
)
