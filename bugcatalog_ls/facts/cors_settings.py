"""Settings of an application from which the CORS libraries of Flask and Sanic take their origins."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.expression_reading import expression
from bugcatalog_ls.facts.expressions import Expression
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import ancestors

_LITERAL = b"CORS_ORIGINS"
# `CORS_ORIGINS = …`, `app.config["CORS_ORIGINS"] = …`, `{"CORS_ORIGINS": …}`, `update(CORS_ORIGINS=…)`.
_SET = re.compile(rb"(?<!\w)CORS_ORIGINS\b")
_BINDING = {
    "assignment": ("left", "right"),
    "pair": ("key", "value"),
    "keyword_argument": ("name", "value"),
}


class CorsOriginsSetting(Fact, frozen=True):
    """A value that the workspace gives to the setting `CORS_ORIGINS`."""

    path: str
    value: Expression

    @property
    def key(self) -> str:
        return "CORS_ORIGINS"


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    for match in _SET.finditer(file.source.data):
        value = _value_at(file, match.start())
        if value is not None:
            facts.add(CorsOriginsSetting(file.path, expression(file, value)))


VOCABULARY = Vocabulary(_collect, (_LITERAL,))


def _value_at(file: PyFile, offset: int) -> Node | None:
    """What is bound to the name that stands at an offset, or to the item whose key it is."""
    node = file.root.descendant_for_byte_range(offset, offset + 1)
    for parent in (node, *ancestors(node)) if node is not None else ():
        fields = _BINDING.get(parent.type)
        if fields is not None:
            name = parent.child_by_field_name(fields[0])
            is_name = name is not None and name.start_byte <= offset < name.end_byte
            return parent.child_by_field_name(fields[1]) if is_name else None
    return None
