"""Counts next to lists: queries that count what another one of the same function lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.paging import Page
from bugcatalog_ls.facts.queries import Query, is_class_like, read_query
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    arguments_of,
    called_name,
    callee_of,
    enclosing,
    operator_of,
    text_of,
)
from bugcatalog_ls.text.spans import Span

_CONSUMERS = ("scalar", "scalars", "execute", "exec", "scalar_one")
_COUNTS = re.compile(r"(?:[\w.]*func\.)?count\(")
_TOTAL = re.compile(
    r"(?:n_)?(?:total|count)(?:_?(?:count|items|rows|records|results))?|\w+_(?:total|count)|num_\w+"
)
_NULL_TEST = re.compile(r"\.is(?:_?not|_)\(None\)$")
_FILTERS = ("where", "filter", "filter_by", "exclude")
_CURSOR = re.compile(r"cursor|after|before|marker|last_|continu|since", re.IGNORECASE)


class Mismatch(NamedTuple):
    """A count (the call that makes it), and the filters that only the list has, or only the count."""

    node: Node
    span: Span
    forgotten: tuple[str, ...]
    added: tuple[str, ...]


class _Count(NamedTuple):
    node: Node
    span: Span
    entity: str
    filters: frozenset[str]
    function: Node
    name: str


def mismatched_counts(file: PyFile, pages: Iterable[Page]) -> Iterator[Mismatch]:
    """The counts whose filters are not those of the list beside them."""
    lists = [page for page in pages if page.query.has("offset", "paginate", "slice", "limit") or page.goes_on]
    if not lists or b"count(" not in file.source.data:
        return
    counts = list(_counts(file))
    reported: set[Span] = set()
    for page in lists:
        function = enclosing(page.call, "function_definition")
        listed = _filters(page.query)
        entity = entity_of(page.query)
        if function is None or listed is None or entity is None:
            continue
        beside = [
            count
            for count in counts
            if count.function.id == function.id
            and count.entity == entity
            and _runs_with(count.node, page.call)
        ]
        if not beside or any(count.filters == listed or _is_difference(count.node) for count in beside):
            continue
        count = beside[-1]
        forgotten = sorted(text for text in listed - count.filters if _CURSOR.search(text) is None)
        added = sorted(count.filters - listed)
        if (not forgotten and not added) or count.span in reported:
            continue
        if added and _TOTAL.fullmatch(count.name) is None:
            continue
        if any(_is_opaque(text) for text in [*forgotten, *added]):
            continue
        if {_NULL_TEST.sub("", text) for text in added} & {_NULL_TEST.sub("", text) for text in forgotten}:
            continue  # The rest of the table: what is null in the one is not in the other.
        reported.add(count.span)
        yield Mismatch(count.node, count.span, tuple(forgotten), tuple(added))


def _is_difference(count: Node) -> bool:
    """Whether a count is only set against another one: `Photo.objects.count() - count_before`."""
    parent = count.parent
    return parent is not None and parent.type == "binary_operator" and operator_of(parent) == "-"


def entity_of(query: Query) -> str | None:
    """What a query is of, as written: its first entity, without a column's name."""
    for entity in query.entities:
        text = text_of(entity)
        if "(" in text or not is_class_like(entity):
            continue
        parts = text.split(".")
        while parts and not parts[-1][:1].isupper():
            parts.pop()
        return ".".join(parts)
    return None


