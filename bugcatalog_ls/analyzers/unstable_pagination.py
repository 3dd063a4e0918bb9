"""BC203: parts of a list that are taken in no order, in one with ties, or at the wrong place."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FileContext, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.analysis.page_edits import counted_alike, ordered_sql, with_tie_breaker
from bugcatalog_ls.analysis.page_offset_fixes import counted_from_first_page
from bugcatalog_ls.analysis.page_order_edits import ordered_before_page, ordered_by_more
from bugcatalog_ls.facts.counts import entity_of, mismatched_counts
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.order_keys import OrderKey
from bugcatalog_ls.facts.page_numbers import Skipped, first_page, is_from_one_on, skipped_pages
from bugcatalog_ls.facts.page_ties import has_django_ties, has_ties, is_unordered_django, queried_model
from bugcatalog_ls.facts.paging import Page, pages
from bugcatalog_ls.facts.queries import read_query
from bugcatalog_ls.facts.raw_pages import is_shared_by_name, key_of_table, raw_counts, raw_offsets, raw_ties
from bugcatalog_ls.facts.sql_pages import unordered_sql
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, text_of
from bugcatalog_ls.syntax.wrapping import fitted
from bugcatalog_ls.text.spans import Span


class PagedQuery(Fact, frozen=True):
    """A part of a query's rows that is taken in an order that is not surely unique.

    `entity` is the symbol of what the query is of (empty where unknown). Without `keys` there is
    no order at all. `expression` is the entity as written.
    """

    path: str
    anchor: str
    library: str
    entity: str
    expression: str
    keys: tuple[OrderKey, ...]

    @property
    def key(self) -> str:
        return self.path


class RawPage(Fact, frozen=True):
    """A part of a table's rows that raw SQL takes in the order of one column."""

    path: str
    anchor: str
    table: str
    column: str

    @property
    def key(self) -> str:
        return self.path


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    for page in pages(file):
        if page.ordered and (not page.keys or not page.goes_on):
            continue
        if _takes_only_keys(page):
            continue
        expression, symbol = _entity(file, page)
        if page.query.library == "django" and not symbol:
            continue
        written = file.source.slice(page.span).split("(")[0].split("[")[0]
        name = f"page {file.qualname_at(page.call.start_byte)} {written}"
        facts.add(
            PagedQuery(
                file.path,
                facts.anchor(name, page.span),
                page.query.library,
                symbol,
                expression,
                page.keys if page.ordered and page.keys else (),
            )
        )

    for tie in raw_ties(file):
        anchor = facts.anchor(f"sql {file.qualname_at(tie.string.start_byte)} {tie.table}", tie.string)
        facts.add(RawPage(file.path, anchor, tie.table, tie.key))


def _takes_only_keys(page: Page) -> bool:
    """Whether a query takes no column but those that it is ordered by: rows that tie are the same then."""
    names = {key.name for key in page.keys or ()}
    taken = [text_of(entity) for entity in page.query.entities if entity.type == "attribute"]
    is_plain = bool(taken) and len(taken) == len(page.query.entities)
    return page.ordered and is_plain and {name.rpartition(".")[2] for name in taken} <= names


def _entity(file: PyFile, page: Page) -> tuple[str, str]:
    """The entity of a query, as written and by its symbol; both empty where it is not plain."""
    expression = entity_of(page.query)
    if expression is None:
        return "", ""
    for entity in page.query.entities:
        node: Node | None = entity
        while node is not None and text_of(node) != expression:
            node = node.child_by_field_name("object")
        if node is not None:
            return expression, file.symbol(node) or ""
    return expression, ""


def _check(context: FileContext) -> Iterator[Finding]:
    if context.is_test:
        return
    file = context.file
    yield from _wrong_offsets(context)
    for mismatch in mismatched_counts(file, list(pages(file)) if b"count(" in file.source.data else ()):
        if mismatch.forgotten:
            message = f"the count leaves out the list's filter {mismatch.forgotten[0]}"
        else:
            message = f"the count has a filter that the list lacks: {mismatch.added[0]}"
        yield context.find(mismatch.span, message.split("\n")[0], data={"part": "count"})
    for string in unordered_sql(file):
        message = "LIMIT without ORDER BY takes rows in no order"
        yield context.find(string, message, data={"part": "sql order"})
    for raw in raw_offsets(file):
        span = Span(raw.call.start_byte, raw.call.end_byte)
        yield from _wrong_offset(context, span, raw.call, raw.skipped)
    if b"count(" in file.source.data or b"COUNT(" in file.source.data:
        for count in raw_counts(file):
            yield context.find(count.string, f"the count leaves out the list's condition {count.listed}")


