"""Edits of pages and of the counts beside them: conditions that a count forgot, the order of raw SQL."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.facts.counts import mismatched_counts
from bugcatalog_ls.facts.paging import pages
from bugcatalog_ls.facts.raw_pages import key_of_table
from bugcatalog_ls.syntax.edits import insert_at
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, text_of
from bugcatalog_ls.text.spans import TextEdit

_KEYWORD = re.compile(r"(\w+)=(?!=)")
_TABLE = re.compile(r"\bfrom\s+[\"`]?([\w.]+)[\"`]?", re.IGNORECASE)
_NOT_PLAIN = re.compile(
    r"\bjoin\b|\bgroup\s+by\b|\bunion\b|\bdistinct\b|\bfrom\b.*\bfrom\b", re.IGNORECASE | re.DOTALL
)
_PLAIN_NAMES = re.compile(r"[\w\s,.\"`]+")
_SELECT = re.compile(r"\bselect\s", re.IGNORECASE)
_ID = re.compile(r"(?:,|\bselect\b)\s*id\s*(?:,|\bfrom\b)", re.IGNORECASE)
# The word, not a placeholder of that name: `LIMIT :limit`, `LIMIT %(limit)s`.
_LIMIT = re.compile(r"(?<![\w:$@({])limit(?=\s)", re.IGNORECASE)


def counted_alike(context: FixContext) -> list[TextEdit]:
    """The conditions of the list, given to its count."""
    file = context.file
    found = next(
        (each for each in mismatched_counts(file, list(pages(file))) if each.span == context.span), None
    )
    if found is None or found.added or not _are_bound(context, found.forgotten, found.node):
        return []
    conditions = [text for text in found.forgotten if _KEYWORD.match(text) is None]
    keywords = [text for text in found.forgotten if _KEYWORD.match(text) is not None]
    callee = callee_of(found.node)
    name = text_of(callee).rpartition(".")[2] if callee is not None else ""
    owner = callee.child_by_field_name("object") if callee is not None else None
    is_django = owner is not None and ".objects" in text_of(owner)
    if is_django:
        added = f".filter({', '.join([*conditions, *keywords])})"
    else:
        where = "filter" if name in ("count", "query") else "where"
        added = f".{where}({', '.join(conditions)})" if conditions else ""
        added += f".filter_by({', '.join(keywords)})" if keywords else ""
    counted = found.node
    if name == "count" and owner is not None:
        counted = owner
    elif name != "query":
        statement = next(iter(arguments_of(found.node).positional), None)
        if statement is None or statement.type != "call":
            return []
        counted = statement
    last = _last_condition(counted, added.partition("(")[0].removeprefix("."))
    if last is not None and conditions and not keywords:
        return [insert_at(last.end_byte, f", {', '.join(conditions)}")]
    return [insert_at(counted.end_byte, added)]


def _last_condition(query: Node, method: str) -> Node | None:
    """The last of the conditions of a query that ends in `.where(…)`, written in one row."""
    callee = callee_of(query) if query.type == "call" else None
    given = arguments_of(query) if callee is not None and text_of(callee).endswith(f".{method}") else None
    if given is None or not given.positional or given.keywords or given.list_unpacked:
        return None
    last = given.positional[-1]
    return last if last.end_point[0] == query.end_point[0] else None


def _are_bound(context: FixContext, conditions: tuple[str, ...], at: Node) -> bool:
    """Whether the names of the conditions have their values before the count."""
    scope = context.file.scopes.at(at.start_byte)
    for text in conditions:
        for name in re.findall(r"(?<![\w.'\"])[a-z_]\w*(?!\s*[=(])", text):
            for binding in scope.bindings.get(name, ()):
                if binding.kind != "parameter" and binding.offset > at.start_byte:
                    return False
    return True


def ordered_sql(context: FixContext) -> tuple[list[TextEdit], str]:
    """An ORDER BY of the primary key (or of the `id` that is read) in front of the LIMIT, and that."""
    string = context.node_of("string")
    text = text_of(string) if string is not None else ""
    tables, limits = _TABLE.findall(text), list(_LIMIT.finditer(text))
    if string is None or len(tables) != 1 or len(limits) != 1 or _NOT_PLAIN.search(text):
        return [], ""
    keys = _keys(context, tables[0], text)
    if not keys:
        return [], ""
    place = string.start_byte + len(text[: limits[0].start()].encode())
    return [insert_at(place, f"ORDER BY {', '.join(keys)} ")], ", ".join(keys)


def _keys(context: FixContext, table: str, text: str) -> list[str]:
    keys = key_of_table(context.index, table)[0]
    # Where nothing tells of the table, what is read may tell that it has an `id`.
    return keys or (["id"] if _selects_id(text) else [])


def with_tie_breaker(context: FixContext) -> tuple[list[TextEdit], str]:
    """The table's primary key behind the column by which raw SQL orders its pages."""
    string = context.node_of("string")
    text = text_of(string) if string is not None else ""
    tables, limits = _TABLE.findall(text), list(_LIMIT.finditer(text))
    keys = _keys(context, tables[0], text) if len(tables) == 1 and len(limits) == 1 else []
    if string is None or not keys:
        return [], ""
    before = text[: limits[0].start()].rstrip()
    return [insert_at(string.start_byte + len(before.encode()), f", {', '.join(keys)}")], ", ".join(keys)


def _selects_id(text: str) -> bool:
    """Whether SQL reads a column `id`, with nothing but plain names in front of it."""
    for names in _PLAIN_NAMES.findall(text):
        select = _SELECT.search(names)
        if select is not None and _ID.search(names, select.start()) is not None:
            return True
    return False
