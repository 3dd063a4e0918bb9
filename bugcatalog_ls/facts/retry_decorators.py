"""Retries by a library's decorator or its loop, and tasks of Celery's that send themselves off again."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Facts
from bugcatalog_ls.facts.repeat_recognition import recognises_repeats
from bugcatalog_ls.facts.retried_calls import retried_calls
from bugcatalog_ls.facts.retries import Retry
from bugcatalog_ls.facts.retry_arguments import missing_limits, retried_exceptions
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import Arguments, arguments_of, callee_of, decorators_of, enclosing, text_of

_TENACITY = frozenset({"tenacity.retry", "tenacity.Retrying", "tenacity.AsyncRetrying"})
_BACKOFF = "backoff.on_exception"
_RETRYING = frozenset({"retrying.retry", "retrying.Retrying"})
_STAMINA = frozenset({"stamina.retry", "stamina.retry_context"})
_TASKS = frozenset({"task", "shared_task", "periodic_task"})
_FOREVER = re.compile(rb"#[^\n]*\b(?:forever|indefinitely|infinitely|never give up)\b", re.IGNORECASE)
_SHORTLY = 500


def collect_decorators(file: PyFile, facts: Facts) -> None:
    """What the libraries run again: decorated functions, and the bodies of their loops."""
    done: set[int] = set()
    for definition in file.functions:
        for decorator in definition.decorators:
            made = _made(file, decorator)
            if made is None:
                continue
            by, call = made
            named = by.removeprefix("policy ") if by.startswith("policy ") else ""
            if named:
                body = definition.node.child_by_field_name("body")
                _add(file, facts, decorator, "policy elsewhere", None, body, named)
                continue
            if call is not None:
                done.add(call.id)
            body = definition.node.child_by_field_name("body")
            _add(file, facts, decorator, by, call if call is decorator or call is None else None, body)
    for call in file.calls_named("retry", "on_exception", "Retrying", "AsyncRetrying", "retry_context"):
        if call.id in done:
            continue
        if (kind := _kind(file.callee(call))) is None:
            continue
        parent = call.parent
        if (
            parent is not None
            and parent.type == "for_statement"
            and parent.child_by_field_name("right") == call
        ):
            _add(file, facts, call, kind, call, parent.child_by_field_name("body"))
        elif kind != "tenacity" or text_of(callee_of(call) or call).endswith("retry"):
            _add(file, facts, call, kind, call, None)


def collect_tasks(file: PyFile, facts: Facts) -> None:
    """Tasks of Celery's that a handler sends off again: `raise self.retry(exc=exc)`."""
    done: set[int] = set()
    for call in file.calls_written("retry"):
        function = enclosing(call, "function_definition")
        handler = enclosing(call, "except_clause")
        if text_of(callee_of(call) or call) != "self.retry" or function is None or handler is None:
            continue
        for decorator in decorators_of(function):
            target = callee_of(decorator) if decorator.type == "call" else None
            name = text_of(target).rpartition(".")[2] if target is not None else ""
            known = "autoretry_for" in arguments_of(decorator).keywords if target is not None else True
            if name in _TASKS and not known and decorator.id not in done:
                done.add(decorator.id)
                _add(file, facts, decorator, "celery", None, function.child_by_field_name("body"))


def is_policy(symbol: str) -> bool:
    """Whether a (resolved) symbol is a retry that is made and can be put on functions."""
    return symbol.endswith("()") and _kind(symbol.removesuffix("()")) is not None


def _made(file: PyFile, decorator: Node) -> tuple[str, Node | None] | None:
    """The kind of retry that a decorator is, and the call that configures it."""
    if decorator.type == "call":
        if "autoretry_for" in arguments_of(decorator).keywords:
            return "celery", decorator
        symbol = file.callee(decorator)
        kind = _kind(symbol)
        if kind is not None:
            return kind, decorator
        named = text_of(callee_of(decorator) or decorator).lower()
        return (f"policy {symbol}", None) if symbol and "retr" in named and "(" not in symbol else None
    text = text_of(decorator)
    if "retry" not in text.lower() and "back" not in text.lower():
        symbol = file.symbol(decorator) if b"tenacity" in file.source.data else None
    else:
        symbol = file.symbol(decorator)
    if symbol is None:
        return None
    if (kind := _kind(symbol)) is not None:
        return kind, None
    kind = _kind(symbol.removesuffix("()")) if symbol.endswith("()") else None
    if kind is not None:
        return f"{kind} elsewhere", decorator
    return (f"policy {symbol}", None) if "retr" in text.lower() and "(" not in symbol else None


def _kind(symbol: str | None) -> str | None:
    if symbol is None:
        return None
    if symbol in _TENACITY:
        return "tenacity"
    if symbol == _BACKOFF:
        return "backoff"
    if symbol in _RETRYING:
        return "retrying"
    return "stamina" if symbol in _STAMINA else None


def _add(
    file: PyFile,
    facts: Facts,
    place: Node,
    kind: str,
    call: Node | None,
    body: Node | None,
    policy: str = "",
) -> None:
    arguments = arguments_of(call) if call is not None else Arguments((), {}, (), ())
    kind, _, elsewhere = kind.partition(" ")
    everything = anything = False
    lacks: tuple[str, ...] = ()
    if not elsewhere and not arguments.dict_unpacked and not arguments.list_unpacked:
        everything, anything = retried_exceptions(file, kind, arguments)
        lacks = tuple(missing_limits(kind, arguments))
        if "stop" in lacks and _is_meant_forever(file, place):
            lacks = tuple(part for part in lacks if part != "stop")
    text = (body.text or b"") if body is not None else b""
    around = enclosing(body, "function_definition") if body is not None and body.type == "block" else None
    # A key is made before the block that is tried again.
    has_key = around is not None and recognises_repeats(around.text or b"", looks_first=False)
    facts.add(
        Retry(
            file.path,
            facts.anchor(f"retry {file.qualname_at(place.start_byte)} {kind}", place),
            kind,
            everything,
            anything,
            lacks,
            False,
            has_key or recognises_repeats(text),
            retried_calls(file, body) if body is not None else (),
            policy,
        )
    )


def _is_meant_forever(file: PyFile, place: Node) -> bool:
    """Whether a comment shortly before says that it shall never give up."""
    before = file.source.data[max(place.start_byte - _SHORTLY, 0) : place.start_byte]
    return _FOREVER.search(before) is not None
