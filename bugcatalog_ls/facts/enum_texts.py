"""Raw strings that are compared with, assigned or given to attributes of classes and their instances."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.orm import is_revision
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, string_value, text_of

_CANDIDATE = re.compile(rb"\.(\w+)\s*(==|!=|=)\s*([\"'])([A-Za-z][\w \-]*)\3")
# Keywords that an enum is usually behind; others are too many to look at.
_KEYWORD = re.compile(
    rb"[(,]\s*((?:\w+_)?(?:status|state|type|kind|role|level|mode|priority|category|stage|phase|tier|plan|"
    rb"visibility|severity|color|method|source|scope|action|result))\s?=\s?([\"'])([A-Za-z][\w \-]*)\2"
)
_LISTED = re.compile(rb"\.(\w+)\.(?:in_|not_in|notin_)\(\s*[\[({]\s*[\"']")
_LABEL = re.compile(rb"[A-Za-z][\w \-]*")
# What texts are given to by keyword, with what the chain of calls begins with.
_QUERIES = {"filter_by": ("query", "select"), "values": ("update", "insert")}


class ComparedText(Fact, frozen=True):
    """`owner` is the symbol of a class; `of_class` tells that its own attribute is meant, as in a query."""

    path: str
    owner: str
    attribute: str
    text: str
    of_class: bool
    assigned: bool
    anchor: str

    @property
    def key(self) -> str:
        return self.path


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path) or is_revision(file):
        return
    for match in _CANDIDATE.finditer(file.source.data):
        name = file.root.descendant_for_byte_range(match.start(1), match.end(1))
        attribute = name.parent if name is not None else None
        text = file.root.descendant_for_byte_range(match.start(3), match.end(0))
        if attribute is None or attribute.type != "attribute" or text is None or text.type != "string":
            continue
        owner = file.symbol(attribute.child_by_field_name("object"))
        if owner is None or "(" in owner.removesuffix("()") or not owner.rpartition(".")[2][:1].isupper():
            continue
        plain = owner.removesuffix("()")
        is_assigned = match[2] == b"="
        _add(file, facts, plain, (match[1], match[4]), text, of_class=plain == owner, assigned=is_assigned)
    _collect_keywords(file, facts)
    _collect_listed(file, facts)


def _collect_keywords(file: PyFile, facts: Facts) -> None:
    """Texts that objects are made with (`Order(status="paid")`), or looked up by (`filter_by`)."""
    for match in _KEYWORD.finditer(file.source.data):
        text = file.root.descendant_for_byte_range(match.start(2), match.end(0))
        keyword = text.parent if text is not None else None
        call = keyword.parent.parent if keyword is not None and keyword.parent is not None else None
        if text is None or text.type != "string" or call is None or call.type != "call":
            continue
        callee = callee_of(call)
        name = text_of(callee).rpartition(".")[2] if callee is not None else ""
        if name in _QUERIES:
            owner = _queried(file, callee, _QUERIES[name])
        else:
            owner = file.callee(call) if name[:1].isupper() else None
        if owner is not None and "(" not in owner:
            by_class = name in _QUERIES
            _add(file, facts, owner, (match[1], match[3]), text, of_class=by_class, assigned=not by_class)


def _collect_listed(file: PyFile, facts: Facts) -> None:
    """Texts of a list that a column is looked up in (`Order.status.in_(["paid"])`)."""
    for match in _LISTED.finditer(file.source.data):
        name = file.root.descendant_for_byte_range(match.start(1), match.end(1))
        attribute = name.parent if name is not None else None
        listed = file.root.descendant_for_byte_range(match.end() - 1, match.end())
        while listed is not None and listed.type not in ("list", "tuple", "set", "argument_list"):
            listed = listed.parent
        if attribute is None or attribute.type != "attribute" or listed is None:
            continue
        owner = file.symbol(attribute.child_by_field_name("object"))
        if owner is None or "(" in owner or not owner.rpartition(".")[2][:1].isupper():
            continue
        for item in listed.named_children:
            text = string_value(item) if item.type == "string" else None
            if text is not None and _LABEL.fullmatch(text.encode()):
                _add(file, facts, owner, (match[1], text.encode()), item, of_class=True, assigned=False)


def _queried(file: PyFile, callee: Node | None, begins: tuple[str, ...]) -> str | None:
    """The class of `select(Order)`, `session.query(Order)` or the like that a chain of calls begins with."""
    while callee is not None and callee.type == "attribute":
        inner = callee.child_by_field_name("object")
        if inner is None or inner.type != "call":
            return None
        callee = callee_of(inner)
        if callee is not None and text_of(callee).rpartition(".")[2] in begins:
            given = arguments_of(inner).positional
            return file.symbol(given[0]) if len(given) == 1 else None
    return None


def _add(
    file: PyFile,
    facts: Facts,
    owner: str,
    written: tuple[bytes, bytes],
    node: Node,
    *,
    of_class: bool,
    assigned: bool,
) -> None:
    attribute, text = (each.decode() for each in written)
    anchor = facts.anchor(f"enum text {owner}.{attribute}", node)
    facts.add(ComparedText(file.path, owner, attribute, text, of_class, assigned, anchor))


VOCABULARY = Vocabulary(_collect, (b'= "', b"= '", b'="', b"='", b".in_(", b".not_in(", b".notin_("))
