"""Which rows the workspace deletes: by the ORM, by statements made with it, and in SQL texts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.orm import is_revision
from bugcatalog_ls.facts.resolve import resolve
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import SPACES, Words
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import arguments_of, called_name, callee_of, text_of, walk

_SQL = re.compile(rb"\bDELETE\s+FROM\s+[\"`]?(?:\w+[\"`]?\.[\"`]?)?(\w+)", re.IGNORECASE)
_SQL_WORDS = Words(*(b"delete" + space for space in SPACES), any_case=True)
_QUERIES = frozenset({"query", "select", "get", "get_one", "exec", "scalars", "scalar", "delete"})
_OTHER_OWNERS = re.compile(
    r"cache|redis|client|http|storage|bucket|blob|queue|broker|index$|^s3|s3$|minio|mongo|elastic|requests",
    re.IGNORECASE,
)


class RowDelete(Fact, frozen=True):
    """Something whose rows a file deletes: the symbol of a class or instance, or the name of a table."""

    symbol: str
    table: str = ""

    @property
    def key(self) -> str:
        return self.symbol or self.table


@derived
def deleted_classes(index: FactIndex) -> frozenset[str]:
    """The symbols of all classes of which rows are deleted."""
    found: set[str] = set()
    for key in index.keys(RowDelete):
        for path, fact in index.get(RowDelete, key):
            if fact.symbol:
                resolved = resolve(index, fact.symbol, path)
                found.update((fact.symbol.removesuffix("()"), resolved.removesuffix("()")))
    return frozenset(found)


@derived
def deleted_tables(index: FactIndex) -> frozenset[str]:
    """The names of all tables, in lower case, of which SQL deletes rows."""
    facts = (fact for key in index.keys(RowDelete) for _, fact in index.get(RowDelete, key))
    return frozenset(fact.table for fact in facts if fact.table)


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path) or is_revision(file):
        return
    found: dict[RowDelete, None] = {}
    for call in file.calls_named("delete"):
        for symbol in _symbols(file, call):
            found[RowDelete(symbol)] = None
    for match in _SQL.finditer(file.source.data) if file.holds(_SQL_WORDS) else ():
        found[RowDelete("", match[1].decode("utf-8", "replace").lower())] = None
    for fact in found:
        facts.add(fact)


VOCABULARY = Vocabulary(_collect, (b"delete(", b"DELETE FROM", b"DELETE from", b"delete from"))


def _symbols(file: PyFile, call: Node) -> Iterator[str]:
    given = arguments_of(call).positional
    if given and given[0].type in ("identifier", "attribute"):
        if _keeps_no_rows(callee_of(call)):
            return
        symbol = file.symbol(given[0])
        if symbol is not None and "[" not in symbol:
            yield symbol
        if given[0].type == "identifier":
            for binding in file.names.bindings(given[0]):
                value = binding.value
                if value is not None and value.type in ("call", "await", "subscript"):
                    yield from _queried(file, value)
        return
    callee = callee_of(call)
    if not given and callee is not None and callee.type == "attribute":
        owner = callee.child_by_field_name("object")
        if owner is not None:
            yield from _queried(file, owner)


def _keeps_no_rows(callee: Node | None) -> bool:
    """Whether what deletes is called by a name that no session or repository of rows has."""
    owner = callee.child_by_field_name("object") if callee is not None else None
    return owner is not None and _OTHER_OWNERS.search(text_of(owner).rpartition(".")[2]) is not None


def _queried(file: PyFile, node: Node) -> Iterator[str]:
    """The classes that a query or a `get` in an expression is made of."""
    for each in (node, *walk(node)):
        if each.type == "call":
            name = called_name(each)
            given = arguments_of(each).positional
            if name in _QUERIES and given and given[0].type in ("identifier", "attribute"):
                symbol = file.symbol(given[0])
                if symbol is not None and symbol.rpartition(".")[2][:1].isupper():
                    yield symbol
        elif each.type == "attribute" and text_of(each).endswith(".query"):
            symbol = file.symbol(each.child_by_field_name("object"))
            if symbol is not None and symbol.rpartition(".")[2][:1].isupper():
                yield symbol
