"""BC202: writes that are tried again, and retries on everything, for ever or without a wait."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Applicability, Edit, Finding, Fix
from bugcatalog_ls.analysis.idempotency_edits import keyed, of_task, upserted
from bugcatalog_ls.facts.db_sessions import database_kind, is_session
from bugcatalog_ls.facts.function_effects import FunctionEffects
from bugcatalog_ls.facts.http_clients import http_call
from bugcatalog_ls.facts.mail_senders import SendsMailOrMoney
from bugcatalog_ls.facts.outward_writes import function_writes, is_mail_or_payment, only_asks, sends_write
from bugcatalog_ls.facts.repeat_recognition import RecognisesRepeats
from bugcatalog_ls.facts.resolve import resolve
from bugcatalog_ls.facts.retried_calls import ADDS, RetriedCall
from bugcatalog_ls.facts.retries import Retry, RetryDecorator
from bugcatalog_ls.facts.retry_decorators import is_policy
from bugcatalog_ls.facts.row_creations import CREATES, CreatesRow, stores_itself
from bugcatalog_ls.facts.transient_errors import BUILTINS, library_of, transient_errors
from bugcatalog_ls.syntax.edits import add_keyword, remove_keyword, set_keyword
from bugcatalog_ls.syntax.modules import is_script_path
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, text_of
from bugcatalog_ls.syntax.wrapping import fitted
from bugcatalog_ls.text.spans import Span, TextEdit

_DRIVERS = frozenset(
    {"asyncpg", "psycopg", "psycopg2", "psycopg_pool", "aiopg", "aiomysql", "pymysql", "MySQLdb", "aiosqlite"}
)


def _join(context: JoinContext) -> Iterator[Finding]:
    if context.is_test:
        return
    for retry in context.index.in_file(context.path, Retry):
        if retry.policy and not _is_retry(context, context.resolve(retry.policy)):
            continue
        parts: list[str] = []
        written = "" if retry.recognised else _written(context, retry)
        if written:
            parts.append("write")
        if retry.on_everything or (retry.on_anything and written):
            parts.append("everything")
        parts += retry.lacks
        if retry.methods:
            parts.append("methods")
        if parts:
            yield context.find(
                retry.anchor,
                _message(parts, written, explicit=retry.on_everything),
                variant="script" if is_script_path(context.path) else "",
                data={
                    "parts": " ".join(parts),
                    "kind": retry.kind,
                    "libraries": " ".join(_libraries(context, retry)) if "everything" in parts else "",
                },
            )


def _is_retry(context: JoinContext, symbol: str) -> bool:
    """Whether a decorator retries: one that a library's retry made, or one of the workspace."""
    return is_policy(symbol) or bool(context.index.get(RetryDecorator, symbol))


def _message(parts: list[str], written: str, *, explicit: bool) -> str:
    if "methods" in parts:
        return "requests that are not idempotent are sent again"
    if written:
        return f"{written} is tried again although it may have taken effect"
    said: list[str] = []
    if "everything" in parts and explicit:
        said.append("on any error")
    if "stop" in parts:
        said.append("without a stop")
    if "wait" in parts:
        said.append("without a wait")
    return f"it is tried again {' and '.join(said)}"


def _written(context: JoinContext, retry: Retry) -> str:
    """What is retried that must not be done twice, as a message names it; empty for nothing."""
    for call in retry.calls:
        symbol = context.resolve(call.symbol) if call.symbol else ""
        if sends_write(symbol, has_key=call.has_key, about=call.about):
            return f"{call.name.upper()} by {call.on}" if call.on else call.name.upper()
        if is_mail_or_payment(symbol):
            return f"{call.on}.{call.name}" if call.on else call.name
        if call.writes and _on_database(context, call):
            return "a writing statement"
        if call.name in ADDS and _is_committed(context, call, retry):
            return f"{call.on}.{call.name}"
        if call.name in CREATES and call.on.endswith(".objects"):
            return f"{call.on}.{call.name}"
        if call.creates and stores_itself(context.index, context.resolve(call.creates)):
            return f"{call.on.partition('(')[0]}.{call.name}"
    for call in retry.calls:
        if not call.symbol or call.name in ADDS:
            continue
        symbol = context.resolve(call.symbol).replace("()", "")
        if _knows_repeats(context, symbol) or only_asks(f"{call.about} {symbol.rpartition('.')[2]}"):
            continue
        if function_writes(context.index, symbol) or context.index.get(SendsMailOrMoney, symbol):
            return call.name
        if any(
            stores_itself(context.index, resolve(context.index, fact.model, path))
            for path, fact in context.index.get(CreatesRow, symbol)
        ):
            return call.name
    return ""


