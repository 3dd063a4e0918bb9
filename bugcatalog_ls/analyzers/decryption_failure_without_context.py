"""BC802: decryption failures of which nobody learns the record."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FileContext, FixContext, JoinContext
from bugcatalog_ls.analysis.file_loggers import file_logger
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.facts.decryption_messages import untold_record
from bugcatalog_ls.facts.decryptions import (
    LIBRARIES,
    Decryption,
    catches,
    decryptions,
    error_of,
    is_caught,
    passed_on,
    refusing_error,
    unresolved,
)
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.logger_edits import LoggerName
from bugcatalog_ls.facts.message_edits import chain_cause, name_record
from bugcatalog_ls.facts.name_symbols import symbol_of_function
from bugcatalog_ls.facts.record_loops import loop_over_records
from bugcatalog_ls.facts.record_names import identifier_in_scope
from bugcatalog_ls.facts.resolve import resolve
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import (
    FUNCTIONS,
    ancestors,
    arguments_of,
    body_of,
    holds_node,
    statement_of,
    text_of,
)
from bugcatalog_ls.syntax.statement_edits import wrap

_ENDED = "one record that cannot be decrypted ends this loop, and nothing says which one it was"


class DecryptingFunction(Fact, frozen=True):
    """A function that decrypts what it is given and catches nothing; the error that it lets out, or
    what it calls (`called`, as written in the file at `path`), where another file or function knows."""

    symbol: str
    error_module: str = ""
    error: str = ""
    called: str = ""
    path: str = ""

    @property
    def key(self) -> str:
        return self.symbol


class LoopDecryption(Fact, frozen=True):
    """A call in a loop over records that is named like decryption, and that another file explains."""

    path: str
    symbol: str
    anchor: str

    @property
    def key(self) -> str:
        return self.path


class HandledDecryption(Fact, frozen=True):
    """What a handler says of a call that is named like decryption, and that another file explains."""

    path: str
    symbol: str
    anchor: str
    message: str

    @property
    def key(self) -> str:
        return self.path


_MAX_STEPS = 4


def _check(context: FileContext) -> Iterator[Finding]:
    if context.is_test:
        return
    file = context.file
    calls = decryptions(file)
    for attempt in file.nodes("try_statement"):
        body = attempt.child_by_field_name("body")
        inside = [
            d
            for d in calls
            if body is not None and holds_node(body, d.call) and _attempt_of(d.call) == attempt.id
        ]
        for handler in (part for part in attempt.children if part.type == "except_clause"):
            tried = next((d for d in inside if catches(file, handler, d)), None)
            if tried is None and refusing_error(file, handler) is None:
                continue
            found = untold_record(file, handler, tried)
            if found is not None:
                yield context.find(found[0], found[1], data={"kind": "said"})
            break
    for decryption in calls:
        loop = loop_over_records(decryption)
        if loop is not None and not is_caught(file, decryption):
            yield context.find(decryption.call, _ENDED, data={"kind": "loop"})


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    calls = decryptions(file)
    for function, decryption in passed_on(file, calls):
        facts.add(DecryptingFunction(symbol_of_function(file, function), *decryption.error))
    unknown = list(unresolved(file, calls))
    for decryption, symbol in unknown:
        _collect_handled(file, decryption, symbol, facts)
        for function, _ in passed_on(file, [decryption]):
            own = symbol_of_function(file, function)
            facts.add(DecryptingFunction(own, called=symbol, path=file.path))
        if loop_over_records(decryption) is not None and not is_caught(file, decryption):
            anchor = facts.anchor(
                f"decryption {file.qualname_at(decryption.call.start_byte)}", decryption.call
            )
            facts.add(LoopDecryption(file.path, symbol, anchor))


def _collect_handled(file: PyFile, decryption: Decryption, symbol: str, facts: Facts) -> None:
    """What the handlers around a call say, where only the call tells that it is about decryption."""
    attempt = next((p for p in ancestors(decryption.call) if p.type in ("try_statement", *FUNCTIONS)), None)
    if attempt is None or _attempt_of(decryption.call) != attempt.id:
        return
    handlers = [part for part in attempt.children if part.type == "except_clause"]
    handler = next((h for h in handlers if catches(file, h, decryption)), None)
    if handler is None or refusing_error(file, handler) is not None:
        return
    found = untold_record(file, handler, decryption)
    if found is not None:
        anchor = facts.anchor(f"decryption handled {file.qualname_at(handler.start_byte)}", found[0])
        facts.add(HandledDecryption(file.path, symbol, anchor, found[1]))


def _join(context: JoinContext) -> Iterator[Finding]:
    for call in context.index.in_file(context.path, LoopDecryption):
        error = _error_behind(context, call.symbol, context.path, _MAX_STEPS)
        if error is not None:
            data = {"kind": "loop", "module": error[0], "error": error[1]}
            yield context.find(call.anchor, _ENDED, data=data)
    for said in context.index.in_file(context.path, HandledDecryption):
        if _error_behind(context, said.symbol, context.path, _MAX_STEPS) is not None:
            yield context.find(said.anchor, said.message, data={"kind": "said"})


def _error_behind(context: JoinContext, symbol: str, path: str, steps: int) -> tuple[str, str] | None:
    """The error by which a call refuses that leads to a library's decrypting method."""
    resolved = resolve(context.index, symbol, path)
    helper = context.index.one(DecryptingFunction, resolved.replace("()", ""))
    if helper is None or steps == 0:
        return error_of(resolved)
    if helper[1].error:
        return helper[1].error_module, helper[1].error
    return _error_behind(context, helper[1].called, helper[1].path, steps - 1)


