"""BC601: exceptions whose message nobody gets to see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FileContext, FixContext, JoinContext
from bugcatalog_ls.analysis.error_fixes import chain_cause, log_results
from bugcatalog_ls.analysis.file_loggers import file_logger
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.facts.attempts import is_mere_attempt
from bugcatalog_ls.facts.clean_up import is_clean_up, is_last_resort, only_cleans_up, only_logs
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.gathers import dropped_results
from bugcatalog_ls.facts.logger_edits import context_name
from bugcatalog_ls.facts.loggers import is_logger, shows_traceback
from bugcatalog_ls.facts.silence import (
    answers_whether_it_compiles,
    answers_with_result,
    is_harmless_call,
    is_silent,
    sets_constant,
    tells_of,
)
from bugcatalog_ls.syntax.edits import insert_at, set_keyword
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.handlers import (
    catches_all,
    caught_name,
    caught_types,
    handler_around,
    header_of,
    is_broad,
    makes_error,
    raises_after_loop,
)
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import arguments_of, body_of, callee_of, enclosing, statements, text_of
from bugcatalog_ls.syntax.reasons import (
    has_reason,
    has_reason_on_line,
    is_reason,
    says_it_may_fail,
    tells_other_linters,
)
from bugcatalog_ls.syntax.statement_edits import insert_after, insert_before, replace_statement
from bugcatalog_ls.text.spans import Span, TextEdit

_LOUD = frozenset({"error", "critical", "fatal", "aerror", "acritical", "afatal"})


class UntracedLog(Fact, frozen=True):
    """A log call at error level in a handler of everything, with nothing that shows the traceback."""

    path: str
    symbol: str
    written: str
    anchor: str

    @property
    def key(self) -> str:
        return self.path


def _check(context: FileContext) -> Iterator[Finding]:
    if context.is_test:
        return
    file = context.file
    for handler in file.nodes("except_clause"):
        if _swallows(file, handler):
            message = "the exception is caught here and what it said is lost"
            yield context.find(header_of(handler), message, variant=_variant_of(file, handler))
    for call in file.calls_named("suppress"):
        if _suppresses_all(file, call):
            variant = (
                "" if _suppresses_exits(file, call) else _variant(file, enclosing(call, "with_statement"), [])
            )
            message = "every exception is suppressed here and what it said is lost"
            yield context.find(call, message, variant=variant)
    for call in file.calls_named("gather"):
        if dropped_results(file, call) and not has_reason_on_line(file, call):
            yield context.find(call, "gather returns the exceptions, and nobody reads its results")
    for statement in file.nodes("raise_statement") if file.nodes("except_clause") else ():
        yield from _raised(context, statement)


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    if not file.nodes("except_clause"):
        return
    for call in file.calls_written(*_LOUD):
        function = callee_of(call)
        if function is None or function.type != "attribute":
            continue
        handler = handler_around(call)
        if handler is None or not is_broad(file, handler) or shows_traceback(handler):
            continue
        symbol = file.symbol(function)
        if symbol is not None:
            written = text_of(function).split("\n")[0]
            anchor = facts.anchor(f"log {file.qualname_at(call.start_byte)} {written}", call)
            facts.add(UntracedLog(file.path, symbol, written, anchor))


def _join(context: JoinContext) -> Iterator[Finding]:
    for log in context.index.in_file(context.path, UntracedLog):
        owner, _, name = context.resolve(log.symbol).rpartition(".")
        if name in _LOUD and is_logger(owner):
            message = f"{log.written} logs the error without its traceback"
            yield context.find(log.anchor, message, variant="untraced")


def _variant_of(file: PyFile, handler: Node) -> str:
    if tells_other_linters(file, handler):
        return "fallback"
    return "" if _catches_exits(file, handler) else _variant(file, handler.parent, body_of(handler))


def _variant(file: PyFile, block: Node | None, answers: list[Node]) -> str:
    if block is None:
        return ""
    return "fallback" if only_cleans_up(block) or is_mere_attempt(file, block, answers) else ""


def _catches_exits(file: PyFile, handler: Node) -> bool:
    """Whether a handler takes `KeyboardInterrupt` and `SystemExit` as well, which are no answer."""
    kinds = caught_types(handler)
    return not kinds or any(file.symbol(kind) == "builtins.BaseException" for kind in kinds)


def _swallows(file: PyFile, handler: Node) -> bool:
    attempt = handler.parent
    if attempt is None or not is_broad(file, handler):
        return False
    body, caught = body_of(handler), caught_name(handler)
    is_left = bool(body) and body[-1].type == "return_statement"
    said = [statement for statement in body if not (is_left and sets_constant(statement))]
    if not said or not all(is_silent(file, statement, caught) for statement in said):
        return False
    if all(is_harmless_call(statement) for statement in body):
        return False
    if is_last_resort(attempt) or only_logs(attempt) or is_clean_up(attempt, _catches_exits(file, handler)):
        return False
    if answers_whether_it_compiles(attempt, body) or answers_with_result(attempt, said):
        return False
    return not (has_reason(file, handler) or says_it_may_fail(file, attempt) or raises_after_loop(handler))


def _suppresses_all(file: PyFile, call: Node) -> bool:
    if file.callee(call) != "contextlib.suppress":
        return False
    if not any(catches_all(file, value) for value in arguments_of(call).positional):
        return False
    block = enclosing(call, "with_statement")
    if block is None or has_reason_on_line(file, call) or _begins_with_reason(block):
        return False
    if says_it_may_fail(file, block):
        return False
    is_excused = is_last_resort(block) or only_logs(block)
    return not (is_excused or is_clean_up(block, _suppresses_exits(file, call)))


def _suppresses_exits(file: PyFile, call: Node) -> bool:
    return any(file.symbol(value) == "builtins.BaseException" for value in arguments_of(call).positional)


def _begins_with_reason(block: Node) -> bool:
    body = block.child_by_field_name("body")
    comments = [body.prev_sibling, *body.children[:1]] if body is not None else []
    return any(node is not None and node.type == "comment" and is_reason(text_of(node)) for node in comments)


def _raised(context: FileContext, statement: Node) -> Iterator[Finding]:
    handler = handler_around(statement)
    if handler is None or statement.child_by_field_name("cause") is not None:
        return
    raised = statement.named_children[0] if statement.named_children else None
    caught = caught_name(handler)
    if raised is None or not makes_error(context.file, raised, caught):
        return
    name = text_of(callee_of(raised) or raised) if raised.type == "call" else text_of(raised)
    if tells_of(raised, caught, handler):
        yield context.find(statement, f"{name} is raised without its cause", variant="unchained")
    else:
        message = f"{name} is raised without its cause, and its message does not tell it either"
        yield context.find(statement, message, variant="uncaused")


def _fix(context: FixContext, finding: Finding) -> Iterable[Fix]:
    match finding.variant:
        case "untraced":
            yield from _fix_log(context)
        case "unchained" | "uncaused":
            yield from chain_cause(context)
        case _:
            call = context.node_of("call")
            if call is None or Span(call.start_byte, call.end_byte) != context.span:
                yield from _fix_handler(context)
            elif context.file.callee(call) == "asyncio.gather":
                yield from log_results(context, call)
            else:
                yield from _fix_suppress(context, call)


def _fix_handler(context: FixContext) -> Iterator[Fix]:
    handler = context.node_of("except_clause")
    if handler is None or header_of(handler) != context.span:
        return
    file = context.file
    body = body_of(handler)
    logger = file_logger(context).name
    line = f'{logger}.exception("{context_name(file, handler)} failed")'
    is_nothing = body[0].type in ("pass_statement", "expression_statement") and not is_harmless_call(body[0])
    if len(body) == 1 and is_nothing:
        edits = replace_statement(file, body[0], line)
    else:
        edits = insert_before(file, body[0], line)
    yield context.fix(f"Log the exception with {logger}.exception", "safe", edits)


def _fix_suppress(context: FixContext, call: Node) -> Iterator[Fix]:
    file, block = context.file, enclosing(call, "with_statement")
    clause = next((child for child in block.children if child.type == "with_clause"), None) if block else None
    item = call.parent
    if block is None or clause is None or item is None or statements(clause) != [item]:
        return
    if item.type != "with_item" or item.named_children[0].id != call.id:
        return
    kinds = [text_of(value) for value in arguments_of(call).positional]
    caught = kinds[0] if len(kinds) == 1 else f"({', '.join(kinds)})"
    logger = file_logger(context).name
    line = f'{logger}.exception("{context_name(file, block)} failed")'
    edits = [TextEdit(Span(block.start_byte, clause.end_byte), "try")]
    edits += insert_after(file, block, f"except {caught}:\n    {line}")
    yield context.fix(f"Log the exception with {logger}.exception", "safe", edits)


def _fix_log(context: FixContext) -> Iterator[Fix]:
    call = context.node_of("call")
    function = callee_of(call) if call is not None else None
    name = function.child_by_field_name("attribute") if function is not None else None
    owner = function.child_by_field_name("object") if function is not None else None
    if call is None or name is None or owner is None:
        return
    given = arguments_of(call).keywords.get("exc_info")
    if text_of(name) in ("error", "aerror") and given is None:
        traced = "exception" if text_of(name) == "error" else "aexception"
        edits = [TextEdit(Span(name.start_byte, name.end_byte), traced)]
    elif context.resolve(context.file.symbol(owner) or "").startswith("loguru."):
        edits = [insert_at(owner.end_byte, ".opt(exception=True)")]
    else:
        edits = set_keyword(context.file, call, "exc_info", "True")
    yield context.fix("Log the traceback as well", "safe", edits)


ANALYZER = Analyzer(
    check=_check,
    collect=_collect,
    join=_join,
    joins=(UntracedLog,),
    fix=_fix,
    literals=(b"except", b"suppress", b"gather"),
)
