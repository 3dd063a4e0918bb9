"""Raw strings that are compared with, or assigned to, attributes of classes and their instances."""

from __future__ import annotations

import re

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.orm import is_revision
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path

_CANDIDATE = re.compile(rb"\.(\w+)\s*(==|!=|=)\s*([\"'])([A-Za-z][\w \-]*)\3")


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
        anchor = facts.anchor(f"enum text {owner}.{match[1].decode()}", text)
        plain = owner.removesuffix("()")
        facts.add(
            ComparedText(
                file.path,
                plain,
                match[1].decode(),
                match[4].decode(),
                plain == owner,
                match[2] == b"=",
                anchor,
            )
        )


VOCABULARY = Vocabulary(_collect, (b'= "', b"= '", b'="', b"='"))