def _counts(file: PyFile) -> Iterator[_Count]:
    for call in file.calls_named("count"):
        callee = callee_of(call)
        owner = callee.child_by_field_name("object") if callee is not None else None
        if owner is None or text_of(owner).rpartition(".")[2] == "func":
            continue
        query = read_query(file, owner)
        attribute = callee.child_by_field_name("attribute") if callee is not None else None
        if query is not None and attribute is not None and not query.has("limit", "offset"):
            made = _count(query, call, Span(attribute.start_byte, call.end_byte), entity_of(query))
            if made is not None:
                yield made
    for call in file.calls_named(*_CONSUMERS):
        query = read_query(file, next(iter(arguments_of(call).positional), None))
        if query is None or len(query.entities) != 1 or not _COUNTS.match(text_of(query.entities[0])):
            continue
        counted = query.entities[0]
        entity = _counted_entity(query)
        made = _count(query, call, Span(counted.start_byte, counted.end_byte), entity)
        if made is not None:
            yield made
    for call in file.calls_named("query"):
        # `session.query(func.count(Item.id)).filter(…).scalar()`
        first = next(iter(arguments_of(call).positional), None)
        if first is None or not _COUNTS.match(text_of(first)):
            continue
        top = call
        for parent in ancestors(call):
            if parent.type not in ("attribute", "call"):
                break
            top = parent if parent.type == "call" else top
        if (callee := callee_of(top)) is None or text_of(callee).rpartition(".")[2] not in ("scalar", "one"):
            continue
        query = read_query(file, callee.child_by_field_name("object"))
        if query is not None:
            span = Span(first.start_byte, first.end_byte)
            made = _count(query, call, span, _counted_entity(query))
            if made is not None:
                yield made


def _count(query: Query, call: Node, span: Span, entity: str | None) -> _Count | None:
    function = enclosing(call, "function_definition")
    filters = _filters(query)
    if function is None or filters is None or entity is None:
        return None
    return _Count(call, span, entity, filters, function, _assigned(call))


def _counted_entity(query: Query) -> str | None:
    for selected in query.calls("select_from"):
        given = next(iter(arguments_of(selected).positional), None)
        # A count over the list's own query has its filters.
        return text_of(given) if given is not None and given.type != "call" and is_class_like(given) else None
    inner = arguments_of(query.entities[0]).positional if query.entities[0].type == "call" else ()
    for node in inner:
        parts = text_of(node).split(".")
        while parts and not parts[-1][:1].isupper():
            parts.pop()
        return ".".join(parts) or None
    return None


def _filters(query: Query) -> frozenset[str] | None:
    """The conditions of a query as written, each by itself; None where some are not known."""
    found: set[str] = set()
    for filtering in query.calls(*_FILTERS):
        arguments = arguments_of(filtering)
        if arguments.dict_unpacked:
            return None
        for node in arguments.positional:
            found.update(_parts(node))
        found.update(f"{name}={_plain(value)}" for name, value in arguments.keywords.items())
        found.update(f"*{_plain(value)}" for value in arguments.list_unpacked)
    if query.has("having", "distinct", "group_by", "union", "union_all"):
        return None
    return frozenset(found)


def _parts(node: Node) -> Iterator[str]:
    if node.type == "call" and called_name(node) == "and_":
        for inner in arguments_of(node).positional:
            yield from _parts(inner)
    else:
        yield _plain(node)


def _plain(node: Node) -> str:
    return re.sub(r"\s+", " ", text_of(node)).replace("( ", "(").replace(" )", ")").replace(",)", ")")


def _is_opaque(text: str) -> bool:
    """Whether a condition is only named, so that it may be another's."""
    return text.startswith("*") or text.isidentifier()


def _runs_with(count: Node, listed: Node) -> bool:
    """Whether a count does not stand in another branch than the list."""
    blocks = {parent.id for parent in ancestors(listed)}
    for parent in ancestors(count):
        if parent.type in ("block", "elif_clause", "else_clause") and parent.id not in blocks:
            return False
        if parent.type == "function_definition":
            return True
    return True


def _assigned(call: Node) -> str:
    for parent in ancestors(call):
        if parent.type == "assignment":
            left = parent.child_by_field_name("left")
            return text_of(left) if left is not None else ""
        if parent.type in ("pair", "keyword_argument"):
            name = parent.child_by_field_name("key") or parent.child_by_field_name("name")
            return text_of(name).strip("'\"") if name is not None else ""
        if parent.type.endswith("statement"):
            return ""
    return ""
