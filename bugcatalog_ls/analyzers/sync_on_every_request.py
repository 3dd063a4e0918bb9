"""BC403: writes and remote calls on every request, and dicts that cache them without a bound."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.facts.dict_caches import DictCache
from bugcatalog_ls.facts.django_effects import DjangoEffects
from bugcatalog_ls.facts.function_effects import FunctionEffects
from bugcatalog_ls.facts.http_clients import http_call
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.outward_writes import function_writes
from bugcatalog_ls.facts.rejections import HookAdded
from bugcatalog_ls.facts.request_calls import BY_DESIGN, RequestCall
from bugcatalog_ls.facts.request_paths import CachesAnswers, DependencyUse, RequestFunction
from bugcatalog_ls.facts.resolve import resolve
from bugcatalog_ls.syntax.nodes import text_of
from bugcatalog_ls.text.spans import Span, TextEdit


def _join(context: JoinContext) -> Iterator[Finding]:
    if context.is_test:
        return
    index = context.index
    for call in index.in_file(context.path, RequestCall):
        if not runs_per_request(index, call.function):
            continue
        what = _does(context, call)
        if what:
            yield context.find(call.anchor, f"{call.written} {what} on every request", data={"part": "call"})
    for cache in index.in_file(context.path, DictCache):
        if any(
            runs_per_request(index, function) or _is_called(index, function) for function in cache.functions
        ):
            yield context.find(
                cache.anchor, f"{cache.name} has neither a bound nor an expiry", data={"part": "dict"}
            )


@derived
def runs_per_request(index: FactIndex, function: str) -> bool:
    """Whether a function is middleware, a hook, or what a `Depends` names."""
    known = index.get(RequestFunction, function)
    if any(fact.surely for _, fact in known):
        return True
    name = function.rpartition(".")[2]
    if any(resolve(index, use.symbol, path) == function for path, use in index.get(DependencyUse, name)):
        return True
    if name in ("__call__", "__init__") and function in _of_classes(index):
        return True
    return any(
        resolve(index, hook.symbol, path) == function
        for path, hook in _hooks(index)
        if hook.symbol.rpartition(".")[2] == name
    )


@derived
def _of_classes(index: FactIndex) -> frozenset[str]:
    """The methods by which dependencies that are classes, or objects, are asked."""
    found: set[str] = set()
    for key in sorted(index.keys(DependencyUse)):
        for path, use in index.get(DependencyUse, key):
            symbol = resolve(index, use.symbol, path)
            found.add(
                f"{symbol.removesuffix('()')}.__call__" if symbol.endswith("()") else f"{symbol}.__init__"
            )
    return frozenset(found)


@derived
def _hooks(index: FactIndex) -> tuple[tuple[str, HookAdded], ...]:
    return tuple(pair for path in sorted(index.keys(HookAdded)) for pair in index.get(HookAdded, path))


@derived
def _called_per_request(index: FactIndex) -> frozenset[str]:
    """The functions that are called by one that runs for every request."""
    return frozenset(
        resolve(index, call.symbol, path).replace("()", "")
        for key in sorted(index.keys(RequestCall))
        for path, call in index.get(RequestCall, key)
        if call.symbol and runs_per_request(index, call.function)
    )


def _is_called(index: FactIndex, function: str) -> bool:
    return function in _called_per_request(index)


def _does(context: JoinContext, call: RequestCall) -> str:
    """What a call does outside, as a message says it; empty for nothing."""
    if call.kind == "write":
        return "writes to the database"
    symbol = context.resolve(call.symbol)
    if http_call(symbol) is not None:
        return "calls another service"
    function = symbol.replace("()", "")
    django = context.index.one(DjangoEffects, function)
    if django is not None and django[1].writes and not BY_DESIGN.search(function.rpartition(".")[2]):
        return "" if context.index.get(CachesAnswers, function) else "writes to the database"
    found = context.index.one(FunctionEffects, function)
    if found is None or BY_DESIGN.search(function.rpartition(".")[2]):
        return ""
    if context.index.get(CachesAnswers, function):
        return ""
    if found[1].does("request"):
        return "calls another service"
    return "writes to the database" if function_writes(context.index, function) else ""


# -- fix -----------------------------------------------------------------------------------------------


def _fix(context: FixContext, finding: Finding) -> Iterator[Fix]:
    if finding.data["part"] != "dict":
        return
    assignment = context.node_of("assignment")
    right = assignment.child_by_field_name("right") if assignment is not None else None
    if assignment is None or right is None:
        return
    cache = context.imports().need("cachetools", "TTLCache", at=assignment.start_byte)
    edits = [TextEdit(Span(right.start_byte, right.end_byte), f"{cache}(maxsize=1024, ttl=300)")]
    annotation = assignment.child_by_field_name("type")
    if annotation is not None:
        typed = re.sub(r"^(?:typing\.)?[Dd]ict\b", cache, text_of(annotation))
        edits.insert(0, TextEdit(Span(annotation.start_byte, annotation.end_byte), typed))
    yield context.fix("Keep the entries in a TTLCache", "suggested", edits)


ANALYZER = Analyzer(join=_join, joins=(DictCache, RequestCall), fix=_fix)
