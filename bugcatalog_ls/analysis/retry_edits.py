"""Edits of what a retry is told: on which errors, after which wait, and how often."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.facts.transient_errors import BUILTINS, transient_errors
from bugcatalog_ls.syntax.edits import add_keyword, set_keyword
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, text_of
from bugcatalog_ls.text.spans import Span, TextEdit


def narrowed(context: FixContext, call: Node | None, kind: str, libraries: list[str]) -> list[TextEdit]:
    """The retry of a library (`kind`) made to act on timeouts and lost connections alone."""
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


def has_no_predicate(kind: str, call: Node | None) -> bool:
    """Whether a retry of tenacity's does not say on what it retries."""
    return kind == "tenacity" and (call is None or "retry" not in arguments_of(call).keywords)


def predicate(context: FixContext, retry: Node, libraries: list[str]) -> str:
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


def limits(context: FixContext, call: Node | None, kind: str, parts: set[str]) -> list[tuple[str, str]]:
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


def joined(
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
