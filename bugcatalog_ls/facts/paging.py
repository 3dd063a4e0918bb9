"""Queries that take a part of their rows: what of, and whether page by page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from tree_sitter import Node

from bugcatalog_ls.facts.order_keys import OrderKey, has_cursor, order_keys
from bugcatalog_ls.facts.queries import ORDERING, Query, chain_above, is_class_like, read_query
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    callee_of,
    constant_value,
    enclosing,
    statement_of,
    text_of,
    unparenthesised,
)
from bugcatalog_ls.text.spans import Span

PAGING_METHODS = ("limit", "offset", "paginate", "slice", "fetch")
_PAGE_FUNCTIONS = {
    "django.core.paginator.Paginator": 0,
    "fastapi_pagination.ext.sqlalchemy.paginate": 1,
    "fastapi_pagination.ext.sqlalchemy.apaginate": 1,
    "fastapi_pagination.ext.sqlmodel.paginate": 1,
    "fastapi_pagination.ext.async_sqlalchemy.paginate": 1,
    "fastapi_pagination.ext.async_sqlmodel.paginate": 1,
    "flask_sqlalchemy.SQLAlchemy().paginate": 0,
    "flask_sqlalchemy.extension.SQLAlchemy().paginate": 0,
}
"""Functions that page through a query, with the position of the query."""
_AGGREGATE = re.compile(r"(?:func\.)?(?:count|sum|max|min|avg|coalesce)\(", re.IGNORECASE)
_ANY_OF_THEM = re.compile(
    r"batch|chunk|sample|candidate|probe|bulk|limit_per_run|block_size|\bmax_(?:size|count|rows|items)\b",
    re.IGNORECASE,
)
_TAKES_AWAY = re.compile(
    rb"skip_locked|\bdelete\(|\.delete\(|\.purge|\bupdate\(|\.stat(?:us|e)\s*=[^=]|exists\("
    rb"|\bdef\s+_*(?:\w+_)?(?:delete|purge|prune|archive|expire)[_(]"
)


class Page(msgspec.Struct, frozen=True):
    """A part of the rows of a query, where it is written.

    `keys` is None where the order is not known. `goes_on` tells of an offset, a page or a cursor.
    """

    call: Node
    span: Span
    query: Query
    ordered: bool
    keys: tuple[OrderKey, ...] | None
    goes_on: bool


def pages(file: PyFile) -> tuple[Page, ...]:
    """The queries of a file of which a part is taken, one each."""
    return file.once(_pages)


def _pages(file: PyFile) -> tuple[Page, ...]:
    return tuple(_paged(file))


def _paged(file: PyFile) -> Iterator[Page]:
    seen: set[int] = set()
    calls = file.calls_named(*PAGING_METHODS)
    for call in reversed(calls):
        if call.id in seen:
            continue
        page = _page_of_method(file, call)
        if page is not None:
            seen |= {part.id for _, part in page.query.parts}
            yield page
    for call in file.calls_named("Paginator", "paginate", "apaginate"):
        position = _PAGE_FUNCTIONS.get(file.callee(call) or "")
        given = arguments_of(call)
        node = (
            given.get("object_list" if position == 0 else "query", position) if position is not None else None
        )
        query = read_query(file, node or given.keywords.get("select"))
        if query is not None and node is not None:
            yield _page(file, call, Span(call.start_byte, call.end_byte), query, True)
    if b".objects" in file.source.data or b".query" in file.source.data:
        yield from _slices(file)


def _page_of_method(file: PyFile, call: Node) -> Page | None:
    callee = callee_of(call)
    if callee is None or callee.type != "attribute":
        return None
    if file.callee(call) in _PAGE_FUNCTIONS:
        return None
    top = call
    for name, step in chain_above(call):
        if name in (*PAGING_METHODS, *ORDERING, "with_for_update", "options", "where", "filter"):
            top = step
    query = read_query(file, top)
    if query is None:
        return None
    places = (
        query.calls("offset") or query.calls("paginate", "slice") or query.calls("limit", "fetch") or [call]
    )
    place = places[-1]
    placed = callee_of(place)
    attribute = placed.child_by_field_name("attribute") if placed is not None else None
    if attribute is None or _is_any_part(query, place):
        return None
    page = _page(file, place, Span(attribute.start_byte, place.end_byte), query, False)
    return None if not page.ordered and _is_ordered_later(file, top) else page


def _page(file: PyFile, call: Node, span: Span, query: Query, goes_on: bool) -> Page:
    ordering = query.calls(*ORDERING)
    keys: list[OrderKey] | None = []
    for order in ordering:
        found = order_keys(file, order) if keys is not None else None
        keys = [*keys, *found] if keys is not None and found is not None else None
    skips = any(
        constant_value(next(iter(arguments_of(each).positional), None)) != 0 for each in query.calls("offset")
    )
    goes_on = goes_on or skips or query.has("paginate", "slice") or has_cursor(query, keys or [])
    return Page(call, span, query, bool(ordering), tuple(keys) if keys is not None else None, goes_on)


def _is_any_part(query: Query, place: Node) -> bool:
    """Whether it does not matter which rows these are: one of them, a batch, or a row of aggregates."""
    offsets = [
        call
        for call in query.calls("offset", "paginate", "slice")
        if constant_value(next(iter(arguments_of(call).positional), None)) != 0
    ]
    limits = query.calls("limit", "fetch")
    if not offsets and not limits:
        return True
    sizes = [next(iter(arguments_of(limit).positional), None) for limit in limits]
    if not offsets and any(constant_value(size) in (0, 1, None) for size in sizes if size is not None):
        return True
    if _is_aggregate(query):
        return True
    function = enclosing(place, "function_definition")
    if not offsets and any(constant_value(size) == 2 for size in sizes if size is not None):
        # One more than the one that there should be.
        return True
    if offsets:
        return False
    # A cap is no page; and where only the run knows of what, nobody can say.
    if any(size is not None and _is_cap(text_of(size)) for size in sizes):
        return True
    if any(size is not None and _is_number_of_wanted(query, text_of(size)) for size in sizes):
        return True
    if not any(is_class_like(entity) and "(" not in text_of(entity) for entity in query.entities):
        return True
    statement = statement_of(place)
    if _ANY_OF_THEM.search(text_of(statement).partition("=")[0]):
        return True
    if enclosing(place, "while_statement") is not None:
        return True
    return function is not None and _TAKES_AWAY.search(function.text or b"") is not None


def _is_cap(size: str) -> bool:
    return size.isupper() or _ANY_OF_THEM.search(size) is not None


def _is_number_of_wanted(query: Query, size: str) -> bool:
    """Whether a limit is the number of the rows asked for: `limit(len(ids))` beside `in_(ids)`."""
    wanted = re.fullmatch(r"len\(\s*([\w.]+)\s*\)", size)
    if wanted is None:
        return False
    held = f"in_({wanted[1]})"
    return any(held in text_of(call).replace(" ", "") for call in query.calls("where", "filter"))


def _is_aggregate(query: Query) -> bool:
    if query.has("group_by"):
        return False
    entities = [text_of(entity) for entity in query.entities]
    return bool(entities) and all(_AGGREGATE.match(entity.rpartition("func.")[2]) for entity in entities)


def _is_ordered_later(file: PyFile, top: Node) -> bool:
    """Whether the variable that takes the query is given an order, or handed on, further down."""
    parent = top.parent
    if parent is None or parent.type != "assignment":
        return False
    left, function = parent.child_by_field_name("left"), enclosing(top, "function_definition")
    if left is None or left.type != "identifier":
        return False
    around = function.text if function is not None else file.source.data
    start = function.start_byte if function is not None else 0
    rest = (around or b"")[parent.end_byte - start :]
    name = re.escape(text_of(left).encode())
    return (
        re.search(
            rb"(?:=|\breturn|[(,]|\bawait)\s*\(?\s*%s\s*\.\s*order_by\(|\b\w*(?:sort|order)\w*\(\s*(?:\w+\s*=\s*)?%s\b"
            rb"|\w\(\s*%s\s*\)\s*\.\s*order_by\(" % (name, name, name),
            rest,
        )
        is not None
    )


def _slices(file: PyFile) -> Iterator[Page]:
    """`queryset[start:end]` of Django, and the same of a query of SQLAlchemy."""
    for node in file.nodes("subscript"):
        inner = node.child_by_field_name("subscript")
        value = node.child_by_field_name("value")
        if (
            inner is None
            or inner.type != "slice"
            or value is None
            or value.type not in ("call", "identifier", "attribute")
        ):
            continue
        query = read_query(file, value)
        if (
            query is None
            or query.library not in ("django", "query")
            or (query.has("all") and query.library == "query")
        ):
            continue
        bounds = _bounds(inner)
        if value.type == "identifier" and query.library == "django" and _is_loaded(node, text_of(value)):
            continue
        if bounds is None or _is_aggregate(query) or query.has("[]", *PAGING_METHODS):
            continue
        start, stop = bounds
        if start is None and stop is not None and constant_value(stop) in (0, 1):
            continue
        starts = start is not None and constant_value(start) != 0
        if not starts and stop is not None and _is_cap(text_of(stop)):
            continue
        if not starts and _TAKES_AWAY.search((enclosing(node, "function_definition") or node).text or b""):
            continue
        # Bounds that are written down are no page: they never move.
        is_page = starts and start is not None and not isinstance(constant_value(start), int)
        yield _page(file, node, Span(value.end_byte, node.end_byte), query, is_page)


def _is_loaded(node: Node, name: str) -> bool:
    """Whether a slice stands in a loop that runs while its queryset holds rows: the test has loaded them."""
    loop = enclosing(node, "while_statement", "function_definition")
    condition = loop.child_by_field_name("condition") if loop is not None else None
    return condition is not None and text_of(unparenthesised(condition)) in (name, f"len({name}) > 0")


def _bounds(node: Node) -> tuple[Node | None, Node | None] | None:
    """The start and stop of a slice; None where it has a step or counts from the end."""
    found: list[Node | None] = [None, None, None]
    position = 0
    for child in node.children:
        if child.type == ":":
            position += 1
        elif child.is_named and position < 3:
            found[position] = child
    if found[2] is not None or any(bound is not None and text_of(bound).startswith("-") for bound in found):
        return None
    return found[0], found[1]
