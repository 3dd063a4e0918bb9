"""The uses of a local name in its function: by the text first, so that few nodes are looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.scopes import Scope


def local_scope(file: PyFile, node: Node) -> Scope | None:
    """The scope of the `def` in whose own body a node stands; None outside, and inside a lambda."""
    scope = file.scopes.at(node.start_byte)
    while scope.kind == "comprehension" and scope.parent is not None:
        scope = scope.parent
    return scope if scope.kind == "function" and scope.node.type == "function_definition" else None


def is_local(scope: Scope, name: str) -> bool:
    """Whether a function binds the name for itself alone."""
    return name in scope.bindings and name not in scope.global_names and name not in scope.nonlocal_names


def mentions(file: PyFile, scope: Scope, name: str) -> Sequence[tuple[Node, bool]]:
    """Where the local name is read or bound, in the order of the text, and whether a function inside
    of this one does it. A name of the same spelling that is bound further inside is another one.
    They are looked for once: a function may bind the name a thousand times, and each time is asked."""
    known = file.once(_known_mentions)
    key = scope.start, scope.end, name
    if key not in known:
        known[key] = list(_mentions(file, scope, name))
    return known[key]


def _known_mentions(file: PyFile) -> dict[tuple[int, int, str], list[tuple[Node, bool]]]:
    return {}


def _mentions(file: PyFile, scope: Scope, name: str) -> Iterator[tuple[Node, bool]]:
    data, root = file.source.data, file.root
    for match in re.finditer(rb"\b%s\b" % re.escape(name.encode()), data[scope.start : scope.end]):
        offset = scope.start + match.start()
        node = root.named_descendant_for_byte_range(offset, scope.start + match.end())
        if node is None or node.type != "identifier" or not _is_name(node):
            continue
        inner: Scope | None = file.scopes.at(offset)
        is_inside = False
        while inner is not None and inner is not scope:
            if name in inner.bindings:
                break
            is_inside = is_inside or inner.kind != "comprehension"
            inner = inner.parent
        if inner is scope:
            yield node, is_inside


def _is_name(node: Node) -> bool:
    """Whether an identifier stands for a value, not for an attribute or a keyword."""
    parent = node.parent
    if parent is None:
        return False
    if parent.type == "attribute":
        attribute = parent.child_by_field_name("attribute")
        return attribute is None or attribute.id != node.id
    if parent.type == "keyword_argument":
        name = parent.child_by_field_name("name")
        return name is None or name.id != node.id
    return True
