"""Raw strings that are compared with, assigned or given to attributes of classes and their instances."""

from __future__ import annotations

import re
from collections.abc import Callable

from tree_sitter import Node

from bugcatalog_ls.facts.constants import constant_at, text_in
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.given_texts import constant_of, given_texts, row_class
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.orm import is_revision
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import string_value

_CANDIDATE = re.compile(rb"\.(\w+)\s*(==|!=|=)\s*([\"'])([A-Za-z][\w \-]*)\3")
_LISTED = re.compile(rb"\.(\w+)\.(?:in_|not_in|notin_)\(\s*[\[({]\s*[\"']")
_LABEL = re.compile(rb"[A-Za-z][\w \-]*")


class ComparedText(Fact, frozen=True):
    """`owner` is the symbol of a class; `of_class` tells that its own attribute is meant, as in a query.

    `member` is the symbol of the enum's member whose value is the text, where it is not written out.
    """

    path: str
    owner: str
    attribute: str
    text: str
    of_class: bool
    assigned: bool
    anchor: str
    member: str = ""

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
        if text.parent is None or text.parent.type in ("subscript", "attribute", "concatenated_string"):
            continue
        receiver = attribute.child_by_field_name("object")
        owner = file.symbol(receiver)
        if owner is None or "(" in owner.removesuffix("()") or not owner.rpartition(".")[2][:1].isupper():
            row = row_class(file, receiver)
            if row is None or "(" in row:
                continue
            owner = f"{row}()"
        plain = owner.removesuffix("()")
        is_assigned = match[2] == b"="
        _add(file, facts, plain, (match[1], match[4]), text, of_class=plain == owner, assigned=is_assigned)
    _collect_given(file, facts)
    _collect_listed(file, facts)


def _collect_given(file: PyFile, facts: Facts) -> None:
    """Texts that rows are made with, changed by or looked up by (`filter_by`)."""
    for each in given_texts(file):
        anchor = facts.anchor(f"enum text {each.owner}.{each.attribute}", each.text)
        text = string_value(each.text) if each.text.type == "string" else ""
        member = "" if text else constant_of(file, each.text)
        if text or member:
            facts.add(
                ComparedText(
                    file.path,
                    each.owner,
                    each.attribute,
                    text or "",
                    of_class=each.is_lookup,
                    assigned=not each.is_lookup,
                    anchor=anchor,
                    member=member,
                )
            )


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


VOCABULARY = Vocabulary(
    _collect,
    (
        *(b'= "', b"= '", b'="', b"='", b".in_(", b".not_in(", b".notin_(", b".update({"),
        # Members of enums and constants stand for texts where rows are made.
        *(b".value", b".add(", b".commit("),
    ),
)


def text_given(index: FactIndex, given: ComparedText, resolve: Callable[[str], str]) -> str | None:
    """The text itself, or the value of the member that stands for it; None where that is not known."""
    if not given.member:
        return given.text
    found = constant_at(index, given.member) or constant_at(index, resolve(given.member))
    return text_in(index, found[1], found[0]) if found is not None else None
