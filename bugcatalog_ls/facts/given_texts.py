"""Texts that rows are made with or changed by: `Order(status="paid")`, `.values(…)`, `.update({…})`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.expression_reading import expression
from bugcatalog_ls.facts.expressions import dotted
from bugcatalog_ls.facts.loaded_rows import LOADER_NAMES, load_of
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, string_value, text_of

# Rows are made and changed where sessions or models are.
_OF_ROWS = Words(b"session", b".add(", b".add_all(", b".commit(", b"__tablename__", b"table=True", b"Model)")
_KEYWORD = re.compile(
    rb"[(,]\s*\w+\s?=\s?(?=[\"']|[\w.]+\.value\b|(?:[a-z_]\w*\.)*[A-Z][A-Z0-9_]{2,}\s*[,)])"
)
_UPDATE = re.compile(rb"\.(?:update|values)\(\s*\{")
_ASSIGNED = re.compile(
    rb"\.(\w+)\s?=\s?(?:[\w.]+\.value\b(?!\()|(?:[a-z_]\w*\.)*[A-Z][A-Z0-9_]{2,}[ ]*(?=[\n#]|$))"
)
_CONSTANT = re.compile(r"(?:[a-z_]\w*\.)*[A-Z][A-Z0-9_]{2,}")
# What these are made with is for people or for the machine, not for a table.
_OTHERS = re.compile(
    r"(?:Error|Exception|Response|Request|Field|Column|Config|Settings|Parameter|Param|Query|Header|Option|"
    r"Argument|Depends|Enum|Index|Constraint|ForeignKey|Relationship|TypeVar|Path|Literal|Path|Action)$"
)
_QUERIES = {"filter_by": ("query", "select"), "values": ("update", "insert")}


class GivenText(NamedTuple):
    """`owner` is the symbol of a class; `text` a string, `St.OPEN.value` or `WAITING`.

    `is_lookup` tells that rows are looked up by it; else it is stored.
    """

    owner: str
    attribute: str
    text: Node
    is_lookup: bool


def given_texts(file: PyFile) -> Iterator[GivenText]:
    """All texts that the calls of a file give to rows by keyword or in a dict."""
    data = file.source.data
    if not file.holds(_OF_ROWS):
        return
    for call in file.calls_where(_is_candidate):
        if _KEYWORD.search(data, call.start_byte, call.end_byte) is not None:
            yield from _in_call(file, call)
    for match in _ASSIGNED.finditer(data):
        node = file.root.descendant_for_byte_range(match.start(1), match.end(1))
        target = node.parent if node is not None else None
        value = target.parent.child_by_field_name("right") if target is not None and target.parent else None
        if target is not None and target.type == "attribute" and value is not None and is_text(value):
            row = target.child_by_field_name("object")
            owner = (file.symbol(row) or "").removesuffix("()")
            owner = owner if owner.rpartition(".")[2][:1].isupper() else row_class(file, row) or ""
            if owner and "(" not in owner:
                yield GivenText(owner, match[1].decode(), value, False)
    for match in _UPDATE.finditer(data):
        yield from _in_dict(file, file.root.descendant_for_byte_range(match.end() - 1, match.end()))


@lru_cache(maxsize=4096)
def _is_candidate(last: str) -> bool:
    """Whether a call by its last name may make rows, or choose or change them by keywords."""
    return last in _QUERIES or (last[:1].isupper() and not _OTHERS.search(last))


def _in_call(file: PyFile, call: Node) -> Iterator[GivenText]:
    given = [(name, value) for name, value in arguments_of(call).keywords.items() if is_text(value)]
    callee = callee_of(call)
    if not given or callee is None:
        return
    last = text_of(callee).rpartition(".")[2]
    owner = queried_class(file, callee, _QUERIES[last]) if last in _QUERIES else file.callee(call)
    if owner is None or "(" in owner or owner.partition(".")[0] in sys.stdlib_module_names:
        return
    for name, value in given:
        yield GivenText(owner, name, value, last == "filter_by")


def row_class(file: PyFile, row: Node | None) -> str | None:
    """The class of a row by the query that loaded it, as a symbol; None where no query did."""
    if row is None or row.type != "identifier":
        return None
    bindings = file.names.bindings(row)
    if len(bindings) != 1 or bindings[0].value is None:
        return None
    kind, value = bindings[0].kind, bindings[0].value
    found = load_of(file, value) if kind in ("assign", "for") else None
    if found is None or found.style != "sqlalchemy":
        return None
    if kind == "assign" and not _is_one_row(found.node):
        return None
    return file.symbol(found.model)


def is_text(value: Node) -> bool:
    """Whether a value is a plain string, the value of an enum's member, or a module's constant."""
    if value.type == "string":
        return string_value(value) is not None
    if value.type in ("identifier", "attribute") and _CONSTANT.fullmatch(text_of(value)):
        return True
    return value.type == "attribute" and text_of(value).endswith(".value") and "(" not in text_of(value)


def _is_one_row(call: Node) -> bool:
    callee = callee_of(call)
    return callee is not None and text_of(callee).rpartition(".")[2] in LOADER_NAMES


def _in_dict(file: PyFile, node: Node | None) -> Iterator[GivenText]:
    """`session.query(Order).update({"status": "paid"})`, and the same with `Order.status` for a key."""
    given = node if node is None or node.type == "dictionary" else node.parent
    call = given.parent.parent if given is not None and given.parent is not None else None
    callee = callee_of(call) if call is not None and call.type == "call" else None
    if given is None or given.type != "dictionary" or callee is None:
        return
    # Without a query of one class before it, it is some dict's own `update`.
    owner = queried_class(file, callee, ("query", "update", "insert"))
    for pair in given.named_children:
        key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if key is None or value is None or not is_text(value):
            continue
        if key.type == "string" and owner is not None and "(" not in owner:
            yield GivenText(owner, string_value(key) or "", value, False)
        elif key.type == "attribute":
            made, name = file.symbol(key.child_by_field_name("object")), key.child_by_field_name("attribute")
            if made is not None and name is not None and "(" not in made:
                yield GivenText(made, text_of(name), value, False)


def queried_class(file: PyFile, callee: Node | None, begins: tuple[str, ...]) -> str | None:
    """The class of `select(Order)`, `session.query(Order)`, `Order.query` that a chain begins with."""
    while callee is not None and callee.type == "attribute":
        inner = callee.child_by_field_name("object")
        if inner is not None and inner.type == "attribute" and text_of(inner).endswith(".query"):
            owner = inner.child_by_field_name("object")
            return file.symbol(owner) if owner is not None and text_of(owner)[:1].isupper() else None
        if inner is None or inner.type != "call":
            return None
        callee = callee_of(inner)
        if callee is not None and text_of(callee).rpartition(".")[2] in begins:
            given = arguments_of(inner).positional
            return file.symbol(given[0]) if len(given) == 1 else None
    return None


def constant_of(file: PyFile, text: Node) -> str:
    """The symbol of the constant, or of the enum's member, that stands for a text; empty for none."""
    if text.type == "attribute" and text_of(text).endswith(".value"):
        return file.symbol(text.child_by_field_name("object")) or ""
    return dotted(expression(file, text)) or ""