def _attempt_of(node: Node) -> int:
    """The nearest `try` whose body holds a node."""
    child = node
    for parent in ancestors(node):
        if parent.type == "try_statement":
            body = parent.child_by_field_name("body")
            if body is not None and body.id == child.id:
                return parent.id
        child = parent
    return 0


def _fix(context: FixContext, finding: Finding) -> Iterator[Fix]:
    call = context.node_of("call")
    if call is None:
        return
    if finding.data["kind"] == "loop":
        yield from _fix_loop(context, finding, call)
    else:
        yield from _fix_said(context, call)


def _fix_loop(context: FixContext, finding: Finding, call: Node) -> Iterator[Fix]:
    file = context.file
    decryption = next((found for found in decryptions(file) if found.call.id == call.id), None)
    if decryption is None and "error" in finding.data:
        value = next(iter(arguments_of(call).positional), None)
        decryption = Decryption(call, (finding.data["module"], finding.data["error"]), False, value)
    loop = loop_over_records(decryption) if decryption is not None else None
    if decryption is None or loop is None or loop.type != "for_statement":
        return
    statement = statement_of(call)
    body = body_of(loop)
    if statement.type in ("for_statement", "with_statement", "if_statement") or not body:
        return
    record = identifier_in_scope(file, call, decryption.value)
    record = _target_beside(loop, decryption) or record
    if record is None:
        return
    module, name = decryption.error
    error = name if module == "builtins" else context.imports().need(module, name, at=call.start_byte)
    logger = file_logger(context)
    line = _told(logger, record)
    footer = f"except {error}:\n    {line}"
    if statement.id != body[-1].id:
        footer += "\n    continue"
    yield context.fix(
        f"Log which record failed by {record}", "safe", wrap(file, statement, statement, "try:", footer)
    )


def _told(logger: LoggerName, record: str) -> str:
    if logger.is_structlog:
        return logger.call("exception", "decryption failed", **{record: record})
    told = record.replace('"', "").replace("'", "")
    marker = "{}" if logger.is_loguru else "%s"
    return f'{logger.name}.exception("decryption failed: {told}={marker}", {record})'


def _target_beside(loop: Node, decryption: Decryption) -> str | None:
    """`name` of `for name, sealed in items`, where `sealed` is what is decrypted."""
    left = loop.child_by_field_name("left")
    value = text_of(decryption.value) if decryption.value is not None else ""
    if left is None or left.type not in ("pattern_list", "tuple_pattern"):
        return None
    first = left.named_children[0]
    is_other = first.type == "identifier" and not value.startswith(text_of(first))
    return text_of(first) if is_other and text_of(first) != "_" else None


def _fix_said(context: FixContext, call: Node) -> Iterator[Fix]:
    file = context.file
    handler = next((parent for parent in ancestors(call) if parent.type == "except_clause"), None)
    attempt = handler.parent if handler is not None else None
    body = attempt.child_by_field_name("body") if attempt is not None else None
    if handler is None or body is None:
        return
    known = decryptions(file)
    calls = [*known, *(decryption for decryption, _ in unresolved(file, known))]
    tried = next((found for found in calls if holds_node(body, found.call)), None)
    record = identifier_in_scope(file, handler, tried.value if tried is not None else None)
    if record is None:
        return
    edits = name_record(file, context.resolve, call, record)
    if not edits:
        return
    raised = call.parent
    if (
        raised is not None
        and raised.type == "raise_statement"
        and raised.child_by_field_name("cause") is None
    ):
        edits += chain_cause(file, handler, raised)
    yield context.fix(f"Name the record by {record}", "safe", edits)


ANALYZER = Analyzer(
    check=_check,
    collect=_collect,
    join=_join,
    joins=(LoopDecryption, HandledDecryption),
    fix=_fix,
    literals=(*LIBRARIES, b"decrypt", b"unseal", b"decipher", b"unprotect", b"reveal", b"unlock"),
)
