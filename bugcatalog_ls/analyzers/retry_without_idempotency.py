"""BC202: writes that are tried again, and retries on everything, for ever or without a wait."""

from __future__ import annotations

from collections.abc import Iterator

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Applicability, Edit, Finding, Fix
from bugcatalog_ls.analysis.idempotency_edits import keyed, of_task, upserted
from bugcatalog_ls.analysis.retry_edits import has_no_predicate, joined, limits, narrowed, predicate
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
from bugcatalog_ls.facts.transient_errors import library_of
from bugcatalog_ls.syntax.edits import remove_keyword
from bugcatalog_ls.syntax.modules import is_script_path
from bugcatalog_ls.syntax.nodes import arguments_of
from bugcatalog_ls.syntax.wrapping import fitted
from bugcatalog_ls.text.spans import TextEdit

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
        narrower = narrowed(context, call, kind, finding.data["libraries"].split())
        if not narrower and "write" not in parts:
            return
        edits += narrower
        is_narrowed = bool(narrower)
    missing = limits(context, call, kind, parts)
    if parts >= {"write", "everything"} and not edits and has_no_predicate(kind, call):
        missing.insert(0, ("retry", predicate(context, node, finding.data["libraries"].split())))
        is_narrowed = True
    edits = joined(context, node, call, edits, missing)
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


ANALYZER = Analyzer(join=_join, joins=(Retry,), fix=_fix)