def _libraries(context: JoinContext, retry: Retry) -> list[str]:
    """The libraries whose errors what is retried may raise, also one call deep."""
    found: set[str] = set()
    for call in retry.calls:
        symbol = context.resolve(call.symbol) if call.symbol else ""
        if call.name in (*ADDS, "commit") and (not symbol or is_session(symbol.rpartition(".")[0])):
            found.add("sqlalchemy")
            continue
        sent = http_call(symbol)
        found.add(sent.library if sent is not None else library_of(symbol))
        inner = context.index.one(FunctionEffects, symbol.replace("()", "")) if symbol else None
        for effect in inner[1].effects if inner is not None else ():
            if effect.action == "request":
                found.add(effect.on)
            elif is_session(context.resolve(effect.on)) or effect.verb in ADDS:
                found.add("sqlalchemy")
            else:
                found.add(library_of(effect.on))
    return sorted(found - {""})


def _knows_repeats(context: JoinContext, symbol: str) -> bool:
    """Whether a function recognises what it did already."""
    return bool(context.index.get(RecognisesRepeats, symbol))


def _on_database(context: JoinContext, call: RetriedCall) -> bool:
    owner = context.resolve(call.symbol).rpartition(".")[0] if call.symbol else ""
    is_driver = owner.partition(".")[0] in _DRIVERS
    return not owner or is_driver or database_kind(owner) is not None or "." not in owner


def _is_committed(context: JoinContext, call: RetriedCall, retry: Retry) -> bool:
    """Whether what is added is committed here, to a session as far as that is known."""
    committed = any(other.name == "commit" and other.on == call.on for other in retry.calls)
    owner = context.resolve(call.symbol).rpartition(".")[0] if call.symbol else ""
    return committed and (not owner or is_session(owner) or not owner.startswith("builtins."))


# -- fix -----------------------------------------------------------------------------------------------


def _fix(context: FixContext, finding: Finding) -> Iterator[Fix]:
    parts = set(finding.data["parts"].split())
    kind = finding.data["kind"]
    types = ("for_statement", "while_statement") if kind == "loop" else ("call", "decorator")
    node = context.node_of(*types)
    if node is None:
        return
    call = node if node.type == "call" else None
    if kind == "urllib3" and call is not None:
        name = next(n for n in ("allowed_methods", "method_whitelist") if n in arguments_of(call).keywords)
        yield context.fix(
            "Retry the default methods only", "suggested", remove_keyword(context.file, call, name)
        )
        return
    edits: list[TextEdit] = []
    elsewhere: list[Edit] = []
    title, is_narrowed = "", False
    if "write" in parts:
        place = call if call is not None else node
        given = of_task(context, place) if kind == "celery" else keyed(context, place, is_loop=kind == "loop")
        edits = [edit for edit in given if isinstance(edit, TextEdit)]
        elsewhere = [edit for edit in given if isinstance(edit, Edit)]
        title = "Send an Idempotency-Key"
        if not edits:
            edits, title = upserted(context, place), "Insert only what is not there yet"
        title = title if edits else ""
        if kind == "loop":
            if not edits:
                return
            edits = fitted(context.file, edits, context.read("pyproject.toml"))
            yield context.fix(title, "suggested", [*edits, *elsewhere])
            return
    if "everything" in parts:
        narrowed = _narrowed(context, call, kind, finding.data["libraries"].split())
        if not narrowed and "write" not in parts:
            return
        edits += narrowed
        is_narrowed = bool(narrowed)
    missing = _limits(context, call, kind, parts)
    if parts >= {"write", "everything"} and not edits and _has_no_predicate(kind, call):
        missing.insert(0, ("retry", _predicate(context, node, finding.data["libraries"].split())))
        is_narrowed = True
    edits = _joined(context, node, call, edits, missing)
    if edits:
        is_guard = not parts & {"everything", "write"}
        # Of a write that can't be made safe to repeat, the rest is mended.
        is_partial = "write" in parts and not title
        if not title:
            what = "Retry the write" if is_partial else "Retry"
            how = "on timeouts and lost connections" if is_narrowed else "with a wait and a stop"
            title = f"{what} {how}"
        edits = fitted(context.file, edits, context.read("pyproject.toml"))
        weight: Applicability = "safe" if is_guard else "suggested"
        yield context.fix(title, weight, [*edits, *elsewhere], is_partial=is_partial)


