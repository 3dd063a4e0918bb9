"""BC401: loops that ask the database or another service once more for every turn."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.batch_edits import batched
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.facts.db_sessions import database_kind
from bugcatalog_ls.facts.django_effects import DjangoEffects
from bugcatalog_ls.facts.function_effects import Effect, FunctionEffects
from bugcatalog_ls.facts.http_clients import http_call
from bugcatalog_ls.facts.loop_calls import LoopCall
from bugcatalog_ls.facts.loop_rows import RowAccess, RowHandedOn
from bugcatalog_ls.facts.queries import Query
from bugcatalog_ls.facts.relationship_loading import django_relation, entity_model, loading, peewee_relation
from bugcatalog_ls.facts.resolve import function_at, mro
from bugcatalog_ls.facts.row_queries import rows_of
from bugcatalog_ls.facts.row_reads import EagerlyLoaded, FirstReads
from bugcatalog_ls.facts.single_requests import is_made_singly
from bugcatalog_ls.syntax.edits import insert_at
from bugcatalog_ls.syntax.indents import break_before
from bugcatalog_ls.syntax.modules import is_command_path
from bugcatalog_ls.syntax.nodes import (
    COMPREHENSIONS,
    ancestors,
    arguments_of,
    callee_of,
    text_of,
    unparenthesised,
)
from bugcatalog_ls.syntax.wrapping import fitted
from bugcatalog_ls.text.spans import TextEdit

_REQUEST = "sends a request"
_CACHES = re.compile(r"cache|memoi[sz]e", re.IGNORECASE)
_BUILDS = re.compile(r"(?:query|stmt|statement|filters?|clauses?|condition)$")
_HANDLES = frozenset(
    {
        "db",
        "session",
        "conn",
        "connection",
        "cursor",
        "cur",
        "db_session",
        "async_session",
        "dbsession",
        "sess",
    }
)


def _join(context: JoinContext) -> Iterator[Finding]:
    if context.is_test:
        return
    usual = "script" if is_command_path(context.path) else ""
    for access in context.index.in_file(context.path, RowAccess):
        if access.attribute in access.loaded or "*" in access.loaded:
            continue
        part = _lazy(context, access)
        if part:
            yield context.find(
                access.anchor,
                f"{access.attribute} is loaded by a query of its own for each row",
                variant=usual,
                data={"part": part, "attribute": access.attribute},
            )
    for handed in context.index.in_file(context.path, RowHandedOn):
        lazy = _lazy_inside(context, handed)
        if lazy:
            function = handed.function.rpartition(".")[2]
            message = f"{function} reads {lazy}, by a query of its own for each row"
            yield context.find(handed.anchor, message, variant=usual)
    for call in context.index.in_file(context.path, LoopCall):
        what = _asks(context, call)
        if what:
            variant = "script" if call.at_import else usual
            if call.gathered or _runs_later(context, call):
                variant = "gathered"
            elif call.single or (what == _REQUEST and _is_single(context, call)):
                variant = "single"
            data = {"part": "query"} if call.kind == "query" and variant in ("", "script") else {}
            message = f"{call.written} {what} for each turn of the loop"
            yield context.find(call.anchor, message, variant=variant, data=data)


def _lazy(context: JoinContext, access: RowAccess) -> str:
    model = entity_model(context.index, access.entity, context.path)
    if access.library == "annotated":
        # Who calls may have loaded it; where no query of the workspace does, nobody has.
        if context.index.get(EagerlyLoaded, access.attribute):
            return ""
        relation = django_relation(context.index, model, access.attribute)
        if relation is None and loading(context.index, model, access.attribute) != "lazy":
            return ""
        return "handed"
    if access.library == "django":
        return django_relation(context.index, model, access.attribute) or ""
    if access.library == "peewee":
        return "peewee" if peewee_relation(context.index, model, access.attribute) else ""
    return "lazy" if loading(context.index, model, access.attribute) == "lazy" else ""


def _lazy_inside(context: JoinContext, handed: RowHandedOn) -> str:
    """The relationship that a function reads of the row that it is given, where that asks the database."""
    model = entity_model(context.index, handed.entity, context.path)
    name = handed.function.rpartition(".")[2]
    symbols = [context.resolve(handed.function).replace("()", "")]
    if handed.position < 0:
        symbols = [f"{base}.{name}" for base in mro(context.index, model)[0]]
    for symbol in symbols:
        for _, reads in context.index.get(FirstReads, symbol):
            read = set(reads.attributes) - {
                attribute
                for attribute, parameter, place in reads.asked_for
                if not {"*", parameter, str(place)} & set(handed.given)
            }
            for attribute in sorted(read):
                is_loaded = attribute in handed.loaded or "*" in handed.loaded
                if not is_loaded and loading(context.index, model, attribute) == "lazy":
                    return attribute
    return ""


def _runs_later(context: JoinContext, call: LoopCall) -> bool:
    """Whether a call only makes what somebody awaits together with the others."""
    if call.waited:
        return False
    symbol = context.resolve(call.symbol) if call.symbol else ""
    known = function_at(context.index, symbol.replace("()", ""))
    return (
        known[1].is_async
        if known is not None
        else "Async" in symbol or symbol.startswith(("aiohttp.", "aiohttp_retry."))
    )


def _is_single(context: JoinContext, call: LoopCall) -> bool:
    """Whether the function that is called sends or fetches one thing each time."""
    if call.kind != "call":
        return False
    found = context.index.one(FunctionEffects, context.resolve(call.symbol).replace("()", ""))
    return found is not None and is_made_singly(found[1])


def _asks(context: JoinContext, call: LoopCall) -> str:
    """What a call of a loop does outside, as a message says it; empty for nothing."""
    if call.kind == "query":
        return "asks the database"
    if call.kind == "request":
        return _REQUEST
    symbol = context.resolve(call.symbol)
    if http_call(symbol) is not None:
        return _REQUEST
    function = symbol.replace("()", "")
    known = function_at(context.index, function)
    if known is not None and any(_CACHES.search(name) is not None for name in known[1].decorators if name):
        return ""
    django = context.index.one(DjangoEffects, function)
    if django is not None and django[1].reads and not django[1].writes and not call.changes:
        return "asks the database"
    found = context.index.one(FunctionEffects, function)
    if found is None:
        return ""
    path, fact = found
    if fact.does("write", "commit", "flush") or _BUILDS.search(fact.symbol) is not None:
        return ""
    if any(effect.action == "request" and not effect.for_urls for effect in fact.effects):
        return _REQUEST
    if call.changes:
        return ""
    if any(
        effect.action == "query" and _is_database(context, path, fact.symbol, effect)
        for effect in fact.effects
        if call.runs or not effect.is_built
    ):
        return "asks the database"
    return ""


def _is_database(context: JoinContext, path: str, function: str, effect: Effect) -> bool:
    if "." in effect.on or "(" in effect.on:
        resolved = context.resolve(effect.on, path)
        # `self.session` that nothing says the type of is a session all the same.
        is_handle = "()." in resolved and resolved.rpartition(".")[2].lstrip("_") in _HANDLES
        return is_handle or database_kind(resolved) is not None
    known = function_at(context.index, function)
    parameters = known[1].parameters if known is not None else ()
    annotation = next((each.annotation for each in parameters if each.name == effect.on), None)
    if annotation is not None:
        return database_kind(context.resolve(annotation, path)) is not None
    return effect.on in _HANDLES


# -- fix -----------------------------------------------------------------------------------------------


def _fix(context: FixContext, finding: Finding) -> Iterator[Fix]:
    part = finding.data.get("part")
    if part is None:
        return
    if part in ("handed", "peewee"):
        return
    if part == "query":
        call = context.node_of("call")
        edits = batched(context, call) if call is not None else []
        if edits:
            edits = fitted(context.file, edits, context.read("pyproject.toml"))
            yield context.fix("Ask once before the loop", "suggested", edits)
        return
    attribute = finding.data["attribute"]
    query = _query(context)
    if query is None:
        return
    entity = text_of(query.entities[0])
    if part == "lazy":
        loader = context.imports().need("sqlalchemy.orm", "selectinload", at=context.span.start)
        added = f".options({loader}({entity}.{attribute}))"
    else:
        added = f'.{"select_related" if part == "one" else "prefetch_related"}("{attribute}")'
    edits = _appended(query, added)
    if edits:
        edits = fitted(context.file, edits, context.read("pyproject.toml"))
        yield context.fix(f"Load {attribute} with the rows", "safe", edits)


def _query(context: FixContext) -> Query | None:
    """The query of the loop around the finding that goes over the finding's name."""
    name = text_of(context.node).split(".")[0]
    for parent in ancestors(context.node):
        clauses: list[Node] = []
        if parent.type == "for_statement":
            clauses = [parent]
        elif parent.type in COMPREHENSIONS:
            clauses = [child for child in parent.named_children if child.type == "for_in_clause"]
        for clause in clauses:
            left, right = clause.child_by_field_name("left"), clause.child_by_field_name("right")
            if left is None or right is None or name not in text_of(left).replace(",", " ").split():
                continue
            over = unparenthesised(right)
            if over.type == "call" and text_of(callee_of(over) or over) == "enumerate":
                over = arguments_of(over).positional[0]
            return rows_of(context.file, over)
    return None


def _appended(query: Query, added: str) -> list[TextEdit]:
    """The call behind all others that build the query."""
    built = [call for name, call in query.parts if name not in ("all", "[]", "iterator")]
    last = max([*built, *query.roots], key=lambda node: node.end_byte)
    callee = callee_of(last) if last.type == "call" else None
    row = break_before(callee) if callee is not None else ""
    return [insert_at(last.end_byte, f"{row}{added}")]


ANALYZER = Analyzer(join=_join, joins=(LoopCall, RowAccess, RowHandedOn), fix=_fix)
