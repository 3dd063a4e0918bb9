"""Pages in raw SQL: what they are ordered by, which offset they are given, and the counts beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.models import model, models_of_table
from bugcatalog_ls.facts.page_numbers import Skipped, skipped_pages
from bugcatalog_ls.facts.sql_parameters import PLACEHOLDER, literal_of, parameter_at
from bugcatalog_ls.facts.sql_picture import sql_pictures
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import SPACES, Words
from bugcatalog_ls.syntax.local_uses import local_scope
from bugcatalog_ls.syntax.nodes import text_of

_EXECUTING = ("execute", "fetch", "fetchrow", "fetchval", "fetch_all", "fetch_one", "exec_driver_sql")
_OFFSET = re.compile(rf"\boffset\s+({PLACEHOLDER.pattern})", re.IGNORECASE)
_OFFSET_WORDS = Words(*(b"offset" + space for space in SPACES), any_case=True)
_PAGE = re.compile(
    r"^\W*select\b(?!.*\b(?:join|group by|union|distinct)\b).*?\bfrom\s+"
    r"[\"`]?(?P<table>[\w.]+)[\"`]?(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_KEY = re.compile(r"\border\s+by\s+[\"`]?(?P<key>\w+)[\"`]?(?:\s+(?:asc|desc))?\s+limit\b", re.IGNORECASE)
# What many rows have alike, whatever the table is.
_SHARED = re.compile(
    r"(?:\w+_)?(?:at|date|status|state|priority|score|rating|amount|price|kind|type|category)"
    r"|created|updated|modified|added|(?:first|last|full)_name|surname",
    re.IGNORECASE,
)
_WHERE = re.compile(r"\bwhere\b(.*?)(?:\border\s+by\b|\blimit\b|$)", re.IGNORECASE | re.DOTALL)
_COUNT = re.compile(r"^\W*select\s+count\s*\(\s*[*1]\s*\)", re.IGNORECASE)


class RawOffset(NamedTuple):
    """A call whose SQL is given `page * size` as its offset."""

    call: Node
    skipped: Skipped


class RawTie(NamedTuple):
    """A string of SQL whose pages are ordered by one column only."""

    string: Node
    table: str
    key: str


class RawCount(NamedTuple):
    """A count of a table whose conditions are not those of the page beside it."""

    string: Node
    listed: str
    counted: str


def raw_offsets(file: PyFile) -> Iterator[RawOffset]:
    if not file.holds(_OFFSET_WORDS):
        return
    for call in file.calls_named(*_EXECUTING):
        literal = literal_of(call)
        found = _OFFSET.search(text_of(literal)) if literal is not None else None
        if literal is None or found is None:
            continue
        given = parameter_at(call, text_of(literal), found.start(1))
        skipped = skipped_pages(file, given) if given is not None else None
        if skipped is not None:
            yield RawOffset(call, skipped)


def raw_ties(file: PyFile) -> Iterator[RawTie]:
    if not file.holds(_OFFSET_WORDS):
        return
    for call in file.calls_named(*_EXECUTING):
        literal = literal_of(call)
        text = text_of(literal) if literal is not None else ""
        page, key = _PAGE.match(text), _KEY.search(text)
        if literal is not None and page is not None and key is not None and _OFFSET.search(text):
            yield RawTie(literal, page["table"], key["key"])


def is_shared_by_name(column: str) -> bool:
    """Whether the name of a column says that several rows may have the same value."""
    return _SHARED.fullmatch(column) is not None


def raw_counts(file: PyFile) -> Iterator[RawCount]:
    """The counts that forget a condition of the page of the same table in the same function."""
    by_function: dict[int, tuple[list[Node], list[Node]]] = {}
    for call in file.calls_named(*_EXECUTING):
        literal, scope = literal_of(call), local_scope(file, call)
        text = text_of(literal) if literal is not None else ""
        if literal is None or scope is None or "{" in text:
            continue
        counts, pages = by_function.setdefault(scope.start, ([], []))
        if _COUNT.match(text):
            counts.append(literal)
        elif _OFFSET.search(text):
            pages.append(literal)
    for counts, pages in by_function.values():
        if len(counts) != 1 or len(pages) != 1:
            continue
        counted, listed = _PAGE.match(text_of(counts[0])), _PAGE.match(text_of(pages[0]))
        if counted is None or listed is None or counted["table"].lower() != listed["table"].lower():
            continue
        wheres = [_conditions(each["rest"]) for each in (listed, counted)]
        if wheres[0] and wheres[0] != wheres[1] and not wheres[1]:
            yield RawCount(counts[0], wheres[0], wheres[1])


def _conditions(rest: str) -> str:
    found = _WHERE.search(rest)
    return " ".join(found[1].strip(" \n\t'\";").split()) if found is not None else ""


def key_of_table(index: FactIndex, name: str) -> tuple[list[str], set[str]]:
    """The primary key of a table, by SQL or by a model, and the columns that are unique by themselves."""
    for picture in sql_pictures(index):
        table = picture.tables.get(name.rpartition(".")[2]) or picture.tables.get(name)
        if table is not None and table.constraints_known:
            keys = [column.name for column in table.columns.values() if column.primary_key]
            uniques = {each.columns[0] for each in table.uniques if len(each.columns) == 1}
            uniques |= {each.columns[0] for each in table.indexes if each.unique and len(each.columns) == 1}
            return keys, uniques
    for found in models_of_table(index, name):
        known = model(index, found.symbol)
        if known is not None:
            keys = [column.name for column in known.columns if column.primary_key]
            return keys, {column.name for column in known.columns if column.unique}
    return [], set()
