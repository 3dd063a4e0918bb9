"""Whether a module refuses to work without an optional import, or tells its users that it is missing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import enclosing, text_of
from bugcatalog_ls.syntax.words import has_word

_FAILS = re.compile(rb"\braise|\bsys\.exit\(|\bfail_json\(")
_FIRST_METHODS = frozenset({"__init__", "__new__", "__post_init__", "__enter__", "__aenter__", "setup"})


def is_refused(file: PyFile, told: Iterable[bytes], user: Node | None = None) -> bool:
    """Whether a function raises, or leaves an object unmade, behind a test of one of the names `told`.

    What the methods of a class do later rests on that function having run: one of the module, or one
    of the class `user` or of those that derive from it. Without a `user`, one of any class counts.
    """
    data = file.source.data
    words = [word for word in told if word in data]
    for test in file.nodes("if_statement", "assert_statement"):
        condition = test.child_by_field_name("condition") or test
        if not any(has_word(data, word, condition.start_byte, condition.end_byte) for word in words):
            continue
        scope = file.scopes.at(test.start_byte)
        if scope.kind != "function" or not _is_of_family(file, scope.node, user):
            continue
        if test.type == "assert_statement" or _FAILS.search(data, test.start_byte, scope.end) is not None:
            return True
        is_first = scope.qualname.rpartition(".")[2] in _FIRST_METHODS
        if is_first and data.find(b"return", test.start_byte, test.end_byte) >= 0:
            return True
    return False


def _is_of_family(file: PyFile, function: Node, user: Node | None) -> bool:
    owner = enclosing(function, "class_definition")
    if user is None or owner is None or owner.id == user.id:
        return True
    name = user.child_by_field_name("name")
    bases = owner.child_by_field_name("superclasses")
    return name is not None and bases is not None and text_of(name) in map(text_of, bases.named_children)


def hands_out_flag(file: PyFile, class_definition: Node, flags: Collection[str]) -> bool:
    """Whether a class keeps a flag of the import as an attribute, or returns it, for its users to ask."""
    if not flags:
        return False
    for node in file.nodes("assignment", "return_statement"):
        if class_definition.start_byte < node.start_byte < class_definition.end_byte:
            given = node.child_by_field_name("right") or next(iter(node.named_children), None)
            if given is not None and text_of(given).removeprefix("bool(").rstrip(")") in flags:
                return True
    return False