def _narrowed(context: FixContext, call: Node | None, kind: str, libraries: list[str]) -> list[TextEdit]:
    if call is None:
        return []
    arguments = arguments_of(call)
    given: Node | None = None
    match kind:
        case "celery":
            given = arguments.keywords.get("autoretry_for")
        case "backoff":
            given = arguments.get("exception", 1)
        case "stamina":
            given = arguments.keywords.get("on")
        case "tenacity":
            predicate = arguments.keywords.get("retry")
            if predicate is None:
                return []
            types = arguments_of(predicate).get("exception_types", 0)
            if types is None:
                errors = _errors(context, call, libraries)
                return add_keyword(context.file, predicate, "exception_types", errors)
            given = types
    if given is None:
        return []
    errors = _errors(context, call, libraries, is_tuple=kind == "celery")
    return [TextEdit(Span(given.start_byte, given.end_byte), errors)]


def _has_no_predicate(kind: str, call: Node | None) -> bool:
    return kind == "tenacity" and (call is None or "retry" not in arguments_of(call).keywords)


def _predicate(context: FixContext, retry: Node, libraries: list[str]) -> str:
    """A predicate for a retry of tenacity's that has none, and so retries on anything."""
    call = retry if retry.type == "call" else None
    made = _tenacity(context, call, "retry_if_exception_type")
    return f"{made}({_errors(context, retry, libraries)})"


def _errors(context: FixContext, call: Node, libraries: list[str], *, is_tuple: bool = False) -> str:
    """The timeouts and lost connections of the libraries, as the types of an `except` are written."""
    names: list[str] = []
    for module, name in transient_errors(libraries):
        if not module:
            names.append(name)
        elif "." not in module or name in BUILTINS:
            # A plain name would hide the builtin.
            names.append(f"{context.imports().need(module, at=call.start_byte)}.{name}")
        else:
            names.append(context.imports().need(module, name, at=call.start_byte))
    return f"({', '.join(names)}{',' if len(names) == 1 else ''})" if len(names) > 1 or is_tuple else names[0]


def _limits(context: FixContext, call: Node | None, kind: str, parts: set[str]) -> list[tuple[str, str]]:
    """The keywords that bring the wait and the stop that are missing."""
    wanted: list[tuple[str, str]] = []
    if kind == "tenacity":
        if "wait" in parts:
            wanted.append(("wait", f"{_tenacity(context, call, 'wait_random_exponential')}(max=60)"))
        if "stop" in parts:
            wanted.append(("stop", f"{_tenacity(context, call, 'stop_after_attempt')}(5)"))
    elif kind == "backoff" and "stop" in parts:
        wanted.append(("max_tries", "5"))
    elif kind == "retrying":
        if "wait" in parts:
            wanted += [("wait_exponential_multiplier", "1000"), ("wait_exponential_max", "60000")]
        if "stop" in parts:
            wanted.append(("stop_max_attempt_number", "5"))
    elif kind == "stamina" and "stop" in parts:
        wanted.append(("attempts", "5"))
    elif kind == "celery" and "stop" in parts:
        wanted.append(("max_retries", "5"))
    return wanted


def _tenacity(context: FixContext, call: Node | None, name: str) -> str:
    """A name of tenacity, written as the retry itself is (`tenacity.retry`, `retry`)."""
    callee = callee_of(call) if call is not None else context.node
    written = text_of(callee) if callee is not None else ""
    if "." in written and written.rpartition(".")[0].isidentifier():
        return f"{written.rpartition('.')[0]}.{name}"
    return context.imports().need("tenacity", name, at=context.span.start)


def _joined(
    context: FixContext, node: Node, call: Node | None, edits: list[TextEdit], missing: list[tuple[str, str]]
) -> list[TextEdit]:
    """The edits of one call, with all missing keywords added at once."""
    if not missing:
        return edits
    if call is None:
        inner = node.named_children[0] if node.type == "decorator" else node
        text = ", ".join(f"{name}={value}" for name, value in missing)
        return [*edits, TextEdit(Span(inner.end_byte, inner.end_byte), f"({text})")]
    present = arguments_of(call).keywords
    for name, value in [pair for pair in missing if pair[0] in present]:
        edits = [*edits, *set_keyword(context.file, call, name, value)]
    absent = [pair for pair in missing if pair[0] not in present]
    if absent:
        (name, value), *rest = absent
        more = "".join(f", {other}={given}" for other, given in rest)
        edits = [*edits, *add_keyword(context.file, call, name, f"{value}{more}")]
    return edits


ANALYZER = Analyzer(join=_join, joins=(Retry,), fix=_fix)