def _wrong_offsets(context: FileContext) -> Iterator[Finding]:
    file = context.file
    for call in file.calls_named("offset"):
        callee = callee_of(call)
        attribute = callee.child_by_field_name("attribute") if callee is not None else None
        positional = arguments_of(call).positional
        skipped = skipped_pages(file, positional[0]) if len(positional) == 1 else None
        if skipped is None or attribute is None:
            continue
        yield from _wrong_offset(context, Span(attribute.start_byte, call.end_byte), call, skipped)
    if b".objects" not in file.source.data and b".query" not in file.source.data:
        return
    for node in file.nodes("subscript"):
        inner = node.child_by_field_name("subscript")
        value = node.child_by_field_name("value")
        first = inner.children[0] if inner is not None and inner.type == "slice" and inner.children else None
        skipped = skipped_pages(file, first) if first is not None and first.is_named else None
        if skipped is None or value is None or read_query(file, value) is None:
            continue
        yield from _wrong_offset(context, Span(value.end_byte, node.end_byte), node, skipped)


def _wrong_offset(context: FileContext, span: Span, place: Node, skipped: Skipped) -> Iterator[Finding]:
    first = first_page(context.file, skipped.page)
    name = text_of(skipped.page)
    if first == 1 and not skipped.minus_one:
        yield context.find(
            span, f"{name} starts at 1, so that the first page is skipped", data={"part": "offset"}
        )
    elif first == 0 and skipped.minus_one and not is_from_one_on(skipped.page, place, skipped.product):
        yield context.find(
            span, f"{name} starts at 0, so that the first offset is negative", data={"part": "offset"}
        )


# -- join ----------------------------------------------------------------------------------------------


def _join(context: JoinContext) -> Iterator[Finding]:
    for query in context.index.in_file(context.path, PagedQuery):
        of = f" of {query.expression}" if query.expression else ""
        if not query.keys:
            if query.library == "django" and not is_unordered_django(
                context.index, query.entity, context.path
            ):
                continue
            yield context.find(
                query.anchor, f"a part of the rows{of} is taken in no order", data=_data("order", query)
            )
            continue
        found = queried_model(context.index, query.entity, context.path)
        is_django = query.library == "django" and has_django_ties(
            context.index, query.keys, query.entity, context.path
        )
        if is_django or (found is not None and has_ties(context.index, query.keys, found, context.path)):
            name = query.keys[-1].name
            yield context.find(
                query.anchor,
                f"rows{of} with equal {name} change places between pages",
                data=_data("ties", query),
            )

    for page in context.index.in_file(context.path, RawPage):
        keys, uniques = key_of_table(context.index, page.table)
        is_shared = page.column not in uniques and page.column not in keys
        if is_shared and (keys or is_shared_by_name(page.column)):
            message = f"rows of {page.table} with equal {page.column} change places between pages"
            yield context.find(page.anchor, message, data={"part": "sql ties"})


def _data(part: str, query: PagedQuery) -> dict[str, str]:
    return {"part": part, "entity": query.entity, "expression": query.expression, "library": query.library}


# -- fix -----------------------------------------------------------------------------------------------


def _fix(context: FixContext, finding: Finding) -> Iterator[Fix]:
    part = finding.data.get("part")
    if part == "offset":
        yield from counted_from_first_page(context)
        return
    if part == "count":
        edits = counted_alike(context)
        if edits:
            edits = fitted(context.file, edits, context.read("pyproject.toml"))
            yield context.fix("Count what is listed", "suggested", edits)
        return
    if part in ("sql order", "sql ties"):
        edits, key = ordered_sql(context) if part == "sql order" else with_tie_breaker(context)
        if edits:
            yield context.fix(f"{'Order' if part == 'sql order' else 'Break ties'} by {key}", "safe", edits)
        return
    if part not in ("order", "ties"):
        return
    keys = _primary_key(context, finding)
    page = next((each for each in pages(context.file) if each.span == context.span), None)
    if page is None or not keys:
        return
    written = ", ".join(keys)
    if part == "order":
        edits = ordered_before_page(page, written)
        title = f"Order by {written}"
    else:
        edits = ordered_by_more(page, written)
        title = f"Break ties by {written}"
    if edits:
        edits = fitted(context.file, edits, context.read("pyproject.toml"))
        yield context.fix(title, "safe", edits)


def _primary_key(context: FixContext, finding: Finding) -> list[str]:
    """The expressions of the primary key, as the query would write them."""
    entity, expression = finding.data["entity"], finding.data["expression"]
    if finding.data["library"] == "django":
        return ['"pk"']
    found = queried_model(context.index, entity, context.file.path)
    if found is None or not expression:
        return []
    return [
        f"{expression}.{column.attribute or column.name}" for column in found.columns if column.primary_key
    ]


_LITERALS = (
    b".limit(",
    b".offset(",
    b"aginat",
    b".objects",
    b"limit ",
    b"LIMIT ",
    b".slice(",
    b".query(",
    b"limit\n",
    b"LIMIT\n",
)

ANALYZER = Analyzer(
    check=_check, collect=_collect, join=_join, joins=(PagedQuery, RawPage), fix=_fix, literals=_LITERALS
)
