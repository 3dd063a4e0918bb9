"""Empty texts: what is done with a text that does no harm where there is nothing in it."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.llm_answers import references
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guards import conditions_at
from bugcatalog_ls.syntax.nodes import callee_of, string_value, text_of

PARSERS = (
    r"(?:\w*json\w*|simplejson|yaml|json_repair|demjson3?)\.(?:loads|safe_load|load|decode|parse)"
    r"|(?:ast\.)?literal_eval|int|float"
    r"|(?:\w+\.)*(?:model_validate_json|parse_raw|validate_json|from_json)"
)
"""Calls that no empty text gets through."""
_PARSES = re.compile(PARSERS)
_TEXTS = frozenset(
    {
        "strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "casefold", "replace",
        "removeprefix", "removesuffix", "expandtabs", "format", "translate",
    }
)  # fmt: skip
_SPLITS = frozenset({"split", "rsplit", "splitlines", "index", "rindex"})


def takes_empty(file: PyFile, text: Node, steps: int = 4) -> bool:
    """Whether a text, always there, may be empty: no one parses it, or takes a letter or a word of it."""
    child, parent = text, text.parent
    while parent is not None:
        kind = parent.type
        if kind == "subscript":
            parts = parent.children_by_field_name("subscript")
            if parent.named_children[0].id != child.id or not any(part.type == "slice" for part in parts):
                return parent.named_children[0].id != child.id
        elif kind == "attribute":
            call, name = parent.parent, text_of(parent).rpartition(".")[2]
            if call is None or call.type != "call":
                return True
            if name in _SPLITS:
                return _has_first(call, name)
            if name not in _TEXTS:
                return True
            parent = call
        elif kind == "argument_list":
            called = callee_of(parent.parent) if parent.parent is not None else None
            return called is None or _PARSES.fullmatch(text_of(called)) is None
        elif kind == "assignment":
            left = parent.child_by_field_name("left")
            if left is None or left.type != "identifier":
                return True
            return steps <= 0 or all(
                _is_tested(read, text_of(left)) or takes_empty(file, read, steps - 1)
                for read in references(file, left)
            )
        elif kind not in ("parenthesized_expression", "await"):
            return True
        child, parent = parent, parent.parent
    return True


def _has_first(split: Node, name: str) -> bool:
    """Whether nothing but what an empty text has is taken of its parts: `split("\\n")[0]`."""
    parent = split.parent
    if name.endswith("index"):
        return False
    taken = parent.child_by_field_name("subscript") if parent is not None else None
    if taken is None or parent is None or parent.type != "subscript" or taken.type == "slice":
        return True
    arguments = split.child_by_field_name("arguments")
    first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
    has_mark = name != "splitlines" and string_value(first) is not None
    return has_mark and text_of(taken) in ("0", "-1")


def _is_tested(read: Node, name: str) -> bool:
    tested = re.compile(rf"\b{re.escape(name)}\b")
    return any(tested.search(text_of(condition.node)) for condition in conditions_at(read))
